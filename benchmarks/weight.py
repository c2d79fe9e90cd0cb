"""What an installation weighs: packages, MB, and the seconds until it is there and serves.

    python benchmarks/weight.py [--quick] [--json] [--only NAME ...]

Each row is an environment of its own, with nothing but what `pip install` brings.

- *packages* are distributions, the installed one among them; *MB* is what they take on disk,
  before anything is compiled.
- *install* is `pip install` from pip's cache, which a first installation has filled.
- *import* is `python -c "import NAME"`, less the start of Python. *serve* is a guarded server for
  `specs/tictactoe.yml`, from the start of Python to the answer to its first handshake.

`--quick` leaves the peers and the extras out, but `all`. Exits with 1 when a goal is missed.
"""

from __future__ import annotations

import argparse
import json
import os
import statistics
import subprocess
import sys
import tempfile
import time
from dataclasses import asdict, dataclass
from pathlib import Path

from tables import environment, progress, table

ROOT = Path(__file__).resolve().parents[1]
#: Packages and MB at most, by extra: what somebody waits for who only wants to try it.
GOALS = {"": (30, 36.0), "all": (80, 110.0)}
EXTRAS = (
    "models",
    "pydantic",
    "jwt",
    "prometheus",
    "opentelemetry",
    "lsp",
    "testing",
    "watch",
    "all",
)
#: Others that know of AsyncAPI or of types, as their packages are; and what is guarded, by itself.
PEERS = {
    "flask-socketio": "flask_socketio",
    "python-socketio": "socketio",
    "sio-asyncapi": "sio_asyncapi",
    "pydantic-socketio": "pydantic_socketio",
    "fastapi-socketio": "fastapi_socketio",
    "fastapi-sio": "fastapi_sio",
}
SERVE = """
import sys, time, threading, urllib.request, logging
import socketio
from werkzeug.serving import make_server
from asyncapi_guard import AsyncAPIGuard
logging.disable(logging.CRITICAL)
server = socketio.Server(async_mode="threading")
AsyncAPIGuard(sys.argv[1]).protect(server)
web = make_server("127.0.0.1", 0, socketio.WSGIApp(server), threaded=True)
threading.Thread(target=web.serve_forever, daemon=True).start()
url = f"http://127.0.0.1:{web.port}/socket.io/?EIO=4&transport=polling"
assert b"sid" in urllib.request.urlopen(url, timeout=60).read()
print("answered")
"""


@dataclass
class Weight:
    """What an installation brings and takes; `None` where it was not measured, or cannot be."""

    name: str
    packages: int | None = None
    megabytes: float | None = None
    install: float | None = None
    imported: float | None = None
    serves: float | None = None
    heaviest: str = ""
    why_not: str = ""


def packages_of(python: Path) -> dict[str, int]:
    """Return the bytes of each package of an environment; pip and setuptools are nobody's wish."""
    listing = (
        "import importlib.metadata as m, json, os\n"
        "print(json.dumps({d.metadata['Name']: sum(os.path.getsize(p) for f in d.files or ()"
        " if (p := d.locate_file(f)) and os.path.isfile(p) and not str(f).endswith('.pyc'))"
        " for d in m.distributions()}))"
    )
    said = subprocess.run(
        [str(python), "-I", "-c", listing], capture_output=True, text=True, check=True
    )
    sizes: dict[str, int] = json.loads(said.stdout)
    return {name: size for name, size in sizes.items() if name not in ("pip", "setuptools")}


def make_environment(folder: Path) -> Path:
    """Make an environment without pip, and return its interpreter."""
    subprocess.run([sys.executable, "-m", "venv", "--clear", "--without-pip", folder], check=True)
    return folder / ("Scripts/python.exe" if os.name == "nt" else "bin/python")


def install(python: Path, requirement: str) -> str:
    """Install into an environment from outside; return what pip says against it."""
    done = subprocess.run(
        [sys.executable, "-m", "pip", "--python", str(python), "install", "-q", "--no-compile",
         "--disable-pip-version-check", requirement],
        capture_output=True, text=True, check=False,
    )  # fmt: skip
    errors = [line for line in done.stderr.splitlines() if line.startswith("ERROR")]
    return "" if done.returncode == 0 else (errors or ["pip failed"])[-1]


def seconds(command: list[str], times: int) -> float:
    """Return the median of the seconds that a command takes, once Python has compiled it."""
    environment_ = {k: v for k, v in os.environ.items() if k != "PYTHONPATH"}
    taken = []
    for _ in range(times + 1):
        begun = time.perf_counter()
        subprocess.run(command, check=True, capture_output=True, env=environment_)
        taken.append(time.perf_counter() - begun)
    return statistics.median(taken[1:])


def weigh(name: str, requirement: str, module: str, *, serves: bool, times: int) -> Weight:
    """Install a requirement twice, and measure the second time."""
    with tempfile.TemporaryDirectory() as folder:
        for _ in range(2):
            python = make_environment(Path(folder) / "env")
            begun = time.perf_counter()
            if error := install(python, requirement):
                return Weight(name, why_not=error)
            took = time.perf_counter() - begun
        sizes = packages_of(python)
        most = sorted(sizes.items(), key=lambda item: -item[1])[:3]
        empty = seconds([str(python), "-I", "-c", "pass"], times)
        return Weight(
            name,
            packages=len(sizes),
            megabytes=sum(sizes.values()) / 1e6,
            install=took,
            imported=seconds([str(python), "-I", "-c", f"import {module}"], times) - empty,
            serves=seconds(
                [str(python), "-I", "-c", SERVE, str(ROOT / "specs" / "tictactoe.yml")], times
            )
            if serves
            else None,
            heaviest=", ".join(f"{each} {size / 1e6:.1f}" for each, size in most),
        )


def built_wheel(folder: Path) -> Path:
    """Build the wheel that is installed: sources would be built anew for each environment."""
    command = [
        sys.executable,
        "-m",
        "pip",
        "wheel",
        "-q",
        "--no-deps",
        "-w",
        str(folder),
        str(ROOT),
    ]
    subprocess.run(command, check=True, capture_output=True)
    (wheel,) = folder.glob("*.whl")
    return wheel


def cells(weight: Weight) -> list[str]:
    """Return a line of the table."""
    if weight.why_not:
        return [weight.name, "", "", "", "", "", weight.why_not]
    return [
        weight.name,
        str(weight.packages),
        f"{weight.megabytes:.1f}",
        f"{weight.install:.1f} s",
        f"{(weight.imported or 0) * 1e3:.0f} ms",
        "" if weight.serves is None else f"{weight.serves * 1e3:.0f} ms",
        weight.heaviest,
    ]


def main() -> None:
    """Measure, print, and judge."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--quick", action="store_true")
    parser.add_argument("--json", action="store_true")
    parser.add_argument("--only", nargs="*", help="rows, such as `plain`, `jwt` or `sio-asyncapi`")
    asked = parser.parse_args()
    times = 3 if asked.quick else 7
    extras = ("all",) if asked.quick else EXTRAS
    peers = {} if asked.quick else PEERS
    found: list[Weight] = []
    with tempfile.TemporaryDirectory() as folder:
        wheel = built_wheel(Path(folder))
        rows = [("plain", str(wheel), "asyncapi_guard", True)]
        rows += [(f"[{each}]", f"{wheel}[{each}]", "asyncapi_guard", True) for each in extras]
        rows += [(each, each, module, False) for each, module in peers.items()]
        for name, requirement, module, serves in rows:
            if asked.only is None or name.strip("[]") in asked.only:
                progress(name)
                found.append(weigh(name, requirement, module, serves=serves, times=times))
    progress("")
    missed = [
        f"{weight.name}: {weight.packages} packages and {weight.megabytes:.1f} MB, goal {goal}"
        for weight in found
        if (goal := GOALS.get("" if weight.name == "plain" else weight.name.strip("[]")))
        and weight.packages is not None
        and (weight.packages > goal[0] or (weight.megabytes or 0) > goal[1])
    ]
    if asked.json:
        print(json.dumps([asdict(each) for each in found], indent=1))
    else:
        print(", ".join(f"{k} {v}" for k, v in environment().items() if k in ("python", "system")))
        head = ["", "packages", "MB", "install", "import", "serve", "most of it, MB"]
        print(table(head, [cells(each) for each in found]))
    for each in missed:
        print(each, file=sys.stderr)
    sys.exit(bool(missed))


if __name__ == "__main__":
    main()
