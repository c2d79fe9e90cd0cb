"""A websocket for clients that are to close at once."""

from __future__ import annotations

from typing import Any

import websocket


class Hasty(websocket.WebSocket):
    """It does not wait for the server's closing frame, which another thread reads."""

    def close(self, *_: Any, **__: Any) -> None:
        super().close(timeout=0)
