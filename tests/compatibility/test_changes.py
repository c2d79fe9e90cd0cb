"""What a change of a document does to those who follow the old version, by who sends it."""

from __future__ import annotations

from typing import Any

import pytest
from chat_versions import CHANGES, changed, document

from asyncapi_guard import load
from asyncapi_guard.compatibility import Direction, Level, compare

_ORDER = [str(level) for level in Level]


def told(old: Any, new: Any) -> tuple[str, str]:
    """The worst of what clients send, and of what they are sent."""
    found = compare(load(old), load(new))
    return tuple(  # type: ignore[return-value]  # there are two directions
        min(
            (str(each.level) for each in found if each.direction is direction),
            key=_ORDER.index,
            default="none",
        )
        for direction in Direction
    )


@pytest.mark.parametrize("name", CHANGES)
def test_a_change(name: str) -> None:
    """Forth and back."""
    case = CHANGES[name]
    new = changed(case.edits)
    assert told(document(), new) == (case.to_server, case.to_client)
    assert told(new, document()) == case.back


def test_nothing_changes_by_itself() -> None:
    """A document has no changes against itself."""
    assert compare(load(document()), load(document())) == []


def secured(*schemes: str) -> Any:
    """The document with what its main server requires: any one of some schemes."""
    security = [{"$ref": f"#/components/securitySchemes/{each}"} for each in schemes]
    return changed({"servers.main.security": security})


@pytest.mark.parametrize(
    ("old", "new", "expected"),
    [
        (("token",), ("renamed",), "none"),
        (("token",), ("token", "key"), "compatible"),
        (("token", "key"), ("token",), "breaking"),
        (("token",), ("key",), "breaking"),
        (("token",), (), "compatible"),
    ],
)
def test_what_a_server_requires(old: Any, new: Any, expected: str) -> None:
    """Names of schemes are not on the wire; an alternative more lets in all that it let in."""
    assert told(secured(*old), secured(*new)) == (expected, "none")


def test_a_change_says_where_and_shows_an_example() -> None:
    """Arguments that one version accepts and the other refuses, and the place of the keyword."""
    new = changed({"components.schemas.Post.properties.text.maxLength": 5})
    (change,) = compare(load(document()), load(new))
    assert change.level is Level.BREAKING
    assert (change.namespace, change.event, change.path) == ("/chat", "post", "/text")
    assert change.new.endswith("#/components/schemas/Post/properties/text/maxLength")
    assert change.old.endswith("#/channels/chat/messages/post")
    assert change.example is not None
    (example,) = change.example
    assert len(example["text"]) == 6  # type: ignore[index]  # an object
    assert "6" not in change.text


def test_a_change_of_a_template_is_told_once() -> None:
    """By its address, whatever namespaces stand for it."""
    new = changed({"channels.room.messages.knock.payload": {"type": "integer"}})
    found = compare(load(document()), load(new))
    assert {each.namespace for each in found} == {"/rooms/{kind}"}
    assert len([each for each in found if each.level is Level.BREAKING]) == 1


def test_a_document_of_a_client_is_seen_from_its_server() -> None:
    """What the client sends is what the server takes."""
    old = load(changed({"operations.take.action": "send", "operations.tell.action": "receive"}))
    new = load(
        changed(
            {
                "operations.take.action": "send",
                "operations.tell.action": "receive",
                "components.schemas.Post.properties.text.maxLength": 5,
            }
        )
    )
    (change,) = compare(old, new)
    assert (change.direction, change.level) == (Direction.TO_CLIENT, Level.COMPATIBLE)
