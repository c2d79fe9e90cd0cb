"""What people write by hand who take Socket.IO, AsyncAPI or JSON Schema for something else.

Each mistake is one finding, at its line, that says what to write.
"""

# ruff: noqa: E501  # the cases are tables, one to a line
from __future__ import annotations

import pytest

from asyncapi_guard.errors import SpecError
from asyncapi_guard.lint import lint
from asyncapi_guard.spec import load

GOOD = """\
asyncapi: 3.1.0
info: {title: Library, version: 1.2.0}
servers:
  main:
    host: books.example.com
    protocol: wss
channels:
  desk:
    address: /desk
    messages:
      lendBook:
        name: lend_book
        payload:
          type: object
          required: [book, days]
          properties:
            book: {type: string, maxLength: 40}
            days: {type: integer, minimum: 1}
        x-ack: {type: boolean}
      return:
        payload: {$ref: '#/components/schemas/Copy'}
      search:
        payload:
          type: array
          items:
            - {type: string, maxLength: 20}
            - {type: integer}
          additionalItems: false
      leave: {payload: {type: 'null'}}
      overdue: {payload: {type: string}}
operations:
  atDesk:
    action: receive
    channel: {$ref: '#/channels/desk'}
    messages:
      - {$ref: '#/channels/desk/messages/lendBook'}
      - {$ref: '#/channels/desk/messages/return'}
      - {$ref: '#/channels/desk/messages/search'}
      - {$ref: '#/channels/desk/messages/leave'}
  fromDesk:
    action: send
    channel: {$ref: '#/channels/desk'}
    messages: [{$ref: '#/channels/desk/messages/overdue'}]
components:
  schemas:
    Copy:
      type: object
      required: [book]
      properties:
        book: {type: string}
        shelf: {type: string}
"""


def written(*replaced):
    """The document with texts replaced by others; each stands in it once."""
    text = GOOD
    for old, new in replaced:
        assert text.count(old) == 1, old
        text = text.replace(old, new)
    return text


def test_the_document_without_mistakes(folder):
    """Nothing is found in it, so that whatever is found is about the mistake."""
    assert lint(folder.write("asyncapi.yml", GOOD)) == ()


def renamed(old, new):
    """A message under another key."""
    return [
        (f"      {old}: {{payload", f"      {new}: {{payload"),
        (f"messages/{old}'", f"messages/{new}'"),
    ]


def shelf(schema):
    """Another schema of a property."""
    return [("        shelf: {type: string}\n", f"        shelf: {schema}\n")]


LEAVE = "      leave: {payload: {type: 'null'}}\n"
NAME = "        name: lend_book\n"
ACK = "        x-ack: {type: boolean}\n"
ADDRESS = "    address: /desk\n"
AT_DESK = "  atDesk:\n    action: receive\n"
COPY = "payload: {$ref: '#/components/schemas/Copy'}"
TO_MESSAGE = "messages/leave'", "messages/message'"
KINDS = (
    "      message:\n        payload: {type: object, properties: {type: {enum: [enter, leave]}}}\n"
)
EVENTS = "      message:\n        payload:\n          oneOf:\n            - {properties: {event: {const: enter}}}\n            - {properties: {event: {const: leave}}}\n"

#: What is replaced by what, a text of the line of the finding, its code, and what it advises.
SOCKETIO = {
    # events
    "error as what arrives": (renamed("leave", "error"), "error: {pay", "websocket-event", "write action: send if your server emits it"),
    "a function's name": (renamed("leave", "onConnect"), "onConnect:", "websocket-event", "is the name of a function, not of an event"),
    "a function's name, with an underscore": (renamed("leave", "on_disconnect"), "on_disconnect:", "websocket-event", "name a received message 'connect' or 'disconnect'"),
    "disconnection": (renamed("leave", "disconnection"), "disconnection:", "websocket-event", "name it 'disconnect'"),
    "one message with a type": ([(LEAVE, KINDS), TO_MESSAGE], "      message:", "websocket-event", "write messages: {enter: …, leave: …}"),
    "one message with alternatives": ([(LEAVE, EVENTS), TO_MESSAGE], "      message:", "websocket-event", "write messages: {enter: …, leave: …}"),
    "the namespace in a name": ([(NAME, "        name: /desk/lend_book\n")], "name: /desk/lend", "event-name", "write 'lend_book'"),
    "a pattern as a name": ([(NAME, "        name: 'lend:*'\n")], "lend:*", "event-name", "name each event"),
    "a parameter in a name": ([(NAME, "        name: 'lend:{book}'\n")], "lend:{book}", "event-name", "put the varying part into the payload"),
    "an f-string as a name": ([(NAME, "        name: 'lend:${book}'\n")], "lend:${book}", "event-name", "put the varying part into the payload"),
    "several names": ([(NAME, "        name: lend_book, lendBook\n")], "name: lend_book, ", "event-name", "write a message for each event"),
    "a call as a name": ([(NAME, "        name: lend_book()\n")], "name: lend_book()", "event-name", "write 'lend_book'"),
    "quotes within quotes": ([(NAME, "        name: \"'lend_book'\"\n")], "name: \"'", "event-name", "write lend_book with one pair"),
    "a blank behind a name": ([(NAME, "        name: 'lend_book '\n")], "name: 'lend_book '", "event-name", "write 'lend_book'"),
    "an empty name": ([(NAME, "        name: ''\n")], "name: ''", "event-name", "write the name that clients emit"),
    "the event among the arguments": ([("            - {type: string, maxLength: 20}\n", "            - {const: search}\n")], "const: search", "event-as-argument", "remove it from the items"),
    # actions of a client
    "on, where the server sends": ([("  fromDesk:\n", "  onOverdue:\n")], "action: send", "client-action", "write action: receive, or rename it"),
    "receive, where the server sends": ([("  fromDesk:\n", "  receiveOverdue:\n")], "action: send", "client-action", "write action: receive"),
    "subscribe, where the server sends": ([("  fromDesk:\n", "  subscribeToOverdue:\n")], "action: send", "client-action", "write action: receive"),
    "emit, where the server receives": ([("  atDesk:\n", "  emitLend:\n")], "action: receive", "client-action", "write action: send"),
    "send, where the server receives": ([("  atDesk:\n", "  send_lend:\n")], "action: receive", "client-action", "write action: send"),
    "both exchanged": ([("  atDesk:\n", "  sendLend:\n"), ("  fromDesk:\n", "  onOverdue:\n")], "action: receive", "client-action", "'sendLend', and 1 more,"),
    "sent by the client": ([("  fromDesk:\n", "  fromDesk:\n    summary: Sent by the client when a book is late\n")], "action: send", "client-action", "write action: receive"),
    "sent by the server": ([("  atDesk:\n", "  atDesk:\n    description: The server emits these to everybody\n")], "action: receive", "client-action", "write action: send"),
    # rooms
    "a room in braces": ([(ADDRESS, "    address: /rooms/{room}\n    parameters: {room: {}}\n")], "address: /rooms", "room-address", "move the events to the namespace's channel"),
    "a room's id": ([(ADDRESS, "    address: /desk/{roomId}\n    parameters: {roomId: {}}\n")], "address: /desk/{", "room-address", "move the events to the namespace's channel"),
    "a room with a dash": ([(ADDRESS, "    address: /room-{id}\n    parameters: {id: {}}\n")], "address: /room-", "room-address", "such as address: /"),
    "rooms of a channel": ([(ADDRESS, f"{ADDRESS}    rooms: [a, b]\n")], "rooms: [", "unknown-field", "rooms and broadcasts"),
    "the room of a message": ([(NAME, f"{NAME}        room: lobby\n")], "room: lobby", "unknown-field", "rooms and broadcasts"),
    "the room of an operation": ([("  fromDesk:\n", "  fromDesk:\n    room: lobby\n")], "room: lobby", "unknown-field", "rooms and broadcasts"),
    "broadcast": ([("  fromDesk:\n", "  fromDesk:\n    broadcast: true\n")], "broadcast:", "unknown-field", "remove it"),
    "rooms of the document": ([("servers:\n", "rooms: {lobby: {}}\nservers:\n")], "rooms:", "unknown-field", "rooms and broadcasts"),
    # acks
    "ack as an event": (renamed("overdue", "ack"), "      ack:", "ack-event", "as 'x-ack' of the message that is acknowledged"),
    "ok as an event": (renamed("overdue", "leave_ok"), "      leave_ok:", "ack-event", "as 'x-ack' of message 'leave'"),
    "a callback as an event": (renamed("overdue", "leaveCallback"), "      leaveCallback:", "ack-event", "as 'x-ack' of message 'leave'"),
    "an ack that is nothing": ([(ACK, "        x-ack:\n")], "x-ack:", "ack-schema", "for no arguments, write x-ack: {type: 'null'}"),
    "an ack with a payload": ([(ACK, "        x-ack: {payload: {type: boolean}}\n")], "x-ack: {payload", "ack-schema", "write the schema itself instead"),
    "an ack of properties": ([(ACK, "        x-ack: {ok: {type: boolean}, error: {type: string}}\n")], "x-ack: {ok", "ack-schema", "write x-ack: {type: object, properties: {ok: ...}}"),
    "acknowledgement": ([(ACK, "        acknowledgement: {type: boolean}\n")], "acknowledgement:", "unknown-field", "write 'x-ack' on the message"),
    "the ack of an operation": ([(AT_DESK, f"{AT_DESK}    ack: {{type: boolean}}\n")], "    ack: {", "unknown-field", "write 'x-ack' on the message"),
    "a mode by itself": ([(NAME, f"{NAME}        x-guard: report\n")], "x-guard: report", "wrong-type", "write x-guard: {mode: report}"),
    "a guard that is false": ([(NAME, f"{NAME}        x-guard: false\n")], "x-guard: false", "wrong-type", "write x-guard: {mode: 'off'}"),
    "a mode that is false": ([(NAME, f"{NAME}        x-guard: {{mode: false}}\n")], "mode: false", "wrong-type", "write mode: 'off'"),
    "a mode that is on": ([(NAME, f"{NAME}        x-guard: {{mode: on}}\n")], "mode: on", "bad-value", "write mode: enforce"),
    "a mode by another name": ([(NAME, f"{NAME}        x-guard: {{mode: warn}}\n")], "mode: warn", "bad-value", "write mode: report"),
    "a guard that is enabled": ([(NAME, f"{NAME}        x-guard: {{enabled: false}}\n")], "enabled:", "unknown-field", "write mode: enforce, mode: report"),
    "an ack that says yes": ([(ACK, "        x-ack: yes\n")], "x-ack: yes", "ack-schema", "write the schema of the ack"),
    # namespaces
    "the namespace of a server": ([("    protocol: wss\n", "    protocol: wss\n    namespace: /desk\n")], "namespace: /desk", "unknown-field", "is the 'address' of a channel"),
    "the path of requests": ([(ADDRESS, "    address: /socket.io/\n")], "address: /socket.io/", "odd-namespace", "write address: /, and the path as 'pathname' of a server"),
    "a slash behind a namespace": ([(ADDRESS, "    address: /desk/\n")], "address: /desk/", "odd-namespace", "not the namespace '/desk'"),
    "all namespaces": ([(ADDRESS, "    address: '/*'\n")], "address: '/*'", "odd-namespace", "write a channel for each namespace"),
    "all namespaces, without a slash": ([(ADDRESS, "    address: '*'\n")], "address: '*'", "namespace-slash", "write a channel for each namespace"),
    "a blank in a namespace": ([(ADDRESS, "    address: '/desk '\n")], "address: '/desk '", "odd-namespace", "write '/desk'"),
    "the key as address": ([("  desk:\n" + ADDRESS, "  /desk:\n")], "  /desk:", "missing-namespace", "write desk: {address: /desk}"),
    "a parameter of Flask": ([(ADDRESS, "    address: /desk/<int:id>\n")], "<int:id>", "address-expression", "write '/desk/{id}', and 'parameters'"),
    "a parameter of Flask, declared": ([(ADDRESS, "    address: /desk/<id>\n    parameters: {id: {}}\n")], "parameters: {id", "address-parameters", "write '/desk/{id}'"),
    "a parameter of Express": ([(ADDRESS, "    address: /desk/:id\n")], "/desk/:id", "address-expression", "write '/desk/{id}', and 'parameters'"),
    "a parameter of JavaScript": ([(ADDRESS, "    address: '/desk/${id}'\n    parameters: {id: {}}\n")], "${id}", "address-expression", "write '/desk/{id}'"),
    "websocket as protocol": ([("    protocol: wss", "    protocol: websocket")], "protocol: websocket", "server-protocol", "write wss, or ws without TLS"),
    "Socket.IO's version as protocol": ([("    protocol: wss", "    protocol: socket.io v4")], "protocol: socket", "server-protocol", "write socketio, and the version as 'protocolVersion'"),
}  # fmt: skip

ASYNCAPI = {
    "servers as a text": ([("servers:\n  main:\n    host: books.example.com\n    protocol: wss\n", "servers: wss://books.example.com\n")], "servers: wss", "wrong-type", "servers: {main: {host: 'books.example.com', protocol: wss}}"),
    "URLs as servers": ([("  main:\n    host: books.example.com\n    protocol: wss\n", "  - wss://books.example.com\n")], "- wss", "wrong-type", "servers: {main: {host: 'books.example.com', protocol: wss}}"),
    "auth of a server": ([("    protocol: wss\n", "    protocol: wss\n    auth: bearer\n")], "auth:", "unknown-field", "write security: [{$ref:"),
    "a port in words": ([("host: books.example.com", "host: 'books.example.com:port'")], "host: 'books", "server-host", "a port in digits"),
    "a description behind #": ([(NAME, f"{NAME}        description: # Lends a book\n")], "description:", "wrong-type", "write a value"),
    "a reference in a reference": ([("[{$ref: '#/channels/desk/messages/overdue'}]", "[{$ref: {$ref: '#/channels/desk/messages/overdue'}}]")], "messages: [", "reference-required", "write the reference itself: {$ref: '#/channels/desk/messages/overdue'}"),
    "a name around a reference": ([("[{$ref: '#/channels/desk/messages/overdue'}]", "[{overdue: {$ref: '#/channels/desk/messages/overdue'}}]")], "messages: [", "reference-required", "write the reference itself"),
    "a reference without messages": ([("[{$ref: '#/channels/desk/messages/overdue'}]", "[{$ref: '#/channels/desk/overdue'}]")], "messages: [", "unresolvable-reference", "did you mean '#/channels/desk/messages/overdue'?"),
    "the name of a message as a reference": ([("[{$ref: '#/channels/desk/messages/overdue'}]", "[{$ref: overdue}]")], "messages: [", "unresolvable-reference", "did you mean '#/channels/desk/messages/overdue'?"),
    "the payload of a message as the message": ([("[{$ref: '#/channels/desk/messages/overdue'}]", "[{$ref: '#/channels/desk/messages/overdue/payload'}]")], "messages: [", "wrong-kind", "refer to the message: '#/channels/desk/messages/overdue'"),
    "a server as a text": ([("  main:\n    host: books.example.com\n    protocol: wss\n", "  main: wss://books.example.com\n")], "main: wss", "wrong-type", "write main: {host: 'books.example.com', protocol: wss}"),
    "a channel as a text": ([("  desk:\n" + GOOD[GOOD.index(ADDRESS) : GOOD.index("operations:\n")], "  desk: /desk\n"), (GOOD[GOOD.index("operations:\n") :], "")], "desk: /desk", "wrong-type", "write desk: {address: /desk}"),
    "a message as a type": ([("      overdue: {payload: {type: string}}", "      overdue: string")], "overdue: string", "wrong-type", "write overdue: {payload: {type: string}}"),
    "a message that is nothing": ([("      overdue: {payload: {type: string}}", "      overdue:")], "overdue:", "wrong-type", "write overdue: {payload: {type: 'null'}} if it has no arguments"),
    "a parameter that is nothing": ([(ADDRESS, "    address: /desk/{id}\n    parameters:\n      id:\n")], "      id:", "wrong-type", "or write id: {}"),
    "a parameter as a type": ([(ADDRESS, "    address: /desk/{id}\n    parameters: {id: string}\n")], "id: string", "wrong-type", "write id: {}"),
    "numbers of a parameter": ([(ADDRESS, "    address: /desk/{id}\n    parameters: {id: {enum: [1, 2]}}\n")], "enum: [1", "wrong-type", "put it in quotes"),
    "info as a text": ([("info: {title: Library, version: 1.2.0}", "info: Library")], "info: Library", "wrong-type", "write info: {title: Library, version: 1.0.0}"),
    "no title": ([("title: Library, ", "")], "info:", "missing-field", "such as title: Chat"),
    "a contact as an address": ([("version: 1.2.0}", "version: 1.2.0, contact: me@example.com}")], "contact:", "wrong-type", "write contact: {email: me@example.com}"),
    "a location as a text": ([(NAME, f"{NAME}        correlationId: $message.payload#/id\n")], "correlationId", "wrong-type", "write correlationId: {location: '$message.payload#/id'}"),
    "one example": ([(NAME, f"{NAME}        examples: {{payload: {{book: a, days: 1}}}}\n")], "examples:", "wrong-type", "write a list: examples: [{...}]"),
    "bindings as a list": ([(ADDRESS, f"{ADDRESS}    bindings: [ws]\n")], "bindings: [", "wrong-type", "write bindings: {ws: {}}"),
    "a query of properties": ([(ADDRESS, f"{ADDRESS}    bindings: {{ws: {{query: {{token: {{type: string}}}}}}}}\n")], "query:", "binding-schema", "write query: {type: object, properties: {token: ...}}"),
    "variables as a list": ([("    host: books.example.com", "    host: '{env}.example.com'\n    variables: [{name: env, default: a}]")], "variables: [", "wrong-type", "write a map, each entry below its name: variables: {env: {...}}"),
    "bearer as a type": ([("components:\n", "components:\n  securitySchemes: {s: {type: bearer}}\n"), ("    protocol: wss", "    protocol: wss\n    security: [{$ref: '#/components/securitySchemes/s'}]")], "type: bearer", "bad-value", "write type: http, scheme: bearer"),
    "http without a scheme": ([("components:\n", "components:\n  securitySchemes: {s: {type: http}}\n"), ("    protocol: wss", "    protocol: wss\n    security: [{$ref: '#/components/securitySchemes/s'}]")], "type: http", "missing-field", "write scheme: bearer"),
    "an API key of OpenAPI": ([("components:\n", "components:\n  securitySchemes: {s: {type: apiKey, name: token, in: query}}\n"), ("    protocol: wss", "    protocol: wss\n    security: [{$ref: '#/components/securitySchemes/s'}]")], "type: apiKey", "bad-value", "httpApiKey"),
    "both actions in one text": ([("    action: receive", "    action: send and receive")], "action: send and", "bad-value", "write an operation for each"),
    "no action behind the colon": ([("    action: receive", "    action:")], "action:", "wrong-type", "write action: receive for events that clients emit"),
    "what is received, in a channel": ([(ADDRESS, f"{ADDRESS}    receive: [lendBook]\n")], "receive: [", "unknown-field", "write an operation under 'operations'"),
    "what is emitted, in a channel": ([(ADDRESS, f"{ADDRESS}    emits: [overdue]\n")], "emits: [", "unknown-field", "write an operation under 'operations'"),
    "get in a channel": ([(ADDRESS, f"{ADDRESS}    get: {{responses: {{}}}}\n")], "get:", "unknown-field", "write an operation under 'operations'"),
    "send at the root": ([("operations:\n", "send: {a: {}}\noperations:\n")], "send:", "unknown-field", "write an operation under 'operations'"),
    "webhooks": ([("servers:\n", "webhooks: {}\nservers:\n")], "webhooks:", "unknown-field", "write 'channels'"),
    "external docs at the root": ([("servers:\n", "externalDocs: {url: 'https://example.com'}\nservers:\n")], "externalDocs:", "unknown-field", "move it to 'info'"),
    "who sends a message": ([(NAME, f"{NAME}        from: client\n")], "from: client", "unknown-field", "operations define who sends a message"),
    "the namespace of a message": ([(NAME, f"{NAME}        namespace: /desk\n")], "namespace:", "unknown-field", "is the 'address' of its channel"),
    "messages of a message": ([("      overdue: {payload: {type: string}}", "      overdue: {oneOf: [{payload: {type: string}}]}")], "oneOf:", "unknown-field", "payload: {oneOf: [...]}"),
    "a message that extends another": ([("      overdue: {payload: {type: string}}", "      overdue: {allOf: [{payload: {type: string}}]}")], "allOf:", "unknown-field", "put fields that messages share in 'traits'"),
    "a field that nobody knows": ([(NAME, f"{NAME}        priority: 1\n")], "priority:", "unknown-field", "name it 'x-priority' if it is your own"),
    "an extension with an underscore": ([("servers:\n", "x_owner: me\nservers:\n")], "x_owner:", "unknown-field", "name it 'x-owner'"),
    "message for messages": ([(ADDRESS + "    messages:\n", ADDRESS + "    message:\n")], "    message:", "unknown-field", "write 'messages'"),
    "definitions in components": ([("  schemas:\n", "  definitions:\n")], "definitions:", "unknown-field", "write 'schemas'"),
    "schemas as a list": ([("    Copy:\n", "    - Copy:\n"), ("      type: object\n      required: [book]\n      properties:\n        book: {type: string}\n        shelf: {type: string}\n", "        type: object\n")], "- Copy", "wrong-type", "each entry below its name"),
    "a channel of components": ([(AT_DESK + "    channel: {$ref: '#/channels/desk'}", AT_DESK + "    channel: {$ref: '#/components/channels/desk'}")], "#/components/channels", "unresolvable-reference", "did you mean '#/channels/desk'?"),
    "an address as a reference": ([(AT_DESK + "    channel: {$ref: '#/channels/desk'}", AT_DESK + "    channel: {$ref: /desk}")], "$ref: /desk", "unresolvable-reference", "write '#/channels/desk'"),
    "an address in a reference": ([(AT_DESK + "    channel: {$ref: '#/channels/desk'}", AT_DESK + "    channel: {$ref: '#/channels//desk'}")], "//desk", "unresolvable-reference", "did you mean '#/channels/desk'?"),
    "backslashes in a reference": ([("'#/components/schemas/Copy'", "'#\\components\\schemas\\Copy'")], "#\\comp", "unresolvable-reference", "write '#/components/schemas/Copy'"),
}  # fmt: skip

SCHEMAS = {
    "a payload by name": ([(COPY, "payload: Copy")], "payload: Copy", "invalid-schema", "write payload: {$ref: '#/components/schemas/Copy'}"),
    "a payload as a pointer": ([(COPY, "payload: '#/components/schemas/Copy'")], "payload: '#", "invalid-schema", "write payload: {$ref: '#/components/schemas/Copy'}"),
    "a payload that is null": ([("leave: {payload: {type: 'null'}}", "leave: {payload: null}")], "leave:", "invalid-schema", "for no arguments, write payload: {type: 'null'}"),
    "a payload that is none": ([("leave: {payload: {type: 'null'}}", "leave: {payload: none}")], "leave:", "invalid-schema", "for no arguments, write payload: {type: 'null'}"),
    "an empty list of arguments": ([("leave: {payload: {type: 'null'}}", "leave: {payload: []}")], "leave:", "invalid-schema", "for no arguments, write payload: {type: 'null'}"),
    "a payload of properties": ([("leave: {payload: {type: 'null'}}", "leave: {payload: {book: {type: string}, days: {type: integer}}}")], "leave:", "unknown-keyword", "write type: object, properties: {book: {type: ...}, ...}"),
    "a payload of names and types": ([("leave: {payload: {type: 'null'}}", "leave: {payload: {book: string, days: int}}")], "leave:", "unknown-keyword", "write type: object, properties: {book:"),
    "an example for a payload": ([("leave: {payload: {type: 'null'}}", "leave: {payload: {book: Ulysses, days: 3}}")], "leave:", "unknown-keyword", "write type: object, properties: {book:"),
    "a property beside properties": ([("            days: {type: integer, minimum: 1}\n", "          days: {type: integer, minimum: 1}\n"), ("required: [book, days]", "required: [book]")], "days: {type", "unknown-keyword", "indent further, under 'properties'"),
    "a type as the name of a schema": (shelf("{type: Copy}"), "shelf:", "invalid-schema", "write $ref: '#/components/schemas/Copy'"),
    "enum as a type": (shelf("{type: enum}"), "shelf:", "invalid-schema", "write type: string, enum: [...]"),
    "a record": (shelf("{type: 'Record<string, number>'}"), "shelf:", "invalid-schema", "write type: object, additionalProperties: {type: number}"),
    "a dict": (shelf("{type: 'dict[str, int]'}"), "shelf:", "invalid-schema", "write type: object, additionalProperties: {type: integer}"),
    "an object of TypeScript": (shelf("{type: '{a: string}'}"), "shelf:", "invalid-schema", "write type: object, properties: {...}"),
    "values as a type": (shelf("{type: 'left | right'}"), "shelf:", "invalid-schema", "write enum: [left, right]"),
    "a question mark": ([("        shelf: {type: string}", "        shelf?: {type: string}")], "shelf?:", "property-name", "write 'shelf'; it is optional unless 'required' lists it"),
    "an asterisk": ([("        book: {type: string}\n", "        book*: {type: string}\n")], "book*:", "property-name", "write 'book'; it is required if 'required' lists it"),
    "additionalProperties among properties": ([("        shelf: {type: string}", "        shelf: {type: string}\n        additionalProperties: false")], "additionalProperties:", "property-name", "indent it less, beside 'properties'"),
    "required among properties": ([("        shelf: {type: string}", "        shelf: {type: string}\n        required: [shelf]")], "required: [shelf]", "invalid-schema", "indent it less"),
    "type among properties": ([("        shelf: {type: string}", "        shelf: {type: string}\n        type: object")], "        type: object", "invalid-schema", "indent it less"),
    "all names required": ([("required: [book]\n", "required: ['*']\n")], "required: ['*']", "required-undefined", "list each name"),
    "optional: true": (shelf("{type: string, optional: true}"), "shelf:", "unknown-keyword", "a property is optional unless"),
    "mandatory: true": (shelf("{type: string, mandatory: true}"), "shelf:", "unknown-keyword", "required: [shelf]"),
    "values": (shelf("{type: string, values: [a, b]}"), "shelf:", "unknown-keyword", "write enum: [...]"),
    "fields": (shelf("{type: object, fields: {a: {type: string}}}"), "shelf:", "unknown-keyword", "write properties: {...}"),
    "regex": (shelf("{type: string, regex: '^a'}"), "shelf:", "unknown-keyword", "write 'pattern'"),
    "strict": (shelf("{type: object, strict: true}"), "shelf:", "unknown-keyword", "write additionalProperties: false"),
    "length": (shelf("{type: string, length: 5}"), "shelf:", "unknown-keyword", "write minLength and maxLength"),
    "max of a number": (shelf("{type: integer, max: 5}"), "shelf:", "unknown-keyword", "write maximum"),
    "max of a text": (shelf("{type: string, max: 5}"), "shelf:", "unknown-keyword", "write maxLength"),
    "max of a list": (shelf("{type: array, items: {}, max: 5}"), "shelf:", "unknown-keyword", "write maxItems"),
    "minLen": (shelf("{type: string, minLen: 5}"), "shelf:", "unknown-keyword", "write minLength"),
    "an equals sign": (shelf("{type = string}"), "shelf:", "unknown-keyword", "write type: string"),
    "an arrow": (shelf("{type => string}"), "shelf:", "unknown-keyword", "write type: string"),
    "a keyword that nobody knows": (shelf("{type: string, colour: red}"), "shelf:", "unknown-keyword", "start its name with 'x-'"),
    "none for false": (shelf("{type: object, additionalProperties: none}"), "shelf:", "invalid-schema", "write additionalProperties: false"),
    "a bound of dates": (shelf("{type: string, format: date, minimum: '2020-01-01'}"), "shelf:", "invalid-schema", "dates have no bounds"),
    "a comma behind a number": (shelf("\n          type: integer\n          minimum: 1,"), "minimum: 1,", "invalid-schema", "remove the ',' at its end: minimum: 1"),
    "several references": (shelf("{$ref: ['#/components/schemas/Copy']}"), "shelf:", "invalid-schema", "for several, a list in anyOf"),
    "names as alternatives": (shelf("{anyOf: [string, integer]}"), "shelf:", "invalid-schema", "write {type: string}"),
    "examples as a map": (shelf("{type: string, examples: {one: a}}"), "shelf:", "invalid-schema", "write a list of values"),
    "a pattern as format": (shelf("{type: string, format: '^[a-z]+$'}"), "shelf:", "unknown-format", "write pattern: '^[a-z]+$'"),
    "a glob": (shelf("{type: string, pattern: '*.png'}"), "shelf:", "bad-pattern", "write '^.*\\.png$'"),
    "a group of Python": (shelf("{type: string, pattern: '(?P<n>a)'}"), "shelf:", "bad-pattern", "write (?<name>...)"),
    "flags in a pattern": (shelf("{type: string, pattern: '(?i)abc'}"), "shelf:", "bad-pattern", "for both cases write [Aa]"),
    "a class of POSIX": (shelf("{type: string, pattern: '[[:alpha:]]+'}"), "shelf:", "bad-pattern", "write A-Za-z"),
    "anchors of Python": (shelf("{type: string, pattern: '\\Aabc\\Z'}"), "shelf:", "bad-pattern", "write ^ for the begin and $ for the end"),
    "a possessive sign": (shelf("{type: string, pattern: 'a++'}"), "shelf:", "bad-pattern", "write one sign"),
    "a reference of Python": (shelf("{type: string, pattern: '(?<n>a)(?P=n)'}"), "shelf:", "bad-pattern", "write \\k<name>"),
    "a comment in a pattern": (shelf("{type: string, pattern: 'a(?#b)'}"), "shelf:", "bad-pattern", "there are no comments in it"),
    "a repetition without a least": (shelf("{type: string, pattern: 'a{,3}'}"), "shelf:", "bad-pattern", "write {0,...}"),
    "a range of a class": (shelf("{type: string, pattern: '[\\w-.]'}"), "shelf:", "bad-pattern", "write '-' at the end"),
    "a brace as a sign": (shelf("{type: string, pattern: '^{a}$'}"), "shelf:", "bad-pattern", "for a brace write \\{"),
    "an escape of Perl": (shelf("{type: string, pattern: '\\h+'}"), "shelf:", "bad-pattern", "there is no such escape"),
    "half a bracket": (shelf("{type: string, pattern: '(a'}"), "shelf:", "bad-pattern", "each bracket needs its other half"),
    "a pointer into the schema": (shelf("{$ref: '#/definitions/a'}"), "shelf:", "unresolvable-reference", "put it under components: schemas:"),
}  # fmt: skip

YAML = {
    "a dash without a blank": ([("      - {$ref: '#/channels/desk/messages/leave'}", "      -{$ref: '#/channels/desk/messages/leave'}")], "-{$ref", "unreadable", "a blank is missing behind the '-'"),
    "a bullet": ([("      - {$ref: '#/channels/desk/messages/leave'}", "      • {$ref: '#/channels/desk/messages/leave'}")], "• {", "unreadable", "the items of a list begin with '- '"),
    "an equals sign behind $ref": ([("[{$ref: '#/channels/desk/messages/overdue'}]", "[{$ref='#/channels/desk/messages/overdue'}]")], "$ref=", "unknown-field", "write $ref: '#/channels/desk/messages/overdue'"),
    "$refs": ([("[{$ref: '#/channels/desk/messages/overdue'}]", "[{$refs: '#/channels/desk/messages/overdue'}]")], "$refs", "unknown-field", "write $ref: '#/channels/desk/messages/overdue'"),
    "a comment of C in braces": ([("info: {title: Library, version", "info: {title: Library, /* now */ version")], "/* now", "unknown-field", "comments start with '#'"),
    "a semicolon in braces": (shelf("{type: string; maxLength: 3}"), "shelf:", "unreadable", "separated by ',', not by ';'"),
    "a comment in braces": (shelf("{type: string, pattern: a #b}"), "shelf:", "unreadable", "put text with ' #' in it in quotes"),
    "// behind an address": ([(ADDRESS, "    address: /desk // of the library\n")], "// of", "bad-value", "comments start with '#'"),
}  # fmt: skip

MISTAKES = {**SOCKETIO, **ASYNCAPI, **SCHEMAS, **YAML}
assert len(MISTAKES) == len(SOCKETIO) + len(ASYNCAPI) + len(SCHEMAS) + len(YAML)


@pytest.mark.parametrize(
    ("replaced", "at", "code", "advice"), MISTAKES.values(), ids=list(MISTAKES)
)
def test_mistakes(folder, replaced, at, code, advice):
    """One finding at the line of the mistake says what to write; what follows of it is silent."""
    text = written(*replaced)
    (finding,) = (f for f in lint(folder.write("asyncapi.yml", text)) if f.code not in UNUSED)
    assert finding.code == code
    assert at in text.split("\n")[finding.line - 1] + "\n", finding
    assert advice in finding.message


#: What a mistake leaves behind that takes the place of something.
UNUSED = ("unused-component", "orphan-message")

#: Mistakes after which nobody would judge what is sent or acknowledged.
UNJUDGED = [
    *(
        "an ack with a payload",
        "an ack of properties",
        "acknowledgement",
        "the ack of an operation",
    ),
    *("an ack that is nothing", "a mode by itself", "a mode that is false", "a payload by name"),
    *(
        "a message as a type",
        "messages of a message",
        "the room of a message",
        "message for messages",
    ),
]


@pytest.mark.parametrize("name", UNJUDGED)
def test_what_would_not_be_judged_is_not_loaded(folder, name):
    """A server does not start with it."""
    with pytest.raises(SpecError):
        load(folder.write("asyncapi.yml", written(*MISTAKES[name][0])))


RIGHT = {
    "an event that says on": renamed("leave", "on_loan"),
    "a message without kinds": renamed("overdue", "message"),
    "an error that is sent": renamed("overdue", "error"),
    "a close of one's own": renamed("leave", "close"),
    "send_book, which clients send": [(NAME, "        name: send_book\n"), ("  atDesk:\n", "  sendBook:\n"), ("      - {$ref: '#/channels/desk/messages/return'}\n      - {$ref: '#/channels/desk/messages/search'}\n      - {$ref: '#/channels/desk/messages/leave'}\n", ""), ("  fromDesk:\n", "  rest:\n    action: receive\n    channel: {$ref: '#/channels/desk'}\n    messages:\n      - {$ref: '#/channels/desk/messages/return'}\n      - {$ref: '#/channels/desk/messages/search'}\n      - {$ref: '#/channels/desk/messages/leave'}\n  fromDesk:\n")],
    "onset as the name of an operation": [("  fromDesk:\n", "  onset:\n")],
    "one operation of two by what the server does": [("  atDesk:\n", "  onLend:\n"), ("  fromDesk:\n", "  receivers:\n")],
    "a summary of both sides": [("  fromDesk:\n", "  fromDesk:\n    summary: Sent by the server after the client sends lend_book\n")],
    "a namespace with a parameter": [(ADDRESS, "    address: /desks/{id}\n    parameters: {id: {}}\n")],
    "a property with a keyword's name": shelf("{type: object, properties: {type: {type: string}, required: {type: boolean}}}"),
    "a name with a question mark within": shelf("{type: object, properties: {'what?no': {}}}"),
    "an empty schema among the acks": [(ACK, "        x-ack: {}\n")],
    "an ack with an extension": [(ACK, "        x-ack: {x-example: 1}\n")],
    "socketio as protocol": [("    protocol: wss", "    protocol: socketio")],
}  # fmt: skip


@pytest.mark.parametrize("replaced", RIGHT.values(), ids=list(RIGHT))
def test_what_only_looks_like_a_mistake(folder, replaced):
    """Nothing is said of it."""
    assert lint(folder.write("asyncapi.yml", written(*replaced))) == ()
