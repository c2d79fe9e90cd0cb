"""What asyncapi-guard, asynction, SIO-AsyncAPI and pydantic-socketio let through.

    python benchmarks/comparison.py [--only NAME] [--json]

Each library guards the same server, in `benchmarks/compared/`, as its own documentation shows it. A
client sends what breaks the contract, over a real connection. The table says what got through: a
handler or a callback that ran, an ack or an emit that arrived, a connection that was accepted. The
README's table is made of it. Each peer is installed into an environment of its own, under
`benchmarks/.cache/`; one that cannot be installed here is left out.
"""

from __future__ import annotations

import argparse
import json
import queue
import subprocess
import sys
import threading
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any

import socketio
from tables import progress, table
from workers import interpreter_of

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

SERVERS = Path(__file__).parent / "compared"
#: The libraries, and what is installed for each beside nothing else.
PEERS = {
    "asyncapi-guard": "",
    "asynction": "asynction==0.8.3",
    "SIO-AsyncAPI": "sio-asyncapi==1.0.0",
    "pydantic-socketio": "pydantic-socketio==0.2.1",
}
#: What serves those that bring no web server, in our versions.
SERVING = ["uvicorn", "websockets"]
PATIENCE = 30
RIGHT, WRONG = {"text": "a"}, {"text": 1}


class Server:
    """A server of the comparison, and one client of it.

    Args:
        interpreter: which Python runs it.
        program: its file.
    """

    def __init__(self, interpreter: str, program: Path) -> None:
        self._process = subprocess.Popen(
            [interpreter, str(program)],
            stdout=subprocess.PIPE,
            stderr=subprocess.DEVNULL,
            text=True,
        )
        self._lines: queue.Queue[str] = queue.Queue()
        threading.Thread(target=self._read, daemon=True).start()
        port = self._lines.get(timeout=PATIENCE).split()[1]
        self._url = f"http://127.0.0.1:{port}"
        self._arrived: queue.Queue[tuple[str, Any]] = queue.Queue()
        self.client = self._connected(["/"])
        self.client.on("*", lambda event, *args: self._arrived.put((event, args)))
        self.client.on("question", lambda _: {"id": "one"})

    def _read(self) -> None:
        assert self._process.stdout is not None
        for line in self._process.stdout:
            if line.startswith(("port ", "ran ")):
                self._lines.put(line.strip())

    def _connected(self, namespaces: list[str], auth: Any = None) -> Any:
        client = socketio.Client(reconnection=False, handle_sigint=False)
        options = {"namespaces": namespaces, "auth": auth, "wait_timeout": PATIENCE}
        client.connect(self._url, transports=["websocket"], retry=namespaces == ["/"], **options)
        return client

    def ack(self, event: str, *args: Any) -> Any:
        """The ack of an event, or a `TimeoutError` of three seconds."""
        return self.client.call(event, args if len(args) != 1 else args[0], timeout=3)

    def ran(self) -> list[str]:
        """What ran since the last question: `done` is answered after what came before it."""
        self.ack("done", RIGHT)
        found = []
        while (line := self._lines.get(timeout=PATIENCE)) != "ran done":
            found.append(line.removeprefix("ran "))
        return found

    def arrived(self) -> list[str]:
        """The names of the events that arrived since the last question."""
        found = []
        while not self._arrived.empty():
            found.append(self._arrived.get()[0])
        return found

    def enters(self, namespace: str, auth: Any) -> bool:
        """Whether a namespace accepts an `auth` value."""
        try:
            client = self._connected([namespace], auth)
        except socketio.exceptions.ConnectionError:
            return False
        client.disconnect()
        return True

    def close(self) -> None:
        """End it."""
        self.client.disconnect()
        self._process.terminate()
        self._process.communicate()


@contextmanager
def served(name: str, interpreter: str) -> Iterator[Server]:
    """The server of a library."""
    program = SERVERS / f"with_{name.lower().replace('-', '_')}.py"
    server = Server(interpreter, program)
    try:
        yield server
    finally:
        server.close()


# -- the trials: true when the library keeps out what it must --------------------------------------


def _answer(server: Server, event: str, *args: Any) -> Any:
    try:
        return server.ack(event, *args)
    except socketio.exceptions.TimeoutError:
        return None


def event(server: Server) -> bool:
    """A wrong event: does its handler stay out?"""
    _answer(server, "say", WRONG)
    return "say" not in server.ran()


def error_names_the_field(server: Server) -> bool:
    """Does the client's ack say which field of a wrong event is wrong?"""
    return "text" in json.dumps(_answer(server, "say", WRONG))


def second_argument(server: Server) -> bool:
    """A wrong second argument: does the handler stay out?"""
    _answer(server, "move", 1, "two")
    return "move" not in server.ran()


def number_as_text(server: Server) -> bool:
    """`"2"` where an integer is declared: does the handler stay out?"""
    _answer(server, "move", 1, "2")
    return "move" not in server.ran()


def ack(server: Server) -> bool:
    """A handler's wrong ack: is it kept from the client?"""
    return "one" not in json.dumps(_answer(server, "wrong_ack", RIGHT))


def emit(server: Server) -> bool:
    """A wrong emit: is it kept from the client?"""
    _answer(server, "wrong_emit", RIGHT)
    server.ran()
    return "said" not in server.arrived()


def undeclared_emit(server: Server) -> bool:
    """An emit that nothing declares: is it kept from the client?"""
    _answer(server, "undeclared_emit", RIGHT)
    server.ran()
    return "nowhere" not in server.arrived()


def clients_ack(server: Server) -> bool:
    """A client's wrong ack: does the callback stay out?"""
    _answer(server, "ask", RIGHT)
    return "callback" not in [*server.ran(), *server.ran()]


def auth(server: Server) -> bool:
    """A wrong `auth` value: is the connection rejected, and a right one accepted?"""
    return server.enters("/locked", {"token": "a"}) and not server.enters("/locked", {"token": 1})


@dataclass(frozen=True)
class Trial:
    """A line of the table.

    Attributes:
        title: what it says.
        holds: whether a library keeps the contract there.
    """

    title: str
    holds: Callable[[Server], bool]


TRIALS = [
    Trial("A wrong event doesn't reach its handler", event),
    Trial("The client is told which field is wrong", error_names_the_field),
    Trial("A wrong second argument doesn't reach it", second_argument),
    Trial('`"2"` isn\'t taken for `2`', number_as_text),
    Trial("A handler's wrong ack doesn't reach the client", ack),
    Trial("A wrong emit doesn't reach the client", emit),
    Trial("An undeclared emit doesn't reach the client", undeclared_emit),
    Trial("A client's wrong ack doesn't reach the callback", clients_ack),
    Trial("A wrong `auth` value doesn't connect", auth),
]


def compare(names: list[str]) -> dict[str, dict[str, bool]]:
    """What each library keeps out, by the title of the trial."""
    found = {}
    for name in names:
        requirement = PEERS[name]
        interpreter: str | None = sys.executable
        if requirement:
            interpreter, reason = interpreter_of(requirement, f"compared-{name.lower()}", SERVING)
            if interpreter is None:
                progress(reason)
                continue
        progress(f"{name} ...")
        with served(name, interpreter or "") as server:
            found[name] = {trial.title: trial.holds(server) for trial in TRIALS}
    return found


def main() -> int:
    """Print the table."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0] if __doc__ else None)
    parser.add_argument("--json", action="store_true", help="Print data instead of a table.")
    parser.add_argument("--only", choices=PEERS, help="One library, instead of all.")
    asked = parser.parse_args()
    found = compare([asked.only] if asked.only else list(PEERS))
    if asked.json:
        print(json.dumps(found, indent=2))
        return 0
    rows = [
        [trial.title, *("yes" if found[name][trial.title] else "no" for name in found)]
        for trial in TRIALS
    ]
    print(table(["", *found], rows))
    return 0


if __name__ == "__main__":
    sys.exit(main())
