"""Renaming: the name, all references to it in all files, and nothing else."""

from __future__ import annotations

import asyncio
import shutil
from collections import Counter
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pytest
import yaml
from applied import apply, edits_of, run
from lsprotocol import types
from pygls.exceptions import JsonRpcException

from asyncapi_guard.lint.linter import lint

if TYPE_CHECKING:
    from editors import Editor

ROOT = Path(__file__).parents[2]
CORPUS = ROOT.parent / "shared" / "corpus"
PATIENCE = 60
SHOP = """\
asyncapi: 3.1.0
info: {title: Say, version: '1', description: Say is a word.}
channels:
  room:
    address: /room/{id}
    parameters:
      id: {description: id}
    messages:
      say: {$ref: "#/components/messages/Say"}
      a/b: {payload: {$ref: '#/components/schemas/Say'}}
operations:
  say:
    action: receive
    channel: {$ref: '#/channels/room'}
    messages:
      - {$ref: '#/channels/room/messages/say'}
      - $ref: "#/channels/room/messages/a~1b"  # Say
components:
  messages:
    Say:
      payload: {$ref: '#/components/schemas/Say'}
      examples:
        - payload: {$ref: '#/components/schemas/Say'}
  schemas:
    Say:
      type: object
      properties:
        Say: {type: string, enum: [Say], default: Say}
        more: {$ref: '#/components/schemas/Say'}
      required: [Say]
"""
OTHER = """\
asyncapi: 3.1.0
info: {title: Other, version: '1'}
channels:
  other:
    address: /other
    messages:
      word: {payload: {$ref: './shop.yml#/components/schemas/Say/properties/more'}}
      said: {$ref: 'shop.yml#/components/messages/Say'}
operations:
  word:
    action: send
    channel: {$ref: '#/channels/other'}
"""


async def rename(editor: Editor, name: str, marked: str, new: str) -> types.WorkspaceEdit:
    place = editor.at(name, marked)
    asked = editor.client.text_document_rename_async(
        types.RenameParams(place.text_document, place.position, new)
    )
    edit = await asyncio.wait_for(asked, PATIENCE)
    assert edit is not None
    return edit


async def prepare(editor: Editor, name: str, marked: str) -> Any:
    place = editor.at(name, marked)
    asked = editor.client.text_document_prepare_rename_async(
        types.PrepareRenameParams(place.text_document, place.position)
    )
    return await asyncio.wait_for(asked, PATIENCE)


def test_a_schema_is_renamed_in_all_files_and_data_is_left_alone(tmp_path: Path) -> None:
    """From its key, in a document that is open, and in one that is not."""
    (tmp_path / "other.yml").write_text(OTHER, encoding="utf-8")

    async def test(editor: Editor) -> None:
        editor.open("shop.yml", SHOP)
        edit = await rename(editor, "shop.yml", "schemas:\n    Sa|y:", "Word")
        new = apply(editor, edit)
        wanted = SHOP.replace("    Say:\n      type", "    Word:\n      type")
        for line in ("a/b: {payload: {$ref: '%s'}}", "  Say:\n      payload: {$ref: '%s'}"):
            old = "#/components/schemas/Say"
            wanted = wanted.replace(line % old, line % "#/components/schemas/Word")
        wanted = wanted.replace(
            "more: {$ref: '#/components/schemas/Say'}", "more: {$ref: '#/components/schemas/Word'}"
        )
        assert new["shop.yml"] == wanted
        assert new["other.yml"] == OTHER.replace(
            "schemas/Say/properties", "schemas/Word/properties"
        )

    run(tmp_path, test)


def test_a_name_is_renamed_from_a_reference_to_it(tmp_path: Path) -> None:
    """Also from another file than that of the name, and only as a whole part of a pointer."""
    (tmp_path / "shop.yml").write_text(SHOP, encoding="utf-8")

    async def test(editor: Editor) -> None:
        editor.open("other.yml", OTHER)
        new = apply(editor, await rename(editor, "other.yml", "messages/Sa|y'", "Said"))
        assert new["other.yml"] == OTHER.replace("messages/Say", "messages/Said")
        wanted = SHOP.replace('components/messages/Say"', 'components/messages/Said"')
        assert new["shop.yml"] == wanted.replace(
            "    Say:\n      payload", "    Said:\n      payload"
        )

    run(tmp_path, test)


def test_names_of_each_kind(tmp_path: Path) -> None:
    rows: list[tuple[str, str, dict[str, str]]] = [
        ("channels:\n  ro|om:", "hall", {"room:": "hall:", "channels/room": "channels/hall"}),
        ("a/|b: {payload", "c~d/e f", {"a/b: {": "c~d/e f: {", "a~1b": "c~0d~1e%20f"}),
        (
            "parameters:\n      i|d:",
            "place",
            {"/room/{id}": "/room/{place}", "      id: {": "      place: {"},
        ),
        ("operations:\n  s|ay:", "tell", {"operations:\n  say:": "operations:\n  tell:"}),
    ]

    async def test(editor: Editor) -> None:
        editor.open("shop.yml", SHOP)
        for marked, name, replaced in rows:
            editor.write("shop.yml", SHOP)
            new = apply(editor, await rename(editor, "shop.yml", marked, name))["shop.yml"]
            wanted = SHOP
            for old, other in replaced.items():
                wanted = wanted.replace(old, other)
            assert new == wanted
            assert yaml.safe_load(new)

    run(tmp_path, test)


def test_what_cannot_be_renamed_is_said_why(tmp_path: Path) -> None:
    rows = [
        ("title: Sa|y", "only names can be renamed"),
        ("properties:\n        Sa|y", "a property that clients send"),
        ("ac|tion:", "not a name that the document's author chose"),
        ("- payload: {$ref: '#/components/schemas/Sa|y'", "only names can be renamed"),
    ]

    async def test(editor: Editor) -> None:
        editor.open("shop.yml", SHOP)
        for marked, why in rows:
            with pytest.raises(JsonRpcException, match=why):
                await prepare(editor, "shop.yml", marked)

    run(tmp_path, test)


def test_the_place_and_the_present_name_are_told_first(tmp_path: Path) -> None:
    async def test(editor: Editor) -> None:
        editor.open("shop.yml", SHOP)
        found = await prepare(editor, "shop.yml", "channels:\n  ro|om:")
        assert found.placeholder == "room"
        assert (found.range.start.line, found.range.start.character) == (3, 2)

    run(tmp_path, test)


def test_names_that_are_invalid_or_taken_are_refused(tmp_path: Path) -> None:
    rows = [
        ("messages:\n    Sa|y", "a b", "not a valid name"),
        ("messages:\n    Sa|y", " ", "must have a character"),
        ("say: {$r|ef", "x", "not a name"),
        ("      sa|y: {$ref", "a/b", "already exists in 'messages'"),
        ("parameters:\n      i|d", "a.b", "not a valid name"),
    ]

    async def test(editor: Editor) -> None:
        editor.open("shop.yml", SHOP)
        for marked, name, why in rows:
            with pytest.raises(JsonRpcException, match=why):
                await rename(editor, "shop.yml", marked, name)

    run(tmp_path, test)


def test_an_unreadable_file_is_named(tmp_path: Path) -> None:
    (tmp_path / "other.yml").write_text(OTHER + "x: [\n", encoding="utf-8")

    async def test(editor: Editor) -> None:
        editor.open("shop.yml", SHOP)
        with pytest.raises(JsonRpcException, match=r"other\.yml might use 'Say'"):
            await rename(editor, "shop.yml", "messages:\n    Sa|y", "Word")
        assert edits_of(await rename(editor, "shop.yml", "channels:\n  ro|om", "hall"))
        editor.replace("shop.yml", "channels:", "channels: [")
        with pytest.raises(JsonRpcException, match="can't be read as it is now"):
            await rename(editor, "shop.yml", "sa|y: {$ref", "Word")

    run(tmp_path, test)


# -- whole documents -------------------------------------------------------------------------------


def names_in(text: str) -> list[tuple[str, ...]]:
    """The first and the last name of each map of names in a document."""
    data = yaml.load(text, yaml.CSafeLoader)  # the safe one, in C
    found: list[tuple[str, ...]] = []
    components = data.get("components") or {}
    maps = [(section,) for section in ("channels", "operations", "servers")]
    maps += [("components", section) for section in components]
    for path in maps:
        holder: Any = data
        for part in path:
            holder = holder.get(part) if isinstance(holder, dict) else None
        if isinstance(holder, dict) and holder:
            keys = [key for key in holder if isinstance(key, str)]
            found += [(*path, key) for key in {keys[0]: 0, keys[-1]: 0}] if keys else []
    return found


def key_position(text: str, path: tuple[str, ...]) -> types.Position | None:
    node = yaml.compose(text, yaml.CSafeLoader)
    for part in path:
        found = None
        for key, value in node.value:
            if key.value == part:
                found, node = key, value
        if found is None:
            return None
    mark = found.start_mark
    before = text.split("\n")[mark.line][: mark.column]
    return types.Position(mark.line, len(before.encode("utf-16-le")) // 2)


def summary(path: Path) -> Counter[tuple[str, int]]:
    return Counter((each.code, each.line) for each in lint(path))


def own() -> list[Path]:
    return sorted([*ROOT.glob("specs/*.yml"), *ROOT.glob("examples/*/asyncapi.yml")])


def others() -> list[Path]:
    return sorted(p for p in CORPUS.glob("real/**/*") if p.suffix in (".yml", ".yaml"))[::6]


def check_documents(files: list[Path], root: Path) -> int:
    """Rename names of documents; the findings stay what they were."""
    done = 0

    async def test(editor: Editor) -> None:
        nonlocal done
        for number, file in enumerate(files):
            name = f"{number}/asyncapi.yml"
            place = root / name
            place.parent.mkdir()
            text = file.read_bytes().decode("utf-8", "replace")
            place.write_text(text, encoding="utf-8", newline="")
            try:
                paths = names_in(text)
            except (yaml.YAMLError, AttributeError):
                continue
            before = summary(place)
            if any(code == "unreadable" for code, _ in before):
                continue
            editor.open(name, text)
            for path in paths:
                position = key_position(text, path)
                if position is None:
                    continue
                try:
                    asked = editor.client.text_document_rename_async(
                        types.RenameParams(
                            types.TextDocumentIdentifier(editor.uri(name)), position, "zz-renamed"
                        )
                    )
                    edit = await asyncio.wait_for(asked, PATIENCE)
                except JsonRpcException as error:
                    if "cannot be edited" in str(error) or "can't be read" in str(error):
                        continue
                    raise
                assert edit is not None
                new = apply(editor, edit)
                assert set(new) == {name}
                place.write_text(new[name], encoding="utf-8", newline="")
                assert summary(place) == before, f"{file}: {path}"
                editor.write(name, text)
                done += 1
            editor.close(name)
            shutil.rmtree(place.parent)

    run(root, test)
    return done


@pytest.mark.slow
def test_the_documents_of_the_project_have_the_findings_that_they_had(tmp_path: Path) -> None:
    files = own()
    assert check_documents(files, tmp_path) > len(files)


@pytest.mark.slow
@pytest.mark.skipif(
    not CORPUS.is_dir(),
    reason="the corpus is not beside the repository: it is others', and not part of the project",
)
def test_the_documents_of_others_have_the_findings_that_they_had(tmp_path: Path) -> None:
    files = others()
    assert check_documents(files, tmp_path) > len(files)
