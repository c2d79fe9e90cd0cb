"""The report formats: one module per format, imported when it is needed."""

from __future__ import annotations

import importlib
from typing import TYPE_CHECKING, cast

if TYPE_CHECKING:
    from collections.abc import Sequence

    from asyncapi_guard.coverage.report import Report

__all__ = ["FORMATS", "render"]

#: By their names; the first is for a terminal.
FORMATS = ("term", "html", "json", "lcov")


def render(format: str, reports: Sequence[Report]) -> str:
    """The text of reports, without a line break at its end.

    Args:
        format: one of `FORMATS`.
        reports: one for each document.
    """
    module = importlib.import_module(f"asyncapi_guard.coverage.formats.{format}")
    return cast("str", module.render(reports))
