"""What stands among the components, whether an operation uses it or not.

A contract has what operations use, and nothing else can travel. People who read a document look for
the rest, too; its faults stop nobody.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, NamedTuple

from asyncapi_guard.spec.compiler import Compiler
from asyncapi_guard.spec.references import Documents, Node

if TYPE_CHECKING:
    from collections.abc import Container, Iterator, Mapping

    from asyncapi_guard.contract import Message, Schema

__all__ = ["Components", "read_components"]


class Components(NamedTuple):
    """Messages and schemas by their names; those with faults only by their JSON Pointers."""

    messages: Mapping[str, Message]
    schemas: Mapping[str, Schema]
    faulty: tuple[str, ...] = ()


def read_components(documents: Documents, known: Container[str] = ()) -> Components:
    """The messages and the schemas among the components of a document.

    Args:
        documents: with the document.
        known: locations that are left out, as `file#/json/pointer`.
    """
    found = _read(documents, known, Compiler(documents, "auto"))
    # A fault is met once, whoever shares it: among faults, each is read by itself.
    return _read(documents, known, None) if found.faulty else found


def _read(documents: Documents, known: Container[str], compiler: Compiler | None) -> Components:
    messages: dict[str, Any] = {}
    schemas: dict[str, Any] = {}
    faulty = []
    for kind, into in (("messages", messages), ("schemas", schemas)):
        for name, node in _section(documents, kind):
            if node.location in known:
                continue
            made = (compiler or Compiler(documents, "auto")).component(kind, name, node)
            if made is None:
                faulty.append(node.location.rpartition("#")[2])
            else:
                into[name] = made
    return Components(messages, schemas, tuple(faulty))


def _section(documents: Documents, kind: str) -> Iterator[tuple[str, Node]]:
    components = Node(documents.main, (), documents.main.data).get("components")
    section = components.get(kind) if components is not None else None
    if section is not None and isinstance(section.value, dict):
        yield from section.items()
