"""The request with which a client connects is judged by the `ws` binding of the channel."""

from __future__ import annotations

import contextlib
import json
from typing import TYPE_CHECKING, Any
from urllib.parse import urlencode

import pytest
import requests
import socketio as pysocketio
import websocket
from conftest import PATIENCE, WAYS, RawClient
from traffic_asyncio import Uvicorn, new_async_application

from asyncapi_guard import AsyncAPIGuard, Guard, InvalidDocument, Policy, load

if TYPE_CHECKING:
    from collections.abc import Callable

QUERY = {
    "type": "object",
    "required": ["room"],
    "properties": {
        "room": {"type": "integer", "minimum": 1},
        "tag": {"type": "array", "items": {"enum": ["a", "b"]}},
    },
    "additionalProperties": False,
}
HEADERS = {
    "type": "object",
    "required": ["X-Client"],
    "properties": {"X-Client": {"enum": ["web", "app"]}},
    "additionalProperties": False,
}


def spec(**binding: Any) -> dict[str, Any]:
    """A document with a namespace whose handshakes are described, and one where they are not."""
    token = {"type": "object", "required": ["token"]}
    return {
        "asyncapi": "3.1.0",
        "info": {"title": "T", "version": "1"},
        "channels": {
            "main": {
                "address": "/",
                "bindings": {"ws": binding or {"query": QUERY, "headers": HEADERS}},
                "messages": {"say": {"payload": {"type": "string"}}},
            },
            "open": {"address": "/open", "messages": {"connect": {"payload": token}}},
        },
        "operations": {
            "say": {"action": "receive", "channel": {"$ref": "#/channels/main"}},
            "open": {"action": "receive", "channel": {"$ref": "#/channels/open"}},
        },
    }


class OverWebsocket(RawClient):
    """A client that says what its request is."""

    def __init__(self, url: str, query: Any, headers: dict[str, str]) -> None:
        asked = urlencode(query, doseq=True)
        address = f"{url.replace('http', 'ws')}/socket.io/?EIO=4&transport=websocket&{asked}"
        self.ws = websocket.create_connection(address, timeout=PATIENCE, header=headers)
        self.ws.recv()


class OverPolling:
    """The same over long polling."""

    def __init__(self, url: str, query: Any, headers: dict[str, str]) -> None:
        asked = urlencode(query, doseq=True)
        self._address = f"{url}/socket.io/?EIO=4&transport=polling"
        self._http = requests.Session()
        opened = self._http.get(f"{self._address}&{asked}", headers=headers, timeout=PATIENCE)
        self._address += f"&sid={json.loads(opened.text[1:])['sid']}"

    def enter(self, namespace: str = "/", auth: str = "") -> str:
        data = f"40{'' if namespace == '/' else namespace + ','}{auth}"
        self._http.post(self._address, data=data, timeout=PATIENCE)
        answer = self._http.get(self._address, timeout=PATIENCE).text
        return answer.removeprefix("4")

    def close(self) -> None:
        with contextlib.suppress(requests.ConnectionError):  # the server may be gone
            self._http.post(self._address, data="1", timeout=PATIENCE)
        self._http.close()


TRANSPORTS = {"websocket": OverWebsocket, "polling": OverPolling}


class Served:
    """A guarded server, and clients that connect to it as a test says."""

    def __init__(self, way: str, document: Any, entrances: Any, net: Any, **options: Any) -> None:
        self._net = net
        if way == "asyncio":
            made = new_async_application(document, handlers=False, **options)
            self.violations, self.guard = made.violations, made.guard
            self.url = net.also_serve(Uvicorn(pysocketio.ASGIApp(made.server))).url
            self.io: Any = made.server
        else:
            entrance = entrances(way, document, **options)
            self.violations, self.guard = entrance.violations, entrance.guard
            self.io = entrance
            self.url = net.serve(entrance.wsgi)

    def client(self, transport: str, query: Any, headers: dict[str, str] | None = None) -> Any:
        made = TRANSPORTS[transport](self.url, query, headers or {"x-client": "web"})
        return self._net.also_close(made)


@pytest.fixture
def served(entrances: Any, net: Any) -> Callable[..., Served]:
    """Makes guarded servers."""
    return lambda way, document=None, **options: Served(
        way, document or spec(), entrances, net, **options
    )


ways = pytest.mark.parametrize("way", [*WAYS, "asyncio"])
transports = pytest.mark.parametrize("transport", TRANSPORTS)
#: By what they show: the query, the headers, and where the first problem is.
WRONG: dict[str, tuple[Any, dict[str, str], str]] = {
    "nothing": ({}, {}, "/query/room"),
    "no header": ({"room": 1}, {"x-other": "web"}, "/headers/X-Client"),
    "another type": ({"room": "x"}, {"x-client": "web"}, "/query/room"),
    "a limit": ({"room": 0}, {"x-client": "web"}, "/query/room"),
    "twice": ([("room", 1), ("room", 2)], {"x-client": "web"}, "/query/room"),
    "one more": ({"room": 1, "more": 1}, {"x-client": "web"}, "/query/more"),
    "an item": ({"room": 1, "tag": ["a", "c"]}, {"x-client": "web"}, "/query/tag/1"),
    "a header": ({"room": 1}, {"X-CLIENT": "other"}, "/headers/X-Client"),
}


@ways
@transports
def test_a_handshake_that_conforms_enters(way: str, transport: str, served: Any) -> None:
    """Whatever engine.io and browsers add to it."""
    at = served(way)
    for query in ({"room": 1}, {"room": "7", "tag": ["a", "b"]}, {"room": 2, "tag": "a"}):
        assert at.client(transport, query, {"X-ClienT": "app"}).enter().startswith("0")
    assert at.violations == []


@ways
@transports
@pytest.mark.parametrize("wrong", WRONG)
@pytest.mark.sampled(4)
def test_a_handshake_that_does_not_is_told_why(
    wrong: str, way: str, transport: str, served: Any
) -> None:
    """Before any handler runs, and without what was in it."""
    query, headers, path = WRONG[wrong]
    at, ran = served(way), []
    at.io.on("connect")(ran.append)
    frame = at.client(transport, query, headers or {"x-other": "1"}).enter()
    assert frame.startswith("4")
    reason = json.loads(frame[1:])
    assert reason["message"] == "the handshake does not match the contract"
    error = reason["data"]["error"]
    assert (error["code"], error["event"]) == ("request_validation_error", "connect")
    assert error["problems"][0]["path"] == path
    (violation,) = at.violations
    assert violation.checkpoint == "connect"
    assert ran == []


@ways
def test_each_namespace_has_its_own(way: str, served: Any) -> None:
    """Of one connection, one may be entered and another not."""
    at = served(way)
    at.io.on("connect", namespace="/open")(lambda *_: None)
    client = at.client("websocket", {})
    assert client.enter("/").startswith("4")
    assert client.enter("/open", '{"token":1}').startswith("0/open")
    assert client.enter("/open", "{}").startswith("4/open")


@ways
def test_the_auth_is_judged_as_well(way: str, served: Any) -> None:
    """What is wrong with either is told at once."""
    document = spec()
    document["channels"]["main"]["messages"]["connect"] = {
        "payload": {"type": "object", "required": ["token"]}
    }
    at = served(way, document)
    frame = at.client("websocket", {"room": "x"}).enter(auth='{"a":1}')
    problems = json.loads(frame[1:])["data"]["error"]["problems"]
    assert [each["path"] for each in problems] == ["/query/room", "/token"]
    assert at.client("websocket", {"room": 1}).enter(auth='{"a":1}').startswith("4")
    assert at.client("websocket", {"room": 1}).enter(auth='{"token":1}').startswith("0")


@ways
@pytest.mark.parametrize("mode", ["report", "off"])
def test_in_other_modes_everybody_enters(way: str, mode: str, served: Any) -> None:
    at = served(way, policy=Policy(mode=mode))
    assert at.client("websocket", {}).enter().startswith("0")
    assert [each.rejected for each in at.violations] == ([False] if mode == "report" else [])


def test_all_channels_of_an_address_have_their_say() -> None:
    """Each describes the handshake that it needs."""
    document = spec(query=QUERY)
    document["channels"]["also"] = {"address": "/", "bindings": {"ws": {"headers": HEADERS}}}
    guard = Guard(load(document))
    from asyncapi_guard.guard.handshakes import HandshakeRequest

    def verdict(query: Any, headers: Any) -> bool:
        request = HandshakeRequest("GET", query, headers)
        return guard.connect("/", None, lambda: request).rejected

    assert not verdict({"room": ["1"]}, {"x-client": ["web"]})
    assert verdict({"room": ["1"]}, {})
    assert verdict({}, {"x-client": ["web"]})


def test_bindings_may_be_references() -> None:
    """To what the components have."""
    document = spec()
    binding = document["channels"]["main"].pop("bindings")
    document["components"] = {"channelBindings": {"web": binding}, "schemas": {"Query": QUERY}}
    document["components"]["channelBindings"]["web"]["ws"]["query"] = {
        "$ref": "#/components/schemas/Query"
    }
    document["channels"]["main"]["bindings"] = {"$ref": "#/components/channelBindings/web"}
    found = load(document).channels["main"].websocket
    assert found.query.explain({"room": ["1"]}) is None
    assert found.query.explain({"room": ["0"]}) is not None


def test_a_handshake_is_a_get() -> None:
    """A document that says otherwise would let nobody in."""
    assert not Guard(load(spec(method="GET"))).contract.findings
    contract = load(spec(method="POST"))  # other WebSocket servers may take it
    with pytest.raises(InvalidDocument, match=r"Socket\.IO's handshake is a GET, not a POST"):
        AsyncAPIGuard(contract)


@pytest.mark.parametrize(
    ("binding", "words"),
    [
        ({"method": "PUT"}, "method must be 'GET' or 'POST', not 'PUT'"),
        ({"method": 1}, "method must be 'GET' or 'POST', not a number"),
        ({"query": {"type": "string"}}, "query must be a schema of type 'object'"),
        ({"headers": {"type": ["array", "null"]}}, "headers must be a schema of type 'object'"),
        ({"query": {"type": "object", "properties": {"a": {"pattern": "("}}}}, "pattern"),
        ({"query": {"$ref": "#/components/schemas/Nowhere"}}, "Nowhere"),
    ],
)
def test_a_binding_that_cannot_be_judged_by_is_an_error(binding: Any, words: str) -> None:
    with pytest.raises(Exception, match=words):
        load(spec(**binding))


@pytest.mark.parametrize("way", ["threads", "asyncio"])
@pytest.mark.parametrize("transport", TRANSPORTS)
def test_a_query_has_only_so_many_parameters(way: str, transport: str, served: Any) -> None:
    """Reading them takes time, and nobody knows who the client is; nobody else minds them."""
    at = served(way)
    query = [("room", "1"), *(("tag", "a") for _ in range(300))]
    visitor = at.client(transport, query)
    error = json.loads(visitor.enter().removeprefix("4"))["data"]["error"]
    assert (error["code"], error["problems"][0]["message"]) == (
        "malformed_packet",
        "the query has more than 256 parameters",
    )
    assert "malformed_packet" not in visitor.enter("/open", '{"token":1}')
