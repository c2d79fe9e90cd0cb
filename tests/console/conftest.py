"""What tests of the console share."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest
from conftest import Serving
from console_chat import CHAT

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path


@pytest.fixture
def chat(tmp_path: Path) -> Path:
    """The document, in a file."""
    path = tmp_path / "chat.yml"
    path.write_text(CHAT, encoding="utf-8")
    return path


@pytest.fixture
def net() -> Iterator[Serving]:
    """Servers for one test."""
    serving = Serving()
    yield serving
    serving.close()
