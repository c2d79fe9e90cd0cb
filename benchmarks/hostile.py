"""What hostile documents cost `lint`: each in less than a second and 200 MB, or it says so.

    python benchmarks/hostile.py [--json] [--all] [NAME ...]

The documents are those of `tests/lint/hostile.py`; each is linted in a process of its own, which is
ended after ten seconds of CPU time or a gigabyte. Prints those that are beyond the goals (with
`--all`, every one), the slowest first, and exits with 1 when there is one. CPU time, not wall time:
other programs on the machine count for less.
"""

from __future__ import annotations

import argparse
import json
import subprocess
import sys
from pathlib import Path
from typing import Any

from tables import environment, progress, table

#: CPU seconds, and bytes that the memory grows by.
SECONDS = 1.0
PEAK = 200_000_000

_RUNNER = Path(__file__).parents[1] / "tests" / "lint" / "bounded.py"
_HEAD = ("document", "kB", "s", "MB", "findings", "")


def measure(names: list[str]) -> list[dict[str, Any]]:
    """What became of each document, the slowest first."""
    found = []
    with subprocess.Popen(
        [sys.executable, str(_RUNNER), *names],
        stdout=subprocess.PIPE,
        stderr=subprocess.DEVNULL,
        text=True,
    ) as run:
        for line in run.stdout or ():
            found.append(json.loads(line))
            progress(f"{len(found)}: {found[-1]['name']}")
    if run.returncode:
        raise SystemExit(f"{_RUNNER} exited with {run.returncode}")
    return sorted(found, key=lambda one: one.get("seconds", 0), reverse=True)


def beyond(one: dict[str, Any]) -> str:
    """Which goal a document missed; nothing if none."""
    if one["failure"]:
        return str(one["failure"]).strip().splitlines()[-1][:80]
    if one["signal"]:
        return f"ended by {one['signal']}"
    slow = f"> {SECONDS:g} s" if one["seconds"] > SECONDS else ""
    large = f"> {PEAK / 1e6:g} MB" if one["peak"] > PEAK else ""
    return ", ".join(filter(None, (slow, large)))


def _row(one: dict[str, Any]) -> tuple[str, ...]:
    return (
        one["name"],
        f"{one.get('size', 0) / 1000:,.0f}",
        f"{one.get('seconds', 0):.2f}",
        f"{one.get('peak', 0) / 1e6:.0f}",
        f"{sum(one.get('codes', {}).values()):,}",
        beyond(one),
    )


def main() -> None:
    """Measure and print."""
    parser = argparse.ArgumentParser(description=(__doc__ or "").partition("\n")[0])
    parser.add_argument("names", nargs="*", help="these documents only")
    parser.add_argument("--all", action="store_true", help="print those within the goals, too")
    parser.add_argument("--json", action="store_true", help="print JSON instead of tables")
    options = parser.parse_args()
    found = measure(options.names)
    progress("")
    faults = [one for one in found if beyond(one)]
    if options.json:
        print(json.dumps({"environment": environment(), "documents": found}))
    else:
        print(", ".join(f"{name} {value}" for name, value in environment().items()), end="\n\n")
        shown = found if options.all else faults
        if shown:
            print(table(_HEAD, [_row(one) for one in shown]), end="\n\n")
        print(f"{len(found)} documents, {len(faults)} beyond {SECONDS:g} s or {PEAK / 1e6:g} MB.")
    sys.exit(1 if faults else 0)


if __name__ == "__main__":
    main()
