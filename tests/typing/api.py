"""The public surface as type checkers read it; it is never run."""

from __future__ import annotations

from typing import Any

from typing_extensions import assert_type

from asyncapi_guard import (
    AsyncAPIAsyncClient,
    AsyncAPIAsyncServer,
    AsyncAPIClient,
    AsyncAPIGuard,
    AsyncAPIServer,
    Checkpoint,
    Contract,
    ContractViolation,
    Finding,
    Guard,
    Handshake,
    Message,
    Mode,
    Policy,
    Problem,
    SessionId,
    SpecError,
    Statistic,
    Verdict,
    Violation,
    load,
    testing,
)
from asyncapi_guard.contract import Perspective


def loads() -> None:
    """Loading and its errors."""
    contract = load("asyncapi.yml", allow_http=["example.com"], root="specs")
    assert_type(contract, Contract)
    assert_type(contract.title, str)
    try:
        load({"asyncapi": "3.1.0"})
    except SpecError as error:
        assert_type(error.findings, tuple[Finding, ...])
        assert_type(error.line, int)


def judges(contract: Contract) -> None:
    """The pure core."""
    guard = Guard(contract, Policy(mode=Mode.REPORT, exclude=["/admin"]))
    verdict = guard.receive_event("/", "move", [1])
    assert_type(verdict, Verdict)
    assert_type(verdict.violation, "Violation | None")
    assert_type(guard.connect("/", None).rejected, bool)


def guards() -> None:
    """The middleware."""

    def hook(violation: Violation) -> None:
        assert_type(violation.problems, tuple[Problem, ...])
        assert_type(violation.checkpoint, Checkpoint)
        assert_type(violation.sid, "str | None")
        assert_type(violation.address, "str | None")

    middleware = AsyncAPIGuard("asyncapi.yml", policy=Policy(), on_violation=hook, engine="rust")
    assert_type(middleware.statistics(), list[Statistic])
    assert_type(middleware.guard, Guard)
    assert_type(AsyncAPIGuard(addresses=False, respond_unhandled=False).contract, Contract)


def serves_consoles(app: Any) -> None:
    """The console's options, and its entrances; `docs_auth` can be a coroutine function."""

    async def docs_auth(scope: dict[str, Any]) -> bool:
        return str(scope["type"]) == "http"

    AsyncAPIGuard("asyncapi.yml", docs="/asyncapi", docs_auth=bool, live=True).wsgi(app)
    AsyncAPIGuard("asyncapi.yml", docs="/asyncapi", docs_auth=docs_auth).asgi(app)


def handles(error: ContractViolation) -> list[dict[str, Any]]:
    """Errors in handlers."""
    assert_type(error.json(), str)
    assert_type(error.errors(), "list[dict[str, str]]")
    return [dict(problem) for problem in error.errors()]


def tests_a_server() -> None:
    """The client for tests."""
    with testing.client("http://localhost", "asyncapi.yml", auth={"token": "a"}) as client:
        assert_type(client, testing.TestedServer)
        assert_type(client.events, tuple[testing.Received, ...])
        assert_type(client.events[0].args, tuple[Any, ...])
        assert_type(client.call("add", {"text": "milk"}), Any)
        assert_type(client.received("added", timeout=1), Any)
        client.answer("question", lambda text: {"answer": text})
        client.emit("say", "hi", namespace="/chat", callback=print)


async def tests_a_server_on_asyncio() -> None:
    """The same with `await`."""
    async with testing.async_client("http://localhost", {}, namespaces=["/chat"]) as client:
        assert_type(client, testing.AsyncTestedServer)
        assert_type(await client.received("added"), Any)
        await client.emit("say", ("a", 1))


def guards_clients() -> None:
    """Which side a document describes."""
    guard = AsyncAPIGuard("asyncapi.yml", perspective="client")
    assert_type(guard.contract.perspective, Perspective)
    assert_type(guard.guard.mirrored, Guard)


async def calls_by_clients(threaded: AsyncAPIClient, client: AsyncAPIAsyncClient) -> None:
    """Clients whose hints are the contract."""
    assert_type(threaded.call("vote", response_model=int), int)
    assert_type(await client.call("vote", namespace="/a", response_model=Problem), Problem)
    assert_type(await client.call("vote"), Any)
    assert_type(await client.emit("said", Problem), None)
    assert_type(client.guard, AsyncAPIGuard)
    assert_type(client.asyncapi_doc.get_yaml(), str)

    @client.event(namespace="/a")
    async def moved(x: int, message: Message) -> None:
        assert_type(message.event, str)

    threaded.on("moved", moved)
    client.doc_emit("connect", dict[str, str])


async def calls(threaded: AsyncAPIServer, server: AsyncAPIAsyncServer) -> None:
    """Servers whose hints are the contract."""
    assert_type(threaded.call("vote", to="a", response_model=int), int)
    assert_type(await server.call("vote", to="a", response_model=Problem), Problem)
    assert_type(await server.call("vote", to="a"), Any)
    assert_type(await server.emit("said", Problem), None)
    assert_type(server.guard, AsyncAPIGuard)

    @server.on("move")
    async def move(client: SessionId, handshake: Handshake, x: int) -> None:
        assert_type(handshake.headers["x-token"], str)
        assert_type(handshake.query, dict[str, str])
        assert_type(handshake.address, "str | None")
        await server.emit("moved", x, to=client)

    @server.event
    async def tell(message: Message, *words: str) -> None:
        assert_type(message.args, tuple[Any, ...])
        assert_type(message.id, "str | None")
        assert_type(message.wants_ack, "bool | None")

    threaded.on("move", move, namespace="/game", get_from_typehint=True)
    server.doc_emit("moved", int, ack_model=bool)
