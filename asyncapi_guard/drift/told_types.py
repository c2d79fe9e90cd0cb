"""What the sources tell of the types of what they send, where they don't write the values down.

A dictionary that is put together line by line, or what a model is dumped as, has properties of
known types. Samples of these types are held against the document as values that are written down.
"""

from __future__ import annotations

import ast
from dataclasses import replace
from typing import TYPE_CHECKING, Any

from asyncapi_guard.drift.emits import is_generated
from asyncapi_guard.drift.literals import Literal
from asyncapi_guard.drift.samples import is_looked_into
from asyncapi_guard.drift.sends.calls import Calls
from asyncapi_guard.drift.sends.schemas import forms_of, schemas_of
from asyncapi_guard.drift.sends.shapes import holes
from asyncapi_guard.spec.pointers import format_pointer

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

    from asyncapi_guard.drift.emits import Answer, Emissions, Emit
    from asyncapi_guard.drift.inference import Inference
    from asyncapi_guard.drift.sends.shapes import Shape
    from asyncapi_guard.drift.values import Argument

__all__ = ["with_told_types"]

_SAMPLES: Mapping[str, Any] = {"string": "", "integer": 0, "number": 0.0, "boolean": False}
_COMPONENTS = "#/components/schemas/"
_DEEPEST = 20


def with_told_types(emissions: Emissions, inference: Inference) -> Emissions:
    """What is emitted, with samples of the types that the sources tell."""
    # What a handler's hints say is compared with what is received, once.
    reading = Calls(inference, lambda _: False)
    roots = [scope for scope in inference.scopes if scope.parent is None]
    # What generated functions send is typed by the document.
    typed = {inference.file(s) for s in roots if is_generated(vars(inference.module(s)))}
    emits = tuple(_with(each, reading, is_typed=each.file in typed) for each in emissions.emits)
    return replace(emissions, emits=emits)


def _with(emit: Emit, reading: Calls, *, is_typed: bool) -> Emit:
    if emit.declares or is_typed:
        return emit
    forms = list(_forms(emit, reading))
    known = [form for form in forms if form is not None]
    if not forms or len(known) < len(forms):
        return replace(emit, is_told=_is_written(emit.arguments))
    unknown = [hole for form in known for shape in form for hole in holes(shape)]
    told = tuple(tuple(_samples(form)) for form in known)
    return replace(emit, told=told, is_told=not unknown or _is_written(emit.arguments))


def _is_written(answer: Answer | None) -> bool:
    """Whether every value is there as it is sent."""
    return answer is not None and not any(e.holes or e.open or e.samples for e in answer)


def _forms(emit: Emit, reading: Calls) -> Iterator[tuple[Shape, ...] | None]:
    """The arguments of each form that may be sent; `None` where nobody can tell."""
    for sent in emit.sent:
        if sent is None or any(map(_is_looked_into, sent)):
            yield None
        else:
            yield from forms_of([reading.of(each) for each in sent])


def _is_looked_into(argument: Argument) -> bool:
    """Whether a function asks what a name is that stands in what it sends."""
    node, scope = argument.node, argument.scope
    if node is None or scope is None:
        return False
    names = {each.id for each in ast.walk(node) if isinstance(each, ast.Name)}
    return any(is_looked_into(scope.node, name) for name in names)


def _samples(form: tuple[Shape, ...]) -> Iterator[Literal]:
    schemas, components = schemas_of(form)
    for schema in schemas:
        sample = _Sample(components)
        value = sample.of(schema, "", 0)
        yield Literal(value, tuple(sample.holes), tuple(sample.open), tuple(sample.samples))


class _Sample:
    """A value of a schema's type, with the places of what is not said."""

    def __init__(self, components: Mapping[str, Any]) -> None:
        self._components = components
        self.holes: list[str] = []
        self.open: list[str] = []
        self.samples: list[str] = []

    def of(self, schema: Any, path: str, depth: int) -> Any:
        schema = self._resolved(schema)
        kind = schema.get("type") if isinstance(schema, dict) and depth < _DEEPEST else None
        if kind == "null":
            return None
        if kind == "object":
            return self._object(schema, path, depth)
        if kind == "array":
            return self._array(schema, path, depth)
        if not isinstance(kind, str) or kind not in _SAMPLES:
            self.holes.append(path)
            return None
        self.samples.append(path)
        return b"" if schema.get("format") == "binary" else _SAMPLES[kind]

    def _resolved(self, schema: Any) -> Any:
        seen: set[str] = set()
        while isinstance(schema, dict) and isinstance(schema.get("$ref"), str):
            name = schema["$ref"].removeprefix(_COMPONENTS)
            if name in seen:
                return {}
            seen.add(name)
            schema = self._components.get(name, {})
        return schema

    def _object(self, schema: dict[str, Any], path: str, depth: int) -> dict[str, Any]:
        properties = schema.get("properties", {})
        if "additionalProperties" in schema or not properties.keys() <= set(
            schema.get("required", ())
        ):
            self.open.append(path)
        return {
            name: self.of(each, path + format_pointer((name,)), depth + 1)
            for name, each in properties.items()
        }

    def _array(self, schema: dict[str, Any], path: str, depth: int) -> list[Any]:
        """One item, as all of them are; how many there are is not said."""
        self.samples.append(path)
        items = schema.get("items")
        return [self.of(items, f"{path}/0", depth + 1)] if isinstance(items, dict) else []
