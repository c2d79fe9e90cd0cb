"""Comments that suppress findings."""

from __future__ import annotations

import textwrap

import pytest
import yaml
from hypothesis import given
from hypothesis import strategies as st

from asyncapi_guard.errors import Finding, Severity
from asyncapi_guard.lint.comments import apply_comments
from asyncapi_guard.lint.settings import ALWAYS, known_codes

FILE = "a.yml"


def finding(line: int, code: str = "bad-value", file: str = FILE) -> Finding:
    return Finding(file, line, 3, "/x", "a message", code)


def applied(text: str, *findings: Finding, name: str = FILE) -> list[tuple[int, str]]:
    """The lines and codes of what is left."""
    found = apply_comments(findings, {name: textwrap.dedent(text)})
    return [(each.line, each.code) for each in found]


def about(text: str, *findings: Finding) -> Finding:
    """The one finding that is about a comment."""
    found = apply_comments(findings, {FILE: textwrap.dedent(text)})
    (only,) = (each for each in found if each.code in ("bad-comment", "unused-ignore"))
    assert only.severity is Severity.WARNING
    return only


def test_a_comment_suppresses_its_codes_on_its_line() -> None:
    """Other lines, and other codes, are reported as before."""
    text = """\
        a: 1  # guard: ignore[bad-value, unknown-field] the reason
        b: 2
        """
    found = [finding(1), finding(1, "unknown-field"), finding(1, "missing-field"), finding(2)]
    assert applied(text, *found) == [(1, "missing-field"), (2, "bad-value")]


@pytest.mark.parametrize(
    "comment",
    [
        "# guard: ignore[bad-value]",
        "#guard:ignore[bad-value]",
        "# guard: ignore [ bad-value ]",
        "# guard: ignore[bad-value,]",
        "# a word before  # guard: ignore[bad-value]",
        "#\tguard: ignore[bad-value]; because",
    ],
)
def test_spelling(comment: str) -> None:
    """White space does not matter, nor another comment before."""
    assert applied(f"a: 1 {comment}\n", finding(1)) == []
    assert applied(f"a: 1 {comment}", finding(1)) == []


def test_a_file_is_ignored_from_its_top() -> None:
    """`ignore-file` above the first key counts on every line."""
    text = """\
        %YAML 1.2
        ---
        # guard: ignore-file[bad-value] it is old
        a: 1
        b: 2
        """
    assert applied(text, finding(4), finding(5), finding(5, "unknown-field")) == [
        (5, "unknown-field")
    ]


def test_ignore_file_further_down_is_a_mistake() -> None:
    """Nobody finds a comment in the middle that means the whole file."""
    text = "a: 1\n# guard: ignore-file[bad-value]\nb: 2\n"
    assert "here; move it" in about(text, finding(1)).message
    assert (1, "bad-value") in applied(text, finding(1))


def test_a_comment_without_codes_suppresses_nothing() -> None:
    """It is told which codes it would mean."""
    only = about("a: 1  # guard: ignore\n", finding(1), finding(1, "unknown-field"))
    assert (only.line, only.column, only.code) == (1, 7, "bad-comment")
    assert "this comment has no rule codes;" in only.message
    assert "# guard: ignore[bad-value, unknown-field]" in only.message
    assert (1, "bad-value") in applied("a: 1  # guard: ignore\n", finding(1))
    assert "this comment has no rule codes;" in about("# guard: ignore-file[]\na: 1\n").message


@pytest.mark.parametrize(
    ("comment", "message"),
    [
        ("ignore[bad-valeu]", "'bad-valeu'; did you mean 'bad-value'?"),
        ("ignore[zzz]", "unknown rule code 'zzz'"),
        ("ignroe[bad-value]", "did you mean 'ignore'?"),
        ("ignore-fil[bad-value]", "did you mean 'ignore"),
        ("noqa[bad-value]", "unknown comment 'guard: noqa', which has no effect"),
        ("ignore[bad-value", "unclosed bracket"),
        ("ignore[ALL]", "can't ignore a group"),
        ("ignore[bad-*]", "can't ignore a group"),
        ("ignore[unreadable]", "can't be ignored"),
    ],
)
def test_mistakes(comment: str, message: str) -> None:
    """What cannot be meant is a finding, and suppresses nothing."""
    text = f"a: 1  # guard: {comment}\n"
    only = about(text, finding(1))
    assert only.code == "bad-comment"
    assert message in only.message
    assert (1, "bad-value") in applied(text, finding(1))


def test_sentences_are_no_mistakes() -> None:
    """A comment that happens to speak of a guard is left alone."""
    text = "a: 1  # guard: the man at the gate\n# body guard:\n# safeguard: ignored\n"
    assert applied(text) == []


@pytest.mark.parametrize(("blanks", "is_read"), [(1, True), (1_000, True), (3_000, False)])
def test_only_the_beginning_of_a_comment_is_read(blanks: int, is_read: bool) -> None:
    """What would stand behind thousands of blanks suppresses nothing, and is no mistake."""
    text = f"a: 1  #{' ' * blanks}guard: ignore[bad-value]\n"
    assert applied(text, finding(1)) == ([] if is_read else [(1, "bad-value")])


def test_an_unused_ignore_is_a_warning() -> None:
    """An ignore whose reason is gone would hide the next fault."""
    only = about("a: 1  # guard: ignore[bad-value]\n")
    assert (only.line, only.column, only.code) == (1, 7, "unused-ignore")
    assert "ignores 'bad-value'" in only.message
    only = about("# guard: ignore-file[bad-value]\na: 1\n")
    assert "but the file has no such finding" in only.message


def test_a_comment_above_is_told_where_it_belongs() -> None:
    """Comments count on their own line, as linters' do; one above says so."""
    only = about("# guard: ignore[bad-value]\na: 1\n", finding(2))
    assert "to the end of the next line" in only.message


def test_unused_is_not_said_of_other_files() -> None:
    """What one document does not need, another that refers to the same file may."""
    comment = "a: 1  # guard: ignore[bad-value]\n"
    found = apply_comments([], {FILE: "a: 1\n", "shared.yml": comment})
    assert found == ()
    bad = "a: 1  # guard: ignore[bad-valeu]\n"
    found = apply_comments([finding(1)], {FILE: "a: 1\n", "shared.yml": bad})
    assert [(each.file, each.code) for each in found] == [
        (FILE, "bad-value"),
        ("shared.yml", "bad-comment"),
    ]


def test_comments_count_in_the_files_that_are_referred_to() -> None:
    """A finding in another file is suppressed by that file's comment."""
    comment = "a: 1  # guard: ignore[bad-value]\n"
    texts = {FILE: "a: 1\n", "shared.yml": comment}
    assert apply_comments([finding(1, file="shared.yml")], texts) == ()
    assert apply_comments([finding(1)], texts) == (finding(1),)


@pytest.mark.parametrize("code", sorted(ALWAYS))
def test_what_was_not_read_is_never_clean(code: str) -> None:
    """No comment hides it, and nothing is called unused when nothing was checked."""
    text = f"a: 1  # guard: ignore[bad-value, {code}]\n"
    assert (1, code) in applied(text, finding(1, code))
    assert "unused-ignore" not in dict(map(reversed, applied(text, finding(1, code))))


def test_complaints_about_comments_can_be_ignored() -> None:
    """They are findings as others are."""
    assert applied("a: 1  # guard: ignore[bad-value, unused-ignore]\n") == []
    assert applied("# guard: ignore-file[bad-comment]\na: 1  # guard: ignore\n") == []


def test_json_has_no_comments() -> None:
    """In JSON the same letters are part of a string."""
    text = '{"a": 1, "b": "\\n # guard: ignore[bad-value]"}\n'
    assert applied(text, finding(1, file="a.json"), name="a.json") == [(1, "bad-value")]


@pytest.mark.parametrize(
    "text",
    [
        "a: 'x # guard: ignore[bad-value]'\n",
        'a: "x # guard: ignore[bad-value]"\n',
        'a: "x \\" # guard: ignore[bad-value]"\n',
        "a: 'it''s # guard: ignore[bad-value]'\n",
        '{"a": "x # guard: ignore[bad-value]"}\n',
        "[b, 'x # guard: ignore[bad-value]']\n",
        "- 'x # guard: ignore[bad-value]'\n",
        "a: !!str 'x # guard: ignore[bad-value]'\n",
        "a: x#guard:ignore[bad-value]\n",
        "'x # guard: ignore[bad-value]': 1\n",
    ],
)
def test_strings_are_no_comments(text: str) -> None:
    """What YAML reads as text neither suppresses nor is a finding."""
    assert "guard" in str(yaml.safe_load(text))
    assert applied(text, finding(1)) == [(1, "bad-value")]


@pytest.mark.parametrize(
    "text",
    [
        "a: |\n  # guard: ignore[bad-value]\nb: 1\n",
        "a: >-\n\n  x\n\n    # guard: ignore[bad-value]\n",
        "- |\n # guard: ignore[bad-value]\n",
        "- - |\n   # guard: ignore[bad-value]\n",
        "- a: |2-\n    # guard: ignore[bad-value]\n",
        "a: !!str |\n  # guard: ignore[bad-value]\n",
        "a: |  # a comment\n  x # guard: ignore[bad-value]\n",
        "a: 'x\n  # guard: ignore[bad-value]'\n",
        'a: "x\n\n  # guard: ignore[bad-value]\n  y"\n',
        "a: |\n  it's\n  # guard: ignore[bad-value]\n",
    ],
)
def test_texts_of_several_lines_are_no_comments(text: str) -> None:
    """Block scalars and quoted strings hide what looks like a comment on any of their lines."""
    assert "guard" in str(yaml.safe_load(text))
    assert applied(text) == []


@pytest.mark.parametrize(
    "text",
    [
        "a: it's  # guard: ignore[bad-value]\n",
        "a: b 'c  # guard: ignore[bad-value]\n",
        "a: x, 'tis  # guard: ignore[bad-value]\n",
        "a: 'x'  # guard: ignore[bad-value]\n",
        "a: 'it''s'  # guard: ignore[bad-value]\n",
        'a: "x\\\\"  # guard: ignore[bad-value]\n',
        "{a: 'x', b: \"y\"}  # guard: ignore[bad-value]\n",
        "a: |  # guard: ignore[bad-value]\n  x\n",
        "a: b | c  # guard: ignore[bad-value]\n",
        "[a, b]  # guard: ignore[bad-value]\n",
    ],
)
def test_comments_behind_strings(text: str) -> None:
    """Quotes before a comment do not swallow it."""
    assert "guard" not in str(yaml.safe_load(text))
    assert applied(text, finding(1)) == []


@pytest.mark.parametrize(
    ("before", "line"),
    [
        ("a: |\n  text\n", 3),
        ("a: |\n", 2),
        ("- a: |\n    text\n  b: 1\n", 4),
        ("a: 'x\n  y'\n", 3),
        ("a: >\n\n  text\n\n", 5),
        ("a: 1\r\nb: 2\r\n", 3),
        ("a: 1\rb: 2\r", 3),
        ("a: it's\n", 2),
    ],
)
def test_texts_end(before: str, line: int) -> None:
    """After a block scalar or a string of several lines, comments count again."""
    text = f"{before}c: 1  # guard: ignore[bad-value]\n"
    assert applied(text, finding(line)) == []


WORDS = st.text("ab'\" |>-:,", max_size=8)
MARK = "# guard: ignore[bad-value]"


@st.composite
def documents(draw: st.DrawFn) -> tuple[str, set[int], int]:
    """A mapping with values of all styles, the lines with comments, and the number of lines."""
    lines: list[str] = []
    commented = set()
    for index in range(draw(st.integers(1, 6))):
        word = draw(WORDS)
        inside = f"{word} {MARK}" if draw(st.booleans()) else word
        tail = draw(st.sampled_from(["", f"  {MARK}"]))
        style = draw(st.sampled_from(["single", "double", "block", "flow", "two lines"]))
        key = f"k{index}: "
        if style == "single":
            lines.append(f"{key}'{inside.replace(chr(39), chr(39) * 2)}'{tail}")
        elif style == "double":
            lines.append(f'{key}"{inside.replace(chr(34), chr(92) + chr(34))}"{tail}')
        elif style == "flow":
            lines.append(f'{key}[a, "{inside.replace(chr(34), "")}"]{tail}')
        elif style == "block":
            lines.append(f"{key}|{tail}")
            commented |= {len(lines)} if tail else set()
            lines += [f"  x{inside}", f"    {inside}"]
            tail = ""
        else:
            lines += [f"{key}'x", f"  {inside.replace(chr(39), '')}'{tail}"]
        commented |= {len(lines)} if tail else set()
    return "\n".join(lines) + "\n", commented, len(lines)


@given(documents())
def test_comments_are_where_yaml_has_them(document: tuple[str, set[int], int]) -> None:
    """Whatever stands in strings, exactly the lines with comments suppress."""
    text, commented, count = document
    assert str(yaml.safe_load(text)).count("guard") == text.count("guard") - len(commented)
    found = [finding(line) for line in range(1, count + 1)]
    left = applied(text, *found)
    assert {line for line, _ in left} == set(range(1, count + 1)) - commented


@given(st.text("ab#\n '\"|>:-guard[]", max_size=60), st.lists(st.integers(0, 5)))
def test_any_text_can_be_read(text: str, lines: list[int]) -> None:
    """No text breaks the reading of comments, and without any nothing changes."""
    found = tuple(finding(line) for line in lines)
    assert set(apply_comments(found, {FILE: text})) >= set()
    if "guard:" not in text:
        assert apply_comments(found, {FILE: text}) == found


def test_the_codes_about_comments_are_known() -> None:
    """They can be configured as others can."""
    assert known_codes() >= {"bad-comment", "unused-ignore"}


# -- beside an application -------------------------------------------------------------------------

SOURCE = "app.py"


def beside(document: str, source: str, *findings: Finding) -> list[tuple[str, int, str]]:
    """What is left of what a comparison of an application with its document found."""
    found = apply_comments(findings, {FILE: document}, {SOURCE: source})
    return [(each.file, each.line, each.code) for each in found]


PYTHON = '''\
"""A docstring."""
emit("a")  # guard: ignore[undeclared-emit] soon
emit("# guard: ignore[undeclared-emit]")
"""
# guard: ignore[undeclared-emit]"""
'''


def test_comments_in_python_suppress() -> None:
    """On their line, and in the whole file from above its first statement; not in strings."""
    emits = [finding(line, "undeclared-emit", SOURCE) for line in (2, 3, 5)]
    assert beside("", PYTHON, *emits) == [
        (SOURCE, 3, "undeclared-emit"),
        (SOURCE, 5, "undeclared-emit"),
    ]
    for above in ("", "# coding: utf-8\n", '"""A docstring."""\n\n'):
        assert beside("", f"{above}# guard: ignore-file[undeclared-emit]\nx = 1\n", *emits) == []
    below = "x = 1\n# guard: ignore-file[undeclared-emit]\n"
    assert beside("", below, *emits)[-1] == (SOURCE, 5, "undeclared-emit")
    assert (SOURCE, 2, "bad-comment") in beside("", below)


def test_what_is_no_python_breaks_nothing() -> None:
    """Comments are read as far as Python reads the source."""
    assert beside("", "x  # guard: ignore[undeclared-emit]\n  (\n )\n   '''\n") == []
    assert beside("", "(\n  # guard: ignore[nothing]\n") == [(SOURCE, 2, "bad-comment")]


def test_comments_belong_to_the_run_that_looks_for_their_codes() -> None:
    """`lint` calls none about code unused, a comparison none about documents; faults are lint's."""
    text = "a: 1  # guard: ignore[bad-value, spec-without-handler, nobody]\n"
    assert applied(text) == [(1, "bad-comment"), (1, "unused-ignore")]
    assert about(text.replace(", nobody", "")).message.startswith(
        "this comment ignores 'bad-value'"
    )
    assert beside(text, "") == [(FILE, 1, "unused-ignore")]
    assert beside(text, "", finding(1, "spec-without-handler")) == []
    assert beside("", "x = 1  # guard: ignore[undeclared-emit, bad-value]\n") == []
