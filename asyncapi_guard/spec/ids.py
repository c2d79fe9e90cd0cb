"""Readable names that are legal and never collide, and names that no document can say."""

from __future__ import annotations

import re
import unicodedata

from asyncapi_guard.errors import RegistrationError

__all__ = ["Names", "check_names", "slug"]

#: What a namespace cannot have in it, and why.
_REASONS = (
    (
        "{}",
        "AsyncAPI takes braces for a template, and Socket.IO does not; use another name, or '*'",
    ),
    (",?", "Socket.IO ends a namespace there, so that no client can reach it; leave it out"),
    ("#", "AsyncAPI has no fragments in addresses; use another name"),
)
_HALF = re.compile("[\ud800-\udfff]")
_OTHER = re.compile(r"[^A-Za-z0-9]+")


def slug(text: str, fallback: str) -> str:
    """Letters, digits and underscores of a name; the fallback when nothing is left."""
    plain = unicodedata.normalize("NFKD", text)
    return _OTHER.sub("_", plain).strip("_").lower() or fallback


class Names:
    """Names of one kind, each given once."""

    def __init__(self) -> None:
        self._taken: set[str] = set()

    def take(self, wanted: str) -> str:
        """The name that is wanted, with a number if it is taken."""
        name, number = wanted, 1
        while name in self._taken:
            number += 1
            name = f"{wanted}_{number}"
        self._taken.add(name)
        return name


def check_names(namespace: str, event: str, place: str) -> None:
    """Refuse what no client can reach, or no document can say.

    Args:
        namespace: a Socket.IO namespace, or `*` for all.
        event: the name of an event.
        place: who wants it, for the message.

    Raises:
        RegistrationError: with what to do.
    """
    for kind, name in (("namespace", namespace), ("event", event)):
        if _HALF.search(name):
            raise RegistrationError(
                f"{place}: the {kind} {name!r} has half of a surrogate pair in it, which no packet "
                "can carry; use another name"
            )
    if namespace == "*":
        return
    if not namespace.startswith("/"):
        raise RegistrationError(
            f"{place}: no client can reach the namespace {namespace!r}, because it does not begin "
            f"with '/'; write {'/' + namespace.strip()!r}"
        )
    for characters, reason in _REASONS:
        found = sorted(set(characters) & set(namespace))
        if found:
            raise RegistrationError(
                f"{place}: the namespace {namespace!r} has {found[0]!r} in it: {reason}"
            )
