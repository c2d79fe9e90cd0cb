"""Fixes of findings as new texts: what `validate --fix` does, with files as the editor has them."""

from __future__ import annotations

import json
import re
from typing import TYPE_CHECKING

from asyncapi_guard.errors import UnreadableDocument
from asyncapi_guard.lint.comments import apply_comments
from asyncapi_guard.lint.fixing import File, Files, fix
from asyncapi_guard.lint.repairs import REPAIRS
from asyncapi_guard.lint.settings import ALWAYS
from asyncapi_guard.lsp.surroundings import UnusableConfiguration
from asyncapi_guard.lsp.texts import Text
from asyncapi_guard.spec.edit import Insert, Remove, Rename, SetValue
from asyncapi_guard.spec.source import read_source

if TYPE_CHECKING:
    from collections.abc import Mapping
    from pathlib import Path

    from asyncapi_guard.errors import Finding
    from asyncapi_guard.lint.linter import Examined
    from asyncapi_guard.lint.repairs import Repair
    from asyncapi_guard.lsp.open_files import Document, OpenFiles
    from asyncapi_guard.lsp.surroundings import Surroundings

__all__ = ["Changed", "can_be_fixed", "fixed", "title_of", "with_comment"]

#: By URI, the text of a file as it is, and as it is to be.
Changed = dict[str, tuple[Text, str]]
#: A comment that ignores findings, up to the end of its codes.
_BRACKETS = re.compile(r"#\s*guard:\s*ignore\s*\[[^\]\n]*(?=\])")


def fixed(
    document: Document,
    examined: Examined,
    files: OpenFiles,
    surroundings: Surroundings,
    only: Finding | None = None,
) -> tuple[Changed, tuple[Repair, ...]]:
    """Return the files with all safe fixes made, or with one, and what was fixed.

    Args:
        document: the document, as it was examined.
        examined: what the linter saw of it.
        files: all files, of which open ones count as the editor has them.
        surroundings: says how to validate.
        only: the finding to fix; by default all are.
    """
    try:
        options = surroundings.options(document.path)
    except UnusableConfiguration:
        return {}, ()
    raw = _bytes(document.text.value)
    opened = _opened(document, examined, files)
    others: Files = dict(opened)
    done = fix(
        document.name,
        others,
        raw=raw,
        root=options.root,
        allow_http=options.allow_http,
        settings=options.settings,
        only=only,
    )
    changed: Changed = {}
    if done.raw is not None and done.raw != raw:
        changed[document.uri] = document.text, _text(done.raw)
    for path, file in others.items():
        before = opened.get(path, file)
        old = before.new if path in opened else file.old
        if file.new != old:
            changed[files.uri_of(path)] = Text(_text(old)), _text(file.new)
    return changed, done.repairs


def _opened(document: Document, examined: Examined, files: OpenFiles) -> Mapping[Path, File]:
    """The other open documents that a document refers to, as the editor has them."""
    found: dict[Path, File] = {}
    sources = examined.documents.sources() if examined.documents is not None else ()
    by_name = {source.uri: source for source in sources}
    for other in files.documents():
        source = by_name.get(other.path.as_uri())
        if other is document or source is None or not other.is_readable:
            continue
        raw = _bytes(other.text.value)
        found[other.path.resolve()] = File(source.name, source.uri, raw, raw)
    return found


def _bytes(text: str) -> bytes:
    return text.encode("utf-8", "surrogatepass")


def _text(raw: bytes) -> str:
    return raw.decode("utf-8", "surrogatepass")


def title_of(repair: Repair) -> str:
    """What a fix does, as the title of an action."""
    edit, code = repair.edit, repair.finding.code
    if isinstance(edit, Rename):
        what = f"Rename '{edit.path[-1]}' to '{edit.key}'"
    elif isinstance(edit, Remove):
        what = "Remove the duplicate"
    elif isinstance(edit, Insert):
        what = f"Add '{edit.key}'"
    elif isinstance(edit, SetValue) and isinstance(edit.value, dict):
        what = f"Change to a reference to '{edit.value.get('$ref')}'"
    elif code in ("wrong-type", "default-type"):
        is_text = isinstance(edit.value, str)
        what = "Put the value in quotes" if is_text else "Remove the quotes"
    else:
        value = edit.value if isinstance(edit.value, str) else json.dumps(edit.value)
        what = f"Change to '{value}'"
    return f"{what} ({code})"


def can_be_fixed(finding: Finding) -> bool:
    """Whether `validate --fix` knows the rule of a finding."""
    return finding.code in REPAIRS


# -- comments --------------------------------------------------------------------------------------


def with_comment(text: Text, finding: Finding, *, json: bool) -> str | None:
    """Return a text with a comment that ignores a finding; `None` if none can.

    JSON has no comments, blocks of text contain what looks like one, and some findings can't be
    ignored.

    Args:
        text: the text of the finding's file.
        finding: what to ignore.
        json: whether the text is JSON.
    """
    if json or finding.code in ALWAYS or finding.line < 1 or finding.line > len(text.starts):
        return None
    line = text.line(finding.line - 1)
    for new_line in (_added_to_brackets(line, finding.code), _appended(line, finding.code)):
        if new_line is None:
            continue
        start = text.starts[finding.line - 1]
        new = text.value[:start] + new_line + text.value[start + len(line) :]
        if _ignores(finding, new) and _means_the_same(text.value, new):
            return new
    return None


def _added_to_brackets(line: str, code: str) -> str | None:
    """The line with a code added to the comment that it has."""
    several = list(_BRACKETS.finditer(line))
    return f"{line[: several[-1].end()]}, {code}{line[several[-1].end() :]}" if several else None


def _appended(line: str, code: str) -> str:
    return f"{line.rstrip()}  # guard: ignore[{code}]"


def _ignores(finding: Finding, text: str) -> bool:
    return finding not in apply_comments([finding], {finding.file: text})


def _means_the_same(old: str, new: str) -> bool:
    try:
        one, other = (read_source("", "", _bytes(text)).data for text in (old, new))
    except UnreadableDocument:
        return True  # what cannot be read is not changed by a comment
    return bool(one == other)
