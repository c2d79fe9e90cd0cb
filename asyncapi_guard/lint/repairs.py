"""Repairs: what is to be done about a finding, where there is one thing and it is safe.

Safe means that a document says afterwards what its author evidently meant, and nothing else: a
word that is one slip of the finger away from the only word that fits, a number where text was
wanted, a reference that takes another way to the same thing. What removes, demands or allows
anything that was not written is for people: unused components stay, a discriminator does not
become required, limits beside a `$ref` do not begin to count. So is what could be repaired at two
places: of `required: [password]` and a property `passowrd`, nobody knows which one clients send.
"""

from __future__ import annotations

import json
import re
from dataclasses import dataclass
from types import MappingProxyType
from typing import TYPE_CHECKING, Any

from asyncapi_guard.lint.forms import PLACEHOLDER
from asyncapi_guard.schema.formats import KNOWN
from asyncapi_guard.spec.edit import Edit, Insert, Remove, Rename, SetValue, Written
from asyncapi_guard.spec.pointers import format_pointer
from asyncapi_guard.spec.protocols import is_for_socketio
from asyncapi_guard.spec.references import Node, Unresolvable, is_reference
from asyncapi_guard.spec.schema_habits import TYPES
from asyncapi_guard.spec.wording import shown

if TYPE_CHECKING:
    from collections.abc import Callable, Collection, Iterable, Iterator, Mapping

    from asyncapi_guard.errors import Finding
    from asyncapi_guard.lint.linter import Examined
    from asyncapi_guard.spec.pointers import Path
    from asyncapi_guard.spec.references import Documents
    from asyncapi_guard.spec.source import Source

__all__ = ["REPAIRS", "Repair", "meant", "repairs_of"]

#: What `validate --fix` does, by the code of the finding.
REPAIRS: Mapping[str, str] = MappingProxyType(
    {
        "unsupported-version": "Replaces `3.0` and `3.1` with `3.0.0` and `3.1.0`.",
        "unresolvable-reference": (
            "Corrects the case of a reference that matches one component except for its case."
        ),
        "missing-field": (
            "Replaces a security requirement of AsyncAPI 2, `name: []`, with a reference to the "
            "scheme of that name."
        ),
        "unknown-field": "Renames a misspelled field if only one field is close to it.",
        "wrong-type": (
            "Puts a number or a boolean in quotes if a string is expected, and removes the quotes "
            "if a number or a boolean is expected."
        ),
        "bad-value": "Corrects a misspelled value if only one value is close to it.",
        "equal-items": "Removes the second of two equal items.",
        "operation-channel": (
            "Replaces the reference with a reference to the document's own, equivalent channel."
        ),
        "operation-messages": (
            "Replaces the reference with a reference to the channel's entry for the same message."
        ),
        "reply-channel": (
            "Replaces the reference with a reference to the document's own, equivalent channel."
        ),
        "reply-messages": (
            "Replaces the reference with a reference to the channel's entry for the same message."
        ),
        "channel-servers": (
            "Replaces the reference with a reference to the document's own, equivalent server."
        ),
        "parameters-missing": "Adds an empty entry for each name in the address.",
        "invalid-schema": (
            "Corrects a misspelled type if only one type is close to it, and `int`, `bool` and "
            "`str`. (`string?` is left alone because it might mean null, and `strings` because it "
            "might mean a list.)"
        ),
        "prefix-items": (
            "Renames `prefixItems` to `items`, after renaming `items` to `additionalItems`."
        ),
        "default-type": (
            "Puts a default in quotes, or removes its quotes, if the default then has the "
            "schema's type."
        ),
        "unknown-keyword": (
            "Renames a misspelled keyword if only one keyword is close to it. Short keywords such "
            "as `not`, `const`, `$ref` and `oneOf` must have the same letters. (`cost` is not "
            "treated as a typo for `const`.)"
        ),
        "unknown-format": (
            "Corrects a format that matches one known format except for its case or two swapped "
            "letters. (`uint32` is not treated as a typo for `int32`.)"
        ),
        "summary-form": "The period at the end of a summary of one line goes.",
        "tags-order": (
            "The tags are sorted, unless there are comments among them, because a comment can "
            "belong to the tag above or below it."
        ),
        "server-slash": "In documents for Socket.IO the slash at the end of the path goes.",
    }
)


@dataclass(frozen=True, slots=True)
class Repair:
    """What is to be done about a finding.

    Attributes:
        finding: what it is about.
        source: the file to edit.
        edit: the edit.
        what: what it does, for people.
        place: where the repaired value stands then.
    """

    finding: Finding
    source: Source
    edit: Edit
    what: str
    place: Path


def repairs_of(examined: Examined) -> tuple[Repair, ...]:
    """The safe repairs of what was reported, in its order; one for a place."""
    documents = examined.documents
    if documents is None:
        return ()
    sources = {source.name: source for source in documents.sources()}
    written = {name: Written(source) for name, source in sources.items()}
    ends: dict[str, dict[Any, list[str]]] = {}
    found = []
    for finding in examined.findings:
        source = sources.get(finding.file)
        node = _node_at(source, finding.pointer) if source is not None else None
        repair = _RULES.get(finding.code)
        if node is None or repair is None or node.source.text is None:
            continue
        wanted = examined.wanted.get((finding.file, finding.pointer, finding.code), ())
        made = repair(_Case(node, wanted, documents, written[finding.file], ends))
        if made is not None:
            edit, what = made
            place = (*edit.path[:-1], edit.key) if isinstance(edit, Rename) else edit.path
            found.append(Repair(finding, node.source, edit, what, place))
    return tuple(_apart(found))


def _apart(repairs: Iterable[Repair]) -> Iterator[Repair]:
    """Those that have nothing to do with one another; the others are for another time."""
    taken: set[tuple[str, Path]] = set()
    above: set[tuple[str, Path]] = set()
    for repair in repairs:
        uri, path = repair.source.uri, repair.edit.path
        holders = {(uri, path[:end]) for end in range(len(path) + 1)}
        if taken.isdisjoint(holders) and (uri, path) not in above:
            taken.add((uri, path))
            above |= holders
            yield repair


def _node_at(source: Source, pointer: str) -> Node | None:
    node = Node(source, (), source.data)
    for part in pointer.split("/")[1:]:
        key: Any = part.replace("~1", "/").replace("~0", "~")
        try:
            node = node.child(int(key) if isinstance(node.value, list) else key)
        except (KeyError, IndexError, TypeError, ValueError):
            return None
    return node


# -- what was meant --------------------------------------------------------------------------------

_SEPARATORS = re.compile(r"[-_ ]")
_DIGITS = re.compile(r"\D+")
_SHORTEST = 4


def meant(name: str, names: Collection[Any]) -> str | None:
    """The only one of several names that a misspelt one can be; `None` if there is none, or more.

    That is: the same letters, whatever their case and what separates words; or one letter that is
    wrong, missing or too many, or two that are exchanged. Digits are never guessed.
    """
    known = [each for each in names if isinstance(each, str) and each != name]
    same = [each for each in known if _plain(each) == _plain(name)]
    near = same or [each for each in known if _is_slip(name.lower(), each.lower())]
    return near[0] if len(near) == 1 else None


def _plain(name: str) -> str:
    return _SEPARATORS.sub("", name).lower()


def _is_slip(one: str, other: str) -> bool:
    if max(len(one), len(other)) < _SHORTEST or abs(len(one) - len(other)) > 1:
        return False
    if _DIGITS.sub("", one) != _DIGITS.sub("", other):
        return False
    begin = 0
    while begin < min(len(one), len(other)) and one[begin] == other[begin]:
        begin += 1
    a, b = one[begin:], other[begin:]
    return a[1:] == b or a == b[1:] or a[1:] == b[1:] or (a[1::-1] == b[:2] and a[2:] == b[2:])


# -- one rule each ---------------------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class _Case:
    """A value at which something was found, and what would be right.

    Attributes:
        ends: by the map that they are entries of, references by where they lead; shared by all.
    """

    node: Node
    wanted: Collection[Any]
    documents: Documents
    written: Written
    ends: dict[str, dict[Any, list[str]]]

    @property
    def path(self) -> Path:
        return self.node.path

    def above(self, levels: int = 1) -> Any:
        """The value some levels above."""
        value = self.node.source.data
        for part in self.path[: len(self.path) - levels]:
            value = value[part]
        return value

    def end(self, ref: str) -> Any:
        """The place that a reference, written here, leads to in the end; `None` for nowhere."""
        try:
            return self.documents.resolve(Node(self.node.source, self.path, {"$ref": ref})).place
        except Unresolvable:
            return None


_Made = tuple[Edit, str]


def _renamed(case: _Case) -> _Made | None:
    old = case.path[-1]
    name = meant(str(old), case.wanted)
    if name is None or name in case.above() or _is_meant_twice(case, name):
        return None
    return Rename(case.path, name), f"renamed {shown(old)} to {shown(name)}"


def _is_meant_twice(case: _Case, name: str) -> bool:
    others = [key for key in case.above() if key != case.path[-1] and key not in case.wanted]
    return any(meant(key, case.wanted) == name for key in others)


def _field(case: _Case) -> _Made | None:
    """A field; but a map of things is not what one thing is, whatever their names."""
    made = _renamed(case)
    is_one = isinstance(case.node.value, dict) and f"{case.path[-1]}s" in case.wanted
    return None if is_one else made


#: Keywords that are near words of their own (`cost`, `note`, `noneOf`, `when`, `ref`), and with
#: which a schema refuses what it allowed, or says the contrary.
_GRAVE = frozenset(
    ("$ref", "allOf", "anyOf", "const", "else", "if", "not", "oneOf", "propertyNames", "then")
)


def _keyword(case: _Case) -> _Made | None:
    made = _renamed(case)
    if made is None or not isinstance(made[0], Rename) or made[0].key not in _GRAVE:
        return made
    return made if _has_same_letters(str(case.path[-1]), made[0].key) else None


def _set(case: _Case, value: Any, what: str) -> _Made:
    return SetValue(case.path, value), what


def _respelt(case: _Case, names: Collection[Any]) -> _Made | None:
    old = case.node.value
    name = meant(old, names) if isinstance(old, str) else None
    return _set(case, name, f"{shown(old)} became {shown(name)}") if name is not None else None


def _bad_value(case: _Case) -> _Made | None:
    return _respelt(case, case.wanted)


def _format(case: _Case) -> _Made | None:
    """Formats may have any name: a letter more or less makes another one."""
    old = case.node.value
    same = [name for name in KNOWN if isinstance(old, str) and _has_same_letters(old, name)]
    if len(same) != 1:
        return None
    return _set(case, same[0], f"{shown(old)} became {shown(same[0])}")


#: Other languages' names for one type, of which nothing else is said.
_OTHER_NAMES = {"bool": "boolean", "int": "integer", "str": "string"}


def _schema_type(case: _Case) -> _Made | None:
    """A type; but `string?` may be null as well, and `strings` may be a list of them."""
    old = case.node.value
    if case.path[-1:] != ("type",) or not isinstance(old, str) or old in TYPES:
        return None
    name = old.lower()
    if name in _OTHER_NAMES:
        return _set(case, _OTHER_NAMES[name], f"{shown(old)} became {shown(_OTHER_NAMES[name])}")
    is_word = name.isalpha() and not (name[-1] == "s" and name[:-1] in TYPES)
    return _respelt(case, TYPES) if is_word else None


def _positional(case: _Case) -> _Made | None:
    """`items` for `prefixItems`; what is in `items` already makes room in the round before."""
    schema, items = case.above(), case.node.value
    if not isinstance(items, list) or not items:
        return None
    if "items" not in schema:
        return Rename(case.path, "items"), "renamed 'prefixItems' to 'items'"
    if isinstance(schema["items"], list) or "additionalItems" in schema:
        return None
    path = (*case.path[:-1], "items")
    return Rename(path, "additionalItems"), "renamed 'items' to 'additionalItems'"


def _version(case: _Case) -> _Made | None:
    value = case.node.value
    text = value if isinstance(value, str) else case.written.plain(case.path)
    if case.path != ("asyncapi",) or text not in ("3.0", "3.1"):
        return None
    return _set(case, f"{text}.0", f"replaced {text} with {text}.0")


def _wrong_type(case: _Case) -> _Made | None:
    (kind,) = case.wanted or ("",)
    if kind in _NUMBERS or kind == "boolean":
        return _unquoted(case, kind)
    return _quoted(case) if kind else None


def _default(case: _Case) -> _Made | None:
    kind = case.above().get("type")
    if kind in _NUMBERS or kind == "boolean":
        return _unquoted(case, kind)
    return _quoted(case) if kind == "string" else None


def _quoted(case: _Case) -> _Made | None:
    """A number or a boolean as text, as it is written."""
    if not isinstance(case.node.value, (bool, int, float)):
        return None
    text = case.written.plain(case.path)
    return _set(case, text, "put it in quotes") if text is not None else None


_NUMBERS = ("integer", "natural", "number", "positive")
_JSON_NUMBER = re.compile(r"-?(?:0|[1-9][0-9]{0,14})(\.[0-9]{1,9})?")


def _unquoted(case: _Case, kind: str) -> _Made | None:
    text = case.node.value
    if not isinstance(text, str):
        return None
    if kind == "boolean":
        fits = text in ("true", "false")
    else:
        found = _JSON_NUMBER.fullmatch(text)
        fits = found is not None and (kind == "number" or found[1] is None)
    return _set(case, json.loads(text), "removed the quotes") if fits else None


def _equal_item(case: _Case) -> _Made:
    return Remove(case.path), "removed the duplicate item"


def _own_channel(case: _Case) -> _Made | None:
    return _rerouted(case, "#/channels", case.documents.main.data.get("channels"))


def _own_server(case: _Case) -> _Made | None:
    return _rerouted(case, "#/servers", case.documents.main.data.get("servers"))


def _own_message(case: _Case) -> _Made | None:
    channel = case.above(2).get("channel")
    if not is_reference(channel) or not channel["$ref"].startswith("#/"):
        return None
    place = Node(case.node.source, (*case.path[:-2], "channel"), channel)
    try:
        entries = case.documents.resolve(place).value["messages"]
    except (KeyError, TypeError, Unresolvable):
        return None
    return _rerouted(case, f"{channel['$ref']}/messages", entries)


def _rerouted(case: _Case, base: str, entries: Any) -> _Made | None:
    """A reference to the one entry of a map that means what is referred to now."""
    if not is_reference(case.node.value) or not isinstance(entries, dict):
        return None
    if case.node.source is not case.documents.main:
        return None
    old = case.node.value["$ref"]
    if base not in case.ends:
        names = (f"{base}{format_pointer((key,))}" for key in entries)
        case.ends[base] = _by_end(case, names)
    same = case.ends[base].get(case.end(old), ())
    if len(same) != 1 or "%" in same[0] or same[0] == old:
        return None
    return SetValue((*case.path, "$ref"), same[0]), f"{shown(old)} became {shown(same[0])}"


def _by_end(case: _Case, names: Iterable[str]) -> dict[Any, list[str]]:
    """References by where they lead to in the end, but for those that lead nowhere."""
    found: dict[Any, list[str]] = {}
    for name in names:
        end = case.end(name)
        if end is not None:
            found.setdefault(end, []).append(name)
    return found


def _parameters(case: _Case) -> _Made | None:
    holder, address = case.path[:-1], case.node.value
    names = [name for name in PLACEHOLDER.findall(str(address)) if name]
    if not names or not all(re.fullmatch(r"[A-Za-z0-9_\-]+", name) for name in names):
        return None
    if any(meant(key, ("parameters",)) for key in case.above()):
        return None  # they are there, under a name that is repaired first
    value: dict[str, Any] = {name: {} for name in names}
    return Insert(holder, "parameters", value, "address"), "added the address's parameters"


def _security(case: _Case) -> _Made | None:
    """`name: []` of AsyncAPI 2, where a scheme has that name."""
    old = case.node.value
    is_requirement = case.path[-2:-1] == ("security",) and isinstance(old, dict) and len(old) == 1
    if not is_requirement or list(old.values()) != [[]]:
        return None
    (name,) = old
    ref = f"#/components/securitySchemes{format_pointer((name,))}"
    if case.node.source is not case.documents.main or case.end(ref) is None or "%" in ref:
        return None
    return _set(case, {"$ref": ref}, f"replaced it with a reference to {shown(ref)}")


def _names_event(entries: Node, key: str) -> bool:
    """Whether a key is what clients send: that of a channel's message that has no name."""
    message = entries.value[key]
    is_named = isinstance(message, dict) and "name" in message
    return "channels" in entries.path and entries.path[-1:] == ("messages",) and not is_named


def _reference(case: _Case) -> _Made | None:
    """`#/components/schemas/user` where there is only `User`."""
    old = case.node.value
    if not isinstance(old, str) or not old.startswith("#/") or "%" in old:
        return None
    holder, _, name = old.rpartition("/")
    target = _node_at(case.node.source, holder[1:])
    if target is None or not isinstance(target.value, dict):
        return None
    same = [key for key in target.value if key.lower() == name.lower()]
    if len(same) != 1 or format_pointer(same) != f"/{same[0]}" or _names_event(target, same[0]):
        return None
    return _set(case, f"{holder}/{same[0]}", f"{shown(old)} became {shown(f'{holder}/{same[0]}')}")


def _has_same_letters(one: str, other: str) -> bool:
    """Whether two names differ by case, by what separates words, or by two letters exchanged."""
    a, b = _plain(one), _plain(other)
    is_near = a == b or (len(a) == len(b) and sorted(a) == sorted(b) and _is_slip(a, b))
    return is_near and _DIGITS.sub("", one) == _DIGITS.sub("", other)


def _summary(case: _Case) -> _Made | None:
    text = case.node.value
    if not isinstance(text, str) or "\n" in text.strip():
        return None
    return _set(
        case, text.rstrip().removesuffix("."), "removed the period at the end of the summary"
    )


def _server_path(case: _Case) -> _Made | None:
    """Elsewhere, a path with a slash at its end may be another one than without."""
    path = case.node.value
    if not isinstance(path, str) or not is_for_socketio(case.documents):
        return None
    return _set(case, path.rstrip("/"), f"{shown(path)} became {shown(path.rstrip('/'))}")


#: A comment: in a text between quotes it may be none, and then nothing is moved as well.
_COMMENT = re.compile(r"(?:^|\s)#")


def _tags_order(case: _Case) -> _Made | None:
    """The list in order, if no comment stands in it."""
    tags = Node(case.node.source, case.path[:-1], case.above())
    names = [_tag_name(case, tag) for tag in tags.values()]
    if any(name is None for name in names) or _has_comments(tags):
        return None
    pairs = zip([str(name) for name in names], tags.value, strict=True)
    ordered = sorted(pairs, key=lambda pair: (pair[0].casefold(), pair[0]))
    return SetValue(tags.path, [tag for _, tag in ordered]), "sorted the tags"


def _tag_name(case: _Case, tag: Node) -> str | None:
    try:
        name = case.documents.resolve(tag).value["name"]
    except (KeyError, TypeError, Unresolvable):
        return None
    return name if isinstance(name, str) else None


def _has_comments(node: Node) -> bool:
    """Whether a comment stands on a line from the key of a value to the last thing in it."""
    first, todo = node.source.position(node.path, key=True).line, [node]
    last = first
    while todo:
        below = todo.pop()
        last = max(last, node.source.position(below.path).line)
        if isinstance(below.value, (dict, list)):
            todo.extend(below.values())
    lines = (node.source.text or "").splitlines()[first - 1 : last]
    return any(_COMMENT.search(line) for line in lines)


_RULES: Mapping[str, Callable[[_Case], _Made | None]] = {
    "bad-value": _bad_value,
    "channel-servers": _own_server,
    "default-type": _default,
    "equal-items": _equal_item,
    "invalid-schema": _schema_type,
    "missing-field": _security,
    "operation-channel": _own_channel,
    "operation-messages": _own_message,
    "parameters-missing": _parameters,
    "prefix-items": _positional,
    "reply-channel": _own_channel,
    "reply-messages": _own_message,
    "server-slash": _server_path,
    "summary-form": _summary,
    "tags-order": _tags_order,
    "unknown-field": _field,
    "unknown-format": _format,
    "unknown-keyword": _keyword,
    "unresolvable-reference": _reference,
    "unsupported-version": _version,
    "wrong-type": _wrong_type,
}
