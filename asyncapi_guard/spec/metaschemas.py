"""What a metaschema says of a schema, in words for the author of a document."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, NamedTuple

from asyncapi_guard.schema import Dialect, EngineName, get_engine
from asyncapi_guard.spec.schema_habits import TYPES, pattern_advice, type_advice, value_advice
from asyncapi_guard.spec.wording import callback_hint, kind_of, nearest, shown

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

    from asyncapi_guard.schema.dialects import SchemaPath
    from asyncapi_guard.schema.engine import MetaProblem

__all__ = ["Fault", "faults"]

#: What `type` is called in AsyncAPI's own words.
_KINDS: dict[str, str] = {
    "array": "a list",
    "boolean": "true or false",
    "integer": "an integer",
    "number": "a number",
    "object": "a mapping",
    "string": "a string",
}
_EXCLUSIVE = (("exclusiveMinimum",), ("exclusiveMaximum",))
_NO_PATTERN = "not a regular expression of ECMA-262 (Unicode mode)"


class Fault(NamedTuple):
    """Where a schema breaks its metaschema: the path to the place, and a sentence."""

    path: SchemaPath
    message: str
    #: It is a regular expression that cannot be read.
    pattern: bool = False


def faults(schema: Any, dialect: Dialect, engine: EngineName) -> Iterator[Fault]:
    """Where a schema breaks its metaschema, as deep as it can be said."""
    problems = get_engine(engine).check(schema, dialect)
    misread = {problem.path[:-1] for problem in problems if problem.path[-1:] in _EXCLUSIVE}
    texts: set[SchemaPath] = set()
    for problem in problems:
        path = problem.path
        if isinstance(path[-1] if path else None, int) and isinstance(_value_at(schema, path), str):
            if path[:-1] in texts:
                continue  # one finding is for all names in place of schemas
            texts.add(path[:-1])
        if problem.keyword in ("dependencies", "required") and path in misread:
            continue  # Draft 04 misses the limit of what is taken for a limit itself
        # The metaschema has a choice here (`anyOf`), and says only that nothing of it fits.
        is_choice = path[-1:] == ("items",) or path[-2:-1] == ("dependencies",)
        value = _value_at(schema, path)
        below = list(_below(value, path, dialect, engine)) if is_choice else ()
        is_pattern = (problem.keyword, problem.wanted) == ("format", "regex")
        if below:
            yield from below
        elif is_pattern and isinstance(value, str):
            yield Fault(path, f"{_NO_PATTERN}; {pattern_advice(value)}", pattern=True)
        elif is_pattern and path[-1:] == ("patternProperties",):
            for name in value:
                if get_engine(engine).check({"pattern": name}, dialect):
                    message = f"{_NO_PATTERN}; {pattern_advice(name)}"
                    yield Fault((*path, name), message, pattern=True)
        else:
            advice = value_advice(schema, path, value, dialect) if _is_form(problem) else ""
            yield Fault(path, _plainly(problem, value) + advice)


def _below(value: Any, path: SchemaPath, dialect: Dialect, engine: EngineName) -> Iterator[Fault]:
    several = isinstance(value, list)
    for index, inner in enumerate(value if several else [value]):
        here = (*path, index) if several else path
        if isinstance(inner, dict):
            for fault in faults(inner, dialect, engine):
                yield fault._replace(path=(*here, *fault.path))


def _value_at(schema: Any, path: SchemaPath) -> Any:
    for part in path:
        schema = schema[part]
    return schema


def _is_form(problem: MetaProblem) -> bool:
    """Whether a value is of a wrong form, which has one that is right."""
    is_keyword = problem.path[-1:] == ("type",) and problem.path[-2:-1] != ("properties",)
    return problem.keyword in ("type", "anyOf") and not is_keyword


def _plainly(problem: MetaProblem, value: Any) -> str:
    keyword, wanted = problem.keyword, problem.wanted
    place = problem.path[-1] if problem.path else ""
    if not keyword:
        return "it holds what JSON cannot say"
    if keyword == "type":
        return _other_type(place, wanted, value)
    if keyword == "anyOf":
        return _no_choice(place, value)
    say = _WORDS.get(keyword)
    return say(wanted, value) if say is not None else f"not what its {keyword!r} allows"


def _other_type(place: Any, wanted: Any, value: Any) -> str:
    names = sorted(wanted) if isinstance(wanted, list) else [str(wanted)]
    text = f"expected {' or '.join(sorted(_KINDS.get(name, name) for name in names))}"
    text += f", got {kind_of(value)}"
    if place in ("exclusiveMinimum", "exclusiveMaximum") and isinstance(value, bool):
        text += f", because {place} is the limit itself"
    return text


def _too_small(wanted: Any, value: Any) -> str:
    # Draft 04 has "more than" as a second keyword beside the limit.
    least = f"more than {wanted}" if value == wanted else f"at least {wanted}"
    return f"expected {least}, got {shown(value)[1:-1]}"


def _missing(wanted: Any, value: Any) -> str:
    """What a keyword needs beside it: a name, names, or such by the keyword."""
    if isinstance(wanted, dict):
        wanted = [name for keyword in wanted if keyword in value for name in wanted[keyword]]
    names = [wanted] if isinstance(wanted, str) else wanted
    missing = [name for name in names if name not in value]
    return f"{' and '.join(map(shown, missing))} is missing"


def _other_form(wanted: Any, value: Any) -> str:
    what = shown(value) if isinstance(value, str) else "one of its names"
    return f"{what} is not a valid {wanted}"


#: What the metaschemas ask of a value by itself, and what to say where they do not get it.
_WORDS: dict[str, Callable[[Any, Any], str]] = {
    "minimum": _too_small,
    "exclusiveMinimum": _too_small,
    "minItems": lambda wanted, _: f"expected at least {wanted} item, got an empty list",
    "uniqueItems": lambda _, __: "two items of this list are equal; remove one of them",
    "pattern": lambda wanted, value: f"{shown(value)} does not match the pattern {wanted}",
    "format": _other_form,
    "required": _missing,
    "dependencies": _missing,
}


def _no_choice(keyword: Any, value: Any) -> str:
    if keyword != "type":
        got = kind_of(value) if value else f"an empty {kind_of(value)[2:]}"
        return f"expected a schema, or a list of schemas, got {got}"
    if value is None or (isinstance(value, list) and None in value):
        return "expected the name of a type, got null; put it in quotes: 'null'"
    unknown = [name for name in value if name not in TYPES] if isinstance(value, list) else [value]
    if unknown and isinstance(unknown[0], str):
        hint = callback_hint(unknown[0]) or type_advice(unknown[0])
        hint = hint or (nearest(unknown[0], TYPES) if unknown[0].isalpha() else "")
        hint = hint or f"; there are {', '.join(TYPES)}"
        return f"unknown type {shown(unknown[0])}{hint}"
    return "expected a type, or a list of different types"
