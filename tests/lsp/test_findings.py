"""Findings while somebody types: what `validate` reports, where the text is."""

from __future__ import annotations

import json
import subprocess
import sys
from textwrap import dedent
from typing import TYPE_CHECKING, Any

from editors import Editor, run
from lsprotocol import types

if TYPE_CHECKING:
    from pathlib import Path

CHAT = dedent(
    """\
    asyncapi: 3.1.0
    info: {title: Chat 😀, version: '1'}
    channels:
      chat:
        address: /chat
        messages:
          say:
            payload: {type: string}
    operations:
      say:
        action: receive
        channel: {$ref: '#/channels/chat'}
    """
)


def validated(root: Path, *names: str) -> list[tuple[Any, ...]]:
    """What the command reports of files, as the editor sees it."""
    done = subprocess.run(
        [sys.executable, "-m", "asyncapi_guard", "validate", "--format", "json", *names],
        cwd=root,
        capture_output=True,
        text=True,
        check=False,
    )
    return sorted(
        (each["code"], each["severity"], each["message"], each["line"])
        for each in json.loads(done.stdout)["findings"]
    )


def as_validated(diagnostics: list[types.Diagnostic]) -> list[tuple[Any, ...]]:
    return sorted(
        (each.code, each.severity.name.lower(), each.message, each.range.start.line + 1)
        for each in diagnostics
    )


def test_findings_come_go_and_are_cleared(tmp_path: Path) -> None:
    """With code, severity, range, and a link to the rule; none is left when a document closes."""

    async def test(editor: Editor) -> None:
        editor.open("a.yml", CHAT)
        assert await editor.diagnostics("a.yml") == []
        editor.replace("a.yml", "action: receive", "action: recieve")
        (finding,) = await editor.diagnostics("a.yml")
        assert (finding.code, finding.severity) == ("bad-value", types.DiagnosticSeverity.Error)
        assert finding.code_description.href.endswith("docs/reference/rules.md#bad-value")
        assert finding.range == types.Range(types.Position(10, 12), types.Position(10, 19))
        editor.replace("a.yml", "recieve", "receive")
        assert await editor.diagnostics("a.yml") == []
        editor.replace("a.yml", "action: receive", "action: get")
        assert len(await editor.diagnostics("a.yml")) == 1
        editor.close("a.yml")
        await editor.until(lambda: not editor.published[editor.uri("a.yml")].diagnostics)

    run(tmp_path, test)


PARTS = "Name: {type: string, minLength: 1}\n"
USER = CHAT.replace("{type: string}", "{$ref: 'parts.yml#/Name'}")


def test_findings_are_those_of_the_command(tmp_path: Path) -> None:
    """With the configuration of the project, settings per file, and comments."""
    (tmp_path / "pyproject.toml").write_text(
        "[tool.asyncapi-guard]\nignore = ['unused-component']\n"
        "[tool.asyncapi-guard.severity]\n'unknown-format' = 'error'\n"
        "[tool.asyncapi-guard.per-file.'b.yml']\nignore = ['unknown-field']\n",
        "utf-8",
    )
    text = CHAT.replace("payload: {type: string}", "payload: {type: string, format: emial}")
    text = text.replace("action: receive", "action: receive\n    sumary: x")
    text += "    messages: []  # guard: ignore[unused-ignore, nope]\n"
    for name in ("a.yml", "b.yml"):
        (tmp_path / name).write_text(text, "utf-8")

    async def test(editor: Editor) -> None:
        for name in ("a.yml", "b.yml"):
            editor.open(name, CHAT)
            editor.write(name, text)
            found = as_validated(await editor.diagnostics(name))
            assert found == validated(tmp_path, name)
            assert ("unknown-format", "error") in [each[:2] for each in found]

    run(tmp_path, test)


def test_a_change_is_told_to_those_that_refer_to_it(tmp_path: Path) -> None:
    """An open file shadows the one on the disk, until it is closed; files on the disk count."""
    (tmp_path / "parts.yml").write_text(PARTS, "utf-8")

    async def test(editor: Editor) -> None:
        chat = editor.uri("a.yml")

        def codes(uri: str) -> list[Any]:
            found = editor.published.get(uri)
            return [each.code for each in found.diagnostics] if found is not None else []

        editor.open("a.yml", USER)
        assert await editor.diagnostics("a.yml") == []
        editor.open("parts.yml", PARTS)
        assert await editor.diagnostics("parts.yml") == []
        editor.replace("parts.yml", "Name:", "Nam:")
        await editor.until(lambda: codes(chat) == ["unresolvable-reference"])
        editor.close("parts.yml")
        await editor.until(lambda: codes(chat) == [])
        # A fault of the file is told there, with the place that refers to it.
        (tmp_path / "parts.yml").write_text(PARTS.replace("string", "strng"), "utf-8")
        editor.changed_on_disk("parts.yml")
        parts = editor.uri("parts.yml")
        await editor.until(lambda: "invalid-schema" in codes(parts))
        (finding,) = editor.published[parts].diagnostics
        (place,) = finding.related_information
        assert (place.location.uri, place.location.range.start.line) == (chat, 7)
        # It is gone when the document that refers to it closes.
        editor.close("a.yml")
        await editor.until(lambda: codes(parts) == [])

    run(tmp_path, test)


def test_a_part_of_a_document_that_is_not_open(tmp_path: Path) -> None:
    """What is found in it by way of the document; nothing if no document refers to it."""
    (tmp_path / "a.yml").write_text(USER, "utf-8")
    (tmp_path / "parts.yml").write_text(PARTS, "utf-8")

    async def test(editor: Editor) -> None:
        editor.open("parts.yml", PARTS.replace("string", "strng"))
        assert [each.code for each in await editor.diagnostics("parts.yml")] == ["invalid-schema"]
        editor.write("parts.yml", PARTS)
        assert await editor.diagnostics("parts.yml") == []
        editor.open("other.yml", PARTS.replace("string", "strng"))
        assert await editor.diagnostics("other.yml") == []
        editor.open("broken.yml", "a: [")
        assert await editor.diagnostics("broken.yml") == []

    run(tmp_path, test)


def test_configuration_is_read_again(tmp_path: Path) -> None:
    configuration = tmp_path / "pyproject.toml"

    async def test(editor: Editor) -> None:
        def codes() -> list[Any]:
            return [each.code for each in editor.published[editor.uri("a.yml")].diagnostics]

        editor.open("a.yml", CHAT.replace("action: receive", "action: get"))
        assert [each.code for each in await editor.diagnostics("a.yml")] == ["bad-value"]
        configuration.write_text("[tool.asyncapi-guard]\nignore = ['bad-value']\n", "utf-8")
        editor.changed_on_disk("pyproject.toml")
        await editor.until(lambda: codes() == [])
        configuration.write_text("[tool.asyncapi-guard]\nignore = ['bad-valu']\n", "utf-8")
        editor.changed_on_disk("pyproject.toml")
        await editor.until(lambda: codes() == ["unusable-configuration"])
        (finding,) = editor.published[editor.uri("a.yml")].diagnostics
        assert "pyproject.toml" in finding.message
        assert "did you mean 'bad-value'?" in finding.message
        configuration.unlink()
        editor.changed_on_disk("pyproject.toml")
        await editor.until(lambda: codes() == ["bad-value"])

    run(tmp_path, test)


OWN = """
[tool.asyncapi-guard]
extend-select = ['style']
[tool.asyncapi-guard.rules.described]
where = 'schema'
field = 'description'
defined = true
severity = 'error'
"""


def test_rules_of_the_project_and_of_style(tmp_path: Path) -> None:
    """They come and go with the configuration, and are those of the command meanwhile."""
    (tmp_path / "a.yml").write_text(CHAT, "utf-8")
    configuration = tmp_path / "pyproject.toml"

    async def test(editor: Editor) -> None:
        uri = editor.uri("a.yml")
        editor.open("a.yml", CHAT)
        assert await editor.diagnostics("a.yml") == []
        configuration.write_text(OWN, "utf-8")
        editor.changed_on_disk("pyproject.toml")
        await editor.until(lambda: editor.published[uri].diagnostics)
        found = as_validated(list(editor.published[uri].diagnostics))
        assert {"described", "info-license"} <= {each[0] for each in found}
        assert found == validated(tmp_path, "a.yml")
        # What has not changed is judged by them as before.
        editor.replace("a.yml", "Chat", "Chats")
        assert as_validated(await editor.diagnostics("a.yml")) == found
        hover = types.HoverParams(types.TextDocumentIdentifier(uri), types.Position(7, 12))
        answer = await editor.client.text_document_hover_async(hover)
        assert "**described**: " in answer.contents.value
        assert "The rule is defined in pyproject.toml:4." in answer.contents.value
        editor.replace("a.yml", "{type: string}", "{type: string, description: x}")
        codes = [each.code for each in await editor.diagnostics("a.yml")]
        assert "described" not in codes
        assert "info-license" in codes
        configuration.write_text("", "utf-8")
        editor.changed_on_disk("pyproject.toml")
        await editor.until(lambda: not editor.published[uri].diagnostics)

    run(tmp_path, test)


def test_the_client_is_asked_to_watch_files(tmp_path: Path) -> None:
    watching = types.DidChangeWatchedFilesClientCapabilities(dynamic_registration=True)
    workspace = types.WorkspaceClientCapabilities(did_change_watched_files=watching)

    async def test(editor: Editor) -> None:
        editor.open("a.yml", CHAT)
        await editor.diagnostics("a.yml")
        (registration,) = editor.registered
        globs = [each["globPattern"] for each in registration.register_options["watchers"]]
        assert "**/pyproject.toml" in globs

    run(tmp_path, test, capabilities=types.ClientCapabilities(workspace=workspace))


def test_a_key_that_stands_twice_shows_the_first(tmp_path: Path) -> None:
    async def test(editor: Editor) -> None:
        editor.open("a.yml", CHAT + "info: {}\n")
        (finding,) = await editor.diagnostics("a.yml")
        (first,) = finding.related_information
        assert first.location.range.start == types.Position(1, 0)

    run(tmp_path, test)
