"""`Guard`: finds the rule for a piece of traffic, or says what is missing."""

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
    """Judges traffic by a contract.

    Args:
        contract: what `asyncapi_guard.load` returned, as the guarded application sees it.
        policy: what is done about violations.

    Attributes:
        perspective: the side of the guarded application.
        reserved: names that it may not receive as events.
        secured: anything is required of who clients are.
        number: no other guard of the process has it, except those that differ in what they exclude.

    Raises:
        InvalidDocument: an operation's channel has an address that is no Socket.IO namespace.
        TypeError: the policy is none.
        ValueError: it names operations that the contract does not have.
    """

    def __init__(self, contract: Contract, policy: Policy | None = None) -> None:
        if not isinstance(policy, (Policy, type(None))):
            kind = type(policy).__name__
            raise TypeError(f"policy takes a Policy, such as Policy(mode='report'), not a {kind}")
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
        """What guards the other side of the same traffic."""
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
        """Judge an event that came: from a client, or from the server.

        Args:
            namespace: the Socket.IO namespace.
            event: the first element of the packet's data, whatever it is.
            args: the others.
            binary: they have bytes somewhere.
            read: a strict reader made them of JSON text; without, their text is looked through.
        """
        plan = self._plans.get(namespace) or self.plan_of(namespace)
        if plan is None or not isinstance(event, str) or event not in plan.receive:
            return self._unexpected(Checkpoint.RECEIVE_EVENT, namespace, event, plan)
        return plan.receive[event].judge(namespace, args, binary=binary, read=read)

    def rule_of_received(self, namespace: str, event: str) -> Rule | None:
        """The rule of an event that clients send; `None` where there is none."""
        plan = self._plans.get(namespace) or self.plan_of(namespace)
        return None if plan is None else plan.receive.get(event)

    def rule_of_sent(self, namespace: str, event: str) -> Rule | None:
        """The rule of an event that the application sends; `None` where there is none."""
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
        """Judge an event that the application sends; the arguments are as in `receive_event`."""
        plan = self._plans.get(namespace) or self.plan_of(namespace)
        if plan is None or not isinstance(event, str) or event not in plan.send:
            return self._unexpected(Checkpoint.SEND_EVENT, namespace, event, plan)
        return plan.send[event].judge(namespace, args, binary=binary, read=read)

    def rule_of_queued(self, namespace: str, event: str) -> Rule | None:
        """The rule of an event that another process sends by a message queue."""
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
        """Judge an event that another process sends by a queue; arguments as in `receive_event`."""
        rule = self.rule_of_queued(namespace, event) if isinstance(event, str) else None
        if rule is None:
            plan = self.plan_of(namespace)
            return self._unexpected(Checkpoint.QUEUE_EVENT, namespace, event, plan)
        return rule.judge(namespace, args, binary=binary, read=read)

    def send_to(self, namespace: str, order: str) -> Verdict:
        """Judge where the application sends what is no event, such as that a room is closed.

        Args:
            namespace: the Socket.IO namespace.
            order: what it is, for people.
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
        """Judge what a handler returned as the ack of an event.

        Args:
            namespace: the Socket.IO namespace.
            event: the event that is acknowledged.
            args: the values of the ack.
            message: the message that matched when the event was judged.
            binary: the values have bytes somewhere.
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
        """Judge what a client answered to an event that was sent; arguments as in `send_ack`."""
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
        """Judge a connect by its handshake and by its `auth` value.

        An empty object is what python-socketio's clients send for none: it counts as that where it
        does not fit as it is.

        Args:
            namespace: the Socket.IO namespace.
            auth: what the client sent; `None` without one.
            request: gives the request of the handshake, if somebody knows it.
        """
        plan = self.plan_of(namespace)
        if plan is None:
            return self._unexpected(Checkpoint.CONNECT, namespace, "connect", None)
        verdict = self._auth(plan, namespace, auth)
        if request is None or not plan.handshake:
            return verdict
        return self._handshake(plan, namespace, request(), verdict)

    def reads_requests(self, namespace: str) -> bool:
        """Whether the request of a handshake counts in a namespace."""
        plan = self.plan_of(namespace)
        judged = plan is not None and bool(plan.handshake)
        return judged or self.entrance(namespace) is not None

    def _handshake(
        self, plan: Plan, namespace: str, request: HandshakeRequest, auth: Verdict
    ) -> Verdict:
        """The verdict on a handshake; what is wrong with the auth value stands behind it."""
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
        """The verdict on an auth value; where the document has security, it quotes nothing."""
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
        """What clients of a namespace must show; `None` for nothing.

        What a server requires holds in all its namespaces, declared or not.
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
        """Judge who wants to connect.

        Args:
            namespace: the Socket.IO namespace.
            identities: what verifiers said, by the names of schemes.
            now: seconds since the epoch.
            excused: names of schemes that the application verifies in another way.
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
        """Judge who sends an event that fits the contract.

        Args:
            namespace: the Socket.IO namespace.
            event: its name.
            message: the message of the contract that matched.
            identities: as for `entering`; so are the others.
            now: see there.
            excused: see there.
            entering: the client has entered by another contract, or nobody knows by which: it needs
                what this one requires of that, too.
        """
        entrance = self.entrance(namespace)
        required = () if entrance is None else entrance.of_event(event, message)
        if entrance is not None and entering:
            required = (*entrance.connects, *required)
        code = lacking(required, identities, now, excused)
        return PASSED if code is None else self.unwelcome(namespace, event, code)

    def events_of_end(self, namespace: str) -> Sequence[str]:
        """The events that tell a client that its identity has ended."""
        plan = self.plan_of(namespace)
        return () if plan is None else plan.ends

    def unwelcome(self, namespace: str, event: str, code: Code) -> Verdict:
        """The verdict on a client that may not do something; `connect` stands for entering."""
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
        """The verdict on an event of a client that asks too much.

        Args:
            namespace: the Socket.IO namespace.
            event: the event's name, if it is one.
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
        """What is done about traffic, whatever is in it.

        Args:
            checkpoint: where it is.
            namespace: the Socket.IO namespace.
            event: the event's name; anything else stands for an event that nobody knows.
            message: for acks, the message that matched when the event was judged.
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
        """What is done about a handler that never runs: the same as about its events.

        Undeclared events that pass unjudged would pass to nobody, so there it is reported at least.

        Args:
            checkpoint: as for `mode_of`.
            namespace: as well; `*` for a handler of all namespaces.
            event: as well.
        """
        mode = self.mode_of(checkpoint, namespace, event)
        plan = self.plan_of(namespace)
        declared = plan is not None and isinstance(event, str) and plan.rule(checkpoint, event)
        if mode is not Mode.OFF or declared or namespace in self._excluded:
            return mode
        return self._mode_of_unknown_handler(checkpoint)

    def _mode_of_unknown_handler(self, checkpoint: Checkpoint) -> Mode:
        """The same for a handler of what is not declared, and passes unjudged."""
        return weakest(Mode.REPORT, self.policy.at(checkpoint))

    def _mode_of_undeclared(self, namespace: str, event: Any, plan: Plan | None) -> Mode:
        if plan is None:
            excluded = namespace in self._excluded
            return Mode.OFF if excluded else self.policy.undeclared_namespaces or Mode.ENFORCE
        # The contract need not say anything of connects, and nobody knows what has no name.
        named = isinstance(event, str) and event != "connect"
        return (self.policy.undeclared_events if named else None) or Mode.ENFORCE

    def malformed(self, checkpoint: Checkpoint, namespace: str, event: Any, reason: str) -> Verdict:
        """The verdict on a packet that cannot be traffic at all."""
        problem = Problem("", "packet", reason)
        return self._faulty(checkpoint, Code.MALFORMED_PACKET, namespace, event, reason, problem)

    def unsendable(
        self, checkpoint: Checkpoint, namespace: str, event: Any, message: Message | None = None
    ) -> Verdict:
        """The verdict on an ack, an emit, or a client's auth that has no form in JSON."""
        ack = checkpoint is Checkpoint.SEND_ACK
        code, kind = (Code.RESPONSE, "ack") if ack else (Code.EMIT, "event")
        kind = "auth" if checkpoint is Checkpoint.CONNECT else kind
        reason = f"the {kind} has a value that cannot be sent as JSON"
        problem = Problem("", UNSENDABLE, reason)
        return self._faulty(checkpoint, code, namespace, event, reason, problem, message)

    def failed(self, checkpoint: Checkpoint, namespace: str, event: Any) -> Verdict:
        """The verdict when judging itself failed: fail closed, where anything is enforced."""
        reason = "the guard failed to judge this"
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
        """The same guard, which judges nothing in some undeclared namespaces besides."""
        made = copy(self)
        vars(made).update(
            _excluded=frozenset(self._excluded) | namespaces, _remembered={}, _mirrored=None
        )
        return made

    # -- what is not there -------------------------------------------------------------------------

    def plan_of(self, namespace: str) -> Plan | None:
        """What may happen in a namespace; `None` where the contract does not have it."""
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
        """The verdict on traffic that no rule knows."""
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
