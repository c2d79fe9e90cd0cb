"""Rules about channels: their servers, their addresses, the parameters of these."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

from asyncapi_guard.errors import Severity
from asyncapi_guard.lint.forms import PLACEHOLDER
from asyncapi_guard.lint.grammar import OBJECTS
from asyncapi_guard.lint.habits import stands_for
from asyncapi_guard.lint.rule import group
from asyncapi_guard.spec.references import Node, is_reference
from asyncapi_guard.spec.wording import nearest, shown

if TYPE_CHECKING:
    from asyncapi_guard.lint.context import Context

__all__ = ["CHECKS", "RULES"]

_NAME = re.compile(r"[A-Za-z0-9_\-]+")

_error = group("Semantics", Severity.ERROR)
_warning = group("Semantics", Severity.WARNING)

RULES = (
    _error(
        "channel-servers",
        "A channel must reference the document's own servers.",
        "The servers of a root channel must be references to entries of the root `servers`.",
        """
        channels:
          chat: {servers: [{$ref: '#/components/servers/main'}]}
        components: {servers: {main: {host: example.com, protocol: wss}}}
        """,
        """
        servers: {main: {host: example.com, protocol: wss}}
        channels:
          chat: {servers: [{$ref: '#/servers/main'}]}
        """,
    ),
    _error(
        "address-parameters",
        "The `{names}` of an address must match the keys of `parameters`.",
        """
        Declare every `{name}` in the address under `parameters`, even if the entry is empty: `room:
        {}`. Use every entry of `parameters` in the address.
        """,
        "channels: {table: {address: '/tables/{id}', parameters: {ip: {}}}}",
        "channels: {table: {address: '/tables/{id}', parameters: {id: {}}}}",
    ),
    _error(
        "parameters-missing",
        "A channel whose address has `{names}` must have `parameters`.",
        """
        Declare every `{name}` in the address under `parameters`, even if the entry is empty: `room:
        {}`.
        """,
        "channels: {table: {address: '/tables/{id}'}}",
        "channels: {table: {address: '/tables/{id}', parameters: {id: {}}}}",
    ),
    _warning(
        "address-expression",
        "Braces in an address should enclose a name of letters, digits, `-` and `_`.",
        """
        A brace that is not part of a `{name}` is literal text and never replaced. Other notations
        for parameters, such as `<int:id>`, `:id` and `${id}`, are also literal text.
        """,
        "channels: {table: {address: '/tables/{id'}}",
        "channels: {table: {address: '/tables/{id}', parameters: {id: {}}}}",
    ),
    _error(
        "address-query",
        "An address must not have query parameters or a fragment.",
        """
        Describe the query parameters of a WebSocket channel in its bindings: `bindings.ws.query`.
        """,
        "channels: {chat: {address: '/chat?token=1'}}",
        """
        channels:
          chat:
            address: /chat
            bindings:
              ws: {query: {type: object, properties: {token: {type: string}}}}
        """,
    ),
)


def _check_channels(context: Context) -> None:
    for channel in context.all("Channel"):
        _address(context, channel)
        _channel_servers(context, channel)


def _channel_servers(context: Context, channel: Node) -> None:
    if channel.source is context.main.source and channel.path[:1] == ("channels",):
        for _, ref in context.items(channel, "servers"):
            if is_reference(ref.value):
                context.must_be_own(ref, "servers", "channel-servers")


def _address(context: Context, channel: Node) -> None:
    address = channel.get("address")
    parameters = channel.get("parameters")
    if parameters is not None and not isinstance(parameters.value, dict):
        return  # which was reported
    if stands_for("Channel", channel.value, "address", OBJECTS["Channel"]):
        return  # it is there, by another name, which was reported
    known = dict(context.items(channel, "parameters"))
    names: list[str] = []
    if address is not None and isinstance(address.value, str):
        names = PLACEHOLDER.findall(address.value)
        _address_text(context, address, names, frozenset(known))
        code = "address-parameters" if parameters is not None else "parameters-missing"
        for name in dict.fromkeys(names):
            if name and name not in known:
                message = f"parameter {shown(name)} of the address is not in 'parameters'"
                context.report(code, address, message + nearest(name, known))
    there = set(names)
    for name, item in known.items():
        if name not in there:
            message = f"parameter {shown(name)} is not in the channel's address"
            text = str(address.value) if address is not None else ""
            hint = nearest(name, names)
            meant = _in_braces(text)
            if f"{{{name}}}" in meant:
                hint = f"; write {shown(meant)}"
            context.report("address-parameters", item, message + hint, key=True)
    if parameters is not None and not names and parameters.value == {}:
        message = "the address has no parameters; remove 'parameters'"
        context.report("address-parameters", parameters, message, key=True)


#: How frameworks write what varies in a path.
_OTHER_FORM = re.compile(r"<(?:\w+:)?(\w+)>|(?<=/):(\w+)(?=/|$)|\$\{(\w+)\}|(?<=/)\[(\w+)\]")


def _in_braces(address: str) -> str:
    """An address whose parameters are written as AsyncAPI does."""
    return _OTHER_FORM.sub(lambda found: f"{{{next(filter(None, found.groups()))}}}", address)


def _address_text(context: Context, address: Node, names: list[str], known: frozenset[str]) -> None:
    meant = _in_braces(address.value)
    # Parameters that are declared, and are not in the address, are reported with what is meant.
    is_told = "$" not in address.value and not known.isdisjoint(PLACEHOLDER.findall(meant))
    if meant != address.value and not is_told:
        message = f"{shown(address.value)} has no AsyncAPI parameters; write "
        context.report("address-expression", address, f"{message}{shown(meant)}, and 'parameters'")
        return
    plain = PLACEHOLDER.sub("", address.value)
    for name in names:
        if not _NAME.fullmatch(name):
            message = f"invalid name {shown(name)} in braces; use only letters, digits, '-' and '_'"
            context.report("address-expression", address, message)
    if "{" in plain or "}" in plain:
        message = "unpaired brace in the address; write parameters as {name}"
        context.report("address-expression", address, message)
    if "?" in plain:
        message = "an address must not have query parameters; describe them in 'bindings'"
        context.report("address-query", address, message)
    if "#" in plain:
        context.report(
            "address-query",
            address,
            "an address must not have a fragment; remove it",
        )


CHECKS = (_check_channels,)
