"""What stands among the components, whether an operation uses it or not.

A contract has what operations use, and nothing else can travel. People who read a document look for
the rest, too; its faults stop nobody.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, NamedTuple

from asyncapi_guard.spec.compiler import Compiler
from asyncapi_guard.spec.references import Documents, Node, Unresolvable
from asyncapi_guard.spec.replies import Replies

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping
    from collections.abc import Set as AbstractSet

    from asyncapi_guard.contract import Message, Schema

__all__ = ["Components", "read_components"]


class Components(NamedTuple):
    """What `components` has.

    Attributes:
        messages: by their names.
        schemas: as well.
        faulty: JSON Pointers to those that have faults, or are in a format that nobody reads.
        replies: where messages stand that operations have as replies, of channels too.
    """

    messages: Mapping[str, Message]
    schemas: Mapping[str, Schema]
    faulty: tuple[str, ...] = ()
    replies: frozenset[str] = frozenset()


def read_components(documents: Documents, known: AbstractSet[str] = frozenset()) -> Components:
    """The messages and the schemas among the components of a document that are no replies.

    Args:
        documents: with the document.
        known: locations that are left out, as `file#/json/pointer`.
    """
    replies = frozenset(_replies(documents))
    found = _read(documents, known | replies, Compiler(documents, "auto"))
    if found.faulty:
        # A fault is met once, whoever shares it: among faults, each is read by itself.
        found = _read(documents, known | replies, None)
    return found._replace(replies=replies)


def _replies(documents: Documents) -> Iterator[str]:
    replies = Replies(documents)
    for _, operation in _section(documents, "operations", _root(documents)):
        reply = documents.resolve(operation).get("reply")
        if reply is not None:
            entries = replies.entries(documents.resolve(reply))
            yield from (documents.resolve(entry).location for entry in entries)


def _read(documents: Documents, known: AbstractSet[str], compiler: Compiler | None) -> Components:
    messages: dict[str, Any] = {}
    schemas: dict[str, Any] = {}
    faulty = []
    for kind, into in (("messages", messages), ("schemas", schemas)):
        for name, node in _section(documents, kind, _root(documents).get("components")):
            if node.location in known:
                continue
            made = (compiler or Compiler(documents, "auto")).component(kind, name, node)
            if made is not None and made.location in known:
                continue
            if made is None:
                faulty.append(node.location.rpartition("#")[2])
            else:
                into[name] = made
    return Components(messages, schemas, tuple(faulty))


def _root(documents: Documents) -> Node:
    return Node(documents.main, (), documents.main.data)


def _section(documents: Documents, kind: str, around: Node | None) -> Iterator[tuple[str, Node]]:
    """The entries of a map, behind references; none if it is no map."""
    try:
        holder = documents.resolve(around) if around is not None else None
        found = holder.get(kind) if holder is not None else None
        section = documents.resolve(found) if found is not None else None
    except Unresolvable:
        return
    if section is not None and isinstance(section.value, dict):
        yield from section.items()
