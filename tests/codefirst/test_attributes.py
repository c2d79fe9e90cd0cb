"""Values whose attributes are their own: none is taken for what it is not."""

from __future__ import annotations

import warnings
from typing import Any

import pytest

from asyncapi_guard.codefirst import plain_models, plain_values


class Attributes(dict[str, Any]):
    """Has every attribute."""

    def __getattr__(self, name: str) -> Any:
        return self.setdefault(name, Attributes())


class Strict(dict[str, Any]):
    """Has no attribute but its items, and says so by a KeyError."""

    def __getattr__(self, name: str) -> Any:
        return self[name]


class Anything:
    """No dictionary, and has every attribute."""

    def __getattr__(self, name: str) -> Any:
        return Anything()


@pytest.mark.parametrize("plain", [plain_values, plain_models])
def test_values_with_attributes_of_their_own_become_plain(plain: Any) -> None:
    """Also where an application has both versions of Pydantic, whose classes ask for attributes."""
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        pytest.importorskip("pydantic.v1.main")
    for value, expected in (
        (Attributes(x=1), {"x": 1}),
        (Strict(x=1), {"x": 1}),
        ([Attributes(a=Strict(x=1))], [{"a": {"x": 1}}]),
    ):
        assert plain(value) == expected
    odd = Anything()
    assert plain([odd]) == [odd]
