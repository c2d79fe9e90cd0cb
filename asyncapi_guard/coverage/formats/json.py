"""The JSON report, for programs."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Sequence

    from asyncapi_guard.coverage.report import Report

__all__ = ["render"]


def render(reports: Sequence[Report]) -> str:
    """An object with a list of documents; see `Report.as_dict`."""
    return json.dumps({"documents": [report.as_dict() for report in reports]}, indent=2)
