"""What globs match."""

from __future__ import annotations

from fnmatch import fnmatchcase
from types import SimpleNamespace

import pytest
from hypothesis import given
from hypothesis import strategies as st

from asyncapi_guard.lint.globs import absolute_glob, comparable, escape, is_glob, matches


@pytest.mark.parametrize(
    ("glob", "name", "expected"),
    [
        ("*.yml", "a.yml", True),
        ("*.yml", "a/b.yml", False),
        ("*.yml", "a.yml/b", False),
        ("**/*.yml", "a.yml", True),
        ("**/*.yml", "a/b/c.yml", True),
        ("**/*.yml", "a.yml/b", False),
        ("**/*.yml", "a.yml/b.yml", True),
        ("a/**/c.yml", "a/c.yml", True),
        ("a/**/c.yml", "a/b/b/c.yml", True),
        ("a/**/c.yml", "ab/c.yml", False),
        ("a/**", "a/b/c", True),
        ("a/**", "a", False),
        ("a/*", "a/b/c", False),
        ("a/", "a/b/c", True),
        ("a/", "b/a/c", False),
        ("**", "a/b", True),
        ("**/*", "a/b", True),
        ("*", "a", True),
        ("*", "a/b", False),
        ("a", "a", True),
        ("a", "b/a", False),
        ("a", "a/b", False),
        ("a**.yml", "ab/c.yml", False),
        ("a**.yml", "abc.yml", True),
        ("?.yml", "a.yml", True),
        ("a?b", "a/b", False),
        ("[ab].yml", "b.yml", True),
        ("[!ab].yml", "b.yml", False),
        ("[a-c]/x", "b/x", True),
        ("[]a]", "]", True),
        ("[[]", "[", True),
        (r"\*", "*", True),
        (r"\*", "a", False),
        ("!a", "!a", True),
        ("#a", "#a", True),
        ("a.yml", "aXyml", False),
        ("a.yml", "A.yml", False),
        ("/r/*.yml", "/r/a.yml", True),
        ("/r/*.yml", "r/a.yml", False),
        ("//host/share/*", "//host/share/b", True),
        ("C:/r/**/a.yml", "C:/r/a.yml", True),
        ("", "a", False),
    ],
)
def test_globs(glob: str, name: str, expected: bool) -> None:
    """A glob matches a whole name; stars stop at slashes, two of them between slashes do not."""
    assert matches(glob, name) is expected


@pytest.mark.parametrize("glob", ["[z-a]", "\\", "[a--b]"])
def test_what_is_no_glob_matches_nothing(glob: str) -> None:
    """A mistake is no error, and no warning of Python's."""
    assert not any(matches(glob, name) for name in ("a", "b", "-", glob))


def meant(glob: list[str], name: list[str]) -> bool:
    """What a glob means, part by part, as the documentation says it."""
    if not glob or not name:
        return not glob and not name
    if glob[0] == "**":
        rest = glob[1:] or ["*"]
        return any(meant(rest, name[index:]) for index in range(len(name)))
    return fnmatchcase(name[0], glob[0]) and meant(glob[1:], name[1:])


@given(
    st.lists(
        st.sampled_from(["*", "**", "a", "b", "a*", "**b", "a**", "*.yml", "?", "[ab]", "[!a]"]),
        min_size=1,
        max_size=5,
    ),
    st.lists(st.sampled_from(["a", "b", "ab", "a.yml", ".h"]), min_size=1, max_size=5),
)
def test_globs_mean_what_the_documentation_says(glob: list[str], name: list[str]) -> None:
    """However the parts are combined."""
    assert matches("/".join(glob), "/".join(name)) is meant(glob, name)


FOLDERS = st.text(st.characters(exclude_categories=["C", "Z"]))


@given(FOLDERS)
def test_an_escaped_name_matches_itself(name: str) -> None:
    """`escape` gives a glob for a text, and no other text."""
    glob = f"/{escape(name)}/*"
    assert matches(glob, f"/{name}/a")
    assert not matches(glob, f"/{name}x/a")


@given(FOLDERS)
def test_globs_below_any_folder(name: str) -> None:
    """A folder's name has no special characters for what is relative to it."""
    folder = comparable(name, "/repo")
    assert matches(absolute_glob("*.yml", folder), comparable("a/b.yml", folder))
    assert not matches(absolute_glob("./*.yml", folder), comparable("a/b.yml", folder))


@given(st.text("ab*?[]!-/\\^ ", max_size=12), st.text("ab/]!-", max_size=8))
def test_any_glob_is_a_pattern(glob: str, name: str) -> None:
    """No text breaks the translation, and what has no special characters means itself."""
    match = matches(glob, name)
    if glob and not (is_glob(glob) or "\\" in glob or glob.endswith((" ", "/"))):
        assert match == (glob == name)


@pytest.mark.parametrize(
    ("glob", "expected"),
    [
        ("*.yml", "/repo/**/*.yml"),
        ("./*.yml", "/repo/*.yml"),
        ("../specs/*.yml", "/specs/*.yml"),
        ("a/", "/repo/a/**"),
        ("/other/*.yml", "/other/*.yml"),
    ],
)
def test_absolute_globs(glob: str, expected: str) -> None:
    """Globs of a configuration are relative to its folder."""
    assert absolute_glob(glob, "/repo") == expected


def test_comparable() -> None:
    """Names are made comparable by text alone."""
    assert comparable("a/../b.yml", "/repo") == "/repo/b.yml"
    assert comparable("/x/b.yml", "/repo") == "/x/b.yml"
    assert comparable("./a.yml") == "a.yml"


@pytest.mark.parametrize(
    ("name", "folder", "expected"),
    [
        ("a\\b.yml", "C:\\repo", "C:/repo/a/b.yml"),
        ("..\\b.yml", "C:\\repo\\sub", "C:/repo/b.yml"),
        ("D:\\x\\b.yml", "C:\\repo", "D:/x/b.yml"),
        ("\\\\host\\share\\b.yml", "C:\\repo", "//host/share/b.yml"),
        ("a/b.yml", "", "a/b.yml"),
    ],
)
def test_comparable_on_windows(
    monkeypatch: pytest.MonkeyPatch, name: str, folder: str, expected: str
) -> None:
    """Backslashes are slashes there, and what has a drive of its own is below no folder."""
    monkeypatch.setattr("asyncapi_guard.lint.globs.os", SimpleNamespace(sep="\\"))
    assert comparable(name, folder) == expected


@pytest.mark.parametrize(
    ("glob", "folder", "expected"),
    [
        ("specs\\*.yml", "C:\\repo", "C:/repo/specs/*.yml"),
        ("*.yml", "C:\\a [1]", "C:/a \\[1]/**/*.yml"),
        ("D:/x/*.yml", "C:\\repo", "D:/x/*.yml"),
    ],
)
def test_absolute_globs_on_windows(
    monkeypatch: pytest.MonkeyPatch, glob: str, folder: str, expected: str
) -> None:
    """There, backslashes in globs are slashes, too."""
    monkeypatch.setattr("asyncapi_guard.lint.globs.os", SimpleNamespace(sep="\\"))
    assert absolute_glob(glob, folder) == expected
