"""The page of `asyncapi-guard report --format html`, in a real browser."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

import pytest
from browsing import need_browser, run_in_browser

sys.path.insert(0, str(Path(__file__).parents[1] / "violation_log"))
from made_lines import counters, dropped, head, problem, violation

EVIL = "<script>globalThis.evil = 1</script><img src=x onerror='globalThis.evil = 1'>"


@pytest.mark.slow
def test_everybody_can_read_a_report(tmp_path: Path) -> None:
    """axe-core, light and dark, on a phone, by keyboard; nothing of a log is more than text."""
    need_browser()
    many = [head(), counters(onSay=("report", 9, 0, 2), onMove=("report", 3, 0, 0)), dropped(2)]
    for number in range(30):
        found = [problem(f"/{number}/a/path/that/is/long", schema=f"asyncapi.yml#/{number}")]
        many.append(violation(number, event=f"event {number}", problems=found))
    many.append(violation(40, event=EVIL, namespace=EVIL, reason=EVIL))
    for name, lines in (("many", many), ("none", [head()])):
        log = tmp_path / f"{name}.ndjson"
        log.write_bytes(b"".join(lines))
        command = [sys.executable, "-m", "asyncapi_guard", "report", "--format", "html"]
        command += ["--fail-on", "none", "-o", str(tmp_path / f"{name}.html"), str(log)]
        subprocess.run(command, check=True, timeout=300)
    assert "# fail 0" in run_in_browser("report.test.mjs", {"PAGES": str(tmp_path)})
