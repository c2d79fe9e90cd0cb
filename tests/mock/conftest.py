"""Mocks on threads and on asyncio, and clients that wait for what they expect."""

from __future__ import annotations

import queue
import threading
from contextlib import ExitStack, contextmanager
from typing import TYPE_CHECKING, Any

import pytest
import uvicorn
import yaml

from asyncapi_guard import testing
from asyncapi_guard.mock.aio import AsyncioMock
from asyncapi_guard.mock.credentials import read_listed
from asyncapi_guard.mock.loading import load_mock
from asyncapi_guard.mock.options import MockOptions
from asyncapi_guard.testing.synchronous import _Client

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

#: Long enough for a busy machine; nothing waits for it to pass.
PATIENCE = 120

GAME = """
asyncapi: 3.1.0
info: {title: Game, version: 1.0.0}
channels:
  game:
    address: /
    messages:
      create_game:
        payload:
          type: object
          properties: {name: {type: string}, size: {type: integer}}
          required: [name]
          additionalProperties: false
        x-ack:
          oneOf:
            - type: object
              properties:
                game_id: {type: integer, minimum: 1}
                name: {type: string}
                owner:
                  type: object
                  properties: {name: {type: string}, size: {type: integer}}
                  additionalProperties: false
              required: [game_id, name, owner]
              additionalProperties: false
            - type: object
              properties: {error: {type: string, minLength: 1}}
              required: [error]
              additionalProperties: false
      look:
        payload: {type: 'null'}
      game_created:
        payload:
          type: object
          properties: {game_id: {type: integer, minimum: 1}, name: {type: string}}
          required: [game_id]
          additionalProperties: false
      news:
        payload: {type: string, examples: [extra extra]}
  room:
    address: /rooms/{room}
    parameters: {room: {}}
    messages:
      say:
        payload: {type: string}
        x-ack: {type: object, properties: {room: {type: string}}, required: [room]}
      said:
        payload: {type: string}
operations:
  receive:
    action: receive
    channel: {$ref: '#/channels/game'}
    messages:
      - {$ref: '#/channels/game/messages/create_game'}
      - {$ref: '#/channels/game/messages/look'}
  send:
    action: send
    channel: {$ref: '#/channels/game'}
    messages:
      - {$ref: '#/channels/game/messages/game_created'}
      - {$ref: '#/channels/game/messages/news'}
  talk:
    action: receive
    channel: {$ref: '#/channels/room'}
    messages: [{$ref: '#/channels/room/messages/say'}]
  tell:
    action: send
    channel: {$ref: '#/channels/room'}
    messages: [{$ref: '#/channels/room/messages/said'}]
"""


class Player:
    """A client that keeps what comes, in order: events, and acks as `ack`."""

    def __init__(self, url: str, namespace: str = "/", auth: Any = None, **options: Any) -> None:
        # It takes what comes in the order in which it comes.
        self.io: Any = _Client(reconnection=False, handle_sigint=False)
        self.namespace = namespace
        self._came: queue.Queue[tuple[str, Any]] = queue.Queue()
        self.io.on("*", self._put, namespace=namespace)
        options.setdefault("transports", ["websocket"])
        self.io.connect(url, namespaces=[namespace], auth=auth, wait_timeout=PATIENCE, **options)

    def _put(self, event: str, *args: Any) -> None:
        self._came.put((event, args[0] if len(args) == 1 else args))

    def ask(self, event: str, data: Any = None) -> Any:
        """Send an event, and wait for its ack."""
        return self.io.call(event, data, namespace=self.namespace, timeout=PATIENCE)

    def next(self) -> tuple[str, Any]:
        """What came next."""
        return self._came.get(timeout=PATIENCE)

    def leave(self) -> None:
        """Disconnect; where the server has gone first, the library may wait for a ping."""
        leaving = threading.Thread(target=self.io.disconnect, daemon=True)
        leaving.start()
        leaving.join(1)

    @property
    def came(self) -> list[tuple[str, Any]]:
        """What has come so far and nobody took."""
        return list(self._came.queue)


@pytest.fixture
def game() -> dict[str, Any]:
    document: dict[str, Any] = yaml.safe_load(GAME)
    return document


@pytest.fixture(params=["threads", "asyncio"])
def serve(request: pytest.FixtureRequest) -> Iterator[Callable[..., str]]:
    """Serves a mock of a document: its URL."""
    with ExitStack() as stack:

        def start(spec: Any, **options: Any) -> str:
            make = on_threads if request.param == "threads" else on_asyncio
            return stack.enter_context(make(spec, options))

        yield start


@contextmanager
def on_threads(spec: Any, options: dict[str, Any]) -> Iterator[str]:
    with testing.mock(spec, **options) as mock:
        yield mock.url
        mock._violations.clear()


@contextmanager
def on_asyncio(spec: Any, options: dict[str, Any]) -> Iterator[str]:
    options["origins"] = tuple(options.pop("cors", ()))
    options["credentials"] = tuple(map(read_listed, options.get("credentials", ())))
    loaded = load_mock(spec, MockOptions(**options))
    config = uvicorn.Config(AsyncioMock(loaded).app, port=0, log_config=None)
    bound = config.bind_socket()
    bound.listen()  # so that clients wait, and are not refused, until it has started
    server = uvicorn.Server(config)
    config.timeout_graceful_shutdown = 1
    thread = threading.Thread(target=server.run, kwargs={"sockets": [bound]})
    thread.start()
    try:
        yield f"http://127.0.0.1:{bound.getsockname()[1]}"
    finally:
        server.should_exit = True
        thread.join(PATIENCE)
        bound.close()


@pytest.fixture
def play() -> Iterator[Callable[..., Player]]:
    """Connects a client."""
    with ExitStack() as stack:

        def enter(*args: Any, **options: Any) -> Player:
            player = Player(*args, **options)
            stack.callback(player.leave)
            return player

        yield enter
