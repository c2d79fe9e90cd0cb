"""The schemas of a catalogue as one JSON Schema, in which every type has a chosen name.

datamodel-code-generator names what has no name: by the property in which it stands, and by a number
where that is taken. Such a name changes when a schema is added somewhere else, and may be one that
the generated module wants for itself. So whatever becomes a class is moved out into a definition,
and named after its owner and its place: `Order` and `customer` make `OrderCustomer`.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, NamedTuple

from asyncapi_guard.codegen.names import TypeNames
from asyncapi_guard.codegen.python.alternatives import is_open_object, rest_of, untold
from asyncapi_guard.codegen.python.combining import (
    BESIDE,
    MIXED,
    ONE,
    PLACE,
    combined,
    exclusive,
    is_plain_object,
)
from asyncapi_guard.codegen.python.dialect import REFERENCE, Reader
from asyncapi_guard.codegen.python.enums import is_enum, names_of_member, with_enums
from asyncapi_guard.codegen.python.fields import likeness

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from asyncapi_guard.codegen.catalogue import Catalogue, Definition, Form
    from asyncapi_guard.codegen.python.scalars import PatternCheck

__all__ = ["Arguments", "Bundle", "Loss", "build_bundle"]

#: Keywords that need an alias of their own where no field holds them.
_CONSTRAINTS = frozenset(
    (
        *("minLength", "maxLength", "pattern", "minimum", "maximum", "exclusiveMinimum"),
        *("exclusiveMaximum", "multipleOf", "minItems", "maxItems", "minProperties"),
        "maxProperties",
    )
)
#: Keywords by which an object is more than any object.
_DESCRIBING = frozenset(
    ("properties", "required", "additionalProperties", "minProperties", "maxProperties", "allOf")
)


class Loss(NamedTuple):
    """Something that types cannot say.

    Attributes:
        place: where it stands, as `file#/json/pointer`.
        keyword: the keyword that says it.
        text: what is accepted therefore, or not checked.
    """

    place: str
    keyword: str
    text: str


class Arguments(NamedTuple):
    """The types of the arguments that a form stands for.

    Attributes:
        whole: the name of the type of all of them; `None` for no arguments, and for any.
        each: the name of each one's type; `None` for anything.
        required: how many must be there.
        rest: the name of the type of further ones; `None` where there are none, `""` for anything.
        called: what the document calls each of several, by its title or after the schema that it
            refers to; empty where it does not.
    """

    whole: str | None
    each: tuple[str | None, ...]
    required: int
    rest: str | None
    called: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Bundle:
    """What the library gets, and what we need to know of it.

    Attributes:
        schemas: by name, in the dialect of `asyncapi_guard.codegen.python.dialect`.
        places: where each stands, as `file#/json/pointer`.
        aliases: further names of schemas.
        arguments: what each form stands for, by its name.
        losses: what types cannot say, in the order of the definitions.
        names: gives names that nothing has yet.
    """

    schemas: Mapping[str, dict[str, Any]]
    places: Mapping[str, str]
    aliases: Mapping[str, str]
    arguments: Mapping[str, Arguments]
    losses: tuple[Loss, ...]
    names: TypeNames


def build_bundle(
    catalogue: Catalogue, usable: PatternCheck, reserved: frozenset[str], *, enums: bool = False
) -> Bundle:
    """The bundle of a catalogue.

    Args:
        catalogue: what there is.
        usable: says which patterns may stay in types.
        reserved: names that none may have.
        enums: whether lists of texts, or of integers, become classes.
    """
    return _Builder(catalogue, usable, reserved, enums=enums).build()


class _Builder:
    def __init__(
        self,
        catalogue: Catalogue,
        usable: PatternCheck,
        reserved: frozenset[str],
        *,
        enums: bool,
    ) -> None:
        self._enums = enums
        self._definitions = catalogue.definitions
        self._usable = usable
        forms = (form for event in catalogue.events for form in event.forms)
        self._forms = {form.name: form for form in forms}
        self._names = TypeNames({*reserved, *catalogue.definitions, *self._forms})
        #: Definitions in the one dialect, before anything is taken out of them.
        self._read: dict[str, dict[str, Any]] = {}
        self._schemas: dict[str, dict[str, Any]] = {}
        self._places: dict[str, str] = {}
        self._losses: dict[Loss, None] = {}
        #: The references that are being followed, while combinations become objects.
        self._inside: tuple[str, ...] = ()
        #: How often one of them led back to itself.
        self._circles = 0
        #: The objects that parts of combinations are, by the parts' identities, with the parts.
        self._objects: dict[int, tuple[dict[str, Any], dict[str, Any] | None]] = {}
        #: Alternatives of which exactly one must fit, with their place.
        self._choices: list[tuple[str, list[dict[str, Any]]]] = []

    def build(self) -> Bundle:
        positional = {
            form.definition.name: form
            for form in self._forms.values()
            if form.definition is not None and form.positions is not None
        }
        for name, definition in self._definitions.items():
            self._places[name] = definition.place
            reader = self._reader(definition)
            self._read[name] = self._prepared(reader.read(definition.schema))
        self._keep_what_subtypes_add()
        shared: dict[str, Arguments] = {}
        for name in self._definitions:
            if name in positional:
                shared[name] = self._several(positional[name])
            else:
                self._schemas[name] = self._definition(self._read[name], name)
        self._note_choices()
        aliases = {
            form.name: form.definition.name
            for form in self._forms.values()
            if form.definition is not None and form.name != form.definition.name
        }
        arguments = {name: _arguments(form, shared) for name, form in self._forms.items()}
        return Bundle(
            self._schemas, self._places, aliases, arguments, tuple(self._losses), self._names
        )

    def _reader(self, definition: Definition) -> Reader:
        return Reader(definition.dialect, definition.place, self._note, self._usable)

    def _prepared(self, schema: dict[str, Any]) -> dict[str, Any]:
        found: dict[str, Any] = with_enums(schema, self._note) if self._enums else schema
        return found

    def _note(self, place: str, keyword: str, text: str) -> None:
        self._losses[Loss(place, keyword, text)] = None

    def _keep_what_subtypes_add(self) -> None:
        """Have the types that others extend keep further properties: their values may have them.

        Only of those with a `discriminator`, whose authors say that a value of the type may be one
        of a subtype.
        """
        for name, definition in self._definitions.items():
            read = self._read[name]
            inner = next((p for p in read.get("allOf", ()) if is_plain_object(p)), None)
            target = read if inner is None else inner
            if _is_parent(definition.schema) and is_plain_object(target):
                target.setdefault("additionalProperties", True)

    def _note_choices(self) -> None:
        """Note where several alternatives may fit: that is known when all are there."""
        for place, members in self._choices:
            if not exclusive([_meant(member, self._schemas) for member in members]):
                self._note(place, "oneOf", "values that fit several alternatives are accepted")

    # -- several arguments -------------------------------------------------------------------------

    def _several(self, form: Form) -> Arguments:
        """The types of several arguments; the definition becomes a list of them."""
        definition, positions = form.definition, form.positions
        assert definition is not None  # what has positions
        assert positions is not None  # is asked
        name, reader, whole = definition.name, self._reader(definition), self._read[definition.name]
        keyword = definition.dialect.tuple_keyword
        each, called = [], []
        for index, schema in enumerate(positions):
            found = self._prepared(reader.read(schema, (keyword, index)))
            kind = self._named(found, name, found.get("title") or str(index + 1))
            each.append(kind)
            called.append(found.get("title") or (kind if "$ref" in found and kind else ""))
        if "prefixItems" in whole:
            whole = {**whole, "prefixItems": [_referring(kind) for kind in each]}
        self._schemas[name] = self._lifted(whole, name)
        rest: str | None = None
        if form.rest is not False:
            further = "items" if keyword == "prefixItems" else "additionalItems"
            read = self._prepared(reader.read(form.rest, (further,)))
            rest = self._named(read, name, "Rest") or ""
        return Arguments(name, tuple(each), form.required, rest, tuple(called))

    def _named(self, schema: dict[str, Any], owner: str, text: str) -> str | None:
        """The name of a schema's type, which it gets if it has none; `None` for anything."""
        if "$ref" in schema:
            return str(schema["$ref"])[len(REFERENCE) :]
        if schema.keys() <= {PLACE, "title", "description"}:
            return None
        return self._define(schema, owner, (text,))

    # -- names for what has none -------------------------------------------------------------------

    def _lifted(self, schema: dict[str, Any], owner: str) -> dict[str, Any]:
        """A schema in which everything that becomes a class is a reference."""
        schema = self._flat(self._told_by_itself(schema))
        if MIXED in schema:
            self._note(schema[PLACE], "allOf", "not all of the parts are checked")
        ours = (MIXED, ONE, PLACE, BESIDE, "title")
        found = {key: value for key, value in schema.items() if key not in ours}
        if "properties" in found:
            found["properties"] = {
                name: self._field(value, owner, name) for name, value in found["properties"].items()
            }
        for keyword, text in (("items", "Item"), ("additionalProperties", "Value")):
            if isinstance(found.get(keyword), dict):
                found[keyword] = self._member(found[keyword], owner, text)
        for keyword in ("anyOf", "prefixItems"):
            if keyword in found:
                found[keyword] = [
                    self._member(value, owner, *names_of_member(index, found[keyword]))
                    for index, value in enumerate(found[keyword])
                ]
        if ONE in schema:
            self._choices.append((schema[ONE], found["anyOf"]))
        if "allOf" in found:
            found["allOf"] = [self._lifted(part, owner) for part in found["allOf"]]
        return found

    def _told_by_itself(self, schema: dict[str, Any]) -> dict[str, Any]:
        """An alternative as the component that it is, if that has all that is said of all of them.

        So a union is of the components' own classes also where its author writes the property that
        tells them apart beside the alternatives, as the specification wants it.
        """
        if BESIDE not in schema:
            return schema
        plain = {key: value for key, value in schema.items() if key != BESIDE}
        own = next(part for part in reversed(schema["allOf"]) if "$ref" in part)
        said = [self._object(part) for part in schema["allOf"] if part is not own]
        alternatives = self._alternatives(own)
        others = [part for part in said if part is not None and is_open_object(part)]
        if alternatives is None or len(others) < len(said):
            return self._apart(plain)
        rest = [rest_of(part, each) for part in others for each in alternatives]
        if any(rest) and len(alternatives) > 1:
            return self._apart(plain)
        for part in others:
            for name in dict.fromkeys(name for each in alternatives for name in untold(part, each)):
                text = f"{name!r} has the type that the alternatives define"
                self._note(part[PLACE], "properties", text)
        kept = [own, *(combined([part]) for part in rest if part)]
        return {**kept[0], PLACE: schema[PLACE]} if len(kept) == 1 else {**plain, "allOf": kept}

    def _apart(self, schema: dict[str, Any]) -> dict[str, Any]:
        """An alternative that becomes a class of its own, which is to be said."""
        self._note(schema[PLACE], "allOf", "the alternative isn't an instance of the component")
        return schema

    def _alternatives(self, part: dict[str, Any]) -> list[dict[str, Any]] | None:
        """The objects of which a part is one; `None` when it may be something else."""
        meant = _meant(part, self._read)
        if "anyOf" not in meant or part.get("$ref") in self._inside:
            found = self._object(part)
            return None if found is None else [found]
        self._inside += (part["$ref"],) if "$ref" in part else ()
        try:
            inner = [self._alternatives(each) for each in meant["anyOf"]]
        finally:
            self._inside = self._inside[:-1] if "$ref" in part else self._inside
        known = [each for each in inner if each is not None]
        return [one for each in known for one in each] if len(known) == len(inner) else None

    def _flat(self, schema: dict[str, Any]) -> dict[str, Any]:
        """A combination as one object, where a part says more of what another part has.

        As a class it would derive from a part and say something else of an attribute, which is
        no subclass to those who check types.
        """
        if "allOf" not in schema:
            return schema
        parts = [self._object(part) for part in schema["allOf"]]
        whole = [part for part in parts if part is not None]
        if len(whole) < len(parts) or not _overlap(whole):
            return schema
        kept = {key: value for key, value in schema.items() if key != "allOf"}
        return {**_without_words(combined(whole)), **kept}

    def _object(self, part: dict[str, Any]) -> dict[str, Any] | None:
        """The object that a part of a combination is; `None` when it is something else."""
        reference = part.get("$ref", "")
        if reference in self._inside:
            self._circles += 1
            return None  # it is a part of itself, which says nothing
        if id(part) in self._objects:
            return self._objects[id(part)][1]
        before = self._circles
        self._inside += (reference,) if reference else ()
        try:
            found = self._whole_object(part)
        finally:
            self._inside = self._inside[:-1] if reference else self._inside
        if self._circles == before:  # else it depends on where one comes from
            self._objects[id(part)] = part, found
        return found

    def _whole_object(self, part: dict[str, Any]) -> dict[str, Any] | None:
        meant = self._flat(_meant(part, self._read))
        if "allOf" in meant:
            parts = [self._object(inner) for inner in meant["allOf"]]
            whole = [inner for inner in parts if inner is not None]
            meant = combined(whole) if len(whole) == len(parts) else meant
        return meant if is_plain_object(meant) else None

    def _field(self, schema: dict[str, Any], owner: str, name: str) -> dict[str, Any]:
        if not self._is_class(schema):
            return self._lifted(schema, f"{owner} {name}")
        kept: dict[str, Any] = {k: schema[k] for k in ("description", "default") if k in schema}
        return {**kept, **_referring(self._define(schema, owner, (name,)))}

    def _member(self, schema: dict[str, Any], owner: str, *texts: str) -> dict[str, Any]:
        schema = self._told_by_itself(schema)
        if self._is_class(schema) or not _CONSTRAINTS.isdisjoint(schema):
            texts = (schema["title"], *texts) if "title" in schema else texts
            return _referring(self._define(schema, owner, texts))
        return self._lifted(schema, f"{owner} {texts[-1]}")

    def _is_class(self, schema: dict[str, Any]) -> bool:
        """Whether a type of its own is made of a schema."""
        return _is_class(schema) or (self._enums and is_enum(schema))

    def _define(self, schema: dict[str, Any], owner: str, texts: tuple[str, ...]) -> str:
        name = self._names.take([f"{owner} {text}" for text in texts])
        self._places[name] = schema[PLACE]
        self._schemas[name] = {}  # keeps its place before those that are in it
        self._schemas[name] = self._definition(schema, name)
        return name

    def _definition(self, schema: dict[str, Any], name: str) -> dict[str, Any]:
        """What gets a name; a list of itself has a name for its items, too.

        The library says of a list that holds itself, and of nothing else, that it is a list.
        """
        found = self._lifted(schema, name)
        if found.get("type") == "object" and _DESCRIBING.isdisjoint(found):
            # The library would make a class without fields of it, which holds nothing.
            found["additionalProperties"] = {}
        if "allOf" in found:
            parts = [self._with_items(part, name, found) for part in found["allOf"]]
            return {**found, "allOf": parts}
        return self._with_items(found, name, found)

    def _with_items(
        self, schema: dict[str, Any], name: str, whole: dict[str, Any]
    ) -> dict[str, Any]:
        found = dict(schema)
        if isinstance(schema.get("items"), dict):
            found["items"] = self._item(schema["items"], name, "Item", whole)
        if "prefixItems" in schema:
            found["prefixItems"] = [
                self._item(item, name, str(index + 1), whole)
                for index, item in enumerate(schema["prefixItems"])
            ]
        return found

    def _item(
        self, schema: dict[str, Any], owner: str, text: str, whole: dict[str, Any]
    ) -> dict[str, Any]:
        if not _refers(schema, owner):
            return schema
        name = self._names.take([f"{owner} {text}"])
        # An alias of an alias that leads back to it is too much for Pydantic before 2.10.
        self._schemas[name] = whole if "$ref" in schema else schema
        return _referring(name)


def _is_parent(schema: Any) -> bool:
    """Whether other types extend one: it has a discriminator, and no list of alternatives."""
    if not isinstance(schema, dict) or schema.keys() & {"oneOf", "anyOf"}:
        return False
    parts = schema.get("allOf")
    inner = parts if isinstance(parts, list) else []
    return "discriminator" in schema or any(
        isinstance(part, dict) and "discriminator" in part for part in inner
    )


def _refers(schema: Any, name: str) -> bool:
    """Whether a schema refers to a definition, anywhere in it."""
    if isinstance(schema, dict):
        if schema.get("$ref") == REFERENCE + name:
            return True
        schema = list(schema.values())
    return isinstance(schema, list) and any(_refers(inner, name) for inner in schema)


def _meant(schema: dict[str, Any], schemas: Mapping[str, dict[str, Any]]) -> dict[str, Any]:
    """What a reference leads to."""
    for _ in schemas:
        if "$ref" not in schema:
            break
        schema = schemas[schema["$ref"][len(REFERENCE) :]]
    return schema


def _overlap(parts: Sequence[dict[str, Any]]) -> bool:
    """Whether two parts speak of the same property, or of two whose fields are called the same."""
    seen: set[str] = set()
    for part in parts:
        names = {
            likeness(name) for name in (*part.get("properties", ()), *part.get("required", ()))
        }
        if not names.isdisjoint(seen):
            return True
        seen |= names
    return False


def _without_words(schema: dict[str, Any]) -> dict[str, Any]:
    return {key: value for key, value in schema.items() if key not in ("title", "description")}


def _arguments(form: Form, shared: Mapping[str, Arguments]) -> Arguments:
    if form.nothing:
        return Arguments(None, (), 0, None)
    if form.definition is None:
        return Arguments(None, (), 0, "")
    if form.positions is not None:
        return shared[form.definition.name]._replace(whole=form.name)
    return Arguments(form.name, (form.name,), 1, None)


def _referring(name: str | None) -> dict[str, Any]:
    return {} if name is None else {"$ref": REFERENCE + name}


def _is_class(schema: dict[str, Any]) -> bool:
    """Whether a type of its own is made of a schema."""
    if "allOf" in schema:
        return True
    if schema.get("type") != "object":
        return False
    return "properties" in schema or schema.get("additionalProperties") is False
