"""`OwnRule`: a rule that a project wrote, checked and ready to be pickled."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from asyncapi_guard.errors import AsyncAPIGuardError, Severity
from asyncapi_guard.lint.rule import Rule

if TYPE_CHECKING:
    from collections.abc import Mapping

__all__ = [
    "GROUP",
    "Checks",
    "Condition",
    "OwnRule",
    "OwnRuleError",
    "is_about_schemas",
    "texts_of",
]

#: The group of all of them, where rules are listed.
GROUP = "Your own rules"
_ABOUT_SCHEMAS = frozenset(("property", "schema"))
#: Assertions by name, with what they want: a text, a number, or a tuple.
Checks = tuple[tuple[str, Any], ...]


class OwnRuleError(AsyncAPIGuardError, ValueError):
    """A rule that can't be used.

    Attributes:
        key: the key at fault, dotted; empty for the rule as a whole.
        problem: what is wrong with it, and what it could be.
    """

    def __init__(self, key: str, problem: str) -> None:
        self.key = key
        self.problem = problem
        super().__init__(key, problem)

    def __str__(self) -> str:
        return f"{self.key}: {self.problem}" if self.key else self.problem


@dataclass(frozen=True, slots=True)
class Condition:
    """What must hold of a field, so that a rule says anything about an object."""

    field: str
    checks: Checks


@dataclass(frozen=True, slots=True)
class OwnRule:
    """A rule of a project. `reading.own_rule` makes it.

    Attributes:
        name: its code.
        where: kinds of objects, and pointers with globs.
        checks: what is asserted.
        field: of what it is asserted: a path below the object, `@key`, or empty for itself.
        when: all of these hold of an object, or the rule says nothing about it.
        by: the field of items by which `sorted` and `unique` compare them.
        message: what a finding says, with `{name}` and the like; empty for a sentence made of the
            assertion.
        severity: of its findings.
        description: the rule in a sentence.
        why: what goes wrong, and what to do.
        file: the configuration that has it.
        line: where it stands there, 1-based; 0 if nobody knows.
    """

    name: str
    where: tuple[str, ...]
    checks: Checks
    field: str = ""
    when: tuple[Condition, ...] = ()
    by: str = ""
    message: str = ""
    severity: Severity = Severity.WARNING
    description: str = ""
    why: str = ""
    file: str = ""
    line: int = 0

    @property
    def about_entries(self) -> bool:
        """Whether it is about names or references, which several entries of an object have."""
        checked = [self.field, *(each.field for each in self.when)]
        return "@key" in checked or (not self.field and "reference" in dict(self.checks))

    @property
    def text(self) -> Rule:
        """The rule as the catalogue has others: what lists and reports say of it."""
        return Rule(GROUP, self.name, self.severity, self.title, self.reason, "", "")

    @property
    def title(self) -> str:
        """The rule in a sentence: its own, or one made of what it asserts."""
        if self.description:
            return self.description
        subject = " and ".join(f"`{place}`" for place in self.where)
        subject = f"`{self.field}` of {subject}" if self.field else subject
        return f"{subject}: {_said(self.checks)}{self._conditions()}."

    def _conditions(self) -> str:
        several = [f"`{each.field}` {_said(each.checks)}" for each in self.when]
        return f", when {' and '.join(several)}" if several else ""

    @property
    def reason(self) -> str:
        """Why there is the rule, and where it stands."""
        place = f"{self.file}:{self.line}" if self.line else self.file
        return " ".join(
            filter(None, (self.why, f"The rule is defined in {place}." if place else ""))
        )


def _said(checks: Checks) -> str:
    """Assertions in words, as their table has them."""
    return ", ".join(f"{name} {_listed(wanted)}" for name, wanted in checks)


def _listed(wanted: Any) -> str:
    values = wanted if isinstance(wanted, tuple) else (wanted,)
    return " or ".join(str(v).lower() if isinstance(v, bool) else f"`{v}`" for v in values)


def is_about_schemas(rule: OwnRule) -> bool:
    """Whether a rule is about schemas, or about the properties in them."""
    return not _ABOUT_SCHEMAS.isdisjoint(rule.where)


def texts_of(rules: tuple[OwnRule, ...]) -> Mapping[str, Rule]:
    """The rules as the catalogue has others, by code."""
    return {rule.name: rule.text for rule in rules}
