"""Servers, clients and publishers that no module has a name for, and what cannot be looked at."""

from __future__ import annotations

from collections import deque
from types import ModuleType
from typing import Any, NamedTuple

import pytest
import socketio
from fastapi import FastAPI

from asyncapi_guard import AsyncAPIGuard, Policy
from asyncapi_guard.doctor.examining import examine
from asyncapi_guard.doctor.reaching import reached_from

DOCUMENT: dict[str, Any] = {
    "asyncapi": "3.1.0",
    "info": {"title": "Chat", "version": "1"},
    "channels": {"main": {"address": "/", "messages": {"say": {"payload": {"type": "string"}}}}},
    "operations": {"say": {"action": "receive", "channel": {"$ref": "#/channels/main"}}},
}


def bare() -> Any:
    return socketio.Server(async_mode="threading")


class Holder:
    """An application's own class."""

    def __init__(self, value: Any) -> None:
        self.value = value

    @property
    def careless(self) -> Any:
        raise AssertionError("doctor runs nothing")


class Slots:
    __slots__ = ("value",)

    def __init__(self, value: Any) -> None:
        self.value = value


class Pair(NamedTuple):
    first: Any
    second: Any


class Hostile(dict[str, Any]):
    """A dictionary that answers nothing by itself."""

    def items(self) -> Any:
        raise AssertionError("doctor runs nothing")


def module(**names: Any) -> ModuleType:
    made = ModuleType("shop")
    for name, value in names.items():
        setattr(made, name, value)
    Holder.__module__ = "shop"
    return made


def in_state() -> Any:
    app = FastAPI()
    app.state.io = bare()
    return app


@pytest.mark.parametrize(
    ("value", "path"),
    [
        (bare, "shop:it"),
        (lambda: Holder(bare()), "shop:it.value"),
        (lambda: Holder(Holder([bare()])), "shop:it.value.value[0]"),
        (lambda: {"io": bare()}, "shop:it['io']"),
        (lambda: {7: bare()}, "shop:it[...]"),
        (lambda: Hostile(io=bare()), "shop:it['io']"),
        (lambda: (None, bare()), "shop:it[1]"),
        (lambda: Pair(None, bare()), "shop:it[1]"),
        (lambda: deque([bare()]), "shop:it[0]"),
        (in_state, "shop:it.state._state['io']"),
    ],
    ids=[
        "name",
        "attribute",
        "deep",
        "key",
        "other key",
        "own dict",
        "tuple",
        "named",
        "deque",
        "state",
    ],
)
def test_a_server_is_found_wherever_it_is(value: Any, path: str) -> None:
    """It is named as one would write it."""
    server = bare()
    AsyncAPIGuard(DOCUMENT, reject_event="no").protect(server)
    checks = list(examine(server, [module(app=server, it=value())], "shop:app"))
    assert [each.subject for each in checks if each.code == "unguarded-server"] == [path]


def test_what_fails_when_it_is_looked_at_costs_nothing() -> None:
    """No property and no method of an application runs."""

    class Fails:
        def __getattr__(self, name: str) -> Any:
            raise RuntimeError(name)

        @property
        def __class__(self) -> Any:
            raise RuntimeError

        def __eq__(self, other: object) -> bool:
            raise RuntimeError

        def __hash__(self) -> int:
            raise RuntimeError

    class Meta(type):
        def __getattribute__(cls, name: str) -> Any:
            raise RuntimeError(name)

    class Odd(metaclass=Meta):
        pass

    ring: list[Any] = [Fails(), Holder(Fails())]
    ring.append(ring)
    made = module(ring=ring, slots=Slots(bare()), fails=Fails(), odd=Odd)
    codes = {each.code for each in examine(bare(), [made], "shop:app")}
    assert "unguarded-server" in codes
    assert len(list(reached_from([made]))) < 10


@pytest.mark.parametrize("make", [socketio.SimpleClient, socketio.AsyncSimpleClient])
def test_simple_clients_are_found(make: Any) -> None:
    """With their guards, and what weakens these."""
    server, guarded = bare(), make()
    AsyncAPIGuard(DOCUMENT, reject_event="no").protect(server)
    guard = AsyncAPIGuard(DOCUMENT, perspective="client", policy=Policy(mode="report"))
    guard.protect(guarded)
    checks = list(examine(server, [module(bare=make(), guarded=guarded)], "shop:app"))
    assert [(each.subject, each.code) for each in checks if each.status == "warning"] == [
        ("shop:bare", "unguarded-client"),
        ("shop:guarded", "mode"),
    ]
