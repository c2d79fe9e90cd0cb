"""What clients must show, in two versions: whether who could enter still can."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

from asyncapi_guard.compatibility.changes import Level

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from asyncapi_guard.compatibility.changes import Change
    from asyncapi_guard.contract import SecurityScheme

__all__ = ["compare_requirements"]

#: Schemes of which any one will do.
_Any = tuple["SecurityScheme", ...]


def compare_requirements(
    old: Sequence[_Any],
    new: Sequence[_Any],
    change: Change,
    *,
    shown: tuple[Sequence[_Any], Sequence[_Any]] = ((), ()),
) -> Iterator[Change]:
    """The changes between lists of requirements, all of which a client must meet.

    Args:
        old: the old ones, each a list of schemes of which any one will do.
        new: the new ones.
        change: one without a level, whose text says for what they are.
        shown: what clients have met before anyway, in the old version and in the new one.
    """
    before, after = (*old, *shown[0]), (*new, *shown[1])
    narrower = [each for each in new if not any(_meets(one, each) for one in before)]
    wider = [each for each in old if not any(_meets(one, each) for one in after)]
    for requirement in narrower:
        text = f"{change.text}, a client now needs {_named(requirement)}"
        yield replace(change, level=Level.BREAKING, text=text)
    if not narrower:
        for requirement in wider:
            text = f"{change.text}, a client no longer needs {_named(requirement)}"
            yield replace(change, level=Level.COMPATIBLE, text=text)


def _meets(old: _Any, new: _Any) -> bool:
    """Whether whoever meets one requirement meets another one, too."""
    return all(any(_is_enough(scheme, other) for other in new) for scheme in old)


def _is_enough(shown: SecurityScheme, asked: SecurityScheme) -> bool:
    """Whether what a client shows for one scheme is what another one asks for."""
    return _kind(shown) == _kind(asked) and asked.scopes <= shown.scopes


def _kind(scheme: SecurityScheme) -> tuple[str, ...]:
    """What a scheme is on the wire; its name is not."""
    parameter = scheme.parameter.lower() if scheme.place == "header" else scheme.parameter
    return (scheme.type, scheme.scheme, scheme.place, parameter)


def _named(requirement: _Any) -> str:
    names = []
    for scheme in requirement:
        name = scheme.name or " ".join(filter(None, (scheme.type, scheme.scheme)))
        scopes = ", ".join(sorted(scheme.scopes))
        names.append(f"{name} with {scopes}" if scopes else name)
    return " or ".join(names)
