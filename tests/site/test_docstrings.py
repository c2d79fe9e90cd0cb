"""The reference is generated from docstrings: all that is public has one that says everything."""

from __future__ import annotations

import pytest
from docstring_gaps import gaps, public_functions, public_names

pytest.importorskip("pydantic", reason="the drop-ins need Pydantic")


def test_public_functions_are_found() -> None:
    assert len(public_names()) > 50
    assert len(list(public_functions())) > 200


def test_docstrings_say_everything() -> None:
    """Each argument, and each exception that a function raises itself."""
    assert [gap for each in public_functions() for gap in gaps(*each)] == []


def test_a_gap_is_found() -> None:
    """The test can fail."""

    def no_docstring() -> None: ...

    def half(first: int, second: int) -> None:
        """Do something.

        Args:
            first: a number.
            third: another one.
        """
        raise ValueError("never")

    assert gaps("f", no_docstring, "") == ["f has no docstring"]
    assert gaps("f", half, half.__doc__ or "") == [
        "f has the parameter second, and does not say what it is",
        "f explains third, which it does not have",
        "f raises ValueError, and does not say so",
    ]
