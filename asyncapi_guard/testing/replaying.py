"""`Replay`: a test of a server against its document, with steps of clients that you write."""

from __future__ import annotations

import dataclasses
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from asyncapi_guard.contract_tests.steps import Action, Source, Step, Taken
from asyncapi_guard.testing.documents import contract_of

if TYPE_CHECKING:
    import os
    from collections.abc import Mapping

    from asyncapi_guard.contract import Contract
    from asyncapi_guard.contract_tests.failures import Failure

__all__ = ["Given", "Replay", "ReplayClient", "ReplayStep", "ServerBrokeContract"]


class ServerBrokeContract(AssertionError):
    """Raised when a server breaks its contract.

    Args:
        failures: the failures, as `asyncapi-guard test` reports them.
        secrets: strings that the message must not quote.

    Attributes:
        failures: the failures.
    """

    def __init__(self, failures: tuple[Failure, ...], secrets: tuple[str, ...] = ()) -> None:
        from asyncapi_guard.contract_tests.wording import summary_of

        self.failures: tuple[Failure, ...] = failures
        super().__init__("\n\n".join(summary_of(each, secrets) for each in failures))


@dataclass(frozen=True, slots=True)
class Given:
    """A placeholder for a value that the server sends before a later step uses it.

    `step.ack[0]["id"]` is the `id` in the first value of the ack of `step`.
    """

    step: int
    source: Source
    event: str = ""
    pointer: str = ""

    def __getitem__(self, key: str | int) -> Given:
        part = str(key).replace("~", "~0").replace("/", "~1")
        return Given(self.step, self.source, self.event, f"{self.pointer}/{part}")


@dataclass(frozen=True, slots=True)
class ReplayStep:
    """A step of a replay.

    Attributes:
        index: the index of the step, from 0.
    """

    index: int

    @property
    def ack(self) -> Given:
        """The placeholder for the values of the step's ack."""
        return Given(self.index, Source.ACK)

    def event(self, name: str) -> Given:
        """Return the placeholder for the arguments of an event that arrives after the step."""
        return Given(self.index, Source.EVENT, name)


class ReplayClient:
    """A client of a replay. Nothing is sent before `Replay.check`."""

    def __init__(self, replay: Replay, number: int) -> None:
        self._replay = replay
        self._number = number

    def connect(
        self,
        namespace: str = "/",
        auth: Any = None,
        *,
        credentials: bool = False,
        headers: Mapping[str, str] | None = None,
        query: Mapping[str, str] | None = None,
        note: str = "",
    ) -> ReplayStep:
        """Connect to a namespace.

        Args:
            namespace: the Socket.IO namespace.
            auth: the `auth` value.
            credentials: show the credentials of the replay instead.
            headers: additional headers of the request.
            query: additional parameters of the URL.
            note: a comment. If it begins with `wrong`, the server must reject the connection.
        """
        step = Step(
            Action.CONNECT,
            self._number,
            namespace,
            args=() if auth is None else (auth,),
            credentials=credentials,
            request=(
                *(("header", name, value) for name, value in (headers or {}).items()),
                *(("query", name, value) for name, value in (query or {}).items()),
            ),
            note=note,
        )
        return self._replay.add(step)

    def emit(self, event: str, *args: Any, namespace: str = "/") -> ReplayStep:
        """Send an event, without asking for an ack."""
        return self._replay.add(Step(Action.EMIT, self._number, namespace, event, args))

    def call(self, event: str, *args: Any, namespace: str = "/", timeout: float = 0) -> ReplayStep:
        """Send an event, and wait for its ack.

        Args:
            event: its name.
            args: its arguments; write a value from the server as `step.ack[0]["id"]`.
            namespace: the Socket.IO namespace.
            timeout: the number of seconds to wait; 0 for the document's timeout, or 3 seconds
                without one.
        """
        return self._replay.add(
            Step(Action.EMIT, self._number, namespace, event, args, ack=True, seconds=timeout)
        )

    def send(
        self, text: str, *attachments: bytes, namespace: str = "/", timeout: float = 0
    ) -> ReplayStep:
        """Send a packet unchanged, without Engine.IO's own digit.

        Args:
            text: the text of the packet.
            attachments: the binary attachments of the packet.
            namespace: the Socket.IO namespace of the packet.
            timeout: the number of seconds to wait for an ack that the packet asks for.
        """
        return self._replay.add(
            Step(
                Action.SEND,
                self._number,
                namespace,
                seconds=timeout,
                text=text,
                attachments=attachments,
            )
        )

    def disconnect(self, namespace: str = "") -> ReplayStep:
        """Leave a namespace, or close the connection if you pass none."""
        return self._replay.add(Step(Action.DISCONNECT, self._number, namespace))


class Replay:
    """A test of a server against its document, with steps of clients that you write.

        replay = Replay("asyncapi.yml", "http://localhost:5000")
        ann = replay.client(1)
        ann.connect()
        created = ann.call("create_game", {"name": "Chess"})
        ann.call("join_game", {"game_id": created.ack[0]["game_id"]})
        replay.check()

    Args:
        spec: the document: a path, data, or what `load` returned.
        url: the URL of the server, on this machine unless `own_this_server` is true.
        auth: the `auth` value of clients that connect with `credentials=True`; a list has one
            for each client, in turn.
        headers: the headers of the clients' requests.
        query: the parameters of the URL of the clients' requests.
        seed: the seed of the acks that clients send when the server asks for one.
        own_this_server: whether the server can be on a different machine.

    Raises:
        SpecError: an invalid document.
    """

    def __init__(  # all but the first two are options, by keyword
        self,
        spec: str | os.PathLike[str] | Mapping[str, Any] | Contract,
        url: str,
        *,
        auth: Any = None,
        headers: Mapping[str, str] | None = None,
        query: Mapping[str, str] | None = None,
        seed: int = 0,
        own_this_server: bool = False,
    ) -> None:
        from asyncapi_guard.contract_tests.settings import Settings

        self._contract = contract_of(spec)
        self._settings = Settings(
            url,
            auth=tuple(auth) if isinstance(auth, list) else auth,
            headers=dict(headers or {}),
            query=dict(query or {}),
            seed=seed,
            own_this_server=own_this_server,
        )
        self._steps: list[Step] = []

    @property
    def steps(self) -> tuple[Step, ...]:
        """The steps so far."""
        return tuple(self._steps)

    def client(self, number: int = 1) -> ReplayClient:
        """Return the client with a number, from 1."""
        return ReplayClient(self, number)

    def wait(self, seconds: float) -> ReplayStep:
        """Wait for some seconds."""
        return self.add(Step(Action.WAIT, namespace="", seconds=seconds))

    def add(self, step: Step) -> ReplayStep:
        """Add a step, whose arguments can contain `Given` values."""
        taken = (*step.taken, *_taken(step.args, ""))
        plain = dataclasses.replace(step, args=tuple(map(_plain, step.args)), taken=taken)
        self._steps.append(plain)
        return ReplayStep(len(self._steps) - 1)

    def check(self, *, transport: bool = False) -> None:
        """Run the steps against the server.

        Args:
            transport: whether to also forbid protocol errors that frameworks accept.

        Raises:
            ServerBrokeContract: the server broke its contract.
            CannotConnect: no Socket.IO server responds at the URL.
        """
        from asyncapi_guard.contract_tests.replaying import replay
        from asyncapi_guard.contract_tests.wording import secrets_of

        settings = dataclasses.replace(self._settings, transport_fails=transport)
        failures = replay(self._contract, settings, self.steps)
        if failures:
            raise ServerBrokeContract(failures, secrets_of(settings))


def _taken(value: Any, pointer: str) -> Any:
    """Find the placeholders in arguments."""
    if isinstance(value, Given):
        yield Taken(pointer, value.step, value.source, value.pointer, value.event)
    elif isinstance(value, dict):
        for key, each in value.items():
            yield from _taken(each, f"{pointer}/{str(key).replace('~', '~0').replace('/', '~1')}")
    elif isinstance(value, (list, tuple)):
        for index, each in enumerate(value):
            yield from _taken(each, f"{pointer}/{index}")


def _plain(value: Any) -> Any:
    """Return a value without its placeholders."""
    if isinstance(value, Given):
        return None
    if isinstance(value, dict):
        return {key: _plain(each) for key, each in value.items()}
    return [_plain(each) for each in value] if isinstance(value, (list, tuple)) else value
