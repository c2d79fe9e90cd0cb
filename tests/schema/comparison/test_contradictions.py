"""How many arguments a schema names, and what excludes what."""

from __future__ import annotations

from typing import Any

import pytest

from asyncapi_guard.schema.comparison import argument_counts, contradictions
from asyncapi_guard.spec import load

ANY = {"anyOf": [{}, {"type": "string", "format": "binary"}]}


def schema(payload: Any) -> Any:
    """A schema as a document has it."""
    document = {
        "asyncapi": "3.1.0",
        "info": {"title": "T", "version": "1"},
        "channels": {"c": {"address": "/", "messages": {"m": {"payload": payload}}}},
    }
    return load(document).channels["c"].messages["m"].payload


def arguments(*items: Any, **more: Any) -> dict[str, Any]:
    return {"type": "array", "items": list(items), **more}


@pytest.mark.parametrize(
    ("payload", "counts"),
    [
        ({"type": "string"}, (1, 1)),
        ({"type": "null"}, (0, 0)),
        ({}, (1, 1)),
        (arguments({"type": "string"}), (0, 1)),
        (arguments({"type": "string"}, {}, minItems=2), (2, 2)),
        (arguments({"type": "string"}, {}, minItems=1, additionalItems=False), (1, 2)),
        (arguments({}, {}, maxItems=1), (0, 1)),
        # Any number of anything; but not where something is said of the items or of their number.
        (arguments(ANY, minItems=0, additionalItems=ANY), None),
        (arguments({}, additionalItems={}), None),
        (arguments(True, additionalItems=True), None),
        (arguments({"type": "string"}, additionalItems={}), (0, 1)),
        (arguments({}, additionalItems={"type": "string"}), (0, 1)),
        (arguments({}, minItems=1, additionalItems={}), (1, 1)),
        (arguments({}, maxItems=3, additionalItems={}), (0, 1)),
        ({"anyOf": [{"type": "string"}, arguments({})]}, (1, 1)),
    ],
    ids=str,
)
def test_how_many_arguments_a_schema_names(payload: Any, counts: Any) -> None:
    """At least, and at most; nothing where nobody has described them."""
    assert argument_counts(schema(payload)) == counts


@pytest.mark.parametrize(
    ("given", "taken", "found"),
    [
        ({"type": "integer"}, {"type": "string"}, True),
        ({"type": "integer"}, {"type": "number"}, False),
        ({"type": "integer"}, {}, False),
        ({}, {"type": "integer"}, False),
        ({"type": ["integer", "null"]}, {"type": "integer"}, True),
        (arguments({"type": "integer"}), arguments({"type": "string"}), True),
        ({"type": "null"}, {"type": "string"}, False),
    ],
    ids=str,
)
def test_types_that_exclude_each_other(given: Any, taken: Any, found: bool) -> None:
    """Limits and formats are no types, and the number of arguments is another question."""
    assert bool(contradictions([schema(given)], [schema(taken)])) is found
