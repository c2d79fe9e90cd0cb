"""Serves a guarded server that requires something of its clients: `serve_secured.py MODE`.

MODE is gevent or eventlet, which patch the standard library, so nothing else may run in this
process. The address is written when the server answers. In `/open`, the event `say` is answered
with what has happened since: namespaces whose connect handlers ran, and the codes of violations.
The console is at `/asyncapi`.
"""

from __future__ import annotations

import sys

MODE = sys.argv[1]
if MODE == "gevent":
    from gevent import monkey

    monkey.patch_all()
else:
    import eventlet

    eventlet.monkey_patch()

import contextlib  # noqa: E402  # what is patched must be patched before it is imported
import json  # noqa: E402
import socket  # noqa: E402
import time  # noqa: E402
from typing import Any  # noqa: E402

import jwt as pyjwt  # noqa: E402
import socketio as pysocketio  # noqa: E402
from ports import free_port  # noqa: E402
from security_stage import (  # noqa: E402
    HANGING,
    ISSUER,
    SCHEMES,
    SOON,
    document,
    identity_of,
    with_ending,
    with_renewing,
)

from asyncapi_guard import AsyncAPIGuard, Identity, security  # noqa: E402


def issuer(environ: Any, start_response: Any) -> list[bytes]:
    """Publishes a key: if one who asks for it held up the others, nobody would answer."""
    algorithm = pyjwt.algorithms.get_default_algorithms()["EdDSA"]
    start_response("200 OK", [("Content-Type", "application/json")])
    key = algorithm.to_jwk(ISSUER.public_key(), as_dict=True)
    return [json.dumps({"keys": [key]}).encode()]


class Secured:
    """The server, whose verifiers tell the news to everybody; they may hang, too."""

    def __init__(self, port: int) -> None:
        self.io = pysocketio.Server(async_mode=MODE, namespaces="*")
        self.happened: list[str] = []
        SCHEMES["issued"] = SCHEMES["bearer"]
        spec = with_renewing(with_ending(document(), "bearer"), "issued")
        verifiers: dict[str, Any] = dict.fromkeys(SCHEMES, self.verify)
        verifiers["issued"] = security.jwt(
            jwks_url=f"http://127.0.0.1:{port}/keys", algorithms=["EdDSA"], audience="chat"
        )
        self.namespaces = [each["address"] for each in spec["channels"].values()]
        self.guard = AsyncAPIGuard(
            spec,
            security=verifiers,
            security_timeout=1,
            on_violation=lambda violation: self.happened.append(str(violation.code)),
            docs="/asyncapi",
            docs_auth=lambda environ: True,
            live=True,
        )
        self.guard.protect(self.io)
        self.io.on("connect", self.connected, namespace="*")
        self.io.on("say", self.say, namespace="/open")
        self.io.on("say", self.who, namespace="/bearer")

    def verify(self, credential: Any, handshake: Any) -> Identity | None:
        for namespace in self.namespaces:
            self.io.emit("news", namespace=namespace)
        if credential == HANGING:
            self.io.sleep(60)
        if credential == SOON:
            return Identity("ann", {"enter", "soon"}, time.time() + 0.5)
        return identity_of(credential, handshake)

    def connected(self, namespace: str, sid: str, environ: Any, auth: Any) -> None:
        self.happened.append(namespace)

    def say(self, sid: str, *_: Any) -> list[str]:
        happened, self.happened = self.happened, []
        return happened

    def who(self, sid: str, *_: Any) -> list[str]:
        identity = self.guard.identity(sid, "/bearer")
        return sorted(identity.scopes) if identity is not None else []


def announce(port: int, sleep: Any) -> None:
    """Write the address once the server takes connections; its parent waits for the line."""
    while True:
        with contextlib.suppress(OSError), socket.create_connection(("127.0.0.1", port)):
            break
        sleep(0.01)
    print(f"http://127.0.0.1:{port}", file=sys.__stdout__, flush=True)


def main() -> None:
    """Serve until the parent ends this process."""
    port = free_port()
    secured = Secured(port)
    secured.io.start_background_task(announce, port, secured.io.sleep)
    sys.stdout = sys.stderr
    app = secured.guard.wsgi(pysocketio.WSGIApp(secured.io, issuer))
    if MODE == "gevent":
        from gevent.pywsgi import WSGIServer

        WSGIServer(("127.0.0.1", port), app, log=None).serve_forever()
    else:
        import eventlet.wsgi

        eventlet.wsgi.server(eventlet.listen(("127.0.0.1", port)), app, log_output=False)


if __name__ == "__main__":
    main()
