"""Changes between two versions of a document, for people and for programs."""

from __future__ import annotations

import base64
import json
from collections import Counter
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import click

from asyncapi_guard.cli.change_use import Used, data_of, label_of, sentence_of
from asyncapi_guard.cli.reporters import FORMATS, FileReport, render
from asyncapi_guard.cli.reporters.text import plain
from asyncapi_guard.compatibility import Change, Direction, Impact, Level
from asyncapi_guard.errors import Finding, Severity

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

__all__ = ["CHANGE_FORMATS", "PlacedChange", "report"]

CHANGE_FORMATS = (*FORMATS, "markdown")
_COLORS = {Level.BREAKING: "red", Level.DANGEROUS: "yellow", Level.COMPATIBLE: "green"}
_ARROWS = {
    Direction.TO_SERVER: "client → server",
    Direction.TO_CLIENT: "server → client",
}
_HEADINGS = {
    Level.BREAKING: "Breaking",
    Level.DANGEROUS: "Dangerous",
    Level.COMPATIBLE: "Compatible",
}
#: An example that is longer is not shown to people.
_LONGEST = 120


@dataclass(frozen=True, slots=True)
class PlacedChange:
    """A change, and where it stands.

    Attributes:
        change: it.
        old: where the old version says it; `None` if nowhere.
        new: where the new version says it, likewise.
        impact: whom it hurts; `None` where nobody has asked, or it hurts nobody.
    """

    change: Change
    old: Finding | None
    new: Finding | None
    impact: Impact | None = None

    @property
    def place(self) -> Finding | None:
        """Where to look first."""
        return self.new or self.old


def report(
    format: str, changes: Sequence[PlacedChange], old: str, new: str, used: Used | None = None
) -> str:
    """The text for some changes, without a line break at its end.

    Args:
        format: one of `CHANGE_FORMATS`.
        changes: the worst ones first.
        old: the name of the old version.
        new: the name of the new version.
        used: what clients use; `None` where nobody has asked.
    """
    if format == "full":
        return "\n".join(_full(changes, old, new, used))
    if format == "json":
        return json.dumps(_as_data(changes, old, new, used), indent=2)
    if format == "markdown":
        return "\n".join(_markdown(changes, old, new, used))
    findings = tuple(_finding(each, new, used) for each in changes if _counts(each.change))
    return render(format, [FileReport(new, findings)], quiet=True)


def _counts(change: Change) -> bool:
    """Whether it is a fault to those who follow the old version."""
    return change.level is not Level.COMPATIBLE


# -- for people ------------------------------------------------------------------------------------


def _sentence(each: PlacedChange, used: Used | None) -> str | None:
    """Whom a change hurts; `None` where nobody has asked."""
    if used is None or each.impact is None:
        return None
    return sentence_of(each.impact, used.period)


def _full(changes: Sequence[PlacedChange], old: str, new: str, used: Used | None) -> Iterator[str]:
    for each in changes:
        change = each.change
        head = click.style(str(change.level).ljust(10), fg=_COLORS[change.level], bold=True)
        about = " ".join(filter(None, (change.namespace, change.event)))
        yield f"{head} {_ARROWS[change.direction]}  {click.style(plain(about), bold=True)}".rstrip()
        yield f"    {plain(change.text)}"
        if (example := _example(change)) is not None:
            yield f"    for example {plain(example)}"
        if (sentence := _sentence(each, used)) is not None:
            yield f"    {click.style(plain(sentence), bold=True)}"
        places = [_place(found) for found in (each.new, each.old) if found is not None]
        if places:
            yield click.style(f"    {', was '.join(places)}", dim=True)
        yield ""
    for note in used.notes if used is not None else ():
        yield f"note: {plain(note)}"
    yield _summary(changes, old, new)


def _summary(changes: Sequence[PlacedChange], old: str, new: str) -> str:
    counts = Counter(each.change.level for each in changes)
    if not changes:
        return f"no changes from {old} to {new}"
    said = ", ".join(f"{counts[level]} {level}" for level in Level if counts[level])
    return f"{said} from {old} to {new}"


def _place(found: Finding) -> str:
    return f"{found.file}:{found.line}" if found.line else found.file


def _example(change: Change) -> str | None:
    """Arguments as JSON; `None` where there are none, or where nobody would read them."""
    if change.example is None:
        return None
    try:
        text = ", ".join(json.dumps(each, default=_bytes) for each in change.example)
    except ValueError:
        return None
    return f"({text})" if len(text) <= _LONGEST else None


def _bytes(value: object) -> str:
    assert isinstance(value, bytes)
    return f"<{len(value)} bytes>"


def _markdown(
    changes: Sequence[PlacedChange], old: str, new: str, used: Used | None
) -> Iterator[str]:
    yield f"# Changes from {_code(old)} to {_code(new)}"
    if not changes:
        yield from ("", "None.")
    for level in Level:
        here = [each for each in changes if each.change.level is level]
        if not here:
            continue
        yield from ("", f"## {_HEADINGS[level]}", "")
        for each in here:
            change = each.change
            about = " ".join(_code(part) for part in (change.namespace, change.event) if part)
            lead = f"{about}, {_ARROWS[change.direction]}: " if about else ""
            yield f"- {lead}{_escaped(change.text)}"
            if (sentence := _sentence(each, used)) is not None:
                yield f"  - {_escaped(sentence)}"
    for note in used.notes if used is not None else ():
        yield from ("", f"Note: {_escaped(note)}.")


def _code(text: str) -> str:
    ticks = "``" if "`" in text else "`"
    return f"{ticks}{plain(text)}{ticks}"


def _escaped(text: str) -> str:
    """Text in which Markdown and HTML find nothing."""
    return "".join(f"\\{each}" if each in "\\`*_[]<>#|" else each for each in plain(text))


# -- for programs ----------------------------------------------------------------------------------


def _as_data(
    changes: Sequence[PlacedChange], old: str, new: str, used: Used | None
) -> dict[str, Any]:
    counts = Counter(each.change.level for each in changes)
    return {
        "version": 1,
        "old": old,
        "new": new,
        "changes": [_one(each) for each in changes],
        "summary": {str(level): counts[level] for level in Level},
        "usage": None if used is None else _of_usage(used),
    }


def _of_usage(used: Used) -> dict[str, Any]:
    usage = used.usage
    return {
        "first": str(usage.first),
        "last": str(usage.last),
        "versions": [label_of(label) for label in usage.labels if label.text is not None],
        "notes": [*used.notes],
    }


def _one(each: PlacedChange) -> dict[str, Any]:
    change = each.change
    example = change.example
    return {
        "level": str(change.level),
        "direction": str(change.direction),
        "area": str(change.area),
        "namespace": change.namespace or None,
        "event": change.event or None,
        "path": change.path,
        "message": change.text,
        "example": None if example is None else [_json(value) for value in example],
        "old": _where(each.old),
        "new": _where(each.new),
        "use": None if each.impact is None else data_of(each.impact),
    }


def _where(found: Finding | None) -> dict[str, Any] | None:
    if found is None:
        return None
    return {
        "file": found.file,
        "line": found.line,
        "column": found.column,
        "pointer": found.pointer,
    }


def _json(value: Any) -> Any:
    """A value with bytes as `{"$bytes": base64}`."""
    if isinstance(value, bytes):
        return {"$bytes": base64.b64encode(value).decode("ascii")}
    if isinstance(value, dict):
        return {key: _json(each) for key, each in value.items()}
    return [_json(each) for each in value] if isinstance(value, list) else value


def _finding(each: PlacedChange, new: str, used: Used | None) -> Finding:
    change, place = each.change, each.place
    sentence = _sentence(each, used)
    text = change.text if sentence is None else f"{change.text}; {sentence}"
    breaks = change.level is Level.BREAKING
    return Finding(
        place.file if place is not None else new,
        place.line if place is not None else 0,
        place.column if place is not None else 0,
        place.pointer if place is not None else "",
        " ".join(
            filter(None, (change.namespace, f"{change.event}:" if change.event else "", text))
        ),
        f"{change.level}-{change.area}",
        Severity.ERROR if breaks else Severity.WARNING,
    )
