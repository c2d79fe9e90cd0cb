"""Hints by Pydantic 2."""

from __future__ import annotations

import dataclasses
import json
import sys
import typing
from collections import deque
from collections.abc import Iterator
from functools import cached_property, partial
from typing import TYPE_CHECKING, Any

import pydantic
from pydantic import BaseModel, TypeAdapter, ValidationError
from pydantic.errors import PydanticUserError
from pydantic_core import (
    PydanticOmit,
    PydanticSerializationError,
    SchemaSerializer,
    to_jsonable_python,
)
from pydantic_core.core_schema import ErrorType

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
    REF,
    REJECTED,
    SCALARS,
    ConstructionError,
    Hint,
    Written,
    is_a,
    pointer,
)
from asyncapi_guard.codefirst.hints.pydantic2_schemas import (
    Definitions,
    HintSchemas,
    has_binary,
)
from asyncapi_guard.codefirst.hints.strict_proof import Types, is_proven
from asyncapi_guard.codefirst.hints.strict_sizes import always_small, size_check
from asyncapi_guard.violations import Problem

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping, Sequence

    from asyncapi_guard.codefirst.hints.hint import Direction
    from asyncapi_guard.schema.bundle import Bundle

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
        return has_binary(self._schema)

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
        generator = Definitions(ref_template=REF)
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

    def strictly(self, bundle: Bundle) -> Callable[[Any], Any] | None:
        """Return what constructs an instance only of what a JSON Schema accepts; see `Hint`."""
        types = Types(self.adapter.core_schema)
        if self._names or not is_proven(types, bundle):
            return None
        is_small = size_check(types)
        if is_small is None:
            return None
        validate = self.adapter.validator.validate_python

        def construct(value: Any) -> Any:
            return validate(value, strict=True)

        def construct_small(value: Any) -> Any:
            if not is_small(value):
                raise ValueError("too large")
            return validate(value, strict=True)

        return construct if is_small is always_small else construct_small

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

    def quick_dump(self) -> tuple[type | None, Callable[[Any], Any] | None]:
        """Return a type, and what dumps its instances as `dump` does; see `Hint`."""
        if not self._scalars_are_plain:
            return None, None  # what it makes of an instance may be anything
        if self.hint in (None, type(None)):
            return type(None), None
        to_python = self._to_python

        def dump_whole(value: Any) -> Any:  # a third less than `partial` takes with names
            return to_python(value, by_alias=True, warnings=False, mode="json")

        return self._whole, dump_whole

    def dump(self, value: Any) -> Any:
        """What goes over the wire for what a handler returned, or somebody emits."""
        whole = type(value) is self._whole
        return self._dump_whole(value) if whole else self._dump_anything(value)

    def _dump_whole(self, value: Any) -> Any:
        """As for others, without asking what they are."""
        try:
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
