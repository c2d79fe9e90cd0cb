"""The documents and payloads that are measured: an application of our own making, in three sizes.

*tiny* is a chat line, *medium* an order of 30 values in nested objects and with several formats,
*large* a board of 1,000 small objects, 100 kB as JSON. `anything` is a message without a payload:
what it costs is the guard's own, because no validator is asked.
"""

from __future__ import annotations

from typing import Any

__all__ = [
    "ACK",
    "ANYTHING",
    "PAYLOADS",
    "SIZES",
    "many_messages",
    "namespace_of_messages",
    "traffic_document",
]

SIZES = ("tiny", "medium", "large")
ANYTHING = "anything"

#: What every handler returns.
ACK: dict[str, Any] = {"ok": True, "number": 7}
_ACK_SCHEMA = {
    "type": "object",
    "required": ["ok", "number"],
    "additionalProperties": False,
    "properties": {"ok": {"type": "boolean"}, "number": {"type": "integer", "format": "int32"}},
}


def _closed(**properties: Any) -> dict[str, Any]:
    """An object in which every property is required and no other is allowed."""
    return {
        "type": "object",
        "required": list(properties),
        "additionalProperties": False,
        "properties": properties,
    }


_TEXT = {"type": "string", "minLength": 1, "maxLength": 200}
_INT32 = {"type": "integer", "format": "int32", "minimum": 0}
_UUID = {"type": "string", "format": "uuid"}
_MOMENT = {"type": "string", "format": "date-time"}
_AMOUNT = {"type": "number", "minimum": 0}

_ADDRESS = _closed(street=_TEXT, city=_TEXT, zip={"type": "string", "pattern": "^[0-9]{5}$"})
_LINE = _closed(sku=_TEXT, quantity=_INT32, price=_AMOUNT, gift={"type": "boolean"})
_ORDER = _closed(
    id=_UUID,
    placed_at=_MOMENT,
    paid_at={"anyOf": [_MOMENT, {"type": "null"}]},
    status={"enum": ["new", "paid", "sent", "gone"]},
    currency={"type": "string", "pattern": "^[A-Z]{3}$"},
    total=_AMOUNT,
    note={"type": "string", "maxLength": 1000},
    customer=_closed(
        id=_UUID,
        name=_TEXT,
        email={"type": "string", "format": "email"},
        site={"type": "string", "format": "uri"},
        age=_INT32,
        newsletter={"type": "boolean"},
        home=_ADDRESS,
        work=_ADDRESS,
    ),
    lines={"type": "array", "minItems": 1, "items": _LINE},
    tags={"type": "array", "uniqueItems": True, "items": _TEXT},
)
_PIECE = _closed(
    id=_INT32,
    name=_TEXT,
    x=_AMOUNT,
    y=_AMOUNT,
    owner={"enum": ["white", "black"]},
    alive={"type": "boolean"},
)

_SCHEMAS: dict[str, Any] = {
    "tiny": _closed(room=_TEXT, number=_INT32),
    "medium": _ORDER,
    "large": {"type": "array", "maxItems": 5000, "items": _PIECE},
}

PAYLOADS: dict[str, Any] = {
    ANYTHING: {"room": "kitchen", "number": 12},
    "tiny": {"room": "kitchen", "number": 12},
    "medium": {
        "id": "6f1c9e0a-7d0c-4b1e-9b61-0d2c5d8f4a11",
        "placed_at": "2024-05-04T12:30:00Z",
        "paid_at": "2024-05-04T12:31:07.250+02:00",
        "status": "paid",
        "currency": "EUR",
        "total": 129.95,
        "note": "leave it with the neighbours, please",
        "customer": {
            "id": "0b8a4c56-50f5-4f0e-8a53-2a8a3c7a9e02",
            "name": "Ada Lovelace",
            "email": "ada@example.com",
            "site": "https://example.com/ada",
            "age": 36,
            "newsletter": False,
            "home": {"street": "Main Street 1", "city": "Springfield", "zip": "12345"},
            "work": {"street": "Mill Lane 22", "city": "Springfield", "zip": "12346"},
        },
        "lines": [
            {"sku": "A-1001", "quantity": 2, "price": 19.95, "gift": False},
            {"sku": "B-2002", "quantity": 1, "price": 90.05, "gift": True},
        ],
        "tags": ["express", "gift", "returning"],
    },
    "large": [
        {
            "id": number,
            "name": f"piece number {number} of the board",
            "x": number * 1.25,
            "y": number / 8,
            "owner": "white" if number % 2 else "black",
            "alive": number % 3 != 0,
        }
        for number in range(1000)
    ],
}


def traffic_document() -> dict[str, Any]:
    """A contract in which each of `SIZES`, and `ANYTHING`, is received with an ack, and is sent."""
    messages: dict[str, Any] = {
        size: {"payload": schema, "x-ack": _ACK_SCHEMA} for size, schema in _SCHEMAS.items()
    }
    messages[ANYTHING] = {}
    return {
        "asyncapi": "3.1.0",
        "info": {"title": "Traffic", "version": "1.0.0"},
        "channels": {"root": {"address": "/", "messages": messages}},
        "operations": {
            action: {"action": action, "channel": {"$ref": "#/channels/root"}}
            for action in ("receive", "send")
        },
    }


_SHARED = 50

_HEAD = """\
asyncapi: 3.1.0
info:
  title: Many messages
  version: 1.0.0
components:
  schemas:
"""
_SHARED_SCHEMA = """\
    Shared{n}:
      type: object
      description: Something that many messages have in common.
      required: [id, at]
      properties:
        id: {{type: string, format: uuid}}
        at: {{type: string, format: date-time}}
"""
_NEXT = """\
        next: {{$ref: '#/components/schemas/Shared{n}'}}
"""
_MESSAGE = """\
      message_{n}:
        summary: Message number {n}.
        payload:
          type: object
          required: [number, subject]
          additionalProperties: false
          properties:
            number: {{type: integer, format: int32, minimum: {n}}}
            text: {{type: string, maxLength: 200, pattern: '^[^<>]*$'}}
            state: {{enum: [new, open, done]}}
            subject: {{$ref: '#/components/schemas/Shared{shared}'}}
            list:
              type: array
              maxItems: 100
              items:
                type: object
                properties:
                  key: {{type: string}}
                  value: {{type: [number, 'null']}}
        x-ack:
          type: object
          required: [ok]
          properties:
            ok: {{type: boolean}}
            subject: {{$ref: '#/components/schemas/Shared{shared}'}}
"""
_OPERATION = """\
  on_message_{n}:
    action: {action}
    channel: {{$ref: '#/channels/root'}}
    messages: [{{$ref: '#/channels/root/messages/message_{n}'}}]
"""


def many_messages(count: int) -> str:
    """A YAML document: one channel, as many messages and operations, 50 shared schemas.

    Shared schemas refer to others, in chains of three; every third operation sends.
    """
    shared = [
        _SHARED_SCHEMA.format(n=n)
        + (_NEXT.format(n=n + 1) if n % 3 < 2 and n + 1 < _SHARED else "")
        for n in range(_SHARED)
    ]
    messages = [_MESSAGE.format(n=n, shared=n % _SHARED) for n in range(count)]
    operations = [
        _OPERATION.format(n=n, action="receive" if n % 3 else "send") for n in range(count)
    ]
    channel = "channels:\n  root:\n    address: /\n    messages:\n"
    return "".join((_HEAD, *shared, channel, *messages, "operations:\n", *operations))


_FIELDS = """\
{indent}type: object
{indent}required: [id, text]
{indent}properties:
{indent}  id: {{type: integer, minimum: 0}}
{indent}  text: {{type: string, minLength: 1, maxLength: 200}}
{indent}  room: {{type: string, pattern: '^[a-z]+$'}}
{indent}  at: {{type: string, format: date-time}}
{indent}  state: {{type: string, enum: [new, open, done]}}
{indent}  tags: {{type: array, items: {{type: string}}}}
"""


def namespace_of_messages(count: int) -> str:
    """A YAML document: one namespace, two operations that list its messages, six fields in each.

    Every other payload is a reference to a schema among the components.
    """
    head = "asyncapi: 3.1.0\ninfo: {title: A namespace, version: 1.0.0}\n"
    channel = "channels:\n  root:\n    address: /\n    messages:\n"
    messages, schemas = [], []
    for n in range(count):
        messages.append(f"      message_{n}:\n        payload:\n")
        if n % 2:
            messages.append(_FIELDS.format(indent=" " * 10))
        else:
            messages.append(f"          $ref: '#/components/schemas/Message{n}'\n")
            schemas.append(f"    Message{n}:\n" + _FIELDS.format(indent=" " * 6))
    operations = []
    for action, rest in (("receive", 0), ("send", 1)):
        operations.append(f"  {action}:\n    action: {action}\n")
        operations.append("    channel: {$ref: '#/channels/root'}\n    messages:\n")
        operations += [
            f"      - $ref: '#/channels/root/messages/message_{n}'\n" for n in range(rest, count, 2)
        ]
    components = ["components:\n  schemas:\n", *schemas]
    return "".join((head, channel, *messages, "operations:\n", *operations, *components))
