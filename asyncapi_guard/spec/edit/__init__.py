"""Edits that keep the author's file: only the lines that an edit is about change.

A document is never written anew. Its text is parsed into places (`layout`), each edit becomes a few
replacements of text at these places (`block`, `flow`), and what is written there is in the style of
the file (`style`, `writing`). Comments, quotes, the order of keys, indentation, line breaks,
anchors, byte order marks and encodings stay as they are.

There are more ways to write YAML than anybody thinks of, so nothing here is trusted: the new text
is read again, and must say exactly what the edits say of the data (`edits`). If it does not, or if
it is seen before that an edit would change more than it names (a value behind an alias, an anchor
that others use), the edit is refused and there is no new text.
"""

from asyncapi_guard.spec.edit.document import apply_edits
from asyncapi_guard.spec.edit.edits import (
    Append,
    Edit,
    Insert,
    Remove,
    Rename,
    SetValue,
    edits_between,
)
from asyncapi_guard.spec.edit.layout import Written

__all__ = [
    "Append",
    "Edit",
    "Insert",
    "Remove",
    "Rename",
    "SetValue",
    "Written",
    "apply_edits",
    "edits_between",
]
