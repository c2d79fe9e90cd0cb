"""docs/reference/metrics.md: its programs run, and its names are the real ones."""

from __future__ import annotations

import json
import re
from pathlib import Path
from typing import Any

import pytest
from measured import document
from prometheus_client import REGISTRY, CollectorRegistry, generate_latest

from asyncapi_guard import AsyncAPIGuard, metrics
from asyncapi_guard.metrics import for_prometheus

ROOT = Path(__file__).parents[2]
TEXT = (ROOT / "docs" / "reference" / "metrics.md").read_text(encoding="utf-8")
PROGRAMS = re.findall(r"^```python\n(.*?)^```$", TEXT, re.MULTILINE | re.DOTALL)


@pytest.fixture(autouse=True)
def _here(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Any:
    (tmp_path / "asyncapi.yml").write_text(json.dumps(document()))
    (tmp_path / "metrics").mkdir()
    monkeypatch.chdir(tmp_path)
    monkeypatch.setenv("PROMETHEUS_MULTIPROC_DIR", str(tmp_path / "metrics"))
    monkeypatch.setattr(for_prometheus, "_of_mode", lambda: for_prometheus._Exported)
    yield
    exported = for_prometheus._exported.pop(REGISTRY, None)
    if exported is not None:
        REGISTRY.unregister(exported)


def run(program: str) -> dict[str, Any]:
    names: dict[str, Any] = {}
    exec(compile(program, "metrics.md", "exec", dont_inherit=True), names)
    return names


def scraped(app: Any) -> str:
    """What a WSGI application answers to a scrape."""
    said: list[str] = []
    environ = {"PATH_INFO": "/metrics", "REQUEST_METHOD": "GET", "QUERY_STRING": ""}
    body = app(environ, lambda status, _headers: said.append(status))
    assert said == ["200 OK"]
    return b"".join(body).decode()


def test_prometheus_is_served() -> None:
    """Beside Socket.IO."""
    text = scraped(run(PROGRAMS[0])["app"])
    assert "# TYPE asyncapi_guard_messages_total counter" in text
    assert "# TYPE asyncapi_guard_judging_seconds histogram" in text


def test_all_workers_are_served() -> None:
    assert scraped(run(PROGRAMS[1])["metrics_of_all_workers"]) == ""


def test_opentelemetry_is_set_up() -> None:
    assert run(PROGRAMS[2])["guard"].installed


def test_the_metrics_are_those_of_the_page() -> None:
    """Names, and their labels."""
    guard, registry = AsyncAPIGuard(document()), CollectorRegistry()
    metrics.prometheus(guard, registry=registry, histograms=True)
    exposed = set(re.findall(r"# TYPE (\S+)", generate_latest(registry).decode()))
    listed = set(re.findall(r"^\| `(asyncapi_guard_\w+)` \|", TEXT, re.MULTILINE))
    assert listed == exposed
