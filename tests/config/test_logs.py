"""What a log line holds, and what it must not."""

import logging
import logging.config
import sys

import pytest

from config.logs import hide_secrets, logging_settings

pytestmark = pytest.mark.any_database


def line_of_a_failure(log_format: str) -> str:
    """The line that an exception leaves whose frame held a secret."""
    password = "correct horse battery staple"
    try:
        raise RuntimeError(f"failed after {len(password)} characters")
    except RuntimeError:
        record = logging.LogRecord("aftercast", logging.ERROR, __file__, 1, "it failed", (), sys.exc_info())
    details = dict(logging_settings(log_format=log_format, level="INFO")["formatters"]["line"])
    return details.pop("()")(**details).format(record)


@pytest.mark.parametrize("log_format", ["json", "console"])
def test_a_traceback_names_the_error_but_no_local_variable(log_format):
    line = line_of_a_failure(log_format)

    assert "RuntimeError" in line
    assert "failed after 28 characters" in line
    assert "correct horse" not in line


def test_an_unknown_format_is_refused_by_name():
    with pytest.raises(ValueError, match="LOG_FORMAT must be json or console, not 'xml'"):
        logging_settings(log_format="xml", level="INFO")


@pytest.mark.parametrize(
    ("event", "written"),
    [
        ({"api_token": "abc"}, {"api_token": "[hidden]"}),
        (
            {"request": {"Authorization": "Bearer x", "Accept": "*/*"}},
            {"request": {"Authorization": "[hidden]", "Accept": "*/*"}},
        ),
        ({"event": "refused Bearer k3-Vw9zQ7pLr2"}, {"event": "refused Bearer [hidden]"}),
        (
            {"error": "cannot reach redis://:s3cret@host:6379/0"},
            {"error": "cannot reach redis://:[hidden]@host:6379/0"},
        ),
        ({"error": "postgres://app:s3cret@db/x is away"}, {"error": "postgres://app:[hidden]@db/x is away"}),
        ({"lines": ["sessionid=0123456789abcdef; a=b"]}, {"lines": ["sessionid=[hidden]; a=b"]}),
        ({"password": "", "size": 3}, {"password": "", "size": 3}),
        ({"url": "https://example.org/a?b=c@d"}, {"url": "https://example.org/a?b=c@d"}),
    ],
)
def test_secrets_are_hidden_and_all_else_stays(event, written):
    assert hide_secrets(None, "info", event) == written


def test_a_message_of_another_library_hides_its_secrets_too():
    record = logging.LogRecord(
        "redis", logging.ERROR, __file__, 1, "no answer from %s", ("redis://:s3cret@host/0",), None
    )
    details = dict(logging_settings(log_format="json", level="INFO")["formatters"]["line"])

    line = details.pop("()")(**details).format(record)

    assert "redis://:[hidden]@host/0" in line
    assert "s3cret" not in line
