"""A pytest plugin that puts a guard on every `flask_socketio.SocketIO` that is made.

The contract allows whatever an application may do, and yet is looked at: events that it names are
judged by a schema, the others pass as undeclared. At the end one line says what the guards saw.
"""

from __future__ import annotations

from typing import Any

import flask_socketio

from asyncapi_guard import AsyncAPIGuard, Policy

ONE = {"payload": {"type": ["object", "array", "string", "number", "boolean", "null"]}}
SEVERAL = {"payload": {"type": "array", "items": [{}]}}
NAMESPACES = ("/", "/test", "/unused_namespace", "/ns", "/bgtest")
RECEIVED = {
    **dict.fromkeys(("message", "json", "my custom namespace event"), SEVERAL),
    "my custom event": {},  # one test sends bytes
    **dict.fromkeys(("join room", "leave room", "my room event", "error testing", "wildcard"), ONE),
}
SENT = {
    **dict.fromkeys(("message", "json", "my custom namespace response"), SEVERAL),
    **{key: {} for key in ("my custom response", "my room response")},
}


def contract() -> dict[str, Any]:
    """Every namespace of the suite, with the events that are sent most."""
    channels: dict[str, Any] = {}
    operations: dict[str, Any] = {}
    for number, address in enumerate(NAMESPACES):
        received = {f"in {event}": {"name": event, **body} for event, body in RECEIVED.items()}
        sent = {f"out {event}": {"name": event, **body} for event, body in SENT.items()}
        channels[f"c{number}"] = {"address": address, "messages": {**received, **sent}}
        for action, messages in (("receive", received), ("send", sent)):
            operations[f"{action}{number}"] = {
                "action": action,
                "channel": {"$ref": f"#/channels/c{number}"},
                "messages": [{"$ref": f"#/channels/c{number}/messages/{key}"} for key in messages],
            }
    info = {"title": "Everything is allowed", "version": "1"}
    return {"asyncapi": "3.1.0", "info": info, "channels": channels, "operations": operations}


guards: list[AsyncAPIGuard] = []
_init_app = flask_socketio.SocketIO.init_app


def init_app(self: Any, app: Any, **options: Any) -> None:
    """`SocketIO.init_app`, and then the guard's."""
    _init_app(self, app, **options)
    if app is not None:
        guards.append(
            AsyncAPIGuard(
                contract(), policy=Policy(undeclared_events="off", undeclared_namespaces="off")
            )
        )
        guards[-1].init_app(app, self)


def pytest_configure() -> None:
    flask_socketio.SocketIO.init_app = init_app


def pytest_terminal_summary(terminalreporter: Any) -> None:
    counted = [statistic for guard in guards for statistic in guard.statistics()]
    judged = sum(s.seen for s in counted if not s.event.startswith("("))
    terminalreporter.write_line(
        f"guards={len(guards)} seen={sum(s.seen for s in counted)} judged={judged} "
        f"rejected={sum(s.rejected for s in counted)}"
    )
