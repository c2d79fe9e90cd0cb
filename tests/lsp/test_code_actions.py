"""Actions about findings: the same fixes as `validate --fix`, comments, and rules."""

from __future__ import annotations

import asyncio
import subprocess
import sys
from ast import literal_eval
from typing import TYPE_CHECKING, Any

import pytest
from applied import apply, edits_of, run
from lsprotocol import types

from asyncapi_guard.lint.repairs import REPAIRS
from asyncapi_guard.lint.rules import RULES

if TYPE_CHECKING:
    from pathlib import Path

    from editors import Editor

FIX_ALL = "source.fixAll.asyncapi-guard"
#: Seconds for an answer.
PATIENCE = 60
EVERYWHERE = types.Range(types.Position(0, 0), types.Position(10_000, 0))
CHAT = """\
asyncapi: 3.1.0
info: {title: Chat 😀, version: '1'}
channels:
  chat:
    address: /chat
    messages:
      say:
        payload: {type: string, format: emial}
        adress: 1  # as ever
operations:
  say:
    action: recieve
    channel: {$ref: '#/channels/chat'}
"""


async def actions(
    editor: Editor, name: str, *, only: Any = None, place: types.Range = EVERYWHERE
) -> list[types.CodeAction]:
    shown = editor.published.get(editor.uri(name))
    context = types.CodeActionContext(list(shown.diagnostics) if shown else [], only=only)
    document = types.TextDocumentIdentifier(editor.uri(name))
    asked = editor.client.text_document_code_action_async(
        types.CodeActionParams(document, place, context)
    )
    several = await asyncio.wait_for(asked, PATIENCE) or []
    # The client of the tests reads an action with a command as a command, whose name is a text of
    # the action's own.
    shows = types.CodeActionKind.QuickFix
    return [
        types.CodeAction(each.title, shows, command=types.Command(**literal_eval(each.command)))
        if isinstance(each, types.Command)
        else each
        for each in several
    ]


async def take(editor: Editor, name: str, title: str) -> None:
    """Run the one action with a title."""
    (action,) = [each for each in await actions(editor, name) if each.title == title]
    assert action.edit is not None
    apply(editor, action.edit)
    await editor.diagnostics(name)


def fixed_by_command(root: Path, texts: dict[str, str]) -> dict[str, str]:
    root.mkdir()
    for name, text in texts.items():
        (root / name).write_text(text, encoding="utf-8")
    command = [sys.executable, "-m", "asyncapi_guard", "validate", "--fix", "-q", *texts]
    done = subprocess.run(command, cwd=root, capture_output=True, text=True, check=False)
    assert done.returncode in (0, 1), done.stderr
    return {name: (root / name).read_text(encoding="utf-8") for name in texts}


def bad_examples() -> dict[str, str]:
    return {f"{code}.yml": RULES[code].document(RULES[code].bad) for code in REPAIRS}


@pytest.mark.slow
def test_each_rule_with_a_fix_has_an_action_that_does_what_the_command_does(
    tmp_path: Path,
) -> None:
    """One finding after the other, until none has an action."""
    texts = bad_examples()
    wanted = fixed_by_command(tmp_path / "command", texts)
    root = tmp_path / "editor"
    root.mkdir()
    found: dict[str, str] = {}
    offered: dict[str, set[str]] = {}

    async def test(editor: Editor) -> None:
        for name, text in texts.items():
            editor.open(name, text)
            offered[name] = set()
            await editor.diagnostics(name)
            while fixes := [each for each in await actions(editor, name) if each.is_preferred]:
                offered[name] |= {str(each.code) for each in fixes[0].diagnostics or ()}
                apply(editor, fixes[0].edit)
                await editor.diagnostics(name)
            found[name] = editor.texts[name]

    run(root, test)
    assert found == wanted
    changed = {name for name, text in texts.items() if wanted[name] != text}
    assert {name for name, codes in offered.items() if codes} == changed
    assert all(name.removesuffix(".yml") in offered[name] for name in changed)
    assert len(changed) > len(texts) / 2


@pytest.mark.slow
def test_fix_all_does_what_the_command_does(tmp_path: Path) -> None:
    texts = bad_examples()
    wanted = fixed_by_command(tmp_path / "command", texts)
    root = tmp_path / "editor"
    root.mkdir()

    async def test(editor: Editor) -> None:
        for name, text in texts.items():
            editor.open(name, text)
            await editor.diagnostics(name)
            several = await actions(editor, name, only=["source.fixAll"])
            assert [each.kind for each in several] == [FIX_ALL] * (wanted[name] != text)
            for each in several:
                apply(editor, each.edit)
            assert editor.texts[name] == wanted[name]

    run(root, test)


def test_the_titles_say_what_is_done(tmp_path: Path) -> None:
    async def test(editor: Editor) -> None:
        editor.open("a.yml", CHAT)
        await editor.diagnostics("a.yml")
        titles = [each.title for each in await actions(editor, "a.yml")]
        assert "Change to 'email' (unknown-format)" in titles
        assert "Change to 'receive' (bad-value)" in titles
        assert "Ignore unknown-format on this line with a comment" in titles
        assert "Show the rule bad-value" in titles

    run(tmp_path, test)


def test_only_findings_at_the_cursor_have_actions(tmp_path: Path) -> None:
    async def test(editor: Editor) -> None:
        editor.open("a.yml", CHAT)
        await editor.diagnostics("a.yml")
        cursor = editor.at("a.yml", "action: rec|ieve").position
        place = types.Range(cursor, cursor)
        several = await actions(editor, "a.yml", place=place)
        assert {str(d.code) for each in several for d in each.diagnostics or ()} == {"bad-value"}
        assert len(several) == 3
        assert await actions(editor, "a.yml", place=place, only=["refactor"]) == []
        kinds = {each.kind for each in await actions(editor, "a.yml", only=["quickfix"])}
        assert kinds == {types.CodeActionKind.QuickFix}

    run(tmp_path, test)


def test_a_finding_is_ignored_by_a_comment(tmp_path: Path) -> None:
    """Also beside another comment, and by the comment that is there already."""

    async def test(editor: Editor) -> None:
        editor.open("a.yml", CHAT.replace("emial}", "emial, minLenght: 1}"))
        codes = {str(each.code) for each in await editor.diagnostics("a.yml")}
        assert {"unknown-format", "unknown-keyword", "unknown-field", "bad-value"} <= codes
        for code in ("unknown-format", "unknown-keyword", "unknown-field"):
            await take(editor, "a.yml", f"Ignore {code} on this line with a comment")
        left = {str(each.code) for each in await editor.diagnostics("a.yml")}
        assert left == codes - {"unknown-format", "unknown-keyword", "unknown-field"}
        text = editor.texts["a.yml"]
        assert "minLenght: 1}  # guard: ignore[unknown-format, unknown-keyword]\n" in text
        assert "adress: 1  # as ever  # guard: ignore[unknown-field]\n" in text

    run(tmp_path, test)


def test_what_has_no_comments_has_no_such_action(tmp_path: Path) -> None:
    async def test(editor: Editor) -> None:
        text = '{"asyncapi": "3.1.0", "info": {"title": "Chat", "version": "1", "adress": 1}}'
        editor.open("a.json", text, "json")
        assert await editor.diagnostics("a.json")
        titles = [each.title for each in await actions(editor, "a.json")]
        assert titles == ["Show the rule unknown-field"]
        editor.open("b.yml", "asyncapi: 3.1.0\ninfo: [\n")
        (finding,) = await editor.diagnostics("b.yml")
        assert finding.code == "unreadable"
        assert not [each for each in await actions(editor, "b.yml") if each.edit is not None]

    run(tmp_path, test)


def test_the_fix_of_a_file_that_another_document_refers_to(tmp_path: Path) -> None:
    """Its text is that of the editor, not of the disk, and only the file is changed."""
    (tmp_path / "schemas.yml").write_text("Text: {type: string}\n", encoding="utf-8")

    async def test(editor: Editor) -> None:
        text = CHAT.replace("emial}", "email}").replace("recieve", "receive")
        text = text.replace("{type: string, format: email}", "{$ref: 'schemas.yml#/Text'}")
        editor.open("a.yml", text.replace("        adress: 1  # as ever\n", ""))
        editor.open("schemas.yml", "# Shared.\nText: {type: string, format: emial}\n")
        await editor.until(
            lambda: getattr(editor.published.get(editor.uri("schemas.yml")), "diagnostics", None)
        )
        fixes = [each for each in await actions(editor, "schemas.yml") if each.is_preferred]
        assert [each.title for each in fixes] == ["Change to 'email' (unknown-format)"]
        assert set(edits_of(fixes[0].edit)) == {editor.uri("schemas.yml")}
        apply(editor, fixes[0].edit)
        assert editor.texts["schemas.yml"] == "# Shared.\nText: {type: string, format: email}\n"

    run(tmp_path, test)


def test_an_action_has_the_version_where_the_editor_can_use_it(tmp_path: Path) -> None:
    able = types.ClientCapabilities(
        workspace=types.WorkspaceClientCapabilities(
            workspace_edit=types.WorkspaceEditClientCapabilities(document_changes=True)
        )
    )

    async def test(editor: Editor) -> None:
        editor.open("a.yml", CHAT)
        editor.replace("a.yml", "Chat 😀", "Chat 😀😀")
        await editor.diagnostics("a.yml")
        fixes = [each for each in await actions(editor, "a.yml") if each.is_preferred]
        assert fixes
        for fix in fixes:
            (change,) = fix.edit.document_changes
            assert change.text_document.version == editor.versions["a.yml"]

    run(tmp_path, test, capabilities=able)


@pytest.mark.parametrize("opens_pages", [True, False])
def test_the_rule_is_shown(opens_pages: bool, tmp_path: Path) -> None:
    support = types.ShowDocumentClientCapabilities(support=True) if opens_pages else None
    able = types.ClientCapabilities(window=types.WindowClientCapabilities(show_document=support))
    opened: list[types.ShowDocumentParams] = []

    async def test(editor: Editor) -> None:
        @editor.client.feature(types.WINDOW_SHOW_DOCUMENT)
        def show(params: types.ShowDocumentParams) -> types.ShowDocumentResult:
            opened.append(params)
            return types.ShowDocumentResult(success=True)

        editor.open("a.yml", CHAT)
        await editor.diagnostics("a.yml")
        offered = {each.title: each.command for each in await actions(editor, "a.yml")}
        command = offered["Show the rule bad-value"]
        assert command is not None
        await editor.client.workspace_execute_command_async(
            types.ExecuteCommandParams(command.command, arguments=command.arguments)
        )
        if opens_pages:
            assert [each.uri.rpartition("#")[2] for each in opened] == ["bad-value"]
            assert opened[0].external
        else:
            assert RULES["bad-value"].title in "".join(editor.messages)

    run(tmp_path, test, capabilities=able)
