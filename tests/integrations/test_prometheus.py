"""What a guard has counted, as Prometheus scrapes it."""

from __future__ import annotations

import re
import subprocess
import sys
import time
from typing import TYPE_CHECKING, Any

import pytest
import requests
from gunicorn_workers import talking
from measured import KINDS, Measured, document
from prometheus_client import CollectorRegistry, start_http_server

from asyncapi_guard import AsyncAPIGuard, InstallationError, metrics

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator
    from pathlib import Path

SAMPLE = re.compile(r"^asyncapi_guard_messages_total\{(.*)\} (\S+)$", re.MULTILINE)


def counters(text: str) -> dict[tuple[str, ...], float]:
    """Namespace, event, checkpoint and outcome, with their numbers."""
    found = {}
    for labels, number in SAMPLE.findall(text):
        named = dict(re.findall(r'(\w+)="([^"]*)"', labels))
        key = tuple(named[name] for name in ("namespace", "event", "checkpoint", "outcome"))
        found[key] = float(number)
    return found


@pytest.fixture
def registry() -> CollectorRegistry:
    return CollectorRegistry()


@pytest.fixture
def scrape(registry: CollectorRegistry) -> Iterator[Callable[[], str]]:
    """Scrapes the registry over HTTP."""
    server, thread = start_http_server(0, "127.0.0.1", registry)
    yield lambda: requests.get(f"http://127.0.0.1:{server.server_port}/metrics", timeout=60).text
    server.shutdown()
    thread.join(60)
    server.server_close()


@pytest.mark.parametrize("before", [True, False], ids=["before", "after"])
@pytest.mark.parametrize("kind", KINDS)
def test_messages_are_counted(
    kind: str, before: bool, registry: Any, scrape: Any, net: Any
) -> None:
    """By namespace, event, checkpoint and outcome; rooms and undeclared names are one each."""
    made = Measured(kind, net)
    if before:
        metrics.prometheus(made.guard, registry=registry)
    client = net.client(made.url, namespaces=["/", "/rooms/1", "/rooms/2"])
    for namespace in ("/", "/rooms/1", "/rooms/2"):
        client.ask("say", "fine", namespace=namespace)
    client.ask("say", 5)
    client.ask("say", "wrong")
    for index in range(20):
        client.ask(f"unheard of {index}", 1)
    if not before:
        metrics.prometheus(made.guard, registry=registry)
    found = {key: count for key, count in counters(scrape()).items() if key[2] != "connect"}
    assert found == {
        ("/", "say", "receive_event", "accepted"): 2,
        ("/", "say", "receive_event", "rejected"): 1,
        ("/", "say", "send_ack", "accepted"): 1,
        ("/", "say", "send_ack", "rejected"): 1,
        ("/", "said", "send_event", "accepted"): 2,
        ("/rooms/{id}", "say", "receive_event", "accepted"): 2,
        ("/rooms/{id}", "say", "send_ack", "accepted"): 2,
        ("/rooms/{id}", "said", "send_event", "accepted"): 2,
        ("/", "(undeclared)", "receive_event", "rejected"): 20,
    }


def test_what_is_reported_is_another_outcome(registry: Any, scrape: Any, net: Any) -> None:
    made = Measured("threads", net, mode="report")
    metrics.prometheus(made.guard, registry=registry)
    net.client(made.url).ask("say", 5)
    assert counters(scrape())["/", "say", "receive_event", "reported"] == 1


@pytest.mark.filterwarnings("ignore::pytest.PytestUnhandledThreadExceptionWarning")
@pytest.mark.parametrize("kind", KINDS)
def test_times_are_histograms(kind: str, registry: Any, scrape: Any, net: Any) -> None:
    """Of judging and of handlers, those that fail included; if they are asked for."""
    made = Measured(kind, net)
    metrics.prometheus(made.guard, registry=registry, histograms=True)
    client = net.client(made.url)
    for text in ("fine", "fail", 5):
        client.ask("say", text)
    client.ask("unheard of", 5)
    text = scrape()
    for line in (
        'asyncapi_guard_judging_seconds_count{event="say",namespace="/"} 3.0',
        'asyncapi_guard_judging_seconds_count{event="(undeclared)",namespace="/"} 1.0',
        'asyncapi_guard_handler_seconds_count{event="say",namespace="/"} 2.0',
    ):
        assert line in text


def test_without_histograms_there_are_none(registry: Any, scrape: Any, net: Any) -> None:
    made = Measured("threads", net)
    metrics.prometheus(made.guard, registry=registry)
    net.client(made.url).ask("say", "fine")
    assert "_seconds" not in scrape()


def test_guards_of_one_registry_add_up(registry: Any, scrape: Any, net: Any) -> None:
    """None of them twice."""
    made = [Measured("threads", net) for _ in range(2)]
    for each in made:
        metrics.prometheus(each.guard, registry=registry)
        net.client(each.url).ask("say", "fine")
    assert counters(scrape())["/", "say", "receive_event", "accepted"] == 2
    with pytest.raises(InstallationError, match="already"):
        metrics.prometheus(made[0].guard, registry=registry)


def test_the_guards_of_flask_are_followed(registry: Any, scrape: Any) -> None:
    """Those of several applications, which come later."""
    from flask import Flask
    from flask_socketio import SocketIO

    guard = AsyncAPIGuard()
    metrics.prometheus(guard, registry=registry, histograms=True)
    for name in ("shop", "other"):
        app = Flask(name)
        app.config["ASYNCAPI_GUARD_SPEC"] = document()
        io = SocketIO(app, async_mode="threading")
        io.on("say")(lambda _text: 1)
        guard.init_app(app, io)
        assert io.test_client(app).emit("say", "fine", callback=True) == 1
    text = scrape()
    assert counters(text)["/", "say", "receive_event", "accepted"] == 2
    assert 'asyncapi_guard_handler_seconds_count{event="say",namespace="/"} 2.0' in text


@pytest.mark.slow
@pytest.mark.skipif(sys.platform == "win32", reason="gunicorn does not run on Windows")
def test_processes_add_up(tmp_path: Path) -> None:
    """In multiprocess mode, whichever worker is scraped; at the latest a second later."""
    (tmp_path / "prometheus").mkdir()
    with talking(tmp_path, PROMETHEUS_MULTIPROC_DIR=str(tmp_path / "prometheus")) as said:
        deadline = time.monotonic() + 120
        wanted = {
            ("/", "say", "receive_event", "accepted"): said.clients,
            ("/", "say", "receive_event", "reported"): said.clients,
            ("/", "say", "send_ack", "accepted"): 2 * said.clients,
            ("/", "bye", "receive_event", "accepted"): said.clients,
        }
        found: dict[Any, Any] = {}
        handled = 'asyncapi_guard_handler_seconds_count{event="say",namespace="/"}'
        counted, text = f"{handled} {2 * said.clients}.0", ""
        # What handlers took is known a moment after their acks.
        while not wanted.items() <= found.items() or counted not in text:
            assert time.monotonic() < deadline, (found, text)
            text = requests.get(said.url, timeout=60).text
            found = counters(text)
        assert {key for key in found if found[key] > 2 * said.clients} == set()


@pytest.mark.parametrize("name", ["prometheus", "opentelemetry"])
def test_a_missing_extra_is_named(name: str) -> None:
    """With the line that installs it."""
    package = {"prometheus": "prometheus_client", "opentelemetry": "opentelemetry"}[name]
    program = (
        f"import sys; sys.modules[{package!r}] = None\n"
        "from asyncapi_guard import AsyncAPIGuard, metrics\n"
        "document = {'asyncapi': '3.1.0', 'info': {'title': 'T', 'version': '1'}}\n"
        f"metrics.{name}(AsyncAPIGuard(document))"
    )
    done = subprocess.run(
        [sys.executable, "-c", program], capture_output=True, text=True, check=False
    )
    assert f'pip install "asyncapi-guard[{name}]"' in done.stderr.splitlines()[-1]
