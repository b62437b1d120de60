"""The reader's own calls on the page about scoring."""

import pytest

pytestmark = pytest.mark.any_database


def test_own_calls_are_scored_with_their_mean(text_of):
    text = text_of("/scoring/?said=0.8&happened=yes&said=60%25&happened=no&said=&happened=yes")

    assert "0.0400 0.2231" in text
    assert "0.3600 0.9163" in text
    assert "Mean of 2 calls 0.2000 0.5697" in text


@pytest.mark.parametrize("said", ["1.2", "-0.1", "likely", "nan", "inf", "120%"])
def test_what_is_no_probability_is_named_beside_its_field(said, client):
    response = client.get("/scoring/", {"said": [said, "0.5"], "happened": ["yes", "yes"]})

    assert response.status_code == 400
    assert f"“{said}” is no probability with an outcome; give a number from 0 to 1" in response.content.decode()
    assert "Mean of 1 call" in response.content.decode()


def test_no_more_than_five_are_taken(client):
    html = client.get("/scoring/", {"said": ["0.5"] * 9, "happened": ["yes"] * 9}).content.decode()

    assert "Mean of 5 calls" in html
    assert html.count('name="said"') == 5
