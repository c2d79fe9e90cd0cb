"""A pytest plugin that puts a guard on every server and client of python-socketio that is made.

The contract allows whatever an application may do, and yet is looked at: events that it names are
judged by a schema, the others pass as undeclared. At the end one line says what the guards saw.
`GUARDED` is `servers` or `clients`; empty, it leaves all alone, to see what the tests do without a
guard.
"""

from __future__ import annotations

import asyncio
import functools
import inspect
import os
from typing import Any
from unittest import mock

import pytest
import socketio
import uvicorn

from asyncapi_guard import AsyncAPIGuard, InstallationError, Policy

GUARDED = os.environ.get("GUARDED", "servers")
NAMESPACES = ("/", "/foo", "/bar", "/fo")
KINDS: dict[str, tuple[Any, ...]] = {
    "servers": (socketio.Server, socketio.AsyncServer),
    "clients": (
        *(socketio.Client, socketio.AsyncClient),
        *(socketio.SimpleClient, socketio.AsyncSimpleClient),
    ),
}
#: Their messages: any arguments, and any acks.
EVENTS = ("my message", "my event", "foo", "msg", "emit", "enter_room")


def contract() -> dict[str, Any]:
    """Every namespace of the suite, with the events that are sent most."""
    channels: dict[str, Any] = {}
    operations: dict[str, Any] = {}
    for number, address in enumerate(NAMESPACES):
        messages = {event.replace(" ", "_"): {"name": event} for event in EVENTS}
        channels[f"c{number}"] = {"address": address, "messages": messages}
        for action in ("receive", "send"):
            operations[f"{action}{number}"] = {
                "action": action,
                "channel": {"$ref": f"#/channels/c{number}"},
            }
    info = {"title": "Everything is allowed", "version": "1"}
    return {"asyncapi": "3.1.0", "info": info, "channels": channels, "operations": operations}


guards: list[AsyncAPIGuard] = []
#: Servers and clients that cannot be guarded, by what the guard says of them.
unguarded: list[str] = []


def guarded(kind: Any) -> Any:
    """A server's or client's `__init__`, and then the guard's."""
    init = kind.__init__

    @functools.wraps(init)
    def __init__(self: Any, *args: Any, **options: Any) -> None:
        init(self, *args, **options)
        if isinstance(getattr(self, "eio", None), mock.NonCallableMock):
            self.eio.max_http_buffer_size = 1_000_000  # engine.io's own; it is always a number
        if isinstance(self, (socketio.Client, socketio.AsyncClient)):
            # Tests let a server speak to clients that have never connected.
            self.connection_namespaces = [*NAMESPACES]
        policy = Policy(undeclared_events="off", undeclared_namespaces="off")
        guard = AsyncAPIGuard(contract(), policy=policy)
        try:
            guard.protect(self)
        except InstallationError as error:
            unguarded.append(str(error))
        else:
            guards.append(guard)

    return __init__


def pytest_configure() -> None:
    for kind in KINDS.get(GUARDED, ()):
        kind.__init__ = guarded(kind)
    # The suite's own application sends headers that are texts, which httptools rejects.
    uvicorn.Config = functools.partial(uvicorn.Config, http="h11")


@pytest.hookimpl(tryfirst=True)
def pytest_pyfunc_call(pyfuncitem: Any) -> bool | None:
    """Run a test that is a coroutine function, in a loop of its own."""
    if not inspect.iscoroutinefunction(pyfuncitem.obj):
        return None
    names = pyfuncitem._fixtureinfo.argnames
    asyncio.run(pyfuncitem.obj(**{name: pyfuncitem.funcargs[name] for name in names}))
    return True


def pytest_terminal_summary(terminalreporter: Any) -> None:
    counted = [statistic for guard in guards for statistic in guard.statistics()]
    judged = sum(s.seen for s in counted if not s.event.startswith("("))
    terminalreporter.write_line(
        f"guards={len(guards)} unguarded={len(unguarded)} judged={judged} "
        f"rejected={sum(s.rejected for s in counted)}"
    )
    for each in sorted(set(unguarded)):
        terminalreporter.write_line(f"not guarded: {each}")
