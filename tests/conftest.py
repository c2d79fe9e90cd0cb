"""What all tests share: what the default run leaves out, and how property tests draw.

The default run must not keep anybody waiting for more than three and a half minutes. Property tests
draw the same examples everywhere, so that nobody's change is refused for a fault that it did not
bring; `nox -s explore` draws others.
"""

from __future__ import annotations

import gc
import os
import signal
import zlib
from collections import Counter
from typing import TYPE_CHECKING, NoReturn

import pytest
from crossed import left_out
from hypothesis import settings
from leftovers import Connections, Modules, Threads, end_connections
from levels import LEVEL, SEED
from syntax_trees import CONCERNED, collect_no_garbage_while_parsing

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator
    from pathlib import Path

# Without deadlines: on a busy machine, an example may take as long as it likes.
settings.register_profile("fixed", derandomize=True, deadline=None)
settings.register_profile("explore", derandomize=False, deadline=None, print_blob=True)
settings.load_profile("fixed")

if CONCERNED:
    collect_no_garbage_while_parsing()

# What starts tests in the background has them ignore Ctrl+C, and each process that they start.
if signal.getsignal(signal.SIGINT) is signal.SIG_IGN:
    signal.signal(signal.SIGINT, signal.default_int_handler)

_begun: set[Path] = set()
_failures: list[pytest.TestReport] = []
_threads = Threads()
_classes = Connections()
_modules = Modules()


def pytest_sessionstart() -> None:
    """Look at threads, once pytest itself looks at what ends them."""
    _threads.watch()


@pytest.hookimpl(optionalhook=True)
def pytest_xdist_auto_num_workers() -> int:
    """How many processes `-n auto` is: tests of servers wait for half of their time."""
    return 2 * (os.cpu_count() or 1)


@pytest.hookimpl(trylast=True)  # after `-k` has chosen
def pytest_collection_modifyitems(config: pytest.Config, items: list[pytest.Item]) -> None:
    """Leave out what is slow, and the most of long tables, unless everything must run."""
    _leave_out_greenlets(config, items)
    _begin_with_the_longest(items)
    if LEVEL.everything:
        return
    _leave_out(config, items, left_out(items, SEED))
    skip = pytest.mark.skip(reason="it takes seconds: set REQUIRE_ALL=1")
    rest = pytest.mark.skip(reason="a part of its table is enough: set REQUIRE_ALL=1")
    for item in items:
        if item.get_closest_marker("slow"):
            item.add_marker(skip)
        elif (sampled := item.get_closest_marker("sampled")) and not _is_drawn(item, sampled):
            item.add_marker(rest)


def _begin_with_the_longest(items: list[pytest.Item]) -> None:
    """Order files so that no process has a long one left when the others are done."""
    counts = Counter(item.path for item in items)
    slow = Counter(
        item.path for item in items if LEVEL.everything and item.get_closest_marker("slow")
    )

    def rank(item: pytest.Item) -> tuple[float, int, str]:
        """Those where most tests are slow, then those with the most."""
        count = counts[item.path]
        return -slow[item.path] / count, -count, str(item.path)

    items.sort(key=rank)


def _is_drawn(item: pytest.Item, sampled: pytest.Mark) -> bool:
    """Whether a row of a table is one of those that always run: the same ones everywhere."""
    (one_of,) = sampled.args
    return zlib.crc32(item.name.encode()) % int(one_of) == 0


@pytest.hookimpl(tryfirst=True)
def pytest_runtest_setup(item: pytest.Item) -> None:
    """Leave what was there before a file out of what the garbage collector looks at in it."""
    if item.path not in _begun:
        _begun.add(item.path)
        _threads.begin(item.path)
        gc.freeze()


@pytest.fixture(autouse=True, scope="module")
def _nothing_is_left() -> Iterator[None]:
    """No server, no client and no application outlives the tests of its file."""
    _modules.begin()
    yield
    end_connections()
    _classes.restore()
    _modules.forget()


@pytest.fixture(scope="session")
def skip_or_fail() -> Callable[[str], NoReturn]:
    """Skips with a reason; fails instead where `REQUIRE_ALL` says that everything must run."""

    def decide(reason: str) -> NoReturn:
        if LEVEL.everything:
            pytest.fail(f"everything must run, but {reason}")
        pytest.skip(reason)

    return decide


def pytest_terminal_summary(terminalreporter: pytest.TerminalReporter) -> None:
    """Say what tests have counted, such as frames."""
    for report in terminalreporter.getreports("passed") + terminalreporter.getreports("failed"):
        for name, value in report.user_properties:
            if name == "figures" and report.when == "call":
                terminalreporter.write_line(str(value))


def pytest_runtest_logreport(report: pytest.TestReport) -> None:
    """Keep what failed; see below."""
    if report.failed:
        _failures.append(report)


@pytest.hookimpl(trylast=True)
def pytest_sessionfinish(session: pytest.Session, exitstatus: int) -> None:
    """Say what failed before an error of pytest itself, which prints nothing but that error."""
    if exitstatus == pytest.ExitCode.INTERNAL_ERROR and not hasattr(session.config, "workerinput"):
        terminal = session.config.pluginmanager.get_plugin("terminalreporter")
        for report in _failures:
            terminal.write_line(f"\nfailed: {report.nodeid} ({report.when})")
            terminal.write_line("\n".join(report.longreprtext.splitlines()[-12:]))


def _leave_out_greenlets(config: pytest.Config, items: list[pytest.Item]) -> None:
    """Run what needs gevent and eventlet where it is asked for: with `-m greenlets`.

    Where they are installed, they are what python-socketio takes by default; so they have an
    environment of their own, and everywhere else these tests would only be skipped.
    """
    if "greenlets" in config.getoption("markexpr"):
        return
    _leave_out(config, items, [item for item in items if item.get_closest_marker("greenlets")])


def _leave_out(config: pytest.Config, items: list[pytest.Item], rest: list[pytest.Item]) -> None:
    if rest:
        config.hook.pytest_deselected(items=rest)
        gone = set(rest)
        items[:] = [item for item in items if item not in gone]
