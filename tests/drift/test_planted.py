"""Whether `check` finds what is planted in ten applications, and nothing where nothing is."""

from __future__ import annotations

import json
import sys
from dataclasses import dataclass, replace
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pytest

sys.path.insert(0, str(Path(__file__).parent))
from applications import APPLICATIONS, Application, document

from asyncapi_guard.drift.applications import load_application
from asyncapi_guard.drift.comparing import drift
from asyncapi_guard.drift.discovery import declared_of, emissions_of, handlers_of, sources_of
from asyncapi_guard.drift.enforcement import enforces
from asyncapi_guard.lint import lint
from asyncapi_guard.spec.compiler import compile_contract
from asyncapi_guard.spec.loader import open_documents

if TYPE_CHECKING:
    from asyncapi_guard.errors import Finding


def findings(
    folder: Path, application: Application, data: Any, monkeypatch: pytest.MonkeyPatch
) -> list[Finding]:
    """What `check` finds about an application in a folder."""
    for name, text in application.files.items():
        file = folder / name
        file.parent.mkdir(parents=True, exist_ok=True)
        file.write_text(text)
    spec = folder / "asyncapi.yml"
    spec.write_text(json.dumps(data, indent=1))
    monkeypatch.chdir(folder)
    monkeypatch.syspath_prepend(folder)
    before = set(sys.modules)
    try:
        loaded = load_application(application.target)
        sources = sources_of(loaded)
        handlers = handlers_of(loaded, sources)
        emissions = emissions_of(loaded, sources, handlers)
        documents = open_documents(spec)
        contract = compile_contract(documents, "auto")
        return list(
            drift(
                handlers,
                emissions.emits,
                declared_of(loaded.server),
                contract,
                documents,
                emissions.unread,
                enforced=enforces(loaded.server, contract),
                answers=emissions.answers,
            )
        )
    finally:
        for name in set(sys.modules) - before:
            if any(
                name.split(".")[0] == each.split("/")[0].removesuffix(".py")
                for each in application.files
            ):
                del sys.modules[name]


@pytest.mark.parametrize("name", APPLICATIONS)
def test_applications_that_keep_to_their_files(
    name: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Nothing is found, neither in the code nor in the file."""
    application = APPLICATIONS[name]
    assert findings(tmp_path, application, document(application), monkeypatch) == []
    assert lint(tmp_path / "asyncapi.yml") == ()


@dataclass(frozen=True)
class Planted:
    """A drift: what an application has in place of something else.

    Attributes:
        application: its name.
        file: the file that is changed; empty for what the document declares.
        old: what stands there.
        new: what stands there instead.
        code: of what is to be found.
    """

    application: str
    file: str
    old: str
    new: str
    code: str


UNDECLARED, UNSENT = "undeclared-emit", "spec-without-emit"
UNHANDLED, UNKNOWN = "spec-without-handler", "handler-without-spec"
PAYLOAD, ACK = "payload-differs", "ack-differs"
_TRACKING = "parcels/tracking/events.py"
PLANTED = [
    # blueprints with a shared module
    Planted("blueprints", "parcels/names.py", '"moved"', '"shifted"', UNDECLARED),
    Planted("blueprints", "parcels/names.py", '"arrived"', '"arived"', UNDECLARED),
    Planted("blueprints", "parcels/names.py", '"/depot"', '"/dock"', UNDECLARED),
    Planted("blueprints", "parcels/notices.py", ", namespace=DEPOT", "", UNDECLARED),
    Planted("blueprints", _TRACKING, '"stop": 4', '"stop": "four"', PAYLOAD),
    Planted("blueprints", _TRACKING, ', "stop": 4', "", PAYLOAD),
    Planted("blueprints", _TRACKING, 'return {"ok": True}', "return None", ACK),
    Planted("blueprints", _TRACKING, "def track(data)", "def track(code, data)", PAYLOAD),
    Planted("blueprints", _TRACKING, "forget(code, days=7)", "forget(code)", PAYLOAD),
    Planted("blueprints", _TRACKING, "forget(code, days=7)", "forget(code: int, days=7)", PAYLOAD),
    Planted("blueprints", _TRACKING, 'on("forget")', 'on("forgets")', UNKNOWN),
    Planted("blueprints", _TRACKING, 'on("track")', 'on("track", namespace="/depot")', UNKNOWN),
    Planted("blueprints", "parcels/notices.py", "wire.emit(ARRIVED, str(code))", "pass", UNSENT),
    # class namespaces
    Planted("classes", "tables/namespaces.py", '"seated"', '"sat"', UNDECLARED),
    Planted("classes", "tables/namespaces.py", "def on_leave", "def on_exit", UNHANDLED),
    Planted(
        "classes", "tables/namespaces.py", "def on_leave(self)", "def on_leave(self, a)", PAYLOAD
    ),
    Planted("classes", "tables/namespaces.py", "seat: dict", "seat: int", PAYLOAD),
    Planted("classes", "tables/namespaces.py", "list[str]", "dict[str, str]", ACK),
    Planted("classes", "tables/namespaces.py", "        return names\n", "", ACK),
    Planted("classes", "tables/namespaces.py", 'emit("left"', 'emit("left", {"a": 1}', PAYLOAD),
    Planted("classes", "tables/namespaces.py", 'emit("left"', 'emit("tables"', UNDECLARED),
    Planted("classes", "tables/server.py", 'Lobby("/lobby")', 'Lobby("/hall")', UNHANDLED),
    # factories
    Planted("factory", "weather.py", '"alarm", text', '"alert", text', UNDECLARED),
    Planted("factory", "weather.py", 'warn("storm")', 'warn({"text": "storm"})', PAYLOAD),
    Planted("factory", "weather.py", "def seen(self, answer)", "def seen(self, a, b)", ACK),
    Planted("factory", "weather.py", "text, callback=self.seen", "text", ACK),
    Planted("factory", "weather.py", '"degrees": 21', '"degrees": "21"', PAYLOAD),
    Planted("factory", "weather.py", "city: str", "city: list", PAYLOAD),
    # python-socketio under WSGI
    Planted("wsgi", "docks.py", '"moored"', '"docked"', UNDECLARED),
    Planted("wsgi", "docks.py", ', where="/crane"', "", UNDECLARED),
    Planted("wsgi", "docks.py", '(crane, "done")', '(crane, "done", 1)', PAYLOAD),
    Planted("wsgi", "docks.py", "-> int:", "-> str:", ACK),
    Planted("wsgi", "docks.py", "crane: int, weight: int", "crane: int", PAYLOAD),
    Planted("wsgi", "docks.py", "data: dict)", "data: str)", PAYLOAD),
    # AsyncServer
    Planted("asgi", "stage/main.py", '"playing", {"song": "one"}', '"plays", {}', UNDECLARED),
    Planted("asgi", "stage/main.py", '{"song": "one"}', '{"song": 1}', PAYLOAD),
    Planted("asgi", "stage/main.py", 'call("ask"', 'call("asked"', UNDECLARED),
    Planted("asgi", "stage/main.py", 'call("ask"', 'emit("ask"', ACK),
    Planted("asgi", "stage/main.py", '"one"}, to=sid', '"one"}, to=sid, callback=print', ACK),
    Planted("asgi", "stage/main.py", "-> dict:", "-> bool:", ACK),
    Planted("asgi", "stage/main.py", "async def play", "async def plays", UNHANDLED),
    Planted("asgi", "stage/light.py", "level: int)", "level: str)", PAYLOAD),
    Planted("asgi", "stage/light.py", '"dimmed"', '"dimed"', UNDECLARED),
    Planted("asgi", "stage/light.py", "        return level\n", "", ACK),
    Planted("asgi", "stage/web.py", '"playing"', '"play"', UNDECLARED),
    # what runs in the background
    Planted("background", "ticker.py", '"tick"', '"tock"', UNDECLARED),
    Planted("background", "ticker.py", '"closed")', '"shut")', UNDECLARED),
    Planted("background", "ticker.py", 'args=("late",', 'args=("later",', UNDECLARED),
    Planted("background", "ticker.py", '"paused"', '"halted"', UNDECLARED),
    Planted("background", "ticker.py", "task(ticking)", "task(socketio.emit, 'tack')", UNDECLARED),
    # constants
    Planted("constants", "garden/names.py", '"plant:dry"', '"plant:dried"', UNDECLARED),
    Planted("constants", "garden/names.py", '"plant:grown"', '"plants:grown"', UNDECLARED),
    Planted("constants", "garden/names.py", '".full"', '".fuel"', UNDECLARED),
    Planted("constants", "garden/app.py", '"empty"', '"void"', UNDECLARED),
    Planted("constants", "garden/names.py", '"rain"', '"snow"', UNDECLARED),
    # a class that has the server
    Planted("hub", "fleet/manager.py", '"position"', '"positions"', UNDECLARED),
    Planted("hub", "fleet/manager.py", '"delayed", data', '"late", data', UNDECLARED),
    Planted("hub", "fleet/manager.py", 'namespace: str = "/"', 'namespace: str = "/b"', UNDECLARED),
    Planted("hub", "fleet/manager.py", '"line": "4a"', '"line": 4', PAYLOAD),
    Planted("hub", "fleet/manager.py", "data: dict[str, Any]", "data: str", PAYLOAD),
    # functions around emit
    Planted("wrappers", "library.py", '"borrowed"', '"lent"', UNDECLARED),
    Planted("wrappers", "library.py", 'event="heartbeat"', 'event="pulse"', UNDECLARED),
    Planted("wrappers", "library.py", '"stamped", name', '"stamped", 5', PAYLOAD),
    Planted("wrappers", "shelves.py", '"returned"', '"came back"', UNDECLARED),
    # several servers
    Planted("several", "bakery.py", '["baked"]', '["baked", "burnt"]', UNDECLARED),
    Planted("several", "bakery.py", 'shop.emit("sold_out")', 'kitchen.emit("sold_out")', UNSENT),
]


@pytest.mark.parametrize(
    "planted", PLANTED, ids=lambda each: f"{each.application}-{each.new.strip()[:24]}"
)
@pytest.mark.sampled(3)
def test_what_is_planted_is_found(
    planted: Planted, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Each drift by its own code, at the file that it was planted in or at what it lacks."""
    whole = APPLICATIONS[planted.application]
    text = whole.files[planted.file]
    assert text.count(planted.old) == 1
    files = {**whole.files, planted.file: text.replace(planted.old, planted.new)}
    found = findings(tmp_path, replace(whole, files=files), document(whole), monkeypatch)
    assert planted.code in {each.code for each in found}


def test_enough_is_planted() -> None:
    """More than forty drifts, of every code and in every application."""
    assert len(PLANTED) >= 42
    assert {each.application for each in PLANTED} == set(APPLICATIONS)
