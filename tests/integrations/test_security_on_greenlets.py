"""Who enters, and who stays, where servers run on gevent or on eventlet."""

from __future__ import annotations

import itertools
import json
import time
from typing import TYPE_CHECKING, Any
from urllib.request import Request, urlopen

import jwt as pyjwt
import pytest
from conftest import PATIENCE
from cryptography.hazmat.primitives.asymmetric import ed25519
from security_stage import (
    CANARY,
    GOOD,
    HANGING,
    ISSUER,
    OTHER,
    SCHEMES,
    SITUATIONS,
    SOON,
    WRONG,
    Shown,
    Visitor,
    shown,
)
from traffic_processes import PROGRAM, is_missing, serving

if TYPE_CHECKING:
    from collections.abc import Iterator

pytestmark = [pytest.mark.greenlets]
MODES, TRANSPORTS = ("gevent", "eventlet"), ("websocket", "polling")
modes = pytest.mark.parametrize("mode", MODES)
transports = pytest.mark.parametrize("transport", TRANSPORTS)


@pytest.fixture(scope="module")
def urls(tmp_path_factory: pytest.TempPathFactory, skip_or_fail: Any) -> Iterator[Any]:
    """The address of a server of each kind, which is started when it is asked for."""
    from contextlib import ExitStack

    made: dict[str, str] = {}
    with ExitStack() as stack:

        def url(mode: str) -> str:
            if mode not in made:
                if why := is_missing(mode):
                    skip_or_fail(why)
                log = tmp_path_factory.mktemp(mode) / "log.txt"
                program = PROGRAM.with_name("serve_secured.py")
                made[mode] = stack.enter_context(serving(log, mode, program=program))
            return made[mode]

        yield url


def visit(net: Any, transport: str, url: str, given: Shown) -> Visitor:
    visitor: Visitor = net.also_close(Visitor(transport, url, given))
    return visitor


def ask(visitor: Visitor, namespace: str, event: str, *args: Any) -> Any:
    visitor.send(f"2{namespace},7{json.dumps([event, *args])}")
    answer = json.loads(visitor.until(f"3{namespace},7")[len(f"3{namespace},7") :])
    return answer[0]["error"]["code"] if answer and "error" in answer[0] else answer


@modes
def test_the_console_is_served(mode: str, urls: Any) -> None:
    """Pages, verdicts and numbers, beside the traffic."""
    root = f"{urls(mode)}/asyncapi"
    for path in ("/", "/try", "/live", "/asyncapi.json", "/static/read.js"):
        with urlopen(root + path, timeout=PATIENCE) as page:
            assert page.status == 200
    items = [{"namespace": "/open", "event": name, "args": []} for name in ("say", "unheard")]
    asking = Request(f"{root}/judge", json.dumps({"items": items}).encode())
    asking.add_header("Content-Type", "application/json")
    with urlopen(asking, timeout=PATIENCE) as verdicts:
        found = [each["verdict"] for each in json.load(verdicts)["verdicts"]]
    assert found == ["accepted", "rejected"]
    with urlopen(f"{root}/live.json", timeout=PATIENCE) as numbers:
        assert json.load(numbers)


#: Each scheme in each situation on both; what one of them has over WebSocket, the other polls.
ROWS = [
    pytest.param(scheme, situation, transport, mode, id=f"{scheme}-{situation}-{transport}-{mode}")
    for row, (scheme, situation) in enumerate(itertools.product(SCHEMES, SITUATIONS))
    for column, mode in enumerate(MODES)
    for transport in [TRANSPORTS[(row + column) % 2]]
]


@pytest.mark.parametrize(("scheme", "situation", "transport", "mode"), ROWS)
@pytest.mark.sampled(5)
def test_who_enters(
    scheme: str, situation: str, transport: str, mode: str, urls: Any, net: Any
) -> None:
    """Nobody else, before any handler runs and without one broadcast."""
    visitor = visit(net, transport, urls(mode), SITUATIONS[situation](scheme))
    visitor.enter("/open", "")
    ask(visitor, "/open", "say")  # what happened before
    namespace = f"/{scheme}"
    answer = visitor.enter(namespace)
    (happened,) = ask(visitor, "/open", "say")  # what was broadcast before has come by then
    if situation == "right":
        assert answer.startswith(f"0{namespace},")
        assert happened == [namespace]
    else:
        code = "forbidden" if situation == "insufficient" else "unauthorized"
        assert json.loads(answer.partition(",")[2])["data"]["error"]["code"] == code
        assert happened == [code]
        assert not any(f"2{namespace}" in frame for frame in visitor.frames)
    assert CANARY not in "".join(visitor.frames)


@modes
@transports
def test_a_client_renews_itself(mode: str, transport: str, urls: Any, net: Any) -> None:
    """A verifier that hangs takes nobody's time, and what is wrong renews nothing."""
    visitor = visit(net, transport, urls(mode), shown("bearer", GOOD))
    assert visitor.enter("/bearer").startswith("0")
    visitor.send(f'2/bearer,9["renew","{HANGING}"]')
    other = visit(net, transport, urls(mode), shown("bearer", GOOD))
    assert other.enter("/bearer").startswith("0")
    if not any(frame.startswith("3/bearer,9") for frame in visitor.frames):
        visitor.until("3/bearer,9")
    assert ask(visitor, "/bearer", "renew", OTHER) == []
    assert ask(visitor, "/bearer", "renew", WRONG) == "unauthorized"
    assert ask(visitor, "/bearer", "say") == [["enter"]]


@modes
@transports
def test_tokens_are_verified_by_published_keys(
    mode: str, transport: str, urls: Any, net: Any
) -> None:
    """Which are fetched from this very server: a fetch holds up nobody."""

    def token(key: Any = ISSUER, **more: Any) -> str:
        claims = {"sub": "ann", "aud": "chat", "exp": time.time() + 1000, "scope": "enter"}
        return pyjwt.encode({**claims, **more}, key, "EdDSA")

    forged = token(ed25519.Ed25519PrivateKey.generate())
    for wrong in (forged, token(exp=1), token(aud="other")):
        visitor = visit(net, transport, urls(mode), shown("issued", wrong))
        assert "unauthorized" in visitor.enter("/issued")
    visitor = visit(net, transport, urls(mode), shown("issued", token()))
    while not visitor.enter("/issued").startswith("0"):
        pass  # a slow machine
    assert ask(visitor, "/issued", "renew", token(exp=time.time() + 2000)) == []
    assert ask(visitor, "/issued", "renew", forged) == "unauthorized"
    assert ask(visitor, "/issued", "renew", token(sub="bob")) == "unauthorized"


@modes
@transports
def test_a_client_hears_that_it_has_expired(mode: str, transport: str, urls: Any, net: Any) -> None:
    """And is disconnected then, unless it has renewed itself."""
    staying, leaving = (visit(net, transport, urls(mode), shown("bearer", SOON)) for _ in range(2))
    for each in (staying, leaving):
        while not each.enter("/bearer").startswith("0"):
            pass  # a slow machine
        if each is staying:
            assert ask(staying, "/bearer", "renew", GOOD) == []
    told = leaving.until('2/bearer,["session_over"')
    assert json.loads(told.partition(",")[2])[1]["error"]["code"] == "unauthorized"
    if "1/bearer," not in leaving.frames:
        leaving.until("1/bearer,")
    assert ask(staying, "/bearer", "say") == [["enter"]]
