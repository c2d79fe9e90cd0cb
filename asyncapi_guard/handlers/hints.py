"""Type hints by Pydantic: schemas for documents, instances for handlers, plain data for the wire.

The wire is judged by the document, which is made of the same hints; Pydantic only constructs. What
it would take beyond that (`"7"` for an integer) never gets here.
"""

from __future__ import annotations

import json
import typing
from contextlib import suppress
from functools import cached_property, partial
from typing import TYPE_CHECKING, Any

from pydantic import BaseModel, TypeAdapter, ValidationError
from pydantic.errors import PydanticUserError
from pydantic.json_schema import GenerateJsonSchema
from pydantic_core import PydanticOmit, PydanticSerializationError, to_json, to_jsonable_python
from pydantic_core.core_schema import ErrorType

from asyncapi_guard.errors import RegistrationError
from asyncapi_guard.violations import Problem

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator

    from pydantic_core import core_schema

__all__ = ["ConstructionError", "Hint", "plain", "schemas_of"]

_REF = "#/components/schemas/{model}"
_SCALARS = frozenset((type(None), bool, int, float, str))
#: Hints of which nothing needs to be made: what JSON gives is what the handler wants.
_AS_IT_IS = (Any, object, None, type(None), bool, str, dict, list)
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

# The formats of JSON Schema want an offset in every time, and no fractions or signs in durations;
# Pydantic writes naive times without one, and timedelta with them.
_DATE = "[0-9]{4}-(?:0[1-9]|1[0-2])-(?:0[1-9]|[12][0-9]|3[01])"
_TIME = "(?:[01][0-9]|2[0-3]):[0-5][0-9](?::[0-5][0-9](?:\\.[0-9]+)?)?"
_OFFSET = "(?:[Zz]|[+-](?:[01][0-9]|2[0-3]):?[0-5][0-9])"
_SECONDS = "[0-9]+(?:\\.[0-9]+)?S"
_DAYS = "(?:[0-9]+Y(?:[0-9]+M)?(?:[0-9]+D)?|[0-9]+M(?:[0-9]+D)?|[0-9]+D)"
_HOURS = f"T(?:[0-9]+H(?:[0-9]+M)?(?:{_SECONDS})?|[0-9]+M(?:{_SECONDS})?|{_SECONDS})"
_DURATION = f"^[+-]?P(?:[0-9]+W|{_DAYS}(?:{_HOURS})?|{_HOURS})$"
_BOUNDS = {"ge": "minimum", "gt": "exclusiveMinimum", "le": "maximum", "lt": "exclusiveMaximum"}
_DECIMAL = "^[+-]?(?:[0-9]+(?:\\.[0-9]*)?|\\.[0-9]+)(?:[eE][+-]?[0-9]+)?$"


#: Errors of a strict model about a value that has the right form for JSON.
_PYTHON_TYPES = frozenset(
    f"{kind}_type"
    for kind in (
        *("bytes", "complex", "dataclass", "date", "datetime", "decimal", "float", "frozen_set"),
        *("set", "time", "time_delta", "tuple", "url", "uuid"),
    )
) | {"is_instance_of"}


class ConstructionError(Exception):
    """A value fits the document, and a validator of the model refuses it."""

    def __init__(self, problems: tuple[Problem, ...]) -> None:
        self.problems = problems
        super().__init__(problems)


class Dumped(dict[str, Any]):
    """Plain data that Pydantic has made, which it can encode, too."""

    __slots__ = ()

    def wire_text(self) -> str | None:
        """It as JSON; `None` where only the standard encoder knows what to say.

        Pydantic writes `NaN`, and texts that cannot be told from it, as they are.
        """
        try:
            text = to_json(self)
        except (PydanticSerializationError, RecursionError):
            return None
        return None if b"NaN" in text or b"Infinity" in text else text.decode()


class Hint:
    """A type hint, with what Pydantic can do for it.

    Args:
        hint: any type that Pydantic has a schema for.
        place: whose hint it is, for error messages.

    Raises:
        RegistrationError: Pydantic cannot validate it, or JSON Schema cannot say it.
    """

    def __init__(self, hint: Any, place: str) -> None:
        self.hint = hint
        self.place = place
        try:
            self.adapter: TypeAdapter[Any] = TypeAdapter(hint)
            self._schema = self.adapter.json_schema(schema_generator=_Schemas)
        except (PydanticUserError, PydanticOmit, TypeError, NameError, ValueError) as error:
            reason = str(error).partition("\n")[0]
            raise RegistrationError(f"{place}: {hint!r} cannot be modelled: {reason}") from error
        #: Whether it says nothing at all.
        self.is_anything: bool = hint is Any or hint is object
        self._validate = self.adapter.validator.validate_python
        self._to_python = self.adapter.serializer.to_python
        self._is_as_it_is = any(hint is known for known in _AS_IT_IS)

        #: Whether it stands for several values: a tuple, which python-socketio takes for them.
        self.positional: bool = _is_positional(hint)
        self._models: tuple[type[BaseModel], ...] = tuple(_models_in(hint))
        # Pydantic warns of what is in order in a model; elsewhere it tells what does not fit.
        self._warnings: Any = False if hint in self._models else "error"

    @cached_property
    def binary(self) -> bool:
        """Whether some place in it takes bytes, or anything."""
        return _has_binary(self._schema)

    @cached_property
    def accepts_none(self) -> bool:
        """Whether null is a value of it."""
        try:
            self.adapter.validate_python(None)
        except ValidationError:
            return False
        return True

    @property
    def schema(self) -> dict[str, Any]:
        """The schema by itself, as Pydantic writes it."""
        return self._schema

    def construct(self, value: Any, path: str = "") -> Any:
        """What the handler gets for a value of the wire; `path` is where this stands.

        Raises:
            ConstructionError: a validator of the model refuses it.
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
            with suppress(ValidationError, ValueError, TypeError):
                return self.adapter.validate_json(json.dumps(value))
        raise ConstructionError(_problems(error, path)) from None

    def dump(self, value: Any) -> Any:
        """What goes over the wire for what a handler returned, or somebody emits."""
        if type(value) in _SCALARS:
            return value
        if self._is_as_it_is:
            return plain(value)  # nothing is said of what is in it: bytes stay bytes
        if self._models and _holds_another(value, self._models):
            return plain(value)  # what it is will be judged; Pydantic would leave fields out
        dump = partial(self._to_python, value, by_alias=True, warnings=self._warnings)
        try:
            if self.binary:
                dumped = dump()
                if _holds_bytes(dumped):
                    return self._values(plain(dumped))
            dumped = dump(mode="json")
        except (PydanticSerializationError, UnicodeDecodeError):
            return plain(value)  # whoever judges it says what is wrong
        return Dumped(dumped) if type(dumped) is dict else self._values(dumped)

    def _values(self, dumped: Any) -> Any:
        """A tuple is several values to python-socketio, a list is one."""
        if isinstance(dumped, (list, tuple)):
            return tuple(dumped) if self.positional else list(dumped)
        return dumped


def _is_positional(hint: Any) -> bool:
    if typing.get_origin(hint) is typing.Annotated:
        hint = typing.get_args(hint)[0]
    if isinstance(hint, type) and typing.get_origin(hint) is None:
        return issubclass(hint, tuple) and hint is not tuple
    items = typing.get_args(hint)
    return typing.get_origin(hint) is tuple and bool(items) and items[-1] is not Ellipsis


def _models_in(hint: Any) -> Iterator[type[BaseModel]]:
    """The models that a hint names, not those within them."""
    # Before Python 3.11, `list[int]` passes for a class.
    if isinstance(hint, type) and typing.get_origin(hint) is None:
        if issubclass(hint, BaseModel):
            yield hint
        return
    for part in (getattr(hint, "__value__", None), *typing.get_args(hint)):
        if part is not None:
            yield from _models_in(part)


def _holds_another(value: Any, models: tuple[type[BaseModel], ...]) -> bool:
    """Whether a value is, or has in its lists and dicts, a model of none of these types."""
    if isinstance(value, BaseModel):
        return not isinstance(value, models)
    if isinstance(value, dict):
        value = value.values()
    elif not isinstance(value, (list, tuple, set, frozenset)):
        return False
    return any(type(item) not in _SCALARS and _holds_another(item, models) for item in value)


def _problems(error: ValidationError, path: str) -> tuple[Problem, ...]:
    """Pydantic's errors as problems, without values."""
    found = error.errors(include_url=False, include_context=False, include_input=False)
    return tuple(
        Problem(
            path + "".join(f"/{_escaped(part)}" for part in item["loc"]),
            item["type"],
            item["msg"]
            if item["type"] in _SAFE_WORDS
            else "is refused by a validator of the model",
        )
        for item in found
    )


def _escaped(part: int | str) -> str:
    return str(part).replace("~", "~0").replace("/", "~1")


def plain(value: Any) -> Any:
    """Plain data for what holds models, dataclasses, enums, ...; bytes stay bytes."""
    kind = type(value)
    if kind in _SCALARS or kind is bytes or kind is bytearray:
        return value
    if kind is dict:
        return {key: plain(item) for key, item in value.items()}
    if kind is list or kind is tuple:
        return kind(plain(item) for item in value)
    return _plain_object(value)


def _holds_bytes(value: Any) -> bool:
    if isinstance(value, (bytes, bytearray)):
        return True
    if isinstance(value, dict):
        value = value.values()
    elif not isinstance(value, (list, tuple, set, frozenset)):
        return False
    return any(type(item) not in _SCALARS and _holds_bytes(item) for item in value)


def _plain_object(value: Any) -> Any:
    if isinstance(value, BaseModel):
        return plain(value.model_dump(by_alias=True, warnings=False))
    try:
        return to_jsonable_python(value, by_alias=True)
    except PydanticSerializationError:
        return value  # whoever encodes it says what is wrong


# -- schemas ---------------------------------------------------------------------------------------


class _Schemas(GenerateJsonSchema):
    """JSON Schema as Pydantic writes it, but for what its own output would break."""

    def datetime_schema(self, schema: core_schema.DatetimeSchema) -> dict[str, Any]:
        if schema.get("tz_constraint") == "aware":
            return {"type": "string", "format": "date-time"}
        return {"type": "string", "pattern": f"^{_DATE}[Tt ]{_TIME}{_OFFSET}?$"}

    def time_schema(self, schema: core_schema.TimeSchema) -> dict[str, Any]:
        if schema.get("tz_constraint") == "aware":
            return {"type": "string", "format": "time"}
        return {"type": "string", "pattern": f"^{_TIME}{_OFFSET}?$"}

    def json_schema(self, schema: core_schema.JsonSchema) -> dict[str, Any]:
        if self.mode == "serialization":
            return super().json_schema(schema)
        return {"type": "string", "contentMediaType": "application/json"}

    def timedelta_schema(self, schema: core_schema.TimedeltaSchema) -> dict[str, Any]:  # noqa: ARG002  # Pydantic's signature
        return {"type": "string", "pattern": _DURATION}

    def decimal_schema(self, schema: core_schema.DecimalSchema) -> dict[str, Any]:
        text = {"type": "string", "pattern": _DECIMAL}
        if self.mode == "serialization":
            return text
        number: dict[str, Any] = {"type": "number"}
        for name, keyword in _BOUNDS.items():
            if name in schema:
                number[keyword] = float(schema[name])  # type: ignore[literal-required]  # a bound
        return {"anyOf": [number, text]}


def schemas_of(
    hints: Iterable[tuple[str, str, Hint]],
) -> tuple[dict[str, dict[str, Any]], dict[str, dict[str, Any]]]:
    """The schemas of hints, and the definitions that they share.

    Args:
        hints: a key, `validation` or `serialization`, and the hint.

    Returns:
        The schemas by key, and the definitions by name; both refer to `#/components/schemas/NAME`.
    """
    inputs = [(key, mode, hint.adapter) for key, mode, hint in hints]
    if not inputs:
        return {}, {}
    found, rest = TypeAdapter.json_schemas(
        inputs,  # type: ignore[arg-type]  # the mode is one of two strings
        ref_template=_REF,
        schema_generator=_Schemas,
    )
    return {key: schema for (key, _), schema in found.items()}, rest.get("$defs", {})


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
