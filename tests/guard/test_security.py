"""Who may enter a namespace, and who may send an event: identities against requirements."""

from __future__ import annotations

from typing import Any

import pytest

from asyncapi_guard import Guard, Identity, Policy, load
from asyncapi_guard.guard.handshakes import HandshakeRequest

NOW = 1_000.0
SCHEMES = {
    "bearer": {"type": "http", "scheme": "bearer"},
    "key": {"type": "httpApiKey", "in": "header", "name": "X-Key"},
    "admin": {"type": "oauth2", "flows": {}, "scopes": ["write", "delete"]},
}


def refs(*names: str) -> list[dict[str, str]]:
    return [{"$ref": f"#/components/securitySchemes/{name}"} for name in names]


def guard(server: Any = (), connect: Any = (), say: Any = (), **policy: Any) -> Guard:
    """A guard whose document requires schemes, by their names."""
    here = {"$ref": "#/channels/c"}

    def operation(message: str, names: Any) -> dict[str, Any]:
        messages = [{"$ref": f"#/channels/c/messages/{message}"}]
        found = {"action": "receive", "channel": here, "messages": messages}
        return {**found, "security": refs(*names)} if names else found

    document = {
        "asyncapi": "3.1.0",
        "info": {"title": "T", "version": "1"},
        "servers": {"s": {"host": "h", "protocol": "ws", "security": refs(*server)}},
        "channels": {"c": {"address": "/", "messages": {"connect": {}, "say": {}, "loud": {}}}},
        "operations": {"enter": operation("connect", connect), "say": operation("say", say)},
        "components": {"securitySchemes": SCHEMES},
    }
    document["operations"]["loud"] = operation("loud", ())
    return Guard(load(document), Policy(**policy))


def code(verdict: Any) -> str | None:
    return None if verdict.violation is None else str(verdict.violation.code)


ANN = Identity("ann")
WRITER, ALL = Identity("ann", {"write"}), Identity("ann", {"write", "delete", "more"})
OLD, YOUNG = Identity("ann", expires_at=NOW), Identity("ann", expires_at=NOW + 1)


@pytest.mark.parametrize(
    ("required", "identities", "expected"),
    [
        ({"server": ["bearer"]}, {}, "unauthorized"),
        ({"server": ["bearer"]}, {"bearer": ANN}, None),
        ({"server": ["bearer"]}, {"key": ANN}, "unauthorized"),
        ({"server": ["bearer"]}, {"bearer": OLD}, "unauthorized"),
        ({"server": ["bearer"]}, {"bearer": YOUNG}, None),
        ({"server": ["bearer", "key"]}, {"key": ANN}, None),
        ({"server": ["bearer", "key"]}, {}, "unauthorized"),
        ({"server": ["admin"]}, {"admin": WRITER}, "forbidden"),
        ({"server": ["admin"]}, {"admin": ALL}, None),
        ({"server": ["admin", "key"]}, {"admin": WRITER}, "forbidden"),
        ({"server": ["admin", "key"]}, {"admin": WRITER, "key": ANN}, None),
        ({"server": ["bearer"], "connect": ["key"]}, {"bearer": ANN}, "unauthorized"),
        ({"server": ["bearer"], "connect": ["key"]}, {"key": ANN}, "unauthorized"),
        ({"server": ["bearer"], "connect": ["key"]}, {"key": ANN, "bearer": ANN}, None),
        ({"server": ["bearer"], "connect": ["admin"]}, {"admin": WRITER}, "unauthorized"),
        ({"say": ["bearer"]}, {}, None),
        ({}, {}, None),
    ],
)
def test_who_may_enter(required: Any, identities: Any, expected: str | None) -> None:
    """Any scheme of a list will do; a server's list and an operation's must both be met."""
    assert code(guard(**required).entering("/", identities, NOW)) == expected


@pytest.mark.parametrize(
    ("identities", "expected"),
    [
        ({}, "unauthorized"),
        ({"bearer": ANN}, "unauthorized"),
        ({"admin": WRITER}, "forbidden"),
        ({"admin": ALL}, None),
        ({"admin": Identity("a", ALL.scopes, NOW)}, "unauthorized"),
    ],
)
def test_who_may_send_an_event(identities: Any, expected: str | None) -> None:
    """An operation compares what was verified when the client connected."""
    judge = guard(server=["bearer"], say=["admin"])
    message = judge.receive_event("/", "say", ["x"]).message
    for matched in (message, None):
        assert code(judge.permits("/", "say", matched, identities, NOW)) == expected
    assert code(judge.permits("/", "loud", None, identities, NOW)) is None


def test_a_verdict_says_no_more_than_it_must() -> None:
    """Not which scheme, and not which scope."""
    violation = guard(server=["admin"]).entering("/", {"admin": WRITER}, NOW).violation
    assert violation is not None
    text = str(violation) + str(violation.as_dict())
    assert all(word not in text for word in ("admin", "delete", "ann", "scope"))
    assert (violation.checkpoint, violation.event, violation.rejected) == (
        "connect",
        "connect",
        True,
    )


def test_namespaces_that_nobody_declared_are_on_the_same_server() -> None:
    """What the server requires holds there; what is excluded is nobody's business."""
    judge = guard(server=["bearer"], say=["key"], undeclared_namespaces="off", exclude=["/admin"])
    assert code(judge.entering("/other", {}, NOW)) == "unauthorized"
    assert [each.name for each in judge.entrance("/other").schemes] == ["bearer"]
    assert [each.name for each in judge.entrance("/").schemes] == ["bearer", "key"]
    assert judge.entrance("/admin") is None
    assert code(judge.entering("/admin", {}, NOW)) is None


@pytest.mark.parametrize(
    ("policy", "rejected"),
    [
        ({}, True),
        ({"mode": "report"}, False),
        ({"mode": "report", "security": "enforce"}, True),
        ({"security": "report"}, False),
        ({"checkpoints": {"connect": "off"}}, True),
        ({"security": "off"}, None),
        ({"mode": "off"}, None),
    ],
)
def test_it_has_a_mode_of_its_own(policy: Any, rejected: bool | None) -> None:
    """By default, that of everything."""
    judge = guard(server=["bearer"], **policy)
    violation = judge.entering("/", {}, NOW).violation
    assert (None if violation is None else violation.rejected) == rejected
    assert judge.secured is (rejected is not None)
    with pytest.raises(ValueError, match="security must be 'enforce', 'report' or 'off'"):
        Policy(security="on")


def test_what_the_application_verifies_itself_is_left_to_it() -> None:
    """Whatever else is required is required."""
    judge = guard(server=["bearer", "key"], connect=["admin"])
    assert code(judge.entering("/", {"admin": ALL}, NOW, {"key"})) is None
    assert code(judge.entering("/", {"admin": WRITER}, NOW, {"key"})) == "forbidden"
    assert code(judge.entering("/", {}, NOW, {"key"})) == "unauthorized"


@pytest.mark.parametrize("declared", [True, False])
def test_what_clients_show_is_never_quoted(declared: bool) -> None:
    """Headers are not, and with security schemes, nothing of a connect is."""
    text = {"type": "object", "properties": {"token": {"maxLength": 1}, "X-Key": {"maxLength": 1}}}
    document: dict[str, Any] = {
        "asyncapi": "3.1.0",
        "info": {"title": "T", "version": "1"},
        "channels": {
            "c": {
                "address": "/",
                "bindings": {"ws": {"query": text, "headers": text}},
                "messages": {"connect": {"payload": text}, "say": {"payload": {"maxLength": 1}}},
            }
        },
        "operations": {"c": {"action": "receive", "channel": {"$ref": "#/channels/c"}}},
        "components": {"securitySchemes": SCHEMES} if declared else {},
    }
    judge = Guard(load(document), Policy(include_values=True))
    request = HandshakeRequest("GET", {"token": ["query c4n4ry"]}, {"x-key": ["header c4n4ry"]})
    found = judge.connect("/", {"token": "auth c4n4ry"}, lambda: request).violation
    assert found is not None
    quoted = {problem.path: problem.value for problem in found.problems}
    assert quoted.keys() == {"/query/token", "/headers/X-Key", "/token"}
    assert ("c4n4ry" in str(quoted)) is not declared
    assert quoted["/headers/X-Key"] is None
    said = judge.receive_event("/", "say", ["c4n4ry"]).violation
    assert said is not None
    assert said.problems[0].value == "'c4n4ry'"
