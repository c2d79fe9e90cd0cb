"""The pure core: what the guard says of traffic, and what violations and errors say."""

from __future__ import annotations

import json
from typing import Any

import pytest

from asyncapi_guard import (
    Checkpoint,
    Code,
    Contract,
    ContractViolation,
    EmitValidationError,
    Finding,
    Guard,
    InvalidDocument,
    Mode,
    Policy,
    Problem,
    RequestValidationError,
    SpecError,
    Verdict,
    Violation,
    load,
)
from asyncapi_guard.contract import Action, Channel, Message, Operation
from asyncapi_guard.errors import violation_error
from asyncapi_guard.violations import MAX_NAME, printable

INTEGER, TEXT = {"type": "integer"}, {"type": "string"}


def contract(
    received: Any = None, sent: Any = None, address: str = "/", parameters: Any = None, **extra: Any
) -> Contract:
    """One channel; `received` and `sent` are messages by their keys."""
    messages = {**(received or {}), **(sent or {})}
    operations = {}
    for action, part in (("receive", received), ("send", sent)):
        for key in part or {}:
            operations[f"{action}_{key}"] = {
                "action": action,
                "channel": {"$ref": "#/channels/c"},
                "messages": [{"$ref": f"#/channels/c/messages/{key}"}],
                **extra.get(key, {}),
            }
    channel = {"address": address, "messages": messages}
    if parameters is not None:
        channel["parameters"] = parameters
    info = {"title": "T", "version": "1"}
    return load(
        {"asyncapi": "3.1.0", "info": info, "channels": {"c": channel}, "operations": operations}
    )


def guard(*args: Any, policy: Policy | None = None, **kwargs: Any) -> Guard:
    return Guard(contract(*args, **kwargs), policy)


def code(verdict: Verdict) -> str | None:
    return verdict.violation.code.value if verdict.violation else None


def keywords(verdict: Verdict) -> list[str]:
    assert verdict.violation is not None
    return [problem.keyword for problem in verdict.violation.problems]


# -- policies --------------------------------------------------------------------------------------


def test_a_policy_takes_strings() -> None:
    """Modes and checkpoints may be written out, as in a configuration file."""
    policy = Policy(
        mode="report",  # type: ignore[arg-type]
        checkpoints={"send_event": "off"},  # type: ignore[dict-item]
        operations={"o": "enforce"},  # type: ignore[dict-item]
        exclude=["/admin"],
    )
    assert policy.mode is Mode.REPORT
    assert policy.at(Checkpoint.SEND_EVENT) is Mode.OFF
    assert policy.at(Checkpoint.CONNECT) is Mode.REPORT
    assert policy.operations["o"] is Mode.ENFORCE
    assert policy.exclude == {"/admin"}


@pytest.mark.parametrize(
    "wrong",
    [
        {"mode": "strict"},
        {"undeclared_events": "no"},
        {"undeclared_acks": None},
        {"undeclared_namespaces": True},
        {"checkpoints": {"emit": "off"}},
        {"checkpoints": {"connect": "none"}},
        {"operations": {"o": "none"}},
    ],
)
def test_a_policy_rejects_what_is_no_mode(wrong: Any) -> None:
    """A typo is an error, never a mode of its own."""
    with pytest.raises(ValueError, match=" must be '"):
        Policy(**wrong)


def test_what_is_said_of_the_undeclared_stays() -> None:
    """And what is not said can be."""
    policy = Policy(undeclared_events="report", mode="report").with_undeclared(Mode.OFF)
    assert policy == Policy(undeclared_events="report", undeclared_namespaces="off", mode="report")


def test_a_policy_rejects_one_text_for_several_namespaces() -> None:
    """`exclude="/admin"` would exclude `/`, `a`, `d`..."""
    with pytest.raises(TypeError, match="a list of namespaces"):
        Policy(exclude="/admin")


@pytest.mark.parametrize("wrong", ["report", Mode.REPORT, {"mode": "report"}])
def test_a_mode_is_no_policy(wrong: Any) -> None:
    """What is given in its place is told what a policy looks like."""
    with pytest.raises(TypeError, match=r"such as Policy\(mode='report'\), not a "):
        guard({"a": {}}, policy=wrong)


def test_a_policy_that_names_unknown_operations_is_rejected() -> None:
    """All of them are named."""
    with pytest.raises(ValueError, match="unknown operations: 'nope', 'other'"):
        guard({"a": {}}, policy=Policy(operations={"other": Mode.OFF, "nope": Mode.OFF}))


@pytest.mark.parametrize(
    ("policy", "on_message", "on_operation", "expected"),
    [
        ({}, None, None, Mode.ENFORCE),
        ({"mode": "report"}, None, None, Mode.REPORT),
        ({"mode": "report", "checkpoints": {"receive_event": "off"}}, None, None, Mode.OFF),
        ({"checkpoints": {"receive_event": "off"}}, None, "report", Mode.REPORT),
        ({"checkpoints": {"receive_event": "off"}}, "enforce", "report", Mode.ENFORCE),
        ({"operations": {"receive_a": "off"}}, "enforce", "report", Mode.OFF),
        ({"operations": {"receive_a": "enforce"}, "mode": "off"}, "off", "off", Mode.ENFORCE),
    ],
)
def test_the_nearest_mode_counts(
    policy: Any, on_message: Any, on_operation: Any, expected: Mode
) -> None:
    """Policy for the operation, message, operation, checkpoint, everything."""
    message: dict[str, Any] = {"payload": INTEGER}
    operation: dict[str, Any] = {}
    if on_message:
        message["x-guard"] = {"mode": on_message}
    if on_operation:
        operation["x-guard"] = {"mode": on_operation}
    verdict = guard({"a": message}, a=operation, policy=Policy(**policy)).receive_event(
        "/", "a", ["x"]
    )
    found = {Mode.OFF: (None, False), Mode.REPORT: (False, False), Mode.ENFORCE: (True, True)}
    rejected = verdict.violation.rejected if verdict.violation else None
    assert (rejected, verdict.rejected) == found[expected]


def test_the_strictest_of_several_operations_counts() -> None:
    """Two operations about one event, one of which is only reported."""
    both = {"a": {"name": "e", "payload": INTEGER}, "b": {"name": "e", "payload": TEXT}}
    weak = {"x-guard": {"mode": "report"}}
    assert guard(both, a=weak).receive_event("/", "e", [None]).rejected
    verdict = guard(both, a=weak, b=weak).receive_event("/", "e", [None])
    assert verdict.violation is not None
    assert not verdict.rejected


# -- payloads --------------------------------------------------------------------------------------

POSITIONAL = {"type": "array", "items": [INTEGER, TEXT], "minItems": 2, "maxItems": 2}
PAYLOADS = {
    "one": ({"payload": INTEGER}, [[1]], [[], ["a"], [1, 2], [None]]),
    "null": ({"payload": {"type": "null"}}, [[]], [[None], [1], [1, 2]]),
    "false": ({"payload": False}, [[]], [[None], [1], [1, 2]]),
    "true": ({"payload": True}, [[], [None], [1]], [[1, 2]]),
    "none": ({}, [[], [None], [1, 2, {}]], []),
    "or null": ({"payload": {"type": ["integer", "null"]}}, [[], [None], [1]], [["a"], [1, 1]]),
    "several": ({"payload": POSITIONAL}, [[1, "a"]], [[], [1], ["a", 1], [1, "a", 2], [[1, "a"]]]),
    "one list": ({"payload": {"type": "array", "items": INTEGER}}, [[[1]], [[]]], [[1], [1, 2]]),
}


@pytest.mark.parametrize("kind", PAYLOADS)
def test_payloads_say_how_many_arguments_there_are(kind: str) -> None:
    """One schema is one argument, positional items are several, `null` and `false` are none."""
    message, good, bad = PAYLOADS[kind]
    judge = guard({"a": message}, {"b": message})
    for args in good:
        assert code(judge.receive_event("/", "a", args)) is None, args
        assert code(judge.send_event("/", "b", args)) is None, args
    for args in bad:
        assert code(judge.receive_event("/", "a", args)) == "request_validation_error", args
        assert code(judge.send_event("/", "b", args)) == "emit_validation_error", args


@pytest.mark.parametrize(
    ("payload", "args", "message"),
    [
        (INTEGER, [], "expected one argument, got none"),
        (INTEGER, [1, 2], "expected one argument, got 2"),
        ({"type": "null"}, [1], "expected no argument, got 1"),
        ({"type": "null"}, [1, 2, 3], "expected no argument, got 3"),
    ],
)
def test_a_wrong_number_of_arguments_is_said_in_numbers(
    payload: Any, args: list[Any], message: str
) -> None:
    """Not as a failure of some keyword."""
    violation = guard({"a": {"payload": payload}}).receive_event("/", "a", args).violation
    assert violation is not None
    (problem,) = violation.problems
    assert (problem.keyword, problem.path, problem.message) == ("arguments", "", message)


def test_exactly_one_of_several_messages_must_match() -> None:
    """None is a violation with the nearest one's problems, two are one as well."""
    move = {"type": "object", "properties": {"x": INTEGER}, "required": ["x"]}
    judge = guard(
        {
            "int": {"name": "e", "payload": INTEGER},
            "number": {"name": "e", "payload": {"type": "number"}},
            "move": {"name": "e", "payload": move},
        }
    )
    found = judge.receive_event("/", "e", [{"x": 1}])
    assert found.message is not None
    assert found.message.id == "move"
    none = judge.receive_event("/", "e", [{"x": "a"}])
    assert keywords(none) == ["message", "type"]
    assert none.violation is not None
    assert "matches none of the 3 alternatives ('int', 'number', 'move')" in str(none.violation)
    two = judge.receive_event("/", "e", [1])
    assert keywords(two) == ["message"]
    assert two.violation is not None
    assert "matches 2 of the 3 alternatives" in str(two.violation)
    assert judge.receive_event("/", "e", [1.5]).message is not None


def test_one_message_of_two_operations_is_one_alternative() -> None:
    """It does not match itself twice."""
    document = {
        "asyncapi": "3.1.0",
        "info": {"title": "T", "version": "1"},
        "channels": {"c": {"address": "/", "messages": {"a": {"payload": INTEGER}}}},
        "operations": {
            name: {"action": "receive", "channel": {"$ref": "#/channels/c"}} for name in ("o", "p")
        },
    }
    assert not Guard(load(document)).receive_event("/", "a", [1]).rejected


def test_messages_of_one_key_in_two_channels_of_one_address_are_two() -> None:
    """Either may be sent: their places part them, not their names."""
    channels = {
        name: {"address": "/", "messages": {"say": {"payload": payload}}}
        for name, payload in (("numbers", INTEGER), ("texts", TEXT))
    }
    document = {
        "asyncapi": "3.1.0",
        "info": {"title": "T", "version": "1"},
        "channels": channels,
        "operations": {
            name: {"action": "receive", "channel": {"$ref": f"#/channels/{name}"}}
            for name in channels
        },
    }
    judge = Guard(load(document))
    for value in (1, "a"):
        assert judge.receive_event("/", "say", [value]).violation is None
    found = judge.receive_event("/", "say", [None])
    assert "matches none of the 2 alternatives" in str(found.violation)


def test_bytes_are_rejected_where_the_contract_has_no_place_for_them() -> None:
    """The problem says where they are; deep ones are rejected without the place."""
    file = {"type": "object", "properties": {"d": {"type": "string", "format": "binary"}}}
    judge = guard(
        {"a": {"payload": {"type": "object"}}, "f": {"payload": file}, "any": {}}, {"s": {}}
    )
    for value, path in (
        ({"a/b": [1, {"~": b""}]}, "/a~1b/1/~0"),
        (b"", ""),
        (bytearray(), ""),
    ):
        violation = judge.receive_event("/", "a", [value], binary=True).violation
        assert violation is not None
        assert [(p.path, p.keyword) for p in violation.problems] == [(path, "format")]
    deep: Any = b""
    for _ in range(50):
        deep = [deep]
    assert keywords(judge.receive_event("/", "a", [deep], binary=True)) == ["format"]
    assert not judge.receive_event("/", "f", [{"d": b"x"}], binary=True).rejected
    assert not judge.receive_event("/", "any", [b"x"], binary=True).rejected


# -- acks ------------------------------------------------------------------------------------------


def test_the_ack_of_the_matched_message_counts() -> None:
    """Without a matched message, any of the acks will do."""
    both = {
        "int": {"name": "e", "payload": INTEGER, "x-ack": INTEGER},
        "text": {"name": "e", "payload": TEXT, "x-ack": TEXT},
    }
    judge = guard(both, {key + "_s": value for key, value in both.items()})
    for ack, event in (
        (judge.send_ack, judge.receive_event),
        (judge.receive_ack, judge.send_event),
    ):
        message = event("/", "e", [1]).message
        assert message is not None
        assert not ack("/", "e", [1], message).rejected
        assert ack("/", "e", ["a"], message).rejected
        assert not ack("/", "e", [1]).rejected
        assert not ack("/", "e", ["a"]).rejected
        assert ack("/", "e", [None]).rejected
        assert ack("/", "e", []).rejected


@pytest.mark.parametrize(
    ("mode", "expected"), [("off", None), ("report", False), ("enforce", True)]
)
def test_acks_that_nobody_declared_are_the_policys_matter(mode: str, expected: Any) -> None:
    """An ack without values is none."""
    judge = guard({"a": {}}, {"b": {}}, policy=Policy(undeclared_acks=mode))  # type: ignore[arg-type]
    for ack, event in ((judge.send_ack, "a"), (judge.receive_ack, "b")):
        violation = ack("/", event, [1]).violation
        assert (violation.rejected if violation else None) is expected
        assert ack("/", event, []).violation is None


def test_acks_of_what_is_not_declared_pass() -> None:
    """The event itself was judged before."""
    judge = guard({"a": {}}, policy=Policy(undeclared_acks=Mode.ENFORCE))
    assert judge.send_ack("/", "nope", [1]).violation is None
    assert judge.receive_ack("/nope", "a", [1]).violation is None


def test_an_ack_has_the_mode_of_its_own_checkpoint() -> None:
    """Unless the message or the operation says something nearer."""
    message = {"a": {"x-ack": INTEGER}}
    report = Policy(checkpoints={Checkpoint.SEND_ACK: Mode.REPORT})
    assert not guard(message, policy=report).send_ack("/", "a", ["x"]).rejected
    strict = guard({"a": {"x-ack": INTEGER, "x-guard": {"mode": "enforce"}}}, policy=report)
    assert strict.send_ack("/", "a", ["x"]).rejected


# -- names and namespaces --------------------------------------------------------------------------


def test_undeclared_names_come_with_near_ones() -> None:
    """For the log; clients are not told."""
    violation = guard({"make_move": {}}).receive_event("/", "mkae_move", []).violation
    assert violation is not None
    assert violation.suggestions == ("make_move",)
    assert "the event is not declared; did you mean 'make_move'? [" in str(violation)
    assert "make_move" not in json.dumps(violation.as_dict())
    assert violation.code is Code.UNDECLARED_EVENT


def test_the_wrong_direction_is_said() -> None:
    """A client may not send what the server sends, and the other way round."""
    judge = guard({"in": {}}, {"out": {}})
    assert "the server sends it" in str(judge.receive_event("/", "out", []).violation)
    assert "the server receives it" in str(judge.send_event("/", "in", []).violation)


@pytest.mark.parametrize(
    ("policy", "expected"),
    [
        ({}, True),
        ({"undeclared_events": "report", "undeclared_namespaces": "report"}, False),
        ({"mode": "report"}, False),
        ({"undeclared_events": "off", "undeclared_namespaces": "off"}, None),
        ({"mode": "off"}, None),
        ({"checkpoints": {"receive_event": "off"}}, None),
    ],
)
def test_undeclared_names_are_the_policys_matter(policy: Any, expected: Any) -> None:
    """The weaker of the two modes counts; and none of it is counted under a client's name."""
    judge = guard({"a": {}}, policy=Policy(**policy))
    for verdict in (judge.receive_event("/", "nope", []), judge.receive_event("/nope", "a", [])):
        assert (verdict.violation.rejected if verdict.violation else None) is expected
        assert not verdict.declared


@pytest.mark.parametrize("event", [1, None, True, 1.5, ["a"], {"a": 1}, b"a"])
def test_a_name_that_is_no_text_is_malformed(event: Any) -> None:
    """Where anything is enforced; `report` says so, and `off` does not look."""
    for mode, rejected in ((Mode.ENFORCE, True), (Mode.REPORT, False), (Mode.OFF, None)):
        judge = guard({"a": {}}, policy=Policy(mode=mode))
        verdicts = [
            judge.receive_event("/", event, []),
            judge.receive_event("/nope", event, []),
            judge.send_event("/", event, []),
        ]
        for verdict in verdicts:
            assert code(verdict) == (None if rejected is None else "malformed_packet")
            assert rejected is None or verdict.violation.rejected is rejected
        failed = judge.failed(Checkpoint.CONNECT, "/", event)
        assert code(failed) == (None if rejected is None else "guard_error")


@pytest.mark.parametrize("event", ["connect", "disconnect", "*", "connect_error"])
def test_reserved_names_never_come_from_clients(event: str) -> None:
    """Even where a document declares them: they are the handshake's."""
    judge = guard({"a": {}, event: {}}, policy=Policy(mode=Mode.OFF, exclude=["/x"]))
    for namespace in ("/", "/x", "/nope"):
        verdict = judge.receive_event(namespace, event, [])
        assert (code(verdict), verdict.rejected) == ("reserved_event", True)


def test_a_template_is_many_namespaces() -> None:
    """With an enum, those; without, any one segment."""
    parameters = {"color": {"enum": ["red", "dark.blue"]}, "id": {}}
    judge = guard({"say": {"payload": TEXT}}, address="/rooms/{color}-{id}", parameters=parameters)
    for good in ("/rooms/red-1", "/rooms/dark.blue-x y", "/rooms/red--"):
        assert not judge.receive_event(good, "say", ["hi"]).rejected
        assert judge.receive_event(good, "say", [1]).rejected
        assert not judge.connect(good, None).rejected
    for bad in (
        "/rooms/green-1",
        "/rooms/darkxblue-1",
        "/rooms/red-",
        "/rooms/red-1/2",
        "/rooms/red",
    ):
        assert code(judge.receive_event(bad, "say", ["hi"])) == "undeclared_namespace"
        assert code(judge.connect(bad, None)) == "undeclared_namespace"


def test_a_client_cannot_make_the_guard_remember_or_search_for_long() -> None:
    """Namespaces are the client's to choose: bounded in number, and in length.

    Were the last one searched, it would take minutes.
    """
    parameters = {"a": {}, "b": {}, "c": {}}
    judge = guard({"say": {}}, address="/r/{a}-{b}-{c}", parameters=parameters)
    for number in range(3_000):
        assert not judge.connect(f"/r/{number}-1-1", None).rejected
        assert len(judge._remembered) <= 1_024
    assert code(judge.connect("/r/" + "-" * 1_000_000 + "/", None)) == "undeclared_namespace"


def test_a_namespace_of_a_template_has_256_characters_at_most() -> None:
    """A longer one is not declared."""
    judge = guard({"say": {}}, address="/{id}", parameters={"id": {}})
    assert not judge.connect("/" + "r" * 255, None).rejected
    assert code(judge.connect("/" + "r" * 256, None)) == "undeclared_namespace"


def test_a_parameter_that_may_have_no_value_has_no_namespace() -> None:
    """Neither one with an empty segment."""
    judge = guard({"say": {}}, address="/r/{id}", parameters={"id": {"enum": []}})
    for namespace in ("/r/", "/r/1"):
        assert code(judge.connect(namespace, None)) == "undeclared_namespace"


@pytest.mark.parametrize(
    ("given", "meant"),
    [
        ("abcdefgx", ("abcdefgh",)),
        ("xbcdefgh", ("abcdefgh",)),
        ("abcdefghxyz", ("abcdefgh",)),
        ("abcdefghwxyz", ()),
        ("xbcdefgx", ()),
    ],
)
def test_among_many_names_those_are_near_that_begin_or_end_alike(given: str, meant: Any) -> None:
    """With three letters, and with three more or less at most."""
    judge = guard({f"{number}_event": {} for number in range(300)} | {"abcdefgh": {}})
    violation = judge.receive_event("/", given, []).violation
    assert violation is not None
    assert violation.suggestions == meant


def test_among_very_many_names_few_are_compared() -> None:
    """Comparing all would take a tenth of a second each time that a client asks for it."""
    judge = guard({f"{number}_event": {} for number in range(300)} | {"make_move": {}})
    violation = judge.receive_event("/", "mke_move", []).violation
    assert violation is not None
    assert violation.suggestions == ("make_move",)
    unlike = judge.receive_event("/", "x" * 1_000_000, []).violation
    assert unlike is not None
    assert unlike.suggestions == ()


def test_excluded_namespaces_are_not_judged() -> None:
    """Whether the document has them or not."""
    judge = guard(
        {"a": {"payload": INTEGER, "x-ack": INTEGER}},
        {"b": {"payload": INTEGER}},
        policy=Policy(exclude=["/", "/admin"]),
    )
    for namespace in ("/", "/admin"):
        verdicts = [
            judge.receive_event(namespace, "a", ["x"]),
            judge.send_event(namespace, "b", ["x"]),
            judge.send_ack(namespace, "a", ["x"]),
            judge.receive_ack(namespace, "b", ["x"]),
            judge.connect(namespace, 1),
        ]
        assert [code(verdict) for verdict in verdicts] == [None] * 5
    excluded = guard(
        {"a": {}}, address="/r/{id}", parameters={"id": {}}, policy=Policy(exclude=["/r/1"])
    )
    assert excluded.receive_event("/r/1", "nope", []).violation is None
    assert excluded.receive_event("/r/2", "nope", []).rejected


def test_the_auth_value_is_the_payload_of_connect() -> None:
    """No value is no argument; where nothing is declared, anything goes."""
    judge = guard({"connect": {"payload": TEXT}})
    assert not judge.connect("/", "token").rejected
    for auth in (None, 1, {}):
        violation = judge.connect("/", auth).violation
        assert violation is not None
        assert violation.checkpoint is Checkpoint.CONNECT
        assert violation.reason == "the auth value does not match the contract"
    assert not guard({"a": {}}).connect("/", {"any": 1}).rejected


def test_an_address_that_is_no_namespace_is_rejected() -> None:
    """When an operation uses it; channels that nobody uses may be anything."""
    message = Message("m", "m")

    def one(address: str | None, *, used: bool) -> Contract:
        channel = Channel("c", address, messages={"m": message}, location="f.yml#/channels/c")
        operation = Operation("o", Action.RECEIVE, "c", (message,))
        return Contract("T", "1", "3.1.0", {"c": channel}, {"o": operation} if used else {})

    with pytest.raises(InvalidDocument, match=r"'chat' isn't a Socket\.IO namespace") as caught:
        Guard(one("chat", used=True))
    assert caught.value.pointer == "/channels/c"
    assert (caught.value.findings[0].line, caught.value.findings[0].column) == (0, 0)
    assert code(Guard(one("chat", used=False)).connect("chat", None)) == "undeclared_namespace"
    assert Guard(one(None, used=True)).receive_event("/", "m", []).rejected


# -- violations ------------------------------------------------------------------------------------


def violation(**changes: Any) -> Violation:
    made: dict[str, Any] = {
        "checkpoint": Checkpoint.RECEIVE_EVENT,
        "code": Code.REQUEST,
        "namespace": "/",
        "event": "e",
        "problems": (Problem("/a", "type", "expected integer", "f.yml#/x"),),
        "reason": "it does not match",
    }
    return Violation(**{**made, **changes})


def test_a_violation_is_one_line() -> None:
    """The traffic, the first problems, the code, and the places of the problems."""
    assert str(violation()) == (
        "rejected event 'e' from a client in '/': it does not match; /a: expected integer"
        " [request_validation_error] (f.yml#/x)"
    )
    many = tuple(Problem("", "k", str(number)) for number in range(5))
    assert "; 0; 1; 2; and 2 more [" in str(violation(problems=many))
    assert "; 2; and more than 2 more [" in str(violation(problems=many, truncated=True))


def test_a_reason_is_given_once() -> None:
    """Neither what the problems say already, nor that something does not match."""
    one = Problem("", "event", "the event is not declared")
    said = str(violation(reason="the event is not declared", problems=(one,)))
    assert said.count("not declared") == 1
    general = str(violation(reason="the payload does not match the contract"))
    assert general.startswith("rejected event 'e' from a client in '/': /a: expected integer [")
    assert "no problems" in str(violation(reason="no problems", problems=()))


def test_a_line_has_what_a_place_is_called() -> None:
    """`place` names locations; equal places and empty ones are left out."""
    several = tuple(Problem("", "k", str(i), f"f.yml#/{i // 2}") for i in range(3))
    made = violation(problems=several)
    assert made.line().endswith(" (f.yml#/0, f.yml#/1)")
    assert made.line(lambda location: f"at {location[-1]}").endswith(" (at 0, at 1)")
    assert made.line(lambda _: "").endswith("]")


@pytest.mark.parametrize(
    ("names", "said"),
    [
        (("a",), "did you mean 'a'?"),
        (("a", "b"), "did you mean 'a' or 'b'?"),
        (("a", "b", "c"), "did you mean 'a', 'b' or 'c'?"),
    ],
)
def test_near_names_are_suggested(names: tuple[str, ...], said: str) -> None:
    """As a question, for people."""
    assert said in str(violation(suggestions=names))


def test_names_are_escaped_and_cut() -> None:
    """They come from clients, and go into logs and answers."""
    assert printable("a\nb") == "'a\\nb'"
    assert printable('it\'s \\ "so"\x7f') == "'it\\'s \\\\ \"so\"\\u007f'"
    assert printable(["x"]) == "'<list>'"
    assert len(printable("m" * 10_000)) < MAX_NAME + 20
    answer = violation(event="\ud800" + "m" * 10_000, namespace="/\ud800").as_dict()
    json.dumps(answer, ensure_ascii=False).encode()
    assert len(answer["error"]["event"]) == MAX_NAME + 1


def test_values_are_shown_to_clients_only_when_they_are_there() -> None:
    """And the place in the document never is."""
    problem = Problem("/a", "type", "m", "f.yml#/x", value="'v'")
    assert problem.as_dict() == {"path": "/a", "keyword": "type", "message": "m", "value": "'v'"}
    assert "value" not in Problem("/a", "type", "m").as_dict()


def test_values_reach_problems_when_the_policy_says_so() -> None:
    """`include_values`, for development."""
    judge = guard({"a": {"payload": INTEGER}}, policy=Policy(include_values=True))
    found = judge.receive_event("/", "a", ["secret"]).violation
    assert found is not None
    assert found.problems[0].value is not None
    assert "secret" in found.problems[0].value


# -- errors ----------------------------------------------------------------------------------------


@pytest.mark.parametrize("checkpoint", Checkpoint)
def test_every_checkpoint_has_its_error(checkpoint: Checkpoint) -> None:
    """The error carries the violation; the server's own faults have no details for clients."""
    error = violation_error(violation(checkpoint=checkpoint))
    assert isinstance(error, ContractViolation)
    assert (error.event, error.namespace, str(error)) == ("e", "/", str(error.violation))
    sent = Checkpoint.SEND_EVENT, Checkpoint.QUEUE_EVENT, Checkpoint.QUEUE_CONTROL
    own = checkpoint in (Checkpoint.SEND_ACK, *sent)
    assert ("problems" in error.answer()["error"]) is not own
    assert json.loads(error.json()) == error.answer()
    assert error.errors() == [{"path": "/a", "keyword": "type", "message": "expected integer"}]
    assert isinstance(error, RequestValidationError) == (
        checkpoint in (Checkpoint.CONNECT, Checkpoint.RECEIVE_EVENT)
    )
    assert isinstance(error, EmitValidationError) == (checkpoint in sent)


def test_a_spec_error_lists_its_findings() -> None:
    """The first one's place is the error's; one finding may come alone."""
    first, second = Finding("f.yml", 3, 5, "/a", "wrong"), Finding("<mapping>", 0, 0, "", "bad")
    error = SpecError(iter([first, second]))
    assert (error.file, error.line, error.column, error.pointer) == ("f.yml", 3, 5, "/a")
    assert str(error) == "f.yml:3:5: wrong (at /a)\n<mapping>: bad"
    assert SpecError(second).findings == (second,)


# -- policies --------------------------------------------------------------------------------------

_KEYS = (
    "bytes, and must have at least 16, so that it cannot be guessed; to generate one, "
    'run python -c "import secrets; print(secrets.token_hex())"'
)
_MODES = "must be 'enforce', 'report' or 'off', not"
WRONG: list[tuple[dict[str, Any], type[Exception], str]] = [
    ({"mode": "reprot"}, ValueError, f"mode {_MODES} 'reprot'; did you mean 'report'?"),
    ({"mode": "Enforce"}, ValueError, f"mode {_MODES} 'Enforce'; did you mean 'enforce'?"),
    ({"mode": "strict"}, ValueError, f"mode {_MODES} 'strict'"),
    ({"mode": None}, ValueError, f"mode {_MODES} None"),
    ({"undeclared_acks": "of"}, ValueError, f"undeclared_acks {_MODES} 'of'; did you mean 'off'?"),
    ({"undeclared_events": 0}, ValueError, f"undeclared_events {_MODES} 0"),
    (
        {"queue_control": "own_hosts"},
        ValueError,
        (
            "queue_control must be 'allow', 'own-hosts' or 'off', not 'own_hosts'; did you mean "
            "'own-hosts'?"
        ),
    ),
    (
        {"queue_control": 5},
        ValueError,
        "queue_control must be 'allow', 'own-hosts' or 'off', not 5",
    ),
    ({"queue_key": 5}, TypeError, "queue_key must be bytes or a string, not an int"),
    ({"queue_key": "hunter2"}, ValueError, f"queue_key has 7 {_KEYS}"),
    (
        {"queue_key": "\ud800" + "k" * 32},
        ValueError,
        "queue_key must be Unicode; pass its bytes instead",
    ),
    ({"queue_key": b""}, ValueError, f"queue_key has 0 {_KEYS}"),
    ({"undeclared_namespaces": []}, ValueError, f"undeclared_namespaces {_MODES} []"),
    (
        {"checkpoints": {"recieve_event": "off"}},
        ValueError,
        (
            "a key of checkpoints must be 'connect', 'receive_event', 'send_ack', 'send_event', "
            "'receive_ack', 'queue_event', 'queue_ack' or 'queue_control', not 'recieve_event'; did"
            " you mean 'receive_event'?"
        ),
    ),
    (
        {"checkpoints": {Checkpoint.CONNECT: "reports"}},
        ValueError,
        f"checkpoints['connect'] {_MODES} 'reports'; did you mean 'report'?",
    ),
    (
        {"checkpoints": ["connect"]},
        TypeError,
        "checkpoints must be a mapping, such as {'connect': 'report'}, not a list",
    ),
    (
        {"operations": {"onMove": "offf"}},
        ValueError,
        f"operations['onMove'] {_MODES} 'offf'; did you mean 'off'?",
    ),
    (
        {"operations": ["onMove"]},
        TypeError,
        "operations must be a mapping, such as {'onMove': 'report'}, not a list",
    ),
    (
        {"operations": {5: "off"}},
        TypeError,
        "a key of operations must be the id of an operation, not 5",
    ),
    (
        {"exclude": "/admin"},
        TypeError,
        "exclude must be a list of namespaces, such as ['/admin'], not a str",
    ),
    (
        {"exclude": 5},
        TypeError,
        "exclude must be a list of namespaces, such as ['/admin'], not an int",
    ),
    ({"exclude": [5]}, TypeError, "exclude must be a list of namespaces, but has an int"),
    (
        {"exclude": ["admin"]},
        ValueError,
        "exclude has 'admin', but a namespace starts with '/'; did you mean '/admin'?",
    ),
    ({"include_values": "no"}, TypeError, "include_values must be True or False, not 'no'"),
]


@pytest.mark.parametrize(("options", "kind", "message"), WRONG, ids=str)
def test_a_policy_says_what_is_allowed(
    options: dict[str, Any], kind: type[Exception], message: str
) -> None:
    """And what was probably meant."""
    with pytest.raises(kind) as caught:
        Policy(**options)
    assert str(caught.value) == message
    assert type(caught.value) is kind


def test_unknown_operations_come_with_near_ones() -> None:
    """Each by itself, and only where one is near."""
    policy = Policy(operations={"receive_Mvoe": Mode.OFF, "xyz": Mode.OFF})
    with pytest.raises(ValueError, match="unknown operations") as caught:
        guard({"Move": {}, "say": {}}, policy=policy)
    assert str(caught.value) == (
        "the policy names unknown operations: 'receive_Mvoe' (did you mean 'receive_Move'?), 'xyz'"
    )


def test_a_policy_takes_texts_and_any_collection() -> None:
    """What is allowed is what it was."""
    policy = Policy(mode="report", checkpoints={"connect": "off"}, exclude={"/a": 1}.keys())  # type: ignore[arg-type, dict-item]
    assert (policy.mode, policy.at(Checkpoint.CONNECT)) == (Mode.REPORT, Mode.OFF)
    assert policy.exclude == {"/a"}
