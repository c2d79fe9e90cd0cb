"""Rules of style about where things are: servers, addresses, and the version of AsyncAPI."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

from asyncapi_guard.errors import Severity
from asyncapi_guard.lint.rule import group
from asyncapi_guard.spec.wording import shown

if TYPE_CHECKING:
    from asyncapi_guard.lint.context import Context

__all__ = ["CHECKS", "RULES"]

_LATEST = "3.1.0"
#: Names that are kept for documentation (RFC 2606), with or without a port.
_EXAMPLE = re.compile(r"(?:.*\.)?example\.(?:com|net|org)(?::.*)?", re.IGNORECASE | re.DOTALL)

_style = group("Style", Severity.WARNING, optional=True)

RULES = (
    _style(
        "address-slash",
        "An address should not end with a slash.",
        """
        `events/` and `events` are different addresses, so a client that leaves out the slash sends
        to the wrong one. In documents for Socket.IO, `odd-namespace` reports such namespaces, even
        if the rules of style are off.
        """,
        """
        servers: {main: {host: broker.chat.dev, protocol: mqtt}}
        channels: {chat: {address: chat/lines/}}
        """,
        """
        servers: {main: {host: broker.chat.dev, protocol: mqtt}}
        channels: {chat: {address: chat/lines}}
        """,
    ),
    _style(
        "server-slash",
        "The path of a server should not end with a slash.",
        """
        Tools add a slash after the path, so the address would have two. For Socket.IO,
        `/socket.io` and `/socket.io/` are the same path.
        """,
        "servers: {main: {host: chat.dev, pathname: /socket.io/, protocol: socketio}}",
        "servers: {main: {host: chat.dev, pathname: /socket.io, protocol: socketio}}",
    ),
    _style(
        "server-example",
        "The host of a server should not be a name for examples, such as `example.com`.",
        "The name is often left over from a template, and clients can't connect to it.",
        "servers: {main: {host: chat.example.com, protocol: wss}}",
        "servers: {main: {host: chat.dev, protocol: wss}}",
    ),
    _style(
        "document-servers",
        "The document should name a server.",
        "Otherwise, readers don't learn the host and the protocol to connect with.",
        "channels: {chat: {address: /}}",
        """
        servers: {main: {host: chat.dev, protocol: wss}}
        channels: {chat: {address: /}}
        """,
    ),
    _style(
        "latest-version",
        f"The document should use the latest version of AsyncAPI, {_LATEST}.",
        f"""
        Every document of 3.0.0 is also valid in {_LATEST}. To convert a document, run
        `asyncapi-guard upgrade`. Wait if you use tools that only read the older version.
        """,
        "asyncapi: 3.0.0",
        f"asyncapi: {_LATEST}",
    ),
)


def _check_channels(context: Context) -> None:
    if "address-slash" not in context.optional or context.report.socketio:
        return
    for channel in context.all("Channel"):
        address = channel.get("address")
        if address is not None and _ends_with_slash(address.value):
            better = shown(address.value.rstrip("/"))
            text = f"address {shown(address.value)} ends with '/'; did you mean {better}?"
            context.report("address-slash", address, text)


def _ends_with_slash(path: object) -> bool:
    return isinstance(path, str) and path.endswith("/") and bool(path.strip("/"))


def _check_servers(context: Context) -> None:
    for server in context.all("Server"):
        path = server.get("pathname") if "server-slash" in context.optional else None
        if path is not None and _ends_with_slash(path.value):
            better = shown(path.value.rstrip("/"))
            text = f"path {shown(path.value)} ends with '/'; write {better}"
            context.report("server-slash", path, text)
        host = server.get("host") if "server-example" in context.optional else None
        if host is not None and isinstance(host.value, str) and _EXAMPLE.fullmatch(host.value):
            text = f"{shown(host.value)} is a name for examples; write the host of your server"
            context.report("server-example", host, text)


def _check_document(context: Context) -> None:
    if "document-servers" in context.optional and not context.main.value.get("servers"):
        text = "the document has no servers; add one with its host and protocol"
        context.report("document-servers", context.main, text)
    version = context.main.get("asyncapi")
    if "latest-version" in context.optional and version is not None and version.value != _LATEST:
        text = f"{shown(version.value)} is not the latest version; write {_LATEST}"
        context.report("latest-version", version, text)


CHECKS = (_check_channels, _check_servers, _check_document)
