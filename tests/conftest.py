"""What the default run leaves out: it must not keep anybody waiting for more than three minutes."""

from __future__ import annotations

import os

import pytest


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """Tests that are marked `slow` run where everything must: with REQUIRE_ALL=1."""
    if os.environ.get("REQUIRE_ALL") == "1":
        return
    skip = pytest.mark.skip(reason="it takes seconds: set REQUIRE_ALL=1")
    for item in items:
        if item.get_closest_marker("slow"):
            item.add_marker(skip)
