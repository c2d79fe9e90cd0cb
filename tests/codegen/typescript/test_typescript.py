"""What schemas and events become in TypeScript."""

from __future__ import annotations

import os
import re
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest

from asyncapi_guard.codegen.catalogue import read_catalogue
from asyncapi_guard.codegen.typescript import RESERVED, typescript
from asyncapi_guard.codegen.typescript.options import TypeOptions
from asyncapi_guard.spec.loader import open_documents

ROOT = Path(__file__).parents[3]
OPENAPI_30 = "application/vnd.oai.openapi;version=3.0.3"
DRAFT_04 = "application/schema+json;version=draft-04"
DRAFT_07 = "application/schema+json;version=draft-07"
DRAFT_2020 = "application/schema+json;version=2020-12"
TEXT = {"type": "string"}
NUMBER = {"type": "number"}


def module(document: dict[str, Any] | Path) -> str:
    return typescript(read_catalogue(open_documents(document), reserved=RESERVED), ["Header."])


def document(
    messages: dict[str, Any], schemas: dict[str, Any] | None = None, **addresses: str
) -> dict[str, Any]:
    """A document whose channels all receive, and send, all messages."""
    addresses = addresses or {"root": "/"}
    return {
        "asyncapi": "3.1.0",
        "info": {"title": "T", "version": "1"},
        "channels": {
            id: {"address": address, "messages": messages} for id, address in addresses.items()
        },
        "operations": {
            f"{id}-{action}": {"action": action, "channel": {"$ref": f"#/channels/{id}"}}
            for id in addresses
            for action in ("receive", "send")
        },
        "components": {"schemas": schemas or {}},
    }


def declared(text: str, name: str) -> str:
    """What a module says of a name, its blanks made one each."""
    pattern = rf"^export (?:type {name} =|interface {name}) ?(.*?)\n(?=\n|\Z)"
    (found,) = re.findall(pattern, text, re.MULTILINE | re.DOTALL)
    return " ".join(found.removesuffix(";").split())


def type_of(schema: Any, schema_format: str | None = None, **others: Any) -> str:
    """The type of a schema; `others` are schemas that it may refer to."""
    if schema_format is not None:
        named = {"it": schema, **others}
        schemas = {n: {"schemaFormat": schema_format, "schema": s} for n, s in named.items()}
    else:
        schemas = {"it": schema, **others}
    return declared(module(document({}, schemas)), "It")


# -- schemas ---------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("schema", "expected"),
    [
        # Plain values.
        (True, "unknown"),
        ({}, "unknown"),
        (False, "never"),
        (TEXT, "string"),
        ({"type": "integer", "format": "int64"}, "number"),
        ({"type": "boolean"}, "boolean"),
        ({"type": "null"}, "null"),
        ({"type": ["null", "integer", "string", "number"]}, "number | string | null"),
        ({"type": "string", "format": "binary"}, "ArrayBuffer | Uint8Array"),
        ({"type": ["string", "null"], "format": "binary"}, "ArrayBuffer | Uint8Array | null"),
        ({"type": "string", "format": "byte"}, "string"),
        # Kinds that keywords imply.
        ({"minLength": 1}, "string"),
        ({"maximum": 1}, "number"),
        ({"uniqueItems": True}, "unknown[]"),
        ({"minProperties": 1}, "{ [key: string]: unknown; }"),
        ({"pattern": "a", "minimum": 1}, "string | number"),
        # Values.
        ({"const": "a"}, '"a"'),
        ({"const": None}, "null"),
        ({"const": {"a": [1, {}]}}, "{ a: [1, { [key: string]: never }]; }"),
        ({"enum": ["a", 1, 1.0, -2.5, True, None]}, '"a" | 1 | -2.5 | true | null'),
        ({"type": "string", "enum": ["a", None, 1]}, '"a"'),
        ({"type": ["string", "null"], "enum": ["a", None]}, '"a" | null'),
        ({"enum": []}, "never"),
        ({"type": "string", "const": 1}, "never"),
        ({"enum": ['"\\\n\u2028\u202e💥']}, '"\\"\\\\\\n\\u2028\\u202e💥"'),
        # Objects.
        ({"type": "object"}, "{ [key: string]: unknown; }"),
        ({"type": "object", "additionalProperties": False}, "{ [key: string]: never; }"),
        ({"properties": {"a": TEXT}}, "{ a?: string; }"),
        ({"properties": {"a": TEXT}, "required": ["a"]}, "{ a: string; }"),
        ({"properties": {"a": TEXT}, "required": ["b"]}, "{ a?: string; b: unknown; }"),
        ({"required": ["b"], "additionalProperties": False}, "{ b: never; }"),
        (
            {"required": ["b"], "additionalProperties": NUMBER},
            "{ b: number; [key: string]: number; }",
        ),
        ({"properties": {"a": False, "b": True}}, "{ a?: never; b?: unknown; }"),
        ({"properties": {"a b": TEXT, "1": TEXT}}, '{ "a b"?: string; "1"?: string; }'),
        ({"additionalProperties": TEXT}, "{ [key: string]: string; }"),
        ({"patternProperties": {"^a": TEXT, "^b": NUMBER}}, "{ [key: string]: string | number; }"),
        (
            {"properties": {"a": TEXT}, "required": ["a"], "additionalProperties": NUMBER},
            "{ a: string; [key: string]: number | string; }",
        ),
        (
            {"properties": {"a": TEXT}, "additionalProperties": NUMBER},
            "{ a?: string; [key: string]: number | string | undefined; }",
        ),
        (
            {"properties": {"a": TEXT}, "additionalProperties": True},
            "{ a?: string; [key: string]: unknown; }",
        ),
        ({"type": ["object", "null"], "properties": {"a": TEXT}}, "{ a?: string } | null"),
        # Arrays.
        ({"type": "array"}, "unknown[]"),
        ({"type": "array", "items": TEXT, "minItems": 2, "maxItems": 2}, "string[]"),
        ({"items": {"type": ["string", "null"]}}, "(string | null)[]"),
        ({"items": {"items": {"enum": [1, 2]}}}, "(1 | 2)[][]"),
        ({"items": {"properties": {"a": TEXT}}}, "{ a?: string }[]"),
        ({"items": [TEXT, NUMBER]}, "[string?, number?, ...unknown[]]"),
        ({"items": [TEXT, NUMBER], "minItems": 1, "additionalItems": False}, "[string, number?]"),
        (
            {"items": [TEXT], "minItems": 2, "additionalItems": NUMBER},
            "[string, number, ...number[]]",
        ),
        ({"items": [TEXT, NUMBER], "minItems": 2, "maxItems": 1}, "[string]"),
        ({"items": [{"type": ["string", "null"]}], "additionalItems": False}, "[(string | null)?]"),
        (
            {"items": [{**TEXT, "title": "First name"}, {"title": "new"}], "minItems": 2},
            "[firstName: string, new_: unknown, ...rest: unknown[]]",
        ),
        ({"items": [{**TEXT, "title": "a"}, TEXT], "additionalItems": False}, "[string?, string?]"),
        ({"items": [], "additionalItems": False}, "[]"),
        # Alternatives.
        ({"oneOf": [TEXT, {"type": "null"}, NUMBER]}, "string | number | null"),
        ({"anyOf": [TEXT, {"const": "a"}]}, "string"),
        ({"anyOf": [TEXT, {}]}, "unknown"),
        ({"oneOf": [False, TEXT]}, "string"),
        ({"type": "string", "anyOf": [{"const": "a"}, {"const": 1}]}, '"a"'),
        (
            {"type": ["string", "null"], "oneOf": [{"minLength": 1}, {"type": "null"}]},
            "string | null",
        ),
        (
            {"type": "object", "oneOf": [{"$ref": "#/components/schemas/A"}, {"type": "null"}]},
            "A",
        ),
        # All of several.
        ({"allOf": [{"$ref": "#/components/schemas/A"}]}, "A"),
        ({"description": "d", "allOf": [{"$ref": "#/components/schemas/A"}, True]}, "A"),
        (
            {"allOf": [{"$ref": "#/components/schemas/A"}, {"properties": {"b": NUMBER}}]},
            "A & { b?: number }",
        ),
        (
            {"properties": {"a": TEXT}, "allOf": [{"properties": {"b": TEXT}, "required": ["a"]}]},
            "{ a: string; b?: string; }",
        ),
        (
            {"allOf": [{"properties": {"a": {"enum": [1, 2]}}}, {"properties": {"a": NUMBER}}]},
            "{ a?: 1 | 2; }",
        ),
        ({"allOf": [TEXT, NUMBER]}, "never"),
        ({"allOf": [{"type": ["string", "null"]}, {"type": ["number", "null"]}]}, "null"),
        (
            {"allOf": [{"type": "object"}, {"additionalProperties": NUMBER}]},
            "{ [key: string]: number; }",
        ),
        (
            {
                "properties": {"a": TEXT, "b": TEXT},
                "anyOf": [{"required": ["a"]}, {"required": ["b"]}],
            },
            "({ a: unknown } | { b: unknown }) & { a?: string; b?: string; }",
        ),
        # What TypeScript cannot say.
        ({**TEXT, "not": {"const": "a"}, "if": {"minLength": 2}, "then": False}, "string"),
        ({"not": {}}, "unknown"),
        (
            {"type": "object", "properties": {"a": TEXT}, "dependencies": {"a": ["b"]}},
            "{ a?: string; }",
        ),
    ],
)
def test_schemas(schema: Any, expected: str) -> None:
    assert type_of(schema, A={"properties": {"a": TEXT}}) == expected


@pytest.mark.parametrize(
    ("schema_format", "schema", "expected"),
    [
        (OPENAPI_30, {**TEXT, "nullable": True}, "string | null"),
        (OPENAPI_30, {"nullable": True}, "unknown"),
        (OPENAPI_30, {**TEXT, "nullable": True, "enum": ["a", None]}, '"a" | null'),
        (OPENAPI_30, {**TEXT, "nullable": True, "enum": ["a"]}, '"a"'),
        (OPENAPI_30, {**TEXT, "const": "a"}, "string"),
        (None, {**TEXT, "nullable": True}, "string"),
        (DRAFT_04, {**TEXT, "const": "a"}, "string"),
        (DRAFT_07, {"$ref": "#/components/schemas/A/schema", "type": "null"}, "A"),
        (DRAFT_2020, {"$ref": "#/components/schemas/A/schema", "type": "null"}, "never"),
        (
            DRAFT_2020,
            {"$ref": "#/components/schemas/A/schema", "required": ["b"]},
            "A & { b: unknown }",
        ),
        (DRAFT_2020, {"prefixItems": [TEXT], "items": False, "minItems": 1}, "[string]"),
        (DRAFT_2020, {"prefixItems": [TEXT], "items": NUMBER}, "[string?, ...number[]]"),
        (DRAFT_2020, {"items": NUMBER}, "number[]"),
    ],
)
def test_dialects(schema_format: str | None, schema: Any, expected: str) -> None:
    """Each is read by its own rules."""
    found = type_of(schema, schema_format, A={"properties": {"a": TEXT}, "type": "object"})
    assert found == expected


def test_references_inside_of_resources() -> None:
    """They resolve by the rules of JSON Schema, and what they lead to has names."""
    schema = {
        "$id": "https://example.com/tree",
        "type": "object",
        "properties": {
            "root": {"$ref": "#"},
            "leaf": {"$ref": "#/$defs/leaf"},
            "named": {"$ref": "#anchor"},
            "inner": {"$ref": "urn:example:inner"},
            "far": {"$ref": "https://example.com/nowhere"},
        },
        "$defs": {
            "leaf": {"type": "array", "items": {"$ref": "#/$defs/leaf"}},
            "any": {"$anchor": "anchor", "const": 1},
            "inner": {"$id": "urn:example:inner", "$ref": "#/$defs/leaf", "$defs": {"leaf": TEXT}},
        },
    }
    text = module(document({}, {"it": {"schemaFormat": DRAFT_2020, "schema": schema}}))
    assert declared(text, "It") == (
        "{ root?: It; leaf?: Leaf; named?: Anchor; inner?: UrnExampleInner; far?: unknown; }"
    )
    assert declared(text, "Leaf") == "Leaf[]"
    assert declared(text, "Anchor") == "1"
    assert declared(text, "UrnExampleInner") == "ItLeaf"
    assert declared(text, "ItLeaf") == "string"


def test_circles_that_say_nothing() -> None:
    """A type cannot be itself: such a part is left out."""
    schemas = {
        "a": {"$ref": "#/components/schemas/b"},
        "b": {"anyOf": [{"$ref": "#/components/schemas/b"}, TEXT]},
        "c": {"allOf": [{"$ref": "#/components/schemas/c"}, {"properties": {"a": TEXT}}]},
        "tree": {"additionalProperties": {"$ref": "#/components/schemas/tree"}},
    }
    text = module(document({}, schemas))
    assert declared(text, "A") == "B"
    assert declared(text, "B") == "string"
    assert declared(text, "C") == "{ a?: string; }"
    assert declared(text, "Tree") == "{ [key: string]: Tree; }"


@pytest.mark.parametrize(
    ("discriminator", "schema_format", "expected"),
    [
        ("kind", None, '(Cat & { kind: "Cat" }) | (Dog & { kind: "Dog" }) | Fish'),
        (
            {"propertyName": "kind"},
            OPENAPI_30,
            '(Cat & { kind: "Cat" }) | (Dog & { kind: "Dog" }) | Fish',
        ),
        (
            {
                "propertyName": "kind",
                "mapping": {"c": "#/components/schemas/Cat", "d": "Dog", "e": "Dog"},
            },
            OPENAPI_30,
            '(Cat & { kind: "c" }) | (Dog & { kind: "d" | "e" }) | Fish',
        ),
        (None, None, "Cat | Dog | Fish"),
    ],
)
def test_discriminators(discriminator: Any, schema_format: str | None, expected: str) -> None:
    """The property has the name of the schema, or those that the mapping gives it."""

    def one(**schema: Any) -> Any:
        return {"schemaFormat": schema_format, "schema": schema} if schema_format else schema

    schemas = {
        "It": one(
            oneOf=[{"$ref": f"#/components/schemas/{name}"} for name in ("Cat", "Dog", "Fish")],
            **({"discriminator": discriminator} if discriminator else {}),
        ),
        "Pet": one(type="object", properties={"kind": TEXT}, required=["kind"]),
        "Cat": one(type="object", properties={"kind": TEXT, "lives": NUMBER}),
        "Dog": one(allOf=[{"$ref": "#/components/schemas/Pet"}, {"properties": {"bark": TEXT}}]),
        "Fish": one(type="object", properties={"kind": {"type": "string", "enum": ["fish"]}}),
    }
    assert declared(module(document({}, schemas)), "It") == expected


# -- comments --------------------------------------------------------------------------------------


def test_comments() -> None:
    """Title, description, deprecation, default and short examples; none of it ends the comment."""
    schema = {
        "title": "A title",
        "description": "  One */ line.\r\n\n\n\nAnother\x0cone.\n\n",
        "deprecated": True,
        "default": "*/",
        "examples": [{"a": 1}, "x" * 200, None, "fourth"],
        **TEXT,
    }
    assert """\
/**
 * A title
 *
 * One *\\/ line.
 *
 * Another
 * one.
 *
 * @deprecated
 * @default "*\\/"
 * @example {"a": 1}
 * @example null
 */
export type It = string;
""" in module(document({}, {"it": schema}))


def test_lists_of_values_in_arguments_have_constants() -> None:
    """The parameter's type has the name of the constants, which are what one calls with."""
    size, side = {"title": "size", "enum": ["S", "M"]}, {"enum": [1, 2]}
    payload = {
        "type": "array",
        "items": [size, side],
        "minItems": 1,
        "additionalItems": {"enum": ["far", "near"]},
    }
    catalogue = read_catalogue(
        open_documents(document({"order": {"payload": payload}})), reserved=RESERVED
    )
    text = typescript(catalogue, ["Header."], TypeOptions(enums=True))
    assert "order: (size: OrderPayload1, arg2?: OrderPayload2, ...rest: OrderPayloadRest[])" in text
    assert declared(text, "OrderPayload") == (
        "[OrderPayload1, OrderPayload2?, ...OrderPayloadRest[]]"
    )
    for name in ("OrderPayload1", "OrderPayload2", "OrderPayloadRest"):
        assert f"export const {name} = {{" in text
    plain = typescript(catalogue, ["Header."])
    assert 'order: (size: "S" | "M", arg2?: 1 | 2, ...rest: ("far" | "near")[])' in plain


@pytest.mark.parametrize("keyword", ["allOf", "oneOf"])
def test_long_chains_of_parts_are_followed_to_their_end(keyword: str) -> None:
    """They are longer than Python's stack is deep, as it usually is."""
    count = 400
    schemas: dict[str, Any] = {
        f"Layer{number}": {
            keyword: [
                {"$ref": f"#/components/schemas/Layer{number + 1}"},
                {"type": "object", "properties": {f"p{number}": NUMBER}},
            ]
        }
        for number in range(count)
    }
    schemas[f"Layer{count}"] = TEXT if keyword == "oneOf" else {"type": "object"}
    text = module(document({}, schemas))
    joined = {"allOf": "&", "oneOf": "|"}[keyword]
    assert re.search(rf"Layer1 {re.escape(joined)}", declared(text, "Layer0"))


def test_a_text_is_said_once() -> None:
    schema = {"title": "Same", "description": "Same\n", "properties": {"a": {"title": "\u202eA"}}}
    expected = "/** Same */\nexport interface It {\n  /** \ufffdA */\n  a?: unknown;\n}\n"
    assert expected in module(document({}, {"it": schema}))


# -- events ----------------------------------------------------------------------------------------


def event(*messages: Any) -> str:
    """The function of an event of some messages."""
    named = {f"m{n}": {"name": "ev", **message} for n, message in enumerate(messages)}
    found = declared(module(document(named)), "ClientToServerEvents")
    return found.removeprefix("{ ev: ").removesuffix("; }")


def one(item: Any) -> dict[str, Any]:
    return {"type": "object", "properties": {"v": item}, "required": ["v"]}


NULLABLE = {"type": ["string", "null"]}
PAIR = {"items": [{**TEXT, "title": "a"}, {**NUMBER, "title": "b"}], "additionalItems": False}


@pytest.mark.parametrize(
    ("messages", "expected"),
    [
        ([{"payload": TEXT}], "(payload: M0Payload) => void"),
        ([{"payload": {"type": "null"}}], "() => void"),
        ([{"payload": False}], "() => void"),
        ([{}], "(...args: unknown[]) => void"),
        ([{"payload": NULLABLE}], "(payload?: M0Payload) => void"),
        ([{"payload": {}}], "(payload?: M0Payload) => void"),
        ([{"payload": PAIR}], "(a?: string, b?: number) => void"),
        ([{"payload": {**PAIR, "minItems": 1}}], "(a: string, b?: number) => void"),
        (
            [{"payload": {"items": [TEXT, TEXT], "minItems": 2}}],
            "(arg1: string, arg2: string) => void",
        ),
        (
            [{"payload": {"items": [TEXT], "minItems": 1, "additionalItems": NUMBER}}],
            "(arg1: string, ...rest: number[]) => void",
        ),
        (
            [{"payload": {"items": [{"title": t} for t in ("rest", "a", "a", "new")]}}],
            "(rest?: unknown, a?: unknown, a2?: unknown, new_?: unknown) => void",
        ),
        # Acks.
        ([{"payload": False, "x-ack": TEXT}], "(callback: (ack: M0Ack) => void) => void"),
        (
            [{"payload": TEXT, "x-ack": {"type": "null"}}],
            "(payload: M0Payload, callback: () => void) => void",
        ),
        ([{"payload": TEXT, "x-ack": False}], "(payload: M0Payload) => void"),
        (
            [{"payload": TEXT, "x-ack": {"args": TEXT, "required": True, "timeout": 5}}],
            "(payload: M0Payload, callback: (ack: M0Ack) => void) => void",
        ),
        (
            [{"payload": TEXT, "x-ack": NULLABLE}],
            "(payload: M0Payload, callback: (ack: M0Ack | undefined) => void) => void",
        ),
        (
            [{"payload": TEXT, "x-ack": PAIR}],
            "(payload: M0Payload, callback: (a: string | undefined, b?: number) => void) => void",
        ),
        (
            [{"payload": TEXT, "x-ack": {**PAIR, "minItems": 1}}],
            "(payload: M0Payload, callback: (a: string, b?: number) => void) => void",
        ),
        (
            [{"payload": {**PAIR, "minItems": 1}, "x-ack": TEXT}],
            (
                "(...args: | [a: string, callback: (ack: M0Ack) => void]"
                " | [a: string, b: number, callback: (ack: M0Ack) => void] ) => void"
            ),
        ),
        (
            [{"payload": {**PAIR, "additionalItems": TEXT, "minItems": 2}, "x-ack": TEXT}],
            (
                "(...args: [a: string, b: number, ...rest: string[],"
                " callback: (ack: M0Ack) => void]) => void"
            ),
        ),
        (
            [{"x-ack": TEXT}],
            "(...args: [...args: unknown[], callback: (ack: M0Ack) => void]) => void",
        ),
        (
            [{"payload": {"items": [TEXT] * 99}, "x-ack": TEXT}],
            "(...args: [...rest: string[], callback: (ack: M0Ack) => void]) => void",
        ),
        # Several messages of one name.
        (
            [{"payload": one(TEXT)}, {"payload": one(NUMBER)}],
            "(payload: M0Payload | M1Payload) => void",
        ),
        (
            [{"payload": one(TEXT), "x-ack": TEXT}, {"payload": one(NUMBER), "x-ack": NUMBER}],
            "(payload: M0Payload | M1Payload, callback: (ack: M0Ack | M1Ack) => void) => void",
        ),
        (
            [{"payload": one(TEXT), "x-ack": TEXT}, {"payload": one(NUMBER)}],
            (
                "(...args: [payload: M0Payload, callback: (ack: M0Ack) => void]"
                " | [payload: M1Payload]) => void"
            ),
        ),
        (
            [{"payload": False}, {"payload": {**PAIR, "minItems": 2}}, {"payload": NUMBER}],
            "(...args: [] | [a: string, b: number] | [payload: M2Payload]) => void",
        ),
        (
            [
                {"payload": False, "x-ack": {**PAIR, "minItems": 2}},
                {"payload": TEXT, "x-ack": TEXT},
            ],
            (
                "(...args: | [callback: (...args: [a: string, b: number] | [ack: M1Ack]) => void]"
                " | [payload: M1Payload,"
                " callback: (...args: [a: string, b: number] | [ack: M1Ack]) => void]"
                " ) => void"
            ),
        ),
    ],
)
def test_events(messages: list[Any], expected: str) -> None:
    if len(messages) == 1:
        expected = expected.replace("M0", "Ev")
    assert event(*messages) == expected


def test_acks_that_clients_give() -> None:
    """They may be left out; what a client waits for is there, if only as `undefined`."""
    text = module(document({"ev": {"payload": False, "x-ack": NULLABLE}}))
    assert declared(text, "ServerToClientEvents") == (
        "{ ev: (callback: (ack?: EvAck) => void) => void; }"
    )


def test_arguments_that_are_described_inside_of_a_resource() -> None:
    """What a reference leads to has a name there, as in the payload as a whole."""
    schema = {
        "$id": "https://example.com/move",
        "prefixItems": [{"$ref": "#/$defs/place"}],
        "items": {"$ref": "#/$defs/place"},
        "minItems": 1,
        "$defs": {"place": NUMBER},
    }
    payload = {"schemaFormat": DRAFT_2020, "schema": schema}
    assert event({"payload": payload}) == "(place: Place, ...rest: Place[]) => void"


def test_connecting_is_no_event() -> None:
    """Neither are the other names that clients may not use."""
    names = ("connect", "disconnect", "connect_error", "*", "ev")
    text = module(document({f"m{n}": {"name": name} for n, name in enumerate(names)}))
    for interface in ("ClientToServerEvents", "ServerToClientEvents"):
        assert declared(text, interface) == "{ ev: (...args: unknown[]) => void; }"


def test_auth() -> None:
    """A definition, by its own or another name; maybe left out, or missing from the document."""
    user = {"$ref": "#/components/schemas/user"}
    text = module(document({"connect": {"payload": user}}, {"user": one(TEXT)}))
    assert declared(text, "ConnectAuth") == "User"
    assert declared(module(document({"connect": {"payload": False}})), "ConnectAuth") == "undefined"
    assert declared(module(document({"connect": {}})), "ConnectAuth") == "unknown"
    text = module(document({"connect": {"payload": one(TEXT)}}))
    assert declared(text, "ConnectAuth") == "{ v: string; }"
    assert "auth: ConnectAuth;" in text
    text = module(document({"connect": {"payload": {"type": ["object", "null"]}}}))
    assert "auth: ConnectAuth | undefined;" in text
    assert declared(text, "ConnectAuth") == "{ [key: string]: unknown } | null"
    text = module(document({"a": {}}))
    assert "auth: unknown;" in text
    assert "ConnectAuth" not in text


def test_namespaces() -> None:
    """The main one has the plain names; parameters are templates, or the values that they have."""
    found = document(
        {"ev": {"payload": TEXT}},
        main="/",
        admin="/admin",
        room="/rooms/{kind}/{id}",
        last="/rooms",
    )
    found["channels"]["room"]["parameters"] = {"kind": {"enum": ["a", "`${x}"]}, "id": {}}
    text = module(found)
    names = re.findall(r"^export interface (\w+)ServerToClientEvents", text, re.MULTILINE)
    assert names == ["Admin", "Rooms", "Rooms2"]
    assert "export interface ServerToClientEvents" in text
    assert re.findall(r"^    namespace: (.*);$", text, re.MULTILINE) == [
        '"/"',
        '"/admin"',
        "`/rooms/a/${string}` | `/rooms/\\`\\${x}/${string}`",
        '"/rooms"',
    ]
    alone = module(document({"ev": {}}, admin="/admin"))
    assert "export interface ServerToClientEvents" in alone
    found["channels"]["room"]["parameters"]["kind"] = {"enum": [str(n) for n in range(101)]}
    assert "namespace: `/rooms/${string}/${string}`;" in module(found)


def test_names_never_collide() -> None:
    """Of definitions, of the namespaces' interfaces and of what TypeScript brings along."""
    names = ("Namespaces", "server to client events", "AdminServerToClientEvents", "Uint8Array")
    text = module(document({"ev": {}}, dict.fromkeys(names, TEXT), root="/", admin="/admin"))
    found = re.findall(r"^export \w+ (\w+)", text, re.MULTILINE)
    assert len({name.casefold() for name in found}) == len(found)
    assert {"Namespaces2", "ServerToClientEvents2", "AdminServerToClientEvents2"} <= set(found)


def test_there_is_no_any() -> None:
    """What may be anything is unknown."""
    found = [module(ROOT / "tests" / "types" / "chat.yml"), module(document({"ev": {"x-ack": {}}}))]
    assert not any(
        re.search(r"\bany\b", re.sub(r"/\*.*?\*/", "", t, flags=re.DOTALL)) for t in found
    )


def test_the_same_document_gives_the_same_bytes() -> None:
    """In any process, whatever its hash seed."""
    program = (
        "import sys; from asyncapi_guard.codegen.catalogue import read_catalogue;"
        "from asyncapi_guard.codegen.typescript import RESERVED, typescript;"
        "from asyncapi_guard.spec.loader import open_documents;"
        "c = read_catalogue(open_documents(sys.argv[1]), reserved=RESERVED);"
        "sys.stdout.write(typescript(c, ['Header.']))"
    )
    spec = ROOT / "tests" / "types" / "chat.yml"
    found = {
        subprocess.run(
            [sys.executable, "-c", program, spec],
            env={**os.environ, "PYTHONHASHSEED": seed},
            capture_output=True,
            encoding="utf-8",
            check=True,
        ).stdout
        for seed in ("0", "1", "2")
    }
    assert found == {module(spec)}


def test_an_empty_document() -> None:
    """There is nothing in it, and it is a module."""
    text = module({"asyncapi": "3.1.0", "info": {"title": "T", "version": "1"}})
    assert text == (
        "// Header.\n\n/** The events of each namespace, by its address. */\n"
        "export interface Namespaces {}\n"
    )
