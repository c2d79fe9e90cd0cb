"""Rules that a project writes itself: what they say, where, and what is wrong with their tables."""

from __future__ import annotations

import runpy
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from asyncapi_guard.errors import Finding, Severity
from asyncapi_guard.lint import Settings, lint
from asyncapi_guard.lint.cases import CASES
from asyncapi_guard.lint.linter import examine
from asyncapi_guard.lint.own import patterns
from asyncapi_guard.lint.own.places import KINDS
from asyncapi_guard.lint.own.reading import ASSERTIONS, PLACEHOLDERS, own_rule
from asyncapi_guard.lint.own.rule import OwnRuleError
from asyncapi_guard.schema import get_engine

if TYPE_CHECKING:
    from conftest import Folder

#: Documents with every object of the grammar. Importing by path: tests are no package.
DOCUMENTS = runpy.run_path(str(Path(__file__).parent / "test_any_tree.py"))["DOCUMENTS"]
DOCUMENT = """
info:
  title: Chat
  version: 1.0.0
  tags:
    - {name: rooms, description: Where to talk.}
    - {name: people}
    - {name: rooms}
servers:
  main: {host: chat.dev, protocol: socketio}
  test: {host: test.chat.dev, protocol: socketio}
channels:
  chat:
    address: /chat
    messages:
      say: {$ref: '#/components/messages/Say'}
      shout: {$ref: '#/components/messages/Say'}
      joined: {name: room joined, payload: {type: string}, x-owner: people}
operations:
  talk:
    action: receive
    channel: {$ref: '#/channels/chat'}
    summary: Talk
    traits: [{description: A trait says it}]
  tell: {action: send, channel: {$ref: '#/channels/chat'}, description: x}
components:
  messages:
    Say: {payload: {$ref: '#/components/schemas/Line'}, title: Say, summary: Says}
  schemas:
    Line:
      type: object
      properties:
        text: {type: string, description: What is said}
        author: {$ref: '#/components/schemas/Person'}
    Person: {type: object, properties: {id: {type: integer}}}
"""


def rules(**values: Any) -> Settings:
    """Nothing but a rule, with keys as Python can have them: `not_in` is `not-in`."""
    table = {key.rstrip("_").replace("_", "-"): value for key, value in values.items()}
    return Settings(select=("mine",), rules=(own_rule("mine", table),), own=frozenset({"mine"}))


def places(folder: Folder, **values: Any) -> list[str]:
    return [found.pointer for found in folder.findings(DOCUMENT, settings=rules(**values))]


def messages(folder: Folder, **values: Any) -> list[str]:
    return [found.message for found in folder.findings(DOCUMENT, settings=rules(**values))]


CHAT = "/channels/chat/messages"


@pytest.mark.parametrize(
    ("table", "expected"),
    [
        # Kinds, and names.
        ({"where": "event", "field": "@key", "case": "snake_case"}, [f"{CHAT}/joined/name"]),
        ({"where": "event", "field": "@key", "matches": "^s"}, [f"{CHAT}/joined/name"]),
        (
            {"where": "event", "field": "@key", "not-matches": "^s"},
            [f"{CHAT}/say", f"{CHAT}/shout"],
        ),
        ({"where": "server", "field": "@key", "in": ["main"]}, ["/servers/test"]),
        ({"where": "server", "field": "@key", "not-in": ["main"]}, ["/servers/main"]),
        (
            {"where": "server", "field": "host", "ends-with": ".com"},
            ["/servers/main/host", "/servers/test/host"],
        ),
        (
            {"where": "server", "field": "host", "starts-with": ["chat", "x"]},
            ["/servers/test/host"],
        ),
        (
            {"where": "property", "required": "description"},
            [
                "/components/schemas/Line/properties/author",
                "/components/schemas/Person/properties/id",
            ],
        ),
        ({"where": "info", "required": ["title", "description"]}, ["/info"]),
        ({"where": "document", "required": ["id"]}, [""]),
        ({"where": "document", "required": ["info/title", "components/schemas/Line"]}, []),
        ({"where": "schema", "field": "@key", "case": "PascalCase"}, None),
        # Each object once, however many refer to it; a name belongs to each entry.
        (
            {"where": "event", "required": ["description"]},
            [f"{CHAT}/joined", "/components/messages/Say"],
        ),
        (
            {"where": "/channels/*/messages/*", "required": ["description"]},
            [f"{CHAT}/joined", "/components/messages/Say"],
        ),
        (
            {"where": "/channels/*/messages/*", "field": "@key", "case": "PascalCase"},
            [f"{CHAT}/say", f"{CHAT}/shout", f"{CHAT}/joined"],
        ),
        (
            {"where": ["message", "/components/messages/*"], "required": ["description"]},
            [f"{CHAT}/joined", "/components/messages/Say"],
        ),
        # Traits are part of what has them.
        ({"where": "operation", "required": ["description"]}, []),
        (
            {"where": "operation", "field": "description", "min-length": 10},
            ["/operations/tell/description"],
        ),
        (
            {"where": "operation", "field": "description", "max-length": 10},
            ["/operations/talk/traits/0/description"],
        ),
        # Pointers with globs.
        ({"where": "/info/tags/*/name", "matches": "^r"}, ["/info/tags/1/name"]),
        ({"where": "#/info/tags/1", "required": ["description"]}, ["/info/tags/1"]),
        ({"where": "/**/properties/*", "required": ["type"]}, []),
        (
            {"where": "/**/prop*/i?", "forbidden": ["type"]},
            ["/components/schemas/Person/properties/id/type"],
        ),
        ({"where": "/info", "field": "tags/*/name", "not-in": ["people"]}, ["/info/tags/1/name"]),
        # Lists.
        ({"where": "/info/tags", "sorted": True, "by": "name"}, ["/info/tags/1"]),
        ({"where": "info", "field": "tags", "unique": True, "by": "name"}, ["/info/tags/2"]),
        ({"where": "/servers", "sorted": True}, []),
        (
            {"where": "/components/schemas/Line/properties", "sorted": True},
            ["/components/schemas/Line/properties/author"],
        ),
        ({"where": "info", "field": "tags", "max-length": 2}, ["/info/tags"]),
        # References.
        ({"where": "message", "field": "payload", "reference": True}, [f"{CHAT}/joined/payload"]),
        (
            {"where": "message", "field": "payload", "reference": False},
            ["/components/messages/Say/payload"],
        ),
        ({"where": "/channels/*/messages/*", "reference": True}, [f"{CHAT}/joined"]),
        # Several fields.
        (
            {"where": "message", "at-most-one-of": ["title", "summary"]},
            ["/components/messages/Say"],
        ),
        ({"where": "message", "exactly-one-of": ["title", "name"]}, []),
        (
            {"where": "message", "exactly-one-of": ["title", "summary"]},
            [f"{CHAT}/joined", "/components/messages/Say"],
        ),
        ({"where": "message", "at-least-one-of": ["title", "summary"]}, [f"{CHAT}/joined"]),
        (
            {"where": "message", "together": ["title", "x-owner"]},
            [f"{CHAT}/joined", "/components/messages/Say"],
        ),
        ({"where": "message", "forbidden": ["x-owner"]}, [f"{CHAT}/joined/x-owner"]),
        (
            {"where": "server", "field": "security", "defined": True},
            ["/servers/main", "/servers/test"],
        ),
        ({"where": "message", "field": "x-owner", "defined": False}, [f"{CHAT}/joined/x-owner"]),
        (
            {"where": "channel", "field": "messages", "required": ["leave"]},
            ["/channels/chat/messages"],
        ),
        # Conditions.
        (
            {"where": "operation", "when": {"action": "send"}, "required": ["summary"]},
            ["/operations/tell"],
        ),
        (
            {"where": "operation", "when": {"action": ["send", "receive"]}, "required": ["x"]},
            ["/operations/talk", "/operations/tell"],
        ),
        (
            {"where": "operation", "when": {"@key": {"matches": "^ta"}}, "forbidden": ["summary"]},
            ["/operations/talk/summary"],
        ),
        (
            {"where": "message", "when": {"x-owner": {"defined": False}}, "required": ["name"]},
            ["/components/messages/Say"],
        ),
        ({"where": "message", "when": {"nothing": {"min-length": 0}}, "required": ["name"]}, []),
        ({"where": "info", "when": {"tags": {"sorted": True}}, "required": ["x"]}, []),
        # Values of other types than an assertion is about.
        ({"where": "info", "field": "tags", "matches": "x"}, ["/info/tags"]),
        ({"where": "info", "field": "title", "sorted": True}, ["/info/title"]),
    ],
)
def test_what_a_rule_finds(
    folder: Folder, table: dict[str, Any], expected: list[str] | None
) -> None:
    """Each assertion, at each kind of place: the pointers of its findings."""
    found = places(folder, **table)
    if expected is None:
        assert found
        assert all("Line" not in pointer.rpartition("/")[2] for pointer in found)
    else:
        assert found == sorted(found, key=found.index)
        assert sorted(found) == sorted(expected)


def test_findings_stand_where_people_look(folder: Folder) -> None:
    """At the line and the column of the value, or of the key of what lacks something."""
    (name,) = folder.findings(DOCUMENT, settings=rules(where="server", field="@key", in_=["main"]))
    lines = (folder.path / "asyncapi.yml").read_text(encoding="utf-8").splitlines()
    assert lines[name.line - 1][name.column - 1 :].startswith("test:")
    (value,) = folder.findings(DOCUMENT, settings=rules(where="/info/title", matches="^x"))
    assert lines[value.line - 1][value.column - 1 :] == "Chat"
    assert value.code == "mine"


@pytest.mark.parametrize(
    ("table", "message"),
    [
        (
            {"where": "server", "field": "@key", "in": ["main"]},
            "the name 'test' must be 'main'",
        ),
        (
            {"where": "event", "field": "@key", "case": "snake_case"},
            "the name 'room joined' must be in snake_case; write 'room_joined'",
        ),
        (
            {"where": "info", "field": "title", "min-length": 5},
            "'title' of 'info' must have at least 5 characters",
        ),
        (
            {"where": "info", "field": "tags", "max-length": 1},
            "'tags' of 'info' must have at most 1 item",
        ),
        (
            {"where": "/info/tags/1", "required": ["description"]},
            "'people' must have 'description'",
        ),
        (
            {"where": "/info", "exactly-one-of": ["title", "version"]},
            "'info' must have exactly one of 'title', 'version'; it has 'title', 'version'",
        ),
        (
            {"where": "/info/title", "matches": "^x", "message": "{name}: {value} at {pointer}"},
            "title: Chat at /info/title",
        ),
        (
            {"where": "info", "field": "title", "in": ["A"], "message": "{{{field}}} {problem}!"},
            "{title} 'title' of 'info' must be 'A'!",
        ),
        (
            {"where": "/info/tags", "min-length": 9, "message": "not {value}"},
            "not a list",
        ),
    ],
)
def test_what_a_finding_says(folder: Folder, table: dict[str, Any], message: str) -> None:
    """A sentence made of the assertion, or the rule's own with what it asks for."""
    assert messages(folder, **table) == [message]


def test_severity_and_comments(folder: Folder) -> None:
    """A rule has a severity, and is ignored as any other, also where it found nothing."""
    options = rules(where="/info/title", matches="^x", severity="error")
    (found,) = folder.findings(DOCUMENT, settings=options)
    assert found.severity is Severity.ERROR
    ignored = DOCUMENT.replace("title: Chat\n", "title: Chat  # guard: ignore[mine] ours\n")
    assert folder.findings(ignored, settings=options) == ()
    everything = Settings(rules=options.rules)
    useless = DOCUMENT.replace("info:\n", "info:  # guard: ignore[mine]\n", 1)
    codes = {finding.code for finding in folder.findings(useless, settings=everything)}
    assert codes >= {"mine", "unused-ignore"}
    unknown = DOCUMENT.replace("info:\n", "info:  # guard: ignore[mien]\n", 1)
    said = [f.message for f in folder.findings(unknown, settings=everything) if "mien" in f.message]
    assert said == ["unknown rule code 'mien'; did you mean 'mine'?"]


def test_which_rules_applied(folder: Folder) -> None:
    """A rule applied where it was about something, whether or not that broke it."""

    def applied(**table: Any) -> bool:
        file = folder.write("asyncapi.yml", "asyncapi: 3.1.0\n" + DOCUMENT)
        return examine(file, settings=rules(**table)).applied == {"mine"}

    assert applied(where="info", required=["title"])
    assert not applied(where="parameter", required=["description"])
    assert not applied(where="/info/tag/*", required=["name"])
    assert not applied(where="operation", when={"action": "recieve"}, required=["x"])
    assert examine("nowhere.yml", settings=rules(where="info", required="x")).applied is None


# -- mistakes --------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("table", "key", "problem"),
    [
        ({"where": "info", "requird": ["x"]}, "requird", "unknown key; did you mean 'required'?"),
        ({"where": "info", "not_in": ["x"]}, "not_in", "did you mean 'not-in'?"),
        ({"required": ["x"]}, "where", "is missing; name a kind of object (document, info"),
        ({"where": "mesage", "required": ["x"]}, "where", "did you mean 'message'?"),
        (
            {"where": "messages/*", "required": ["x"]},
            "where",
            "with '/', at the root of the document: '/messages/*'",
        ),
        ({"where": 1, "required": ["x"]}, "where", "a string or a list of strings, not a number"),
        ({"where": [], "required": ["x"]}, "where", "must have one to 1,000 strings"),
        ({"where": "info"}, "", "it asserts nothing; there are matches, not-matches, case"),
        ({"where": "/x", "matches": "("}, "matches", "the pattern is not a regular expression"),
        ({"where": "/x", "matches": "(?=a)"}, "matches", "needs backtracking"),
        ({"where": "/x", "not-matches": r"(a)\1"}, "not-matches", "needs backtracking"),
        ({"where": "/x", "matches": "a" * 2000}, "matches", "2,000 characters; at most 1,000"),
        ({"where": "/x", "case": "snakecase"}, "case", "must be one of camelCase, PascalCase"),
        ({"where": "/x", "in": []}, "in", "must be a list of strings, numbers, true and false"),
        ({"where": "/x", "in": [{}]}, "in", "must be a list of strings, numbers"),
        ({"where": "/x", "min-length": True}, "min-length", "a whole number, 0 or more, not true"),
        ({"where": "/x", "min-length": -1}, "min-length", "a whole number, 0 or more"),
        ({"where": "/x", "min-length": 3, "max-length": 2}, "min-length", "more than max-length"),
        ({"where": "/x", "sorted": False}, "sorted", "must be true, not false"),
        ({"where": "/x", "defined": "yes"}, "defined", "must be true or false, not a string"),
        ({"where": "/x", "together": ["a"]}, "together", "must name two fields at least"),
        ({"where": "/x", "required": [1]}, "required", "not a list"),
        ({"where": "/x", "required": "a", "by": "b"}, "by", "it needs sorted or unique"),
        ({"where": "info", "matches": "a"}, "matches", 'name with field = "@key"'),
        ({"where": "info", "field": "@name", "matches": "a"}, "field", "'@key' is the name"),
        ({"where": "info", "field": "@key", "sorted": True}, "sorted", "cannot be said of a name"),
        (
            {"where": "/x", "required": "a", "severity": "warn"},
            "severity",
            "did you mean 'warning'",
        ),
        ({"where": "/x", "required": "a", "message": "{nam}"}, "message", "it has {nam} in it"),
        ({"where": "/x", "required": "a", "message": "{name.x}"}, "message", "there are {name}"),
        ({"where": "/x", "required": "a", "message": "{name:>9}"}, "message", "there are {name}"),
        ({"where": "/x", "required": "a", "message": "{"}, "message", "write {{ for a brace"),
        ({"where": "/x", "required": "a", "message": 1}, "message", "must be a string"),
        ({"where": "/x", "required": "a", "when": "x"}, "when", "must be a table, such as"),
        ({"where": "/x", "required": "a", "when": {"b": {}}}, "when.b", "says nothing"),
        (
            {"where": "/x", "required": "a", "when": {"b": {"matchs": "x"}}},
            "when.b.matchs",
            "did you mean 'matches'?",
        ),
        (
            {"where": "/x", "required": "a", "when": {"b": {"matches": "("}}},
            "when.b.matches",
            "not a regular expression",
        ),
    ],
)
def test_mistakes(table: dict[str, Any], key: str, problem: str) -> None:
    """A mistake names the key, and says what belongs there."""
    with pytest.raises(OwnRuleError) as caught:
        own_rule("mine", table)
    assert caught.value.key == key
    assert problem in caught.value.problem
    assert str(caught.value) == (f"{key}: " if key else "") + caught.value.problem


@pytest.mark.parametrize("engine", ["rust", "jsonschema"])
def test_patterns_with_either_engine(engine: str, monkeypatch: pytest.MonkeyPatch) -> None:
    """A pattern is refused, and matches, whichever engine is installed."""
    monkeypatch.setattr(patterns, "get_engine", lambda: get_engine(engine))  # type: ignore[arg-type]  # one of its names
    patterns.matcher.cache_clear()
    assert patterns.pattern_fault("(").startswith("is not a regular expression")
    assert patterns.pattern_fault("^[a-z]+$") == ""
    assert patterns.matcher("^[a-z]+$")("abc")
    assert not patterns.matcher("^[a-z]+$")("abc\n")
    patterns.matcher.cache_clear()


@pytest.mark.parametrize("name", ["Mine", "my_rule", "", "a-", "1", "a b"])
def test_a_name_is_a_code(name: str) -> None:
    """It stands in comments, in brackets."""
    with pytest.raises(OwnRuleError, match="small letters, digits and '-'"):
        own_rule(name, {"where": "info", "required": "x"})


# -- any rule --------------------------------------------------------------------------------------

short = st.text(max_size=6)
fields = st.one_of(
    st.sampled_from(["@key", "name", "description", "payload", "properties/*", "tags/*/name", "*"]),
    short,
)
pointers = st.lists(
    st.one_of(
        st.sampled_from(["*", "**", "info", "channels", "messages", "components", "0"]), short
    ),
    max_size=5,
).map(lambda parts: "/" + "/".join(parts))
wheres = st.one_of(st.sampled_from(sorted(KINDS)), pointers)
plain = st.one_of(short, st.booleans(), st.integers(-5, 5), st.floats(allow_nan=False))
values = st.one_of(
    plain,
    st.sampled_from(["^a", "[a-z]+$", "(", "snake_case", "{name} {value} {problem}", "error"]),
    st.lists(st.one_of(plain, fields, st.sampled_from(CASES)), max_size=4),
    st.dictionaries(
        fields,
        st.one_of(plain, st.dictionaries(st.sampled_from(sorted(ASSERTIONS)), plain, max_size=2)),
        max_size=2,
    ),
)
#: Tables that are mostly fine, and tables of anything.
FITTING: dict[str, st.SearchStrategy[Any]] = {
    "matches": st.sampled_from(["^a", "a|b", "", "[^a]*$"]),
    "not-matches": st.sampled_from(["^a", "a|b", "[^a]*$"]),
    "case": st.sampled_from(CASES),
    "in": st.lists(plain, min_size=1, max_size=3),
    "not-in": st.lists(plain, min_size=1, max_size=3),
    "starts-with": st.text(min_size=1, max_size=3),
    "ends-with": st.lists(st.text(min_size=1, max_size=3), min_size=1, max_size=3),
    "min-length": st.integers(0, 3),
    "max-length": st.integers(4, 9),
    "defined": st.booleans(),
    "reference": st.booleans(),
    "sorted": st.just(True),  # a value
    "unique": st.just(True),  # a value
    **{
        name: st.lists(
            fields.filter(lambda field: field and not field.startswith("@")),
            min_size=2,
            max_size=3,
            unique=True,
        )
        for name in (
            "required",
            "forbidden",
            "at-least-one-of",
            "at-most-one-of",
            "exactly-one-of",
            "together",
        )
    },
}
assert FITTING.keys() == ASSERTIONS.keys()
conditions = st.dictionaries(
    st.sampled_from(["@key", "name", "type", "description"]),
    st.one_of(plain, st.just({"defined": False}), st.just({"matches": "a"})),
    max_size=2,
)
sensible = st.builds(
    lambda where, field, checks, message, when: {
        "where": where,
        "field": field,
        **checks,
        "message": message,
        "when": when,
    },
    wheres,
    fields,
    st.fixed_dictionaries({}, optional=FITTING),
    st.lists(st.sampled_from([f"{{{each}}}" for each in PLACEHOLDERS])).map(" ".join),
    conditions,
)
anything = st.dictionaries(
    st.sampled_from(["where", "field", "when", "by", "message", "severity", *ASSERTIONS]), values
)


@settings(
    max_examples=150,
    deadline=None,
    suppress_health_check=[HealthCheck.too_slow, HealthCheck.filter_too_much],
)
@given(st.one_of(sensible, anything), st.sampled_from(sorted(DOCUMENTS)))
def test_any_table_is_a_rule_or_a_mistake(table: dict[str, Any], name: str) -> None:
    """It is refused with what is wrong, or the linter takes it: it never fails."""
    try:
        rule = own_rule("mine", table)
    except OwnRuleError:
        return  # what it says is tested above
    assert rule.text.title
    for finding in lint(DOCUMENTS[name], settings=Settings(rules=(rule,))):
        assert isinstance(finding, Finding)
        assert finding.code != "mine" or len(finding.message) < 2000
