"""Hover, definition, references, symbols and hints, asked by a client of the real server."""

from __future__ import annotations

from pathlib import Path
from textwrap import dedent
from typing import Any

from editors import Editor, run
from lsprotocol import types

CHAT = dedent(
    """\
    asyncapi: 3.1.0
    info: {title: Chat, version: '1'}
    servers:
      live:
        host: chat.example
        protocol: ws
    channels:
      chat:
        address: /chat
        messages:
          say: {$ref: 'parts.yml#/Say'}
          said:
            payload: {type: array, items: [{type: string}, {type: integer}], minItems: 2}
    operations:
      hear:
        action: receive
        channel: {$ref: '#/channels/chat'}
        messages: [{$ref: '#/channels/chat/messages/say'}]
        security: [{$ref: '#/components/securitySchemes/login'}]
        x-guard: {mode: report}
      tell:
        action: send
        channel: {$ref: '#/channels/chat'}
    components:
      securitySchemes:
        login: {type: http, scheme: bearer}
    """
)
PARTS = dedent(
    """\
    Say:
      summary: Somebody speaks 😀.
      payload:
        type: object
        required: [text]
        properties: {text: {type: string}, to: {$ref: '#/Name'}}
      x-ack: {args: {type: integer}, required: true, timeout: 5}
    Name: {type: string, minLength: 1}
    """
)


async def opened(editor: Editor) -> None:
    (editor.root / "parts.yml").write_text(PARTS, encoding="utf-8")
    editor.texts["parts.yml"] = PARTS
    editor.open("chat.yml", CHAT)
    assert await editor.diagnostics("chat.yml") == []


async def hovered(editor: Editor, name: str, marked: str) -> str:
    found = await editor.client.text_document_hover_async(
        types.HoverParams(**_at(editor, name, marked))
    )
    return found.contents.value if found is not None else ""


def _at(editor: Editor, name: str, marked: str) -> dict[str, Any]:
    place = editor.at(name, marked)
    return {"text_document": place.text_document, "position": place.position}


def lines(editor: Editor, found: Any) -> list[tuple[str, int]]:
    """The files and the lines, from 1, of locations."""
    return [(each.uri.rpartition("/")[2], each.range.start.line + 1) for each in found]


def test_hover_speaks_of_socketio(tmp_path: Path) -> None:
    async def test(editor: Editor) -> None:
        await opened(editor)
        text = await hovered(editor, "chat.yml", "  he|ar:")
        assert "The server receives event `say` in namespace `/chat`." in text
        assert "`say({text: string, to?: string})` → ack: `(integer)`, required, within 5 s" in text
        assert "Security: a client needs one of: `login` (http bearer)." in text
        assert "`x-guard`: mode `report`" in text
        text = await hovered(editor, "chat.yml", "  te|ll:")
        assert "The server sends every message of the channel in namespace `/chat`" in text
        assert "`said(string, integer)`" in text
        text = await hovered(editor, "chat.yml", "address: /c|hat")
        assert text.split("\n\n") == [
            "Namespace `/chat`.",
            "Events: `say`, `said`.",
            "The namespace that clients connect to; it begins with `/`.",
        ]
        text = await hovered(editor, "chat.yml", "$ref: 'parts.yml#/S|ay'")
        assert text.startswith("`parts.yml#/Say`")
        assert "Event `say`" in text or "Event `Say`" in text
        assert "Somebody speaks 😀." in text
        assert "mode" in await hovered(editor, "chat.yml", "x-gu|ard: {mode")
        assert "`ws` and `wss`" in await hovered(editor, "chat.yml", "proto|col: ws")
        assert "least number of items" in await hovered(editor, "chat.yml", "minI|tems")
        text = await hovered(editor, "chat.yml", "log|in: {type")
        assert "Security scheme `login`: http bearer." in text

    run(tmp_path, test)


def test_the_guide_shows_what_hover_says(tmp_path: Path) -> None:
    guide = (Path(__file__).parents[2] / "docs" / "how-to" / "editor.md").read_text("utf-8")
    shown = guide.partition("```text\n")[2].partition("```")[0]

    async def test(editor: Editor) -> None:
        await opened(editor)
        text = await hovered(editor, "chat.yml", "  he|ar:")
        for paragraph in shown.strip().split("\n\n"):
            assert paragraph in text.split("\n\n")

    run(tmp_path, test)


def test_hover_in_a_file_that_a_document_refers_to(tmp_path: Path) -> None:
    async def test(editor: Editor) -> None:
        await opened(editor)
        editor.open("parts.yml", PARTS)
        assert await editor.diagnostics("parts.yml") == []
        text = await hovered(editor, "parts.yml", "x-a|ck: {args")
        assert "Ack: `(integer)`, required, within 5 s" in text
        assert "schema of the event's arguments" in await hovered(editor, "parts.yml", "pay|load:")

    run(tmp_path, test)


def test_hover_on_a_finding_explains_its_rule(tmp_path: Path) -> None:
    async def test(editor: Editor) -> None:
        await opened(editor)
        editor.replace("chat.yml", "action: send", "action: sned")
        (finding,) = await editor.diagnostics("chat.yml")
        text = await hovered(editor, "chat.yml", "action: sn|ed")
        assert text.startswith(f"**bad-value**: {finding.message}")
        assert "Good:" in text

    run(tmp_path, test)


def test_hover_and_definition_outlive_a_broken_text(tmp_path: Path) -> None:
    """Lines that the last readable text has as well mean what they meant."""

    async def test(editor: Editor) -> None:
        await opened(editor)
        editor.replace("chat.yml", "  tell:", "\n  tell: {[\n")
        assert [each.code for each in await editor.diagnostics("chat.yml")] == ["unreadable"]
        assert "receives event `say`" in await hovered(editor, "chat.yml", "  he|ar:")
        assert "http bearer" in await hovered(editor, "chat.yml", "log|in: {type")
        found = await editor.client.text_document_definition_async(
            types.DefinitionParams(**_at(editor, "chat.yml", "'#/channels/chat/messages/s|ay'"))
        )
        assert lines(editor, found) == [("chat.yml", 11)]

    run(tmp_path, test)


def test_definitions_and_references_across_files(tmp_path: Path) -> None:
    async def test(editor: Editor) -> None:
        await opened(editor)

        async def defined(name: str, marked: str) -> Any:
            params = types.DefinitionParams(**_at(editor, name, marked))
            return lines(editor, await editor.client.text_document_definition_async(params))

        async def referred(name: str, marked: str) -> Any:
            params = types.ReferenceParams(
                types.ReferenceContext(include_declaration=False), **_at(editor, name, marked)
            )
            return lines(editor, await editor.client.text_document_references_async(params))

        assert await defined("chat.yml", "'parts.yml#/S|ay'") == [("parts.yml", 1)]
        assert await defined("chat.yml", "'#/components/securitySchemes/lo|gin'") == [
            ("chat.yml", 26)
        ]
        assert await defined("chat.yml", "  te|ll:") == [("chat.yml", 11), ("chat.yml", 12)]
        # By the operation that lists it, and by the one that has all messages of the channel.
        assert await referred("chat.yml", "  s|ay: {") == [("chat.yml", 18), ("chat.yml", 21)]
        assert await referred("chat.yml", "  sa|id:") == [("chat.yml", 21)]
        assert await referred("chat.yml", "  log|in: {") == [("chat.yml", 19)]
        editor.open("parts.yml", PARTS)
        await editor.diagnostics("parts.yml")
        assert await referred("parts.yml", "S|ay:") == [
            ("chat.yml", 11),
            ("chat.yml", 18),
            ("chat.yml", 21),
        ]
        assert await referred("parts.yml", "Na|me: {type") == [("parts.yml", 6)]
        assert await defined("parts.yml", "'#/Na|me'") == [("parts.yml", 8)]

    run(tmp_path, test)


def test_symbols(tmp_path: Path) -> None:
    async def test(editor: Editor) -> None:
        await opened(editor)

        def names(symbols: Any) -> Any:
            return [
                (s.name, s.detail, names(s.children)) if s.children else s.name for s in symbols
            ]

        document = types.TextDocumentIdentifier(editor.uri("chat.yml"))
        found = await editor.client.text_document_document_symbol_async(
            types.DocumentSymbolParams(document)
        )
        assert names(found) == [
            ("servers", None, ["live"]),
            ("channels", None, [("/chat", "channel chat", ["say", "said"])]),
            ("operations", None, ["hear", "tell"]),
            ("components", None, [("securitySchemes", None, ["login"])]),
        ]
        assert found[2].children[0].detail == "receives /chat say"
        # A document that is not open is found as well.
        (tmp_path / "other.yml").write_text(CHAT.replace("  hear:", "  listen:"), "utf-8")
        editor.changed_on_disk("other.yml")
        found = await editor.client.workspace_symbol_async(types.WorkspaceSymbolParams("lstn"))
        assert [(each.name, each.location.uri) for each in found] == [
            ("listen", editor.uri("other.yml"))
        ]

    run(tmp_path, test)


def test_hints_behind_operations(tmp_path: Path) -> None:
    async def test(editor: Editor) -> None:
        await opened(editor)
        document = types.TextDocumentIdentifier(editor.uri("chat.yml"))
        everywhere = types.Range(types.Position(0, 0), types.Position(99, 0))
        found = await editor.client.text_document_inlay_hint_async(
            types.InlayHintParams(document, everywhere)
        )
        assert [(each.label, each.position) for each in found] == [
            ("receives /chat say", types.Position(14, 7)),
            ("sends /chat say, said (all messages of the channel)", types.Position(20, 7)),
        ]
        elsewhere = types.Range(types.Position(0, 0), types.Position(16, 0))
        found = await editor.client.text_document_inlay_hint_async(
            types.InlayHintParams(document, elsewhere)
        )
        assert [each.label for each in found] == ["receives /chat say"]

    run(tmp_path, test)
