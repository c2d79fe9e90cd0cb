"""The lines of documents, as editors and servers for code review show them.

A line is hit as often as things on it were seen. Each thing is a branch, so a line of which only a
part was seen is shown as that.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping, Sequence

    from asyncapi_guard.coverage.report import Counted, Report

__all__ = ["render"]


def render(reports: Sequence[Report]) -> str:
    """A record for each file."""
    return "\n".join(
        line
        for report in reports
        for file, lines in report.lines.items()
        for line in _record(file, lines)
    )


def _record(file: str, lines: Mapping[int, Counted]) -> Iterator[str]:
    yield "TN:"
    yield f"SF:{file}"
    for number, counted in lines.items():
        if counted.total > 1:
            for index in range(counted.total):
                yield f"BRDA:{number},0,{index},{int(index < counted.seen)}"
    several = [each for each in lines.values() if each.total > 1]
    yield f"BRF:{sum(each.total for each in several)}"
    yield f"BRH:{sum(each.seen for each in several)}"
    for number, counted in lines.items():
        yield f"DA:{number},{counted.seen}"
    yield f"LF:{len(lines)}"
    yield f"LH:{sum(each.seen > 0 for each in lines.values())}"
    yield "end_of_record"
