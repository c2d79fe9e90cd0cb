"""Edits keep the author's file: only the lines that they are about change.

The corpus is no part of the project; it lies beside the repository on machines that have it. What
may change is told by PyYAML's own nodes here, not by the package's layout of a text.
"""

from __future__ import annotations

import copy
import difflib
import json
import re
from dataclasses import dataclass
from functools import cache
from pathlib import Path

import pytest
import yaml
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from levels import LEVEL

from asyncapi_guard.errors import EditRefused, SpecError
from asyncapi_guard.spec.edit import (
    Append,
    Insert,
    Remove,
    Rename,
    SetValue,
    Written,
    apply_edits,
    edits_between,
)
from asyncapi_guard.spec.source import read_source
from asyncapi_guard.spec.yaml_text import without_surrogates

CORPUS = Path(__file__).parents[3] / "shared" / "corpus"

EXAMPLES = 40 if LEVEL.everything else 2
needs_corpus = pytest.mark.skipif(
    not (CORPUS / "verdicts.jsonl").is_file(),
    reason="the corpus is not beside the repository: it is others', and not part of the project",
)
BREAK = re.compile("\r\n|[\n\r]")


def edit(text, *edits, name="a.yml"):
    """The text with the edits made; both are text."""
    raw = text if isinstance(text, bytes) else text.encode()
    return apply_edits(name, f"file:///{name}", raw, edits).decode()


def read(text, name="a.yml"):
    raw = text if isinstance(text, bytes) else text.encode()
    return read_source(name, f"file:///{name}", raw).data


def refusal(text, *edits, name="a.yml"):
    """Why an edit is refused."""
    with pytest.raises(EditRefused) as caught:
        edit(text, *edits, name=name)
    return caught.value.finding


# -- what may change: by PyYAML's nodes ------------------------------------------------------------


@dataclass(repr=False)
class Doc:
    """A document with the lines on which everything stands."""

    name: str
    raw: bytes
    data: object
    #: By path: the first and the last line (0-based), and whether it is in brackets.
    spans: dict
    lines: list

    def __repr__(self):
        return self.name


def last_line_of(node, lines):
    line, column = node.end_mark.line, node.end_mark.column
    if isinstance(node, yaml.ScalarNode) and node.style not in ("|", ">"):
        return line
    if isinstance(node, yaml.CollectionNode) and node.flow_style:
        return line
    if column == 0 or not lines[line][:column].strip():
        line -= 1
    while line > node.start_mark.line and re.fullmatch(r"\s*(#.*)?", lines[line]):
        line -= 1
    return line


def spans_of(text):
    root = yaml.compose(without_surrogates(text), Loader=yaml.CSafeLoader)
    lines = BREAK.split(text)
    found = {}

    def visit(node, path, first):
        flow = isinstance(node, yaml.CollectionNode) and bool(node.flow_style)
        found[path] = (first, max(first, last_line_of(node, lines)), flow)
        if isinstance(node, yaml.MappingNode):
            for key, value in node.value:
                visit(value, (*path, key.value), key.start_mark.line)
        elif isinstance(node, yaml.SequenceNode):
            for index, item in enumerate(node.value):
                start = item.start_mark.line
                visit(item, (*path, index), start)

    visit(root, (), 0)
    return found, lines


def places(data, path=()):
    yield path, data
    pairs = data.items() if isinstance(data, dict) else enumerate(data)
    if isinstance(data, (dict, list)):
        for key, value in pairs:
            if isinstance(value, (dict, list)):
                yield from places(value, (*path, key))
            else:
                yield (*path, key), value


def document(name, raw):
    data = read_source(name, f"file:///{name}", raw).data
    text = raw.decode("utf-8-sig")
    spans, lines = spans_of(text)
    return Doc(name, raw, data, spans, lines)


@cache
def corpus():
    found = []
    for file in sorted((CORPUS / "real").iterdir()):
        try:
            found.append(document(file.name, file.read_bytes()))
        except SpecError:
            continue
    return found


def of(data, path):
    for part in path:
        data = data[part]
    return data


# -- the kinds of edits ----------------------------------------------------------------------------


def scalar_at(doc):
    return [p for p, v in places(doc.data) if p and not isinstance(v, (dict, list))]


def text_at(doc):
    return [p for p, v in places(doc.data) if p and isinstance(v, str)]


def mapping_at(doc, least=0):
    return [p for p, v in places(doc.data) if isinstance(v, dict) and len(v) >= least]


def full_mapping_at(doc):
    return mapping_at(doc, 1)


def wide_mapping_at(doc):
    return mapping_at(doc, 2)


def list_at(doc, least=0):
    return [p for p, v in places(doc.data) if isinstance(v, list) and len(v) >= least]


def inner_mapping_at(doc):
    return [p for p in mapping_at(doc) if p]


def setting(value):
    def change(data, path, draw):
        holder = of(data, path[:-1])
        holder[path[-1]] = copy.deepcopy(value)
        return [SetValue(path, value)]

    return change


def inserting(key, value):
    def change(data, path, draw):
        of(data, path)[key] = copy.deepcopy(value)
        return [Insert(path, key, value)]

    return change


def inserting_after(data, path, draw):
    holder = of(data, path)
    after = draw(st.sampled_from(list(holder)))
    old = dict(holder)
    holder.clear()
    for key, value in old.items():
        holder[key] = value
        if key == after:
            holder["new key"] = {"a": 1}
    return [Insert(path, "new key", {"a": 1}, after)]


def appending(value):
    def change(data, path, draw):
        of(data, path).append(copy.deepcopy(value))
        return [Append(path, value)]

    return change


def removing(data, path, draw):
    holder = of(data, path)
    part = draw(st.sampled_from(list(holder) if isinstance(holder, dict) else range(len(holder))))
    del holder[part]
    return [Remove((*path, part))]


def removing_all(data, path, draw):
    holder = of(data, path)
    edits = [Remove((*path, key)) for key in holder]
    holder.clear()
    return edits


def renaming(name):
    def change(data, path, draw):
        holder = of(data, path)
        old = draw(st.sampled_from(list(holder)))
        pairs = [(name if key == old else key, value) for key, value in holder.items()]
        holder.clear()
        holder.update(pairs)
        return [Rename((*path, old), name)]

    return change


def merging(data, path, draw):
    """A mapping as a whole, of which one thing differs."""
    holder = of(data, path)
    holder["x-new"] = [1]
    return [SetValue(path, copy.deepcopy(holder))]


KINDS = {
    "a word": (scalar_at, setting("word")),
    "a string that looks like a number": (scalar_at, setting("1.0")),
    "a number": (scalar_at, setting(12.5)),
    "a boolean": (scalar_at, setting(True)),
    "null": (scalar_at, setting(None)),
    "an empty string": (scalar_at, setting("")),
    "text that needs quotes": (text_at, setting("a: 'b' #c, [d]")),
    "text of other scripts": (text_at, setting("Größe 日本 🎲")),
    "text of several lines": (scalar_at, setting("one\n\n  two: #3\n")),
    "text with control characters": (text_at, setting("a\tb\x07\u2028c\n ")),
    "a mapping for a scalar": (scalar_at, setting({"type": "object", "x": {"y": [1, {"z": 2}]}})),
    "a list for a scalar": (scalar_at, setting(["a", {"b": 1, "c": [2]}, [3, [4]]])),
    "an empty mapping": (scalar_at, setting({})),
    "a scalar for a mapping": (inner_mapping_at, setting("word")),
    "a list for a mapping": (inner_mapping_at, setting([{"a": 1}, "b"])),
    "a mapping for a list": (list_at, setting({"a": {"b": 1}})),
    "one thing in a mapping": (inner_mapping_at, merging),
    "a new key with a scalar": (mapping_at, inserting("x-new", "word")),
    "a new key with a mapping": (mapping_at, inserting("x-new", {"a": {"b": [1]}, "c": {}})),
    "a new key with a list": (mapping_at, inserting("x-new", ["a", {"b": 1, "c": 2}, []])),
    "a new key with text of several lines": (mapping_at, inserting("x-new", "one\ntwo\n")),
    "a new key that needs quotes": (mapping_at, inserting("a: #b, {c}", {"12:30": "on"})),
    "a reference": (mapping_at, inserting("x-new", {"$ref": "#/components/schemas/A b"})),
    "a new key after another": (full_mapping_at, inserting_after),
    "a new item": (list_at, appending("word")),
    "a new item that is a mapping": (list_at, appending({"a": 1, "b": {"c": "d\ne\n"}})),
    "a new item that is a list": (list_at, appending([1, [2]])),
    "no key": (wide_mapping_at, removing),
    "no item": (lambda doc: list_at(doc, 1), removing),
    "nothing in a mapping": (lambda doc: [p for p in full_mapping_at(doc) if p], removing_all),
    "another name of a key": (full_mapping_at, renaming("x-new")),
    "another name that needs quotes": (full_mapping_at, renaming("on: #, {}")),
}


def allowed(doc, edits):
    """The old lines that the edits may change."""
    lines = set()
    for each in edits:
        path = each.path
        first, last, flow = doc.spans[path]
        inserts = isinstance(each, (Insert, Append))
        value = of(doc.data, path)
        if isinstance(each, Remove):
            # What is left empty says so; a comma goes; behind a dash the next key moves up.
            top, bottom, in_brackets = doc.spans[path[:-1]]
            lines.add(top)
            lines.update([bottom] * in_brackets)
            near = [p for p in doc.spans if p[:-1] == path[:-1] and p and p != path]
            before = [doc.spans[p][1] for p in near if doc.spans[p][0] <= first]
            behind = [doc.spans[p][0] for p in near if doc.spans[p][0] >= last]
            is_after_dash = re.match(r"\s*[-?] ", doc.lines[first]) and isinstance(path[-1], str)
            lines.update(before[-1:] * in_brackets)
            is_moved = in_brackets or is_after_dash or isinstance(path[-1], int)
            lines.update(sorted(behind)[: bool(is_moved)])
            lines.update(blanks_behind(doc, last))
        if inserts and value and not flow:
            continue
        if inserts and value:
            # A comma behind the last entry, and what is new behind it on its line.
            inside = [doc.spans[p] for p in doc.spans if p[:-1] == path and p]
            lines.update(span[1] for span in inside)
        elif isinstance(each, Rename):
            lines.add(first)
        else:
            lines.update(range(first, last + 1))
    return lines


def blanks_behind(doc, last):
    """The lines of blanks behind a line: text before it would have them when it goes."""
    end = last + 1
    while end < len(doc.lines) - 1 and not doc.lines[end].strip():
        end += 1
    return range(last + 1, end) if any(doc.lines[last + 1 : end]) else ()


def changed(old, new):
    """The old lines that are not in the new text as they were."""
    begin = 0
    while begin < min(len(old), len(new)) and old[begin] == new[begin]:
        begin += 1
    end = 0
    while end < min(len(old), len(new)) - begin and old[-1 - end] == new[-1 - end]:
        end += 1
    middle = old[begin : len(old) - end], new[begin : len(new) - end]
    matcher = difflib.SequenceMatcher(None, *middle, autojunk=False)
    touched = set()
    for tag, i1, i2, _, _ in matcher.get_opcodes():
        if tag in ("replace", "delete"):
            touched.update(range(begin + i1, begin + i2))
    return touched


def outside(old, new, lines):
    """Whether all is as it was before the first and after the last of some lines.

    Of two items that are alike, a difference of texts cannot tell which of them is gone.
    """
    if not lines:
        return old == new
    end = len(old) - max(lines) - 1
    return old[: min(lines)] == new[: min(lines)] and old[len(old) - end :] == new[len(new) - end :]


def check(doc, kind, draw):
    """Make an edit of a kind somewhere in a document; whether there is a place for it."""
    where, change = KINDS[kind]
    candidates = where(doc)
    if not candidates:
        return False
    path = draw(st.sampled_from(candidates))
    wanted = copy.deepcopy(doc.data)
    edits = change(wanted, path, draw)
    new = apply_edits(doc.name, f"file:///{doc.name}", doc.raw, edits)
    data = read_source(doc.name, f"file:///{doc.name}", new).data
    assert json.dumps(data) == json.dumps(wanted)
    lines = BREAK.split(new.decode("utf-8-sig"))
    may_change = allowed(doc, edits)
    assert changed(doc.lines, lines) <= may_change or outside(doc.lines, lines, may_change)
    assert new.startswith(b"\xef\xbb\xbf") == doc.raw.startswith(b"\xef\xbb\xbf")
    return True


@needs_corpus
@pytest.mark.parametrize("kind", KINDS)
@settings(
    max_examples=EXAMPLES * 5,
    deadline=None,
    suppress_health_check=list(HealthCheck),
)
@given(data=st.data())
@pytest.mark.sampled(4)
def test_edits_of_others_documents(kind, data):
    """Each kind of edit, anywhere in a document: exactly its data, and no line but its own."""
    doc = data.draw(st.sampled_from(corpus()))
    check(doc, kind, data.draw)


# -- by hand ---------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("old", "edits", "new"),
    [
        # Comments, quotes, order and blanks around stay.
        ("a: 1  # one\nb: 2\n", [SetValue(("a",), "x y")], "a: x y  # one\nb: 2\n"),
        ("a:\t1\t# tab\n", [SetValue(("a",), 2)], "a:\t2\t# tab\n"),
        ("a: 'it''s'\n", [SetValue(("a",), "o'k")], "a: 'o''k'\n"),
        ('a: "x"\n', [SetValue(("a",), "y z")], 'a: "y z"\n'),
        ("a: plain\n  more # c\nb: 1\n", [SetValue(("a",), {"k": 1})], "a: # c\n  k: 1\nb: 1\n"),
        ("a: # c\n  # d\n  - 1\n", [SetValue(("a",), "w")], "a: w # c\n  # d\n"),
        ("a: |\n  # text\n\nb: 1\n", [SetValue(("a",), 1)], "a: 1\n\nb: 1\n"),
        ("a: >2-\n    x\n  y\nb: 1\n", [SetValue(("a",), "z")], "a: z\nb: 1\n"),
        ("a: | # c\n  t\n", [SetValue(("a",), "n\nm\n")], "a: |\n  n\n  m\n"),
        # Text does not take in what is blank behind it.
        ("a: 1\n   \nb: 1\n", [SetValue(("a",), "n\nm\n")], 'a: "n\\nm\\n"\n   \nb: 1\n'),
        ("a: 1\n\nb: 1\n", [SetValue(("a",), "n\nm\n")], "a: |\n  n\n  m\n\nb: 1\n"),
        ("a: 1\n\nb: 1\n", [SetValue(("a",), "n\n\n")], 'a: "n\\n\\n"\n\nb: 1\n'),
        (
            "a:\n  b: 1\n   \nc: 1\n",
            [Insert(("a",), "d", "n\nm")],
            'a:\n  b: 1\n  d: "n\\nm"\n   \nc: 1\n',
        ),
        ("a:\n- b\n   \nc: 1\n", [Append(("a",), "n\nm")], 'a:\n- b\n- "n\\nm"\n   \nc: 1\n'),
        ("a: |\n  t\nb: 1\n    \n\nc: 1\n", [Remove(("b",))], "a: |\n  t\nc: 1\n"),
        (
            "a: |\n  t\nb: 1\n    \nc: 1\n   \nd: 1",
            [Remove(("b",)), Remove(("c",))],
            "a: |\n  t\nd: 1",
        ),
        (
            "a: {b: 1}\nc: |\n  t\nd: 1\n\ne: 1\n",
            [Remove(("d",))],
            "a: {b: 1}\nc: |\n  t\n\ne: 1\n",
        ),
        ("a:\n- b: |+\n    t\nd: 1\n\ne: 1\n", [Remove(("d",))], "a:\n- b: |+\n    t\ne: 1\n"),
        # Nor comments that stand deeper.
        (
            "a: 1\n\n  # c\nb: 1\n",
            [SetValue(("a",), "n\nm"), Insert((), "d", "o\np", "a")],
            'a: "n\\nm"\n\nd: "o\\np"\n\n  # c\nb: 1\n',
        ),
        # What is written behind text is no part of it; what only looks blank is.
        ("a: |\n  t\n    \n\n", [Insert((), "b", 1)], "a: |\n  t\n    \nb: 1\n\n"),
        ("a: |\n  t\n    \nb: 1\n", [SetValue(("a",), 1)], "a: 1\nb: 1\n"),
        ("a: |2\n    t\n  \n", [Insert((), "b", 1)], "a: |2\n    t\nb: 1\n  \n"),
        ("a: |\n  \u3000\n", [Insert((), "b", 1)], "a: |\n  \u3000\nb: 1\n"),
        ("a: |\n  t\u3000\nb: 1\n", [SetValue(("a",), 1)], "a: 1\nb: 1\n"),
        ("a: 1\n\nb: |+\n  t\n", [Insert((), "c", 1)], "a: 1\n\nb: |+\n  t\nc: 1\n"),
        ("a:\n- 1\n\n- - |+\n    t\n", [Append(("a",), 1)], "a:\n- 1\n\n- - |+\n    t\n- 1\n"),
        # Values on lines of their own.
        ("a: # c\n  1 # d\n", [SetValue(("a",), 2)], "a: 2 # c\n  # d\n"),
        ("a:\n  1 # d\n", [SetValue(("a",), {"k": 1})], "a:\n  k: 1\n  # d\n"),
        ("a:\n  {b: 1} # d\n", [SetValue(("a",), "n\nm")], 'a: "n\\nm"\n  # d\n'),
        ("-   a\n-\n", [SetValue((1,), {"k": 1, "l": 2})], "-   a\n-   k: 1\n    l: 2\n"),
        ("-   a\n-\n    b\n", [SetValue((1,), {"k": 1, "l": 2})], "-   a\n-   k: 1\n    l: 2\n"),
        ("-   a\n-  &x\n", [SetValue((1,), "b")], "-   a\n-  &x b\n"),
        # Where new entries stand.
        ("a: 1\n# end\n", [Insert((), "b", 2)], "a: 1\nb: 2\n# end\n"),
        (
            "a:\n  b: 1\n  # same\n    # deeper\n# root\nc: 1\n",
            [Insert(("a",), "d", 2)],
            "a:\n  b: 1\n  # same\n    # deeper\n  d: 2\n# root\nc: 1\n",
        ),
        (
            "a: 1\n# about b\nb: 2\n",
            [Insert((), "x", 1, "a"), Insert((), "z", 2, "a")],
            "a: 1\nx: 1\nz: 2\n# about b\nb: 2\n",
        ),
        ("a: 1\n\nb: 2\n", [Insert((), "c", 3)], "a: 1\n\nb: 2\n\nc: 3\n"),
        ("a: |+\n  t\n\n\nb: 1\n", [Insert((), "c", 1, "a")], "a: |+\n  t\n\n\nc: 1\nb: 1\n"),
        ("---\na: 1\n...\n", [Insert((), "b", 2)], "---\na: 1\nb: 2\n...\n"),
        # Blank lines of a text are empty, however deep it stands.
        (
            "a: 1\n",
            [Insert((), "b", {"c": {"d": "x\n\ny\n"}, "e": [{"f": "x\n\ny"}, "x\n\ny\n"]})],
            (
                "a: 1\nb:\n  c:\n    d: |\n      x\n\n      y\n  e:\n    - f: |-\n        x\n\n"
                "        y\n    - |\n      x\n\n      y\n"
            ),
        ),
        (
            "a:\n  - &x 1\n",
            [SetValue(("a", 0), {"b": "x\n\ny\n"})],
            "a:\n  - &x\n    b: |\n      x\n\n      y\n",
        ),
        # The habits of the file.
        (
            "a:\n    b:\n        c: 1\n    l:\n    -   x\n",
            [Insert(("a",), "d", {"e": {"f": ["g"]}})],
            (
                "a:\n    b:\n        c: 1\n    l:\n    -   x\n"
                "    d:\n        e:\n            f:\n            -   g\n"
            ),
        ),
        ('a: "x"\nb: "y"\n', [Insert((), "on", "1.0")], 'a: "x"\nb: "y"\n"on": "1.0"\n'),
        (
            "a: {$ref: '#/x'}\n",
            [Insert((), "b", {"$ref": "#/y"})],
            "a: {$ref: '#/x'}\nb: {$ref: '#/y'}\n",
        ),
        ("a: {x: 1, y: 2,}\n", [Insert(("a",), "z", "b, c")], "a: {x: 1, y: 2, z: 'b, c',}\n"),
        ("a: { x: 1 }\n", [SetValue(("a", "x"), {"z": 1})], "a: { x: { z: 1 } }\n"),
        ("a: [\n  1,\n  2 # two\n]\n", [Append(("a",), 3)], "a: [\n  1,\n  2, # two\n  3\n]\n"),
        ("a: [1,\n  2, # two\n]\n", [Append(("a",), 3)], "a: [1,\n  2, # two\n  3,\n]\n"),
        # Line breaks, and no line break at the end.
        (
            "a:\r\n  c:\r\n  - x\r\n",
            [Insert(("a",), "d", "l\nm\n"), Append(("a", "c"), "z")],
            "a:\r\n  c:\r\n  - x\r\n  - z\r\n  d: |\r\n    l\r\n    m\r\n",
        ),
        ("a: 1\rb: 2\r", [Insert((), "c", {"d": 1})], "a: 1\rb: 2\rc:\r  d: 1\r"),
        ("a: 1", [Insert((), "b", {"c": 1})], "a: 1\nb:\n  c: 1"),
        ("a: 1", [Insert((), "b", "x\ny\n")], "a: 1\nb: |\n  x\n  y\n"),
        # Empty containers.
        (
            "a: {}\nb: null\nc: ~ # c\nd:\ne: []\n",
            [
                Insert(("a",), "k", 1),
                Insert(("b",), "k", 1),
                Insert(("c",), "k", 1),
                Append(("d",), 1),
                Append(("e",), {"q": 1, "r": 2}),
            ],
            "a:\n  k: 1\nb:\n  k: 1\nc: # c\n  k: 1\nd:\n  - 1\ne:\n  - q: 1\n    r: 2\n",
        ),
        ("a: # c\n  # d\n  b: 1 # e\n  # f\n", [Remove(("a", "b"))], "a: {} # c\n  # d\n  # f\n"),
        # Keys.
        ("? a\n: 1\n? b\n: - x\n", [Append(("b",), "z")], "? a\n: 1\n? b\n: - x\n  - z\n"),
        ("? a\n: 1\n? b\n: - x\n", [Remove(("a",))], "? b\n: - x\n"),
        ("? a\n: 1\nb: 2\n", [Rename(("a",), "c: d")], "? 'c: d'\n: 1\nb: 2\n"),
        ("'a': 1\n", [Rename(("a",), "b")], "'b': 1\n"),
        ("a: {x, y}\n", [SetValue(("a", "x"), 1)], "a: {x: 1, y}\n"),
        # Lists in lists, and mappings behind dashes.
        ("- - a\n  - b\n- c\n", [Append((0,), "d")], "- - a\n  - b\n  - d\n- c\n"),
        ("- - a\n  - b\n- c\n", [Remove((0, 0))], "- - b\n- c\n"),
        ("- a: 1\n  b: 2\n", [Remove((0, "a"))], "- b: 2\n"),
        ("- &i a\n- b\n", [SetValue((0,), {"k": 1})], "- &i\n  k: 1\n- b\n"),
        ("a: [1, 2, 3]\n", [Remove(("a", 0)), Remove(("a", 2))], "a: [2]\n"),
        ("a: {x: 1 # c\n  , y: 2}\n", [Remove(("a", "y"))], None),
        # Anchors that nobody uses, and aliases as values.
        ("a: &x 1\nb: 2\n", [SetValue(("a",), "q")], "a: &x q\nb: 2\n"),
        ("a: &x\nb: 2\n", [SetValue(("a",), {"k": 1})], "a: &x\n  k: 1\nb: 2\n"),
        ("a: &x 1\nb: *x\n", [SetValue(("b",), 2)], "a: &x 1\nb: 2\n"),
        (
            "a: &x {k: 1}\nb:\n  <<: *x\n  z: 3\n",
            [Insert(("b",), "w", 1), SetValue(("b", "z"), 4)],
            "a: &x {k: 1}\nb:\n  <<: *x\n  z: 4\n  w: 1\n",
        ),
    ],
)
def test_what_an_edit_writes(old, edits, new):
    """The text after an edit, to the character."""
    if new is None:
        assert refusal(old, *edits)
        return
    assert edit(old, *edits) == new


@pytest.mark.parametrize(
    ("old", "edits", "new"),
    [
        (
            '{"a":1,"b":{"c":2}}',
            [Insert(("b",), "d", {"e": [1, 2]}), Remove(("a",))],
            '{"b":{"c":2,"d":{"e":[1,2]}}}',
        ),
        (
            '{\n\t"a": {\n\t\t"b": 1\n\t},\n\t"c": []\n}\n',
            [Insert(("a",), "k", {"x": [1]}), Append(("c",), "é")],
            (
                '{\n\t"a": {\n\t\t"b": 1,\n\t\t"k": {\n\t\t\t"x": [\n\t\t\t\t1\n\t\t\t]\n'
                '\t\t}\n\t},\n\t"c": [\n\t\t"é"\n\t]\n}\n'
            ),
        ),
        (
            '{"\\ud83d\\ude00": "x", "b": "\\u00e9"}',
            [SetValue(("😀",), "ü"), Rename(("b",), "ö")],
            '{"\\ud83d\\ude00": "\\u00fc", "\\u00f6": "\\u00e9"}',
        ),
    ],
)
def test_json_stays_json(old, edits, new):
    """Indentation, separators and escapes are those of the file."""
    assert edit(old, *edits, name="a.json") == new
    assert edit(old, *edits, name="a.yml") == new


def test_an_empty_document_in_brackets():
    """It is JSON where its name says so, and else not known to be."""
    assert edit("{}\n", Insert((), "a", [1]), name="a.json") == '{\n  "a": [\n    1\n  ]\n}\n'
    assert edit("{}\n", Insert((), "a", [1])) == "{a: [1]}\n"


@pytest.mark.parametrize("encoding", ["utf-8-sig", "utf-16", "utf-16-le", "utf-32"])
def test_encodings_stay(encoding):
    """A byte order mark and what it stands for."""
    mark = "\ufeff" if encoding == "utf-16-le" else ""
    raw = (mark + "a: é\n").encode(encoding)
    new = apply_edits("a.yml", "file:///a.yml", raw, [Insert((), "b", "日本")])
    assert new == (mark + "a: é\nb: 日本\n").encode(encoding)


SHARED = "base: &b {x: 1}\nuse:\n  <<: *b\n  z: 3\nal: *b\nlist: &l [1]\nno: *l\ns: !!str 5\n"


@pytest.mark.parametrize(
    ("text", "one", "line", "reason"),
    [
        (SHARED, SetValue(("use", "x"), 4), 3, "it is merged in with '<<': edit it there"),
        (SHARED, SetValue(("al", "x"), 4), 5, "this is the alias *b: edit the value at"),
        (SHARED, Insert(("al",), "q", 4), 5, "this is the alias *b: edit its anchor"),
        (SHARED, Append(("no",), 4), 7, "this is the alias *l: edit its anchor"),
        (SHARED, SetValue(("base", "x"), 4), 1, "the anchor &b, which aliases use elsewhere"),
        (SHARED, Remove(("base",)), 1, "the anchor &b, which aliases use elsewhere"),
        (SHARED, Append(("list",), 4), 6, "the anchor &l, which aliases use elsewhere"),
        (SHARED, Insert(("use",), "x", 4), 1, "the key already exists"),
        (SHARED, Remove(("use", "y")), 3, "there is no 'y'"),
        (SHARED, SetValue(("s",), "x"), 8, "it has a tag"),
        (SHARED, Rename(("use", "z"), "x"), 1, "the key already exists"),
        (SHARED, Append(("use",), 1), 3, "it is not a list"),
        (SHARED, SetValue(("list", 7), 1), 6, "there is no 7"),
        ("a: 1\n", SetValue((), 1), 1, "the whole document would change"),
        (SHARED, Remove(()), 1, "the document itself is neither a key nor an item"),
        ("<<: {x: 1}\nx: 2\n", Remove(("x",)), 2, "does not allow it"),
        ("a: {  # c\n}\n", Insert(("a",), "k", 1), 1, "a comment inside its brackets"),
        ("a: {x: 1, # c\n  y: 2}\n", Remove(("a", "y")), 2, "comments inside its brackets"),
        ("a: [b: c, d]\n", Insert(("a", 0), "k", 1), 1, "it has no brackets of its own"),
        ("? a\nb: 2\n", SetValue(("a",), 1), 2, "its key has no colon"),
        ("? |\n  a\n: 1\n", Rename(("a\n",), "x"), 3, "not written as plain or quoted text"),
        ("a: |\n  text", Insert((), "c", 1), 1, "does not allow it"),
        ("a: 1\n", Remove(("a",)), 1, "nothing would be left of the document"),
    ],
)
def test_what_is_refused(text, one, line, reason):
    """With the file, the line, why, and what to do."""
    finding = refusal(text, one)
    assert (finding.file, finding.line) == ("a.yml", line)
    assert finding.message.startswith("cannot be edited: ")
    assert reason in finding.message


@pytest.mark.parametrize(
    "edits",
    [
        [Rename(("a",), "c"), Remove(("a",))],
        [Remove(("a",)), Remove(("a",))],
        [SetValue(("a",), 1), Insert(("a",), "c", 1)],
        [SetValue(("a",), 1), SetValue(("a", "b"), 2), Remove(("a", "b"))],
    ],
)
def test_edits_that_contradict_one_another(edits):
    """They are refused, or what they say together is done; nothing else is raised."""
    raw = b"a: {b: 1}\nd: 1\n"
    try:
        new = apply_edits("a.yml", "file:///a.yml", raw, edits)
    except EditRefused:
        return
    assert read(new)["d"] == 1


def test_a_refusal_refuses_all():
    """Of several edits, none is made when one cannot be."""
    refusal("a: 1\nb: &x 2\nc: *x\n", SetValue(("a",), 2), SetValue(("b",), 3))


def test_what_is_no_document_is_not_edited():
    """It is the reader's refusal, not the editor's."""
    with pytest.raises(SpecError):
        edit("a: [", SetValue(("a",), 1))


def test_paths_are_those_before_the_edits():
    """Items, keys and what is in them are edited at once."""
    text = "a:\n  - x: 1\n  - y\n  - z\nb: {c: 1}\n"
    new = edit(
        text,
        Rename(("a",), "m"),
        Remove(("a", 1)),
        SetValue(("a", 0, "x"), 2),
        SetValue(("a", 2), "w"),
        Append(("a",), 3),
        Rename(("b", "c"), "d"),
        SetValue(("b", "c"), [1]),
    )
    assert new == "m:\n  - x: 2\n  - w\n  - 3\nb: {d: [1]}\n"


VALUES = st.recursive(
    st.none()
    | st.booleans()
    | st.integers()
    | st.text(max_size=5)
    | st.sampled_from(["1.0", "on"]),
    lambda below: (
        st.lists(below, max_size=3)
        | st.dictionaries(st.text("abcé: #,{", min_size=1, max_size=3), below, max_size=3)
    ),
    max_leaves=12,
)


@settings(max_examples=2000 if LEVEL.everything else 200, deadline=None)
@given(
    old=st.dictionaries(st.sampled_from("abcd"), VALUES, min_size=1),
    new=st.dictionaries(st.sampled_from("abcd"), VALUES, min_size=1),
    style=st.sampled_from(["block", "flow", "json", "indented", "crlf"]),
)
def test_edits_between_two_documents(old, new, style):
    """The edits from any data to any other make it so, or are refused; nothing else happens."""
    name = "a.json" if style == "json" else "a.yml"
    text = {
        "block": lambda: yaml.safe_dump(old, allow_unicode=True),
        "flow": lambda: yaml.safe_dump(old, allow_unicode=True, default_flow_style=True),
        "json": lambda: json.dumps(old, indent=2),
        "indented": lambda: yaml.safe_dump(old, indent=4, sort_keys=False),
        "crlf": lambda: yaml.safe_dump(old, line_break="\r\n"),
    }[style]()
    if read(text, name) != old:
        return  # YAML 1.1 and 1.2 see different things in it
    if old.keys().isdisjoint(new) and style not in ("flow", "json"):
        refusal(text, *edits_between(old, new), name=name)
        return
    assert read(edit(text, *edits_between(old, new), name=name), name) == new


def test_the_text_of_a_number():
    """`1.10` is 1.1 as data; what its author typed can be asked for."""
    source = read_source("a.yml", "file:///a.yml", b"a: 1.10 # c\nb: 'x'\n")
    written = Written(source)
    assert written.plain(("a",)) == "1.10"
    assert written.plain(("b",)) is None
    assert written.plain(("c",)) is None
    assert Written(read_source("a.yml", "file:///a.yml", b"# nothing\n")).plain(()) is None


def nested(levels):
    value = []
    for _ in range(levels - 1):
        value = [value]
    return value


@pytest.mark.parametrize("name", ["a.yml", "a.json"])
@pytest.mark.parametrize("levels", [64, 5_000])
def test_an_edit_keeps_to_the_limits(name, levels):
    """What would be too deep to read again is refused before anything else meets its own limit."""
    raw = b'{"a": [1]}'
    for change in (SetValue(("a",), nested(levels)), Insert((), "b", nested(levels))):
        with pytest.raises(EditRefused) as caught:
            apply_edits(name, f"file:///{name}", raw, [change])
        assert caught.value.finding.message == "cannot be edited: more than 64 levels deep"
    assert b"[[" in apply_edits(name, f"file:///{name}", raw, [Insert((), "b", nested(63))])


def test_an_edit_of_too_many_values_is_refused():
    """The number of values is limited after an edit as it is before."""
    with pytest.raises(EditRefused) as caught:
        apply_edits("a.yml", "file:///a.yml", b"a: 1", [Insert((), "b", [1] * 400_000)])
    assert "more than 400,000 values" in caught.value.finding.message
