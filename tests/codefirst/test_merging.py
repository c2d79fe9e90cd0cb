"""Models that came from a document bring it along; what people wrote themselves is added."""

from __future__ import annotations

import importlib.util
import itertools
import sys
from contextlib import ExitStack, contextmanager
from pathlib import Path
from textwrap import dedent
from typing import TYPE_CHECKING, Any

import flask
import pydantic
import pytest

from asyncapi_guard import AsyncAPISocketIO, load
from asyncapi_guard.codegen.python.models import Destination, generate_models
from asyncapi_guard.codegen.python.options import Options
from asyncapi_guard.guard import Guard
from asyncapi_guard.lint import lint
from asyncapi_guard.spec.loader import open_documents

pytest.importorskip("datamodel_code_generator", reason="what generates models is not installed")

if TYPE_CHECKING:
    from collections.abc import Iterator

SPEC = Path(__file__).parents[2] / "specs" / "tictactoe.yml"
numbers = itertools.count()


@contextmanager
def generated(folder: Path, text: str) -> Iterator[Any]:
    """The models of a document, beside it."""
    name = f"merged_{next(numbers)}"
    folder.mkdir(exist_ok=True)
    (folder / "asyncapi.yml").write_text(text)
    documents = open_documents(folder / "asyncapi.yml")
    made = generate_models(documents, Options(), Destination("asyncapi.yml", "models.py"))
    path = folder / f"{name}.py"
    path.write_text(made.files[""])
    found = importlib.util.spec_from_file_location(name, path)
    assert found is not None
    assert found.loader is not None
    module = sys.modules[name] = importlib.util.module_from_spec(found)
    found.loader.exec_module(module)
    yield module
    del sys.modules[name]


@pytest.fixture
def make(tmp_path: Path) -> Iterator[Any]:
    """Makes the models of a document, beside it."""
    with ExitStack() as stack:
        yield lambda text: stack.enter_context(generated(tmp_path, text))


@pytest.fixture
def models(make: Any) -> Any:
    """The models of the game."""
    return make(SPEC.read_text())


def handler(takes: Any, returns: Any) -> Any:
    def handle(payload: Any) -> Any:
        return payload

    handle.__annotations__ = {"payload": takes, "return": returns}
    return handle


def server(models: Any, **options: Any) -> AsyncAPISocketIO:
    socketio = AsyncAPISocketIO(async_mode="threading", **options)
    socketio.on("make_move", get_from_typehint=True)(handler(models.Move, models.MakeMoveAck))
    return socketio


def document(socketio: AsyncAPISocketIO) -> dict[str, Any]:
    """It, after the linter has found nothing in it but what is left over."""
    made = socketio.asyncapi_doc.dict()
    assert {finding.code for finding in lint(made)} <= {"unused-component"}
    return made


def test_the_document_is_kept_whole(models: Any) -> None:
    """Whether or not there is a handler for everything."""
    assert document(server(models)) == open_documents(SPEC).main.data


def test_what_the_application_says_of_itself_counts(models: Any) -> None:
    made = document(
        server(models, title="Noughts", version="2.0.0", server_url="wss://game.example/io")
    )
    assert (made["info"]["title"], made["info"]["version"]) == ("Noughts", "2.0.0")
    assert made["info"]["tags"]
    assert made["servers"]["BACKEND"] == {
        "host": "game.example",
        "protocol": "socketio",
        "pathname": "/io",
    }


def test_security_that_the_application_declares_is_added(models: Any) -> None:
    scheme = {"type": "http", "scheme": "bearer"}
    made = document(server(models, security={"bearer": scheme}))
    assert made["components"]["securitySchemes"]["bearer"] == scheme
    wanted = {"$ref": "#/components/securitySchemes/bearer"}
    assert all(wanted in each["security"] for each in made["operations"].values())
    assert made["servers"] == open_documents(SPEC).main.data["servers"]
    assert made["components"]["schemas"]


def test_an_event_of_ones_own_is_added(models: Any) -> None:
    fields: dict[str, Any] = {"move": (models.Move, ...), "why": (str, "")}
    Hint = pydantic.create_model("Hint", **fields)
    socketio = server(models)
    socketio.on("ask_hint", get_from_typehint=True)(handler(Hint, models.Move))
    made = document(socketio)
    hint = made["components"]["schemas"]["Hint"]
    assert hint["properties"]["move"] == {"$ref": "#/components/schemas/Move"}
    contract = load(made)
    (message,) = contract.operations["askHint"].messages
    assert message.event == "ask_hint"
    assert message.ack is not None
    original = load(SPEC)
    for id, operation in original.operations.items():
        assert contract.operations[id] == operation


def test_a_payload_of_ones_own_takes_the_place_of_the_documents(models: Any) -> None:
    fields: dict[str, Any] = {"cell": (int, ...)}
    Cell = pydantic.create_model("Cell", **fields)
    socketio = server(models)
    socketio.on("make_move", get_from_typehint=True)(handler(Cell, models.MakeMoveAck))
    made, original = document(socketio), open_documents(SPEC).main.data
    before = original["components"]["messages"]["MakeMove"]
    after = made["components"]["messages"]["MakeMove"]
    before.pop("examples")
    assert after == {**before, "payload": {"$ref": "#/components/schemas/Cell"}}
    del made["components"]["messages"]["MakeMove"], made["components"]["schemas"]["Cell"]
    copy = open_documents(SPEC).main.data
    assert {k: v for k, v in made.items() if k != "components"} == {
        k: v for k, v in copy.items() if k != "components"
    }


def test_an_ack_of_ones_own_takes_the_place_of_the_documents(models: Any) -> None:
    socketio = server(models)
    socketio.on("make_move", get_from_typehint=True)(handler(models.Move, int))
    message = document(socketio)["components"]["messages"]["MakeMove"]
    assert message["x-ack"] == {"type": "integer"}
    assert message["payload"] == {"$ref": "#/components/schemas/Move"}


def test_another_model_of_the_same_name_gets_a_number(models: Any) -> None:
    fields: dict[str, Any] = {"x": (int, ...)}
    socketio = server(models)
    socketio.doc_emit("moved", pydantic.create_model("Move", **fields))
    made = document(socketio)
    assert made["components"]["schemas"]["Move_2"]["properties"].keys() == {"x"}
    (message,) = (m for m in load(made).channels["game"].messages.values() if m.event == "moved")
    assert message.payload is not None
    assert message.payload.location.endswith("/Move_2")


def test_handlers_of_everything_have_a_place(models: Any) -> None:
    socketio = server(models)

    @socketio.on("*", get_from_typehint=True)
    def other(event: str, data: int) -> None: ...

    channel = socketio.asyncapi_doc.dict()["channels"]["game"]
    assert channel["x-catch-all"]["payload"] == {"type": "integer"}


def test_without_the_document_the_types_have_to_do(models: Any, tmp_path: Path) -> None:
    (tmp_path / "asyncapi.yml").unlink()
    with pytest.warns(UserWarning, match=r"asyncapi\.yml, which models were generated from"):
        made = server(models).asyncapi_doc.dict()
    assert list(made["channels"]) == ["root"]


SMALL = """
asyncapi: 3.1.0
info: {title: Notes, version: 1.0.0}
channels:
  root:
    address: /
    messages:
      note:
        payload: {$ref: '#/components/schemas/Note'}
        x-ack: {$ref: '#/components/schemas/Note'}
operations:
  note: {action: receive, channel: {$ref: '#/channels/root'}}
components:
  schemas:
    Note:
      type: object
      required: [tags]
      properties:
        tags: {type: array, items: {type: string}, uniqueItems: true}
        text: {type: string}
"""


def test_the_documents_own_schemas_judge(make: Any) -> None:
    """What types cannot say is in force, and what is not set is not sent."""
    models = make(SMALL)
    app = flask.Flask("notes")
    socketio = AsyncAPISocketIO(app, async_mode="threading")

    def note(note: Any) -> Any:
        return models.Note(tags=note.tags)

    note.__annotations__ = {"note": models.Note, "return": models.Note}
    socketio.on_event("note", note, get_from_typehint=True)
    client = socketio.test_client(app)
    assert client.emit("note", {"tags": ["a"], "text": "b"}, callback=True) == {"tags": ["a"]}
    answer = client.emit("note", {"tags": ["a", "a"]}, callback=True)
    assert [problem["keyword"] for problem in answer["error"]["problems"]] == ["uniqueItems"]


OPTIONS = """
asyncapi: 3.1.0
info: {title: Tasks, version: '1'}
channels:
  root:
    address: /
    messages:
      add: {payload: {$ref: '#/components/schemas/Task'}}
      done: {payload: {$ref: '#/components/schemas/Task'}}
operations:
  add:
    action: receive
    channel: {$ref: '#/channels/root'}
    messages: [{$ref: '#/channels/root/messages/add'}]
  done:
    action: send
    channel: {$ref: '#/channels/root'}
    messages: [{$ref: '#/channels/root/messages/done'}]
components:
  schemas:
    Task:
      type: object
      required: [name]
      additionalProperties: false
      properties:
        name: {type: string}
        note: {type: string}
        tags: {type: array, items: {type: string}, default: []}
        parent: {$ref: '#/components/schemas/Task'}
"""


@pytest.fixture
def tasks(make: Any) -> Any:
    """A server of tasks, a client, and the models."""
    models = make(OPTIONS)
    app = flask.Flask("tasks")
    socketio = AsyncAPISocketIO(app, async_mode="threading")
    return models, socketio, socketio.test_client(app)


def test_what_nobody_set_is_left_out_of_emits_that_nobody_declared_again(tasks: Any) -> None:
    models, socketio, client = tasks
    socketio.on("add", get_from_typehint=True)(handler(models.Task, None))
    task = models.Task(name="a", parent=models.Task(name="b"))
    socketio.emit("done", task)
    socketio.emit("done", {"name": "c", "parent": task})
    socketio.emit("anything", [task])
    plain = {"name": "a", "parent": {"name": "b"}}
    assert [event["args"][0] for event in client.get_received()] == [
        plain,
        {"name": "c", "parent": plain},
        [plain],
    ]


def test_what_nobody_set_is_left_out_within_what_people_wrote(tasks: Any) -> None:
    """Their own optional fields stay as Pydantic writes them."""
    models, socketio, client = tasks
    fields: dict[str, Any] = {"task": (models.Task, ...), "why": (str | None, None)}
    Reply = pydantic.create_model("Reply", **fields)
    Own = pydantic.create_model("Own", __base__=models.Task, more=(int, 1))
    task = models.Task(name="a")
    answers: dict[str, tuple[Any, Any, Any]] = {
        "model": (Reply, Reply(task=task), {"task": {"name": "a"}, "why": None}),
        "list": (list[models.Task], [task, {"name": "b"}], [{"name": "a"}, {"name": "b"}]),
        "dict": (
            dict[str, Reply],
            {"a": Reply(task=task)},
            {"a": {"task": {"name": "a"}, "why": None}},
        ),
        "either": (
            list[models.Task | Reply],
            [task, Reply(task=task)],
            [{"name": "a"}, {"task": {"name": "a"}, "why": None}],
        ),
        "set": (models.Task, models.Task(name="a", note="n"), {"name": "a", "note": "n"}),
        "filled": (models.Task, tagged(models), {"name": "a", "tags": ["t"]}),
        "own": (Own, Own(name="a"), {"name": "a", "more": 1}),
    }
    for event, (returns, answer, _) in answers.items():
        socketio.on(event, get_from_typehint=True)(answering(returns, answer))
    given = {event: client.emit(event, callback=True) for event in answers}
    assert given == {event: expected for event, (_, _, expected) in answers.items()}


def tagged(models: Any) -> Any:
    """A task whose list nobody set, but filled."""
    task = models.Task(name="a")
    task.tags.append("t")
    return task


def answering(returns: Any, answer: Any) -> Any:
    def handle() -> Any:
        return answer

    handle.__annotations__ = {"return": returns}
    return handle


INLINE = """
asyncapi: 3.1.0
info: {title: Notes, version: '1'}
channels:
  50%/a:
    address: /
    messages:
      note:
        payload:
          type: object
          required: [text]
          properties:
            text: {type: string, maxLength: 3}
      same: {payload: {$ref: '#/channels/50%25~1a/messages/note/payload'}}
      said: {payload: {type: string}}
  other:
    address: /other
    messages:
      said: {$ref: '#/components/messages/One'}
  third:
    address: /third
    messages:
      said: {$ref: '#/components/messages/Two'}
operations:
  in:
    action: receive
    channel: {$ref: '#/channels/50%25~1a'}
  out:
    action: send
    channel: {$ref: '#/channels/50%25~1a'}
    messages: [{$ref: '#/channels/50%25~1a/messages/said'}]
  other: {action: receive, channel: {$ref: '#/channels/other'}}
  third: {action: receive, channel: {$ref: '#/channels/third'}}
components:
  messages:
    One: {$ref: '#/components/messages/Two'}
    Two: {name: said, payload: {type: boolean}}
"""


def judged(made: dict[str, Any]) -> Any:
    """Whether an event is received, or sent, by a document."""
    guard = Guard(load(made))

    def judge(action: str, event: str, value: Any, namespace: str = "/") -> bool:
        verdict = getattr(guard, f"{action}_event")(namespace, event, [value])
        return verdict.violation is None

    return judge


def test_a_payload_that_is_replaced_stays_where_others_refer_to_it(make: Any) -> None:
    models = make(INLINE)
    socketio = AsyncAPISocketIO(async_mode="threading")
    socketio.on("note", get_from_typehint=True)(handler(int, None))
    socketio.on("again", get_from_typehint=True)(handler(models.NotePayload, None))
    judge = judged(document(socketio))
    assert judge("receive", "note", 1)
    assert not judge("receive", "note", {"text": "abc"})
    for event in ("same", "again"):
        assert judge("receive", event, {"text": "abc"})
        assert not judge("receive", event, {"text": "abcd"})
        assert not judge("receive", event, 1)


def test_a_message_of_both_directions_is_replaced_in_one(make: Any) -> None:
    models = make(INLINE)
    socketio = AsyncAPISocketIO(async_mode="threading")
    socketio.on("note", get_from_typehint=True)(handler(models.NotePayload, None))
    socketio.on("said", get_from_typehint=True)(handler(int, None))
    judge = judged(document(socketio))
    assert judge("receive", "said", 1)
    assert not judge("receive", "said", "text")
    assert judge("send", "said", "text")
    assert not judge("send", "said", 1)
    assert judge("receive", "note", {"text": "abc"})


def test_a_message_under_two_names_is_replaced_in_one_channel(make: Any) -> None:
    models = make(INLINE)
    socketio = AsyncAPISocketIO(async_mode="threading")
    socketio.on("note", get_from_typehint=True)(handler(models.NotePayload, None))
    socketio.on("said", "/other", get_from_typehint=True)(handler(int, None))
    judge = judged(document(socketio))
    assert judge("receive", "said", 1, "/other")
    assert not judge("receive", "said", 1, "/third")
    assert judge("receive", "said", True, "/third")


def test_nothing_empty_is_added(make: Any) -> None:
    models = make(INLINE)
    socketio = AsyncAPISocketIO(async_mode="threading")
    socketio.on("again", get_from_typehint=True)(handler(models.NotePayload, None))
    assert "schemas" not in socketio.asyncapi_doc.dict()["components"]


def test_models_of_one_name_are_told_apart(make: Any) -> None:
    """The document's own schema judges what has its type, whoever was registered first."""
    models = make(OPTIONS)
    fields: dict[str, Any] = {"size": (int, ...)}
    Task = pydantic.create_model("Task", **fields)
    socketio = AsyncAPISocketIO(async_mode="threading")
    socketio.on("mine", get_from_typehint=True)(handler(Task, None))
    socketio.on("theirs", get_from_typehint=True)(handler(models.Task, None))
    made = document(socketio)
    assert made["components"]["schemas"].keys() == {"Task", "Task_2"}
    judge = judged(made)
    assert judge("receive", "mine", {"size": 1})
    assert judge("receive", "theirs", {"name": "a", "parent": {"name": "b"}})
    assert not judge("receive", "theirs", {"name": "a", "parent": None})


def test_a_schema_of_another_file_is_the_documents_own(make: Any, tmp_path: Path) -> None:
    main, _, schemas = OPTIONS.partition("components:")
    (tmp_path / "more").mkdir()
    (tmp_path / "more" / "schemas.yml").write_text(
        dedent(schemas.partition("schemas:")[2].lstrip("\n")).replace("/components/schemas", "")
    )
    models = make(main.replace("#/components/schemas/", "more/schemas.yml#/"))
    (type_,) = (kind for kind in models.SOURCE.schemas if isinstance(kind, type))
    socketio = AsyncAPISocketIO(async_mode="threading")
    socketio.on("theirs", get_from_typehint=True)(handler(list[type_], None))
    made = document(socketio)
    assert made["components"]["schemas"].keys() == {"Task"}
    judge = judged(made)
    assert judge("receive", "theirs", [{"name": "a"}])
    assert not judge("receive", "theirs", [{"name": "a", "note": None}])


def test_several_modules_may_come_from_one_document(models: Any, tmp_path: Path) -> None:
    """Wherever they are, and whichever of them a handler has its types from."""
    (tmp_path / "more").mkdir()
    made = generate_models(open_documents(SPEC), Options(), Destination("../asyncapi.yml", "m.py"))
    path = tmp_path / "more" / f"merged_{next(numbers)}.py"
    path.write_text(made.files[""])
    found = importlib.util.spec_from_file_location(path.stem, path)
    assert found is not None
    assert found.loader is not None
    others = sys.modules[path.stem] = importlib.util.module_from_spec(found)
    found.loader.exec_module(others)
    socketio = server(models)
    handle = handler(others.GameReference, models.JoinGameAck)
    socketio.on("join_game", get_from_typehint=True)(handle)
    assert document(socketio) == open_documents(SPEC).main.data
    del sys.modules[path.stem]


def test_models_of_several_documents_have_no_origin(make: Any, tmp_path: Path) -> None:
    """A warning says so: what the documents say besides is not in force."""
    models = make(OPTIONS)
    socketio = AsyncAPISocketIO(async_mode="threading")
    socketio.on("theirs", get_from_typehint=True)(handler(models.Task, None))
    with generated(tmp_path / "other", OPTIONS) as others:
        socketio.on("others", get_from_typehint=True)(handler(others.Task, None))
        with pytest.warns(UserWarning, match="several documents"):
            made = socketio.asyncapi_doc.dict()
    assert made["info"]["title"] == "Socket.IO API"


ACKS = """\
asyncapi: 3.1.0
info: {title: Acks, version: '1'}
channels:
  root:
    address: /
    messages:
      pay:
        payload: {type: integer}
        x-ack: {args: {$ref: '#/components/schemas/Paid'}, timeout: 5}
      log: {payload: {type: string}, x-ack: false}
operations:
  hear: {action: receive, channel: {$ref: '#/channels/root'}}
components:
  schemas:
    Paid: {type: object, required: [sum], properties: {sum: {type: integer}}}
    Other: {type: object, required: [more], properties: {more: {type: integer}}}
"""


def test_options_of_acks_are_kept_and_added(make: Any) -> None:
    """The document's, where other types are written, and those of registrations."""
    models = make(ACKS)
    socketio = AsyncAPISocketIO(async_mode="threading")
    register = socketio.on("pay", get_from_typehint=True, ack_required=True)
    register(handler(int, models.Paid))
    assert socketio.asyncapi_doc.dict()["channels"]["root"]["messages"] == {
        "pay": {
            "payload": {"type": "integer"},
            "x-ack": {
                "args": {"$ref": "#/components/schemas/Paid"},
                "timeout": 5,
                "required": True,
            },
        },
        "log": {"payload": {"type": "string"}, "x-ack": False},
    }
    socketio.on("pay", get_from_typehint=True)(handler(int, models.Other))
    ack = socketio.asyncapi_doc.dict()["channels"]["root"]["messages"]["pay"]["x-ack"]
    assert ack == {"args": {"$ref": "#/components/schemas/Other"}, "timeout": 5}
    socketio.on("pay", get_from_typehint=True, no_ack=True)(handler(int, None))
    assert socketio.asyncapi_doc.dict()["channels"]["root"]["messages"]["pay"]["x-ack"] is False
