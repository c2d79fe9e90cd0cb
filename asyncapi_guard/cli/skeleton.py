"""The first text of an AsyncAPI file, with comments that say what its parts are in Socket.IO."""

from __future__ import annotations

import re
from types import MappingProxyType
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Mapping

__all__ = ["SKELETON", "annotated"]

_HEAD = """\
# The contract of a Socket.IO server: what clients send, what they get, and what they answer.
# Once a server is guarded by this file, whatever the file does not allow is rejected.
#
#   asyncapi-guard validate {file}    finds mistakes; run it whenever you edit the file
#   asyncapi-guard show {file}        shows what the guard reads in it
"""

#: What is said of a section, above its key.
_SECTIONS: Mapping[str, str] = MappingProxyType(
    {
        "channels": """\
# A channel is a Socket.IO namespace, and its `address` is the namespace: `/` is the one that
# clients get unless they ask for another, such as `/chat`. Its `messages` are events, by name: the
# `payload` is the argument, and `x-ack` what the receiver answers. The message `connect` is the
# handshake, with what clients pass as `auth`.
""",
        "operations": """\
# Who sends what: your server receives what clients emit (`receive`), and sends what it emits itself
# (`send`). A message that no operation lists may not be sent at all.
""",
        "components": """\
# What several events share. Refer to a schema by `$ref: '#/components/schemas/NAME'`.
""",
    }
)
_KEY = re.compile(r"^(?P<key>channels|operations|components):", re.MULTILINE)

#: A document with an event of each kind.
SKELETON = """\
asyncapi: 3.1.0
info:
  title: My Socket.IO server
  version: 1.0.0

channels:
  root:
    address: /
    messages:
      # The payload of `connect` is what clients pass as `auth`. Here they can pass a token or
      # nothing. To reject clients without one, write `type: object` and `required: [token]`. Your
      # `connect` handler decides whether the token is a good one.
      connect:
        payload:
          type: [object, 'null']
          properties:
            token:
              type: string
      # Any other message is an event, and its key is the event's name. If the name can't be a key
      # (`my event`), write `name: my event` beside the payload.
      say:
        # The argument of the event. For no argument, write `payload: {type: 'null'}`. For several,
        # write a schema for each: `type: array` and `items: [{...}, {...}]`.
        payload:
          $ref: '#/components/schemas/Text'
        # The acknowledgement: what your handler returns. Leave it out if it returns nothing.
        x-ack:
          type: object
          required: [ok]
          properties:
            ok:
              type: boolean
      said:
        payload:
          type: object
          required: [by, text]
          properties:
            by:
              type: string
            text:
              $ref: '#/components/schemas/Text'

operations:
  receiveFromClients:
    action: receive
    channel:
      $ref: '#/channels/root'
    messages:
      - $ref: '#/channels/root/messages/connect'
      - $ref: '#/channels/root/messages/say'
  sendToClients:
    action: send
    channel:
      $ref: '#/channels/root'
    messages:
      - $ref: '#/channels/root/messages/said'

components:
  schemas:
    Text:
      type: string
      minLength: 1
      maxLength: 1000
"""


def annotated(text: str, file: str) -> str:
    """A document in YAML with comments for those who read one for the first time.

    Args:
        text: of the document, its keys at the beginning of lines.
        file: what the document is called, for the commands in the comments.
    """
    body = _KEY.sub(lambda found: _SECTIONS[found["key"]] + found[0], text)
    return _HEAD.format(file=file) + body
