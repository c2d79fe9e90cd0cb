"""Problems of traffic as pages show them: with their place in the document, without any value."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from asyncapi_guard.console.edition import Edition
    from asyncapi_guard.violations import Problem

__all__ = ["problem_of"]

#: Problems of one verdict that have their lines with them.
_WITH_LINES = 10


def problem_of(edition: Edition, problem: Problem, number: int) -> dict[str, Any]:
    """A problem as JSON has it; `judge` says how.

    Args:
        edition: the document that decides.
        problem: one keyword that failed.
        number: how many of the same verdict come before it.
    """
    file, pointer = edition.place(problem.schema)
    return {
        "path": problem.path,
        "reason": problem.message,
        "keyword": problem.keyword,
        "file": file,
        "pointer": pointer,
        "clause": edition.clause(problem.schema) if number < _WITH_LINES else None,
    }
