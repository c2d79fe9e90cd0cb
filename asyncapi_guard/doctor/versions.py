"""Whether the libraries beneath the guard are among those that it was tested with."""

from __future__ import annotations

import re
import sys
from importlib import metadata
from typing import TYPE_CHECKING

from asyncapi_guard.doctor.checks import Check, Status

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

__all__ = ["TESTED", "version_checks"]

#: The guard replaces methods of these: the lowest and the highest minor release that were tested.
TESTED: dict[str, tuple[tuple[int, int], tuple[int, int]]] = {
    "python-socketio": ((5, 18), (5, 18)),
    "python-engineio": ((4, 15), (4, 15)),
    "flask-socketio": ((5, 5), (5, 7)),
}
PYTHON = ((3, 10), (3, 14))


def version_checks(version_of: Callable[[str], str] = metadata.version) -> Iterator[Check]:
    """Look at the versions that are installed.

    Args:
        version_of: returns the version of a package.
    """
    given = {"Python": (".".join(map(str, sys.version_info[:3])), PYTHON)}
    given |= {name: (version_of(name), tested) for name, tested in TESTED.items()}
    unknown = []
    for name, (version, (lowest, highest)) in given.items():
        found = re.match(r"(\d+)\.(\d+)", version)
        if found is None or not lowest <= (int(found[1]), int(found[2])) <= highest:
            unknown.append(name)
            between = " to ".join(dict.fromkeys(f"{a}.{b}" for a, b in (lowest, highest)))
            text = f"{name} {version} is not a tested version (tested: {between})"
            remedy = "run your tests, or install a tested version"
            yield Check(Status.WARNING, "version", name, text, remedy)
    if not unknown:
        listed = ", ".join(f"{name} {version}" for name, (version, _) in given.items())
        yield Check(Status.OK, "version", "versions", f"all tested: {listed}")
