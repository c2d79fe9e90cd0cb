"""`apply_edits`: a file's bytes, edited; checked, or refused."""

from __future__ import annotations

import codecs
from collections import defaultdict
from typing import TYPE_CHECKING, Any

from asyncapi_guard.errors import EditRefused, UnreadableDocument
from asyncapi_guard.spec.edit import block, flow
from asyncapi_guard.spec.edit.edits import (
    Append,
    Edit,
    ImpossibleError,
    Insert,
    Remove,
    Rename,
    SetValue,
    edited_data,
    edits_between,
    from_the_end,
    same,
)
from asyncapi_guard.spec.edit.layout import Layout
from asyncapi_guard.spec.edit.splices import OverlapError, Splice, check_anchors, spliced
from asyncapi_guard.spec.edit.style import newline_of, style_of
from asyncapi_guard.spec.edit.writing import key_text
from asyncapi_guard.spec.limits import DEFAULT_LIMITS, Limits
from asyncapi_guard.spec.source import Source, check_data, read_source

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from asyncapi_guard.spec.edit.layout import Entry, Place
    from asyncapi_guard.spec.pointers import Path

__all__ = ["apply_edits"]

_MARKS = (
    (codecs.BOM_UTF8, "utf-8"),
    (codecs.BOM_UTF32_LE, "utf-32-le"),
    (codecs.BOM_UTF32_BE, "utf-32-be"),
    (codecs.BOM_UTF16_LE, "utf-16-le"),
    (codecs.BOM_UTF16_BE, "utf-16-be"),
)
_NOT_AS_MEANT = "the way in which this part is written does not allow it: edit it by hand"


def apply_edits(
    name: str, uri: str, raw: bytes, edits: Sequence[Edit], limits: Limits = DEFAULT_LIMITS
) -> bytes:
    """A file with edits made in it, all at once: paths are those of the file as it is.

    Args:
        name: how people know the file.
        uri: its URI; it is JSON when that ends so.
        raw: what is in it.
        edits: what to change.
        limits: how large it may be, before and after.

    Returns:
        The new content. Read again, it says exactly what the edits say.

    Raises:
        UnreadableDocument: the file is no document.
        EditRefused: an edit cannot be made without changing anything else.
    """
    source = read_source(name, uri, raw, limits)
    _check_values(source, edits, limits)
    try:
        edits = [small for edit in edits for small in _expanded(source.data, edit)]
        wanted = edited_data(source.data, edits)
        _check(source, edits[0].path if edits else (), wanted, limits)
        text = _edited(source, edits)
    except ImpossibleError as error:
        raise _refusal(source, error.path, error.reason) from None
    # A block of text that ends a file ends with a line break, even where the file had none.
    for end in ("", newline_of(text)):
        new = _encoded(raw, text + end)
        if _says(name, uri, new, limits, wanted):
            return new
    raise _refusal(source, edits[0].path if edits else (), _NOT_AS_MEANT)


def _check_values(source: Source, edits: Sequence[Edit], limits: Limits) -> None:
    for edit in edits:
        if isinstance(edit, (SetValue, Insert, Append)):
            _check(source, edit.path, edit.value, limits)


def _check(source: Source, path: Path, data: Any, limits: Limits) -> None:
    """Refuse what could not be read again, before anybody goes through it."""
    try:
        check_data(source.name, data, limits)
    except UnreadableDocument as error:
        raise _refusal(source, path, error.findings[0].message) from None


def _says(name: str, uri: str, raw: bytes, limits: Limits, wanted: Any) -> bool:
    """Whether a file says exactly what is wanted."""
    try:
        return same(read_source(name, uri, raw, limits).data, wanted)
    except UnreadableDocument:
        return False


def _refusal(source: Source, path: Path, reason: str) -> EditRefused:
    return EditRefused(source.finding(path, f"cannot be edited: {reason}", "edit-refused"))


def _encoded(raw: bytes, text: str) -> bytes:
    """The text as the file has it: its encoding, and its byte order mark if there is one."""
    for mark, encoding in _MARKS:
        if raw.startswith(mark):
            return mark + text.encode(encoding)
    return text.encode()


def _expanded(data: Any, edit: Edit) -> Sequence[Edit]:
    """Another value of a mapping or a list as the least edits of what is in it."""
    if not isinstance(edit, SetValue):
        return [edit]
    old = data
    for end, part in enumerate(edit.path):
        try:
            old = old[part]
        except (KeyError, IndexError, TypeError):
            raise ImpossibleError(edit.path[:end], f"there is no {part!r}") from None
    return edits_between(old, edit.value, edit.path)


def _edited(source: Source, edits: Sequence[Edit]) -> str:
    text = source.text or ""
    is_json = source.uri.lower().endswith(".json")
    try:
        return spliced(text, _Plan(text, is_json=is_json).splices(edits))
    except OverlapError:
        # One after the other; what comes later in the text does not move what comes before.
        for edit in from_the_end(source.data, edits):
            text = spliced(text, _Plan(text, is_json=is_json).splices([edit]))
        return text


class _Plan:
    """What edits replace in one text."""

    def __init__(self, text: str, *, is_json: bool) -> None:
        self._layout = Layout(text)
        root = self._layout.root
        keys = [entry.key for entry in root.entries if entry.key is not None]
        in_quotes = bool(keys) and all(key.style == '"' for key in keys)
        self._style = style_of(self._layout, json=is_json or (root.is_flow and in_quotes))

    def splices(self, edits: Sequence[Edit]) -> list[Splice]:
        inserted: dict[tuple[Path, str | None], list[Insert]] = defaultdict(list)
        appended: dict[Path, list[Append]] = defaultdict(list)
        removed: dict[Path, list[Remove]] = defaultdict(list)
        # By depth: where several edits add lines at one place, what is deeper stands first.
        found: list[tuple[int, list[Splice]]] = []

        def add(path: Path, splices: Iterator[Splice]) -> None:
            found.append((-len(path), list(self._told(path, splices))))

        for edit in edits:
            if isinstance(edit, Insert):
                inserted[edit.path, edit.after].append(edit)
            elif isinstance(edit, Append):
                appended[edit.path].append(edit)
            elif isinstance(edit, Remove):
                removed[edit.path[:-1]].append(edit)
            elif isinstance(edit, Rename):
                add(edit.path, self._rename(edit))
            else:
                add(edit.path, self._set(edit.path, edit.value))
        for (path, after), inserts in inserted.items():
            add(path, self._insert(path, after, inserts))
        for path, appends in appended.items():
            add(path, self._append(path, appends))
        for path, removes in removed.items():
            add(path, self._remove(path, removes))
        found.sort(key=lambda each: each[0])
        return [splice for _, splices in found for splice in splices]

    def _told(self, path: Path, splices: Iterator[Splice]) -> Iterator[Splice]:
        """The splices of an edit; a reason without a path is about this one."""
        try:
            yield from splices
        except ImpossibleError as error:
            raise ImpossibleError(error.path or path, error.reason) from None

    # -- one kind of edit each ---------------------------------------------------------------------

    def _rename(self, edit: Rename) -> Iterator[Splice]:
        entry, place = self._layout.find(edit.path)
        key = entry.key if entry is not None else None
        holder = place.holder
        if key is None or holder is None or key.kind != "scalar" or key.style in ("|", ">"):
            raise ImpossibleError(edit.path, "its key is not written as plain or quoted text")
        check_anchors(self._layout, edit.path, holder, whole=False)
        style = flow.style_in(self._style, holder)
        text = key_text(edit.key, style, key.style, brackets=holder.is_flow)
        yield Splice(key.content, key.end, text)

    def _set(self, path: Path, value: Any) -> Iterator[Splice]:
        entry, place = self._layout.find(path)
        check_anchors(self._layout, path, place, whole=True)
        yield from self._put(entry, place, value)

    def _put(self, entry: Entry | None, place: Place, value: Any) -> Iterator[Splice]:
        layout, holder = self._layout, place.holder
        if entry is None and not self._style.json and not place.is_flow:
            raise ImpossibleError((), "the whole document would change")
        if entry is None or holder is None or holder.is_flow:
            style = flow.style_in(self._style, holder)
            yield from flow.set_value(layout, style, entry, place, value)
        else:
            yield from block.set_value(layout, self._style, entry, place, value)

    def _insert(self, path: Path, after: str | None, inserts: Sequence[Insert]) -> Iterator[Splice]:
        entry, place = self._layout.find(path)
        check_anchors(self._layout, path, place, whole=False)
        pairs = [(edit.key, edit.value) for edit in inserts]
        if place.kind == "alias":
            raise ImpossibleError(path, f"this is the alias *{place.text[:60]}: edit its anchor")
        if not place.entries:
            self._check_brackets(place)
            yield from self._put(entry, place, dict(pairs))
            return
        behind = self._layout.find((*path, after))[0] if after is not None else None
        if place.is_flow:
            style = flow.style_in(self._style, place)
            yield from flow.insert(self._layout, style, place, behind, pairs)
        else:
            yield from block.insert(self._layout, self._style, place, behind, pairs)

    def _append(self, path: Path, appends: Sequence[Append]) -> Iterator[Splice]:
        entry, place = self._layout.find(path)
        check_anchors(self._layout, path, place, whole=False)
        values = [edit.value for edit in appends]
        if place.kind == "alias":
            raise ImpossibleError(path, f"this is the alias *{place.text[:60]}: edit its anchor")
        if not place.entries:
            self._check_brackets(place)
            yield from self._put(entry, place, values)
        elif place.is_flow:
            pairs = [(None, value) for value in values]
            style = flow.style_in(self._style, place.holder)
            yield from flow.insert(self._layout, style, place, None, pairs)
        else:
            yield from block.append(self._layout, self._style, place, values)

    def _check_brackets(self, place: Place) -> None:
        if self._layout.has_comment(place.content, place.end):
            raise ImpossibleError((), "there is a comment inside its brackets: edit it by hand")

    def _remove(self, path: Path, removes: Sequence[Remove]) -> Iterator[Splice]:
        entry, place = self._layout.find(path)
        gone: dict[int, Path] = {}
        for edit in removes:
            found, value = self._layout.find(edit.path)
            check_anchors(self._layout, edit.path, value, whole=True)
            index = next(i for i, each in enumerate(place.entries) if each is found)
            gone[index] = edit.path
        if len(gone) == len(place.entries):
            if place.is_flow:
                yield from flow.clear(self._layout, place, path)
            elif entry is None:
                raise ImpossibleError(path, "nothing would be left of the document")
            else:
                yield from block.clear(self._layout, self._style, entry, place)
            return
        if len(gone) > 1 and place.is_flow:
            raise OverlapError  # commas between them belong to both
        for index, part in gone.items():
            if place.is_flow:
                yield from flow.remove(self._layout, place, index, part)
            else:
                before = max((i for i in range(index) if i not in gone), default=None)
                yield from block.remove(self._layout, place, index, part, before)
