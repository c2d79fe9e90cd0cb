"""`CompiledSchema`: lazy, equal by what it says."""

from __future__ import annotations

import threading

import pytest


def test_a_schema_is_collected_and_compiled_on_first_use(make):
    """Nothing is made before a value is judged, and the validator is made once."""
    schema = make({"type": "integer"})
    assert schema._bundle is None
    assert schema.is_valid(1)
    validator = schema.accepts
    assert not schema.is_valid("a")
    assert schema.accepts is validator


def test_equality_is_what_a_schema_says(make):
    """Schemas with the same words in the same dialect are equal, and hash alike."""
    one, same, other = make({"type": "integer"}), make({"type": "integer"}), make({"type": "null"})
    assert one == same
    assert hash(one) == hash(same)
    assert one != other
    assert one != make({"type": "integer"}, "application/schema+json")
    assert one != 1


def test_a_schema_shows_where_it_stands(make):
    """Its repr is its location, its document the schema as written."""
    schema = make({"format": "int32"})
    assert repr(schema) == "CompiledSchema('f.yml#/s0')"
    assert schema.document["definitions"] == {"s0": {"format": "int32"}}
    assert (schema.binary, schema.positional, schema.nothing) == (False, False, False)


def test_a_schema_that_is_not_valid_cannot_be_compiled(make):
    """`compile` raises ValueError where loading should have found a fault."""
    with pytest.raises(ValueError):
        make({"$ref": "#/definitions/nowhere"}).compile()


def test_threads_may_judge_first_at_the_same_time(make):
    """Whoever comes first, all get the right answer."""
    schema = make({"type": "object", "required": ["a"]})
    barrier, answers = threading.Barrier(8), []

    def judge():
        barrier.wait()
        answers.append((schema.is_valid({"a": 1}), schema.is_valid({})))

    threads = [threading.Thread(target=judge) for _ in range(8)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert answers == [(True, False)] * 8


@pytest.mark.parametrize(
    ("value", "valid"),
    [
        ([b"a", b"b"], True),
        ([b"a", b"a"], False),
        ([b"a", b"ab"], True),
        ([b"", bytearray()], False),
    ],
)
def test_bytes_are_compared_with_each_other(make, value, valid):
    """Where items must differ; whatever stands for bytes inside an engine."""
    item = {"type": "string", "format": "binary"}
    for schema, given in (
        ({"uniqueItems": True, "items": item}, value),
        ({"properties": {"a": {"uniqueItems": True, "items": item}}}, {"a": value}),
    ):
        assert make(schema).is_valid(given) is valid
        if not valid:
            (problem,) = make(schema).explain(given).problems
            assert problem.keyword == "uniqueItems"
