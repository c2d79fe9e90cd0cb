"""Completion: fields, references, values and the codes of rules, also in half-written documents."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

from lsprotocol import types

from asyncapi_guard.lint.rules import RULES
from asyncapi_guard.lint.settings import ALWAYS
from asyncapi_guard.lsp.completing.outline import read_outline
from asyncapi_guard.lsp.completing.proposals import Proposal, proposals
from asyncapi_guard.lsp.completing.shapes import shape_at
from asyncapi_guard.lsp.completing.targets import entries_of, own_targets, written
from asyncapi_guard.lsp.findings import to_range

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

    from asyncapi_guard.lsp.completing.outline import Cursor
    from asyncapi_guard.lsp.completing.shapes import Shape
    from asyncapi_guard.lsp.open_files import Document
    from asyncapi_guard.lsp.server import GuardServer

__all__ = ["register"]

_TRIGGERS = ["'", '"', "/", "#", "[", ",", " ", "$", "-", ":"]
_KINDS = {
    "field": types.CompletionItemKind.Field,
    "value": types.CompletionItemKind.EnumMember,
    "reference": types.CompletionItemKind.Reference,
    "code": types.CompletionItemKind.Constant,
}
_CODES = re.compile(r"#\s*guard:\s*ignore(?:-file)?\s*\[(?P<before>[^\]\n]*)$")
_ABOUT_COMMENTS = ("bad-comment", "unused-ignore")
_WORD = re.compile(r"#\s*guard:\s*(?P<word>[\w-]*)$")
_PLACEHOLDER = re.compile(r"\$\{\d+(?::([^}\\]*)|\|([^,|]*)[^|]*\|)\}|\$\d+|\\([$}\\])")
_NEW = "asyncapi: 3.1.0\ninfo:\n  title: ${1:title}\n  version: ${2:1.0.0}\nchannels:\n  $0"


def register(server: GuardServer) -> None:
    """Add the handlers of the feature."""

    @server.feature(
        types.TEXT_DOCUMENT_COMPLETION, types.CompletionOptions(trigger_characters=_TRIGGERS)
    )
    def completion(params: types.CompletionParams) -> list[types.CompletionItem]:
        document = server.files.document(params.text_document.uri)
        if document is None:
            return []
        return list(_items(server, document, params.position))


def _items(
    server: GuardServer, document: Document, position: types.Position
) -> Iterator[types.CompletionItem]:
    text = document.text
    offset = text.offset(position.line, position.character)
    column = offset - text.starts[min(position.line, len(text.starts) - 1)]
    lines = [text.line(number) for number in range(len(text.starts))]
    cursor = read_outline(lines, position.line, column)
    before = lines[position.line][:column] if position.line < len(lines) else ""
    if cursor.role == "comment":
        found = list(_in_comment(server, document, position.line, before))
        start = column - len(re.split(r"[\s\[,:]", before)[-1])
    elif not _is_ours(server, document, cursor):
        found = list(_new_document(document, cursor))
        start = cursor.start
    else:
        found = proposals(
            cursor, lambda name, shape: _targets(server, document, cursor, name, shape)
        )
        start = cursor.start
    end = _end(lines[position.line] if position.line < len(lines) else "", column, cursor)
    begin = text.offset(position.line, 0) + start
    stop = text.offset(position.line, 0) + end
    replaced = to_range(text.place(begin), text.place(stop))
    able = _snippets(server)
    is_empty = not before[: cursor.start].strip() or before[start - 1 : start].isspace()
    lead = "" if is_empty or cursor.role != "value" else " "
    for each in found:
        yield _item(each, replaced, lead, snippets=able)


def _item(
    proposal: Proposal, replaced: types.Range, lead: str, *, snippets: bool
) -> types.CompletionItem:
    text = lead + proposal.text
    form = types.InsertTextFormat.Snippet if snippets else types.InsertTextFormat.PlainText
    return types.CompletionItem(
        proposal.label,
        kind=_KINDS[proposal.kind],
        detail=proposal.detail or None,
        documentation=proposal.documentation or None,
        sort_text=f"{proposal.rank:02}{proposal.label}",
        filter_text=proposal.text.replace("\\", "") if proposal.kind == "reference" else None,
        insert_text_format=form,
        insert_text_mode=types.InsertTextMode.AdjustIndentation,
        text_edit=types.TextEdit(replaced, text if snippets else _plain(text)),
    )


def _plain(snippet: str) -> str:
    """A snippet for editors that know none: its first choices, without places for the cursor."""
    return _PLACEHOLDER.sub(lambda each: each[1] or each[2] or each[3] or "", snippet)


def _snippets(server: GuardServer) -> bool:
    able = server.client_capabilities.text_document
    completion = able.completion if able is not None else None
    item = completion.completion_item if completion is not None else None
    return bool(item is not None and item.snippet_support)


def _end(line: str, column: int, cursor: Cursor) -> int:
    """Where the word ends at which the cursor is: a quoted text ends with its quote."""
    rest = line[column:]
    quote = cursor.written[:1]
    if quote in ("'", '"') and cursor.role in ("value", "either"):
        end = rest.find(quote)
        return column + end + 1 if end >= 0 else column
    word = re.match(r"[\w$./#~-]*", rest)
    return column + (word.end() if word is not None else 0)


# -- whose documents -------------------------------------------------------------------------------


def _is_ours(server: GuardServer, document: Document, cursor: Cursor) -> bool:
    return "asyncapi" in cursor.root.keys or server.surroundings.is_document(document.text.value)


def _new_document(document: Document, cursor: Cursor) -> Iterator[Proposal]:
    """The beginning of a document, in a file that has nothing else."""
    rest = document.text.value.strip()
    is_new = rest == cursor.written.strip() and "asyncapi".startswith(rest)
    if is_new and not cursor.path and document.path.suffix.lower() != ".json":
        text = "The beginning of an AsyncAPI document."
        yield Proposal("asyncapi", _NEW, "field", "new document", text, 0)


# -- comments --------------------------------------------------------------------------------------


def _in_comment(
    server: GuardServer, document: Document, line: int, before: str
) -> Iterator[Proposal]:
    """The codes of rules in a comment that ignores findings; those found on the line come first."""
    codes = _CODES.search(before)
    if codes is None:
        if _WORD.search(before) is not None:
            yield Proposal("ignore", "ignore[$0]", "code", "on this line", rank=0)
            yield Proposal("ignore-file", "ignore-file[$0]", "code", "in this file", rank=1)
        return
    taken = {code.strip() for code in codes["before"].split(",")[:-1]}
    here = {
        each.finding.code
        for each in server.checks.found(document.uri)
        if each.finding.line == line + 1 and each.finding.code not in _ABOUT_COMMENTS
    }
    for code, rule in RULES.items():
        if code in ALWAYS or code in taken:
            continue
        rank = 0 if code in here else 5
        yield Proposal(code, code, "code", rule.severity.value, rule.title, rank)


# -- references ------------------------------------------------------------------------------------


def _targets(
    server: GuardServer, document: Document, cursor: Cursor, name: str, shape: Shape
) -> list[str]:
    """The references to objects of a kind: of this document, then of other files."""
    must = shape.type is not None and shape.type.reference == "must"
    if shape.type is not None and shape.type.reference == "target":
        must = _is_must(cursor)
    path = cursor.path
    found = [written(each) for each in own_targets(cursor.root, path, name, must=must)]
    if must:
        return found  # such references stay in the document
    for other in _other_files(server, document):
        snapshot = server.files.snapshot(other)
        if snapshot is None:
            continue
        data = snapshot.source.data
        entries = list(entries_of(data, name))
        if not entries and isinstance(data, dict) and "asyncapi" not in data:
            entries = [(key,) for key, value in data.items() if isinstance(value, dict)]
        found += [written(each, file=other, base=document.path) for each in entries]
    return found


def _is_must(cursor: Cursor) -> bool:
    """Whether the reference in which the cursor is stands where nothing else may."""
    above = shape_at(cursor.root, cursor.path[:-1])
    return above is not None and above.type is not None and above.type.reference == "must"


def _other_files(server: GuardServer, document: Document) -> list[Path]:
    """The other files that are open, or to which the document refers."""
    found = {str(each.path): each.path for each in server.files.documents()}
    examined = server.checks.examined(document.uri)
    if examined is not None and examined.documents is not None:
        found.update({str(path): path for path in examined.documents.files()})
    found.pop(str(document.path), None)
    suffixes = (".yml", ".yaml", ".json")
    return [path for path in found.values() if path.suffix.lower() in suffixes]
