"""docs/reference/errors.md: everything that a client is sent, and that there is nothing else."""

from __future__ import annotations

import functools
import json
import queue
import re
from contextlib import suppress
from pathlib import Path
from typing import TYPE_CHECKING, Any, NamedTuple

import pytest
import socketio as pysocketio

from asyncapi_guard import AsyncAPIGuard, Policy
from asyncapi_guard.errors import violation_error
from asyncapi_guard.violations import Checkpoint, Code

if TYPE_CHECKING:
    from collections.abc import Iterator

#: The server of the page has bugs: its handlers raise, some after the client has its answer.
pytestmark = pytest.mark.filterwarnings("ignore::pytest.PytestUnhandledThreadExceptionWarning")
PAGE = Path(__file__).parents[2] / "docs" / "reference" / "errors.md"
TEXT = PAGE.read_text(encoding="utf-8")
FENCE = re.compile(r"^```(\w+)\n(.*?)^```$", re.MULTILINE | re.DOTALL)
EMIT = re.compile(r"socket\.emit\((.*?)(, \(answer\) => console\.log\(answer\))?\);")
CONNECT = re.compile(r'io\("https://example\.com(/\w*)", \{auth: (.*)\}\);')


class Example(NamedTuple):
    """What a client does, and what it is sent."""

    heading: str
    kind: str
    does: str
    sent: Any


def examples() -> Iterator[Example]:
    """Each `json` block of the examples, with the block before it."""
    parts = re.split(r"^### (\w+)$", TEXT, flags=re.MULTILINE)
    for heading, body in zip(parts[1::2], parts[2::2], strict=True):
        kind, does = "", ""
        for fence, text in FENCE.findall(body):
            if fence == "json":
                yield Example(heading, kind, does, json.loads(text))
            else:
                kind, does = fence, text.strip()


EXAMPLES = list(examples())


def rows() -> dict[str, list[str]]:
    """The table: the cells after each code."""
    (table,) = re.findall(r"^\| `error.code` .*\n\|[-|]+\n((?:\|.*\n)+)", TEXT, re.MULTILINE)
    cells = [[cell.strip() for cell in line.strip("|").split("|")] for line in table.splitlines()]
    found = {}
    for first, *others in cells:
        (code, anchor) = re.fullmatch(r"\[`(\w+)`\]\(#(\w+)\)", first).groups()  # type: ignore[union-attr]
        assert code == anchor
        found[code] = others
    return found


def test_the_table_has_every_code() -> None:
    """Each code that exists is in the table, and has an example; nothing else is."""
    codes = {str(code) for code in Code}
    assert set(rows()) == codes
    assert {each.heading for each in EXAMPLES} == codes
    assert all(each.sent["error"]["code"] == each.heading for each in EXAMPLES)


@pytest.mark.parametrize("example", EXAMPLES, ids=lambda each: f"{each.heading} {each.does[:30]}")
def test_the_table_agrees_with_the_examples(example: Example) -> None:
    """About `problems`, and about how a response is sent."""
    _, ways, problems = rows()[example.heading]
    assert ("problems" in example.sent["error"]) == (problems == "yes")
    if CONNECT.search(example.does):
        assert "`connect_error`" in ways
    elif example.does:
        way = "ack" if "answer" in example.does or example.kind == "frame" else "`reject_event`"
        assert way in ways


@pytest.fixture(scope="module")
def url(module_net: Any, tmp_path_factory: pytest.TempPathFactory) -> str:
    """The page's server, at work."""
    blocks = FENCE.findall(TEXT)
    folder = tmp_path_factory.mktemp("errors")
    (document,) = (text for kind, text in blocks if kind == "yaml")
    (folder / "asyncapi.yml").write_text(document, encoding="utf-8")
    option, program = (text for kind, text in blocks if kind == "python")
    names: dict[str, Any] = {"__name__": "errors_page"}
    with pytest.MonkeyPatch.context() as patch:
        patch.chdir(folder)
        exec(compile(program, str(PAGE), "exec", dont_inherit=True), names)
        exec(compile(option, str(PAGE), "exec", dont_inherit=True), names)
    assert names["guard"].respond_unhandled is False
    address: str = module_net.serve(names["app"])
    return address


@pytest.fixture(scope="module")
def client(url: str, module_net: Any) -> Any:
    """A client that answers `ready` wrongly, and `confirm` not at all."""
    made = module_net.client(url, auth={"token": "t"})
    made.answers["ready"] = "yes"
    made.io._trigger_event = functools.partial(_leave_out, made.io._trigger_event)
    assert made.ask("make_move", {"x": 1}) == [{"ok": True}]
    return made


def _leave_out(trigger: Any, event: str, namespace: str, *args: Any) -> Any:
    if event == "confirm":
        raise RuntimeError("python-socketio does not answer then")
    return trigger(event, namespace, *args)


@pytest.mark.parametrize(
    "example",
    [each for each in EXAMPLES if each.does],
    ids=lambda each: f"{each.heading} {each.does[:30]}",
)
def test_a_client_is_sent_what_the_page_says(
    example: Example, client: Any, url: str, patience: int
) -> None:
    """By a real server, to a real client."""
    if (connect := CONNECT.search(example.does)) is not None:
        namespace, auth = connect.groups()
        assert rejection(url, namespace, json.loads(auth), patience) == example.sent
    else:
        assert answer_to(example, client) == example.sent


def answer_to(example: Example, client: Any) -> Any:
    """What a connected client is sent for what it does."""
    if example.kind == "frame":
        (answer,) = client.ask_raw(example.does.removeprefix("4"))  # which engine.io adds
        return answer
    call = EMIT.fullmatch(example.does)
    assert call is not None
    event, *args = json.loads(f"[{call[1]}]")
    if call[2]:
        (answer,) = client.ask(event, *args)
        return answer
    client.io.emit(event, tuple(args))
    namespace, name, (answer,) = client.receive()
    assert (namespace, name) == ("/", "rejected")
    return answer


def rejection(url: str, namespace: str, auth: Any, patience: int) -> Any:
    """The data of the `connect_error` that a new client gets."""
    got: queue.Queue[Any] = queue.Queue()
    io = pysocketio.Client(reconnection=False, handle_sigint=False)
    io.on("connect_error", got.put, namespace=namespace)
    with suppress(pysocketio.exceptions.ConnectionError):
        io.connect(url, auth=auth, namespaces=[namespace], transports=["websocket"])
    try:
        return got.get(timeout=patience)["data"]
    finally:
        io.disconnect()


def test_the_example_of_a_failing_guard() -> None:
    """It is what a guard answers that cannot judge."""
    (example,) = (each for each in EXAMPLES if each.heading == "guard_error")
    guard = AsyncAPIGuard(
        {"asyncapi": "3.1.0", "info": {"title": "T", "version": "1"}, "channels": {}}
    )
    failed = guard.guard.failed(Checkpoint.RECEIVE_EVENT, "/", "make_move").violation
    assert failed is not None
    assert violation_error(failed).answer() == example.sent


def test_the_example_of_a_limit() -> None:
    """It is what a guard answers to a client that sends too much."""
    (example,) = (each for each in EXAMPLES if each.heading == "rate_limited")
    guard = AsyncAPIGuard(
        {"asyncapi": "3.1.0", "info": {"title": "T", "version": "1"}, "channels": {}},
        policy=Policy(max_events_per_second=20),
    )
    limited = guard.guard.over_limit("/", "make_move", "max_events_per_second").violation
    assert limited is not None
    assert violation_error(limited).answer() == example.sent
