"""What is sent is made into plain data by the type that it is of."""

from __future__ import annotations

import functools
import sys
import types
from dataclasses import dataclass
from datetime import date
from typing import Any

import pytest
import typing_extensions
from pydantic import BaseModel, ConfigDict, field_serializer

from asyncapi_guard import RegistrationError
from asyncapi_guard.codefirst import Registry, Sender


class Photo(BaseModel):
    """Is text on the wire, and bytes in Python."""

    model_config = ConfigDict(ser_json_bytes="base64", val_json_bytes="base64")

    data: bytes


class Money(BaseModel):
    amount: int

    @field_serializer("amount", when_used="json")
    def as_text(self, amount: int) -> str:
        return f"{amount} EUR"


class Wage(Money):
    hours: int


class Folder(typing_extensions.TypedDict):
    name: str
    folders: list[Folder]


@dataclass
class Point:
    x: int
    raw: bytes = b""


def sender(*kinds: Any) -> Sender:
    registry = Registry()
    for kind in kinds:
        registry.send("/", "e", kind)
        found = registry.sender("/", "e")
        assert found is not None
    return found


SENT: dict[str, tuple[list[Any], Any, Any]] = {
    "one type": ([Photo], Photo(data=b"\xff"), {"data": "_w=="}),
    "the first of two": ([Photo, Money], Photo(data=b"\xff"), {"data": "_w=="}),
    "the second of two": ([Photo, Money], Money(amount=3), {"amount": "3 EUR"}),
    "several values": ([int, tuple[int, date]], (1, date(2024, 2, 29)), (1, "2024-02-29")),
    "a list": ([int, list[Money]], [Money(amount=3)], [{"amount": "3 EUR"}]),
    "a subclass, by itself": (
        [Money, Wage],
        Wage(amount=3, hours=4),
        {"amount": "3 EUR", "hours": 4},
    ),
    "a dataclass": ([int, Point], Point(1, b"\xff"), {"x": 1, "raw": b"\xff"}),
    "plain data": ([Photo, Money], {"amount": "3 EUR"}, {"amount": "3 EUR"}),
    "none of them": ([Photo, int], Money(amount=3), {"amount": 3}),
    "a scalar": ([Photo, int], 7, 7),
    "nothing": ([Photo, None], None, None),
    "anything": ([Any, Money], Money(amount=3), {"amount": "3 EUR"}),
}


@pytest.mark.parametrize("row", SENT)
def test_a_value_is_dumped_by_its_own_type(row: str) -> None:
    """Whichever of the declared ones that is; other values are as plain as can be."""
    types, value, expected = SENT[row]
    assert sender(*types).dump(value) == expected


def test_a_type_is_declared_once() -> None:
    """However often that is said."""
    assert len(sender(int, int, list[int], list[int]).payloads) == 2


def hinted(hint: Any) -> Any:
    def handler(link: Any) -> None: ...

    handler.__annotations__ = {"link": hint, "return": None}
    return handler


def alias_chain(count: int) -> Any:
    """A list of a list of ..., each with a name of its own."""
    module = types.ModuleType("alias_chain")
    lines = [
        f'Link{number} = TypeAliasType("Link{number}", "list[Link{number + 1}]")'
        for number in range(count)
    ]
    text = "\n".join(["from typing_extensions import TypeAliasType", *lines, f"Link{count} = int"])
    sys.modules[module.__name__] = module
    exec(text, module.__dict__)
    return module.Link0


def test_a_long_chain_of_types_is_followed() -> None:
    entry = Registry().receive("/", "pull", hinted(alias_chain(300)), hints=True)
    assert entry.construct([[[]]]) == [[[]]]


def test_a_chain_that_is_too_long_is_an_error_that_says_so() -> None:
    with pytest.raises(RegistrationError, match=r"parameter 'link': its types .* too long"):
        Registry().receive("/", "pull", hinted(alias_chain(9000)), hints=True)


def test_a_recursive_typed_dict_is_followed_once() -> None:
    entry = Registry().receive("/", "open", hinted(Folder), hints=True)
    root = {"name": "root", "folders": [{"name": "home", "folders": []}]}
    assert entry.construct([root]) == [root]


def test_a_partial_is_described_as_its_function() -> None:
    """What `functools.partial` is, nobody wants to know from a document."""

    def add(board: object, number: int) -> None:
        """Add a number."""

    handler = functools.partial(functools.partial(add), object())
    assert Registry().receive("/", "add", handler, hints=True).description == "Add a number."
    silent = functools.partial(lambda board: board, object())
    assert Registry().receive("/", "go", silent, hints=False).description == ""
