"""Models that lead to one another in long chains and rings import, and work with a server."""

from __future__ import annotations

import subprocess
import sys
from typing import TYPE_CHECKING, Any

import pytest

pytest.importorskip("datamodel_code_generator", reason="the extra `models` is not installed")

import pydantic
from flask import Flask
from test_models import document, generated, imported

from asyncapi_guard import AsyncAPISocketIO

if TYPE_CHECKING:
    from pathlib import Path


def stations(count: int, *, ring: bool, lists: bool = False) -> dict[str, Any]:
    """A document of so many types, each of which has the next."""

    def below(number: int) -> dict[str, Any]:
        after = {"$ref": f"#/components/schemas/Station{(number + 1) % count}"}
        return {"type": "array", "items": after} if lists else after

    schemas: dict[str, Any] = {
        f"Station{number}": {
            "type": "object",
            "properties": {"stop": {"type": "integer"}, "onward": below(number)},
        }
        for number in range(count)
    }
    if not ring:
        del schemas[f"Station{count - 1}"]["properties"]["onward"]
    return document({"$ref": "#/components/schemas/Station0"}, schemas, event="ride")


def _need(version: tuple[int, int]) -> None:
    """Skip a test where Pydantic is older."""
    major, minor = pydantic.VERSION.split(".")[:2]
    if (int(major), int(minor)) < version:
        pytest.skip(f"Pydantic {pydantic.VERSION} cannot build so many models")


@pytest.mark.parametrize("ring", [True, False], ids=["ring", "chain"])
@pytest.mark.parametrize("lists", [True, False], ids=["lists", "objects"])
@pytest.mark.parametrize("count", [24, 90, 200])
def test_many_types_in_a_row_import(count: int, ring: bool, lists: bool) -> None:
    """And are what they say, by those versions of Pydantic that docs/how-to/models.md names."""
    _need((2, 7) if count < 30 else (2, 11) if count < 100 or not ring else (2, 13))
    made = imported(generated(stations(count, ring=ring, lists=lists)))
    inner = {"stop": 2}
    journey = made.Station0.model_validate({"onward": [inner] if lists else inner})
    onward = journey.onward[0] if lists else journey.onward
    assert type(onward) is made.Station1
    assert onward.stop == 2
    last = getattr(made, f"Station{count - 1}")
    assert pydantic.TypeAdapter(last | int).validate_python({"stop": 3}) == last(stop=3)
    with pytest.raises(pydantic.ValidationError):
        made.Station7(stop="seven")


def test_the_usual_room_on_the_stack_is_left_as_it_was() -> None:
    before = sys.getrecursionlimit()
    _need((2, 11))
    made = imported(generated(stations(90, ring=True)))
    made.Station3(stop=1)
    assert sys.getrecursionlimit() == before


def test_short_rings_are_plain_models() -> None:
    assert "_Deep" not in generated(stations(20, ring=True)).files[""]


def test_a_package_has_them_in_common(tmp_path: Path) -> None:
    spec = stations(60, ring=True)
    spec["channels"]["other"] = {
        "address": "/other",
        "messages": {"walk": {"payload": {"$ref": "#/components/schemas/Station0"}}},
    }
    spec["operations"]["o"] = {"action": "receive", "channel": {"$ref": "#/channels/other"}}
    made = generated(spec, package=True)
    for name, text in made.files.items():
        (tmp_path / "models").mkdir(exist_ok=True)
        (tmp_path / "models" / name).write_text(text, encoding="utf-8")
    code = "from models.other import Station0; print(Station0(onward={'stop': 1}).onward.stop)"
    done = subprocess.run(
        [sys.executable, "-c", code], cwd=tmp_path, capture_output=True, text=True, check=True
    )
    assert done.stdout == "1\n"


ROW = {
    "objects": lambda after: {"type": "object", "properties": {"onward": after}},
    "lists": lambda after: {"type": "array", "items": after},
    "maps": lambda after: {"type": "object", "additionalProperties": after},
    "unions": lambda after: {"oneOf": [{"type": "string"}, {"type": "array", "items": after}]},
}


def ring_of(kind: str, count: int) -> dict[str, Any]:
    """A document of so many types of one kind, each of which has the next."""
    schemas = {
        f"Stop{number}": ROW[kind]({"$ref": f"#/components/schemas/Stop{(number + 1) % count}"})
        for number in range(count)
    }
    first = {"$ref": "#/components/schemas/Stop0"}
    return document(first, schemas, event="ride", ack=first)


@pytest.mark.parametrize(
    ("kind", "style"),
    [*((kind, "pydantic") for kind in ROW), ("objects", "dataclass"), ("objects", "typeddict")],
)
def test_a_server_takes_rings_of_hundreds_of_types(kind: str, style: str) -> None:
    """Registration follows them, and neither it nor an answer runs out of room."""
    _need((2, 13))
    spec = ring_of(kind, 300)
    made = imported(generated(spec, style=style))
    app = Flask(__name__)
    socketio = AsyncAPISocketIO(app, spec=spec, typed=True, async_mode="threading")

    def ride(stop: Any) -> Any:
        return stop

    ride.__annotations__ = {"stop": made.Stop0, "return": made.RideAck}
    socketio.on("ride")(ride)
    client = socketio.test_client(app)
    leaf = "end" if kind == "unions" else {} if kind in ("objects", "maps") else []
    value = {"onward": leaf} if kind in ("objects", "maps") else [leaf]
    assert client.emit("ride", value, callback=True) == value
    assert client.emit("ride", 7, callback=True)["error"]["code"] == "request_validation_error"


def test_long_chains_of_parts_are_followed_once() -> None:
    """Each part of a combination is looked at once, however many combinations it is in."""
    count = 40
    schemas: dict[str, Any] = {
        f"Layer{number}": {
            "allOf": [
                {"$ref": f"#/components/schemas/Layer{number + 1}"},
                {"type": "object", "properties": {f"p{number}": {"type": "integer"}}},
            ]
        }
        for number in range(count)
    }
    schemas[f"Layer{count}"] = {"type": "object", "properties": {"last": {"type": "string"}}}
    made = imported(generated(document({"$ref": "#/components/schemas/Layer0"}, schemas)))
    layer = made.Layer0(p0=1, p39=2, last="x")
    assert isinstance(layer, made.Layer40)
    with pytest.raises(pydantic.ValidationError):
        made.Layer0(p20="x")


def test_a_handler_gets_them() -> None:
    _need((2, 11))
    spec = stations(90, ring=True)
    made = imported(generated(spec))
    app = Flask(__name__)
    socketio = AsyncAPISocketIO(app, spec=spec, typed=True, async_mode="threading")
    got: list[Any] = []

    def ride(station: Any) -> None:
        got.append(station)

    ride.__annotations__ = {"station": made.Station0, "return": None}
    socketio.on("ride")(ride)
    client = socketio.test_client(app)
    client.emit("ride", {"onward": {"stop": 4}})
    assert got == [made.Station0(onward=made.Station1(stop=4))]
