"""How a row of the table of traffic is spoken: by a real client, or by the test client."""

from __future__ import annotations

import contextlib
import json
import queue
import threading
from typing import Any

from socketio import packet


class OverWebsocket:
    """The conversation of a real client."""

    def __init__(self, application: Any, net: Any) -> None:
        self.application = application
        self.url = net.serve(application.app)
        self.net = net
        self.client = net.client(self.url)

    def ask(self, sent: Any) -> list[Any]:
        if isinstance(sent, tuple):
            return self.client.ask(*sent)
        return self.client.ask_raw(*sent)

    def tell(self, frames: list[Any]) -> None:
        for frame in frames:
            self.client.io.eio.send(frame)
        self.ask(("begin",))  # answered after what came before it

    def received(self) -> list[tuple[str, list[Any]]]:
        self.application.server.emit("ended")
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
                self.client.io.eio.send(
                    part.replace("%d", str(id)) if isinstance(part, str) else part
                )
            self.answered.set()

        self.answered = threading.Event()
        self.client.io._handle_event = acknowledge

    def acknowledged(self) -> None:
        assert self.answered.wait(15)
        self.ask(("begin",))

    def enter(self, namespace: str, auth: Any) -> Any:
        return self.net.client(self.url).enter(namespace, auth)

    def enter_raw(self, frame: str) -> Any:
        client = self.net.client(self.url)
        done: queue.Queue[Any] = queue.Queue()
        client.io.on("connect_error", done.put, namespace="/locked")
        client.io.eio.send(frame)
        return done.get(timeout=15)


class OverTestClient:
    """The conversation of Flask-SocketIO's test client, which has no network."""

    def __init__(self, application: Any) -> None:
        self.application = application
        self.client = application.socketio.test_client(application.app)
        self.acks = 0

    def _message(self, frame: Any) -> None:
        # As engine.io does: what a packet raises is logged, and the connection stays.
        with contextlib.suppress(Exception):
            self.application.server._handle_eio_message(self.client.eio_sid, frame)

    def ask(self, sent: Any) -> list[Any]:
        if isinstance(sent, tuple):
            made = packet.Packet(packet.EVENT, list(sent), namespace="/", id=777).encode()
            sent = made if isinstance(made, list) else [made]
        self.client.acks = None
        for frame in sent:
            self._message(frame)
        assert self.client.acks is not None, "no answer"
        return self.client.acks["args"]

    def tell(self, frames: list[Any]) -> None:
        for frame in frames:
            self._message(frame)

    def received(self) -> list[tuple[str, list[Any]]]:
        return [(event["name"], event["args"]) for event in self.client.get_received()]

    @property
    def sid(self) -> str:
        return self.application.server.manager.sid_from_eio_sid(self.client.eio_sid, "/")

    def answering(self, frame: Any) -> None:
        self.frame = frame

    def acknowledged(self) -> None:
        self.acks += 1
        for part in self.frame:
            self._message(part.replace("%d", str(self.acks)) if isinstance(part, str) else part)

    def enter(self, namespace: str, auth: Any) -> Any:
        made = packet.Packet(packet.CONNECT, auth, namespace=namespace).encode()
        return self.enter_raw(made)

    def enter_raw(self, frame: str) -> Any:
        sent: list[Any] = []
        client = self.application.socketio.test_client(self.application.app)
        put, server = self.application.server._send_packet, self.application.server
        server._send_packet = lambda eio_sid, made: sent.append(made.encode())
        server._handle_eio_message(client.eio_sid, frame)
        server._send_packet = put
        kind, data = sent[-1][0], sent[-1][sent[-1].index("{") :]
        return None if kind == "0" else json.loads(data)
