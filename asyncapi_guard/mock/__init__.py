"""A mock of a document's server, which accepts, acknowledges and emits events by the contract.

`asyncapi-guard mock` serves it, and `asyncapi_guard.testing.mock` does so for tests. A `Script`
decides and sends nothing; `threads` and `aio` do what it decides, behind the guard as any server.
"""
