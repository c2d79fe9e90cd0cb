"""What `asyncapi-guard test` finds, how fast, and how many events it sends in a second.

    python benchmarks/contract_tests.py [--server NAME] [--bug NAME] [--quick] [--json]

- **Bugs**: each server of `tests/contract_tests/planted` is started with each of its bugs, and
  tested with the default settings until something is found. A bug is found when there is a failure.
- **False alarms**: the same servers without a bug, and in versions that are right and tricky, are
  tested for the whole time; every failure is one.
- **Throughput**: the events that were sent in those runs, by their seconds.

`--quick` takes each sixth bug, and `--fail-on transport` counts what frameworks let through.
"""

from __future__ import annotations

import argparse
import json
import sys
import time
from concurrent.futures import ThreadPoolExecutor, as_completed
from dataclasses import dataclass
from pathlib import Path

from tables import environment

PLANTED = Path(__file__).parents[1] / "tests" / "contract_tests" / "planted"
sys.path.insert(0, str(PLANTED))

from planted_bugs import SERVERS, bugs_of, launched  # noqa: E402  # from the folder above

from asyncapi_guard import load  # noqa: E402  # as above
from asyncapi_guard.contract_tests.engine import run  # noqa: E402  # as above
from asyncapi_guard.contract_tests.settings import Settings  # noqa: E402  # as above

#: The goal: the share of bugs that are found.
FOUND_GOAL = 0.9


@dataclass(frozen=True)
class Result:
    """A run against one version of a server.

    Attributes:
        server: its name.
        version: the bug, or the version without one.
        kind: of the bug; empty without one.
        failures: what was found, in words.
        seconds: how long the run took.
        events: how many were sent.
    """

    server: str
    version: str
    kind: str
    failures: tuple[str, ...]
    seconds: float
    events: int


def tested(server: str, version: str, kind: str, options: argparse.Namespace) -> Result:
    """Test one version of a server."""
    with launched(server, version) as url:
        settings = Settings(
            url,
            auth=SERVERS[server],
            seed=options.seed,
            time=options.time,
            max_failures=1 if kind else None,
            transport_fails=options.fail_on == "transport",
        )
        began = time.monotonic()
        report = run(load(PLANTED / f"{server}.yml"), settings)
        seconds = time.monotonic() - began
    found = tuple(f"{each.check} of {each.event}: {each.message}" for each in report.failures)
    return Result(server, version, kind, found, seconds, report.events_sent)


def versions(options: argparse.Namespace) -> list[tuple[str, str, str]]:
    """What is tested: server, version and kind."""
    rows = []
    for server in SERVERS:
        bugs, right = bugs_of(server)
        rows += [(server, name, "") for name in ("", *right)]
        rows += [(server, name, bug.kind) for name, bug in bugs.items()]
    chosen = [
        row for row in rows if options.server in (None, row[0]) and options.bug in (None, row[1])
    ]
    return chosen[::6] if options.quick else chosen


def line(result: Result) -> str:
    """What came of one run."""
    said = "; ".join(result.failures) or ("MISSED" if result.kind else "nothing found")
    version = result.version or "(right)"
    spent = f"{result.seconds:5.1f} s {result.events:6} events"
    return f"{result.server:7} {version:26} {result.kind:10} {spent}  {said}"


def summary(results: list[Result]) -> str:
    """What came of all runs."""
    bugs = [each for each in results if each.kind]
    right = [each for each in results if not each.kind]
    lines = []
    if bugs:
        found = sum(bool(each.failures) for each in bugs)
        slowest = max((each.seconds for each in bugs if each.failures), default=0.0)
        reached = "reached" if found >= FOUND_GOAL * len(bugs) else "missed"
        lines.append(
            f"{found} of {len(bugs)} bugs found (goal {FOUND_GOAL:.0%}: {reached}), "
            f"the slowest after {slowest:.0f} s"
        )
        for kind in dict.fromkeys(each.kind for each in bugs):
            of_kind = [each for each in bugs if each.kind == kind]
            lines.append(f"  {kind}: {sum(bool(e.failures) for e in of_kind)} of {len(of_kind)}")
    if right:
        alarms = sum(len(each.failures) for each in right)
        rate = sum(each.events for each in right) / sum(each.seconds for each in right)
        lines.append(f"{alarms} false alarms in {len(right)} runs against right versions")
        lines.append(f"{rate:.0f} events a second in those runs")
    return "\n".join(lines)


def main() -> None:
    """Run all, and print what came of it."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--server", choices=list(SERVERS))
    parser.add_argument("--bug", help="Only this bug or version; '' for the right one.")
    parser.add_argument("--seed", type=int, default=0)
    parser.add_argument("--time", type=float, default=45.0, help="Seconds for each run.")
    parser.add_argument("--fail-on", choices=("contract", "transport"), default="contract")
    parser.add_argument("--jobs", type=int, default=1, help="How many runs at the same time.")
    parser.add_argument("--quick", action="store_true")
    parser.add_argument("--json", action="store_true")
    options = parser.parse_args()
    if not options.json:
        print(environment())
    with ThreadPoolExecutor(options.jobs) as pool:
        runs = [pool.submit(tested, *version, options) for version in versions(options)]
        for done in as_completed(runs):
            if not options.json:
                print(line(done.result()), flush=True)
    results = [each.result() for each in runs]
    print(json.dumps([vars(each) for each in results]) if options.json else summary(results))


if __name__ == "__main__":
    main()
