"""`asyncapi_guard.testing`: clients that find what a server does outside of its document."""

from __future__ import annotations

import asyncio
import inspect
from typing import TYPE_CHECKING, Any

import pytest
import socketio
from client_conversations import Rogue
from conftest import document

from asyncapi_guard import AckValidationError, EmitValidationError, Policy, testing
from asyncapi_guard.spec import load

if TYPE_CHECKING:
    from collections.abc import Callable

ANSWER = ['3%s[{"ok":true}]']


class Ways:
    """`client` in this thread, or `async_client` in a loop; what they do is written once."""

    def __init__(self, name: str) -> None:
        self._name = name

    def test(self, url: str, what: Callable[[Any], Any], **options: Any) -> None:
        """Run a coroutine function with a client."""
        options.setdefault("spec", document())
        run = self._async if self._name == "async_client" else self._sync
        asyncio.run(run(url, what, options))

    async def _async(self, url: str, what: Callable[[Any], Any], options: dict[str, Any]) -> None:
        async with testing.async_client(url, **options) as client:
            await what(client)

    async def _sync(self, url: str, what: Callable[[Any], Any], options: dict[str, Any]) -> None:
        with testing.client(url, **options) as client:
            await what(_Awaitable(client))


class _Awaitable:
    """A client whose results can be awaited."""

    def __init__(self, client: Any) -> None:
        self._client = client

    def __getattr__(self, name: str) -> Any:
        value = getattr(self._client, name)
        if not inspect.ismethod(value) or name == "answer":
            return value

        async def call(*args: Any, **kwargs: Any) -> Any:
            return value(*args, **kwargs)

        return call


@pytest.fixture(params=["client", "async_client"])
def ways(request: pytest.FixtureRequest) -> Ways:
    """Each kind of client."""
    return Ways(request.param)


@pytest.fixture
def rogue(net: Any) -> Rogue:
    """A server that sends anything."""
    made: Rogue = net.also_serve(Rogue())
    made.url = net.serve(made.wsgi)
    return made


def test_a_test_speaks_with_a_server(ways: Ways, rogue: Rogue) -> None:
    """It sends, calls, receives, and answers."""
    rogue.ack = ANSWER

    async def test(client: Any) -> None:
        assert await client.call("move", {"x": 1}) == {"ok": True}
        assert (await asyncio.to_thread(rogue.received)).endswith('["move",{"x":1}]')
        await client.emit("pair", (1, "a"))
        assert await asyncio.to_thread(rogue.received) == '2["pair",1,"a"]'
        rogue.send('2["spread",1,"a"]', '2["plain","b"]', '2["ended"]')
        assert await client.received("ended") is None
        assert await client.received("plain") == "b"
        assert await client.received("spread") == (1, "a")
        client.answer("question", lambda text: {"answer": text.upper()})
        rogue.send('25["question","q"]')
        assert await asyncio.to_thread(rogue.received) == '35[{"answer":"Q"}]'
        assert [each.event for each in client.events] == ["spread", "plain", "ended", "question"]

    ways.test(rogue.url, test)
    assert rogue.ended.wait(20)


@pytest.mark.parametrize("transport", ["polling", "websocket"])
def test_a_test_on_asyncio_leaves_nothing_open(transport: str, rogue: Rogue) -> None:
    """Sessions and sockets are closed when the block ends, not when somebody collects garbage."""
    met: list[Any] = []

    async def test(client: Any) -> None:
        await client.emit("pair", (1, "a"))
        eio = client.io.eio
        met.extend([eio, eio.ws, eio.http, eio.http.connector])

    Ways("async_client").test(rogue.url, test, transports=[transport])
    eio, ws, session, connector = met
    assert (eio.http, session.closed, connector.closed) == (None, True, True)
    assert ws is None if transport == "polling" else ws.closed


@pytest.mark.parametrize(
    ("frames", "line"),
    [
        (['2["plain",5]'], "rejected event 'plain' from the server in '/': expected string"),
        (['2["nope"]'], "rejected event 'nope' from the server in '/': the event is not declared"),
        (['2["connect"]'], "the event's name is reserved by Socket.IO"),
        (["30[]"], "no event was sent with this ack id"),
        (['0/other,{"sid":"s"}'], "the client did not connect to the namespace"),
    ],
    ids=str,
)
def test_what_the_server_did_wrong_fails_the_test(
    frames: list[str], line: str, ways: Ways, rogue: Rogue
) -> None:
    """When the block ends; nobody waits for it."""

    async def test(client: Any) -> None:
        rogue.send(*frames, '2["plain","the end"]')
        await client.received("plain")

    with pytest.raises(testing.ContractBroken, match=line) as caught:
        ways.test(rogue.url, test)
    assert len(caught.value.violations) == 1


def test_an_error_that_the_test_got_is_for_the_test(ways: Ways, rogue: Rogue) -> None:
    """It may expect it, so the end of the block does not raise again."""
    rogue.ack = ["3%s[5]"]

    async def test(client: Any) -> None:
        with pytest.raises(EmitValidationError):
            await client.emit("move", {"x": 5})
        with pytest.raises(EmitValidationError):
            await client.call("nope")
        with pytest.raises(AckValidationError):
            await client.call("move", {"x": 1})

    ways.test(rogue.url, test)


def test_a_bad_ack_for_a_callback_fails_the_test(ways: Ways, rogue: Rogue) -> None:
    """Nobody else hears of it."""
    rogue.ack = ["3%s[5]", '2["plain","after it"]']

    async def test(client: Any) -> None:
        await client.emit("move", {"x": 1}, callback=pytest.fail)
        await client.received("plain")

    with pytest.raises(testing.ContractBroken, match="ack of event 'move'"):
        ways.test(rogue.url, test)


def test_a_bad_answer_of_the_test_fails_it(ways: Ways, rogue: Rogue) -> None:
    """An event whose ack is declared needs one."""

    async def test(client: Any) -> None:
        rogue.send('25["question","q"]', '2["plain","after it"]')
        await client.received("plain")

    with pytest.raises(testing.ContractBroken, match="ack of event 'question' from the client"):
        ways.test(rogue.url, test)


def test_an_exception_of_the_block_comes_first(ways: Ways, rogue: Rogue) -> None:
    """It says what the test was about."""

    async def test(client: Any) -> None:
        rogue.send('2["nope"]', '2["plain","a"]')
        await client.received("plain")
        raise KeyError("of the test")

    with pytest.raises(KeyError, match="of the test"):
        ways.test(rogue.url, test)
    assert rogue.ended.wait(20)


def test_an_event_that_does_not_come_says_what_came(ways: Ways, rogue: Rogue) -> None:
    """And what was rejected meanwhile."""

    async def test(client: Any) -> None:
        rogue.send('2["moved",{"x":7}]', '2["plain","a"]', '2["ended"]')
        await client.received("ended")
        with pytest.raises(testing.NotReceived) as caught:
            await client.received("moved", timeout=0)
        text = str(caught.value)
        assert "expected 'moved' in '/' within 0 s; received and not taken yet: 'plain'" in text
        assert "rejected event 'moved' from the server" in text
        raise caught.value

    with pytest.raises(testing.NotReceived):
        ways.test(rogue.url, test)


def test_the_auth_is_judged_before_it_leaves(ways: Ways, rogue: Rogue) -> None:
    """Nothing is connected then."""

    async def test(client: Any) -> None:
        raise AssertionError("it is not connected")

    with pytest.raises(EmitValidationError):
        ways.test(rogue.url, test, namespaces=["/locked"], auth={"token": 1})
    assert rogue.connects.empty()


def test_namespaces_auth_and_policy_are_passed_on(ways: Ways, rogue: Rogue) -> None:
    """A contract does as well as a document."""

    async def test(client: Any) -> None:
        assert rogue.connects.get(timeout=20) == '0/locked,{"token":"abcd"}'
        rogue.send('2/locked,["said",5]')
        assert await client.received("said", "/locked") == 5

    options = {"auth": {"token": "abcd"}, "namespaces": ["/locked"], "transports": ["websocket"]}
    policy = Policy(checkpoints={"receive_event": "report"})
    with pytest.raises(testing.ContractBroken, match="reported event 'said'"):
        ways.test(rogue.url, test, spec=load(document()), policy=policy, **options)


def test_a_server_that_is_not_there_is_python_socketios_error(ways: Ways) -> None:
    """The guard has nothing to say of it."""

    async def test(client: Any) -> None:
        raise AssertionError("it is not connected")

    with pytest.raises(socketio.exceptions.ConnectionError):
        ways.test("http://127.0.0.1:9", test)


def test_a_guarded_server_passes(ways: Ways, application: Any, net: Any) -> None:
    """Both sides have one document."""
    made = application()
    made.returns["move"] = {"ok": True}

    async def test(client: Any) -> None:
        assert await client.call("move", {"x": 1}) == {"ok": True}
        made.socketio.emit("moved", {"x": 2})
        assert await client.received("moved") == {"x": 2}

    ways.test(net.serve(made.app), test)


def test_both_have_the_same_methods_and_options() -> None:
    """What is done with one can be done with the other."""
    blocking, asynchronous = testing.TestedServer, testing.AsyncTestedServer
    for name in ("emit", "call", "received", "answer"):
        parameters = [
            list(inspect.signature(getattr(each, name)).parameters.values())
            for each in (blocking, asynchronous)
        ]
        assert parameters[0] == parameters[1], name
    assert (
        inspect.signature(testing.client).parameters
        == inspect.signature(testing.async_client).parameters
    )
