"""Actions about findings: fix one, fix all, ignore one, and show its rule."""

from __future__ import annotations

from typing import TYPE_CHECKING

from lsprotocol import types

from asyncapi_guard.lsp.fixes import can_be_fixed, fixed, title_of, with_comment
from asyncapi_guard.lsp.open_files import path_of_uri
from asyncapi_guard.lsp.text_edits import workspace_edit

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from asyncapi_guard.lint.linter import Examined
    from asyncapi_guard.lsp.checking import Found
    from asyncapi_guard.lsp.fixes import Changed
    from asyncapi_guard.lsp.open_files import Document
    from asyncapi_guard.lsp.server import GuardServer
    from asyncapi_guard.lsp.texts import Text

__all__ = ["FIX_ALL", "SHOW_RULE", "register"]

#: The kind of the action that fixes all; editors run it on saving, if they are told to.
FIX_ALL = "source.fixAll.asyncapi-guard"
#: The command behind "show the rule": its argument is a code.
SHOW_RULE = "asyncapi-guard.showRule"


def register(server: GuardServer) -> None:
    """Add the handlers of the feature."""
    kinds: list[types.CodeActionKind | str] = [types.CodeActionKind.QuickFix, FIX_ALL]

    @server.feature(
        types.TEXT_DOCUMENT_CODE_ACTION, types.CodeActionOptions(code_action_kinds=kinds)
    )
    def code_actions(params: types.CodeActionParams) -> list[types.CodeAction]:
        return list(_actions(server, params))

    @server.command(SHOW_RULE)
    async def show_rule(code: str, uri: str) -> None:
        await _show_rule(server, code, uri)


def _actions(server: GuardServer, params: types.CodeActionParams) -> Iterator[types.CodeAction]:
    uri = params.text_document.uri
    wanted = params.context.only
    if _is_wanted(types.CodeActionKind.QuickFix, wanted):
        for found in server.checks.found(uri):
            if _overlap(found.diagnostic.range, params.range):
                yield from _quick_fixes(server, uri, found)
    # Only on request: editors ask about each place of the cursor.
    if wanted and _is_wanted(FIX_ALL, wanted):
        yield from _fix_all(server, uri)


def _is_wanted(
    kind: types.CodeActionKind | str, wanted: Sequence[types.CodeActionKind | str] | None
) -> bool:
    """Whether a client wants a kind: it names kinds, or what kinds begin with."""
    if not wanted:
        return True
    return any(f"{_name(kind)}.".startswith(_name(each) and f"{_name(each)}.") for each in wanted)


def _name(kind: types.CodeActionKind | str) -> str:
    return kind.value if isinstance(kind, types.CodeActionKind) else kind


def _overlap(one: types.Range, other: types.Range) -> bool:
    first = (one.start.line, one.start.character), (one.end.line, one.end.character)
    second = (other.start.line, other.start.character), (other.end.line, other.end.character)
    return first[0] <= second[1] and second[0] <= first[1]


def _quick_fixes(server: GuardServer, uri: str, found: Found) -> Iterator[types.CodeAction]:
    finding, diagnostic = found.finding, found.diagnostic
    text = _text_of(server, uri)
    if can_be_fixed(finding):
        for document, examined in _examined(server, uri):
            changed, repairs = fixed(document, examined, server.files, server.surroundings, finding)
            if repairs:
                yield _action(server, title_of(repairs[0]), diagnostic, changed, preferred=True)
                break
    if text is not None:
        is_json = path_of_uri(uri).suffix.lower() == ".json"
        new = with_comment(text, finding, json=is_json)
        if new is not None:
            title = f"Ignore {finding.code} on this line with a comment"
            yield _action(server, title, diagnostic, {uri: (text, new)})
    if server.surroundings.rule_url(finding.code) is not None:
        title = f"Show the rule {finding.code}"
        yield types.CodeAction(
            title,
            types.CodeActionKind.QuickFix,
            [diagnostic],
            command=types.Command(title, SHOW_RULE, arguments=[finding.code, uri]),
        )


def _fix_all(server: GuardServer, uri: str) -> Iterator[types.CodeAction]:
    document = server.files.document(uri)
    examined = server.checks.examined(uri)
    if document is None or examined is None:
        return
    changed, repairs = fixed(document, examined, server.files, server.surroundings)
    if repairs:
        count = f"{len(repairs)} finding{'s' if len(repairs) > 1 else ''}"
        edit = workspace_edit(server, changed)
        yield types.CodeAction(f"Fix {count} of asyncapi-guard", FIX_ALL, edit=edit)


def _action(
    server: GuardServer,
    title: str,
    diagnostic: types.Diagnostic,
    changed: Changed,
    *,
    preferred: bool = False,
) -> types.CodeAction:
    return types.CodeAction(
        title,
        types.CodeActionKind.QuickFix,
        [diagnostic],
        is_preferred=preferred or None,
        edit=workspace_edit(server, changed),
    )


def _examined(server: GuardServer, uri: str) -> Iterator[tuple[Document, Examined]]:
    """The open documents that read a file when they were validated, itself first."""
    path = path_of_uri(uri).as_uri()
    documents = sorted(server.files.documents(), key=lambda each: each.uri != uri)
    for document in documents:
        examined = server.checks.examined(document.uri)
        if examined is None or examined.documents is None:
            continue
        if any(source.uri == path for source in examined.documents.sources()):
            yield document, examined


def _text_of(server: GuardServer, uri: str) -> Text | None:
    """The text of a file, as the editor or the disk has it."""
    document = server.files.document(uri)
    if document is not None:
        return document.text
    snapshot = server.files.snapshot(path_of_uri(uri))
    return snapshot.text if snapshot is not None else None


async def _show_rule(server: GuardServer, code: str, uri: str) -> None:
    """Open the page of a rule; show its text in editors that open no pages."""
    url = server.surroundings.rule_url(code)
    window = server.client_capabilities.window
    if url is not None and window is not None and window.show_document is not None:
        await server.window_show_document_async(types.ShowDocumentParams(url, external=True))
        return
    text = server.surroundings.rule_text(code, path_of_uri(uri))
    text = text or f"asyncapi-guard has no rule {code!r}"
    server.window_show_message(types.ShowMessageParams(types.MessageType.Info, text))
