"""The catalogue of rules."""

from __future__ import annotations

import ast
import re
from pathlib import Path

import pytest

import asyncapi_guard
from asyncapi_guard.errors import Severity
from asyncapi_guard.lint import RULES

#: Those about documents; for those about code and file see tests/cli/test_check.py.
CODES = sorted(code for code, rule in RULES.items() if not rule.about_code)
GROUPS = {"Structure", "Semantics", "Schemas", "Socket.IO profile", "Code and file"}
PACKAGE = Path(asyncapi_guard.__file__).parent


@pytest.mark.parametrize("code", RULES)
def test_a_rule_says_all_that_a_reader_needs(code):
    """A kebab-case code, a group, a severity, a title and a reason in sentences, two examples."""
    rule = RULES[code]
    assert rule.code == code
    assert re.fullmatch(r"[a-z][a-z0-9]*(-[a-z0-9]+)*", code)
    assert rule.group in GROUPS
    assert isinstance(rule.severity, Severity)
    assert rule.title.endswith(".")
    assert rule.why.rstrip(")").endswith(".")
    assert rule.bad != rule.good
    assert rule.about_code == (rule.group == "Code and file")


@pytest.mark.parametrize("code", [code for code in CODES if code != "too-many-findings"])
def test_the_bad_example_breaks_the_rule(folder, code):
    """It gives a finding of the rule, with the rule's severity, at a line that exists."""
    rule = RULES[code]
    mine = [finding for finding in folder.findings(rule.bad) if finding.code == code]
    assert mine
    last = len(rule.document(rule.bad).splitlines())
    for finding in mine:
        assert finding.severity is rule.severity
        assert 1 <= finding.line <= last
        assert finding.column >= 1


@pytest.mark.parametrize("code", CODES)
def test_the_good_example_keeps_the_rule(folder, code):
    """It gives no finding of the rule, and no error of any other."""
    findings = folder.findings(RULES[code].good)
    assert [
        finding
        for finding in findings
        if finding.code == code or finding.severity is Severity.ERROR
    ] == []


# -- the codes in the sources ----------------------------------------------------------------------

#: Calls that take a code: the function's name, and where the code stands among its arguments.
_CALLS = {"report": 0, "_findings": 0, "finding": 1, "_finding": 1, "check_value": 1, "root": 1}
_CALLS |= {"Finding": 5, "must_be_own": 2, "_messages_of": 3}


def _strings(node):
    """The strings that an expression can be; `{...}` stands for what is only known later."""
    if isinstance(node, ast.Constant) and isinstance(node.value, str):
        yield node.value
    elif isinstance(node, ast.IfExp):
        yield from _strings(node.body)
        yield from _strings(node.orelse)
    elif isinstance(node, ast.JoinedStr):
        parts = (p.value if isinstance(p, ast.Constant) else "{...}" for p in node.values)
        yield "".join(parts)


def _named(tree):
    """What is assigned to a module's constants, and to variables `code`."""
    named = {}
    for node in ast.walk(tree):
        if isinstance(node, ast.Assign):
            for target in node.targets:
                if isinstance(target, ast.Name) and (target.id.isupper() or target.id == "code"):
                    named.setdefault(target.id, []).append(node.value)
    return named


def _code_arguments(node):
    """The arguments of a call that are codes; what a function returns first of two may be one."""
    if isinstance(node, ast.Return) and isinstance(node.value, ast.Tuple):
        yield from (e for e in node.value.elts[:1] if any("-" in text for text in _strings(e)))
    if isinstance(node, ast.Call):
        name = getattr(node.func, "attr", getattr(node.func, "id", ""))
        place = _CALLS.get(name)
        if place is not None:
            yield from node.args[place : place + 1]
            yield from (each.value for each in node.keywords if each.arg == "code")


def _codes_in(path):
    """The codes that a module reports, as literals, as its constants or as variables `code`."""
    tree = ast.parse(path.read_text(encoding="utf-8"))
    named = _named(tree)
    for node in ast.walk(tree):
        for code in _code_arguments(node):
            for value in named.get(getattr(code, "id", ""), [code]):
                yield from _strings(value)


def _reported():
    found = set()
    for path in [*PACKAGE.glob("lint/**/*.py"), *PACKAGE.glob("spec/*.py")]:
        found.update(_codes_in(path))
    return found


def test_what_is_reported_is_a_rule_and_what_is_a_rule_is_reported():
    """The codes in the sources of `lint` and `spec` are the rules' about documents, no others."""
    reported = _reported()
    templates = {code for code in reported if "{...}" in code}
    patterns = [re.compile(re.escape(code).replace(r"\{\.\.\.\}", "[a-z]+")) for code in templates]
    unknown = {code for code in reported - templates if code not in RULES}
    silent = {
        code
        for code in CODES
        if code not in reported and not any(each.fullmatch(code) for each in patterns)
    }
    assert unknown == set()
    assert silent == {"too-many-findings"}  # see test_linter
    assert all(any(each.fullmatch(code) for code in CODES) for each in patterns)
