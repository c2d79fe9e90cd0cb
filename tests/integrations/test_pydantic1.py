"""`AsyncAPISocketIO` with models of Pydantic 1.10: real clients, real sockets.

These tests run wherever `pydantic.v1` is: an application that has moved to Pydantic 2 may have
models of both.
"""

# ruff: noqa: UP006, UP035, UP045  # the old spellings of types, as such applications have them

from __future__ import annotations

import datetime as dt
import decimal
import json
import logging
import sys
from typing import Any, Dict, List, Optional, Tuple

import jsonschema
import pytest
from flask import Flask
from flask_socketio import Namespace

if sys.version_info >= (3, 14):
    pytest.skip("Pydantic 1 knows no Python after 3.13", allow_module_level=True)

import pydantic
from either_pydantic import only_pydantic_2
from pydantic.v1 import BaseModel, Field, validator

from asyncapi_guard import AsyncAPISocketIO, EmitValidationError, RegistrationError, load
from asyncapi_guard.lint import lint

SECRET = "hunter2-is-my-password"
REJECTED, FAULTY = "request_validation_error", "response_validation_error"


class Item(BaseModel):
    """What is sold."""

    name: str = Field(alias="itemName", min_length=1)
    price: decimal.Decimal = Field(ge=0)
    until: Optional[dt.datetime] = None


class Order(BaseModel):
    items: List[Item]
    note: Optional[str]
    photo: Optional[bytes] = None

    @validator("note")
    def says_nothing(cls, note: Optional[str]) -> Optional[str]:
        if note == SECRET:
            raise ValueError(f"no {note}")
        return note


class Receipt(BaseModel):
    number: int
    order: Order
    at: dt.datetime = dt.datetime(2026, 1, 2, 3)  # noqa: DTZ001  # naive


class Auth(BaseModel):
    token: str = Field(min_length=4)

    @validator("token")
    def is_known(cls, token: str) -> str:
        assert token.startswith("good"), token
        return token


class Shop:
    """A shop that takes orders."""

    def __init__(self) -> None:
        self.app = Flask(__name__)
        self.app.secret_key = "tests"
        self.got: list[Any] = []
        self.violations: list[Any] = []
        self.io = io = AsyncAPISocketIO(
            self.app, async_mode="threading", typed=True, on_violation=self.violations.append
        )

        @io.on("order")
        def order(data: Order) -> Receipt:
            """Order items."""
            self.got.append(data)
            io.emit("sold", data.items[0])
            return Receipt(number=1, order=data)

        @io.on("count")
        def count(items: List[Item], by: Dict[str, int], start: Optional[int] = None) -> Tuple[int, Item]:  # fmt: skip  # noqa: E501
            self.got.append((items, by, start))
            return len(items), items[0]

        @io.on("wrong")
        def wrong() -> Receipt:
            return Item(itemName="a", price=1)  # type: ignore[return-value]

        @io.on("connect", namespace="/locked")
        def connect(auth: Auth) -> None:
            self.got.append(auth)

        class Staff(Namespace):
            def on_price(_self, item: Item) -> float:
                return float(item.price)

        io.on_namespace(Staff("/staff"))
        io.doc_emit("sold", Item)
        io.doc_emit("closed", Optional[Receipt], ack_model=bool)


@pytest.fixture
def shop() -> Shop:
    return Shop()


def code(answer: Any) -> str | None:
    return answer["error"]["code"] if isinstance(answer, dict) and "error" in answer else None


ITEM = {"itemName": "tea", "price": "1.50"}


def test_models_come_in_and_go_out(net: Any, shop: Shop) -> None:
    """As instances to the handler, as objects to the client, by alias; emits and acks."""
    client = net.client(net.serve(shop.app))
    order = {"items": [{**ITEM, "until": "2026-01-02T03:04:05"}], "note": None, "photo": b"\xff"}
    (receipt,) = client.ask("order", order)
    item = {"itemName": "tea", "price": 1.5, "until": "2026-01-02T03:04:05"}
    assert receipt == {
        "number": 1,
        "order": {"items": [item], "note": None, "photo": b"\xff"},
        "at": "2026-01-02T03:00:00",
    }
    assert shop.got == [Order(**order)]
    assert type(shop.got[0].items[0].price) is decimal.Decimal
    assert client.receive() == ("/", "sold", [item])
    count, first = client.ask("count", [ITEM, ITEM], {"a": 1})
    assert (count, first) == (2, {**ITEM, "price": 1.5, "until": None})
    assert shop.got[1] == ([Item(**ITEM)] * 2, {"a": 1}, None)
    assert shop.violations == []


@pytest.mark.parametrize(
    ("args", "path"),
    [
        ((), ""),
        (({},), "/items"),
        (({"items": [{**ITEM, "price": True}]},), "/items/0/price"),
        (({"items": [{"name": "tea", "price": 1}]},), "/items/0/itemName"),
        (({"items": [{**ITEM, "until": 7}]},), "/items/0/until"),
        (({"items": [], "note": 7},), "/note"),
        (({"items": [], "photo": "text"},), "/photo"),
        (({"items": [], "note": SECRET},), "/note"),
    ],
    ids=str,
)
def test_what_does_not_fit_is_rejected(
    args: Any, path: str, net: Any, shop: Shop, caplog: Any
) -> None:
    """By the document, or by a validator of a model; nothing of it is said again."""
    caplog.set_level(logging.DEBUG, "asyncapi_guard")
    client = net.client(net.serve(shop.app))
    (answer,) = client.ask("order", *args)
    assert code(answer) == REJECTED
    assert answer["error"]["problems"][0]["path"].startswith(path)
    assert shop.got == []
    assert SECRET not in json.dumps(answer) + caplog.text
    for bad in (([ITEM],), ([ITEM], {"a": "1"}), ([ITEM], {}, "1"), ([ITEM], {}, 1, 2)):
        assert code(client.ask("count", *bad)[0]) == REJECTED


def test_a_typed_connect_that_fails_rejects(net: Any, shop: Shop) -> None:
    """Fail closed: by the document, and by a validator."""
    client = net.client(net.serve(shop.app))
    for bad in (None, {}, {"token": "abc"}, {"token": SECRET}, "good"):
        rejection = client.enter("/locked", bad)
        assert code(rejection["data"]) == REJECTED
        assert SECRET not in json.dumps(rejection)
    assert client.enter("/locked", {"token": "good one"}) is None
    assert shop.got == [Auth(token="good one")]


def test_what_the_server_says_is_judged_too(net: Any, shop: Shop) -> None:
    """Acks of another model, and emits of wrong data."""
    client = net.client(net.serve(shop.app))
    assert code(client.ask("wrong")[0]) == FAULTY
    assert client.enter("/staff") is None
    assert client.ask("price", ITEM, namespace="/staff") == [1.5]
    assert code(client.ask("price", {}, namespace="/staff")[0]) == REJECTED
    for bad in ({}, Auth(token="good"), {**ITEM, "price": -1}, {**ITEM, "price": "cheap"}):
        with pytest.raises(EmitValidationError):
            shop.io.emit("sold", bad)
    shop.io.emit("sold", Item(**ITEM))
    assert client.receive() == ("/", "sold", [{**ITEM, "price": 1.5, "until": None}])
    shop.io.emit("closed", None)
    assert client.receive() == ("/", "closed", [])


def test_the_document_is_clean_and_true(net: Any, shop: Shop) -> None:
    """Strictly clean, loadable, and what went over the wire satisfies it."""
    document = shop.io.asyncapi_doc.dict()
    assert [str(finding) for finding in lint(document)] == []
    load(document)
    assert shop.io.asyncapi_doc.get_yaml() == Shop().io.asyncapi_doc.get_yaml()
    schemas = document["components"]["schemas"]
    assert sorted(schemas) == ["Auth", "Item", "Order", "Receipt"]
    assert schemas["Order"]["required"] == ["items"]
    events = {event["name"]: event for event in shop.io.get_agent_schema()["events"]}
    client = net.client(net.serve(shop.app))
    answer = client.ask("order", {"items": [ITEM], "note": "hello"})
    jsonschema.Draft7Validator(
        {**events["order"]["ack_schema"], "components": document["components"]}
    ).validate(answer[0])


@only_pydantic_2("is alone where it is installed itself")
def test_models_of_both_pydantics_stand_beside_each_other(net: Any) -> None:
    """Each handler, and each argument, has its own."""
    newer = pydantic.create_model("Item", value=(int, ...))
    app = Flask(__name__)
    io = AsyncAPISocketIO(app, async_mode="threading", typed=True)

    def both(old: Any, new: Any) -> Any:
        assert (type(old), type(new)) == (Item, newer)
        return {"old": old, "new": [new]}

    both.__annotations__ = {"old": Item, "new": newer, "return": Dict[str, Any]}
    io.on("both")(both)
    io.doc_emit("either", Item)
    io.doc_emit("either", newer)
    client = net.client(net.serve(app))
    assert client.ask("both", ITEM, {"value": 1}) == [
        {"old": {**ITEM, "price": 1.5, "until": None}, "new": [{"value": 1}]}
    ]
    assert code(client.ask("both", {"value": 1}, ITEM)[0]) == REJECTED
    io.emit("either", newer(value=1))
    assert client.receive()[2] == [{"value": 1}]
    io.emit("either", Item(**ITEM))
    assert client.receive()[2] == [{**ITEM, "price": 1.5, "until": None}]
    document = io.asyncapi_doc.dict()
    assert sorted(document["components"]["schemas"]) == ["Item", "Item_2"]
    assert [str(finding) for finding in lint(document)] == []

    def mixed(data: Any) -> None: ...

    mixed.__annotations__ = {"data": Tuple[Item, newer]}
    with pytest.raises(RegistrationError, match=r"mixed.*'data'.*"):
        io.on("mixed")(mixed)
