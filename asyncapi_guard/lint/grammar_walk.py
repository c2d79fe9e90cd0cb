"""The walk over a document by the grammar: every object, field, type, key and reference.

What a reference leads to is visited after everything that stands where it belongs, so that it is
known by then what a place is: a reference to a message where a channel is wanted is one finding at
the reference, and not a dozen at the message.
"""

from __future__ import annotations

import json
import re
from collections import deque
from functools import lru_cache
from typing import TYPE_CHECKING, Any, NamedTuple

from asyncapi_guard.lint.binding_versions import (
    fields_of_version,
    hint_at_level,
    hint_at_version,
    hint_at_versions,
    may_be_empty,
    takes_more,
    version_of_binding,
)
from asyncapi_guard.lint.grammar import (
    CLOSED,
    KEYS,
    LATEST,
    OBJECTS,
    ONE_OF,
    VARIANTS,
    VERSIONS,
    Field,
    Type,
)
from asyncapi_guard.lint.habits import habit_of, missing_hint, stands_for
from asyncapi_guard.lint.hints import choice_hint, hint_for, kind_hint
from asyncapi_guard.lint.mock_extension import mock_faults
from asyncapi_guard.lint.plain import kind_of_plain, plain_fault
from asyncapi_guard.lint.ref_siblings import check_siblings
from asyncapi_guard.lint.slips import report_slips
from asyncapi_guard.spec.acks import ack_fault, ack_schema, option_faults
from asyncapi_guard.spec.own_extensions import extension_faults, own_extension
from asyncapi_guard.spec.pointers import format_pointer
from asyncapi_guard.spec.references import Documents, Node, Unresolvable, is_reference
from asyncapi_guard.spec.wording import kind_of, nearest, shown

if TYPE_CHECKING:
    from collections.abc import Mapping

    from asyncapi_guard.lint.findings import Findings
    from asyncapi_guard.spec.memory import Memory
    from asyncapi_guard.spec.pointers import Path
    from asyncapi_guard.spec.source import Source

__all__ = ["GrammarWalk"]

_EXTENSION = re.compile(r"x-[\w\d.\-]+", re.ASCII)
_SECTIONS = frozenset(("channels", "components", "operations", "servers"))
#: Characters of a field that is repeated in what to call it.
_LONGEST_NAME = 120
_ROOT_MAPS = frozenset((name,) for name in _SECTIONS)
_SCHEMAS = frozenset(("Schema", "ObjectSchema", "Ack"))


class _Known(NamedTuple):
    """The fields of an object.

    Attributes:
        name: the kind of the object.
        fields: those that it may have.
        every: those of other versions as well.
    """

    name: str
    fields: Mapping[str, Field]
    every: Mapping[str, Field]


class GrammarWalk:
    """One walk over a document and what it refers to.

    Attributes:
        visited: the objects found, by their names in the grammar, each place once.
        references: every reference that was followed, with its target.
    """

    def __init__(
        self, documents: Documents, findings: Findings, memory: Memory | None = None
    ) -> None:
        self.memory: Memory | None = memory
        self._documents = documents
        self._findings = findings
        self._seen: set[tuple[Any, str]] = set()
        #: What a place is, by where it stands.
        self._kinds: dict[tuple[str, Path], str] = {}
        self._waiting: deque[tuple[Node, str]] = deque()
        self._asyncapi = str(documents.main.data.get("asyncapi", ""))
        #: Of the binding that is being looked at.
        self._binding_version: str | None = None
        self.visited: dict[str, list[Node]] = {name: [] for name in (*OBJECTS, *_SCHEMAS)}
        self.references: list[tuple[Node, Node]] = []
        #: The files that were looked through for slips.
        self._read: set[str] = set()
        self._root = Node(documents.main, (), documents.main.data)

    def check(self, root: Node) -> None:
        """Walk from the root."""
        self._look_for_slips(root.source)
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
        elif type.kind == "union":
            self._visit_union(node, type)
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

    def _expect(self, node: Node, expected: str, type: Type, *, fits: bool, hint: str = "") -> bool:
        if not fits:
            message = f"expected {expected}, got {kind_of(node.value)}"
            message += hint or hint_for(self._root, node, type)
            self._findings.explain("wrong-type", node, message, key=isinstance(node.value, dict))
        return fits

    def _visit_choice(self, node: Node, type: Type) -> None:
        wanted = "a string" if isinstance(type.choices[0], str) else "a number"
        if kind_of(node.value) != wanted:
            hint = ""
            if wanted == "a number" and node.value in map(str, type.choices):
                hint = "; remove the quotes"
            elif wanted == "a string" and node.value.__class__ in (int, float):
                hint = "; put it in quotes"
            self._expect(node, wanted, type, fits=False, hint=hint)
        elif node.value not in type.choices:
            choices = ", ".join(map(str, type.choices))
            got = shown(node.value) if isinstance(node.value, str) else str(node.value)
            message = f"expected one of {choices}; got {got}"
            is_version = type.choices[-1] == LATEST
            near = hint_at_versions(type) if is_version else nearest(node.value, type.choices)
            message += choice_hint(node) or near
            self._findings("bad-value", node, message, wanted=type.choices)

    def _visit_union(self, node: Node, type: Type) -> None:
        for each in type.several:
            if _written_as(each) == kind_of(node.value):
                self._visit(node, each)
                return
        expected = dict.fromkeys(map(_written_as, type.several))
        self._expect(node, " or ".join(expected), type, fits=False)

    # -- lists and maps ----------------------------------------------------------------------------

    def _visit_list(self, node: Node, type: Type) -> None:
        is_list = isinstance(node.value, list)
        if type.item is None or not self._expect(node, "a list", type, fits=is_list):
            return
        others = 0
        for item in node.values():
            is_other = _is_other_item(item.value, type.item)
            others += is_other
            # One finding is for all of them.
            if others <= 1 or not is_other:
                self._visit(item, type.item)
        if type.filled and not node.value:
            self._findings("bad-value", node, "expected at least one item, got an empty list")
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
                message = f"duplicate of item {first}; remove one of them"
                self._findings("equal-items", item, message)

    def _visit_map(self, node: Node, type: Type) -> None:
        is_map = isinstance(node.value, dict)
        if type.item is None or not self._expect(node, "a mapping", type, fits=is_map):
            self._findings.misplace(f"#{format_pointer(node.path)}/")
            return
        if is_reference(node.value) and type.item.kind != "plain":
            message = (
                "a map can't be a reference; write the map here, with references as its entries"
            )
            self._findings("reference-forbidden", node, message)
            return
        self._check_indentation(node, type.item)
        pattern = KEYS.get(type.keys or "")
        for key, item in node.items():
            if pattern is not None and not pattern.fullmatch(key):
                also = "'.', " if type.keys == "component" else ""
                message = f"invalid key {shown(key)}; use only letters, digits, {also}'-' and '_'"
                self._findings("bad-key", item, message, key=True)
            self._visit(item, type.item)

    def _check_indentation(self, node: Node, item: Type) -> None:
        """Report an entry whose fields stand beside it, and sections that stand among entries."""
        fields = OBJECTS.get(item.name, {}) if item.kind == "object" else {}
        empty = next((entry for _, entry in node.items() if entry.value is None), None)
        lost = [key for key in node.value if key in fields]
        if empty is not None and lost and item.name not in _SCHEMAS:
            names = ", ".join(map(repr, lost))
            message = f"{shown(empty.path[-1])} has no value; indent {names} further, under it"
            self._findings.explain("wrong-type", empty, message, key=True)
            for key in lost:
                self._findings.hide(node.child(key))
        for section in _SECTIONS.intersection(node.value) if node.path in _ROOT_MAPS else ():
            self._check_section(node.child(section), fields)

    def _check_section(self, entry: Node, fields: Mapping[str, Field]) -> None:
        if not isinstance(entry.value, dict) or not entry.value:
            return
        name, keys = entry.path[-1], entry.value.keys()
        inside = OBJECTS["Components"].keys() if name == "components" else keys - fields.keys()
        if not keys <= inside or keys <= fields.keys():
            return
        message = f"{name!r} is a section of the whole document; indent it less"
        self._findings.explain("unknown-field", entry, message, key=True)
        self._findings.misplace(f"#/{name}/")

    # -- objects -----------------------------------------------------------------------------------

    def _visit_object(self, node: Node, type: Type) -> None:
        if is_reference(node.value):
            self._kinds.setdefault(node.place, type.name)
            if type.reference == "no":
                message = f"{article(type.name)} can't be a reference; write it here"
                self._findings("reference-forbidden", node, message)
            else:
                if type.name == "Ack":
                    self._check_options(node)
                check_siblings(self._findings, node, in_schema=type.name in _SCHEMAS)
                self._waiting.append((node, type.name))
        elif type.reference == "must":
            message = f"expected a reference to {article(type.name)}, such as {{$ref: '#/...'}}"
            message += f", got {kind_of(node.value)}{hint_for(self._root, node, type)}"
            is_key = not isinstance(node.path[-1], int)
            self._findings.explain("reference-required", node, message, key=is_key)
        else:
            self._visit_inline(node, type.name, type)

    def _visit_inline(self, node: Node, name: str, type: Type | None = None) -> None:
        if (node.place, name) in self._seen:
            return
        self._seen.add((node.place, name))
        self._kinds.setdefault(node.place, name)
        if name == "Ack":
            fault = "" if self._check_options(node) else ack_fault(node)
            if fault:
                self._findings.explain("ack-schema", node, fault, key=True)
            self.visited["Ack"].append(ack_schema(node))
        elif name in _SCHEMAS:
            self.visited[name].append(node)
        elif isinstance(node.value, dict) and "$ref" in node.value:
            message = f"$ref must be a string, not {kind_of(node.value['$ref'])}"
            self._findings("wrong-type", node.child("$ref"), message)
        elif self._expect(
            node,
            f"{article(name)} (a mapping)",
            type or Type("object", name),
            fits=isinstance(node.value, dict),
        ):
            self.visited[name].append(node)
            self._check_fields(node, name)

    def _check_options(self, ack: Node) -> bool:
        """Whether something is wrong with what stands beside an ack's schema; it is reported."""
        faults = list(option_faults(ack))
        for place, message, key in faults:
            self._findings.explain("ack-options", place, message, key=key)
        return bool(faults)

    def _check_fields(self, node: Node, name: str) -> None:
        outer = self._binding_version
        if name in VERSIONS:
            self._binding_version = version_of_binding(node.value, VERSIONS[name])
        if name == "SecurityScheme" and _is_http_api_key(node.value):
            message = "'apiKey' is not for a header, a query or a cookie; write type: httpApiKey"
            self._findings.explain("bad-value", node.child("in"), message, place=node)
        every = _fields(node, name)
        fields = fields_of_version(every, self._binding_version, self._asyncapi)
        if node.value or not may_be_empty(name):
            self._check_required(node, name, fields)
        for finding in (*extension_faults(node, name), *mock_faults(node, name)):
            self._findings.add(finding)
        advised: set[str] = set()
        for key, item in node.items():
            if key in fields:
                self._visit(item, fields[key].type)
            elif own_extension(key) is None:
                self._other_field(key, node, _Known(name, fields, every), advised)
        self._binding_version = outer

    def _check_required(self, node: Node, name: str, fields: Mapping[str, Field]) -> None:
        for field in fields.values():
            if field.required and field.name not in node.value:
                self._missing(node, name, field.name, fields)
        wanted = ONE_OF.get(name, ())
        if wanted and not any(key in node.value for key in wanted):
            message = f"{article(name)} needs {' or '.join(map(repr, wanted))}"
            message += f"; put the data under {wanted[-1]!r}"
            self._findings.explain("missing-field", node, message, key=True)

    def _missing(self, node: Node, name: str, missing: str, fields: Mapping[str, Field]) -> None:
        if stands_for(name, node.value, missing, fields):
            return  # it is there, by another name, which is reported
        message = f"missing required field {missing!r} of {article(name)}"
        hint = _map_of_scopes(node) if name == "SecurityScheme" else ""
        if hint:
            self._findings.explain("missing-field", node, message + hint, key=True)
        else:
            message += missing_hint(name, missing)
            self._findings("missing-field", node, message, key=True)

    def _other_field(self, key: str, node: Node, known: _Known, advised: set[str]) -> None:
        item, name = node.child(key), known.name
        if key.startswith("x-") and name not in CLOSED:
            if not _EXTENSION.fullmatch(key):
                message = f"invalid extension name {shown(key)}; use only letters, digits, "
                self._findings("bad-extension-name", item, message + "'.', '-' and '_'", key=True)
            return
        if takes_more(name, self._binding_version):
            return
        if key in known.every:
            message = f"unknown field {shown(key)} of {article(name)}"
            message += hint_at_version(known.every[key])
            self._findings("unknown-field", item, message, key=True)
            return
        self._unknown_field(key, item, known, advised)

    def _unknown_field(self, key: str, item: Node, known: _Known, advised: set[str]) -> None:
        name, fields = known.name, known.fields
        habit = habit_of(name, key, item.value)
        if habit is not None and habit.advice in advised:
            return  # one finding is for all that is mended alike
        hint = nearest(key, fields)
        self._expect_references(key, name, hint if habit is None else f"; {habit.advice}")
        if habit is not None:
            for meant in habit.meant:
                self._findings.misplace(f"#{format_pointer((*item.path[:-1], meant))}/")
            advised.add(habit.advice)
            hint = f"; {habit.advice}"
        if not hint and name.endswith("Binding") and key != "bindingVersion" and len(item.path) > 1:
            hint = hint_at_level(item.path[-2], key)
        message = f"unknown field {shown(key)} of {article(name)}{hint or _of_your_own(key, name)}"
        is_oauth2 = name == "SecurityScheme" and "flows" in fields
        code = "oauth2-field" if is_oauth2 else "unknown-field"
        self._findings(code, item, message, key=True, wanted=fields)

    def _expect_references(self, key: str, name: str, hint: str) -> None:
        """Say nothing of references to what stands under an unknown field."""
        sections = [each for each in (*_SECTIONS, *OBJECTS["Components"]) if f"{each!r}" in hint]
        if name == "AsyncAPI" and key in ("schemas", "definitions", "models"):
            self._findings.misplace("#/components/schemas/")
        elif name == "AsyncAPI" and key in OBJECTS["Components"]:
            self._findings.misplace(f"#/components/{key}/")
        elif key in _SECTIONS:
            self._findings.misplace(f"#/{key}/")
        elif name in ("AsyncAPI", "Components") and sections:
            begin = "#/" if name == "AsyncAPI" else "#/components/"
            self._findings.misplace(f"{begin}{sections[0]}/")

    # -- references --------------------------------------------------------------------------------

    def _follow(self, node: Node, name: str) -> None:
        if (node.place, name) in self._seen:
            return
        self._seen.add((node.place, name))
        try:
            end, target = self._documents.resolve(node), self._documents.target(node)
            self.references.append((node, target))
            self._look_for_slips(end.source)
        except Unresolvable as error:
            for finding in error.findings:
                self._findings.add(finding)
            return
        if name == "open" or (self._is_other(end, name) and self._stands_for(target, name)):
            return  # what is wrong there is said there
        if self.check_kind(node, end, name):
            self._visit_inline(end, name)

    def _look_for_slips(self, source: Source) -> None:
        """Report the slips of a file, when something of it is needed for the first time."""
        if source.uri not in self._read:
            self._read.add(source.uri)
            report_slips(source, self._findings, self.memory)

    def has_visited(self, node: Node, name: str) -> bool:
        """Whether a place was taken for an object of a kind."""
        return (node.place, name) in self._seen

    def _is_other(self, node: Node, name: str) -> bool:
        kind = self._kind_at(node)
        return kind is not None and not _same_kind(kind, name)

    def _stands_for(self, target: Node, name: str) -> bool:
        """Whether what a reference names is itself a reference in the place of an object."""
        return is_reference(target.value) and self._kinds.get(target.place) == name

    def check_kind(self, ref: Node, target: Node, name: str) -> bool:
        """Report a reference that leads to another kind of thing; whether it does not."""
        kind = self._kind_at(target)
        if kind is None or _same_kind(kind, name):
            return True
        found = _PLACES.get(kind) or article(kind)
        message = (
            f"expected a reference to {article(name)}, but {shown(ref.value['$ref'])} is {found}"
        )
        message += kind_hint(ref, target, kind, name)
        self._findings.explain("wrong-kind", ref, message)
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


def _written_as(type: Type) -> str:
    """What a value of a type is in YAML or JSON, as `kind_of` says it."""
    if type.kind == "plain":
        return kind_of_plain(type.name)
    return "a list" if type.kind == "list" else "a mapping"


def _is_other_item(value: Any, item: Type) -> bool:
    """Whether an item is a text in place of an object, or a number in place of a text."""
    if item.kind == "object":
        return isinstance(value, str)
    is_text = item.kind == "plain" and kind_of_plain(item.name) == "a string"
    return is_text and isinstance(value, (bool, int, float))


def _fields(node: Node, name: str) -> Mapping[str, Field]:
    """The fields of an object; security schemes and OAuth flows have more by what they are."""
    base, _, variant = name.partition(" ")
    if base in VARIANTS:
        told_by, default = VARIANTS[base]
        variant = str(node.value.get(told_by, default))
    more = OBJECTS.get(f"{base} {variant}") if variant else None
    return {**OBJECTS[base], **more} if more else OBJECTS[base]


def _of_your_own(key: str, name: str) -> str:
    """What to do about a field that nobody knows."""
    if name.endswith("Binding"):
        return ""  # its page says what there is
    if name in CLOSED:
        return "; remove it"
    word = re.sub(r"^x[-_]?(?=[-_A-Z])|[^\w.-]", "", key, flags=re.ASCII).strip("_-")
    is_short = 0 < len(word) <= _LONGEST_NAME
    return f"; remove it, or name it 'x-{word}' if it is your own" if is_short else "; remove it"


def _is_http_api_key(scheme: Mapping[str, Any]) -> bool:
    """Whether a scheme is an API key as OpenAPI has it."""
    return scheme.get("type") == "apiKey" and scheme.get("in") in ("header", "query", "cookie")


def _map_of_scopes(node: Node) -> str:
    """What to write in place of the security requirement of AsyncAPI 2."""
    names = list(node.value)
    if len(names) == 1 and isinstance(node.value[names[0]], list):
        return f"; write a reference: $ref: '#/components/securitySchemes/{names[0]}'"
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
    "AwsPrincipal": "AWS Principal",
    "AwsStatement": "AWS Statement",
    "WebSocketsChannelBinding": "WebSockets Channel Binding",
}
#: Names of protocols, as their tables begin.
_PROTOCOLS = {
    "Amqp": "AMQP",
    "Anypoint Mq": "Anypoint MQ",
    "Google Pub Sub": "Google Pub/Sub",
    "Http": "HTTP",
    "Ibm Mq": "IBM MQ",
    "Jms": "JMS",
    "Mqtt": "MQTT",
    "Nats": "NATS",
    "Ros2": "ROS 2",
    "Sns": "SNS",
    "Sqs": "SQS",
}


@lru_cache(maxsize=512)
def article(name: str) -> str:
    """An object's name as the specification writes it, with its article: `a Channel Object`."""
    base = name.partition(" ")[0]
    words = _NAMES.get(base) or re.sub(r"(?<=[a-z0-9])(?=[A-Z])", " ", base)
    for wrong, right in _PROTOCOLS.items():
        words = words.replace(wrong, right)
    is_vowel = words[0] in "AEIOae" or words.startswith(("HTTP", "MQTT", "SNS", "SQS"))
    return f"{'an' if is_vowel else 'a'} {words} Object"
