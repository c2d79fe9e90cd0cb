"""`Settings`: which findings are reported, and how severe they are.

Three things decide about a finding, first in general and then again for its file (`per_file`):

- `select` and `ignore` hold codes, groups such as `example-*`, and `ALL`. Where several match, the
  most specific one (with the most letters) decides; between equals, `ignore`. So
  `select=("ALL",), ignore=("example-*",)` and `ignore=("ALL",), select=("unknown-field",)` both
  do what they say. `extend_select` selects more without leaving out the rest: the rules of style,
  which are off by default, as the group `style`. `ALL` does not turn these on, and a severity does.
- `severity` makes it an error, a warning, or `off`; again the most specific entry decides.

No document says whether it describes a server or a client: `clients` and `perspective` do.

A document that was not read is never clean: what `unreadable` and `unsupported-version` report
cannot be ignored and stays an error.
"""

from __future__ import annotations

import dataclasses
from dataclasses import dataclass, field
from fnmatch import fnmatchcase
from functools import cache
from types import MappingProxyType
from typing import TYPE_CHECKING, Any

from asyncapi_guard.contract import Perspective
from asyncapi_guard.errors import AsyncAPIGuardError, Finding, Severity
from asyncapi_guard.lint.globs import comparable, matches
from asyncapi_guard.lint.style_options import StyleOptions

if TYPE_CHECKING:
    from collections.abc import Collection, Iterable, Mapping

    from asyncapi_guard.lint.own.rule import OwnRule

__all__ = [
    "ALWAYS",
    "OFF",
    "STYLE",
    "Choice",
    "Settings",
    "SettingsError",
    "known_codes",
    "nearest_code",
    "optional_codes",
]

#: What cannot be ignored: nobody knows what else is wrong with such a document.
ALWAYS = frozenset({"unreadable", "unsupported-version"})
#: The group of the rules that are off by default.
STYLE = "style"
#: The severity of what is not reported.
OFF = "off"
_LEVELS = (Severity.ERROR.value, Severity.WARNING.value, OFF)


class SettingsError(AsyncAPIGuardError, ValueError):
    """A setting cannot be meant.

    Attributes:
        field: the setting: `select`, `ignore`, `severity`, or one of these below `per_file`.
        problem: what is wrong with it, and what it could be.
    """

    def __init__(self, field: str, problem: str) -> None:
        self.field = field
        self.problem = problem
        super().__init__(field, problem)

    def __str__(self) -> str:
        return f"{self.field}: {self.problem}"


@cache
def known_codes() -> frozenset[str]:
    """Every code that a finding can have."""
    from asyncapi_guard.lint.rules import RULES

    return frozenset(RULES)


@cache
def optional_codes() -> frozenset[str]:
    """The codes of the rules that are off by default."""
    from asyncapi_guard.lint.rules import RULES

    return frozenset(code for code, rule in RULES.items() if rule.optional)


def nearest_code(code: str, own: Collection[str] = ()) -> str:
    """`; did you mean 'x'?` for a code that is not known, or where to find those that are.

    Args:
        code: what is not known.
        own: the names of the project's own rules.
    """
    from asyncapi_guard.spec.wording import nearest

    known = known_codes().union(own, (STYLE,))
    return nearest(code, known) or "; `asyncapi-guard rules` lists them"


@dataclass(frozen=True, slots=True)
class Choice:
    """What to report of some files.

    Attributes:
        select: what is reported; everything when it is empty.
        ignore: what is not.
        severity: `error`, `warning` or `off`, by code or group.
        extend_select: what is reported besides.
        own: the names of the project's own rules, which are codes as well.
    """

    select: tuple[str, ...] = ()
    ignore: tuple[str, ...] = ()
    severity: Mapping[str, str] = field(default_factory=dict, hash=False)
    extend_select: tuple[str, ...] = field(default=(), kw_only=True)
    own: frozenset[str] = field(default=frozenset(), kw_only=True)

    def __post_init__(self) -> None:
        object.__setattr__(self, "select", tuple(self.select))
        object.__setattr__(self, "ignore", tuple(self.ignore))
        object.__setattr__(self, "extend_select", tuple(self.extend_select))
        object.__setattr__(self, "own", frozenset(self.own))
        levels = {code: str(level) for code, level in self.severity.items()}
        object.__setattr__(self, "severity", MappingProxyType(levels))
        _check(self)

    def __reduce__(self) -> tuple[Any, ...]:
        # A mapping proxy cannot travel to another process.
        return _remade, (type(self), _fields_of(self))

    def reports(self, code: str) -> bool | None:
        """Whether a code is reported; `None` when nothing is said about it."""
        selected = _best((*self.select, *self.extend_select), code)
        if code in optional_codes():
            # `ALL` is what there is without a word; who gives a rule a severity wants it.
            said = tuple(name for name, level in self.severity.items() if level != OFF)
            selected = max(selected, _best(said, code)) or -1
        ignored = _best(self.ignore, code)
        if selected > ignored:
            return True
        if ignored >= 0 or self.select:
            return False
        return None

    def level(self, code: str) -> str | None:
        """The severity of a code; `None` when nothing is said about it."""
        entry = max(self.severity, key=lambda name: _specificity(name, code), default=None)
        if entry is None or _specificity(entry, code) < 0:
            return None
        return self.severity[entry]


@dataclass(frozen=True, slots=True)
class Settings(Choice):
    """What to report, of which file, and what counts.

    Attributes:
        per_file: what to report of the files that match a glob, said after all of the above.
        strict: warnings fail a run as errors do (for who decides about that).
        folder: an absolute folder: relative names of files are below it before they are compared
            with globs, which are absolute then; by default names are compared as they are.
        clients: globs of the documents that describe a client; all others describe a server.
        perspective: the side that all documents describe, whatever `clients` says.
        style: what the rules of style take.
        rules: the rules of the project itself.
    """

    per_file: Mapping[str, Choice] = field(default_factory=dict, hash=False)
    strict: bool = False
    folder: str = ""
    clients: tuple[str, ...] = ()
    perspective: Perspective | None = None
    style: StyleOptions = field(default_factory=StyleOptions)
    rules: tuple[OwnRule, ...] = ()

    def __post_init__(self) -> None:
        object.__setattr__(self, "rules", tuple(self.rules))
        object.__setattr__(self, "own", self.own.union(rule.name for rule in self.rules))
        _check_names(self.rules)
        # No `super()`: with slots the class is made twice, and the first one is not this one.
        Choice.__post_init__(self)
        object.__setattr__(self, "per_file", MappingProxyType(dict(self.per_file)))

    def apply(self, findings: Iterable[Finding]) -> tuple[Finding, ...]:
        """The findings that are to be reported, with the severity that they are to have."""
        levels: dict[tuple[str, str, Severity], Severity | None] = {}
        kept = []
        for finding in findings:
            key = (finding.file, finding.code, finding.severity)
            if key not in levels:
                levels[key] = self._severity(*key)
            severity = levels[key]
            if severity is finding.severity:
                kept.append(finding)
            elif severity is not None:
                kept.append(dataclasses.replace(finding, severity=severity))
        return tuple(kept)

    def describes(self, file: str) -> Perspective:
        """The side that a document describes."""
        if self.perspective is not None:
            return self.perspective
        name = comparable(file, self.folder) if self.clients else ""
        is_client = any(matches(glob, name) for glob in self.clients)
        return Perspective.CLIENT if is_client else Perspective.SERVER

    def may_report(self, code: str) -> bool:
        """Whether a rule is on for some file."""
        several = tuple(self.per_file.values())
        is_on = self.reports(code) is not False and code not in optional_codes()
        if not is_on and not any(each.reports(code) for each in (self, *several)):
            return False
        is_off = self.level(code) == OFF
        return not is_off or any(each.level(code) not in (None, OFF) for each in several)

    def reports_in(self, file: str, code: str) -> bool:
        """Whether a rule is on for a file."""
        return self._severity(file, code, Severity.WARNING) is not None

    def keeps(self, finding: Finding) -> bool:
        """Whether a finding is reported at all."""
        return self._severity(finding.file, finding.code, finding.severity) is not None

    def _severity(self, file: str, code: str, default: Severity) -> Severity | None:
        if code in ALWAYS:
            return Severity.ERROR
        reported = code not in optional_codes()
        level: str = default.value
        for choice in (self, *self._choices(file)):
            says = choice.reports(code)
            reported = reported if says is None else says
            level = choice.level(code) or level
        return Severity(level) if reported and level != OFF else None

    def _choices(self, file: str) -> list[Choice]:
        if not self.per_file:
            return []
        name = comparable(file, self.folder)
        return [choice for glob, choice in self.per_file.items() if matches(glob, name)]


# A mapping proxy cannot travel to another process, and a frozen class with slots not by itself.


def _fields_of(choice: Choice) -> dict[str, Any]:
    values = {each.name: getattr(choice, each.name) for each in dataclasses.fields(choice)}
    return {
        name: dict(value) if isinstance(value, MappingProxyType) else value
        for name, value in values.items()
    }


def _remade(kind: type[Choice], values: dict[str, Any]) -> Choice:
    return kind(**values)


# -- codes, groups, ALL ----------------------------------------------------------------------------


def _specificity(pattern: str, code: str) -> int:
    """How specific a pattern is: its letters, all of them and one more for a code; -1: no match."""
    if pattern == code:
        return len(code) + 1
    if pattern == "ALL":
        return 0
    if pattern == STYLE:
        return 1 if code in optional_codes() else -1
    if "*" in pattern and fnmatchcase(code, pattern):
        return len(pattern.replace("*", ""))
    return -1


def _best(patterns: tuple[str, ...], code: str) -> int:
    return max((_specificity(pattern, code) for pattern in patterns), default=-1)


def _check(choice: Choice) -> None:
    for name in ("select", "ignore", "extend_select"):
        for pattern in getattr(choice, name):
            _check_pattern(name.replace("_", "-"), pattern, choice.own)
    for pattern in choice.ignore:
        if pattern in ALWAYS:
            raise SettingsError("ignore", _cannot_change(pattern, "be ignored"))
    for pattern, level in choice.severity.items():
        _check_pattern("severity", pattern, choice.own)
        if level not in _LEVELS:
            raise SettingsError(
                "severity", f"{pattern} must be error, warning or off, not {level!r}"
            )
        if pattern in ALWAYS and level != Severity.ERROR.value:
            raise SettingsError("severity", _cannot_change(pattern, f"be {level}"))


def _check_pattern(name: str, pattern: str, own: frozenset[str]) -> None:
    if not any(_specificity(pattern, code) >= 0 for code in known_codes() | own):
        kind = "group of rule codes" if "*" in pattern else "rule code"
        near = nearest_code(pattern.strip("*-"), own)
        raise SettingsError(name, f"unknown {kind} {pattern!r}{near}")


def _check_names(rules: tuple[OwnRule, ...]) -> None:
    for rule in rules:
        if rule.name in known_codes() or rule.name == STYLE:
            raise SettingsError(
                f"rules.{rule.name}", "there is a rule of that name; choose another"
            )


def _cannot_change(code: str, what: str) -> str:
    return f"{code!r} can't {what}, because nothing else is validated; fix it"
