"""The web servers and frameworks that python-socketio's asyncio server runs in."""

from __future__ import annotations

import asyncio
import contextlib
import importlib.util
import queue
import threading
from typing import TYPE_CHECKING, Any

import aiohttp.web
import fastapi
import pytest
import socketio
from traffic_asyncio import Uvicorn

from asyncapi_guard import AsyncAPIGuard

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator


def guarded(contract: Any, mode: str) -> tuple[Any, list[Any]]:
    """A server with one handler, and what its hook hears."""
    io = socketio.AsyncServer(async_mode=mode)
    violations: list[Any] = []
    AsyncAPIGuard(contract(), on_violation=violations.append).protect(io)

    @io.on("word")
    async def word(sid: str, text: str) -> tuple[int, str]:
        return 1, text

    return io, violations


@contextlib.contextmanager
def under_asgi(io: Any) -> Iterator[str]:
    served = Uvicorn(socketio.ASGIApp(io))
    yield served.url
    served.close()


@contextlib.contextmanager
def mounted_in_fastapi(io: Any) -> Iterator[str]:
    app = fastapi.FastAPI()
    app.mount("/", socketio.ASGIApp(io))
    served = Uvicorn(app)
    yield served.url
    served.close()


@contextlib.contextmanager
def around_fastapi(io: Any) -> Iterator[str]:
    served = Uvicorn(socketio.ASGIApp(io, other_asgi_app=fastapi.FastAPI()), lifespan="on")
    yield served.url
    served.close()


@contextlib.contextmanager
def under_aiohttp(io: Any) -> Iterator[str]:
    """In a thread with an event loop of its own."""
    app = aiohttp.web.Application()
    io.attach(app)
    loop = asyncio.new_event_loop()
    runner = aiohttp.web.AppRunner(app, shutdown_timeout=0.1)
    thread = threading.Thread(target=loop.run_forever, daemon=True)
    thread.start()

    def run(coroutine: Any) -> Any:
        return asyncio.run_coroutine_threadsafe(coroutine, loop).result(60)

    async def start() -> int:
        await runner.setup()
        site = aiohttp.web.TCPSite(runner, "127.0.0.1", 0)
        await site.start()
        return int(runner.addresses[0][1])

    yield f"http://127.0.0.1:{run(start())}"
    run(io.shutdown())
    run(runner.cleanup())
    loop.call_soon_threadsafe(loop.stop)
    thread.join(60)
    loop.close()


@contextlib.contextmanager
def under_tornado(io: Any) -> Iterator[str]:
    """In a thread with an event loop of its own."""
    import tornado.httpserver
    import tornado.netutil
    import tornado.web

    ready: queue.Queue[tuple[asyncio.AbstractEventLoop, asyncio.Event, int]] = queue.Queue()

    async def serve() -> None:
        handler = socketio.get_tornado_handler(io)
        (listening,) = tornado.netutil.bind_sockets(0, "127.0.0.1")
        served = tornado.httpserver.HTTPServer(tornado.web.Application([("/socket.io/", handler)]))
        served.add_sockets([listening])
        end = asyncio.Event()
        ready.put((asyncio.get_running_loop(), end, listening.getsockname()[1]))
        await end.wait()
        await io.shutdown()
        served.stop()
        await served.close_all_connections()

    thread = threading.Thread(target=asyncio.run, args=(serve(),), daemon=True)
    thread.start()
    loop, end, port = ready.get(timeout=60)
    yield f"http://127.0.0.1:{port}"
    loop.call_soon_threadsafe(end.set)
    thread.join(60)


SERVERS = {
    "ASGI": ("asgi", under_asgi),
    "mounted in FastAPI": ("asgi", mounted_in_fastapi),
    "around FastAPI": ("asgi", around_fastapi),
    "aiohttp": ("aiohttp", under_aiohttp),
    "Tornado": ("tornado", under_tornado),
}


@pytest.mark.parametrize("server", SERVERS)
def test_a_guarded_server_runs_in_it(
    server: str, contract: Callable[[], Any], net: Any, skip_or_fail: Any
) -> None:
    """Events pass, bad ones are answered, and violations have the client's address."""
    if server == "Tornado" and importlib.util.find_spec("tornado") is None:
        skip_or_fail("Tornado is not there: run pip install tornado")
    mode, serve = SERVERS[server]
    io, violations = guarded(contract, mode)
    with serve(io) as url:
        client = net.raw(url)
        client.enter()
        client.send('27["word","a"]')
        assert client.receive() == '37[1,"a"]'
        client.send('27["word",5]')
        assert '"request_validation_error"' in client.receive()
        client.send("xyz")
        assert [each.address for each in violations][:1] == ["127.0.0.1"]
        broken = net.raw(url)
        broken.enter()
        broken.ws.send("xyz")
        with contextlib.suppress(Exception):
            while broken.ws.recv():
                pass
        client.send('27["word","a"]')
        assert client.receive() == '37[1,"a"]'
        client.close()


@pytest.mark.parametrize("kind", [socketio.Server, socketio.AsyncServer])
def test_what_is_no_class_based_namespace_is_python_socketio_s_to_reject(
    kind: Any, contract: Any
) -> None:
    """On both kinds of servers: a value of any type, or a class of the other kind."""
    server = kind()
    AsyncAPIGuard(contract()).protect(server)
    other = socketio.Namespace if server.is_asyncio_based() else socketio.AsyncNamespace
    for value in (123, None, object(), socketio.ClientNamespace("/"), other("/")):
        with pytest.raises(ValueError, match="namespace"):
            server.register_namespace(value)
