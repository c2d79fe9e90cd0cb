"""Values that the sources write down, against the schemas of what may be sent.

A value may have holes, where only the run knows what is there. So a problem counts only where the
schema judges what is written down.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from asyncapi_guard.drift.literals import Literal, together

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from asyncapi_guard.contract import Message, Schema
    from asyncapi_guard.violations import Problem

__all__ = ["contradicted_ack", "contradiction"]

#: What judges an object or an array by what it has, and not by what is in it.
_SHALLOW = frozenset(
    ("additionalItems", "additionalProperties", "maxItems", "minItems", "required", "type")
)
#: Of these, what more properties would change.
_GROWING = frozenset(("required",))
#: Found at the property that is meant.
_NAMING = frozenset(("additionalProperties", "required", "unevaluatedProperties"))
_MOST = 3


def contradiction(arguments: Sequence[Literal], messages: Sequence[Message]) -> str | None:
    """What is wrong with arguments by every message; `None` if they may be right by one."""
    return _by_all([_of_schema(arguments, message.payload) for message in messages])


def contradicted_ack(answer: Sequence[Literal], acks: Sequence[Schema]) -> str | None:
    """What is wrong with an answer by every schema of an ack; `None` if it may be right by one."""
    return _by_all([_of_schema(answer, schema, "value") for schema in acks])


def _by_all(found: Sequence[str | None]) -> str | None:
    told = [each for each in found if each is not None]
    return told[0] if told and len(told) == len(found) else None


def _of_schema(
    arguments: Sequence[Literal], schema: Schema | None, what: str = "argument"
) -> str | None:
    if schema is None:
        return None
    if schema.positional:
        return _told(together(arguments), schema)
    if schema.nothing:
        # `None` is sent as no argument at all.
        return f"no {what} is allowed, but {len(arguments)} is sent" if arguments else None
    if not arguments:
        return None if schema.is_valid(None) else f"one {what} is required, but none is sent"
    if len(arguments) > 1:
        return f"one {what} is required, but {len(arguments)} are sent"
    return _told(arguments[0], schema)


def _told(literal: Literal, schema: Schema) -> str | None:
    if schema.is_valid(literal.value):
        return None
    explained = schema.explain(literal.value)
    problems = list(_certain(explained.problems, literal))
    return "; ".join(f"{each.path or 'the value'}: {each.message}" for each in problems) or None


def _certain(problems: Sequence[Problem], literal: Literal) -> Iterator[Problem]:
    """The problems that nothing in a hole could solve."""
    certain = [each for each in problems if _is_certain(each, literal)]
    return iter(certain[:_MOST])


def _is_certain(problem: Problem, literal: Literal) -> bool:
    # Of a property that is missing or has no place, the object is what is judged.
    path = problem.path.rpartition("/")[0] if problem.keyword in _NAMING else problem.path
    if any(_is_at_or_below(path, hole) for hole in literal.holes):
        return False
    if any(_is_at_or_below(path, sample) for sample in literal.samples):
        return problem.keyword == "type" and path in literal.samples
    if problem.keyword == "required":
        return path not in literal.open
    judged = [*literal.holes, *literal.open, *literal.samples]
    return problem.keyword in _SHALLOW or not any(_is_at_or_below(e, path) for e in judged)


def _is_at_or_below(path: str, other: str) -> bool:
    return path == other or path.startswith(f"{other}/")
