"""Locations: whether there can be something where a runtime expression leads."""

# ruff: noqa: E501  # the cases are tables, one to a line
from __future__ import annotations

import pytest

CLOSED = "type: object, properties: {id: {type: string}, user: {type: object, properties: {name: {type: string}}}}, additionalProperties: false"
MORE = f"""\
x-closed: {{{CLOSED}}}
x-round: {{anyOf: [{{$ref: '#/x-round'}}, {{properties: {{next: {{$ref: '#/x-round'}}}}, additionalProperties: false}}]}}
"""
NEW = "schemaFormat: 'application/schema+json;version=2020-12'"


def locations(folder, text):
    """The pointers and messages of the findings about locations."""
    found = folder.findings(f"{text}\n{MORE}")
    return [(f.pointer, f.message) for f in found if f.code == "location-property"]


@pytest.mark.parametrize(
    ("schema", "pointer", "advice"),
    [
        # closed, or of a type that has none
        (CLOSED, "/usr/name", "the payload can't have 'usr' there; did you mean 'user'?"), (CLOSED, "/user/id/x", ""), (CLOSED, "/id/x", "has type string where 'x' is expected"),
        ("$ref: '#/x-closed'", "/nick", "can't have 'nick'"), ("allOf: [{$ref: '#/x-closed'}, {required: [id]}]", "/nick", "can't have 'nick'"),
        (f"oneOf: [{{{CLOSED}}}, {{type: string}}]", "/nick", "can't have 'nick'"), (f"anyOf: [{{{CLOSED}}}, {{properties: {{nick: {{}}}}}}]", "/nick", ""),
        (f"oneOf: [{{{CLOSED}}}, {{}}]", "/nick", ""), ("type: string", "/id", "has type string where 'id' is expected"), ("type: [string, 'null']", "/id", "string or null"),
        ("type: [string, object]", "/id", ""), ("type: array, items: {type: object}", "/id", "has type array"), ("type: array, items: {type: object}", "/0/id", ""),
        ("type: array, items: {type: string}", "/0/id", "has type string"), (f"type: array, items: [{{{CLOSED}}}]", "/0/nick", "can't have 'nick'"), (f"type: array, items: [{{{CLOSED}}}]", "/1/nick", ""),
        ("type: array, maxItems: 2", "/2", "can't have '2'"), ("type: array, maxItems: 2", "/1", ""), ("properties: {id: false}", "/id", "can't have 'id'"),
        ("additionalProperties: {type: string}", "/a/b", "has type string"), ("additionalProperties: {type: string}", "/a", ""),
        # open, or not understood
        (CLOSED, "/id", ""), (CLOSED, "/user/name", ""), (CLOSED, "/user/age", ""), (CLOSED, "", ""), ("properties: {id: {}}", "/nick", ""),
        ("patternProperties: {'^n': {}}, additionalProperties: false", "/nick", ""), ("$ref: '#/x-round'", "/nick", ""), (f"{NEW}, schema: {{$id: 'https://example.com/a', {CLOSED}}}", "/nick", ""),
        (f"{NEW}, schema: {{properties: {{id: {{}}}}, unevaluatedProperties: false}}", "/nick", "can't have 'nick'"), (f"{NEW}, schema: {{$ref: '#/x-closed', properties: {{nick: {{}}}}}}", "/nick", "can't have"),
        (f"{NEW}, schema: {{allOf: [{{properties: {{nick: {{}}}}}}], unevaluatedProperties: false}}", "/nick", ""), (f"{NEW}, schema: {{prefixItems: [{{type: string}}], type: array}}", "/0/a", "has type string"),
        ("schemaFormat: 'application/vnd.apache.avro;version=1.9.0', schema: {type: record, name: R, fields: []}", "/nick", ""),
        ("properties: {'a/b': {type: object, additionalProperties: false}}", "/a~1b/c", "can't have 'c'"),
    ],
)  # fmt: skip
def test_what_schemas_can_have(folder, schema, pointer, advice):
    """Only where the schema excludes it, a location leads to nothing."""
    text = f"components: {{messages: {{m: {{correlationId: {{location: '$message.payload#{pointer}'}}, payload: {{{schema}}}}}}}}}"
    found = locations(folder, text)
    assert [pointer for pointer, _ in found] == (
        ["/components/messages/m/correlationId/location"] if advice else []
    )
    assert all(advice in message for _, message in found)


TWO = "messages: {a: {payload: {$ref: '#/x-closed'}}, b: {payload: {<>}}}"
ROOM = f"channels: {{c: {{address: '/{{room}}', parameters: {{room: {{location: $message.payload#/room}}}}, {TWO}}}}}"
REPLY = f"channels: {{c: {{address: /, {TWO}}}, d: {{address: null}}}}\noperations: {{o: {{action: receive, channel: {{$ref: '#/channels/c'}}, reply: {{channel: {{$ref: '#/channels/d'}}, address: {{location: $message.payload#/to}}}}}}}}"


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        (ROOM.replace("<>", "type: string"), "/channels/c/parameters/room/location"), (ROOM.replace("<>", "properties: {room: {}}"), ""), (ROOM.replace("<>", "$ref: '#/x-closed'"), "/channels/c/parameters/room/location"),
        ("channels: {c: {address: '/{room}', parameters: {room: {location: $message.payload#/room}}}}", ""),
        (REPLY.replace("<>", "type: string"), "/operations/o/reply/address/location"), (REPLY.replace("<>", "properties: {to: {}}"), ""),
        # one that it lists, and not the channel's others
        (REPLY.replace("<>", "type: object").replace("{action: receive", "{messages: [{$ref: '#/channels/c/messages/a'}], action: receive"), "/operations/o/reply/address/location"),
        (REPLY.replace("<>", "type: object").replace("{action: receive", "{messages: [{$ref: '#/channels/c/messages/b'}], action: receive"), ""),
        # headers, behind references, and from traits
        ("components: {messages: {m: {correlationId: {$ref: '#/components/correlationIds/c'}, headers: {$ref: '#/x-closed'}}}, correlationIds: {c: {location: $message.header#/cid}}}", "/components/messages/m/correlationId"),
        ("components: {messages: {m: {correlationId: {location: $message.header#/cid}}}}", ""),
        ("components: {messages: {m: {correlationId: {location: $message.header#/cid}, traits: [{headers: {$ref: '#/x-closed'}}]}}}", "/components/messages/m/correlationId/location"),
        ("components: {messages: {m: {correlationId: {location: $message.header#/id}, traits: [{headers: {$ref: '#/x-closed'}}]}}}", ""),
    ],
)  # fmt: skip
def test_where_locations_stand(folder, text, expected):
    """Correlation ids of a message, parameters of a channel, reply addresses of an operation."""
    assert [pointer for pointer, _ in locations(folder, text)] == ([expected] if expected else [])


def test_an_expression_that_is_none_is_one_fault(folder):
    """What has no form leads nowhere, and nothing else is said of it."""
    text = f"components: {{messages: {{m: {{correlationId: {{location: '$message.payload#ident'}}, payload: {{{CLOSED}}}}}}}}}"
    assert folder.found(text) == [("bad-format", "/components/messages/m/correlationId/location")]
