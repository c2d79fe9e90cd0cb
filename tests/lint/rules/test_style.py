"""Rules of style: what they take for which name, and what they leave alone."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Any

import pytest

from asyncapi_guard.lint import RULES, Settings, lint
from asyncapi_guard.lint.cases import CASES, fits, in_case
from asyncapi_guard.lint.style_options import StyleOptions

if TYPE_CHECKING:
    from conftest import Folder

HERE = Path(__file__).parent
CORPUS = HERE.parents[3] / "shared" / "corpus"
STYLE = Settings(extend_select=("style",))
CODES = sorted(code for code, rule in RULES.items() if rule.optional)


def found(folder: Folder, text: str, *codes: str, **style: Any) -> list[tuple[str, str]]:
    options = Settings(extend_select=("style",), style=StyleOptions(**style))
    return folder.found(text, *codes, settings=options)


# -- cases -----------------------------------------------------------------------------------------

EXAMPLES = {
    "camelCase": "roomJoined",
    "PascalCase": "RoomJoined",
    "snake_case": "room_joined",
    "kebab-case": "room-joined",
    "SCREAMING_SNAKE_CASE": "ROOM_JOINED",
    "flatcase": "roomjoined",
}


def test_each_case_has_an_example() -> None:
    """None is forgotten below."""
    assert EXAMPLES.keys() == set(CASES)


@pytest.mark.parametrize("case", CASES)
def test_a_name_fits_its_case(case: str) -> None:
    """And those that are special cases of it: one word is in many cases."""
    fitting = {name for name, example in EXAMPLES.items() if fits(example, (case,))}
    also = {"camelCase": {"flatcase"}, "snake_case": {"flatcase"}, "kebab-case": {"flatcase"}}
    assert fitting == {case} | also.get(case, set())


@pytest.mark.parametrize("case", [case for case in CASES if case != "flatcase"])
@pytest.mark.parametrize("written", [case for case in CASES if case != "flatcase"])
def test_a_name_is_written_in_another_case(case: str, written: str) -> None:
    """With the same words."""
    expected = None if case == written else EXAMPLES[case]
    assert in_case(EXAMPLES[written], case) == expected


@pytest.mark.parametrize(
    ("name", "case", "expected"),
    [
        ("HTTPServer", "snake_case", "http_server"),
        ("getURL2", "kebab-case", "get-url2"),
        ("room joined", "camelCase", "roomJoined"),
        ("größeÄndern", "snake_case", None),
        ("???", "snake_case", None),
    ],
)
def test_words(name: str, case: str, expected: str | None) -> None:
    """Capitals that stand together are one word; where words are not known, nothing is said."""
    assert in_case(name, case) == expected or expected is None


def test_letters_are_those_of_any_language() -> None:
    """Cases are about capitals and separators, not about English."""
    assert fits("größe_ändern", ("snake_case",))
    assert not fits("Größe", ("snake_case",))


def test_options_are_checked() -> None:
    """A case that is none is an error, not a rule that never fires."""
    with pytest.raises(ValueError, match="events: 'snakecase' is not one of camelCase"):
        StyleOptions(events=("snakecase",))


# -- names -----------------------------------------------------------------------------------------


def test_parts_of_events_and_addresses(folder: Folder) -> None:
    """Each part has the case; the event is the message's name, else its key."""
    text = """
    channels:
      chat:
        address: /team-chat/{roomId}
        parameters: {roomId: {}}
        messages:
          room:user_joined: {}
          other: {name: 'room:userJoined'}
          connect: {}
    """
    codes = ("event-case", "namespace-case")
    assert found(folder, text, *codes) == [("event-case", "/channels/chat/messages/other/name")]
    assert found(folder, text, *codes, events=("camelCase", "snake_case")) == []
    assert found(folder, text, *codes, namespaces=("flatcase",), events=("camelCase",)) == [
        ("namespace-case", "/channels/chat/address"),
        ("event-case", "/channels/chat/messages/room:user_joined"),
    ]


def test_a_hint_keeps_separators(folder: Folder) -> None:
    """The name is written as it would be, part by part."""
    text = "channels: {c: {address: /, messages: {'room:userJoined': {}}}}"
    (finding,) = (f for f in folder.findings(text, settings=STYLE) if f.code == "event-case")
    assert finding.message.endswith("write 'room:user_joined'")


def test_names_that_are_left_alone(folder: Folder) -> None:
    """Headers, leading signs, and what an event is called twice."""
    text = """
    channels:
      c:
        address: /
        messages:
          m:
            headers: {type: object, properties: {X-Request-Id: {type: string}}}
            payload: {type: object, properties: {_id: {}, $type: {}, '@context': {}, bad_one: {}}}
          n: {$ref: '#/components/messages/N'}
          o: {$ref: '#/components/messages/N'}
    components: {messages: {N: {name: Bad}}}
    """
    assert found(folder, text, "property-case", "event-case") == [
        ("property-case", "/channels/c/messages/m/payload/properties/bad_one"),
        ("event-case", "/components/messages/N/name"),
    ]


# -- texts, tags, addresses ------------------------------------------------------------------------


def test_traits_and_schemas_say_it(folder: Folder) -> None:
    """A description of a trait counts, and so do examples of the payload's schema."""
    text = """
    channels:
      c:
        address: /
        messages:
          m:
            traits: [{description: A.}]
            payload: {$ref: '#/components/schemas/E'}
          nothing: {summary: N, payload: {type: 'null'}}
          empty: {summary: '  ', payload: {type: string, const: a}}
    operations:
      o:
        action: receive
        channel: {$ref: '#/channels/c'}
        traits: [{summary: B}]
    components: {schemas: {E: {type: string, examples: [a]}}}
    """
    codes = ("message-description", "operation-description", "message-examples")
    assert found(folder, text, *codes) == [("message-description", "/channels/c/messages/empty")]


@pytest.mark.parametrize(
    ("summary", "expected"),
    [
        ("Say", 0),
        ("Say.", 1),
        ("And so on...", 0),
        ("Say?", 0),
        ("|\n          One\n          two", 1),
    ],
)
def test_summaries(folder: Folder, summary: str, expected: int) -> None:
    """One line, without a period; an ellipsis is none."""
    text = f"""
    channels:
      c:
        address: /
        summary: {summary}
    """
    assert len(found(folder, text, "summary-form")) == expected


def test_tags(folder: Folder) -> None:
    """References are followed, and equal items have their own rule."""
    text = """
    info: {title: A, version: '1', tags: [{$ref: '#/components/tags/b'}, {name: A, description: x}]}
    servers:
      s: {host: a, protocol: ws, tags: [{name: b}, {name: b}, {name: c}, {name: b, description: y}]}
    components: {tags: {b: {name: b}}}
    """
    codes = ("tags-order", "tag-unique", "tag-defined", "tag-description", "info-tags")
    assert sorted(found(folder, text, *codes)) == [
        ("tag-defined", "/servers/s/tags/2"),
        ("tag-description", "/info/tags/0"),
        ("tag-unique", "/servers/s/tags/3"),
        ("tags-order", "/info/tags/1"),
    ]
    bare = "servers: {s: {host: a, protocol: ws, tags: [{name: b}]}}"
    assert found(folder, bare, *codes) == [("info-tags", "/info")]


def test_namespaces_with_a_slash_are_said_once(folder: Folder) -> None:
    """In documents for Socket.IO by `odd-namespace`, which is on in any case."""
    text = """
    channels: {c: {address: /a/, messages: {m: {}}}}
    operations: {o: {action: receive, channel: {$ref: '#/channels/c'}}}
    """
    codes = ("odd-namespace", "address-slash")
    assert found(folder, text, *codes) == [("odd-namespace", "/channels/c/address")]
    mqtt = "servers: {s: {host: a, protocol: mqtt}}\nchannels: {c: {address: a/}, d: {address: /}}"
    assert found(folder, mqtt, *codes) == [("address-slash", "/channels/c/address")]


@pytest.mark.parametrize("host", ["example.com", "a.example.org:8080", "EXAMPLE.net"])
def test_hosts_for_examples(folder: Folder, host: str) -> None:
    """With or without a port, in any case."""
    assert found(folder, f"servers: {{s: {{host: '{host}', protocol: ws}}}}", "server-example")
    mine = f"servers: {{s: {{host: 'not{host}', protocol: ws}}}}".replace("a.", "")
    assert not found(folder, mine, "server-example")


# -- comments --------------------------------------------------------------------------------------


def test_a_comment_about_style_is_unused_only_where_style_is_on(folder: Folder) -> None:
    """Nobody knows whether it is of use where the rule is not looked for."""
    text = "channels: {chat: {address: /}}  # guard: ignore[channel-case]"
    assert folder.found(text) == []
    assert ("unused-ignore", "") in found(folder, text)
    used = "channels: {my_chat: {address: /}}  # guard: ignore[channel-case]"
    assert found(folder, used, "unused-ignore", "channel-case") == []


# -- documents of others ---------------------------------------------------------------------------

needs_corpus = pytest.mark.skipif(
    not (CORPUS / "verdicts.jsonl").is_file(),
    reason="the corpus is not beside the repository: it is others', and not part of the project",
)


@needs_corpus
@pytest.mark.slow
def test_every_rule_says_something_about_the_corpus_and_none_fails() -> None:
    """All rules of style run on all documents, and each of them finds something somewhere."""
    codes: set[str] = set()
    files = sorted(
        path for path in CORPUS.rglob("*.*") if path.suffix in (".yml", ".yaml", ".json")
    )
    assert len(files) > 400
    for file in files:
        codes |= {finding.code for finding in lint(file, settings=STYLE)}
    # No document of it has such a path or address, or two tags of one name in a list.
    assert set(CODES) - codes <= {"address-slash", "server-slash", "tag-unique"}
