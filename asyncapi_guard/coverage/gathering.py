"""Data files of many processes, and the reports of the documents that they are about."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING

from asyncapi_guard.contract import Perspective
from asyncapi_guard.coverage.data_files import Data, digest_of, read_data
from asyncapi_guard.coverage.model import Model
from asyncapi_guard.coverage.report import Report
from asyncapi_guard.spec import load

if TYPE_CHECKING:
    import os
    from collections.abc import Collection, Iterable

    from asyncapi_guard.contract import Contract

__all__ = ["documents_in", "gathered", "merged", "report_on"]


def gathered(paths: Iterable[Path]) -> list[Data]:
    """What all of some files say.

    Raises:
        NotCoverage: one of them is no data file.
        OSError: one of them cannot be read.
    """
    return [each for path in paths for each in read_data(path)]


def documents_in(data: Iterable[Data]) -> list[Path]:
    """The documents that data is about and that are there, each once."""
    names = dict.fromkeys(each.document for each in data if each.document)
    return [Path(name) for name in names if Path(name).is_file()]


def merged(data: Iterable[Data]) -> list[Data]:
    """The same with all processes of a document as one."""
    found: dict[tuple[str, str], Data] = {}
    for each in data:
        known = found.get((each.document, each.digest))
        if known is None:
            found[each.document, each.digest] = replace(
                each, keys=set(each.keys), processes=set(each.processes)
            )
        else:
            known.keys |= each.keys
            known.processes |= each.processes
    return list(found.values())


def report_on(
    document: str | os.PathLike[str],
    data: Iterable[Data],
    *,
    root: str | None = None,
    allow_http: Collection[str] = (),
) -> Report:
    """The report on a document.

    Args:
        document: the path of the file.
        data: of any documents: what is about this one is found.
        root: as for `load`.
        allow_http: as for `load`.

    Raises:
        SpecError: the document cannot be used.
    """
    contract = load(document, root=root, allow_http=allow_http)
    mine = [each for each in data if each.document and _is_same(document, each.document)]
    if any(each.perspective == Perspective.CLIENT for each in mine):
        contract = replace(contract, perspective=Perspective.CLIENT)
    contract = contract.seen_by(Perspective.SERVER)
    others = [each for each in data if each not in mine]
    return Report.of(contract, [*mine, *_fitting(contract, others)])


def _fitting(contract: Contract, data: Iterable[Data]) -> list[Data]:
    """What is about an equal document that was opened elsewhere, or came as data."""
    model = Model(contract)
    facts, digest = model.facts.keys(), digest_of(model)
    return [each for each in data if each.digest == digest or (each.keys and each.keys <= facts)]


def _is_same(one: str | os.PathLike[str], other: str) -> bool:
    return Path(one).resolve() == Path(other).resolve()
