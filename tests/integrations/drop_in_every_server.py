"""A pytest plugin that puts `AsyncAPISocketIO` in the place of `flask_socketio.SocketIO`.

`DROP_IN` says how it is made: `validate` or not, with or without `spec`, the one that the other
plugin makes. At the end one line says what the guards saw.
"""

from __future__ import annotations

import os
from typing import Any

import flask_socketio
from guard_every_server import contract

from asyncapi_guard import AsyncAPISocketIO, Policy

CHOSEN = os.environ.get("DROP_IN", "").split()
made: list[AsyncAPISocketIO] = []


class SocketIO(AsyncAPISocketIO):
    """With the options that were chosen."""

    def __init__(self, app: Any = None, **options: Any) -> None:
        options["validate"] = "validate" in CHOSEN
        if "spec" in CHOSEN:
            options["spec"] = contract()
            options["policy"] = Policy(undeclared_events="off", undeclared_namespaces="off")
        made.append(self)
        super().__init__(app, **options)


def pytest_configure() -> None:
    flask_socketio.SocketIO = SocketIO


def pytest_terminal_summary(terminalreporter: Any) -> None:
    guards = [socketio._guarded for socketio in made if socketio._guarded is not None]
    counted = [statistic for guard in guards for statistic in guard.statistics()]
    judged = sum(s.seen for s in counted if not s.event.startswith("("))
    terminalreporter.write_line(
        f"made={len(made)} guards={len(guards)} judged={judged} "
        f"rejected={sum(s.rejected for s in counted)}"
    )
