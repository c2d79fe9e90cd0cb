"""docs/explanation/architecture.md shows what is there."""

from __future__ import annotations

import importlib.util
import re
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pytest

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

ROOT = Path(__file__).parents[1]
PAGE = ROOT / "docs" / "explanation" / "architecture.md"

# -- the picture -----------------------------------------------------------------------------------


@pytest.fixture(scope="module")
def drawing() -> Any:
    """The script that draws the picture."""
    pytest.importorskip("grimp", reason="grimp reads the imports, and is not installed")
    spec = importlib.util.spec_from_file_location("picture", ROOT / "docs" / "picture.py")
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    return module


@pytest.fixture(scope="module")
def graph(drawing: Any) -> Any:
    return drawing.imports()


@pytest.fixture
def run(drawing: Any, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Callable[..., int]:
    """Runs the script on a copy of the page, some text of which is another one."""
    copy = tmp_path / "architecture.md"
    monkeypatch.setattr(drawing, "PAGE", copy)

    def run(*arguments: str, old: str = "", new: str = "") -> int:
        copy.write_text(PAGE.read_text(encoding="utf-8").replace(old, new, 1), encoding="utf-8")
        monkeypatch.setattr("sys.argv", ["picture.py", *arguments])
        return drawing.main()

    return run


def test_the_picture_is_up_to_date(run: Callable[..., int]) -> None:
    """Run `python docs/picture.py` after a change of what imports what."""
    assert run("--check") == 0


def test_a_picture_that_is_out_of_date_is_found(
    run: Callable[..., int], drawing: Any, capsys: pytest.CaptureFixture[str]
) -> None:
    """And says what to do; without `--check`, it is drawn again."""
    assert run("--check", old="--> cli", new="--> spec") == 1
    assert "run `python docs/picture.py`" in capsys.readouterr().err
    assert run(old="--> cli", new="--> spec") == 0
    assert drawing.PAGE.read_text(encoding="utf-8") == PAGE.read_text(encoding="utf-8")


def test_the_picture_names_what_there_is(drawing: Any, graph: Any) -> None:
    """Each label is that of a room, and each room is there, in or below a layer."""
    picture = str(drawing.Picture(graph, drawing.layers()))
    for child in graph.find_children("asyncapi_guard"):
        assert f"    {drawing._id(child.rpartition('.')[2])}" in picture
    missing = [label for label in drawing.LABELS.values() if f"<br/>{label}" not in picture]
    assert missing == []


class Imports:
    """What a picture asks of a graph of imports.

    Args:
        lines: `importer -> imported` each, below `asyncapi_guard`.
    """

    def __init__(self, *lines: str) -> None:
        pairs = [line.split(" -> ") for line in lines]
        self.pairs = {(f"asyncapi_guard.{a}", f"asyncapi_guard.{b}") for a, b in pairs}
        named = {name for pair in self.pairs for name in pair}
        self.modules = {
            ".".join(parts[:end])
            for parts in (name.split(".") for name in named)
            for end in range(1, len(parts) + 1)
        }

    def find_children(self, name: str) -> set[str]:
        return {each for each in self.modules if each.rpartition(".")[0] == name}

    def find_modules_directly_imported_by(self, name: str) -> set[str]:
        return {imported for importer, imported in self.pairs if importer == name}

    def chain_exists(self, importer: str, imported: str, *, as_packages: bool) -> bool:
        assert as_packages
        found = {each for each in self.modules if f"{each}.".startswith(f"{importer}.")}
        while more := {b for a, b in self.pairs if a in found} - found:
            found |= more
        return imported in found


def arrows(drawing: Any, *lines: str) -> list[str]:
    layers = ["cli", "integrations", "spec", "errors"]
    picture = str(drawing.Picture(Imports(*lines), layers))
    return [line.strip() for line in picture.splitlines() if "-->" in line]


def test_arrows_that_a_longer_way_makes_up_for_are_left_out(drawing: Any) -> None:
    """Those that are left lead to the same places."""
    lines = ["cli -> errors", "cli -> spec", "spec.loader -> errors", "integrations -> errors"]
    expected = ["cli --> spec", "integrations --> errors", "spec --> errors"]
    assert arrows(drawing, *lines) == expected


def test_rooms_within_are_shown(drawing: Any) -> None:
    """The packages within, the modules that these import, and all others as one."""
    lines = [
        "cli -> integrations.socketio",
        "integrations.socketio -> integrations.deciding.events",
        "integrations.deciding.events -> integrations.threads",
        "integrations.threads -> spec",
        "spec -> errors",
    ]
    assert arrows(drawing, *lines) == [
        "cli --> integrations",
        "integrations --> integrations_deciding",
        "integrations_deciding --> integrations_threads",
        "integrations_threads --> spec",
        "spec --> errors",
    ]


def test_a_circle_has_no_picture(drawing: Any) -> None:
    """It would have no order, and no arrow could be left out."""
    with pytest.raises(ValueError, match="cycle"):
        arrows(drawing, "cli -> spec", "spec -> errors", "errors -> cli")


# -- circles ---------------------------------------------------------------------------------------


def test_no_package_is_in_a_circle_with_its_modules(graph: Any) -> None:
    """Import-linter looks at what is in a package; this is about the package's own imports."""
    packages = [each for each in graph.modules if graph.find_children(each)]
    circles = [
        (package, imported)
        for package in packages
        for imported in graph.find_modules_directly_imported_by(package)
        if graph.chain_exists(importer=imported, imported=package)
    ]
    assert circles == []


# -- the list of modules ---------------------------------------------------------------------------


def listed() -> list[str]:
    """The files that the page lists, as paths."""
    page = PAGE.read_text(encoding="utf-8")
    block = page.partition("```text\nasyncapi_guard/\n")[2].partition("```")[0]
    return list(files_in(f"asyncapi_guard/\n{block}"))


def files_in(block: str) -> Iterator[str]:
    """The files in a list with a folder or some files in each line, indented as they lie."""
    folders: list[str] = []
    for line in block.splitlines():
        depth = (len(line) - len(line.lstrip())) // 2
        del folders[depth:]
        folder = re.match(r" *(\w+)/", line)
        if folder:
            folders.append(folder[1])
        else:
            yield from ("/".join([*folders, file]) for file in re.findall(r"\w+\.py\b", line))


def test_lists_are_read() -> None:
    """Folders within folders, and several files in a line."""
    block = "a/    text\n  b/\n    c.py   text\n    d/\n      e.py  f.py\n  g.py\n"
    assert list(files_in(block)) == ["a/b/c.py", "a/b/d/e.py", "a/b/d/f.py", "a/g.py"]


def test_each_module_is_listed_once() -> None:
    """All those that are there, and no others."""
    modules = (ROOT / "asyncapi_guard").rglob("*.py")
    names = [each.relative_to(ROOT).as_posix() for each in modules if each.name != "__init__.py"]
    assert sorted(listed()) == sorted(names)
