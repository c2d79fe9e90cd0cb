"""The program behind `nox -s mutants`: what it changes, and what it says the tests notice."""

from __future__ import annotations

import os
from textwrap import dedent
from typing import TYPE_CHECKING

import pytest
from covering import measure
from mutating import Mutant, mutants_of
from run import report, sample
from survivors import Reasons
from trying import Outcome, Trial

if TYPE_CHECKING:
    from pathlib import Path


def changed(source: str) -> list[str]:
    """What the mutants of a source have in place of its lines."""
    return [mutant.after for mutant in mutants_of(dedent(source), "m.py")]


def in_function(statement: str) -> list[str]:
    return changed(f"def f(a, b):\n    {statement}\n")


CHANGES = {
    "a call is left out": ("a.b(c)", ["pass"]),
    "an attribute is not set": ("self.a = b", ["pass"]),
    "a name keeps its value": ("a = b", ["pass"]),
    "nothing is raised": ("raise ValueError(a)", ["pass"]),
    "nothing is returned": ("return a.b", ["return None"]),
    "operators": ("return_ = a and b", ["return_ = a or b"]),
    "comparisons": ("x = a < b <= c", ["x = a <= b <= c", "x = a < b < c"]),
    "is": ("x = a is not b", ["x = a is b"]),
    "in": ("x = a in b", ["x = a not in b"]),
    "sums": ("x = a + b", ["x = a - b"]),
    "truth": ("x = True", ["x = False"]),
    "small numbers": ("x = 2", ["x = 3", "x = 1"]),
    "zero": ("x = 0", ["x = 1"]),
    "names in texts": ("x = a['key']", ['x = a[""]']),
    "keywords": ("x = f(a, b=c, d=e)", ["x = f(a, d=e)", "x = f(a, b=c)"]),
    "the only keyword": ("x = f(a=b)", ["x = f()"]),
    "a condition": ("x = b if a else c", ["x = b if not (a) else c"]),
    "a negated condition": ("x = b if not a else c", ["x = b if (a) else c"]),
    "a filter": ("x = [c for c in a if b]", ["x = [c for c in a if not (b)]"]),
}


@pytest.mark.parametrize("row", CHANGES)
def test_a_statement_has_its_mutants(row: str) -> None:
    """Each is one small change of the line, and the line is shown with it."""
    statement, expected = CHANGES[row]
    assert sorted(in_function(statement)) == sorted(expected)


def test_statements_that_have_bodies_have_mutants() -> None:
    """Loops end early, exceptions are not handled, and wrappers are taken away."""
    source = """\
    @cached
    def f(a):
        for b in a:
            if b:
                continue
            try:
                c = b
            except KeyError:
                del b
        with suppress(OSError):
            d = c
    """
    assert changed(source) == ["", "if not (b):", "break", "pass", "raise", "if True:"]


@pytest.mark.parametrize(
    "source",
    [
        '"""A docstring."""',
        "if TYPE_CHECKING:\n    x = 1",
        '__all__ = ["a"]',
        'class A:\n    __slots__ = ("a",)',
        'def f(a: "list[int]") -> Literal["b"]:\n    """Say it."""',
        "a = b",
        'a = "a text for people"',
        'a = f"{1 + 1}{b and c}"',
        "raise NotImplementedError",
        "a = 10_000",
        "def f():\n    return ()",
        'a = getLogger("a")',
    ],
)
def test_what_no_test_can_notice_is_left_out(source: str) -> None:
    """So are texts for people, and what would fail in any case."""
    assert changed(source) == []


def test_a_mutant_is_the_source_with_one_span_changed() -> None:
    """Whatever stands before it, letters that take several bytes among them."""
    source = 'def f(a):\n    return "ä ö", (a  # is and\n        is None)\n'
    last = mutants_of(source, "m.py")[-1]
    assert last.apply(source) == source.replace("is None", "is not None")
    assert (last.line, last.function) == (3, "f")


def test_a_mutant_keeps_its_name_when_lines_move() -> None:
    """Only its module, its function and its line make it; equal ones are numbered."""
    source = "def f(a):\n    a()\n    a()\n"
    first, second = mutants_of(source, "m.py")
    assert [m.id for m in mutants_of("import b\n\n" + source, "m.py")] == [first.id, second.id]
    assert (first.number, second.number) == (1, 2)


def some(count: int, module: str) -> list[Mutant]:
    return mutants_of("".join(f"a[0] = b.c{n} is b\n" for n in range(count)), module)


def test_a_sample_is_spread_over_the_modules() -> None:
    """In proportion to what each has, and the same for the same seed."""
    mutants = [*some(30, "large.py"), *some(10, "small.py")]
    chosen = sample(mutants, 20, seed=1)
    assert [m.module for m in chosen].count("large.py") == 15
    assert chosen == sample(mutants, 20, seed=1) != sample(mutants, 20, seed=2)
    assert sample(mutants, 0, seed=1) == mutants


@pytest.fixture
def reasons(tmp_path: Path) -> Path:
    """A file of survivors with one reason."""
    path = tmp_path / "survivors.txt"
    path.write_text(
        "# A comment.\n\nm.py f\n- return a is b\n+ return a is not b\n  Nobody\n  cares.\n",
        encoding="utf-8",
    )
    return path


def test_survivors_have_their_reasons_in_a_file(reasons: Path) -> None:
    """By what they change; a reason whose mutant is gone is named."""
    known, other = mutants_of("def f(a, b):\n    return a is b\n", "m.py")[::-1]
    read = Reasons(reasons)
    assert (read.of(known), read.of(other)) == ("Nobody cares.", None)
    assert read.stale([known]) == []
    assert read.stale([other]) == ["m.py f: return a is not b"]


@pytest.mark.parametrize("text", ["m.py f\n- a\n+ b\n", "m.py f\n+ b\n- a\n  why\n"])
def test_a_survivor_without_a_reason_is_no_entry(text: str, tmp_path: Path) -> None:
    """Neither is one without its lines."""
    path = tmp_path / "survivors.txt"
    path.write_text(text, encoding="utf-8")
    with pytest.raises(ValueError, match=r"survivors\.txt: m\.py f"):
        Reasons(path)


@pytest.mark.parametrize(
    ("killed", "survivor", "expected"),
    [(19, None, 0), (19, True, 0), (19, False, 1), (18, True, 1)],
)
def test_it_fails_below_95_percent_or_without_a_reason(
    killed: int, survivor: bool | None, expected: int, reasons: Path, capsys: pytest.CaptureFixture
) -> None:
    """A survivor with a reason still counts as one."""
    known, other = mutants_of("def f(a, b):\n    return a is b\n", "m.py")[::-1]
    outcomes = [(mutant, Outcome("killed")) for mutant in some(killed, "k.py")[:killed]]
    if survivor is not None:
        outcomes.append((known if survivor else other, Outcome("survived")))
    assert report(outcomes, Reasons(reasons), [known]) == expected
    assert f"{killed} of {len(outcomes)} mutants are killed" in capsys.readouterr().out


CODE = """\
def double(number):
    return number + number


def quietly(number):
    kept = {"last": number}
    return number
"""
TEST = """\
import subprocess
import sys


def test_in_another_process():
    program = "from asyncapi_guard import code; print(code.double(2))"
    assert subprocess.check_output([sys.executable, "-c", program]).strip() == b"4"


def test_here():
    from asyncapi_guard.code import quietly
    assert quietly(3) == 3
"""


@pytest.mark.skipif(not hasattr(os, "fork"), reason="each run is a fork")
def test_a_mutant_is_killed_by_the_tests_that_run_its_line(
    tmp_path: Path, request: pytest.FixtureRequest
) -> None:
    """In another process too; one that changes nothing to see survives, and no file changes."""
    for folder in ("asyncapi_guard", "tests"):
        (tmp_path / folder).mkdir()
    (tmp_path / "asyncapi_guard" / "__init__.py").touch()
    code = tmp_path / "asyncapi_guard" / "code.py"
    code.write_text(CODE, encoding="utf-8")
    (tmp_path / "tests" / "test_code.py").write_text(TEST, encoding="utf-8")
    coverage = measure(
        tmp_path, ["tests/test_code.py"], ["asyncapi_guard"], jobs=1, say=lambda _: None
    )
    mutants = {m.after: m for m in mutants_of(CODE, "asyncapi_guard/code.py")}
    trial = Trial(tmp_path, coverage, seconds=120, most=None)
    request.addfinalizer(trial.close)
    assert trial.of(mutants["return number - number"], CODE) == Outcome(
        "killed", "tests/test_code.py::test_in_another_process", 1
    )
    assert trial.of(mutants['kept = {"": number}'], CODE) == Outcome("survived", "", 1)
    assert code.read_text(encoding="utf-8") == CODE
