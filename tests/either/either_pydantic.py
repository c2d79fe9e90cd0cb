"""Models for tests that hold for both Pydantic 2 and Pydantic 1.10, in one spelling."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import pydantic
import pytest

if TYPE_CHECKING:
    from collections.abc import Callable

#: Whether Pydantic 1 is installed.
OLD = pydantic.VERSION.startswith("1.")

if OLD:
    from pydantic.generics import GenericModel

    computed_field: Any = property
else:
    GenericModel = pydantic.BaseModel
    computed_field = pydantic.computed_field

_OPTIONS_1 = {
    "populate_by_name": "allow_population_by_field_name",
    "json_schema_extra": "schema_extra",
}
_FIELDS_1 = {"pattern": "regex"}
_SPELLINGS = (
    ('model_config = ConfigDict(extra="forbid")', 'class Config:\n        extra = "forbid"'),
    ("min_length=3, max_length=3", "min_items=3, max_items=3"),
    (".model_dump()", ".dict()"),
)


def config(**options: Any) -> dict[str, Any]:
    """What a class of a model is given beside its bases: the names are those of Pydantic 2."""
    return (
        {_OPTIONS_1.get(name, name): value for name, value in options.items()} if OLD else options
    )


def field(*default: Any, **options: Any) -> Any:
    """A `Field`: the names are those of Pydantic 2."""
    if OLD:
        options = {_FIELDS_1.get(name, name): value for name, value in options.items()}
    return pydantic.Field(*default, **options)


def field_validator(name: str) -> Callable[[Any], Any]:
    """Checks a field of a model; stands above `@classmethod`."""
    return pydantic.validator(name, allow_reuse=True) if OLD else pydantic.field_validator(name)


def checked_as_a_whole(check: Callable[[Any], None]) -> Any:
    """Checks a model, by its fields as a dict."""
    if OLD:

        def on_values(_cls: Any, values: dict[str, Any]) -> dict[str, Any]:
            check(values)
            return values

        return pydantic.root_validator(skip_on_failure=True, allow_reuse=True)(on_values)

    def on_model(model: Any) -> Any:
        check(dict(model))
        return model

    return pydantic.model_validator(mode="after")(on_model)


def root_model(type_: Any, name: str = "Root") -> Any:
    """A model that is a value of a type."""
    if OLD:
        return pydantic.create_model(name, __root__=(type_, ...))
    return type(name, (pydantic.RootModel[type_],), {})


def as_root(model: Any, value: Any) -> Any:
    """An instance of such a model."""
    return model(__root__=value) if OLD else model(value)


def spelled(text: str) -> str:
    """A program of Pydantic 2, as one would write it for the Pydantic that is installed."""
    if not OLD:
        return text
    for new, old in _SPELLINGS:
        text = text.replace(new, old)
    return text


def only_pydantic_2(reason: str) -> pytest.MarkDecorator:
    """Marks what Pydantic 1 does not have, or does in another way by its nature."""
    return pytest.mark.skipif(OLD, reason=f"Pydantic 1 {reason}")
