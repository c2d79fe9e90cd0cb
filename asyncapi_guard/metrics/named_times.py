"""The times of an adapter, by the names of the document."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from asyncapi_guard.integrations.recording.statistics import UNDECLARED
from asyncapi_guard.metrics.labels import Names

if TYPE_CHECKING:
    from collections.abc import Callable

    from asyncapi_guard.contract import Contract
    from asyncapi_guard.guard import Verdict
    from asyncapi_guard.integrations.deciding.decisions import Guarding

__all__ = ["HANDLING", "JUDGING", "NamedTimes"]

#: What takes how long.
JUDGING, HANDLING = "judging", "handling"
#: How many names are remembered.
_MOST = 10_000


class NamedTimes:
    """Observes the times of an adapter.

    Args:
        find: returns what takes the times, in seconds, of `JUDGING` or `HANDLING` the event of a
            namespace; both are names of the document, or `UNDECLARED`.
        guarding: what the adapter's guard has in force.
    """

    def __init__(
        self, find: Callable[[str, str, str], Callable[[float], None]], guarding: Guarding
    ) -> None:
        self._guarding = guarding
        self._find_one = find
        self._names = Names()
        self._contract: Contract | None = None
        self._judged: dict[tuple[str, Any], Callable[[float], None]] = {}
        self._handled: dict[tuple[str, Any], Callable[[float], None]] = {}

    def judged(self, namespace: str, event: Any, verdict: Verdict, seconds: float) -> None:
        """An event was judged."""
        self._follow()
        found = self._judged.get((namespace, event)) if verdict.declared else None
        if found is None:
            found = self._find(JUDGING, namespace, event if verdict.declared else UNDECLARED)
        found(seconds)

    def handled(self, namespace: str, event: Any, expected: bool, seconds: float) -> None:  # noqa: FBT001  # each event's
        """A handler is done."""
        self._follow()
        found = self._handled.get((namespace, event)) if expected else None
        if found is None:
            found = self._find(HANDLING, namespace, event if expected else UNDECLARED)
        found(seconds)

    def _follow(self) -> None:
        """Forget the names of a contract that is no longer in force."""
        contract = self._guarding.in_force.contract
        if contract is not self._contract:
            self._names.follow(contract)
            self._judged, self._handled, self._contract = {}, {}, contract

    def _find(self, kind: str, namespace: str, event: str) -> Callable[[float], None]:
        found = self._find_one(kind, self._names.namespace(namespace), event)
        known = self._judged if kind == JUDGING else self._handled
        if event != UNDECLARED and len(known) < _MOST:
            known[namespace, event] = found
        return found
