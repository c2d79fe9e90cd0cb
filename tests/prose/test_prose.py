"""The docs, `--help`, the rules, messages and public docstrings keep docs/vocabulary.toml.

`python tests/prose/checked.py KEY` prints the findings of one of them.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

import checked
import pytest

if TYPE_CHECKING:
    from collections.abc import Mapping


def unclean(found: Mapping[str, list[str]]) -> dict[str, list[str]]:
    """The keys that have findings."""
    return {key: lines for key, lines in found.items() if lines}


@pytest.mark.parametrize("page", checked.pages())
def test_page(page: str) -> None:
    """A page has the words of the vocabulary, short sentences, and nothing that proselint finds."""
    pytest.importorskip("proselint", reason="needs proselint")
    assert checked.in_page(page) == []


def test_help() -> None:
    """The help of each command, and of each of its options, keeps the vocabulary."""
    texts = checked.help_texts()
    assert len(texts) > 15
    assert unclean({name: checked.in_texts(text) for name, text in texts.items()}) == {}


def test_rules() -> None:
    """The title and the reason of each rule keep the vocabulary."""
    texts = checked.rule_texts()
    assert len(texts) > 50
    assert unclean({name: checked.in_texts(text) for name, text in texts.items()}) == {}


def test_modules() -> None:
    """What modules raise, log and print, and public docstrings, keep the vocabulary."""
    assert unclean(checked.in_modules()) == {}


def test_what_is_checked() -> None:
    """The lists are not empty."""
    assert len(checked.pages()) > 30
    assert len(checked.modules()) > 100


def test_public_names() -> None:
    """The main names are among those that are looked at."""
    names = {name for names in checked.public_names().values() for name in names}
    assert names >= {"AsyncAPIGuard", "load", "Policy", "AsyncAPISocketIO", "Violation"}
