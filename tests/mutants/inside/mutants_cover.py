"""A pytest plugin that writes down which lines each test runs, in threads and sub-processes too.

It measures from before the first import of the package, and hands its sub-processes the name of
the test that starts them, as pytest has it in the environment.
"""

from __future__ import annotations

import json
import os
from pathlib import Path

import coverage
import pytest

_settings = os.environ.pop("MUTANTS_COVER")
_measuring = coverage.Coverage(config_file=_settings)
_measuring.start()
os.environ["COVERAGE_PROCESS_START"] = _settings
_tests: dict[str, dict] = {}


@pytest.hookimpl(wrapper=True, tryfirst=True)
def pytest_runtest_setup(item):
    _measuring.switch_context(f"{item.nodeid} (setup)")
    return (yield)


@pytest.hookimpl(wrapper=True, tryfirst=True)
def pytest_runtest_call(item):
    _measuring.switch_context(f"{item.nodeid} (call)")
    return (yield)


@pytest.hookimpl(wrapper=True, tryfirst=True)
def pytest_runtest_teardown(item):
    _measuring.switch_context(f"{item.nodeid} (teardown)")
    return (yield)


def pytest_runtest_logreport(report) -> None:
    test = _tests.setdefault(report.nodeid, {"seconds": 0.0, "passed": True, "ran": False})
    test["seconds"] += report.duration
    test["passed"] &= not report.failed
    test["ran"] |= report.when == "call" and report.outcome == "passed"


def pytest_unconfigure() -> None:
    _measuring.stop()
    _measuring.save()
    answer = Path(_settings).with_name("tests.json")
    answer.write_text(json.dumps(_tests), encoding="utf-8")
