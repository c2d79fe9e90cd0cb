"""Sentences of the docs and of the package, without code, with the lines that they are on."""

from __future__ import annotations

import ast
import re
from dataclasses import dataclass
from typing import TYPE_CHECKING

from markdown_it import MarkdownIt

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

    from markdown_it.token import Token

__all__ = ["Passage", "of_docstrings", "of_markdown", "of_messages", "of_text", "sentences"]

#: What inline code and values become: a word that no pattern is about.
CODE = "`_`"
#: The end of a sentence, but not an ellipsis. A name in lower case can begin the next one.
_END = re.compile(r"(?<=[.!?])(?<!\.\.)(?<!e\.g\.)(?<!i\.e\.)[\"')]*\s+(?=\S)")
_INLINE_CODE = re.compile(r"(`+)(?!`).+?(?<!`)\1(?!`)", re.DOTALL)
#: `Args:` and its like; and the name before each entry.
_SECTION = re.compile(r"^(Args|Attributes|Returns|Raises|Yields|Example|Examples|Note):$")
_ENTRY = re.compile(r"^\s+(\*{0,2}[\w.]+(, \*{0,2}[\w.]+)*|`[^`]*`):\s")
_ITEM = re.compile(r"^\s*([-*]|\d+\.)\s")
#: Three words in a row: strings without them are names and data.
_MESSAGE = re.compile(r"[a-z]+[,;:]? [a-z]+[,;:]? [a-z]+")
#: A directive of MyST, an option of one, and the front matter of a page.
_DIRECTIVE = re.compile(r"^ *(:{3,}.*|:[\w-]+:( .*)?)$", re.MULTILINE)
_FRONT_MATTER = re.compile(r"\A---\n.*?^---$", re.MULTILINE | re.DOTALL)
_MARKDOWN = MarkdownIt("commonmark").enable("table")


@dataclass(frozen=True)
class Passage:
    """A run of text: a paragraph, a heading, a cell of a table, or a message.

    Attributes:
        lines: for each character of the text its line in the file, counted from 1.
    """

    text: str
    lines: tuple[int, ...]

    def line(self, at: int) -> int:
        """The line of the character at an index."""
        return self.lines[min(at, len(self.lines) - 1)] if self.lines else 1


def sentences(text: str) -> Iterator[tuple[int, str]]:
    """The sentences of a passage, each with the index at which it begins."""
    start = 0
    for end in _END.finditer(text):
        yield start, text[start : end.start()]
        start = end.end()
    if start < len(text):
        yield start, text[start:]


class _Builder:
    def __init__(self) -> None:
        self.text: list[str] = []
        self.lines: list[int] = []

    def add(self, text: str, line: int) -> None:
        self.text.append(text)
        self.lines += [line] * len(text)

    def passage(self) -> Passage:
        return Passage("".join(self.text), tuple(self.lines))


def of_markdown(text: str) -> list[Passage]:
    """The passages of a page, without fences, HTML, addresses, inline code, and directives."""
    text = _FRONT_MATTER.sub(lambda found: "\n" * found[0].count("\n"), text)
    text = _DIRECTIVE.sub("", text)
    found = [
        _inline(token)
        for token in _MARKDOWN.parse(text)
        if token.type == "inline" and token.content.strip()
    ]
    return [passage for passage in found if passage.text.strip()]


def _inline(token: Token) -> Passage:
    assert token.map is not None
    line = token.map[0] + 1
    raw, at = token.content, 0  # the text as it's written, to count the lines within code
    built = _Builder()
    for child in token.children or ():
        if child.type == "code_inline":
            start = raw.index(child.markup, at)
            end = raw.index(child.markup, start + len(child.markup)) + len(child.markup)
            built.add(CODE, line)
            line += raw.count("\n", start, end)
            at = end
        elif child.type in ("softbreak", "hardbreak"):
            built.add(" ", line)
            line += 1
        elif child.type == "text":
            built.add(child.content, line)
    return built.passage()


def of_text(text: str, line: int = 1) -> list[Passage]:
    """The passages of a docstring or of help: paragraphs, items of lists, entries of sections."""
    found: list[Passage] = []
    built = _Builder()
    in_code = False  # within an indented block, after a line that ends with a colon
    text = _INLINE_CODE.sub(lambda code: CODE + "\n" * code[0].count("\n"), text)

    def finish() -> None:
        nonlocal built
        if built.text:
            found.append(built.passage())
        built = _Builder()

    section = False
    for number, written in enumerate(text.splitlines(), line):
        words = written.strip()
        if not words or written == "\b":
            finish()
            continue
        indented = written.startswith("    ")
        section = bool(_SECTION.match(written)) or (section and indented)
        in_code = indented and not section
        if in_code or words.startswith((">>>", "...", "Example:")) or _SECTION.match(written):
            finish()
            continue
        if _ENTRY.match(written) or _ITEM.match(written):
            finish()
            words = _ITEM.sub("", _ENTRY.sub("", written)).strip()
        built.add((" " if built.text else "") + words, number)
    finish()
    return found


# -- source code -----------------------------------------------------------------------------------


def of_messages(path: Path) -> list[Passage]:
    """The strings of a module that read like a message, with `CODE` for each value in them."""
    tree = ast.parse(path.read_text(encoding="utf-8"))
    beyond: set[int] = set()  # docstrings, and parts of longer strings
    found = []
    for node in ast.walk(tree):  # from the outside to the inside
        if isinstance(node, ast.Expr):  # a docstring of a module, a class, a function, an attribute
            beyond.add(id(node.value))
        if isinstance(node, ast.Call) and ast.unparse(node.func) == "re.compile":
            beyond.update(id(each) for each in ast.walk(node))
        if id(node) in beyond or not isinstance(node, (ast.Constant, ast.JoinedStr, ast.BinOp)):
            continue
        text = _text_of(node)
        if text:
            beyond.update(id(part) for part in _parts_of(node))
        # A text of many lines is a program, a template, or help, which is read where it's printed.
        if _MESSAGE.search(text) and text.count("\n") < 2:
            text = _INLINE_CODE.sub(CODE, " ".join(text.split()))
            found.append(Passage(text, (node.lineno,) * len(text)))
    return found


def _parts_of(node: ast.expr) -> Iterator[ast.expr]:
    """The strings that a text is made of."""
    if isinstance(node, ast.JoinedStr):
        yield from node.values
    elif isinstance(node, ast.BinOp):
        for side in (node.left, node.right):
            yield side
            yield from _parts_of(side)


def _text_of(node: ast.expr) -> str:
    """The text of an expression, as far as it's written there."""
    if isinstance(node, ast.Constant):
        return node.value if isinstance(node.value, str) else ""
    if isinstance(node, ast.JoinedStr):
        return "".join(_text_of(v) if isinstance(v, ast.Constant) else CODE for v in node.values)
    if isinstance(node, ast.BinOp) and isinstance(node.op, (ast.Add, ast.Mod)):
        right = _text_of(node.right) if isinstance(node.op, ast.Add) else ""
        return _text_of(node.left) + right
    return ""


def of_docstrings(path: Path, names: frozenset[str]) -> list[Passage]:
    """The docstrings of names of a module, and of what is public in its classes."""
    found = []
    for node in ast.parse(path.read_text(encoding="utf-8")).body:
        if getattr(node, "name", None) in names:
            found += _docstrings(node)
    return found


def _docstrings(node: ast.stmt) -> list[Passage]:
    if not isinstance(node, (ast.ClassDef, ast.FunctionDef, ast.AsyncFunctionDef)):
        return []
    found = []
    text = ast.get_docstring(node)
    if text:
        found = of_text(text, node.body[0].lineno)
    if isinstance(node, ast.ClassDef):
        for inner in node.body:
            if not getattr(inner, "name", "_").startswith("_"):
                found += _docstrings(inner)
    return found
