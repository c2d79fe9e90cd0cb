"""The JSON module of a manager: what it writes goes to the channel of a message queue.

A manager asks for less than a server: it calls `dumps` without `separators`, and what comes of that
may be bytes, as orjson's, where the queue takes bytes.
"""

from __future__ import annotations

from typing import Any

from asyncapi_guard.integrations.wire.codec import Codec

__all__ = ["ManagerJSON"]


class ManagerJSON:
    """A manager's JSON module, called as the manager calls it.

    Args:
        module: it.
    """

    __slots__ = ("_module",)

    def __init__(self, module: Any) -> None:
        self._module: Any = module

    @staticmethod
    def of(module: Any) -> Any:
        """Return what encodes as a manager's JSON module does; the standard one as it is."""
        return module if Codec(module).standard else ManagerJSON(module)

    def dumps(self, value: Any, **_: Any) -> str:
        """Write a value.

        Raises:
            TypeError: the module writes neither text nor bytes.
            UnicodeDecodeError: it writes bytes that are no UTF-8.
        """
        text = self._module.dumps(value)
        if isinstance(text, (bytes, bytearray)):
            return text.decode()
        if not isinstance(text, str):
            raise TypeError("a JSON module writes text or bytes")
        return text

    @property
    def writes(self) -> bool:
        """Whether the module writes what a manager can publish."""
        try:
            return self.dumps([]).strip().startswith("[")
        except Exception:  # noqa: BLE001  # of whatever kind
            return False
