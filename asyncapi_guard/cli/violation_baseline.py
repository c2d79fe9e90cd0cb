"""Kinds of violations that are known: a file that `report --write-baseline` writes."""

from __future__ import annotations

import json
from pathlib import Path
from typing import TYPE_CHECKING, Literal

import msgspec

from asyncapi_guard.cli.atomic_writes import write_whole
from asyncapi_guard.cli.command_errors import CannotRun
from asyncapi_guard.violation_log.summary import Kind

if TYPE_CHECKING:
    from collections.abc import Iterable

__all__ = ["read_baseline", "write_baseline"]

_VERSION = 1


class _Baseline(msgspec.Struct):
    version: Literal[1]
    kinds: list[dict[str, str]]


def write_baseline(file: str, kinds: Iterable[Kind]) -> None:
    """Write kinds to a file, sorted, so that a difference shows what is new.

    Raises:
        CannotRun: it cannot be written.
    """
    whole = {"version": _VERSION, "kinds": [kind._asdict() for kind in sorted(kinds)]}
    write_whole(file, json.dumps(whole, indent=2) + "\n")


def read_baseline(file: str) -> frozenset[Kind]:
    """The kinds of a file.

    Raises:
        CannotRun: it cannot be read, or is none.
    """
    try:
        baseline = msgspec.json.decode(Path(file).read_bytes(), type=_Baseline)
        return frozenset(map(_kind, baseline.kinds))
    except OSError as error:
        raise CannotRun(f"the baseline {file!r} cannot be read: {error.strerror}") from error
    except (ValueError, RecursionError, msgspec.DecodeError) as error:
        raise CannotRun(
            f"{file!r} is not a baseline ({error}); to write one, pass --write-baseline"
        ) from error


def _kind(fields: dict[str, str]) -> Kind:
    for name in Kind._fields:
        if name not in fields:
            raise ValueError(f"a kind has no {name!r}")
    unknown = sorted(set(fields) - set(Kind._fields))
    if unknown:
        raise ValueError(f"a kind has the unknown key {unknown[0]!r}")
    return Kind(**fields)
