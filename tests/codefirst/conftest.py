"""Which tests of handlers there are."""

from __future__ import annotations

from either_pydantic import OLD

#: Models in spellings that Pydantic 1 does not have. What is the same for it is tested in
#: `test_hints_pydantic1.py` and `test_types_pydantic1.py`, and by the tests that are left.
collect_ignore = (
    [
        "test_hint_check.py",
        "test_components.py",
        "test_hints.py",
        "test_merging.py",  # generated models are Pydantic 2's
        "test_registry.py",
        "test_strict_proof.py",
        "test_types.py",
    ]
    if OLD
    else []
)
