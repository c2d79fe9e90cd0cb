"""YAML text: what it holds, and where each value stands.

The only module that reads with PyYAML. It reads the *events* of the C parser and builds plain
Python data itself, because the composer that PyYAML offers above them

- recurses in C, so that fifty thousand opening brackets end the process, where a loop over events
  just counts them;
- resolves scalars as YAML 1.1 did: `on`, `no`, `12:30` and `2024-01-01` are strings here, as YAML
  1.2's core schema says;
- takes the last of two equal keys in silence;
- breaks lines at U+0085, U+2028 and U+2029, which are characters like others in YAML 1.2.

It is also the faster of the two. Line numbers cost nothing until somebody asks for one: only then
is the text read a second time (`Marks`), and documents without faults never are.
"""

from __future__ import annotations

import math
import re
from itertools import islice
from typing import TYPE_CHECKING, Any, NamedTuple, NoReturn

import yaml

from asyncapi_guard.errors import UnreadableDocument
from asyncapi_guard.spec.limits import most_digits, refuse
from asyncapi_guard.spec.position import Position, position_at
from asyncapi_guard.spec.wording import cut, shown

if TYPE_CHECKING:
    from collections.abc import Iterator

    from asyncapi_guard.spec.limits import Limits
    from asyncapi_guard.spec.pointers import Path

__all__ = ["Builder", "Marks", "as_read", "events", "read_part", "without_surrogates"]

_Loader: Any = getattr(yaml, "CLoader", yaml.Loader)
_LONGEST_INDEX = 9

# -- data ------------------------------------------------------------------------------------------

_MERGE = object()

_PLAIN: dict[str, Any] = {
    **dict.fromkeys(("", "~", "null", "Null", "NULL")),
    **dict.fromkeys(("true", "True", "TRUE"), True),
    **dict.fromkeys(("false", "False", "FALSE"), False),
}
_NUMBER_BEGINS = frozenset("+-.0123456789IN")  # those of JSON's Infinity and NaN, too
_INTEGER = re.compile(r"[-+]?[0-9]+")
_PREFIXED = re.compile(r"0o[0-7]+|0x[0-9a-fA-F]+")
_FLOAT = re.compile(r"[-+]?(?:\.[0-9]+|[0-9]+(?:\.[0-9]*)?)(?:[eE][-+]?[0-9]+)?")
_NOT_FINITE = re.compile(r"[-+]?\.(?:inf|Inf|INF)|\.(?:nan|NaN|NAN)")
#: What no YAML may have, and each version of the library puts in other words.
_NOT_TEXT = re.compile("[^\t\n\r\x20-\x7e\x85\xa0-\ud7ff\ue000-\ufffd\U00010000-\U0010ffff]")
#: Line breaks of YAML 1.1 that are plain characters since 1.2.
_OLD_BREAKS = "\x85\u2028\u2029"
_OLD_BREAK = re.compile(f"[{_OLD_BREAKS}]")
#: The first of the characters that stand in for them.
_PRIVATE = 0xF0000
_TAG = "tag:yaml.org,2002:"
_COLLECTION_AS_KEY = (
    "a key must be a string, not a mapping or a sequence; text that begins with a bracket or a "
    "brace needs quotes"
)
_COLLECTION_TAGS = {_TAG + "map", _TAG + "seq"}
_KINDS = {str: "string", int: "number", float: "number", bool: "boolean", type(None): "null"}


class _Fault(NamedTuple):
    """What PyYAML found, in our words.

    Attributes:
        place: where it is, as people count.
        offset: the same in the text.
        begin: where that begins of which it is part.
        message: what is wrong, and what to do.
    """

    place: Position
    offset: int
    begin: int
    message: str


def _ends(fault: _Fault, least: int) -> Iterator[int]:
    """Where to cut a text to see what stands before a fault, wherever that really is."""
    if fault.begin != fault.offset:
        yield fault.begin
    end = fault.offset
    while end > least:
        yield end
        end //= 2


def _unreadable(text: str, error: yaml.YAMLError) -> _Fault:
    """What is wrong with a text that the library does not take.

    Its errors name places, on which the message rests; its sentence is only quoted.
    """
    from asyncapi_guard.spec.yaml_advice import advice_for

    if not isinstance(error, yaml.MarkedYAMLError):
        return _unreadable_character(text)
    context = error.context_mark
    mark = error.problem_mark or context
    if mark is None:
        return _unreadable_character(text)
    offset = min(mark.index, len(text))
    begin = min(context.index, offset) if context is not None else offset
    advice = advice_for(text, offset, begin)
    said = str(error.problem or error.context or "").partition("\n")[0]
    message = advice.message or "it cannot be read from here on"
    message += f" ({cut(said)})" if said else ""
    if advice.offset == offset:
        return _Fault(Position(mark.line + 1, mark.column + 1), offset, begin, message)
    return _Fault(position_at(text, advice.offset), offset, begin, message)


def _unreadable_character(text: str) -> _Fault:
    """What stands in a text of which the library says no more than that it cannot read it."""
    from asyncapi_guard.spec.yaml_advice import control_character

    found = _NOT_TEXT.search(text)
    if found is None:
        return _Fault(Position(0, 0), 0, 0, "it cannot be read")
    offset = found.start()
    return _Fault(position_at(text, offset), offset, offset, control_character(found[0]))


def _offset_of_line(text: str, number: int) -> int:
    offset = -1
    for _ in range(number - 1):
        offset = text.find("\n", offset + 1)
        if offset < 0:
            return len(text)
    return offset + 1


def events(text: str) -> Iterator[Any]:
    """The parser's events, with the line breaks of YAML 1.2 (5.4).

    To the library, as to YAML 1.1, three more characters break lines. Others stand in for them
    while it reads, as many of them, so that places are what they were.
    """
    if text.isascii() or _OLD_BREAK.search(text) is None:
        return yaml.parse(text, Loader=_Loader)
    stand_ins = "".join(islice(_unused(text), len(_OLD_BREAKS)))
    replaced = text.translate(str.maketrans(_OLD_BREAKS, stand_ins))
    return _put_back(replaced, str.maketrans(stand_ins, _OLD_BREAKS))


def _put_back(text: str, originals: dict[int, int]) -> Iterator[Any]:
    event: Any  # scalars have a value
    for event in yaml.parse(text, Loader=_Loader):
        if event.__class__ is yaml.ScalarEvent:
            event.value = event.value.translate(originals)
        yield event


def _unused(text: str) -> Iterator[str]:
    """Private characters that a text has neither as they are nor as escapes."""
    written = text.lower()
    private = (chr(code) for code in range(_PRIVATE, _PRIVATE + 0xFFFE))
    return (sign for sign in private if sign not in text and f"{ord(sign):x}" not in written)


class _Frame:
    """A mapping or a sequence that is being built."""

    __slots__ = ("anchor", "before", "key", "length", "levels", "lines", "merges", "value")

    def __init__(self, value: Any, anchor: str | None, before: int, length: int) -> None:
        self.value = value
        self.anchor = anchor
        self.before = before
        self.length = length
        #: How deep it is, as far as it is known: one level, and what is in it.
        self.levels = 1
        self.key: Any = None
        self.lines: dict[str, int] = {}
        self.merges: list[Any] = []


class Builder:
    """YAML events to data, within limits."""

    def __init__(self, name: str, limits: Limits) -> None:
        self.name: str = name
        self.limits: Limits = limits
        self.nodes: int = 0
        self.characters: int = 0
        #: Whether a limit was met.
        self.is_beyond: bool = False
        #: What stands behind an anchor, with its values, its characters and its levels.
        self.anchors: dict[str, tuple[Any, int, int, int]] = {}

    def build(self, text: str) -> Any:
        """The data of a text.

        Raises:
            UnreadableDocument: it is not YAML, has two equal keys, or is beyond the limits.
        """
        try:
            return self.build_now(text)
        except yaml.YAMLError as error:
            fault = _unreadable(text, error)
        except UnreadableDocument as error:
            if not self.is_beyond:
                self._refuse_unclosed(text, error)
            raise
        self._hold_to_limits(text, fault)
        return refuse(self.name, f"not YAML: {fault.message}", *fault.place)

    def _refuse_unclosed(self, text: str, error: UnreadableDocument) -> None:
        """Refuse what follows of a quote that nothing closes at the quote itself."""
        from asyncapi_guard.spec.yaml_slips import unclosed

        offset = _offset_of_line(text, error.findings[0].line + 1)
        slip = unclosed(text, offset)
        if slip is not None:
            refuse(self.name, slip.message, *position_at(text, slip.offset))

    def _hold_to_limits(self, text: str, fault: _Fault) -> None:
        """Refuse a text that is beyond our limits before the place at which it could not be read.

        The library looks ahead of its events, and has limits of its own, which differ between its
        versions: what is too deep for it is too deep for us, long before.
        """
        for end in _ends(fault, self.limits.depth):
            reading = Builder(self.name, self.limits)
            try:
                reading.build_now(text[:end])
            except yaml.YAMLError:
                pass  # it ends too early
            except UnreadableDocument:
                if reading.is_beyond:
                    raise

    def build_now(self, text: str) -> Any:  # noqa: C901, PLR0912, PLR0915  # a call per event would double the time
        """The data of a text.

        Raises:
            UnreadableDocument: as `build`.
            yaml.YAMLError: it is not YAML, in the words of the library.
        """
        stack: list[_Frame] = []
        result: Any = None
        documents = 0
        depth, limit = self.limits.depth, self.limits.nodes
        scalar, alias = yaml.ScalarEvent, yaml.AliasEvent
        mapping, sequence = yaml.MappingStartEvent, yaml.SequenceStartEvent
        for event in events(text):
            kind = event.__class__
            if kind is scalar:
                self.nodes += 1
                self.characters += len(event.value)
                if event.implicit[0]:
                    value = self._plain(event, event.value)
                else:
                    value = self._tagged(event)
                if event.anchor:
                    self.anchors[event.anchor] = (value, 1, len(event.value), 0)
            elif kind is mapping or kind is sequence:
                self.nodes += 1
                if len(stack) >= depth:
                    self._exceed(event, f"more than {depth} levels deep")
                self._check_tag(event)
                if event.anchor:
                    self.anchors.pop(event.anchor, None)
                frame = _Frame(
                    {} if kind is mapping else [], event.anchor, self.nodes, self.characters
                )
                if stack and stack[-1].key is None and stack[-1].value.__class__ is dict:
                    self._refuse(event, _COLLECTION_AS_KEY)
                stack.append(frame)
                continue
            elif kind is yaml.MappingEndEvent or kind is yaml.SequenceEndEvent:
                frame = stack.pop()
                value = frame.value
                for merged in frame.merges:
                    for key, item in merged.items():
                        value.setdefault(key, item)
                if frame.anchor:
                    size = self.nodes - frame.before + 1, self.characters - frame.length
                    self.anchors[frame.anchor] = (value, *size, frame.levels)
                if stack and stack[-1].levels <= frame.levels:
                    stack[-1].levels = frame.levels + (stack[-1].key is not _MERGE)
            elif kind is alias:
                value = self._alias(event, stack)
            elif kind is yaml.DocumentStartEvent:
                documents += 1
                if documents > 1:
                    self._refuse(event, "a second document begins; a file holds one")
                continue
            else:
                continue
            if self.nodes > limit:
                self._exceed(event, f"more than {limit:,} values, aliases expanded")
            if not stack:
                result = value
                continue
            frame = stack[-1]
            if frame.value.__class__ is list:
                frame.value.append(value)
            elif frame.key is None:
                frame.key = self._key(frame, value, event)
            elif frame.key is _MERGE:
                self._merge(frame, value, event)
                frame.key = None
            else:
                frame.value[frame.key] = value
                frame.key = None
        return result

    def _key(self, frame: _Frame, value: Any, event: Any) -> Any:
        if value.__class__ is not str:
            kind = _KINDS.get(type(value), "mapping or sequence")
            self._refuse(event, f"a key must be a string, not a {kind}; put it in quotes")
        line = event.start_mark.line + 1
        if value == "<<" and event.__class__ is yaml.ScalarEvent and event.implicit[0]:
            return _MERGE
        if value in frame.lines:
            self._refuse(
                event,
                f"duplicate key {shown(value)}, first defined on line {frame.lines[value]}; "
                "merge the two",
            )
        frame.lines[value] = line
        return value

    def _merge(self, frame: _Frame, value: Any, event: Any) -> None:
        several = value if isinstance(value, list) else [value]
        for merged in several:
            if not isinstance(merged, dict):
                self._refuse(event, "only mappings can be merged with '<<'")
        frame.merges.extend(several)

    def _alias(self, event: Any, stack: list[_Frame]) -> Any:
        try:
            value, nodes, characters, levels = self.anchors[event.anchor]
        except KeyError:
            message = f"the alias *{event.anchor[:60]} has no finished anchor before it; text that "
            self._refuse(event, f"{message}begins with '*' needs quotes")
        self.nodes += nodes
        self.characters += characters
        if self.characters > self.limits.size:
            self._exceed(event, f"more than {self.limits.size:,} characters, aliases expanded")
        if levels and stack:
            holder = stack[-1]
            is_merged = holder.key is _MERGE
            if len(stack) + levels - is_merged > self.limits.depth:
                self._exceed(event, f"more than {self.limits.depth} levels deep, aliases expanded")
            holder.levels = max(holder.levels, levels + (not is_merged))
        return value

    def _tagged(self, event: Any) -> Any:
        """The value of a text in quotes, in a block, or with a tag."""
        text: str = event.value
        tag = event.tag
        if tag is None or tag in ("!", _TAG + "str"):
            return text
        if not tag.startswith(_TAG):
            self._refuse(event, _other_tag(tag))
        value = self._plain(event, text)
        wanted = {"int": int, "float": float, "bool": bool, "null": type(None)}
        kind = wanted.get(tag[len(_TAG) :])
        if kind is float and type(value) is int:
            value = self._float(event, str(value))
        if kind is None or type(value) is not kind:
            self._refuse(event, f"the value does not fit its tag !!{tag[len(_TAG) :]}")
        return value

    def _plain(self, event: Any, text: str) -> Any:
        if text in _PLAIN:
            return _PLAIN[text]
        if text[0] not in _NUMBER_BEGINS:
            return text
        integer = _INTEGER.fullmatch(text)
        if integer or _PREFIXED.fullmatch(text):
            return self._integer(event, text, 10 if integer else 0)
        if _FLOAT.fullmatch(text):
            return self._float(event, text)
        if _NOT_FINITE.fullmatch(text):
            self._refuse(event, "infinities and NaN are not JSON; put the text in quotes")
        return text

    def _integer(self, event: Any, text: str, base: int) -> int:
        digits = most_digits()
        is_short = len(text.lstrip("+-")) <= digits
        number = int(text, base) if is_short else 0
        if not is_short or (base != 10 and number >= 10**digits):
            self._refuse(event, "the number has too many digits")
        return number

    def _float(self, event: Any, text: str) -> float:
        number = float(text)
        if math.isinf(number):
            self._refuse(event, "the number is too large")
        return number

    def _check_tag(self, event: Any) -> None:
        tag = event.tag
        if tag is not None and tag != "!" and tag not in _COLLECTION_TAGS:
            self._refuse(event, _other_tag(tag))

    def _exceed(self, event: Any, message: str) -> NoReturn:
        self.is_beyond = True
        self._refuse(event, message)

    def _refuse(self, event: Any, message: str) -> NoReturn:
        mark = event.start_mark
        refuse(self.name, message, mark.line + 1, mark.column + 1)


def read_part(text: str, limits: Limits) -> tuple[dict[str, Any], int] | None:
    """A part of a text, read by itself, with the number of its values.

    `None` when it is no mapping that can be read, or has anchors, which other parts may name.
    """
    builder = Builder("", limits)
    try:
        data = builder.build_now(text)
    except (yaml.YAMLError, UnreadableDocument):
        return None
    return (data, builder.nodes) if isinstance(data, dict) and not builder.anchors else None


def _other_tag(tag: str) -> str:
    message = f"the tag {shown(tag)} is not one of YAML's JSON schema"
    if tag.lower() in ("!include", "!import", "!ref", "!reference"):
        return f"{message}; refer to another file with $ref: './file.yml'"
    return f"{message}; text that begins with '!' needs quotes"


# -- positions -------------------------------------------------------------------------------------

# JSON escapes astral characters as two surrogates, which YAML does not read. Positions do not
# change when they are replaced by as many characters.
_ESCAPE = re.compile(r"\\(?:u[dD]([89a-fA-F])([0-9a-fA-F]{2})|.)", re.DOTALL)


def without_surrogates(text: str) -> str:
    """The text with private characters in place of surrogates, one for each."""
    return _ESCAPE.sub(
        lambda match: rf"\ue{int(match[1], 16) - 8}{match[2]}" if match[1] else match[0], text
    )


def as_read(name: str) -> str:
    """A name as it is where positions are read, if the text escapes it."""
    if name.isascii():
        return name
    units = name.encode("utf-16-be", "surrogatepass")
    pairs = (int.from_bytes(units[i : i + 2], "big") for i in range(0, len(units), 2))
    return "".join(chr(u + 0x800 if 0xD800 <= u < 0xE000 else u) for u in pairs)


class Marks:
    """Where every value and every key of a text stands."""

    __slots__ = ("aliases", "keys", "values")

    def __init__(self) -> None:
        self.values: dict[Path, Position] = {}
        self.keys: dict[Path, Position] = {}
        #: What stands at a path by an alias or a merge key stands, in truth, at these.
        self.aliases: dict[Path, list[Path]] = {}

    @classmethod
    def of(cls, text: str) -> Marks:
        """The places of a text; of one that cannot be read, those before its fault."""
        marks = cls()
        try:
            marks._read(without_surrogates(text))
        except yaml.YAMLError:
            return marks  # JSON that YAML does not read: what was found so far has its place
        return marks

    def find(self, path: Path, *, key: bool) -> Position:
        """Where the value at `path` stands (with `key` its key), or what is nearest to it."""
        places = self._same([()])
        place = self.values.get((), Position(1, 1))
        for end, part in enumerate(path, 1):
            names = _as_named(part)
            below = [p for held in places for n in names if (p := (*held, n)) in self.values]
            if not below:
                break
            is_last = end == len(path)
            place = (self.keys.get(below[0]) if key and is_last else None) or self.values[below[0]]
            places = self._same(below)
        return place

    def _same(self, places: list[Path]) -> list[Path]:
        """Places, and where what stands there by an alias or a merge key stands in truth."""
        seen = set(places)
        for place in places:  # grows
            for same in self.aliases.get(place, ()):
                if same not in seen:
                    seen.add(same)
                    places.append(same)
        return places

    def _read(self, text: str) -> None:
        anchors: dict[Any, Path] = {}
        # The last part of the path is None while a mapping awaits a key.
        path: list[Any] = []
        for event in events(text):
            if isinstance(event, (yaml.MappingEndEvent, yaml.SequenceEndEvent)):
                path.pop()
                _advance(path)
                continue
            if not isinstance(event, yaml.NodeEvent):
                continue
            start: Any = event.start_mark  # never None for an event of a parser
            mark = Position(start.line + 1, start.column + 1)
            if path and path[-1] is None:
                path[-1] = event.value if isinstance(event, yaml.ScalarEvent) else ""
                self.keys[tuple(path)] = mark
                continue
            here = tuple(path)
            self.values[here] = mark
            self._merge(here)
            if isinstance(event, yaml.AliasEvent):
                if event.anchor in anchors:
                    self.aliases.setdefault(here, []).append(anchors[event.anchor])
            elif event.anchor:
                anchors[event.anchor] = here
            if isinstance(event, yaml.MappingStartEvent):
                path.append(None)
            elif isinstance(event, yaml.SequenceStartEvent):
                path.append(0)
            else:
                _advance(path)

    def _merge(self, here: Path) -> None:
        """`<<: *a`, `<<: {...}` and `<<: [*a, *b]`: what stands below stands above, too."""
        for holder in (here[:-1], here[:-2]):
            if here[len(holder) :][:1] == ("<<",):
                self.aliases.setdefault(holder, []).append(here)


def _as_named(part: str | int) -> set[str | int]:
    """What may stand for a part of a path; an index comes as text from a pointer."""
    if isinstance(part, int):
        return {part}
    names: set[str | int] = {part, as_read(part)}
    if part.isdecimal() and len(part) <= _LONGEST_INDEX:
        names.add(int(part))
    return names


def _advance(path: list[Any]) -> None:
    """The value at `path` is complete: the next index, or the next key."""
    if path:
        path[-1] = path[-1] + 1 if isinstance(path[-1], int) else None
