"""Schemas as forms: each place of a value is a node, with the words of the Read page.

The browser gets nodes instead of schemas, so it needs no `$ref`, no draft and no second idea of
what a schema means. A form helps to write a value; whether the value is valid, the guard says.

A node is a JSON object. `kind` is one of:

- `text`, `number`, `integer`, `boolean`, `null`, `bytes`: one value. A text can have a `format`,
  and `long` if it can have several lines.
- `options`: one of the listed `values`, which are of any type.
- `object`: `properties` has `[name, required, node]` for each; `more` is the node of further
  properties, or `null` where there can be none.
- `list`: all items are of the node `items`.
- `tuple`: `items` has a node for each place, and `least` says how many there must be.
- `choice`: `choices` has `[title, node]` for each alternative.
- `any`: any JSON.

`words` say the type and the limits, `title` is the name of the schema or of an argument, `text` is
its description, `old` is there if it is deprecated. Nodes are numbers of `Nodes.made`, so a schema
that contains itself is a node that leads to itself.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, cast

from markupsafe import Markup

from asyncapi_guard.console.reading.constraints import limits_of, type_words
from asyncapi_guard.console.reading.flat_schema import FlatSchema, flatten, schema_name
from asyncapi_guard.schema.bundle import target

if TYPE_CHECKING:
    from collections.abc import Sequence

    from asyncapi_guard.contract import Schema
    from asyncapi_guard.schema import Bundle, CompiledSchema

__all__ = ["Node", "Nodes"]

Node = dict[str, Any]

#: Nodes of one page; what comes after them is written as JSON.
_MOST = 40_000
_CHOICES = ("oneOf", "anyOf")
_KINDS = {"string": "text", "binary": "bytes", "array": "list"}
#: Texts of at most so many characters have one line.
_ONE_LINE = 200


class Nodes:
    """Makes the nodes of one page.

    Attributes:
        made: all nodes; others name them by their numbers.
    """

    def __init__(self) -> None:
        self.made: list[Node] = []
        self._numbers: dict[Any, int] = {}
        #: Schemas that were put together here; their identities are keys.
        self._kept: dict[Any, Any] = {}

    def of(self, schema: Schema) -> int:
        """The node of a schema of the contract."""
        bundle = cast("CompiledSchema", schema).bundle  # as every schema of a contract is
        return self._node(bundle, bundle.root, root=True)

    def choice(self, choices: Sequence[tuple[str, int]]) -> int:
        """A node for one of several schemas."""
        return self._add({"kind": "choice", "choices": [[*each] for each in choices]})

    def anything(self) -> int:
        """A node for any value."""
        return self._numbers.setdefault("any", 0) or self._first_any()

    def _first_any(self) -> int:
        self._numbers["any"] = self._add({"kind": "any", "words": "any JSON"})
        return self._numbers["any"]

    def _add(self, node: Node) -> int:
        self.made.append(node)
        return len(self.made)

    # -- one schema --------------------------------------------------------------------------------

    def _node(self, bundle: Bundle, schema: Any, *, root: bool = False) -> int:
        if not isinstance(schema, dict) or len(self.made) >= _MOST:
            return self.anything()
        flat = flatten(bundle, schema)
        key = _key(bundle, schema, flat, root=root)
        if key not in self._numbers:
            # The number is known before what is inside, which can be the same schema again.
            node: Node = {}
            self._numbers[key] = self._add(node)
            node.update(self._described(bundle, flat))
            if root and schema_name(bundle.places["s0"]):
                node["title"] = schema_name(bundle.places["s0"])
        return self._numbers[key]

    def _described(self, bundle: Bundle, flat: FlatSchema) -> Node:
        node: Node = {"words": _words(flat)}
        title = schema_name(bundle.places[flat.named[0]]) if flat.named else flat.texts("title")
        text = flat.texts("description").strip()
        if title:
            node["title"] = title
        if text:
            node["text"] = text.partition("\n\n")[0][:300]
        if flat.is_true("deprecated"):
            node["old"] = True
        return {**node, **self._inside(bundle, flat)}

    def _inside(self, bundle: Bundle, flat: FlatSchema) -> Node:
        values = _values(flat)
        if values is not None:
            return {"kind": "options", "values": values}
        word = next((word for word in _CHOICES for part in flat.parts if word in part), None)
        if word is not None:
            return self._chosen(bundle, flat, word)
        if len(flat.types) > 1:
            return self._one_of_types(bundle, flat)
        return self._of_type(bundle, flat, flat.types[0]) if flat.types else {"kind": "any"}

    def _of_type(self, bundle: Bundle, flat: FlatSchema, type_: str) -> Node:
        if type_ == "object":
            return self._object(bundle, flat)
        if type_ == "array":
            return self._array(bundle, flat)
        node: Node = {"kind": _KINDS.get(type_, type_)}
        if type_ == "string":
            most = flat.first("maxLength")
            if flat.texts("format"):
                node["format"] = flat.texts("format")
            elif isinstance(most, int) and most > _ONE_LINE:
                node["long"] = True
        return node

    # -- alternatives ------------------------------------------------------------------------------

    def _chosen(self, bundle: Bundle, flat: FlatSchema, word: str) -> Node:
        part = next(part for part in flat.parts if word in part)
        alternatives = part[word]
        if not isinstance(alternatives, list) or not alternatives:
            return {"kind": "any"}
        rest = [self._without(each, word) if each is part else each for each in flat.parts]
        rest = [each for each in map(self._own, rest) if each]
        choices = []
        for number, each in enumerate(alternatives, 1):
            inner = flatten(bundle, each)
            title = (
                schema_name(bundle.places[inner.named[0]])
                if inner.named
                else inner.texts("title") or _told_by(inner) or type_words(inner.types)
            )
            together = self._together([*rest, each]) if _says_more(rest) else each
            choices.append([title or str(number), self._node(bundle, together)])
        return {"kind": "choice", "choices": choices}

    def _one_of_types(self, bundle: Bundle, flat: FlatSchema) -> Node:
        choices = []
        for type_ in flat.types:
            said = {"type": "string", "format": "binary"} if type_ == "binary" else {"type": type_}
            only = self._kept.setdefault(("type", type_), said)
            parts = [self._own(part) for part in flat.parts]
            choices.append([type_words((type_,)), self._typed(bundle, [*parts, only], type_)])
        return {"kind": "choice", "choices": choices}

    def _typed(self, bundle: Bundle, parts: list[Any], type_: str) -> int:
        key = (id(bundle), type_, *map(id, parts))
        if key not in self._numbers:
            node: Node = {}
            self._numbers[key] = self._add(node)
            flat = flatten(bundle, self._together(parts))
            node.update({"words": type_words((type_,)), **self._of_type(bundle, flat, type_)})
        return self._numbers[key]

    def _own(self, part: Any) -> Any:
        """A part without what `flatten` has put beside it already."""
        gone = ("$ref", "allOf")
        return self._without(part, *gone) if any(word in part for word in gone) else part

    def _without(self, part: Any, *words: str) -> Any:
        key = ("without", words, id(part))
        if key not in self._kept:
            self._kept[key] = {k: v for k, v in part.items() if k not in words}, part
        return self._kept[key][0]

    def _together(self, parts: Sequence[Any]) -> Any:
        key = ("together", *map(id, parts))
        if key not in self._kept:
            self._kept[key] = {"allOf": [*parts]}
        return self._kept[key]

    # -- objects and lists -------------------------------------------------------------------------

    def _object(self, bundle: Bundle, flat: FlatSchema) -> Node:
        required, known = flat.required, flat.by_name("properties")
        properties = [
            [name, name in required, self._property(bundle, flat, name)]
            for name in [*known, *(name for name in required if name not in known)]
        ]
        further = flat.first("additionalProperties")
        closed = further is False or flat.first("unevaluatedProperties") is False
        more = None if closed else self._node(bundle, further)
        return {"kind": "object", "properties": properties, "more": more}

    def _property(self, bundle: Bundle, flat: FlatSchema, name: str) -> int:
        said = [each[name] for each in flat.each("properties") if name in each]
        if len(said) == 1:
            return self._node(bundle, said[0])
        if any(not isinstance(each, dict) for each in said):
            return self.anything()
        return self._node(bundle, self._together(said)) if said else self.anything()

    def _array(self, bundle: Bundle, flat: FlatSchema) -> Node:
        places = flat.first(bundle.dialect.tuple_keyword)
        if isinstance(places, list):
            least = flat.first("minItems")
            items = [self._node(bundle, place) for place in places]
            return {"kind": "tuple", "items": items, "least": least if _is_int(least) else 0}
        return {"kind": "list", "items": self._node(bundle, flat.first("items"))}


def _key(bundle: Bundle, schema: Any, flat: FlatSchema, *, root: bool) -> Any:
    """The same for the same schema, so that it becomes one node."""
    entry = "s0" if root else target(bundle.dialect, schema.get("$ref"))
    if entry is not None and (root or not bundle.dialect.siblings or len(schema) == 1):
        return "place", bundle.places[entry], bundle.dialect
    return (id(bundle), *map(id, flat.parts))


def _words(flat: FlatSchema) -> str:
    kind = "nothing" if flat.is_never else type_words(flat.types)
    limits = dict.fromkeys(limit for part in flat.parts for limit in limits_of(part, flat.types))
    return ", ".join([kind, *(Markup(limit).striptags() for limit in limits)])  # noqa: S704  # becomes text


def _values(flat: FlatSchema) -> list[Any] | None:
    for part in flat.parts:
        if "const" in part:
            return [part["const"]]
    return next((each for each in flat.each("enum") if isinstance(each, list) and each), None)


def _told_by(flat: FlatSchema) -> str:
    """What tells an alternative apart: the values of its properties that are constant."""
    constants = (
        schema["const"]
        for schema in flat.by_name("properties").values()
        if isinstance(schema, dict) and isinstance(schema.get("const"), str)
    )
    return next(iter(constants), "") or ", ".join(flat.required[:3])


def _says_more(parts: Sequence[Any]) -> bool:
    """Whether parts have keywords that a form shows."""
    shown = ("properties", "items", "prefixItems", "type", "required", "additionalProperties")
    return any(word in part for part in parts for word in shown)


def _is_int(value: Any) -> bool:
    return isinstance(value, int) and not isinstance(value, bool)
