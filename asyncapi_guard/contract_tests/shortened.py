"""A finding with the shortest program that shows it."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from asyncapi_guard.contract_tests.findings import Finding
    from asyncapi_guard.contract_tests.running import Trace

__all__ = ["Shortened"]


@dataclass(frozen=True, slots=True)
class Shortened:
    """A finding with the shortest program that shows it.

    Attributes:
        finding: as that program shows it.
        trace: of the last run that showed it.
        seen: how often the program showed it when it ran again.
        runs: how often it ran.
        reduced: no shorter one shows it; otherwise time was over.
    """

    finding: Finding
    trace: Trace
    seen: int
    runs: int
    reduced: bool
