"""Texts for regular expressions and formats."""

from __future__ import annotations

import re
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from schemas import compiled

from asyncapi_guard.schema.dialects import ASYNCAPI
from asyncapi_guard.schema.engine_choice import get_engine
from asyncapi_guard.schema.formats import ENGINE, KNOWN, asserted
from asyncapi_guard.values import NoValue, RandomChoices, boundary_cases, draw_value
from asyncapi_guard.values.formats import FORMATS
from asyncapi_guard.values.patterns import pattern_of

PATTERNS = [
    "^a+$",
    "^[a-z]{3}-[0-9]{2}$",
    "^(foo|bar)?baz$",
    "x",
    "^x",
    "x$",
    "^.*$",
    r"^\d+(\.\d{1,2})?$",
    r"^[^\d\s]{2,}$",
    r"^\w+\s\W$",
    "^(?:a|bc){2,3}$",
    r"^(a|b)\1$",
    r"^(?<year>[0-9]{4})-\k<year>$",
    "^(?i:a)$",
    r"^[\u4e00-\u9fff]{1,4}$",
    "^[🙂-🙏]$",
    r"\bend\b",
    "^$",
]


@pytest.mark.parametrize("pattern", PATTERNS)
def test_texts_match(pattern: str) -> None:
    """Each of them, with the pattern as Python reads it."""
    found = pattern_of(pattern)
    assert found is not None
    compiled = re.compile(
        re.sub(r"\(\?<(?![=!])", "(?P<", pattern).replace(r"\k<year>", "(?P=year)")
    )
    for seed in range(20):
        text = found.text(RandomChoices(seed), 0, 40)
        assert text is not None
        assert compiled.search(text)


@pytest.mark.parametrize(
    ("pattern", "least", "most"),
    [
        ("^a+$", 30, 30),
        ("^[a-z]+-[0-9]*$", 7, 7),
        ("^(ab|c)*$", 9, 10),
        ("^([a-z]{2,4} )*end$", 20, 22),
        ("x", 15, 16),
        ("^x", 12, 12),
        ("x$", 12, 12),
    ],
)
def test_texts_have_the_length_that_is_wanted(pattern: str, least: int, most: int) -> None:
    """Repetitions are as many as that takes."""
    found = pattern_of(pattern)
    assert found is not None
    texts = [found.text(RandomChoices(seed), least, most) for seed in range(20)]
    made = [text for text in texts if text is not None]
    assert len(made) > 10
    assert all(least <= len(text) <= most and re.search(pattern, text) for text in made)


@pytest.mark.parametrize("pattern", ["(", "[z-a]", "(?P<a", "*"])
def test_a_pattern_that_python_does_not_read_has_no_texts(pattern: str) -> None:
    """Nothing is raised."""
    assert pattern_of(pattern) is None


@pytest.mark.parametrize("engine", ["rust", "jsonschema"])
@pytest.mark.parametrize("format", FORMATS)
def test_texts_have_their_format(format: str, engine: str) -> None:
    """By both engines."""
    schema = asserted(format) or {"format": format}
    judge = get_engine(engine).compile(
        {"type": "string", **schema}, ASYNCAPI, cyclic=False, binary=False
    )
    for seed in range(40):
        assert judge(FORMATS[format](RandomChoices(seed)))


@pytest.mark.parametrize(
    ("format", "others"),
    [
        ("uri", {"minLength": 60}),
        ("uri", {"maxLength": 6}),
        ("uri", {"pattern": "^https://"}),
        ("email", {"minLength": 30, "maxLength": 30}),
        ("email", {"minLength": 90}),
        ("email", {"maxLength": 3}),
        ("email", {"pattern": "@example[.]org$"}),
        ("hostname", {"minLength": 100}),
        ("ipv4", {"maxLength": 7}),
        ("ipv6", {"maxLength": 2}),
        ("byte", {"minLength": 50}),
        ("regex", {"minLength": 30}),
        ("json-pointer", {"minLength": 30}),
        ("date", {"pattern": "^2024-"}),
        ("date-time", {"pattern": "Z$"}),
        ("uuid", {"pattern": "^[0-9a-f-]{36}$"}),
    ],
)
def test_texts_have_a_format_and_what_else_is_asked(format: str, others: Any) -> None:
    """Lengths at which texts of the format rarely are, and patterns."""
    schema = compiled({"type": "string", "format": format, **others})
    assert all(schema.is_valid(draw_value(schema, RandomChoices(seed))) for seed in range(10))
    found = {case.keyword: case.valid for case in boundary_cases(schema) if not case.valid}
    assert found.keys() >= {"format", *others}


def test_every_format_of_texts_is_made() -> None:
    """All that is asserted of a text."""
    numbers = {"int32", "int64", "float", "double"}
    assert {*FORMATS} >= (ENGINE | KNOWN) - numbers - {"binary", "password"}


@given(
    parts=st.lists(st.sampled_from(["a", "[b-d]", r"\d", "(e|fg)", "[^a-y]", "."]), min_size=1),
    times=st.sampled_from(["", "?", "*", "+", "{2}", "{1,3}", "{2,}"]),
    seed=st.integers(0, 99),
)
@settings(max_examples=60)
def test_a_text_of_any_pattern_is_valid(parts: list[str], times: str, seed: int) -> None:
    """By the judge."""
    schema = compiled({"type": "string", "pattern": f"^{''.join(p + times for p in parts)}$"})
    try:
        text = draw_value(schema, RandomChoices(seed))
    except NoValue:
        pytest.fail("there is a text for each of these patterns")
    assert schema.is_valid(text)
