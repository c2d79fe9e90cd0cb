"""Shapes as schemas of what is sent."""

from __future__ import annotations

import copy
from typing import TYPE_CHECKING, Any

from asyncapi_guard.codefirst.argument_schemas import NOTHING, any_of, several, stands_for_several
from asyncapi_guard.codefirst.permissive_schemas import ANY_ARGUMENTS, ANY_VALUE
from asyncapi_guard.drift.sends.shapes import (
    BYTES,
    NEVER,
    NULL,
    Anything,
    Array,
    Modelled,
    Object,
    Scalar,
    Shape,
    Tuple,
    alternatives,
    union,
)
from asyncapi_guard.spec.ids import Names

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Sequence

__all__ = ["ANYTHING_GOES", "COMPONENTS_OF_ANYTHING", "forms_of", "payload_of", "schemas_of"]

_ANYTHING = "Anything"
#: The schema of any arguments, and the component that it refers to.
ANYTHING_GOES = {"$ref": f"#/components/schemas/{_ANYTHING}"}
COMPONENTS_OF_ANYTHING = {_ANYTHING: ANY_ARGUMENTS}


def forms_of(sent: Sequence[Shape] | None) -> Iterator[tuple[Shape, ...] | None]:
    """The arguments that go over the wire for those of a call that emits.

    A tuple is several, and `None` is none at all.

    Args:
        sent: what the call is given; `None` where nobody knows.

    Yields:
        arguments, for each form that they may have; `None` for any.
    """
    if sent is None or len(sent) != 1:
        yield None if sent is None else tuple(sent)
        return
    for each in alternatives(sent[0]) or (NEVER,):
        if each in (NULL, NEVER) or isinstance(each, Anything):
            yield () if each == NULL else None
        elif isinstance(each, Tuple):
            yield each.items
        else:
            yield (each,)


def payload_of(forms: Iterable[tuple[Shape, ...] | None]) -> tuple[Any, dict[str, Any]]:
    """The schema of an event that is sent in several forms, and the components that it needs."""
    by_length: dict[int, tuple[Shape, ...]] = {}
    for form in forms:
        if form is None:
            return dict(ANYTHING_GOES), dict(COMPONENTS_OF_ANYTHING)
        known = by_length.get(len(form), (NEVER,) * len(form))
        by_length[len(form)] = tuple(map(union, zip(known, form, strict=True)))
    writer = _Writer([shape for form in by_length.values() for shape in form])
    schemas = [schema for form in by_length.values() for schema in writer.arguments(form)]
    if any(schema is None for schema in schemas):
        return dict(ANYTHING_GOES), dict(COMPONENTS_OF_ANYTHING)
    found = any_of([(schema, False) for schema in schemas], writer.components.get)
    return found, writer.components


def schemas_of(form: tuple[Shape, ...]) -> tuple[list[Any], dict[str, Any]]:
    """The schema of each argument of a form, and the components that they need."""
    writer = _Writer(form)
    return [writer.schema(each) for each in form], writer.components


class _Writer:
    """Writes shapes down.

    Attributes:
        components: the schemas of the models that they name.
    """

    def __init__(self, shapes: Sequence[Shape]) -> None:
        self.components: dict[str, Any] = {}
        self._models: dict[Any, Any] = {}
        models = {each.kind: each.hint for shape in shapes for each in _models(shape)}
        if models:
            from asyncapi_guard.codefirst.components import components_of

            keys = {kind: str(index) for index, kind in enumerate(models)}
            hints = [(keys[kind], "serialization", hint) for kind, hint in models.items()]
            taken = Names()
            taken.take(_ANYTHING)
            schemas, self.components = components_of(hints, taken)  # type: ignore[arg-type]  # a direction
            self._models = {kind: schemas[key] for kind, key in keys.items()}

    def arguments(self, form: tuple[Shape, ...]) -> Iterator[Any]:
        """The schemas that stand for so many arguments; `None` where none can."""
        if len(form) > 1:
            yield several([self.schema(each) for each in form])
        elif not form:
            yield dict(NOTHING)
        else:
            for each in alternatives(form[0]):
                schema = self.schema(each)
                positional = stands_for_several(schema, self.components.get)
                yield None if positional or isinstance(each, Anything) else schema

    def schema(self, shape: Shape) -> Any:
        """The schema of one value."""
        if isinstance(shape, Scalar):
            binary = {"type": "string", "format": "binary"}
            return binary if shape == BYTES else {"type": shape.type}
        if isinstance(shape, Modelled):
            return copy.deepcopy(self._models[shape.kind])
        if isinstance(shape, Object):
            return self._object(shape)
        if isinstance(shape, (Array, Tuple)):
            items = shape.items if isinstance(shape, Array) else _inside(shape)
            return {"type": "array", "items": self.schema(items)}
        parts = alternatives(shape)
        if not parts or isinstance(shape, Anything):
            return copy.deepcopy(ANY_VALUE)
        return {"anyOf": [self.schema(each) for each in parts]}

    def _object(self, shape: Object) -> dict[str, Any]:
        found: dict[str, Any] = {"type": "object"}
        required = [name for name, each in shape.properties.items() if each.required]
        if required:
            found["required"] = required
        if shape.properties:
            found["properties"] = {n: self.schema(p.shape) for n, p in shape.properties.items()}
        if shape.rest is not None:
            found["additionalProperties"] = self.schema(shape.rest)
        return found


def _inside(shape: Tuple) -> Shape:
    return union(shape.items) if shape.items else NEVER


def _models(shape: Shape) -> Iterator[Modelled]:
    """The models that a shape names."""
    if isinstance(shape, Modelled):
        yield shape
    elif isinstance(shape, Object):
        inside = [each.shape for each in shape.properties.values()]
        for each in (*inside, shape.rest or NEVER):
            yield from _models(each)
    elif isinstance(shape, (Array, Tuple)):
        yield from _models(shape.items if isinstance(shape, Array) else _inside(shape))
    elif not isinstance(shape, (Scalar, Anything)):
        for each in shape.shapes:
            yield from _models(each)
