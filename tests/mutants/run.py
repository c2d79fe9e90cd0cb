"""Mutation testing of the guard and its adapters: do the tests notice when the code is wrong?

Our own, because mutmut and cosmic-ray change files on disk or run all tests in one process; these
tests start servers, threads and other processes, which must have the mutant as well.

    python tests/mutants/run.py --count 300             # a sample of both packages
    python tests/mutants/run.py --module guard/rules.py --count 0     # all of one module
    python tests/mutants/run.py --module guard --list   # say which there are
    python tests/mutants/run.py --only 1a2b3c4d         # one of them

It fails when less than 95 % of the mutants are killed, or when one survives for no reason that is
written down in `survivors.txt`.
"""

from __future__ import annotations

import argparse
import contextlib
import json
import os
import random
import sys
import threading
import time
from collections import Counter
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import TYPE_CHECKING

from covering import measure
from mutating import Mutant, mutants_of, sources
from processes import end_with_us
from survivors import Reasons
from trying import Outcome, Trial

if TYPE_CHECKING:
    from collections.abc import Sequence

ROOT = Path(__file__).parents[2]
PACKAGES = ["asyncapi_guard/guard", "asyncapi_guard/integrations"]
#: Where the tests are that know what these packages do.
TESTS = ["tests/guard", "tests/integrations", "tests/codefirst", "tests/console", "tests/security"]
#: Their tests look at what the tests before them have done, and these run each by itself.
IN_ORDER = ["test_torture.py"]
#: In a process that is a fork, requests waits for seconds at times: that would look like a mutant.
OVER_POLLING = "polling"
#: So many of a hundred mutants must be killed.
ENOUGH = 95
LAST = ROOT / ".cache" / "mutants" / "last.json"


def main() -> int:
    """The command."""
    end_with_us()
    given = _arguments()
    texts = dict(sources(PACKAGES, ROOT))
    mutants = [m for module, text in texts.items() for m in mutants_of(text, module)]
    chosen = _chosen(mutants, given)
    if not chosen:
        _say("there is no such mutant")
        return 2
    if given.list:
        for mutant in chosen:
            sys.stdout.write(shown(mutant) + "\n")
        return 0
    found = [path for folder in TESTS for path in (ROOT / folder).rglob("test_*.py")]
    files = [path.relative_to(ROOT).as_posix() for path in found if path.name not in IN_ORDER]
    coverage = measure(ROOT, sorted(files), PACKAGES, jobs=given.jobs, say=_say)
    coverage.leave_out(OVER_POLLING)
    for test in coverage.failed:
        _say(f"fails without any mutant: {test}")
    with contextlib.closing(Trial(ROOT, coverage, given.minutes * 60, given.most)) as trial:
        begun = time.monotonic()
        if not _is_fine_without(trial, chosen, texts):
            return 2
        outcomes = try_all(trial, chosen, texts, given.jobs)
    _say(f"{(time.monotonic() - begun) / len(chosen):.1f} s for a mutant")
    LAST.write_text(json.dumps([m.id for m, o in outcomes if o.kind == "survived"]))
    return report(outcomes, Reasons(Path(__file__).with_name("survivors.txt")), mutants)


def _is_fine_without(trial: Trial, mutants: Sequence[Mutant], texts: dict[str, str]) -> bool:
    """Whether tests pass that know of no mutant; else what they say of mutants means nothing."""
    for mutant in {mutant.module: mutant for mutant in mutants}.values():
        for _ in range(2):
            outcome = trial.unchanged(mutant, texts[mutant.module])
            if outcome.kind == "survived":
                break
            _say(f"{outcome.kind} without a mutant of {mutant.module}: {outcome.test}")
            _say(outcome.why)
        else:
            return False
    return True


def _arguments() -> argparse.Namespace:
    parser = argparse.ArgumentParser(description=(__doc__ or "").partition("\n")[0])
    parser.add_argument("--count", type=int, default=300, help="how many; 0 for all")
    parser.add_argument("--seed", type=int, default=0, help="which of them")
    parser.add_argument("--module", action="append", default=[], help="a part of a module's path")
    parser.add_argument("--only", action="append", default=[], metavar="ID", help="these alone")
    parser.add_argument("--survivors", action="store_true", help="those alive the last time")
    parser.add_argument("--list", action="store_true", help="say which, and try none")
    parser.add_argument("--jobs", type=int, default=os.cpu_count() or 1, help="how many at once")
    parser.add_argument("--minutes", type=float, default=10, help="the most for one round of tests")
    parser.add_argument("--most", type=int, help="how many tests a mutant meets; all by default")
    return parser.parse_args()


def _chosen(mutants: list[Mutant], given: argparse.Namespace) -> list[Mutant]:
    if given.survivors:
        given.only += json.loads(LAST.read_text(encoding="utf-8"))
    if given.only:
        return [mutant for mutant in mutants if mutant.id in given.only]
    some = [
        m for m in mutants if not given.module or any(part in m.module for part in given.module)
    ]
    return sample(some, given.count, given.seed)


def sample(mutants: list[Mutant], count: int, seed: int) -> list[Mutant]:
    """So many mutants, of each module in proportion to how many it has; the same for one seed."""
    if not 0 < count < len(mutants):
        return mutants
    sizes = Counter(mutant.module for mutant in mutants)
    shares = {module: count * size / len(mutants) for module, size in sizes.items()}
    counts = {module: int(share) for module, share in shares.items()}
    largest = sorted(shares, key=lambda module: (counts[module] - shares[module], module))
    for module in largest[: count - sum(counts.values())]:
        counts[module] += 1
    chosen: set[Mutant] = set()
    for module, number in counts.items():
        own = [mutant for mutant in mutants if mutant.module == module]
        chosen.update(random.Random(f"{seed} {module}").sample(own, number))
    return [mutant for mutant in mutants if mutant in chosen]


def try_all(
    trial: Trial, mutants: Sequence[Mutant], texts: dict[str, str], jobs: int
) -> list[tuple[Mutant, Outcome]]:
    """What happens to each mutant."""
    counts: Counter[str] = Counter()
    lock = threading.Lock()

    def one(mutant: Mutant) -> tuple[Mutant, Outcome]:
        outcome = trial.of(mutant, texts[mutant.module])
        with lock:
            counts[outcome.kind] += 1
            number = f"{sum(counts.values())}/{len(mutants)}"
            _say(f"{number} {outcome.kind}: {shown(mutant)}\n  by {outcome.test or 'none'}")
        return mutant, outcome

    with ThreadPoolExecutor(jobs) as pool:
        return list(pool.map(one, mutants))


def report(
    outcomes: list[tuple[Mutant, Outcome]], reasons: Reasons, mutants: Sequence[Mutant]
) -> int:
    """Write what happened. Return what the program exits with."""
    kinds = Counter((mutant.module, outcome.kind) for mutant, outcome in outcomes)
    lines = [f"{'killed':>8}{'timeout':>9}{'survived':>10}"]
    for module in sorted({module for module, _ in kinds}):
        numbers = [kinds[module, kind] for kind in ("killed", "timeout", "survived")]
        lines.append("{:>8}{:>9}{:>10}  {}".format(*numbers, module))
    alive = [(mutant, outcome) for mutant, outcome in outcomes if outcome.kind == "survived"]
    unexplained = [mutant for mutant, _ in alive if reasons.of(mutant) is None]
    for mutant, outcome in alive:
        reason = reasons.of(mutant) or f"NO REASON; {outcome.tests or 'no'} tests run it"
        lines += ["", shown(mutant), f"  {reason}"]
    lines += ["", *(f"no such mutant any more: {key}" for key in reasons.stale(mutants))]
    equal = sum(reasons.is_equivalent(mutant) for mutant, _ in alive)
    killed, faults = len(outcomes) - len(alive), len(outcomes) - equal
    percent = 100 * killed / max(faults, 1)
    lines.append(
        f"{killed} of {faults} mutants are killed: {percent:.1f} %; {equal} more are equivalent; "
        f"{len(unexplained)} survive for no reason"
    )
    sys.stdout.write("\n".join(lines) + "\n")
    return int(percent < ENOUGH or bool(unexplained))


def shown(mutant: Mutant) -> str:
    """A mutant as people read it."""
    place = f"{mutant.module}:{mutant.line} {mutant.function}".rstrip()
    return f"{mutant.id} {place}\n  - {mutant.before}\n  + {mutant.after}"


def _say(text: str) -> None:
    sys.stderr.write(text + "\n")


if __name__ == "__main__":
    sys.exit(main())
