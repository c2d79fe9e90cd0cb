"""`Guard`: finds the rule for a piece of traffic, or reports what is missing."""

from __future__ import annotations

from copy import copy
from dataclasses import replace
from itertools import count
from typing import TYPE_CHECKING, Any

from asyncapi_guard.contract import Contract, Message, Mode, Perspective
from asyncapi_guard.guard.limits import has_limits, why_limited
from asyncapi_guard.guard.marks import check_marks
from asyncapi_guard.guard.near_names import near_names
from asyncapi_guard.guard.plans import (
    Plan,
    by_address,
    check_addresses,
    check_handshakes,
    reserved_for,
    template,
)
from asyncapi_guard.guard.policy import Policy, weakest, with_near_names
from asyncapi_guard.guard.rules import ACKS, Rule
from asyncapi_guard.guard.security import REASONS, Entrance, lacking, of_servers, used_schemes
from asyncapi_guard.guard.verdicts import PASSED, PASSED_UNDECLARED, Verdict, without_rule
from asyncapi_guard.violations import UNSENDABLE, Checkpoint, Code, Problem, Violation

if TYPE_CHECKING:
    import re
    from collections.abc import Callable, Collection, Mapping, Sequence

    from asyncapi_guard.guard.handshakes import HandshakeRequest
    from asyncapi_guard.guard.identity import Identity

__all__ = ["Guard"]

#: Namespaces that matched a template are remembered up to this many; a client chooses their names.
_REMEMBERED = 1024
#: A longer namespace matches no template: with several parameters, time grows with a power of it.
_LONGEST = 256
_numbers = count(1)
_RECEIVED = Checkpoint.RECEIVE_EVENT
#: What comes by a message queue acts on clients of any namespace, whichever one it names.
_BY_POLICY = (Checkpoint.QUEUE_ACK, Checkpoint.QUEUE_CONTROL)


class Guard:
    """Validates traffic against a contract.

    Args:
        contract: the contract of the guarded side, as `asyncapi_guard.load` returns it.
        policy: the response to violations.

    Attributes:
        perspective: the side of the guarded application.
        reserved: names that the application must not receive as events.
        secured: whether clients must authenticate anywhere.
        number: unique in the process, except for guards that differ only in excluded namespaces.

    Raises:
        InvalidDocument: an operation uses a channel whose address isn't a Socket.IO namespace.
        TypeError: a policy that isn't a `Policy`.
        ValueError: a policy for unknown operations.
    """

    def __init__(self, contract: Contract, policy: Policy | None = None) -> None:
        if not isinstance(policy, (Policy, type(None))):
            kind = type(policy).__name__
            raise TypeError(f"policy must be a Policy, such as Policy(mode='report'), not a {kind}")
        self.contract: Contract = contract
        self.number: int = next(_numbers)
        self.perspective: Perspective = contract.perspective
        self.reserved: frozenset[str] = reserved_for(contract.perspective)
        #: For values of which some have no hash.
        self._reserved = tuple(self.reserved)
        self.policy: Policy = policy or Policy()
        policy = self.policy
        unknown = policy.operations.keys() - contract.operations.keys()
        if unknown:
            named = with_near_names(unknown, contract.operations)
            raise ValueError(f"the policy names unknown operations: {named}")
        check_addresses(contract)
        check_handshakes(contract)
        check_marks(contract)
        #: Something is to be looked at for each event of a client.
        self.limited: bool = has_limits(policy) and policy.at(_RECEIVED) is not Mode.OFF
        enforced = policy.of_security is not Mode.OFF
        self.secured: bool = enforced and bool(used_schemes(contract))
        self._has_schemes = bool(contract.security_schemes) or bool(used_schemes(contract))
        self._entrance = Entrance(of_servers(contract))
        self._plans: dict[str, Plan] = {}
        self._templates: list[tuple[re.Pattern[str], Plan]] = []
        for address, channels in by_address(contract).items():
            if address in policy.exclude:
                continue
            plan = Plan(channels, contract, policy)
            if "{" in address:
                self._templates.append((template(channels[0]), plan))
            else:
                self._plans[address] = plan
        self._remembered: dict[str, Plan] = {}
        self._excluded: Collection[str] = policy.exclude
        self._mirrored: Guard | None = None

    @property
    def mirrored(self) -> Guard:
        """The guard of the other side of the same traffic."""
        if self._mirrored is None:
            client = self.perspective is Perspective.CLIENT
            side = Perspective.SERVER if client else Perspective.CLIENT
            self._mirrored = Guard(self.contract.seen_by(side), self.policy)
            vars(self._mirrored).update(_mirrored=self)
        return self._mirrored

    def receive_event(
        self,
        namespace: str,
        event: Any,
        args: Sequence[Any],
        *,
        binary: bool = False,
        read: bool = False,
    ) -> Verdict:
        """Validate an event that was received, from a client or from the server.

        Args:
            namespace: the Socket.IO namespace.
            event: the first element of the packet's data, of any type.
            args: the other elements.
            binary: whether the arguments contain bytes.
            read: whether a strict reader made the arguments from JSON text; if not, their text is
                checked.
        """
        plan = self._plans.get(namespace) or self.plan_of(namespace)
        if plan is None or not isinstance(event, str) or event not in plan.receive:
            return self._unexpected(Checkpoint.RECEIVE_EVENT, namespace, event, plan)
        return plan.receive[event].judge(namespace, args, binary=binary, read=read)

    def rule_of_received(self, namespace: str, event: str) -> Rule | None:
        """Return the rule of an event that the other side sends; `None` if there is none."""
        plan = self._plans.get(namespace) or self.plan_of(namespace)
        return None if plan is None else plan.receive.get(event)

    def rule_of_sent(self, namespace: str, event: str) -> Rule | None:
        """Return the rule of an event that the application sends; `None` if there is none."""
        plan = self._plans.get(namespace) or self.plan_of(namespace)
        return None if plan is None else plan.send.get(event)

    def send_event(
        self,
        namespace: str,
        event: Any,
        args: Sequence[Any],
        *,
        binary: bool = False,
        read: bool = False,
    ) -> Verdict:
        """Validate an event that the application sends; the arguments are as in `receive_event`."""
        plan = self._plans.get(namespace) or self.plan_of(namespace)
        if plan is None or not isinstance(event, str) or event not in plan.send:
            return self._unexpected(Checkpoint.SEND_EVENT, namespace, event, plan)
        return plan.send[event].judge(namespace, args, binary=binary, read=read)

    def rule_of_queued(self, namespace: str, event: str) -> Rule | None:
        """Return the rule of an event that another process sends by a message queue."""
        plan = self._plans.get(namespace) or self.plan_of(namespace)
        return None if plan is None else plan.queued(event)

    def queue_event(
        self,
        namespace: str,
        event: Any,
        args: Sequence[Any],
        *,
        binary: bool = False,
        read: bool = False,
    ) -> Verdict:
        """Validate an event of another process from a queue; arguments as in `receive_event`."""
        rule = self.rule_of_queued(namespace, event) if isinstance(event, str) else None
        if rule is None:
            plan = self.plan_of(namespace)
            return self._unexpected(Checkpoint.QUEUE_EVENT, namespace, event, plan)
        return rule.judge(namespace, args, binary=binary, read=read)

    def send_to(self, namespace: str, order: str) -> Verdict:
        """Validate the namespace of an order that isn't an event, such as to close a room.

        Args:
            namespace: the Socket.IO namespace.
            order: the order, in words.
        """
        plan = self._plans.get(namespace) or self.plan_of(namespace)
        if plan is not None:
            return PASSED
        return self._unexpected(Checkpoint.SEND_EVENT, namespace, order, None)

    def send_ack(
        self,
        namespace: str,
        event: str,
        args: Sequence[Any],
        message: Message | None = None,
        *,
        binary: bool = False,
        read: bool = False,
    ) -> Verdict:
        """Validate the values that a handler returned as the ack of an event.

        Args:
            namespace: the Socket.IO namespace.
            event: the event that is acknowledged.
            args: the values of the ack.
            message: the message that matched when the event was validated.
            binary: whether the values contain bytes.
            read: as in `receive_event`.
        """
        plan = self._plans.get(namespace) or self.plan_of(namespace)
        rule = plan.receive.get(event) if plan is not None else None
        if rule is None:
            return PASSED_UNDECLARED
        return rule.ack_of(message).judge(namespace, args, binary=binary, read=read)

    def receive_ack(
        self,
        namespace: str,
        event: str,
        args: Sequence[Any],
        message: Message | None = None,
        *,
        binary: bool = False,
        read: bool = False,
    ) -> Verdict:
        """Validate the ack of the other side to an event; the arguments are as in `send_ack`."""
        plan = self._plans.get(namespace) or self.plan_of(namespace)
        rule = plan.send.get(event) if plan is not None else None
        if rule is None:
            return PASSED_UNDECLARED
        return rule.ack_of(message).judge(namespace, args, binary=binary, read=read)

    def connect(
        self,
        namespace: str,
        auth: Any,
        request: Callable[[], HandshakeRequest] | None = None,
    ) -> Verdict:
        """Validate a connection by its handshake and its `auth` value.

        An empty object also counts as no `auth` value, because python-socketio's clients send it
        then.

        Args:
            namespace: the Socket.IO namespace.
            auth: the client's `auth` value; `None` without one.
            request: a function that returns the request of the handshake, if it is known.
        """
        plan = self.plan_of(namespace)
        if plan is None:
            return self._unexpected(Checkpoint.CONNECT, namespace, "connect", None)
        verdict = self._auth(plan, namespace, auth)
        if request is None or not plan.handshake:
            return verdict
        return self._handshake(plan, namespace, request(), verdict)

    def reads_requests(self, namespace: str) -> bool:
        """Return whether a namespace has requirements for the request of a handshake."""
        plan = self.plan_of(namespace)
        judged = plan is not None and bool(plan.handshake)
        return judged or self.entrance(namespace) is not None

    def _handshake(
        self, plan: Plan, namespace: str, request: HandshakeRequest, auth: Verdict
    ) -> Verdict:
        """Return the verdict on a handshake; problems of the auth value come last."""
        mode = self.mode_of(Checkpoint.CONNECT, namespace, "connect")
        if mode is Mode.OFF:
            return auth
        problems, truncated = plan.handshake.problems(
            request, include_values=self.policy.include_values and not self._has_schemes
        )
        if not problems:
            return auth
        also = auth.violation
        violation = Violation(
            Checkpoint.CONNECT,
            Code.REQUEST,
            namespace,
            "connect",
            (*problems, *(also.problems if also is not None else ())),
            "the handshake does not match the contract",
            truncated=truncated or (also is not None and also.truncated),
            rejected=mode is Mode.ENFORCE,
            perspective=self.perspective,
        )
        return Verdict(violation, auth.message)

    def _auth(self, plan: Plan, namespace: str, auth: Any) -> Verdict:
        """Return the verdict on an auth value; it quotes no values if the document has security."""
        verdict = self._auth_quoted(plan, namespace, auth)
        violation = verdict.violation
        if violation is None or not (self.policy.include_values and self._has_schemes):
            return verdict
        problems = tuple(replace(problem, value=None) for problem in violation.problems)
        return Verdict(replace(violation, problems=problems), verdict.message)

    def _auth_quoted(self, plan: Plan, namespace: str, auth: Any) -> Verdict:
        if plan.connect is None:
            return PASSED
        if auth is None:
            return plan.connect.judge(namespace, ())
        verdict = plan.connect.judge(namespace, (auth,))
        if verdict.violation is not None and auth == {}:
            without = plan.connect.judge(namespace, ())
            return without if without.violation is None else verdict
        return verdict

    # -- who clients are ---------------------------------------------------------------------------

    def entrance(self, namespace: str) -> Entrance | None:
        """Return the requirements for entering a namespace; `None` if there are none.

        The requirements of a server apply in all its namespaces, declared or not.
        """
        if not self.secured or namespace in self._excluded:
            return None
        plan = self.plan_of(namespace)
        entrance = self._entrance if plan is None else plan.entrance
        return entrance if entrance.schemes else None

    def entering(
        self,
        namespace: str,
        identities: Mapping[str, Identity],
        now: float,
        excused: Collection[str] = (),
    ) -> Verdict:
        """Validate the identity of a client that connects.

        Args:
            namespace: the Socket.IO namespace.
            identities: the results of verifiers, by the names of schemes.
            now: seconds since the epoch.
            excused: the schemes that the application verifies itself.
        """
        entrance = self.entrance(namespace)
        required = () if entrance is None else entrance.connects
        code = lacking(required, identities, now, excused)
        return PASSED if code is None else self.unwelcome(namespace, "connect", code)

    def permits(
        self,
        namespace: str,
        event: str,
        message: Message | None,
        identities: Mapping[str, Identity],
        now: float,
        excused: Collection[str] = (),
        *,
        entering: bool = False,
    ) -> Verdict:
        """Validate the identity of a client that sends a valid event.

        Args:
            namespace: the Socket.IO namespace.
            event: its name.
            message: the message of the contract that matched.
            identities: as for `entering`.
            now: as for `entering`.
            excused: as for `entering`.
            entering: whether the client must also meet the requirements for entering, because it
                entered under a different or an unknown contract.
        """
        entrance = self.entrance(namespace)
        required = () if entrance is None else entrance.of_event(event, message)
        if entrance is not None and entering:
            required = (*entrance.connects, *required)
        code = lacking(required, identities, now, excused)
        return PASSED if code is None else self.unwelcome(namespace, event, code)

    def events_of_end(self, namespace: str) -> Sequence[str]:
        """Return the events that tell a client that its identity has expired."""
        plan = self.plan_of(namespace)
        return () if plan is None else plan.ends

    def unwelcome(self, namespace: str, event: str, code: Code) -> Verdict:
        """Return the verdict on an unauthorized client; the event `connect` stands for entering."""
        mode = self.policy.of_security
        if mode is Mode.OFF:
            return PASSED
        connects = event == "connect"
        return without_rule(
            Checkpoint.CONNECT if connects else Checkpoint.RECEIVE_EVENT,
            code,
            namespace,
            event,
            REASONS[code],
            Problem("", "security", REASONS[code]),
            mode,
            declared=self.plan_of(namespace) is not None
            and (connects or self.rule_of_received(namespace, event) is not None),
            perspective=self.perspective,
        )

    def over_limit(self, namespace: str, event: Any, option: str) -> Verdict:
        """Return the verdict on an event of a client that exceeds a limit.

        Args:
            namespace: the Socket.IO namespace.
            event: the event's name, if it is a string.
            option: the limit of the policy that the client has exceeded.
        """
        if namespace in self._excluded:
            return PASSED
        name = event if isinstance(event, str) else ""
        reason = why_limited(self.policy, option)
        return without_rule(
            _RECEIVED,
            Code.RATE_LIMITED,
            namespace,
            name,
            reason,
            Problem("", option, reason),
            self.policy.at(_RECEIVED),
            declared=self.rule_of_received(namespace, name) is not None,
            perspective=self.perspective,
        )

    # -- modes, and what cannot be judged ----------------------------------------------------------

    def mode_of(
        self, checkpoint: Checkpoint, namespace: str, event: Any, message: Message | None = None
    ) -> Mode:
        """Return the mode for traffic, independent of its content.

        Args:
            checkpoint: the checkpoint of the traffic.
            namespace: the Socket.IO namespace.
            event: the event's name; anything else counts as an undeclared event.
            message: for acks, the message that matched when the event was validated.
        """
        if checkpoint in _BY_POLICY:
            return self.policy.at(checkpoint)
        plan = self._plans.get(namespace) or self.plan_of(namespace)
        rule = plan.rule(checkpoint, event) if plan is not None and isinstance(event, str) else None
        if rule is not None:
            return rule.ack_of(message).sending if checkpoint in ACKS else rule.mode
        if checkpoint is Checkpoint.RECEIVE_EVENT and event in self._reserved:
            return Mode.ENFORCE
        return weakest(self._mode_of_undeclared(namespace, event, plan), self.policy.at(checkpoint))

    def mode_of_handler(self, checkpoint: Checkpoint, namespace: str, event: Any) -> Mode:
        """Return the mode for a handler that never runs: the mode of its events, at least report.

        Undeclared events that the guard ignores have no handler then, so the mode is report at
        least.

        Args:
            checkpoint: as for `mode_of`.
            namespace: the Socket.IO namespace; `*` for a handler of all namespaces.
            event: as for `mode_of`.
        """
        mode = self.mode_of(checkpoint, namespace, event)
        plan = self.plan_of(namespace)
        declared = plan is not None and isinstance(event, str) and plan.rule(checkpoint, event)
        if mode is not Mode.OFF or declared or namespace in self._excluded:
            return mode
        return self._mode_of_unknown_handler(checkpoint)

    def _mode_of_unknown_handler(self, checkpoint: Checkpoint) -> Mode:
        """Return the mode for a handler of an undeclared event that the guard ignores."""
        return weakest(Mode.REPORT, self.policy.at(checkpoint))

    def _mode_of_undeclared(self, namespace: str, event: Any, plan: Plan | None) -> Mode:
        if plan is None:
            excluded = namespace in self._excluded
            return Mode.OFF if excluded else self.policy.undeclared_namespaces or Mode.ENFORCE
        # The contract need not say anything of connects, and nobody knows what has no name.
        named = isinstance(event, str) and event != "connect"
        return (self.policy.undeclared_events if named else None) or Mode.ENFORCE

    def malformed(self, checkpoint: Checkpoint, namespace: str, event: Any, reason: str) -> Verdict:
        """Return the verdict on a malformed packet."""
        problem = Problem("", "packet", reason)
        return self._faulty(checkpoint, Code.MALFORMED_PACKET, namespace, event, reason, problem)

    def unsendable(
        self, checkpoint: Checkpoint, namespace: str, event: Any, message: Message | None = None
    ) -> Verdict:
        """Return the verdict on an ack, an emit or an auth value that can't be sent as JSON."""
        ack = checkpoint is Checkpoint.SEND_ACK
        code, kind = (Code.RESPONSE, "ack") if ack else (Code.EMIT, "event")
        kind = "auth" if checkpoint is Checkpoint.CONNECT else kind
        reason = f"the {kind} has a value that can't be sent as JSON"
        problem = Problem("", UNSENDABLE, reason)
        return self._faulty(checkpoint, code, namespace, event, reason, problem, message)

    def failed(self, checkpoint: Checkpoint, namespace: str, event: Any) -> Verdict:
        """Return the verdict for an exception in the guard: it rejects if anything is enforced."""
        reason = "the guard failed to validate this"
        problem = Problem("", "guard", reason)
        return self._faulty(checkpoint, Code.GUARD, namespace, event, reason, problem)

    def _faulty(
        self,
        checkpoint: Checkpoint,
        code: Code,
        namespace: str,
        event: Any,
        reason: str,
        problem: Problem,
        message: Message | None = None,
    ) -> Verdict:
        mode = self.mode_of(checkpoint, namespace, event, message)
        if mode is Mode.OFF:
            return PASSED_UNDECLARED
        name = event if isinstance(event, str) else ""
        plan = self.plan_of(namespace)
        declared = plan is not None and plan.rule(checkpoint, name) is not None
        return without_rule(
            checkpoint,
            code,
            namespace,
            name,
            reason,
            problem,
            mode,
            declared=declared,
            perspective=self.perspective,
        )

    def excluding(self, namespaces: frozenset[str]) -> Guard:
        """Return the same guard, which also ignores some undeclared namespaces."""
        made = copy(self)
        vars(made).update(
            _excluded=frozenset(self._excluded) | namespaces, _remembered={}, _mirrored=None
        )
        return made

    # -- what is not there -------------------------------------------------------------------------

    def plan_of(self, namespace: str) -> Plan | None:
        """Return the plan of a namespace; `None` if the contract doesn't have the namespace."""
        plan = self._plans.get(namespace) or self._remembered.get(namespace)
        if plan is None and len(namespace) <= _LONGEST and namespace not in self._excluded:
            for pattern, candidate in self._templates:
                if pattern.fullmatch(namespace):
                    if len(self._remembered) >= _REMEMBERED:
                        self._remembered.clear()
                    self._remembered[namespace] = candidate
                    return candidate
        return plan

    def _unexpected(
        self, checkpoint: Checkpoint, namespace: str, event: Any, plan: Plan | None
    ) -> Verdict:
        """Return the verdict on traffic without a rule."""
        if not isinstance(event, str):
            return self.malformed(checkpoint, namespace, event, "an event's name must be a string")
        if checkpoint is Checkpoint.RECEIVE_EVENT and event in self.reserved:
            reason = "the event's name is reserved by Socket.IO"
            problem = Problem("", "event", reason)
            return without_rule(
                checkpoint,
                Code.RESERVED_EVENT,
                namespace,
                event,
                reason,
                problem,
                Mode.ENFORCE,
                perspective=self.perspective,
            )
        if namespace in self._excluded:
            return PASSED_UNDECLARED
        if plan is None:
            mode = self.policy.undeclared_namespaces or Mode.ENFORCE
            code, reason = Code.UNDECLARED_NAMESPACE, "the namespace is not declared"
            problem = Problem("", "namespace", reason)
            near = near_names(namespace, self._plans)
        else:
            mode = self.policy.undeclared_events or Mode.ENFORCE
            code = Code.UNDECLARED_EVENT
            reason, names = plan.missing(checkpoint, event)
            problem = Problem("", "event", reason)
            near = near_names(event, names)
        mode = weakest(mode, self.policy.at(checkpoint))
        if mode is Mode.OFF:
            return PASSED_UNDECLARED
        violation = Violation(
            checkpoint,
            code,
            namespace,
            event,
            (problem,),
            reason,
            suggestions=near,
            rejected=mode is Mode.ENFORCE,
            perspective=self.perspective,
        )
        return Verdict(violation, declared=False)
