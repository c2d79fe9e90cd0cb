"""Processes that measure for `peers.py` and `drop_ins.py`, and the environments of peers.

A worker is the same program with `--worker VARIANT`, run by the interpreter that has what the
variant needs. It gets lines of JSON, and answers with lines of JSON.
"""

from __future__ import annotations

import importlib.metadata
import json
import os
import subprocess
import sys
import tempfile
from pathlib import Path
from typing import TYPE_CHECKING, Any

from measuring import filling
from tables import progress

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping, Sequence

__all__ = ["Worker", "check_versions", "installed", "interpreter_of", "take_turns", "work"]

_CACHE = Path(__file__).parent / ".cache"


def installed(names: Sequence[str]) -> dict[str, str]:
    """The versions of packages."""
    return {name: importlib.metadata.version(name) for name in names}


def work(
    versions: dict[str, str],
    takes: Mapping[str, Callable[[int], float]],
    others: Mapping[str, Callable[[Any], Any]] | None = None,
) -> None:
    """Serve the parent: `["slice", key]` is answered with seconds per call.

    Args:
        versions: of the packages that matter.
        takes: slices by their keys.
        others: more commands.
    """
    import gc

    answers = sys.stdout
    sys.stdout = sys.stderr
    counts: dict[str, int] = {}
    print(json.dumps(versions), file=answers, flush=True)
    for line in sys.stdin:
        command, key = json.loads(line)
        if command == "prepare":
            counts[key] = filling(takes[key])
            gc.collect()
            gc.freeze()
            answer: Any = counts[key]
        elif command == "slice":
            answer = takes[key](counts[key]) / counts[key]
        else:
            answer = (others or {})[command](key)
        print(json.dumps(answer), file=answers, flush=True)


class Worker:
    """A process that measures one variant.

    Args:
        program: the file that is run.
        variant: what it measures.
        interpreter: which Python runs it.

    Attributes:
        variant: as above.
        versions: what it said of its packages.
    """

    def __init__(self, program: str, variant: str, interpreter: str) -> None:
        self.variant = variant
        self._errors = tempfile.TemporaryFile("w+")  # noqa: SIM115  # closed in `close`
        env = {**os.environ, "PYTHONHASHSEED": "0"}
        if interpreter != sys.executable:
            env.pop("PYTHONPATH", None)
        self._process = subprocess.Popen(
            [interpreter, program, "--worker", variant],
            env=env,
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            stderr=self._errors,
            text=True,
        )
        self.versions: dict[str, str] = self._read()

    def ask(self, command: str, key: Any) -> Any:
        """Its answer."""
        assert self._process.stdin is not None
        self._process.stdin.write(json.dumps([command, key]) + "\n")
        self._process.stdin.flush()
        return self._read()

    def _read(self) -> Any:
        assert self._process.stdout is not None
        line = self._process.stdout.readline()
        if not line:
            self._errors.seek(0)
            raise SystemExit(f"{self.variant} ended:\n{self._errors.read()[-4_000:]}")
        return json.loads(line)

    def close(self) -> None:
        """End it."""
        self._process.communicate()
        self._errors.close()


def check_versions(workers: list[Worker]) -> None:
    """Be sure that all have the same of what they share."""
    for worker in workers:
        assert worker.versions == workers[0].versions, (worker.variant, worker.versions)


def take_turns(workers: list[Worker], key: str, rounds: int) -> list[dict[str, float]]:
    """Seconds per call by variant, of each round; the order changes with every round."""
    for worker in workers:
        worker.ask("prepare", key)
    found = []
    for turn in range(rounds):
        order = workers[turn % len(workers) :] + workers[: turn % len(workers)]
        order = order[::-1] if turn // len(workers) % 2 else order
        found.append({worker.variant: worker.ask("slice", key) for worker in order})
    return found


def interpreter_of(peer: str, folder: str, shared: Sequence[str]) -> tuple[str | None, str]:
    """The interpreter of a peer's environment, made if need be; or nothing, and why.

    Args:
        peer: the requirement that is installed.
        folder: where, in `.cache`.
        shared: packages that must be of the versions that run here.
    """
    home = _CACHE / folder
    scripts = home / ("Scripts" if os.name == "nt" else "bin")
    python = str(scripts / "python")
    wanted = [peer, *(f"{name}=={version}" for name, version in installed(shared).items())]
    stamp = home / "installed.json"
    content = json.dumps([sys.version, wanted])
    if stamp.exists() and stamp.read_text(encoding="utf-8") == content:
        return python, ""
    progress(f"installing {peer} ...")
    make = [sys.executable, "-m", "venv", "--clear", str(home)]
    install = [python, "-m", "pip", "install", "--quiet", *wanted]
    for command in (make, install):
        done = subprocess.run(command, check=False, capture_output=True, text=True)
        if done.returncode:
            reason = (done.stderr.strip().splitlines() or [""])[-1]
            return None, f"{peer} could not be installed ({reason}): it is left out."
    stamp.write_text(content, encoding="utf-8")
    return python, ""
