"""Components are called as their types, whatever module and process these are in."""

from __future__ import annotations

import datetime as dt
import enum
import os
import subprocess
import sys
from typing import TYPE_CHECKING, Annotated, Any, Optional

import pytest
from pydantic import BaseModel, ConfigDict, Field, computed_field, create_model

from asyncapi_guard.codefirst.components import components_of
from asyncapi_guard.codefirst.hints import read_hint
from asyncapi_guard.spec.ids import Names

if TYPE_CHECKING:
    from pathlib import Path

    from asyncapi_guard.codefirst.components import Direction

# ruff: noqa: UP045  # types that are made at run time


class Inner(BaseModel):
    x: int


class Outer(BaseModel):
    inner: Inner


class Shape(BaseModel):
    side: float

    @computed_field
    def area(self) -> float:
        return self.side**2


class Drawing(BaseModel):
    """Differs both ways because a shape does."""

    shapes: list[Shape] = []
    within: Optional[Drawing] = None


def of(*hints: tuple[Any, Direction], taken: tuple[str, ...] = ()) -> tuple[list[Any], Any]:
    """The schemas, in order, and the components."""
    names = Names()
    for name in taken:
        names.take(name)
    schemas, components = components_of(
        [(str(i), way, read_hint(type, "here")) for i, (type, way) in enumerate(hints)], names
    )
    return [schemas[str(i)] for i in range(len(hints))], components


def ref(name: str) -> dict[str, str]:
    return {"$ref": f"#/components/schemas/{name}"}


def test_nothing_has_no_components() -> None:
    """And scalars have none."""
    assert of() == ([], {})
    assert of((int, "validation")) == ([{"type": "integer"}], {})


def test_directions_that_say_the_same_are_one() -> None:
    """Also those that differ only by the names of others that are one."""
    schemas, components = of((Outer, "validation"), (list[Outer], "serialization"))
    assert schemas == [ref("Outer"), {"type": "array", "items": ref("Outer")}]
    assert list(components) == ["Inner", "Outer"]


def test_directions_that_differ_stay_two() -> None:
    """And so do those that refer to them, to themselves as well."""
    schemas, components = of((Drawing, "validation"), (Drawing, "serialization"))
    assert schemas == [ref("Drawing-Input"), ref("Drawing-Output")]
    assert sorted(components) == ["Drawing-Input", "Drawing-Output", "Shape-Input", "Shape-Output"]
    output = components["Drawing-Output"]["properties"]
    assert output["shapes"]["items"] == ref("Shape-Output")
    assert output["within"]["anyOf"][0] == ref("Drawing-Output")


def test_one_direction_needs_no_word_for_it() -> None:
    """A model that is only sent has its name."""
    schemas, components = of((Shape, "serialization"))
    assert schemas == [ref("Shape")]
    assert "area" in components["Shape"]["properties"]


def test_names_that_are_taken_are_numbered() -> None:
    """In the order in which hints come by the types."""
    one, two, three = (create_model("Same", **{name: (int, ...)}) for name in "abc")
    schemas, components = of(
        (three, "validation"), (list[one], "serialization"), (two, "validation"), taken=("Same",)
    )
    assert schemas[0] == ref("Same_2")
    assert schemas[1]["items"] == ref("Same_3")
    assert [list(schema["properties"]) for schema in components.values()] == [["c"], ["a"], ["b"]]


def test_types_of_one_name_that_say_the_same_are_one() -> None:
    """A module that is loaded twice has two of everything."""
    one, two = (create_model("Same", a=(int, ...)) for _ in "ab")
    around = (create_model("Around", same=(same, ...)) for same in (one, two))
    schemas, components = of(*((each, "validation") for each in around))
    assert schemas == [ref("Around"), ref("Around")]
    assert list(components) == ["Around", "Same"]


def test_numbers_are_no_truth_values() -> None:
    """Though they are equal to Python."""
    one, two = (create_model("Same", a=(int, each)) for each in (1, True))
    assert list(of((one, "validation"), (two, "validation"))[1]) == ["Same", "Same_2"]


def test_two_directions_of_two_types_of_one_name() -> None:
    """All four have names."""

    def made(factor: int) -> Any:
        class Same(BaseModel):
            side: float

            @computed_field(description=f"{factor}")
            def more(self) -> float:
                return self.side * factor

        return Same

    one, two = made(1), made(2)
    schemas, _ = of(
        *((kind, way) for way in ("validation", "serialization") for kind in (one, two))
    )  # type: ignore[arg-type]
    assert schemas == [ref("Same-Input"), *map(ref, ("Same-Input", "Same-Output", "Same-Output_2"))]


def test_what_is_generated_is_nobodys_but_the_callers() -> None:
    """Data in it is no model's."""
    examples: list[Any] = [{"x": [1]}]
    model = create_model("M", __base__=BaseModel)
    model.model_config["json_schema_extra"] = {"examples": examples}
    model.model_rebuild(force=True)
    of((model, "validation"))[1]["M"]["examples"][0]["x"].append(2)
    assert examples == [{"x": [1]}]


# -- the same everywhere ---------------------------------------------------------------------------

OTHER = """
import dataclasses, enum, typing
from pydantic import BaseModel
from typing_extensions import TypeAliasType, TypedDict

T = typing.TypeVar("T")

class Address(BaseModel):
    host: str

@dataclasses.dataclass
class Point:
    far: int

class Song(TypedDict):
    other: str

class Mark(enum.Enum):
    far = "far"

class Item(BaseModel):
    far: int

class Page(BaseModel, typing.Generic[T]):
    items: list[T]
    total: int

class Pair(typing.NamedTuple):
    far: int
    away: str

Alias = TypeAliasType("Alias", "int | list[Alias]")
"""
APPLICATION = """
import dataclasses, enum, sys, typing
import OTHER as other
from pydantic import BaseModel, Field
from typing_extensions import TypeAliasType, TypedDict
from asyncapi_guard import AsyncAPISocketIO

T = typing.TypeVar("T")

class Address(BaseModel):
    street: str
    tags: set[str] = {"red", "green", "blue", "white", "black"}
    words: frozenset[str] | None = frozenset(("a", "b", "c", "d", "e"))

@dataclasses.dataclass
class Point:
    x: int = 0

class Song(TypedDict):
    title: str

class Mark(enum.Enum):
    X = "X"

class Item(BaseModel):
    address: Address

class Page(BaseModel, typing.Generic[T]):
    items: list[T]

class Pair(typing.NamedTuple):
    left: int
    right: Mark

class Outer:
    class Address(BaseModel):
        inner: int

Alias = TypeAliasType("Alias", "str | list[Alias]")

io = AsyncAPISocketIO()
TYPES = (Address, Point, Song, Mark, Item, Page[Item], Page[other.Item], Page[list[Address]], Alias,
         Pair, Outer.Address, dict[str, Page[int]])
FAR = ("Address", "Point", "Song", "Mark", "Item", "Alias", "Pair")
for number, type in enumerate((*TYPES, *(getattr(other, name) for name in FAR),
                               other.Page[Item], other.Page[other.Item])):
    def handler(first: type, second: int) -> list[type]: ...
    io.on(f"e{number}", get_from_typehint=True)(handler)
    io.doc_emit(f"s{number}", list[type])

if __name__ == "__main__":
    sys.stdout.buffer.write(io.asyncapi_doc.get_yaml().encode())
"""
NAMES = [
    *("Address", "Address_2", "Address_3", "Alias", "Alias_2", "Item", "Item_2", "Mark", "Mark_2"),
    *("Page_Item", "Page_Item_2", "Page_Item_3", "Page_Item_4", "Page_int", "Page_list_Address"),
    *("Pair", "Pair_2", "Point", "Point_2", "Song", "Song_2"),
]


def written(folder: Path, program: str, *, other: str, seed: str) -> str:
    (folder / f"{other}.py").write_text(OTHER, encoding="utf-8")
    (folder / "application.py").write_text(APPLICATION.replace("OTHER", other), encoding="utf-8")
    done = subprocess.run(
        [sys.executable, *program.split(maxsplit=1)],
        cwd=folder,
        env={**os.environ, "PYTHONHASHSEED": seed},
        capture_output=True,
        encoding="utf-8",
        check=True,
    )
    return done.stdout


@pytest.fixture(scope="module")
def text(tmp_path_factory: pytest.TempPathFactory) -> str:
    return written(tmp_path_factory.mktemp("first"), "application.py", other="other", seed="0")


def test_names_are_the_types_names(text: str) -> None:
    """Of models, dataclasses, typed dictionaries, enumerations, aliases and generics."""
    import yaml

    document = yaml.safe_load(text)
    assert list(document["components"]["schemas"]) == sorted(NAMES)
    schemas = document["components"]["schemas"]
    assert list(schemas["Address"]["properties"]) == ["street", "tags", "words"]
    assert list(schemas["Address_2"]["properties"]) == ["inner"]
    assert list(schemas["Address_3"]["properties"]) == ["host"]


@pytest.mark.parametrize(
    "seed", ["1", *(pytest.param(seed, marks=pytest.mark.slow) for seed in ("42", "4711"))]
)
def test_modules_and_processes_leave_no_trace(text: str, tmp_path: Path, seed: str) -> None:
    """Run as a script or imported, beside a module of another name, under any hash seed."""
    program = (
        "-c import sys, application; "
        "sys.stdout.buffer.write(application.io.asyncapi_doc.get_yaml().encode())"
    )
    assert written(tmp_path, program, other=f"z_far_{seed}", seed=seed) == text


class Lap(BaseModel):
    """Sends seconds, and takes what Pydantic takes durations for."""

    model_config = ConfigDict(ser_json_timedelta="float")

    took: dt.timedelta


def test_durations_are_numbers_where_a_model_sends_numbers() -> None:
    """The schema says what goes over the wire, which is the model's choice."""
    _, components = of((Lap, "validation"), (Lap, "serialization"))
    taken = components["Lap-Input"]["properties"]["took"]
    sent = components["Lap-Output"]["properties"]["took"]
    assert (taken["type"], sent["type"]) == ("string", "number")
    assert read_hint(Lap, "here").dump(Lap(took=dt.timedelta(seconds=1.5))) == {"took": 1.5}


class Floor(enum.IntEnum):
    GROUND = 0
    FIRST = 1


class House(BaseModel):
    best: Floor
    rooms: dict[Floor, int]


def test_names_of_properties_are_texts() -> None:
    """Also where they are the numbers of an enumeration."""
    _, components = of((House, "validation"), (House, "serialization"))
    names = {"enum": ["0", "1"]}
    rooms = components["House"]["properties"]["rooms"]
    assert rooms.get("propertyNames", names) == names  # old versions of Pydantic say nothing
    assert components["Floor"]["enum"] == [0, 1]
    house = read_hint(House, "here").construct({"best": 1, "rooms": {"0": 3}})
    assert house.rooms == {Floor.GROUND: 3}
    assert read_hint(House, "here").dump(house) == {"best": 1, "rooms": {"0": 3}}
    (schema,), components = of((dict[Floor, int], "validation"))
    assert (schema.get("propertyNames", names), components) == (names, {})


def test_a_pattern_of_keys_is_one_of_all_keys() -> None:
    """What does not match it is no key, and not a key of anything."""
    key = Annotated[str, Field(pattern="^a+$")]
    (schema,), _ = of((dict[key, int], "validation"))  # type: ignore[valid-type]
    assert schema == {
        "type": "object",
        "propertyNames": {"pattern": "^a+$"},
        "additionalProperties": {"type": "integer"},
    }
