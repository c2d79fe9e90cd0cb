"""The outline of a text, readable or not: keys by indentation and brackets, and the cursor in it.

No parser: half-written YAML has lines that mean nothing yet, and the outline passes over them. JSON
is read as what it is to YAML, one value in brackets.
"""

from __future__ import annotations

import re
from dataclasses import dataclass, field

__all__ = ["Cursor", "Item", "read_outline"]

_KEY = re.compile(
    r"""("(?:[^"\\]|\\.)*"|'(?:[^']|'')*'|[^\s#"'\[\]{},&*!|>%@`-][^#]*?|-[^\s#]+?)\s*:(?=\s|$)"""
)
_DASH = re.compile(r"-(?: +|$)")
_BLOCK = re.compile(r"(?:[&!]\S+\s+)*[|>][-+0-9]{0,2}\s*(?:#.*)?$")
_PROPERTIES = re.compile(r"(?:[&!]\S+\s+)+")
_COMMENT = re.compile(r"(?:^|(?<=\s))#")
_TOKEN = re.compile(r"[^\s,\[\]{}:]+")


@dataclass
class Item:
    """A mapping, a list or a scalar of the outline.

    Attributes:
        path: where it is.
        column: the column of its keys or dashes; -1 in brackets.
        keys: the keys of a mapping, with what is there.
        items: how many items a list has.
        scalar: the text of a scalar.
        kind: `map`, `list`, `scalar` or empty, as long as nothing is known.
    """

    path: tuple[str | int, ...]
    column: int = -1
    keys: dict[str, Item] = field(default_factory=dict)
    items: list[Item] = field(default_factory=list)
    scalar: str | None = None
    kind: str = ""

    def at(self, path: tuple[str | int, ...]) -> Item | None:
        """What is at a path below."""
        found: Item | None = self
        for part in path:
            if found is None:
                return None
            if isinstance(part, int):
                found = found.items[part] if part < len(found.items) else None
            else:
                found = found.keys.get(part)
        return found


@dataclass
class Cursor:
    """The cursor in an outline.

    Attributes:
        root: the whole outline.
        path: the path of the mapping for a key, or of the value.
        role: `key`, `value`, `either` (an item or a value of which nothing is written yet),
            `comment` or `none`.
        start: the offset in the line at which the written part begins.
        written: what is written of it, up to the cursor.
        in_brackets: whether it is inside of `{}` or `[]`.
        is_json: whether keys are in quotes.
        column: the column at which a key begins.
    """

    root: Item
    path: tuple[str | int, ...] = ()
    role: str = "none"
    start: int = 0
    written: str = ""
    in_brackets: bool = False
    is_json: bool = False
    column: int = 0


def read_outline(lines: list[str], line: int, column: int) -> Cursor:
    """Return the outline of a text with the cursor in it.

    Args:
        lines: the lines, without their ends.
        line: the number of the cursor's line.
        column: the characters before the cursor in it.
    """
    return _Reader(lines, line, column).read()


class _Reader:
    def __init__(self, lines: list[str], line: int, column: int) -> None:
        self.lines, self.line, self.column = lines, line, column
        self.root = Item(())
        self.cursor = Cursor(self.root)
        self.stack: list[Item] = [self.root]
        #: The value of which nothing is written yet, and the column of its key.
        self.flow: list[Item] = []
        self.flow_key: str | None = None
        self.flow_colon = False
        self.block: int | None = None

    def read(self) -> Cursor:
        self.cursor.is_json = (
            next((each for each in self.lines if each.strip()), "").lstrip()[:1] == "{"
        )
        for number, text in enumerate(self.lines):
            here = number == self.line
            if self.flow:
                self._read_flow(text, 0, here=here)
                continue
            if self.block is not None:
                if not text.strip() and not here:
                    continue
                indent = len(text) - len(text.lstrip(" "))
                if indent > self.block or (here and not text.strip() and self.column > self.block):
                    if here:
                        self.cursor.role = "none"
                    continue
                self.block = None
            self._read_line(text, here=here)
        return self.cursor

    # -- lines -------------------------------------------------------------------------------------

    def _read_line(self, text: str, *, here: bool) -> None:
        comment = _comment_at(text)
        if here and comment is not None and self.column > comment:
            self._point("comment", (), comment, text[comment : self.column])
            here = False
        code = text if comment is None else text[:comment]
        if code.strip() and not code.startswith(("---", "...", "%")):
            self._read_code(code, here=here)
        elif here:
            self._point_at_blank()

    def _read_code(self, code: str, *, here: bool) -> None:
        position = len(code) - len(code.lstrip(" "))
        value: Item | None = None
        while found := _DASH.match(code, position):
            value = self._dash(position)
            if here and self.column <= found.end() and not code[found.end() :].strip():
                self._point("either", value.path, self.column, "", column=self.column)
                here = False
            position = found.end()
        key = _KEY.match(code, position)
        if key is not None:
            self._key(code, key, value, here=here)
        elif code[position:].strip():
            self._read_word(code, position, value, here=here)

    def _read_word(self, code: str, position: int, value: Item | None, *, here: bool) -> None:
        """Read what is no key: a value, or the beginning of a key."""
        waiting = value if value is not None else self._pending(position)
        if waiting is None and self.root.kind == "" and code[position] in "{[":
            waiting = self.root
        if waiting is not None and code[position] in "{[":
            self._value(code, position, waiting, here=here)
            return
        if here:
            self._point_at_word(code, position, value)
        if waiting is not None:
            self._value(code, position, waiting, here=False)

    def _key(self, code: str, key: re.Match[str], value: Item | None, *, here: bool) -> None:
        holder = self._map_at(key.start(), value)
        name = _unquoted(key[1])
        if here and self.column <= key.end(1):
            written = code[key.start() : self.column]
            self._point("key", holder.path, key.start(), written, column=key.start())
            here = False
        child = holder.keys.get(name) or Item((*holder.path, name))
        holder.keys[name] = child
        colon = code.index(":", key.end(1))
        if here and self.column > colon and not code[colon + 1 :].strip():
            self._point("value", child.path, max(self.column, colon + 1), "")
        elif code[colon + 1 :].strip():
            start = colon + 1 + len(code[colon + 1 :]) - len(code[colon + 1 :].lstrip())
            self._value(code, start, child, here=here)

    def _value(self, code: str, start: int, item: Item, *, here: bool) -> None:
        """Read a value that begins on a line."""
        properties = _PROPERTIES.match(code, start)
        start = properties.end() if properties else start
        if _BLOCK.match(code, start):
            item.kind = "scalar"
            indent = len(code) - len(code.lstrip(" -"))
            self.block = (
                max(0, indent) if item.path and isinstance(item.path[-1], str) else indent - 1
            )
            self.block = len(code) - len(code.lstrip(" ")) if self.block < 0 else self.block
            return
        if code[start : start + 1] in ("{", "["):
            self._open(item, code[start])
            self._read_flow(code, start + 1, here=here)
            return
        item.kind, item.scalar = "scalar", _unquoted(code[start:].strip())
        if here and self.column >= start:
            self._point("value", item.path, start, code[start : self.column])

    # -- blocks ------------------------------------------------------------------------------------

    def _map_at(self, column: int, value: Item | None) -> Item:
        """The mapping whose keys are at a column; a new one, if need be."""
        if value is not None and value.kind == "":
            value.kind, value.column = "map", column
            self.stack.append(value)
            return value
        while len(self.stack) > 1 and (
            self.stack[-1].column > column
            or (self.stack[-1].kind == "list" and self.stack[-1].column >= column)
        ):
            self.stack.pop()
        top = self.stack[-1]
        if top.kind == "":
            top.kind, top.column = "map", column
        if top.column >= column or top.kind == "list":
            return top
        below = _last(top)
        if below is None:
            return top
        if below.kind != "map":
            below.kind, below.scalar = "map", None
        below.column = column
        self.stack.append(below)
        return below

    def _dash(self, column: int) -> Item:
        """A new item of the list whose dashes are at a column."""
        while len(self.stack) > 1 and self.stack[-1].column > column:
            self.stack.pop()
        top = self.stack[-1]
        if top.kind == "map" and top.column == column and len(self.stack) > 1:
            below = _last(top)
            if below is None or below.kind not in ("", "list"):
                # The list is outside of the mapping, such as of an item before.
                self.stack.pop()
                top = self.stack[-1]
        if top.kind != "list" or top.column != column:
            below = _last(top) if top.kind else top
            if below is None:
                below = top
            below.kind, below.column = "list", column
            if below is not self.stack[-1]:
                self.stack.append(below)
            top = below
        item = Item((*top.path, len(top.items)))
        top.items.append(item)
        return item

    def _pending(self, column: int) -> Item | None:
        """The value of which nothing was written before a line, if the line is its."""
        top = self.stack[-1]
        below = _last(top)
        return below if below is not None and below.kind == "" and column > top.column else None

    def _holder(self, column: int) -> tuple[tuple[str | int, ...], str]:
        """What a new line at a column would be in: the path, and the role."""
        depth = len(self.stack) - 1
        while depth > 0 and (
            self.stack[depth].column > column
            or (self.stack[depth].kind == "list" and self.stack[depth].column >= column)
        ):
            depth -= 1
        top = self.stack[depth]
        if top.kind == "" or top.column >= column:
            return top.path, "key" if top.kind != "" else "either"
        below = _last(top)
        if below is None:
            return top.path, "key"
        if below.kind == "map" and below.column > column:
            return below.path, "key"
        return below.path, "key" if below.kind == "map" else "either"

    # -- the cursor --------------------------------------------------------------------------------

    def _point(
        self, role: str, path: tuple[str | int, ...], start: int, written: str, *, column: int = 0
    ) -> None:
        cursor = self.cursor
        cursor.role, cursor.path, cursor.start, cursor.written = role, path, start, written
        cursor.column = column
        cursor.in_brackets = bool(self.flow)

    def _point_at_blank(self) -> None:
        path, role = self._holder(self.column)
        self._point(role, path, self.column, "", column=self.column)

    def _point_at_word(self, code: str, position: int, value: Item | None) -> None:
        """Point at a word without a colon: the beginning of a key, or a value."""
        written = code[position : self.column]
        if value is not None:
            self._point("either", value.path, position, written, column=position)
            return
        path, role = self._holder(position)
        self._point(role, path, position, written, column=position)

    # -- brackets ----------------------------------------------------------------------------------

    def _open(self, item: Item, bracket: str) -> None:
        item.kind, item.column = ("map" if bracket == "{" else "list"), -1
        self.flow.append(item)
        self.flow_key, self.flow_colon = None, False

    def _slot(self) -> Item:
        """The value that comes next in brackets."""
        top = self.flow[-1]
        if top.kind == "list":
            item = Item((*top.path, len(top.items)))
            top.items.append(item)
            return item
        name = self.flow_key if self.flow_key is not None else ""
        item = top.keys.get(name) or Item((*top.path, name))
        if self.flow_colon:
            top.keys[name] = item
        return item

    def _read_flow(self, text: str, position: int, *, here: bool) -> None:
        """Read a line, or the rest of one, with brackets open."""
        while position <= len(text):
            rest = text[position:]
            blanks = len(rest) - len(rest.lstrip())
            if here and self.column <= position + blanks:
                self._point_in_brackets(self.column, "")
                here = False
            position += blanks
            if position >= len(text):
                return
            if text[position] == "#" and (position == 0 or text[position - 1].isspace()):
                return
            if text[position] in "{}[],:":
                self._read_sign(text[position])
                position += 1
                if not self.flow:
                    return
                continue
            end = _token_end(text, position)
            if here and position <= self.column <= end:
                self._point_in_brackets(position, text[position : self.column])
                here = False
            self._read_token(_unquoted(text[position:end].strip()))
            position = end

    def _read_sign(self, sign: str) -> None:
        if sign in "{[":
            self._open(self._slot(), sign)
        elif sign == ":":
            self.flow_colon = True
            top = self.flow[-1]
            if top.kind == "map" and self.flow_key is not None:
                top.keys.setdefault(self.flow_key, Item((*top.path, self.flow_key)))
        else:
            self.flow_key, self.flow_colon = None, False
            if sign in "}]":
                self.flow.pop()

    def _read_token(self, word: str) -> None:
        if self.flow[-1].kind == "map" and not self.flow_colon:
            self.flow_key = word
        else:
            item = self._slot()
            item.kind, item.scalar = "scalar", word

    def _point_in_brackets(self, start: int, written: str) -> None:
        top = self.flow[-1]
        if top.kind == "list":
            self._point("either", (*top.path, len(top.items)), start, written)
        elif self.flow_colon and self.flow_key is not None:
            self._point("value", (*top.path, self.flow_key), start, written)
        else:
            self._point("key", top.path, start, written)


def _last(item: Item) -> Item | None:
    if item.kind == "list":
        return item.items[-1] if item.items else None
    return next(reversed(item.keys.values())) if item.keys else None


def _unquoted(text: str) -> str:
    if len(text) > 1 and text[0] in "\"'" and text[-1] == text[0]:
        inner = text[1:-1]
        return inner.replace("''", "'") if text[0] == "'" else inner.replace('\\"', '"')
    return text.strip("\"'") if text[:1] in ("'", '"') else text


def _comment_at(text: str) -> int | None:
    """Where a comment begins; a `#` in quotes begins none."""
    for found in _COMMENT.finditer(text):
        before = text[: found.start()]
        if before.count('"') % 2 == 0 and before.count("'") % 2 == 0:
            return found.start()
    return None


def _token_end(text: str, start: int) -> int:
    if text[start] in "\"'":
        end = text.find(text[start], start + 1)
        while text[start] == '"' and end > 0 and text[end - 1] == "\\":
            end = text.find('"', end + 1)
        return len(text) if end < 0 else end + 1
    end = start
    while end < len(text) and text[end] not in ",[]{}":
        if text[end] == ":" and (end + 1 == len(text) or text[end + 1] in " ,[]{}"):
            break
        if text[end] == "#" and text[end - 1].isspace():
            break
        end += 1
    return max(end, start + 1)
