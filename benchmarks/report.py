"""What `asyncapi-guard report` costs, and what writing a violation log costs traffic.

    python benchmarks/report.py [--quick] [--json] [--runs N]

A log of 1,000,000 lines, of 200 events, 5,000 clients and as many sessions as lines, is read by a
whole process: the interpreter's start and all imports count. The figures are wall seconds, seconds
of CPU, and the most memory that any run held.

What a line costs is CPU of the process, its writing thread's included: with the log, less the same
without it.

Exits with 1 when a goal is missed.
"""

from __future__ import annotations

import argparse
import hashlib
import json
import logging
import os
import resource
import statistics
import sys
import tempfile
from dataclasses import asdict, dataclass
from datetime import datetime, timedelta, timezone
from pathlib import Path

from documents import namespace_of_messages
from measuring import alone
from tables import environment, progress, table
from validate import Run, timed

from asyncapi_guard import AsyncAPIGuard, Policy
from asyncapi_guard.violation_log.lines import LogLine, ProblemLine, ViolationLine, encode

LINES = 1_000_000
SECONDS, MEGABYTES = 10.0, 200.0
#: µs of CPU that a line costs.
LINE = 25.0


@dataclass(frozen=True)
class Result:
    """A log of so many lines, read in one format."""

    lines: int
    megabytes: float
    format: str
    seconds: float
    cpu: float
    peak: float


def write_log(path: Path, count: int) -> None:
    """A log with so many lines of violations."""
    at = datetime(2026, 11, 1, tzinfo=timezone.utc)
    clients = [hashed(f"client {index}") for index in range(5_000)]
    with path.open("wb") as file:
        file.write(encode(LogLine(1, at, "web-1", 7, at, "0" * 8)))
        for index in range(count):
            event = index * 7_919 % 200
            at += timedelta(seconds=1)
            line = ViolationLine(
                v=1,
                time=at,
                host="web-1",
                pid=7,
                contract="53b397d95624c2fd",
                mode="report",
                outcome="reported",
                side="server",
                checkpoint="receive_event",
                namespace="/chat",
                event=f"event{event}",
                declared=True,
                channel="/chat",
                operations=[f"onEvent{event}"],
                code="request_validation_error",
                reason="the payload does not match the contract",
                problems=[
                    ProblemLine(
                        f"/items/{index % 100}/text",
                        "type",
                        "expected integer, got string",
                        f"asyncapi.yml#/channels/chat/messages/event{event}/payload/properties/x",
                        f"asyncapi.yml:{event}:11",
                    )
                ],
                client=clients[index % 5_000],
                session=hashed(str(index)),
            )
            file.write(encode(line))


def hashed(text: str) -> str:
    return hashlib.blake2b(text.encode(), digest_size=8).hexdigest()


def command(path: Path, format: str) -> list[str]:
    script = [sys.executable, "-m", "asyncapi_guard", "report", "--fail-on", "none"]
    return [*script, "--format", format, str(path)]


def measure(lines: int, runs: int) -> list[Result]:
    results = []
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / "guard-7.ndjson"
        progress(f"writing {lines:,} lines ...")
        write_log(path, lines)
        for format in ("full", "json", "html"):
            made: list[Run] = []
            before = resource.getrusage(resource.RUSAGE_CHILDREN)
            for run in range(runs):
                progress(f"{format}, {run + 1} of {runs} ...")
                made.append(timed(command(path, format), 600))
            after = resource.getrusage(resource.RUSAGE_CHILDREN)
            cpu = after.ru_utime + after.ru_stime - before.ru_utime - before.ru_stime
            results.append(
                Result(
                    lines,
                    path.stat().st_size / 1e6,
                    format,
                    statistics.median(run.seconds for run in made),
                    cpu / runs,
                    max(run.peak for run in made) / 1e6,
                )
            )
    return results


def cost_of_a_line(rounds: int) -> float:
    """µs of CPU that a line costs, with what the thread does that writes it."""
    logging.getLogger("asyncapi_guard").setLevel(logging.CRITICAL)
    with tempfile.TemporaryDirectory() as folder:
        document = Path(folder) / "asyncapi.yml"
        document.write_text(namespace_of_messages(20), encoding="utf-8")
        figures = []
        for violations in (None, os.path.join(folder, "guard-{pid}.ndjson")):  # noqa: PTH118  # a name with braces
            guard = AsyncAPIGuard(document, policy=Policy(mode="report"), violations=violations)
            channel = next(iter(guard.contract.channels.values()))
            event = next(iter(channel.messages.values())).event
            verdict = guard.guard.receive_event(channel.address, event, [5])
            assert verdict.violation is not None
            recorder = guard.recorder

            def record(recorder=recorder, verdict=verdict) -> None:
                recorder.write_down(verdict, "session", "192.0.2.7")
                if recorder.file is not None and recorder.file._bytes > 4_000_000:
                    recorder.file.flush()  # faster than the thread: else lines would be dropped

            figures.append(alone(record, rounds))
            recorder.close()
    return figures[1] - figures[0]


def missed(results: list[Result], line: float) -> list[str]:
    found = [
        f"{one.format}: {one.seconds:.1f} s, not {SECONDS:g}"
        for one in results
        if one.seconds > SECONDS and one.lines == LINES
    ]
    found += [
        f"{one.format}: {one.peak:.0f} MB, not {MEGABYTES:g}"
        for one in results
        if one.peak > MEGABYTES
    ]
    return found + [f"a line costs {line:.1f} µs, not {LINE:g}"] * (line > LINE)


_HEAD = ("format", "lines", "MB", "seconds", "of CPU", "MB of memory")


def _row(one: Result) -> tuple[str, ...]:
    figures = f"{one.megabytes:.0f}", f"{one.seconds:.2f}", f"{one.cpu:.2f}", f"{one.peak:.0f}"
    return (one.format, f"{one.lines:,}", *figures)


def main() -> None:
    """Measure and print."""
    parser = argparse.ArgumentParser(description=(__doc__ or "").partition("\n")[0])
    parser.add_argument("--quick", action="store_true", help="a tenth of the lines, one run")
    parser.add_argument("--json", action="store_true", help="print JSON instead of tables")
    parser.add_argument("--runs", type=int, default=5, help="of each format")
    options = parser.parse_args()
    lines, runs = (LINES // 10, 1) if options.quick else (LINES, options.runs)
    results = measure(lines, runs)
    progress("a line ...")
    line = cost_of_a_line(11 if options.quick else 51)
    progress("")
    faults = missed(results, line)
    if options.json:
        found = [asdict(one) for one in results]
        shown = {"environment": environment(), "results": found, "line": line, "missed": faults}
        print(json.dumps(shown))
    else:
        print(", ".join(f"{name} {value}" for name, value in environment().items()), end="\n\n")
        print(table(_HEAD, [_row(one) for one in results]), end="\n\n")
        print(f"A line of the log costs {line:.1f} µs of CPU.")
        print("\n".join(f"MISSED: {each}." for each in faults))
    sys.exit(1 if faults else 0)


if __name__ == "__main__":
    main()
