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
    from asyncapi_guard.spec.upgrade.conversion import Run

__all__ = ["convert_security", "convert_security_scheme", "convert_server", "convert_servers"]

_URL = re.compile(
    r"(?:(?P<scheme>[^/?#]*?):)?//(?P<rest>.*)|(?P<bare>.*)",
    re.DOTALL,
)
_VARIABLE = re.compile(r"\{([^{}]*)\}")
_SCHEMES: Path = ("components", "securitySchemes")


def convert_servers(run: Run, node: Node, new: Path) -> Any:
    """The servers of the document; names that are illegal in 3.x change."""
    items = run.mapping(node, "servers")
    names = Names(frozenset(key for key, _ in items))
    servers = {}
    for key, item in items:
        name = key
        if not SERVER.fullmatch(key):
            name = names.take(legal(key, SERVER, "server"))
            run.note(item, f"the server is called {name!r} now: names are letters, digits, _ and -")
        run.move(item.path, (*new, name))
        server = convert_server(run, item, (*new, name))
        if server is not OMIT:
            servers[name] = server
    return servers if isinstance(node.value, dict) else OMIT


def convert_server(run: Run, node: Node, new: Path) -> Any:
    """A server, or a reference to one."""
    note_foreign(run, node, "a server")
    special = {"url": omit, "security": convert_security}
    server = convert_object(run, node, new, "Server", special)
    if server is OMIT or is_reference(node.value):
        return server
    place = _split_url(run, node)
    _declare_variables(run, node, server, "".join(place.values()))
    return {**place, **server}


def _split_url(run: Run, node: Node) -> dict[str, str]:
    url = node.get("url")
    if url is None:
        run.note(node, "a server must have a 'url'")
        return {}
    if not isinstance(url.value, str):
        run.note(url, f"url must be a string, not {kind_of(url.value)}; left out")
        return {}
    found = _URL.fullmatch(url.value)
    scheme, rest = (found["scheme"], found["rest"] or found["bare"] or "") if found else ("", "")
    _note_scheme(run, node, url, scheme)
    end = re.search(r"[?#]", rest)
    if end:
        run.note(url, f"{shown(rest[end.start() :])} has no place in host and pathname; left out")
        rest = rest[: end.start()]
    host, slash, path = rest.partition("/")
    if "@" in host:
        run.note(url, "a host has no user and password; left out")
        host = host.rpartition("@")[2]
    if not host:
        run.note(url, "the url names no host; 'localhost' is written: change it")
        host = "localhost"
    if "," in host:
        run.note(url, "a server has one host in 3.x: make a server of each")
    return {"host": host, "pathname": slash + path} if path else {"host": host}


def _note_scheme(run: Run, node: Node, url: Node, scheme: str | None) -> None:
    protocol = node.value.get("protocol")
    if scheme and scheme != protocol and not _VARIABLE.search(scheme):
        run.note(url, f"3.x has no place for {scheme!r}; the protocol is {shown(protocol)}")


def _declare_variables(run: Run, node: Node, server: dict[str, Any], text: str) -> None:
    """Every `{name}` of host and pathname has its variable."""
    variables = server.get("variables", {})
    for name in dict.fromkeys(_VARIABLE.findall(text)):
        if isinstance(variables, dict) and name not in variables:
            run.note(node, f"the variable {name!r} was not declared; an empty one is written")
            variables[name] = {}
            server["variables"] = variables


# -- security --------------------------------------------------------------------------------------


def convert_security(run: Run, node: Node, new: Path) -> Any:
    """Security requirements: maps of names to scopes become references to schemes."""
    result: list[Any] = []
    for item in run.sequence(node, "security"):
        for value in _requirement(run, item, (*new, len(result))):
            if value not in result:
                result.append(value)
    return result or OMIT


def _requirement(run: Run, node: Node, new: Path) -> list[Any]:
    names = run.mapping(node, "a security requirement")
    if not names and isinstance(node.value, dict):
        run.note(node, "'no security' as an alternative cannot be said in 3.x; left out")
    if len(names) > 1:
        run.note(node, "3.x takes any one of the schemes; 2.x asked for all of these together")
    return [_scheme(run, name, scopes, new) for name, scopes in names]


def _scheme(run: Run, name: str, scopes: Node, new: Path) -> Any:
    reference = run.reference_to((*_SCHEMES, name))
    wanted = [scope for scope in scopes.value if isinstance(scope, str)] if _is_list(scopes) else []
    if not wanted:
        return reference
    section = run.root.get("components")
    schemes = section.get("securitySchemes") if section else None
    scheme = schemes.get(name) if schemes else None
    found = run.resolve(scheme) if scheme else None
    if found is None or not _has_scopes(found):
        run.note(scopes, f"the scheme {name!r} takes no scopes; left out")
        return reference
    # The scopes are part of the scheme in 3.x, and each place asks for others: a copy for each.
    copy = convert_security_scheme(run, found, new)
    return {**copy, "scopes": wanted} if isinstance(copy, dict) else reference


def _is_list(node: Node) -> bool:
    return isinstance(node.value, list)


def _has_scopes(node: Node) -> bool:
    return isinstance(node.value, dict) and node.value.get("type") in ("oauth2", "openIdConnect")


def convert_security_scheme(run: Run, node: Node, new: Path) -> Any:
    """A security scheme; in OAuth flows, `scopes` is called `availableScopes`."""
    scheme = run.keep(node)
    flows = node.get("flows")
    if is_reference(node.value) or flows is None or not isinstance(flows.value, dict):
        return scheme
    scheme["flows"] = convert_map(run, flows, (*new, "flows"), _flow)
    return scheme


def _flow(run: Run, node: Node, new: Path) -> Any:
    flow = run.keep(node)
    if not isinstance(flow, dict):
        return flow
    run.move((*node.path, "scopes"), (*new, "availableScopes"))
    return {"availableScopes" if key == "scopes" else key: value for key, value in flow.items()}
