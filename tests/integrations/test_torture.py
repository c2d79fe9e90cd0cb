"""A document of odd names and types says what the server does, as independent judges see it."""

from __future__ import annotations

import importlib
import json
import os
import queue
import re
import shutil
import subprocess
import sys
from pathlib import Path
from typing import TYPE_CHECKING, Any

import jsonschema
import pytest
import socketio as pysocketio
import yaml
from referencing import Registry, Resource
from referencing.jsonschema import DRAFT7

from asyncapi_guard import load
from asyncapi_guard.lint import lint

if TYPE_CHECKING:
    from collections.abc import Iterator

HERE = Path(__file__).parent
PARSER = HERE.parent / "parser"


@pytest.fixture(scope="module")
def torture() -> Iterator[Any]:
    """The module, which is a script's neighbour."""
    sys.path.insert(0, str(HERE))
    try:
        yield importlib.import_module("torture")
    finally:
        sys.path.remove(str(HERE))


@pytest.fixture(scope="module")
def text(torture: Any) -> str:
    """The document, as it is exported."""
    return str(torture.create()[1].asyncapi_doc.get_yaml())


# -- the document ----------------------------------------------------------------------------------


def test_there_is_much_of_everything(torture: Any) -> None:
    """Sixty handlers at the least, and every name is another event."""
    assert len(torture.CASES) >= 60
    assert len({(case.namespace, case.event) for case in torture.CASES}) == len(torture.CASES)


@pytest.mark.parametrize(
    "seed", ["1", *(pytest.param(seed, marks=pytest.mark.slow) for seed in ("0", "4711"))]
)
def test_another_process_writes_the_same(text: str, seed: str) -> None:
    """The document is the same in every process, whatever its hash seed."""
    program = (
        "import sys, torture; "
        "sys.stdout.buffer.write(torture.create()[1].asyncapi_doc.get_yaml().encode())"
    )
    done = subprocess.run(
        [sys.executable, "-c", program],
        cwd=HERE,
        env={**os.environ, "PYTHONHASHSEED": seed},
        capture_output=True,
        check=True,
    )
    assert done.stdout.decode() == text


def test_lint_finds_nothing(text: str, tmp_path: Path) -> None:
    """No finding of any severity, but that its names are odd, which they are on purpose."""
    (tmp_path / "asyncapi.yml").write_text(text, encoding="utf-8")
    found = lint(tmp_path / "asyncapi.yml")
    assert {finding.code for finding in found} <= {"event-name", "odd-namespace"}


@pytest.mark.parametrize("engine", ["rust", "jsonschema"])
def test_it_loads(text: str, torture: Any, tmp_path: Path, engine: str) -> None:
    """As a file and as data, and each handler's event is in it."""
    (tmp_path / "asyncapi.yml").write_text(text, encoding="utf-8")
    contract = load(tmp_path / "asyncapi.yml", engine=engine)
    names = {
        (channel.address, message.event)
        for channel in contract.channels.values()
        for message in channel.messages.values()
    }
    assert names >= {(case.namespace, case.event) for case in (*torture.CASES, *torture.ROOMS)}


@pytest.mark.slow
def test_the_official_parser_finds_nothing(text: str, skip_or_fail: Any) -> None:
    """No error, no warning, no hint."""
    node = shutil.which("node")
    if node is None:
        skip_or_fail("node is not installed")
    if not (PARSER / "node_modules" / "@asyncapi" / "parser").is_dir():
        skip_or_fail("@asyncapi/parser is not installed: run npm install in tests/parser")
    done = subprocess.run(
        [node, "parse.mjs"],
        cwd=PARSER,
        input=text,
        capture_output=True,
        encoding="utf-8",
        timeout=600,
        check=True,
    )
    assert [json.loads(line) for line in done.stdout.splitlines()] == []


# -- an independent judge --------------------------------------------------------------------------


class Judge:
    """What plain `jsonschema`, and a few lines of the profile, make of a document."""

    def __init__(self, document: dict[str, Any]) -> None:
        self._document = document
        resource = Resource(contents=document, specification=DRAFT7)
        self._registry = Registry().with_resource("urn:document", resource)
        self._validator = jsonschema.validators.extend(
            jsonschema.Draft7Validator,
            {"type": _type},
            type_checker=jsonschema.Draft7Validator.TYPE_CHECKER.redefine(
                "string", lambda _, value: isinstance(value, (str, bytes))
            ),
        )
        self._formats = jsonschema.FormatChecker()
        self._formats.checks("binary")(lambda value: isinstance(value, bytes))
        self._formats.checks("date-time")(
            lambda value: re.fullmatch(r"[-\dT:.]+(Z|[+-]\d\d:\d\d)", value) is not None
        )

    def message(self, action: str, namespace: str, event: str) -> str | None:
        """The pointer of the only message of an event, if there is one."""
        found = [
            self._follow(reference)["$ref"]
            for operation in self._document["operations"].values()
            if operation["action"] == action
            and self._follow(operation["channel"])["address"] == namespace
            for reference in operation["messages"]
            if self._follow(self._follow(reference))["name"] == event
        ]
        if action == "receive" and not found:
            # What this project's documents say of catch-all handlers.
            found = [
                f"#/channels/{key}/x-catch-all"
                for key, channel in self._document["channels"].items()
                if channel["address"] == namespace and "x-catch-all" in channel
            ]
        assert len(found) < 2, (action, namespace, event)
        return found[0] if found else None

    def says(self, message: str, field: str) -> bool:
        """Whether a message has a schema of its `payload` or its `x-ack`."""
        return field in self._follow({"$ref": message})

    def fits(self, message: str, field: str, args: list[Any]) -> bool:
        """Whether a message's schema takes the arguments of an event or an ack."""
        schema = {"$ref": f"urn:document{message}/{field}"}
        whole = self._follow({"$ref": message})[field]
        while "$ref" in whole:
            whole = self._follow(whole)
        instance: Any = args
        if not isinstance(whole.get("items"), list):
            if len(args) > 1:
                return False
            instance = args[0] if args else None
        judge = self._validator(schema, registry=self._registry, format_checker=self._formats)
        return bool(judge.is_valid(instance))

    def _follow(self, node: Any) -> Any:
        found: Any = self._document
        for part in node["$ref"].removeprefix("#/").split("/"):
            found = found[part.replace("~1", "/").replace("~0", "~")]
        return found


def _type(validator: Any, types: Any, instance: Any, schema: Any) -> Iterator[Any]:
    """`type`, for which bytes are no text."""
    if isinstance(instance, bytes) and schema.get("format") != "binary":
        yield jsonschema.ValidationError("bytes are no text")
    else:
        yield from jsonschema.Draft7Validator.VALIDATORS["type"](validator, types, instance, schema)


class Recorder:
    """Everything that a client's connection carries, decoded from its packets.

    Attributes:
        packets: direction, namespace, what it is, the event, the arguments.
    """

    EVENTS, ACKS = (2, 5), (3, 6)

    def __init__(self, client: Any) -> None:
        self.packets: list[tuple[str, str, str, str, list[Any]]] = []
        self._asked: dict[tuple[str, str, int], str] = {}
        self._partial: dict[str, Any] = {}
        eio = client.io.eio
        send, trigger = eio.send, eio._trigger_event

        def sending(data: Any) -> None:
            self._record("sent", data)
            send(data)

        def receiving(event: str, *args: Any, run_async: bool = False) -> Any:
            if event != "message":
                return trigger(event, *args, run_async=run_async)
            # In their order, where the client would start a thread for each.
            self._record("received", *args)
            return trigger(event, *args, run_async=False)

        eio.send, eio._trigger_event = sending, receiving

    def _record(self, way: str, data: Any) -> None:
        packet = self._partial.pop(way, None)
        complete = False
        if packet is None:
            packet = pysocketio.packet.Packet(encoded_packet=data)
            complete = not packet.attachment_count
        else:
            complete = packet.add_attachment(data)
        if not complete:
            self._partial[way] = packet
        elif packet.packet_type in (*self.EVENTS, *self.ACKS):
            self._keep(way, packet)

    def _keep(self, way: str, packet: Any) -> None:
        namespace = packet.namespace or "/"
        if packet.packet_type in self.EVENTS:
            event, *args = packet.data
            if packet.id is not None:
                self._asked[way, namespace, packet.id] = event
            self.packets.append((way, namespace, "event", event, args))
        else:
            asker = "sent" if way == "received" else "received"
            event = self._asked.pop((asker, namespace, packet.id))
            self.packets.append((way, namespace, "ack", event, packet.data))


@pytest.fixture(scope="module")
def served(torture: Any, module_net: Any) -> tuple[Any, Any, Recorder]:
    """The application's `SocketIO`, a client that is in every namespace, and the recorder."""
    app, socketio = torture.create()
    client = module_net.client(module_net.serve(app))
    recorder = Recorder(client)
    namespaces = {case.namespace for case in torture.CASES} - {"/"}
    for namespace in sorted(namespaces):
        assert client.enter(namespace) is None
    rejection = client.enter("/rooms", {"token": "no"})
    assert rejection["data"]["error"]["code"] == "request_validation_error"
    assert client.enter("/rooms", {"token": "secret"}) is None
    assert client.enter("/wild") is None
    return socketio, client, recorder


def test_what_fits_is_taken_and_nothing_else(torture: Any, served: Any) -> None:
    """Each handler takes what it should, and the others are answered with a rejection."""
    _, client, _ = served
    wrong = [
        (case.event[:40], args, answer)
        for case in (*torture.CASES, *torture.ROOMS)
        for expected, examples in ((False, case.takes), (True, case.rejects))
        for args in examples
        if _rejected(answer := client.ask(case.event, *args, namespace=case.namespace)) != expected
    ]
    assert wrong == []


def test_everything_declared_is_emitted(torture: Any, served: Any) -> None:
    """Instances and plain data, and what a client answers."""
    socketio, client, recorder = served
    for event, _, values in torture.EMITS:
        for value in values:
            socketio.emit(event, value)
    socketio.emit("told/twice", 1)
    socketio.emit("told/twice", data=torture.Cat(kind="cat"))
    socketio.emit("elsewhere", torture.Cat(kind="cat"), namespace="/other")
    client.answers["asked"] = (1, "a")
    answered: queue.Queue[Any] = queue.Queue()
    sid = client.io.get_sid()
    socketio.emit("asked", "?", to=sid, callback=lambda *values: answered.put(values))
    assert answered.get(timeout=120) == (1, "a")
    client.ask("scalar/none")  # its ack comes after all that was emitted before
    heard = {packet[3] for packet in recorder.packets if packet[0] == "received"}
    assert heard >= {event for event, _, _ in torture.EMITS} | {"told/twice", "elsewhere", "asked"}


def test_a_catch_all_handler_judges_every_event(served: Any) -> None:
    """What no other handler takes must fit its types; a handler of its own goes first."""
    _, client, _ = served
    assert client.ask("whatever", {"kind": "cat"}, namespace="/wild") == ["whatever"]
    assert _rejected(client.ask("whatever", {"kind": "cow"}, namespace="/wild"))
    assert client.ask("known", 1, namespace="/wild") == [1]
    assert _rejected(client.ask("known", {"kind": "cat"}, namespace="/wild"))


def test_the_wire_carries_what_the_document_says(served: Any, text: str) -> None:
    """Every event, ack and emit of the tests before is one that the document allows.

    And what the server rejected is what the judge rejects.
    """
    packets = served[2].packets
    assert len({event for _, _, _, event, _ in packets}) > 100
    assert judge_packets(Judge(yaml.safe_load(text)), packets) == []


def judge_packets(judge: Judge, packets: list[Any]) -> list[Any]:
    """The packets of which the judge and the server disagree, or which nothing declares."""
    wrong: list[Any] = []
    fitted: dict[tuple[str, str], bool] = {}
    for packet in packets:
        way, namespace, kind, event, args = packet
        from_client = (way == "sent") == (kind == "event")
        message = judge.message("receive" if from_client else "send", namespace, event)
        if message is None:
            wrong.append(packet)
        elif kind == "event":
            fits = fitted[namespace, event] = judge.fits(message, "payload", args)
            if not fits and not from_client:
                wrong.append(packet)
        elif _rejected(args) == fitted[namespace, event]:
            wrong.append(packet)
        elif _rejected(args) or not judge.says(message, "x-ack"):
            continue
        elif not judge.fits(message, "x-ack", args):
            wrong.append(packet)
    return wrong


def test_the_judge_sees_what_is_wrong(text: str) -> None:
    """It is no rubber stamp: of packets that break the document it finds each."""
    packets = [
        ("received", "/", "event", "told/int", ["1"]),
        ("received", "/", "event", "told/unknown", [1]),
        ("sent", "/", "event", "scalar/int", [1]),
        ("received", "/", "ack", "scalar/int", ["1"]),
        ("received", "/", "event", "told/binary", ["text"]),
        ("received", "/", "event", "told/user", [{"name": b"Ann", "address": {"street": "s"}}]),
    ]
    found = judge_packets(Judge(yaml.safe_load(text)), packets)
    assert found == [packet for packet in packets if packet[0] == "received"]


def _rejected(answer: list[Any]) -> bool:
    error = answer[0].get("error") if len(answer) == 1 and isinstance(answer[0], dict) else None
    return isinstance(error, dict) and error.get("code") == "request_validation_error"


def test_what_a_validator_rejects_is_answered(served: Any) -> None:
    """It fits the document, and the model's own validator has the last word."""
    _, client, _ = served
    (answer,) = client.ask("model/validator", {"value": 3})
    assert answer["error"]["code"] == "request_validation_error"
    assert "3" not in json.dumps(answer["error"]["problems"])
