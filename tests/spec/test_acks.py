"""`x-ack` in its long form: `{args: ..., required: ..., timeout: ...}`, and `false`."""

# ruff: noqa: E501  # the cases are tables, one to a line
from __future__ import annotations

import json
import math

import pytest
from hypothesis import given
from hypothesis import strategies as st

from asyncapi_guard import load
from asyncapi_guard.errors import InvalidDocument, SpecError
from asyncapi_guard.lint import lint
from asyncapi_guard.spec.export import bundle
from asyncapi_guard.spec.loader import open_documents
from asyncapi_guard.spec.upgrade import upgrade

MESSAGE = "channels: {{c: {{address: /, messages: {{m: {{payload: {{}}, x-ack: {}}}}}}}}}\nx-s: {{type: integer}}\nx-long: {{args: {{type: integer}}, required: true, timeout: 2}}"


def document(ack):
    """A document whose one message has this `x-ack`."""
    message = {"payload": {}, "x-ack": ack}
    return {
        "asyncapi": "3.1.0",
        "info": {"title": "t", "version": "1"},
        "channels": {"c": {"address": "/", "messages": {"m": message}}},
        "operations": {"o": {"action": "receive", "channel": {"$ref": "#/channels/c"}}},
    }


def ack_of(contract):
    """What the contract says of the one ack."""
    return contract.channels["c"].messages["m"].ack


@pytest.mark.parametrize(
    ("text", "required", "timeout", "none"),
    [
        ("{type: integer}", False, None, False), ("{$ref: '#/x-s'}", False, None, False), ("{args: {type: integer}}", False, None, False),
        ("{type: object, required: [a]}", False, None, False), ("{args: {type: object, required: [a]}}", False, None, False),
        ("{args: {type: integer}, required: true}", True, None, False), ("{args: {type: integer}, required: false}", False, None, False),
        ("{args: {$ref: '#/x-s'}, timeout: 5}", False, 5.0, False), ("{args: true, required: true, timeout: 0.5, description: d, x-a: 1}", True, 0.5, False),
        ("{$ref: '#/x-long'}", True, 2.0, False), ("false", False, None, True), ("true", False, None, False), ("{args: false}", False, None, False),
    ],
)  # fmt: skip
def test_what_stands_beside_the_schema(folder, text, required, timeout, none):
    """`required` and `timeout` count beside `args` only; everything else is a schema."""
    ack = ack_of(folder.load(MESSAGE.format(text)))
    assert (ack.required, ack.timeout, ack.none) == (required, timeout, none)
    assert ack.plain == ((required, timeout, none) == (False, None, False))
    assert len(ack.alternatives) == 1
    assert ack.location.endswith("x-long" if "x-long" in text else "/channels/c/messages/m/x-ack")


@pytest.mark.parametrize(
    ("text", "pointer", "advice"),
    [
        ("{args: {}, required: 'yes'}", "/required", "write true"), ("{args: {}, required: [a]}", "/required", "belongs within 'args'"),
        ("{args: {}, required: null}", "/required", "must be true or false, not null"), ("{args: {}, required: 1}", "/required", "must be true or false"),
        *((f"{{args: {{}}, timeout: {each}}}", "/timeout", "a number of seconds above 0") for each in ("-1", "0", "true", "'5'", "5s", "null", "[1]", "1" + "0" * 400)),
        ("{args: {}, requried: true}", "/requried", "did you mean 'required'?"), ("{args: {}, timout: 5}", "/timout", "did you mean 'timeout'?"),
        ("{args: {}, type: object}", "/type", "x-ack: {args: {type: ...}}"), ("{args: {}, schemaFormat: application/schema+json, schema: {}}", "/schemaFormat", "args: {schemaFormat"),
        ("{args: {type: boolean}, ok: {type: boolean}}", "/ok", "all other fields in it"),
        ("{args: false, required: true}", "/args", "args: {type: 'null'}"), ("{args: false, timeout: 1}", "/args", "args: {type: 'null'}"),
        ("{required: true}", "/required", "x-ack: {args: ..., required: true}"), ("{type: object, required: true}", "/required", "x-ack: {args: ..."),
        ("{timeout: 5}", "/timeout", "x-ack: {args: ..., timeout: 5}"), ("{type: boolean, timeout: 5}", "/timeout", "x-ack: {args: ..., timeout: 5}"),
        ("{$ref: '#/x-s', required: true}", "/required", "x-ack: {args: {$ref"), ("{$ref: '#/x-s', timeout: 5}", "/timeout", "x-ack: {args: {$ref"), ("{$ref: '#/x-s', args: {}}", "/args", "x-ack: {args: {$ref"),
    ],
)  # fmt: skip
def test_what_would_be_ignored_is_an_error(folder, text, pointer, advice):
    """Of loading and of `validate`, at the same line, with what to write."""
    source = MESSAGE.format(text)
    with pytest.raises(InvalidDocument) as caught:
        folder.load(source)
    place = f"/channels/c/messages/m/x-ack{pointer}"
    first = next(each for each in caught.value.findings if each.pointer == place)
    assert first.line > 0
    assert advice in first.message
    found = [each for each in lint(folder.path / "asyncapi.yml") if each.code == "ack-options"]
    assert (found[0].pointer, found[0].line, found[0].message) == (place, first.line, first.message)


def test_a_trait_and_its_message_are_one_ack(folder):
    """What a trait says of acks is merged as all else is."""
    contract = folder.load(
        "channels: {c: {address: /, messages: {m: {traits: [{x-ack: {args: {type: integer}, "
        "timeout: 3}}], x-ack: {required: true}}}}}"
    )
    ack = ack_of(contract)
    assert (ack.required, ack.timeout) == (True, 3.0)


def test_one_file_of_several_says_the_same(folder):
    """Whatever stands in another file: the message, the long form, or the schema."""
    folder.write(
        "b.yml",
        "m: {payload: {type: string}, x-ack: {args: {$ref: '#/S'}, required: true, timeout: 5}}\n"
        "S: {type: object, properties: {a: {type: integer}}}\n"
        "long: {args: {$ref: '#/S'}, timeout: 3}\n",
    )
    contract = folder.load(
        "channels: {c: {address: /, messages: {m: {$ref: 'b.yml#/m'}, n: {x-ack: {$ref: 'b.yml#/long'}}, "
        "o: {x-ack: {args: {$ref: 'b.yml#/S'}, required: true}}, p: {x-ack: false}}}}"
    )
    data = bundle(open_documents(folder.path / "asyncapi.yml"))
    assert "b.yml" not in json.dumps(data)
    whole = load(data)
    assert whole.channels["c"].messages == contract.channels["c"].messages
    for key in "mno":
        (schema,) = whole.channels["c"].messages[key].ack.alternatives
        assert not schema.is_valid({"a": "x"})


def test_an_upgrade_keeps_what_stands_beside_args(folder):
    """On messages of AsyncAPI 2, and on operations, whose acks move to messages."""
    old = folder.write(
        "old.yml",
        """
        asyncapi: 2.6.0
        info: {title: T, version: '1'}
        channels:
          /:
            publish:
              message: {name: a, payload: {}, x-ack: {args: {type: integer}, required: true, timeout: 5}}
            subscribe:
              x-ack: {args: {type: integer}, timeout: 2}
              message: {name: b, payload: {}}
        """,
    )
    result = upgrade(open_documents(old).main)
    messages = load(result.data).channels["root"].messages
    assert {key: (each.ack.required, each.ack.timeout) for key, each in messages.items()} == {
        "a": (True, 5.0),
        "b": (False, 2.0),
    }


json_values = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | st.text(max_size=5),
    lambda inner: st.lists(inner, max_size=2) | st.dictionaries(st.text(max_size=5), inner, max_size=2),
    max_leaves=4,
)  # fmt: skip
names = st.sampled_from(["args", "required", "timeout", "type", "$ref", "title", "x-a", "requierd"])
schemas = st.sampled_from(
    [{}, True, False, {"type": "object", "required": ["a"]}, {"type": "null"}]
)


@given(st.dictionaries(names, json_values | schemas | st.sampled_from([5, 0.5, True, "object"])))
def test_either_all_of_it_counts_or_it_is_an_error(ack):
    """Whatever stands in an `x-ack`, no `required` and no `timeout` of it is ignored."""
    try:
        found = ack_of(load(document(ack)))
    except SpecError:
        assert any(each.severity == "error" for each in lint(document(ack)))
        return
    long = "args" in ack
    required, timeout = ack.get("required", False), ack.get("timeout")
    assert found.required is (required if long else False)
    assert found.timeout == (timeout if long else None)
    if long:
        assert set(ack) <= {"args", "required", "timeout", "title", "x-a"}
        assert isinstance(required, bool)
        assert timeout is None or (timeout > 0 and math.isfinite(timeout) and timeout is not True)
    else:
        assert "timeout" not in ack
        assert not isinstance(required, bool) or "required" not in ack
    json.dumps(required)
