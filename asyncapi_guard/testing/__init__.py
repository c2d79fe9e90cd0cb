"""Test helpers that validate a server, or its clients, against an AsyncAPI document.

Guarded clients report server traffic that breaks the document.

    from asyncapi_guard import testing

    with testing.client("http://127.0.0.1:5000", "asyncapi.yml") as client:
        assert client.call("add", {"text": "milk"}) == {"id": 1}
        assert client.received("added") == {"id": 1, "text": "milk"}

When the block ends, `ContractBroken` is raised if the server sent something that the document does
not allow. What `emit` and `call` raise is for the test itself to expect.

A mock is a server for tests of clients.

    with testing.mock("asyncapi.yml") as server:
        my_client(server.url)
        assert server.received("add") == {"text": "milk"}

The mock also raises `ContractBroken` if a client sent something that the document does not allow.

`from_path` runs the tests of `asyncapi-guard test` as pytest cases, and `Replay` tests a server
with steps that you write.
"""

from __future__ import annotations

from asyncapi_guard.testing.asynchronous import AsyncTestedServer, async_client
from asyncapi_guard.testing.contract_cases import Case, ContractSchema, from_path
from asyncapi_guard.testing.inbox import ContractBroken, NotReceived, Received
from asyncapi_guard.testing.mocking import AsyncMockServer, MockServer, async_mock, mock
from asyncapi_guard.testing.replaying import Replay, ServerBrokeContract
from asyncapi_guard.testing.synchronous import TestedServer, client

__all__ = [
    "AsyncMockServer",
    "AsyncTestedServer",
    "Case",
    "ContractBroken",
    "ContractSchema",
    "MockServer",
    "NotReceived",
    "Received",
    "Replay",
    "ServerBrokeContract",
    "TestedServer",
    "async_client",
    "async_mock",
    "client",
    "from_path",
    "mock",
]
