"""Hints by Pydantic 2."""

from __future__ import annotations

import copy
import dataclasses
import json
import re
import sys
import typing
from collections import deque
from collections.abc import Iterator
from functools import cached_property, partial
from typing import TYPE_CHECKING, Any

import pydantic
from pydantic import BaseModel, TypeAdapter, ValidationError
from pydantic.errors import PydanticUserError
from pydantic.json_schema import GenerateJsonSchema, JsonRef
from pydantic_core import (
    PydanticOmit,
    PydanticSerializationError,
    SchemaSerializer,
    to_jsonable_python,
)
from pydantic_core.core_schema import ErrorType

from asyncapi_guard.codefirst.asyncapi_schemas import legal
from asyncapi_guard.codefirst.generated_models import is_generated
from asyncapi_guard.codefirst.hints.declared_classes import (
    Dump,
    declared_in,
    dump_for,
    dumps_of,
    models_in,
    reaches_generated,
    without_unset,
)
from asyncapi_guard.codefirst.hints.hint import (
    MARK,
    REF,
    REJECTED,
    SCALARS,
    ConstructionError,
    Definition,
    Hint,
    Written,
    is_a,
    pointer,
)
from asyncapi_guard.codefirst.hints.text_patterns import (
    DATE,
    DECIMAL,
    DURATION,
    OFFSET,
    TIME,
)
from asyncapi_guard.violations import Problem

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping, Sequence

    from pydantic_core import core_schema

    from asyncapi_guard.codefirst.hints.hint import Direction

__all__ = ["Hint2", "plain"]

#: Errors whose words are Pydantic's, and quote nothing: not those of the application, and of other
#: libraries.
_SAFE_WORDS = frozenset(typing.get_args(ErrorType)) - {
    "assertion_error",
    "get_attribute_error",
    "iteration_error",
    "json_invalid",
    "mapping_type",
    "union_tag_invalid",
    "uuid_parsing",
    "value_error",
}

_BOUNDS = {"ge": "minimum", "gt": "exclusiveMinimum", "le": "maximum", "lt": "exclusiveMaximum"}

#: Errors of a strict model about a value that has the right form for JSON.
_PYTHON_TYPES = frozenset(
    f"{kind}_type"
    for kind in (
        *("bytes", "complex", "dataclass", "date", "datetime", "decimal", "float", "frozen_set"),
        *("set", "time", "time_delta", "tuple", "url", "uuid"),
    )
) | {"is_instance_of"}


_NO_DUMPS: Mapping[type, Dump] = {}
#: Takes dataclasses apart, and leaves what is in them.
_ANYTHING = TypeAdapter(Any).serializer


class Hint2(Hint):
    """A hint that Pydantic 2 reads."""

    def __init__(self, hint: Any, place: str) -> None:
        super().__init__(hint, place)
        try:
            self.adapter: TypeAdapter[Any] = TypeAdapter(hint)
            self._schema = self.adapter.json_schema(schema_generator=HintSchemas)
        except (
            PydanticUserError,
            PydanticOmit,
            TypeError,
            NameError,
            ValueError,
            LookupError,
        ) as error:
            raise self._unusable(error) from error
        self._names: dict[str, Any] = (
            {"by_name": False} if _takes_other_names(self.adapter.core_schema) else {}
        )
        validate = self.adapter.validator.validate_python
        self._validate: Callable[..., Any] = (
            partial(validate, **self._names) if self._names else validate
        )
        self._to_python = _serializer_of(self.adapter).to_python
        self._scalars_are_plain: bool = not _has_serializer(self.adapter.core_schema)
        self._models: tuple[type[BaseModel], ...] = tuple(models_in(hint))
        # Pydantic warns of what is in order in a model; elsewhere it tells what does not fit.
        self._warnings: Any = False if hint in self._models else "error"
        self._has_generated: bool = any(map(is_generated, declared_in(hint)))

    @cached_property
    def binary(self) -> bool:
        """Whether some place in it takes bytes, or anything."""
        return _has_binary(self._schema)

    @cached_property
    def _dumps(self) -> dict[type, Dump]:
        return dumps_of(self.hint)

    @cached_property
    def _whole(self) -> type[BaseModel] | None:
        """A model that is the hint, and of which nothing but Pydantic has something to say."""
        (model,) = self._models if len(self._models) == 1 else (None,)
        says = self._warnings is not False or self._has_generated or self.binary
        return None if says else model

    @cached_property
    def accepts_none(self) -> bool:
        """Whether null is a value of it."""
        try:
            self.adapter.validate_python(None)
        except ValidationError:
            return False
        return True

    def is_instance(self, value: Any) -> bool:
        """Whether a value of the application is of this type, as it is."""
        try:
            self.adapter.validate_python(value, strict=True)
        except ValidationError:
            return False
        return True

    @staticmethod
    def definitions(hints: Sequence[tuple[str, Direction, Hint2]]) -> Written:
        """The schemas of hints of this class, of which there is one; see `definitions_of`."""
        generator = _Definitions(ref_template=REF)
        found, definitions = generator.generate_definitions(
            [(key, direction, hint.adapter.core_schema) for key, direction, hint in hints]
        )
        schemas: dict[str, Any] = {key: schema for (key, _), schema in found.items()}
        by_key: dict[str, Any] = {key: schema for key, schema in definitions.items()}  # noqa: C416  # other types
        return Written(schemas, by_key, generator.known)

    def construct(self, value: Any, path: str = "") -> Any:
        """What the handler gets for a value of the wire; `path` is where this stands.

        Raises:
            ConstructionError: a validator of the model rejects it.
        """
        if self._is_as_it_is:
            return value
        try:
            return self._validate(value)
        except ValidationError as error:
            return self._construct_strictly(value, path, error)

    def _construct_strictly(self, value: Any, path: str, error: ValidationError) -> Any:
        """Construct what Python's own types would be wanted for, were the value not JSON.

        Strict models take a date from text in JSON alone.
        """
        if any(item["type"] in _PYTHON_TYPES for item in error.errors(include_url=False)):
            try:
                if _holds_bytes(value):  # which JSON has not; the document was strict enough
                    return self._validate(value, strict=False)
                return self.adapter.validate_json(json.dumps(value), **self._names)
            except ValidationError as another:
                error = another  # the first one is about Python's types, too
            except (ValueError, TypeError):
                pass
        raise ConstructionError(_problems(error, path)) from None

    def _is_mixed(self, value: Any) -> bool:
        """Whether something else than a model stands for one, with instances in it.

        Pydantic does not say so of what is a model and nothing else, and dumps all that they have.
        """
        direct = self._warnings is False
        return direct and not is_a(value, BaseModel) and not _is_data(value)

    def dump(self, value: Any) -> Any:
        """What goes over the wire for what a handler returned, or somebody emits."""
        if type(value) is not self._whole:
            return self._dump_anything(value)
        try:  # what is done for others as well, without asking what they are
            dumped = self._to_python(value, by_alias=True, warnings=False, mode="json")
        except (PydanticSerializationError, UnicodeDecodeError):
            return self._dump_anything(value)
        return dumped if type(dumped) is dict else self._values(dumped)

    def _dump_anything(self, value: Any) -> Any:
        if self._scalars_are_plain and type(value) in SCALARS:
            return value
        if self._is_as_it_is:
            return plain(value)  # nothing is said of what is in it: bytes stay bytes
        if isinstance(value, Iterator):
            value = list(value)  # it may have to be read twice
        if self._models and (_holds_another(value, self._models) or self._is_mixed(value)):
            # What it is will be judged; Pydantic would leave out all that it does not know.
            return plain(value, self._dumps)
        dump = partial(
            self._to_python,
            value,
            by_alias=True,
            warnings=self._warnings,
        )
        try:
            if self.binary:
                dumped = dump()
                if _holds_bytes(dumped):
                    dumped = without_unset(value, dumped) if self._has_generated else dumped
                    return self._values(plain(dumped, self._dumps))
            dumped = dump(mode="json")
        except (PydanticSerializationError, UnicodeDecodeError):
            # Whoever judges it says what is wrong; of an iterator in it, nothing is left.
            return value if _holds_iterator(value) else plain(value, self._dumps)
        if self._has_generated:
            dumped = without_unset(value, dumped)
        return dumped if type(dumped) is dict else self._values(dumped)


def _serializer_of(adapter: TypeAdapter[Any]) -> SchemaSerializer:
    """The adapter's, which leaves NaN and infinities as they are; whoever encodes rejects them.

    Pydantic writes `null` for those whose type it is not told, unless the model's configuration
    says otherwise.
    """
    schema: Any = adapter.core_schema
    named = {item.get("ref"): item for item in schema.get("definitions", ())}
    while "config" not in schema:
        inner = named.pop(schema.get("schema_ref"), None) or schema.get("schema")
        if not isinstance(inner, dict):
            break
        schema = inner
    config: Any = {"ser_json_inf_nan": "constants", **schema.get("config", {})}
    return SchemaSerializer(adapter.core_schema, config)


def _has_serializer(schema: Any) -> bool:
    """Whether a function has a say in what some part of a hint is dumped as."""
    if isinstance(schema, dict):
        return "serialization" in schema or any(map(_has_serializer, schema.values()))
    return isinstance(schema, (list, tuple)) and any(map(_has_serializer, schema))


#: Since then, whoever validates may say which names count.
_SAYS_NAMES = tuple(map(int, pydantic.VERSION.split(".")[:2])) >= (2, 11)


def _takes_other_names(schema: Any) -> bool:
    """Whether a model of a hint takes fields by their own names, which are not in the document."""
    configs = list(_configs(schema)) if _SAYS_NAMES else []
    if any(config.get("validate_by_alias") is False for config in configs):
        return False  # then these are the names in the document
    return any(
        config.get("validate_by_name") or config.get("populate_by_name") for config in configs
    )


def _configs(schema: Any) -> Iterator[Mapping[str, Any]]:
    if isinstance(schema, dict):
        if isinstance(schema.get("config"), dict):
            yield schema["config"]
        schema = schema.values()
    elif not isinstance(schema, (list, tuple)):
        return
    for item in schema:
        yield from _configs(item)


def _is_data(value: Any) -> bool:
    """Whether a value is plain data, with no instance of anything in it."""
    if isinstance(value, dict):
        value = value.values()
    elif not isinstance(value, (list, tuple)):
        return type(value) in SCALARS
    return all(type(item) in SCALARS or _is_data(item) for item in value)


def _holds_another(value: Any, models: tuple[type[BaseModel], ...]) -> bool:
    """Whether a value is, or has in its lists and dicts, a model of none of these types."""
    if is_a(value, BaseModel):
        return not (is_a(value, models) or _is_generic(type(value), models))
    if isinstance(value, dict):
        value = value.values()
    elif not isinstance(value, (list, tuple, set, frozenset)):
        return False
    return any(type(item) not in SCALARS and _holds_another(item, models) for item in value)


def _is_generic(kind: type[BaseModel], models: tuple[type[BaseModel], ...]) -> bool:
    """Whether a model is one of these but for its parameters: `Page` for `Page[int]`."""
    origin = kind.__pydantic_generic_metadata__["origin"] or kind
    return any(model.__pydantic_generic_metadata__["origin"] is origin for model in models)


def _problems(error: ValidationError, path: str) -> tuple[Problem, ...]:
    """Pydantic's errors as problems, without values."""
    found = error.errors(include_url=False, include_context=False, include_input=False)
    return tuple(
        Problem(
            pointer(path, item["loc"]),
            item["type"],
            item["msg"] if item["type"] in _SAFE_WORDS else REJECTED,
        )
        for item in found
    )


def plain(value: Any, dumps: Mapping[type, Dump] = _NO_DUMPS) -> Any:
    """Plain data for what holds models, dataclasses, enums, ...; bytes stay bytes.

    Args:
        value: anything; what nobody knows stays as it is.
        dumps: what dumps instances of some classes, and of their subclasses: as those classes.
    """
    kind = type(value)
    if kind in SCALARS or kind is bytes or kind is bytearray:
        return value
    if kind is dict:
        return {key: plain(item, dumps) for key, item in list(value.items())}
    if kind is list or kind is tuple:
        return kind(plain(item, dumps) for item in value)
    dump = dump_for(value, dumps) if dumps else None
    return _plain_object(value, dumps) if dump is None else plain(dump(value))


def _holds_bytes(value: Any) -> bool:
    if isinstance(value, (bytes, bytearray)):
        return True
    if isinstance(value, dict):
        value = value.values()
    elif not isinstance(value, (list, tuple, set, frozenset)):
        return False
    return any(type(item) not in SCALARS and _holds_bytes(item) for item in value)


def _holds_iterator(value: Any) -> bool:
    if isinstance(value, dict):
        value = value.values()
    elif not isinstance(value, (list, tuple)):
        return isinstance(value, Iterator)
    return any(map(_holds_iterator, value))


def _plain_object(value: Any, dumps: Mapping[type, Dump]) -> Any:
    if is_a(value, BaseModel):
        dumped = value.model_dump(by_alias=True, warnings=False)
        return plain(without_unset(value, dumped) if reaches_generated(type(value)) else dumped)
    old = sys.modules.get("pydantic.v1.main")
    if old is not None and is_a(value, old.BaseModel):
        from asyncapi_guard.codefirst.hints import pydantic1

        return pydantic1.plain(value, pydantic1.Encoder(others=plain))
    if dataclasses.is_dataclass(value) and not isinstance(value, type):
        return plain(_ANYTHING.to_python(value, by_alias=True), dumps)
    return _plain_as_its_base(value, dumps)


def _plain_as_its_base(value: Any, dumps: Mapping[type, Dump]) -> Any:
    """What holds others, and subclasses of plain data."""
    if isinstance(value, (bytes, bytearray)):
        return value
    if isinstance(value, dict):
        return {_name(key): plain(item, dumps) for key, item in list(value.items())}
    if isinstance(value, (list, tuple, set, frozenset, deque, Iterator)):
        return [plain(item, dumps) for item in value]
    return _jsonable(value)


def _name(key: Any) -> Any:
    return key if type(key) in SCALARS else _jsonable(key)


def _jsonable(value: Any) -> Any:
    try:
        return to_jsonable_python(value, by_alias=True)
    except Exception:  # noqa: BLE001  # Pydantic asks for attributes, and calls what answers
        return value  # whoever encodes it says what is wrong


# -- schemas ---------------------------------------------------------------------------------------


#: Types of Pydantic's own schemas that are about a class.
_CLASSES = frozenset(("model", "dataclass", "typed-dict", "enum"))
#: Those of parts that the document calls by a key.
_FIELDS = frozenset(("model-field", "dataclass-field", "typed-dict-field", "computed-field"))
#: Defaults that are JSON as they are.
_PLAIN = frozenset((type(None), bool, int, str))


class HintSchemas(GenerateJsonSchema):
    """JSON Schema as Pydantic writes it, but for what its own output would break."""

    #: A default that is not JSON has no place in a document; its field has one all the same.
    ignored_warning_kinds: Any = frozenset(("skipped-choice", "non-serializable-default"))

    def generate_inner(self, schema: Any) -> dict[str, Any]:
        """As Pydantic's, but a class has a title where its author wrote one."""
        written = super().generate_inner(schema)
        if schema["type"] in _CLASSES and isinstance(cls := schema.get("cls"), type):
            self._drop_automatic_title(written, cls)
        return written

    def _drop_automatic_title(self, written: dict[str, Any], cls: type) -> None:
        ref = written.get("$ref")
        named = self.get_schema_from_definitions(JsonRef(ref)) if ref is not None else written
        if named is not None and named.get("title") == cls.__name__ and not _has_own_title(cls):
            del named["title"]

    def field_title_should_be_set(self, schema: Any) -> bool:
        """Whether a part is called by its title: a position, which has no other name."""
        return schema["type"] not in _FIELDS and super().field_title_should_be_set(schema)

    def get_title_from_name(self, name: str) -> str:
        """As its author wrote it."""
        return name

    def encode_default(self, dft: Any) -> Any:
        if type(dft) in _PLAIN:
            return dft
        try:
            encoded = super().encode_default(dft)
        except (TypeError, ValueError) as error:
            # Some versions of Pydantic fail where others leave it out.
            raise PydanticSerializationError(str(error)) from error
        if isinstance(dft, (set, frozenset)) and isinstance(encoded, list):
            # Its own order is another one in each process.
            return sorted(encoded, key=lambda item: json.dumps(item, sort_keys=True))
        return encoded

    def dict_schema(self, schema: core_schema.DictSchema) -> dict[str, Any]:
        written = super().dict_schema(schema)
        if "patternProperties" not in written:
            return written
        # A pattern of keys: what does not match would be a property of anything.
        ((pattern, values),) = written.pop("patternProperties").items()
        written["propertyNames"] = {**written.get("propertyNames", {}), "pattern": pattern}
        return {**written, "additionalProperties": values or True}

    def datetime_schema(self, schema: core_schema.DatetimeSchema) -> dict[str, Any]:
        if self._sends_numbers(super().datetime_schema(schema)):
            return {"type": "number"}
        if schema.get("tz_constraint") == "aware":
            return {"type": "string", "format": "date-time"}
        return {"type": "string", "pattern": f"^{DATE}[Tt ]{TIME}{OFFSET}?$"}

    def time_schema(self, schema: core_schema.TimeSchema) -> dict[str, Any]:
        if self._sends_numbers(super().time_schema(schema)):
            return {"type": "number"}
        if schema.get("tz_constraint") == "aware":
            return {"type": "string", "format": "time"}
        return {"type": "string", "pattern": f"^{TIME}{OFFSET}?$"}

    def json_schema(self, schema: core_schema.JsonSchema) -> dict[str, Any]:
        if self.mode == "serialization":
            return super().json_schema(schema)
        return {"type": "string", "contentMediaType": "application/json"}

    def timedelta_schema(self, schema: core_schema.TimedeltaSchema) -> dict[str, Any]:
        if self._sends_numbers(super().timedelta_schema(schema)):
            return {"type": "number"}
        return {"type": "string", "pattern": DURATION}

    def _sends_numbers(self, written: dict[str, Any]) -> bool:
        """Whether the configuration of a model makes numbers of its times."""
        return self.mode == "serialization" and written.get("type") == "number"

    def decimal_schema(self, schema: core_schema.DecimalSchema) -> dict[str, Any]:
        text = {"type": "string", "pattern": DECIMAL}
        if self.mode == "serialization":
            return text
        number: dict[str, Any] = {"type": "number"}
        for name, keyword in _BOUNDS.items():
            if name in schema:
                number[keyword] = float(schema[name])  # type: ignore[literal-required]  # a bound
        return {"anyOf": [number, text]}


def _has_own_title(cls: type) -> bool:
    """Whether the author of a class says what its title is."""
    config = getattr(cls, "model_config", None) or getattr(cls, "__pydantic_config__", None) or {}
    extra = config.get("json_schema_extra")
    if isinstance(extra, dict) and "title" in extra:
        return True
    return bool(config.get("title") or config.get("model_title_generator"))


#: Keywords that leave it open what a value is.
_OPEN = frozenset(
    ("title", "description", "default", "examples", "deprecated", "readOnly", "writeOnly")
)


def _has_binary(schema: Any) -> bool:
    """Whether bytes may stand somewhere: where they are asked for, and where anything may."""
    if isinstance(schema, list):
        return any(map(_has_binary, schema))
    if not isinstance(schema, dict):
        return False
    if schema.get("format") == "binary" or schema.get("additionalProperties") is True:
        return True
    for keyword, value in schema.items():
        if keyword in ("properties", "$defs", "patternProperties"):
            if any(_is_open(item) or _has_binary(item) for item in value.values()):
                return True
        elif keyword in ("items", "additionalProperties", "prefixItems", "anyOf", "oneOf", "allOf"):
            items = value if isinstance(value, list) else [value]
            if any(_is_open(item) or _has_binary(item) for item in items):
                return True
    return False


def _is_open(schema: Any) -> bool:
    return isinstance(schema, dict) and schema.keys() <= _OPEN


# -- definitions -----------------------------------------------------------------------------------

_BRACKETS = re.compile(r"([\][,])")


class _AsTheyAre:
    """What Pydantic would rename definitions with."""

    def remap_json_schema(self, schema: Any) -> Any:
        return schema


class _Definitions(HintSchemas):
    """Definitions under keys of ours, neither renamed, compared nor sorted."""

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        #: What was found, by its key.
        self.known: dict[str, Definition] = {}
        self._keys: dict[Any, str] = {}

    def get_defs_ref(self, core_mode_ref: Any) -> Any:
        if core_mode_ref not in self._keys:
            key = self._keys[core_mode_ref] = f"{MARK}{len(self._keys)}"
            type, direction = core_mode_ref
            self.known[key] = Definition(key, type, direction, legal(_short(type)))
        return self._keys[core_mode_ref]

    def _build_definitions_remapping(self) -> Any:
        return _AsTheyAre()

    def model_field_schema(self, schema: core_schema.ModelField) -> dict[str, Any]:
        self._check_name(schema)
        return super().model_field_schema(schema)

    def dataclass_field_schema(self, schema: core_schema.DataclassField) -> dict[str, Any]:
        self._check_name(schema)
        return super().dataclass_field_schema(schema)

    def _check_name(self, schema: Mapping[str, Any]) -> None:
        """Reject a field that is received by something else than its names: nobody would judge it.

        Raises:
            PydanticUserError: it is found by a path.
        """
        alias = schema.get("validation_alias")
        if self.mode != "validation" or not isinstance(alias, list):
            return
        if not all(isinstance(path, list) and len(path) == 1 for path in alias):
            raise PydanticUserError(
                f"an AliasPath ({json.dumps(alias)}) is no name of a property; give the field an "
                "alias that is one",
                code=None,
            )

    def _named_required_fields_schema(self, named_required_fields: Any) -> dict[str, Any]:
        """Where a field is received by several names, each of them is a property."""
        found = super()._named_required_fields_schema(named_required_fields)
        if self.mode == "validation":
            properties = found["properties"]
            for name, _, field in named_required_fields:
                known = properties.get(self._get_alias_name(field, name))
                for path in _paths(field.get("validation_alias")):
                    if known is not None:
                        properties.setdefault(path, copy.deepcopy(known))
        return found

    def sort(self, value: Any, parent_key: str | None = None) -> Any:  # noqa: ARG002  # Pydantic's signature
        return value


def _paths(alias: Any) -> Iterator[str]:
    """The names in a list of ways to find a field."""
    for path in alias if isinstance(alias, list) else ():
        if isinstance(path, list) and len(path) == 1 and isinstance(path[0], str):
            yield path[0]


def _short(type: str) -> str:
    """The name of a type: `Page[Item]` for `shop.models.Page:94[shop.models.Item:95]`."""
    parts = (part.rsplit(":", 1)[0].rpartition(".")[2] for part in _BRACKETS.split(type))
    return "".join(parts)
