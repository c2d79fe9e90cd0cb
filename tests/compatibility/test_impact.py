"""Whom a change hurts, by what the clients of each version were counted to use."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import msgspec
import pytest
from chat_versions import GONE, changed, document

from asyncapi_guard import load
from asyncapi_guard.compatibility import Direction, Impact, compare, impact_of
from asyncapi_guard.compatibility.changes import Level
from asyncapi_guard.contract import Action
from asyncapi_guard.usage.client_versions import Label
from asyncapi_guard.usage.counting import Counter, Subject
from asyncapi_guard.usage.reading import Usage

if TYPE_CHECKING:
    from asyncapi_guard.usage.lines import UseLine

#: What one version does: `post` and `seek` take arguments, `ask` says that an ack is asked for.
Does = list[tuple[str, list[Any]]]
SCHEMA = "components.schemas.Post"
NOTE = "channels.chat.messages.note.payload"
JOINED = document()["channels"]["chat"]["messages"]["note"]["payload"]["oneOf"][0]


def counted(old: Any, does: dict[str, Does]) -> list[UseLine]:
    """What versions use, counted as a server does it."""
    counter, subjects = Counter(), {}
    for operation in load(old).operations.values():
        sender = "client" if operation.action is Action.RECEIVE else "server"
        for message in operation.messages:
            name = message.event
            address = load(old).channels[operation.channel].address
            for what in ("event", "ack"):
                schemas = [message.payload] if what == "event" else []
                if what == "ack" and message.ack is not None:
                    schemas = [*message.ack.alternatives]
                about = (address, name, sender, what, message.id, schemas)
                subject = Subject(*about)  # type: ignore[arg-type]  # one of two texts
                subjects[f"{name}/{message.id}", what] = subjects[name, what] = subject
                subjects[f"{name}/", what] = Subject(*about[:4], None)  # type: ignore[arg-type]  # as well
    for version, several in does.items():
        label = Label("version", version) if version else Label("unknown", None)
        counter.count(label, Subject("/chat", "connect", "client", "event", None), None)
        for name, args in several:
            event, _, how = name.partition(" ")
            what = "ack" if how == "ack" else "event"
            counter.count(label, subjects[event, what], args, asked=how == "asks")
    return counter.take()


def usage_of(old: Any, does: dict[str, Does]) -> Usage:
    usage = Usage()
    usage.add(counted(old, does))
    return usage


def impacts(edits: Any, does: dict[str, Does], start: Any = None) -> list[Impact]:
    old = changed(start or {})
    new = changed({**(start or {}), **edits})
    usage = usage_of(old, does)
    found = [impact_of(each, usage) for each in compare(load(old), load(new))]
    return [each for each in found if each is not None]


def told(impact: Impact) -> tuple[list[str], list[str]]:
    """Who is hurt by what, and of whom nobody can tell."""
    return tuple(  # type: ignore[return-value]  # two
        [
            f"{' '.join(label.text or label.kind for label in each.labels)}: {each.finding.object}"
            for each in several
        ]
        for several in (impact.hurt, impact.unknown)
    )


HELLO: Does = [("post asks", [{"text": "x"}]), ("post ack", [1])]
GLAD: Does = [("post", [{"text": "x", "mood": "glad", "tags": ["a"], "reply": {"to": 1}}])]
SAD: Does = [("post", [{"text": "x", "mood": "sad"}])]
HEARS: Does = [("posted", [{"id": 1, "text": "x"}]), ("note", [{"kind": "joined", "who": "x"}])]
LEFT: Does = [("note", [{"kind": "left", "why": "x"}])]
SENT_BY_CLIENTS = {"operations.tell.action": "receive"}
ALL = {"hello": HELLO, "glad": GLAD, "sad": SAD, "idle": []}


ACK = "channels.chat.messages.post.x-ack"
REPLY = "components.schemas.Reply"
POST = "channels.chat.messages.post"


@pytest.mark.parametrize(
    ("edits", "hurt", "unknown"),
    [
        ({f"{SCHEMA}.properties.mood": GONE}, ["glad sad: `mood`"], []),
        ({f"{SCHEMA}.properties.tags": GONE}, ["glad: `tags`"], []),
        ({f"{SCHEMA}.properties.mood": False}, ["glad sad: `mood`"], []),
        ({f"{SCHEMA}.properties.mood.enum": ["glad"]}, ['sad: `mood` as "sad"'], []),
        ({f"{SCHEMA}.properties.mood": {"const": "glad"}}, ['sad: `mood` as "sad"'], []),
        ({f"{SCHEMA}.properties.mood": {"type": "string", "maxLength": 3}},
         ['glad: `mood` as "glad"'], []),
        ({f"{SCHEMA}.required": ["text", "mood"]}, ["hello: `post` without `mood`"], []),
        ({f"{REPLY}.required": ["to", "quote"]}, ["glad: `reply` without `quote`"], []),
        ({f"{SCHEMA}.properties.tags.items.type": "integer"}, ["glad: `tags/*`"], []),
        ({f"{SCHEMA}.properties.tags.maxItems": 2}, [], []),
        ({f"{SCHEMA}.properties.tags.minItems": 2}, ["glad: `tags` of 1 items"], []),
        ({f"{SCHEMA}.properties.text.maxLength": 5}, [], []),
        ({f"{SCHEMA}.properties.text.minLength": 5},
         ["glad hello sad: `text` of 1 characters"], []),
        ({f"{SCHEMA}.properties.text.pattern": "^a"}, [], ["glad hello sad: `text`"]),
        ({f"{SCHEMA}.properties.text.type": "integer"}, ["glad hello sad: `text`"], []),
        ({f"{POST}.payload": {"type": "string"}}, ["glad hello sad: `post`"], []),
        ({POST: GONE}, ["glad hello sad: `post`"], []),
        ({ACK: {"type": "string"}}, ["hello: `post`"], []),
        ({ACK: {"type": ["integer", "null"]}}, ["hello: `post`"], []),
        ({ACK: False}, ["hello: an ack of `post`"], []),
        ({"channels.chat.messages.typing": GONE}, [], []),
        ({"channels.chat.address": "/other"}, ["glad hello idle sad: `/chat`"], []),
    ],
)  # fmt: skip
def test_what_clients_send(edits: Any, hurt: Any, unknown: Any) -> None:
    """The versions that use what goes; those of which nobody can tell."""
    if edits.get(POST, "") is GONE or GONE in edits.values():
        edits = _without_references(edits)
    found = [told(each) for each in impacts(edits, ALL)]
    assert (hurt, unknown) in found
    assert all(each in [(hurt, unknown), ([], [])] for each in found)


def _without_references(edits: Any) -> Any:
    """And without the operations' references to messages that go."""
    names = [key.rpartition(".")[2] for key in edits if ".messages." in key and key.count(".") == 3]
    operations = {"take": ["post", "typing", "seek", "file", "connect"]}
    return edits | {
        f"operations.{key}.messages": [
            {"$ref": f"#/channels/chat/messages/{each}"} for each in kept if each not in names
        ]
        for key, kept in operations.items()
        if names
    }


READERS = {"hears": HEARS, "left": LEFT, "idle": []}


@pytest.mark.parametrize(
    ("edits", "hurt"),
    [
        ({f"{POST}ed.payload.required": ["id"]}, ["hears: `text`"]),
        ({f"{POST}ed.payload.properties.id.maximum": 2_000}, ["hears: `id`"]),
        ({f"{POST}ed.payload.properties.at.type": "integer"}, ["hears: `posted`"]),
        ({f"{NOTE}.oneOf": [JOINED, {"type": "string"}]}, ["hears left: `note`"]),
        ({f"{POST}ed.x-ack": {"enum": ["seen"]}}, []),
    ],
)  # fmt: skip
def test_what_clients_are_sent(edits: Any, hurt: list[str]) -> None:
    """The versions that were sent the place of which something changes."""
    found = [told(each)[0] for each in impacts(edits, READERS)]
    assert hurt in found


def test_an_alternative_that_goes() -> None:
    """Those who send it, and nobody else."""
    (found,) = impacts({f"{NOTE}.oneOf": [JOINED]}, READERS, SENT_BY_CLIENTS)
    assert told(found) == (['left: `kind` as "left"'], [])


def test_an_alternative_without_a_mark_that_goes() -> None:
    """Alternatives that neither a type nor a member tells are judged."""
    forms = [
        {"type": "object", "required": [name], "properties": {name: {"type": "number"}}}
        for name in ("radius", "width")
    ]
    payload = "channels.chat.messages.post.payload"
    does: dict[str, Does] = {"r": [("post", [{"radius": 1}])], "w": [("post", [{"width": 1}])]}
    found = impacts({f"{payload}.oneOf": forms[:1]}, does, {payload: {"oneOf": forms}})
    assert [told(each) for each in found if each.hurt or each.unknown] == [
        (["w: a form of `post` that was removed"], [])
    ]


def test_properties_without_a_name_cannot_be_told() -> None:
    """An object that was open is closed, or asks for something that had no name."""
    start = {f"{SCHEMA}.additionalProperties": True}
    does: dict[str, Does] = {"more": [("post", [{"text": "x", "own": 1}])], "plain": HELLO}
    (found,) = impacts({f"{SCHEMA}.additionalProperties": False}, does, start)
    assert told(found) == ([], ["more: other properties in `post`"])
    (found,) = impacts({f"{SCHEMA}.required": ["text", "own"]}, does, start)
    assert told(found) == (["plain: `post` without `own`"], ["more: other properties beside `own`"])


@pytest.mark.parametrize("what", ["security", "query"])
def test_what_is_not_counted_cannot_be_told(what: str) -> None:
    """Of all who enter."""
    edits = {
        "security": {"servers.main.security": [{"$ref": "#/components/securitySchemes/token"}]},
        "query": {"channels.chat.bindings.ws.query.required": ["v"]},
    }[what]
    found = [told(each) for each in impacts(edits, {"1": HELLO, "": HELLO})]
    assert found
    assert all(each[1] for each in found)
    assert not any(each[0] for each in found)


def test_asking_for_acks() -> None:
    """Who must ask for an ack and does not."""
    ack = {ACK: {"required": True, "args": {"type": "integer"}}}
    found = [told(each) for each in impacts(ack, ALL)]
    assert (["glad sad: `post` without requesting an ack"], []) in found


def test_an_event_that_is_sent_no_more() -> None:
    """Hurts those who were sent it."""
    old, new = document(), changed({})
    new["operations"]["tell"]["messages"].pop()
    usage = usage_of(old, READERS)
    (change,) = compare(load(old), load(new))
    assert (change.direction, change.level) == (Direction.TO_CLIENT, Level.BREAKING)
    impact = impact_of(change, usage)
    assert impact is not None
    assert told(impact) == (["hears left: `note`"], [])


def test_compatible_changes_hurt_nobody() -> None:
    """So nobody is asked."""
    assert impacts({f"{SCHEMA}.properties.text.maxLength": 500}, ALL) == []


def test_values_that_were_not_looked_into_cannot_be_told() -> None:
    """Those that are too large, or too many at once."""
    payload = "channels.chat.messages.post.payload"
    listed = {"type": "array", "items": {"enum": ["a", "b"]}}
    does: dict[str, Does] = {"1": [("post", [["a"] * 1_000])]}
    (found,) = impacts({f"{payload}.items.enum": ["a"]}, does, {payload: listed})
    assert told(found) == ([], ["1: `post`"])


def _two_messages(**more: Any) -> dict[str, Any]:
    """The event `post` as two messages, which a mark tells apart."""
    return {
        f"{POST}.payload": _marked("post", **more),
        "channels.chat.messages.other": {"name": "post", "payload": _marked("other", **more)},
        "operations.take.messages": [
            {"$ref": f"#/channels/chat/messages/{name}"} for name in ("post", "other", "connect")
        ],
    }


def _marked(mark: str, **more: Any) -> Any:
    properties = {"mark": {"const": mark}, **more}
    return {"type": "object", "properties": properties, "additionalProperties": False}


def test_each_message_of_an_event_counts() -> None:
    """A property goes from both of them, and one version sends the other one."""
    color = {"color": {"type": "string"}}
    does: dict[str, Does] = {"1": [("post/other", [{"mark": "other", "color": "x"}])]}
    found = impacts(_two_messages(), does, _two_messages(**color))
    assert [told(each) for each in found] == [(["1: `color`"], [])]


def test_ids_of_another_document_say_nothing() -> None:
    """What a document made of code has counted names messages in its own way."""
    old, new = document(), changed({f"{SCHEMA}.properties.mood": GONE})
    (change,) = compare(load(old), load(new))
    usage = Usage()
    for line in counted(old, {"1": GLAD}):
        usage.add([msgspec.structs.replace(line, message=line.message and "PostMessage")])
    impact = impact_of(change, usage)
    assert impact is not None
    assert told(impact) == (["1: `mood`"], [])


def test_what_matched_nothing_cannot_be_told() -> None:
    """In report mode it passes, and nobody has looked into it."""
    does: dict[str, Does] = {"1": [*HELLO, ("post/", [{"mood": 5}])]}
    (found,) = impacts({f"{SCHEMA}.properties.mood": GONE}, does)
    assert told(found) == ([], ["1: `post`"])


@pytest.mark.parametrize(
    ("sent", "most", "hurt", "unknown"),
    [
        (20, 50, [], []),
        (32, 50, [], ["1: `text`"]),
        (63, 50, [], ["1: `text`"]),
        (64, 50, ["1: `text` of 64 to 127 characters"], []),
        (100, 63, ["1: `text` of 64 to 127 characters"], []),
    ],
)
def test_lengths(sent: int, most: int, hurt: list[str], unknown: list[str]) -> None:
    """They are counted by powers of two, and what the old version refuses was not sent."""
    does: dict[str, Does] = {"1": [("post", [{"text": "x" * sent}])]}
    (found,) = impacts({f"{SCHEMA}.properties.text.maxLength": most}, does)
    assert told(found) == (hurt, unknown)


@pytest.mark.parametrize(
    ("most", "expected"),
    [(900, (["1: `text` of 1024 or more characters"], [])), (1_500, ([], ["1: `text`"]))],
)
def test_long_texts_are_counted_as_one(most: int, expected: Any) -> None:
    """Nobody knows how long they are."""
    start = {f"{SCHEMA}.properties.text.maxLength": 3_000}
    does: dict[str, Does] = {"1": [("post", [{"text": "x" * 2_000}])]}
    (found,) = impacts({f"{SCHEMA}.properties.text.maxLength": most}, does, start)
    assert told(found) == expected
