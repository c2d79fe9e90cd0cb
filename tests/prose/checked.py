"""What is read for its words, and what is found there.

    python tests/prose/checked.py                          # all that is not clean
    python tests/prose/checked.py docs/how-to/flask.md     # a page, a module, a command or a rule

A key names each: the path of a page or a module, `asyncapi-guard check`, `rules CODE`.
"""

from __future__ import annotations

import ast
import functools
import hashlib
import inspect
import json
import os
import re
import sys
from collections import defaultdict
from contextlib import suppress
from pathlib import Path
from typing import TYPE_CHECKING, Any

from passages import of_docstrings, of_markdown, of_messages, of_text
from vocabulary import ROOT, by_proselint, findings

if TYPE_CHECKING:
    from collections.abc import Iterator

    import click
    from passages import Passage

PACKAGE = ROOT / "asyncapi_guard"
#: The packages whose `__all__` is what users import.
PUBLIC = [PACKAGE / name / "__init__.py" for name in (".", "metrics", "security", "testing")]
_CACHE = ROOT / ".cache" / "prose.json"
#: Between passages, for proselint: a word at the end of one and at the start of the next is no
#: repetition.
_BETWEEN = "\n\n---\n\n"


def pages() -> list[str]:
    """The pages, and what is written for those who come to the project first."""
    found = [*sorted((ROOT / "docs").rglob("*.md")), *sorted(ROOT.glob("*.md"))]
    return [path.relative_to(ROOT).as_posix() for path in found]


def modules() -> list[str]:
    """The modules of the package."""
    return [path.relative_to(ROOT).as_posix() for path in sorted(PACKAGE.rglob("*.py"))]


def passages_of(page: str) -> list[Passage]:
    """The passages of a page; of the changelog, the newest section."""
    text = (ROOT / page).read_text(encoding="utf-8")
    if page == "CHANGELOG.md":
        parts = re.split(r"^(?=## )", text, flags=re.MULTILINE)
        text = "".join(parts[:2])
    return of_markdown(text)


def in_page(page: str) -> list[str]:
    """The findings in a page."""
    passages = passages_of(page)
    found = findings(passages, "pages")
    starts, length = [], 0
    for passage in passages:
        starts.append(length)
        length += len(passage.text) + len(_BETWEEN)
    for at, message in by_proselint(_BETWEEN.join(passage.text for passage in passages)):
        index = max(number for number, start in enumerate(starts) if start <= at)
        found.append(f"{passages[index].line(at - starts[index])}: proselint: {message}")
    return found


def in_texts(texts: tuple[str, ...]) -> list[str]:
    """The findings in texts that people read in a terminal."""
    return [line for text in texts for line in findings(of_text(text), "messages")]


def in_modules() -> dict[str, list[str]]:
    """The findings in what modules raise, log and print, and in their public docstrings.

    Most modules are as they were the last time, so `.cache` has the findings of each text.
    """
    known: dict[str, list[str]] = {}
    with suppress(OSError, ValueError):
        known = json.loads(_CACHE.read_text(encoding="utf-8"))
    kept, found = {}, {}
    for module in modules():
        path = ROOT / module
        names = public_names().get(path, frozenset())
        key = _digest(path.read_bytes() + " ".join(sorted(names)).encode())
        found[module] = kept[key] = known[key] if key in known else _in_module(path, names)
    if kept != known:
        _CACHE.parent.mkdir(exist_ok=True)
        written = _CACHE.with_name(f"{_CACHE.name}.{os.getpid()}")
        written.write_text(json.dumps(kept), encoding="utf-8")
        written.replace(_CACHE)
    return found


def _in_module(path: Path, names: frozenset[str]) -> list[str]:
    found = findings(of_messages(path), "messages")
    return found + findings(of_docstrings(path, names), "docstrings") if names else found


@functools.cache
def _checker() -> bytes:
    """The vocabulary and what looks for it: a change of one makes the cache worthless."""
    files = [ROOT / "docs" / "vocabulary.toml", *sorted(Path(__file__).parent.glob("*.py"))]
    return hashlib.sha256(b"".join(path.read_bytes() for path in files)).digest()


def _digest(text: bytes) -> str:
    return hashlib.sha256(_checker() + text).hexdigest()


@functools.cache
def help_texts() -> dict[str, tuple[str, ...]]:
    """The texts of `--help`, by command."""
    import click

    from asyncapi_guard.cli import cli

    def walk(command: click.Command, name: str) -> Iterator[tuple[str, tuple[str, ...]]]:
        texts: list[Any] = [command.help, command.short_help, command.epilog]
        texts += [getattr(parameter, "help", None) for parameter in command.params]
        # Before Python 3.13, docstrings have the indentation of their code.
        yield name, tuple(inspect.cleandoc(text) for text in texts if text)
        if isinstance(command, click.Group):
            context = click.Context(command)
            for each in command.list_commands(context):
                inner = command.get_command(context, each)
                assert inner is not None
                yield from walk(inner, f"{name} {each}")

    return dict(walk(cli, "asyncapi-guard"))


@functools.cache
def rule_texts() -> dict[str, tuple[str, ...]]:
    """The texts of each rule: the title and the reason."""
    from asyncapi_guard.lint.rules import RULES

    return {f"rules {code}": (rule.title, rule.why) for code, rule in RULES.items()}


@functools.cache
def public_names() -> dict[Path, frozenset[str]]:
    """What users import, by the file that defines it."""
    found = defaultdict(set)
    for package in PUBLIC:
        for node in ast.walk(ast.parse(package.read_text(encoding="utf-8"))):
            if isinstance(node, ast.ImportFrom) and (node.module or "").startswith(
                "asyncapi_guard"
            ):
                for alias in node.names:
                    path, name = _home(node.module or "", alias.name)
                    found[path].add(name)
    return {path: frozenset(names) for path, names in found.items()}


def _home(module: str, name: str) -> tuple[Path, str]:
    """The file that defines a name, which packages on the way only import."""
    path = ROOT.joinpath(*module.split("."))
    path = path / "__init__.py" if path.is_dir() else path.with_suffix(".py")
    for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
        for imported, alias in _imported(node):
            if (alias.asname or alias.name) == name:
                return _home(imported, alias.name)
    return path, name


def _imported(node: ast.AST) -> Iterator[tuple[str, ast.alias]]:
    """The names that a statement imports from the package, each with its module."""
    if isinstance(node, ast.ImportFrom) and (node.module or "").startswith("asyncapi_guard"):
        for alias in node.names:
            yield node.module or "", alias


def everything() -> dict[str, list[str]]:
    """The findings of all keys."""
    return {
        **{page: in_page(page) for page in pages()},
        **{name: in_texts(texts) for name, texts in help_texts().items()},
        **{name: in_texts(texts) for name, texts in rule_texts().items()},
        **in_modules(),
    }


def main(arguments: list[str]) -> None:
    """Print the findings of keys; of all, without arguments."""
    found = everything()
    for key in arguments or found:
        for line in found[key]:
            print(f"{key}:{line}")


if __name__ == "__main__":
    main(sys.argv[1:])
