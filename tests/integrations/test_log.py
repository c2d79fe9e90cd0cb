"""The guard's log: lines have what they are about, and what a handler raises goes no further."""

from __future__ import annotations

import io
import logging
from typing import TYPE_CHECKING, NoReturn

import pytest

from asyncapi_guard.integrations.recording.log import write

if TYPE_CHECKING:
    from collections.abc import Iterator


class Broken(logging.Handler):
    """Raises past `logging`."""

    def handle(self, record: logging.LogRecord) -> NoReturn:
        raise OSError("the disk is full")


@pytest.fixture
def broken() -> Iterator[None]:
    handler, logger = Broken(), logging.getLogger("asyncapi_guard")
    logger.addHandler(handler)
    yield
    logger.removeHandler(handler)


def test_a_line_has_its_level_its_values_and_its_place(caplog: pytest.LogCaptureFixture) -> None:
    """The place is the one that writes it; an exception is there if it is asked for."""
    try:
        raise KeyError("k")
    except KeyError:
        write(logging.WARNING, "%s and %d", "a", 1)
        write(logging.ERROR, "it failed", exc_info=True)
    one, other = caplog.records
    assert (one.name, one.levelno, one.getMessage()) == (
        "asyncapi_guard",
        logging.WARNING,
        "a and 1",
    )
    assert one.filename == "test_log.py"
    assert not one.exc_info
    assert other.exc_info
    assert other.exc_info[0] is KeyError


@pytest.mark.usefixtures("broken")
def test_a_line_that_is_lost_is_told_of(capsys: pytest.CaptureFixture[str]) -> None:
    """On standard error, without what the handler said."""
    write(logging.ERROR, "it failed")
    assert capsys.readouterr().err == (
        "asyncapi_guard: a log handler raised OSError; a line is lost\n"
    )


@pytest.mark.usefixtures("broken")
def test_nobody_is_told_where_logging_is_to_be_silent(
    capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    """As `logging` itself: by `logging.raiseExceptions`."""
    monkeypatch.setattr(logging, "raiseExceptions", False)
    write(logging.ERROR, "it failed")
    assert capsys.readouterr().err == ""


@pytest.mark.usefixtures("broken")
def test_a_closed_standard_error_stops_nothing(monkeypatch: pytest.MonkeyPatch) -> None:
    """There is nobody left to tell."""
    closed = io.StringIO()
    closed.close()
    monkeypatch.setattr("sys.stderr", closed)
    write(logging.ERROR, "it failed")
