"""What differs between two texts, as edits of the protocol."""

from __future__ import annotations

from difflib import SequenceMatcher
from itertools import pairwise
from typing import TYPE_CHECKING

from lsprotocol import types

from asyncapi_guard.lsp.findings import to_range
from asyncapi_guard.lsp.texts import Text

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping, Sequence

    from asyncapi_guard.lsp.server import GuardServer

__all__ = ["text_edits", "workspace_edit"]

#: Lines up to which changes far apart are told apart.
_MOST_COMPARED = 20_000


def text_edits(old: Text, new: str) -> list[types.TextEdit]:
    """Return the least edits, in whole lines and within lines, that make one text of another."""
    before, after = _lines(old.value), _lines(new)
    edits = []
    for start, end, lines in _differences(before, after):
        begin = old.starts[start] if start < len(old.starts) else len(old.value)
        removed, added = "".join(before[start:end]), "".join(lines)
        same = _common(removed, added)
        removed, added = removed[same:], added[same:]
        behind = _common(removed[::-1], added[::-1])
        first = begin + same
        last = first + len(removed) - behind
        place = to_range(old.place(first), old.place(last))
        edits.append(types.TextEdit(place, added[: len(added) - behind]))
    return edits


def workspace_edit(
    server: GuardServer, changed: Mapping[str, tuple[Text, str]]
) -> types.WorkspaceEdit:
    """Return an edit of files: by URI, the text as it is, and as it is to be.

    Open documents are named with their versions, if the editor can use versions.
    """
    edits = {uri: text_edits(old, new) for uri, (old, new) in changed.items()}
    workspace = server.client_capabilities.workspace
    able = workspace.workspace_edit if workspace is not None else None
    if able is None or not able.document_changes:
        return types.WorkspaceEdit(changes=edits)
    documents = {uri: server.files.document(uri) for uri in edits}
    return types.WorkspaceEdit(
        document_changes=[
            types.TextDocumentEdit(
                types.OptionalVersionedTextDocumentIdentifier(
                    uri=uri, version=document.version if document is not None else None
                ),
                list(edits[uri]),
            )
            for uri, document in documents.items()
        ]
    )


def _lines(text: str) -> list[str]:
    """The lines with their ends, as the protocol counts them."""
    starts = [*Text(text).starts, len(text)]
    return [text[start:end] for start, end in pairwise(starts)]


def _differences(
    before: Sequence[str], after: Sequence[str]
) -> Iterator[tuple[int, int, Sequence[str]]]:
    """Where lines differ: from which to which, and what is there instead."""
    if len(before) == len(after):  # as when names change
        for number, (one, other) in enumerate(zip(before, after, strict=True)):
            if one != other:
                yield number, number + 1, [other]
        return
    top = _common(before, after)
    rest, others = before[top:], after[top:]
    bottom = _common(rest[::-1], others[::-1])
    rest, others = rest[: len(rest) - bottom], others[: len(others) - bottom]
    if len(rest) + len(others) > _MOST_COMPARED:
        yield top, top + len(rest), others
        return
    for kind, start, end, begin, stop in SequenceMatcher(
        None, rest, others, autojunk=False
    ).get_opcodes():
        if kind != "equal":
            yield top + start, top + end, others[begin:stop]


def _common(one: Sequence[str], other: Sequence[str]) -> int:
    """How many items two sequences have in common at their beginnings."""
    count = 0
    for a, b in zip(one, other, strict=False):
        if a != b:
            break
        count += 1
    return count
