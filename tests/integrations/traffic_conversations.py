"""How a row of the table of traffic is spoken: by a real client, or by the test client.

A conversation keeps all that it hears, for the canary.
"""

from __future__ import annotations

import contextlib
import copy
import itertools
import json
import queue
import re
import threading
from typing import TYPE_CHECKING, Any

import engineio
import requests
from socketio import packet
from traffic_controls import Controls
from traffic_frames import HEARD, SENT, Heard, read

if TYPE_CHECKING:
    from traffic_canary import Canary

_NAME = re.compile(r'^[^"{]*\[\s*"(\w*)"')


class InOrder(engineio.Client):
    """A client of engine.io that takes each message after the one before, without threads.

    Otherwise an event could be found in an inbox after one that was sent later, or be missed.

    Attributes:
        frames: all that it sent and heard.
    """

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.frames: list[tuple[str, Any]] = []
        # Else each poll looks through the environment, in which pytest writes meanwhile.
        self.http = requests.Session()
        self.http.trust_env = False

    def send(self, data: Any) -> None:
        self.frames.append((SENT, data))
        super().send(data)

    def _trigger_event(self, event: str, *args: Any, **kwargs: Any) -> Any:
        if event == "message":
            self.frames.append((HEARD, args[0]))
        return super()._trigger_event(event, *args, **{**kwargs, "run_async": False})


class Conversation:
    """What all ways of speaking have.

    Attributes:
        application: the `Controls` of the guarded application.
    """

    def __init__(self, application: Any) -> None:
        self.application = application

    def heard(self) -> Heard:
        """All that came since it was told to have no past."""
        raise NotImplementedError

    def leaks(self, canary: Canary) -> list[str]:
        """What got to either side, and must not have."""
        heard = self.heard()
        made = self.application
        return [
            *canary.handled(made.ran()),
            *canary.delivered(heard.events),
            *canary.acknowledged(heard.acks),
            *canary.entered(heard.entered),
            *canary.called(("/", "question", values) for values in made.called()),
        ]


class OverNetwork(Conversation):
    """The conversation of a real client, with a server that is anywhere."""

    serializer = "default"
    #: Reads the frames of a client.
    read: Any = staticmethod(read)

    def __init__(self, application: Any, net: Any, url: str, transport: str) -> None:
        super().__init__(application)
        self.url = url
        self.net = net
        self.transport = transport
        self._clients: list[Any] = []
        self.client = self._client()

    def _client(self) -> Any:
        options = {"transports": [self.transport], "serializer": self.serializer}
        self._clients.append(self.net.client(self.url, **options))
        return self._clients[-1]

    def forget(self) -> None:
        """Have no past, and no client but the first one."""
        self.received()
        del self._clients[1:]
        self.client.io.eio.frames.clear()

    def heard(self) -> Heard:
        self.received()
        heard = [self.read(client.io.eio.frames) for client in self._clients]
        return Heard(
            *(
                list(itertools.chain.from_iterable(getattr(each, name) for each in heard))
                for name in ("events", "acks", "entered")
            )
        )

    def ask(self, sent: Any) -> list[Any]:
        ask = self.client.ask if isinstance(sent, tuple) else self.client.ask_raw
        values: list[Any] = ask(*sent)
        return values

    def tell(self, frames: list[Any]) -> None:
        for frame in frames:
            self.client.io.eio.send(frame)
        self.ask(("begin",))  # answered after what came before it

    def received(self) -> list[tuple[str, list[Any]]]:
        self.application.emit("ended")
        got = []
        while (event := self.client.receive())[1] != "ended":
            got.append(event[1:])
        return got

    @property
    def sid(self) -> str:
        return self.client.io.get_sid("/")

    def answering(self, frame: Any) -> None:
        """Let the client answer the next event with these frames; `%d` stands for the ack id."""

        def acknowledge(namespace: str, id: int, data: Any) -> None:
            del self.client.io._handle_event
            for part in frame:
                self.client.io.eio.send(with_id(part, id))
            self.answered.set()

        self.answered = threading.Event()
        self.client.io._handle_event = acknowledge

    def acknowledged(self) -> None:
        assert self.answered.wait(120)
        self.ask(("begin",))

    def called(self) -> Any:
        """Let the application call the client: the value that it gets."""
        return self.application.call(self.sid)

    def enter(self, namespace: str, auth: Any) -> Any:
        return self._client().enter(namespace, auth)

    def enter_raw(self, frame: Any) -> Any:
        client = self._client()
        done: queue.Queue[Any] = queue.Queue()
        client.io.on("connect_error", done.put, namespace="/locked")
        client.io.eio.send(frame)
        return done.get(timeout=120)


def with_id(part: Any, id: int) -> Any:
    """A part of an ack, for which `%d` or a function of the ack id may stand."""
    if callable(part):
        return part(id)
    return part.replace("%d", str(id)) if isinstance(part, str) else part


class OverTestClient(Conversation):
    """The conversation of Flask-SocketIO's test client, which has no network."""

    def __init__(self, made: Any) -> None:
        super().__init__(Controls(made))
        self.made = made
        self.client = made.socketio.test_client(made.app)
        self.ids = 0
        self._heard = Heard()

    def forget(self) -> None:
        """Have no past."""
        self.received()
        self._heard = Heard()

    def heard(self) -> Heard:
        self.received()
        return self._heard

    def _message(self, frame: Any) -> None:
        # As engine.io does: what a packet raises is logged, and the connection stays.
        with contextlib.suppress(Exception):
            self.made.server._handle_eio_message(self.client.eio_sid, frame)

    def ask(self, sent: Any) -> list[Any]:
        frames = sent
        if isinstance(sent, tuple):
            made = packet.Packet(packet.EVENT, list(sent), namespace="/", id=777).encode()
            frames = made if isinstance(made, list) else [made]
        self.client.acks = None
        for frame in frames:
            self._message(frame)
        assert self.client.acks is not None, "no answer"
        values: list[Any] = self.client.acks["args"]
        self._heard.acks.append(("/", self._event(sent), copy.deepcopy(values)))
        return values

    def _event(self, sent: Any) -> str:
        """The name of an event, which was sent as arguments or as packets."""
        named = _NAME.match(sent[0]) if isinstance(sent, list) else None
        return sent[0] if isinstance(sent, tuple) else named.group(1) if named else "no name"

    def tell(self, frames: list[Any]) -> None:
        for frame in frames:
            self._message(frame)

    def received(self) -> list[tuple[str, list[Any]]]:
        events = self.client.get_received()
        self._heard.events += [
            (event["namespace"], event["name"], event["args"]) for event in events
        ]
        return [(event["name"], event["args"]) for event in events]

    @property
    def sid(self) -> str:
        return self.made.server.manager.sid_from_eio_sid(self.client.eio_sid, "/")

    def answering(self, frame: Any) -> None:
        self.frame = frame

    def acknowledged(self) -> None:
        self.ids += 1
        for part in self.frame:
            self._message(part.replace("%d", str(self.ids)) if isinstance(part, str) else part)

    def enter(self, namespace: str, auth: Any) -> Any:
        made = packet.Packet(packet.CONNECT, auth, namespace=namespace).encode()
        return self.enter_raw(made)

    def enter_raw(self, frame: str) -> Any:
        sent: list[Any] = []
        client = self.made.socketio.test_client(self.made.app)
        put, server = self.made.server._send_packet, self.made.server
        server._send_packet = lambda eio_sid, made: sent.append(made.encode())
        server._handle_eio_message(client.eio_sid, frame)
        server._send_packet = put
        kind, data = sent[-1][0], sent[-1][sent[-1].index("{") :]
        return None if kind == "0" else json.loads(data)
