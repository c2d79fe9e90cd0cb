"""Documents of others as mocks: what may be sent is answered by what may come back."""

from __future__ import annotations

from pathlib import Path
from typing import Any
from urllib.parse import quote

import pytest
import socketio

from asyncapi_guard import AsyncAPIGuard, AsyncAPIGuardError, testing
from asyncapi_guard.guard.credentials import source_of
from asyncapi_guard.mock.addresses import Addresses
from asyncapi_guard.values import NoValue, RandomChoices, draw_ack, draw_arguments, draw_value
from asyncapi_guard.values.judges import ack_judge

ROOT = Path(__file__).parents[2]
#: Where documents of others are, on machines that have them.
CORPUS = ROOT.parent / "shared" / "corpus" / "real"
OURS = [*ROOT.glob("examples/*/asyncapi.yml"), *ROOT.glob("specs/*.yml")]
PATIENCE = 60


def documents() -> list[Any]:
    theirs = sorted(CORPUS.iterdir()) if CORPUS.is_dir() else []
    gone = pytest.mark.skip(reason="the documents of others are not here")
    marked = [pytest.param(f, id=f.name, marks=pytest.mark.sampled(8)) for f in theirs]
    names = [f"{f.parent.name}-{f.name}" for f in OURS]
    return [
        *(pytest.param(f, id=name) for f, name in sorted(zip(OURS, names, strict=True))),
        *(marked or [pytest.param(CORPUS, id="others", marks=gone)]),
    ]


@pytest.mark.parametrize("file", documents())
def test_a_document_as_a_mock(file: Path) -> None:
    """Each namespace lets in, each event is accepted, each ack is valid, nothing else comes."""
    try:
        judge = AsyncAPIGuard(file).guard
    except AsyncAPIGuardError:
        return  # no contract of Socket.IO; the loader's own tests look at these
    servers = judge.contract.servers
    one = next(iter(servers), None) if len({s.security for s in servers.values()}) > 1 else None
    with testing.mock(file, server=one, on_connect=True) as mock:
        judge = mock.guard.guard
        addresses = Addresses(judge.contract)
        for address in addresses.names:
            if "?" not in address:  # clients take that for a query, and ask for what is before it
                talk(mock, judge, addresses.example(address))


def talk(mock: Any, judge: Any, namespace: str) -> None:
    """Enter a namespace, and send all that it takes."""
    plan = judge.plan_of(namespace)
    query, headers, auth = credentials(judge, namespace)
    if plan.connect is not None:
        drawn = draw_arguments(plan.connect.alternatives[0].schema, RandomChoices(1))
        auth = drawn[0] if drawn else auth
    query |= texts(judge, namespace)
    client = socketio.Client(reconnection=False, handle_sigint=False)
    came: list[Any] = []

    def answer(event: str, *args: Any) -> Any:
        came.append((event, args))
        acks = [offer.message.ack for offer in judge.rule_of_sent(namespace, event).offers]
        ack = next((each for each in acks if each is not None and not each.none), None)
        return None if ack is None else tuple(draw_ack(ack, RandomChoices(3)))

    client.on("*", answer, namespace=namespace)
    asked = "&".join(f"{name}={value}" for name, value in query.items())
    client.connect(
        f"{mock.url}?{asked}",
        headers,
        auth,
        transports=["websocket"],
        namespaces=[namespace],
        wait_timeout=PATIENCE,
    )
    try:
        for event, rule in plan.receive.items():
            send(client, namespace, event, rule)
    finally:
        client.disconnect()
    for event, args in came:
        assert judge.send_event(namespace, event, args).violation is None


def send(client: Any, namespace: str, event: str, rule: Any) -> None:
    """Send a valid value for each message of an event, and look at the ack."""
    for each in rule.alternatives:
        try:
            args = draw_arguments(each.schema, RandomChoices(5), accepts=rule.accepts)
        except NoValue:
            continue  # nothing fits
        ack = each.message.ack
        if each.message.reauthenticate:
            continue  # a credential of the contract's own form is in its own tests
        if ack is not None and ack.none:
            client.emit(event, tuple(args), namespace=namespace)
            continue
        answer = client.call(event, tuple(args), namespace=namespace, timeout=PATIENCE)
        values = [] if answer is None else list(answer) if isinstance(answer, tuple) else [answer]
        if ack is None:
            assert values == []
        else:
            assert ack_judge(ack)(values) or (answer is None and ack_judge(ack)([None]))


def credentials(judge: Any, namespace: str) -> tuple[dict[str, str], dict[str, str], Any]:
    """A query, headers and an auth that show what a namespace requires."""
    entrance = judge.entrance(namespace)
    query: dict[str, str] = {}
    headers: dict[str, str] = {}
    auth: dict[str, str] = {}
    for scheme in entrance.schemes if entrance is not None else ():
        source = source_of(scheme)
        if source[:1] == ("token",):
            auth["token"] = "abc"
        elif source[:1] == ("user",):
            auth.update(username="ada", password="secret")
        elif source[:1] == ("key",):
            auth["key"] = "abc"
        elif source[:1] == ("query",):
            query[source[1]] = "abc"
        elif source[:1] == ("cookie",):
            headers["Cookie"] = f"{source[1]}=abc"
        elif source:
            headers[source[1]] = "abc"
    return query, headers, auth or None


def texts(judge: Any, namespace: str) -> dict[str, str]:
    """A query that the `ws` binding of a namespace accepts."""
    found: dict[str, str] = {}
    for channel in judge.contract.channels.values():
        binding = channel.websocket
        if channel.address == namespace and binding is not None and binding.query is not None:
            drawn = draw_value(binding.query.schema, RandomChoices(2))
            found |= {name: quote(str(value)) for name, value in drawn.items()}
    return found
