"""A whole module: the events and the `auth` of each namespace, then the definitions."""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

from asyncapi_guard.codegen.names import TypeNames, pascal
from asyncapi_guard.codegen.typescript.comments import comment, comment_of, jsdoc
from asyncapi_guard.codegen.typescript.constants import Enums, is_enum, object_of
from asyncapi_guard.codegen.typescript.events import auth, events
from asyncapi_guard.codegen.typescript.literals import literal, plain_text
from asyncapi_guard.codegen.typescript.namespaces import (
    namespace_type,
    path_constant,
    plain_address,
)
from asyncapi_guard.codegen.typescript.options import DEFAULTS, TypeOptions
from asyncapi_guard.codegen.typescript.printing import declaration
from asyncapi_guard.codegen.typescript.references import lift
from asyncapi_guard.codegen.typescript.schemas import Types
from asyncapi_guard.codegen.typescript.type_model import (
    UNKNOWN,
    Array,
    Member,
    Object,
    Plain,
    Reference,
    Type,
    as_readonly,
    either,
    in_place,
)
from asyncapi_guard.contract import Action
from asyncapi_guard.spec.deep_stack import with_room
from asyncapi_guard.violations import Code

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping

    from asyncapi_guard.codegen.catalogue import Catalogue, Definition

__all__ = ["RESERVED", "typescript"]

_ERROR = "ErrorResponse"
_SERVER, _CLIENT, _AUTH, _MAP = (
    "ServerToClientEvents",
    "ClientToServerEvents",
    "ConnectAuth",
    "Namespaces",
)
#: Names that definitions may not have: ours, and those of TypeScript that the module uses.
RESERVED = (_SERVER, _CLIENT, _MAP, "ArrayBuffer", "Uint8Array")


def typescript(catalogue: Catalogue, header: Iterable[str], options: TypeOptions = DEFAULTS) -> str:
    """The module.

    Args:
        catalogue: read with the names in `RESERVED` reserved.
        header: lines for the comment at its head.
        options: what is wanted besides.

    Raises:
        RecursionError: its types lead to one another in a chain that is too long to follow.
    """
    lines = list(header)
    return with_room(lambda: _module(catalogue, lines, options))


def _module(catalogue: Catalogue, header: Iterable[str], options: TypeOptions) -> str:
    names = TypeNames((*catalogue.definitions, *catalogue.aliases, *RESERVED, _AUTH))
    definitions = lift(catalogue.definitions.values(), names)
    types = Types(definitions)
    own = TypeNames((*definitions, *catalogue.aliases, "ArrayBuffer", "Uint8Array"))
    own.take([_MAP])
    error = Reference(own.take([_ERROR])) if options.errors else None
    declared = _Declared(types.all(), own, enums=options.enums)
    types.declared = declared.types
    prefixes = _prefixes(catalogue.namespaces)
    lines = (plain_text(line).replace("\n", " ") for line in header)
    parts = ["".join(f"// {line}\n" for line in lines)]
    members = []
    for namespace in catalogue.namespaces:
        given = _Names(prefixes[namespace], own, options, error)
        found = _namespace(catalogue, namespace, types, given)
        parts += found.declarations
        members.append(found.member)
    what = "The events of each namespace, by its address."
    parts.append(declaration(_MAP, Object(tuple(members)), (what,)))
    parts += [] if error is None else [_error_response(error.name)]
    parts += _definitions(definitions, declared, options)
    parts += [declaration(name, Reference(of)) for name, of in catalogue.aliases.items()]
    return "\n".join(parts)


class _Declared:
    """The types of definitions, with the lists of values in them that have names of their own.

    Attributes:
        types: by the names of the definitions.
        inner: by the same names, the lists by theirs.
    """

    def __init__(self, found: Mapping[str, Type], own: TypeNames, *, enums: bool) -> None:
        self.types: dict[str, Type] = dict(found)
        self.inner: dict[str, dict[str, Type]] = {}
        for name, type_ in found.items() if enums else ():
            named = Enums(own, {})
            self.types[name] = named.outside(type_, name)
            self.inner[name] = named.found


def _definitions(
    definitions: Mapping[str, Definition], declared: _Declared, options: TypeOptions
) -> Iterable[str]:
    for name, type_ in declared.types.items():
        definition = definitions[name]
        lines = comment_of(definition.schema, definition.dialect)
        if options.enums and is_enum(type_):
            yield object_of(name, type_, lines)
            continue
        yield declaration(name, _wanted(type_, options), lines)
        for other, values in declared.inner.get(name, {}).items():
            yield object_of(other, values)


def _wanted(type_: Type, options: TypeOptions) -> Type:
    return as_readonly(type_) if options.readonly else type_


def _error_response(name: str) -> str:
    """What a guarded server answers in place of an ack; see docs/reference/errors.md."""
    text = Plain("string")
    problem = Object(
        (
            *(_field(field, text) for field in ("path", "keyword", "message")),
            Member("value", UNKNOWN, required=False),
        )
    )
    error = Object(
        (
            _field("code", either(literal(code.value) for code in Code)),
            _field("namespace", text),
            _field("event", text),
            Member("problems", Array(problem), required=False),
        )
    )
    what = (
        "The error response that replaces an ack if the guard rejects an event or its handler "
        "fails."
    )
    return declaration(name, as_readonly(Object((_field("error", error),))), (what,))


# -- namespaces ------------------------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class _Names:
    """The names for a namespace; those of definitions are taken."""

    prefix: str
    taken: TypeNames
    options: TypeOptions
    error: Type | None

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
        _events(
            server, events(sent, types), f"Events that the server sends in {namespace}.", names
        ),
        _events(
            client,
            events(received, types, names.error),
            f"Events that clients send in {namespace}.",
            names,
        ),
        *_extras(catalogue, namespace, (server, client), names),
    ]
    connect = next((event for event in received if event.name == "connect"), None)
    type_ = _wanted(auth(connect, types), names.options)
    if connect is not None and names.prefix + _AUTH not in in_place(type_):
        name = names.take(_AUTH)
        declared.append(
            declaration(name, type_, (f"The `auth` value of a connection to {namespace}.",))
        )
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


def _events(name: str, found: Object, what: str, names: _Names) -> str:
    members = (replace(each, type=_wanted(each.type, names.options)) for each in found.members)
    return declaration(name, Object(tuple(members)), (what,))


def _extras(
    catalogue: Catalogue, namespace: str, interfaces: tuple[str, str], names: _Names
) -> list[str]:
    """The type of a namespace's sockets, and its address."""
    found = []
    if names.options.sockets:
        what = jsdoc((plain_text(f"A client's socket of {namespace}."),), "")
        socket = f'import("socket.io-client").Socket<\n  {interfaces[0]},\n  {interfaces[1]}\n>'
        found.append(f"{what}export type {names.take('Socket')} = {socket};\n")
    if names.options.paths:
        what = jsdoc((plain_text(f"The address of {namespace}."),), "")
        name = names.take("Path")
        constant = f"{name[:1].lower()}{name[1:]}"
        found.append(what + path_constant(catalogue.contract, namespace, constant))
    return found


def _field(name: str, type_: Type) -> Member:
    return Member(name, type_, required=True)


def _comment(catalogue: Catalogue, namespace: str) -> tuple[str, ...]:
    for channel in catalogue.contract.channels.values():
        if channel.address == namespace:
            meta = channel.meta
            return comment(meta.get("title"), meta.get("description") or meta.get("summary"), [])
    return ()
