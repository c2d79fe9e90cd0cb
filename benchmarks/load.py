"""What loading a document costs, in time and memory, and what starting costs.

    python benchmarks/load.py [--quick] [--json]

- **Loading**: documents of 100 to 5,000 messages (`documents.many_messages`), each in a fresh
  process, which is the only way to see memory. The time is CPU time of `load()` alone, imports done
  before. It should grow in proportion (the same ms per message in every line), and 1,000 messages
  should load in less than a second. *Kept* is what the resident memory grew by, *peak* what it had
  grown by at most.
- **First use**: validators are compiled when a message is first judged. The same processes then
  judge one value by every payload and ack, and say what each took and kept.
- **Starting**: wall time of `import asyncapi_guard` and of the command, the interpreter's own start
  (in the first line) included: what a user waits for. The least of several runs, because other
  programs only ever make a start slower.

Memory is read from `/proc`, and from `getrusage` for the peak; where there is no `/proc`, it is
left out.
"""

from __future__ import annotations

import argparse
import gc
import importlib.util
import json
import subprocess
import sys
import tempfile
import time
from pathlib import Path
from typing import Any

from documents import many_messages
from tables import environment, progress, table

SIZES = (100, 500, 1000, 2500, 5000)
#: Seconds in which 1,000 messages should load.
LOAD_GOAL = 1.0
#: Wall seconds in which commands should start that need no server and no engine.
START_GOAL = 0.150

_MIB = 1024 * 1024


# -- in the child ----------------------------------------------------------------------------------


def _resident() -> int | None:
    """Bytes of this process in memory now."""
    try:
        status = Path("/proc/self/status").read_text(encoding="ascii")
    except OSError:
        return None
    return int(status.partition("VmRSS:")[2].split(maxsplit=1)[0]) * 1024


def _peak() -> int | None:
    """Bytes of this process in memory at most."""
    try:
        import resource
    except ImportError:
        return None
    peak = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
    return peak * 1024 if sys.platform == "linux" else peak


def _growth(after: int | None, before: int | None) -> int | None:
    return None if after is None or before is None else max(0, after - before)


def _child(path: str) -> dict[str, Any]:
    """Load a document in this process, then judge by all of its schemas."""
    from asyncapi_guard import load
    from asyncapi_guard.schema import get_engine

    get_engine("auto")
    gc.collect()
    before = _resident()
    start = time.process_time()
    contract = load(path)
    seconds = time.process_time() - start
    peak = _peak()
    gc.collect()
    loaded = _resident()
    messages = [m for channel in contract.channels.values() for m in channel.messages.values()]
    schemas = [m.payload for m in messages if m.payload is not None]
    schemas += [m.ack.alternatives[0] for m in messages if m.ack is not None]
    start = time.process_time()
    for schema in schemas:
        schema.is_valid({})
    compiling = time.process_time() - start
    gc.collect()
    return {
        "messages": len(messages),
        "seconds": seconds,
        "peak": _growth(peak, before),
        "kept": _growth(loaded, before),
        "validators": len(schemas),
        "compile_seconds": compiling,
        "compile_kept": _growth(_resident(), loaded),
    }


# -- in the parent ---------------------------------------------------------------------------------


def measure_load(count: int, runs: int) -> dict[str, Any]:
    """The fastest of several fresh processes that load a document of so many messages."""
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / "asyncapi.yml"
        path.write_text(many_messages(count), encoding="utf-8")
        found = []
        for run in range(runs):
            progress(f"{count} messages, process {run + 1} of {runs} ...")
            command = [sys.executable, __file__, "--child", str(path)]
            output = subprocess.run(command, check=True, capture_output=True, text=True).stdout
            found.append(json.loads(output))
        best: dict[str, Any] = min(found, key=lambda one: one["seconds"])
        slowest = max(one["seconds"] for one in found)
        return {**best, "slowest": slowest, "size": path.stat().st_size}


def start_commands() -> dict[str, list[str]]:
    """What is started, as arguments of the interpreter."""
    commands = {
        "a bare interpreter": ["-c", "pass"],
        "import asyncapi_guard": ["-c", "import asyncapi_guard"],
    }
    for name in ("Guard", "load", "AsyncAPIGuard"):
        statement = f"from asyncapi_guard import {name}"
        commands[statement] = ["-c", statement]
    if importlib.util.find_spec("asyncapi_guard.cli") is not None:
        for option in ("--version", "--help"):
            commands[f"asyncapi-guard {option}"] = ["-m", "asyncapi_guard", option]
    return commands


def measure_start(arguments: list[str], runs: int) -> float:
    """Wall seconds of the fastest of several starts."""
    times = []
    for _ in range(runs + 1):  # the first one fills the file cache
        start = time.perf_counter()
        subprocess.run([sys.executable, *arguments], check=True, capture_output=True)
        times.append(time.perf_counter() - start)
    return min(times[1:])


# -- the command -----------------------------------------------------------------------------------


def _mib(size: int | None) -> str:
    return "?" if size is None else f"{size / _MIB:.1f}"


def _load_row(found: dict[str, Any]) -> tuple[str, ...]:
    return (
        f"{found['messages']:,}",
        f"{found['size'] / 1000:,.0f}",
        f"{found['seconds']:.3f}",
        f"{found['slowest']:.3f}",
        f"{found['seconds'] * 1000 / found['messages']:.3f}",
        _mib(found["peak"]),
        _mib(found["kept"]),
    )


def _compile_row(found: dict[str, Any]) -> tuple[str, ...]:
    kept, count = found["compile_kept"], found["validators"]
    return (
        f"{found['messages']:,}",
        f"{count:,}",
        f"{found['compile_seconds'] * 1000 / found['messages']:.3f}",
        f"{found['compile_seconds'] * 1000 / count:.3f}",
        "?" if kept is None else f"{kept / 1024 / count:.0f}",
    )


_LOAD_HEAD = ("messages", "kB of YAML", "s", "slowest run", "ms / message", "peak MiB", "kept MiB")
_COMPILE_HEAD = ("messages", "validators", "ms / message", "ms / validator", "KiB / validator")


def _print(loads: list[dict[str, Any]], starts: dict[str, float]) -> None:
    print("## load()", end="\n\n")
    print(table(_LOAD_HEAD, [_load_row(found) for found in loads]), end="\n\n")
    thousand = next((found["seconds"] for found in loads if found["messages"] == 1000), None)
    if thousand is not None:
        met = "met" if thousand < LOAD_GOAL else "MISSED"
        print(f"Goal, 1,000 messages in < {LOAD_GOAL:g} s: {met}.", end="\n\n")
    print("## First use of every schema", end="\n\n")
    print(table(_COMPILE_HEAD, [_compile_row(found) for found in loads]), end="\n\n")
    print("## Starting", end="\n\n")
    rows = []
    for name, seconds in starts.items():
        goal = name == "import asyncapi_guard" or name.startswith("asyncapi-guard ")
        mark = "✓" if seconds < START_GOAL else "✗"
        rows.append(
            (name, f"{seconds * 1000:.0f}", f"< {START_GOAL * 1000:.0f} {mark}" if goal else "")
        )
    print(table(("what", "ms", "goal"), rows))


def main() -> None:
    """Measure and print."""
    parser = argparse.ArgumentParser(description=(__doc__ or "").partition("\n")[0])
    parser.add_argument("--quick", action="store_true", help="one process each, small documents")
    parser.add_argument("--json", action="store_true", help="print JSON instead of tables")
    parser.add_argument("--child", metavar="FILE", help=argparse.SUPPRESS)
    options = parser.parse_args()
    if options.child:
        print(json.dumps(_child(options.child)))
        return
    loads = [
        measure_load(count, 1 if options.quick else 3)
        for count in (SIZES[:3] if options.quick else SIZES)
    ]
    starts = {}
    for name, arguments in start_commands().items():
        progress(f"{name} ...")
        starts[name] = measure_start(arguments, 3 if options.quick else 10)
    progress("")
    if options.json:
        found = {"environment": environment(), "load": loads, "start": starts}
        print(json.dumps(found, indent=2))
        return
    print(", ".join(f"{name} {value}" for name, value in environment().items()), end="\n\n")
    _print(loads, starts)


if __name__ == "__main__":
    main()
