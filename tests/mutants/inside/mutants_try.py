"""A pytest plugin that runs chosen tests in their order and ends with the first that fails.

It ends at once: what a mutant has broken might not come to an end by itself. So does a test that
takes far longer than it did without the mutant.
"""

from __future__ import annotations

import json
import os
import sys
import threading
from pathlib import Path

import pytest

_asked = json.loads(Path(os.environ["MUTANTS_TRY"]).read_text(encoding="utf-8"))
_limits = _asked["limits"]
_watch: list[threading.Timer] = []


def _end(outcome: str, test: str, why: object = "") -> None:
    answer = Path(_asked["answer"])
    unfinished = answer.with_suffix(".part")
    said = {"outcome": outcome, "test": test, "why": str(why)}
    unfinished.write_text(json.dumps(said), encoding="utf-8")
    unfinished.replace(answer)
    os._exit(9)


def pytest_sessionstart() -> None:
    if "hypothesis" not in sys.modules:
        return
    from hypothesis import Phase, settings

    # To know that a property is broken is enough; a small example of it takes minutes.
    fast = settings(phases=[Phase.explicit, Phase.generate])
    settings.register_profile("mutants", fast)
    settings.load_profile("mutants")


@pytest.hookimpl(trylast=True)
def pytest_collection_modifyitems(config, items) -> None:
    order = {test: number for number, test in enumerate(_limits)}
    chosen = [item for item in items if item.nodeid in order]
    config.hook.pytest_deselected(items=[item for item in items if item.nodeid not in order])
    items[:] = sorted(chosen, key=lambda item: order[item.nodeid])


def pytest_collectreport(report) -> None:
    if report.failed:
        _end("killed", report.nodeid, report.longrepr)


@pytest.hookimpl(wrapper=True)
def pytest_runtest_protocol(item):
    timer = threading.Timer(_limits[item.nodeid], _end, ("timeout", item.nodeid))
    timer.daemon = True
    timer.start()
    try:
        return (yield)
    finally:
        timer.cancel()


def pytest_runtest_logreport(report) -> None:
    if report.failed:
        _end("killed", report.nodeid, report.longrepr)


def pytest_internalerror() -> None:
    _end("killed", "pytest itself")


@pytest.hookimpl(trylast=True)
def pytest_sessionfinish(session) -> None:
    _end("survived" if session.testscollected else "no tests", "")
