"""A whole document as the Read page shows it."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from asyncapi_guard.console.reading.events import Namespace, read_namespaces
from asyncapi_guard.console.reading.links import DocsLink, external_docs, safe_url
from asyncapi_guard.console.reading.schema_tree import NamedSchema, Trees
from asyncapi_guard.console.reading.unused import Unused, read_unused
from asyncapi_guard.console.reading.wording import count
from asyncapi_guard.contract import Perspective

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Mapping
    from collections.abc import Set as AbstractSet

    from asyncapi_guard.console.reading.rows import Row
    from asyncapi_guard.contract import Contract, SecurityScheme, Server
    from asyncapi_guard.spec.components import Components

__all__ = ["ReadDocument", "ReadServer", "Scheme", "read_document"]

_HTTP = {"ws": "http", "wss": "https", "http": "http", "https": "https"}
_WORDS_OF_SCHEMES = {
    "userPassword": "user name and password",
    "apiKey": "API key",
    "X509": "X.509 certificate",
    "symmetricEncryption": "symmetric encryption",
    "asymmetricEncryption": "asymmetric encryption",
    "oauth2": "OAuth 2",
    "openIdConnect": "OpenID Connect",
    "plain": "SASL PLAIN",
    "scramSha256": "SCRAM SHA-256",
    "scramSha512": "SCRAM SHA-512",
    "gssapi": "GSSAPI",
}


@dataclass(frozen=True, slots=True)
class ReadServer:
    """A server.

    Attributes:
        name: its key.
        address: as people write it: protocol, host and path.
        text: its description.
        variables: for each `{name}` in the address, what it may be.
    """

    name: str
    address: str
    text: str = ""
    variables: tuple[tuple[str, str], ...] = ()


@dataclass(frozen=True, slots=True)
class Scheme:
    """A way in which clients show who they are.

    Attributes:
        name: its key.
        words: what it is.
        scopes: what the client must be allowed to do.
        text: its description.
    """

    name: str
    words: str
    scopes: tuple[str, ...] = ()
    text: str = ""


@dataclass(frozen=True, slots=True)
class ReadDocument:
    """All that the Read page shows.

    Attributes:
        description: as Markdown.
        facts: license, contact and terms, as links with their labels.
        docs: external documentation.
        servers: over whose protocol Socket.IO travels.
        schemes: security schemes.
        namespaces: with their events.
        schemas: those that have names, with their trees.
        unserved: channels that have no address.
        unused: what no operation uses.
    """

    description: str
    facts: tuple[tuple[str, DocsLink], ...]
    docs: tuple[DocsLink, ...]
    servers: tuple[ReadServer, ...]
    schemes: tuple[Scheme, ...]
    namespaces: tuple[Namespace, ...]
    schemas: tuple[tuple[NamedSchema, Row], ...]
    unserved: tuple[str, ...]
    unused: Unused

    @property
    def event_count(self) -> int:
        """How many events there are, in all namespaces."""
        return sum(len(namespace.events) for namespace in self.namespaces)

    @property
    def counts(self) -> str:
        """What there is, in one line."""
        said = [
            count(len(self.namespaces), "namespace"),
            count(self.event_count, "event"),
            count(len(self.schemas), "schema"),
        ]
        return ", ".join([*said, f"{len(self.unused):,} not used"] if self.unused else said)


def read_document(
    contract: Contract, components: Callable[[AbstractSet[str]], Components] | None = None
) -> ReadDocument:
    """A document for people, as the server sees it.

    Args:
        contract: what it means.
        components: what else it has, but for those at the locations that it is given; without it,
            nobody knows what is not used.
    """
    contract = contract.seen_by(Perspective.SERVER)
    trees = Trees()
    info = contract.meta.get("info")
    about: Mapping[str, Any] = info if isinstance(info, dict) else {}
    namespaces = read_namespaces(contract, trees, *_first_url(contract))
    used = {operation.channel for operation in contract.operations.values()}
    schemas = tuple(trees.named())
    return ReadDocument(
        description=about["description"] if isinstance(about.get("description"), str) else "",
        facts=tuple(_facts(about)),
        docs=external_docs([about, contract.meta]),
        servers=tuple(map(_server, contract.servers.values())),
        schemes=tuple(_schemes(contract)),
        namespaces=tuple(namespaces),
        schemas=schemas,
        unserved=tuple(
            id for id, each in contract.channels.items() if each.address is None and id in used
        ),
        unused=Unused() if components is None else read_unused(contract, trees, components),
    )


def _facts(info: Mapping[str, Any]) -> Iterator[tuple[str, DocsLink]]:
    license, contact, terms = (info.get(n) for n in ("license", "contact", "termsOfService"))
    if isinstance(license, dict) and isinstance(license.get("name"), str):
        yield "License", DocsLink(license["name"], safe_url(license.get("url")))
    if isinstance(contact, dict):
        url, email = safe_url(contact.get("url")), contact.get("email")
        if not url and isinstance(email, str):
            url = safe_url(f"mailto:{email}")
        text = next(
            (contact[k] for k in ("name", "email", "url") if isinstance(contact.get(k), str)), ""
        )
        if text:
            yield "Contact", DocsLink(text, url)
    if isinstance(terms, str):
        yield "Terms", DocsLink(terms, safe_url(terms))


def _address(server: Server) -> str:
    protocol, host, path = (
        str(server.meta.get(name) or "") for name in ("protocol", "host", "pathname")
    )
    scheme = (
        protocol if protocol in _HTTP else {"socketio": "", "socket.io": ""}.get(protocol, protocol)
    )
    return f"{scheme}://{host}{path}" if scheme else f"{host}{path}"


def _server(server: Server) -> ReadServer:
    text = server.meta.get("description") or server.meta.get("summary")
    variables = server.meta.get("variables")
    return ReadServer(
        server.id,
        _address(server),
        text if isinstance(text, str) else "",
        tuple(_variables(variables if isinstance(variables, dict) else {})),
    )


def _variables(variables: Mapping[str, Any]) -> Iterator[tuple[str, str]]:
    for name, variable in variables.items():
        if not isinstance(variable, dict):
            continue
        values = variable.get("enum")
        said = f"one of {', '.join(map(str, values))}" if isinstance(values, list) else "any value"
        if isinstance(variable.get("default"), str):
            said += f", by default {variable['default']}"
        yield name, said


def _first_url(contract: Contract) -> tuple[str, str]:
    """The server's URL for code, and where Socket.IO is on it; the same origin without one."""
    for server in contract.servers.values():
        host = server.meta.get("host")
        protocol = server.meta.get("protocol")
        if isinstance(host, str) and "{" not in host:
            scheme = _HTTP.get(str(protocol), "http" if "localhost" in host else "https")
            return f"{scheme}://{host}", _path(server.meta.get("pathname"))
    return "", ""


def _path(pathname: Any) -> str:
    """A path as clients of Socket.IO take it; empty for their own default."""
    inner = pathname.strip("/") if isinstance(pathname, str) else ""
    return "" if inner in ("", "socket.io") or "{" in inner else f"/{inner}/"


def _schemes(contract: Contract) -> Iterator[Scheme]:
    """All schemes that the document has or uses; scopes of all uses of one name together."""
    used = [
        *contract.security_schemes.values(),
        *(scheme for server in contract.servers.values() for scheme in server.security),
        *(scheme for each in contract.operations.values() for scheme in each.security),
    ]
    by_name: dict[str, list[SecurityScheme]] = {}
    for scheme in used:
        by_name.setdefault(scheme.name or scheme.type, []).append(scheme)
    for name, several in by_name.items():
        scopes = sorted({scope for scheme in several for scope in scheme.scopes})
        text = next(
            (s.meta["description"] for s in several if isinstance(s.meta.get("description"), str)),
            "",
        )
        yield Scheme(name, _words(several[0]), tuple(scopes), text)


def _words(scheme: SecurityScheme) -> str:
    if scheme.type == "http":
        return {"bearer": "bearer token", "basic": "user name and password"}.get(
            scheme.scheme, f"HTTP {scheme.scheme}"
        )
    if scheme.type == "httpApiKey":
        return f"key in the {scheme.place} {scheme.parameter}"
    if scheme.type == "apiKey":
        return f"API key as the {scheme.place}"
    return _WORDS_OF_SCHEMES.get(scheme.type, scheme.type)
