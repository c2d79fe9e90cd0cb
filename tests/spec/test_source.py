"""Text to data: YAML 1.2's core schema, limits, encodings, and where everything stands."""

# ruff: noqa: E501, PT017, RUF005  # the cases are tables, one to a line; properties allow either outcome
from __future__ import annotations

import gc
import json
import subprocess
import sys

import pytest
import yaml
from hypothesis import given
from hypothesis import strategies as st

from asyncapi_guard.errors import SpecError, UnreadableDocument
from asyncapi_guard.spec import yaml_text
from asyncapi_guard.spec.limits import DEFAULT_LIMITS, Limits
from asyncapi_guard.spec.source import check_data, read_source

MESSAGE = (
    "asyncapi: 3.1.0\ninfo: {{title: T, version: '1'}}\n"
    "channels: {{c: {{address: /, messages: {{m: {{payload: {}}}}}}}}}\n"
)


def read(text, name="a.yml", limits=DEFAULT_LIMITS):
    raw = text if isinstance(text, bytes) else text.encode()
    return read_source(name, f"file:///{name}", raw, limits)


def refused(text, name="a.yml", limits=DEFAULT_LIMITS):
    with pytest.raises(UnreadableDocument) as caught:
        read(text, name, limits)
    (finding,) = caught.value.findings
    return finding


def in_other_words(text, Loader):
    """PyYAML's events; what it finds wrong is said in words that it never used."""
    try:
        yield from PARSE(text, Loader=Loader)
    except yaml.MarkedYAMLError as error:
        error.problem = error.problem and "qux"
        error.context = error.context and "quux"
        raise
    except yaml.reader.ReaderError as error:
        error.reason = "quuz"
        raise


def with_a_low_limit(text, Loader):
    """PyYAML's events, of texts that are less than a hundred levels deep; else an error before."""
    depth = 0
    for event in PARSE(text[:5_000], Loader=yaml.Loader):
        depth += isinstance(event, yaml.CollectionStartEvent)
        depth -= isinstance(event, yaml.CollectionEndEvent)
        if depth > 100:
            raise yaml.scanner.ScannerError("corge", None, "grault", event.start_mark)
    yield from PARSE(text, Loader=Loader)


def tolerant(text, Loader):
    try:
        yield from with_a_low_limit(text, Loader)
    except yaml.MarkedYAMLError as error:
        if error.problem == "grault":
            raise
        yield from PARSE(text, Loader=Loader)


PARSE = yaml.parse
LIBRARIES = {"its own": PARSE, "other": in_other_words, "other, and lower limits": tolerant}


@pytest.fixture(params=list(LIBRARIES))
def words(request, monkeypatch):
    """The words in which the library below says what it finds."""
    monkeypatch.setattr(yaml, "parse", LIBRARIES[request.param])


@pytest.mark.parametrize(
    "text",
    ["on", "off", "yes", "no", "y", "n", "On", "NO", "12:30", "12:30:45", "2024-01-01", "1_000"]
    + ["2024-01-01T00:00:00Z", "0b11", "-0x1f", "0o8", "0x", "nUll", "tRUE", ".", "1e", "=", "<"]
    + ["\u0663", "1.2.3", "3.1.0", "+", "Infinity", "NaN", "0xg"],
)
def test_what_yaml_1_2_calls_a_string_is_a_string(text):
    """Words and numbers of YAML 1.1 that YAML 1.2's core schema does not know stay strings."""
    assert read(f"a: {text}").data == {"a": text}


@pytest.mark.parametrize(
    ("text", "value"),
    [
        ("", None), ("~", None), ("null", None), ("Null", None), ("NULL", None),
        ("true", True), ("True", True), ("TRUE", True), ("false", False), ("False", False),
        ("010", 10), ("00", 0), ("+1", 1), ("-0", 0), ("0o17", 15), ("0xfF", 255),
        ("1.", 1.0), (".5", 0.5), ("-.5", -0.5), ("1e3", 1000.0), ("1E+3", 1000.0), ("1.5e-1", 0.15),
        ("'1'", "1"), ('"true"', "true"), ("!!str 12", "12"), ("!!int 0x1", 1), ("! 12", 12),
        ("!!float 1", 1.0), ("!!float 0x10", 16.0), ("!!null ''", None), ("!!bool true", True),
        ("!!map {b: 1}", {"b": 1}), ("!!seq [1]", [1]), ('! "x"', "x"),
    ],
)  # fmt: skip
def test_scalars_are_those_of_the_core_schema(text, value):
    """Null, booleans and numbers are read as YAML 1.2's core schema says, with the right type."""
    found = read(f"a: {text}").data["a"]
    assert found == value
    assert type(found) is type(value)


@pytest.mark.parametrize(
    ("text", "message"),
    [
        (".inf", "infinities"), ("-.INF", "infinities"), (".NaN", "infinities"),
        ("1e400", "too large"), ("-1e999", "too large"), ("9" * 5000, "too many digits"),
        ("0x" + "f" * 5000, "too many digits"), ("!!float 1" + "0" * 400, "too large"),
        ("!!binary aGk=", "does not fit its tag"), ("!!timestamp 2001-01-01", "does not fit"),
        ("!!int x", "does not fit"), ("!!float x", "does not fit"), ("!!bool yes", "does not fit"),
        ("!!python/name:os.system x", "does not fit"), ("!mine x", "the tag '!mine'"),
        ("!!set {x}", "the tag"), ("!!omap [a: 1]", "the tag"), ("!mine [x]", "the tag '!mine'"),
        ("!<tag:example.com,2024:x> y", "the tag"),
    ],
)  # fmt: skip
def test_a_scalar_that_is_no_json_is_refused_where_it_stands(text, message):
    """Infinities, NaN, huge numbers and tags beyond JSON's are refused with line and column."""
    finding = refused(f"x: 1\na: {text}")
    assert message in finding.message
    assert (finding.file, finding.line, finding.column) == ("a.yml", 2, 4)


@pytest.mark.parametrize("text", ["a: 1\nb: 2\na: 3", "{a: 1, b: 2,\na: 3}", "a: 1\nb: 2\n'a': 3"])
def test_a_key_that_stands_twice_is_refused(text):
    """Two equal keys are a fault, found at the second, and the message names the first one's line."""
    finding = refused(text)
    assert finding.message == "duplicate key 'a', first defined on line 1; merge the two"
    assert finding.line > 1


@pytest.mark.parametrize(
    ("text", "kind"),
    [("1: a", "a number"), ("1.5: a", "a number"), ("true: a", "a boolean"), ("~: a", "a null")],
)
def test_a_key_that_is_no_string_is_refused(text, kind):
    """Keys are strings; the message says what it is and what to do."""
    finding = refused(f"x: 1\n{text}")
    assert finding.message == f"a key must be a string, not {kind}; put it in quotes"
    assert (finding.line, finding.column) == (2, 1)


@pytest.mark.parametrize("text", ["? [a]\n: b", "? {a: 1}\n: b", "a: &x [1]\n? *x\n: y", "[]: x"])
def test_a_key_that_is_a_collection_is_refused(text):
    """A mapping or a sequence as a key is a fault, also by an alias."""
    assert "a key must be a string" in refused(text).message


def test_a_key_may_be_an_alias_of_a_string():
    """`*name :` as a key means the string."""
    assert read("a: &k key\nb: {*k : 2}").data == {"a": "key", "b": {"key": 2}}


@pytest.mark.parametrize(
    ("text", "data"),
    [
        ("<<: {a: 1}", {"a": 1}),
        ("a: 2\n<<: {a: 1, b: 1}", {"a": 2, "b": 1}),
        ("<<: {a: 1}\na: 2", {"a": 2}),
        ("<<: [{a: 1}, {a: 2, b: 2}]", {"a": 1, "b": 2}),
        ("<<: {a: 1}\n<<: {b: 2}", {"a": 1, "b": 2}),
        ("'<<': 1", {"<<": 1}),
        ("a: <<", {"a": "<<"}),
    ],
)
def test_merge_keys_merge(text, data):
    """`<<` merges mappings: own keys win, then the first mapping; in quotes it is a plain key."""
    assert read(text).data == data


def test_merge_keys_take_aliases_that_have_merge_keys():
    """A merged mapping brings what was merged into it."""
    source = read("a: &a {x: 1, y: 1}\nb: &b\n  <<: *a\n  y: 2\nc:\n  <<: [*b, *a]\n  z: 3")
    assert source.data["c"] == {"x": 1, "y": 2, "z": 3}


@pytest.mark.parametrize("text", ["<<: 3", "<<: x", "<<: [1]", "a: &x [1]\nb: {<<: *x}"])
def test_only_mappings_can_be_merged(text):
    """`<<` with anything but mappings is refused."""
    assert refused(text).message == "only mappings can be merged with '<<'"


@pytest.mark.parametrize("text", ["a: *x", "a: &x {b: *x}", "a: &x {<<: *x}", "&x [*x]", "*x"])
def test_an_alias_without_a_finished_anchor_is_refused(text):
    """Unknown and circular aliases are refused."""
    assert "the alias *x has no finished anchor before it" in refused(text).message


def test_aliases_are_counted_as_often_as_they_are_used():
    """The billion laughs, by aliases or by merge keys, are refused before they cost anything."""
    lists = "a0: &a0 [x, x, x, x, x, x, x, x, x]\n"
    merged = "a0: &a0 {a: 1, b: 2, c: 3, d: 4}\n"
    for i in range(1, 12):
        lists += f"a{i}: &a{i} [{', '.join([f'*a{i - 1}'] * 9)}]\n"
        merged += f"a{i}: &a{i} {{<<: [{', '.join([f'*a{i - 1}'] * 9)}]}}\n"
    for text in (lists, merged):
        finding = refused(text)
        assert finding.message == "more than 400,000 values, aliases expanded"
        assert finding.line > 1


def test_the_number_of_values_is_limited():
    """More values than the limit are refused, in YAML and in JSON."""
    text = "[" + ",".join("1" * 20) + "]"
    assert "more than 10 values" in refused(text, limits=Limits(nodes=10)).message
    assert "more than 10 values" in refused(text, "a.json", limits=Limits(nodes=10)).message
    assert len(read(text, limits=Limits(nodes=21)).data) == 20


@pytest.mark.parametrize("name", ["a.yml", "a.json"])
def test_the_depth_is_limited(name):
    """64 levels are read and 65 are not, with line and column, in YAML and in JSON."""
    assert read("[" * 64 + "]" * 64, name).data
    finding = refused("[" * 65 + "]" * 65, name)
    assert finding.message == "more than 64 levels deep"
    assert (finding.line, finding.column) == (1, 65)


KEY_FIRST = "not JSON: expected a key in double quotes"
NO_JSON = ("- ", "!!seq [", "&a [")


@pytest.mark.parametrize("opening", ["[", "{a: ", "- ", "!!seq [", "&a [", '{"a":'])
@pytest.mark.parametrize("name", ["a.yml", "a.json"])
def test_brackets_without_end_do_not_end_the_process(tmp_path, opening, name):
    """100,000 opening brackets are a fault of the document, in a process that lives on."""
    (tmp_path / name).write_text(opening * 100_000)
    code = (
        "import sys; from asyncapi_guard.spec import load; from asyncapi_guard import SpecError\n"
        "try: load(sys.argv[1])\n"
        "except SpecError as error: print(error.findings[0].message)"
    )
    run = subprocess.run(
        [sys.executable, "-c", code, str(tmp_path / name)],
        capture_output=True,
        text=True,
        check=True,
    )
    (said,) = run.stdout.splitlines()
    # In an object a key comes first, and so does its fault.
    assert said in ("more than 64 levels deep", "not JSON: expected a value", KEY_FIRST)
    assert said != "not JSON: expected a value" or (name == "a.json" and opening in NO_JSON)


DEEP = {
    "brackets": "[" * 65 + "]" * 65,
    "brackets without end": "[" * 65,
    "very many brackets": "[" * 5_000,
    "braces": "{a: " * 65 + "1" + "}" * 65,
    "JSON": '{"a":' * 2_000,
    "JSON in lines": '{"a":\n' * 65 + "1" + "}" * 65,
    "items": "- " * 5_000 + "x",
    "keys": "".join("\n" + " " * i + "a:" for i in range(1_200)),
    "items, then brackets": "- " * 40 + "[" * 3_000,
    "brackets of both kinds": '[{"a":' * 1_500,
    "a fault behind it": "[" * 200 + "'",
    "question marks": "- " * 64 + "? " * 2_000,
}


@pytest.mark.parametrize("text", DEEP.values(), ids=list(DEEP))
def test_our_depth_is_met_before_that_of_the_library(text, words):
    """However a text nests, what is said of it is said of our own limit, with its place."""
    finding = refused(text)
    assert finding.message == "more than 64 levels deep"
    assert finding.line >= 1


def test_the_place_is_that_of_the_level_too_deep(words):
    """Also where the library stopped before it said anything of the text."""
    finding = refused("x: 1\na: " + "[" * 5_000)
    assert (finding.message, finding.line, finding.column) == ("more than 64 levels deep", 2, 67)


def test_a_deep_file_that_is_referred_to_is_too_deep(folder, words):
    """Files behind references are held to the same limits, in the same words."""
    folder.write("other.yml", "[" * 5_000)
    folder.write("other.json", "[" * 5_000)
    for other in ("other.yml", "other.json"):
        found = folder.faults(MESSAGE.format(f"{{$ref: '{other}#/a'}}"))
        assert "more than 64 levels deep" in [finding.message for finding in found]


def test_levels_behind_aliases_count():
    """A chain of aliases is as deep as what it stands for, and no deeper."""

    def chain(levels):
        links = [f"a{i}: &a{i} [*a{i - 1}]" for i in range(1, levels)]
        return "\n".join(["a0: &a0 [x]", *links])

    assert read(chain(62)).data
    assert read(chain(62) + "\nb: {<<: {c: *a60}}").data
    assert read(chain(63)).data
    for text in (
        chain(64),
        chain(900),
        chain(63) + "\nb: {c: *a62}",
        chain(63) + "\nb: [[x], *a62]",
    ):
        finding = refused(text)
        assert finding.message == "more than 64 levels deep, aliases expanded"
        assert finding.line > 1


def test_merged_levels_count_where_they_are_merged():
    """`<<` brings in what is in a mapping, and not the mapping."""
    deep = "a: &a {x: " + "[" * 62 + "]" * 62 + "}\n"
    assert read(deep + "b: {<<: *a}").data
    assert "levels deep, aliases expanded" in refused(deep + "b: {c: {<<: *a}}").message


@pytest.mark.parametrize(("told", "most"), [(640, 640), (0, 1_000), (4_300, 1_000)])
def test_numbers_are_limited_before_python_limits_them(told, most):
    """Python reads and writes as many digits as it was told to; we take no more than it does."""
    before = sys.get_int_max_str_digits()
    sys.set_int_max_str_digits(told)
    try:
        for name in ("a.yml", "a.json"):
            for number in ("9" * most, "-" + "9" * most):
                assert str(read(f'{{"a": {number}}}', name).data["a"]) == number
            text = f'{{"a": {"9" * (most + 1)}}}'
            assert refused(text, name).message == "the number has too many digits"
        for digits in (most - 2, most + 1):
            for tag in ("", "!!float "):
                text = f"a: {tag}0x{'f' * digits}"
                assert refused(text).message == "the number has too many digits"
    finally:
        sys.set_int_max_str_digits(before)


def test_the_size_is_limited(folder):
    """A file of more than ten million bytes is not read."""
    assert "10,000,001 bytes" in refused(b"#" * 10_000_001).message
    (finding,) = folder.faults(b"#" * 10_000_001, UnreadableDocument)
    assert "the file has 10,000,001 bytes; at most 10,000,000 are read" in finding.message
    folder.load("channels: {}", limits=Limits(size=100))


@pytest.mark.parametrize(
    ("raw", "line", "column"),
    [(b"a: \xff", 1, 4), (b"a: b\nc: \xed\xa0\x80", 2, 4), (b"\xff\xfea", 1, 3), (b"\x80", 1, 1)],
)
def test_what_is_no_text_is_refused_where_it_begins(raw, line, column):
    """Bytes that are not UTF-8 (or what the byte order mark says) are refused with their place."""
    finding = refused(raw)
    assert "text" in finding.message
    assert (finding.line, finding.column) == (line, column)


@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "utf-16", "utf-32"])
@pytest.mark.parametrize("name", ["a.yml", "a.json"])
def test_encodings_are_known_by_their_byte_order_mark(encoding, name):
    """UTF-8 with and without a mark, UTF-16 and UTF-32 with one are read."""
    text = '{"a": "\u00e9\U0001f600"}'
    assert read(text.encode(encoding), name).data == {"a": "\u00e9\U0001f600"}


@pytest.mark.parametrize(
    "text",
    [
        "a: \x00",
        "a: \x07b",
        "\x1b[0m: 1",
        "a: \x7f",
        "a:\n\t- b",
        "a: [",
        "a: 'b",
        "a: b: c",
        "%X",
        "@",
    ],
)
def test_what_is_no_yaml_is_refused(text):
    """Control characters and broken YAML are refused; the message does not quote the file."""
    finding = refused(f"secret: hunter2\n{text}")
    assert "not YAML" in finding.message
    assert "hunter2" not in finding.message
    assert finding.line >= 1


ADVICE = [
    ("a:\n\tb: 1", (2, 1), "indent with spaces, not with tabs"),
    ("a:\n  b: 1\n\tc: 2", (3, 1), "indent with spaces, not with tabs"),
    ("a: @b", (1, 4), "text that begins with '@' needs quotes"),
    ("ä: `b", (1, 4), "text that begins with '`' needs quotes"),
    ("a: %b", (1, 4), "text that begins with '%' needs quotes"),
    ("a: *.js", (1, 5), "text that begins with '*' needs quotes"),
    ("a: b: c", (1, 5), "text with ': ' in it needs quotes"),
    ("a\nb: 1", (1, 1), "a key needs a ':' behind it"),
    ("a: 1\n  b: 2", (2, 4), "this one begins too far to the right"),
    (
        "a:\n  - x\n y: 1",
        (3, 2),
        "this line is indented differently from its neighbors",
    ),
    ("a: 1\n- b", (2, 1), "this line is indented differently from its neighbors"),
    ("a: 'x' y", (1, 8), "text follows a quoted string"),
    ("a: [1] b", (1, 8), "text follows a closing bracket"),
    ("a: 1\nb", None, "a key needs a ':' behind it"),
    ("a: - b", (1, 4), "a list cannot begin here"),
    ("a: ? b", (1, 4), "text that begins with '? ' needs quotes"),
    ("a: |x\n  b", (1, 5), "a digit, or a comment can follow '|' in its line"),
    (
        "x: 1\na: [1,\n  2\nb: 3",
        None,
        "the closing ']' is missing before this: the '[' of line 2 is open",
    ),
    ("a: {b: 1, c: 2", None, "the '{' that opens on line 1 is not closed"),
    ("a: [", None, "it ends too early"),
    ("a: 'b", None, "the quote ' that opens on line 1 is not closed"),
    ('x: 1\na: "b\n\n', None, 'the quote " that opens on line 2 is not closed'),
    ('a: "\\.js"', None, "is not an escape; write the backslash twice, or use single quotes"),
    ('a: "\\u12"', None, "is not an escape; write the backslash twice, or use single quotes"),
    ("a: ]", (1, 4), "there is nothing that ']' ends"),
    ("[a, , b]", (1, 5), "a value is missing before this ','"),
    ("%X", None, "a line that begins with '%' is a directive"),
    ("k" * 1_100 + ": 1", (1, 1101), "a key has at most 1,024 characters"),
    ("ä: 1\na: \x07", (2, 4), "the control character U+0007 is not allowed in YAML"),
]


@pytest.mark.parametrize(("text", "place", "advice"), ADVICE)
def test_what_is_no_yaml_is_refused_with_advice(text, place, advice, words):
    """What is wrong and what to do is read from the text, whatever the library says of it."""
    finding = refused(text)
    assert finding.message.startswith("not YAML: ")
    assert advice in finding.message
    assert place in (None, (finding.line, finding.column))


@pytest.mark.parametrize(("text", "place", "advice"), ADVICE)
def test_advice_is_the_same_without_the_parser_in_c(text, place, advice, monkeypatch):
    """Where PyYAML was built without it, other places are named, and the advice is the same."""
    monkeypatch.setattr(yaml_text, "_Loader", yaml.Loader)
    assert advice in refused(text).message


@pytest.mark.parametrize("text", DEEP.values(), ids=list(DEEP))
def test_depth_is_the_same_without_the_parser_in_c(text, monkeypatch):
    """The limits are ours, whichever parser there is."""
    monkeypatch.setattr(yaml_text, "_Loader", yaml.Loader)
    assert refused(text).message == "more than 64 levels deep"


@pytest.mark.parametrize("text", ["a: 1\n---\nb: 2", "---\n---\n", "a: 1\n...\n---\nb"])
def test_a_second_document_is_refused(text):
    """A file holds one document."""
    assert "a second document begins" in refused(text).message


@pytest.mark.parametrize(
    ("text", "message", "column"),
    [
        ('{"a": 1, "a": 2}', "duplicate key 'a'", 10),
        ('{"a": NaN}', "NaN", 7),
        ('{"a": -Infinity}', "infinities", 7),
        ('{"a": 1e400}', "too large", 7),
        ('{"a": ' + "9" * 5000 + "}", "too many digits", 7),
        ('{"a": ' + "9" * 4000 + "}", "too many digits", 7),
        ('{"a": 1 "b"}', "not JSON", 9),
        ('{"a": "\x00"}', "not JSON", 8),
        ('{"a": 1} x', "not JSON", 10),
        ('{"\\ud83d\\ude00": {"b": 1, "b": 2}}', "duplicate key 'b'", 27),
    ],
)
def test_json_is_refused_where_it_is_wrong(text, message, column):
    """A JSON file follows JSON, without duplicate keys and NaN; faults have line and column."""
    finding = refused("\n" + text, "a.json")
    assert message in finding.message
    assert (finding.line, finding.column) == (2, column)


@pytest.mark.parametrize(
    ("text", "message", "place"),
    [
        ('{"a": 1,}', "JSON does not allow a ',' before the closing '}'", (1, 8)),
        ("[1, 2,\n]", "JSON does not allow a ',' before the closing ']'", (1, 6)),
        ('{"a": 1\n "b": 2}', "expected a ',' or the closing '}'", (2, 2)),
        ('{"a" 1}', "expected a ':' behind the key", (1, 6)),
        ("{a: 1}", "expected a key in double quotes", (1, 2)),
        ("{'a': 1}", "strings need double quotes, not single quotes", (1, 2)),
        ('{"a": True}', "JSON's words are true, false and null", (1, 7)),
        ('{"a": yes}', "expected a value", (1, 7)),
        ("[01]", "a number has no '+', no needless 0", (1, 3)),
        ("[.5]", "a number has no '+', no needless 0", (1, 2)),
        ("[1] // one", "JSON has no comments", (1, 5)),
        ("# one\n[1]", "JSON has no comments", (1, 1)),
        ('["a\nb"]', "the line ends in a text; close its quote", (1, 4)),
        ('["a\tb"]', "the character U+0009 is written \\u0009 in a text", (1, 4)),
        ('["\\x"]', "is not an escape; write the backslash twice", (1, 3)),
        ('["a', "the quote that begins here is not closed", (1, 2)),
        ('\n{"a": [1', "what begins on line 2 is not closed", (2, 9)),
        ("[1] [2]", "the document has ended before", (1, 5)),
        ("", "there is nothing in it", (1, 1)),
    ],
)  # fmt: skip
def test_what_is_no_json_is_said_in_our_own_words(text, message, place):
    """What is wrong, what to do, and where: the same with each version of Python."""
    finding = refused(text, "a.json")
    assert finding.message.startswith(f"not JSON: {message}") or message in finding.message
    assert (finding.line, finding.column) == place


@pytest.mark.parametrize(
    ("text", "message", "place"),
    [
        ('{\n\t"a": 1,\n\t"a": 2}', "duplicate key 'a', first defined on line 2; merge the two", (3, 2)),
        ('{\n\t"a": ' + "[" * 64 + "]" * 64 + "}", "more than 64 levels deep", (2, 70)),
        ('{"' + "k" * 1_100 + '": {"b": 1, "b": 2}}', "duplicate key 'b', first defined on line 1; merge the two", (1, 1115)),
        ('[\n\t"\\ud83d"]', "a string has half of a surrogate pair", (2, 2)),
        ('{\n\t"\\ude00": 1}', "a key has half of a surrogate pair", (2, 2)),
    ],
)  # fmt: skip
def test_json_that_yaml_does_not_have_is_refused_where_it_is_wrong(text, message, place):
    """Tabs as indentation and long keys are JSON, if no YAML: faults have their places all the same."""
    finding = refused(text, "a.json")
    assert (finding.message, finding.line, finding.column) == (message, *place)


def test_an_empty_json_file_is_refused():
    """Nothing is no JSON."""
    assert "not JSON" in refused("", "a.json").message


@pytest.mark.parametrize("text", ['{"a": "\\ud83d"}', '{"\\ude00": 1}', '[["x\\udfff"]]'])
def test_half_of_a_surrogate_pair_is_refused(text):
    """JSON's escapes can say half of a character, which no text can hold."""
    assert "half of a surrogate pair" in refused(text, "a.json").message


@pytest.mark.parametrize(
    ("data", "message"),
    [
        ({1: 2}, "a key must be a string"), ({"a": {"b", "c"}}, "a set is not JSON"),
        ({"a": b"x"}, "a bytes is not JSON"), ({"a": (1,)}, "a tuple is not JSON"),
        ({"a": float("nan")}, "NaN"), ({"a": float("-inf")}, "too large"),
        ({"a": 10**5000}, "too large"), ({"\ud800": 1}, "surrogate"), ({"a": "\ud800"}, "surrogate"),
    ],
)  # fmt: skip
def test_data_must_be_json(data, message):
    """A document given as data is held to what JSON can say."""
    with pytest.raises(UnreadableDocument, match=message):
        check_data("<mapping>", data, DEFAULT_LIMITS)


def test_data_that_holds_itself_is_refused():
    """A circle in the data is too deep, like any other."""
    data = {}
    data["a"] = [data]
    with pytest.raises(UnreadableDocument, match="more than 64 levels deep"):
        check_data("<mapping>", data, DEFAULT_LIMITS)


TEXT = """\
info:
  title: T
  tags: [a, {name: b}]
base: &base
  x: 1
  deep: {y: 2}
again: *base
merged:
  <<: *base
  own: 3
inline:
  <<: {p: 1}
both:
  <<: [*base, {q: 2}]
list:
  - *base
  - &two
    z: 1
'odd/key~': 1
circle: &circle
  in: &in {k: 1}
  <<: *in
"""


@pytest.mark.parametrize(
    ("path", "value", "key"),
    [
        ((), (1, 1), (1, 1)),
        (("info",), (2, 3), (1, 1)),
        (("info", "title"), (2, 10), (2, 3)),
        (("info", "tags"), (3, 9), (3, 3)),
        (("info", "tags", 0), (3, 10), (3, 10)),
        (("info", "tags", 1, "name"), (3, 20), (3, 14)),
        (("again",), (7, 8), (7, 1)),
        (("again", "x"), (5, 6), (5, 3)),
        (("again", "deep", "y"), (6, 13), (6, 10)),
        (("merged", "x"), (5, 6), (5, 3)),
        (("merged", "deep", "y"), (6, 13), (6, 10)),
        (("merged", "own"), (10, 8), (10, 3)),
        (("inline", "p"), (12, 11), (12, 8)),
        (("both", "x"), (5, 6), (5, 3)),
        (("both", "q"), (14, 19), (14, 16)),
        (("list", 0, "x"), (5, 6), (5, 3)),
        (("list", 1, "z"), (18, 8), (18, 5)),
        (("odd/key~",), (19, 13), (19, 1)),
        (("circle", "k"), (21, 15), (21, 12)),
        (("info", "nothing", "here"), (2, 3), (2, 3)),
        (("circle", "nothing"), (20, 9), (20, 9)),
    ],
)
def test_every_value_and_key_has_its_place(path, value, key):
    """Line and column are those of the text, through aliases and merge keys, else of an ancestor."""
    source = read(TEXT)
    assert source.position(path) == value
    assert source.position(path, key=True) == key


def test_a_json_text_has_places_too():
    """Places are found in JSON, also behind characters that JSON writes as two escapes."""
    source = read('{\n "a": "\\ud83d\\ude00", "b": [1,\n  {"c": 2}]}', "a.json")
    assert source.data["a"] == "\U0001f600"
    assert source.position(("b",), key=True) == (2, 23)
    assert source.position(("b", 1, "c")) == (3, 9)


def test_a_finding_has_file_place_and_pointer():
    """A finding names the file, the place and the JSON Pointer, escaped."""
    finding = read(TEXT).finding(("odd/key~",), "is odd")
    assert str(finding) == "a.yml:19:13: is odd (at /odd~1key~0)"


def test_json_that_yaml_cannot_read_has_the_places_that_were_found():
    """Tabs as indentation are JSON but not YAML; places before them are right, and none raises."""
    source = read('{"a": 1,\n\t"b": "x\\/y", "c": 1}', "a.json")
    assert source.position(("a",)) == (1, 7)
    assert source.position(("c",)).line in (1, 2)


def test_reading_leaves_the_garbage_collector_as_it_was():
    """The collector is off only while reading, also after a fault."""
    assert gc.isenabled()
    refused("a: [")
    assert gc.isenabled()
    gc.disable()
    try:
        read("a: 1")
        assert not gc.isenabled()
    finally:
        gc.enable()


@given(st.binary(max_size=200))
def test_random_bytes_are_read_or_refused(raw):
    """Any bytes are data or a SpecError, as YAML and as JSON."""
    for name in ("a.yml", "a.json"):
        try:
            read(raw, name)
        except SpecError as error:
            assert str(error)


YAML_PIECES = ["a", ": ", "- ", "\n", "  ", "[", "]", "{", "}", ",", "&x ", "*x", "<<", "'", '"', "!!str ", "|", ">", "#", "---", "...", "1", "~", "%", "? ", "\t", "\\u0000", "\x85"]  # fmt: skip


@given(st.lists(st.sampled_from(YAML_PIECES), max_size=25).map("".join))
def test_random_yaml_is_read_or_refused_and_has_places(text):
    """Any jumble of YAML's own signs is data or a SpecError, and every value has a place."""
    try:
        source = read(text)
    except SpecError as error:
        assert str(error)
        return
    stack = [((), source.data)]
    while stack:
        path, value = stack.pop()
        assert source.position(path) >= (1, 1)
        assert source.position(path, key=True) >= (1, 1)
        if isinstance(value, dict):
            stack.extend(((*path, key), below) for key, below in value.items())
        elif isinstance(value, list):
            stack.extend(((*path, index), below) for index, below in enumerate(value))


JSON = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats(allow_nan=False, allow_infinity=False)
    | st.text(st.characters(exclude_categories=["Cs"])),
    lambda inner: st.lists(inner, max_size=4)
    | st.dictionaries(st.text(st.characters(exclude_categories=["Cs"])), inner, max_size=4),
    max_leaves=12,
)  # fmt: skip


@given(JSON)
def test_json_is_read_as_json(data):
    """What json writes, a `.json` file gives back."""
    assert read(json.dumps(data), "a.json").data == data


# -- line breaks -----------------------------------------------------------------------------------

SEPARATORS = ["\x85", "\u2028", "\u2029"]


@pytest.mark.parametrize("sign", SEPARATORS)
@pytest.mark.parametrize("form", ["{}", '"{}"', "'{}'", "|-\n  {}", ">-\n  {}"])
def test_only_line_feeds_and_carriage_returns_break_lines(sign, form):
    """YAML 1.2 (5.4) reads the other line breaks of YAML 1.1 as characters."""
    text = f"a: {form.format(f'one{sign} two')}\nb: 2\n"
    assert read(text).data == {"a": f"one{sign} two", "b": 2}


@pytest.mark.parametrize("sign", SEPARATORS)
def test_lines_are_counted_without_them(sign):
    """Places behind such a character are where an editor for YAML 1.2 shows them."""
    text = f"# a{sign}b: c\n'k{sign}ey': x{sign}y\nb:\n  - {sign}z\n"
    source = read_source("a.yml", "file:///a.yml", text.encode())
    assert source.data == {f"k{sign}ey": f"x{sign}y", "b": [f"{sign}z"]}
    assert source.position((f"k{sign}ey",), key=True) == (2, 1)
    assert source.position((f"k{sign}ey",)) == (2, 9)
    assert source.position(("b", 0)) == (4, 5)


def test_characters_that_stand_in_for_line_breaks_are_not_those_of_the_text():
    """Private characters, written or escaped, are read as they are."""
    text = 'a: "\U000f0000\\U000F0001\\L"\nb: x\u2028y\n'
    assert read(text).data == {"a": "\U000f0000\U000f0001\u2028", "b": "x\u2028y"}


def test_a_fault_behind_them_is_at_its_line():
    """What cannot be read is found on the line that an editor shows."""
    finding = refused("a: x\u2028y\nb: @c\n")
    assert (finding.line, finding.column) == (2, 4)
