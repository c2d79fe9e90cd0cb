"""Whether a server can listen where somebody wants it to."""

from __future__ import annotations

import socket

from asyncapi_guard.cli.command_errors import CannotRun

__all__ = ["check_address", "is_loopback"]


def check_address(host: str, port: int, *, option: str = "--port") -> None:
    """Say so now, and not with a traceback, if nobody can listen there.

    Args:
        host: the address.
        port: the port.
        option: what chooses another port.

    Raises:
        CannotRun: another program does, or the host is not of this machine.
    """
    family = socket.AF_INET6 if ":" in host else socket.AF_INET
    with socket.socket(family, socket.SOCK_STREAM) as probe:
        probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        try:
            probe.bind((host, port))
        except OSError as error:
            raise CannotRun(
                f"cannot listen on {host}:{port}: {error.strerror}; choose another {option}"
            ) from error


def is_loopback(host: str) -> bool:
    """Whether only this machine reaches a host."""
    return host in ("localhost", "::1") or host.startswith("127.")
