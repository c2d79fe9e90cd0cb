"""The server's findings are those of a fresh validation, whatever was typed before."""

from __future__ import annotations

import random
import re
from pathlib import Path
from textwrap import dedent
from typing import TYPE_CHECKING

import pytest

from asyncapi_guard.cli.editor_surroundings import EditorSurroundings
from asyncapi_guard.errors import UnreadableDocument
from asyncapi_guard.lint import lint
from asyncapi_guard.lint.rules import RULES
from asyncapi_guard.lsp import parts
from asyncapi_guard.lsp.checking import validated
from asyncapi_guard.lsp.open_files import OpenFiles
from asyncapi_guard.lsp.parts import PartedSource, Reader
from asyncapi_guard.lsp.snapshots import Snapshot
from asyncapi_guard.lsp.texts import Place, Text
from asyncapi_guard.spec.source import read_source

if TYPE_CHECKING:
    from collections.abc import Iterator

    from asyncapi_guard.lsp.open_files import Document

ROOT = Path(__file__).parents[2]
#: What fingers do: half a key, a quote, a bracket, another indentation, whole lines.
TYPED = (
    *("\n", "  ", "    x: 1\n", "'", '"', "{", "}", "[", "]", ": ", "- ", "#", "&a ", "*a", "|\n"),
    *(">-\n", "\t", "\r\n", "\u2028", "😀", "<<: ", "? ", "---\n", "...\n", "null", "1: 2\n", "%"),
    *("type: string\n", "$ref: '#/components/schemas/A'", "allOf: [{type: integer}]", "  x: y\n"),
    *("minimum: 3", "required: [a]", "examples: [1]", "default: 3", "pattern: '('", "oneOf: []"),
    *("# guard: ignore[unknown-field]", "# guard: ignore[nope]", "messages: []", "x-ack: 3"),
)


#: What the project says: each is what findings depend on besides the text.
CONFIGURATIONS = (
    "",
    "extend-select = ['style']\n",
    "extend-select = ['style']\n[style]\nproperties = 'snake_case'\nschemas = 'kebab-case'\n",
    "extend-select = ['property-case']\nignore = ['unknown-field']\n",
    """
    [rules.described]
    where = ['schema', 'message', '/info']
    field = 'description'
    defined = true
    [rules.short]
    where = 'property'
    field = '@key'
    max-length = 5
    severity = 'error'
    """,
    """
    extend-select = ['style']
    [rules.typed]
    where = 'property'
    when = {description = {defined = false}}
    at-least-one-of = ['type', 'enum', '$ref', 'const']
    [rules.owned]
    where = ['/operations/*', '/**/schemas/*']
    required = ['x-owner']
    """,
    "select = ['mine']\n[rules.mine]\nwhere = 'schema'\nforbidden = ['title']\n",
)


def configure(folder: Path, text: str) -> None:
    (folder / "asyncapi-guard.toml").write_text(dedent(text), "utf-8")


def documents() -> Iterator[str]:
    yield (ROOT / "specs" / "tictactoe.yml").read_text("utf-8")
    for rule in RULES.values():
        if not rule.about_code:
            yield rule.document(rule.bad)
            yield rule.document(rule.good)


@pytest.fixture
def small_parts(monkeypatch: pytest.MonkeyPatch) -> None:
    """Parts are made of small documents as well, and there are more mistakes to be made."""
    monkeypatch.setattr(parts, "_LARGE", 20)


def mutated(draw: random.Random, text: str) -> tuple[int, int, str]:
    """A change: where it begins and ends, and what is there then."""
    start = draw.randrange(len(text) + 1)
    end = min(len(text), start + draw.choice((0, 0, 0, 1, 2, 7, 40)))
    if draw.random() < 0.3:
        other = draw.randrange(len(text) + 1)
        return start, end, text[other : other + draw.choice((5, 30, 200))]
    return start, end, draw.choice((*TYPED, ""))


def typed(files: OpenFiles, document: Document, start: int, end: int, new: str) -> None:
    text = document.text
    change = (text.place(start), text.place(end), new)
    files.change(document.uri, document.version + 1, [change])


def check_edits(
    draw: random.Random, folder: Path, text: str, edits: int, configurations: tuple[str, ...] = ()
) -> None:
    """Type, and change the configuration now and then."""
    files, surroundings = OpenFiles(), EditorSurroundings()
    path = folder / "asyncapi.yml"
    document = files.open(path.as_uri(), "yaml", 1, text)
    for edit in range(edits):
        if configurations and edit % 3 == 0:
            configure(folder, draw.choice(configurations))
            surroundings.forget()
        before = document.text.value
        start, end, new = mutated(draw, before)
        typed(files, document, start, end, new)
        expected = before[:start] + new + before[end:]
        if "\r" not in before + new:
            assert document.text.value == expected
        raw = document.text.value.encode("utf-8", "surrogatepass")
        settings = EditorSurroundings().options(path).settings
        fresh = lint(document.name, raw=raw, settings=settings)
        run = validated(document, document.text, files, surroundings)
        assert run.findings == fresh, document.text.value
        if draw.random() < 0.6:  # most slips are undone
            files.change(document.uri, document.version + 1, [before])


def test_findings_are_those_of_a_fresh_run(tmp_path: Path, small_parts: None) -> None:
    draw = random.Random(7)
    several = list(documents())
    for text in [several[0], *draw.sample(several, 12)]:
        check_edits(draw, tmp_path, text, 6)


@pytest.mark.parametrize("configuration", CONFIGURATIONS[1:])
def test_rules_of_style_and_of_the_project_see_what_has_not_changed(
    tmp_path: Path, small_parts: None, configuration: str
) -> None:
    """What is remembered of schemas without faults is nothing to a rule about every schema."""
    draw = random.Random(10)
    configure(tmp_path, configuration)
    several = list(documents())
    for text in [several[0], *draw.sample(several, 3)]:
        check_edits(draw, tmp_path, text, 5)
    files, surroundings = OpenFiles(), EditorSurroundings()
    for number, text in enumerate([several[0], *draw.sample(several, 30)]):
        path = tmp_path / f"{number}.yml"
        document = files.open(path.as_uri(), "yaml", 1, text)
        settings = surroundings.options(path).settings
        for end in ("", "# a\n", "# a\n# b\n"):
            files.change(document.uri, document.version + 1, [f"{text}\n{end}"])
            fresh = lint(document.name, raw=document.text.value.encode(), settings=settings)
            run = validated(document, document.text, files, surroundings)
            assert run.findings == fresh, text


def test_another_configuration_is_another_run(tmp_path: Path, small_parts: None) -> None:
    """Documents stay open while the rules change that they are judged by."""
    files, surroundings = OpenFiles(), EditorSurroundings()
    path = tmp_path / "asyncapi.yml"
    document = files.open(path.as_uri(), "yaml", 1, next(documents()))
    found = set()
    for configuration in (*CONFIGURATIONS, *reversed(CONFIGURATIONS)):
        configure(tmp_path, configuration)
        surroundings.forget()
        settings = EditorSurroundings().options(path).settings
        fresh = lint(document.name, raw=document.text.value.encode(), settings=settings)
        assert validated(document, document.text, files, surroundings).findings == fresh
        found.add(fresh)
    assert len(found) > 4
    draw = random.Random(11)
    for text in draw.sample(list(documents()), 4):
        check_edits(draw, tmp_path, text, 9, CONFIGURATIONS)


@pytest.mark.slow
def test_findings_are_those_of_a_fresh_run_at_length(tmp_path: Path, small_parts: None) -> None:
    draw = random.Random(8)
    for text in documents():
        check_edits(draw, tmp_path, text, 12)
        check_edits(draw, tmp_path, text, 9, CONFIGURATIONS)
        configure(tmp_path, "")


def paths_of(data: object, path: tuple[str | int, ...] = ()) -> Iterator[tuple[str | int, ...]]:
    yield path
    if isinstance(data, (dict, list)):
        items = data.items() if isinstance(data, dict) else enumerate(data)
        for key, below in items:
            yield from paths_of(below, (*path, key))


def test_parts_say_what_the_whole_says(small_parts: None) -> None:
    """Data, positions, and what is at each offset; a text that cannot be cut is not."""
    draw = random.Random(9)
    parted = 0
    for text in draw.sample(list(documents()), 60):
        try:
            whole = read_source("a.yml", "file:///a.yml", text.encode())
        except UnreadableDocument as fault:
            with pytest.raises(UnreadableDocument, match=re.escape(str(fault))):
                Reader().read("a.yml", "file:///a.yml", text)
            continue
        source = Reader().read("a.yml", "file:///a.yml", text)
        parted += isinstance(source, PartedSource)
        assert repr(source.data) == repr(whole.data)
        one, other = Snapshot(source), Snapshot(whole)
        for path in paths_of(whole.data):
            for key in (False, True):
                assert source.position(path, key=key) == whole.position(path, key=key)
                assert one.span(path, key=key) == other.span(path, key=key)
                beside = (*path, "no such key")
                assert source.position(beside, key=key) == whole.position(beside, key=key)
        for offset in range(0, len(text), 3):
            found = [each.spot(offset) for each in (one, other)]
            said = [s and (s.path, s.start, s.end, s.on_key) for s in found]
            assert said[0] == said[1], (text, offset)
    assert parted > 20


def test_what_has_not_changed_is_not_read_again(small_parts: None) -> None:
    text = (ROOT / "specs" / "tictactoe.yml").read_text("utf-8")
    reader = Reader()
    before = reader.read("a.yml", "file:///a.yml", text).data
    after = reader.read("a.yml", "file:///a.yml", text.replace("Tic-tac-toe", "Noughts")).data
    assert after["info"]["title"] == "Noughts"
    assert after["channels"] is before["channels"]
    assert after["components"] is before["components"]


def test_lines_begin_where_they_do_after_each_change() -> None:
    """The begin of each line is moved with a change, and not looked for again."""
    draw = random.Random(12)
    for _ in range(500):
        text = Text("".join(draw.choice("ab\n\n😀") for _ in range(draw.randrange(12))))
        for _ in range(5):
            start, end = (text.place(draw.randrange(len(text.value) + 1)) for _ in range(2))
            new = "".join(draw.choice("a\n\n\r😀") for _ in range(draw.choice((0, 1, 1, 2, 5))))
            text = text.changed(start, end, new.replace("\r", draw.choice(("", "", "\r"))))
            assert text.starts == Text(text.value).starts, text.value


def test_places_are_counted_as_editors_count() -> None:
    files = OpenFiles()
    document = files.open("file:///tmp/a.yml", "yaml", 1, "a: 😀b\r\nc: \u2028d\re: f\n")
    text = document.text
    assert [text.line(n) for n in range(5)] == ["a: 😀b", "c: \u2028d", "e: f", "", ""]
    assert text.place(text.value.index("b")) == Place(0, 5)
    assert text.offset(0, 5) == text.value.index("b")
    assert text.offset(0, 4) == text.value.index("😀")  # in the middle of it
    assert text.offset(9, 9) == len(text.value)
    files.change(document.uri, 2, [(Place(1, 4), Place(1, 5), "D")])
    assert document.text.value == "a: 😀b\r\nc: \u2028D\re: f\n"
