"""The guard behind `AsyncAPISocketIO`: it has the options, and follows what is registered."""

from __future__ import annotations

from typing import Any

import pytest
from flask import Flask

from asyncapi_guard import AsyncAPISocketIO, Checkpoint, Mode, Policy

TYPED: Any = {"get_from_typehint": True}


def made(app: Flask | None = None, **options: Any) -> Any:
    """A `SocketIO` with handlers of one event, of all others in `/`, and of one everywhere."""
    io: Any = AsyncAPISocketIO(app or Flask(__name__), async_mode="threading", **options)

    @io.on("word", **TYPED)
    def word(text: str) -> int:
        return 1

    @io.on("own", **TYPED)
    def own(thing: dict[str, Any]) -> dict[str, Any]:
        return thing

    @io.on("*", **TYPED)
    def every(event: str, number: int) -> int:
        return 1

    @io.on("*", namespace="/wide", **TYPED)
    def wide(event: str, thing: dict[str, Any]) -> dict[str, Any]:
        return thing

    @io.on("data", namespace="*", **TYPED)
    def data(thing: dict[str, Any]) -> dict[str, Any]:
        return thing

    return io


def judged(verdict: Any) -> tuple[str, str, str] | None:
    found = verdict.violation
    return None if found is None else (found.code.value, found.namespace, found.event)


def test_the_guard_has_the_options() -> None:
    """As `AsyncAPIGuard` has its own."""
    hook = print
    guard = made(
        on_violation=hook, addresses=False, reject_event="refused", respond_unhandled=True
    )._guarded
    assert (guard.on_violation, guard.addresses) == (hook, False)
    assert (guard.reject_event, guard.respond_unhandled) == ("refused", True)


def test_a_document_is_read_by_the_engine_that_is_asked_for(contract: Any) -> None:
    """One that does not exist is an error at once, and so is a policy that does not fit."""
    with pytest.raises(ValueError, match="engine must be"):
        made(spec=contract(), engine="fast")
    with pytest.raises(ValueError, match="unknown operations: 'nope'"):
        made(spec=contract(), policy=Policy(operations={"nope": Mode.OFF}))


def test_a_guard_is_made_anew_only_for_a_new_handler() -> None:
    """With the same handlers it is the same, and it knows what comes later."""
    io = made()
    guard = io._guarded.guard
    assert io._guarded.guard is guard
    assert not guard.receive_event("/", "later", [1]).declared
    io.on("later", **TYPED)(lambda: None)
    assert io._guarded.guard is not guard


def test_a_namespace_that_is_registered_later_is_counted_by_its_name() -> None:
    """Not with those that nobody knows."""
    io = made()

    @io.on("say", namespace="/late", **TYPED)
    def say(text: str) -> None:
        pass

    guard = io._guarded
    guard.recorder.record(guard.guard.receive_event("/late", "say", [1]))
    guard.recorder.record(guard.guard.receive_event("/late", "yas", []))
    counted = {(s.namespace, s.event) for s in guard.statistics()}
    assert ("/late", "say") in counted
    assert guard.recorder.namespaces >= {"/late"}
    assert "/never" not in guard.recorder.namespaces


@pytest.mark.parametrize("place", [("/", "other"), ("/", "x")])
def test_a_handler_of_all_events_judges_by_its_types(place: tuple[str, str]) -> None:
    """What it is given and what it returns; the violation has the event's own name."""
    guard = made()._guarded.guard
    assert judged(guard.receive_event(*place, [1])) is None
    assert judged(guard.receive_event(*place, ["a"])) == ("request_validation_error", *place)
    assert judged(guard.receive_event(*place, [])) == ("request_validation_error", *place)
    assert judged(guard.send_ack(*place, [1])) is None
    assert judged(guard.send_ack(*place, ["a"])) == ("response_validation_error", *place)
    for args in ([1], ["a"]):
        assert not guard.receive_event(*place, args).declared
        assert not guard.send_ack(*place, args).declared


@pytest.mark.parametrize("place", [("/any", "data"), ("/wide", "x"), ("/", "own")])
def test_text_and_bytes_are_judged(place: tuple[str, str]) -> None:
    """By a handler in all namespaces as by any: half of a surrogate pair is no text."""
    guard = made(engine="jsonschema")._guarded.guard
    broken = [{"k": "\ud800"}]
    for judge in (guard.receive_event, guard.send_ack):
        assert judged(judge(*place, [{"k": "a"}])) is None
        assert judged(judge(*place, broken)) is not None
        assert judged(judge(*place, broken, read=True)) is None
        found = judge(*place, [{"k": b"x"}], binary=True).violation
        assert found.problems[0].keyword == "format"


def test_a_declared_event_is_not_judged_by_a_handler_of_all() -> None:
    """It has a handler of its own, and its own types."""
    guard = made()._guarded.guard
    assert judged(guard.receive_event("/", "word", ["a"])) is None
    assert guard.receive_event("/", "word", ["a"]).declared
    assert judged(guard.receive_event("/", "word", [1])) is not None
    assert judged(guard.send_ack("/", "word", [1])) is None
    assert judged(guard.send_ack("/", "word", ["a"])) is not None


def test_what_nobody_handles_passes() -> None:
    """In a namespace without handlers, and where an event has no name."""
    guard = made()._guarded.guard
    for verdict in (guard.receive_event("/any", "nope", [1]), guard.send_ack("/any", "nope", [1])):
        assert judged(verdict) is None
        assert not verdict.declared
    assert judged(guard.receive_event("/", None, [])) is not None


@pytest.mark.parametrize(
    ("checkpoint", "namespace", "event", "expected"),
    [
        (Checkpoint.RECEIVE_EVENT, "/", "word", Mode.ENFORCE),
        (Checkpoint.RECEIVE_EVENT, "/", "other", Mode.ENFORCE),
        (Checkpoint.SEND_ACK, "/", "other", Mode.ENFORCE),
        (Checkpoint.RECEIVE_EVENT, "/any", "data", Mode.ENFORCE),
        (Checkpoint.RECEIVE_EVENT, "/any", "nope", Mode.OFF),
        (Checkpoint.RECEIVE_EVENT, "/", None, Mode.ENFORCE),
        (Checkpoint.SEND_EVENT, "/", "other", Mode.OFF),
        (Checkpoint.RECEIVE_ACK, "/any", "data", Mode.OFF),
    ],
)
def test_what_a_handler_of_all_takes_is_enforced(
    checkpoint: Checkpoint, namespace: str, event: str, expected: Mode
) -> None:
    """What is sent, and what nobody handles, is let be: the hints say nothing of it."""
    assert made()._guarded.guard.mode_of(checkpoint, namespace, event) is expected


def test_a_policy_about_undeclared_events_comes_before_a_handler_of_all() -> None:
    """Where it minds them, they are what it says, whatever handler would take them."""
    strict = made(policy=Policy(undeclared_events=Mode.ENFORCE))._guarded.guard
    assert judged(strict.receive_event("/", "other", [1])) == ("undeclared_event", "/", "other")
    lenient = made(policy=Policy(undeclared_events=Mode.REPORT))._guarded.guard
    assert lenient.mode_of(Checkpoint.RECEIVE_EVENT, "/", "other") is Mode.REPORT


@pytest.mark.parametrize(
    ("policy", "rejected"),
    [
        ({}, True),
        ({"mode": "report"}, False),
        ({"operations": {"receive_word": "off"}}, True),
        ({"exclude": ["/"]}, True),
    ],
)
def test_a_handler_of_all_events_has_the_policy(policy: Any, rejected: bool) -> None:
    """But for what is said of other operations, and of other namespaces."""
    io = made(policy=Policy(**policy))
    (word,) = (id for id in io._guarded.contract.operations if "word" in id)
    if "operations" in policy:
        io = made(policy=Policy(operations={word: Mode.OFF}))
    verdict = io._guarded.guard.receive_event("/wide", "x", ["a"])
    assert verdict.violation is not None
    assert verdict.rejected is rejected


def test_a_handler_of_all_events_says_nothing_of_what_is_sent() -> None:
    """Only of what comes in."""
    guard = made(policy=Policy(undeclared_events=Mode.OFF))._guarded.guard
    assert guard.mode_of(Checkpoint.SEND_EVENT, "/wide", "x") is Mode.OFF
    assert guard.mode_of(Checkpoint.RECEIVE_EVENT, "/wide", "x") is Mode.ENFORCE


def test_the_console_is_an_option() -> None:
    """Of the drop-ins as well."""
    app = Flask("with_console")
    io = made(app=app, docs="/asyncapi")
    assert io.docs == "/asyncapi"
    assert app.test_client().get("/asyncapi/").status_code == 200
    assert [name for name in app.view_functions if name.startswith("asyncapi_guard:")]


def test_a_body_of_a_known_length_needs_no_server_that_ends_it() -> None:
    """The judge of the console reads it; without a length, nobody knows where it ends."""
    app = Flask("with_console")
    made(app=app, docs="/asyncapi")
    asked = {"base_url": "http://127.0.0.1", "json": {"items": []}}
    plain = {"wsgi.input_terminated": False, "REMOTE_ADDR": "127.0.0.1"}
    answer = app.test_client().post("/asyncapi/judge", environ_overrides=plain, **asked)
    assert answer.status_code != 411
    chunked = {**plain, "CONTENT_LENGTH": "", "HTTP_TRANSFER_ENCODING": "chunked"}
    answer = app.test_client().post("/asyncapi/judge", environ_overrides=chunked, **asked)
    assert answer.status_code == 411


def test_a_policy_may_name_what_is_registered_later(caplog: pytest.LogCaptureFixture) -> None:
    """Until then, one line says so; what has a handler has its mode."""
    policy = Policy(operations={"receive_late": Mode.OFF, "nope": Mode.OFF}, mode=Mode.REPORT)
    guard = made(policy=policy)._guarded
    assert guard.guard.policy.mode is Mode.REPORT
    assert not guard.guard.policy.operations
    named = [message for message in caplog.messages if "no handler has" in message]
    assert named
    assert "'nope'" in named[-1]
