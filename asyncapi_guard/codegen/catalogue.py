"""The input of code generators: a document's events, and its schemas by readable names.

A schema is known by its place, so what two messages share is one definition however they refer to
it. Schemas of the document's components keep their names; the payload and the ack of an event are
called after it. What other files hold is called after its key there or after the file, and what
stands in the midst of something else after the place. The order is the document's, and names go to
the first who wants them: the same document gives the same names.
"""

from __future__ import annotations

from dataclasses import dataclass, field, replace
from pathlib import PurePosixPath
from typing import TYPE_CHECKING, Any, cast
from urllib.parse import unquote

from asyncapi_guard.codegen.names import TypeNames, pascal
from asyncapi_guard.codegen.pointers import Pointers
from asyncapi_guard.contract import Action
from asyncapi_guard.schema.bundle import target
from asyncapi_guard.schema.dialects import Dialect, replace_subschemas
from asyncapi_guard.spec.compiler import compile_contract
from asyncapi_guard.spec.references import Node, Unresolvable
from asyncapi_guard.spec.schema_bundles import Collector
from asyncapi_guard.spec.schemas import Schemas, UnjudgeableError

if TYPE_CHECKING:
    from collections.abc import Collection, Iterable, Iterator, Mapping, Sequence

    from asyncapi_guard.contract import Contract, Message, Operation, Schema
    from asyncapi_guard.schema import CompiledSchema
    from asyncapi_guard.spec.references import Documents

__all__ = [
    "PREFIX",
    "Catalogue",
    "Definition",
    "Event",
    "Form",
    "read_catalogue",
    "with_positions",
]

#: How a definition refers to another one.
PREFIX = "#/definitions/"
#: Parts of a place that say nothing by themselves.
_VAGUE = frozenset(("", "schema", "schemas", "definitions", "$defs", "components", "properties"))
#: What holds schemas by names.
_HOLDERS = frozenset(("schemas", "definitions", "$defs"))


@dataclass(frozen=True, slots=True)
class Definition:
    """A schema that has a name.

    Attributes:
        name: a legal name of a type.
        schema: as written; its references are `#/definitions/NAME`.
        dialect: how it is to be read.
        place: where it stands, as `file#/json/pointer`.
    """

    name: str
    schema: Any
    dialect: Dialect
    place: str


@dataclass(frozen=True, slots=True)
class Form:
    """What the arguments of an event, or the values of an ack, may be: one alternative.

    Attributes:
        name: for a type of it, `MoveMadePayload`; the definition itself, or another name for it.
        definition: the definition that it is; `None` for anything.
        positions: the schema of each argument, where it stands for several; else `None`.
        required: how many of them must be there.
        rest: the schema of any further ones; `False` if there may be none.
        nothing: it stands for no arguments at all.
        message: where the message stands, as `file#/json/pointer`.
    """

    name: str
    definition: Definition | None
    positions: tuple[Any, ...] | None = None
    required: int = 0
    rest: Any = False
    nothing: bool = False
    message: str = ""


@dataclass(frozen=True, slots=True)
class Event:
    """An event of a namespace, in one direction.

    Attributes:
        namespace: the channel's address, maybe with `{parameters}`.
        direction: what the server does with it.
        name: the Socket.IO event.
        payloads: one form for each message of this name; exactly one fits.
        acks: what may be answered; empty when the document does not say, or that nothing is.
        requires_ack: each of its messages requires an ack.
        has_no_ack: each of its messages says that there is none.
        title, description: the first message's, else the operation's.
        deprecated: the document says so.
        operations: the keys of the operations that have it.
    """

    namespace: str
    direction: Action
    name: str
    payloads: tuple[Form, ...]
    acks: tuple[Form, ...]
    requires_ack: bool = False
    has_no_ack: bool = False
    title: str = ""
    description: str = ""
    deprecated: bool = False
    operations: tuple[str, ...] = ()

    @property
    def forms(self) -> tuple[Form, ...]:
        """Those of its payloads, then those of its acks."""
        return (*self.payloads, *self.acks)


@dataclass(frozen=True, slots=True)
class Catalogue:
    """All that code is generated from.

    Attributes:
        contract: what the document means.
        namespaces: the addresses of the channels that have events, in order.
        events: by namespaces, received ones first, else in the order of the operations.
        definitions: by name; all that the events need, and all components.
        left: places of components that are no JSON Schema, and so have no definition.
        aliases: components that only refer to a definition of another name: that, by their names.
    """

    contract: Contract
    namespaces: tuple[str, ...]
    events: tuple[Event, ...]
    definitions: Mapping[str, Definition]
    left: tuple[str, ...] = ()
    aliases: Mapping[str, str] = field(default_factory=dict)

    def events_of(self, namespace: str, direction: Action) -> tuple[Event, ...]:
        """The events of a namespace in one direction."""
        return tuple(
            event
            for event in self.events
            if (event.namespace, event.direction) == (namespace, direction)
        )


def read_catalogue(documents: Documents, *, reserved: Collection[str] = ()) -> Catalogue:
    """The catalogue of a document.

    Args:
        documents: it, and those that it refers to.
        reserved: names that no definition may have.

    Raises:
        SpecError: the document cannot be used.
    """
    contract = compile_contract(documents, "auto")
    return _Reader(documents, contract, reserved).read()


#: A place and how it is read: what identifies a schema.
_Key = tuple[str, Dialect]


@dataclass(frozen=True, slots=True)
class _Use:
    """A schema in the place of a payload or an ack."""

    message: Message
    kind: str
    schema: Schema | None


@dataclass(slots=True)
class _Met:
    """An event, while its messages are collected."""

    namespace: str
    direction: Action
    name: str
    messages: list[Message]
    operations: list[Operation]

    def uses(self) -> Iterator[_Use]:
        """What its messages say of arguments, and of acks."""
        payload = "Auth" if self.name == "connect" else "Payload"
        for message in self.messages:
            yield _Use(message, payload, message.payload)
            ack = message.ack
            for schema in ack.alternatives if ack is not None and not ack.none else ():
                yield _Use(message, "Ack", schema)


class _Reader:
    """One run over one document."""

    def __init__(self, documents: Documents, contract: Contract, reserved: Collection[str]) -> None:
        self._documents = documents
        self._contract = contract
        self._type_names = TypeNames(reserved)
        self._pointers = Pointers(documents)
        #: One for each dialect: what one schema refers to, another need not collect again.
        self._collectors: dict[Dialect, Collector] = {}
        #: The places of what they collected, by the names that they gave.
        self._entries: dict[tuple[Dialect, str], str] = {}
        #: Schemas whose references lead to those names.
        self._found: dict[_Key, Any] = {}
        self._names: dict[_Key, str] = {}
        self._aliases: dict[str, str] = {}
        #: By event, kind and the schema's place.
        self._form_names: dict[tuple[str, str, str], str] = {}

    def read(self) -> Catalogue:
        met = self._meet()
        left = self._read_components()
        # The main namespace has the plain names, wherever it stands in the document.
        for event in sorted(met, key=lambda event: event.namespace != "/"):
            for use in event.uses():
                self._name_form(event, use)
        for key in self._found:
            self._name(key, _texts(key[0]))
        definitions = {self._names[key]: self._define(key) for key in self._found}
        return Catalogue(
            self._contract,
            tuple(dict.fromkeys(event.namespace for event in met)),
            tuple(self._event(event, definitions) for event in met),
            definitions,
            left,
            self._aliases,
        )

    # -- what there is -----------------------------------------------------------------------------

    def _meet(self) -> list[_Met]:
        """The events by namespaces, received ones first, else in the order of the operations."""
        met: dict[tuple[str, Action, str], _Met] = {}
        for operation in self._contract.operations.values():
            channel = self._contract.channels[operation.channel]
            if channel.address is None:
                continue
            for message in operation.messages:
                key = (channel.address, operation.action, message.event)
                event = met.setdefault(key, _Met(*key, [], []))
                if message not in event.messages:
                    event.messages.append(message)
                if operation not in event.operations:
                    event.operations.append(operation)
        order = {address: n for n, address in enumerate(dict.fromkeys(key[0] for key in met))}
        return sorted(met.values(), key=lambda e: (order[e.namespace], e.direction is Action.SEND))

    def _read_components(self) -> tuple[str, ...]:
        """Find and name the components; the places of those that are no JSON Schema."""
        schemas, left = Schemas(self._documents, "auto", lambda _: None), []
        named: list[tuple[bool, _Key, str]] = []
        for name, node in _components(self._documents):
            try:
                place, dialect = schemas.root(node)
                self._take(place, dialect)
            except (Unresolvable, UnjudgeableError):
                left.append(node.location)
                continue
            is_elsewhere = not f"{place.location}/".startswith(f"{node.location}/")
            named.append((is_elsewhere, (place.location, dialect), name))
        # What a component refers to has its own name, if it is a component, too.
        for _, key, name in sorted(named, key=lambda each: each[0]):
            if key in self._names:
                self._aliases[self._type_names.take([name])] = self._names[key]
            else:
                self._name(key, [name])
        return tuple(left)

    def _take(self, node: Node, dialect: Dialect) -> None:
        """Find a schema and all that it refers to, as far as it was not found."""
        if (node.location, dialect) in self._found:
            return
        collector = self._collectors.setdefault(dialect, Collector(self._documents, dialect))
        for name, place, schema in collector.add(node):
            self._entries[dialect, name] = place
            self._found[place, dialect] = schema

    def _place(self, schema: Schema) -> _Key:
        """What identifies a schema; what it refers to is found now, if it was not."""
        compiled = cast("CompiledSchema", schema)  # as every schema of a contract is
        key = compiled.location, compiled.dialect
        if key not in self._found:  # else all that it refers to is there, too
            self._take(self._pointers.node(compiled.location), compiled.dialect)
        return key

    # -- names -------------------------------------------------------------------------------------

    def _name(self, key: _Key, texts: Iterable[str]) -> None:
        if key not in self._names:
            self._names[key] = self._type_names.take(texts)

    def _name_form(self, event: _Met, use: _Use) -> None:
        key = _form_key(event, use)
        if key in self._form_names:
            return
        texts = _event_texts(event, use)
        place = None
        if use.schema is not None and not use.schema.nothing:
            place = self._place(use.schema)
            if _has_a_name(place[0]):
                self._name(place, _texts(place[0]))
        name = self._names.get(place) if place is not None else None
        if name is None or name not in map(pascal, texts):  # else its author calls it so
            name = self._type_names.take(texts)
        self._form_names[key] = name
        if place is not None:
            self._names.setdefault(place, name)

    # -- the result --------------------------------------------------------------------------------

    def _define(self, key: _Key) -> Definition:
        place, dialect = key
        schema = self._rewritten(self._found[key], dialect)
        return Definition(self._names[key], schema, dialect, place)

    def _rewritten(self, schema: Any, dialect: Dialect) -> Any:
        """A schema whose references lead to definitions."""
        if not isinstance(schema, dict):
            return schema
        copy = replace_subschemas(schema, lambda _, inner: self._rewritten(inner, dialect))
        entry = target(dialect, copy.get("$ref"))
        if entry is not None:
            copy["$ref"] = PREFIX + self._names[self._entries[dialect, entry], dialect]
        return copy

    def _event(self, met: _Met, definitions: Mapping[str, Definition]) -> Event:
        forms: dict[str, list[Form]] = {}
        for use in met.uses():
            form = self._form(met, use, definitions)
            kind = forms.setdefault("Ack" if use.kind == "Ack" else "Payload", [])
            if form not in kind:
                kind.append(form)
        texts = [*(message.meta for message in met.messages), *(o.meta for o in met.operations)]
        return Event(
            met.namespace,
            met.direction,
            met.name,
            tuple(forms["Payload"]),
            tuple(forms.get("Ack", ())),
            requires_ack=all(m.ack is not None and m.ack.required for m in met.messages),
            has_no_ack=all(m.ack is not None and m.ack.none for m in met.messages),
            title=_first(texts, "title"),
            description=_first(texts, "description") or _first(texts, "summary"),
            deprecated=any(meta.get("deprecated") is True for meta in texts),
            operations=tuple(operation.id for operation in met.operations),
        )

    def _form(self, met: _Met, use: _Use, definitions: Mapping[str, Definition]) -> Form:
        name, place = self._form_names[_form_key(met, use)], use.message.location
        if use.schema is None:
            return Form(name, None, message=place)
        if use.schema.nothing:
            return Form(name, None, nothing=True, message=place)
        definition = definitions[self._names[self._place(use.schema)]]
        form = Form(name, definition, message=place)
        return with_positions(form) if use.schema.positional else form


def with_positions(form: Form) -> Form:
    """A form that stands for several arguments, with the schema of each."""
    assert form.definition is not None  # it has positions
    schema, dialect = form.definition.schema, form.definition.dialect
    positions = tuple(schema[dialect.tuple_keyword])
    rest = schema.get("items" if dialect.tuple_keyword == "prefixItems" else "additionalItems", {})
    most = schema.get("maxItems")
    if isinstance(most, int) and most <= len(positions):
        positions, rest = positions[: int(most)], False
    required = schema.get("minItems")
    return replace(
        form,
        positions=positions,
        required=min(int(required), len(positions)) if isinstance(required, int) else 0,
        rest=rest,
    )


def _components(documents: Documents) -> Iterator[tuple[str, Node]]:
    """The schemas among the components of the main document."""
    node: Node | None = Node(documents.main, (), documents.main.data)
    for part in ("components", "schemas"):
        node = node.get(part) if node is not None else None
        node = documents.resolve(node) if node is not None else None
    if node is not None and isinstance(node.value, dict):
        yield from node.items()


def _form_key(event: _Met, use: _Use) -> tuple[str, str, str]:
    place = use.schema.location if use.schema is not None else use.message.location
    return event.name, use.kind, place


def _event_texts(event: _Met, use: _Use) -> list[str]:
    """What the type of a payload or an ack may be called, the best first."""
    inside = f"{event.namespace} {event.name}"
    texts = [f"{t} {use.kind}" for t in (event.name, inside, f"{inside} {event.direction}")]
    if len(event.messages) > 1:
        texts.insert(0, f"{use.message.id} {use.kind}")
    # Nothing is left of a name that has no letters.
    return [text if pascal(event.name) else f"Event {text}" for text in texts]


def _has_a_name(place: str) -> bool:
    """Whether a schema has a file or a key of its own, which its author has named after it."""
    pointer = place.partition("#")[2]
    return not pointer or pointer.split("/")[-2] in _HOLDERS


def _texts(place: str) -> list[str]:
    """What a schema may be called after its place, the best first."""
    file, _, pointer = place.partition("#")
    stem = PurePosixPath(unquote(file)).name.partition(".")[0]
    parts = [part for part in pointer.split("/") if part not in _VAGUE]
    telling = [part for part in parts if not part.isdecimal()]
    texts = [" ".join(telling[-count:]) for count in range(1, min(len(telling), 4) + 1)]
    return [*texts, " ".join((stem, *telling[-1:]))]


def _first(texts: Sequence[Mapping[str, Any]], field: str) -> str:
    return next((t[field] for t in texts if isinstance(t.get(field), str)), "")
