"""Documents that mean harm end in findings: no exception, no crash, no end of CPU time.

The cases are in `hostile.py`; `bounded.py` runs them in processes of their own, with limits that
only what is out of all proportion meets. `benchmarks/hostile.py` holds them to the real ones.
"""

from __future__ import annotations

import json
import os
import runpy
import subprocess
import sys
from pathlib import Path

import pytest
from levels import LEVEL

HERE = Path(__file__).parent
#: Importing by path: tests are no package.
_HOSTILE = runpy.run_path(str(HERE / "hostile.py"))
CASES, FINE, EITHER = _HOSTILE["CASES"], _HOSTILE["FINE"], _HOSTILE["EITHER"]
#: Of a finding's message. Documents may have texts of megabytes; what is said of them is short.
MESSAGE = 1_000
PARTS = 2
#: All take half a minute: a few of them are enough between two keystrokes.
RUN = list(CASES) if LEVEL.everything else list(CASES)[::16]

pytestmark = pytest.mark.skipif(sys.platform != "linux", reason="limits and /proc are Linux's")


@pytest.fixture(scope="module")
def results():
    """What became of each document, by its name."""
    runs = [
        subprocess.Popen(
            [sys.executable, str(HERE / "bounded.py"), *RUN[part::PARTS]],
            stdout=subprocess.PIPE,
            stderr=subprocess.DEVNULL,
            text=True,
        )
        for part in range(PARTS)
    ]
    lines = [line for run in runs for line in run.communicate()[0].splitlines()]
    return {result["name"]: result for result in map(json.loads, lines)}


def test_there_are_many():
    """Documents of very many kinds; all of them where everything must run."""
    assert len(CASES) > 600
    assert len(RUN) > 30


@pytest.mark.parametrize("name", RUN)
def test_a_hostile_document_is_judged_within_bounds(results, name):
    """It ends in the finding that it should, shortly said, and not in an exception or a signal."""
    result, wanted = results[name], CASES[name].code
    assert not result["failure"], result["failure"]
    assert not result["signal"], f"ended by {result['signal']}"
    assert result["longest"] <= MESSAGE
    if wanted == FINE:
        assert result["errors"] == 0, result["first"]
    elif wanted != EITHER:
        assert wanted in result["codes"], result["first"] or "nothing was found"


@pytest.mark.parametrize(
    "form", ["full", *(pytest.param(form, marks=pytest.mark.slow) for form in ("json", "github"))]
)
@pytest.mark.parametrize(
    "name",
    [
        "alias-laughs-lists",
        "deep-lists-50000",
        "encoding-escape",
        "encoding-escaped-ansi",
        "many-bad-names",
        "ref-text-escape",
        "ref-text-rtl",
        "file-binary",
        "pattern-nested-plus",
        "comment-with-escapes",
    ],
)
def test_the_command_reports_it_in_plain_text(tmp_path, name, form):
    """`validate` exits with 1 or 2, shows no traceback, and lets no escape character through."""
    path = CASES[name].write(tmp_path / "spec")
    run = subprocess.run(
        [sys.executable, "-m", "asyncapi_guard", "validate", "--format", form, path.name],
        check=False,
        cwd=path.parent,
        capture_output=True,
        env={**os.environ, "NO_COLOR": "1", "PYTHONUTF8": "1"},
    )
    output = (run.stdout + run.stderr).decode()
    assert run.returncode in (1, 2) or "warning" in output
    assert "Traceback" not in output
    assert not set("\x00\x07\x08\x1b\x7f\x9b\u202e\u2066\u2028") & set(output)
    if form == "json":
        json.loads(run.stdout)
