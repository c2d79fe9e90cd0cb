"""Documents whose authors mean harm, or whose generators went wrong.

Each is built by code when it is asked for, and says which finding it must end in: `CASES` has them
by name. Most are a line of a table; the rest are functions. `test_hostile.py` and
`benchmarks/hostile.py` run them (`bounded.py`).
"""

# ruff: noqa: E501, RUF001  # the cases are tables, one to a line; some letters only look alike
from __future__ import annotations

import json
import os
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable
    from pathlib import Path

__all__ = ["CASES", "EITHER", "FINE", "Case"]

#: In place of a code: the document is as it should be, and has no error.
FINE = "fine"
#: In place of a code: whether it is refused is open, as long as that costs little.
EITHER = "either"
_UNREAD = "unreadable"
_NOWHERE = "unresolvable-reference"


@dataclass(frozen=True)
class Case:
    """A hostile document.

    Attributes:
        name: what is hostile about it.
        code: the rule of a finding that it must end in, `FINE`, or `EITHER`.
        build: makes it: bytes, text, or data that is written as JSON.
        file: its name.
        beside: writes what else is to be in its folder.
    """

    name: str
    code: str
    build: Callable[[], Any]
    file: str = "asyncapi.yml"
    beside: Callable[[Path], None] | None = None

    def write(self, folder: Path) -> Path:
        """Write it into a new folder; its path."""
        folder.mkdir()
        if self.beside is not None:
            self.beside(folder)
        made = self.build()
        if not isinstance(made, (bytes, str)):
            made = json.dumps(made, ensure_ascii=False)
        path = folder / self.file
        path.write_bytes(made.encode("utf-8", "surrogatepass") if isinstance(made, str) else made)
        return path


CASES: dict[str, Case] = {}


def _add(name: str, code: str, build: Any, **more: Any) -> None:
    """A case, built by a function or given as it is."""
    if name in CASES:
        raise ValueError(f"{name} stands twice")
    CASES[name] = Case(name, code, build if callable(build) else lambda: build, **more)


def _table(prefix: str, code: str, made: Callable[[Any], Any], **rows: Any) -> None:
    """Cases of a kind; a row is what is made into a document, or that and another code."""
    for name, row in rows.items():
        given, finds = row if isinstance(row, tuple) else (row, code)
        _add(f"{prefix}-{name.replace('_', '-')}", finds, lambda given=given: made(given))


# -- documents that most are made from -------------------------------------------------------------

_HEAD = "asyncapi: 3.1.0\ninfo: {title: Hostile, version: '1'}\n"
_ROOT = {"$ref": "#/channels/root"}


def _document(messages: Any = None, **more: Any) -> dict[str, Any]:
    """A document that receives these messages on one channel."""
    return {
        "asyncapi": "3.1.0",
        "info": {"title": "Hostile", "version": "1"},
        "channels": {"root": {"address": "/", "messages": messages or {"m": {"payload": {}}}}},
        "operations": {"receive": {"action": "receive", "channel": _ROOT}},
        **more,
    }


def _payload(schema: Any, *examples: Any, **schemas: Any) -> dict[str, Any]:
    """A document with one payload, examples of it, and components."""
    message: dict[str, Any] = {"payload": schema}
    if examples:
        message["examples"] = [{"payload": example} for example in examples]
    return _document({"m": message}, **({"components": {"schemas": schemas}} if schemas else {}))


def _newer(schema: Any, *examples: Any, version: str = "2020-12") -> dict[str, Any]:
    form = f"application/schema+json;version={version}"
    return _payload({"schemaFormat": form, "schema": schema}, *examples)


def _text(more: str) -> str:
    return _HEAD + more


def _value(text: str) -> str:
    """A document with a value in YAML's own words."""
    return f"{_HEAD}x-a: {text}\n"


def _raw_value(text: str) -> str:
    return f'{{"asyncapi": "3.1.0", "info": {{"title": "a", "version": "1"}}, "x-a": {text}}}'


def _refers(reference: Any) -> dict[str, Any]:
    """A document whose payload is a reference."""
    return _payload({"$ref": reference})


def _schema_ref(name: str) -> dict[str, str]:
    return {"$ref": f"#/components/schemas/{name}"}


def _nested(levels: int, opening: str, closing: str, inner: str = "") -> str:
    return opening * levels + inner + closing * levels


# -- aliases and merge keys ------------------------------------------------------------------------


def _laughs(levels: int, width: int, first: str, wrap: str, item: str = "*a{}") -> str:
    """Values that hold the one before several times each."""
    lines = [f"x-a0: &a0 {first}"]
    for level in range(1, levels):
        several = ", ".join([item.format(level - 1)] * width)
        lines.append(f"x-a{level}: &a{level} " + wrap.replace("%", several))
    return _text("\n".join(lines) + "\n")


def _laughing_schemas() -> str:
    lines = ["x-s0: &s0 {type: string}"]
    lines += [f"x-s{n}: &s{n} {{allOf: [*s{n - 1}, *s{n - 1}]}}" for n in range(1, 14)]
    lines.append("components: {schemas: {tower: *s13}}")
    return _text("\n".join(lines))


def _shared(value: str, times: int, where: str) -> str:
    """A large value that stands in many places by aliases."""
    return _text(f"x-big: &big {value}\n" + where.replace("%", ", ".join(["*big"] * times)))


def _merge_of_many_with_a_typo() -> str:
    merged = "\n".join(f"x-{n}: &m{n} {{x-y{n}: 1}}" for n in range(5_000))
    several = ", ".join(f"*m{n}" for n in range(5_000))
    return _text(f"{merged}\ncomponents:\n  <<: [{several}]\n  schemes: {{}}\n")


def _merge_chain() -> str:
    lines = ["x-m0: &m0 {k0: 0}"]
    lines += [f"x-m{n}: &m{n} {{<<: *m{n - 1}, k{n}: 0}}" for n in range(1, 1_000)]
    return _text("\n".join(lines))


_big = '"' + "x" * 1_000_000 + '"'
_table(
    "alias",
    _UNREAD,
    lambda build: build() if callable(build) else _text(build),
    laughs_lists=lambda: _laughs(12, 9, "[x, x, x]", "[%]"),
    laughs_maps=lambda: _laughs(12, 3, "{a: 1}", "{a: [%]}"),
    laughs_merge_keys=lambda: _laughs(12, 9, "{a: 1, b: 2}", "{<<: [%]}"),
    laughs_doubling=lambda: _laughs(60, 2, "[]", "[%]"),
    laughs_wide=lambda: _laughs(4, 1_000, "x", "[%]"),
    laughs_merges_of_one_mapping=lambda: _laughs(40, 2, "{a: 1}", "{<<: [%]}"),
    undefined="x-a: *nowhere\n",
    recursive_list="x-a: &a [*a]\n",
    recursive_map="x-a: &a {b: {c: *a}}\n",
    recursive_merge="x-a: &a {<<: *a}\n",
    recursive_root="x-a: 1\nx-b: *root\n",
    to_a_later_anchor="x-a: *b\nx-b: &b 1\n",
    with_odd_names="x-a: *é/\U0001f4a3\n",
    as_a_key_of_a_list="x-a: &a [1]\nx-b: {*a : 1}\n",
    merge_of_a_scalar="x-a: {<<: 1}\n",
    merge_of_null="x-a: {<<: }\n",
    merge_of_a_list_of_lists="x-a: {<<: [[{a: 1}]]}\n",
    merge_of_a_string="x-a: &s text\nx-b: {<<: *s}\n",
    redefined=("x-a: &a 1\nx-b: &a 2\nx-c: *a\nx-d: &a [*a]\n", _UNREAD),
    schemas_doubled=(_laughing_schemas, "unused-component"),
    lists_within_the_limit=(lambda: _laughs(6, 9, "[x, x]", "[%]"), FINE),
    merge_chain=_merge_chain,
    merge_of_5000_with_a_typo=(_merge_of_many_with_a_typo, "unknown-field"),
    anchors_100000=(
        lambda: _text("".join(f"x-{n}: &n{n} {n}\n" for n in range(100_000))),
        FINE,
    ),
    big_tags=(lambda: _shared(f"{{name: {_big}}}", 2_000, "info: {tags: [%]}"), _UNREAD),
    big_enum=(
        lambda: _shared(_big, 2_000, "components: {schemas: {a: {enum: [%], default: 1}}}"),
        _UNREAD,
    ),
    big_descriptions=(
        lambda: _shared(
            f"{{description: {_big}}}",
            2_000,
            "components: {schemas: {a: {default: 1, allOf: [{type: string}, %]}}}",
        ),
        _UNREAD,
    ),
    big_unused_names=(
        lambda: _shared(_big, 1, "components: {schemas: {a: {required: [%], properties: {b: {}}}}}"),
        "required-undefined",
    ),
)  # fmt: skip


def _same_tags() -> str:
    head = "asyncapi: 3.1.0\nx-big: &big {name: " + _big + "}\n"
    return f"{head}info: {{title: a, version: '1', tags: [{', '.join(['*big'] * 2_000)}]}}\n"


_add("alias-equal-tags", _UNREAD, _same_tags)


def _messages_by_alias() -> str:
    listed = ", ".join(f"{{$ref: '#/channels/root/messages/m{n}'}}" for n in range(200))
    messages = ", ".join(f"m{n}: {{}}" for n in range(200))
    operations = "\n".join(
        f"  o{n}: {{action: send, channel: {{$ref: '#/channels/root'}}, messages: *all}}"
        for n in range(200)
    )
    return _text(
        f"x-all: &all [{listed}]\nchannels: {{root: {{address: /, messages: {{{messages}}}}}}}\n"
        f"operations:\n{operations}\n"
    )


_add("alias-operations-that-list-all-messages", "no-payload", _messages_by_alias)

# -- depth -----------------------------------------------------------------------------------------


def _stairs(levels: int) -> str:
    return _text("x-a:\n" + "".join(f"{' ' * n}a:\n" for n in range(1, levels)))


def _deep_schema(levels: int) -> Any:
    schema: Any = {"tpye": "string"}
    for _ in range(levels):
        schema = {"items": schema}
    return schema


_table(
    "deep",
    _UNREAD,
    lambda build: build() if callable(build) else _value(build),
    lists_just_below=(_nested(62, "[", "]"), FINE),
    lists_at_the_limit=(_nested(63, "[", "]"), FINE),
    lists_above=_nested(64, "[", "]"),
    lists_50000=_nested(50_000, "[", "]"),
    lists_unclosed_50000="[" * 50_000,
    lists_closed_only="]" * 50_000,
    maps_above=_nested(64, "{a: ", "}", "1"),
    maps_50000=_nested(50_000, "{a: ", "}", "1"),
    maps_unclosed="{" * 50_000,
    maps_as_keys="{" * 20_000 + "}" * 20_000,
    mixed=_nested(25_000, "[{a: ", "}]", "1"),
    quoted_keys=_nested(50_000, '{"a":', "}", "1"),
    tagged=_nested(20_000, "!!seq [", "]"),
    anchored=_nested(20_000, "&a [", "]"),
    dashes=lambda: _text("x-a:\n" + "- " * 50_000),
    question_marks=lambda: _text("? " * 50_000),
    colons=lambda: _text("x-a:\n  : " + ": " * 5_000),
    stairs_just_below=(lambda: _stairs(62), FINE),
    stairs_above=lambda: _stairs(70),
    stairs_3000=lambda: _stairs(3_000),
    schema_just_below=(lambda: _payload(_deep_schema(50)), "unknown-keyword"),
    schema_above=lambda: _payload(_deep_schema(80)),
    example_just_below=(lambda: _payload({"type": "string"}, _example(52)), "example-payload"),
)  # fmt: skip


def _example(levels: int) -> Any:
    value: Any = 1
    for _ in range(levels):
        value = [value]
    return value


for _name, _inner in {
    "at-the-limit": (_nested(63, "[", "]"), FINE),
    "above": (_nested(64, "[", "]"), _UNREAD),
    "3000": (_nested(3_000, "[", "]"), _UNREAD),
    "50000": (_nested(50_000, "[", "]"), _UNREAD),
    "unclosed": ("[" * 50_000, _UNREAD),
    "maps-50000": (_nested(50_000, '{"a":', "}", "1"), _UNREAD),
}.items():
    _add(
        f"deep-json-{_name}",
        _inner[1],
        lambda text=_inner[0]: _raw_value(text),
        file="asyncapi.json",
    )

# -- references ------------------------------------------------------------------------------------

_SECTIONS = (
    "channels",
    "messages",
    "operations",
    "operationTraits",
    "messageTraits",
    "schemas",
    "parameters",
    "servers",
    "serverVariables",
    "securitySchemes",
    "replies",
    "replyAddresses",
    "correlationIds",
    "tags",
    "externalDocs",
    "serverBindings",
    "channelBindings",
    "operationBindings",
    "messageBindings",
)


def _loop(section: str, length: int) -> dict[str, Any]:
    """Components of a section, each a reference to the next and the last to the first."""
    entries = {
        f"c{n}": {"$ref": f"#/components/{section}/c{(n + 1) % length}"} for n in range(length)
    }
    return _document(components={section: entries})


for _section in _SECTIONS:
    _add(f"ref-loop-{_section}", _NOWHERE, lambda s=_section: _loop(s, 2))


def _chain(length: int, last: Any) -> dict[str, Any]:
    schemas = {f"s{n}": _schema_ref(f"s{n + 1}") for n in range(length)}
    return _payload(_schema_ref("s0"), **schemas, **{f"s{length}": last})


def _property_chain(length: int, *, defaults: bool) -> dict[str, Any]:
    """Schemas that lead to the next by a property; with an example, or a default in each."""
    schemas: dict[str, Any] = {
        f"s{n}": {"type": "object", "properties": {"p": _schema_ref(f"s{n + 1}")}}
        for n in range(length)
    }
    schemas[f"s{length}"] = {"type": "string"}
    if defaults:
        for schema in schemas.values():
            schema["default"] = {"p": {"p": 1}}
        return _payload(_schema_ref("s0"), **schemas)
    return _payload(_schema_ref("s0"), {"p": {"p": [1]}}, **schemas)


def _backward(length: int) -> dict[str, Any]:
    """A chain whose end comes first in the file."""
    schemas: dict[str, Any] = {"s0": {"tpye": 1}}
    schemas |= {f"s{n}": _schema_ref(f"s{n - 1}") for n in range(1, length)}
    return _payload(_schema_ref(f"s{length - 1}"), **schemas)


def _through(length: int) -> dict[str, Any]:
    """Each pointer runs through the reference before it."""
    channels: dict[str, Any] = {"c0": {"address": "/", "messages": {"m": {"payload": {}}}}}
    channels |= {f"c{n}": {"$ref": f"#/channels/c{n - 1}"} for n in range(1, length)}
    operations = {
        f"o{n}": {
            "action": "send",
            "channel": {"$ref": f"#/channels/c{n}"},
            "messages": [{"$ref": f"#/channels/c{n}/messages/m"}],
        }
        for n in range(length)
    }
    return _document(channels=channels, operations=operations)


def _missing(count: int) -> dict[str, Any]:
    """References to names that are not there, among as many that are."""
    names = {f"component{n:05}": {"type": "string"} for n in range(count)}
    properties = {f"p{n}": _schema_ref(f"komponent{n:05}") for n in range(count)}
    return _payload({"properties": properties}, **names)


def _steps(text: str) -> dict[str, Any]:
    return _payload(_schema_ref("a"), a=_schema_ref(text), b=_schema_ref("a/properties/b"))


_table(
    "ref",
    _NOWHERE,
    lambda build: build() if callable(build) else build,
    to_itself=_refers("#/channels/root/messages/m/payload"),
    to_what_holds_it=(_payload({"properties": {"a": {"$ref": "#/channels/root/messages/m/payload"}}}), FINE),
    to_the_root=(_refers("#"), "wrong-kind"),
    channel_to_itself=_document(channels={"root": _ROOT}),
    channels_in_a_circle=_document(
        channels={"root": {"$ref": "#/channels/b"}, "b": {"$ref": "#/channels/root"}}
    ),
    message_to_itself=_document({"m": {"$ref": "#/channels/root/messages/m"}}),
    operation_to_itself=_document(operations={"a": {"$ref": "#/operations/a"}}),
    trait_to_itself=_document({"m": {"payload": {}, "traits": [{"$ref": "#/channels/root/messages/m/traits/0"}]}}),
    trait_to_its_message=(_document({"m": {"payload": {}, "traits": [{"$ref": "#/channels/root/messages/m"}]}}), "wrong-kind"),
    parameter_to_itself=_document(channels={"root": {"address": "/{a}", "parameters": {"a": {"$ref": "#/channels/root/parameters/a"}}}}),
    binding_to_itself=_document(channels={"root": {"address": "/", "bindings": {"$ref": "#/channels/root/bindings"}}}),
    security_to_itself=_document(servers={"a": {"host": "h", "protocol": "ws", "security": [{"$ref": "#/servers/a/security/0"}]}}),
    server_to_itself=_document(servers={"a": {"$ref": "#/servers/a"}}),
    reply_to_itself=_document(operations={"a": {"action": "send", "channel": _ROOT, "reply": {"$ref": "#/operations/a/reply"}}}),
    section_to_itself=(_document(components={"$ref": "#/components"}), "reference-forbidden"),
    operation_to_its_channel=(_document(operations={"a": _ROOT}), "wrong-kind"),
    through_itself=_refers("#/channels/root/messages/m/payload/properties/a"),
    through_each_other=lambda: _steps("b/properties/c"),
    through_a_circle=lambda: _payload(
        _schema_ref("a/x"), a=_schema_ref("b/x"), b=_schema_ref("c/x"), c=_schema_ref("a/x")
    ),
    chain_1000=(lambda: _chain(1_000, {"type": "number"}), FINE),
    chain_10000=(lambda: _chain(10_000, {"tpye": "number"}), "unknown-keyword"),
    chain_10000_to_nothing=lambda: _chain(10_000, _schema_ref("nothing")),
    chain_10000_to_its_start=lambda: _chain(10_000, _schema_ref("s0")),
    chain_5000_backward=(lambda: _backward(5_000), "unknown-keyword"),
    chain_10000_of_traits=(lambda: _trait_chain(10_000), "wrong-type"),
    chain_5000_by_properties=(lambda: _property_chain(5_000, defaults=False), "example-payload"),
    chain_500_with_defaults=(lambda: _property_chain(500, defaults=True), "default-value"),
    pointers_through_1000_references=(lambda: _through(1_000), EITHER),
    missing_among_1000=lambda: _missing(1_000),
    missing_among_5000=lambda: _missing(5_000),
    long_pointer=lambda: _refers("#" + "/a" * 500_000),
    long_pointer_that_exists=lambda: _refers("#/channels/root/messages/m/payload" + "/$ref" * 100_000),
    long_text=lambda: _refers("a" * 1_000_000),
    long_fragment=lambda: _refers("#" + "a" * 1_000_000),
    long_name=lambda: _refers("#/" + "a" * 1_000_000),
    long_escapes=lambda: _refers("#/" + "%61" * 300_000),
    long_dots=lambda: _refers("../" * 300_000 + "a.yml"),
    long_host=lambda: _refers("http://" + "a" * 500_000),
    long_port=lambda: _refers("http://a:" + "9" * 500_000),
    many_tildes=lambda: _refers("#/" + "~" * 500_000),
    huge_index=_refers("#/channels/root/messages/m/payload/" + "9" * 5_000),
    negative_index=_document({"m": {"payload": {}, "traits": [{"$ref": "#/x/-1"}]}}),
    no_string=(_document({"m": {"$ref": 1}}), "wrong-type"),
    null=(_document({"m": {"$ref": None}}), "wrong-type"),
    a_mapping=(_document({"m": {"$ref": {"$ref": "#"}}}), "wrong-type"),
    a_list=(_payload({"$ref": ["#"]}), "invalid-schema"),
)  # fmt: skip


def _trait_chain(length: int) -> dict[str, Any]:
    traits: dict[str, Any] = {
        f"t{n}": {"$ref": f"#/components/messageTraits/t{n + 1}"} for n in range(length)
    }
    traits[f"t{length}"] = {"name": 1}
    messages = {"m": {"payload": {}, "traits": [{"$ref": "#/components/messageTraits/t0"}]}}
    return _document(messages, components={"messageTraits": traits})


_table(
    "ref-text",
    _NOWHERE,
    _refers,
    empty=("", "wrong-kind"),
    hash="#/",
    two_hashes="##",
    broken_percent="#/%zz",
    not_utf8="#/%ff",
    tilde="#/~2",
    name="#nowhere",
    percent_null="a%00.yml",
    null="a\0.yml",
    newline="a\n.yml",
    escape="\x1b[31m.yml",
    rtl="\u202elmy.a",
    nonascii="é\U0001f4a3.yml",
    spaces=" asyncapi.yml ",
    backslashes="\\\\host\\share\\a.yml",
    two_slashes="//host/a.yml",
    three_slashes="///etc/passwd",
    absolute="/etc/passwd",
    file="file:///etc/passwd",
    file_with_a_host="file://example.com/etc/passwd",
    file_localhost="file://localhost/etc/passwd",
    file_upper="FILE:///etc/passwd",
    dots="../../../../etc/passwd",
    percent_dots="%2e%2e/%2E%2E/etc/passwd",
    percent_slashes="..%2f..%2fetc%2fpasswd",
    double_percent="%252e%252e/a.yml",
    dots_inside="x/../../a.yml",
    http="http://localhost:1/a.yml",
    https="https://127.0.0.1/a.yml",
    http_metadata="http://169.254.169.254/latest/meta-data",
    http_bracket="http://[::1/a.yml",
    http_no_host="http:///a.yml",
    http_port="http://host:99999999999/a.yml",
    http_port_word="http://host:port/a.yml",
    http_at="http://localhost@evil.example/a.yml",
    http_space="http://a b/",
    ftp="ftp://host/a.yml",
    data="data:application/json,{}",
    javascript="javascript:alert(1)",
    urn="urn:a:b",
    jar="jar:file:///a.jar!/a.yml",
    unknown_scheme="a+b-c.d:e",
    only_scheme="http:",
    only_colon=":",
    only_query=("?a", EITHER),
    question="nowhere.yml?x=../../y",
    semicolon="nowhere.yml;type=a",
    bell="\x07\x08",
    surrogates=("\ufffe\uffff.yml", _UNREAD),
    proc="/proc/self/environ",
    dev="/dev/zero",
    windows="C:\\windows\\win.ini",
    windows_device="CON",
)

# -- references to other files ---------------------------------------------------------------------


def _beside(**files: Any) -> Callable[[Path], None]:
    """Writes other files, by names in which `_` is a dot."""

    def write(folder: Path) -> None:
        for name, made in files.items():
            data = made() if callable(made) else made
            path = folder / name.replace("_", ".")
            path.write_bytes(data if isinstance(data, bytes) else data.encode())

    return write


def _does(action: Callable[[Path], None]) -> Callable[[Path], None]:
    return action


def _other(name: str, code: str, beside: Callable[[Path], None], ref: str = "b.yml") -> None:
    """A case whose payload is in another file."""
    _add(f"file-{name}", code, lambda: _refers(ref), beside=beside)


def _outside(folder: Path) -> None:
    outside = folder.parent / "outside.yml"
    outside.write_text("type: string\n")
    (folder / "b.yml").symlink_to(outside)


def _circle_of_links(folder: Path) -> None:
    (folder / "b.yml").symlink_to(folder / "c.yml")
    (folder / "c.yml").symlink_to(folder / "b.yml")


def _sparse(folder: Path) -> None:
    with (folder / "b.yml").open("wb") as file:
        file.truncate(10_000_000_000)


def _file_chain(folder: Path) -> None:
    for n in range(200):
        (folder / f"{n}.yml").write_text(f"properties: {{a: {{$ref: '{n + 1}.yml'}}}}\n")
    (folder / "200.yml").write_text("tpye: string\n")


_other("missing", _NOWHERE, _beside())
_other("folder", _NOWHERE, lambda folder: (folder / "b.yml").mkdir())
_other("itself-a-folder", _NOWHERE, _beside(), ref=".")
_other("fifo", _NOWHERE, lambda folder: os.mkfifo(folder / "b.yml"))
_other("dev-zero", _NOWHERE, lambda folder: (folder / "b.yml").symlink_to("/dev/zero"))
_other("dev-stdin", _NOWHERE, lambda folder: (folder / "b.yml").symlink_to("/dev/stdin"))
_other("proc", _NOWHERE, lambda folder: (folder / "b.yml").symlink_to("/proc/kmsg"))
_other("link-circle", _NOWHERE, _circle_of_links)
_other("link-to-itself", _NOWHERE, lambda folder: (folder / "b.yml").symlink_to("b.yml"))
_other("link-outside", _NOWHERE, _outside)
_other("link-folder", _NOWHERE, lambda f: (f / "up").symlink_to("/etc"), ref="up/passwd")
_other("too-large", _NOWHERE, _sparse)
_other("empty", "invalid-schema", _beside(b_yml=""))
_other("binary", _UNREAD, _beside(b_yml=bytes(range(256)) * 100))
_other("not-utf8", _UNREAD, _beside(b_yml=b"type: \xff"))
_other("alias-bomb", _UNREAD, _beside(b_yml=lambda: _laughs(12, 9, "[x]", "[%]")))
_other("deep", _UNREAD, _beside(b_yml="[" * 50_000))
_other("two-documents", _UNREAD, _beside(b_yml="a: 1\n---\nb: 1\n"))
_other("circle", _NOWHERE, _beside(b_yml="$ref: c.yml", c_yml="$ref: b.yml"))
_other("to-itself", _NOWHERE, _beside(b_yml="$ref: b.yml"))
_other("to-itself-dots", _NOWHERE, _beside(b_yml="$ref: './././b.yml'"))
_other("to-itself-fragment", _NOWHERE, _beside(b_yml="$ref: 'b.yml#'"))
_other("to-itself-percent", _NOWHERE, _beside(b_yml="$ref: '%62.yml'"))
_other("to-itself-percent-case", _NOWHERE, _beside(b_yml="$ref: '%62%2e%79ml#'"))
_other("to-itself-query", _NOWHERE, _beside(b_yml="$ref: 'b.yml?a'"))
_other("to-itself-two-slashes", _NOWHERE, _beside(b_yml="$ref: './/b.yml'"))
_other("to-itself-percent-dots", _NOWHERE, _beside(b_yml="$ref: '%2e/b.yml'"))
_other("to-itself-percent-folder", _NOWHERE, _beside(b_yml="$ref: 'x/%2e%2e/b.yml'"))
_other("to-itself-host", _NOWHERE, _beside(b_yml="$ref: '//localhost/b.yml'"))
_other("growing-slashes", EITHER, _beside(b_yml="properties: {a: {$ref: './/b.yml'}}"))
_other("growing-percent-dots", EITHER, _beside(b_yml="properties: {a: {$ref: '%2e/b.yml'}}"))
_other("growing-folders", EITHER, _beside(b_yml="properties: {a: {$ref: '%2e%2f%2e/b.yml'}}"))
_other("back-to-the-document", _NOWHERE, _beside(b_yml="$ref: 'asyncapi.yml#/channels/root/messages/m/payload'"))  # fmt: skip
_other("the-whole-document", "wrong-kind", _beside(b_yml="$ref: asyncapi.yml"))
_other("chain-200", "unknown-keyword", _file_chain, ref="0.yml")


def _many_names_of_one_file() -> dict[str, Any]:
    return _payload({"properties": {f"p{n}": {"$ref": f"b.yml?{n}"} for n in range(500)}})


def _large_schema() -> str:
    return json.dumps({"properties": {f"p{n}": {"type": "string"} for n in range(5_000)}})


_add(
    "file-500-names-of-one",
    FINE,
    _many_names_of_one_file,
    beside=_beside(b_yml=_large_schema),
)

# -- wide documents --------------------------------------------------------------------------------


def _many_operations(messages: int, operations: int, listed: int) -> dict[str, Any]:
    """Operations that each list some of the messages of a channel."""
    refs = [{"$ref": f"#/channels/root/messages/m{n}"} for n in range(messages)]
    return _document(
        {f"m{n}": {"payload": {"type": "string"}} for n in range(messages)},
        operations={
            f"o{n}": {
                "action": "receive",
                "channel": _ROOT,
                "messages": [refs[(n + i) % messages] for i in range(listed)],
            }
            for n in range(operations)
        },
    )


def _long_keys() -> dict[str, Any]:
    return {f"{n}" + "a" * 10_000: 1 for n in range(100)}


def _numbered(count: int, value: Any = None, name: str = "k") -> dict[str, Any]:
    return {f"{name}{n}": value for n in range(count)}


def _address(count: int) -> dict[str, Any]:
    address = "/" + "".join(f"{{a{n}}}" for n in range(count))
    return _document(channels={"root": {"address": address, "parameters": _numbered(count, {})}})


def _scopes(count: int) -> dict[str, Any]:
    flow = {
        "tokenUrl": "https://a.example",
        "availableScopes": _numbered(count, "", "scope"),
    }
    scheme = {
        "type": "oauth2",
        "flows": {"password": flow},
        "scopes": [f"skope{n}" for n in range(count)],
    }
    return _document(components={"securitySchemes": {"a": scheme}})


def _variables(count: int) -> dict[str, Any]:
    host = ".".join(f"{{variable{n}}}" for n in range(count))
    server = {"host": host, "protocol": "ws", "variables": _numbered(count, {}, "wariable")}
    return _document(servers={"a": server})


_table(
    "wide",
    "unknown-field",
    lambda build: build() if callable(build) else build,
    fields_50000=lambda: {**_document(), **_numbered(50_000)},
    fields_of_info=lambda: _document(info={"title": "a", "version": "1", **_numbered(50_000)}),
    near_fields=lambda: _document(info={"title": "a", "version": "1", **_numbered(20_000, 1, "descriptio")}),
    extensions_100000=(lambda: {**_document(), **_numbered(100_000, 1, "x-")}, FINE),
    bad_extensions=(lambda: _document(**_numbered(50_000, 1, "x-*")), "bad-extension-name"),
    channels_20000=(lambda: _document(channels=_numbered(20_000, {"address": "/a"}), operations={}), "duplicate-namespace"),
    servers_10000=(lambda: _document(servers=_numbered(10_000, {"host": "a b", "protocol": "ws"})), "server-host"),
    messages_10000=(lambda: _document(_numbered(10_000, {"payload": {}})), FINE),
    messages_without_payload=(lambda: _document(_numbered(10_000, {})), "no-payload"),
    messages_of_one_name=(lambda: _document(_numbered(10_000, {"name": "a", "payload": {}})), "duplicate-event"),
    operations_2000_of_2000_messages=(lambda: _many_operations(2_000, 2_000, 1), FINE),
    operations_5000_of_10_messages=(lambda: _many_operations(10, 5_000, 1), FINE),
    operations_100_that_list_300=(lambda: _many_operations(300, 100, 300), FINE),
    operations_of_all_messages=(lambda: _document(_numbered(1_000, {"payload": {}}), operations=_numbered(1_000, {"action": "send", "channel": _ROOT})), FINE),
    listed_messages_that_are_none=(lambda: _unlisted(2_000), "operation-messages"),
    components_50000=(lambda: _document(components={"x-a": {}, "tags": _numbered(30_000, {"name": "a"})}), "unused-component"),
    tags_30000=(lambda: _document(info={"title": "a", "version": "1", "tags": [{"name": f"t{n}"} for n in range(30_000)]}), FINE),
    equal_tags=(lambda: _document(info={"title": "a", "version": "1", "tags": [{"name": "t"}] * 20_000}), "equal-items"),
    parameters_2000=(lambda: _address(2_000), "address-parameters"),
    parameters_20000=(lambda: _address(20_000), "address-parameters"),
    parameters_that_are_not_there=(lambda: _document(channels={"root": {"address": "/{b}", "parameters": _numbered(20_000, {})}}), "address-parameters"),
    placeholders=(lambda: _document(channels={"root": {"address": "/" + "{a}" * 200_000}}), "parameters-missing"),
    braces=(lambda: _document(channels={"root": {"address": "/" + "{" * 500_000}}), "address-expression"),
    bad_placeholders=(lambda: _document(channels={"root": {"address": "/" + "{ }" * 20_000}}), "address-expression"),
    scopes_2000=(lambda: _scopes(2_000), "oauth-scopes"),
    variables_2000=(lambda: _variables(2_000), "server-variables"),
    enum_of_a_variable=(lambda: _document(servers={"a": {"host": "{a}", "protocol": "ws", "variables": {"a": {"enum": [f"value{n}" for n in range(50_000)], "default": "walue5"}}}}), "default-not-in-enum"),
    one_key_of_1mb=(lambda: {**_document(), "a" * 1_000_000: 1}, _UNREAD),
    keys_of_10kb=(lambda: {**_document(), **_long_keys()}, _UNREAD),
    title_of_5mb=(lambda: _document(info={"title": "a" * 5_000_000, "version": "1"}), FINE),
    url_of_1mb=(lambda: _document(info={"title": "a", "version": "1", "termsOfService": "http://a/" + "%" * 1_000_000}), "bad-format"),
    email_of_1mb=(lambda: _document(info={"title": "a", "version": "1", "contact": {"email": "a@" + "a-" * 500_000}}), "bad-format"),
    email_of_dots=(lambda: _document(info={"title": "a", "version": "1", "contact": {"email": "a." * 500_000}}), "bad-format"),
    media_type_of_1mb=(lambda: _document(defaultContentType="a/b" + " " * 1_000_000 + "!"), "bad-format"),
    media_type_parameters=(lambda: _document(defaultContentType="a/b" + ";a=b" * 200_000 + ";!"), "bad-format"),
    expression_of_1mb=(lambda: _document({"m": {"payload": {}, "correlationId": {"location": "$message.payload#/" + "a/" * 500_000 + "~"}}}), "bad-format"),
    host_of_1mb=(lambda: _document(servers={"a": {"host": "a" * 1_000_000 + "/", "protocol": "ws"}}), "server-host"),
    host_of_brackets=(lambda: _document(servers={"a": {"host": "[" + ":" * 1_000_000, "protocol": "ws"}}), "server-host"),
    version_of_1mb=({"asyncapi": "3." + "1" * 1_000_000}, "unsupported-version"),
    list_of_100000=(lambda: _document(**{"x-a": [1] * 100_000}), FINE),
    list_where_a_mapping_is_wanted=([1] * 100_000, "unsupported-version"),
)  # fmt: skip


def _unlisted(count: int) -> dict[str, Any]:
    refs = [{"$ref": f"#/components/messages/m{n}"} for n in range(count)]
    operation = {"action": "send", "channel": _ROOT, "messages": refs}
    messages = {"messages": _numbered(count, {"payload": {}}, "m")}
    return _document(operations={"a": operation}, components=messages)


_add(
    "wide-json-keys-of-10kb",
    "unknown-field",
    lambda: {**_document(), **_long_keys()},
    file="asyncapi.json",
)
_add("wide-values-of-a-million", _UNREAD, lambda: _value("[" + "1, " * 1_000_000 + "]"))
_add("wide-file-of-10mb", _UNREAD, lambda: _text("x-a: " + "a" * 10_000_000))
_add("wide-line-of-9mb", FINE, lambda: _value("'" + "a" * 9_000_000 + "'"))
_add("wide-words-of-1mb", FINE, lambda: _value("a " * 500_000))

# -- schemas that take a validator's time or memory ------------------------------------------------


def _tower(keyword: str, levels: int, *, example: Any = 1) -> dict[str, Any]:
    """Schemas that have the one before twice."""
    schemas: dict[str, Any] = {
        f"a{n}": {keyword: [_schema_ref(f"a{n + 1}")] * 2} for n in range(levels)
    }
    schemas[f"a{levels}"] = {"type": "string"}
    return _payload(_schema_ref("a0"), example, **schemas)


def _overlapping(keyword: str, depth: int) -> dict[str, Any]:
    """A recursive union whose alternatives overlap, and an example that fails deep inside."""
    self = _schema_ref("u")
    value: Any = {"wrong": 1}
    for _ in range(depth):
        value = {"a": value}
    alternative = {
        "type": "object",
        "properties": {"a": self},
        "required": ["a"],
        "additionalProperties": False,
    }
    union = {
        keyword: [alternative, {**alternative, "minProperties": 1}, {"type": "string"}],
        "default": value,
        "examples": [value] * 5,
    }
    return _payload(self, value, u=union)


def _ladder(keyword: str, levels: int) -> dict[str, Any]:
    schemas = {
        f"a{n}": {"type": "object", keyword: _schema_ref(f"a{n + 1}")} for n in range(levels)
    }
    return _payload(_schema_ref("a0"), 1, **schemas, **{f"a{levels}": {"type": "string"}})


def _conditions(levels: int) -> dict[str, Any]:
    schemas: dict[str, Any] = {
        f"a{n}": {
            "if": _schema_ref(f"a{n + 1}"),
            "then": _schema_ref(f"a{n + 1}"),
            "else": _schema_ref(f"a{n + 1}"),
        }
        for n in range(levels)
    }
    return _payload(_schema_ref("a0"), 1, **schemas, **{f"a{levels}": {"type": "string"}})


def _unions_of_unions(levels: int, width: int) -> Any:
    schema: Any = {"type": "string"}
    for _ in range(levels):
        schema = {"oneOf": [schema] * width}
    return schema


def _own_branches(count: int) -> dict[str, Any]:
    """A union of many alternatives, all of which lead back to it by long ways."""
    link = {"properties": {f"p{n}": {"properties": {"q": {}}} for n in range(20)}}
    return _payload({"oneOf": [link] * count})


def _deep_items(levels: int, inner: Any) -> Any:
    for _ in range(levels):
        inner = {"items": [inner, inner]} if levels < 12 else {"items": inner}
    return inner


_table(
    "schema",
    "example-payload",
    lambda build: build() if callable(build) else build,
    tower_all_of_30=(lambda: _tower("allOf", 30), "endless-schema"),
    tower_any_of_30=(lambda: _tower("anyOf", 30), "endless-schema"),
    tower_one_of_30=(lambda: _tower("oneOf", 30), "endless-schema"),
    tower_all_of_that_fits=(lambda: _tower("allOf", 30, example="a"), "endless-schema"),
    tower_one_of_that_fits=(lambda: _tower("oneOf", 30, example="a"), "endless-schema"),
    tower_not_100=lambda: _ladder("not", 100),
    tower_if_30=(lambda: _conditions(30), "endless-schema"),
    tower_property_names=lambda: _ladder("propertyNames", 30),
    union_overlapping_one_of=lambda: _overlapping("oneOf", 25),
    union_overlapping_any_of=lambda: _overlapping("anyOf", 25),
    union_overlapping_all_of=lambda: _overlapping("allOf", 25),
    union_of_unions=lambda: _payload(_unions_of_unions(5, 5), 1),
    union_of_2000=lambda: _payload({"oneOf": [{"const": n} for n in range(2_000)]}, "a"),
    union_of_many_links=(lambda: _own_branches(500), FINE),
    all_of_empty=(_payload({"allOf": []}), "invalid-schema"),
    endless=(_payload(_schema_ref("a"), 1, a={"allOf": [_schema_ref("a")]}), "endless-schema"),
    endless_by_two=(_payload(_schema_ref("a"), 1, a={"anyOf": [_schema_ref("b")]}, b={"not": _schema_ref("a")}), "endless-schema"),
    endless_1000=(lambda: _payload(_schema_ref("a0"), 1, **{f"a{n}": {"allOf": [_schema_ref(f"a{(n + 1) % 1_000}")]} for n in range(1_000)}), "endless-schema"),
    endless_dense=(lambda: _payload(_schema_ref("a0"), 1, **{f"a{n}": {"allOf": [_schema_ref(f"a{m}") for m in range(60)]} for n in range(60)}), "endless-schema"),
    all_of_3000_deep_by_ref=lambda: _payload(_schema_ref("a0"), 1, **{f"a{n}": {"allOf": [_schema_ref(f"a{n + 1}")]} for n in range(3_000)}, a3000={"type": "string"}),
    additional_properties_5000=lambda: _ladder("additionalProperties", 5_000),
    items_5000=lambda: _ladder("items", 5_000),
    enum_100000=lambda: _payload({"enum": list(range(100_000))}, "a"),
    enum_of_100000_strings=lambda: _payload({"enum": [f"value{n}" for n in range(100_000)]}, "a"),
    enum_of_deep_values=lambda: _payload({"enum": [_example(40)] * 500}, "a"),
    unique_items_10000=lambda: _payload({"uniqueItems": True}, [{"a": {"b": [n]}} for n in range(10_000)] + [{"a": {"b": [1]}}]),
    properties_10000=lambda: _payload({"properties": _numbered(10_000, {"type": "string"})}, _numbered(10_000, 1)),
    required_5000=lambda: _payload({"required": [f"k{n}" for n in range(5_000)]}, {}),
    required_among_2000=(lambda: _payload({"required": [f"name{n}" for n in range(2_000)], "properties": _numbered(2_000, {}, "nane")}), "required-undefined"),
    pattern_properties_1000=lambda: _payload({"patternProperties": {f"^k{n}": {"type": "string"} for n in range(1_000)}}, _numbered(1_000, 1)),
    dependencies_1000=lambda: _payload({"dependencies": {f"k{n}": [f"m{n}"] for n in range(1_000)}}, _numbered(1_000, 1)),
    defaults_10000=(lambda: _payload({"properties": {f"k{n}": {"minimum": n, "default": "a" * (n % 9)} for n in range(10_000)}}), FINE),
    wrong_defaults_5000=(lambda: _payload({"properties": {f"k{n}": {"minimum": n + 1, "default": 0} for n in range(5_000)}}), "default-value"),
    examples_10000=(lambda: _payload({"minimum": 1, "examples": [0] * 10_000}), "schema-example"),
    examples_of_a_message=lambda: _payload({"type": "string"}, *range(10_000)),
    default_of_5mb=(lambda: _payload({"maxLength": 1, "default": "a" * 5_000_000}), "default-value"),
    default_of_100000_items=(lambda: _payload({"items": {"type": "string"}, "default": [1] * 100_000}), "default-value"),
    const_of_100000_items=lambda: _payload({"const": list(range(100_000))}, 1),
    discriminator_of_1mb=(lambda: _payload({"discriminator": "a" * 1_000_000, "properties": _numbered(1_000, {})}), "discriminator"),
    contains_10000=lambda: _payload({"contains": {"type": "string"}}, [1] * 10_000),
    faults_5000=(lambda: _payload({"properties": _numbered(5_000, {"type": 1})}), "invalid-schema"),
    faults_20000_long=(lambda: _payload({"required": list(range(20_000))}), "invalid-schema"),
    faults_in_items=(lambda: _payload(_deep_items(50, {"type": 1})), "invalid-schema"),
    faults_in_lists_of_items=(lambda: _payload(_deep_items(10, {"type": 1})), "invalid-schema"),
    faults_in_dependencies=(lambda: _payload({"dependencies": _numbered(2_000, {"type": 1})}), "invalid-schema"),
    faults_of_a_large_value=(lambda: _payload({"type": {"a": list(range(50_000))}}), "invalid-schema"),
    no_schemas=(lambda: _payload({"allOf": list(range(5_000))}), "invalid-schema"),
    all_keywords_wrong=(_payload(dict.fromkeys(["type", "items", "properties", "required", "enum", "pattern", "minimum", "maxLength", "uniqueItems", "not", "oneOf", "dependencies", "format", "title"], 1.5)), "invalid-schema"),
    shared_by_3000_messages=(lambda: _payload_of_many(3_000), "unknown-format"),
    headers_of_traits=(lambda: _document({"m": {"payload": {}, "traits": [{"headers": {"type": "string"}}] * 2_000}}), "headers-type"),
    traits_10000=(lambda: _document({"m": {"traits": [{"name": f"a{n}"} for n in range(10_000)]}}), "no-payload"),
    avro_deep=(lambda: _document({"m": {"payload": {"schemaFormat": "application/vnd.apache.avro", "schema": _avro(25)}}}), "unjudged-format"),
    format_of_1mb=(lambda: _payload({"schemaFormat": "a" * 1_000_000, "schema": {}}), "unjudged-format"),
    formats_unknown=(lambda: _payload({"properties": {f"k{n}": {"format": f"emial{n}"} for n in range(4_000)}}), "unknown-format"),
)  # fmt: skip


def _payload_of_many(count: int) -> dict[str, Any]:
    messages = _numbered(count, {"payload": _schema_ref("a"), "x-ack": _schema_ref("a")})
    schema = {"type": "object", "properties": {"a": {"format": "emial"}}}
    return _document(messages, components={"schemas": {"a": schema}})


def _avro(levels: int) -> Any:
    kind: Any = "strng!"
    for _ in range(levels):
        kind = {"type": "array", "items": [kind, "null"]}
    return kind


_ID = "https://a.example/s"
for _version in ("2019-09", "2020-12"):
    _table(
        f"resources-{_version}",
        "invalid-schema",
        lambda build, v=_version: _newer(build() if callable(build) else build, 1, version=v),
        id_circle=(
            {"$id": _ID, "type": "string", "$defs": {"a": {"$id": _ID, "$ref": _ID}}},
            "example-payload",
        ),
        ids_in_a_circle=(
            {
                "$id": _ID,
                "$ref": "b",
                "$defs": {"b": {"$id": "b", "$ref": "c"}, "c": {"$id": "c", "$ref": "s"}},
            },
            "endless-schema",
        ),
        id_of_the_metaschema=(
            {"$id": "https://json-schema.org/draft/2020-12/schema", "$ref": "#"},
            EITHER,
        ),
        id_elsewhere={"$id": _ID, "$ref": "https://b.example/other"},
        id_of_a_file={"$id": "file:///etc/", "$ref": "passwd"},
        id_broken={"$id": "http://[::1", "$ref": "a"},
        anchor_missing={"$ref": "#nowhere"},
        anchor_to_itself=({"$anchor": "a", "$ref": "#a"}, "endless-schema"),
        anchors_equal=(
            {"type": "string", "$defs": {"a": {"$anchor": "x"}, "b": {"$anchor": "x"}}},
            "example-payload",
        ),
        dynamic_circle=(
            {"$id": _ID, "$dynamicAnchor": "a", "$dynamicRef": "#a"},
            "endless-schema" if _version == "2020-12" else FINE,
        ),
        recursive_circle=(
            {"$id": _ID, "$recursiveAnchor": True, "$recursiveRef": "#"},
            "endless-schema" if _version == "2019-09" else "invalid-schema",
        ),
        schema_elsewhere=({"$schema": "http://b.example/meta", "type": "string"}, "example-payload"),
        vocabulary=({"$vocabulary": {"http://b.example/": True}, "type": "string"}, "example-payload"),
        unevaluated=(
            {
                "unevaluatedProperties": False,
                "anyOf": [{"properties": {f"a{n}": True}} for n in range(500)],
                "type": "object",
            },
            "example-payload",
        ),
        to_itself=({"allOf": [{"$ref": "#"}]}, "wrong-kind"),
    )  # fmt: skip

# -- patterns --------------------------------------------------------------------------------------

_LONG = "a" * 5_000 + "!"


def _pattern(pattern: str) -> dict[str, Any]:
    return _payload({"type": "string", "pattern": pattern}, _LONG)


_table(
    "pattern",
    "example-payload",
    _pattern,
    nested_plus="(a+)+$",
    nested_star="^(a*)*$",
    alternatives="^(a|aa)+$",
    alternatives_equal="^(a|a)*$",
    words="^(([a-z])+.)+[A-Z]([a-z])+$",
    three="^(((a+)+)+)+$",
    dots=".*.*.*.*.*.*.*.*.*.*=",
    optional="a?" * 500 + "b" * 500,
    look_ahead=("^(?=(a+)+$)", "pattern-backtracking"),
    look_behind=("(?<=(a+)+)b$", "pattern-backtracking"),
    look_ahead_many=("^" + "(?=.*a)" * 2_000 + "b", "pattern-backtracking"),
    back_reference=(r"^(a+)\1+$", "pattern-backtracking"),
    back_reference_many=(r"^(.*)\1\1\1\1b$", "pattern-backtracking"),
    back_reference_nested=(r"^((a+)\2)+$", "pattern-backtracking"),
    repeated_1000="^a{1000}b",
    repeated_a_million=("a{1000000}", "bad-pattern"),
    repeated_a_lot=("a{99999999999999999999}", "bad-pattern"),
    repeated_twice=("(a{1000}){1000}", "bad-pattern"),
    repeated_often=("((((a{100}){100}){100}){100}){100}", "bad-pattern"),
    repeated_classes=(r"(\p{L}{100}){100}", "bad-pattern"),
    repeated_words=(r"\w{1000}", FINE),
    repeated_look_ahead=("(?=a{1000}){1000}", "bad-pattern"),
    repeated_backwards=("a{2,1}", "bad-pattern"),
    class_unclosed=("[", "bad-pattern"),
    group_unclosed=("(", "bad-pattern"),
    star_alone=("*", "bad-pattern"),
    escape_alone=("\\", "bad-pattern"),
    reference_to_nothing=(r"\9", "bad-pattern"),
    class_backwards=("[z-a]", "bad-pattern"),
    groups_10000=("(" * 10_000 + ")" * 10_000, "bad-pattern"),
    groups_unclosed=("(" * 100_000, "bad-pattern"),
    classes_nested=("[" * 50_000, "bad-pattern"),
    of_100kb=("a" * 100_000, "bad-pattern"),
    alternatives_10000=("^(" + "|".join(f"b{n}" for n in range(10_000)) + ")$", "bad-pattern"),
    of_1mb=("b" * 1_000_000, "bad-pattern"),
    surrogate=("[\ud800-\udfff]", _UNREAD),
    null="\0",
    inline_flags=("(?x)(?i)(?s)b", "bad-pattern"),
    verbs=("(*FAIL)", "bad-pattern"),
    recursion=("(?R)?", "bad-pattern"),
    atomic=("(?>a+)b", "bad-pattern"),
    conditional=("(?(1)a|b)(a)?", "bad-pattern"),
    unicode_property=r"^\p{Script=Greek}+$",
    empty_loops="^(()*)*b",
)
_add(
    "pattern-5000-different",
    "pattern-backtracking",
    lambda: _payload({"patternProperties": {f"^a{n}(?!b)$": {} for n in range(5_000)}}),
)
_add(
    "pattern-in-newer-dialects",
    "example-payload",
    lambda: _newer({"pattern": "^(a+)+$", "type": "string"}, _LONG),
)

# -- numbers ---------------------------------------------------------------------------------------

_table(
    "number",
    _UNREAD,
    _value,
    too_large="1e999",
    too_large_negative="-1e999",
    digits_5000="1" + "0" * 5_000,
    digits_1000=("9" * 1_000, FINE),
    hex_10000="0x" + "f" * 10_000,
    octal_10000="0o" + "7" * 10_000,
    float_digits_10000=("0." + "1" * 10_000, FINE),
    float_digits_before="1" * 10_000 + ".5",
    float_1mb=("0." + "1" * 1_000_000, FINE),
    exponent_digits="1e" + "9" * 10_000,
    exponent_small=("1e-999999999999", FINE),
    infinity=".inf",
    infinity_negative="-.INF",
    nan=".NaN",
    minus_zero=("-0", FINE),
    minus_zero_float=("-0.0", FINE),
    octal_of_yaml_1_1=("0777", FINE),
    underscores=("1_000_000", FINE),
    sexagesimal=("190:20:30", FINE),
    binary=("0b1010", FINE),
    fullwidth=("１２３", FINE),
    plus_signs=("+" * 100_000, FINE),
    dots=("." * 100_000, FINE),
)
_table(
    "number-json",
    _UNREAD,
    _raw_value,
    too_large="1e999",
    digits_5000="1" + "0" * 5_000,
    nan="NaN",
    infinity="Infinity",
    infinity_negative="-Infinity",
    plus="+1",
    leading_zero="01",
    hex="0x10",
    dot=".5",
)
for _name in [name for name in CASES if name.startswith("number-json")]:
    CASES[_name] = Case(_name, _UNREAD, CASES[_name].build, file="asyncapi.json")

_BIG = 10**900
_table(
    "number-schema",
    "example-payload",
    lambda schema: _payload(schema, 1.5, "a" * 10, [1, 2]),
    multiple_of_zero=({"multipleOf": 0}, "invalid-schema"),
    multiple_of_tiny=({"multipleOf": 5e-324, "type": "string"}, "example-payload"),
    multiple_of_huge={"multipleOf": 1e308, "exclusiveMaximum": 1},
    minimum_huge={"minimum": _BIG, "type": "number"},
    maximum_huge={"maximum": -_BIG, "type": "number"},
    length_huge=({"minLength": _BIG}, "example-payload"),
    length_float=({"minLength": 1e300, "minItems": 1e300}, "example-payload"),
    length_negative=({"maxLength": -1}, "invalid-schema"),
    items_huge={"minItems": 2**64},
    const_huge={"const": _BIG},
    enum_huge={"enum": [_BIG, -_BIG]},
    default_huge=({"type": "integer", "format": "int64", "default": _BIG}, "default-value"),
)

# -- encodings -------------------------------------------------------------------------------------

_PLAIN = _HEAD + "channels: {}\n"
_table(
    "encoding",
    _UNREAD,
    lambda made: made,
    utf8_bom=(b"\xef\xbb\xbf" + _PLAIN.encode(), FINE),
    utf16_le_bom=(b"\xff\xfe" + _PLAIN.encode("utf-16-le"), FINE),
    utf16_be_bom=(b"\xfe\xff" + _PLAIN.encode("utf-16-be"), FINE),
    utf32_le_bom=(b"\xff\xfe\x00\x00" + _PLAIN.encode("utf-32-le"), FINE),
    utf32_be_bom=(b"\x00\x00\xfe\xff" + _PLAIN.encode("utf-32-be"), FINE),
    utf16_le=_PLAIN.encode("utf-16-le"),
    utf16_be=_PLAIN.encode("utf-16-be"),
    utf32_le=_PLAIN.encode("utf-32-le"),
    utf32_be=_PLAIN.encode("utf-32-be"),
    utf16_cut_short=b"\xff\xfe" + _PLAIN.encode("utf-16-le")[:-1],
    utf7=("+AGE-: 1\n", "unsupported-version"),
    latin1="x-é: ü\n".encode("latin-1"),
    overlong=_PLAIN.encode() + b"x-a: \xc0\x80\n",
    cesu=_PLAIN.encode() + b"x-a: \xed\xa0\x80\xed\xb0\x80\n",
    beyond=_PLAIN.encode() + b"x-a: \xf5\x80\x80\x80\n",
    cut_short=_PLAIN.encode() + b"x-a: \xe2\x82",
    null=_PLAIN.encode() + b"x-a: \x00\n",
    nulls=b"\x00" * 100_000,
    controls=_PLAIN.encode() + bytes(range(1, 32)),
    escape=_PLAIN.encode() + b"x-a: \x1b[31mred\x1b[0m\n",
    delete=_PLAIN.encode() + b"x-a: \x7f\n",
    c1=_PLAIN + "x-a: \x9b31m\n",
    bom_only=(b"\xef\xbb\xbf", "unsupported-version"),
    bom_twice=(b"\xef\xbb\xbf\xef\xbb\xbf" + _PLAIN.encode(), FINE),
    bom_inside=(_PLAIN + "x-a: a\ufeffb\n", FINE),
    bom_at_the_end=(_PLAIN + "\ufeff", FINE),
    noncharacters=_PLAIN + "x-a: \ufffe\uffff\n",
    astral=(_PLAIN + "x-\U0001f4a3: \U0010ffff\n", "bad-extension-name"),
    line_separators=(_PLAIN + "x-a: a\u2028b\u2029c\n", FINE),
    line_separators_quoted=(_PLAIN + "x-a: 'a\u2028 b'\n", FINE),
    next_line=(_PLAIN + "x-a: a\x85y: b\n", _UNREAD),
    rtl=(_PLAIN + "\u202efdp: 1\n", "unknown-field"),
    zero_width=(_PLAIN + "chan\u200bnels: 1\n", "unknown-field"),
    homoglyphs=(_PLAIN + "с\u200dhannels: 1\n", "unknown-field"),
    combining=(_PLAIN + "a" + "\u0301" * 500 + ": 1\n", "unknown-field"),
    escaped_ansi=(_PLAIN + '"\\e[31m\\a\\b": "\\e]0;title\\a"\n', "unknown-field"),
    escaped_null=(_PLAIN + '"\\0\\r\\n": 1\n', "unknown-field"),
    escaped_surrogate=_PLAIN + 'x-a: "\\ud800"\n',
    escaped_surrogate_pair=_PLAIN + 'x-a: "\\ud83d\\udca3"\n',
    escaped_beyond=_PLAIN + 'x-a: "\\U00110000"\n',
    escaped_wrong=_PLAIN + 'x-a: "\\q"\n',
    gzip=b"\x1f\x8b\x08" + b"\x00" * 100,
    png=b"\x89PNG\r\n\x1a\n" + bytes(1_000),
    elf=b"\x7fELF" + bytes(1_000),
    all_bytes=bytes(range(256)) * 1_000,
    shell=(b"#!/bin/sh\nrm -rf /\n", "unsupported-version"),
    html=(b"<!DOCTYPE html><html></html>", "unsupported-version"),
)
_table(
    "json",
    _UNREAD,
    lambda text: text,
    surrogate=r'{"asyncapi": "3.1.0", "x-a": "\ud800"}',
    surrogate_key=r'{"asyncapi": "3.1.0", "\udfff": 1}',
    surrogate_pair=(r'{"asyncapi": "3.1.0", "info": {"title": "\ud83d\udca3", "version": "1"}}', FINE),
    comment='{"asyncapi": "3.1.0" /* a */}',
    line_comment='{\n// a\n"asyncapi": "3.1.0"}',
    trailing_comma='{"asyncapi": "3.1.0",}',
    single_quotes="{'asyncapi': '3.1.0'}",
    bare_keys="{asyncapi: 1}",
    duplicate='{"a": 1, "a": 2}',
    duplicate_escaped=r'{"a": 1, "\u0061": 2}',
    duplicate_deep='{"x-a": [{"b": {"c": 1, "c": 2}}]}',
    empty="",
    space=" \n ",
    two_values="{} {}",
    cut_short='{"asyncapi": "3.1',
    tab_in_a_string='{"a": "\t"}',
    newline_in_a_string='{"a": "\n"}',
    null_byte='{"a": "\0"}',
    yaml="asyncapi: 3.1.0\n",
    bom=("\ufeff" + '{"asyncapi": "3.1.0", "info": {"title": "a", "version": "1"}}', FINE),
    string=('"asyncapi"', "unsupported-version"),
    null=("null", "unsupported-version"),
    list=("[]", "unsupported-version"),
    lines=("[" + "\n" * 500_000 + "]", "unsupported-version"),
    duplicates_late=lambda: "",
)  # fmt: skip
del CASES["json-duplicates-late"]
for _name in [name for name in CASES if name.startswith("json-")]:
    _case = CASES[_name]
    CASES[_name] = Case(_name, _case.code, _case.build, file="asyncapi.json")
_add(
    "json-duplicate-after-a-long-text",
    _UNREAD,
    lambda: '{"x": [' + "1," * 100_000 + '1], "a": 1, "a": 2}',
    file="asyncapi.json",
)

# -- the text itself -------------------------------------------------------------------------------

_table(
    "fine",
    FINE,
    lambda text: text,
    crlf=_PLAIN.replace("\n", "\r\n"),
    cr=_PLAIN.replace("\n", "\r"),
    mixed_line_ends=_HEAD.replace("\n", "\r\n") + "channels: {}\rx-a: 1\n",
    no_final_newline=_PLAIN.rstrip(),
    markers=f"---\n{_PLAIN}...\n",
    directive_1_2=f"%YAML 1.2\n---\n{_PLAIN}",
    directive_1_1=f"%YAML 1.1\n---\n{_PLAIN}x-a: on\n",
    own_tag_prefix=f"%TAG !y! tag:yaml.org,2002:\n---\n{_PLAIN}x-a: !y!str 1\n",
    verbatim_tag=_PLAIN + "x-a: !<tag:yaml.org,2002:str> 1\n",
    blank_lines="\n" * 500_000 + _PLAIN,
    comments="# a\n" * 200_000 + _PLAIN,
    trailing_blanks=_PLAIN + " " * 1_000_000,
)
_table(
    "text",
    _UNREAD,
    lambda text: text() if callable(text) else text,
    empty=("", "unsupported-version"),
    space=("  \n \n", "unsupported-version"),
    comments_only=("# a\n# b", "unsupported-version"),
    marker_only=("---", "unsupported-version"),
    end_only="...",
    scalar=("asyncapi", "unsupported-version"),
    number=("3.1", "unsupported-version"),
    list=("- a\n- b\n", "unsupported-version"),
    version_as_a_number=("asyncapi: 3.1\n", "unsupported-version"),
    version_as_a_list=("asyncapi: [3.1.0]\n", "unsupported-version"),
    two_documents=_PLAIN + "---\n" + _PLAIN,
    many_documents=_PLAIN + "--- {}\n" * 100_000,
    tabs="asyncapi: 3.1.0\ninfo:\n\ttitle: a\n",
    directive_2_0="%YAML 2.0\n---\na: 1\n",
    directive_twice="%YAML 1.2\n%YAML 1.2\n---\na: 1\n",
    directive_unknown="%FOO bar\n---\n" + _PLAIN,
    directive_huge="%YAML 1." + "9" * 100_000 + "\n---\na: 1\n",
    tag_directive_broken="%TAG ! \n---\na: 1\n",
    tag_unknown_handle=_PLAIN + "x-a: !u!v 1\n",
    tag_python=_PLAIN + "x-a: !!python/object/apply:os.system ['echo']\n",
    tag_python_name=_PLAIN + "x-a: !!python/name:os.system ''\n",
    tag_binary=_PLAIN + "x-a: !!binary aGVsbG8=\n",
    tag_set=_PLAIN + "x-a: !!set {a, b}\n",
    tag_omap=_PLAIN + "x-a: !!omap [a: 1]\n",
    tag_pairs=_PLAIN + "x-a: !!pairs [a: 1]\n",
    tag_timestamp=_PLAIN + "x-a: !!timestamp 2001-12-14\n",
    tag_custom=_PLAIN + "x-a: !mine {a: 1}\n",
    tag_merge=_PLAIN + "x-a: {!!merge <<: {a: 1}}\n",
    tag_value=_PLAIN + "x-a: !!value =\n",
    tag_of_1mb=lambda: _PLAIN + "x-a: !" + "a" * 1_000_000 + " 1\n",
    tag_int_on_a_word=_PLAIN + "x-a: !!int word\n",
    tag_map_on_a_list=(_PLAIN + "x-a: !!map [1]\n", FINE),
    key_null=_PLAIN + "x-a: {~: 1}\n",
    key_number=_PLAIN + "1: a\n",
    key_boolean=_PLAIN + "true: a\n",
    key_list=_PLAIN + "? [a, b]\n: c\n",
    key_map=_PLAIN + "? {a: b}\n: c\n",
    key_empty=(_PLAIN + "'': 1\n", "unknown-field"),
    key_float=_PLAIN + "1.5: a\n",
    key_twice=_PLAIN + "channels: {}\n",
    key_twice_escaped=_PLAIN + '"\\x63hannels": {}\n',
    key_twice_deep=_PLAIN + "x-a: [{b: {c: 1, c: 2}}]\n",
    key_too_long=_PLAIN + "a" * 2_000 + ": 1\n",
    key_of_a_block=(_PLAIN + "? |\n  a\n  b\n: 1\n", "unknown-field"),
    block_indent_9=(_PLAIN + "x-a: |9\n text\n", _UNREAD),
    block_indent_0=_PLAIN + "x-a: |0\n text\n",
    block_indent_10=_PLAIN + "x-a: |10\n text\n",
    block_signs=_PLAIN + "x-a: |+-\n text\n",
    block_word=_PLAIN + "x-a: | text\n text\n",
    block_less_indented=_PLAIN + "x-a: |2\n text\n",
    block_tabs=_PLAIN + "x-a: |\n\ttext\n",
    block_leading_blanks=_PLAIN + "x-a: |\n     \n text\n",
    block_at_the_end=(_PLAIN + "x-a: |", FINE),
    block_empty_lines=(lambda: _PLAIN + "x-a: |\n" + "\n" * 500_000, FINE),
    quote_unclosed=_PLAIN + "x-a: 'abc\n",
    quote_unclosed_1mb=lambda: _PLAIN + "x-a: '" + "abc\n " * 200_000,
    brackets_wrong=_PLAIN + "x-a: [}\n",
    at_sign=_PLAIN + "x-a: @a\n",
    backtick=_PLAIN + "x-a: `a`\n",
    percent=_PLAIN + "x-a: %a\n",
    colon_twice=_PLAIN + "x-a: b: c\n",
    indentation_wrong="asyncapi: 3.1.0\n info: 1\n",
    dash_in_a_mapping=_PLAIN + "- a\n",
    conflict_markers="<<<<<<< HEAD\nasyncapi: 3.1.0\n=======\n",
    flow_commas=_PLAIN + "x-a: [,,,]\n",
    flow_empty_keys=_PLAIN + "x-a: {:}\n",
    lines_of_one_key=lambda: "".join(f"x-a{n}: 1\n" for n in range(50_000)) + "x-a0: 2\n",
)

# -- comments --------------------------------------------------------------------------------------

_TYPOS = "".join(f"x{n}: 1\n" for n in range(2_000))


def _commented(line: str, count: int, *, above: bool = False) -> str:
    flood = "".join(line.format(n) + "\n" for n in range(count))
    return flood + _PLAIN + _TYPOS if above else _PLAIN + _TYPOS + flood


_table(
    "comment",
    "unused-ignore",
    lambda build: build(),
    flood=lambda: _commented("# guard: ignore[unknown-field]", 50_000),
    flood_used=(lambda: _PLAIN + "".join(f"x{n}: 1  # guard: ignore[unknown-field]\n" for n in range(10_000)), "too-many-findings"),
    flood_of_files=lambda: _commented("# guard: ignore-file[bad-key]", 10_000, above=True),
    flood_of_unknown_codes=(lambda: _commented("# guard: ignore[unknown-feld-{}]", 5_000), "bad-comment"),
    flood_of_typos=(lambda: _commented("# guard: ignoer[unknown-field]", 20_000), "bad-comment"),
    flood_of_words=(lambda: _commented("# guard: of the realm {}", 50_000), "unknown-field"),
    flood_without_codes=(lambda: _commented("# guard: ignore", 50_000), "bad-comment"),
    flood_of_groups=(lambda: _commented("# guard: ignore[ALL, x-*]", 50_000), "bad-comment"),
    flood_on_one_line=(lambda: _PLAIN + "# guard: ignore[bad-key] " * 20_000, "unused-ignore"),
    codes_20000=(lambda: _PLAIN + "# guard: ignore[" + ", ".join(f"unknown-feld{n}" for n in range(5_000)) + "]\n", "bad-comment"),
    code_of_1mb=(lambda: _PLAIN + "# guard: ignore[" + "a" * 1_000_000 + "]\n", "bad-comment"),
    word_of_1mb=(lambda: _PLAIN + "# guard: " + "a" * 1_000_000 + "\n", FINE),
    unclosed_1mb=(lambda: _PLAIN + "# guard: ignore[" + "bad-key, " * 100_000, "bad-comment"),
    blanks_1mb=(lambda: _PLAIN + "#" + " " * 1_000_000 + "guard:" + " " * 1_000_000 + "ignore[]\n", EITHER),
    hashes_1mb=(lambda: _PLAIN + "# " * 500_000 + "guard: ignore[bad-key]\n", "unused-ignore"),
    dashes_and_marks=(lambda: _PLAIN + "x-a: a " + "- !- " * 30_000 + "1\n# guard: ignore[bad-key]\n", "unused-ignore"),
    commas_and_blanks=(lambda: _PLAIN + "x-a: a" + ", " * 100_000 + "1\n# guard: ignore[bad-key]\n", "unused-ignore"),
    quotes=(lambda: _PLAIN + "x-a: a" + ", 'a" * 50_000 + "\n# guard: ignore[bad-key]\n", "unused-ignore"),
    quoted_lines=(lambda: _PLAIN + "x-a: '" + "a ''b\n " * 50_000 + "'\n# guard: ignore[bad-key]\n", "unused-ignore"),
    flow_of_quotes=(lambda: _PLAIN + "x-a: [" + "'a', " * 50_000 + "]\n# guard: ignore[bad-key]\n", "unused-ignore"),
    in_a_block=(lambda: _PLAIN + "x-a: |\n" + "  # guard: ignore[bad-key]\n" * 50_000, FINE),
    with_escapes=(lambda: _PLAIN + "# guard: ignore[\u202e\u2066\U0001f4a3]\n", "bad-comment"),
)  # fmt: skip

# -- many findings ---------------------------------------------------------------------------------


def _typos(count: int) -> dict[str, Any]:
    return _document({f"m{n}": {"payload": {}, "sumary": "a"} for n in range(count)})


_table(
    "keyword",
    "unknown-keyword",
    lambda build: build(),
    typos=lambda: _payload({"properties": _numbered(10, {"tpye": "string"})}),
    typos_10000=lambda: _payload({"properties": _numbered(10_000, {"minLenght": 1})}),
    typos_all_different=lambda: _payload(_numbered(20_000, 1, "descripton")),
    typos_indented=lambda: json.dumps(_payload({"properties": _numbered(5_000, {"tpye": 1})}), indent=1),
    # A document is reported so many warnings of, and these come first.
    siblings=(lambda: _payload({"properties": _numbered(10_000, {"$ref": "#/components/schemas/a", "tpye": 1})}, a={"x": 1}), "ref-siblings"),
)  # fmt: skip
_table(
    "many",
    "unknown-field",
    lambda build: build(),
    typos_10000=lambda: _typos(10_000),
    typos_15000=lambda: _typos(15_000),
    typos_in_one_line=lambda: json.dumps(_typos(5_000)),
    wrong_types=(lambda: _document(_numbered(10_000, 1)), "wrong-type"),
    wrong_values=(lambda: _document(operations=_numbered(5_000, {"action": "recieve", "channel": _ROOT})), "bad-value"),
    inline_channels=(lambda: _document(operations=_numbered(5_000, {"action": "send", "channel": {}})), "reference-required"),
    siblings=(lambda: _document(_numbered(10_000, {"$ref": "#/components/messages/a", "name": "b"}), components={"messages": {"a": {"payload": {}}}}), "ref-siblings"),
    bad_keys=(lambda: _document(components={"tags": {f"a b{n}": {"name": "a"} for n in range(10_000)}}), "bad-key"),
    missing_fields=(lambda: _document(components={"tags": _numbered(10_000, {})}), "missing-field"),
    bad_names=(lambda: _document({f"\u202e\x1b[3{n}m": {"payload": {}} for n in range(1_000)}, operations={}), "orphan-message"),
    bad_bindings=(lambda: _document({"m": {"payload": {}, "bindings": _numbered(20_000, 1)}}), "unknown-field"),
    same_place=(lambda: _document(_numbered(3_000, {"$ref": "#/components/messages/a"}), components={"messages": {"a": {"nmae": 1}}}), "unknown-field"),
    long_messages=(lambda: _document({("a" * 900 + str(n)): {} for n in range(2_000)}), "no-payload"),
)  # fmt: skip


def names(prefixes: Iterable[str]) -> list[str]:
    """The names of the cases that begin so."""
    return [name for name in CASES if name.startswith(tuple(prefixes))]
