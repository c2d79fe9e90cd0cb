"""Messages that `x-guard` marks: what cannot happen is found, with its place."""

from __future__ import annotations

from typing import Any

import pytest
import yaml

from asyncapi_guard.lint import lint

PAYLOAD = "{payload: {type: string}, x-guard: {reauthenticate: true}}"
USER, HEADER = "{type: http, scheme: bearer}", "{type: httpApiKey, in: header, name: X}"


def found(
    message: str = PAYLOAD, *, action: str = "receive", scheme: str = USER, more: str = "security"
) -> list[tuple[str, str]]:
    text = f"""
asyncapi: 3.1.0
info: {{title: T, version: '1', description: D, license: {{name: MIT}}, contact: {{name: N}}}}
channels: {{c: {{address: /c, messages: {{m: {message}}}}}}}
operations:
  o:
    action: {action}
    channel: {{$ref: '#/channels/c'}}
    {more}: [{{$ref: '#/components/securitySchemes/s'}}]
components: {{securitySchemes: {{s: {scheme}}}}}
"""
    document = yaml.safe_load(text)
    if more != "security":
        del document["operations"]["o"][more], document["components"]
    return [(each.code, each.pointer) for each in lint(document)]


HERE = "/channels/c/messages/m/x-guard"


def test_a_mark_that_works_is_fine() -> None:
    assert found() == []
    both = "{payload: {type: string}, x-guard: {reauthenticate: true, mode: report}}"
    assert found(both) == []
    assert found("{payload: {type: string}, x-guard: {mode: report, reauthenticate: false}}") == []


@pytest.mark.parametrize(
    ("options", "expected"),
    [
        ({"action": "send"}, ("guard-mark", f"{HERE}/reauthenticate")),
        ({"more": "none"}, ("guard-mark", f"{HERE}/reauthenticate")),
        ({"scheme": HEADER}, ("guard-mark", f"{HERE}/reauthenticate")),
        (
            {"message": "{payload: {type: string}, x-guard: {expired: true}}"},
            ("guard-mark", f"{HERE}/expired"),
        ),
        (
            {"message": "{payload: {type: string}, x-guard: {reauthenticate: 'yes'}}"},
            ("wrong-type", f"{HERE}/reauthenticate"),
        ),
        (
            {"message": "{payload: {type: string}, x-guard: {reauthentcate: true}}"},
            ("unknown-field", f"{HERE}/reauthentcate"),
        ),
        ({"message": "{payload: {type: string}, x-guard: {}}"}, ("guard-mark", HERE)),
    ],
)
def test_a_mark_that_would_do_nothing(options: Any, expected: tuple[str, str]) -> None:
    """Where it is, and not at the message."""
    assert expected in found(**options)


def test_a_mark_on_an_operation_is_none() -> None:
    """It is about one event."""
    document = {
        "asyncapi": "3.1.0",
        "info": {"title": "T", "version": "1"},
        "channels": {"c": {"address": "/c", "messages": {"m": {"payload": {"type": "string"}}}}},
        "operations": {
            "o": {
                "action": "receive",
                "channel": {"$ref": "#/channels/c"},
                "x-guard": {"mode": "report", "reauthenticate": True},
            }
        },
    }
    codes = [(each.code, each.pointer) for each in lint(document)]
    assert ("unknown-field", "/operations/o/x-guard/reauthenticate") in codes
