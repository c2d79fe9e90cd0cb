"""From a table to a rule: each key is checked, and a mistake is said with what was expected."""

from __future__ import annotations

import re
from string import Formatter
from typing import TYPE_CHECKING, Any

from asyncapi_guard.errors import Severity
from asyncapi_guard.lint.cases import CASES
from asyncapi_guard.lint.own.patterns import pattern_fault
from asyncapi_guard.lint.own.places import KINDS, is_pointer
from asyncapi_guard.lint.own.rule import Checks, Condition, OwnRule, OwnRuleError
from asyncapi_guard.spec.wording import kind_of, nearest

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping, Sequence

__all__ = ["ASSERTIONS", "PLACEHOLDERS", "own_rule"]

_NAME = re.compile(r"[a-z][a-z0-9]*(?:-[a-z0-9]+)*")
_SEVERITIES = tuple(severity.value for severity in Severity)
#: What a message may hold in braces.
PLACEHOLDERS: tuple[str, ...] = ("name", "value", "field", "pointer", "problem")
#: Of a table, which may be written by a program.
_MOST = 1_000


def own_rule(name: str, values: Mapping[str, Any], *, file: str = "", line: int = 0) -> OwnRule:
    """A rule from its table.

    Args:
        name: its name, which is the code of its findings.
        values: the table.
        file: the configuration that has it.
        line: its line there.

    Raises:
        OwnRuleError: a key is unknown, or its value is invalid.
    """
    if not _NAME.fullmatch(name):
        raise OwnRuleError(
            "",
            "the name of a rule must have lowercase letters, digits, and '-', such as event-names",
        )
    for key in values:
        if key not in _KEYS:
            raise OwnRuleError(key, f"unknown key{_near(key, _KEYS)}")
    rule = OwnRule(
        name=name,
        where=_where(values.get("where")),
        checks=_checks(values, ""),
        field=_field("field", values.get("field", "")),
        when=_conditions(values.get("when", {})),
        by=_text("by", values.get("by", "")),
        message=_message(values.get("message", "")),
        severity=_severity(values.get("severity", "warning")),
        description=_text("description", values.get("description", "")),
        why=" ".join(_text("why", values.get("why", "")).split()),
        file=file,
        line=line,
    )
    _check_together(rule, values)
    return rule


def _near(key: object, known: Sequence[str] | Mapping[str, Any]) -> str:
    name = str(key).replace("_", "-")
    return nearest(name, list(known)) or f"; use one of {', '.join(known)}"


# -- values of keys --------------------------------------------------------------------------------


def _wrong(key: str, expected: str, value: object) -> OwnRuleError:
    return OwnRuleError(key, f"must be {expected}, not {_shown_kind(value)}")


def _shown_kind(value: object) -> str:
    if isinstance(value, bool):
        return str(value).lower()
    if isinstance(value, dict):
        return "a table"
    is_plain = value is None or isinstance(value, (int, float, str, list))
    return kind_of(value) if is_plain else "a date or time"


def _text(key: str, value: object) -> str:
    if not isinstance(value, str):
        raise _wrong(key, "a string", value)
    return value


def _texts(key: str, value: object) -> tuple[str, ...]:
    """One or several; a string is one."""
    several = [value] if isinstance(value, str) else value
    if not isinstance(several, list) or not all(isinstance(each, str) for each in several):
        raise _wrong(key, "a string or a list of strings", value)
    if not all(several) or not several or len(several) > _MOST:
        raise OwnRuleError(key, f"must have one to {_MOST:,} strings that are not empty")
    return tuple(dict.fromkeys(several))


def _fields(key: str, value: object) -> tuple[str, ...]:
    return tuple(_field(key, each) for each in _texts(key, value))


def _several_fields(key: str, value: object) -> tuple[str, ...]:
    names = _fields(key, value)
    if len(names) == 1:
        raise OwnRuleError(key, "must name at least two fields")
    return names


def _field(key: str, value: object) -> str:
    """A path below an object; a slash at its beginning is left out."""
    path = _text(key, value)
    if path.startswith("@") and path != "@key":
        raise OwnRuleError(key, f"{path!r} is not a field; '@key' is the name of the object")
    return path.removeprefix("/")


def _pattern(key: str, value: object) -> str:
    pattern = _text(key, value)
    fault = pattern_fault(pattern)
    if fault:
        raise OwnRuleError(key, f"the pattern {fault}")
    return pattern


def _cases(key: str, value: object) -> tuple[str, ...]:
    names = _texts(key, value)
    for name in names:
        if name not in CASES:
            raise OwnRuleError(key, f"must be one of {', '.join(CASES)}, not {name!r}")
    return names


def _plain_values(key: str, value: object) -> tuple[Any, ...]:
    several = value if isinstance(value, list) else []
    is_plain = all(isinstance(each, (str, int, float)) for each in several)
    if not several or len(several) > _MOST or not is_plain:
        raise _wrong(key, "a list of strings, numbers, true and false", value)
    return tuple(several)


def _length(key: str, value: object) -> int:
    if not isinstance(value, int) or isinstance(value, bool) or value < 0:
        raise _wrong(key, "a whole number, 0 or more", value)
    return value


def _flag(key: str, value: object) -> bool:
    if not isinstance(value, bool):
        raise _wrong(key, "true or false", value)
    return value


def _true(key: str, value: object) -> bool:
    if value is not True:
        raise _wrong(key, "true", value)
    return True


def _severity(value: object) -> Severity:
    if value not in _SEVERITIES:
        got = repr(value) if isinstance(value, str) else _shown_kind(value)
        expected = " or ".join(_SEVERITIES)
        raise OwnRuleError(
            "severity", f"must be {expected}, not {got}{nearest(value, _SEVERITIES)}"
        )
    return Severity(value)


def _message(value: object) -> str:
    text = _text("message", value)
    try:
        parts = list(Formatter().parse(text))
    except ValueError as error:
        raise OwnRuleError("message", f"{error}; write {{{{ for a brace") from None
    for _, name, form, conversion in parts:
        if name is not None and (name not in PLACEHOLDERS or form or conversion):
            known = ", ".join(f"{{{each}}}" for each in PLACEHOLDERS)
            raise OwnRuleError("message", f"has an unknown placeholder {{{name}}}; use {known}")
    return " ".join(text.split())


#: What can be asserted, and what each takes.
ASSERTIONS: Mapping[str, Callable[[str, object], Any]] = {
    "matches": _pattern,
    "not-matches": _pattern,
    "case": _cases,
    "in": _plain_values,
    "not-in": _plain_values,
    "starts-with": _texts,
    "ends-with": _texts,
    "min-length": _length,
    "max-length": _length,
    "defined": _flag,
    "reference": _flag,
    "sorted": _true,
    "unique": _true,
    "required": _fields,
    "forbidden": _fields,
    "at-least-one-of": _several_fields,
    "at-most-one-of": _several_fields,
    "exactly-one-of": _several_fields,
    "together": _several_fields,
}
_OTHERS = ("where", "field", "when", "by", "message", "severity", "description", "why")
_KEYS = (*_OTHERS, *ASSERTIONS)
#: Those that objects are asked for; the others are about plain values and lists.
_OF_OBJECTS = frozenset(list(ASSERTIONS)[-6:])
#: Those that conditions may have.
_CONDITIONS = tuple(name for name in ASSERTIONS if name not in _OF_OBJECTS)


def _checks(values: Mapping[str, Any], above: str) -> Checks:
    return tuple(
        (key, ASSERTIONS[key](f"{above}{key}", value))
        for key, value in values.items()
        if key in ASSERTIONS
    )


# -- where and when --------------------------------------------------------------------------------


def _where(value: object) -> tuple[str, ...]:
    if value is None:
        raise OwnRuleError(
            "where",
            f"is required; name a kind of object ({', '.join(KINDS)}) or a path, such as /info",
        )
    places = _texts("where", value)
    for place in places:
        if not is_pointer(place) and place not in KINDS:
            raise OwnRuleError("where", f"{place!r} is not a kind of object{_place_hint(place)}")
    return places


def _place_hint(place: str) -> str:
    if "/" in place or "*" in place:
        return f"; a path starts with '/' at the root of the document: '/{place}'"
    others = f"; use one of {', '.join(KINDS)}, or a path that starts with '/'"
    return nearest(place, list(KINDS)) or others


def _conditions(value: object) -> tuple[Condition, ...]:
    if not isinstance(value, dict):
        raise _wrong("when", 'a table, such as {action = "receive"}', value)
    return tuple(_condition(key, wanted) for key, wanted in value.items())


def _condition(field: str, wanted: object) -> Condition:
    key = f"when.{field}"
    path = _field(key, field)
    if not path:
        raise OwnRuleError("when", "must name a field")
    if not isinstance(wanted, dict):
        several = wanted if isinstance(wanted, list) else [wanted]
        return Condition(path, (("in", _plain_values(key, several)),))
    for name in wanted:
        if name not in _CONDITIONS:
            raise OwnRuleError(f"{key}.{name}", f"unknown key{_near(name, _CONDITIONS)}")
    if not wanted:
        raise OwnRuleError(key, f"has no condition; use one of {', '.join(_CONDITIONS)}")
    return Condition(path, _checks(wanted, f"{key}."))


# -- what must fit together ------------------------------------------------------------------------


def _check_together(rule: OwnRule, values: Mapping[str, Any]) -> None:
    names = [name for name, _ in rule.checks]
    if not names:
        raise OwnRuleError("", f"has no assertion; use one of {', '.join(ASSERTIONS)}")
    of_values = [name for name in names if name not in _OF_OBJECTS]
    kinds = [place for place in rule.where if not is_pointer(place)]
    if of_values and kinds and not rule.field:
        raise OwnRuleError(
            of_values[0],
            f"needs a value, but {kinds[0]!r} is an object; set 'field' to a field of it, or write "
            'field = "@key" for its name',
        )
    if rule.field == "@key":
        odd = [each for each in names if each in {*_OF_OBJECTS, "reference", "sorted", "unique"}]
        if odd:
            raise OwnRuleError(odd[0], "doesn't apply to a name (field = '@key')")
    if "by" in values and not {"sorted", "unique"}.intersection(names):
        raise OwnRuleError(
            "by", "needs 'sorted' or 'unique', because it sets how they compare items"
        )
    low, high = dict(rule.checks).get("min-length"), dict(rule.checks).get("max-length")
    if low is not None and high is not None and low > high:
        raise OwnRuleError("min-length", f"is more than max-length: {low} > {high}")
