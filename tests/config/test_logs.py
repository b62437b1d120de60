"""What a log line holds, and what it must not."""

import logging
import logging.config
import sys

import pytest

from config.logs import logging_settings


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
