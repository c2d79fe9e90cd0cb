"""The linter of prose finds what it's for, and nothing else."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

import pytest
from passages import Passage, of_docstrings, of_markdown, of_messages, of_text, sentences
from vocabulary import PLACES, by_proselint, findings, longest, terms

if TYPE_CHECKING:
    from pathlib import Path

    from vocabulary import Term


@pytest.mark.parametrize("term", terms(), ids=lambda term: term.pattern.pattern[:30])
def test_term(term: Term) -> None:
    """Each term finds its bad sentence, passes its good one, and applies somewhere."""
    assert term.pattern.search(term.bad)
    assert not term.pattern.search(term.good)
    assert term.within
    assert term.within <= PLACES


def test_examples_of_one_term_keep_the_others() -> None:
    """No good sentence breaks another rule, so the rules don't contradict each other."""
    good = [Passage(term.good, (1,) * len(term.good)) for term in terms()]
    assert findings(good, "pages") == []


def test_long_sentences() -> None:
    """A sentence can have as many words as the file allows, and no more."""
    fits = "The " + "word " * (longest() - 2) + "ends."
    long = "The " + "word " * (longest() - 1) + "ends."
    assert findings(of_markdown(fits), "pages") == []
    (found,) = findings(of_markdown(long), "pages")
    assert re.match(rf"1: {longest() + 1} words in a sentence: The word", found)


def test_sentences() -> None:
    """A sentence ends at a full stop before a blank, and not at an ellipsis."""
    text = "One. Two, see a.b or 1.5. (Three!) `_` four? five, ... and six"
    assert [found for _, found in sentences(text)] == [
        "One.",
        "Two, see a.b or 1.5.",
        "(Three!",
        "`_` four?",
        "five, ... and six",
    ]
    assert [text[at:].split(maxsplit=1)[0] for at, _ in sentences(text)] == [
        "One.",
        "Two,",
        "(Three!)",
        "`_`",
        "five,",
    ]


PAGE = """\
# A heading is no joke

Text with `code that
may break` over lines, and a [link](a-folder/may.md).
It is no joke, too.

```python
# this may be code, whoever reads it
```

| a | b |
|---|---|
| one | may be |

- an item
  that may
"""


def test_lines_of_pages() -> None:
    """Findings have the lines of the page; code, addresses and fences are left out."""
    found = [line.split(":")[:2] for line in findings(of_markdown(PAGE), "pages")]
    assert found == [
        ["1", " 'is no'"],
        ["5", " 'is no'"],
        ["5", " ', too'"],
        ["13", " 'may'"],
        ["16", " 'may'"],
    ]


DIRECTIVES = """\
---
title: It may be
---

:::{note} Who may
:class: may-be

It may be.
:::
"""


def test_directives() -> None:
    """Front matter, directives, and their options are left out; text within them isn't."""
    (found,) = findings(of_markdown(DIRECTIVES), "pages")
    assert found.startswith("8: 'may'")


MODULE = '''\
"""A module that may be anything."""

class Thing:
    """A thing.

    Args:
        name: it may be any
            name of one thing.
        other: `code may`.
    """

    def run(self):
        """Run, lest it stop.

            example = "may"

        That is all.
        """
        log.warning("it may be", "may " + 3 * "may " + "be")
        raise ValueError(f"a {self} may " f"fail the test, `may`")

    def _private(self):
        """It may be anything."""
        return "may be"

def other():
    """It may be anything."""

PATTERN = re.compile("it may be|it may not be")
'''


def test_lines_of_modules(tmp_path: Path) -> None:
    """Docstrings of public names and messages are found on their lines; code isn't."""
    file = tmp_path / "module.py"
    file.write_text(MODULE, encoding="utf-8")
    found = findings(of_docstrings(file, frozenset({"Thing"})), "docstrings")
    assert [line.split(":")[:2] for line in found] == [["7", " 'may'"], ["13", " 'lest'"]]
    found = findings(of_messages(file), "messages")
    assert [line.split(":")[:2] for line in found] == [["19", " 'may'"], ["20", " 'may'"]]


def test_entries_are_passages() -> None:
    """The entries of a section are passages, without their names."""
    text = "Do it.\n\nArgs:\n    first: one\n        more.\n    second, third: two."
    assert [found.text for found in of_text(text)] == ["Do it.", "one more.", "two."]


def test_proselint() -> None:
    """Proselint finds its own example, and what is off stays off."""
    pytest.importorskip("proselint", reason="needs proselint")
    text = 'This is very unique. She said "yes".'
    (found, *_) = by_proselint(text)
    assert "uncomparables" in found[1]
    assert text[found[0] :].startswith("very unique")
    assert not any("curly" in message for _, message in by_proselint(text))
