"""A whole module: the events and the `auth` of each namespace, then the definitions."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from asyncapi_guard.codegen.names import TypeNames, pascal
from asyncapi_guard.codegen.typescript.comments import comment, comment_of
from asyncapi_guard.codegen.typescript.events import auth, events
from asyncapi_guard.codegen.typescript.literals import plain_text
from asyncapi_guard.codegen.typescript.namespaces import namespace_type, plain_address
from asyncapi_guard.codegen.typescript.printing import declaration
from asyncapi_guard.codegen.typescript.references import lift
from asyncapi_guard.codegen.typescript.schemas import Types
from asyncapi_guard.codegen.typescript.type_model import Member, Object, Reference, Type, in_place
from asyncapi_guard.contract import Action

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping

    from asyncapi_guard.codegen.catalogue import Catalogue, Definition

__all__ = ["RESERVED", "typescript"]

_SERVER, _CLIENT, _AUTH, _MAP = (
    "ServerToClientEvents",
    "ClientToServerEvents",
    "ConnectAuth",
    "Namespaces",
)
#: Names that definitions may not have: ours, and those of TypeScript that the module uses.
RESERVED = (_SERVER, _CLIENT, _MAP, "ArrayBuffer", "Uint8Array")


def typescript(catalogue: Catalogue, header: Iterable[str]) -> str:
    """The module.

    Args:
        catalogue: read with the names in `RESERVED` reserved.
        header: lines for the comment at its head.
    """
    names = TypeNames((*catalogue.definitions, *catalogue.aliases, *RESERVED, _AUTH))
    definitions = lift(catalogue.definitions.values(), names)
    types = Types(definitions)
    own = TypeNames((*definitions, *catalogue.aliases, "ArrayBuffer", "Uint8Array"))
    own.take([_MAP])
    prefixes = _prefixes(catalogue.namespaces)
    lines = (plain_text(line).replace("\n", " ") for line in header)
    parts = ["".join(f"// {line}\n" for line in lines)]
    members = []
    for namespace in catalogue.namespaces:
        found = _namespace(catalogue, namespace, types, _Names(prefixes[namespace], own))
        parts += found.declarations
        members.append(found.member)
    what = "What there is in each namespace, by its address."
    parts.append(declaration(_MAP, Object(tuple(members)), (what,)))
    parts += _definitions(definitions, types)
    parts += [declaration(name, Reference(of)) for name, of in catalogue.aliases.items()]
    return "\n".join(parts)


def _definitions(definitions: Mapping[str, Definition], types: Types) -> Iterable[str]:
    for name, type_ in types.all().items():
        definition = definitions[name]
        yield declaration(name, type_, comment_of(definition.schema, definition.dialect))


# -- namespaces ------------------------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class _Names:
    """The names for a namespace; those of definitions are taken."""

    prefix: str
    taken: TypeNames

    def take(self, name: str) -> str:
        return self.taken.take([self.prefix + name])


def _prefixes(namespaces: tuple[str, ...]) -> dict[str, str]:
    """What names begin with: nothing where there is one namespace, and for the main one."""
    if len(namespaces) == 1:
        return {namespaces[0]: ""}
    names = TypeNames()
    return {
        namespace: names.take([plain_address(namespace), namespace]) if pascal(namespace) else ""
        for namespace in namespaces
    }


@dataclass(frozen=True, slots=True)
class _Namespace:
    """What is written for a namespace: types, and a property of the map."""

    declarations: tuple[str, ...]
    member: Member


def _namespace(catalogue: Catalogue, namespace: str, types: Types, names: _Names) -> _Namespace:
    received = catalogue.events_of(namespace, Action.RECEIVE)
    sent = catalogue.events_of(namespace, Action.SEND)
    server, client = names.take(_SERVER), names.take(_CLIENT)
    declared = [
        declaration(server, events(sent, types), (f"What the server sends in {namespace}.",)),
        declaration(client, events(received, types), (f"What clients send in {namespace}.",)),
    ]
    connect = next((event for event in received if event.name == "connect"), None)
    type_ = auth(connect, types)
    if connect is not None and names.prefix + _AUTH not in in_place(type_):
        name = names.take(_AUTH)
        declared.append(declaration(name, type_, (f"The `auth` of a connect to {namespace}.",)))
        type_ = Reference(name)
    member = Object(
        (
            _field("namespace", namespace_type(catalogue.contract, namespace)),
            _field("auth", type_),
            _field("serverToClient", Reference(server)),
            _field("clientToServer", Reference(client)),
        )
    )
    return _Namespace(
        tuple(declared),
        Member(namespace, member, required=True, comment=_comment(catalogue, namespace)),
    )


def _field(name: str, type_: Type) -> Member:
    return Member(name, type_, required=True)


def _comment(catalogue: Catalogue, namespace: str) -> tuple[str, ...]:
    for channel in catalogue.contract.channels.values():
        if channel.address == namespace:
            meta = channel.meta
            return comment(meta.get("title"), meta.get("description") or meta.get("summary"), [])
    return ()
