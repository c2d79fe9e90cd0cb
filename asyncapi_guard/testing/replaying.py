"""`Replay`: what clients do, step by step, and whether the server keeps its contract meanwhile."""

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
    """A server did what its contract forbids.

    Args:
        failures: what it did, as `asyncapi-guard test` reports it.
        secrets: texts that the message must not quote.

    Attributes:
        failures: as given.
    """

    def __init__(self, failures: tuple[Failure, ...], secrets: tuple[str, ...] = ()) -> None:
        from asyncapi_guard.contract_tests.wording import summary_of

        self.failures: tuple[Failure, ...] = failures
        super().__init__("\n\n".join(summary_of(each, secrets) for each in failures))


@dataclass(frozen=True, slots=True)
class Given:
    """A value that the server will have given when a later step sends it.

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
        index: which one it is, from 0.
    """

    index: int

    @property
    def ack(self) -> Given:
        """The values of its ack."""
        return Given(self.index, Source.ACK)

    def event(self, name: str) -> Given:
        """The arguments of an event that comes after it."""
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
            headers: what the request has besides.
            query: what its URL has besides.
            note: what is special about it. If it begins with `wrong`, the server must reject it.
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
            args: its arguments; values that the server gives are `step.ack[0]["id"]`.
            namespace: the Socket.IO namespace.
            timeout: how many seconds to wait; 0 for as long as the document says, or 3 seconds.
        """
        return self._replay.add(
            Step(Action.EMIT, self._number, namespace, event, args, ack=True, seconds=timeout)
        )

    def send(
        self, text: str, *attachments: bytes, namespace: str = "/", timeout: float = 0
    ) -> ReplayStep:
        """Send a packet as it is, without Engine.IO's own digit.

        Args:
            text: of the packet.
            attachments: bytes that belong to it.
            namespace: the Socket.IO namespace that it is about.
            timeout: how many seconds to wait for an ack that it asks for.
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
        """Leave a namespace; without one, close the connection."""
        return self._replay.add(Step(Action.DISCONNECT, self._number, namespace))


class Replay:
    """What clients do with a server, and whether it keeps its contract meanwhile.

        replay = Replay("asyncapi.yml", "http://localhost:5000")
        ann = replay.client(1)
        ann.connect()
        created = ann.call("create_game", {"name": "Chess"})
        ann.call("join_game", {"game_id": created.ack[0]["game_id"]})
        replay.check()

    Args:
        spec: the document: a path, data, or what `load` returned.
        url: of the server, on this machine unless `own_this_server` is true.
        auth: the `auth` value of clients that connect with `credentials=True`; a list has one for
            each client, in turn.
        headers: of their requests.
        query: parameters of the URL of their requests.
        seed: draws what clients answer where the server asks for an ack.
        own_this_server: the server may be on another machine.

    Raises:
        SpecError: the document cannot be used.
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
        """What has been said so far."""
        return tuple(self._steps)

    def client(self, number: int = 1) -> ReplayClient:
        """A client; each number is one of its own, from 1."""
        return ReplayClient(self, number)

    def wait(self, seconds: float) -> ReplayStep:
        """Do nothing for a time."""
        return self.add(Step(Action.WAIT, namespace="", seconds=seconds))

    def add(self, step: Step) -> ReplayStep:
        """Add a step; values in its arguments may be `Given`."""
        taken = (*step.taken, *_taken(step.args, ""))
        plain = dataclasses.replace(step, args=tuple(map(_plain, step.args)), taken=taken)
        self._steps.append(plain)
        return ReplayStep(len(self._steps) - 1)

    def check(self, *, transport: bool = False) -> None:
        """Do the steps.

        Args:
            transport: what frameworks let through is forbidden, too.

        Raises:
            ServerBrokeContract: the server did what its contract forbids.
            CannotConnect: nobody answers at the URL, or it is no Socket.IO server.
        """
        from asyncapi_guard.contract_tests.replaying import replay
        from asyncapi_guard.contract_tests.wording import secrets_of

        settings = dataclasses.replace(self._settings, transport_fails=transport)
        failures = replay(self._contract, settings, self.steps)
        if failures:
            raise ServerBrokeContract(failures, secrets_of(settings))


def _taken(value: Any, pointer: str) -> Any:
    """Where something of the server's is in arguments."""
    if isinstance(value, Given):
        yield Taken(pointer, value.step, value.source, value.pointer, value.event)
    elif isinstance(value, dict):
        for key, each in value.items():
            yield from _taken(each, f"{pointer}/{str(key).replace('~', '~0').replace('/', '~1')}")
    elif isinstance(value, (list, tuple)):
        for index, each in enumerate(value):
            yield from _taken(each, f"{pointer}/{index}")


def _plain(value: Any) -> Any:
    """A value with nothing where the server's will be."""
    if isinstance(value, Given):
        return None
    if isinstance(value, dict):
        return {key: _plain(each) for key, each in value.items()}
    return [_plain(each) for each in value] if isinstance(value, (list, tuple)) else value
