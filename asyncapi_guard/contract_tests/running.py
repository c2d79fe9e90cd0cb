"""Runs programs, and records the outcome of each step."""

from __future__ import annotations

import time
from dataclasses import dataclass, field, replace
from typing import TYPE_CHECKING, Any

from asyncapi_guard.contract_tests import frames
from asyncapi_guard.contract_tests.engine_io import CannotConnect, ConnectionLost, Request
from asyncapi_guard.contract_tests.places_in_values import at, put
from asyncapi_guard.contract_tests.steps import Action, Source, Step
from asyncapi_guard.contract_tests.wire_client import Wire, WireClient

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable

    from asyncapi_guard.contract_tests.packets import Packet
    from asyncapi_guard.contract_tests.settings import Settings
    from asyncapi_guard.contract_tests.steps import Taken
    from asyncapi_guard.contract_tests.wire_client import Arrival

__all__ = ["Outcome", "Patience", "Session", "Trace", "run_program"]

#: For how many seconds nothing must come before the next step, after an event without an ack.
QUIET = 0.02
#: And for how many it is waited for that.
MOST_QUIET = 0.15
#: The same after an event with an ack, where other clients may hear of it.
_OTHERS_QUIET = 0.004
_OTHERS_MOST = 0.05
#: The same when a program ends.
_LAST_QUIET = 0.04
_LAST_MOST = 0.4
#: For how many seconds an ack is awaited whose event has not been answered before.
_KNOWN_MISSING = 0.3
#: How long a client waits for a connection, and for a namespace.
_CONNECTING = 5.0


@dataclass(frozen=True, slots=True)
class Outcome:
    """What came of a step.

    Attributes:
        step: with the arguments that were sent.
        began: seconds since the run began.
        ended: the same.
        first: how many packets had come before.
        last: how many packets had come when the next step began.
        id: of the ack that was asked for.
        ack: the first ack that came for it.
        accepted: of a `connect`: whether the server accepted; `None` if it did not say. Of an
            `emit`: whether the client was connected to the namespace.
        status: of a `connect`: the HTTP status by which the server rejected the handshake.
        problem: why the step could not be done.
        waited: for how many seconds the ack was awaited.
    """

    step: Step
    began: float
    ended: float
    first: int
    last: int
    id: int | None = None
    ack: Arrival | None = None
    accepted: bool | None = None
    status: int = 0
    problem: str = ""
    waited: float = 0.0


@dataclass(frozen=True, slots=True)
class Trace:
    """What came of a program.

    Attributes:
        outcomes: of its steps, in their order.
        arrivals: all that came, in its order.
        packets: all that passed.
        acks: those that came, by clients' lives, namespaces and numbers.
        asked: the numbers of acks that were asked for, in the same way.
    """

    outcomes: tuple[Outcome, ...]
    arrivals: tuple[Arrival, ...]
    packets: tuple[Packet, ...]

    @property
    def steps(self) -> tuple[Step, ...]:
        """The program, with the arguments that were sent."""
        return tuple(each.step for each in self.outcomes)

    def during(self, outcome: Outcome) -> tuple[Arrival, ...]:
        """What came between a step and the next one."""
        return self.arrivals[outcome.first : outcome.last]


@dataclass
class Patience:
    """How long acks are awaited: less where the same event was not answered before.

    Attributes:
        seconds: where nothing else is known.
        most: also where a step says otherwise.
        deadline: when the whole run ends (`time.monotonic`).
        sent: how many events were sent.
    """

    seconds: float
    most: float = 60.0
    deadline: float = field(default_factory=lambda: time.monotonic() + 3600)
    sent: int = 0
    _missing: dict[tuple[str, str], int] = field(default_factory=dict)

    @property
    def left(self) -> float:
        """Seconds until the run ends; 0 if it is over."""
        return max(self.deadline - time.monotonic(), 0.0)

    @property
    def is_over(self) -> bool:
        """Whether the run must end."""
        return self.left <= 0

    def for_event(self, step: Step) -> float:
        """For how many seconds the ack of a step is awaited."""
        seconds = min(step.seconds or self.seconds, self.most)
        if self._missing.get((step.namespace, step.event), 0) >= 2:  # not just one slow answer
            seconds = min(seconds, _KNOWN_MISSING)
        return min(seconds, self.left)

    def learn(self, step: Step, *, came: bool) -> None:
        """Remember whether the ack of a step came."""
        key = (step.namespace, step.event)
        self._missing[key] = 0 if came else self._missing.get(key, 0) + 1


class Session:
    """Clients of a server, and what they have done so far.

    Args:
        settings: where the server is, and with what clients connect.
        patience: how long something is awaited.
        answers: gives the values with which clients acknowledge events of the server.
    """

    def __init__(
        self,
        settings: Settings,
        patience: Patience,
        answers: Callable[[Arrival], tuple[Any, ...] | None] | None = None,
    ) -> None:
        self._answers = answers
        self.settings: Settings = settings
        self.patience: Patience = patience
        self.wire: Wire = Wire()
        self.clients: dict[int, WireClient] = {}
        self.outcomes: list[Outcome] = []
        self._everybody: list[WireClient] = []

    def __enter__(self) -> Session:  # noqa: PYI034  # Self is not in Python 3.10
        return self

    def __exit__(self, *_error: object) -> None:
        self.close()

    def close(self) -> None:
        """End all connections."""
        for client in self._everybody:
            client.close()

    def trace(self) -> Trace:
        """What came of the steps, after all that is still to come."""
        self.wire.wait_for_quiet(_LAST_QUIET, min(_LAST_MOST, self.patience.left))
        with self.wire.changed:
            arrivals, packets = tuple(self.wire.arrivals), tuple(self.wire.packets)
        outcomes = list(self.outcomes)
        if outcomes:
            outcomes[-1] = replace(outcomes[-1], last=len(arrivals))
        return Trace(tuple(outcomes), arrivals, packets)

    def do(self, step: Step) -> Outcome:
        """Do a step. Never raises; what does not work is in the outcome."""
        step = self._with_taken(step)
        first = len(self.wire.arrivals)
        if self.outcomes:
            self.outcomes[-1] = replace(self.outcomes[-1], last=first)
        outcome = Outcome(step, self.wire.now(), 0.0, first, first)
        try:
            outcome = getattr(self, f"_{step.action}")(step, outcome)
        except ConnectionLost as error:
            outcome = replace(outcome, problem=str(error))
        except CannotConnect as error:
            outcome = replace(
                outcome,
                problem=str(error),
                status=error.status,
                accepted=False if error.status else None,
            )
        outcome = replace(outcome, ended=self.wire.now(), last=len(self.wire.arrivals))
        self.outcomes.append(outcome)
        return outcome

    def _connect(self, step: Step, outcome: Outcome) -> Outcome:
        if any(
            each.step.action is Action.CONNECT and each.accepted is None for each in self.outcomes
        ):
            raise ConnectionLost("the server did not answer the connect before")
        client = self._opened(step)
        timeout = min(_CONNECTING, self.patience.left)
        accepted = client.connect(step.namespace, self._auth(step), timeout)
        return replace(outcome, accepted=accepted, problem=client.lost)

    def _opened(self, step: Step) -> WireClient:
        """The client of a step, with a connection."""
        client = self.clients.get(step.client)
        if client is None or not client.is_open:
            client = WireClient(step.client, self.wire, self._answers)
            self._everybody.append(client)
            request = Request(self.settings, credentials=step.credentials, more=step.request)
            client.open(request, min(_CONNECTING, self.patience.left))
            self.clients[step.client] = client
        return client

    def _auth(self, step: Step) -> Any:
        if not step.credentials:
            return step.args[0] if step.args else None
        auth = self.settings.auth
        if isinstance(auth, tuple):
            return auth[(step.client - 1) % len(auth)] if auth else None
        return auth if auth is not None or not step.args else step.args[0]

    def _emit(self, step: Step, outcome: Outcome) -> Outcome:
        client = self._client(step)
        outcome = replace(outcome, accepted=step.namespace in client.accepted)
        id = client.emit(step.namespace, step.event, step.args, ack=step.ack)
        self.patience.sent += 1
        if id is None:
            self.wire.wait_for_quiet(QUIET, min(MOST_QUIET, self.patience.left))
            return replace(outcome, problem=client.lost)
        waited = self.patience.for_event(step)
        ack = client.wait_for_ack(step.namespace, id, waited)
        if len(self.clients) > 1:
            # What others get of it is sent at the same time, and comes a little later.
            self.wire.wait_for_quiet(_OTHERS_QUIET, _OTHERS_MOST)
        if step.seconds == 0 or step.seconds >= 1:
            self.patience.learn(step, came=ack is not None)
        return replace(outcome, id=id, ack=ack, problem=client.lost, waited=waited)

    def _send(self, step: Step, outcome: Outcome) -> Outcome:
        client = self._opened(step)
        outcome = replace(outcome, accepted=step.namespace in client.accepted)
        client.send(step.text, step.attachments)
        self.patience.sent += 1
        id = frames.id_in(step.text)
        if id is not None:
            ack = client.wait_for_ack(step.namespace, id, min(step.seconds, self.patience.left))
            return replace(outcome, id=id, ack=ack, problem=client.lost)
        self.wire.wait_for_quiet(QUIET, min(MOST_QUIET, self.patience.left))
        return replace(outcome, problem=client.lost)

    def _wait(self, step: Step, outcome: Outcome) -> Outcome:
        time.sleep(min(step.seconds, self.patience.left))
        return outcome

    def _disconnect(self, step: Step, outcome: Outcome) -> Outcome:
        client = self.clients.get(step.client)
        if client is not None:
            if step.namespace:
                client.leave(step.namespace)
            else:
                client.close()
                del self.clients[step.client]
        self.wire.wait_for_quiet(QUIET, min(MOST_QUIET, self.patience.left))
        return outcome

    def _client(self, step: Step) -> WireClient:
        client = self.clients.get(step.client)
        if client is None:
            raise ConnectionLost("the client has no connection")
        return client

    def _with_taken(self, step: Step) -> Step:
        """The step with the values that the server gave before; it takes no others."""
        args, kept = step.args, []
        for taken in step.taken:
            found, value = self._value_of(taken)
            if found:
                args = put(args, taken.into, value)
                kept.append(taken)
        return replace(step, args=args, taken=tuple(kept)) if step.taken else step

    def _value_of(self, taken: Taken) -> tuple[bool, Any]:
        if not 0 <= taken.step < len(self.outcomes):
            return False, None
        outcome = self.outcomes[taken.step]
        if taken.source is Source.ACK:
            return at(outcome.ack.args, taken.pointer) if outcome.ack is not None else (False, None)
        for arrival in self.wire.arrivals[outcome.first :]:
            if arrival.event == taken.event:
                found = at(arrival.args, taken.pointer)
                if found[0]:
                    return found
        return False, None


def run_program(
    steps: Iterable[Step],
    settings: Settings,
    patience: Patience,
    answers: Callable[[Arrival], tuple[Any, ...] | None] | None = None,
) -> Trace:
    """Run a program with new clients; the arguments are those of a `Session`."""
    with Session(settings, patience, answers) as session:
        for step in steps:
            if patience.is_over:
                break
            session.do(step)
        return session.trace()
