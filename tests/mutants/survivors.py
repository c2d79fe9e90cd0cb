"""Why some mutants may survive: read from a file that people write.

A mutant is named by its module, its function, and its line as it was and as it is, so a reason
holds while lines above come and go:

    asyncapi_guard/guard/rules.py Rule.judge
    - if binary and not self.binary:
    + if binary or not self.binary:
      Why no test can notice.

Where no input at all can show the difference, the reason begins with `Equivalent:`. Such a mutant
is no fault, so it does not count among those that have to be killed.

The `#2` after a function is the second such change of such a line in it.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Iterable
    from pathlib import Path

    from mutating import Mutant


class Reasons:
    """The reasons in a file; none, if there is no file."""

    def __init__(self, path: Path) -> None:
        self._reasons: dict[tuple[str, str, str], str] = {}
        text = path.read_text(encoding="utf-8") if path.exists() else ""
        for block in text.split("\n\n"):
            lines = [line for line in block.splitlines() if line and not line.startswith("#")]
            if not lines:
                continue
            place, before, after, *reason = lines
            if not before.startswith("- ") or after[:1] != "+" or not reason:
                raise ValueError(f"{path.name}: {place}: not a line, its mutant and a reason")
            key = place, before[2:], after[2:]
            if key in self._reasons:
                raise ValueError(f"{path.name}: {place}: {after}: there twice")
            self._reasons[key] = " ".join(" ".join(reason).split())

    def of(self, mutant: Mutant) -> str | None:
        """Why a mutant may survive; `None` if nobody has said."""
        return self._reasons.get(_key(mutant))

    def is_equivalent(self, mutant: Mutant) -> bool:
        """Whether a mutant does what the code does, whatever comes."""
        return (self.of(mutant) or "").startswith("Equivalent:")

    def stale(self, mutants: Iterable[Mutant]) -> list[str]:
        """The places of reasons whose mutants are no more."""
        known = {_key(mutant) for mutant in mutants}
        return [f"{place}: {after}" for place, _, after in self._reasons.keys() - known]


def _key(mutant: Mutant) -> tuple[str, str, str]:
    number = f" #{mutant.number}" if mutant.number > 1 else ""
    return f"{mutant.module} {mutant.function}".rstrip() + number, mutant.before, mutant.after
