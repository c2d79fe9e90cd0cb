"""Generated models bring their document: it is in force as soon as a server uses any of them."""

from __future__ import annotations

import importlib
import itertools
import logging
import sys
from pathlib import Path
from textwrap import dedent
from types import GenericAlias
from typing import TYPE_CHECKING, Any

import pytest

pytest.importorskip("datamodel_code_generator", reason="the extra `models` is not installed")

import flask_socketio
from flask import Flask

from asyncapi_guard import AsyncAPIGuard, AsyncAPISocketIO, EmitValidationError
from asyncapi_guard.codegen.python.models import Destination, generate_models
from asyncapi_guard.codegen.python.options import Options
from asyncapi_guard.spec.loader import open_documents

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

numbers = itertools.count()

WEATHER = """
asyncapi: 3.1.0
info: {title: Weather station, version: '4'}
channels:
  main:
    address: /
    messages:
      rename: {payload: {type: string, maxLength: 8}, x-ack: {type: integer, minimum: 1}}
      mark:
        payload:
          type: array
          items: [{title: at, type: integer}, {title: note, type: string, maxLength: 3}]
          minItems: 1
          additionalItems: false
      reading: {payload: {$ref: '#/components/schemas/Reading'}}
operations:
  in:
    action: receive
    channel: {$ref: '#/channels/main'}
    messages:
      - {$ref: '#/channels/main/messages/rename'}
      - {$ref: '#/channels/main/messages/mark'}
  out:
    action: send
    channel: {$ref: '#/channels/main'}
    messages: [{$ref: '#/channels/main/messages/reading'}]
components:
  schemas:
    Reading:
      type: object
      required: [celsius]
      properties:
        celsius: {type: number}
        sensors: {type: array, uniqueItems: true, items: {type: string}}
"""


@pytest.fixture(params=["module", "package"])
def models(
    request: pytest.FixtureRequest, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> Iterator[Any]:
    """What was generated, imported."""
    name = f"station_{next(numbers)}"
    (tmp_path / "asyncapi.yml").write_text(WEATHER)
    package = request.param == "package"
    destination = Destination("asyncapi.yml", name if package else f"{name}.py", package)
    made = generate_models(open_documents(tmp_path / "asyncapi.yml"), Options(), destination)
    (tmp_path / name).mkdir()
    for file, text in made.files.items():
        (tmp_path / name / file if file else tmp_path / f"{name}.py").write_text(text)
    if not package:
        (tmp_path / name).rmdir()
    monkeypatch.syspath_prepend(tmp_path)
    importlib.invalidate_caches()
    found = importlib.import_module(name)
    yield found.root if package else found
    for each in [each for each in sys.modules if each.partition(".")[0] == name]:
        del sys.modules[each]


def server(**options: Any) -> AsyncAPISocketIO:
    socketio = AsyncAPISocketIO(Flask(__name__), async_mode="threading", **options)
    socketio.on("rename")(lambda name: -1)
    return socketio


def in_force(socketio: Any, ask: Callable[..., list[Any]]) -> bool:
    """Whether the file judges what is received and acknowledged."""
    long, ack = ask("rename", "x" * 9), ask("rename", "x")
    assert (long == [-1]) == (ack == [-1])
    title = socketio.asyncapi_doc.dict()["info"]["title"]
    assert (title == "Weather station") == (ack != [-1])
    return ack != [-1]


@pytest.fixture
def asking(net: Any) -> Callable[[Any], Callable[..., list[Any]]]:
    """Serves a `SocketIO`, and gives what asks it over a websocket."""

    def started(socketio: Any) -> Callable[..., list[Any]]:
        url = net.serve(socketio.sockio_mw)
        client = net.client(url)
        client.enter("/elsewhere")  # after what is done at the first connection
        return client.ask  # type: ignore[no-any-return]

    return started


def test_importing_does_nothing(models: Any, asking: Any) -> None:
    assert models.EVENTS
    socketio = server()
    assert not in_force(socketio, asking(socketio))


def test_an_emit_puts_it_in_force_for_what_was_registered_before(models: Any, asking: Any) -> None:
    socketio = server()
    ask = asking(socketio)
    assert not in_force(socketio, ask)
    models.emit_reading(socketio, models_of(models).Reading(celsius=1.5))
    assert in_force(socketio, ask)
    doubled = models_of(models).Reading(celsius=1, sensors=["a", "a"])
    with pytest.raises(EmitValidationError):
        models.emit_reading(socketio, doubled)


def models_of(module: Any) -> Any:
    """The module that has the types: of a package, the common one or that of the namespace."""
    if hasattr(module, "Reading"):
        return module
    return importlib.import_module(f"{module.__name__.rpartition('.')[0]}.common")


def test_a_type_of_any_handler_does(models: Any, asking: Any) -> None:
    """Whether or not its hints are in force, and in whatever it stands."""
    reading = models_of(models).Reading
    for hint in (reading, GenericAlias(list, reading), models.RenamePayload):

        def handler(_value: Any) -> None: ...

        handler.__annotations__ = {"_value": hint}
        for options in ({}, {"typed": False}, {"typed": True}):
            socketio = server(**options)
            socketio.on("other")(handler)
            assert in_force(socketio, asking(socketio)), (hint, options)


def test_a_class_that_derives_from_its_protocol_does(models: Any, asking: Any) -> None:
    protocol = getattr(models, "Handlers", None)

    class Station(flask_socketio.Namespace, protocol):  # type: ignore[misc,valid-type]
        def on_rename(self, name: str) -> int:
            return -1

        def on_mark(self, at: int, note: str = "") -> None: ...

    socketio = AsyncAPISocketIO(Flask(__name__), async_mode="threading")
    socketio.on_namespace(Station("/"))
    assert in_force(socketio, asking(socketio))


def test_who_calls_use_models_does(models: Any, asking: Any) -> None:
    socketio = server()
    socketio.use_models(models)
    socketio.use_models(models.__name__)
    assert in_force(socketio, asking(socketio))
    with pytest.raises(ValueError, match="'json' isn't a module"):
        socketio.use_models("json")


@pytest.mark.parametrize("form", [lambda each: each, lambda each: [each], lambda each: (1, each)])
def test_an_instance_that_leaves_does(models: Any, asking: Any, form: Any) -> None:
    """Emitted without a helper, or returned by a handler without hints."""
    reading = models_of(models).Reading(celsius=1)
    socketio = server()
    ask = asking(socketio)
    socketio.emit("unknown", form(reading))
    assert in_force(socketio, ask)

    socketio = server()
    socketio.on("read")(lambda: form(reading))
    ask = asking(socketio)
    assert not in_force(socketio, ask)
    ask("read")
    assert in_force(socketio, ask)


def test_a_declared_emit_does(models: Any, asking: Any) -> None:
    socketio = server()
    socketio.doc_emit("reading", models_of(models).Reading)
    assert in_force(socketio, asking(socketio))


@pytest.mark.parametrize(
    ("takes", "returns", "kept"),
    [
        (str, int, (True, True)),
        (str, int | None, (True, True)),
        (Any, object, (True, True)),
        (str | int, Any, (True, True)),
        (int, int, (False, True)),
        (str, str, (True, False)),
    ],
)
def test_a_wider_hint_keeps_what_the_file_says(
    models: Any, takes: Any, returns: Any, kept: tuple[bool, bool]
) -> None:
    """One that rejects what the file allows takes its place, as `check` says."""

    def rename(name: Any) -> Any:
        return name

    rename.__annotations__ = {"name": takes, "return": returns}
    socketio = AsyncAPISocketIO(async_mode="threading", typed=True)
    socketio.on("rename")(rename)
    socketio.use_models(models)
    message = socketio.asyncapi_doc.dict()["channels"]["main"]["messages"]["rename"]
    assert (message.get("payload") == {"type": "string", "maxLength": 8}) == kept[0]
    assert (message.get("x-ack") == {"type": "integer", "minimum": 1}) == kept[1]


def test_several_plain_arguments_keep_it(models: Any, asking: Any) -> None:
    socketio = server(typed=True)

    @socketio.on("mark")
    def mark(at: int, note: str = "") -> str:
        return f"{at}{note}"

    socketio.use_models(models)
    ask = asking(socketio)
    assert ask("mark", 3, "abc") == ["3abc"]
    assert ask("mark", 3) == ["3"]
    (rejected,) = ask("mark", 3, "abcd")
    assert rejected["error"]["problems"][0]["path"] == "/1"


def test_a_model_of_ones_own_that_is_wider_keeps_it_in_emits(models: Any, asking: Any) -> None:
    import pydantic

    fields: dict[str, Any] = {"celsius": (float, ...)}
    Own = pydantic.create_model("Own", **fields, __config__=pydantic.ConfigDict(extra="allow"))
    socketio = server()
    socketio.doc_emit("reading", Own)
    socketio.use_models(models)
    asking(socketio)
    socketio.emit("reading", Own(celsius=1))
    with pytest.raises(EmitValidationError):
        socketio.emit("reading", Own(celsius=1, sensors=["a", "a"]))


def test_whoever_imports_source_and_events_is_not_generated(models: Any) -> None:
    from asyncapi_guard.codefirst.generated_models import generated_by

    name = f"importing_{next(numbers)}"
    importing = sys.modules[name] = type(sys)(name)
    try:
        vars(importing).update(SOURCE=models.SOURCE, EVENTS=models.EVENTS)
        assert generated_by(name) is None
        assert generated_by(models.__name__) is models
    finally:
        del sys.modules[name]


# -- what is said ----------------------------------------------------------------------------------


def lines(caplog: pytest.LogCaptureFixture) -> list[str]:
    found = [each.message for each in caplog.records if each.levelno >= logging.WARNING]
    return [line for line in found if "/elsewhere" not in line]


def test_hints_without_effect_are_said_once(asking: Any, caplog: pytest.LogCaptureFixture) -> None:
    socketio = AsyncAPISocketIO(Flask(__name__), async_mode="threading")

    @socketio.on("a")
    def first(text: str) -> None: ...

    @socketio.on("b", get_from_typehint=True)
    def second(text: str) -> None: ...

    @socketio.on("c")
    def third(data: Any) -> None: ...

    @socketio.on("d", get_from_typehint=False)
    def fourth(text: str) -> None: ...

    asking(socketio)
    asking(socketio)
    (line,) = lines(caplog)
    assert "first" in line
    assert "typed=True" in line
    assert not any(name in line for name in ("second", "third", "fourth"))


@pytest.mark.parametrize("typed", [True, False])
def test_nothing_is_said_where_somebody_has_decided(
    asking: Any, caplog: pytest.LogCaptureFixture, typed: bool
) -> None:
    socketio = AsyncAPISocketIO(Flask(__name__), async_mode="threading", typed=typed)

    @socketio.on("a")
    def first(text: str) -> None: ...

    asking(socketio)
    assert lines(caplog) == []


def test_models_that_are_imported_and_not_used_are_said(
    models: Any, asking: Any, caplog: pytest.LogCaptureFixture
) -> None:
    names: dict[str, Any] = {"models": models, "__name__": "application"}
    exec(dedent("def rename(name): return -1"), names)
    socketio = AsyncAPISocketIO(Flask(__name__), async_mode="threading", typed=True)
    socketio.on("rename")(names["rename"])
    asking(socketio)
    (line,) = lines(caplog)
    assert "asyncapi.yml" in line
    assert "use_models" in line


@pytest.mark.parametrize("way", ["hints", "use_models", "spec", "guard"])
def test_models_of_an_older_document_are_said_once(
    models: Any, asking: Any, caplog: pytest.LogCaptureFixture, way: str
) -> None:
    file = Path(str(models.__file__)).parent / models.SOURCE.file
    types = models_of(models)

    def mark(at: int) -> None:
        """Returns nothing."""

    def served() -> list[str]:
        app = Flask(__name__)
        if way == "guard":
            socketio: Any = flask_socketio.SocketIO(app, async_mode="threading")
        else:
            spec = {"spec": str(file)} if way == "spec" else {}
            socketio = AsyncAPISocketIO(app, async_mode="threading", typed=True, **spec)
        if way == "use_models":
            socketio.use_models(models)
        else:
            mark.__annotations__["at"] = types.Reading
        socketio.on("mark")(mark)
        socketio.on("rename")(lambda name: 1)
        if way == "guard":
            AsyncAPIGuard(str(file)).init_app(app, socketio, typed=True)
        caplog.clear()
        asking(socketio)
        asking(socketio)
        return lines(caplog)

    assert served() == []
    file.write_text(f"# laid out otherwise\n{WEATHER}")
    assert served() == []
    file.write_text(WEATHER.replace("maxLength: 8", "maxLength: 9"))
    (line,) = served()
    name = models.__name__.removesuffix(".root")
    written = f"--package {name}" if name != models.__name__ else f"-o {name}.py"
    assert line.startswith(str(file.resolve().parent / name))
    assert f"asyncapi-guard models asyncapi.yml {written}" in line


def test_with_a_document_only_hints_of_classes_promise_something(
    models: Any, asking: Any, caplog: pytest.LogCaptureFixture
) -> None:
    def mark(at: Any, note: str = "") -> None: ...

    def rename(name: str) -> int:
        return 1

    def served() -> list[str]:
        socketio = AsyncAPISocketIO(Flask(__name__), async_mode="threading", spec=spec)
        socketio.on("mark")(mark)
        socketio.on("rename")(rename)
        caplog.clear()
        asking(socketio)
        return lines(caplog)

    spec = Path(str(models.__file__)).parent / models.SOURCE.file
    assert served() == []
    mark.__annotations__["at"] = models_of(models).Reading
    (line,) = served()
    assert "mark" in line
    assert "rename" not in line


def test_a_client_sees_the_document_mirrored(models: Any) -> None:
    """Its handlers take what the server sends, and what it emits is judged by the file."""
    from asyncapi_guard import AsyncAPIClient

    client = AsyncAPIClient(typed=True)

    client.on("reading", lambda it: None, request_model=models.Reading)
    client.doc_emit("other", models.Reading)
    document = client.asyncapi_doc.dict()
    assert document["info"]["title"] == "Weather station"
    actions = {id: each["action"] for id, each in document["operations"].items()}
    assert actions == {"in": "send", "out": "receive"}
    guard = client.guard.guard.mirrored
    good = {"celsius": 1, "sensors": ["a"]}
    assert guard.receive_event("/", "reading", [good]).violation is None
    assert guard.receive_event("/", "reading", [{**good, "sensors": ["a", "a"]}]).rejected
    assert guard.send_event("/", "rename", ["x"]).violation is None
    assert guard.send_event("/", "rename", ["x" * 9]).rejected
    assert guard.send_event("/", "other", [{**good, "sensors": ["a", "a"]}]).rejected
    assert guard.receive_ack("/", "rename", [0]).rejected
    assert guard.receive_event("/", "rename", ["x"]).violation is None  # undeclared
