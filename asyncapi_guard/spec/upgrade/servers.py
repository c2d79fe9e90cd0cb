"""Servers and security: a URL becomes a host and a path, names of schemes become references."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Any

from asyncapi_guard.spec.references import is_reference
from asyncapi_guard.spec.upgrade.conversion import OMIT
from asyncapi_guard.spec.upgrade.names import SERVER, Names, legal
from asyncapi_guard.spec.upgrade.objects import convert_map, convert_object, note_foreign, omit
from asyncapi_guard.spec.wording import kind_of, shown

if TYPE_CHECKING:
    from asyncapi_guard.spec.pointers import Path
    from asyncapi_guard.spec.references import Node
    from asyncapi_guard.spec.upgrade.conversion import Conversion

__all__ = ["convert_security", "convert_security_scheme", "convert_server", "convert_servers"]

_URL = re.compile(
    r"(?:(?P<scheme>[^/?#]*?):)?//(?P<rest>.*)|(?P<bare>.*)",
    re.DOTALL,
)
_VARIABLE = re.compile(r"\{([^{}]*)\}")
_SCHEMES: Path = ("components", "securitySchemes")


def convert_servers(conversion: Conversion, node: Node, new: Path) -> Any:
    """The servers of the document; names that are illegal in 3.x change."""
    items = conversion.mapping(node, "servers")
    names = Names(frozenset(key for key, _ in items))
    servers = {}
    for key, item in items:
        name = key
        if not SERVER.fullmatch(key):
            name = names.take(legal(key, SERVER, "server"))
            conversion.note(
                item,
                f"the server is renamed to {name!r}, because names are letters, digits, _ and -",
            )
        conversion.move(item.path, (*new, name))
        server = convert_server(conversion, item, (*new, name))
        if server is not OMIT:
            servers[name] = server
    return servers if isinstance(node.value, dict) else OMIT


def convert_server(conversion: Conversion, node: Node, new: Path) -> Any:
    """A server, or a reference to one."""
    note_foreign(conversion, node, "a server")
    special = {"url": omit, "security": convert_security}
    server = convert_object(conversion, node, new, "Server", special)
    if server is OMIT or is_reference(node.value):
        return server
    place = _split_url(conversion, node)
    _declare_variables(conversion, node, server, "".join(place.values()))
    return {**place, **server}


def _split_url(conversion: Conversion, node: Node) -> dict[str, str]:
    url = node.get("url")
    if url is None:
        conversion.note(node, "a server must have a 'url'")
        return {}
    if not isinstance(url.value, str):
        conversion.note(url, f"url must be a string, not {kind_of(url.value)}; left out")
        return {}
    found = _URL.fullmatch(url.value)
    scheme, rest = (found["scheme"], found["rest"] or found["bare"] or "") if found else ("", "")
    _note_scheme(conversion, node, url, scheme)
    end = re.search(r"[?#]", rest)
    if end:
        conversion.note(
            url, f"{shown(rest[end.start() :])} has no place in host and pathname; left out"
        )
        rest = rest[: end.start()]
    host, slash, path = rest.partition("/")
    if "@" in host:
        conversion.note(url, "a host has no user and password; left out")
        host = host.rpartition("@")[2]
    if not host:
        conversion.note(url, "the url names no host; 'localhost' is written: change it")
        host = "localhost"
    if "," in host:
        conversion.note(url, "a server has one host in 3.x: make a server of each")
    return {"host": host, "pathname": slash + path} if path else {"host": host}


def _note_scheme(conversion: Conversion, node: Node, url: Node, scheme: str | None) -> None:
    protocol = node.value.get("protocol")
    if not scheme or scheme == protocol:
        return
    if _VARIABLE.search(scheme):
        message = f"the scheme {shown(scheme)} is left out; the protocol is {shown(protocol)}"
        conversion.note(url, message)
    else:
        conversion.note(url, f"3.x has no place for {scheme!r}; the protocol is {shown(protocol)}")


def _declare_variables(
    conversion: Conversion, node: Node, server: dict[str, Any], text: str
) -> None:
    """Every `{name}` of host and pathname has its variable."""
    variables = server.get("variables", {})
    _drop_unused(conversion, node, server, text)
    for name in dict.fromkeys(_VARIABLE.findall(text)):
        if isinstance(variables, dict) and name not in variables:
            conversion.note(
                node, f"the variable {name!r} was not declared; an empty one is written"
            )
            variables[name] = {}
            server["variables"] = variables


def _drop_unused(conversion: Conversion, node: Node, server: dict[str, Any], text: str) -> None:
    """Leave out variables of which the scheme, which 3.x does not have, was the only use."""
    url = node.value.get("url")
    variables = server.get("variables")
    if not isinstance(url, str) or not isinstance(variables, dict):
        return
    for name in dict.fromkeys(_VARIABLE.findall(url)):
        if name in variables and f"{{{name}}}" not in text:
            message = f"the variable {shown(name)} has no use without the scheme; left out"
            conversion.note(node.child("variables").child(name), message, key=True)
            del variables[name]
    if not variables:
        del server["variables"]


# -- security --------------------------------------------------------------------------------------


def convert_security(conversion: Conversion, node: Node, new: Path) -> Any:
    """Security requirements: maps of names to scopes become references to schemes."""
    result: list[Any] = []
    for item in conversion.sequence(node, "security"):
        for value in _requirement(conversion, item, (*new, len(result))):
            if value not in result:
                result.append(value)
    return result or OMIT


def _requirement(conversion: Conversion, node: Node, new: Path) -> list[Any]:
    names = conversion.mapping(node, "a security requirement")
    if not names and isinstance(node.value, dict):
        conversion.note(
            node, "3.x cannot express 'no security' as an alternative, so it is left out"
        )
    if len(names) > 1:
        conversion.note(
            node, "3.x takes any one of the schemes; 2.x asked for all of these together"
        )
    return [_scheme(conversion, name, scopes, new) for name, scopes in names]


def _scheme(conversion: Conversion, name: str, scopes: Node, new: Path) -> Any:
    reference = conversion.reference_to((*_SCHEMES, name))
    wanted = _scopes(conversion, scopes)
    if not wanted:
        return reference
    section = conversion.root.get("components")
    schemes = section.get("securitySchemes") if section else None
    scheme = schemes.get(name) if schemes else None
    found = conversion.resolve(scheme) if scheme else None
    if found is None or not _has_scopes(found):
        conversion.note(scopes, f"the scheme {name!r} takes no scopes; left out")
        return reference
    # The scopes are part of the scheme in 3.x, and each place asks for others: a copy for each.
    copy = convert_security_scheme(conversion, found, new)
    return {**copy, "scopes": wanted} if isinstance(copy, dict) else reference


def _scopes(conversion: Conversion, node: Node) -> list[str]:
    found = []
    for item in conversion.sequence(node, "the scopes of a security requirement"):
        if isinstance(item.value, str):
            found.append(item.value)
        else:
            conversion.note(item, f"a scope must be a string, not {kind_of(item.value)}; left out")
    return found


def _has_scopes(node: Node) -> bool:
    return isinstance(node.value, dict) and node.value.get("type") in ("oauth2", "openIdConnect")


def convert_security_scheme(conversion: Conversion, node: Node, new: Path) -> Any:
    """A security scheme; in OAuth flows, `scopes` is called `availableScopes`."""
    scheme = conversion.keep(node)
    flows = node.get("flows")
    if is_reference(node.value) or flows is None or not isinstance(flows.value, dict):
        return scheme
    scheme["flows"] = convert_map(conversion, flows, (*new, "flows"), _flow)
    return scheme


def _flow(conversion: Conversion, node: Node, new: Path) -> Any:
    flow = conversion.keep(node)
    if not isinstance(flow, dict):
        return flow
    conversion.move((*node.path, "scopes"), (*new, "availableScopes"))
    return {"availableScopes" if key == "scopes" else key: value for key, value in flow.items()}
