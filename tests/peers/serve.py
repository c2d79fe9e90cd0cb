"""Runs a program in the environment of a peer: as a server, or as a client of one.

python serve.py PROGRAM          # serves its `app`, and prints the port
python serve.py PROGRAM URL      # connects its `sio`, and says so
"""

from __future__ import annotations

import runpy
import socket
import sys
from typing import Any


def serve(app: Any) -> None:
    """Serve an ASGI application on a free port, until somebody ends the process."""
    import uvicorn

    listening = socket.create_server(("127.0.0.1", 0))
    print(listening.getsockname()[1], flush=True)  # noqa: T201  # for who started it
    config = uvicorn.Config(app, log_level="critical", lifespan="off")
    uvicorn.Server(config).run(sockets=[listening])


def connect(client: Any, url: str) -> None:
    """Connect a client to a server, until somebody ends the process."""
    client.connect(url, transports=["websocket"], wait_timeout=30)
    print("connected", flush=True)  # noqa: T201  # for who started it
    client.wait()


if __name__ == "__main__":
    names = runpy.run_path(sys.argv[1])
    if len(sys.argv) > 2:
        connect(names["sio"], sys.argv[2])
    else:
        serve(names["app"])
