"""Files that `export` has written, known again: by a digest of their own text within them.

A file without one is a person's. So is one whose digest is not that of its text any more, to the
last comment and blank. YAML has the digest in a comment above the document; JSON, which has no
comments, in an extension at its end.
"""

from __future__ import annotations

import hashlib
import re
from enum import Enum
from typing import TYPE_CHECKING, Any

from asyncapi_guard.spec.serializing import to_json, to_yaml

if TYPE_CHECKING:
    from pathlib import Path

__all__ = ["Author", "author_of", "exported_text", "without_mark"]

_EXTENSION = "x-generated"
_BY = "asyncapi-guard export"
_BLANK = "0" * 32
_HEADER = """\
# Written by `{by}` from {source}.
# It updates this file until somebody edits it. Digest: {digest}
"""
_DIGEST = r"(?P<digest>[0-9a-f]{32})"
_IN_YAML = re.compile(
    rf"\A# Written by `{_BY}` from [^\n]*\n"
    rf"# It updates this file until somebody edits it\. Digest: {_DIGEST}\n"
)
_IN_JSON = re.compile(
    rf'"{_EXTENSION}": {{\n    "by": "{_BY}",\n    "digest": "{_DIGEST}"\n  }}\n}}\n\Z'
)


class Author(Enum):
    """Who has written the text of a file.

    `EXPORT` wrote every letter of it; `EDITOR` has changed what it wrote; `PERSON` wrote all of it.
    """

    EXPORT = "export"
    EDITOR = "editor"
    PERSON = "person"


def exported_text(data: Any, output: str, source: str) -> str:
    """The text of a document for a file, by which the file is known again.

    Args:
        data: the document.
        output: the name of the file; JSON where it ends in `.json`.
        source: what was exported, as people name it.
    """
    data = without_mark(data)
    if output.lower().endswith(".json"):
        text = to_json({**data, _EXTENSION: {"by": _BY, "digest": _BLANK}})
        return _signed(text, _IN_JSON)
    header = _HEADER.format(by=_BY, source=" ".join(source.split()), digest=_BLANK)
    return _signed(header + to_yaml(data), _IN_YAML)


def author_of(path: Path) -> Author:
    """Who has written a file that is there."""
    try:
        text = path.read_bytes().decode("utf-8").replace("\r\n", "\n")
    except (OSError, UnicodeDecodeError):
        return Author.PERSON
    for pattern in (_IN_YAML, _IN_JSON):
        match = pattern.search(text)
        if match is not None:
            signed = match["digest"] == _digest(_blanked(text, match))
            return Author.EXPORT if signed else Author.EDITOR
    return Author.PERSON


def without_mark(data: Any) -> Any:
    """A document without the extension by which its file is known."""
    mark = data.get(_EXTENSION) if isinstance(data, dict) else None
    if not (isinstance(mark, dict) and mark.get("by") == _BY):
        return data
    return {key: value for key, value in data.items() if key != _EXTENSION}


def _signed(text: str, pattern: re.Pattern[str]) -> str:
    match = pattern.search(text)
    if match is None:
        raise AssertionError("an exported text has no place for its digest")
    start, end = match.span("digest")
    return text[:start] + _digest(text) + text[end:]


def _blanked(text: str, match: re.Match[str]) -> str:
    start, end = match.span("digest")
    return text[:start] + _BLANK + text[end:]


def _digest(text: str) -> str:
    return hashlib.blake2b(text.encode("utf-8", "surrogatepass"), digest_size=16).hexdigest()
