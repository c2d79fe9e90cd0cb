"""The rules of docs/vocabulary.toml, and proselint's: what they find in passages."""

from __future__ import annotations

import functools
import re
import sys
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any

from passages import sentences

if sys.version_info >= (3, 11):
    import tomllib
else:
    import tomli as tomllib

if TYPE_CHECKING:
    from collections.abc import Iterable

    from passages import Passage

__all__ = ["ROOT", "Term", "by_proselint", "findings", "longest", "terms"]

ROOT = Path(__file__).parents[2]
_FILE = ROOT / "docs" / "vocabulary.toml"
PLACES = frozenset({"pages", "messages", "docstrings"})


@dataclass(frozen=True)
class Term:
    """Words to avoid."""

    pattern: re.Pattern[str]
    write: str
    why: str
    within: frozenset[str]
    bad: str
    good: str


@functools.cache
def _read() -> dict[str, Any]:
    return tomllib.loads(_FILE.read_text(encoding="utf-8"))


@functools.cache
def terms() -> tuple[Term, ...]:
    """The terms of the file."""
    return tuple(
        Term(
            re.compile(term["pattern"], 0 if term.get("case", False) else re.IGNORECASE),
            term["write"],
            term["why"],
            frozenset(term.get("within", PLACES)),
            term["bad"],
            term["good"],
        )
        for term in _read()["term"]
    )


def longest() -> int:
    """How many words a sentence can have."""
    return int(_read()["longest"])


def findings(passages: Iterable[Passage], place: str) -> list[str]:
    """What is wrong in passages, as lines: the number, the sentence, and what to write."""
    found = []
    rules = [term for term in terms() if place in term.within]
    for passage in passages:
        for start, sentence in sentences(passage.text):
            line = passage.line(start)
            words = [word for word in sentence.split() if re.search(r"\w", word)]
            if len(words) > longest():
                short = " ".join(words[:8])
                found.append(f"{line}: {len(words)} words in a sentence: {short} …")
            for term in rules:
                if match := term.pattern.search(sentence):
                    line = passage.line(start + match.start())
                    words_found = match.group().strip()
                    found.append(
                        f"{line}: {words_found!r}: write {term.write}. {term.why} [{sentence}]"
                    )
    return found


# -- proselint -------------------------------------------------------------------------------------

#: What is off, and why.
_OFF = {
    "typography.symbols.curly_quotes": "the docs have straight quotes, which can be copied",
    "typography.symbols.ellipsis": "three dots are Python's",
    "misc.phrasal_adjectives.ly": "it takes hyphens in names for adjectives",
    "annotations": "the docs name such comments",
}


def by_proselint(text: str) -> list[tuple[int, str]]:
    """What proselint finds in a text: the index, and its message."""
    from proselint.checks import __register__
    from proselint.config import DEFAULT
    from proselint.registry import CheckRegistry
    from proselint.tools import LintFile

    registry = CheckRegistry()
    if not registry.checks:
        registry.register_many(__register__)
    # The longer names come first: the first that fits decides.
    checks = {**dict.fromkeys(_OFF, False), **DEFAULT["checks"]}
    results = LintFile("text", text).lint({**DEFAULT, "checks": checks})
    return [
        (
            result.check_result.span[0] - 1,  # it puts a line end in front
            f"{result.check_result.check_path}: {result.check_result.message}",
        )
        for result in results
    ]
