"""Where code and file say different things."""

from __future__ import annotations

import dataclasses
import json
from typing import TYPE_CHECKING, Any

import pytest

from asyncapi_guard.contract import Message
from asyncapi_guard.drift.compared import CODES, Declared, Handler
from asyncapi_guard.drift.compared_types import _judged
from asyncapi_guard.drift.comparing import drift
from asyncapi_guard.drift.emits import Emit, Unread
from asyncapi_guard.drift.literals import Literal
from asyncapi_guard.drift.sent_values import contradiction
from asyncapi_guard.lint.rules import RULES
from asyncapi_guard.schema.comparison import Difference
from asyncapi_guard.spec.compiler import compile_contract
from asyncapi_guard.spec.loader import load, open_documents

if TYPE_CHECKING:
    from pathlib import Path

SPEC = """\
asyncapi: 3.1.0
info: {title: T, version: '1'}
channels:
  root:
    address: /
    messages:
      say: {payload: {type: string}, x-ack: {type: integer}}
      said: {payload: {type: string}}
      connect: {payload: {type: object}}
  room:
    address: /rooms/{id}
    parameters: {id: {enum: [one, two]}}
    messages:
      enter: {payload: {type: 'null'}}
operations:
  hear: {action: receive, channel: {$ref: '#/channels/root'}, messages: [
    {$ref: '#/channels/root/messages/say'}, {$ref: '#/channels/root/messages/connect'}]}
  tell: {action: send, channel: {$ref: '#/channels/root'}, messages: [
    {$ref: '#/channels/root/messages/said'}]}
  enter: {action: receive, channel: {$ref: '#/channels/room'}}
"""


@pytest.fixture
def found(tmp_path: Path) -> Any:
    """What is found about some code; without arguments, the code fits the file."""
    file = tmp_path / "asyncapi.yml"
    file.write_text(SPEC)

    def find(
        handlers: Any = (),
        emits: Any = (),
        declared: Any = (),
        unread: Any = (),
        *,
        enforced: bool = True,
        sent: bool = True,
        text: str = SPEC,
    ) -> list[Any]:
        file.write_text(text)
        documents = open_documents(file)
        contract = compile_contract(documents, "auto")
        findings = drift(
            [handler("say"), handler("enter", "/rooms/one"), *handlers]
            if handlers != "none"
            else [],
            [*([Emit("said", ("/",), "app.py", 8, 5)] if sent else []), *emits],
            declared,
            contract,
            documents,
            unread,
            enforced=enforced,
        )
        assert all(finding.severity is CODES[finding.code] for finding in findings)
        short = str(tmp_path) + "/"
        return [
            (f.code, f"{f.file.removeprefix(short)}:{f.line}", f.message.replace(short, ""))
            for f in findings
        ]

    return find


def handler(event: str, namespace: str = "/", **schemas: Any) -> Handler:
    return Handler(namespace, event, f"on_{event}", "app.py", 7, **schemas)


def emit(event: str, *namespaces: str) -> Emit:
    return Emit(event, namespaces, "app.py", 9, 5)


@pytest.mark.parametrize(
    ("ack", "asks", "told"),
    [
        ("{args: {}, required: true}", False, "has no callback, but {} requires an ack"),
        ("{args: {}, required: true}", True, ""),
        ("{args: {}, required: true}", None, ""),
        ("{args: {}}", False, ""),
        ("false", True, "requests an ack, but {} declares none; emit without a callback"),
        ("false", False, ""),
        ("false", None, ""),
    ],
)
@pytest.mark.parametrize("declares", [False, True])
def test_acks_that_are_asked_for(
    found: Any, ack: str, asks: bool, told: str, declares: bool
) -> None:
    """As the file requires it, or rules it out; a declaration only says so."""
    text = SPEC.replace("said: {payload: {type: string}}", f"said: {{payload: {{}}, x-ack: {ack}}}")
    made = dataclasses.replace(emit("said", "/"), asks=asks, declares=declares)
    findings = found(emits=[made], text=text)
    assert [code for code, _, _ in findings] == ["ack-differs"] * (bool(told) and not declares)
    for _, place, message in findings:
        assert (place, told.format("asyncapi.yml:8") in message) == ("app.py:9", True)


def schema(payload: Any) -> Any:
    document = {
        "asyncapi": "3.1.0",
        "info": {"title": "T", "version": "1"},
        "channels": {"c": {"address": "/", "messages": {"m": {"payload": payload}}}},
    }
    return load(document).channels["c"].messages["m"].payload


def test_code_that_fits_has_no_findings(found: Any) -> None:
    """Handlers of what is received and emits of what is sent."""
    assert found(emits=[emit("said", "/"), emit("said"), emit("said", "/other", "/")]) == []


def test_a_handler_that_the_file_does_not_know(found: Any) -> None:
    """It is found at the handler; the message has the channel's line, and what may be meant."""
    assert found([handler("says")]) == [
        (
            "handler-without-spec",
            "app.py:7",
            (
                "handler on_says handles 'says', but asyncapi.yml:5 doesn't declare it as "
                "received; "
                "did you mean 'say'?"
            ),
        )
    ]


def test_a_namespace_that_the_file_does_not_know(found: Any) -> None:
    """Of a template, only the values of its parameters fit."""
    ((code, _, message),) = found([handler("enter", "/rooms/three")])
    assert code == "handler-without-spec"
    assert message.startswith(
        "handler on_enter handles 'enter', but asyncapi.yml has no channel for namespace "
        "'/rooms/three'"
    )


def test_the_other_direction_is_told(found: Any) -> None:
    """An event that is only sent, and one that is only received."""
    messages = [m for _, _, m in found([handler("said")], [emit("say", "/")])]
    assert messages == [
        "handler on_said handles 'said', but asyncapi.yml:8 declares it as sent, not received",
        "code emits 'say', but asyncapi.yml:7 declares it as received, not sent",
    ]


def test_events_without_handlers(found: Any) -> None:
    """They are found in the file, `connect` not among them."""
    assert found("none") == [
        (
            "spec-without-handler",
            "asyncapi.yml:7",
            (
                "no handler for event 'say' in namespace '/'; register one, or remove the event "
                "from the document"
            ),
        ),
        (
            "spec-without-handler",
            "asyncapi.yml:14",
            (
                "no handler for event 'enter' in namespace '/rooms/{id}'; register one, or "
                "remove the event from the document"
            ),
        ),
    ]


def test_catch_alls_handle_everything(found: Any, tmp_path: Path) -> None:
    """A handler of all events, and one of all namespaces, leave nothing unhandled."""
    documents = open_documents(tmp_path / "asyncapi.yml")
    contract = compile_contract(documents, "auto")
    everything = [handler("*", "*")]
    assert drift(everything, [emit("said", "/")], [], contract, documents) == ()


def test_a_handler_that_returns_nothing(found: Any) -> None:
    """Where the file promises an ack: once, whether a hint says so or nothing does."""
    ((code, _, message),) = found([handler("say", silent=True)])
    assert code == "ack-differs"
    assert message == (
        "handler on_say returns nothing, but asyncapi.yml:7 declares an ack of 'say'; return a "
        "value, or remove the ack"
    )
    assert len(found([handler("say", silent=True, ack=schema({"type": "null"}))])) == 1
    assert found([handler("enter", "/rooms/one", silent=True)]) == []


def test_a_handler_that_takes_other_arguments(found: Any) -> None:
    """More than the file allows to be left out, or fewer than it allows to be sent."""
    plain = {"in_force": False}
    assert found([handler("say", takes=(1, 1), **plain)]) == []
    assert found([handler("say", takes=(0, None), **plain)]) == []
    for takes, told in (((2, 2), "2 arguments"), ((0, 0), "0 arguments"), ((2, None), "2 or more")):
        ((code, _, message),) = found([handler("say", takes=takes, **plain)])
        assert code == "payload-differs"
        assert message.startswith(f"handler on_say needs {told}")


def test_what_nobody_emits(found: Any) -> None:
    """A warning in the file, unless an emit that cannot be read may be the one."""
    ((code, place, message),) = found(sent=False)
    assert (code, place) == ("spec-without-emit", "asyncapi.yml:8")
    assert message == (
        "no code emits event 'said' in namespace '/'; emit it, or remove the event from the "
        "document"
    )
    unread = Unread((), "app.py", 3, 1)
    assert [code for code, *_ in found(sent=False, unread=[unread])] == ["unread-emit"]
    elsewhere = Unread(("/other",), "app.py", 3, 1)
    assert len(found(sent=False, unread=[elsewhere])) == 2
    perhaps = Unread((), "app.py", 3, 1, "said")
    ((_, _, message),) = found(sent=False, unread=[perhaps])
    assert message.startswith("'said' might not be emitted by a server here")


@pytest.mark.parametrize(
    ("values", "told"),
    [
        ([Literal("text")], None),
        ([Literal(None, ("",))], None),
        ([Literal(5)], "the value: expected string, got integer"),
        ([], "one argument is required, but none is sent"),
        ([Literal("a"), Literal("b")], "one argument is required, but 2 are sent"),
    ],
)
def test_arguments_that_are_written_down(found: Any, values: Any, told: str | None) -> None:
    """They are validated as far as they can be read."""
    sent = Emit("said", ("/",), "app.py", 9, 5, arguments=tuple(values))
    messages = [message for _, _, message in found(emits=[sent])]
    start = "emit of 'said' has arguments that asyncapi.yml:8 doesn't allow: "
    assert messages == ([] if told is None else [start + told])


OPEN = {
    "type": "object",
    "required": ["a", "b"],
    "properties": {"a": {"type": "integer"}, "b": {"anyOf": [{"type": "string"}, {"const": 1}]}},
    "additionalProperties": False,
}


@pytest.mark.parametrize(
    ("literal", "told"),
    [
        (Literal({"a": 1, "b": None}, ("/b",)), 0),
        (Literal({"a": "x", "b": None}, ("/b",)), 1),
        (Literal({"a": 1}), 1),
        (Literal({"a": 1}, (), ("",)), 0),
        (Literal({"a": 1, "b": "", "c": None}, ("/c",)), 1),
        (Literal({"a": 1, "b": None, "c": 1}, ("/b",)), 1),
        (Literal([], ()), 1),
    ],
)
def test_holes_are_whatever_is_needed(literal: Literal, told: int) -> None:
    """A problem counts where nothing in a hole could solve it."""
    message = Message("m", "m", schema(OPEN))
    found = contradiction([literal], [message])
    assert (found is not None) == bool(told)
    assert contradiction([literal], [message, Message("n", "n")]) is None


def test_connect_and_disconnect_need_no_declaration(found: Any) -> None:
    """Handlers of them are no events."""
    assert found([handler("connect"), handler("disconnect", "/rooms/two")]) == []


def test_types_that_differ(found: Any) -> None:
    """The payload and the ack, each with its own code and the message's line."""
    handlers = [handler("say", payload=schema({"type": "integer"}), ack=schema({"type": "string"}))]
    assert found(handlers) == [
        (
            "ack-differs",
            "app.py:7",
            (
                "handler on_say might return an ack of 'say' that asyncapi.yml:7 doesn't "
                'allow: the value: type is "string" in the code, "integer" in the document'
            ),
        ),
        (
            "payload-differs",
            "app.py:7",
            (
                "handler on_say rejects arguments of 'say' that asyncapi.yml:7 allows: the "
                'value: type is "integer" in the code, "string" in the document; change the '
                "type hints or the payload"
            ),
        ),
    ]


def test_types_that_say_the_same(found: Any) -> None:
    """Titles, and one argument written as a list of one, are no differences."""
    payload = schema(
        {"type": "array", "items": [{"type": "string", "title": "T"}], "minItems": 1, "maxItems": 1}
    )
    assert found([handler("say", payload=payload, ack=schema({"type": "integer"}))]) == []


def test_an_ack_that_the_file_does_not_mention(found: Any) -> None:
    """A type that says something is one; none, nothing and anything are not."""
    ways = [None, schema({"type": "null"}), schema({})]
    assert found([handler("enter", "/rooms/two", ack=ack) for ack in ways]) == []
    ((code, _, message),) = found([handler("enter", "/rooms/two", ack=schema({"type": "string"}))])
    assert code == "ack-inexact"
    assert message == (
        "handler on_enter returns fewer acks of 'enter' than asyncapi.yml:14 allows, which "
        "breaks no client: the document doesn't describe it"
    )


def test_emits_that_the_file_does_not_know(found: Any) -> None:
    """They are found at the literal; without a known namespace, any channel counts."""
    assert found(emits=[emit("sad", "/"), emit("said", "/rooms/one"), emit("nothing")]) == [
        (
            "undeclared-emit",
            "app.py:9",
            "code emits 'nothing', but asyncapi.yml doesn't declare it as sent",
        ),
        (
            "undeclared-emit",
            "app.py:9",
            "code emits 'sad', but asyncapi.yml:5 doesn't declare it as sent; did you mean 'said'?",
        ),
        (
            "undeclared-emit",
            "app.py:9",
            "code emits 'said', but asyncapi.yml:11 doesn't declare it as sent",
        ),
    ]


def test_models_of_what_is_sent(found: Any) -> None:
    """`doc_emit` is compared with the file as handlers are; its call is the place, where known."""
    declared = [
        Declared("/", "said", schema({"type": "integer"})),
        Declared("/", "other", schema({"type": "integer"})),
    ]
    assert [(code, place) for code, place, _ in found(declared=declared)] == [
        ("undeclared-emit", "asyncapi.yml:0"),
        ("payload-differs", "asyncapi.yml:8"),
    ]
    calls = [emit("said", "/"), Emit("said", ("/",), "app.py", 11, 5, declares=True)]
    assert found(emits=calls, declared=declared[:1]) == [
        (
            "payload-differs",
            "app.py:11",
            (
                "doc_emit accepts payloads of 'said' that asyncapi.yml:8 doesn't allow: "
                'the value: type is "integer" in the code, "string" in the document'
            ),
        )
    ]


WIDE, NARROW = {"type": ["string", "null"]}, {"type": "string", "maxLength": 3}
NULL, SMALL = {"type": ["integer", "null"]}, {"type": "integer", "maximum": 3}


@pytest.mark.parametrize(
    ("side", "payload", "ack", "codes"),
    [
        ("handler", WIDE, SMALL, ["ack-inexact", "payload-inexact"]),
        ("handler", NARROW, NULL, ["ack-differs", "payload-differs"]),
        ("handler", {"enum": ["a", "b"]}, {"const": 1}, ["ack-inexact", "payload-differs"]),
        ("doc_emit", WIDE, NULL, ["payload-differs"]),
        ("doc_emit", NARROW, SMALL, ["ack-differs", "payload-inexact"]),
    ],
)
def test_what_hurts_follows_from_who_sends(
    found: Any, side: str, payload: Any, ack: Any, codes: list[str]
) -> None:
    """A narrower type hurts in what is received, a wider one in what is sent; the rest warns."""
    if side == "handler":
        findings = found([handler("say", payload=schema(payload), ack=schema(ack))])
    else:
        wanted = schema(ack) if ack is not NULL else None
        findings = found(declared=[Declared("/", "said", schema(payload), wanted)])
    assert sorted(code for code, _, _ in findings) == codes
    for code, _, message in findings:
        assert ("which breaks no client" in message) == (CODES[code] == "warning")


def test_what_hurts_is_told_first() -> None:
    """Of several differences, those that hurt come first, and decide."""
    found = [Difference("wide", narrower=False), Difference("narrow", wider=False)]
    assert list(_judged(["narrow"], found)) == [(True, "narrow; wide")]
    assert list(_judged([], found)) == [(False, "wide; narrow")]
    assert list(_judged([], [])) == []


MODEL = {"type": "object", "properties": {"a": {"type": "string"}}}
CLOSED = {**MODEL, "additionalProperties": False}


def test_models_send_their_fields_alone(tmp_path: Path) -> None:
    """A model that leaves other properties open hurts no closed file, unless it has some."""
    file = tmp_path / "asyncapi.yml"
    file.write_text(
        SPEC.replace("said: {payload: {type: string}}", f"said: {{payload: {json.dumps(CLOSED)}}}")
    )
    documents = open_documents(file)
    contract = compile_contract(documents, "auto")

    def codes(payload: Any) -> list[str]:
        declared = [Declared("/", "said", schema(payload))]
        everything = [handler("*", "*")]
        return [f.code for f in drift(everything, [], declared, contract, documents)]

    assert codes(MODEL) == ["payload-inexact"]
    assert codes({**MODEL, "additionalProperties": {}}) == ["payload-differs"]
    assert codes({"allOf": [MODEL, {"properties": {"b": {}}}]}) == ["payload-differs"]
    assert codes({"type": "object"}) == ["payload-differs"]


def test_the_codes_are_rules(found: Any) -> None:
    """Each has its place in the catalogue, with the same severity."""
    rules = {rule.code: rule.severity for rule in RULES.values() if rule.about_code}
    assert rules == CODES


@pytest.mark.parametrize("ack", ["false", "{args: {type: 'null'}, required: true, timeout: 5}"])
def test_options_of_an_ack_promise_no_value(tmp_path: Path, ack: str) -> None:
    """A handler that returns nothing keeps an ack that there is not, and an empty one."""
    file = tmp_path / "asyncapi.yml"
    file.write_text(SPEC.replace("x-ack: {type: integer}", f"x-ack: {ack}"))
    documents = open_documents(file)
    contract = compile_contract(documents, "auto")
    handlers = [handler("say", silent=True), handler("enter", "/rooms/one")]
    sent = [Emit("said", ("/",), "app.py", 8, 5)]
    assert drift(handlers, sent, (), contract, documents, (), enforced=True) == ()
