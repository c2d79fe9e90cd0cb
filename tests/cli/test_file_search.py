"""Arguments to files."""

from __future__ import annotations

import json
import os
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from asyncapi_guard.cli.file_search import NothingToCheck, collect, is_document, usual_files, walk

DOCUMENT = "asyncapi: 3.1.0\n"


@pytest.fixture(autouse=True)
def folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """An empty working folder."""
    monkeypatch.chdir(tmp_path)
    return tmp_path


def write(*names: str, text: str = DOCUMENT) -> None:
    for name in names:
        path = Path(name)
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(text, encoding="utf-8")


def collected(*arguments: str, exclude: tuple[str, ...] = ()) -> list[str]:
    return [Path(name).as_posix() for name in collect(arguments, lambda _: exclude)]


def test_files_are_taken_as_they_are() -> None:
    """Whoever names a file means it: whatever it is called, says, or whether it is there."""
    write("notes.txt", text="")
    assert collected("notes.txt", "nowhere.yml") == ["notes.txt", "nowhere.yml"]


def test_folders_are_searched_for_documents() -> None:
    """YAML and JSON files with an `asyncapi` key count, at any depth, sorted."""
    write("specs/b.yml", "specs/a.YAML", "specs/deep/er/c.yml")
    write("specs/d.json", text='{"asyncapi": "3.1.0"}')
    write("specs/user.yml", text="type: object\n")
    write("specs/readme.md")
    assert collected("specs") == [
        "specs/a.YAML",
        "specs/b.yml",
        "specs/d.json",
        "specs/deep/er/c.yml",
    ]


def test_nobody_keeps_documents_there() -> None:
    """Hidden folders, node_modules and virtual environments are not searched, unless named."""
    write("a/ok.yml", "a/.git/x.yml", "a/node_modules/m/x.yml", "a/env/x.yml", "a/env/pyvenv.cfg")
    assert collected("a") == ["a/ok.yml"]
    assert collected("a/.git") == ["a/.git/x.yml"]


def test_links_in_a_circle_end() -> None:
    """A folder is searched once, by however many names it can be reached."""
    write("a/b/x.yml")
    Path("a/b/up").symlink_to(Path("a").absolute(), target_is_directory=True)
    Path("a/again").symlink_to(Path("a/b").absolute(), target_is_directory=True)
    assert len(collected("a")) == 1


def test_a_link_to_a_folder_is_followed() -> None:
    """Documents behind a link count as those beside it."""
    write("shared/x.yml")
    Path("a").mkdir()
    Path("a/link").symlink_to(Path("shared").absolute(), target_is_directory=True)
    assert collected("a") == ["a/link/x.yml"]


def test_a_link_to_nowhere_is_not_passed_over() -> None:
    """A document that cannot be read is no document that is fine."""
    write("a/ok.yml")
    Path("a/gone.yml").symlink_to("nowhere.yml")
    assert collected("a") == ["a/gone.yml", "a/ok.yml"]


@pytest.mark.skipif(not hasattr(os, "mkfifo"), reason="there are no pipes here")
def test_pipes_are_no_documents() -> None:
    """Opening a pipe would wait for ever."""
    write("a/ok.yml")
    os.mkfifo("a/pipe.yml")
    assert collected("a") == ["a/ok.yml"]


@pytest.mark.parametrize(
    ("glob", "expected"),
    [
        ("specs/*.yml", ["specs/a.yml", "specs/user.yml"]),
        ("specs/**/*.yml", ["specs/a.yml", "specs/deep/b.yml", "specs/user.yml"]),
        ("**/b.yml", ["specs/deep/b.yml"]),
        ("sp*/?.yml", ["specs/a.yml"]),
        ("s*", ["specs/a.yml", "specs/deep/b.yml"]),
        ("./specs/[ab].yml", ["specs/a.yml"]),
        ("specs/../specs/a.*", ["specs/../specs/a.yml"]),
    ],
)
def test_globs(glob: str, expected: list[str]) -> None:
    """A glob names files as a shell would, and folders that are searched."""
    write("specs/a.yml", "specs/deep/b.yml", "specs/a.txt")
    write("specs/user.yml", text="type: object\n")
    assert collected(glob) == expected


def test_absolute_globs(folder: Path) -> None:
    """A glob may begin at the root of the file system."""
    write("specs/a.yml")
    assert collected(f"{folder}/sp*/*.yml") == [(folder / "specs/a.yml").as_posix()]


def test_a_name_that_looks_like_a_glob() -> None:
    """A file with brackets in its name is a file."""
    write("a[1].yml", "a1.yml")
    assert collected("a[1].yml") == ["a[1].yml"]


def test_each_file_once() -> None:
    """However a file is named, it is checked once, where it was named first."""
    write("specs/a.yml", "specs/b.yml")
    names = collected("specs/b.yml", "specs", "./specs/a.yml", "specs/../specs/b.yml", "specs/*")
    assert names == ["specs/b.yml", "specs/a.yml"]


@pytest.mark.parametrize("argument", ["empty", "*.yml", "nowhere/*.yml"])
def test_nothing_is_an_error(argument: str) -> None:
    """A folder without documents, or a glob without files, is a mistake: nothing was checked."""
    Path("empty").mkdir()
    with pytest.raises(NothingToCheck) as caught:
        collected(argument)
    assert caught.value.exit_code == 2
    assert repr(argument) in caught.value.message


def test_exclude(folder: Path) -> None:
    """Files and folders that match are left out of folders and globs, not when they are named."""
    write("a/x.yml", "a/old/y.yml", "a/old/deep/z.yml")
    exclude = (f"{folder.as_posix()}/**/old",)
    assert collected("a", exclude=exclude) == ["a/x.yml"]
    assert collected("a/**/*.yml", exclude=exclude) == ["a/x.yml"]
    assert collected("a/old/y.yml", exclude=exclude) == ["a/old/y.yml"]


def test_a_folder_that_may_not_be_read(monkeypatch: pytest.MonkeyPatch) -> None:
    """What was not looked at is not clean."""
    write("a/x.yml", "a/secret/y.yml")
    scandir = os.scandir

    def refuse(path: Path) -> object:
        if path.name == "secret":
            raise PermissionError(13, "Permission denied")
        return scandir(path)

    monkeypatch.setattr(os, "scandir", refuse)
    with pytest.raises(NothingToCheck, match=r"cannot read the directory .*: Permission denied"):
        collected("a")


def test_a_folder_that_is_gone() -> None:
    """A folder that vanishes while it is searched is said to be unreadable."""
    with pytest.raises(NothingToCheck, match="cannot read the directory 'nowhere'"):
        list(walk(Path("nowhere")))


def test_usual_files(folder: Path) -> None:
    """`asyncapi.yml` and its like here, and the documents in `specs/`."""
    assert usual_files(Path()) == []
    write("asyncapi.yml", "asyncapi.json", "specs/a.yml", "other.yml")
    write("specs/user.yml", text="type: object\n")
    assert usual_files(Path()) == ["asyncapi.yml", "asyncapi.json", str(Path("specs/a.yml"))]
    assert len(usual_files(Path(), (f"{folder.as_posix()}/specs",))) == 2


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("asyncapi: 3.1.0\n", True),
        ("# a comment\n---\ninfo: {}\nasyncapi: 3.1.0\n", True),
        ('"asyncapi": 3.1.0\n', True),
        ("asyncapi:\n  3.1.0\n", True),
        ("x:\n  asyncapi: 3.1.0\n", False),
        ("asyncapi-version: 3\n", False),
        ("text: asyncapi\n", False),
        ('{"asyncapi": "3.1.0"}', True),
        ('{"info": {"title": "}"}, "asyncapi": "3.1.0"}', True),
        ('{"a": {"asyncapi": "3.1.0"}}', False),
        ('{"a": "asyncapi: 3"}', False),
        ('[{"asyncapi": "3.1.0"}]', False),
        ("{asyncapi: 3.1.0}", True),
        ("", False),
        ("\ufeffasyncapi: 3.1.0\n", True),
    ],
)
def test_is_document(text: str, expected: bool) -> None:
    """`asyncapi` must be a key of the whole, in block or flow style."""
    write("x.yml", text=text)
    assert is_document(Path("x.yml")) is expected
    Path("x.yml").write_bytes(text.encode("utf-16"))
    assert is_document(Path("x.yml")) is expected


JSON = st.recursive(
    st.none() | st.integers() | st.text(),
    lambda inner: (
        st.lists(inner, max_size=3)
        | st.dictionaries(st.sampled_from(["asyncapi", "a", '"{']), inner, max_size=3)
    ),
    max_leaves=8,
)


@given(JSON, st.sampled_from([None, 2]))
def test_json_documents(
    tmp_path_factory: pytest.TempPathFactory, data: object, indent: int
) -> None:
    """Of any JSON text, it is told whether it is an object with the key `asyncapi`."""
    file = tmp_path_factory.getbasetemp() / "x.json"
    file.write_text(json.dumps(data, indent=indent), encoding="utf-8")
    assert is_document(file) == (isinstance(data, dict) and "asyncapi" in data)
