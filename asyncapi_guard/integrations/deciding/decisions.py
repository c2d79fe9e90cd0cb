"""What every decision stands on: the guard in force, its records, and a codec.

Decisions neither send nor wait. They take what came, and return a call to make, a packet to send,
or a value; the adapters do the rest. So they are the same for servers on threads and on asyncio.
"""

from __future__ import annotations

import logging
import traceback
from typing import TYPE_CHECKING, Any, Protocol

from asyncapi_guard.contract import Mode
from asyncapi_guard.guard.verdicts import without_rule
from asyncapi_guard.integrations.deciding.calls import Expected
from asyncapi_guard.integrations.wire.codec import Unsendable
from asyncapi_guard.violations import Checkpoint, Code, Problem

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping, Sequence

    from asyncapi_guard.contract import Message
    from asyncapi_guard.guard import Guard, Verdict
    from asyncapi_guard.guard.rules import Rule
    from asyncapi_guard.integrations.deciding.calls import Shortcut
    from asyncapi_guard.integrations.handlers.check import HandlerCheck
    from asyncapi_guard.integrations.recording.recorder import Recorder
    from asyncapi_guard.integrations.wire.codec import Codec, Encoded

__all__ = ["Decisions", "Guarding"]


class Guarding(Protocol):
    """What decisions know of the `AsyncAPIGuard` that was put on a server."""

    @property
    def in_force(self) -> Guard:
        """The guard that judges now."""
        ...

    @property
    def recorder(self) -> Recorder:
        """Where violations are written down."""
        ...

    @property
    def reject_event(self) -> str | None:
        """The event that tells clients of rejections which asked for no ack."""
        ...

    @property
    def error_handler(self) -> Callable[[Exception, str, str], Any] | None:
        """What the application gave the guard to hear of errors."""
        ...

    @property
    def verifiers(self) -> Mapping[str, Callable[..., Any]]:
        """What says who a client is, by the names of security schemes."""
        ...

    @property
    def verifiers_option(self) -> str:
        """What they are passed as."""
        ...

    @property
    def security_timeout(self) -> float:
        """How many seconds verifiers have for one client."""
        ...

    @property
    def trusts_handlers(self) -> bool:
        """Whether a connect handler may verify what no verifier does."""
        ...

    @property
    def handler_check(self) -> HandlerCheck:
        """Compares handlers with the contract when the first client connects."""
        ...

    @property
    def drop_in(self) -> str | None:
        """The class of the server that has this guard by itself."""
        ...

    @property
    def respond_unhandled(self) -> bool | None:
        """Whether acks are added where a server without the guard is silent."""
        ...

    def shortcut(self, rule: Rule, namespace: str, event: str) -> Shortcut | None:
        """Return what may judge a received event instead of its rule."""
        ...


#: What a guard expects, as it was found: events by namespace and name.
_Book = dict[tuple[str, str], Expected]
#: How many are remembered; namespaces of a template are the client's choice.
_MOST = 10_000


class Decisions:
    """The ground of all decisions.

    Args:
        guarding: whose guard judges.
        codec: encodes what leaves.

    Attributes:
        active: whether anything is judged.
    """

    def __init__(self, guarding: Guarding, codec: Codec) -> None:
        self.guarding: Guarding = guarding
        self.recorder: Recorder = guarding.recorder
        self.codec: Codec = codec
        self.active: bool = False
        #: Namespaces of this server's admin UI, in which nothing is judged.
        self.admin_namespaces: frozenset[str] = frozenset()
        self._without_admin: tuple[Guard, Guard] | None = None
        self._books: tuple[Guard | None, _Book, _Book] = None, {}, {}

    @property
    def guard(self) -> Guard:
        """The guard that is in force now; it leaves the admin UI alone."""
        guard = self.guarding.in_force
        if not self.admin_namespaces:
            return guard
        known = self._without_admin
        if known is None or known[0] is not guard:
            known = self._without_admin = guard, guard.excluding(self.admin_namespaces)
        return known[1]

    def forget(self) -> None:
        """Keep nothing of guards that are no longer in force; what comes next finds it anew."""
        self._without_admin = None
        self._books = None, {}, {}

    def leave_alone(self, namespace: str) -> None:
        """Judge nothing in a namespace of the admin UI."""
        self.admin_namespaces |= {namespace}
        self._without_admin = None

    def enforces_connects(self, namespace: str) -> bool:
        """Return whether the guard has the last word on who enters a namespace."""
        mode = self.guard.mode_of(Checkpoint.CONNECT, namespace, "connect")
        return self.active and mode is Mode.ENFORCE

    # -- rules -------------------------------------------------------------------------------------

    def _expected_from_client(self, guard: Guard, namespace: str, event: str) -> Expected | None:
        """Return what the contract says of an event that a client sends."""
        books = self._books
        if books[0] is not guard:
            books = self._books = guard, {}, {}
        found = books[1].get((namespace, event))
        if found is None:
            rule = guard.rule_of_received(namespace, event)
            found = self._enter(
                books[1], rule, namespace, event, Checkpoint.SEND_ACK, secured=guard.secured
            )
        return found

    def _expected_from_server(self, guard: Guard, namespace: str, event: str) -> Expected | None:
        """Return what the contract says of an event that the application sends."""
        books = self._books
        if books[0] is not guard:
            books = self._books = guard, {}, {}
        found = books[2].get((namespace, event))
        if found is None:
            rule = guard.rule_of_sent(namespace, event)
            found = self._enter(books[2], rule, namespace, event, Checkpoint.RECEIVE_ACK)
        return found

    def _enter(
        self,
        book: _Book,
        rule: Rule | None,
        namespace: str,
        event: str,
        ack: Checkpoint,
        *,
        secured: bool = False,
    ) -> Expected | None:
        if rule is None:
            return None
        counter = self.recorder.tally.counter
        shortcut = None
        if rule.checkpoint is Checkpoint.RECEIVE_EVENT:
            shortcut = self.guarding.shortcut(rule, namespace, event)
        found = Expected(
            rule,
            counter(namespace, event, rule.checkpoint),
            counter(namespace, event, ack),
            shortcut,
            secured=secured,
        )
        if len(book) < _MOST:
            book[namespace, event] = found
        return found

    # -- judging -----------------------------------------------------------------------------------

    def _ask(
        self,
        checkpoint: Checkpoint,
        judge: Callable[..., Verdict],
        namespace: str,
        event: Any,
        *args: Any,
        **known: bool,
    ) -> Verdict:
        """Ask the guard, and count. If judging fails, what is enforced is rejected.

        Args:
            checkpoint: where the traffic is.
            judge: a method of the guard.
            namespace: the Socket.IO namespace.
            event: the event's name.
            *args: the method's other arguments.
            **known: what is known of the values.
        """
        try:
            verdict = judge(namespace, event, *args, **known)
        except Exception as error:  # noqa: BLE001  # fail closed, whatever it is
            verdict = self._failed(checkpoint, namespace, event, error)
        self.recorder.tally.seen(*self.recorder.counted_as(namespace, event, verdict), checkpoint)
        return verdict

    def _malformed(
        self,
        checkpoint: Checkpoint,
        namespace: str,
        event: Any,
        reason: str,
        guard: Guard | None = None,
    ) -> Verdict:
        """Return the verdict on what cannot be traffic at all."""

        def judge(namespace: str, event: str) -> Verdict:
            return (guard or self.guard).malformed(checkpoint, namespace, event, reason)

        return self._ask(checkpoint, judge, namespace, event)

    def _failed(
        self, checkpoint: Checkpoint, namespace: str, event: Any, error: Exception
    ) -> Verdict:
        """Return the verdict where judging itself failed."""
        # Not the error's text: it may quote the payload.
        place = traceback.extract_tb(error.__traceback__)[-1]
        self.recorder.log(
            logging.ERROR,
            "the guard failed at %s: %s in %s, line %s; enforced traffic is rejected",
            checkpoint,
            type(error).__name__,
            place.filename,
            place.lineno,
        )
        try:
            return self.guard.failed(checkpoint, namespace, event)
        except Exception:  # noqa: BLE001  # not even that: there is no guard to ask
            reason = "the guard failed to validate this"
            name = event if isinstance(event, str) else ""
            problem = Problem("", "guard", reason)
            return without_rule(
                checkpoint, Code.GUARD, namespace, name, reason, problem, Mode.ENFORCE
            )

    def _judge_unlisted(
        self,
        guard: Guard,
        checkpoint: Checkpoint,
        namespace: str,
        event: Any,
        args: Sequence[Any],
        *message: Message | None,
    ) -> tuple[Verdict, Encoded | None]:
        """Judge what leaves without a rule: the verdict, and what it is on the wire.

        Nothing is encoded, and the second is `None`, where nobody wants to know.

        Args:
            guard: what judges.
            checkpoint: `SEND_EVENT` or `SEND_ACK`.
            namespace: the Socket.IO namespace.
            event: the event's name.
            args: the arguments, or the values of the ack.
            *message: for acks, the message that matched when the event was judged.
        """
        judge = guard.send_event if checkpoint is Checkpoint.SEND_EVENT else guard.send_ack
        if guard.mode_of(checkpoint, namespace, event, *message) is Mode.OFF:
            return self._ask(checkpoint, judge, namespace, event, args, *message), None
        try:
            encoded = self.codec.encode(args)
        except Unsendable:
            return self._unsendable(guard, checkpoint, namespace, event, *message), None
        known = {"binary": bool(encoded.attachments), "read": True}
        verdict = self._ask(checkpoint, judge, namespace, event, encoded.values, *message, **known)
        return verdict, encoded

    def _unsendable(
        self,
        guard: Guard,
        checkpoint: Checkpoint,
        namespace: str,
        event: Any,
        message: Message | None = None,
    ) -> Verdict:
        """Return the verdict on what has no form in JSON."""

        def judge(namespace: str, event: Any) -> Verdict:
            return guard.unsendable(checkpoint, namespace, event, message)

        return self._ask(checkpoint, judge, namespace, event)
