"""What `asyncapi-guard validate` costs, beside AsyncAPI's own parser on the same files.

    python benchmarks/validate.py [--quick] [--json] [--runs N] [--official-limit SECONDS]

Documents of 20 to 3,000 messages in one namespace, each checked by a whole process, as a developer
and a CI job do: the interpreter's start and all imports count. `@asyncapi/parser` is run by a
script of a few lines under Node.

What the parser takes depends on the shape of a document far more than on its size, so there are
two, and neither alone is the truth: `two operations` (`documents.namespace_of_messages`) list all
messages between them, and half of the payloads are references; in `one each`
(`documents.many_messages`) every message has its own operation and an ack, and schemas refer to
shared ones in chains.

Runs of the two programs alternate, so that a slow moment of the machine hits both; the figures are
medians of wall time, and the most memory that any run held.

npm installs the parser into `benchmarks/.cache` when it is not there. Without Node, or without a
network, ours is measured alone. The parser may take minutes: it is given a limit, and a ratio
behind `>` is the least that it can be.

Exits with 1 when a goal is missed.
"""

from __future__ import annotations

import argparse
import json
import os
import shutil
import statistics
import subprocess
import sys
import tempfile
import threading
import time
from dataclasses import asdict, dataclass
from pathlib import Path

from documents import many_messages, namespace_of_messages
from tables import environment, progress, table

PARSER = "@asyncapi/parser@3.6.3"
SHAPES = {"two operations": namespace_of_messages, "one each": many_messages}
SIZES = (20, 100, 1_000, 3_000)
#: Wall seconds for documents of so many messages.
GOALS = {
    "two operations": {20: 0.15, 1_000: 0.6, 3_000: 1.2},
    "one each": {20: 0.2, 1_000: 1.5, 3_000: 4.0},
}
#: How many times faster than the parser, for 20 messages.
RATIO_GOAL = 4.0
#: What a message of the largest document may cost, in those of the next smaller one.
GROWTH_GOAL = 1.25

_CACHE = Path(__file__).parent / ".cache" / "validate"
_SCRIPT = """\
import { readFileSync } from "node:fs";
import { Parser } from "@asyncapi/parser";
const [file] = process.argv.slice(2);
const found = await new Parser().validate(readFileSync(file, "utf8"), { source: file });
if (found.some((one) => one.severity === 0)) { console.error(found); process.exit(1); }
"""


@dataclass(frozen=True)
class Run:
    """One process: wall seconds, bytes at most, whether it was ended at its limit."""

    seconds: float
    peak: int
    ended: bool = False


# -- the two commands ------------------------------------------------------------------------------


def ours() -> list[str]:
    """The command that is installed beside this interpreter."""
    script = Path(sys.executable).with_name("asyncapi-guard")
    command = [str(script)] if script.exists() else [sys.executable, "-m", "asyncapi_guard"]
    return [*command, "validate", "--no-config", "--quiet"]


def official() -> tuple[list[str], str]:
    """The official parser's command, installed if need be; or nothing, and why."""
    node, npm = shutil.which("node"), shutil.which("npm")
    if node is None or npm is None:
        return [], "Node or npm is not installed: AsyncAPI's own parser is left out."
    script = _CACHE / "validate.mjs"
    _CACHE.mkdir(parents=True, exist_ok=True)
    script.write_text(_SCRIPT, encoding="utf-8")
    installed = _CACHE / "node_modules" / "@asyncapi" / "parser" / "package.json"
    wanted = PARSER.rpartition("@")[2]
    if not installed.exists() or json.loads(installed.read_text())["version"] != wanted:
        progress(f"installing {PARSER} ...")
        install = [npm, "install", "--prefix", str(_CACHE), "--no-audit", "--no-fund", PARSER]
        done = subprocess.run(install, check=False, capture_output=True, text=True)
        if done.returncode:
            return [], f"npm could not install {PARSER}: it is left out."
    return [node, str(script)], ""


def timed(command: list[str], limit: float) -> Run:
    """One process from its start to its end, or to a limit of seconds."""
    # As an installed package has it: compiled once, not in each run.
    kept = {key: value for key, value in os.environ.items() if key != "PYTHONDONTWRITEBYTECODE"}
    env = {**kept, "PYTHONPYCACHEPREFIX": str(_CACHE / "pycache"), "NO_COLOR": "1"}
    with tempfile.TemporaryFile() as output:
        began = time.perf_counter()
        process = subprocess.Popen(command, env=env, stdout=output, stderr=output)
        timer = threading.Timer(limit, process.kill)
        timer.start()
        _, status, usage = os.wait4(process.pid, 0)
        seconds = time.perf_counter() - began
        timer.cancel()
        process.returncode = os.waitstatus_to_exitcode(status)
        ended = process.returncode < 0 and seconds >= limit
        if process.returncode and not ended:
            output.seek(0)
            said = output.read().decode(errors="replace")[:2_000]
            raise SystemExit(f"{command} exited with {process.returncode}:\n{said}")
    scale = 1 if sys.platform == "darwin" else 1024
    return Run(seconds, usage.ru_maxrss * scale, ended)


# -- measuring -------------------------------------------------------------------------------------


@dataclass(frozen=True)
class Result:
    """Both on a document; the parser's are `None` where it was left out."""

    shape: str
    messages: int
    size: int
    seconds: float
    peak: int
    official_seconds: float | None = None
    official_peak: int | None = None
    official_ended: bool = False

    @property
    def ratio(self) -> float | None:
        """How many times faster ours is; at least, when the parser was ended."""
        return None if self.official_seconds is None else self.official_seconds / self.seconds


def measure(shape: str, count: int, runs: int, parser: list[str], limit: float) -> Result:
    """Run both on a document of so many messages, in turns."""
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / "asyncapi.yml"
        path.write_text(SHAPES[shape](count), encoding="utf-8")
        timed([*ours(), str(path)], 600)  # fills caches
        mine: list[Run] = []
        theirs: list[Run] = []
        for run in range(runs):
            progress(f"{shape}, {count:,} messages, {run + 1} of {runs} ...")
            mine.append(timed([*ours(), str(path)], 600))
            # One run to its limit says it all.
            if parser and not (theirs and theirs[-1].ended):
                theirs.append(timed([*parser, str(path)], limit))
        return Result(
            shape=shape,
            messages=count,
            size=path.stat().st_size,
            seconds=statistics.median(run.seconds for run in mine),
            peak=max(run.peak for run in mine),
            official_seconds=statistics.median(run.seconds for run in theirs) if theirs else None,
            official_peak=max((run.peak for run in theirs), default=None),
            official_ended=any(run.ended for run in theirs),
        )


def missed(results: list[Result]) -> list[str]:
    """The goals that were missed, as sentences."""
    found = []
    for one in results:
        goal = GOALS[one.shape].get(one.messages)
        if goal is not None and one.seconds > goal:
            found.append(
                f"{one.shape}: {one.messages:,} messages took {one.seconds:.2f} s, not {goal:g}"
            )
        if one.messages == 20 and one.ratio is not None and one.ratio < RATIO_GOAL:
            found.append(
                f"{one.shape}: 20 messages: {one.ratio:.1f} times faster, not {RATIO_GOAL:g}"
            )
    for shape in SHAPES:
        growth = grown(results, shape)
        if growth is not None and growth > GROWTH_GOAL:
            found.append(f"{shape}: a message of 3,000 costs {growth:.2f} times one of 1,000")
    return found


def grown(results: list[Result], shape: str) -> float | None:
    """What a message costs in 3,000, in those of 1,000; what starting costs is taken off both."""
    by_count = {one.messages: one.seconds for one in results if one.shape == shape}
    if not {20, 1_000, 3_000} <= by_count.keys():
        return None
    start = by_count[20]
    return ((by_count[3_000] - start) / 2_980) / ((by_count[1_000] - start) / 980)


# -- the command -----------------------------------------------------------------------------------

_HEAD = ("shape", "messages", "kB", "ours s", "goal", "parser s", "ratio", "ours MiB", "parser MiB")


def _row(one: Result) -> tuple[str, ...]:
    least = "> " if one.official_ended else ""
    goal = GOALS[one.shape].get(one.messages)
    met = "" if goal is None else f"≤ {goal:g} {'✓' if one.seconds <= goal else '✗'}"
    theirs = one.official_seconds
    return (
        one.shape,
        f"{one.messages:,}",
        f"{one.size / 1000:,.0f}",
        f"{one.seconds:.3f}",
        met,
        "" if theirs is None else f"{least}{theirs:.1f}",
        "" if one.ratio is None else f"{least}{one.ratio:.1f}",
        f"{one.peak / 2**20:.0f}",
        "" if one.official_peak is None else f"{least}{one.official_peak / 2**20:.0f}",
    )


def main() -> None:
    """Measure and print."""
    parser = argparse.ArgumentParser(description=(__doc__ or "").partition("\n")[0])
    parser.add_argument("--quick", action="store_true", help="three runs, no large documents")
    parser.add_argument("--json", action="store_true", help="print JSON instead of tables")
    parser.add_argument("--runs", type=int, default=9, help="of each command for 20 messages")
    parser.add_argument("--official-limit", type=float, default=20, metavar="SECONDS")
    options = parser.parse_args()
    command, why = official()
    results = []
    for shape in SHAPES:
        for count in SIZES[:2] if options.quick else SIZES:
            runs = 3 if options.quick or count > 20 else options.runs
            results.append(measure(shape, count, runs, command, options.official_limit))
    progress("")
    faults = missed(results)
    if options.json:
        found = [{**asdict(one), "ratio": one.ratio} for one in results]
        print(json.dumps({"environment": environment(), "results": found, "missed": faults}))
    else:
        versions = {**environment(), "parser": PARSER if command else "left out"}
        print(", ".join(f"{name} {value}" for name, value in versions.items()), end="\n\n")
        print(table(_HEAD, [_row(one) for one in results]), end="\n\n")
        for shape in SHAPES:
            growth = grown(results, shape)
            if growth is not None:
                print(f"{shape}: a message of 3,000 costs {growth:.2f} times one of 1,000.")
        print("\n".join([why] * bool(why) + [f"MISSED: {one}." for one in faults]))
    sys.exit(1 if faults else 0)


if __name__ == "__main__":
    main()
