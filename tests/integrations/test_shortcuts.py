"""Events that are judged by making the instance that their handler gets: nothing else differs."""

from __future__ import annotations

import functools
from typing import TYPE_CHECKING, Annotated, Any, Optional

import pytest
from code_first_stage import KINDS, Stage
from pydantic import BaseModel, ConfigDict, Field

from asyncapi_guard import Identity, Message, Policy
from asyncapi_guard.codefirst.hints.pydantic2 import Hint2

# ruff: noqa: UP045  # types that are made at run time

if TYPE_CHECKING:
    from collections.abc import Callable


class Step(BaseModel):
    x: int = Field(ge=0)
    name: str = "none"
    more: Optional[float] = None


class Shut(BaseModel):
    model_config = ConfigDict(extra="forbid")
    x: int


@pytest.fixture(params=KINDS)
def stage(request: pytest.FixtureRequest, net: Any) -> Callable[..., Stage]:
    """Makes drop-ins; options go to them."""
    return functools.partial(Stage, request.param, net)


EVENTS: list[tuple[Any, ...]] = [
    ("step", {"x": 1}),
    ("step", {"x": 1, "name": "n", "more": 2}),
    ("step", {"x": 1.0}),
    ("step", {"x": 10**30, "other": [1]}),
    ("step", {"x": "5"}),
    ("step", {"x": True}),
    ("step", {"x": -1}),
    ("step", {"x": 1, "name": None}),
    ("step", {"x": 1, "more": "1"}),
    ("step", {}),
    ("step", [1]),
    ("step", None),
    ("step",),
    ("step", {"x": 1}, {"x": 1}),
    ("step", {"x": b"bytes"}),
    ("shut", {"x": 1}),
    ("shut", {"x": 1, "y": 2}),
    ("all", [{"x": 1}, {"x": 2.0}]),
    ("all", [{"x": 1}, {"x": "2"}]),
]


def transcript(stage: Callable[..., Stage], mode: Any) -> list[Any]:
    """All that is to be seen of the events: answers, handlers, records, counters."""
    made = stage(typed=True, policy=Policy(mode=mode))

    @made.on("step")
    def step(sid: str, step: Step) -> Step:
        made.got.append((step, repr(step), step.model_fields_set))
        return step

    @made.on("shut")
    def shut(shut: Shut) -> str:
        return repr(shut)

    @made.on("all")
    def every(steps: list[Step]) -> list[Step]:
        return steps

    client = made.client()
    # Nobody answers for a handler that was called with too few arguments, unless that is enforced.
    events = [each for each in EVENTS if mode == "enforce" or len(each) == 2]
    answers = [client.ask(*event) for event in events]
    recorded = [(each.as_dict(), each.problems, each.rejected) for each in made.violations]
    counted = sorted(map(repr, made.io.guard.statistics()))
    return [answers, made.got, recorded, counted]


@pytest.mark.parametrize("mode", ["enforce", "report", "off"])
def test_both_ways_say_the_same(
    mode: str, stage: Callable[..., Stage], monkeypatch: pytest.MonkeyPatch
) -> None:
    """The long way validates first, and makes the instance later."""
    short = transcript(stage, mode)
    monkeypatch.setattr(Hint2, "strictly", lambda *_: None)
    assert short == transcript(stage, mode)
    answered = [answer for answer in short[0] if "error" not in str(answer)]
    assert len(answered) == (6 if mode == "enforce" else 10)


def test_an_event_with_a_model_takes_the_short_way(stage: Callable[..., Stage]) -> None:
    """Else the tests here would show nothing."""
    made = stage(typed=True)

    @made.on("step")
    def step(step: Step) -> None:
        """Take it."""

    guard = made.io.guard
    rule = guard.in_force.rule_of_received("/", "step")
    assert guard.shortcut(rule, "/", "step") is not None
    assert guard.shortcut(rule, "/", "other") is None


def test_what_a_handler_returns_without_a_hint_of_it(stage: Callable[..., Stage]) -> None:
    """It becomes plain data all the same."""
    made = stage(typed=True)

    @made.on("step")
    def step(step: Step):  # type: ignore[no-untyped-def]  # that is the point
        return step

    assert made.client().ask("step", {"x": 1}) == [{"x": 1, "name": "none", "more": None}]


def test_handlers_get_what_they_ask_for_besides(stage: Callable[..., Stage]) -> None:
    """Those of the message see what came, and no instance."""
    made = stage(typed=True)

    @made.on("step")
    def step(step: Step, message: Message) -> list[Any]:
        return [step.x, message.args]

    assert made.client().ask("step", {"x": 1}) == [[1, [{"x": 1}]]]


def test_the_handler_is_the_one_that_is_registered_when_it_runs(
    stage: Callable[..., Stage],
) -> None:
    """It may take another type than the one that the event was judged by."""
    made = stage(typed=True)

    @made.on("step")
    def first(step: Step) -> str:
        return "first"

    client = made.client()
    assert client.ask("step", {"x": 1}) == ["first"]

    @made.on("step")
    def second(shut: Shut) -> str:
        return repr(shut)

    assert client.ask("step", {"x": 1}) == ["Shut(x=1)"]
    (error,) = client.ask("step", {"x": 1, "name": "n"})
    assert error["error"]["code"] == "request_validation_error"


@pytest.mark.parametrize("name", ["_trigger_event", "_get_event_handler"])
def test_methods_that_others_put_in_place_see_what_came(
    name: str, stage: Callable[..., Stage]
) -> None:
    """And change it for the handler, as they do without a model."""
    made = stage(typed=True)

    @made.on("step")
    def step(sid: str, step: Step) -> int:
        return step.x

    inside = getattr(made.io, name)

    def change(*args: Any) -> Any:
        values = args[-1] if name == "_get_event_handler" else args
        if isinstance(values[-1], dict):
            made.got.append(dict(values[-1]))
            values[-1]["x"] = 7
        return inside(*args)

    setattr(made.io, name, change)
    assert made.client().ask("step", {"x": 1}) == [7]
    assert made.got == [{"x": 1}]


def test_a_namespace_gets_what_came_for_its_methods(stage: Callable[..., Stage]) -> None:
    """It calls them in its own way."""
    made = stage(typed=True)
    got = made.got

    class Main(made.namespace):  # type: ignore[misc, name-defined]  # of the kind
        def on_step(self, sid: str, step: Step) -> int:
            got.append(step)
            return step.x

    made.io.register_namespace(Main("/"))
    assert made.client().ask("step", {"x": 1}) == [1]
    assert got == [Step(x=1)]


def test_who_may_not_send_an_event_sends_none(stage: Callable[..., Stage]) -> None:
    """Whether or not there is an instance of it already."""
    bearer = {"type": "http", "scheme": "bearer"}
    document: dict[str, Any] = {
        "asyncapi": "3.0.0",
        "info": {"title": "T", "version": "1"},
        "components": {"securitySchemes": {"bearer": bearer}},
        "channels": {
            "main": {
                "address": "/",
                "messages": {"step": {"payload": {"type": "object"}}},
            }
        },
        "operations": {
            "step": {
                "action": "receive",
                "channel": {"$ref": "#/channels/main"},
                "security": [{"$ref": "#/components/securitySchemes/bearer"}],
            }
        },
    }

    def verify(*_: Any) -> Identity | None:
        return None

    made = stage(typed=True, spec=document, verifiers={"bearer": verify})

    @made.on("step")
    def step(step: Step) -> None:
        made.got.append(step)

    guard = made.io.guard
    rule = guard.in_force.rule_of_received("/", "step")
    assert guard.shortcut(rule, "/", "step") is not None
    (error,) = made.client().ask("step", {"x": 1})
    assert error["error"]["code"] == "unauthorized"
    assert made.got == []


class Shown(BaseModel):
    token: str
    more: int = Field(default=0, ge=0)


def conversation(stage: Callable[..., Stage]) -> list[Any]:
    """Events that show who the client is, that ask for scopes, and that must ask for an ack."""
    scopes = {"one": {"step"}, "two": set[str]()}

    def verify(token: str, _: Any) -> Identity | None:
        return Identity("ann", scopes[token]) if token in scopes else None

    bearer = {"bearer": {"type": "http", "scheme": "bearer"}}
    made = stage(typed=True, security=bearer, verifiers={"bearer": verify})

    @made.on("renew", reauthenticate=True, ack_required=True)
    def renew(shown: Shown) -> int:
        made.got.append(repr(shown))
        return shown.more

    @made.on("step", ack_required=True, ack_timeout=60)
    def step(step: Step) -> Step:
        made.got.append(repr(step))
        return step

    client = made.client(auth={"token": "one"})
    answers = [
        client.ask("renew", {"token": "two", "more": 3}),
        client.ask("renew", {"token": "none"}),
        client.ask("renew", {"token": "one", "more": -1}),
        client.ask("step", {"x": 1}),
        client.ask("step", {"x": "1"}),
    ]
    client.io.emit("step", {"x": 2})  # nobody asks for its ack
    client.io.emit("renew", {"token": "one"})
    answers.append(client.ask("renew", {"token": "one", "more": 4}))
    recorded = [(each.as_dict(), each.problems, each.rejected) for each in made.violations]
    return [answers, made.got, recorded]


def test_what_is_said_of_an_event_counts_both_ways(
    stage: Callable[..., Stage], monkeypatch: pytest.MonkeyPatch
) -> None:
    """Who sends it, that it shows who that is, and how it is answered."""
    short = conversation(stage)
    monkeypatch.setattr(Hint2, "strictly", lambda *_: None)
    assert short == conversation(stage)
    answers, got, recorded = short
    codes = [each[0]["error"]["code"] for each in answers if "error" in str(each)]
    assert codes == ["unauthorized", "request_validation_error", "request_validation_error"]
    assert (answers[0], answers[-1]) == ([3], [4])
    assert got == ["Shown(token='two', more=3)", *got[1:-1], "Shown(token='one', more=4)"]
    assert len(recorded) == 5


def test_a_document_has_the_say_over_a_model(stage: Callable[..., Stage]) -> None:
    """Where it accepts less than the model, and where it accepts more."""
    schema = {"type": "object", "properties": {"x": {"minimum": 3}}}
    document: dict[str, Any] = {
        "asyncapi": "3.0.0",
        "info": {"title": "T", "version": "1"},
        "channels": {"main": {"address": "/", "messages": {"step": {"payload": schema}}}},
        "operations": {"step": {"action": "receive", "channel": {"$ref": "#/channels/main"}}},
    }
    made = stage(typed=True, spec=document)

    @made.on("step")
    def step(step: Annotated[Step, "as it is"]) -> int:
        return step.x

    client = made.client()
    assert client.ask("step", {"x": 3}) == [3]
    for value in ({"x": 2}, {"x": "no"}):
        (error,) = client.ask("step", value)
        assert error["error"]["code"] == "request_validation_error"
