"""Sessions of an editor, and edits of the server, applied as an editor does."""

from __future__ import annotations

import asyncio
import re
from itertools import pairwise
from typing import TYPE_CHECKING, Any

from editors import Editor, editing

if TYPE_CHECKING:
    from collections.abc import Callable, Coroutine
    from pathlib import Path

    from lsprotocol import types

_BREAK = re.compile("\r\n|[\n\r]")


def offset(text: str, place: types.Position) -> int:
    starts = [0, *(match.end() for match in _BREAK.finditer(text))]
    line = text[starts[place.line] :]
    units = line.encode("utf-16-le")[: 2 * place.character]
    return starts[place.line] + len(units.decode("utf-16-le"))


def applied(text: str, edits: Any) -> str:
    """A text with edits made, which must not overlap."""
    spans = sorted(
        (offset(text, each.range.start), offset(text, each.range.end), each.new_text)
        for each in edits
    )
    for (_, end, _), (start, _, _) in pairwise(spans):
        assert end <= start, "edits overlap"
    for start, end, new in reversed(spans):
        text = text[:start] + new + text[end:]
    return text


def edits_of(edit: types.WorkspaceEdit) -> dict[str, Any]:
    """The edits by URI, whichever way they are sent."""
    if edit.document_changes is not None:
        return {each.text_document.uri: each.edits for each in edit.document_changes}
    return dict(edit.changes or {})


def apply(editor: Editor, edit: types.WorkspaceEdit) -> dict[str, str]:
    """Make the edits in open documents, and in files that are not open; the new texts."""
    changed = {}
    names = {editor.uri(name): name for name in editor.texts}
    for uri, edits in edits_of(edit).items():
        name = names.get(uri)
        if name is not None:
            new = applied(editor.texts[name], edits)
            editor.write(name, new)
        else:
            path = next(p for p in editor.root.rglob("*") if p.as_uri() == uri)
            new = applied(path.read_bytes().decode(), edits)
            path.write_bytes(new.encode())
            name = str(path.relative_to(editor.root))
            editor.changed_on_disk(name)
        changed[name] = new
    return changed


def run(root: Path, test: Callable[[Editor], Coroutine[Any, Any, None]], **options: Any) -> None:
    """A session: a test that fails ends the server first."""

    async def main() -> None:
        failure = None
        async with editing(root, **options) as editor:
            try:
                await test(editor)
            except BaseException as error:
                failure = error
        if failure is not None:
            raise failure

    asyncio.run(main())
