"""What no document could say, or no guard could judge by, is rejected where it is registered."""

from __future__ import annotations

import json
from dataclasses import dataclass
from typing import TYPE_CHECKING, Annotated, Any, Union

import pytest
from pydantic import (
    AliasChoices,
    AliasPath,
    BaseModel,
    ConfigDict,
    Field,
    Json,
    RootModel,
    computed_field,
)
from typing_extensions import TypeAliasType

from asyncapi_guard import RegistrationError, load
from asyncapi_guard.codefirst import About, Registry, build_document
from asyncapi_guard.guard import Guard
from asyncapi_guard.lint import lint

if TYPE_CHECKING:
    from collections.abc import Callable


class Thing:
    """Nothing that Pydantic knows."""


class Endless(RootModel[Union["Endless", int]]):
    """Leads back to itself, and to nothing."""


class WrongType(BaseModel):
    x: int = Field(json_schema_extra={"type": "strin"})


class NoNumber(BaseModel):
    x: int = Field(json_schema_extra=lambda schema: schema.update(minimum=float("nan")))


class NoPattern(BaseModel):
    x: str = Field(json_schema_extra={"pattern": "("})


class Nowhere(BaseModel):
    model_config = ConfigDict(json_schema_extra={"not": {"$ref": "#/nowhere"}})


class Computed(BaseModel):
    """Can be received; what is sent cannot be said."""

    model_config = ConfigDict(arbitrary_types_allowed=True)

    x: int

    @computed_field
    def thing(self) -> Thing:
        return Thing()


def deep() -> Any:
    hint: Any = int
    for _ in range(80):
        hint = list[hint]
    return hint


ROWS: dict[str, tuple[Any, str]] = {
    "a class": (Thing, "Thing"),
    "an endless schema": (Endless, "refers back to itself"),
    "a type that is none": (WrongType, "'strin'"),
    "a limit that is no number": (NoNumber, "NaN"),
    "a pattern that is none": (NoPattern, "regular expression"),
    "a reference to nothing": (Nowhere, "/nowhere"),
    "a type of eighty lists": (deep(), "levels deep"),
}


@pytest.mark.parametrize("row", ROWS)
def test_what_cannot_be_judged_is_rejected_everywhere(row: str) -> None:
    """As an argument, as what is returned, as what is sent, and as its ack."""
    hint, words = ROWS[row]

    def handler(data: Any) -> Any: ...

    handler.__annotations__ = {"data": hint}
    with pytest.raises(RegistrationError, match=words) as caught:
        Registry().receive("/", "e", handler, hints=True)
    assert "parameter 'data'" in str(caught.value)
    handler.__annotations__ = {"data": int, "return": hint}
    with pytest.raises(RegistrationError, match=words):
        Registry().receive("/", "e", handler, hints=True)
    registering: list[Callable[[], Any]] = [
        lambda: Registry().receive("/", "e", handler, hints=False, request_model=hint),
        lambda: Registry().receive("/", "e", handler, hints=False, response_model=hint),
        lambda: Registry().send("/", "e", hint),
        lambda: Registry().send("/", "e", int, ack_model=hint),
    ]
    for register in registering:
        with pytest.raises(RegistrationError, match=words):
            register()


def test_a_model_may_be_usable_in_one_direction() -> None:
    """And is rejected in the other."""
    registry = Registry()
    registry.receive("/", "e", lambda data: data, hints=False, request_model=Computed)
    assert lint(build_document(registry, About())) == ()
    with pytest.raises(RegistrationError, match=r"doc_emit\('e'\).*Thing"):
        registry.send("/", "e", Computed)


@pytest.mark.parametrize(
    "alias",
    [
        AliasPath("names", 0),
        AliasPath("name"),
        AliasChoices(AliasPath("names", "a")),
        AliasChoices("name", AliasPath("names", 0)),
    ],
)
def test_a_field_that_is_found_by_a_path_cannot_be_received(alias: Any) -> None:
    """Nobody would judge what stands there; what is sent has the field's own name."""

    class Found(BaseModel):
        first: str = Field("", validation_alias=alias)

    registry = Registry()
    for hint in (Found, dict[str, Found | int]):
        with pytest.raises(RegistrationError, match=r"request_model: .*Found.*AliasPath"):
            registry.receive("/", "e", lambda data: data, hints=False, request_model=hint)
    registry.send("/", "e", Found)
    assert lint(build_document(registry, About())) == ()


def test_all_names_of_a_field_are_judged() -> None:
    """Pydantic takes any of them, and writes the first one alone."""

    class Found(BaseModel):
        first: int = Field(0, validation_alias=AliasChoices("name", "other"))

    class FoundHere:
        first: Annotated[int, Field(validation_alias=AliasChoices("name", "other"))] = 0

    for hint in (Found, dataclass(FoundHere)):
        registry = Registry()
        registry.receive("/", "e", lambda data: data, hints=False, request_model=hint)
        document = build_document(registry, About())
        (schema,) = document["components"]["schemas"].values()
        assert list(schema["properties"]) == ["name", "other"]
        guard = Guard(load(document))
        assert guard.receive_event("/", "e", [{"other": 1}]).violation is None
        assert guard.receive_event("/", "e", [{"other": "1"}]).violation is not None


class Renamed(BaseModel):
    x: int = Field(validation_alias="in", serialization_alias="out")


class Defaults(BaseModel):
    """Defaults that only one direction can say."""

    renamed: Renamed = Renamed(**{"in": 1})
    several: list[Renamed] = [Renamed(**{"in": 2})]
    text: Json[list[int]] = []
    plain: dict[str, int] = {"a": 1}


def test_defaults_that_nobody_could_send_are_left_out() -> None:
    """The others stay, and what is sent has all of them."""
    registry = Registry()
    registry.receive("/", "e", lambda data: data, hints=False, request_model=Defaults)
    registry.send("/", "e", Defaults)
    document = build_document(registry, About())
    assert lint(document) == ()
    one, other = (
        {
            name: field["default"]
            for name, field in document["components"]["schemas"][f"Defaults-{way}"][
                "properties"
            ].items()
            if "default" in field
        }
        for way in ("Input", "Output")
    )
    assert one == {"plain": {"a": 1}}
    # Early versions of Pydantic 2 write what is in lists by other names.
    assert other.pop("several", [{"out": 2}]) == [{"out": 2}]
    assert other == {"renamed": {"out": 1}, "text": [], "plain": {"a": 1}}


class Numbers(BaseModel):
    most: float = float("inf")
    least: Annotated[float, Field(examples=[float("nan"), 1.0])] = 1.5
    raw: bytes = b"\xff"


Alias = TypeAliasType("Alias", "dict[str, Alias] | list[Alias] | int | None")


@pytest.mark.parametrize("hint", [Numbers, Alias])
def test_odd_types_have_clean_documents(hint: Any) -> None:
    """Defaults that are not JSON are left out; a type may lead back to itself in several ways."""
    registry = Registry()
    registry.receive("/", "e", lambda data: data, hints=False, request_model=hint)
    registry.send("/", "e", hint)
    document = build_document(registry, About())
    assert lint(document) == ()
    load(document)
    json.dumps(document, allow_nan=False)


@pytest.mark.parametrize("event", ["connect", "connect_error", "disconnect", "*"])
def test_what_nobody_can_emit_is_no_declaration(event: str) -> None:
    with pytest.raises(RegistrationError, match=r"so it can't be emitted; use a different name"):
        Registry().send("/", event, int)
