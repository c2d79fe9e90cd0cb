"""Pairs of documents of others, where they are: all end, and labels are right.

They lie in a folder beside the repository and are no part of it.
"""

from __future__ import annotations

import json
from functools import cache
from itertools import combinations, pairwise
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pytest

from asyncapi_guard import load
from asyncapi_guard.compatibility import Level, compare
from asyncapi_guard.errors import InvalidDocument, SpecError

if TYPE_CHECKING:
    from asyncapi_guard.contract import Contract

SHARED = Path(__file__).parents[3] / "shared"
CORPUS, LABELLED = SHARED / "corpus", SHARED / "cases" / "diff"
_ORDER = [*Level]


@cache
def contract(name: str) -> Contract | None:
    """A document of the corpus; `None` for one that is none."""
    try:
        return load(CORPUS / name)
    except SpecError:
        return None


@cache
def partners() -> dict[str, list[str]]:
    """With which others each document is compared: those of its repository, and its neighbours."""
    if not CORPUS.is_dir():
        return {}
    lines = (CORPUS / "verdicts.jsonl").read_text(encoding="utf-8").splitlines()
    rows = [json.loads(line) for line in lines]
    by_repository: dict[str, list[str]] = {}
    for row in rows:
        if not row["file"].startswith("v2/"):
            by_repository.setdefault(row.get("repo") or "", []).append(row["file"])
    mutants = by_repository.pop("", [])
    found: dict[str, list[str]] = {}
    for several in by_repository.values():
        for one, other in combinations(several, 2):
            found.setdefault(one, []).append(other)
    real = [name for several in by_repository.values() for name in several]
    for several in (sorted(real), sorted(mutants)):
        for one, other in (*pairwise(several), *zip(several, several[7:], strict=False)):
            found.setdefault(one, []).append(other)
    return found


@pytest.mark.sampled(12)
@pytest.mark.parametrize("name", [*partners()])
def test_pairs_of_the_corpus_end(name: str) -> None:
    """Both ways; each change is somewhere. Documents for other protocols are no pair."""
    for other in partners()[name]:
        before, after = contract(name), contract(other)
        if before is None or after is None:
            continue
        for old, new in ((before, after), (after, before)):
            try:
                changes = compare(old, new)
            except InvalidDocument:
                continue
            assert all(each.text and (each.old or each.new) for each in changes)


def labels() -> dict[str, dict[str, Any]]:
    if not LABELLED.is_dir():
        return {}
    found: dict[str, dict[str, Any]] = json.loads((LABELLED / "labels.json").read_text("utf-8"))
    return found


@pytest.mark.sampled(4)
@pytest.mark.parametrize("way", ["", "reverse"])
@pytest.mark.parametrize("name", labels())
def test_a_pair_with_a_label(name: str, way: str) -> None:
    """The worst change is what the label says, or as defensible."""
    label = labels()[name]
    files = ("old.yml", "new.yml") if not way else ("new.yml", "old.yml")
    before, after = (load(LABELLED / name / each) for each in files)
    found = [each.level for each in compare(before, after)]
    worst = str(min(found, key=_ORDER.index)) if found else "none"
    also = label.get("reverse_also" if way else "also", [])
    assert worst in [label[way or "verdict"], *also]
