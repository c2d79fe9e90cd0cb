"""The official JSON-Schema-Test-Suite, through `adapt` and both engines.

The suite is not part of the project: `python tests/conformance/fetch.py` fetches it, or the
environment variable `JSON_SCHEMA_TEST_SUITE` names a folder that has it.

Every disagreement is a line of `disagreements_<engine>.txt`, with its reason. A case that disagrees
and is not listed fails, and so does a listed one that agrees: the lists can only shrink.
"""

from __future__ import annotations

import json
import os
from collections import Counter
from pathlib import Path
from typing import TYPE_CHECKING, Any, NamedTuple

import pytest
from referencing import Registry
from referencing.exceptions import NoSuchAnchor, PointerToNowhere, Unresolvable
from referencing.jsonschema import DRAFT7, DRAFT201909, DRAFT202012

from asyncapi_guard.schema import dialect_of, get_engine
from asyncapi_guard.schema.adapt import adapt

if TYPE_CHECKING:
    from collections.abc import Iterator

HERE = Path(__file__).parent
SUITE = Path(
    os.environ.get("JSON_SCHEMA_TEST_SUITE", HERE.parents[1] / ".cache" / "json-schema-test-suite")
)
DRAFTS = {
    "draft7": ("draft-07", DRAFT7),
    "draft2019-09": ("2019-09", DRAFT201909),
    "draft2020-12": ("2020-12", DRAFT202012),
}
ENGINES = ("rust", "jsonschema")

pytestmark = pytest.mark.skipif(
    not (SUITE / "tests").is_dir(),
    reason="the JSON-Schema-Test-Suite is not here; tests/conformance/fetch.py fetches it",
)


class Case(NamedTuple):
    """One value of the suite, under one schema."""

    name: str
    data: Any
    valid: bool


class Group(NamedTuple):
    """One schema of the suite, with its values."""

    schema: Any
    cases: list[Case]


def groups(draft: str) -> Iterator[Group]:
    """The mandatory tests of a draft, and those of the formats."""
    folder = SUITE / "tests" / draft
    for path in (*sorted(folder.glob("*.json")), *sorted(folder.glob("optional/format/*.json"))):
        file = f"{draft}/{path.relative_to(folder).as_posix().removesuffix('.json')}"
        for group in json.loads(path.read_text("utf-8")):
            cases = [
                Case(f"{file} | {group['description']} | {c['description']}", c["data"], c["valid"])
                for c in group["tests"]
            ]
            yield Group(group["schema"], cases)


def is_remote(schema: Any, specification: Any) -> bool:
    """Whether a schema needs another document, or a metaschema of its own: the product has none."""
    resource = specification.create_resource(schema)
    base = resource.id() or ""
    registry = Registry().with_resource(base, resource).crawl()
    todo = [(resource, registry.resolver(base))]
    while todo:
        held, resolver = todo.pop()
        if isinstance(held.contents, dict):
            if "json-schema.org" not in held.contents.get("$schema", "json-schema.org"):
                return True
            for keyword in ("$ref", "$dynamicRef"):
                try:
                    resolver.lookup(held.contents.get(keyword, "#"))
                except (NoSuchAnchor, PointerToNowhere):
                    continue  # in the document, but not there: the engines' business
                except Unresolvable:
                    return True
        todo.extend((below, resolver.in_subresource(below)) for below in held.subresources())
    return False


def listed(engine: str) -> dict[str, str]:
    """The known disagreements of an engine, with their reasons."""
    lines = (HERE / f"disagreements_{engine}.txt").read_text("utf-8").splitlines()
    known = {}
    for line in lines:
        if line and not line.startswith("#"):
            case, _, reason = line.rpartition(" | ")
            known[case] = reason
    return known


@pytest.mark.parametrize("engine", ENGINES)
def test_every_disagreement_with_the_suite_is_listed(engine, record_property):
    """Both engines judge every case as the suite does, but for the listed ones."""
    disagreeing: dict[str, str] = {}
    totals: Counter[str] = Counter()
    for draft, (version, specification) in DRAFTS.items():
        dialect = dialect_of(f"application/schema+json;version={version}")
        for group in groups(draft):
            if is_remote(group.schema, specification):
                totals["skipped: needs a remote document"] += len(group.cases)
                continue
            for case, verdict in judged(engine, group, dialect):
                agrees = verdict is case.valid
                totals["agree" if agrees else "disagree"] += 1
                if not agrees:
                    disagreeing[case.name] = f"expected {case.valid}, got {verdict}"
    record_property("totals", dict(totals))
    print(f"\n{engine}: " + ", ".join(f"{count} {what}" for what, count in totals.items()))  # noqa: T201  # shown by `pytest -s`, the totals of the report
    known = listed(engine)
    new = {name: fault for name, fault in disagreeing.items() if name not in known}
    assert not new, "\n".join(f"{name} | {fault}" for name, fault in new.items())
    agreeing_now = [name for name in known if name not in disagreeing]
    assert not agreeing_now, "\n".join(agreeing_now)


def judged(engine: str, group: Group, dialect: Any) -> Iterator[tuple[Case, bool | str]]:
    """Each case with the engine's verdict; `refused` when the schema cannot be used."""
    try:
        cyclic = "ef" in json.dumps(group.schema)
        is_valid = get_engine(engine).compile(
            adapt(group.schema, dialect), dialect, cyclic=cyclic, binary=False
        )
    except ValueError as error:
        yield from ((case, f"refused ({error})"[:150]) for case in group.cases)
    else:
        yield from ((case, is_valid(case.data)) for case in group.cases)
