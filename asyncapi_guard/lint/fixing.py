"""`fix`: a document and its files with all safe repairs made, in memory.

Repairs are made in rounds, because what was misspelt was not looked into. A repair that would only
move the fault (the field has its name then, and a value of a wrong type) is taken back. Every file
is edited by `spec.edit`, so that only the lines in question change; what it refuses is told.
"""

from __future__ import annotations

from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import TYPE_CHECKING, Any
from urllib.parse import urlsplit
from urllib.request import url2pathname

from asyncapi_guard.errors import EditRefused, Finding
from asyncapi_guard.lint.linter import Examined, examine
from asyncapi_guard.lint.repairs import Repair, repairs_of
from asyncapi_guard.lint.settings import Settings
from asyncapi_guard.spec.edit import apply_edits
from asyncapi_guard.spec.pointers import format_pointer
from asyncapi_guard.spec.source import read_source

if TYPE_CHECKING:
    import os
    from collections.abc import Collection, Sequence

    from asyncapi_guard.spec.source import Source

__all__ = ["File", "Files", "Fixed", "fix"]

_ROUNDS = 20
#: What is found where a value does not belong: it has its name then, and nothing is better.
_MISFITS = frozenset(
    (
        "bad-format",
        "bad-value",
        "default-type",
        "default-value",
        "invalid-schema",
        "reference-forbidden",
        "reference-required",
        "wrong-type",
    )
)


@dataclass(frozen=True, slots=True)
class File:
    """A file that was repaired, and not yet written.

    Attributes:
        name: how people know it.
        uri: the base of its relative references.
        old: what is in it.
        new: what is to be in it.
    """

    name: str
    uri: str
    old: bytes
    new: bytes


#: By where they are, links followed: a file may have several names.
Files = dict[Path, File]


@dataclass(frozen=True, slots=True)
class Fixed:
    """What became of a document.

    Attributes:
        repairs: what was done, in the order of the files.
        refused: why the others were not.
        left: what is found afterwards.
        raw: the document itself, afterwards; `None` when it could not be read.
    """

    repairs: tuple[Repair, ...]
    refused: tuple[str, ...]
    left: tuple[Finding, ...]
    raw: bytes | None


def fix(
    spec: str | os.PathLike[str],
    files: Files,
    *,
    raw: bytes | None = None,
    root: str | os.PathLike[str] | None = None,
    allow_http: Collection[str] = (),
    settings: Settings | None = None,
) -> Fixed:
    """Make the safe repairs of a document and of the files that it refers to.

    Args:
        spec: the path of a YAML or JSON file.
        files: what was repaired before, also of other documents; what is repaired here is added.
        raw: what is in the document, if it is not to be read; it is not added to the files then.
        root: the folder that references may not leave; by default the spec's own.
        allow_http: hosts that references may lead to over http(s). What is there stays.
        settings: which findings are repaired: those that are reported.
    """
    options: dict[str, Any] = {
        "root": root,
        "allow_http": allow_http,
        "settings": settings or Settings(),
    }
    try:
        place = Path(spec).resolve()
        before = files.get(place) if raw is None else None
        content = raw if raw is not None else before.new if before else place.read_bytes()
    except (OSError, ValueError):
        return Fixed((), (), examine(spec, **options).findings, None)
    run = _Run(str(spec), place, options, files, content)
    examined = run.look(run.files, run.raw)
    for _ in range(_ROUNDS):
        examined, goes_on = _round(run, examined)
        if not goes_on:
            break
    if raw is None and run.raw != content:
        name, uri = str(spec), Path(spec).absolute().as_uri()
        old = before or File(name, uri, content, content)
        files[place] = replace(old, new=run.raw)
    repairs = tuple(sorted(run.done, key=lambda each: each.finding))
    reasons = tuple(filter(None, run.refused.values()))
    return Fixed(repairs, reasons, examined.findings, run.raw)


# -- rounds ----------------------------------------------------------------------------------------


@dataclass(slots=True)
class _Run:
    """The state of one document.

    Attributes:
        refused: why a finding is not repaired; empty where the repair would only move the fault.
    """

    spec: str
    place: Path
    options: dict[str, Any]
    files: Files
    raw: bytes
    refused: dict[tuple[str, str, str], str] = field(default_factory=dict)
    done: list[Repair] = field(default_factory=list)

    def look(self, files: Files, raw: bytes, **options: Any) -> Examined:
        others = [each for place, each in files.items() if place != self.place]
        sources = [read_source(each.name, each.uri, each.new) for each in others]
        return examine(self.spec, raw=raw, files=sources, **{**self.options, **options})


def _round(run: _Run, examined: Examined) -> tuple[Examined, bool]:
    """One round of repairs: what is found then, and whether to go on."""
    todo = [each for each in repairs_of(examined) if _key(each) not in run.refused]
    if not todo or examined.documents is None:
        return examined, False
    files, raw, made = _made(run, todo, examined.documents.main)
    after = run.look(files, raw)
    # Whatever is reported: a fault that was moved is no repair.
    everything = Settings()
    if run.options["settings"] == everything:
        worse = _moved(examined, after, made)
    else:
        before = run.look(run.files, run.raw, settings=everything)
        worse = _moved(before, run.look(files, raw, settings=everything), made)
    if worse:
        run.refused.update((_key(repair), "") for repair in worse)
        return examined, True
    run.files.update(files)
    run.raw = raw
    run.done += made
    return after, bool(made)


def _key(repair: Repair) -> tuple[str, str, str]:
    return repair.finding.file, repair.finding.pointer, repair.finding.code


def _moved(before: Examined, after: Examined, made: Sequence[Repair]) -> list[Repair]:
    """The repairs at whose places something else is found now."""
    known = {(each.file, each.pointer, each.code) for each in before.findings}
    new = {
        (each.file, each.pointer)
        for each in after.findings
        if each.code in _MISFITS and (each.file, each.pointer, each.code) not in known
    }
    return [each for each in made if (each.source.name, format_pointer(each.place)) in new]


def _made(run: _Run, todo: Sequence[Repair], main: Source) -> tuple[Files, bytes, list[Repair]]:
    """The files and the document with repairs made in them; what is refused is written down."""
    files, raw, made = dict(run.files), run.raw, []
    by_source: dict[str, list[Repair]] = {}
    for repair in todo:
        by_source.setdefault(repair.source.uri, []).append(repair)
    for repairs in by_source.values():
        source = repairs[0].source
        if source is main:
            raw, edited = _edited(run, source, raw, repairs)
            made += edited
            continue
        place = _place_of(source)
        file = files.get(place) or _opened(source, place) if place is not None else None
        if place is None or file is None:
            for repair in repairs:
                run.refused[_key(repair)] = (
                    f"{repair.finding}: not fixed, because it is not a local file"
                )
            continue
        new, edited = _edited(run, source, file.new, repairs)
        made += edited
        if edited:
            files[place] = replace(file, new=new)
    return files, raw, made


def _place_of(source: Source) -> Path | None:
    """Where a file is, links followed; `None` for what came over http."""
    parts = urlsplit(source.uri)
    return Path(url2pathname(parts.path)).resolve() if parts.scheme == "file" else None


def _opened(source: Source, place: Path) -> File | None:
    """A file as it is; `None` when it is gone since it was read."""
    try:
        old = place.read_bytes()
    except OSError:
        return None
    return File(source.name, source.uri, old, old)


def _edited(
    run: _Run, source: Source, raw: bytes, repairs: Sequence[Repair]
) -> tuple[bytes, list[Repair]]:
    """The content with all repairs made at once, but for those that are refused."""

    def made(some: Sequence[Repair]) -> bytes:
        return apply_edits(source.name, source.uri, raw, [repair.edit for repair in some])

    try:
        return made(repairs), list(repairs)
    except EditRefused:
        possible = []
    for repair in repairs:
        try:
            made([repair])
        except EditRefused as error:
            run.refused[_key(repair)] = str(error)
        else:
            possible.append(repair)
    try:
        return made(possible), possible
    except EditRefused:
        return made(possible[:1]), possible[:1]
