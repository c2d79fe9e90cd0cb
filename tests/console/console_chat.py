"""The document of a chat, and requests to its console."""

from __future__ import annotations

import json
import urllib.error
import urllib.request
from dataclasses import dataclass
from typing import Any

from conftest import PATIENCE

CHAT = """\
# The chat of the tests.
asyncapi: 3.1.0
info: {title: Chat, version: '1'}
channels:
  chat:
    address: /
    messages:
      say:
        payload:
          type: object
          required: [text]
          properties:
            text:
              type: string
              maxLength: 5
          additionalProperties: false
        x-ack:
          type: boolean
      said:
        payload: {type: string}
        x-ack: {type: integer}
      file:
        payload: {type: string, format: binary, maxLength: 100}
      calm:
        payload: {type: string}
        x-guard: {mode: report}
      quiet:
        payload: {type: string}
        x-guard: {mode: 'off'}
      connect:
        payload:
          type: object
          required: [token]
          properties: {token: {type: string}}
operations:
  receive:
    action: receive
    channel: {$ref: '#/channels/chat'}
    messages:
      - $ref: '#/channels/chat/messages/say'
      - $ref: '#/channels/chat/messages/file'
      - $ref: '#/channels/chat/messages/calm'
      - $ref: '#/channels/chat/messages/quiet'
      - $ref: '#/channels/chat/messages/connect'
  send:
    action: send
    channel: {$ref: '#/channels/chat'}
    messages: [{$ref: '#/channels/chat/messages/said'}]
"""


@dataclass
class Answer:
    """An HTTP response."""

    status: int
    headers: Any
    body: bytes

    @property
    def json(self) -> Any:
        return json.loads(self.body)


class _NoRedirects(urllib.request.HTTPRedirectHandler):
    def redirect_request(self, *_: Any, **__: Any) -> None:
        return None


_OPENER = urllib.request.build_opener(_NoRedirects, urllib.request.ProxyHandler({}))


def ask(
    url: str, method: str = "GET", body: bytes | None = None, headers: dict[str, str] | None = None
) -> Answer:
    """Send a request as it is, and follow nothing."""
    request = urllib.request.Request(url, body, headers or {}, method=method)
    try:
        with _OPENER.open(request, timeout=PATIENCE) as answer:
            return Answer(answer.status, answer.headers, answer.read())
    except urllib.error.HTTPError as error:
        with error:
            return Answer(error.code, error.headers, error.read())


def judge(root: str, *items: Any, **headers: str) -> Answer:
    """Ask the judge of a console."""
    sent = {"Content-Type": "application/json", **headers}
    return ask(f"{root}/judge", "POST", json.dumps({"items": items}).encode(), sent)
