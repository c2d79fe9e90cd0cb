"""How much of the tests runs: what `REQUIRE_ALL` says, and this is the one place that reads it.

Without it, what a change should not wait for is left out: slow tests, most of each long table, and
all but a moment of fuzzing. With `REQUIRE_ALL=1`, as `.ci/run` has it, every test and all of every
table runs, and what cannot run here fails. `REQUIRE_ALL=full`, as `nox -s full` has it, fuzzes for
longer.
"""

from __future__ import annotations

import os
from dataclasses import dataclass


@dataclass(frozen=True)
class Level:
    """How much runs.

    Attributes:
        everything: whether all tests and rows run, and a test that cannot run fails.
        fuzzing: for how many seconds each adapter gets mutated frames.
    """

    everything: bool
    fuzzing: float


LEVELS = {
    "": Level(everything=False, fuzzing=0.5),
    "1": Level(everything=True, fuzzing=15),
    "full": Level(everything=True, fuzzing=60),
}


def level_of(required: str) -> Level:
    """The level that `REQUIRE_ALL` asks for.

    Raises:
        ValueError: it is none of those that there are.
    """
    if required not in LEVELS:
        expected = "nothing, 1 or full"
        raise ValueError(f"REQUIRE_ALL is {required!r}; expected {expected}")
    return LEVELS[required]


LEVEL = level_of(os.environ.get("REQUIRE_ALL", ""))
#: What draws rows and frames; the same everywhere, unless `SEED` says another.
SEED = int(os.environ.get("SEED", "1"))
