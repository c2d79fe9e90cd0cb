"""The classes that a hint names, and the fields of their instances that are sent.

What leaves of an instance is what its declared class has: not what a subclass has besides, or
another model that has as much; and in generated models nothing that nobody set.
"""

from __future__ import annotations

import dataclasses
import typing
from functools import lru_cache
from typing import TYPE_CHECKING, Any

from pydantic import BaseModel, RootModel, TypeAdapter
from pydantic.errors import PydanticUserError
from typing_extensions import is_typeddict

from asyncapi_guard.codefirst.generated_models import is_generated
from asyncapi_guard.codefirst.hints.hint import is_a
from asyncapi_guard.spec.deep_stack import with_room

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Mapping

    from pydantic.fields import FieldInfo

__all__ = [
    "Dump",
    "declared_in",
    "dump_for",
    "dumps_of",
    "models_in",
    "reaches_generated",
    "without_unset",
]

#: Makes plain data of an instance of one class, or of a subclass.
Dump: typing.TypeAlias = "Callable[[Any], Any]"


def models_in(hint: Any, seen: frozenset[int] = frozenset()) -> Iterator[type[BaseModel]]:
    """The models that a hint names, not those within them."""
    for each in _classes_in(hint, seen):
        if issubclass(each, BaseModel):
            yield each


def _classes_in(hint: Any, seen: frozenset[int] = frozenset()) -> Iterator[type]:
    # Before Python 3.11, `list[int]` passes for a class.
    if isinstance(hint, type) and typing.get_origin(hint) is None:
        yield hint
        return
    for part in (getattr(hint, "__value__", None), *typing.get_args(hint)):
        if part is not None and id(part) not in seen:  # an alias may name itself
            yield from _classes_in(part, seen | {id(part)})


def declared_in(hint: Any) -> dict[type, None]:
    """The models and dataclasses that a hint names, and those within them."""
    found = dict.fromkeys(_classes_in(hint))
    waiting = list(found)
    for each in waiting:  # it grows
        inner = dict.fromkeys(one for part in _inside(each) for one in _classes_in(part))
        waiting.extend(one for one in inner if one not in found)
        found |= inner
    return {each: None for each in found if _has_instances(each)}


def _has_instances(kind: type) -> bool:
    return issubclass(kind, BaseModel) or dataclasses.is_dataclass(kind)


def _inside(kind: type) -> list[Any]:
    """The hints of the fields of a class."""
    if issubclass(kind, BaseModel):
        return [field.annotation for field in kind.model_fields.values()]
    if dataclasses.is_dataclass(kind) or is_typeddict(kind):
        return _hints_of(kind)
    return []


def _hints_of(kind: Any) -> list[Any]:
    try:
        return list(typing.get_type_hints(kind).values())
    except Exception:  # noqa: BLE001  # what cannot be resolved is the business of Pydantic
        return []


@lru_cache(1024)
def reaches_generated(model: type) -> bool:
    """Whether a model is, or has in its fields, one that was generated."""
    return any(map(is_generated, declared_in(model)))


def dumps_of(hint: Any) -> dict[type, Dump]:
    """What dumps the classes that a hint names, and those within them."""
    dumps = with_room(lambda: {each: _dump_of(each) for each in declared_in(hint)})
    return {each: dump for each, dump in dumps.items() if dump is not None}


def _dump_of(kind: type) -> Dump | None:
    try:
        serialize = TypeAdapter(kind).serializer.to_python
    except (PydanticUserError, TypeError, NameError, ValueError):
        return None

    def dump(value: Any) -> Any:
        dumped = serialize(value, by_alias=True, warnings=False)
        return without_unset(value, dumped) if reaches_generated(kind) else dumped

    return dump


def dump_for(value: Any, dumps: Mapping[type, Dump]) -> Dump | None:
    """What dumps an instance: for a class of its own, or for a model of which it has everything."""
    for base in type(value).__mro__:
        if base in dumps:
            return dumps[base]
    if is_a(value, BaseModel):
        for model, dump in dumps.items():
            if issubclass(model, BaseModel) and _passes_for(value, model):
                return dump
    return None


def _passes_for(value: BaseModel, model: type[BaseModel]) -> bool:
    given, fields = vars(value).keys(), model.model_fields
    required = {name for name, field in fields.items() if field.is_required()}
    return bool(given & fields.keys()) and required <= given


def without_unset(value: Any, dumped: Any) -> Any:
    """Dumped data without the defaults that generated models have for what nobody set.

    What the document does not require is `None` in them when it is not there; sent, that would be
    a null.

    Args:
        value: what was dumped.
        dumped: plain data; it is changed.
    """
    if is_a(value, RootModel):
        return without_unset(value.root, dumped)
    if isinstance(dumped, dict):
        for key, item in _items(value, dumped):
            dumped[key] = without_unset(item, dumped[key])
        return dumped
    arrays = isinstance(value, (list, tuple)) and isinstance(dumped, (list, tuple))
    if not arrays or len(value) != len(dumped):
        return dumped
    return type(dumped)(map(without_unset, value, dumped))


def _items(value: Any, dumped: dict[Any, Any]) -> list[tuple[Any, Any]]:
    """What was dumped, by its key; without what is not to be there, which is taken out."""
    if is_a(value, BaseModel):
        return list(_fields(value, dumped))
    if isinstance(value, dict):
        return list(zip(dumped, value.values(), strict=False)) if len(value) == len(dumped) else []
    if dataclasses.is_dataclass(value) and not isinstance(value, type):
        return list(_dataclass_fields(value, dumped))
    return []


def _dataclass_fields(value: Any, dumped: dict[Any, Any]) -> Iterator[tuple[Any, Any]]:
    """A generated one has no memory of what was set: what is `None` by default is left out."""
    generated = any(map(is_generated, type(value).__mro__))
    alias = getattr(type(value), "__pydantic_config__", {}).get("alias_generator")
    known = {field.name: field for field in dataclasses.fields(value)}
    for name, field in known.items():
        key = alias(name) if generated and alias is not None else name
        if key not in dumped:
            continue
        item = getattr(value, name)
        if generated and item is None and field.default is None:
            del dumped[key]
        else:
            yield key, item
    if generated:  # what the document allows besides, and Pydantic does not dump
        further = {name: item for name, item in vars(value).items() if name not in known}
        dumped.update(further)
        yield from further.items()


def _fields(value: BaseModel, dumped: dict[Any, Any]) -> Iterator[tuple[Any, Any]]:
    generated = _generated_fields(type(value))
    for name, field in type(value).model_fields.items():
        names = (field.serialization_alias, field.alias, name)
        key = next((each for each in names if each in dumped), None)
        if key is None:
            continue
        item = getattr(value, name, None)
        # A list that is there by default, and that somebody has filled, is not what it was.
        if name in generated and name not in value.model_fields_set and item == _default(field):
            del dumped[key]
        else:
            yield key, item


@lru_cache(1024)
def _generated_fields(model: type[BaseModel]) -> frozenset[str]:
    """The fields that a model has of one that was generated."""
    bases = (base for base in model.__mro__ if issubclass(base, BaseModel) and is_generated(base))
    return frozenset(name for base in bases for name in base.model_fields)


def _default(field: FieldInfo) -> Any:
    make: Any = field.default_factory
    return field.default if make is None else make()
