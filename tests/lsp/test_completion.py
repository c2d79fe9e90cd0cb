"""Completion at the cursor, in whole documents and in half-written ones."""

from __future__ import annotations

import asyncio
import json
from typing import TYPE_CHECKING, Any

import pytest
from applied import applied, run
from lsprotocol import types

from asyncapi_guard.lsp.completing.outline import Cursor, read_outline

if TYPE_CHECKING:
    from pathlib import Path

    from editors import Editor

PATIENCE = 60
CHAT = """\
asyncapi: 3.1.0
info: {title: Chat, version: '1'}
channels:
  chat:
    address: /chat
    messages:
      say:
        $ref: '#/components/messages/Say'
      leave:
        payload: {type: 'null'}
  news:
    address: /news
    messages:
      item: {payload: {type: string}}
operations:
  say:
    action: receive
    channel: {$ref: '#/channels/chat'}
components:
  messages:
    Say:
      payload: {$ref: '#/components/schemas/Text'}
  schemas:
    Text:
      type: string
  securitySchemes:
    token: {type: http, scheme: bearer}
    key:
      type: httpApiKey
"""
SNIPPETS = types.ClientCapabilities(
    text_document=types.TextDocumentClientCapabilities(
        completion=types.CompletionClientCapabilities(
            completion_item=types.ClientCompletionItemOptions(snippet_support=True)
        )
    )
)


def at(marked: str) -> Cursor:
    before, _, after = marked.partition("¦")
    lines = (before + after).split("\n")
    return read_outline(lines, before.count("\n"), len(before.rpartition("\n")[2]))


@pytest.mark.parametrize(
    ("marked", "role", "path"),
    [
        ("¦", "either", ()),
        ("asy¦", "either", ()),
        ("a: 1\nb¦", "key", ()),
        ("a: 1\n¦", "key", ()),
        ("a:\n  b: 1\n  ¦", "key", ("a",)),
        ("a:\n  b: 1\n¦", "key", ()),
        ("a:\n  ¦", "either", ("a",)),
        ("a:\n  b¦\nc: 1", "either", ("a",)),
        ("a:\n  b: 1\n  ¦\n  c: 1", "key", ("a",)),
        ("a:\n  b:\n    c: 1\n  d¦\ne: 1", "key", ("a",)),
        ("a: ¦", "value", ("a",)),
        ("a:¦", "value", ("a",)),
        ("a: wor¦d", "value", ("a",)),
        ("a: 'wor¦d'", "value", ("a",)),
        ('a: "wor¦\nb: 1', "value", ("a",)),
        ("a:\n  - ¦", "either", ("a", 0)),
        ("a:\n- x\n- ¦", "either", ("a", 1)),
        ("a:\n  - b: 1\n    ¦", "key", ("a", 0)),
        ("a:\n  - b: 1\n  - c: ¦", "value", ("a", 1, "c")),
        ("a:\n- b:\n  - c: ¦", "value", ("a", 0, "b", 0, "c")),
        ("a:\n  b:\n  - c: 1\n  ¦", "key", ("a",)),
        ("a: {¦", "key", ("a",)),
        ("a: {b: ¦}", "value", ("a", "b")),
        ("a: {b: 1, ¦}", "key", ("a",)),
        ("a: {b: 'x¦'}", "value", ("a", "b")),
        ("a: [x, ¦]", "either", ("a", 1)),
        ("a: [{b: ¦", "value", ("a", 0, "b")),
        ("a: {b: [1, {c: {}}],\n  d: ¦}", "value", ("a", "d")),
        ('{"a": {"b": ¦', "value", ("a", "b")),
        ('{\n  "a": {\n    "b": 1,\n    "¦"\n  }\n}', "key", ("a",)),
        ("a: |\n  text ¦\nb: 1", "none", ()),
        ("a: |\n  text\nb: ¦", "value", ("b",)),
        ("a: 1 # ¦", "comment", ()),
        ("a: 'x # y¦'", "value", ("a",)),
        ("a: [1\nb: {\nc: ¦", "value", ("a", 1)),
        ("a b c\nd: ¦", "value", ("d",)),
        ("a: &x {b: 1}\nc: *x\nd: ¦", "value", ("d",)),
        ("'a b':\n  \"c/d\":\n    ¦", "either", ("a b", "c/d")),
        ("---\n# c\na:\n\n  b:\n\n    ¦", "either", ("a", "b")),
    ],
)
def test_the_place_of_the_cursor(marked: str, role: str, path: tuple[Any, ...]) -> None:
    cursor = at(marked)
    found = cursor.role, cursor.path
    if marked.startswith("a: [1\nb"):
        assert cursor.role  # whatever it is: the brackets are not closed
    else:
        assert found == (role, path)


@pytest.mark.parametrize("end", range(0, len(CHAT), 7))
def test_no_text_is_too_broken(end: int) -> None:
    for text in (CHAT[:end] + "¦", CHAT[:end] + "¦" + CHAT[end + 5 :], CHAT[end:] + "{'¦"):
        assert at(text).role


async def complete(editor: Editor, name: str, marked: str) -> list[types.CompletionItem]:
    place = editor.at(name, marked)
    asked = editor.client.text_document_completion_async(
        types.CompletionParams(place.text_document, place.position)
    )
    found = await asyncio.wait_for(asked, PATIENCE)
    items = found.items if isinstance(found, types.CompletionList) else found
    return sorted(items or [], key=lambda each: each.sort_text or "")


def labels(items: list[types.CompletionItem]) -> list[str]:
    return [each.label for each in items]


def taken(text: str, items: list[types.CompletionItem], label: str) -> str:
    (item,) = [each for each in items if each.label == label]
    return applied(text, [item.text_edit])


def test_a_session_of_typing(tmp_path: Path) -> None:
    """Each row: what is typed in place of what, where the cursor is, and what is proposed."""
    rows: list[tuple[str, str, str, list[str], list[str]]] = [
        ("operations:\n", "  \noperations:\n", "  |\noperations:", [], ["action"]),
        ("    action: receive", "    action: ", "    action: |", ["send", "receive"], []),
        (
            "    action: receive",
            "    ",
            "say:\n    |\n    channel",
            ["action", "messages"],
            ["channel"],
        ),
        ("    action: receive\n", "    act\n", "    act|", ["action"], ["channel"]),
        (
            "channel: {$ref: '#/channels/chat'}",
            "channel: {$ref: '#/cha'}",
            "{$ref: '#/cha|'}",
            ["#/channels/chat", "#/channels/news"],
            ["#/components/messages/Say"],
        ),
        (
            "channel: {$ref: '#/channels/chat'}",
            "channel: ",
            "    channel: |",
            ["#/channels/chat", "#/channels/news"],
            [],
        ),
        (
            "    channel: {$ref: '#/channels/chat'}\n",
            "    channel: {$ref: '#/channels/chat'}\n    messages:\n      - \n",
            "      - |",
            ["$ref: #/channels/chat/messages/say", "$ref: #/channels/chat/messages/leave"],
            ["$ref: #/channels/news/messages/item"],
        ),
        (
            "payload: {$ref: '#/components/schemas/Text'}",
            "payload: {$ref: ''}",
            "payload: {$ref: '|'}",
            ["#/components/schemas/Text"],
            ["#/components/messages/Say"],
        ),
        ("      type: string\n", "      type: \n", "      type: |\n", ["string", "object"], []),
        (
            "      type: string\n",
            "      type: string\n      format: \n",
            "      format: |",
            ["date-time", "email", "uuid"],
            ["string"],
        ),
        (
            "      type: string\n",
            "      type: string\n      m\n",
            "      m|\n",
            ["maxLength", "minLength"],
            ["type"],
        ),
        ("      type: httpApiKey\n", "      type: \n", "      type: |\n", ["oauth2", "http"], []),
        (
            "      type: httpApiKey\n",
            "      type: httpApiKey\n      \n",
            "httpApiKey\n      |\n",
            ["in", "name", "description"],
            ["type", "scheme"],
        ),
        (
            "      type: httpApiKey\n",
            "      type: httpApiKey\n      in: \n",
            "      in: |",
            ["query", "header", "cookie"],
            ["user"],
        ),
        (
            "        payload: {type: 'null'}\n",
            "        payload: {type: 'null'}\n        x-\n",
            "        x-|",
            ["x-ack", "x-guard", "x-mock"],
            ["payload"],
        ),
        (
            "        payload: {type: 'null'}\n",
            "        contentType: \n",
            "        contentType: |",
            ["application/json"],
            [],
        ),
        (
            "        payload: {type: 'null'}\n",
            "        payload:\n          schemaFormat: \n",
            "schemaFormat: |",
            ["application/schema+json;version=2020-12"],
            [],
        ),
        ("asyncapi: 3.1.0\n", "asyncapi: \n", "asyncapi: |", ["3.1.0", "3.0.0"], []),
    ]

    async def test(editor: Editor) -> None:
        editor.open("a.yml", CHAT)
        for old, new, marked, wanted, others in rows:
            assert old in CHAT
            editor.write("a.yml", CHAT.replace(old, new))
            found = labels(await complete(editor, "a.yml", marked))
            where = f"{marked!r}: {found}"
            assert set(wanted) <= set(found), where
            assert not set(others) & set(found), where

    run(tmp_path, test, capabilities=SNIPPETS)


def test_required_fields_come_first_and_have_a_shape(tmp_path: Path) -> None:
    async def test(editor: Editor) -> None:
        text = CHAT.replace(
            "    action: receive\n    channel: {$ref: '#/channels/chat'}\n", "    \n"
        )
        editor.open("a.yml", text)
        found = await complete(editor, "a.yml", "operations:\n  say:\n    |")
        assert labels(found)[:2] == ["action", "channel"]
        assert found[0].detail == "required"
        assert found[0].documentation
        assert "action: ${1|send,receive|}" in taken(text, found, "action")
        assert "    channel:\n  \\$ref: '$0'\n" in taken(text, found, "channel")

    run(tmp_path, test, capabilities=SNIPPETS)


def test_what_is_inserted_is_valid_without_snippets(tmp_path: Path) -> None:
    """For an editor that knows no snippets; the document validates then."""

    async def test(editor: Editor) -> None:
        text = CHAT.replace("channel: {$ref: '#/channels/chat'}", "channel: ")
        editor.open("a.yml", text)
        new = taken(text, await complete(editor, "a.yml", "    channel: |"), "#/channels/chat")
        assert new == CHAT
        text = CHAT.replace("'#/components/schemas/Text'", "'#/comp'")
        editor.write("a.yml", text)
        found = await complete(editor, "a.yml", "'#/comp|'")
        assert taken(text, found, "#/components/schemas/Text") == CHAT
        text = CHAT.replace("action: receive", "action: rec")
        editor.write("a.yml", text)
        new = taken(text, await complete(editor, "a.yml", "action: rec|"), "receive")
        assert new == CHAT

    run(tmp_path, test)


def test_json(tmp_path: Path) -> None:
    text = json.dumps(
        {
            "asyncapi": "3.1.0",
            "info": {"title": "x", "version": "1"},
            "channels": {"c": {"address": "/"}},
            "operations": {"o": {"action": "send", "channel": {"$ref": "here"}}},
        },
        indent=2,
    )

    async def test(editor: Editor) -> None:
        editor.open("a.json", text, "json")
        found = await complete(editor, "a.json", '"he|re"')
        assert taken(text, found, "#/channels/c") == text.replace("here", "#/channels/c")
        broken = text.replace('"action": "send",', '"",\n')
        editor.write("a.json", broken)
        found = await complete(editor, "a.json", '"|",\n')
        assert "action" in labels(found)
        assert '"action": "send"' in taken(broken, found, "action")

    run(tmp_path, test)


def test_references_to_other_files(tmp_path: Path) -> None:
    (tmp_path / "parts").mkdir()
    (tmp_path / "parts" / "schemas.yml").write_text("Word: {type: string}\n", encoding="utf-8")

    async def test(editor: Editor) -> None:
        text = CHAT.replace("payload: {type: string}", "payload: {$ref: 'parts/schemas.yml#/Word'}")
        editor.open("a.yml", text)
        await editor.diagnostics("a.yml")
        editor.open("b.yml", CHAT)
        editor.replace("a.yml", "payload: {type: 'null'}", "payload: {$ref: ''}")
        found = labels(await complete(editor, "a.yml", "payload: {$ref: '|'}"))
        assert found[0] == "#/components/schemas/Text"
        assert {"./parts/schemas.yml#/Word", "./b.yml#/components/schemas/Text"} <= set(found)

    run(tmp_path, test)


def test_codes_in_comments(tmp_path: Path) -> None:
    async def test(editor: Editor) -> None:
        text = CHAT.replace("action: receive", "action: get  # guard: ignore[]")
        editor.open("a.yml", text)
        await editor.diagnostics("a.yml")
        found = await complete(editor, "a.yml", "# guard: ignore[|]")
        assert labels(found)[0] == "bad-value"
        assert "ignore[bad-value]" in taken(text, found, "bad-value")
        assert found[0].documentation
        editor.replace("a.yml", "ignore[]", "")
        assert labels(await complete(editor, "a.yml", "# guard: |")) == ["ignore", "ignore-file"]

    run(tmp_path, test)


def test_other_files_are_left_alone_and_new_ones_get_a_beginning(tmp_path: Path) -> None:
    async def test(editor: Editor) -> None:
        editor.open("compose.yml", "services:\n  web:\n    \n")
        assert await complete(editor, "compose.yml", "web:\n    |") == []
        editor.open("new.yml", "asy")
        (item,) = await complete(editor, "new.yml", "asy|")
        new = applied("asy", [item.text_edit])
        assert new.startswith("asyncapi: 3.1.0\ninfo:\n  title: title\n")

    run(tmp_path, test)
