"""docs/how-to/limits.md.

Its program runs, its table has each limit, and its line is the real one.
"""

from __future__ import annotations

import dataclasses
import json
import re
from pathlib import Path
from typing import TYPE_CHECKING, Any

from reload_stage import document

from asyncapi_guard import AsyncAPIGuard, Policy

if TYPE_CHECKING:
    import pytest

TEXT = (Path(__file__).parents[2] / "docs" / "how-to" / "limits.md").read_text(encoding="utf-8")
FENCE = re.compile(r"^```(\w+)\n(.*?)^```$", re.MULTILINE | re.DOTALL)
((_, PROGRAM), (_, LINE)) = FENCE.findall(TEXT)


def test_the_program_runs_and_the_line_is_logged(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    """Word for word."""
    monkeypatch.chdir(tmp_path)
    Path("asyncapi.yml").write_text(json.dumps(document("number")), encoding="utf-8")
    names: dict[str, Any] = {}
    exec(PROGRAM, names)
    guard: AsyncAPIGuard = names["guard"]
    verdict = guard.guard.over_limit("/", "say", "max_events_per_second")
    for _ in range(3):
        guard.recorder.record(verdict, "Zb6Wq9", "192.0.2.7")
    assert [f"{line}\n" for line in caplog.messages] == [LINE]


def test_the_table_has_each_limit_with_its_default() -> None:
    """As `Policy` has them."""
    rows = dict(re.findall(r"^\| `(\w+)` \| (.*?) \|", TEXT, re.MULTILINE))
    fields = {each.name: each.default for each in dataclasses.fields(Policy)}
    names = list(fields)
    limits = names[names.index("max_violations") : names.index("max_running_handlers") + 1]
    assert set(rows) == set(limits)
    written = {None: "no limit", 60.0: "`60`", "reject": '`"reject"`'}
    assert rows == {name: written[fields[name]] for name in limits}
