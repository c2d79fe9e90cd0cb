"""What holds at every checkpoint: in namespaces of a template, of text, of bytes, and of modes."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import pytest

from asyncapi_guard import Checkpoint, Code, Guard, InvalidDocument, Mode, Policy, load
from asyncapi_guard.contract import (
    Action,
    Channel,
    Contract,
    Message,
    Operation,
    WebSocketBinding,
)
from asyncapi_guard.guard.handshakes import HandshakeRequest, HandshakeRule

if TYPE_CHECKING:
    from asyncapi_guard import Verdict
    from asyncapi_guard.schema import EngineName

TEXT, BYTES = {"type": "string"}, {"type": "string", "format": "binary"}
#: Where an event or an ack is, and the event of the contract that it is about.
EVENTS = {
    Checkpoint.RECEIVE_EVENT: "in",
    Checkpoint.SEND_ACK: "in",
    Checkpoint.SEND_EVENT: "out",
    Checkpoint.RECEIVE_ACK: "out",
    Checkpoint.QUEUE_EVENT: "out",
}
#: Those that have the mode of another one, unless they have one of their own.
FOLLOWERS = {
    Checkpoint.SEND_EVENT: Checkpoint.QUEUE_EVENT,
    Checkpoint.RECEIVE_ACK: Checkpoint.QUEUE_ACK,
}
#: Whose mode no operation has a say in: nobody knows the operation by then.
WITHOUT_OPERATION = (Checkpoint.QUEUE_ACK, Checkpoint.QUEUE_CONTROL)
KINDS = ("integer", "number")
everywhere = pytest.mark.parametrize("checkpoint", EVENTS)


def guard(
    schema: Any,
    address: str = "/",
    policy: Policy | None = None,
    engine: EngineName = "auto",
    **connect: Any,
) -> Guard:
    """A guard of an event each way; the schema is of the payloads and the acks."""
    messages = {name: {"payload": schema, "x-ack": schema} for name in ("in", "out")}
    channel = {"address": address, "messages": {**messages, **connect}}
    if "{" in address:
        channel["parameters"] = {"id": {}}

    def operation(action: str, *names: str) -> dict[str, Any]:
        references = [{"$ref": f"#/channels/c/messages/{name}"} for name in names]
        return {"action": action, "channel": {"$ref": "#/channels/c"}, "messages": references}

    document = {
        "asyncapi": "3.1.0",
        "info": {"title": "T", "version": "1"},
        "channels": {"c": channel},
        "operations": {"i": operation("receive", "in", *connect), "o": operation("send", "out")},
    }
    return Guard(load(document, engine=engine), policy)


def judge(guard: Guard, checkpoint: Checkpoint, args: Any, at: str = "/", **how: Any) -> Verdict:
    """What a guard says of arguments, or of the values of an ack."""
    methods = {
        Checkpoint.RECEIVE_EVENT: guard.receive_event,
        Checkpoint.SEND_EVENT: guard.send_event,
        Checkpoint.SEND_ACK: guard.send_ack,
        Checkpoint.RECEIVE_ACK: guard.receive_ack,
        Checkpoint.QUEUE_EVENT: guard.queue_event,
    }
    verdict: Verdict = methods[checkpoint](at, EVENTS[checkpoint], args, **how)
    return verdict


@everywhere
def test_namespaces_of_a_template_are_judged(checkpoint: Checkpoint) -> None:
    """Each like one that is declared by its name."""
    made = guard(TEXT, "/r/{id}")
    good, bad = (judge(made, checkpoint, [value], at="/r/1") for value in ("a", 1))
    assert (good.declared, good.violation) == (True, None)
    assert bad.rejected
    assert bad.violation is not None
    assert (bad.violation.checkpoint, bad.violation.namespace) == (checkpoint, "/r/1")


def test_the_rules_of_a_template_are_those_of_its_namespaces() -> None:
    """Of events received and sent; elsewhere, and for other events, there are none."""
    made = guard(TEXT, "/r/{id}")
    for find, name, other in (
        (made.rule_of_received, "in", "out"),
        (made.rule_of_sent, "out", "in"),
    ):
        rule = find("/r/1", name)
        assert rule is not None
        assert rule.event == name
        assert find("/r/1", other) is None
        assert find("/nope", name) is None


@everywhere
@pytest.mark.parametrize("schema", [{"type": "object"}, {"type": "array", "items": [{}]}])
def test_text_that_is_no_unicode_is_rejected(checkpoint: Checkpoint, schema: Any) -> None:
    """By either engine, wherever it stands; a strict reader has looked for it already."""
    args = [{"k": "\ud800"}]
    for engine in ("jsonschema", "rust"):
        assert judge(guard(schema, engine=engine), checkpoint, args).rejected
    read = judge(guard(schema, engine="jsonschema"), checkpoint, args, read=True)
    assert read.violation is None


def test_an_auth_whose_text_is_no_unicode_is_rejected() -> None:
    """By either engine."""
    for engine in ("jsonschema", "rust"):
        made = guard(TEXT, engine=engine, connect={"payload": {"type": "object"}})
        assert made.connect("/", {"k": "\ud800"}).rejected


@everywhere
def test_a_violation_says_what_does_not_match(checkpoint: Checkpoint) -> None:
    """A payload or an ack, and the message of the contract that a payload is not."""
    found = judge(guard(TEXT), checkpoint, [5]).violation
    assert found is not None
    ack = checkpoint in (Checkpoint.SEND_ACK, Checkpoint.RECEIVE_ACK)
    assert found.reason == f"the {'ack' if ack else 'payload'} does not match the contract"
    assert found.message_id == (None if ack else EVENTS[checkpoint])


@everywhere
def test_a_violation_says_whether_there_is_more(checkpoint: Checkpoint) -> None:
    """Of few problems all are there, of many the first."""
    many = {"type": "array", "items": {"type": "string"}}
    for args, expected in (([[5]], False), ([[5] * 10_000], True), ([1, 2], False)):
        found = judge(guard(many), checkpoint, args).violation
        assert found is not None
        assert found.truncated is expected


def test_what_matches_several_messages_has_no_more_problems() -> None:
    """One says it all."""
    document = {
        "asyncapi": "3.1.0",
        "info": {"title": "T", "version": "1"},
        "channels": {
            "c": {
                "address": "/",
                "messages": {key: {"name": "e", "payload": {"type": key}} for key in KINDS},
            }
        },
        "operations": {"i": {"action": "receive", "channel": {"$ref": "#/channels/c"}}},
    }
    found = Guard(load(document)).receive_event("/", "e", [1]).violation
    assert found is not None
    assert (len(found.problems), found.truncated) == (1, False)


@everywhere
def test_bytes_need_a_place(checkpoint: Checkpoint) -> None:
    """Where the contract has none, arguments that came with attachments are rejected."""
    assert judge(guard(BYTES), checkpoint, [b"x"], binary=True).violation is None
    bad = judge(guard({"type": "object"}), checkpoint, [{"k": b"x"}], binary=True).violation
    assert bad is not None
    assert [(p.path, p.keyword) for p in bad.problems] == [("/k", "format")]
    assert not bad.truncated


@pytest.mark.parametrize(
    ("depth", "name", "expected"),
    [(32, "k", "/k" * 32), (33, "k", ""), (1, "n" * 200, "/" + "n" * 100)],
)
def test_the_place_of_bytes_is_bounded(depth: int, name: str, expected: str) -> None:
    """In its depth, and in the length of names, which are the sender's."""
    value: Any = b"x"
    for _ in range(depth):
        value = {name: value}
    found = judge(guard({"type": "object"}), Checkpoint.RECEIVE_EVENT, [value], binary=True)
    assert found.violation is not None
    assert found.violation.problems[0].path == expected


def test_an_empty_auth_is_none_where_it_does_not_fit() -> None:
    """python-socketio's clients send `{}` for none; where neither fits, it is judged as it is."""
    token = {"type": "object", "required": ["token"]}
    for payload, expected in (
        ({"type": "null"}, None),
        ({"type": "object"}, None),
        ({"type": "object", "maxProperties": 0}, None),
        (token, "required"),
    ):
        found = guard(TEXT, connect={"payload": payload}).connect("/", {}).violation
        assert (found and found.problems[0].keyword) == expected
    missing = guard(TEXT, connect={"payload": token}).connect("/", None).violation
    assert missing is not None
    assert missing.problems[0].keyword == "arguments"
    assert guard(TEXT, connect={"payload": {"type": "null"}}).connect("/", {"a": 1}).rejected


@everywhere
def test_values_are_secret_unless_the_policy_says_otherwise(checkpoint: Checkpoint) -> None:
    """By default, and where it says no, no problem has one."""
    for policy, expected in (
        (None, None),
        (Policy(include_values=False), None),
        (Policy(include_values=True), "5"),
    ):
        found = judge(guard(TEXT, policy=policy), checkpoint, [5]).violation
        assert found is not None
        assert found.problems[0].value == expected


# -- modes -----------------------------------------------------------------------------------------


@pytest.mark.parametrize("checkpoint", Checkpoint)
def test_the_mode_of_what_is_declared_is_its_own(checkpoint: Checkpoint) -> None:
    """Not that of undeclared events; a checkpoint has the say where the contract has none."""
    policy = Policy(
        checkpoints={checkpoint: Mode.REPORT},
        undeclared_events=Mode.OFF,
        undeclared_acks=Mode.OFF,
    )
    made = guard(TEXT, policy=policy, connect={"payload": TEXT})
    event = EVENTS.get(checkpoint, "connect")
    assert made.mode_of(checkpoint, "/", event) is Mode.REPORT
    follower = FOLLOWERS.get(checkpoint, checkpoint)
    assert made.mode_of(follower, "/", event) is Mode.REPORT
    others = [each for each in Checkpoint if each not in (checkpoint, follower)]
    assert {made.mode_of(each, "/", EVENTS.get(each, "connect")) for each in others} == {
        Mode.ENFORCE
    }


@pytest.mark.parametrize("checkpoint", [c for c in Checkpoint if c not in WITHOUT_OPERATION])
def test_the_mode_of_an_operation_is_that_of_all_it_has(checkpoint: Checkpoint) -> None:
    """Of its connects and acks too, and in the namespaces of a template."""
    policy = Policy(operations={"i": Mode.REPORT, "o": Mode.REPORT})
    made = guard(TEXT, "/r/{id}", policy, connect={"payload": TEXT})
    event = EVENTS.get(checkpoint, "connect")
    assert made.mode_of(checkpoint, "/r/1", event) is Mode.REPORT


@pytest.mark.parametrize("checkpoint", WITHOUT_OPERATION)
@pytest.mark.parametrize("namespace", ["/", "/nope", "/excluded"])
def test_what_a_queue_does_has_the_mode_of_its_checkpoint(
    checkpoint: Checkpoint, namespace: str
) -> None:
    """Whichever namespace it names: it may act on clients of any."""
    policy = Policy(exclude=["/excluded"], undeclared_namespaces="off", operations={"o": "off"})  # type: ignore[arg-type, dict-item]  # texts
    assert guard(TEXT, policy=policy).mode_of(checkpoint, namespace, "out") is Mode.ENFORCE


@pytest.mark.parametrize(
    ("policy", "namespace", "event", "expected"),
    [
        ({}, "/", "nope", Mode.ENFORCE),
        ({}, "/nope", "in", Mode.ENFORCE),
        ({"mode": "report"}, "/", "nope", Mode.REPORT),
        ({"undeclared_events": "off"}, "/", "nope", Mode.OFF),
        ({"undeclared_events": "off"}, "/nope", "nope", Mode.ENFORCE),
        ({"undeclared_namespaces": "report"}, "/nope", "in", Mode.REPORT),
        ({"undeclared_namespaces": "report"}, "/", "nope", Mode.ENFORCE),
        ({"mode": "report", "undeclared_events": "off"}, "/", "nope", Mode.OFF),
        ({"mode": "off", "undeclared_events": "report"}, "/", "nope", Mode.OFF),
        ({"mode": "report", "undeclared_events": "enforce"}, "/", "nope", Mode.REPORT),
        ({"exclude": ["/nope"]}, "/nope", "in", Mode.OFF),
        ({"undeclared_events": "off"}, "/", None, Mode.ENFORCE),
        ({"undeclared_events": "off"}, "/", ["in"], Mode.ENFORCE),
        ({"mode": "off"}, "/", "disconnect", Mode.ENFORCE),
        ({"mode": "off"}, "/", "in", Mode.OFF),
    ],
)
def test_the_mode_of_what_is_not_declared_is_the_policys(
    policy: Any, namespace: str, event: Any, expected: Mode
) -> None:
    """What has no name counts as nobody's event; reserved names are never let through."""
    made = guard(TEXT, policy=Policy(**policy))
    assert made.mode_of(Checkpoint.RECEIVE_EVENT, namespace, event) is expected


def test_a_connect_that_is_not_declared_is_no_undeclared_event() -> None:
    """A contract need not say anything of connects."""
    policy = Policy(undeclared_events=Mode.OFF)
    assert guard(TEXT, policy=policy).mode_of(Checkpoint.CONNECT, "/", "connect") is Mode.ENFORCE


def undeclared_acks(mode: Mode) -> Guard:
    """A guard of an event whose ack the contract says nothing of."""
    document = {
        "asyncapi": "3.1.0",
        "info": {"title": "T", "version": "1"},
        "channels": {"c": {"address": "/", "messages": {"in": {"payload": TEXT}}}},
        "operations": {"i": {"action": "receive", "channel": {"$ref": "#/channels/c"}}},
    }
    return Guard(load(document), Policy(undeclared_acks=mode))


def test_an_ack_that_cannot_be_sent_is_rejected_although_nobody_declared_it() -> None:
    """`undeclared_acks` is about values that the contract does not have, not about such."""
    made = undeclared_acks(Mode.OFF)
    assert made.send_ack("/", "in", [object()]).violation is None
    assert made.mode_of(Checkpoint.SEND_ACK, "/", "in") is Mode.ENFORCE
    assert made.unsendable(Checkpoint.SEND_ACK, "/", "in").rejected


def test_bytes_in_an_ack_that_nobody_declared_are_named() -> None:
    """Where such acks are rejected."""
    made = undeclared_acks(Mode.ENFORCE)
    for value, how, keyword in ((b"x", {"binary": True}, "format"), ("x", {}, "arguments")):
        found = made.send_ack("/", "in", [value], **how).violation
        assert found is not None
        assert found.problems[0].keyword == keyword
    assert made.send_ack("/", "in", []).violation is None


# -- what no rule is about -------------------------------------------------------------------------


@pytest.mark.parametrize("mode", Mode)
@pytest.mark.parametrize(
    ("kind", "checkpoint", "code", "keyword"),
    [
        ("malformed", Checkpoint.RECEIVE_EVENT, Code.MALFORMED_PACKET, "packet"),
        ("unsendable", Checkpoint.SEND_ACK, Code.RESPONSE, "json"),
        ("unsendable", Checkpoint.SEND_EVENT, Code.EMIT, "json"),
        ("failed", Checkpoint.RECEIVE_ACK, Code.GUARD, "guard"),
    ],
)
def test_faults_of_no_rule_have_the_mode_of_their_event(
    kind: str, checkpoint: Checkpoint, code: Code, keyword: str, mode: Mode
) -> None:
    """Where nothing is done about an event, nobody looks; an event that is not known says so."""
    made = guard(TEXT, policy=Policy(mode=mode))
    more = ("it is broken",) if kind == "malformed" else ()
    verdict = getattr(made, kind)(checkpoint, "/", EVENTS[checkpoint], *more)
    if mode is Mode.OFF:
        assert verdict.violation is None
        return
    found = verdict.violation
    assert (found.checkpoint, found.code, found.namespace) == (checkpoint, code, "/")
    assert (found.event, found.rejected) == (EVENTS[checkpoint], mode is Mode.ENFORCE)
    assert [(p.path, p.keyword, p.message) for p in found.problems] == [("", keyword, found.reason)]
    if kind == "unsendable":
        what = "ack" if checkpoint is Checkpoint.SEND_ACK else "event"
        assert found.reason == f"the {what} has a value that can't be sent as JSON"
    assert verdict.declared
    assert not getattr(made, kind)(checkpoint, "/", "nope", *more).declared
    assert not getattr(made, kind)(checkpoint, "/nope", "in", *more).declared
    assert getattr(made, kind)(checkpoint, "/", None, *more).violation.event == ""


def test_an_auth_that_cannot_be_sent_is_called_one() -> None:
    """A client's own, before it leaves."""
    found = guard(TEXT).unsendable(Checkpoint.CONNECT, "/", "connect").violation
    assert found is not None
    assert found.reason == "the auth has a value that can't be sent as JSON"


def test_a_method_that_is_wrong_is_a_problem_of_its_keyword() -> None:
    """As the binding has it."""
    binding = WebSocketBinding(method="GET")
    rule = HandshakeRule([Channel("c", "/", websocket=binding)])
    found, is_more = rule.problems(HandshakeRequest("POST", {}, {}), include_values=False)
    assert [(each.path, each.keyword) for each in found] == [("/method", "method")]
    assert not is_more


def test_a_mark_that_would_do_nothing_has_no_line_in_data() -> None:
    """Lines are those of files."""
    message = Message("renew", "renew", reauthenticate=True, location="d#/m")
    operation = Operation("o", Action.RECEIVE, "c", (message,))
    contract = Contract("T", "1", "3.1.0", {"c": Channel("c", "/")}, {"o": operation})
    with pytest.raises(InvalidDocument) as caught:
        Guard(contract)
    (finding,) = caught.value.findings
    assert (finding.file, finding.line, finding.column) == ("d", 0, 0)
    assert finding.pointer == "/m/x-guard/reauthenticate"


def test_what_passes_undeclared_is_not_counted_by_its_name() -> None:
    """Neither is what is rejected because its name is reserved: a client chooses it."""
    policy = Policy(undeclared_events=Mode.OFF, exclude=["/admin"])
    made = guard(TEXT, policy=policy)
    for verdict in (
        made.receive_event("/", "nope", []),
        made.receive_event("/admin", "in", []),
        made.send_event("/", "nope", []),
        made.send_ack("/", "nope", []),
        made.receive_ack("/", "nope", []),
        made.connect("/admin", None),
        made.receive_event("/", "disconnect", []),
    ):
        assert not verdict.declared
    assert made.receive_event("/", "in", ["a"]).declared


def test_excluding_a_namespace_besides_leaves_the_guard_as_it_was() -> None:
    """The one that is made judges nothing there, and what is declared as before."""
    made = guard(TEXT, "/r/{id}", Policy(exclude=["/admin"]))
    assert judge(made, Checkpoint.RECEIVE_EVENT, [1], at="/r/1").rejected
    other = made.excluding(frozenset(["/r/1", "/nope"]))
    for namespace in ("/r/1", "/nope", "/admin"):
        assert other.receive_event(namespace, "in", [1]).violation is None
        assert other.connect(namespace, None).violation is None
    assert other.receive_event("/r/2", "in", [1]).rejected
    assert made.receive_event("/r/1", "in", [1]).rejected
    assert made.receive_event("/nope", "in", [1]).rejected


def test_near_names_are_three_at_most_and_the_nearest_comes_first() -> None:
    """Namespaces have them as well, and what is far from all has none."""
    made = guard(TEXT, "/games")
    assert made.receive_event("/game", "in", []).violation.suggestions == ("/games",)  # type: ignore[union-attr]
    assert made.receive_event("/xyz", "in", []).violation.suggestions == ()  # type: ignore[union-attr]
    assert made.receive_event("/gaxyz", "in", []).violation.suggestions == ("/games",)  # type: ignore[union-attr]
    messages = {name: {} for name in ("move", "moved", "mover", "moves", "begin")}
    document = {
        "asyncapi": "3.1.0",
        "info": {"title": "T", "version": "1"},
        "channels": {"c": {"address": "/", "messages": messages}},
        "operations": {"i": {"action": "receive", "channel": {"$ref": "#/channels/c"}}},
    }
    found = Guard(load(document)).receive_event("/", "movee", []).violation
    assert found is not None
    assert len(found.suggestions) == 3
    assert set(found.suggestions) <= {"move", "moved", "mover", "moves"}
