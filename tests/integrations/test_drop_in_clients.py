"""The tests of guarded clients, with the drop-ins in their place: all but a few pass."""

from __future__ import annotations

import os
import re
import subprocess
import sys
from pathlib import Path

import pytest

HERE = Path(__file__).parent
#: What is otherwise with a drop-in, by what the names of the tests end with, and why.
DIFFERENCES = {
    "a list that holds itself]": "plain data is made of it before it is judged, which fails",
    "a property that holds itself]": "as above",
    "-set]": "plain data is made of it before it is judged: a list",
    "test_without_the_guard_all_is_as_before[Client]": "a drop-in keeps its document",
    "test_without_the_guard_all_is_as_before[AsyncClient]": "as above",
}
#: At least.
PASSING = 400


@pytest.mark.slow
def test_a_drop_in_guards_as_a_guard_does() -> None:
    """Each row of the table of traffic, and the rest, by the same document."""
    done = subprocess.run(
        [
            *(
                sys.executable,
                "-m",
                "pytest",
                "-q",
                "-rfE",
                "-n",
                "2",
                "-p",
                "drop_in_every_client",
            ),
            *("-k", "not polling", "-p", "no:cacheprovider"),
            *(str(HERE / f"test_{name}.py") for name in ("client_traffic", "clients")),
        ],
        cwd=HERE.parents[1],
        env={**os.environ, "PYTHONPATH": f"{HERE}{os.pathsep}{HERE.parents[1]}"},
        capture_output=True,
        text=True,
        check=False,
    )
    failed = set(re.findall(r"^(?:FAILED|ERROR) \S+?::(.*?)(?: - .*)?$", done.stdout, re.MULTILINE))
    untold = {test for test in failed if not test.endswith(tuple(DIFFERENCES))}
    assert untold == set(), done.stdout[-4000:]
    for end in DIFFERENCES:
        assert any(test.endswith(end) for test in failed), end
    passed = re.search(r"(\d+) passed", done.stdout)
    assert passed is not None, done.stdout[-4000:]
    assert int(passed[1]) > PASSING
