"""What answers mean, and whom events are for, by their names."""

from __future__ import annotations

import pytest

from asyncapi_guard.contract_tests.answers import Answer, leak_in, meaning
from asyncapi_guard.contract_tests.checks.recipients import audience
from asyncapi_guard.contract_tests.composing import names_agree

ANSWERS = [
    ((), Answer.ACCEPTED),
    (({},), Answer.ACCEPTED),
    (({"id": 0},), Answer.ACCEPTED),
    (({"error": None, "id": 1},), Answer.ACCEPTED),
    (({"ok": True},), Answer.ACCEPTED),
    (({"status": "placed"},), Answer.ACCEPTED),
    (({"status": 200},), Answer.ACCEPTED),
    (("online",), Answer.ACCEPTED),
    (([],), Answer.ACCEPTED),
    (({"error": "no"},), Answer.REJECTED),
    (({"errors": [1]},), Answer.REJECTED),
    (({"ok": False, "id": 1},), Answer.REJECTED),
    (({"success": False},), Answer.REJECTED),
    (({"status": "invalid"},), Answer.REJECTED),
    (({"status": 404},), Answer.REJECTED),
    (({"code": "not_found"},), Answer.REJECTED),
    (({"error": {"code": "full"}},), Answer.REJECTED),
    ((False,), Answer.REJECTED),
    (("error: no",), Answer.REJECTED),
    (("no", {"error": 1}), Answer.REJECTED),
    (({"error": {"code": "request_validation_error"}},), Answer.REJECTED_BY_GUARD),
]


@pytest.mark.parametrize(("values", "expected"), ANSWERS)
def test_an_answer_is_understood(values, expected):
    """By the names in it."""
    assert meaning(values) is expected


def test_the_settings_may_say_what_rejects():
    """Besides, not instead."""

    def rejects(values):
        return values == ("nope",)

    assert meaning(("nope",), rejects) is Answer.REJECTED
    assert meaning(("nope",)) is Answer.ACCEPTED
    assert meaning((False,), rejects) is Answer.REJECTED


def test_the_text_of_an_exception_is_seen_unless_it_was_sent():
    """Deep inside, too."""
    text = "'NoneType' object is not iterable"
    assert leak_in([{"a": text}])
    assert not leak_in([{"a": text}], sent=repr([text]))
    assert not leak_in([{"a": "no such key"}])


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("Tell every client about a new game.", "everybody"),
        ("Everybody hears of a new lot.", "everybody"),
        ("A game is open. Tell all connected clients.", "everybody"),
        ("Tell the players of one game what has happened.", "members"),
        ("Sent to everyone in the room.", "members"),
        ("Broadcast to the room of the game.", "members"),
        ("Tell the other members that somebody has joined.", "others"),
        ("Sent to everybody except the sender.", "others"),
        ("Only to the client that asked.", "one"),
        ("The board has changed.", ""),
    ],
)
def test_the_audience_of_an_event_is_read(text, expected):
    """Where the text is plain."""
    assert audience(text) == expected


@pytest.mark.parametrize(
    ("asked", "path", "event", "asking", "agree"),
    [
        ("game_id", (0, "game_id"), "create", "join", True),
        ("gameId", (0, "game_id"), "create", "join", True),
        ("game_id", (0, "id"), "create_game", "join", True),
        ("game_id", (0, "game", "id"), "create", "join", True),
        ("id", (0, "note_id"), "add", "delete_note", True),
        ("game_id", (0, "id"), "create_room", "join", False),
        ("text", (0, "id"), "say", "say", False),
        ("room", (0,), "room", "join", True),
    ],
)
def test_names_agree(asked, path, event, asking, agree):
    """The same name, or one that the event's name completes."""
    assert names_agree(asked, path, event, asking) is agree
