"""The acks that reject an event, besides the usual forms of rejections."""

from __future__ import annotations

import json
from pathlib import Path
from typing import TYPE_CHECKING, Any

from asyncapi_guard.contract_tests.places_in_values import at
from asyncapi_guard.errors import SpecError

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

__all__ = ["NotARejection", "rejected_when"]


class NotARejection(ValueError):
    """A description of acks cannot be understood."""


def rejected_when(descriptions: Sequence[str]) -> Callable[[tuple[Any, ...]], bool] | None:
    """Whether the values of an ack reject an event: one of several descriptions is enough.

    Args:
        descriptions: each is a JSON Schema of the ack; `@` and the name of a file with one; a JSON
            Pointer to a place where the ack has something; or a pointer, `=` and the JSON value
            that is there.

    Returns:
        `None` for no descriptions.

    Raises:
        NotARejection: one cannot be understood.
    """
    rejections = [_rejection(each) for each in descriptions]
    if not rejections:
        return None
    return lambda values: any(each(values) for each in rejections)


def _rejection(description: str) -> Callable[[tuple[Any, ...]], bool]:
    if description.startswith("/"):
        return _at_a_place(description)
    return _by_schema(description)


def _at_a_place(description: str) -> Callable[[tuple[Any, ...]], bool]:
    pointer, equals, text = description.partition("=")
    try:
        expected = json.loads(text) if equals else None
    except ValueError as error:
        raise NotARejection(f"what follows {pointer}= must be JSON, such as false") from error

    def rejects(values: tuple[Any, ...]) -> bool:
        found, value = at(values[0] if len(values) == 1 else values, pointer)
        return found and (not equals or _same(value, expected))

    return rejects


def _same(one: Any, other: Any) -> bool:
    """As JSON has it: true is not 1."""
    return isinstance(one, bool) == isinstance(other, bool) and bool(one == other)


def _by_schema(description: str) -> Callable[[tuple[Any, ...]], bool]:
    from asyncapi_guard.guard import Guard
    from asyncapi_guard.spec.loader import load

    guard = Guard(_contract_of(_schema(description), load))

    def rejects(values: tuple[Any, ...]) -> bool:
        return not guard.send_ack("/", "any", list(values)).rejected

    return rejects


def _schema(description: str) -> Any:
    try:
        if description.startswith("@"):
            description = Path(description[1:]).read_text(encoding="utf-8")
        schema = json.loads(description)
    except OSError as error:
        raise NotARejection(f"{error.filename} cannot be read: {error.strerror}") from error
    except ValueError as error:
        raise NotARejection(
            "expected a JSON Schema, @FILE, or a POINTER such as /ok=false"
        ) from error
    if not isinstance(schema, dict):
        raise NotARejection("expected a JSON Schema, which is an object")
    return schema


def _contract_of(schema: Any, load: Any) -> Any:
    """A document in which an ack has this schema."""
    document = {
        "asyncapi": "3.1.0",
        "info": {"title": "Rejections", "version": "1"},
        "channels": {"all": {"address": "/", "messages": {"any": {"x-ack": {"args": schema}}}}},
        "operations": {"any": {"action": "receive", "channel": {"$ref": "#/channels/all"}}},
    }
    try:
        return load(document)
    except SpecError as error:
        raise NotARejection(f"the schema has errors: {error.findings[0].message}") from error
