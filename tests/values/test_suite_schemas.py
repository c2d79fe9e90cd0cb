"""The schemas of the official JSON-Schema-Test-Suite: each that accepts something has a value.

The suite is not part of the project: `python tests/conformance/fetch.py` fetches it, or the
environment variable `JSON_SCHEMA_TEST_SUITE` names a folder that has it.
"""

from __future__ import annotations

import json
import os
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pytest
from schemas import compiled

from asyncapi_guard.errors import SpecError
from asyncapi_guard.values import (
    NoValue,
    RandomChoices,
    arguments_judge,
    boundary_cases,
    draw_arguments,
)

if TYPE_CHECKING:
    from collections.abc import Iterator

SUITE = Path(
    os.environ.get(
        "JSON_SCHEMA_TEST_SUITE", Path(__file__).parents[2] / ".cache" / "json-schema-test-suite"
    )
)
DRAFTS = {
    "draft4": "draft-04",
    "draft6": "draft-06",
    "draft7": "draft-07",
    "draft2019-09": "2019-09",
    "draft2020-12": "2020-12",
}

pytestmark = [
    pytest.mark.slow,
    pytest.mark.skipif(
        not (SUITE / "tests").is_dir(),
        reason="the JSON-Schema-Test-Suite is not here; tests/conformance/fetch.py fetches it",
    ),
]


def groups(draft: str) -> Iterator[tuple[str, Any, list[Any]]]:
    """The schemas of a draft that a document can have, with the values that the suite tries."""
    folder = SUITE / "tests" / draft
    for path in (*sorted(folder.glob("*.json")), *sorted(folder.glob("optional/format/*.json"))):
        for group in json.loads(path.read_text("utf-8")):
            try:
                schema = compiled(group["schema"], DRAFTS[draft])
                schema.prepare()
            except (SpecError, ValueError):
                continue  # it needs other documents, or is one that no document may have
            name = f"{path.stem}: {group['description']}"
            yield name, schema, [test["data"] for test in group["tests"]]


@pytest.mark.parametrize("draft", DRAFTS)
def test_each_schema_that_accepts_something_has_a_value(draft: str) -> None:
    """And one that refuses something has a case that is refused."""
    lacking, count = [], 0
    for name, schema, values in groups(draft):
        count += 1
        judge = arguments_judge(schema)
        several = [v if schema.positional and isinstance(v, list) else [v] for v in values]
        verdicts = {judge(each) for each in several}
        try:
            assert judge(draw_arguments(schema, RandomChoices(1)))
        except NoValue:
            lacking += [f"{name}: no value"] * (True in verdicts)
        cases = [*boundary_cases(schema)]
        assert all(case.valid == judge(case.arguments) for case in cases)
        if False in verdicts and all(case.valid for case in cases):
            lacking.append(f"{name}: no refused case")
    assert count > 100
    assert lacking == []
