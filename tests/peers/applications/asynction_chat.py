"""A chat on asynction; prints the document that the library reads, and what it says of traffic.

Its users write the document by hand. Each line of standard input is a namespace, an event and its
arguments in JSON; the answers go to standard error, a line each.
"""

import json
import sys
from pathlib import Path

import asynction.server
from asynction.exceptions import PayloadValidationException
from asynction.validation import validate_payload


def handle(*arguments: object) -> None:
    """Handles every event."""


spec = asynction.server.load_spec(Path(__file__).with_suffix(".yml"))
print(json.dumps(spec.to_dict()))  # noqa: T201

for line in sys.stdin:
    namespace, event, arguments = line.split(None, 2)
    message = spec.channels[namespace].publish.message.with_name(event)
    try:
        validate_payload(tuple(json.loads(arguments)), message.payload)
    except PayloadValidationException:
        print("rejected", file=sys.stderr)  # noqa: T201
    else:
        print("accepted", file=sys.stderr)  # noqa: T201
