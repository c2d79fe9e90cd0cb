"""Sentences that several formats share."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Iterator

    from asyncapi_guard.coverage.report import Counted, Report

__all__ = ["PLURALS", "notes", "plain", "shown"]

#: What several things of a kind are called.
PLURALS = {
    "operation": "operations",
    "message": "messages",
    "ack": "acks",
    "field": "fields",
    "absence": "optional fields left out",
    "value": "values",
    "alternative": "alternatives",
    "refusal": "rejections",
}


def notes(report: Report) -> Iterator[str]:
    """What to know of a report besides its numbers."""
    if not report.processes:
        yield (
            "no data, because no guarded server or client used this document; coverage measures "
            "the traffic of guards"
        )
    elif not report.counted.seen:
        yield "a guard used this document, but there was no traffic"
    if report.unknown:
        things = (
            "1 recorded item is" if report.unknown == 1 else f"{report.unknown} recorded items are"
        )
        yield f"{things} not in the document, which has changed since"
    if report.processes > 1:
        yield f"merged from {report.processes} processes"


def shown(counted: Counted) -> str:
    """Such as `7/9`."""
    return f"{counted.seen}/{counted.total}"


def plain(text: str) -> str:
    """Text in one line, with everything escaped that a terminal would obey or hide."""
    return text if text.isprintable() else json.dumps(text)[1:-1]
