"""What a document means, and every fault of it, each at its place."""

# ruff: noqa: E501, ISC004  # the cases are tables, one to a line
from __future__ import annotations

import pytest

from asyncapi_guard.contract import Action, Mode
from asyncapi_guard.errors import InvalidDocument, UnresolvableReference
from asyncapi_guard.lint.grammar import OBJECTS
from asyncapi_guard.spec.unread_fields import FIELDS


def test_a_document_becomes_a_contract(folder):
    """Channels, messages, operations and what is left of the document, by their keys."""
    contract = folder.load("""
        asyncapi: 3.0.0
        info: {title: Chat, version: 1.2.3, x-owner: me}
        servers: {s: {host: h, protocol: ws}}
        channels:
          room:
            address: /room/{id}
            title: The room
            parameters: {id: {enum: [a, b]}, any: {description: d}}
            messages:
              say: {name: say it, title: Say, payload: {type: string}, x-guard: {mode: off}}
              leave: {}
          nowhere: {address: null}
          unknown: {}
        operations:
          hear: {action: receive, channel: {$ref: '#/channels/room'}, summary: s}
          tell:
            action: send
            channel: {$ref: '#/channels/room'}
            messages: [{$ref: '#/channels/room/messages/leave'}]
            x-guard: {mode: report}
          none: {action: send, channel: {$ref: '#/channels/room'}, messages: []}
        """)
    assert (contract.title, contract.version, contract.asyncapi) == ("Chat", "1.2.3", "3.0.0")
    assert dict(contract.meta)["servers"] == {"s": {"host": "h", "protocol": "ws"}}
    room = contract.channels["room"]
    assert (room.id, room.address, room.is_namespace) == ("room", "/room/{id}", True)
    assert dict(room.parameters) == {"id": ("a", "b"), "any": None}
    assert dict(room.meta) == {"title": "The room"}
    assert not contract.channels["nowhere"].is_namespace
    assert contract.channels["unknown"].address is None
    say, leave = room.messages["say"], room.messages["leave"]
    assert (say.id, say.event, say.mode, say.ack) == ("say", "say it", Mode.OFF, None)
    assert dict(say.meta) == {"title": "Say"}
    assert say.location.endswith("asyncapi.yml#/channels/room/messages/say")
    assert (leave.event, leave.payload, leave.mode) == ("leave", None, None)
    hear, tell, none = contract.operations.values()
    assert (hear.action, hear.channel, hear.messages) == (Action.RECEIVE, "room", (say, leave))
    assert dict(hear.meta) == {"summary": "s"}
    assert (tell.action, tell.messages, tell.mode) == (Action.SEND, (leave,), Mode.REPORT)
    assert none.messages == ()


@pytest.mark.parametrize(
    ("text", "valid", "not_valid"),
    [
        ("{type: integer}", 1, "x"),
        ("{$ref: '#/x-s'}", 1, "x"),
        ("{args: {type: integer}}", 1, "x"),
        ("{args: {$ref: '#/x-s'}}", 1, "x"),
        ("{args: {type: integer}, description: d, x-more: 1}", 1, "x"),
        ("{schemaFormat: 'application/schema+json;version=2020-12', schema: {const: 1}}", 1, "x"),
        ("{args: {schemaFormat: application/vnd.oai.openapi;version=3.0.0,"
         " schema: {type: string, nullable: true}}}", None, 1),
        ("{args: {type: array, items: [{type: integer}]}}", [1], ["x"]),
        ("true", object, object), ("false", object, 1),
    ],
)  # fmt: skip
def test_an_ack_is_said_in_every_form(folder, text, valid, not_valid):
    """`x-ack`: a schema, a reference, a multi-format schema, or one of these under `args`."""
    contract = folder.load(
        f"channels: {{c: {{messages: {{m: {{x-ack: {text}}}}}}}}}\nx-s: {{type: integer}}"
    )
    (ack,) = contract.channels["c"].messages["m"].ack.alternatives
    if valid is not object:
        assert ack.is_valid(valid)
    if not_valid is not object:
        assert not ack.is_valid(not_valid)


REPLY = """
    channels:
      c: {{address: /, messages: {{m: {{}}, own: {{x-ack: {{const: own}}}}}}}}
      replies: {{address: null, messages: {{r: {{payload: {{type: integer}}}}, s: {{payload: {{type: string}}}}}}}}
      bare: {{messages: {{r: {{payload: {{type: integer}}}}}}}}
      real: {{address: /real, messages: {{r: {{payload: {{type: integer}}}}}}}}
      silent: {{address: null}}
    operations:
      o: {{action: receive, channel: {{$ref: '#/channels/c'}}, reply: {reply}}}
    components:
      messages:
        I: {{traits: [{{}}], payload: {{type: integer}}}}
        Same: {{$ref: '#/components/messages/I'}}
        S: {{payload: {{type: string}}}}
        Any: {{}}
      replies: {{R: {{messages: [{{$ref: '#/components/messages/I'}}]}}}}
    """


@pytest.mark.parametrize(
    ("reply", "alternatives"),
    [
        ("{messages: [{$ref: '#/components/messages/I'}]}", 1),
        ("{messages: [{$ref: '#/components/messages/I'}, {$ref: '#/components/messages/S'}]}", 2),
        ("{messages: [{$ref: '#/components/messages/I'}, {$ref: '#/components/messages/Same'}]}", 1),
        ("{$ref: '#/components/replies/R'}", 1),
        ("{channel: {$ref: '#/channels/replies'}}", 2),
        ("{channel: {$ref: '#/channels/bare'}}", 1),
        ("{channel: {$ref: '#/channels/replies'}, messages: [{$ref: '#/channels/replies/messages/r'}]}", 1),
        ("{channel: {$ref: '#/channels/real'}}", 1),
        ("{channel: {$ref: '#/channels/silent'}}", None),
        ("{messages: [{$ref: '#/components/messages/Any'}]}", None),
        ("{messages: []}", None),
        ("{}", None),
    ],
)  # fmt: skip
def test_a_reply_is_the_ack(folder, reply, alternatives):
    """The reply's messages are the ack's alternatives, whatever channel they are in."""
    operation = folder.load(REPLY.format(reply=reply)).operations["o"]
    plain, own = operation.messages
    if alternatives is None:
        assert plain.ack is None
    else:
        assert len(plain.ack.alternatives) == alternatives
        assert plain.ack.alternatives[0].is_valid(1)
    assert own.ack.alternatives[0].is_valid("own"), "x-ack wins"


EVENTS = """
    channels:
      c: {{address: /, messages: {{m: {{}}, a: {{payload: {{type: integer}}}}, b: {{payload: {{type: string}}}}}}}}
    operations:
      o:
        action: receive
        channel: {{$ref: '#/channels/c'}}
        {listed}
        reply: {{channel: {{$ref: '#/channels/c'}}{messages}}}
      {more}
    """
ONLY_M = "messages: [{$ref: '#/channels/c/messages/m'}]"


@pytest.mark.parametrize(
    ("listed", "messages", "more", "alternatives"),
    [
        (ONLY_M, ", messages: [{$ref: '#/channels/c/messages/a'}]", "", 1),
        (ONLY_M, ", messages: [{$ref: '#/channels/c/messages/a'}, {$ref: '#/channels/c/messages/b'}]", "", 2),
        # its own event is among them, and all of the channel's are events of the operation
        (ONLY_M, "", "", None), ("title: T", ", messages: [{$ref: '#/channels/c/messages/a'}]", "", None),
        # another operation sends one of them
        (ONLY_M, ", messages: [{$ref: '#/channels/c/messages/a'}, {$ref: '#/channels/c/messages/b'}]",
         "p: {action: send, channel: {$ref: '#/channels/c'}, messages: [{$ref: '#/channels/c/messages/b'}]}", None),
        (ONLY_M, ", messages: [{$ref: '#/channels/c/messages/a'}]",
         "p: {action: send, channel: {$ref: '#/channels/c'}, messages: [{$ref: '#/channels/c/messages/b'}]}", 1),
    ],
)  # fmt: skip
def test_a_reply_of_events_is_no_ack(folder, listed, messages, more, alternatives):
    """An event that some operation lists is no ack, even in the event's own channel."""
    text = EVENTS.format(listed=listed, messages=messages, more=more)
    message = folder.load(text).operations["o"].messages[0]
    assert (len(message.ack.alternatives) if message.ack else None) == alternatives


@pytest.mark.parametrize(
    ("text", "code", "pointer"),
    [
        ("x-ack: {}", "misplaced-extension", "/x-ack"),
        ("x-gaurd: {mode: report}", "misplaced-extension", "/x-gaurd"),
        ("servers: {s: {host: h, protocol: ws, x-guard: {}}}", "misplaced-extension", "/servers/s/x-guard"),
        ("components: {x-ack: {}}", "misplaced-extension", "/components/x-ack"),
        ("channels: {c: {address: /, x-ack: {}}}", "misplaced-extension", "/channels/c/x-ack"),
        ("channels: {c: {address: /, messages: {m: {X-Ack: {}}}}}", "misspelt-extension", "/channels/c/messages/m/X-Ack"),
        ("channels: {c: {address: /, messages: {m: {traits: [{x-akc: {}}]}}}}", "misspelt-extension", "/channels/c/messages/m/traits/0/x-akc"),
        ("channels: {c: {address: /, messages: {m: {payload: {x-ack: {}}}}}}", "misplaced-extension", "/channels/c/messages/m/payload/x-ack"),
        ("channels: {c: {address: /, messages: {m: {payload: {items: {x-ack: {}}}}}}}", "misplaced-extension", "/channels/c/messages/m/payload/items/x-ack"),
        ("channels: {c: {address: /, messages: {m: {payload: {schemaFormat: application/schema+json, schema: {}, x-ack: {}}}}}}", "misplaced-extension", "/channels/c/messages/m/payload/x-ack"),
        ("channels: {c: {address: /, messages: {m: {payload: {$ref: '#/x-s', x-ack: {}}}}}}\nx-s: {}", "misplaced-extension", "/channels/c/messages/m/payload/x-ack"),
        ("channels: {c: {address: /, messages: {m: {$ref: '#/x-m', x-ack: {}}}}}\nx-m: {}", "misplaced-extension", "/channels/c/messages/m/x-ack"),
        ("channels: {c: {address: /}}\noperations: {o: {action: send, channel: {$ref: '#/channels/c'}, x-ack: {}}}", "misplaced-extension", "/operations/o/x-ack"),
        # where nothing is compiled from
        ("servers: {s: {host: h, protocol: ws, tags: [{name: a, x-acks: {}}]}}", "misplaced-extension", "/servers/s/tags/0/x-acks"),
        ("channels: {c: {address: /, bindings: {ws: {x-ack: {}}}}}", "misplaced-extension", "/channels/c/bindings/ws/x-ack"),
        ("channels: {c: {address: /, messages: {m: {correlationId: {location: a, x-ack: {}}}}}}", "misplaced-extension", "/channels/c/messages/m/correlationId/x-ack"),
        ("channels: {c: {address: /}}\noperations: {o: {action: send, channel: {$ref: '#/channels/c', x-ack: {}}}}", "misplaced-extension", "/operations/o/channel/x-ack"),
        ("channels: {c: {address: /, messages: {m: {}}}}\noperations: {o: {action: send, channel: {$ref: '#/channels/c'}, messages: [{$ref: '#/channels/c/messages/m', x-ack: {}}]}}", "misplaced-extension", "/operations/o/messages/0/x-ack"),
        ("components: {messages: {m: {payload: {}, x-akc: {}}}}", "misspelt-extension", "/components/messages/m/x-akc"),
        ("components: {operations: {o: {x-gaurd: {}}}}", "misspelt-extension", "/components/operations/o/x-gaurd"),
        ("components: {schemas: {s: {properties: {a: {x-ack: {}}}}}}", "misplaced-extension", "/components/schemas/s/properties/a/x-ack"),
        ("components: {replies: {r: {x-ack: {}}}}", "misplaced-extension", "/components/replies/r/x-ack"),
        ("channels: {c: {address: /}}\noperations: {o: {action: send, channel: {$ref: '#/channels/c'}, reply: {x-ack: {}}}}", "misplaced-extension", "/operations/o/reply/x-ack"),
        ("channels: {c: {address: /}}\noperations: {o: {action: send, channel: {$ref: '#/channels/c'}, x-guard: {mode: report, only: a}}}", "invalid-document", "/operations/o/x-guard/only"),
    ],
)  # fmt: skip
def test_extensions_of_ours_that_nobody_reads(folder, text, code, pointer):
    """A document whose author believes that they count is refused."""
    with pytest.raises(InvalidDocument) as caught:
        folder.load(text)
    assert [(each.code, each.pointer) for each in caught.value.findings] == [(code, pointer)]


IN_A_MESSAGE = "channels: {{c: {{address: /, messages: {{m: {}}}}}}}"
IN_AN_OPERATION = "channels: {{c: {{address: /, messages: {{m: {{payload: {{}}}}}}}}}}\noperations: {{o: {{action: send, channel: {{$ref: '#/channels/c'}}, {}}}}}"


@pytest.mark.parametrize(
    ("text", "pointer", "advice"),
    [
        *(
            (IN_A_MESSAGE.format(f"{{payload: {{}}, {name}: {{type: string}}}}"), f"/channels/c/messages/m/{name}", "write 'x-ack', on the message")
            for name in ("ack", "acks", "Ack", "acknowledge", "acknowledgement", "acknowledgment", "ack_schema", "ackPayload")
        ),
        (IN_A_MESSAGE.format("{paylod: {type: string}}"), "/channels/c/messages/m/paylod", "did you mean 'payload'?"),
        (IN_A_MESSAGE.format("{schema: {type: string}}"), "/channels/c/messages/m/schema", "validate says what to write"),
        (IN_A_MESSAGE.format("{type: object, properties: {}}"), "/channels/c/messages/m/type /channels/c/messages/m/properties", "a message"),
        (IN_A_MESSAGE.format("{traits: [{ack: {}}], payload: {}}"), "/channels/c/messages/m/traits/0/ack", "of a message trait"),
        (IN_A_MESSAGE.format("{'payload:{}': , name: a}"), "/channels/c/messages/m/payload:{}", "write 'payload: {}'"),
        (IN_A_MESSAGE.format("{$ref: '#/x-m'}") + "\nx-m: {ack: {}}", "/x-m/ack", "write 'x-ack'"),
        (IN_A_MESSAGE.format("{$ref: }"), "/channels/c/messages/m/$ref", "unknown field '$ref'"),
        (IN_AN_OPERATION.format("ack: {}"), "/operations/o/ack", "write 'x-ack', on the message"),
        (IN_AN_OPERATION.format("message: {}"), "/operations/o/message", "did you mean 'messages'?"),
        (IN_AN_OPERATION.format("reply: {payload: {}}"), "/operations/o/reply/payload", "of a reply"),
        (IN_AN_OPERATION.format("traits: [{ack: {}}]"), "/operations/o/traits/0/ack", "of an operation trait"),
        ("channels: {c: {address: '/{p}', parameters: {p: {schema: {enum: [a]}}}}}", "/channels/c/parameters/p/schema", "of a parameter"),
        ("channels: {c: {address: /, publish: {}}}", "/channels/c/publish", "of a channel"),
        # in schemas
        (IN_A_MESSAGE.format("{payload: {type:string}}"), "/channels/c/messages/m/payload/type:string", "write 'type: string'"),
        (IN_A_MESSAGE.format("{payload: {items: {minLength:1}}}"), "/channels/c/messages/m/payload/items/minLength:1", "write 'minLength: 1'"),
        (IN_A_MESSAGE.format("{payload: {}, x-ack: {type:string}}"), "/channels/c/messages/m/x-ack/type:string", "write 'type: string'"),
        (IN_A_MESSAGE.format("{payload: {ref: '#/components/schemas/S'}}"), "/channels/c/messages/m/payload/ref", "write $ref: '#/components/schemas/S'"),
        (IN_A_MESSAGE.format("{payload: {\u201ctype\u201d: string}}"), "/channels/c/messages/m/payload/\u201ctype\u201d", "typographic quotes"),
        (IN_A_MESSAGE.format("{payload: {$ref: '#/components/messages/a'}}") + "\ncomponents: {messages: {a: {payload: {}}}}", "/channels/c/messages/m/payload", "'#/components/messages/a/payload'"),
        (IN_A_MESSAGE.format("{payload: {}, x-ack: {$ref: '#/channels/c/messages/m'}}"), "/channels/c/messages/m/x-ack", "'#/channels/c/messages/m/payload'"),
    ],
)  # fmt: skip
def test_what_an_author_believes_to_be_judged(folder, text, pointer, advice):
    """It is judged, or the document is refused with what to do."""
    with pytest.raises(InvalidDocument) as caught:
        folder.load(text)
    findings = caught.value.findings
    assert " ".join(each.pointer for each in findings) == pointer
    assert advice in findings[0].message


@pytest.mark.parametrize(
    "text",
    [
        "components: {messages: {m: {payload: {}, x-ack: {}, x-guard: {mode: report}}}, messageTraits: {t: {x-ack: {}}}}",
        "components: {operations: {o: {x-guard: {mode: report}}}, operationTraits: {t: {x-guard: {mode: report}}}}",
        "components: {schemas: {x-ack: {type: string}, s: {properties: {x-ack: {}}, default: {x-ack: 1}, examples: [{x-ack: 1}]}}}",
        "x-other: {x-ack: {}}", "channels: {c: {address: /, messages: {m: {traits: [{x-ack: {}}]}}}}",
    ],
)  # fmt: skip
def test_extensions_of_ours_where_they_belong(folder, text):
    """And names of data, and whatever is in an extension of others."""
    folder.load(text)


def test_the_fields_of_objects_are_those_of_the_grammar():
    """The loader and the linter know the same ones."""
    for kind, fields in FIELDS.items():
        assert fields == {name for name in OBJECTS[kind] if not name.startswith("x-")}


@pytest.mark.parametrize("key", ["a:b", "urn:a", "ref", "payload", "schema", "ack"])
def test_names_of_properties_are_the_authors_own(folder, key):
    """A schema's properties may have any name."""
    schema = f"{{properties: {{'{key}': {{type: string}}}}, default: {{'{key}': null}}}}"
    folder.load(IN_A_MESSAGE.format(f"{{payload: {schema}}}"))


def test_components_of_every_kind_can_be_referred_to(folder):
    """Channels, operations, messages, schemas, parameters, traits, replies may be components."""
    contract = folder.load("""
        info: {$ref: '#/x-info'}
        asyncapi: 3.1.0
        x-info: {title: T, version: '1'}
        channels: {c: {$ref: '#/components/channels/C'}}
        operations: {o: {$ref: '#/components/operations/O'}}
        components:
          channels:
            C:
              address: /{p}
              parameters: {p: {$ref: '#/components/parameters/P'}}
              messages: {m: {$ref: '#/components/messages/M'}}
          operations:
            O:
              action: receive
              channel: {$ref: '#/channels/c'}
              traits: [{$ref: '#/components/operationTraits/T'}]
              reply: {$ref: '#/components/replies/R'}
          messages:
            M:
              name: n
              payload: {$ref: '#/components/schemas/S'}
              headers: {$ref: '#/components/schemas/H'}
              traits: [{$ref: '#/components/messageTraits/T'}]
            A: {payload: {$ref: '#/components/schemas/Multi'}}
          schemas:
            S: {type: integer}
            H: {type: object}
            Multi: {schemaFormat: application/schema+json;version=draft-04, schema: {type: string}}
          parameters: {P: {enum: [a]}}
          messageTraits: {T: {x-guard: {$ref: '#/x-mode'}}}
          operationTraits: {T: {summary: s}}
          replies: {R: {messages: [{$ref: '#/components/messages/A'}]}}
        x-mode: {mode: report}
        """)
    (message,) = contract.operations["o"].messages
    assert contract.channels["c"].parameters["p"] == ("a",)
    assert (message.event, message.mode) == ("n", Mode.REPORT)
    assert message.payload.is_valid(1)
    assert message.ack.alternatives[0].is_valid("a")
    assert contract.operations["o"].meta["summary"] == "s"


def test_a_message_of_two_channels_is_compiled_once(folder):
    """Messages behind the same reference and key are the same value."""
    contract = folder.load("""
        channels:
          a: {address: /a, messages: {m: {$ref: '#/x-m'}, other: {$ref: '#/x-m'}}}
          b: {address: /b, messages: {m: {$ref: '#/x-m'}}}
        x-m: {payload: {}}
        """)
    a, b = contract.channels["a"].messages, contract.channels["b"].messages
    assert a["m"] is b["m"]
    assert a["other"].event == "other"
    assert a["other"].payload is a["m"].payload


@pytest.mark.parametrize(
    ("text", "pointer", "message"),
    [
        ("channels: []", "/channels", "channels must be a mapping, not a list"),
        ("operations: x", "/operations", "operations must be a mapping, not a string"),
        ("channels: {c: 1}", "/channels/c", "the channel 'c' must be a mapping, not a number"),
        ("channels: {c: null}", "/channels/c", "the channel 'c' must be a mapping, not null"),
        ("channels: {c: {address: 1}}", "/channels/c/address", "address must be a string, not a number"),
        ("channels: {c: {messages: []}}", "/channels/c/messages", "messages must be a mapping"),
        ("channels: {c: {messages: {m: 1}}}", "/channels/c/messages/m", "the message 'm' must be"),
        ("channels: {c: {messages: {m: {name: 1}}}}", "/channels/c/messages/m/name", "name must be a string"),
        ("channels: {c: {messages: {m: {x-guard: {}}}}}", "/channels/c/messages/m/x-guard", "must have a 'mode'"),
        ("channels: {c: {messages: {m: {x-guard: 1}}}}", "/channels/c/messages/m/x-guard", "must be a mapping"),
        ("channels: {c: {messages: {m: {x-guard: {mode: no}}}}}",
         "/channels/c/messages/m/x-guard/mode", "mode must be 'enforce', 'report' or 'off', not 'no'"),
        ("channels: {c: {messages: {m: {x-guard: {mode: [1]}}}}}",
         "/channels/c/messages/m/x-guard/mode", "mode must be"),
        ("channels: {c: {parameters: {p: 1}}}", "/channels/c/parameters/p", "the parameter 'p' must be"),
        ("channels: {c: {parameters: {p: {enum: a}}}}", "/channels/c/parameters/p/enum", "enum must be a list"),
        ("channels: {c: {parameters: {p: {enum: [a, 1]}}}}",
         "/channels/c/parameters/p/enum/1", "a value of a parameter must be a string, not a number"),
        ("channels: {c: {messages: {m: {payload: 3}}}}", "/channels/c/messages/m/payload", "a schema must be"),
        ("channels: {c: {messages: {m: {headers: 3}}}}", "/channels/c/messages/m/headers", "a schema must be"),
        ("channels: {c: {messages: {m: {x-ack: 3}}}}", "/channels/c/messages/m/x-ack", "a schema must be"),
        ("operations: {o: 1}", "/operations/o", "the operation 'o' must be a mapping"),
        ("operations: {o: {action: send}}", "/operations/o", "the required field 'channel' is missing"),
        ("operations: {o: {action: send, channel: {address: /}}}", "/operations/o/channel",
         "channel must be a reference"),
        ("x-c: {}\noperations: {o: {action: send, channel: {$ref: '#/x-c'}}}", "/operations/o/channel",
         "'#/x-c' is none of the document's channels"),
        ("channels: {c: {messages: {m: {}}}}\noperations: {o: {action: send, channel: {$ref: '#/channels/c/messages'}}}",
         "/operations/o/channel", "is none of the document's channels"),
        ("channels: {c: {}}\noperations: {o: {channel: {$ref: '#/channels/c'}}}", "/operations/o",
         "the required field 'action' is missing"),
        ("channels: {c: {}}\noperations: {o: {action: Send, channel: {$ref: '#/channels/c'}}}",
         "/operations/o/action", "action must be 'send' or 'receive', not 'Send'"),
        ("channels: {c: {}}\noperations: {o: {action: [send], channel: {$ref: '#/channels/c'}}}",
         "/operations/o/action", "action must be"),
        ("channels: {c: {}}\noperations: {o: {action: send, channel: {$ref: '#/channels/c'}, messages: [{}]}}",
         "/operations/o/messages/0", "must be a reference such as {$ref: '#/channels/c/messages/NAME'}"),
        ("channels: {c: {}}\noperations: {o: {action: send, channel: {$ref: '#/channels/c'}, messages: {}}}",
         "/operations/o/messages", "messages must be a list"),
        ("channels: {c: {messages: {m: {$ref: '#/x-m'}}}}\nx-m: {}\noperations:"
         " {o: {action: send, channel: {$ref: '#/channels/c'}, messages: [{$ref: '#/x-m'}]}}",
         "/operations/o/messages/0", "'#/x-m' is none of the messages of the channel 'c'"),
        ("channels: {c: {messages: {m: {}}}}\ncomponents: {messages: {m: {}}}\noperations: {o: {action: send,"
         " channel: {$ref: '#/channels/c'}, messages: [{$ref: '#/components/messages/m'}]}}",
         "/operations/o/messages/0", "write '#/channels/c/messages/m'"),
        ("channels: {c: {}}\noperations: {o: {action: send, channel: {$ref: '#/channels/c'}, reply: 1}}",
         "/operations/o/reply", "reply must be a mapping"),
    ],
)  # fmt: skip
def test_a_fault_has_its_place_and_says_what_is_expected(folder, text, pointer, message):
    """Every fault names its pointer, its line, and what was expected."""
    (finding,) = folder.faults(text, InvalidDocument)
    assert finding.pointer == pointer
    assert message in finding.message
    assert finding.line >= 3
    assert finding.column >= 1


@pytest.mark.parametrize(
    ("text", "pointer", "message"),
    [
        ("asyncapi: 3.1.0", "", "the required field 'info' is missing"),
        ("asyncapi: 3.1.0\ninfo: {title: T}", "/info", "the required field 'version' is missing"),
        ("asyncapi: 3.1.0\ninfo: {title: T, version: 1.0}", "/info/version", "put it in quotes"),
        ("asyncapi: 3.1.0\ninfo: {title: [], version: '1'}", "/info/title", "not a list"),
        ("asyncapi: 3.1.0\ninfo: x", "/info", "info must be a mapping"),
    ],
)
def test_the_head_of_a_document_is_checked(folder, text, pointer, message):
    """`info`, its title and its version are needed."""
    (finding,) = folder.faults(text)
    assert finding.pointer == pointer
    assert message in finding.message


@pytest.mark.parametrize(
    ("text", "pointer"),
    [
        ("channels: {c: {$ref: '#/x'}}", "/channels/c/$ref"),
        ("operations: {o: {action: send, channel: {$ref: '#/channels/x'}}}", "/operations/o/channel/$ref"),
        ("channels: {c: {}}\noperations: {o: {action: send, channel: {$ref: '#/channels/c'},"
         " messages: [{$ref: '#/channels/c/messages/x'}]}}", "/operations/o/messages/0/$ref"),
        ("channels: {c: {}}\noperations: {o: {action: send, channel: {$ref: '#/channels/c'},"
         " reply: {messages: [{$ref: '#/x'}]}}}", "/operations/o/reply/messages/0/$ref"),
        ("channels: {c: {}}\noperations: {o: {action: send, channel: {$ref: '#/channels/c'},"
         " reply: {channel: {$ref: '#/x'}}}}", "/operations/o/reply/channel/$ref"),
        ("channels: {c: {messages: {m: {payload: {$ref: '#/x'}}}}}", "/channels/c/messages/m/payload/$ref"),
        ("channels: {c: {messages: {m: {payload: {items: {$ref: '#/x'}}}}}}",
         "/channels/c/messages/m/payload/items/$ref"),
    ],
)  # fmt: skip
def test_faults_of_references_alone_have_their_own_class(folder, text, pointer):
    """Where only references are at fault, the error is UnresolvableReference."""
    (finding,) = folder.faults(text, UnresolvableReference)
    assert finding.pointer == pointer


def test_several_faults_are_reported_together_in_the_order_of_the_file(folder):
    """One load finds every fault, each once, sorted by file, line and column."""
    findings = folder.faults(
        """
        channels:
          a: {address: 1, messages: {m: {payload: {type: strin}}, n: {$ref: '#/x-shared'}}}
          b: {messages: {n: {$ref: '#/x-shared'}, o: {$ref: '#/nowhere'}}}
        operations:
          o: {action: sent, channel: {$ref: '#/channels/a'}}
        x-shared: {payload: {minimum: x}}
        """,
        InvalidDocument,
    )
    assert [finding.pointer for finding in findings] == [
        "/channels/a/address",
        "/channels/a/messages/m/payload/type",
        "/channels/b/messages/o/$ref",
        "/operations/o/action",
        "/x-shared/payload/minimum",
    ]
    assert findings == sorted(findings)


def test_a_message_with_a_fault_is_not_reported_again_by_its_operation(folder):
    """An operation that names a broken message adds nothing to the message's fault."""
    (finding,) = folder.faults("""
        channels: {c: {messages: {m: 1}}}
        operations:
          o:
            action: send
            channel: {$ref: '#/channels/c'}
            messages: [{$ref: '#/channels/c/messages/m'}]
        """)
    assert finding.pointer == "/channels/c/messages/m"
