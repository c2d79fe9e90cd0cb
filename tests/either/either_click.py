"""Runs commands in this process, whichever version of click there is."""

from __future__ import annotations

import inspect
from typing import Any

from click.testing import CliRunner

__all__ = ["runner"]


def runner() -> CliRunner:
    """A runner that keeps stderr apart, as click does from 8.2 on."""
    is_old = "mix_stderr" in inspect.signature(CliRunner).parameters
    apart: dict[str, Any] = {"mix_stderr": False} if is_old else {}
    return CliRunner(**apart)
