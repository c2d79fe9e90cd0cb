"""Serves the guarded application of the table of traffic: `serve_traffic.py MODE`.

MODE is gevent, eventlet or threading. Greenlets patch the standard library, so nothing else may
run in this process. The address is written when the server answers; `RemoteControls` ask and tell
the application. The server is `SocketIO.run`'s, with the websockets that it takes by default.
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

from conftest import new_application  # noqa: E402
from traffic_controls import Controls, offer  # noqa: E402


def free_port() -> int:
    """A port that is free now."""
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


def announce(port: int, sleep: object) -> None:
    """Write the address once the server takes connections; its parent waits for the line."""
    while True:
        with contextlib.suppress(OSError), socket.create_connection(("127.0.0.1", port)):
            break
        sleep(0.01)
    print(f"http://127.0.0.1:{port}", file=sys.__stdout__, flush=True)


def main() -> None:
    """Serve until the parent ends this process."""
    made = new_application(async_mode=MODE)
    offer(made.app, Controls(made))
    port = free_port()
    made.socketio.start_background_task(announce, port, made.socketio.sleep)
    sys.stdout = sys.stderr
    options = {"allow_unsafe_werkzeug": True} if MODE == "threading" else {}
    made.socketio.run(made.app, host="127.0.0.1", port=port, **options)


if __name__ == "__main__":
    main()
