"""The rules of AsyncAPI that no table of fields says: what must fit what."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

from asyncapi_guard.lint.forms import PLACEHOLDER
from asyncapi_guard.lint.values import check_value
from asyncapi_guard.spec.references import Node, Unresolvable, is_reference, named_by
from asyncapi_guard.spec.schemas import UnjudgeableError
from asyncapi_guard.spec.wording import nearest, shown

if TYPE_CHECKING:
    from collections.abc import Collection, Mapping
    from typing import Any

    from asyncapi_guard.lint.context import Context

__all__ = ["check_messages", "check_semantics"]

_NAME = re.compile(r"[A-Za-z0-9_\-]+")
_HOST = re.compile(r"(?:\[[0-9A-Fa-f:.]+\]|[^\s/:?#@\[\]]+)(?::(?:\d{1,5}|\{[^{}]+\}))?")


def check_semantics(context: Context) -> None:
    """Report what does not fit."""
    for operation in context.all("Operation"):
        is_root = context.is_root(operation, "operations")
        _channel_of(context, operation, "operation", is_root=is_root)
    for reply in context.all("Reply"):
        is_root = reply.source is context.main.source and reply.path[:1] == ("operations",)
        _channel_of(context, reply, "reply", is_root=is_root)
        _reply_address(context, reply)
    for channel in context.all("Channel"):
        _address(context, channel)
        _channel_servers(context, channel)
    for server in context.all("Server"):
        _server(context, server)
    for name in ("ServerVariable", "Parameter"):
        for variable in context.all(name):
            _default_in_enum(context, variable)
    for scheme in context.all("SecurityScheme"):
        _security_scheme(context, scheme)
    for bound in context.all("ObjectSchema"):
        _object_schema(context, bound)


def check_messages(context: Context) -> None:
    """Report headers that are no map, and examples that break their schemas."""
    for message in context.all("Message"):
        fields = context.merged(message)
        _headers(context, fields)
        _examples(context, fields)
    for trait in context.all("MessageTrait"):
        _headers(context, dict(trait.items()))


# -- operations ------------------------------------------------------------------------------------


def _channel_of(context: Context, owner: Node, name: str, *, is_root: bool) -> None:
    """An operation or a reply: its channel, and its messages as the channel has them."""
    channel = owner.get("channel")
    if channel is None or not is_reference(channel.value):
        return
    if is_root:
        _must_be_root(context, channel, "channels", f"{name}-channel")
    _messages_of(context, owner, channel, f"{name}-messages")


def _must_be_root(context: Context, ref: Node, section: str, code: str) -> None:
    """A reference must lead to an entry of a root section of the document itself."""
    target = context.target(ref)
    if target is None:
        return
    if target.source is not context.main.source or target.path[:-1] != (section,):
        message = f"{shown(ref.value['$ref'])} must be one of the document's own '#/{section}/...'"
        context.report(code, ref, message)


def _messages_of(context: Context, owner: Node, channel: Node, code: str) -> None:
    """The messages that are listed must be named as entries of the channel."""
    section = owner.get("messages")
    place = context.resolve(channel)
    if section is None or not isinstance(section.value, list) or place is None:
        return
    channel_uri, prefix = named_by(channel)
    entries = context.field(place, "messages", dict)
    known: Mapping[str, Any] = entries.value if entries is not None else {}
    for ref in section.values():
        if not is_reference(ref.value) or prefix is None or context.target(ref) is None:
            continue
        uri, parts = named_by(ref)
        key = str(parts[-1]) if parts else ""
        if (
            not parts
            or uri != channel_uri
            or parts != (*prefix, "messages", key)
            or key not in known
        ):
            context.report(code, ref, _no_message_of(ref, channel, key, known))


def _no_message_of(ref: Node, channel: Node, key: str, known: Collection[str]) -> str:
    message = f"{shown(ref.value['$ref'])} is no entry of the channel's messages"
    base = f"{channel.value['$ref']}/messages"
    return message + (f": write '{base}/{key}'" if key in known else f": expected '{base}/...'")


def _reply_address(context: Context, reply: Node) -> None:
    channel = context.field(reply, "channel", dict)
    address = channel.get("address") if channel is not None else None
    if "address" in reply.value and address is not None and address.value is not None:
        message = "a reply with an address needs a channel whose own address is null or absent"
        context.report("reply-address", reply.child("address"), message, key=True)


# -- channels --------------------------------------------------------------------------------------


def _channel_servers(context: Context, channel: Node) -> None:
    if channel.source is context.main.source and channel.path[:1] == ("channels",):
        for _, ref in context.items(channel, "servers"):
            if is_reference(ref.value):
                _must_be_root(context, ref, "servers", "channel-servers")


def _address(context: Context, channel: Node) -> None:
    address = channel.get("address")
    parameters = channel.get("parameters")
    known = dict(context.items(channel, "parameters"))
    names: list[str] = []
    if address is not None and isinstance(address.value, str):
        names = PLACEHOLDER.findall(address.value)
        _address_text(context, address, names)
        code = "address-parameters" if parameters is not None else "parameters-missing"
        for name in dict.fromkeys(names):
            if name and name not in known:
                message = f"the parameter {shown(name)} of the address is not in 'parameters'"
                context.report(code, address, message + nearest(name, known))
    there = set(names)
    for name, item in known.items():
        if name not in there:
            message = f"the parameter {shown(name)} is not in the channel's address"
            context.report("address-parameters", item, message + nearest(name, names), key=True)
    if parameters is not None and not names and parameters.value == {}:
        message = "'parameters' may be there only when the address has some"
        context.report("address-parameters", parameters, message, key=True)


def _address_text(context: Context, address: Node, names: list[str]) -> None:
    plain = PLACEHOLDER.sub("", address.value)
    for name in names:
        if not _NAME.fullmatch(name):
            message = f"the name {shown(name)} in braces may have letters, digits, '-' and '_' only"
            context.report("address-expression", address, message)
    if "{" in plain or "}" in plain:
        message = "the braces of the address do not stand in pairs around names"
        context.report("address-expression", address, message)
    if "?" in plain:
        message = "an address must not have query parameters: describe them in 'bindings'"
        context.report("address-query", address, message)
    if "#" in plain:
        context.report("address-query", address, "an address must not have a fragment ('#')")


# -- servers and security --------------------------------------------------------------------------


def _server(context: Context, server: Node) -> None:
    host = server.get("host")
    if host is not None and isinstance(host.value, str) and not _HOST.fullmatch(host.value):
        message = f"{shown(host.value)} is no host name with an optional port"
        if "://" in host.value:
            message += "; the scheme belongs in 'protocol', a path in 'pathname'"
        context.report("server-host", host, message)
    known = dict(context.items(server, "variables"))
    for name in ("host", "pathname"):
        field = server.get(name)
        if field is not None and isinstance(field.value, str):
            _placeholders(context, field, known)


def _placeholders(context: Context, field: Node, known: Mapping[str, Node]) -> None:
    for name in dict.fromkeys(PLACEHOLDER.findall(field.value)):
        if name not in known:
            message = f"the variable {shown(name)} is not in the server's 'variables'"
            context.report("server-variables", field, message + nearest(name, known))


def _default_in_enum(context: Context, variable: Node) -> None:
    values, default = variable.value.get("enum"), variable.get("default")
    if isinstance(values, list) and default is not None and default.value not in values:
        message = f"the default {shown(default.value)} is not one of 'enum'"
        context.report("default-not-in-enum", default, message + nearest(default.value, values))


def _security_scheme(context: Context, scheme: Node) -> None:
    kind = scheme.value.get("type")
    is_bearer = str(scheme.value.get("scheme")).lower() == "bearer"
    if kind == "http" and "bearerFormat" in scheme.value and not is_bearer:
        message = "bearerFormat belongs to the scheme 'bearer' alone"
        context.report("unknown-field", scheme.child("bearerFormat"), message, key=True)
    if kind != "oauth2" or "flows" not in scheme.value:
        return
    available = {
        name
        for _, flow in context.items(scheme, "flows")
        for name, _ in context.items(flow, "availableScopes")
    }
    for _, scope in context.items(scheme, "scopes"):
        if isinstance(scope.value, str) and scope.value not in available:
            message = f"the scope {shown(scope.value)} is in no flow's 'availableScopes'"
            context.report("oauth-scopes", scope, message + nearest(scope.value, available))


# -- messages --------------------------------------------------------------------------------------


def _headers(context: Context, fields: Mapping[str, Node]) -> None:
    headers = _schema_behind(context, fields.get("headers"))
    if headers is None or not isinstance(headers.value, dict):
        return
    type = headers.value.get("type")
    if isinstance(type, (str, list)) and "object" not in (type if type != "object" else [type]):
        message = f"headers are a map: expected type object, got {shown(type)}"
        context.report("headers-type", headers.child("type"), message)


def _schema_behind(context: Context, node: Node | None) -> Node | None:
    """A schema behind references and its `schemaFormat`, if there is one that can be judged."""
    try:
        return context.schemas.root(node)[0] if node is not None else None
    except (Unresolvable, UnjudgeableError):
        return None


def _object_schema(context: Context, schema: Node) -> None:
    """The schema of a binding: `type: object` with `properties`, as the binding says."""
    root = _schema_behind(context, schema)
    if root is None or not isinstance(root.value, (dict, bool)):
        return  # reported as no schema
    keywords = root.value if isinstance(root.value, dict) else {}
    if keywords.get("type") != "object" or "properties" not in keywords:
        message = "this schema must be of type object, and have properties"
        context.report("binding-schema", schema, message, key=True)


def _examples(context: Context, fields: Mapping[str, Node]) -> None:
    """Each example must be valid under the payload and the headers, traits merged."""
    examples = fields.get("examples")
    if examples is None or not isinstance(examples.value, list):
        return
    for example in examples.values():
        for part in ("payload", "headers"):
            value = example.get(part)
            if value is not None and part in fields:
                check_value(context, f"example-{part}", value, fields[part])
