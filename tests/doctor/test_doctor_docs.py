"""docs/how-to/doctor.md: what it says that is printed is printed, and it has all codes."""

from __future__ import annotations

import re
import sys
from pathlib import Path
from typing import TYPE_CHECKING

from pages import Page

import asyncapi_guard.doctor
from asyncapi_guard.cli.commands.doctor import lines_of
from asyncapi_guard.doctor.examining import examine
from asyncapi_guard.drift.applications import load_application

if TYPE_CHECKING:
    import pytest

PAGE = Page("doctor.md")


def test_the_example_prints_what_the_page_says(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """But for versions, which are others elsewhere."""
    (document,) = Page("publishers.md").blocks("yaml")
    (program,) = PAGE.blocks("python")
    (tmp_path / "asyncapi.yml").write_text(document, encoding="utf-8")
    (tmp_path / "shop.py").write_text(program, encoding="utf-8")
    monkeypatch.chdir(tmp_path)
    monkeypatch.setattr(sys, "path", list(sys.path))
    monkeypatch.delitem(sys.modules, "shop", raising=False)
    loaded = load_application("shop:app")
    monkeypatch.delitem(sys.modules, "shop")
    checks = examine(loaded.server, loaded.modules, loaded.name)
    shown = [each for each in checks if each.code not in ("version", "engine")]
    (printed,) = PAGE.blocks("text")
    assert "".join(f"{line}\n" for each in shown for line in lines_of(each)) == printed


def test_the_page_has_all_codes() -> None:
    """Of all modules that find something out."""
    folder = Path(asyncapi_guard.doctor.__file__).parent
    text = "".join(each.read_text(encoding="utf-8") for each in folder.glob("*.py"))
    codes = set(re.findall(r'Status\.\w+,?\s+"([a-z-]+)"', text))
    assert len(codes) > 10
    assert {code for code in codes if f"`{code}`" not in PAGE.text} == set()
