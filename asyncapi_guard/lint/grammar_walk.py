"""The walk over a document by the grammar: every object, field, type, key and reference.

What a reference leads to is visited after everything that stands where it belongs, so that it is
known by then what a place is: a reference to a message where a channel is wanted is one finding at
the reference, and not a dozen at the message.
"""

from __future__ import annotations

import json
import re
from collections import deque
from typing import TYPE_CHECKING, Any

from asyncapi_guard.lint.grammar import (
    CLOSED,
    KEYS,
    OBJECTS,
    ONE_OF,
    VARIANTS,
    Field,
    Type,
)
from asyncapi_guard.lint.plain import plain_fault
from asyncapi_guard.lint.ref_siblings import check_siblings
from asyncapi_guard.spec.own_extensions import extension_faults, own_extension
from asyncapi_guard.spec.references import Documents, Node, Unresolvable, is_reference
from asyncapi_guard.spec.schemas import ack_schema
from asyncapi_guard.spec.wording import kind_of, nearest, shown

if TYPE_CHECKING:
    from collections.abc import Mapping

    from asyncapi_guard.lint.findings import Findings
    from asyncapi_guard.spec.pointers import Path

__all__ = ["GrammarWalk"]

_EXTENSION = re.compile(r"x-[\w\d.\-]+", re.ASCII)
_SCHEMAS = frozenset(("Schema", "ObjectSchema", "Ack"))


class GrammarWalk:
    """One walk over a document and what it refers to.

    Attributes:
        visited: the objects found, by their names in the grammar, each place once.
        references: every reference that was followed, with its target.
    """

    def __init__(self, documents: Documents, findings: Findings) -> None:
        self._documents = documents
        self._findings = findings
        self._seen: set[tuple[Any, str]] = set()
        #: What a place is, by where it stands.
        self._kinds: dict[tuple[str, Path], str] = {}
        self._waiting: deque[tuple[Node, str]] = deque()
        self.visited: dict[str, list[Node]] = {name: [] for name in (*OBJECTS, *_SCHEMAS)}
        self.references: list[tuple[Node, Node]] = []

    def check(self, root: Node) -> None:
        """Walk from the root."""
        self._visit(root, Type("object", "AsyncAPI"))
        self._follow_all()

    def also_check(self, node: Node, name: str) -> None:
        """Check an object, or a reference to one, that stands where the grammar does not look."""
        self._visit_object(node, Type("object", name, reference="may"))
        self._follow_all()

    def _follow_all(self) -> None:
        while self._waiting:
            self._follow(*self._waiting.popleft())

    def _visit(self, node: Node, type: Type) -> None:
        if type.nullable and node.value is None:
            return
        if type.kind == "object":
            self._visit_object(node, type)
            return
        self._kinds.setdefault(node.place, _ANYTHING if type.name in _OPEN else type.kind)
        if type.kind == "plain":
            self._visit_plain(node, type)
        elif type.kind == "choice":
            self._visit_choice(node, type)
        elif type.kind == "list":
            self._visit_list(node, type)
        else:
            self._visit_map(node, type)

    # -- plain values ------------------------------------------------------------------------------

    def _visit_plain(self, node: Node, type: Type) -> None:
        if type.name == "open" and is_reference(node.value):
            self._waiting.append((node, "open"))
            return
        fault = plain_fault(node.value, type.name)
        if fault is not None:
            self._findings(fault[0], node, fault[1], wanted=(type.name,))

    def _expect(self, node: Node, expected: str, *, fits: bool) -> bool:
        if not fits:
            message = f"expected {expected}, got {kind_of(node.value)}"
            self._findings("wrong-type", node, message, key=isinstance(node.value, (dict, list)))
        return fits

    def _visit_choice(self, node: Node, type: Type) -> None:
        wanted = "a string" if isinstance(type.choices[0], str) else "a number"
        if kind_of(node.value) != wanted:
            self._expect(node, wanted, fits=False)
        elif node.value not in type.choices:
            choices = ", ".join(map(str, type.choices))
            message = f"expected one of {choices}; got {shown(node.value)}"
            message += nearest(node.value, type.choices)
            self._findings("bad-value", node, message, wanted=type.choices)

    # -- lists and maps ----------------------------------------------------------------------------

    def _visit_list(self, node: Node, type: Type) -> None:
        if type.item is None or not self._expect(node, "a list", fits=isinstance(node.value, list)):
            return
        for item in node.values():
            self._visit(item, type.item)
        if type.unique:
            self._check_unique(node)

    def _check_unique(self, node: Node) -> None:
        seen: dict[str, int] = {}
        written: dict[int, str] = {}  # what stands behind an alias is one object
        for index, item in node.items():
            identity = id(item.value)
            if identity not in written:
                written[identity] = json.dumps(item.value, sort_keys=True)
            first = seen.setdefault(written[identity], index)
            if first != index:
                message = f"equal to item {first}; the items of this list must differ"
                self._findings("equal-items", item, message)

    def _visit_map(self, node: Node, type: Type) -> None:
        if type.item is None or not self._expect(
            node, "a mapping", fits=isinstance(node.value, dict)
        ):
            return
        if is_reference(node.value) and type.item.kind != "plain":
            message = "a map cannot be a reference; what is in it can"
            self._findings("reference-forbidden", node, message)
            return
        pattern = KEYS.get(type.keys or "")
        for key, item in node.items():
            if pattern is not None and not pattern.fullmatch(key):
                also = "'.', " if type.keys == "component" else ""
                message = f"the key {shown(key)} may have letters, digits, {also}'-' and '_' only"
                self._findings("bad-key", item, message, key=True)
            self._visit(item, type.item)

    # -- objects -----------------------------------------------------------------------------------

    def _visit_object(self, node: Node, type: Type) -> None:
        if is_reference(node.value):
            self._kinds.setdefault(node.place, type.name)
            if type.reference == "no":
                message = f"{article(type.name)} cannot be a reference"
                self._findings("reference-forbidden", node, message)
            else:
                check_siblings(self._findings, node, in_schema=type.name in _SCHEMAS)
                self._waiting.append((node, type.name))
        elif type.reference == "must":
            message = f"expected a reference to {article(type.name)}, such as {{$ref: '#/...'}}"
            got = kind_of(node.value)
            self._findings("reference-required", node, f"{message}, got {got}", key=True)
        else:
            self._visit_inline(node, type.name)

    def _visit_inline(self, node: Node, name: str) -> None:
        if (node.place, name) in self._seen:
            return
        self._seen.add((node.place, name))
        self._kinds.setdefault(node.place, name)
        if name == "Ack":
            self.visited["Ack"].append(ack_schema(node))
        elif name in _SCHEMAS:
            self.visited[name].append(node)
        elif isinstance(node.value, dict) and "$ref" in node.value:
            message = f"$ref must be a string, not {kind_of(node.value['$ref'])}"
            self._findings("wrong-type", node.child("$ref"), message)
        elif self._expect(node, f"{article(name)} (a mapping)", fits=isinstance(node.value, dict)):
            self.visited[name].append(node)
            self._check_fields(node, name)

    def _check_fields(self, node: Node, name: str) -> None:
        fields = _fields(node, name)
        for field in fields.values():
            if field.required and field.name not in node.value:
                message = f"the required field {field.name!r} of {article(name)} is missing"
                hint = _map_of_scopes(node) if name == "SecurityScheme" else ""
                self._findings("missing-field", node, message + hint, key=True)
        wanted = ONE_OF.get(name, ())
        if wanted and not any(key in node.value for key in wanted):
            message = f"{article(name)} needs {' or '.join(map(repr, wanted))}"
            self._findings("missing-field", node, message, key=True)
        for finding in extension_faults(node, name):
            self._findings.add(finding)
        for key, item in node.items():
            if key in fields:
                self._visit(item, fields[key].type)
            elif own_extension(key) is None:
                self._other_field(key, item, name, fields)

    def _other_field(self, key: str, item: Node, name: str, fields: Mapping[str, Field]) -> None:
        if key.startswith("x-") and name not in CLOSED:
            if not _EXTENSION.fullmatch(key):
                message = f"the name {shown(key)} of an extension may have letters, digits, "
                self._findings("bad-extension-name", item, message + "'.', '-' and '_'", key=True)
        elif name != "OtherBinding":
            message = f"unknown field {shown(key)} of {article(name)}{nearest(key, fields)}"
            is_oauth2 = name == "SecurityScheme" and "flows" in fields
            code = "oauth2-field" if is_oauth2 else "unknown-field"
            self._findings(code, item, message, key=True, wanted=fields)

    # -- references --------------------------------------------------------------------------------

    def _follow(self, node: Node, name: str) -> None:
        if (node.place, name) in self._seen:
            return
        self._seen.add((node.place, name))
        try:
            end = self._documents.resolve(node)
            self.references.append((node, self._documents.target(node)))
        except Unresolvable as error:
            for finding in error.findings:
                self._findings.add(finding)
            return
        if name != "open" and self.check_kind(node, end, name):
            self._visit_inline(end, name)

    def check_kind(self, ref: Node, target: Node, name: str) -> bool:
        """Report a reference that leads to another kind of thing; whether it does not."""
        kind = self._kind_at(target)
        if kind is None or _same_kind(kind, name):
            return True
        found = _PLACES.get(kind) or article(kind)
        message = f"{shown(ref.value['$ref'])} leads to {found}, not to {article(name)}"
        self._findings("wrong-kind", ref, message)
        return False

    def _kind_at(self, node: Node) -> str | None:
        """What a place is, by where it stands; `None` if that is open."""
        kind = self._kinds.get(node.place)
        if kind is not None or node.path == ():
            return kind
        for end in range(len(node.path) - 1, -1, -1):
            above = self._kinds.get((node.source.uri, node.path[:end]))
            if above is not None:
                return "Schema" if above in _SCHEMAS else None
        return None


_OPEN = ("any", "open")
_ANYTHING = "anything"
_PLACES = {"plain": "a value", "choice": "a value", "list": "a list", "map": "a map"}


def _same_kind(kind: str, name: str) -> bool:
    return kind in (name, _ANYTHING) or (kind in _SCHEMAS and name in _SCHEMAS)


def _fields(node: Node, name: str) -> Mapping[str, Field]:
    """The fields of an object; security schemes and OAuth flows have more by what they are."""
    base, _, variant = name.partition(" ")
    if base in VARIANTS:
        told_by, default = VARIANTS[base]
        variant = str(node.value.get(told_by, default))
    more = OBJECTS.get(f"{base} {variant}") if variant else None
    return {**OBJECTS[base], **more} if more else OBJECTS[base]


def _map_of_scopes(node: Node) -> str:
    """What to write in place of the security requirement of AsyncAPI 2."""
    names = list(node.value)
    if len(names) == 1 and isinstance(node.value[names[0]], list):
        return f"; AsyncAPI 3 refers to schemes: $ref: '#/components/securitySchemes/{names[0]}'"
    return ""


# -- words -----------------------------------------------------------------------------------------

_NAMES = {
    "AsyncAPI": "AsyncAPI",
    "ExternalDocs": "External Documentation",
    "Reply": "Operation Reply",
    "ReplyAddress": "Operation Reply Address",
    "CorrelationId": "Correlation ID",
    "OAuthFlow": "OAuth Flow",
    "OAuthFlows": "OAuth Flows",
    "ObjectSchema": "Schema",
    "Ack": "Schema",
    "EmptyBinding": "empty Binding",
    "OtherBinding": "Binding",
    "WebSocketsChannelBinding": "WebSockets Channel Binding",
}


def article(name: str) -> str:
    """An object's name as the specification writes it, with its article: `a Channel Object`."""
    base = name.partition(" ")[0]
    words = _NAMES.get(base) or re.sub(r"(?<=[a-z])(?=[A-Z])", " ", base)
    for wrong, right in (("Amqp", "AMQP"), ("Http", "HTTP"), ("Mqtt", "MQTT"), ("Nats", "NATS")):
        words = words.replace(wrong, right)
    is_vowel = words[0] in "AEIO" or words.startswith(("HTTP", "MQTT"))
    return f"{'an' if is_vowel else 'a'} {words} Object"
