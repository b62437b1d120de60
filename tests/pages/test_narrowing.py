"""The form above a scorecard narrows it, says what is wrong beside each field, and never fails."""

from datetime import UTC, datetime
from html import unescape
from urllib.parse import parse_qs, urlsplit

import pytest

from forecasts.models import Article
from forecasts.pages.narrowing import narrowed
from forecasts.selectors.slices import Slice, Weighting
from forecasts.services.sweeps import sweep
from tests.builders import NOW, make_article, make_event, make_forecaster, make_prediction

from .conftest import parse

pytestmark = pytest.mark.any_database

PAGES = ("/forecasters/ada-byron/", "/outlets/the-example/", "/topics/aid/", "/articles/{article}/scorecard/")
FIELDS = (
    "as_of", "as_recorded", "issued_from", "issued_to", "lead_days_min", "lead_days_max", "conditional", "attribution",
    "retrospective", "verbal", "variant", "weighting", "horizon_days",
)  # fmt: skip
FAULTS = [
    ("as_of=5 March", "“5 March” is no date, like 2024-11-05."),
    ("as_recorded=2025-02-30", "“2025-02-30” is no day of the calendar."),
    ("issued_from=0025-02-03", "“0025-02-03” lies outside the years 1800 to 2200: is a digit wrong?"),
    ("issued_to=2025", "“2025” is no date, like 2024-11-05."),
    ("as_of=2199-01-01", "2199-01-01 is in the future: nobody knows yet."),
    ("lead_days_min=soon", "“soon” is no number of days up to 40,000, such as 30."),
    ("lead_days_max=1e9", "“1e9” is no number of days up to 40,000, such as 30."),
    ("horizon_days=nan", "“nan” is no number of days up to 40,000, such as 30."),
    ("conditional=maybe", "“maybe” is not among the choices: true, false."),
    ("attribution=MINE", "“MINE” is not among the choices: AUTHOR, REPORTED."),
    ("variant=LAX", "“LAX” is not among the choices: CENTRAL, STRICT, LENIENT, EARLY, LATE."),
    (
        "weighting=BEST",
        "“BEST” is not among the choices: PER_PREDICTION, FIRST, LAST, TIME_WEIGHTED, AT_HORIZON.",
    ),
    (
        "weighting=AT_HORIZON",
        "Give the days before the close together with the weighting “At a horizon”, and only then.",
    ),
    ("horizon_days=7", "Give the days before the close together with the weighting “At a horizon”, and only then."),
    ("weighting=AT_HORIZON&horizon_days=7&variant=STRICT", "At a horizon, only verdicts on record count"),
    ("as_of=2025-03-01&as_recorded=2025-03-01", "Only verdicts on record are meant here"),
]
JUNK = (
    "\0",
    "x" * 5000,
    "<script>",
    "１２",
    "-1",
    "null",
    "2025-03-05T00:00:00Z",
    "’; DROP",
    "😀",
    "1e999",
    "inf",
    " ",
)


@pytest.fixture(scope="class")
def record(made_once):
    """Ada: 0.7 on what happened on 3 February 2025, and 0.6 with a condition that stays open."""
    make_prediction()
    make_prediction(title="If he wins", statement="If he wins.", probability="0.6", condition="he wins", rules=[])
    make_event()
    sweep(now=NOW)
    return Article.objects.get()


def address(page: str, article: Article) -> str:
    return page.format(article=article.pk)


class TestARecord:
    @pytest.mark.parametrize("page", PAGES)
    def test_every_scorecard_has_the_form_with_every_field(self, page, client, record):
        html = client.get(address(page, record)).content.decode()

        assert [name for name in FIELDS if f'name="{name}"' not in html] == []
        assert "Only a part of the record is shown." not in html
        assert "Mean Brier score" in html

    @pytest.mark.parametrize("page", PAGES)
    def test_what_is_wrong_is_said_beside_its_field(self, page, client, record):
        for query, fault in FAULTS:
            answer = client.get(f"{address(page, record)}?{query}")
            html = unescape(answer.content.decode())
            beside = html.split('class="fault"')[1].split("</span>")[0]

            assert answer.status_code == 400, query
            assert fault in beside
            assert "Nothing is shown until this is right" in html
            assert "Mean Brier score" not in html

    @pytest.mark.parametrize("name", FIELDS)
    def test_nothing_that_is_sent_makes_a_page_fail(self, name, client, record):
        for junk in JUNK:
            page = client.get("/forecasters/ada-byron/", {name: junk})
            words = client.get("/forecasters/ada-byron/words.csv", {name: junk})

            assert {page.status_code, words.status_code} in ({200}, {400}), junk
            assert "<script>" not in page.content.decode()

    def test_a_day_that_is_looked_back_from_is_known_to_its_end(self, text_of, record):
        before, after = (text_of(f"/forecasters/ada-byron/?as_of=2025-02-0{day}") for day in (2, 3))

        assert "Nothing that passes these filters is scored, so there is nothing to judge." in before
        assert "Mean Brier score over 1 settled call" in after
        assert "Only a part of the record is shown. Known by: 2025-02-03." in after

    @pytest.mark.parametrize("page", PAGES)
    def test_files_are_of_the_same_slice(self, page, client, record):
        place = f"{address(page, record)}?as_of=2025-05-01&conditional=false&weighting=LAST"

        parsed = parse(client.get(place).content.decode())
        links = {urlsplit(one).path: parse_qs(urlsplit(one).query) for one in parsed.addresses if "/api/v1/" in one}

        for path in ("/api/v1/accuracy/calls.csv", "/api/v1/accuracy/", "/api/v1/calibration/"):
            asked = links[path]
            assert (asked["as_of"], asked["conditional"], asked["weighting"]) == (
                ["2025-05-01T23:59:59.999999+00:00"], ["false"], ["LAST"],
            )  # fmt: skip
        answer = client.get(next(one for one in parsed.addresses if one.startswith("/api/v1/accuracy/?")))
        assert (answer.status_code, answer.json()["n"]) == (200, 1)
        lines = client.get(next(one for one in parsed.addresses if "calls.csv" in one))
        assert len(b"".join(lines.streaming_content).decode().splitlines()) == 2

    @pytest.mark.parametrize(
        ("query", "told"),
        [
            ("issued_from=2030-01-01", "No prediction passes these filters."),
            ("conditional=true", "Nothing that passes these filters is scored, so there is nothing to judge."),
        ],
    )
    def test_filters_that_leave_nothing_say_so(self, query, told, text_of, record):
        assert told in text_of(f"/topics/aid/?{query}")

    def test_what_was_entered_stays_in_the_form(self, client, record):
        html = client.get("/topics/aid/?as_of=2025-05-01&conditional=false&lead_days_min=soon").content.decode()

        assert 'value="2025-05-01"' in html
        assert '<option value="false" selected>Without one</option>' in html
        assert 'value="soon"' in html
        assert 'aria-invalid="true"' in html
        assert 'aria-describedby="id_lead_days_min_helptext id_lead_days_min_error"' in html

    def test_an_outlet_has_what_everybody_said_in_it(self, text_of, record):
        make_prediction(title="They fear", statement="They fear.", holder=make_forecaster("kyiv"), rules=[])

        text = text_of("/outlets/the-example/")

        assert "Everybody whose predictions it published, together. What it predicted in its own name" in text
        assert "What became of all of them 3" in text

    def test_a_person_is_no_outlet(self, client, record):
        assert client.get("/outlets/ada-byron/").status_code == 404

    def test_pages_lead_to_the_scorecards_of_article_and_outlet(self, client, record):
        links = parse(client.get(f"/articles/{record.pk}/").content.decode()).addresses

        assert {f"/articles/{record.pk}/scorecard/", "/outlets/the-example/"} <= {*links}
        assert "/outlets/the-example/" in parse(client.get("/forecasters/the-example/").content.decode()).addresses


def test_days_become_the_instants_that_bound_them():
    given = {"as_of": "2025-03-05", "issued_from": "2025-01-01", "issued_to": "2025-02-01"}

    found = narrowed(given, whole=Slice(topic="aid"), now=NOW)

    assert found.chosen == Slice(
        topic="aid",
        as_of=datetime(2025, 3, 5, 23, 59, 59, 999_999, tzinfo=UTC),
        issued_from=datetime(2025, 1, 1, tzinfo=UTC),
        issued_to=datetime(2025, 2, 1, tzinfo=UTC),
    )


def test_today_is_known_up_to_now():
    assert narrowed({"as_recorded": f"{NOW:%Y-%m-%d}"}, whole=Slice(), now=NOW).chosen == Slice(as_recorded=NOW)


def test_choices_become_the_slice():
    given = {
        "conditional": "true", "retrospective": "false", "verbal": "true", "attribution": "AUTHOR",
        "weighting": "AT_HORIZON", "horizon_days": "30", "lead_days_min": "-2", "lead_days_max": "90.5", "unheard": "of",
    }  # fmt: skip

    chosen = narrowed(given, whole=Slice(), now=NOW).chosen

    assert (chosen.conditional, chosen.retrospective, chosen.verbal) == (True, False, True)
    assert (chosen.attribution, chosen.weighting, chosen.horizon_days) == ("AUTHOR", Weighting.AT_HORIZON, 30.0)
    assert (chosen.lead_days_min, chosen.lead_days_max) == (-2.0, 90.5)


@pytest.mark.parametrize(
    "given", [{}, {"variant": "CENTRAL", "weighting": "PER_PREDICTION", "verbal": "", "as_of": " "}]
)
def test_what_needs_no_asking_narrows_nothing(given):
    found = narrowed(given, whole=Slice(topic="aid"), now=NOW)

    assert (found.chosen, found.told, found.page_query) == (Slice(topic="aid"), (), "")


def test_an_outlet_without_predictions_says_so(text_of, db):
    make_article()

    assert "No prediction is on record yet" in text_of("/outlets/the-example/")
