"""Looks for a credential in whatever is logged and sent, however it is written."""

from __future__ import annotations

import json
import logging
import re
import threading
from base64 import b64encode
from typing import Any
from urllib.parse import quote

from security_stage import CANARY
from werkzeug.serving import WSGIRequestHandler, make_server

#: What writes about connections, and is silent by default.
NAMES = (
    *("engineio.server", "engineio.client", "socketio.server", "socketio.client"),
    *("uvicorn.access", "uvicorn.error", "uvicorn.asgi", "werkzeug", "websocket", "asyncio"),
    *("urllib3.connectionpool", "aiohttp.access", "websockets.client", "asyncapi_guard"),
)


def _base64(text: str) -> list[str]:
    """What is there of a text wherever it stands in what is encoded."""
    found = []
    for before in range(3):
        encoded = b64encode(b"x" * before + text.encode() + b"x" * 3).decode()
        found.append(encoded[-(-8 * before // 6) : 8 * (before + len(text)) // 6])
    return found


FORMS = re.compile(
    "|".join(
        map(
            re.escape,
            (
                *(
                    CANARY,
                    CANARY[::-1],
                    quote(CANARY),
                    CANARY.encode().hex(),
                    CANARY.encode().hex(" "),
                ),
                "".join(f"%{each:02x}" for each in CANARY.encode()),
                "".join(f"\\u{each:04x}" for each in CANARY.encode()),
                *_base64(CANARY),
            ),
        )
    ),
    re.IGNORECASE,
)


class Lines(logging.Handler):
    """All lines of all loggers, as files, terminals and collectors have them.

    Attributes:
        lines: by the names of their loggers.
    """

    def __init__(self) -> None:
        super().__init__(logging.NOTSET)
        self.setFormatter(logging.Formatter("%(name)s %(levelname)s %(message)s"))
        self.lines: list[tuple[str, str]] = []
        self._levels: dict[logging.Logger, int] = {}

    def emit(self, record: logging.LogRecord) -> None:
        fields = {key: str(value) for key, value in vars(record).items() if key != "args"}
        told = f"{self.format(record)} {json.dumps(fields)} {record.args!s}"
        self.lines.append((record.name, told))

    def start(self) -> None:
        root = logging.getLogger()
        root.addHandler(self)
        for logger in (root, *map(logging.getLogger, NAMES)):
            self._levels[logger] = logger.level
            logger.setLevel(1)

    def stop(self) -> None:
        logging.getLogger().removeHandler(self)
        for logger, level in self._levels.items():
            logger.setLevel(level)

    def telling(self) -> list[str]:
        """Those that have the credential."""
        return [line for _, line in list(self.lines) if FORMS.search(line)]


class Werkzeug:
    """A server on threads that logs its requests."""

    def __init__(self, app: Any) -> None:
        class Handler(WSGIRequestHandler):
            disable_nagle_algorithm = True

        self._server = make_server("127.0.0.1", 0, app, threaded=True, request_handler=Handler)
        self._thread = threading.Thread(target=self._server.serve_forever, args=(0.01,))
        self._thread.daemon = True
        self._thread.start()
        self.url = f"http://127.0.0.1:{self._server.server_port}"

    def close(self) -> None:
        self._server.shutdown()
        self._thread.join()
        self._server.server_close()
