"""Writing documents: what is read back is what was written, whoever reads."""

from __future__ import annotations

import json

import pytest
import yaml
from hypothesis import example, given, settings
from hypothesis import strategies as st

from asyncapi_guard.spec.serializing import to_json, to_yaml
from asyncapi_guard.spec.source import read_source

TEXT = st.text(st.characters(codec="utf-8"), max_size=30)
TRICKY = st.text("-+0123456789.:eExobTZ_ #=~<>[]{}&*!|>'\"%@`?,\n\t\\yYnNofFtrue", max_size=12)
STRINGS = st.one_of(TEXT, TRICKY)
SCALARS = st.one_of(
    st.none(),
    st.booleans(),
    st.integers(),
    st.floats(allow_nan=False, allow_infinity=False),
    STRINGS,
)
DATA = st.recursive(
    SCALARS,
    lambda below: st.one_of(
        st.lists(below, max_size=4), st.dictionaries(STRINGS, below, max_size=4)
    ),
    max_leaves=20,
)

MISTAKEN = [
    *("", "on", "No", "y", "~", "null", "=", "<<", "-", "+1", "010", "0b1", "0o17", "0x1F"),
    *("1.0", ".5", "1e3", "1_000", "1,000", ".inf", "NaN", "12:30", "2024-01-01"),
    "2024-01-01T10:00:00Z",
]


def read(text, name="a.yml"):
    return read_source(name, f"file:///{name}", text.encode()).data


@settings(max_examples=500, deadline=None)
@example({"-.0": None})
@given(DATA)
def test_yaml_is_read_back_as_it_was(data):
    """What was written as YAML is read as the same data, with the keys in the same order."""
    text = to_yaml(data)
    assert json.dumps(read(text)) == json.dumps(data)
    assert to_yaml(data) == text


@settings(max_examples=500, deadline=None)
@given(st.dictionaries(STRINGS, STRINGS, max_size=3))
@example({"on": "no", "=": "12:30", "<<": "2024-01-01", "1.0": "0o17", "y": "010"})
def test_old_readers_see_the_same_strings(data):
    """A reader of YAML 1.1 sees each string as a string."""
    assert yaml.safe_load(to_yaml(data)) == data


@given(DATA)
def test_json_is_read_back_as_it_was(data):
    """What was written as JSON is read as the same data."""
    assert json.dumps(read(to_json(data), "a.json")) == json.dumps(data)


@pytest.mark.parametrize("text", MISTAKEN)
def test_what_some_yaml_reads_as_something_else_is_quoted(text):
    """Strings that some reader takes for a number, a date, a boolean or null are in quotes."""
    assert to_yaml({"a": text}) in (f"a: '{text}'\n", f'a: "{text}"\n')


@pytest.mark.parametrize(
    "text", ["hello", "3.1.0", "/chat", "a b", "v1", "user/{id}", "x-y", "1st place"]
)
def test_other_strings_are_plain(text):
    """Strings that nobody mistakes have no quotes."""
    assert to_yaml({"a": text}) == f"a: {text}\n"


def test_it_is_readable():
    """Text of several lines is a block, lines are not folded."""
    long = "word " * 60 + "end"
    data = {"info": {"description": "One.\n\nTwo: #3\n", "summary": long}, "tags": [{"name": "a"}]}
    assert to_yaml(data) == (
        f"info:\n  description: |\n    One.\n\n    Two: #3\n  summary: {long}\ntags:\n- name: a\n"
    )


def test_there_are_no_aliases():
    """Values that are shared are written wherever they are used."""
    shared = {"type": "string"}
    assert to_yaml({"a": shared, "b": shared}) == "a:\n  type: string\nb:\n  type: string\n"


@pytest.mark.parametrize("value", [1, "a\nb\n", {"a": [1]}, [{"a": 1}], {}])
def test_longer_keys_can_be_read(value):
    """A key that is longer than readers look for a colon has the form that they need."""
    data = [{"k" * 1100: value, "next": 1}]
    assert read(to_yaml(data)) == data
    assert yaml.safe_load(to_yaml(data)) == data


@pytest.mark.parametrize(
    ("text", "written"),
    [
        ("a\nb", "|-\n  a\n  b"),
        ("a\nb\n", "|\n  a\n  b"),
        ("a\n\n\n", '"a\\n\\n\\n"'),
        ("a\n  - b\n\n    c\n", "|\n  a\n    - b\n\n      c"),
        ("a  \nb", '"a  \\nb"'),
        (" a\nb", '" a\\nb"'),
        ("a\n \nb", '"a\\n \\nb"'),
        ("a\tb\nc", '"a\\tb\\nc"'),
    ],
)
def test_blocks_lose_nothing(text, written):
    """Text of several lines is a block, unless a block could not say exactly this."""
    assert to_yaml({"a": text}) == f"a: {written}\n"
    assert read(to_yaml({"a": text, "b": 1})) == {"a": text, "b": 1}
