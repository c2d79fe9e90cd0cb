"""The ways in which the table of traffic is spoken over a network: what it is crossed with."""

from __future__ import annotations

import contextlib
import itertools
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import pytest
from conftest import new_application
from socketio import ASGIApp
from traffic_asyncio import AsyncControls, Uvicorn, new_async_application
from traffic_controls import Controls, RemoteControls
from traffic_conversations import OverNetwork
from traffic_processes import is_missing, serving

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator
    from pathlib import Path

ON_GREENLETS = ("gevent", "eventlet")
MODES = ("threading", "asyncio", *ON_GREENLETS)
TRANSPORTS = ("websocket", "polling")


@dataclass(frozen=True)
class Way:
    """One of them: a field for each axis, and each value of one with each of the others.

    Attributes:
        mode: what the server runs on.
        transport: how its client speaks to it.
    """

    mode: str
    transport: str


#: All of them, as parameters; the default run leaves greenlets out (`tests/conftest.py`).
WAYS = [
    pytest.param(
        Way(*axes),
        id="-".join(axes),
        marks=[pytest.mark.greenlets] if axes[0] in ON_GREENLETS else [],
    )
    for axes in itertools.product(MODES, TRANSPORTS)
]


@contextlib.contextmanager
def conversation_over(
    way: Way,
    net: Any,
    folder: Callable[[str], Path],
    skip_or_fail: Callable[[str], Any],
    speak: Any = OverNetwork,
) -> Iterator[OverNetwork]:
    """A conversation with a guarded server in this process, or with one on greenlets in its own.

    The server's serializer is that of the class of conversations.
    """
    serializer = speak.serializer
    if reason := is_missing(way.mode):
        skip_or_fail(reason)
    if way.mode == "threading":
        made = new_application(serializer=serializer)
        yield speak(Controls(made), net, net.serve(made.app), way.transport)
    elif way.mode == "asyncio":
        asynchronous = new_async_application(server={"serializer": serializer})
        served = net.also_serve(Uvicorn(ASGIApp(asynchronous.server)))
        yield speak(AsyncControls(asynchronous, served), net, served.url, way.transport)
    else:
        options = ["--serializer", serializer]
        with serving(folder(way.mode) / "log", way.mode, *options) as url:
            yield speak(RemoteControls(url), net, url, way.transport)
