"""The schemas of Pydantic 1's fields.

Its own ones are of OpenAPI's time: they do not say where null may stand, take times and durations
for what RFC 3339 says of them, and name models by their modules where two have one name. So fields
are walked here, and Pydantic is asked for the schemas of single values alone.
"""

from __future__ import annotations

import datetime as dt
import decimal
import inspect
import json
import typing
import uuid
from enum import Enum
from typing import TYPE_CHECKING, Any, TypeVar

from pydantic.v1 import fields as v1
from pydantic.v1.networks import AnyUrl, PostgresDsn
from pydantic.v1.schema import field_singleton_schema
from pydantic.v1.typing import (
    all_literal_values,
    is_callable_type,
    is_literal_type,
    is_namedtuple,
    is_none_type,
    is_typeddict,
)

from asyncapi_guard.codefirst.asyncapi_schemas import legal
from asyncapi_guard.codefirst.hints.hint import MARK, REF, Definition
from asyncapi_guard.codefirst.hints.text_patterns import (
    DATE,
    V1_DECIMAL,
    V1_DURATION,
    V1_TIME,
)

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

    from asyncapi_guard.codefirst.hints.hint import Direction

__all__ = ["ROOT", "Writer"]

#: The one field of a model that stands for what is in it.
ROOT = "__root__"

Schema = dict[str, Any]

_MULTI_HOST = PostgresDsn.__mro__[1]
#: Limits of fields, the keywords that say them, and the types of JSON that these look at.
_LIMITS = (
    ("gt", "exclusiveMinimum", ("integer", "number")),
    ("ge", "minimum", ("integer", "number")),
    ("lt", "exclusiveMaximum", ("integer", "number")),
    ("le", "maximum", ("integer", "number")),
    ("multiple_of", "multipleOf", ("integer", "number")),
    ("min_length", "minLength", ("string",)),
    ("max_length", "maxLength", ("string",)),
    ("regex", "pattern", ("string",)),
    ("min_items", "minItems", ("array",)),
    ("max_items", "maxItems", ("array",)),
    ("unique_items", "uniqueItems", ("array",)),
)
_JSON_TYPES = ((bool, "boolean"), (int, "integer"), (float, "number"), (str, "string"))


class _Unsayable(ValueError):
    """There is no JSON Schema for a type."""


class Writer:
    """Writes schemas of fields, and the definitions that they share.

    Args:
        plain: makes plain data of defaults and of values of enums.

    Attributes:
        definitions: by what references call them.
        known: what these are.
        has_dataclasses: whether there are dataclasses among them.
    """

    def __init__(self, plain: Callable[[Any], Any]) -> None:
        self.definitions: dict[str, Schema] = {}
        self.known: dict[str, Definition] = {}
        self.has_dataclasses: bool = False
        self._plain = plain
        self._keys: dict[tuple[Any, Direction], str] = {}
        self._direction: Direction = "validation"

    def schema(self, field: Any, direction: Direction) -> Schema:
        """The schema of what is received, or sent, for a field.

        Raises:
            ValueError, TypeError: there is none.
        """
        self._direction = direction
        return _described(self._field(field), field)

    # -- fields ------------------------------------------------------------------------------------

    def _field(self, field: Any, *, nullable: bool | None = None) -> Schema:
        """The schema of a field's values; `nullable` overrules what the field says of null."""
        if type(field.type_).__name__ in ("ForwardRef", "DeferredType"):
            raise _Unsayable(
                f"{field.name!r} refers to an unresolved name; "
                "call update_forward_refs() of its model"
            )
        if field.field_info.const:
            schema = {"const": self._plain(field.default)}
        elif field.parse_json and self._direction == "validation":
            schema = {"type": "string", "contentMediaType": "application/json"}
        else:
            schema = self._values(field)
            of = field.type_ if field.shape == v1.SHAPE_GENERIC else field.outer_type_
            if field.type_ is not of and not field.parse_json:
                _modify(of, field, schema)
            for info in _infos(field):
                _limit(schema, info)
        if nullable is None:
            # A list of nulls is never null itself, whatever its type says: Pydantic mixes them up.
            of_nulls = field.shape != v1.SHAPE_SINGLETON and is_none_type(field.type_)
            nullable = field.allow_none and not of_nulls
        return _or_null(schema) if nullable else schema

    def _values(self, field: Any) -> Schema:
        """The schema of a field's values that are not null."""
        shape, inner = field.shape, field.sub_fields or ()
        if shape in v1.MAPPING_LIKE_SHAPES:
            return self._mapping(field)
        if shape == v1.SHAPE_TUPLE:
            size = len(inner)
            items = {"prefixItems": [self._described(each) for each in inner]} if inner else {}
            return {"type": "array", **items, "minItems": size, "maxItems": size}
        if shape == v1.SHAPE_GENERIC:
            return self._generic(field)
        if shape != v1.SHAPE_SINGLETON:
            schema: Schema = {"type": "array", "items": self._described(inner[0]) if inner else {}}
            if shape in (v1.SHAPE_SET, v1.SHAPE_FROZENSET):
                schema["uniqueItems"] = True
            return schema
        if inner:
            return self._union(field)
        return self._single(field)

    def _described(self, field: Any) -> Schema:
        return _described(self._field(field), field)

    def _mapping(self, field: Any) -> Schema:
        schema: Schema = {"type": "object"}
        keys = self._field(field.key_field)
        if keys.keys() - {"type"} and (keys.get("type") == "string" or "$ref" in keys):
            schema["propertyNames"] = keys
        values = self._described(field.sub_fields[0])
        schema["additionalProperties"] = values or True
        return schema

    def _generic(self, field: Any) -> Schema:
        """The schema of a generic class that validates itself."""
        schema: Schema = {}
        _modify(field.type_, field, schema)
        if not schema:
            raise _Unsayable(f"{field.type_!r} does not define its schema; add __modify_schema__")
        return schema

    def _union(self, field: Any) -> Schema:
        forms = [self._described(each) for each in field.sub_fields]
        if field.discriminator_key is None:
            return forms[0] if len(forms) == 1 else {"anyOf": forms}
        return {"oneOf": forms, "discriminator": {"propertyName": field.discriminator_alias}}

    # -- single values -----------------------------------------------------------------------------

    def _single(self, field: Any) -> Schema:
        type_ = field.type_
        if type_ is Any or type_ is object or isinstance(type_, TypeVar):
            return {}
        if is_callable_type(type_) or typing.get_origin(type_) is type or type_ in (type, Enum):
            raise _Unsayable("JSON can't express its values")
        if is_none_type(type_):
            return {"type": "null"}
        if is_literal_type(type_):
            return self._literal(type_)
        return self._of_class(type_, field) or self._leaf(field)

    def _of_class(self, type_: Any, field: Any) -> Schema | None:
        """The schema of a class that has a definition, or parts; `None` for any other one."""
        if is_namedtuple(type_):
            return self._named_tuple(type_)
        if isinstance(type_, type) and issubclass(type_, Enum):
            return self._reference(type_, self._enum)
        if hasattr(type_, "__fields__") or hasattr(type_, "__pydantic_model__"):
            schema: Schema = {}
            if not hasattr(type_, "__pydantic_model__"):
                _modify(type_, field, schema)
            return schema or self._reference(type_, self._model)
        return None

    def _literal(self, type_: Any) -> Schema:
        values = [self._plain(value) for value in all_literal_values(type_) if value is not None]
        if not values:
            return {"type": "null"}
        types = _types(values)
        schema = {"const": values[0]} if len(values) == 1 else {"enum": values}
        return {**schema, **types}

    def _enum(self, type_: Any) -> Schema:
        values = [self._plain(item.value) for item in type_]
        schema: Schema = {"title": type_.__name__, "enum": values, **_types(values)}
        if type_.__doc__ and type_.__doc__ != "An enumeration.":
            schema["description"] = inspect.cleandoc(type_.__doc__)
        _modify(type_, None, schema)
        _drop_automatic_title(schema, type_)
        return schema

    def _named_tuple(self, type_: Any) -> Schema:
        fields = type_.__pydantic_model__.__fields__
        items = [_described(self._field(each), each, title=name) for name, each in fields.items()]
        more = {"prefixItems": items} if items else {}
        return {"type": "array", **more, "minItems": len(items), "maxItems": len(items)}

    def _leaf(self, field: Any) -> Schema:
        """What Pydantic says of a value without parts, but for what its own output would break."""
        found, _, _ = field_singleton_schema(
            field, by_alias=True, model_name_map={}, ref_template=REF, known_models=set()
        )
        schema: Schema = {key: self._plain(value) for key, value in found.items()}
        type_ = field.type_ if isinstance(field.type_, type) else object
        if issubclass(type_, dt.datetime):
            schema = {"type": "string", "pattern": f"^{DATE}[T ]{V1_TIME}$"}
        elif issubclass(type_, dt.time):
            schema = {"type": "string", "pattern": f"^{V1_TIME}$"}
        elif issubclass(type_, dt.timedelta):
            schema = {"anyOf": [{"type": "number"}, {"type": "string", "pattern": V1_DURATION}]}
        elif issubclass(type_, decimal.Decimal):
            # What a binary fraction is a multiple of is not what its decimal one is.
            schema.pop("multipleOf", None)
            schema = {"anyOf": [schema, {"type": "string", "pattern": V1_DECIMAL}]}
        elif issubclass(type_, _MULTI_HOST):
            schema.pop("format", None)
        elif issubclass(type_, AnyUrl):
            schema["format"] = "iri"  # it takes any letters, and keeps them
        elif issubclass(type_, uuid.UUID):
            schema["format"] = "uuid"  # of whatever version
        elif type_ is dict:
            schema["additionalProperties"] = True
        elif getattr(type_, "regex", None) and "pattern" in schema:
            schema["pattern"] = _anchored(schema["pattern"])
        return schema

    # -- definitions -------------------------------------------------------------------------------

    def _reference(self, type_: Any, write: Callable[[Any], Schema]) -> Schema:
        """A reference to the definition of a type, which is written when it is first met."""
        direction = self._direction
        key = self._keys.get((type_, direction))
        if key is None:
            key = self._keys[type_, direction] = f"{MARK}1{MARK}{len(self._keys)}"
            name = f"{type_.__module__}.{type_.__qualname__}:{id(type_)}"
            self.known[key] = Definition(key, name, direction, legal(type_.__name__))
            self.definitions[key] = write(type_)
        return {"$ref": REF.format(model=key)}

    def _model(self, type_: Any) -> Schema:
        model = getattr(type_, "__pydantic_model__", type_)
        self.has_dataclasses |= hasattr(type_, "__dataclass_fields__")
        config = model.__config__
        by_name = model is not type_  # dataclasses and typed dicts know no aliases
        schema: Schema = {"title": config.title or type_.__name__}
        # Dataclasses have their signature for a docstring.
        if type_.__doc__ and not type_.__doc__.startswith(f"{type_.__name__}("):
            schema["description"] = inspect.cleandoc(type_.__doc__)
        if ROOT in model.__fields__:
            schema = {**self._root(model.__fields__[ROOT]), **schema}
        else:
            schema |= {"type": "object", "properties": {}}
            required = []
            for name, field in model.__fields__.items():
                if self._direction == "serialization" and _is_left_out(field):
                    continue
                key = name if by_name else field.alias
                schema["properties"][key] = self._property(field, typed=is_typeddict(type_))
                if field.required:
                    required.append(key)
            if required:
                schema["required"] = required
            if config.extra != "ignore":
                schema["additionalProperties"] = config.extra == "allow"
        _extend(config.schema_extra, schema, model)
        if not config.title:
            _drop_automatic_title(schema, type_)
        return schema

    def _root(self, field: Any) -> Schema:
        """The schema of a model's only value, which may be null, but never comes in as such."""
        nullable = None if self._direction == "serialization" else False
        schema = self._field(field, nullable=nullable)
        if field.default is not None:
            self._default(schema, field)
        return _described(schema, field)

    def _property(self, field: Any, *, typed: bool = False) -> Schema:
        """The schema of a model's field; `typed` is that of a typed dict, which has no defaults."""
        nullable = None if field.required or not typed else _takes_none(field.annotation)
        schema = self._field(field, nullable=nullable)
        has_default = not (field.required or typed or field.field_info.const)
        if has_default and field.default_factory is None:
            self._default(schema, field)
        return _described(schema, field)

    def _default(self, schema: Schema, field: Any) -> None:
        if field.default is None and not field.allow_none:
            return
        default = self._plain(field.default)
        try:
            json.dumps(default, allow_nan=False)
        except (TypeError, ValueError):
            return  # it is no JSON: bytes, above all
        if isinstance(field.default, (set, frozenset)):
            # Its own order is another one in each process.
            default = sorted(default, key=lambda item: json.dumps(item, sort_keys=True))
        schema["default"] = default


def _drop_automatic_title(schema: Schema, type_: Any) -> None:
    """Leave out a title that says the name of the class again; authors may have changed it."""
    if schema.get("title") == type_.__name__:
        del schema["title"]


def _is_left_out(field: Any) -> bool:
    """Whether a field is not sent."""
    info = field.field_info
    if info.include is not None or info.exclude not in (None, True, ...):
        raise _Unsayable(f"parts of {field.name!r} are left out, which a schema can't describe")
    return info.exclude is not None


def _described(schema: Schema, field: Any, *, title: str | None = None) -> Schema:
    """A schema with what `Field` says of it for people, and what else it says."""
    for info in _infos(field):
        if info.title:
            schema["title"] = info.title
        if info.description:
            schema["description"] = info.description
        for key, value in info.extra.items():
            if key == "example":
                schema.setdefault("examples", [value])
            else:
                schema[key] = value
    if title and not schema.keys() & {"$ref", "title"}:
        schema["title"] = title
    return schema


def _infos(field: Any) -> Iterator[Any]:
    """What `Field` says: also in an `Annotated` of which Pydantic forgets it, as in `Optional`."""
    yield field.field_info
    for said in getattr(field.outer_type_, "__metadata__", ()):
        if isinstance(said, v1.FieldInfo):
            yield said


def _limit(schema: Schema, info: Any) -> None:
    """Write the limits of a field where its schema says no more than a type."""
    for form in schema.get("anyOf", ()):
        _limit(form, info)
    for name, keyword, types in _LIMITS:
        limit = getattr(info, name)
        if limit is not None and schema.get("type") in types and keyword not in schema:
            if keyword == "pattern":
                schema[keyword] = _anchored(limit)
            else:
                schema[keyword] = float(limit) if isinstance(limit, decimal.Decimal) else limit


def _anchored(pattern: str) -> str:
    """Pydantic looks for patterns at the beginning of a text, JSON Schema anywhere."""
    return pattern if pattern.startswith("^") and "|" not in pattern else f"^(?:{pattern})"


def _or_null(schema: Schema) -> Schema:
    if not schema or schema.get("type") == "null":
        return schema
    forms = schema["anyOf"] if schema.keys() == {"anyOf"} else [schema]
    return {"anyOf": [*forms, {"type": "null"}]}


def _takes_none(annotation: Any) -> bool:
    """Whether an annotation says that None is a value."""
    if annotation is None or annotation is type(None) or annotation is Any:
        return True
    return any(map(_takes_none, typing.get_args(annotation)))


def _types(values: list[Any]) -> dict[str, str]:
    """The type of JSON that all of some values have."""
    found = {next((name for kind, name in _JSON_TYPES if type(v) is kind), None) for v in values}
    (name,) = found if len(found) == 1 else (None,)
    return {"type": name} if name else {}


def _modify(type_: Any, field: Any, schema: Schema) -> None:
    """Let a type change its schema, as Pydantic does."""
    modify = getattr(type_, "__modify_schema__", None)
    if modify is None:
        return
    if inspect.signature(modify).parameters.keys() & {"field", "kwargs"}:
        modify(schema, field=field)
    else:
        modify(schema)


def _extend(extra: Any, schema: Schema, model: Any) -> None:
    """Add what the configuration of a model says."""
    if not callable(extra):
        schema.update(extra)
    elif len(inspect.signature(extra).parameters) == 1:
        extra(schema)
    else:
        extra(schema, model)
