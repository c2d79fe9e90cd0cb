"""What a linted document is read from: bytes, JSON in a `.yml` file, references as they are written."""

# ruff: noqa: E501  # the cases are tables, one to a line
from __future__ import annotations

import json

import pytest

from asyncapi_guard.lint import lint

HEAD = b"asyncapi: 3.1.0\ninfo: {title: T, version: '1'}\n"


def places(findings):
    return [(f.code, f.pointer, f.line) for f in findings if f.code != "unused-component"]


# -- bytes -----------------------------------------------------------------------------------------


def test_raw_is_read_in_place_of_the_file(folder):
    """What is in the file does not count, and neither does whether it is there."""
    path = folder.write("a.yml", "nonsense")
    raw = HEAD + b"zz: 1\n"
    for spec in (path, str(path), folder.path / "none" / "b.yml"):
        findings = lint(spec, raw=raw)
        assert places(findings) == [("unknown-field", "/zz", 3)]
        assert {f.file for f in findings} == {str(spec)}
    assert lint(path, raw=HEAD) == ()
    assert path.read_text(encoding="utf-8") == "nonsense"


@pytest.mark.parametrize(
    ("raw", "expected"),
    [
        (b"", ("unsupported-version", "", 1)), (b"\xff\x00", ("unreadable", "", 1)), (b"a: ]", ("unreadable", "", 1)), (b"a: 1\na: 2", ("unreadable", "", 2)),
        (b"\xef\xbb\xbf" + HEAD + b"zz: 1", ("unknown-field", "/zz", 3)), ((HEAD + b"zz: 1").decode().encode("utf-16"), ("unknown-field", "/zz", 3)),
    ],
)  # fmt: skip
def test_raw_of_any_kind(folder, raw, expected):
    """Bytes are decoded and read as those of a file; what cannot be read is a finding."""
    assert places(lint(folder.path / "a.yml", raw=raw)) == [expected]


def test_empty_raw_is_no_reason_to_read_the_file(folder):
    """Nothing at all is what was handed over."""
    path = folder.write("a.yml", HEAD.decode())
    assert [f.code for f in lint(path, raw=b"")] == ["unsupported-version"]


@pytest.mark.parametrize(
    ("name", "raw", "code"),
    [
        ("a.json", HEAD, "unreadable"), ("a", HEAD + b"zz: 1", "unknown-field"), ("a", b'{"asyncapi": "3.1.0"}', "missing-field"),
        ("a", b'{"asyncapi": "3.1.0", "info": {"title": "\\ud83d\\ude00", "version": 1}}', "wrong-type"), ("a.yml", b'{"asyncapi": "3.1.0"}', "missing-field"),
    ],
)  # fmt: skip
def test_raw_is_read_as_its_name_says(folder, name, raw, code):
    """`.json` is JSON and nothing else; without a suffix the text says by itself what it is."""
    assert [f.code for f in lint(folder.path / name, raw=raw)] == [code]


def test_references_of_raw_are_relative_to_its_name(folder):
    """To files beside it, and to itself by its name."""
    folder.write("c.yml", "adress: /c\n")
    raw = HEAD + b"channels: {a: {$ref: c.yml}, b: {$ref: 'main.yml#/x-b'}}\nx-b: {adress: /b}\n"
    findings = lint(folder.path / "main.yml", raw=raw)
    assert {(f.file.rpartition("/")[2], f.pointer) for f in findings} == {
        ("c.yml", "/adress"),
        ("main.yml", "/x-b/adress"),
    }


def test_comments_in_raw_count(folder):
    """They stand in the text that was judged."""
    path = folder.write("a.yml", HEAD.decode() + "zz: 1\n")
    assert lint(path, raw=HEAD + b"zz: 1  # guard: ignore[unknown-field]\n") == ()


# -- JSON in a file that is called YAML ------------------------------------------------------------

SMILE = "\U0001f600"


def in_yml(folder, text):
    return places(lint(folder.write("a.yml", text)))


def test_escaped_characters_beyond_16_bits(folder):
    """JSON writes them as two surrogates, and what stands behind them keeps its place."""
    text = json.dumps({"asyncapi": "3.1.0", "info": {"title": SMILE, "version": 1}}, indent=1)
    assert "\\ud83d\\ude00" in text
    assert in_yml(folder, text) == [("wrong-type", "/info/version", 5)]


@pytest.mark.parametrize(
    "text",
    [
        '{"asyncapi": "3.1.0", "info": {"title": "\\ud83d", "version": "1"}}', '{"asyncapi": "3.1.0", "info": {"title": "\\ude00\\ud83d", "version": "1"}}',
        '{"asyncapi": "3.1.0", "info": {"title": "\\ud83d\\ude00", "version": NaN}}', '{"asyncapi": "3.1.0", "info": {"title": "\\ud83d\\ude00"}} # no JSON',
        '{"asyncapi": "3.1.0", "info": {"title": "\\ud83d\\ude00", "title": "T"}}', 'info: {title: "\\ud83d\\ude00"}',
    ],
)  # fmt: skip
def test_escapes_that_are_neither_yaml_nor_json(folder, text):
    """Half a character, YAML around it, or what is no JSON otherwise: one finding, with its line."""
    assert in_yml(folder, text) == [("unreadable", "", 1)]


def test_escapes_in_names(folder):
    """A name with an escaped character is the same name in a reference, however that is written."""
    for ref in (f"#/channels/{SMILE}", "#/channels/%F0%9F%98%80"):
        document = {
            "asyncapi": "3.1.0",
            "info": {"title": "T", "version": "1"},
            "channels": {SMILE: {"address": None}, "b": {"$ref": ref}},
        }
        assert in_yml(folder, json.dumps(document)) == []
        assert in_yml(folder, json.dumps(document, ensure_ascii=False)) == []


@pytest.mark.parametrize("suffix", ["yml", "json"])
@pytest.mark.parametrize("key", [SMILE, "a\\ud83d"])
def test_the_line_below_an_escaped_name(folder, suffix, key):
    """What is wrong there is found there, and not at what is around it."""
    other = {SMILE: {}} if key != SMILE else {}
    document = {
        "asyncapi": "3.1.0",
        "info": {"title": "T", "version": "1"},
        "channels": {**other, key: {"address": 5}},
    }
    text = json.dumps(document, indent=1)
    (line,) = (n for n, each in enumerate(text.splitlines(), 1) if "address" in each)
    (finding,) = lint(folder.write(f"a.{suffix}", text))
    assert (finding.code, finding.line) == ("wrong-type", line)


# -- names of extensions ---------------------------------------------------------------------------


@pytest.mark.parametrize("name", ["x-é", "x-日本", "x-naïve", "x-a\u0301", "x-½", "x-٣", "x-Ω", "x-\u200b", f"x-{SMILE}", "x-a b", "x-a\n", "x-a:b", "x-"])  # fmt: skip
def test_names_of_extensions(folder, name):
    """They have letters and digits of ASCII alone, at the root as in any object."""
    for around in ({}, {"info": {"title": "T", "version": "1", name: 1}}):
        base = {"asyncapi": "3.1.0", "info": {"title": "T", "version": "1"}}
        document = {**base, **around} if around else {**base, name: {"a": 1}}
        (finding,) = lint(document)
        assert finding.code == "bad-extension-name"
        assert finding.pointer == ("/info/" if around else "/") + name


@pytest.mark.parametrize("name", ["x-a", "x-A.b-c_9", "x--", "x-_", "x-.", "x-0"])
def test_good_names_of_extensions(folder, name):
    """Dots, hyphens and underscores are in them, too."""
    assert lint({"asyncapi": "3.1.0", "info": {"title": "T", "version": "1"}, name: 1}) == ()


# -- references as they are written ----------------------------------------------------------------

BLANKS = [" ", "  ", "\t", "\n", "\r", "\u00a0", "\u2003", "\u2028", "\x1f"]
WRONG = [
    *(f"{blank}#/x-c" for blank in BLANKS), *(f"#/x-c{blank}" for blank in BLANKS), "#/x\x00-c", "#/x-\x7fc", "#/x-\nc", "\t#/x-\tc", " ", "\n",
]  # fmt: skip


def document(place, ref):
    text = {"asyncapi": "3.1.0", "info": {"title": "T", "version": "1"}, "x-c": {}}
    reference = {"$ref": ref}
    if place == "channel":
        text["channels"] = {"c": reference}
    elif place == "open":
        bindings = {"kafka": {"key": reference}}
        text["components"] = {"messageBindings": {"c": bindings}}
    else:
        text["components"] = {"schemas": {"c": reference if place == "schema" else {"items": reference}}}  # fmt: skip
    return text


POINTERS = {
    "channel": "/channels/c/$ref",
    "schema": "/components/schemas/c/$ref",
    "open": "/components/messageBindings/c/kafka/key/$ref",
    "inside": "/components/schemas/c/items/$ref",
}


@pytest.mark.parametrize("place", ["channel", "schema", "open"])
@pytest.mark.parametrize("ref", WRONG)
def test_blanks_around_a_reference(place, ref):
    """They are a fault that is named, rather than left out without a word."""
    (finding,) = (f for f in lint(document(place, ref)) if f.code != "unused-component")
    assert (finding.code, finding.pointer) == ("unresolvable-reference", POINTERS[place])
    assert finding.message.endswith("remove spaces around it, and control characters")  # fmt: skip


@pytest.mark.parametrize("ref", WRONG)
def test_blanks_around_a_reference_in_a_schema(ref):
    """There, too, the reference leads nowhere."""
    found = [(f.code, f.pointer) for f in lint(document("inside", ref))]
    assert ("unresolvable-reference", POINTERS["inside"]) in found


def test_blanks_around_a_reference_in_a_schema_are_one_fault():
    """As they are elsewhere."""
    found = [f.code for f in lint(document("inside", " #/x-c")) if f.code != "unused-component"]
    assert found == ["unresolvable-reference"]


@pytest.mark.parametrize("place", ["channel", "schema", "open", "inside"])
def test_references_that_are_well_written(place):
    """Escapes of a URI are read, in whatever place."""
    for ref in ("#/x-c", "#/x%2Dc", "#/%78-c"):
        assert {f.code for f in lint(document(place, ref))} <= {"unused-component"}
