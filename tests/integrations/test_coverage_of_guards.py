"""Coverage of a document by guards: servers on threads and asyncio, clients, several processes."""

from __future__ import annotations

import json
import multiprocessing
import os
from typing import TYPE_CHECKING, Any, Literal

import pytest
import socketio
from measured import KINDS, Measured
from measured import document as rooms
from pydantic import BaseModel

from asyncapi_guard import AsyncAPIGuard, AsyncAPIServer, Identity, InstallationError
from asyncapi_guard.coverage.data_files import Data, NotCoverage, read_data
from asyncapi_guard.coverage.gathering import gathered, report_on
from asyncapi_guard.integrations.covering import VARIABLE

if TYPE_CHECKING:
    from pathlib import Path

#: In the document of `measured`: for each of two channels, `say` is received and acknowledged, and
#: `said` is sent. So for each there are two operations, two messages, an ack, and a rejection.
TOTAL = 2 * 6


@pytest.fixture(params=KINDS)
def kind(request: pytest.FixtureRequest) -> str:
    return str(request.param)


@pytest.fixture
def file(tmp_path: Path) -> Path:
    """A document in a file."""
    found = tmp_path / "asyncapi.yml"
    found.write_text(json.dumps(rooms()))
    return found


def seen(report: Any) -> list[str]:
    """What was seen, as `operation kind`."""
    return sorted(
        f"{key.operation} {key.kind}" for key, fact in report.model.facts.items() if fact.seen
    )


MAIN = ["receive_main ack", "receive_main message", "receive_main operation"]
SENT = ["send_main message", "send_main operation"]


def test_traffic_counts_in_both_directions(kind: str, net: Any) -> None:
    """An accepted event, its ack and what is sent; then a rejected event, and a bad ack."""
    served = Measured(kind, net)
    served.guard.measure_coverage()
    client = net.client(served.url)
    client.ask("say", "hello")
    report = served.guard.coverage()
    assert seen(report) == MAIN + SENT
    assert (report.counted.seen, report.counted.total) == (5, TOTAL)
    client.ask("say", 7)
    client.ask("say", "wrong")
    assert seen(served.guard.coverage()) == [*MAIN, "receive_main refusal", *SENT]


def test_namespaces_of_a_template_are_one(kind: str, net: Any) -> None:
    """They count for their channel, and for no other."""
    served = Measured(kind, net)
    served.guard.measure_coverage()
    client = net.client(served.url, namespaces=["/rooms/1"])
    client.ask("say", "hello", namespace="/rooms/1")
    assert {line.partition(" ")[0] for line in seen(served.guard.coverage())} == {
        "receive_room",
        "send_room",
    }


@pytest.mark.parametrize(("mode", "count"), [("report", 5), ("off", 5)])
def test_modes_change_nothing_but_rejections(mode: str, count: int, kind: str, net: Any) -> None:
    """Nothing is rejected then; with `off`, coverage looks whether traffic is valid."""
    served = Measured(kind, net, mode=mode)
    served.guard.measure_coverage()
    client = net.client(served.url)
    client.ask("say", 7)
    assert "receive_main message" not in seen(served.guard.coverage())
    client.ask("say", "hello")
    assert served.guard.coverage().counted.seen == count


def test_a_client_measures_the_same_things(net: Any) -> None:
    """What it sends is what a server receives."""
    served = Measured("threads", net, mode="off")
    guard = AsyncAPIGuard(rooms())
    client = net.client(served.url)
    client.close()
    io = socketio.Client(reconnection=False, handle_sigint=False)
    guard.protect(io)
    guard.measure_coverage()
    io.connect(served.url, transports=["websocket"])
    io.call("say", "hello")
    io.sleep(0.05)
    found = seen(guard.coverage())
    io.disconnect()
    io.eio.wait()
    if io.eio.ws is not None:
        io.eio.ws.shutdown()
    assert set(MAIN) <= set(found) <= {*MAIN, *SENT}


def secured() -> dict[str, Any]:
    """Who connects may show a token, and who says something must have shown one."""
    spec = rooms()
    auth = {"type": "object", "properties": {"token": {"type": "string"}}}
    spec["channels"]["main"]["messages"]["connect"] = {"payload": auth}
    reference = {"$ref": "#/channels/main/messages/connect"}
    channel = {"$ref": "#/channels/main"}
    operation = {"action": "receive", "channel": channel, "messages": [reference]}
    spec["operations"]["enter"] = operation
    spec["operations"]["receive_main"]["security"] = [
        {"$ref": "#/components/securitySchemes/tokens"}
    ]
    spec["components"] = {"securitySchemes": {"tokens": {"type": "http", "scheme": "bearer"}}}
    return spec


def test_connects_and_who_may_not_send_count(kind: str, net: Any) -> None:
    """The auth value is the payload of `connect`; none is no value."""

    def verify(credential: Any, _handshake: Any) -> Identity | None:
        return Identity("ada") if credential == "good" else None

    served = Measured(kind, net, secured(), security={"tokens": verify})
    served.guard.measure_coverage()
    client = net.client(served.url)
    client.ask("say", "hello")
    found = seen(served.guard.coverage())
    assert found == ["enter absence", "enter message", "enter operation", "receive_main refusal"]
    net.client(served.url, auth={"token": "good"}).ask("say", "hello")
    assert "enter field" in seen(served.guard.coverage())
    net.raw(served.url).enter(auth='{"token":7}')
    missing = {each.id: each.missing for each in served.guard.coverage().operations}
    assert missing["enter"] == ()
    (left,) = missing["receive_main"]
    assert left.text == "no invalid 'say' was rejected"


class Order(BaseModel):
    size: Literal["small", "large"]
    note: str = ""


def test_drop_ins_are_measured_by_the_document_that_they_export(
    net: Any, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """In a test run, whose variable all guards of a process read when they come."""
    monkeypatch.setenv(VARIABLE, str(tmp_path / "run-{pid}"))
    server = AsyncAPIServer(async_mode="threading", typed=True, title="Shop")

    class Shop(socketio.Namespace):  # type: ignore[misc]  # python-socketio carries no types
        def on_order(self, sid: str, order: Order) -> int:
            return len(order.note)

    server.register_namespace(Shop("/shop"))
    client = net.client(net.serve(socketio.WSGIApp(server)), namespaces=["/shop"])
    assert client.ask("order", {"size": "small"}, namespace="/shop") == [0]
    exported = tmp_path / "asyncapi.yml"
    exported.write_text(server.asyncapi_doc.get_yaml())
    report = report_on(exported, gathered(tmp_path.glob("run-*")))
    assert [each.text for each in report.operations[0].missing] == [
        "'shop_order' /size was never \"large\"",
        "'shop_order' /note was never present",
        "no invalid 'shop_order' was rejected",
    ]
    assert report.processes == 1


def test_a_document_of_the_client_speaks_of_the_client(net: Any, file: Path) -> None:
    """What it sends is what the server receives."""
    guard = AsyncAPIGuard(str(file), perspective="client")
    guard.protect(io := socketio.Server(async_mode="threading"))
    guard.measure_coverage()
    io.on("said", lambda sid, text: None)
    client = net.client(net.serve(socketio.WSGIApp(io)))
    client.io.emit("said", "hello")
    client.ask("said", "again")
    report = guard.coverage()
    assert seen(report) == ["send_main message", "send_main operation"]
    of_client = {each.id: (each.action, each.missing) for each in report.operations}
    assert of_client["send_main"][0] == "send"
    assert of_client["receive_main"][0] == "receive"


def _serve_and_talk(spec: str, pattern: str, event: str) -> None:
    """A process with a server, to which somebody sends one event."""
    guard = AsyncAPIGuard(spec)
    io = socketio.Server(async_mode="threading", async_handlers=False)
    io.on("say", lambda sid, text: 1)
    guard.protect(io)
    guard.measure_coverage(pattern)
    _talk(io, event)


def _talk(io: Any, event: str) -> None:
    """Feed packets to a server, as engine.io does."""
    io.manager.set_server(io)
    io.environ["e1"] = {"REQUEST_METHOD": "GET", "QUERY_STRING": ""}
    io._send_eio_packet = lambda *args: None
    io._handle_eio_message("e1", "0")
    io._handle_eio_message("e1", event)


def test_two_processes_are_merged(file: Path, tmp_path: Path) -> None:
    """By their files, of which each has one; a restart forgets nothing."""
    pattern = str(tmp_path / "guard-{pid}.cov")
    spawning = multiprocessing.get_context("spawn")
    for event in ('21["say","hello"]', '2["say",7]'):
        process = spawning.Process(target=_serve_and_talk, args=(str(file), pattern, event))
        process.start()
        process.join(120)
        assert process.exitcode == 0
    guard = AsyncAPIGuard(str(file))
    guard.measure_coverage(pattern)
    report = guard.coverage()
    assert seen(report) == [*MAIN, "receive_main refusal"]
    assert report.processes == 3
    assert report.operations[0].place.endswith("asyncapi.yml:1")


@pytest.mark.skipif(not hasattr(os, "fork"), reason="this system does not fork")
def test_a_fork_has_a_file_of_its_own(file: Path, tmp_path: Path, net: Any) -> None:
    """With what was seen before, and since."""
    served = Measured("threads", net, spec=str(file))
    served.guard.measure_coverage(tmp_path / "guard-{pid}.cov")
    net.client(served.url).ask("say", "hello")
    covered = served.guard._coverage
    assert covered is not None
    own = covered.of(served.guard.in_force.contract, "server")
    pid = os.fork()
    if pid == 0:
        try:
            key = next(k for k, f in own.recording.model.facts.items() if not f.seen)
            own._add([key])
        finally:
            os._exit(0)
    os.waitpid(pid, 0)
    files = {int(path.stem.partition("-")[2]): path for path in tmp_path.glob("guard-*.cov")}
    assert set(files) == {os.getpid(), pid}
    counts = {each: len(read_data(path)[0].keys) for each, path in files.items()}
    assert counts == {os.getpid(): 5, pid: 6}


def test_another_document_begins_with_what_it_has_in_common(file: Path, net: Any) -> None:
    """After a reload, what was seen stays seen, and what is new is missing."""
    served = Measured("threads", net, spec=str(file))
    served.guard.measure_coverage()
    client = net.client(served.url)
    client.ask("say", "hello")
    changed = rooms()
    changed["channels"]["main"]["messages"]["new"] = {"payload": {"type": "null"}}
    reference = {"$ref": "#/channels/main/messages/new"}
    changed["operations"]["receive_main"]["messages"].append(reference)
    file.write_text(json.dumps(changed))
    served.guard.reload()
    report = served.guard.coverage()
    assert set(seen(report)) == {*MAIN, *SENT}
    assert report.counted.total == TOTAL + 2


def test_what_is_not_measured_says_so(file: Path, tmp_path: Path) -> None:
    """And a name for several processes, or a second call, is an error."""
    guard = AsyncAPIGuard(str(file))
    with pytest.raises(InstallationError, match=r"guard\.measure_coverage"):
        guard.coverage()
    with pytest.raises(ValueError, match=r"put \{pid\} into the name"):
        guard.measure_coverage("guard.cov")
    guard.measure_coverage()
    with pytest.raises(InstallationError, match="already"):
        guard.measure_coverage(tmp_path / "{pid}")


def test_no_value_is_kept(file: Path, tmp_path: Path, net: Any) -> None:
    """Neither of accepted events nor of rejected ones."""
    served = Measured("threads", net, spec=str(file))
    served.guard.measure_coverage(tmp_path / "guard-{pid}.cov")
    client = net.client(served.url)
    client.ask("say", "secret")
    client.ask("say", {"secret": 1})
    (path,) = tmp_path.glob("guard-*.cov")
    assert "secret" not in path.read_text()


def test_a_folder_that_is_not_there_costs_nothing(
    file: Path, tmp_path: Path, net: Any, caplog: Any
) -> None:
    """It is said once, and traffic goes on."""
    served = Measured("threads", net, spec=str(file))
    served.guard.measure_coverage(tmp_path / "missing" / "guard-{pid}.cov")
    client = net.client(served.url)
    assert client.ask("say", "hello") == [1]
    client.ask("say", 7)
    assert caplog.text.count("can't write coverage data") == 1
    assert served.guard.coverage().counted.seen == 6


@pytest.mark.parametrize(
    ("text", "keys"),
    [
        ('{"asyncapi_coverage": 1}\n[["a", "", "", "", "", "", ""]]\n[["b", "', 1),
        ('{"asyncapi_coverage": 1}\n[["a", "\n[["b", "", "", "", "", "", ""]]\n', 1),
        ('{"asyncapi_coverage": 1}\n[["a"], 7, null]\n{"x": 1}\n', 0),
    ],
)
def test_lines_that_are_not_whole_are_left_out(text: str, keys: int, tmp_path: Path) -> None:
    """Somebody is writing, or was killed at that."""
    path = tmp_path / "x"
    path.write_text(text)
    (found,) = read_data(path)
    assert isinstance(found, Data)
    assert len(found.keys) == keys


@pytest.mark.parametrize("text", ["", "{}", "[1]", "hello", '{"asyncapi_coverage": 2}'])
def test_other_files_are_none(text: str, tmp_path: Path) -> None:
    """Also those of a later version."""
    path = tmp_path / "x"
    path.write_text(text)
    with pytest.raises(NotCoverage, match="is not a coverage data file"):
        read_data(path)
