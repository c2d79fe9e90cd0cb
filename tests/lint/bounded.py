"""Lints hostile documents, each in a process of its own that may not take more than it is given.

    python tests/lint/bounded.py [--seconds N] [--mebibytes N] [NAME ...]

Prints a line of JSON for each document: what was found, what it took, how it ended. A document is
built in one process and linted in another, forked from this one when everything is imported, so
that what is measured is the document alone. CPU time and address space are limited by the
operating system, which no code in C escapes: a process that takes more is ended, and that is the
result.
"""

# ruff: noqa: T201  # it prints what it found
from __future__ import annotations

import argparse
import gc
import json
import os
import resource
import shutil
import signal
import sys
import tempfile
import time
import traceback
from collections import Counter
from pathlib import Path

from hostile import CASES, Case

from asyncapi_guard.lint import lint
from asyncapi_guard.schema import get_engine

_MIB = 1024 * 1024
#: Seconds on the clock for one document: only what waits for something takes so long.
_WAIT = 60


def _resident() -> int:
    status = Path("/proc/self/status").read_text(encoding="ascii")
    return int(status.partition("VmRSS:")[2].split(maxsplit=1)[0]) * 1024


def _limit(seconds: float, mebibytes: int) -> None:
    """From here on this process may use so much CPU time and so much more memory, and no more."""
    virtual = int(Path("/proc/self/statm").read_text(encoding="ascii").split()[0])
    most = virtual * resource.getpagesize() + mebibytes * _MIB
    resource.setrlimit(resource.RLIMIT_AS, (most, most))
    resource.setrlimit(resource.RLIMIT_CORE, (0, 0))
    signal.setitimer(signal.ITIMER_PROF, seconds)
    signal.alarm(_WAIT)


def _examined(path: Path) -> dict[str, object]:
    """Lint in this process: the findings in short, CPU seconds, bytes that the memory grew by."""
    gc.collect()
    before, began = _resident(), time.process_time()
    found = ()
    failure = ""
    try:
        found = lint(path)
    except BaseException:  # whatever it is, it is the result
        failure = traceback.format_exc()[-3000:]
    seconds = time.process_time() - began
    peak = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss * 1024
    return {
        "codes": dict(Counter(finding.code for finding in found)),
        "errors": sum(finding.severity == "error" for finding in found),
        "longest": max((len(finding.message) for finding in found), default=0),
        "first": str(found[0])[:200] if found else "",
        "failure": failure,
        "seconds": round(seconds, 3),
        "peak": max(0, peak - before),
    }


def _in_process(work, *, patience: float | None = None) -> tuple[bytes, int]:
    """What `work` returns, in a forked process, and the signal that ended it (or 0)."""
    source, sink = os.pipe()
    child = os.fork()
    if child == 0:
        os.close(source)
        status = 1
        try:
            os.write(sink, work())
            status = 0
        except BaseException:
            traceback.print_exc()
        finally:
            os._exit(status)
    os.close(sink)
    with os.fdopen(source, "rb") as pipe:
        said = pipe.read()
    status = os.waitpid(child, 0)[1]
    return said, os.WTERMSIG(status) if os.WIFSIGNALED(status) else 0


def run(case: Case, seconds: float, mebibytes: int) -> dict[str, object]:
    """Build a document, lint it within limits, and say how that went."""
    folder = Path(tempfile.mkdtemp(prefix="hostile-"))
    try:

        def build() -> bytes:
            return os.fsencode(case.write(folder / "spec"))

        def examine() -> bytes:
            _limit(seconds, mebibytes)
            return json.dumps(_examined(path)).encode()

        said, ended = _in_process(build)
        path = Path(os.fsdecode(said))
        if ended or not said:
            return {"name": case.name, "failure": "could not be built"}
        size = path.stat().st_size
        said, ended = _in_process(examine)
        found = json.loads(said) if said else {"codes": {}, "seconds": seconds, "peak": 0}
        name = signal.Signals(ended).name if ended else ""
        return {"name": case.name, "size": size, "signal": name, "failure": "", **found}
    finally:
        shutil.rmtree(folder, ignore_errors=True)


def main() -> None:
    """Run the cases that are named, or all."""
    parser = argparse.ArgumentParser(description=(__doc__ or "").partition("\n")[0])
    parser.add_argument("names", nargs="*")
    parser.add_argument("--seconds", type=float, default=10, help="CPU time for one document")
    parser.add_argument("--mebibytes", type=int, default=1000, help="memory for one document")
    options = parser.parse_args()
    get_engine("auto")
    warm = Path(tempfile.mkdtemp(prefix="hostile-"))
    for name in ("fine-crlf", "keyword-typos"):  # so that imports are no document's costs
        if name in CASES:
            lint(CASES[name].write(warm / name))
    shutil.rmtree(warm)
    gc.collect()
    gc.freeze()
    for name in options.names or CASES:
        print(json.dumps(run(CASES[name], options.seconds, options.mebibytes)), flush=True)
    sys.stdout.flush()


if __name__ == "__main__":
    main()
