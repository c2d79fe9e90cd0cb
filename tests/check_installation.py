"""Run by an interpreter that has nothing but the wheel: does what was built work by itself?"""

from __future__ import annotations

import json
import subprocess
import sys
import time
import urllib.request
from importlib.metadata import files
from pathlib import Path
from socket import socket


def main() -> None:
    """Import, validate, and serve the demo."""
    script = Path(sys.executable).with_name("asyncapi-guard")
    names = {str(file) for file in files("asyncapi-guard") or ()}
    for needed in (
        "asyncapi_guard/py.typed",
        "asyncapi_guard/_demo/server.py",
        "asyncapi_guard/_demo/asgi_server.py",
        "asyncapi_guard/_demo/demo_controls.py",
    ):
        assert needed in names, f"{needed} is not in the wheel"
    spec = next(str(f.locate()) for f in files("asyncapi-guard") or () if f.name == "tictactoe.yml")
    print(subprocess.check_output([script, "--version"], text=True).strip())
    print(subprocess.check_output([script, "validate", spec], text=True).strip())
    with socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port = probe.getsockname()[1]
    demo = subprocess.Popen([script, "demo", "--port", str(port)])
    try:
        url = f"http://127.0.0.1:{port}"
        page = wait_for(url + "/")
        assert b"<html" in page.lower()
        assert b"export" in wait_for(url + "/static/socketio.js")
        assert b"Tic-tac-toe" in wait_for(url + "/asyncapi/")
        opened = wait_for(url + "/socket.io/?EIO=4&transport=polling")
        assert "sid" in json.loads(opened[1:])
        print("the demo serves its page and speaks Socket.IO")
    finally:
        demo.terminate()
        demo.wait(300)


def wait_for(url: str) -> bytes:
    """The body of a page, once the server is up."""
    deadline = time.monotonic() + 300
    while time.monotonic() < deadline:
        try:
            with urllib.request.urlopen(url, timeout=300) as response:
                body: bytes = response.read()
                return body
        except ConnectionError:
            pass
        except OSError as error:
            if not isinstance(getattr(error, "reason", None), ConnectionError):
                raise
        time.sleep(0.1)
    raise SystemExit(f"{url} did not answer")


if __name__ == "__main__":
    main()
