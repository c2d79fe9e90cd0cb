"""Failures as files that reproduce them: a pytest test, and programs in two languages."""

from __future__ import annotations

from asyncapi_guard.contract_tests.replays.files import ReplayFile, replay_files, replay_names

__all__ = ["ReplayFile", "replay_files", "replay_names"]
