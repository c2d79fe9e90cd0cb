"""Nothing that an editor sends ends the server, and each request is answered."""

from __future__ import annotations

import asyncio
import json
import random
from pathlib import Path
from typing import Any

import pytest
import yaml
from editors import Editor, run
from lsprotocol import types

ROOT = Path(__file__).parents[2]
DOCUMENT = (ROOT / "specs" / "tictactoe.yml").read_text("utf-8")
SMALL = (
    "asyncapi: 3.1.0\r\ninfo: {title: 'é😀\u2028', version: '1'}\r\nchannels:\r\n  c:\r\n"
    "    address: /\r\n    messages:\r\n      say: {payload: {type: string}}\r\n"
    "operations:\r\n  o: {action: send, channel: {$ref: '#/channels/c'}}\r\n"
)
ODD = (
    "\x00",
    "\t",
    "\r",
    "😀",
    "\ud83d",
    "\u2028",
    "&a *a",
    "{[",
    "'",
    '"',
    "\x85",
    "\ufeff",
    "- ",
)


async def asked(editor: Editor, name: str, position: types.Position) -> list[Any]:
    """Every request, at a position: the answers, none of which is an error."""
    document = types.TextDocumentIdentifier(editor.uri(name))
    client = editor.client
    everywhere = types.Range(types.Position(0, 0), types.Position(2**31 - 1, 0))
    requests = (
        client.text_document_hover_async(types.HoverParams(document, position)),
        client.text_document_definition_async(types.DefinitionParams(document, position)),
        client.text_document_references_async(
            types.ReferenceParams(
                context=types.ReferenceContext(include_declaration=True),
                text_document=document,
                position=position,
            )
        ),
        client.text_document_document_symbol_async(types.DocumentSymbolParams(document)),
        client.workspace_symbol_async(types.WorkspaceSymbolParams("s")),
        client.text_document_inlay_hint_async(types.InlayHintParams(document, everywhere)),
    )
    return await asyncio.wait_for(asyncio.gather(*requests), 120)


def somewhere(draw: random.Random) -> types.Position:
    return types.Position(draw.choice((0, 3, draw.randrange(200), 2**31 - 1)), draw.randrange(60))


def test_each_prefix(tmp_path: Path) -> None:
    """Of a document as somebody writes it, character by character."""

    async def test(editor: Editor) -> None:
        draw = random.Random(1)
        editor.open("a.yml", "")
        for end in range(1, len(SMALL), 3):
            editor.write("a.yml", SMALL[:end])
            await asked(editor, "a.yml", somewhere(draw))
        editor.write("a.yml", SMALL)
        assert await editor.diagnostics("a.yml") == []
        assert editor.messages == []

    run(tmp_path, test)


@pytest.mark.slow
def test_each_prefix_of_a_longer_document(tmp_path: Path) -> None:
    async def test(editor: Editor) -> None:
        draw = random.Random(2)
        editor.open("a.yml", "")
        for end in range(1, len(DOCUMENT), 23):
            editor.write("a.yml", DOCUMENT[:end])
            await asked(editor, "a.yml", somewhere(draw))
        editor.write("a.yml", DOCUMENT)
        assert await editor.diagnostics("a.yml") == []
        assert editor.messages == []

    run(tmp_path, test)


def test_random_edits(tmp_path: Path) -> None:
    """Of ranges that are there and that are not, with odd characters, in YAML and in JSON."""

    async def test(editor: Editor) -> None:
        draw = random.Random(3)
        as_json = json.dumps(yaml.safe_load(DOCUMENT), indent=2)
        for name, language, text in (("a.yml", "yaml", DOCUMENT), ("a.json", "json", as_json)):
            editor.open(name, text, language)
            for _ in range(25):
                start, end = somewhere(draw), somewhere(draw)
                new = draw.choice((*(o for o in ODD if o != "\ud83d"), ""))
                change = types.TextDocumentContentChangePartial(types.Range(start, end), new)
                editor.change(name, change)
                await asked(editor, name, somewhere(draw))
                if draw.random() < 0.5:
                    editor.write(name, text)
            editor.write(name, text)
            assert await editor.diagnostics(name) == []
        assert editor.messages == []

    run(tmp_path, test)


def test_documents_that_are_not_open_and_of_other_schemes(tmp_path: Path) -> None:
    async def test(editor: Editor) -> None:
        answers = await asked(editor, "none.yml", types.Position(0, 0))
        assert [list(each or ()) for each in answers] == [[]] * 6
        item = types.TextDocumentItem("untitled:Untitled-1", "yaml", 1, SMALL)
        editor.client.text_document_did_open(types.DidOpenTextDocumentParams(item))
        await editor.until(lambda: "untitled:Untitled-1" in editor.published)
        assert editor.published["untitled:Untitled-1"].diagnostics == ()
        assert editor.messages == []

    run(tmp_path, test)


@pytest.mark.slow
def test_a_megabyte(tmp_path: Path) -> None:
    """Of a document, of nothing that is one, and of one line."""
    big = DOCUMENT + "x-data:\n" + "".join(f"  key{n}: {{a: [1, 2, 3]}}\n" for n in range(40_000))

    async def test(editor: Editor) -> None:
        for name, text in (("a.yml", big), ("b.yml", "[" * 1_000_000), ("c.yml", "a" * 1_000_000)):
            editor.open(name, text)
            await asked(editor, name, types.Position(40, 5))
            editor.replace(name, text[:1], text[:1] + " ")
            await asked(editor, name, types.Position(0, 3))
        editor.write("a.yml", big.replace("action: send", "action: sned", 1))
        assert [each.code for each in await editor.diagnostics("a.yml")] == ["bad-value"]
        assert editor.messages == []

    run(tmp_path, test)
