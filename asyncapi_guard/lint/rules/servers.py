"""Rules about servers: their hosts, and the variables in these and in their paths."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

from asyncapi_guard.errors import Severity
from asyncapi_guard.lint.forms import PLACEHOLDER
from asyncapi_guard.lint.habits import server_address
from asyncapi_guard.lint.rule import group
from asyncapi_guard.spec.wording import nearest, shown

if TYPE_CHECKING:
    from collections.abc import Mapping

    from asyncapi_guard.lint.context import Context
    from asyncapi_guard.spec.references import Node

__all__ = ["CHECKS", "RULES"]

_HOST = re.compile(r"(?:\[[0-9A-Fa-f:.]+\]|[^\s/:?#@\[\]]+)(?::(?:\d{1,5}|\{[^{}]+\}))?")

_warning = group("Semantics", Severity.WARNING)

RULES = (
    _warning(
        "server-host",
        "`host` should be a host name with an optional port.",
        "The scheme belongs in `protocol`, and a path belongs in `pathname`.",
        "servers: {main: {host: 'wss://example.com/chat', protocol: wss}}",
        "servers: {main: {host: example.com, pathname: /chat, protocol: wss}}",
    ),
    _warning(
        "server-protocol",
        "A protocol should have the name that AsyncAPI gives it.",
        """
        AsyncAPI calls WebSocket `ws`, or `wss` with TLS. Socket.IO uses WebSocket as a transport,
        and `socketio` names it. Tools ignore servers whose protocol has another name.
        """,
        "servers: {main: {host: example.com, protocol: websocket}}",
        "servers: {main: {host: example.com, protocol: wss}}",
    ),
    _warning(
        "server-variables",
        "The `{names}` in a server's host and path should be declared in `variables`.",
        "Without a variable of that name, clients can't know which value to put there.",
        "servers: {main: {host: '{stage}.example.com', protocol: wss}}",
        """
        servers:
          main:
            host: '{stage}.example.com'
            protocol: wss
            variables: {stage: {enum: [test, live]}}
        """,
    ),
)


def _check_servers(context: Context) -> None:
    for server in context.all("Server"):
        _check_server(context, server)


def _check_server(context: Context, server: Node) -> None:
    host = server.get("host")
    if host is not None and isinstance(host.value, str) and not _HOST.fullmatch(host.value):
        message = f"{shown(host.value)} is not a host name with an optional port"
        parts = server_address(host.value)
        if parts == f"host: '{host.value}'":
            message += "; write the name, and a port in digits, such as 'example.com:5000'"
        elif parts:
            message += (
                f"; the scheme belongs in 'protocol', and a path in 'pathname': write {parts}"
            )
        context.report("server-host", host, message)
    _protocol(context, server)
    if not isinstance(server.value.get("variables", {}), dict):
        return  # which was reported
    known = dict(context.items(server, "variables"))
    for name in ("host", "pathname"):
        field = server.get(name)
        if field is not None and isinstance(field.value, str):
            _placeholders(context, field, known)


_WEBSOCKETS = re.compile(r"web[-_ ]?sockets?(?P<secure>[-_ ]?s(?:ecure)?)?", re.IGNORECASE)
_SOCKETIO = re.compile(r"socket[-_ ]?\.?io[-_ ]?v?\d+", re.IGNORECASE)


def _protocol(context: Context, server: Node) -> None:
    protocol = server.get("protocol")
    if protocol is None or not isinstance(protocol.value, str):
        return
    if _WEBSOCKETS.fullmatch(protocol.value):
        advice = "write wss, or ws without TLS"
    elif _SOCKETIO.fullmatch(protocol.value):
        advice = "write socketio, and the version as 'protocolVersion'"
    else:
        return
    context.report(
        "server-protocol", protocol, f"unknown protocol {shown(protocol.value)}; {advice}"
    )


def _placeholders(context: Context, field: Node, known: Mapping[str, Node]) -> None:
    for name in dict.fromkeys(PLACEHOLDER.findall(field.value)):
        if name not in known:
            message = f"variable {shown(name)} is not in the server's 'variables'"
            context.report("server-variables", field, message + nearest(name, known))


CHECKS = (_check_servers,)
