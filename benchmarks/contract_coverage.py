"""What coverage of an AsyncAPI file costs: a test run, and one event.

    python benchmarks/contract_coverage.py [--quick] [--json] [--rounds N]

- *test run* is the tests of the tic-tac-toe server, each of them 30 times, without coverage and
  with `--asyncapi-coverage`, in turns. It is the CPU of a whole run of pytest, its start and the
  report included.
- *event* is an event and its ack on a bare server that runs handlers in line: once when all that it
  shows was seen before, and once with a payload of which a value is never seen, so that each event
  is looked at.

Exits with 1 when a goal is missed.
"""

from __future__ import annotations

import argparse
import json
import os
import resource
import statistics
import subprocess
import sys
import tempfile
from dataclasses import asdict
from pathlib import Path
from typing import Any

from measuring import compare, pin, slices
from tables import environment, progress, table

ROOT = Path(__file__).resolve().parents[1]
#: How much longer a test run may take.
GOAL = 1.05
#: How many µs an event may take more, when all that it shows was seen.
GOAL_OF_EVENT = 5.0
_REPEAT = """
def pytest_generate_tests(metafunc):
    metafunc.fixturenames.append("again")
    metafunc.parametrize("again", range(30))
"""


def document(values: list[str]) -> dict[str, Any]:
    """A document with one event; `values` are those of one of its fields."""
    payload = {
        "type": "object",
        "properties": {
            "text": {"type": "string"},
            "color": {"enum": values},
            "tags": {"type": "array", "items": {"type": "string"}},
        },
        "required": ["text", "color", "tags"],
    }
    message = {"payload": payload, "x-ack": {"type": "boolean"}}
    return {
        "asyncapi": "3.1.0",
        "info": {"title": "T", "version": "1"},
        "channels": {"main": {"address": "/", "messages": {"say": message}}},
        "operations": {"say": {"action": "receive", "channel": {"$ref": "#/channels/main"}}},
    }


def server(values: list[str], *, measured: bool) -> Any:
    """What handles one event."""
    import socketio

    from asyncapi_guard import AsyncAPIGuard

    io = socketio.Server(async_handlers=False)
    io.on("say", lambda _sid, _data: True)
    guard = AsyncAPIGuard(document(values))
    guard.protect(io)
    if measured:
        guard.measure_coverage()
    io.eio.send_packet = lambda _eio_sid, _packet: None
    io._handle_eio_connect("e1", {})
    io._handle_eio_message("e1", "0")
    event = json.dumps(["say", {"text": "hello", "color": "red", "tags": ["a", "b", "c"]}])
    return lambda: io._handle_eio_message("e1", f"27{event}")


def events(rounds: int) -> dict[str, dict[str, float]]:
    """µs of an event without coverage and with it."""
    pin()
    found = {}
    for name, values in (("all was seen", ["red"]), ("something is missing", ["red", "blue"])):
        pair = [slices(server(values, measured=measured)) for measured in (False, True)]
        found[name] = asdict(compare(*pair, rounds))
    return found


def run(folder: Path, *options: str) -> float:
    """Seconds of CPU of a test run."""
    paths = [str(ROOT), str(ROOT / "examples" / "tictactoe")]
    before = resource.getrusage(resource.RUSAGE_CHILDREN)
    command = [sys.executable, "-m", "pytest", "-q", "-p", "asyncapi_guard.pytest_plugin"]
    subprocess.run(
        [*command, *options],
        cwd=folder,
        env={**os.environ, "PYTHONPATH": os.pathsep.join(paths)},
        stdout=subprocess.DEVNULL,
        check=True,
    )
    after = resource.getrusage(resource.RUSAGE_CHILDREN)
    return after.ru_utime + after.ru_stime - before.ru_utime - before.ru_stime


def test_runs(rounds: int) -> dict[str, float]:
    """Medians of test runs without coverage and with it, and the median of the ratios."""
    suite = (ROOT / "tests" / "coverage" / "tictactoe_tests.py").read_text(encoding="utf-8")
    pairs = []
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        (folder / "test_game.py").write_text(suite, encoding="utf-8")
        (folder / "conftest.py").write_text(_REPEAT, encoding="utf-8")
        (folder / "pytest.ini").write_text("[pytest]\n", encoding="utf-8")
        spec = ROOT / "specs" / "tictactoe.yml"
        run(folder)
        for number in range(rounds):
            progress(f"test run {number + 1} of {rounds}")
            pairs.append((run(folder), run(folder, f"--asyncapi-coverage={spec}")))
    return {
        "without": statistics.median(without for without, _ in pairs),
        "with": statistics.median(measured for _, measured in pairs),
        "ratio": statistics.median(measured / without for without, measured in pairs),
    }


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--quick", action="store_true")
    parser.add_argument("--json", action="store_true")
    parser.add_argument("--rounds", type=int)
    options = parser.parse_args()
    of_run = test_runs(options.rounds or (5 if options.quick else 15))
    of_event = events(options.rounds or (15 if options.quick else 60))
    seen = of_event["all was seen"]
    if options.json:
        print(json.dumps({"environment": environment(), "run": of_run, "event": of_event}))
    else:
        print(f"test run, seconds of CPU: {of_run['without']:.2f} → {of_run['with']:.2f}", end=", ")
        print(f"ratio {of_run['ratio']:.3f} (goal {GOAL})\n")
        rows = [
            [name, f"{each['first']:.1f}", f"{each['second']:.1f}", f"{each['difference']:+.1f}"]
            for name, each in of_event.items()
        ]
        print(table(["event", "without µs", "with µs", "difference"], rows))
    sys.exit(of_run["ratio"] > GOAL or seen["difference"] > GOAL_OF_EVENT)


if __name__ == "__main__":
    main()
