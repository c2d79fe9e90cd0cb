"""What the fields of the specification mean, in one sentence each."""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from asyncapi_guard.lsp.grammar_places import Kind

__all__ = ["field_text"]

_PROSE = {
    "title": "A short name, for people.",
    "summary": "One line about it, for people.",
    "description": "A longer text about it, for people; CommonMark is allowed.",
    "tags": "Labels that group what belongs together.",
    "externalDocs": "A link to more documentation.",
    "bindings": "Details for single protocols; none of them is for Socket.IO.",
    "$ref": "A reference: the place that it names counts in its stead.",
}
_FIELDS = {
    "AsyncAPI": {
        "asyncapi": "The version of the AsyncAPI specification that the document follows.",
        "id": "A URI that identifies the application.",
        "info": "The name of the API, its version, and whom to ask.",
        "servers": "Where clients connect.",
        "defaultContentType": "The media type of payloads whose message names none.",
        "channels": "The namespaces of the server, and the messages that travel in them.",
        "operations": "Which events the application sends and receives.",
        "components": "Objects for references; only what is referred to has an effect.",
    },
    "Info": {
        "version": "The version of your API, not of the specification.",
        "termsOfService": "The URL of the terms under which people can use the API.",
        "contact": "Whom to ask about the API.",
        "license": "The license of the API.",
    },
    "Contact": {
        "name": "The name of the person or the organization.",
        "url": "A page about the contact.",
        "email": "The contact's email address.",
    },
    "License": {"name": "The name of the license.", "url": "The text of the license."},
    "Server": {
        "host": "The host and, after a colon, the port that clients connect to.",
        "protocol": "How clients talk to the server; `socketio`, `ws` and `wss` are for Socket.IO.",
        "protocolVersion": "The version of that protocol.",
        "pathname": "The path of the URL that clients connect to.",
        "variables": "Values for the `{names}` in `host` and `pathname`.",
        "security": "Ways to authenticate; a client must satisfy one of them to connect.",
    },
    "ServerVariable": {
        "enum": "The values that the variable can have.",
        "default": "The value that is used when none is given.",
        "examples": "Values as examples.",
    },
    "Channel": {
        "address": "The namespace that clients connect to; it begins with `/`.",
        "messages": "The messages that can travel in the namespace; the key is the event's name "
        "unless the message has a `name`.",
        "servers": "The servers that have the channel; all of them if it is absent.",
        "parameters": "Details about the `{names}` in the address.",
    },
    "Operation": {
        "action": "`receive`: clients send the events to the application. `send`: the application "
        "sends them.",
        "channel": "The channel, and so the namespace, of the operation's events.",
        "security": "Ways to authenticate; a client must satisfy one of them to send the events.",
        "traits": "Fields that several operations share; the operation's own fields win.",
        "messages": "The messages of the channel that the operation has; all of them if absent.",
        "reply": "The answer to the events; it describes the ack if no operation has its messages.",
        "x-guard": "How the guard handles violations of this operation.",
    },
    "Reply": {
        "address": "Where answers go, if the event itself says so.",
        "channel": "The channel of the answer.",
        "messages": "The messages that can be the answer.",
    },
    "ReplyAddress": {"location": "A runtime expression: where in an event the address is."},
    "Parameter": {
        "enum": "The values that the parameter can have; other namespaces are rejected.",
        "default": "The value that is used when none is given.",
        "examples": "Values as examples.",
        "location": "A runtime expression: where in a message the value is.",
    },
    "Message": {
        "headers": "A schema of the message's headers; Socket.IO events have none.",
        "payload": "A schema of the event's arguments: positional `items` for several, "
        "`type: 'null'` for none.",
        "correlationId": "Where the identifier is that links messages to each other.",
        "contentType": "The media type of the payload.",
        "name": "The name of the event, instead of the message's key.",
        "deprecated": "Clients and servers should stop using the message.",
        "examples": "Examples of the message; `validate` checks them.",
        "traits": "Fields that several messages share; the message's own fields win.",
        "x-ack": "A schema of the acknowledgement's arguments, or `{args, required, timeout}`.",
        "x-guard": "How the guard handles violations of this message, and its part in identity.",
    },
    "MessageExample": {
        "headers": "Example headers.",
        "payload": "Example arguments.",
        "name": "A name for the example.",
    },
    "Tag": {"name": "The label."},
    "ExternalDocs": {"url": "Where the documentation is."},
    "CorrelationId": {"location": "A runtime expression: where in a message the identifier is."},
    "Components": {
        "schemas": "Schemas, for payloads, acks and other schemas.",
        "servers": "Servers, for `servers`.",
        "channels": "Channels, for `channels`.",
        "operations": "Operations, for `operations`.",
        "messages": "Messages, for the `messages` of channels.",
        "securitySchemes": "Ways to authenticate, for `security`.",
        "serverVariables": "Variables of servers.",
        "parameters": "Parameters of addresses.",
        "correlationIds": "Places of identifiers.",
        "replies": "Replies of operations.",
        "replyAddresses": "Addresses of replies.",
        "operationTraits": "Fields that several operations share.",
        "messageTraits": "Fields that several messages share.",
        "serverBindings": "Bindings of servers.",
        "channelBindings": "Bindings of channels.",
        "operationBindings": "Bindings of operations.",
        "messageBindings": "Bindings of messages.",
    },
    "SecurityScheme": {
        "type": "How clients authenticate.",
        "name": "The name of the header, query parameter or cookie that holds the key.",
        "in": "Where the key is.",
        "scheme": "The scheme of the `Authorization` header, such as `bearer` or `basic`.",
        "bearerFormat": "A hint about the format of the token, such as `JWT`.",
        "flows": "The OAuth 2 flows by which clients get tokens.",
        "openIdConnectUrl": "Where the OpenID Connect configuration is.",
        "scopes": "The scopes that a token must have.",
    },
    "OAuthFlows": {
        "implicit": "The implicit flow.",
        "password": "The resource owner password flow.",
        "clientCredentials": "The client credentials flow.",
        "authorizationCode": "The authorization code flow.",
    },
    "OAuthFlow": {
        "refreshUrl": "Where clients refresh a token.",
        "availableScopes": "The scopes of the flow, each with a description.",
        "authorizationUrl": "Where people authorize a client.",
        "tokenUrl": "Where clients get a token.",
    },
    "Guard": {
        "mode": "`enforce` rejects violations, `report` lets them through and reports them, `off` "
        "does not validate.",
    },
    "MessageGuard": {
        "mode": "`enforce` rejects violations, `report` lets them through and reports them, `off` "
        "does not validate.",
        "reauthenticate": "Clients renew their identity with this event.",
        "expired": "The server sends this event when a client's identity has expired.",
    },
    "Ack": {
        "args": "A schema of the acknowledgement's arguments; `false` for no acknowledgement.",
        "required": "Whether a sender must ask for the acknowledgement.",
        "timeout": "Within how many seconds the acknowledgement must come.",
    },
    "MultiFormatSchema": {
        "schemaFormat": "The schema language, and its version.",
        "schema": "The schema in that language.",
    },
    "Schema": {
        "$id": "The URI of the schema, to which its references are relative.",
        "$schema": "The dialect of JSON Schema.",
        "$comment": "A note for authors of the schema.",
        "$defs": "Schemas for references.",
        "definitions": "Schemas for references.",
        "type": "The type, or the types, that the value can have.",
        "enum": "The values that are allowed.",
        "const": "The only value that is allowed.",
        "default": "The value that stands for an absent one; the guard does not insert it.",
        "examples": "Example values; `validate` checks them.",
        "deprecated": "Clients and servers should stop using the value.",
        "readOnly": "The value is for reading only.",
        "writeOnly": "The value is for writing only.",
        "properties": "Schemas of the object's properties, by name.",
        "patternProperties": "Schemas of the properties whose names match a regular expression.",
        "additionalProperties": "A schema of all other properties; `false` allows none.",
        "unevaluatedProperties": "A schema of the properties that no other keyword has looked at.",
        "propertyNames": "A schema of the names of the properties.",
        "required": "The properties that the object must have.",
        "minProperties": "The least number of properties.",
        "maxProperties": "The greatest number of properties.",
        "dependencies": "Requirements for an object that has a certain property.",
        "dependentRequired": "The properties that an object must have when it has another one.",
        "dependentSchemas": "Schemas of an object that has a property.",
        "items": "A schema of each item; as a list, a schema for each position.",
        "prefixItems": "A schema for each position.",
        "additionalItems": "A schema of the items behind those with a position.",
        "unevaluatedItems": "A schema of the items that no other keyword has looked at.",
        "contains": "A schema that some item must satisfy.",
        "minContains": "How many items must satisfy `contains` at least.",
        "maxContains": "How many items can satisfy `contains` at most.",
        "minItems": "The least number of items.",
        "maxItems": "The greatest number of items.",
        "uniqueItems": "No two items can be equal.",
        "minLength": "The least number of characters.",
        "maxLength": "The greatest number of characters.",
        "pattern": "A regular expression that must match somewhere in the text.",
        "format": "A named form of the text or the number, such as `date-time` or `int32`.",
        "contentEncoding": "How the text encodes bytes.",
        "contentMediaType": "The media type of what the text holds.",
        "minimum": "The least number.",
        "maximum": "The greatest number.",
        "exclusiveMinimum": "The number must be greater.",
        "exclusiveMaximum": "The number must be less.",
        "multipleOf": "The number must be a multiple.",
        "allOf": "Schemas that the value must all satisfy.",
        "anyOf": "Schemas of which the value must satisfy one or more.",
        "oneOf": "Schemas of which the value must satisfy exactly one.",
        "not": "A schema that the value must not satisfy.",
        "if": "A schema that decides between `then` and `else`.",
        "then": "The schema of values that satisfy `if`.",
        "else": "The schema of values that do not satisfy `if`.",
        "discriminator": "The property that tells alternatives apart.",
        "nullable": "Whether `null` is also allowed.",
    },
}
#: Objects with the same fields.
_AS = {"MessageTrait": "Message", "OperationTrait": "Operation", "ObjectSchema": "Schema"}


def field_text(kind: Kind) -> str:
    """What a field means; empty for what is no field of the specification."""
    owner = kind.owner.partition(" ")[0]
    owner = _AS.get(owner, owner)
    known = _FIELDS.get(owner)
    text = (known or {}).get(kind.field) or _PROSE.get(kind.field, "")
    if not text and known is None and kind.field:
        return f"A field of the {kind.owner} object; the guard does not read it."
    return text
