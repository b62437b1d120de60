"""Values of attributes, as typed and as recorded."""

import pytest

from forecasts.admin.attributes import read_value, write_value

pytestmark = pytest.mark.any_database


@pytest.mark.parametrize(
    ("typed", "value"),
    [
        ("ease", "ease"),
        ("12", 12),
        ("-1.5", -1.5),
        ("true", True),
        ("FALSE", False),
        ('"12"', "12"),
        ("[1, 2]", [1, 2]),
        ("[1, 2", "[1, 2"),
        ("1e400", "1e400"),
        ("nan", "nan"),
        ("9" * 30, "9" * 30),
    ],
)
def test_what_is_typed_is_read_as_the_value(typed, value):
    assert read_value(typed) == value
    assert type(read_value(typed)) is type(value)


@pytest.mark.parametrize("value", ["ease", "", " a", "a\nb", "12", "true", 12, 1.5, True, [1, "a"], {"a": None}, "[1"])
def test_what_is_written_is_read_as_the_same_value(value):
    text = write_value(value)

    assert read_value(text) == value
    assert "\n" not in text
