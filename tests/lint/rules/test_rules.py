"""The catalogue of rules."""

from __future__ import annotations

import ast
import re
from functools import cache
from importlib import import_module
from pathlib import Path

import pytest

import asyncapi_guard
from asyncapi_guard.errors import Severity
from asyncapi_guard.lint import Settings
from asyncapi_guard.lint.rules import CHECKS, RULES

#: Those about documents; for those about code and file see tests/cli/test_check.py.
CODES = sorted(code for code, rule in RULES.items() if not rule.about_code)
GROUPS = {"Structure", "Semantics", "Schemas", "Socket.IO profile", "Style", "Code and document"}
#: What no document alone can show: that there are too many, and what a configuration lacks.
NOT_ALONE = {"too-many-findings", "unused-rule"}
PACKAGE = Path(asyncapi_guard.__file__).parent
#: The modules of rules, and all that may report: names below the package.
MODULES = [
    import_module(f"asyncapi_guard.lint.rules.{path.stem}")
    for path in sorted(PACKAGE.glob("lint/rules/*.py"))
    if path.stem != "__init__"
]
CHECKING = [
    ".".join(path.relative_to(PACKAGE).with_suffix("").parts)
    for folder in ("lint", "lint/rules", "spec", "drift")
    for path in sorted(PACKAGE.glob(f"{folder}/*.py"))
]


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
    assert rule.about_code == (rule.group == "Code and document")
    assert rule.optional == (rule.group == "Style")


def findings(folder, code, text):
    """What is found with the rule on, if it is off by default."""
    on = (code,) if RULES[code].optional else ()
    return folder.findings(text, settings=Settings(extend_select=on))


def test_what_is_off_by_default_is_off(folder):
    """No rule of style says anything until a configuration turns it on."""
    for code, rule in RULES.items():
        if rule.optional:
            assert code not in {finding.code for finding in folder.findings(rule.bad)}


@pytest.mark.parametrize("code", sorted({*CODES} - NOT_ALONE))
def test_the_bad_example_breaks_the_rule(folder, code):
    """It gives a finding of the rule, with the rule's severity, at a line that exists."""
    rule = RULES[code]
    mine = [finding for finding in findings(folder, code, rule.bad) if finding.code == code]
    assert mine
    last = len(rule.document(rule.bad).splitlines())
    for finding in mine:
        assert finding.severity is rule.severity
        assert 1 <= finding.line <= last
        assert finding.column >= 1


@pytest.mark.parametrize("code", CODES)
def test_the_good_example_keeps_the_rule(folder, code):
    """It gives no finding of the rule, and no error of any other."""
    assert [
        finding
        for finding in findings(folder, code, RULES[code].good)
        if finding.code == code or finding.severity is Severity.ERROR
    ] == []


# -- the codes in the sources ----------------------------------------------------------------------

#: Calls that take a code: the function's name, and where the code may stand among its arguments.
_CALLS = {
    "explain": (0,),
    "_Slip": (0,),
    "Finding": [5],
    "_at": [2],
    "_finding": [1],
    "_in_parts": [1],
    "_misnamed": [1],
    "_findings": [0],
    "_messages_of": [3],
    "at_handler": [2],
    "check_value": [1],
    "finding": [1, 2],
    "must_be_own": [2],
    "replace": [],
    "report": [0],
    "root": [1],
}


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
        if name in _CALLS:
            yield from (node.args[at] for at in _CALLS[name] if at < len(node.args))
            yield from (each.value for each in node.keywords if each.arg == "code")


def _codes_in(path):
    """The codes that a module reports, as literals, as its constants or as variables `code`."""
    tree = ast.parse(path.read_text(encoding="utf-8"))
    named = _named(tree)
    for node in ast.walk(tree):
        for code in _code_arguments(node):
            for value in named.get(getattr(code, "id", ""), [code]):
                yield from _strings(value)


@cache
def _reported_by(name):
    """The codes that a module reports, by its name below the package."""
    return frozenset(
        code
        for text in _codes_in(PACKAGE.joinpath(*name.split(".")).with_suffix(".py"))
        if text  # a default that is no code
        for code in _rules_like(text)
    )


def _rules_like(text):
    """The codes that a text with `{...}` can be; another text is itself."""
    pattern = re.escape(text).replace(re.escape("{...}"), "[a-z]+")
    return [code for code in RULES if re.fullmatch(pattern, code)] or [text]


def _places(module):
    """Where the checks of a module of rules may stand: in itself, and where it says."""
    name = module.__name__.removeprefix(f"{asyncapi_guard.__name__}.")
    return [name, *getattr(module, "CHECKED_IN", ())]


@pytest.mark.parametrize("module", MODULES, ids=lambda module: module.__name__.rpartition(".")[2])
def test_rules_are_checked_beside_their_texts_or_where_the_module_says(module):
    """Each rule is reported by its own module, or by one of those that this names."""
    reported = {code for place in _places(module) for code in _reported_by(place)}
    assert {rule.code for rule in module.RULES} - reported == set()


@pytest.mark.parametrize("module", MODULES, ids=lambda module: module.__name__.rpartition(".")[2])
def test_no_module_is_named_in_vain(module):
    """What a module of rules names in `CHECKED_IN` reports one of its rules."""
    codes = {rule.code for rule in module.RULES}
    assert [each for each in _places(module)[1:] if not codes & _reported_by(each)] == []


@pytest.mark.parametrize("name", CHECKING)
def test_what_is_reported_is_a_rule_that_says_so(name):
    """Whatever reports a rule has its text, or is named by the module that has."""
    allowed = {rule.code for module in MODULES if name in _places(module) for rule in module.RULES}
    assert _reported_by(name) - allowed == set()


def test_the_lists_have_the_rules_and_checks_of_every_module():
    """None is left out, and none is there twice."""
    rules = [rule for module in MODULES for rule in module.RULES]
    checks = [check for module in MODULES for check in getattr(module, "CHECKS", ())]
    assert sorted(rules, key=id) == sorted(RULES.values(), key=id)
    assert sorted(CHECKS, key=id) == sorted(checks, key=id)
