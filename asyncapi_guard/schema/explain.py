"""Why a value is not valid, within a budget.

Both JSON Schema libraries can be made to explain for seconds and gigabytes what they refuse in
microseconds: an overlapping recursive union tries every way to fail, and a hundred bytes are
enough. So explaining is ours. The *verdict* stays the engine's, always; this walk only looks for
the places that a person would point at, and it stops after a fixed number of steps, problems and
levels.

How it stays right without being a second engine: keywords that judge a value by itself (`type`,
`pattern`, `minimum`, ...) are asked of the engine one at a time; only keywords that lead somewhere
else (`properties`, `items`, `oneOf`, ...) are walked here. When the walk finds nothing (keywords
that depend on what others left over, references inside an `$id`), the explanation says just that
the value does not match.
"""

from __future__ import annotations

import json
from functools import lru_cache
from itertools import islice
from typing import TYPE_CHECKING, Any

from asyncapi_guard.contract import Explanation
from asyncapi_guard.schema.adapt import adapt
from asyncapi_guard.schema.bundle import Bundle, target
from asyncapi_guard.schema.dialects import Dialect, Draft
from asyncapi_guard.schema.engine_choice import get_engine
from asyncapi_guard.schema.formats import is_binary
from asyncapi_guard.schema.unreadable_values import unreadable
from asyncapi_guard.violations import MAX_NAME, Problem

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

    from asyncapi_guard.schema.engine import EngineName
    from asyncapi_guard.schema.unreadable_values import Unreadable

__all__ = ["explain"]

_STEPS = 2_000
_PROBLEMS = 20
_LEVELS = 64
_TEXT = 200

_Path = tuple["str | int", ...]


class _ExhaustedError(Exception):
    """The budget is spent."""


def explain(
    bundle: Bundle,
    engine: EngineName,
    value: Any,
    *,
    include_values: bool = False,
    read: bool = False,
) -> Explanation:
    """The problems of a value that the engine found not valid; at least one.

    Args:
        bundle: the schema.
        engine: which engine judged.
        value: it.
        include_values: with what is in it.
        read: a strict reader made it of JSON: the engine can read all of it, however large it is.
    """
    walk = _Walk(bundle, engine, include_values=include_values)
    problems: list[Problem] = []
    truncated = False
    unreadable = () if read else islice(walk.unreadable(value), _PROBLEMS)
    found = {_pointer(each.path): each for each in unreadable}
    try:
        for problem in walk.schema(("s0",), bundle.root, (), value):
            if problem in problems or (found and not _is_foreign(problem, found)):
                continue
            if len(problems) == _PROBLEMS:
                truncated = True
                break
            problems.append(problem)
    except (_ExhaustedError, RecursionError):
        truncated = True
    said = {problem.path for problem in problems}
    problems += [walk.of(each, value) for path, each in found.items() if path not in said]
    if not problems:
        problems.append(Problem("", "schema", "does not match the schema", walk.location(("s0",))))
    return Explanation(tuple(problems), truncated)


def _is_foreign(problem: Problem, found: dict[str, Unreadable]) -> bool:
    """Whether a problem says of a thing that is of no JSON type that its type is wrong.

    Whatever else an engine answers for a value with such a thing in it says nothing.
    """
    return problem.keyword == "type" and problem.path in found and found[problem.path].foreign


class _Walk:
    """One explanation: what is left of the budget, and how to name places."""

    def __init__(self, bundle: Bundle, engine: EngineName, *, include_values: bool) -> None:
        self.bundle = bundle
        self.dialect = bundle.dialect
        self.engine: EngineName = engine
        self.include_values = include_values
        self.steps = _STEPS
        self.asked: dict[tuple[int, str], Callable[[Any], bool]] = {}

    def spend(self) -> None:
        self.steps -= 1
        if self.steps < 0:
            raise _ExhaustedError

    def schema(self, where: _Path, schema: Any, path: _Path, value: Any) -> Iterator[Problem]:
        """The problems of a value under the schema at `where` (an entry, then a path in it)."""
        self.spend()
        if len(path) > _LEVELS or len(where) > 4 * _LEVELS:
            raise _ExhaustedError
        if schema is False:
            yield self.problem(where, path, value, "false", "nothing is allowed here")
        if not isinstance(schema, dict):
            return
        if "$ref" in schema:
            yield from self.referred(schema["$ref"], path, value)
        if "$ref" in schema and not self.dialect.siblings:
            return
        if is_binary(schema):
            yield from self.binary(where, schema, path, value)
            return
        yield from self.keywords(where, schema, path, value)

    def referred(self, ref: Any, path: _Path, value: Any) -> Iterator[Problem]:
        name = target(self.dialect, ref)
        if name is not None:
            yield from self.schema((name,), self.bundle.schemas[name], path, value)

    def keywords(
        self, where: _Path, schema: dict[str, Any], path: _Path, value: Any
    ) -> Iterator[Problem]:
        for keyword, expected in schema.items():
            if keyword in _LEADING:
                yield from _LEADING[keyword](self, where, schema, path, value)
            elif keyword in _JUDGING:
                yield from self.judge(where, schema, keyword, expected, path, value)

    def is_valid(self, where: _Path, schema: Any, value: Any) -> bool:
        """Whether a walk finds nothing."""
        return next(self.schema(where, schema, (), value), None) is None

    def binary(
        self, where: _Path, schema: dict[str, Any], path: _Path, value: Any
    ) -> Iterator[Problem]:
        kept = ("type", "format", "minLength", "maxLength", "nullable")
        alone = {key: schema[key] for key in kept if key in schema}
        if not _ask(self.engine, self.dialect, json.dumps(alone))(value):
            yield self.problem(
                (*where, "format"), path, value, "format", "expected bytes of an allowed length"
            )

    def judge(
        self, where: _Path, schema: Any, keyword: str, expected: Any, path: _Path, value: Any
    ) -> Iterator[Problem]:
        if isinstance(expected, bool) and keyword in ("exclusiveMinimum", "exclusiveMaximum"):
            return  # Draft 04: judged with its bound
        self.spend()
        if self.asking(schema, keyword)(value):
            return
        message = _JUDGING[keyword](expected, value)
        yield self.problem((*where, keyword), path, value, keyword, message)

    def unreadable(self, value: Any) -> Iterator[Unreadable]:
        """What the engine cannot read of a value, whatever the schema is."""
        reads = _ask(self.engine, self.dialect, json.dumps({"type": _JSON_TYPES}))
        return unreadable(value, binary=self.bundle.binary, reads=reads)

    def of(self, found: Unreadable, value: Any) -> Problem:
        """The problem that is made of what is unreadable."""
        return self.problem(("s0",), found.path, value, found.keyword, found.message)

    def asking(self, schema: dict[str, Any], keyword: str) -> Callable[[Any], bool]:
        """The engine's answer for one keyword of a schema, which may be long, and asked often."""
        key = id(schema), keyword
        if key not in self.asked:
            together = (keyword, *_COMPANIONS.get(keyword, ()))
            alone = {name: schema[name] for name in together if name in schema}
            self.asked[key] = _ask(self.engine, self.dialect, json.dumps(alone))
        return self.asked[key]

    def problem(self, where: _Path, path: _Path, value: Any, keyword: str, message: str) -> Problem:
        shown = _short(repr(value)) if self.include_values else None
        return Problem(_pointer(path), keyword, message, self.location(where), shown)

    def location(self, where: _Path) -> str:
        """`file#/json/pointer` of a place in an entry."""
        return self.bundle.places.get(str(where[0]), "") + _pointer(where[1:], whole=True)


@lru_cache(maxsize=1024)
def _ask(engine: EngineName, dialect: Dialect, schema: str) -> Callable[[Any], bool]:
    """The engine's answer for a schema of one keyword, compiled once."""
    parsed = adapt(json.loads(schema), dialect)
    binary = is_binary(json.loads(schema))
    return get_engine(engine).compile(parsed, dialect, cyclic=False, binary=binary)


_JSON_TYPES = ["string", "number", "boolean", "null", "array", "object"]


# -- keywords that lead to other schemas -----------------------------------------------------------


def _properties(w: _Walk, where: _Path, schema: Any, path: _Path, value: Any) -> Iterator[Problem]:
    if isinstance(value, dict):
        for name, inner in schema["properties"].items():
            if name in value:
                at = (*where, "properties", name)
                yield from w.schema(at, inner, (*path, name), value[name])


def _pattern_properties(
    w: _Walk, where: _Path, schema: Any, path: _Path, value: Any
) -> Iterator[Problem]:
    if isinstance(value, dict):
        for pattern, inner in schema["patternProperties"].items():
            for name in filter(_matcher(w, pattern), value):
                at = (*where, "patternProperties", pattern)
                yield from w.schema(at, inner, (*path, name), value[name])


def _additional_properties(
    w: _Walk, where: _Path, schema: Any, path: _Path, value: Any
) -> Iterator[Problem]:
    if not isinstance(value, dict):
        return
    known = schema.get("properties", {})
    patterns = [_matcher(w, pattern) for pattern in schema.get("patternProperties", {})]
    inner = schema["additionalProperties"]
    at = (*where, "additionalProperties")
    for name in value:
        if name in known or any(matches(name) for matches in patterns):
            continue
        if inner is False:
            message = f"{_name(name)} is not an expected property"
            here = (*path, name)
            yield w.problem(at, here, value[name], "additionalProperties", message)
        else:
            yield from w.schema(at, inner, (*path, name), value[name])


def _matcher(w: _Walk, pattern: str) -> Callable[[Any], bool]:
    judge = _ask(w.engine, w.dialect, json.dumps({"pattern": pattern}))

    def matches(name: Any) -> bool:
        w.spend()
        return isinstance(name, str) and judge(name)

    return matches


def _required(w: _Walk, where: _Path, schema: Any, path: _Path, value: Any) -> Iterator[Problem]:
    if isinstance(value, dict) and isinstance(schema["required"], list):
        for name in schema["required"]:
            if name not in value:
                message = f"{_name(name)} is a required property"
                at = (*where, "required")
                yield w.problem(at, (*path, name), None, "required", message)


def _items(w: _Walk, where: _Path, schema: Any, path: _Path, value: Any) -> Iterator[Problem]:
    if not isinstance(value, (list, tuple)):
        return
    items = schema["items"]
    if isinstance(items, list):
        yield from _positions(w, (*where, "items"), items, path, value)
        return
    first = len(schema.get("prefixItems", ())) if w.dialect.draft is Draft.DRAFT202012 else 0
    for index in range(first, len(value)):
        yield from w.schema((*where, "items"), items, (*path, index), value[index])


def _prefix_items(
    w: _Walk, where: _Path, schema: Any, path: _Path, value: Any
) -> Iterator[Problem]:
    if isinstance(value, (list, tuple)) and w.dialect.draft is Draft.DRAFT202012:
        yield from _positions(w, (*where, "prefixItems"), schema["prefixItems"], path, value)


def _positions(w: _Walk, at: _Path, items: Any, path: _Path, value: Any) -> Iterator[Problem]:
    for index, (inner, item) in enumerate(zip(items, value, strict=False)):
        yield from w.schema((*at, index), inner, (*path, index), item)


def _additional_items(
    w: _Walk, where: _Path, schema: Any, path: _Path, value: Any
) -> Iterator[Problem]:
    items = schema.get("items")
    if not isinstance(items, list) or not isinstance(value, (list, tuple)):
        return
    at = (*where, "additionalItems")
    if schema["additionalItems"] is False:
        if len(value) > len(items):
            message = f"expected at most {_number(len(items), 'item')}, got {len(value)}"
            yield w.problem(at, path, value, "additionalItems", message)
        return
    for index in range(len(items), len(value)):
        yield from w.schema(at, schema["additionalItems"], (*path, index), value[index])


def _contains(w: _Walk, where: _Path, schema: Any, path: _Path, value: Any) -> Iterator[Problem]:
    if not isinstance(value, (list, tuple)):
        return
    at = (*where, "contains")
    counts = w.dialect.siblings
    least = schema.get("minContains", 1) if counts else 1
    most = schema.get("maxContains", len(value)) if counts else len(value)
    found = sum(w.is_valid(at, schema["contains"], item) for item in value)
    if not least <= found <= most:
        are = "is" if found == 1 else "are"
        message = f"{_number(found, 'item')} {are} as 'contains' says; expected at least {least}"
        message += f", at most {most}" if "maxContains" in schema else ""
        yield w.problem(at, path, value, "contains", message)


def _property_names(
    w: _Walk, where: _Path, schema: Any, path: _Path, value: Any
) -> Iterator[Problem]:
    if isinstance(value, dict):
        at = (*where, "propertyNames")
        for name in value:
            if not w.is_valid(at, schema["propertyNames"], name):
                message = f"{_name(name)} is not an allowed property name"
                yield w.problem(at, (*path, name), value[name], "propertyNames", message)


def _all_of(w: _Walk, where: _Path, schema: Any, path: _Path, value: Any) -> Iterator[Problem]:
    for index, inner in enumerate(schema["allOf"]):
        yield from w.schema((*where, "allOf", index), inner, path, value)


def _any_of(w: _Walk, where: _Path, schema: Any, path: _Path, value: Any) -> Iterator[Problem]:
    yield from _alternatives(w, (*where, "anyOf"), schema["anyOf"], path, value)


def _one_of(w: _Walk, where: _Path, schema: Any, path: _Path, value: Any) -> Iterator[Problem]:
    yield from _alternatives(w, (*where, "oneOf"), schema["oneOf"], path, value)


def _alternatives(w: _Walk, at: _Path, branches: Any, path: _Path, value: Any) -> Iterator[Problem]:
    keyword = str(at[-1])
    total = len(branches)
    matching = 0
    nearest: tuple[int, int] | None = None
    for index, branch in enumerate(branches):
        first = _first(w.schema((*at, index), branch, path, value), 3)
        if not first:
            matching += 1
            continue
        distance = sum(3 if _tells_apart(p, path) else 1 for p in first)
        if nearest is None or distance < nearest[0]:
            nearest = (distance, index)
    if matching == 0:
        message = f"matches none of the {total} alternatives"
        if total == 1:
            message = "does not match the only alternative"
        yield w.problem(at, path, value, keyword, message)
        if nearest is not None:
            yield from w.schema((*at, nearest[1]), branches[nearest[1]], path, value)
    elif matching > 1 and keyword == "oneOf":
        message = f"matches {matching} of the {total} alternatives; expected exactly one"
        yield w.problem(at, path, value, keyword, message)


def _first(problems: Iterator[Problem], count: int) -> list[Problem]:
    return [problem for problem, _ in zip(problems, range(count), strict=False)]


def _tells_apart(problem: Problem, path: _Path) -> bool:
    """Whether a problem says "this is another alternative": a wrong type, or a wrong tag."""
    depth = problem.path.count("/") - len(path)
    return (problem.keyword == "type" and depth == 0) or (
        problem.keyword in ("const", "enum") and depth <= 1
    )


def _not(w: _Walk, where: _Path, schema: Any, path: _Path, value: Any) -> Iterator[Problem]:
    at = (*where, "not")
    if w.is_valid(at, schema["not"], value):
        yield w.problem(at, path, value, "not", "is what 'not' excludes")


def _if(w: _Walk, where: _Path, schema: Any, path: _Path, value: Any) -> Iterator[Problem]:
    then = "then" if w.is_valid((*where, "if"), schema["if"], value) else "else"
    if then in schema:
        yield from w.schema((*where, then), schema[then], path, value)


def _dependencies(
    w: _Walk, where: _Path, schema: Any, path: _Path, value: Any
) -> Iterator[Problem]:
    for keyword in ("dependencies", "dependentRequired", "dependentSchemas"):
        for name, needs in schema.get(keyword, {}).items():
            if not isinstance(value, dict) or name not in value:
                continue
            at = (*where, keyword, name)
            if not isinstance(needs, list):
                yield from w.schema(at, needs, path, value)
                continue
            for needed in needs:
                if needed not in value:
                    message = f"{_name(needed)} is required beside {_name(name)}"
                    yield w.problem(at, (*path, needed), None, keyword, message)


_LEADING: dict[str, Callable[[_Walk, _Path, Any, _Path, Any], Iterator[Problem]]] = {
    "required": _required,
    "properties": _properties,
    "patternProperties": _pattern_properties,
    "additionalProperties": _additional_properties,
    "items": _items,
    "prefixItems": _prefix_items,
    "additionalItems": _additional_items,
    "contains": _contains,
    "propertyNames": _property_names,
    "allOf": _all_of,
    "anyOf": _any_of,
    "oneOf": _one_of,
    "not": _not,
    "if": _if,
    "dependencies": _dependencies,
    "dependentRequired": _dependencies,
    "dependentSchemas": _dependencies,
}


# -- keywords that judge a value by themselves, and what to say of it ------------------------------

_TYPES: tuple[tuple[type | tuple[type, ...], str], ...] = (
    (bool, "boolean"),
    (int, "integer"),
    (float, "number"),
    (str, "string"),
    ((list, tuple), "array"),
    (dict, "object"),
    (type(None), "null"),
    ((bytes, bytearray), "bytes"),
)


def _type_name(value: Any) -> str:
    return next((name for kind, name in _TYPES if isinstance(value, kind)), type(value).__name__)


def _say_type(expected: Any, value: Any) -> str:
    names = expected if isinstance(expected, list) else [expected]
    return f"expected {' or '.join(map(str, names))}, got {_type_name(value)}"


def _say_enum(expected: Any, _value: Any) -> str:
    return f"expected one of {_short(', '.join(json.dumps(item) for item in expected))}"


def _said(text: str) -> Callable[[Any, Any], str]:
    return lambda expected, _value: text.format(_short(str(expected)))


def _counted(text: str, what: str, plural: str = "") -> Callable[[Any, Any], str]:
    return lambda expected, _value: text.format(_number(expected, what, plural))


def _number(count: Any, what: str, plural: str = "") -> str:
    """A number of things: "1 item", "2 items"."""
    return f"{_short(str(count))} {what if count == 1 else plural or what + 's'}"


_JUDGING: dict[str, Callable[[Any, Any], str]] = {
    "type": _say_type,
    "enum": _say_enum,
    "const": lambda expected, _: f"expected {_short(json.dumps(expected))}",
    "format": _said("is not a valid {}"),
    "pattern": _said("does not match the pattern {}"),
    "minimum": _said("is less than the minimum of {}"),
    "maximum": _said("is more than the maximum of {}"),
    "exclusiveMinimum": _said("is not more than {}"),
    "exclusiveMaximum": _said("is not less than {}"),
    "multipleOf": _said("is not a multiple of {}"),
    "minLength": _counted("is shorter than {}", "character"),
    "maxLength": _counted("is longer than {}", "character"),
    "minItems": _counted("has fewer than {}", "item"),
    "maxItems": _counted("has more than {}", "item"),
    "uniqueItems": _said("has equal items"),
    "minProperties": _counted("has fewer than {}", "property", "properties"),
    "maxProperties": _counted("has more than {}", "property", "properties"),
}
# Draft 04's exclusive bounds are booleans beside the bound.
_COMPANIONS = {"minimum": ("exclusiveMinimum",), "maximum": ("exclusiveMaximum",)}


def _name(name: Any) -> str:
    text = str(name)
    return repr(text if len(text) <= MAX_NAME else text[:MAX_NAME] + "…")


def _short(text: str) -> str:
    return text if len(text) <= _TEXT else text[:_TEXT] + "…"


def _pointer(path: _Path, *, whole: bool = False) -> str:
    # A half surrogate pair cannot be encoded: it would break the answer or the log line.
    texts = (str(part).encode("utf-8", "replace").decode() for part in path)
    parts = (text.replace("~", "~0").replace("/", "~1") for text in texts)
    return "".join("/" + (p if whole or len(p) <= MAX_NAME else p[:MAX_NAME] + "…") for p in parts)
