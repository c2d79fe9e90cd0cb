"""What `asyncapi-guard doctor` finds out, of real servers, clients and managers."""

from __future__ import annotations

import functools
import json
import sys
from pathlib import Path
from types import ModuleType
from typing import TYPE_CHECKING, Any

import pytest
import socketio
from flask import Flask
from flask_socketio import SocketIO

from asyncapi_guard import AsyncAPIGuard, AsyncAPIServer, AsyncAPISocketIO, Policy
from asyncapi_guard.doctor.examining import channel_of, examine
from asyncapi_guard.doctor.versions import TESTED, version_checks

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable

    from asyncapi_guard.doctor.checks import Check


def document(**more: Any) -> dict[str, Any]:
    """A contract of one event."""
    channel: dict[str, Any] = {"address": "/", "messages": {"say": {"payload": {"type": "string"}}}}
    operation = {"action": "receive", "channel": {"$ref": "#/channels/main"}, **more}
    return {
        "asyncapi": "3.1.0",
        "info": {"title": "Chat", "version": "1"},
        "channels": {"main": channel},
        "operations": {"hear": operation},
    }


SECURED = {
    **document(security=[{"$ref": "#/components/securitySchemes/token"}]),
    "components": {"securitySchemes": {"token": {"type": "http", "scheme": "bearer"}}},
}


def on_threads(**options: Any) -> Any:
    return socketio.Server(async_mode="threading", **options)


def on_asyncio(**options: Any) -> Any:
    return socketio.AsyncServer(async_mode="asgi", **options)


def found(checks: Iterable[Check], *left_out: str) -> dict[str, str]:
    """The codes of what is not fine."""
    return {
        each.code: str(each.status)
        for each in checks
        if each.status != "ok" and each.code not in left_out
    }


def guarded(make: Callable[..., Any] = on_threads, spec: Any = None, **options: Any) -> Any:
    """A server, and a guard that tells clients of rejections."""
    server = make()
    AsyncAPIGuard(spec or document(), **{"reject_event": "no", **options}).protect(server)
    return server


@pytest.mark.parametrize("make", [on_threads, on_asyncio, socketio.Client, socketio.AsyncClient])
def test_nothing_is_said_of_what_is_guarded(make: Any) -> None:
    """All is fine, and it is said by whom."""
    checks = list(examine(guarded(make), [], "app:sio"))
    assert found(checks, "version", "engine") == {}
    assert [each.code for each in checks if each.subject == "app:sio"] == ["guard", "hooks"]


def test_a_document_is_named_as_people_would_type_it(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Also when the application names it by its whole path."""
    file = tmp_path / "docs" / "chat.yml"
    file.parent.mkdir()
    file.write_text(json.dumps(document()))
    monkeypatch.chdir(tmp_path)
    (guard,) = [each for each in examine(guarded(spec=file), [], "a:b") if each.code == "guard"]
    assert f" by {Path('docs/chat.yml')} (" in guard.text


@pytest.mark.parametrize(
    ("make", "code"),
    [
        (on_threads, "unguarded-server"),
        (on_asyncio, "unguarded-server"),
        (socketio.Client, "unguarded-client"),
        (lambda: socketio.PubSubManager(write_only=True), "unguarded-publisher"),
    ],
)
def test_what_has_no_guard_is_an_error(make: Any, code: str) -> None:
    """Whatever it is."""
    assert found(examine(make(), [], "app:sio"), "version", "engine") == {code: "error"}


def test_a_guard_that_was_taken_off_is_none() -> None:
    """Its mark goes with it."""
    server = on_threads()
    guard = AsyncAPIGuard(document())
    guard.protect(server)
    guard.uninstall()
    assert found(examine(server, [], "app:sio"), "version") == {"unguarded-server": "error"}


def test_a_socketio_without_a_server_is_told() -> None:
    """A factory gives it one."""
    assert found(examine(SocketIO(), [], "app:sio"), "version") == {"no-server": "error"}


@pytest.mark.parametrize("name", ["_handle_event", "_trigger_event", "packet_class", "call"])
def test_a_hook_that_somebody_replaced_is_an_error(name: str) -> None:
    """It is named."""
    server = guarded()
    setattr(server, name, lambda *_: None)
    (check,) = [each for each in examine(server, [], "s") if each.status == "error"]
    assert check.code == "replaced-hook"
    assert name in check.text


def traced(ours: Any) -> Any:
    """A wrapper, as tracers make it."""

    @functools.wraps(ours)
    def trace(*args: Any, **more: Any) -> Any:
        return ours(*args, **more)

    return trace


@pytest.mark.parametrize("wrap", [traced, functools.partial])
def test_a_hook_that_somebody_wraps_is_in_place(wrap: Any) -> None:
    """As far as the wrapper says what it wraps."""
    server = guarded()
    server.manager.emit = wrap(server.manager.emit)
    checks = list(examine(server, [], "s"))
    assert found(checks, "version", "engine") == {}
    assert "wrapped-hook" in {each.code for each in checks}


def test_hooks_beneath_the_admin_instrumentation_are_in_place() -> None:
    """It replaces some of the same methods, and calls what was there."""
    server = on_threads()
    AsyncAPIGuard(document(), reject_event="no").protect(server)
    server.instrument(auth=False)
    assert found(examine(server, [], "s"), "version", "engine", "wrapped-hook") == {}


WEAK: dict[str, tuple[dict[str, Any], dict[str, str]]] = {
    "off": ({"policy": Policy(mode="off")}, {"mode": "error"}),
    "report": ({"policy": Policy(mode="report")}, {"mode": "warning"}),
    "a checkpoint": (
        {"policy": Policy(checkpoints={"connect": "off"})},
        {"policy-checkpoints": "warning"},
    ),
    "an operation": (
        {"policy": Policy(operations={"hear": "report"})},
        {"policy-operations": "warning"},
    ),
    "undeclared events": (
        {"policy": Policy(undeclared_events="report")},
        {"policy-undeclared-events": "warning"},
    ),
    "undeclared namespaces": (
        {"policy": Policy(undeclared_namespaces="off")},
        {"policy-undeclared-namespaces": "warning"},
    ),
    "excluded": ({"policy": Policy(exclude=["/admin"])}, {"policy-exclude": "warning"}),
    "values": ({"policy": Policy(include_values=True)}, {"policy-include-values": "warning"}),
    "the document": (
        {"spec": document(**{"x-guard": {"mode": "report"}})},
        {"x-guard-mode": "warning"},
    ),
    "no event for rejections": ({"reject_event": None}, {"reject-event": "warning"}),
    "a console": ({"docs": "/asyncapi"}, {"open-console": "warning"}),
    "a console with a gate": ({"docs": "/asyncapi", "docs_auth": bool}, {}),
    "no security": (
        {"spec": SECURED, "policy": Policy(security="off")},
        {"security": "warning"},
    ),
    "a verifier": ({"spec": SECURED, "security": {"token": lambda *_: None}}, {}),
}


@pytest.mark.parametrize("row", WEAK, ids=str)
def test_options_that_weaken_are_named(row: str) -> None:
    """And what to do instead."""
    options, expected = WEAK[row]
    checks = list(examine(guarded(**options), [], "s"))
    assert found(checks, "version", "engine") == expected
    assert all(each.remedy for each in checks if each.status != "ok")


@pytest.mark.parametrize(
    ("origins", "is_weak"),
    [("*", True), (["*"], True), ([], True), (None, False), ("https://a.example", False)],
    ids=str,
)
@pytest.mark.parametrize("make", [on_threads, on_asyncio])
def test_origins_of_everybody_are_named(make: Any, origins: Any, is_weak: bool) -> None:
    """An empty list turns the check off."""
    server = guarded(functools.partial(make, cors_allowed_origins=origins))
    assert ("cors-origins" in found(examine(server, [], "s"))) is is_weak


#: Where hints are the contract, handlers get theirs one after the other.
UNDECLARED = ("policy-undeclared-events", "policy-undeclared-namespaces")


def test_a_drop_in_that_leaves_clients_to_its_handlers_is_told() -> None:
    """It is in force that the connect handler verifies them, and nobody else."""
    made = AsyncAPISocketIO(
        Flask(__name__),
        async_mode="threading",
        reject_event="no",
        security={"token": {"type": "http", "scheme": "bearer"}},
        server_url="https://chat.example",
    )
    assert found(examine(made, [], "s"), "version", *UNDECLARED) == {"security": "warning"}


@pytest.mark.parametrize(
    "make", [AsyncAPIServer, lambda **given: AsyncAPISocketIO(Flask("a"), **given)]
)
def test_drop_ins_are_looked_into(make: Any) -> None:
    """Their document is their hints, and what these do not say gets through."""
    made = make(async_mode="threading", reject_event="no")
    expected = dict.fromkeys(UNDECLARED, "warning")
    assert found(examine(made, [], "s"), "version", "engine") == expected
    off = make(async_mode="threading", validate=False)
    assert found(examine(off, [], "s"), "version", "engine") == {"unguarded-server": "error"}


def test_publishers_in_the_application_s_modules_are_found() -> None:
    """Under the names that they have there, and each once."""
    module = ModuleType("worker")
    publishes = socketio.PubSubManager(write_only=True)
    named: dict[str, Any] = {
        "publisher": publishes,
        "same": publishes,
        "unguarded": on_threads(),
        "client": socketio.Client(),
        "fine": guarded(on_asyncio),
        "text": "text",
        "kind": socketio.PubSubManager,
    }
    named["its_manager"] = named["fine"].manager
    vars(module).update(named)
    server = guarded()
    module.server = server  # type: ignore[attr-defined]  # a module of ours
    checks = list(examine(server, [module], "app:server"))
    bad = {each.subject: (each.code, str(each.status)) for each in checks if each.status != "ok"}
    bad.pop("versions", None)
    assert bad == {
        "worker:publisher": ("unguarded-publisher", "warning"),
        "worker:unguarded": ("unguarded-server", "error"),
        "worker:client": ("unguarded-client", "warning"),
    }


def test_a_guarded_publisher_is_fine() -> None:
    """A manager, and a SocketIO without an application, which has no clients to think of."""
    manager = socketio.PubSubManager(write_only=True)
    AsyncAPIGuard(document()).protect(manager)
    made = SocketIO(async_mode="threading", cors_allowed_origins="*")
    made.init_app(None, client_manager=socketio.PubSubManager(write_only=True))
    assert found(examine(made, [], "s"), "version") == {"unguarded-publisher": "error"}
    AsyncAPIGuard(document()).protect(made)
    for each in (manager, made):
        assert found(examine(each, [], "s"), "version", "engine") == {}
        assert channel_of(each) == "socketio"
    assert channel_of(on_threads()) is None


# -- keys of message queues ------------------------------------------------------------------------

ONE, OTHER = "one key for everybody", "another key for some"


@pytest.mark.parametrize(
    ("keys", "status"),
    [
        ((None, None), set()),
        ((ONE, ONE), {"ok"}),
        ((ONE, None), {"error"}),
        ((None, ONE), {"error"}),
        ((ONE, OTHER), {"error"}),
        ((ONE, "no guard"), {"error"}),
    ],
    ids=str,
)
def test_keys_that_are_not_the_same_are_told(keys: tuple[Any, Any], status: set[str]) -> None:
    """A server, and what publishes beside it."""
    module = ModuleType("worker")
    publisher = socketio.PubSubManager(write_only=True)
    if keys[1] != "no guard":
        AsyncAPIGuard(document(), policy=Policy(queue_key=keys[1])).protect(publisher)
    module.publisher = publisher  # type: ignore[attr-defined]  # a module of ours
    make = functools.partial(on_threads, client_manager=socketio.PubSubManager())
    server = guarded(make, policy=Policy(queue_key=keys[0]))
    checks = [each for each in examine(server, [module], "app:s") if each.code == "queue-key"]
    assert {str(each.status) for each in checks} == status
    assert not any(ONE in each.text + each.subject for each in checks)


def test_without_a_queue_nothing_is_said_of_keys() -> None:
    """A server with clients of its own, and a client."""
    server = guarded(policy=Policy(queue_key=ONE))
    assert "queue-key" not in {each.code for each in examine(server, [], "s")}


# -- versions --------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("version", "fine"),
    [
        ("5.18.0", True),
        ("5.18.99", True),
        ("5.17.4", False),
        ("5.19.0", False),
        ("6.0", False),
        ("unknown", False),
    ],
)
def test_versions_that_nobody_tested_are_named(version: str, fine: bool) -> None:
    """With those that were tested."""
    installed = {name: f"{high[0]}.{high[1]}.0" for name, (_, high) in TESTED.items()}
    installed["python-socketio"] = version
    checks = {each.subject: each for each in version_checks(installed.__getitem__)}
    assert ("python-socketio" not in checks) is fine
    if not fine:
        assert "5.18" in checks["python-socketio"].text


@pytest.mark.slow
def test_the_versions_that_are_tested_here_are_among_them() -> None:
    """`nox -s newest` says when a newer one comes out."""
    assert [each.text for each in version_checks() if each.status != "ok"] == []
    assert sys.version_info[:2] >= (3, 10)
