"""Serves a guarded application: `serve_traffic.py MODE [ENTRANCE]`.

Without an ENTRANCE the application is that of the table of traffic, with one it is a `Stage`.

MODE is gevent, eventlet, threading or asyncio. Greenlets patch the standard library, so nothing
else may run in this process. The address is written when the server answers; `RemoteControls` ask
and tell the application. The server is `SocketIO.run`'s, with the websockets that it takes by
default; without Flask-SocketIO, it is the one that gevent, eventlet or Flask has, or uvicorn.
"""

from __future__ import annotations

import sys

MODE = sys.argv[1]
if MODE == "gevent":
    from gevent import monkey

    monkey.patch_all()
elif MODE == "eventlet":
    import eventlet

    eventlet.monkey_patch()

import contextlib  # noqa: E402  # what is patched must be patched before it is imported
import socket  # noqa: E402
from typing import TYPE_CHECKING, Any  # noqa: E402

from conftest import new_application  # noqa: E402
from ports import free_port  # noqa: E402
from traffic_controls import Controls, offer  # noqa: E402
from traffic_stage import Stage  # noqa: E402

if TYPE_CHECKING:
    from collections.abc import Callable

    import flask


def announce(port: int, sleep: Callable[[float], None]) -> None:
    """Write the address once the server takes connections; its parent waits for the line."""
    while True:
        with contextlib.suppress(OSError), socket.create_connection(("127.0.0.1", port)):
            break
        sleep(0.01)
    print(f"http://127.0.0.1:{port}", file=sys.__stdout__, flush=True)


def serve(app: flask.Flask, port: int) -> None:
    """Serve by what MODE has without Flask-SocketIO."""
    if MODE == "gevent":
        from gevent.pywsgi import WSGIServer

        WSGIServer(("127.0.0.1", port), app, log=None).serve_forever()
    elif MODE == "eventlet":
        import eventlet.wsgi

        eventlet.wsgi.server(eventlet.listen(("127.0.0.1", port)), app, log_output=False)
    else:
        app.run(port=port, threaded=True)


def serve_asyncio(entrance: str) -> None:
    """Serve a stage on asyncio by uvicorn."""
    import threading
    import time

    import uvicorn
    from traffic_stage_asyncio import AsyncStage

    port = free_port()
    threading.Thread(target=announce, args=(port, time.sleep), daemon=True).start()
    sys.stdout = sys.stderr
    uvicorn.run(AsyncStage(MODE, entrance).asgi, port=port, log_level="warning")


def main() -> None:
    """Serve until the parent ends this process."""
    if MODE == "asyncio":
        serve_asyncio(sys.argv[2])
        return
    made: Any
    if sys.argv[2:] and sys.argv[2] != "--serializer":
        made = controls = Stage(MODE, sys.argv[2])
    else:
        made = new_application(async_mode=MODE, serializer=(*sys.argv[3:], "default")[0])
        controls = Controls(made)
    offer(made.app, controls)
    port = free_port()
    made.server.start_background_task(announce, port, made.server.sleep)
    sys.stdout = sys.stderr
    if made.socketio is None:
        serve(made.app, port)
    else:
        options = {"allow_unsafe_werkzeug": True} if MODE == "threading" else {}
        made.socketio.run(made.app, host="127.0.0.1", port=port, **options)


if __name__ == "__main__":
    main()
