"""The programs on the site's home page and in its explanations print what the pages say."""

from __future__ import annotations

import contextlib
import io
import json
import re
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import pytest

DOCS = Path(__file__).parents[2] / "docs"
FENCE = re.compile(r"^```(\w+)\n(.*?)^```$", re.MULTILINE | re.DOTALL)
#: Contributors' page: it has a picture and a tree.
PAGES = sorted({*(DOCS / "explanation").glob("*.md")} - {DOCS / "explanation" / "architecture.md"})


def test_there_are_explanations() -> None:
    assert len(PAGES) >= 6


@pytest.mark.parametrize("page", PAGES, ids=lambda page: page.stem)
def test_programs_print_what_the_page_says(page: Path) -> None:
    """The programs of a page run one after the other, each followed by what it prints."""
    found = FENCE.findall(page.read_text(encoding="utf-8"))
    names: dict[str, Any] = {"__name__": page.stem}
    for number, (kind, body) in enumerate(found):
        if kind != "python":
            continue
        said = io.StringIO()
        with contextlib.redirect_stdout(said):
            exec(compile(body, str(page), "exec", dont_inherit=True), names)
        if said.getvalue():
            assert found[number + 1] == ("text", said.getvalue())


def test_the_home_page_runs(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Its document and its server answer as it says."""
    found = dict(FENCE.findall((DOCS / "index.md").read_text(encoding="utf-8")))
    (tmp_path / "asyncapi.yml").write_text(found["yaml"], encoding="utf-8")
    monkeypatch.chdir(tmp_path)
    names: dict[str, Any] = {"__name__": "home"}
    exec(compile(found["python"], "index.md", "exec", dont_inherit=True), names)
    module = SimpleNamespace(**names)
    client = module.socketio.test_client(module.app)
    assert client.emit("make_move", {"x": 1, "y": 2}, callback=True) == {}
    answer = client.emit("make_move", {"x": 1, "y": 7}, callback=True)
    assert answer == json.loads(found["json"])
