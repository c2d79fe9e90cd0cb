"""What the planted servers share: their bugs, one of which may be in force, and who starts them.

A server is right by its document, bare (no guard), and has one bug when it is asked for one:
`python planted_games.py --bug NAME`. It prints its address when it listens.
"""

from __future__ import annotations

import argparse
import importlib
import subprocess
import sys
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Mapping

HERE = Path(__file__).parent
#: The servers, each beside its document, and the auth value that they let in.
SERVERS: dict[str, object] = {
    "games": None,
    "orders": {"token": "the-kitchen-token"},
    "chat": {"name": "ann", "password": "open sesame"},
    "boards": None,
}
#: What a bug needs to show.
KINDS = ("stateless", "stateful", "clients", "timing")


@dataclass(frozen=True)
class Bug:
    """One fault that a server can be asked for.

    Attributes:
        kind: what it needs to show: one event (`stateless`), events in an order (`stateful`),
            several `clients`, or `timing` (time, or another connection).
        text: what is wrong, for people.
    """

    kind: str
    text: str


class Planted:
    """Which bug is in force: `planted("name")` is true for that one.

    Args:
        bugs: those of the server, by name.
        versions: names of versions that are right as well, and tricky.
        chosen: the bug or the version; empty for none.

    Raises:
        ValueError: the server has no such bug.
    """

    def __init__(self, bugs: Mapping[str, Bug], versions: tuple[str, ...], chosen: str) -> None:
        self._known = {*bugs, *versions, ""}
        if chosen not in self._known:
            raise ValueError(f"there is no {chosen!r} among {', '.join(sorted(self._known))}")
        self._chosen = chosen

    def __call__(self, name: str) -> bool:
        assert name in self._known, name
        return name == self._chosen


def bugs_of(server: str) -> tuple[dict[str, Bug], tuple[str, ...]]:
    """The bugs of a server by name, and its versions that are right and tricky."""
    module = importlib.import_module(f"planted_{server}")
    return module.BUGS, module.VERSIONS


def run(serve: Callable[[str, int], None]) -> None:
    """The command line of a server: `--bug` and `--port`."""
    parser = argparse.ArgumentParser()
    parser.add_argument("--bug", default="", help="The bug, or the tricky version.")
    parser.add_argument("--port", type=int, default=0)
    arguments = parser.parse_args()
    serve(arguments.bug, arguments.port)


def listening(port: int) -> None:
    """Tell who started us that clients may come."""
    sys.stdout.write(f"http://127.0.0.1:{port}\n")
    sys.stdout.flush()


@contextmanager
def launched(server: str, bug: str = "") -> Iterator[str]:
    """Run a server in a process of its own, and give its address.

    Args:
        server: one of `SERVERS`.
        bug: which fault it has; empty for none.
    """
    arguments = [sys.executable, str(HERE / f"planted_{server}.py"), "--bug", bug]
    with subprocess.Popen(
        arguments, stdout=subprocess.PIPE, stderr=subprocess.DEVNULL, text=True
    ) as process:
        try:
            assert process.stdout is not None
            address = process.stdout.readline().strip()
            assert address, f"{server} has not started"
            yield address
        finally:
            process.kill()
