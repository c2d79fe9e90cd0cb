"""Hints by Pydantic 1.10, installed as such or as `pydantic.v1` within Pydantic 2."""

from __future__ import annotations

import dataclasses
import decimal
import json
import re
import threading
from enum import Enum
from functools import cached_property
from typing import TYPE_CHECKING, Any

from pydantic.v1 import errors as messages
from pydantic.v1.config import BaseConfig
from pydantic.v1.error_wrappers import ErrorWrapper, ValidationError
from pydantic.v1.json import pydantic_encoder
from pydantic.v1.main import BaseModel, create_model

from asyncapi_guard.codefirst.hints.hint import (
    REJECTED,
    SCALARS,
    ConstructionError,
    Hint,
    Written,
    is_a,
    pointer,
)
from asyncapi_guard.codefirst.hints.pydantic1_schemas import ROOT, Writer
from asyncapi_guard.violations import Problem

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Sequence

    from asyncapi_guard.codefirst.hints.hint import Direction

__all__ = ["Encoder", "Hint1", "plain"]

#: Where Pydantic has its errors, and those of them whose words quote values.
_ERRORS = messages.PydanticValueError.__module__
_QUOTING = frozenset(
    (
        *("CallableError", "ColorError", "EnumError", "IntEnumError", "InvalidByteSizeUnit"),
        *("InvalidDiscriminator", "PathNotADirectoryError", "PathNotAFileError"),
        *("PathNotExistsError", "PyObjectError", "UrlExtraError"),
    )
)
#: What stands in the place of an error for a part of a value, and is no part of it.
_NO_PARTS = (ROOT, "__key__")


#: What makes a text or a number of an instance of a subclass, whatever that overrides.
_BASES: tuple[tuple[type, Callable[[Any], Any]], ...] = (
    (str, str.__str__),
    (int, int.__int__),
    (float, float.__float__),
)


#: What Pydantic raises depends on the type: a `RuntimeError` for a class that it does not know, and
#: before that a warning, if this is a model of Pydantic 2.
_CANNOT = (TypeError, NameError, ValueError, RuntimeError, AttributeError, UserWarning, re.error)
#: What it does not expect: numbers that are too large, and more levels than Python counts to.
_TOO_MUCH = (OverflowError, decimal.InvalidOperation, RecursionError)


_DATACLASSES = threading.RLock()


class _Config(BaseConfig):
    """Of what is made of hints: a union takes what fits as it is, not what can be made to fit."""

    smart_union = True


def _as_it_is(value: Any) -> Any:
    return value  # whoever encodes it says what is wrong


@dataclasses.dataclass(frozen=True, slots=True)
class Encoder:
    """What makes something simpler of an object.

    Attributes:
        encode: does so for what Pydantic 1 knows, and as a model's `json_encoders` say.
        others: does so for what Pydantic 1 does not know, and Pydantic 2 may.
    """

    encode: Callable[[Any], Any] = pydantic_encoder
    others: Callable[[Any], Any] = _as_it_is

    def of(self, model: BaseModel) -> Encoder:
        """The one for what is in a model."""
        encode: Any = model.__json_encoder__  # a static method
        return Encoder(encode, self.others)


_ENCODER = Encoder()


class Hint1(Hint):
    """A hint that Pydantic 1 reads.

    Args:
        hint: any type that Pydantic 1 has a schema for.
        place: whose hint it is, for error messages.
        others: makes plain data of what Pydantic 1 does not know.
    """

    def __init__(self, hint: Any, place: str, others: Callable[[Any], Any] = _as_it_is) -> None:
        super().__init__(hint, place)
        self._encoder = Encoder(others=others)
        try:
            # A field whose type is None has no type at all to it.
            type_ = type(None) if hint is None else hint
            fields: dict[str, Any] = {ROOT: (type_, ...)}
            model: Any = create_model("Hint", __config__=_Config, **fields)
            self.field: Any = model.__fields__[ROOT]
            writer = Writer(self.plain)
            schema = writer.schema(self.field, "validation")
            json.dumps([schema, writer.definitions])
        except _CANNOT as error:
            raise self._unusable(error) from error
        self._validate = self.field.validate
        if writer.has_dataclasses:
            self._validate = _one_at_a_time(self.field.validate)

    @staticmethod
    def definitions(hints: Sequence[tuple[str, Direction, Hint1]]) -> Written:
        """The schemas of hints of this class, of which there is one; see `definitions_of`."""
        _, _, first = hints[0]
        writer = Writer(first.plain)
        schemas = {key: writer.schema(hint.field, direction) for key, direction, hint in hints}
        return Written(schemas, writer.definitions, writer.known)

    @cached_property
    def _models(self) -> frozenset[type[BaseModel]]:
        """The models that the hint names, and those within them."""
        found: set[type[BaseModel]] = set()
        waiting = [self.field]
        for field in waiting:  # it grows
            waiting.extend(field.sub_fields or ())
            kind = field.type_
            if BaseModel in getattr(kind, "__mro__", ()) and kind not in found:
                found.add(kind)
                waiting.extend(kind.__fields__.values())
        return frozenset(found)

    @cached_property
    def accepts_none(self) -> bool:
        """Whether null is a value of it."""
        return not self._validate(None, {}, loc=())[1]

    def is_instance(self, value: Any) -> bool:
        """Whether a value of the application is of this type, as it is."""
        try:
            made, wrong = self._validate(value, {}, loc=())
        except _TOO_MUCH:
            return False
        if wrong or made != value:
            return False
        return type(made) is type(value) or (type(made), type(value)) == (float, int)

    def construct(self, value: Any, path: str = "") -> Any:
        """What the handler gets for a value of the wire; `path` is where this stands.

        Raises:
            ConstructionError: a validator of the model rejects it.
        """
        if self._is_as_it_is:
            return value
        try:
            made, wrong = self._validate(value, {}, loc=())
        except _TOO_MUCH:
            raise ConstructionError((Problem(path, "value_error", REJECTED),)) from None
        if wrong:
            raise ConstructionError(tuple(_problems(wrong, value, path, ()))) from None
        return made

    def dump(self, value: Any) -> Any:
        """What goes over the wire for what a handler returned, or somebody emits."""
        if type(value) in SCALARS:
            return value
        if self._is_as_it_is:
            return self.plain(value)
        return self._values(self.plain(_narrowed(value, self._models)))

    def plain(self, value: Any) -> Any:
        """Plain data for what holds models, dataclasses, enums, ..., of either Pydantic."""
        return plain(value, self._encoder)


def _narrowed(value: Any, models: frozenset[type[BaseModel]]) -> Any:
    """A value in which instances of subclasses have the fields of the declared models alone."""
    kind = type(value)
    if kind is dict:
        return {key: _narrowed(item, models) for key, item in list(value.items())}
    if kind is list or kind is tuple:
        return kind(_narrowed(item, models) for item in value)
    if not is_a(value, BaseModel):
        return value
    declared = next((base for base in kind.__mro__ if base in models), kind)
    before = vars(value)
    fields = before if declared is kind else declared.__fields__
    inner = {name: _narrowed(before[name], models) for name in fields if name in before}
    if declared is not kind:
        return declared.construct(value.__fields_set__ & fields.keys(), **inner)
    return value.copy(update=inner)


def _one_at_a_time(validate: Callable[..., Any]) -> Callable[..., Any]:
    """Pydantic turns the validation of a dataclass on and off again, for all threads."""

    def alone(*args: Any, **options: Any) -> Any:
        with _DATACLASSES:
            return validate(*args, **options)

    return alone


# -- errors ----------------------------------------------------------------------------------------


def _problems(wrong: Any, value: Any, path: str, place: tuple[int | str, ...]) -> Iterator[Problem]:
    """Pydantic's errors about a value as problems, without values."""
    if not isinstance(wrong, ErrorWrapper):
        for each in wrong:
            yield from _problems(each, value, path, place)
        return
    place = (*place, *wrong.loc_tuple())
    error = wrong.exc
    if isinstance(error, ValidationError):
        yield from _problems(error.raw_errors, value, path, place)
        return
    parts = _parts(value, place, also_missing=isinstance(error, messages.MissingError))
    yield Problem(pointer(path, parts), _code(error), _words(error))


def _parts(
    value: Any, place: tuple[int | str, ...], *, also_missing: bool
) -> tuple[int | str, ...]:
    """Those parts of a place that lead through the value: Pydantic names types there, too."""
    parts: list[int | str] = []
    for part in place:
        if _has_part(value, part):
            value = value[part]
            parts.append(part)
        elif also_missing and part is place[-1]:
            parts.append(part)
    return tuple(parts)


def _has_part(value: Any, part: int | str) -> bool:
    if isinstance(value, dict):
        return part in value and part not in _NO_PARTS
    return isinstance(value, list) and isinstance(part, int) and part < len(value)


def _words(error: Exception) -> str:
    kind = type(error)
    return str(error) if kind.__module__ == _ERRORS and kind.__name__ not in _QUOTING else REJECTED


def _code(error: Exception) -> str:
    """What Pydantic calls an error."""
    if isinstance(error, AssertionError):
        return "assertion_error"
    base = "type_error" if isinstance(error, TypeError) else "value_error"
    code = getattr(error, "code", None)
    if code is None and type(error).__module__ == _ERRORS:
        code = type(error).__name__.replace("Error", "").lower()
    return f"{base}.{code}" if isinstance(code, str) else base


# -- plain data ------------------------------------------------------------------------------------


def plain(value: Any, encoder: Encoder = _ENCODER) -> Any:
    """Plain data for what holds models, dataclasses, enums, ...; bytes stay bytes.

    Args:
        value: anything; what nobody knows stays as it is.
        encoder: makes something simpler of an object.
    """
    kind = type(value)
    if kind in SCALARS or isinstance(value, (bytes, bytearray)):
        return value
    if isinstance(value, dict):
        return {_name(key, encoder): plain(item, encoder) for key, item in list(value.items())}
    if kind is list or kind is tuple:
        return kind(plain(item, encoder) for item in value)
    return _plain_object(value, encoder)


def _name(key: Any, encoder: Encoder) -> Any:
    return key if type(key) in SCALARS else plain(key, encoder)


def _plain_object(value: Any, encoder: Encoder) -> Any:
    if is_a(value, BaseModel):
        fields: Any = value.dict(by_alias=True)
        if value.__custom_root_type__:
            fields = fields[ROOT]
        return plain(fields, encoder.of(value))
    if isinstance(value, (list, tuple)):
        return [plain(item, encoder) for item in value]
    if dataclasses.is_dataclass(value) and not isinstance(value, type):
        return {f.name: plain(getattr(value, f.name), encoder) for f in dataclasses.fields(value)}
    if isinstance(value, Enum):
        return plain(value.value, encoder)
    for base, as_base in _BASES:
        if isinstance(value, base):
            return as_base(value)
    return _encoded(value, encoder)


def _encoded(value: Any, encoder: Encoder) -> Any:
    try:
        encoded = encoder.encode(value)
    except (TypeError, ValueError, ArithmeticError):
        return encoder.others(value)
    return encoded if type(encoded) is type(value) else plain(encoded, encoder)
