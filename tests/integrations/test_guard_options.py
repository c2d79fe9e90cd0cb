"""Options of `AsyncAPIGuard` that would do nothing, or something else, are errors."""

from __future__ import annotations

import json
import sys
from typing import TYPE_CHECKING, Any

import pytest
from flask import Flask
from flask_socketio import SocketIO

from asyncapi_guard import AsyncAPIGuard, InstallationError, SpecError
from asyncapi_guard.schema.engine_choice import get_engine

if TYPE_CHECKING:
    from pathlib import Path


async def hook(violation: Any) -> None:
    pass


@pytest.mark.parametrize(
    "options",
    [
        {"on_violation": "print"},
        {"addresses": 0},
        {"addresses": "no"},
        {"respond_unhandled": 0},
        {"reject_event": 5},
    ],
    ids=range(5),
)
def test_an_option_of_another_kind_is_an_error(options: Any, contract: Any) -> None:
    """It names the option."""
    with pytest.raises(TypeError, match=next(iter(options))):
        AsyncAPIGuard(contract(), **options)


@pytest.mark.parametrize("engine", [None, "auto", "jsonschema"])
def test_the_slow_engine_is_said_unless_it_was_asked_for(
    engine: Any, contract: Any, caplog: pytest.LogCaptureFixture, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Where the fast one is not installed."""
    monkeypatch.setitem(sys.modules, "asyncapi_guard.schema.jsonschema_rs_engine", None)
    get_engine.cache_clear()
    try:
        AsyncAPIGuard(contract(), engine=engine)
    finally:
        get_engine.cache_clear()
    said = [line for line in caplog.messages if "jsonschema-rs is not installed" in line]
    assert len(said) == (engine != "jsonschema")


@pytest.mark.parametrize("way", ["init_app", "protect", "AsyncAPISocketIO"])
def test_a_hook_that_nobody_would_await_is_an_error_where_the_guard_is_put(
    way: str, entrances: Any
) -> None:
    """Only a server on asyncio awaits it; which kind it will be is not known before."""
    with pytest.raises(InstallationError, match="on_violation is a coroutine function"):
        entrances(way, on_violation=hook)
    made = entrances(way)
    with pytest.raises(InstallationError, match="on_violation is a coroutine function"):
        made.guard.on_violation = hook


@pytest.mark.parametrize("event", ["connect", "disconnect", "connect_error", "*"])
def test_a_reserved_name_is_no_event_to_send(event: str, contract: Any) -> None:
    with pytest.raises(ValueError, match="reject_event"):
        AsyncAPIGuard(contract(), reject_event=event)


@pytest.mark.parametrize(("given", "expected"), [(None, True), (True, True), (False, False)])
def test_addresses_are_there_unless_they_are_unwanted(
    given: bool | None, expected: bool, contract: Any
) -> None:
    """Nothing said is yes."""
    assert AsyncAPIGuard(contract(), addresses=given).addresses is expected


def in_two_folders(folder: Path, document: Any) -> Path:
    """The path of a document that refers to a file beside its own folder."""
    message = document["channels"]["main"]["messages"]["word"]
    message["payload"] = {"$ref": "../shared.json#/Word"}
    (folder / "shared.json").write_text('{"Word": {"type": "string"}}', encoding="utf-8")
    (folder / "api").mkdir()
    path = folder / "api" / "asyncapi.json"
    path.write_text(json.dumps(document), encoding="utf-8")
    return path


def test_references_may_lead_as_far_as_the_root(tmp_path: Path, contract: Any) -> None:
    """It is the document's own folder unless another is given."""
    path = in_two_folders(tmp_path, contract())
    with pytest.raises(SpecError):
        AsyncAPIGuard(path)
    guard = AsyncAPIGuard(path, root=tmp_path).guard
    assert guard.receive_event("/", "word", ["a"]).violation is None


def test_what_is_given_holds_for_a_document_of_the_configuration(
    tmp_path: Path, contract: Any
) -> None:
    """The root, the addresses and the engine among it."""
    path = in_two_folders(tmp_path, contract())
    app = Flask(__name__)
    SocketIO(app, async_mode="threading")
    app.config.update(
        ASYNCAPI_GUARD_SPEC=str(path),
        ASYNCAPI_GUARD_ROOT=str(path.parent),
        ASYNCAPI_GUARD_ADDRESSES=True,
        ASYNCAPI_GUARD_ENGINE="auto",
    )
    given = AsyncAPIGuard(root=tmp_path, addresses=False, engine="jsonschema")
    given.init_app(app)
    guard = app.extensions["asyncapi_guard"]
    assert not guard.addresses
    assert guard._given["engine"] == "jsonschema"
    assert guard._given["root"] == tmp_path
    assert given.guard.receive_event("/", "word", ["a"]).violation is None
