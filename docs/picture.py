"""The picture in architecture.md, drawn from the imports of the package.

    python docs/picture.py           draws it
    python docs/picture.py --check   exits with 1 where it is out of date

The picture shows rooms: the packages and modules of `asyncapi_guard`, from the layers that
pyproject.toml names. An arrow from one room to another means that it imports it. Where a way by
other rooms leads there as well, the arrow is left out.
"""

from __future__ import annotations

import argparse
import sys
from graphlib import TopologicalSorter
from pathlib import Path
from typing import TYPE_CHECKING

import grimp

try:
    import tomllib
except ModuleNotFoundError:  # before Python 3.11
    import tomli as tomllib

if TYPE_CHECKING:
    from collections.abc import Iterator

ROOT = Path(__file__).parents[1]
PAGE = ROOT / "docs" / "explanation" / "architecture.md"
PACKAGE = "asyncapi_guard"
BEGIN, END = "<!-- begin: docs/picture.py -->\n", "<!-- end: docs/picture.py -->\n"

#: What a room is for, in one short line. A room without one shows its name alone.
LABELS = {
    "__main__": "python -m asyncapi_guard",
    "cli": "the commands",
    "doctor": "finds unguarded traffic",
    "drift": "compares code with its document",
    "lsp": "the language server, for editors",
    "testing": "guarded clients and mocks for your tests",
    "mock": "a server for a document",
    "contract_tests": "tests a running server",
    "security": "ready verifiers",
    "console": "pages about a document",
    "integrations": "Socket.IO and Flask",
    "codegen": "code from documents",
    "coverage": "coverage of a document",
    "pytest_plugin": "coverage of test runs",
    "compatibility": "compares versions of documents",
    "codefirst": "documents from type hints",
    "lint": "findings about documents",
    "spec": "loads and edits documents",
    "guard": "validates traffic",
    "schema": "JSON Schema, two engines",
    "metrics": "Prometheus and OpenTelemetry",
    "values": "values for tests and mocks",
    "violation_log": "logs violations to files",
    "learning": "documents from traffic",
    "usage": "counts what clients use",
    "process_files": "a file for each process",
    "contract": "the meaning of a document",
    "errors": "the exceptions",
    "violations": "descriptions of violations",
    "renamed": "old names that still work",
    "extras": "the error for a missing extra",
    "project_urls": "addresses of the project",
    "integrations.threads": "adapters for threads",
    "integrations.aio": "adapters for asyncio",
    "integrations.deciding": "decisions, without sending",
    "integrations.application": "error handlers of applications",
    "integrations.handlers": "the handlers of a server",
    "integrations.replacing": "replaces and restores methods",
    "integrations.recording": "counters and log",
    "integrations.watching": "reloads changed files",
    "integrations.wire": "packets and JSON",
    "integrations.handshake": "the handshake of a client",
}
#: Packages of which the picture shows the packages within.
OPENED = ("integrations",)


class Picture:
    """The picture, as a Mermaid flowchart.

    Args:
        graph: the imports of the package.
        layers: its packages and modules, from high to low.
    """

    def __init__(self, graph: grimp.ImportGraph, layers: list[str]) -> None:
        self._graph = graph
        self._layers = layers
        self._opened = {name: self._rooms_within(name) for name in OPENED}
        #: What each room imports directly.
        self._imports: dict[str, set[str]] = {}
        for module in graph.modules - {PACKAGE}:
            room = self._room_of(module)
            others = map(self._room_of, graph.find_modules_directly_imported_by(module) - {PACKAGE})
            self._imports.setdefault(room, set()).update({*others} - {room})
        TopologicalSorter(self._imports).prepare()  # a circle has no order, and raises
        self._rooms = sorted(self._imports, key=self._rank)

    def __str__(self) -> str:
        arrows = [f"    {_id(room)} --> {_id(other)}" for room, other in self._arrows()]
        return "\n".join(["```mermaid", "flowchart TD", *self._boxes(), *arrows, "```", ""])

    # -- rooms -------------------------------------------------------------------------------------

    def _rooms_within(self, name: str) -> set[str]:
        """The packages within a package, and the modules that these import."""
        children = self._graph.find_children(f"{PACKAGE}.{name}")
        packages = {child for child in children if self._graph.find_children(child)}
        return packages | {
            child
            for child in children - packages
            if any(self._reaches(package, child) for package in packages)
        }

    def _reaches(self, package: str, module: str) -> bool:
        return self._graph.chain_exists(importer=package, imported=module, as_packages=True)

    def _room_of(self, module: str) -> str:
        _, name, *below = module.split(".")
        child = ".".join((PACKAGE, name, *below[:1]))
        return child.removeprefix(f"{PACKAGE}.") if child in self._opened.get(name, ()) else name

    def _rank(self, room: str) -> tuple[int, int, str]:
        """What sorts rooms from high to low: who imports a room reaches more than that does."""
        return self._layers.index(_layer(room)), -len(self._reached({room})), room

    # -- arrows ------------------------------------------------------------------------------------

    def _arrows(self) -> Iterator[tuple[str, str]]:
        """The imports between rooms, but for those that lead where a longer way leads as well."""
        for room in self._rooms:
            direct = self._imports[room]
            for other in sorted(direct, key=self._rank):
                if other not in self._reached(direct - {other}):
                    yield room, other

    def _reached(self, rooms: set[str]) -> set[str]:
        """Rooms, and what they import by any way."""
        found: set[str] = set()
        waiting = list(rooms)
        for room in waiting:  # it grows
            if room not in found:
                found.add(room)
                waiting.extend(self._imports[room])
        return found

    # -- boxes -------------------------------------------------------------------------------------

    def _boxes(self) -> Iterator[str]:
        for layer in self._layers:
            rooms = [room for room in self._rooms if _layer(room) == layer]
            if len(rooms) == 1:
                yield f"    {_box(layer, _name(layer))}"
                continue
            yield f'    subgraph {_id(layer)}_rooms["{layer}/"]'
            for room in rooms:
                name = f"{layer}/*.py" if room == layer else _name(room)
                yield f"        {_box(room, name)}"
            yield "    end"


def _box(room: str, name: str) -> str:
    lines = [f"<b>{name}</b>", *([LABELS[room]] if room in LABELS else [])]
    return f'{_id(room)}["{"<br/>".join(lines)}"]'


def _name(room: str) -> str:
    """The name of a room in its package, as a folder lists it."""
    is_package = (ROOT / PACKAGE / room.replace(".", "/")).is_dir()
    return room.rpartition(".")[2] + ("/" if is_package else "")


def _layer(room: str) -> str:
    return room.partition(".")[0]


def _id(room: str) -> str:
    return room.strip("_").replace(".", "_")


def layers() -> list[str]:
    """The packages and modules of the package from high to low, as pyproject.toml has them."""
    settings = tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))
    contracts = settings["tool"]["importlinter"]["contracts"]
    (rows,) = [each["layers"] for each in contracts if each.get("containers") == [PACKAGE]]
    return [name.strip(" ()") for row in rows for name in row.split("|")]


def imports() -> grimp.ImportGraph:
    """The imports of the package, of this folder and no other one."""
    sys.path.insert(0, str(ROOT))
    return grimp.build_graph(PACKAGE, exclude_type_checking_imports=False, cache_dir=None)


def with_picture(page: str, picture: str) -> str:
    """A page with this picture in the place of its own."""
    before, rest = page.split(BEGIN)
    _, after = rest.split(END)
    return before + BEGIN + picture + END + after


def main() -> int:
    """Draw the picture, or check that it is up to date."""
    parser = argparse.ArgumentParser(
        description="Draw the picture in docs/explanation/architecture.md."
    )
    parser.add_argument("--check", action="store_true", help="change nothing; exit with 1 instead")
    arguments = parser.parse_args()
    page = PAGE.read_text(encoding="utf-8")
    new = with_picture(page, str(Picture(imports(), layers())))
    if new == page:
        return 0
    if arguments.check:
        print(f"{PAGE}: the picture is out of date; run `python docs/picture.py`", file=sys.stderr)
        return 1
    PAGE.write_text(new, encoding="utf-8")
    return 0


if __name__ == "__main__":
    sys.exit(main())
