"""`docs_auth`: whatever it returns, raises or waits for, nobody gets in by a fault of it."""

from __future__ import annotations

import asyncio
import threading
from concurrent.futures import ThreadPoolExecutor
from typing import TYPE_CHECKING, Any

import pytest
from conftest import PATIENCE
from console_chat import ask, judge
from entrances import AWAITING, SAY, Site

if TYPE_CHECKING:
    from collections.abc import Awaitable, Callable
    from pathlib import Path

SECRET = "open sesame"
PLACES = ("/", "/try", "/live", "/live.json", "/asyncapi.yml", ".json", "/static/try.js", "/x")
WAYS = ("flask", "wsgi", "asgi")


class Odd:
    """Raises at everything that one asks of it."""

    @property
    def __class__(self) -> Any:
        raise ValueError(SECRET)

    def __bool__(self) -> bool:
        raise ValueError(SECRET)

    def __eq__(self, _other: object) -> bool:
        raise ValueError(SECRET)

    __hash__ = None  # type: ignore[assignment]  # nothing of it works


class Vetoed(BaseException):
    """Is no `Exception`, and has no text."""

    def __str__(self) -> str:
        raise ValueError(SECRET)


async def never() -> bool:
    raise NotImplementedError


RETURNED: dict[str, Callable[[], Any]] = {
    "None": lambda: None,
    "empty": str,
    "text": lambda: SECRET,
    "one": lambda: 1,
    "odd": Odd,
    "function": lambda: never,
    "coroutines": lambda: [True],
}
RAISED: dict[str, Callable[[], BaseException]] = {
    "Exception": lambda: RuntimeError(SECRET),
    "StopIteration": lambda: StopIteration(SECRET),
    "StopAsyncIteration": lambda: StopAsyncIteration(SECRET),
    "BaseException": Vetoed,
    "CancelledError": lambda: asyncio.CancelledError(SECRET),
    "SystemExit": lambda: SystemExit(SECRET),
}


def refused(site: Site) -> None:
    """Nothing of the console is there."""
    for place in PLACES:
        answer = ask(site.root + place)
        assert (answer.status, answer.body) == (403, b"Forbidden\n")
    assert judge(site.root, SAY).status == 403


def asked_by(act: Callable[[], Any], kind: str) -> Callable[[Any], Any]:
    """A `docs_auth` of a kind."""

    def plain(_native: Any) -> Any:
        return act()

    async def awaited(_native: Any) -> Any:
        await asyncio.sleep(0)
        return act()

    return awaited if kind == "awaited" else plain


def raising(make: Callable[[], BaseException]) -> Callable[[], Any]:
    def act() -> Any:
        raise make()

    return act


KINDS = [*((way, "plain") for way in WAYS), ("asgi", "awaited")]


@pytest.mark.crossed
@pytest.mark.parametrize(("way", "kind"), KINDS)
@pytest.mark.parametrize("name", RETURNED)
def test_only_true_lets_in(
    net: Any, chat: Path, way: str, kind: str, name: str, caplog: pytest.LogCaptureFixture
) -> None:
    """Whatever else is returned is logged by its type, with what was expected."""
    refused(Site(way, net, chat, docs_auth=asked_by(RETURNED[name], kind), live=True))
    records = [each for each in caplog.records if each.name == "asyncapi_guard"]
    assert len(records) == len(PLACES) + 1
    for record in records:
        assert record.getMessage().startswith("docs_auth returned ")
        assert ", not True or False: answered with 403" in record.getMessage()
    assert SECRET not in caplog.text


@pytest.mark.crossed
@pytest.mark.parametrize(("way", "kind"), KINDS)
@pytest.mark.parametrize("name", RAISED)
def test_who_raises_lets_nobody_in(
    net: Any, chat: Path, way: str, kind: str, name: str, caplog: pytest.LogCaptureFixture
) -> None:
    """It is logged by its type and its place; and the server goes on."""
    site = Site(way, net, chat, docs_auth=asked_by(raising(RAISED[name]), kind), live=True)
    refused(site)
    told = [each.getMessage() for each in caplog.records if each.name == "asyncapi_guard"]
    assert len(told) == len(PLACES) + 1
    # A coroutine makes this one an error of its own, as Python has it.
    kinds = (RAISED[name]().__class__.__name__, "RuntimeError")
    for line in told:
        assert line.startswith(
            tuple(f"docs_auth raised, answered with 403: {k} in " for k in kinds)
        )
    assert SECRET not in caplog.text


@pytest.mark.parametrize("way", ["flask", "wsgi"])
def test_an_order_to_stop_is_followed(
    way: str, chat: Path, caplog: pytest.LogCaptureFixture
) -> None:
    """Ctrl+C, say, while it runs: it is logged, and not answered as if nothing had been."""
    from entrances import WAYS as ENTRANCES
    from werkzeug.test import Client

    act = raising(lambda: KeyboardInterrupt(SECRET))
    _, app = ENTRANCES[way](chat, docs_auth=asked_by(act, "plain"))
    client = Client(app)
    with pytest.raises(KeyboardInterrupt):
        client.get("/asyncapi/")
    assert "docs_auth raised, answered with nothing: KeyboardInterrupt in " in caplog.text
    assert SECRET not in caplog.text


@pytest.mark.parametrize(("way", "kind"), KINDS)
def test_a_slow_one_is_waited_for_by_its_own_request_alone(
    net: Any, chat: Path, way: str, kind: str
) -> None:
    """The others are answered meanwhile, those of the application too."""
    entered, go_on = threading.Event(), threading.Event()
    let_go: list[Callable[[], object]] = [go_on.set]

    def plain(native: Any) -> bool:
        if "slow" not in (native["query_string"].decode() if way == "asgi" else str(query(native))):
            return True
        entered.set()
        return go_on.wait(PATIENCE)

    async def awaited(scope: Any) -> bool:
        if b"slow" not in scope["query_string"]:
            return True
        loop, event = asyncio.get_running_loop(), asyncio.Event()
        let_go.append(lambda: loop.call_soon_threadsafe(event.set))
        entered.set()
        return await event.wait()

    site = Site(way, net, chat, docs_auth=awaited if kind == "awaited" else plain)
    with ThreadPoolExecutor() as threads:
        slow = threads.submit(ask, f"{site.root}/?slow")
        assert entered.wait(PATIENCE)
        assert ask(f"{site.root}/").status == 200
        assert ask(f"{site.url}/nothing").status == 404
        assert net.client(site.url, auth={"token": "x"}).ask("say", {"text": "hi"}) is not None
        for each in let_go:
            each()
        assert slow.result(PATIENCE).status == 200


def query(native: Any) -> Any:
    """The query of Flask's request, or of WSGI's environment."""
    return native["QUERY_STRING"] if isinstance(native, dict) else native.query_string


@pytest.mark.parametrize("way", AWAITING)
def test_a_plain_function_can_return_what_is_awaited(way: str, net: Any, chat: Path) -> None:
    """On ASGI, where it runs in a thread."""
    seen = [False]

    async def decide() -> bool:
        return seen[0]

    def docs_auth(_scope: Any) -> Awaitable[bool]:
        assert threading.current_thread().name.startswith("asyncapi-console")
        return decide()

    site = Site(way, net, chat, docs_auth=docs_auth)
    assert ask(f"{site.root}/").status == 403
    seen[0] = True
    assert ask(f"{site.root}/").status == 200


def test_a_request_that_is_given_up_is_given_up(chat: Path) -> None:
    """Its cancellation reaches what it waits for, and is no answer."""
    from asyncapi_guard.console.gate import Gate

    ended: list[str] = []

    async def run() -> None:
        entered = asyncio.Event()

        async def docs_auth(_scope: Any) -> bool:
            entered.set()
            try:
                await asyncio.Event().wait()
            finally:
                ended.append("ended")
            return True

        request = asyncio.ensure_future(Gate(docs_auth).permits_awaiting({}))
        await entered.wait()
        request.cancel()
        with pytest.raises(asyncio.CancelledError):
            await request
        await asyncio.sleep(0)

    asyncio.run(run())
    assert ended == ["ended"]
