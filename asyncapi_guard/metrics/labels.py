"""The names that traffic is measured under: those of the document, and one for all others."""

from __future__ import annotations

from collections import Counter
from typing import TYPE_CHECKING

from asyncapi_guard.guard.plans import by_address, template
from asyncapi_guard.integrations.recording.statistics import UNDECLARED

if TYPE_CHECKING:
    import re

    from asyncapi_guard.contract import Contract
    from asyncapi_guard.integrations.middleware import AsyncAPIGuard

__all__ = ["LABELS", "Names", "counted"]

#: The labels of each counter of messages.
LABELS = ("namespace", "event", "checkpoint", "outcome")
#: How many are remembered.
_MOST = 10_000


class Names:
    """The names of a guard's traffic.

    A namespace of a template, such as `/rooms/7`, is its address in the document, `/rooms/{id}`:
    how many there are does not depend on clients.
    """

    def __init__(self) -> None:
        self._known: dict[str, str] = {}
        self._contract: Contract | None = None
        self._exact: frozenset[str] = frozenset()
        self._templates: list[tuple[str, re.Pattern[str]]] = []

    def follow(self, contract: Contract) -> None:
        """Use the addresses of a contract."""
        if contract is self._contract:
            return
        addresses = by_address(contract)
        self._exact = frozenset(each for each in addresses if "{" not in each)
        self._templates = [
            (each.address or "", template(each))
            for channels in addresses.values()
            for each in channels
            if each.address not in self._exact
        ]
        self._known, self._contract = {}, contract

    def namespace(self, name: str) -> str:
        """The address of a namespace."""
        found = self._known.get(name)
        if found is None:
            found = self._find(name)
            if len(self._known) < _MOST:
                self._known[name] = found
        return found

    def _find(self, name: str) -> str:
        if name in self._exact or name.startswith("("):
            return name
        fitting = (address for address, each in self._templates if each.fullmatch(name))
        return next(fitting, UNDECLARED)


def counted(guard: AsyncAPIGuard) -> Counter[tuple[str, ...]]:
    """What a guard has counted, by the values of `LABELS`."""
    found: Counter[tuple[str, ...]] = Counter()
    for each in guard.guards():
        numbers = each.recorder.tally.numbers()
        if not numbers:
            continue
        names = Names()
        names.follow(each.contract)
        for (namespace, event, checkpoint), (seen, rejected, reported) in numbers.items():
            about = names.namespace(namespace), event, checkpoint.value
            # They are read one after the other, while others count.
            found[(*about, "accepted")] += max(0, seen - rejected - reported)
            found[(*about, "rejected")] += rejected
            found[(*about, "reported")] += reported
    return +found
