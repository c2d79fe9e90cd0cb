"""`AsyncAPIGuard()` without a document: everything from Flask's configuration."""

from __future__ import annotations

import gc
import json
import weakref
from typing import TYPE_CHECKING, Any

import pytest
import socketio as pysocketio
import yaml
from flask import Flask
from flask_socketio import SocketIO

from asyncapi_guard import (
    AsyncAPIGuard,
    InstallationError,
    Mode,
    Policy,
    SpecError,
    UnreadableDocument,
)
from asyncapi_guard.integrations.configuration import KEYS, PREFIX, read_configuration
from asyncapi_guard.violations import Checkpoint

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path

BAD = {"x": "no"}


def app_of(**config: Any) -> Flask:
    app = Flask(__name__)
    app.config.update({f"{PREFIX}{name}": value for name, value in config.items()})
    return app


def guarded(app: Flask, guard: AsyncAPIGuard | None = None) -> AsyncAPIGuard:
    """Guard the application, with a handler for `move`."""
    guard = guard or AsyncAPIGuard()
    socketio = SocketIO(app, async_mode="threading")
    guard.init_app(app, socketio)
    socketio.on_event("move", lambda move: {"ok": True})
    return guard


def ask(app: Flask, *args: Any) -> Any:
    client = app.extensions["socketio"].test_client(app)
    return client.emit("move", *args, callback=True)


def code(answer: Any) -> Any:
    return answer["error"]["code"]


@pytest.fixture
def spec(tmp_path: Path, contract: Callable[[], Any]) -> str:
    """The path of the contract's file."""
    path = tmp_path / "asyncapi.yml"
    document = {**contract(), "servers": {"main": {"host": "h", "protocol": "ws"}}}
    path.write_text(yaml.safe_dump(document), encoding="utf-8")
    return str(path)


def test_the_document_comes_from_the_configuration(spec: str) -> None:
    """The guard is at work after `init_app`, and says what it reads."""
    app = app_of(SPEC=spec)
    guard = guarded(app)
    assert code(ask(app, BAD)) == "request_validation_error"
    assert ask(app, {"x": 1}) == {"ok": True}
    assert guard.contract.title == "Everything"
    assert sum(s.rejected for s in guard.statistics()) == 1


def test_all_options_come_from_the_configuration(spec: str, tmp_path: Path) -> None:
    """As Python values; each ends where the constructor's or the policy's would."""

    def hook(violation: Any) -> None: ...

    app = app_of(
        SPEC=spec,
        MODE="report",
        CHECKPOINTS={"connect": "off"},
        OPERATIONS={"main_move": Mode.ENFORCE},
        UNDECLARED_EVENTS="off",
        UNDECLARED_ACKS="report",
        UNDECLARED_NAMESPACES="report",
        EXCLUDE=["/admin"],
        INCLUDE_VALUES=True,
        QUEUE_CONTROL="own-hosts",
        QUEUE_KEY="k" * 32,
        SECURITY="report",
        SECURITY_TIMEOUT="2.5",
        SERVER="main",
        ADDRESSES=False,
        REJECT_EVENT="rejected",
        RESPOND_UNHANDLED=False,
        ON_VIOLATION=hook,
        ENGINE="jsonschema",
        ALLOW_HTTP=["example.com"],
        ROOT=tmp_path,
        DOCS="/asyncapi",
        DOCS_AUTH=lambda _request: True,
        LIVE=True,
        WATCH="false",
        MAX_VIOLATIONS="30",
        WINDOW="60.5",
        THEN="disconnect",
        MAX_EVENTS_PER_SECOND="2.5",
        MAX_RUNNING_HANDLERS="10",
        VIOLATIONS=tmp_path / "guard.ndjson",
        VIOLATIONS_SIZE=200_000,
        VIOLATIONS_SALT="salt",
        VIOLATIONS_KEEP="3",
        USAGE=tmp_path / "usage.ndjson",
        USAGE_VERSION="query:v",
        USAGE_SIZE="200000",
    )
    assert set(KEYS) == {key for key in app.config if key.startswith(PREFIX)}
    guarded(app)
    guard = app.extensions["asyncapi_guard"]
    assert guard.guard.policy == Policy(
        mode=Mode.REPORT,
        checkpoints={Checkpoint.CONNECT: Mode.OFF},
        operations={"main_move": Mode.ENFORCE},
        undeclared_events=Mode.OFF,
        undeclared_acks=Mode.REPORT,
        undeclared_namespaces=Mode.REPORT,
        exclude=["/admin"],
        include_values=True,
        queue_control="own-hosts",
        queue_key=b"k" * 32,
        security=Mode.REPORT,
        max_violations=30,
        window=60.5,
        then="disconnect",
        max_events_per_second=2.5,
        max_running_handlers=10,
    )
    assert (guard.addresses, guard.reject_event, guard.on_violation) == (False, "rejected", hook)
    assert guard.respond_unhandled is False
    assert guard.security_timeout == 2.5
    assert app.test_client().get("/asyncapi/live").status_code == 200
    guard.recorder.record(guard.guard.receive_event("/", "move", [5]))
    guard.recorder.close()
    assert b'"violation"' in (tmp_path / "guard.ndjson").read_bytes()


def test_options_come_from_the_environment(spec: str, monkeypatch: pytest.MonkeyPatch) -> None:
    """`from_prefixed_env` decodes what is JSON and leaves the rest as text; both are understood."""
    environment = {
        "SPEC": spec,
        "MODE": "report",
        "OPERATIONS__main_move": "enforce",
        "CHECKPOINTS": '{"connect": "off"}',
        "EXCLUDE": "/admin, /internal",
        "UNDECLARED_EVENTS": "off",
        "ADDRESSES": "no",
        "INCLUDE_VALUES": "True",
        "RESPOND_UNHANDLED": "0",
        "ALLOW_HTTP": '["example.com"]',
        "REJECT_EVENT": "",
    }
    for name, value in environment.items():
        monkeypatch.setenv(f"FLASK_{PREFIX}{name}", value)
    app = Flask(__name__)
    app.config.from_prefixed_env()
    guarded(app)
    guard = app.extensions["asyncapi_guard"]
    assert (guard.addresses, guard.reject_event) == (False, None)
    assert guard.respond_unhandled is False
    assert guard.guard.policy == Policy(
        mode=Mode.REPORT,
        operations={"main_move": Mode.ENFORCE},
        checkpoints={Checkpoint.CONNECT: Mode.OFF},
        exclude=["/admin", "/internal"],
        undeclared_events=Mode.OFF,
        include_values=True,
    )


def test_a_mapping_may_be_text(spec: str) -> None:
    """A configuration may be filled from `os.environ` without decoding."""
    app = app_of(SPEC=spec, OPERATIONS='{"main_move": "report"}', ALLOW_HTTP="a.example, b.example")
    guarded(app)
    assert ask(app, BAD) == {"ok": True}


def test_a_document_may_be_data(contract: Any) -> None:
    """As in the constructor."""
    app = app_of(SPEC=contract())
    guarded(app)
    assert code(ask(app, BAD)) == "request_validation_error"


# -- paths -----------------------------------------------------------------------------------------


def test_a_relative_path_is_relative_to_the_application(
    spec: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """And to the working directory, if the application's directory does not have it."""
    elsewhere = tmp_path / "elsewhere"
    elsewhere.mkdir()
    monkeypatch.chdir(elsewhere)
    app = Flask(__name__, root_path=str(tmp_path))
    app.config["ASYNCAPI_GUARD_SPEC"] = "asyncapi.yml"
    guarded(app)
    monkeypatch.chdir(tmp_path)
    app = Flask(__name__, root_path=str(elsewhere))
    app.config["ASYNCAPI_GUARD_SPEC"] = "asyncapi.yml"
    guarded(app)


def test_the_application_comes_before_the_working_directory(
    contract: Any, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Where both have the file."""
    for folder in ("app", "here"):
        (tmp_path / folder).mkdir()
        document = {**contract(), "info": {"title": folder, "version": "1"}}
        (tmp_path / folder / "asyncapi.json").write_text(json.dumps(document), encoding="utf-8")
    monkeypatch.chdir(tmp_path / "here")
    app = Flask(__name__, root_path=str(tmp_path / "app"))
    app.config["ASYNCAPI_GUARD_SPEC"] = "asyncapi.json"
    assert guarded(app).contract.title == "app"


def test_a_document_that_is_nowhere_is_an_error(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The error names both directories."""
    monkeypatch.chdir(tmp_path)
    app = app_of(SPEC="nope.yml")
    with pytest.raises(UnreadableDocument) as caught:
        guarded(app)
    assert str(caught.value) == (
        f"nope.yml: is neither in {app.root_path} nor in the working directory, {tmp_path}"
    )
    (finding,) = caught.value.findings
    assert (finding.line, finding.column, finding.code) == (0, 0, "unreadable")
    with pytest.raises(InstallationError, match="ASYNCAPI_GUARD_ROOT: nope is neither in"):
        guarded(app_of(SPEC={}, ROOT="nope"))
    with pytest.raises(UnreadableDocument, match="cannot be read"):
        guarded(app_of(SPEC=str(tmp_path / "nope.yml")))


def test_a_document_at_fault_is_an_error_of_init_app(tmp_path: Path) -> None:
    """With file and line, as from the constructor."""
    (tmp_path / "bad.yml").write_text("asyncapi: 3.1.0\n", encoding="utf-8")
    with pytest.raises(SpecError, match=r"bad\.yml:1:1: "):
        guarded(app_of(SPEC=str(tmp_path / "bad.yml")))


# -- faults of a configuration ---------------------------------------------------------------------

FAULTS: list[tuple[dict[str, Any], str]] = [
    ({}, r"the guard has no document; set ASYNCAPI_GUARD_SPEC in the configuration .* or pass"),
    ({"SPEC": ""}, "the guard has no document"),
    ({"SPEC": None}, "the guard has no document"),
    ({"SPEC": 5}, "ASYNCAPI_GUARD_SPEC: must be a path, not a int"),
    (
        {"SPCE": "x"},
        r"ASYNCAPI_GUARD_SPCE is not an option of .*; did you mean 'ASYNCAPI_GUARD_SPEC'\?$",
    ),
    ({"XYZZY": "x"}, "ASYNCAPI_GUARD_XYZZY is not an option .*; the options are .*_ADDRESSES, "),
    ({"MODE": "reprot"}, "ASYNCAPI_GUARD_MODE: .*'reprot'"),
    ({"MODE": 5}, "ASYNCAPI_GUARD_MODE: "),
    ({"CHECKPOINTS": {"conect": "off"}}, "ASYNCAPI_GUARD_CHECKPOINTS: .*'conect'"),
    ({"CHECKPOINTS": "connect"}, "ASYNCAPI_GUARD_CHECKPOINTS: must be a mapping, such as "),
    ({"OPERATIONS": ["a"]}, "ASYNCAPI_GUARD_OPERATIONS: must be a mapping, such as "),
    ({"OPERATIONS": {"main_mvoe": "off"}}, "ASYNCAPI_GUARD_OPERATIONS: .*main_mvoe"),
    ({"UNDECLARED_ACKS": "of"}, "ASYNCAPI_GUARD_UNDECLARED_ACKS: .*'of'"),
    ({"EXCLUDE": 5}, "ASYNCAPI_GUARD_EXCLUDE: must be a list, not a int"),
    ({"EXCLUDE": {"/a": 1}}, "ASYNCAPI_GUARD_EXCLUDE: must be a list, not a dict"),
    ({"ADDRESSES": "maybe"}, "ASYNCAPI_GUARD_ADDRESSES: must be true or false, not 'maybe'"),
    ({"ENGINE": "fast"}, "ASYNCAPI_GUARD_ENGINE: engine must be 'auto', "),
    ({"ALLOW_HTTP": True}, "ASYNCAPI_GUARD_ALLOW_HTTP: must be a list of hosts"),
    ({"REJECT_EVENT": 5}, "ASYNCAPI_GUARD_REJECT_EVENT: must be a string, not a int"),
    ({"REJECT_EVENT": "connect"}, "ASYNCAPI_GUARD_REJECT_EVENT: must not be 'connect'"),
    ({"SERVER": "main"}, "ASYNCAPI_GUARD_SERVER: server is none of the document's servers: 'main'"),
    (
        {"SECURITY_TIMEOUT": "soon"},
        "ASYNCAPI_GUARD_SECURITY_TIMEOUT: must be a number of seconds more than 0, not 'soon'",
    ),
    ({"ON_VIOLATION": "print"}, "ASYNCAPI_GUARD_ON_VIOLATION: must be a function, not a str"),
]


@pytest.mark.parametrize(("config", "message"), FAULTS, ids=str)
def test_a_fault_names_its_key(config: Any, message: str, contract: Any) -> None:
    """The application does not start half-guarded."""
    if config and "SPEC" not in config:
        config = {"SPEC": contract(), **config}
    app = app_of(**config)
    with pytest.raises(InstallationError, match=message):
        guarded(app)
    assert "asyncapi_guard" not in app.extensions


@pytest.mark.parametrize("value", [False, "false", "No", "off", 0, "0"])
def test_what_is_false(value: Any, contract: Any) -> None:
    """By the words that people write."""
    app = app_of(SPEC=contract(), ADDRESSES=value)
    guarded(app)
    assert app.extensions["asyncapi_guard"].addresses is False


@pytest.mark.parametrize("value", [True, "true", "Yes", "on", 1, "1"])
def test_what_is_true(value: Any, contract: Any) -> None:
    """By the words that people write."""
    app = app_of(SPEC=contract(), RESPOND_UNHANDLED=value)
    guarded(app)
    assert app.extensions["asyncapi_guard"].respond_unhandled is True


@pytest.mark.parametrize(
    ("key", "value", "expected"),
    [
        ("ALLOW_HTTP", "a.example, b.example,", ["a.example", "b.example"]),
        ("ALLOW_HTTP", ["a.example"], ["a.example"]),
        ("ALLOW_HTTP", False, ()),
        ("ENGINE", "jsonschema", "jsonschema"),
        ("REJECT_EVENT", "refused", "refused"),
        ("ON_VIOLATION", print, print),
    ],
)
def test_an_option_is_read_as_the_constructor_takes_it(key: str, value: Any, expected: Any) -> None:
    """Texts of several with commas between them."""
    config = {f"{PREFIX}SPEC": {}, f"{PREFIX}{key}": value}
    assert read_configuration(config, "/", {}).options[key.lower()] == expected


def test_a_bare_off_is_a_mode(contract: Any) -> None:
    """YAML 1.1 reads it as false."""
    app = app_of(SPEC=contract(), MODE=False, ALLOW_HTTP=False)
    guarded(app)
    assert ask(app, BAD) == {"ok": True}


# -- what was given to the constructor -------------------------------------------------------------


def test_the_constructor_wins(contract: Any) -> None:
    """Over the same option of the configuration; the others are read."""
    violations: list[Any] = []
    app = app_of(SPEC=contract(), ADDRESSES=True, REJECT_EVENT="theirs", ON_VIOLATION=print)
    guarded(app, AsyncAPIGuard(addresses=False, on_violation=violations.append))
    guard = app.extensions["asyncapi_guard"]
    assert (guard.addresses, guard.reject_event) == (False, "theirs")
    ask(app, BAD)
    assert len(violations) == 1


def test_a_given_policy_wins_and_says_so(contract: Any, caplog: Any) -> None:
    """Half of a policy from here and half from there would be nobody's."""
    app = app_of(SPEC=contract(), MODE="off", EXCLUDE=["/x"])
    guarded(app, AsyncAPIGuard(policy=Policy()))
    assert code(ask(app, BAD)) == "request_validation_error"
    assert caplog.messages[0] == (
        "ASYNCAPI_GUARD_EXCLUDE, ASYNCAPI_GUARD_MODE: ignored, because the guard was created with"
        " a policy"
    )
    with pytest.raises(ValueError, match="unknown operations"):
        guarded(app_of(SPEC=contract()), AsyncAPIGuard(policy=Policy(operations={"x": "off"})))  # type: ignore[dict-item]  # a mode as people write it


def test_a_guard_with_a_document_says_what_it_does_not_read(contract: Any, caplog: Any) -> None:
    """Whoever sets a key believes that it has an effect."""
    app = app_of(MODE="off")
    guarded(app, AsyncAPIGuard(contract()))
    assert code(ask(app, BAD)) == "request_validation_error"
    assert caplog.messages[0] == (
        "ASYNCAPI_GUARD_MODE: ignored, because the guard was created with a document"
    )


def test_a_document_alone_warns_of_nothing(contract: Any, caplog: Any) -> None:
    """Neither from here nor from there."""
    guarded(app_of(), AsyncAPIGuard(contract()))
    guarded(app_of(SPEC=contract(), MODE="report"))
    assert caplog.messages == []


# -- several applications --------------------------------------------------------------------------


def test_each_application_has_its_own_configuration(contract: Any) -> None:
    """One guard of a module, and an application factory that is called twice."""
    guard = AsyncAPIGuard()
    one, two = app_of(SPEC=contract()), app_of(SPEC=contract(), MODE="report")
    two.config["ASYNCAPI_GUARD_SPEC"]["info"]["title"] = "Two"
    guarded(one, guard)
    assert guard.contract.title == "Everything"
    guarded(two, guard)
    assert code(ask(one, BAD)) == "request_validation_error"
    assert ask(two, BAD) == {"ok": True}
    (move,) = [s for s in guard.statistics() if s.rejected]
    assert (move.event, move.seen, move.rejected, move.reported) == ("move", 2, 1, 1)
    with pytest.raises(InstallationError, match="several applications, each with its own document"):
        _ = guard.contract
    with two.app_context():
        assert guard.contract.title == "Two"
    with Flask(__name__).app_context(), pytest.raises(InstallationError, match="several"):
        _ = guard.contract
    guard.uninstall()
    assert ask(one, BAD) == {"ok": True}
    (after,) = [s for s in guard.statistics() if s.rejected]
    assert after.seen == 2


def test_an_application_that_is_initialised_again_is_one(contract: Any) -> None:
    """With a new server it has one document, and its counters go on."""
    guard = AsyncAPIGuard()
    app = app_of(SPEC=contract())
    guarded(app, guard)
    ask(app, BAD)
    guarded(app, guard)
    ask(app, BAD)
    assert guard.contract.title == "Everything"
    assert [s.rejected for s in guard.statistics() if s.rejected] == [2]
    guard.uninstall()
    with pytest.raises(InstallationError, match="not installed"):
        guard.uninstall()


def test_applications_that_are_gone_are_forgotten(contract: Any) -> None:
    """A guard of a module keeps none of them alive."""
    guard = AsyncAPIGuard()

    def make() -> weakref.ref[Any]:
        app = app_of(SPEC=contract())
        guarded(app, guard)
        return weakref.ref(app.extensions["asyncapi_guard"])

    gone = [make() for _ in range(3)]
    kept = app_of(SPEC=contract())
    guarded(kept, guard)
    gc.collect()
    assert [each() for each in gone] == [None] * 3
    assert guard.contract.title == "Everything"


def test_a_guard_without_a_document_says_so(contract: Any) -> None:
    """Before `init_app`, and where there is no application whose configuration could be read."""
    guard = AsyncAPIGuard()
    assert guard.statistics() == []
    for ask_for in (lambda: guard.contract, lambda: guard.guard):
        with pytest.raises(InstallationError, match="the guard has no document; set"):
            ask_for()
    server = pysocketio.Server(async_mode="threading")
    with pytest.raises(InstallationError, match=r"has no document; pass it, as in AsyncAPIGuard\("):
        guard.protect(server)
    with pytest.raises(InstallationError, match="not installed"):
        guard.uninstall()


def test_a_guard_without_a_document_records_what_it_is_given(contract: Any, caplog: Any) -> None:
    """Whoever asks the guard of its one application can have the verdict recorded here."""
    guard = guarded(app_of(SPEC=contract()))
    guard.recorder.record(guard.guard.receive_event("/", "mvoe", []))
    said = [each for each in caplog.records if each.name == "asyncapi_guard"]  # and not others
    assert "did you mean 'move'?" in said[0].getMessage()
    assert [s.rejected for s in guard.statistics()] == [1]


def test_what_is_no_application_is_said_first(contract: Any) -> None:
    """Arguments in the wrong order are no missing document."""
    app = Flask(__name__)
    socketio: Any = SocketIO(app, async_mode="threading")
    with pytest.raises(InstallationError, match="needs the Flask application and its"):
        AsyncAPIGuard().init_app(socketio, app)  # type: ignore[arg-type]  # on purpose
    with pytest.raises(InstallationError, match="has no server yet"):
        AsyncAPIGuard().init_app(app_of(SPEC=contract()))
