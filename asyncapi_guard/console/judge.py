"""`POST judge`: a page asks the guard what it makes of some traffic before, or after, it is sent.

The body is JSON (`Content-Type: application/json`, at most 256 kB):

    {"items": [
      {"namespace": "/chat", "event": "say", "args": ["hello"]},
      {"namespace": "/chat", "event": "said", "direction": "to-client", "args": [{"text": "hi"}]},
      {"namespace": "/chat", "event": "say", "args": ["hello"], "ack": [{"ok": true}]},
      {"namespace": "/chat", "auth": {"token": "..."}}
    ]}

`items` has at most 100, each of which is one of three things:

- An event, with its arguments as the array `args`. `ack_asked`, `true` or `false`, says whether an
  ack is asked for; without it, nobody looks at that.
- The ack of an event, with its values as the array `ack`. `args` are optional then, and say which
  of several messages with the event's name the ack belongs to; they are not validated.
- The `auth` data of a connection to the namespace, `null` for none. `query`, a text such as
  `EIO=4&transport=websocket&room=red`, is that of the URL of the connection. With it the request
  of the connection is validated as well; its headers are taken to be those of this request, which
  the same browser sends. Verifiers are not called.

`direction` is that of the event, `to-server` (the default) or `to-client`; its ack goes the other
way. Binary data is `{"$bytes": ...}`, see `placeholders`.

The response has a verdict for each item, in their order:

    {"verdicts": [
      {"verdict": "accepted", "message": "say"},
      {"verdict": "rejected", "message": "said", "code": "emit_validation_error",
       "reason": "the payload does not match the contract", "truncated": false,
       "suggestions": [],
       "problems": [
         {"path": "/text", "reason": "expected string, got integer", "keyword": "type",
          "file": "chat.yml",
          "pointer": "/channels/chat/messages/said/payload/properties/text/type",
          "clause": {"line": 21, "column": 15, "served": "asyncapi.yml",
                     "lines": [{"number": 18, "text": "..."}, ...]}}]},
      {"verdict": "not-checked", "reason": "more than 20 a second"}
    ]}

- `verdict` is `accepted`, `rejected`, `reported` (it breaks the contract and passes, because the
  guard is in report mode there), `off` (the guard does not validate it), or `not-checked`.
- `message` is the key of the message that was meant, in the document; `null` if none is known.
- `path` is a JSON Pointer into the one argument; into the array of arguments if the payload has
  positional items. `file` and `pointer` are the place in the document: `chat.yml` for the document
  itself, `../common.yml` for a file that it refers to. The file is empty for a document that is in
  none. Both are empty, and `clause` is `null`, for what no line of the document decides. `clause`
  is there for the first ten problems. `served` is where the whole text is, below the console's
  root; `null` for a document of several files, which are served as one.

Each client has 20 items a second of each process; further items are `not-checked`. Nothing is
counted, logged or told to `on_violation`. Any other status than 200 has `{"error": "..."}` and
means that nothing was checked: 400 (not such a body, or one with a name twice in an object), 403
(see `origins`), 413 and 415.
"""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Any, NoReturn
from urllib.parse import parse_qs

from asyncapi_guard.console.placeholders import with_bytes
from asyncapi_guard.console.places import problem_of
from asyncapi_guard.console.rate_limit import RateLimit, network_of
from asyncapi_guard.contract import Mode, header_key
from asyncapi_guard.guard.ack_options import judge_asking
from asyncapi_guard.guard.handshakes import HandshakeRequest
from asyncapi_guard.violations import Checkpoint

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping

    from asyncapi_guard.console.edition import Edition
    from asyncapi_guard.console.exchange import Request
    from asyncapi_guard.guard import Guard, Verdict

__all__ = ["Judge", "NotABatch"]

#: Items of one request.
MOST_ITEMS = 100
#: Items of one client in a second.
RATE = 20
_DIRECTIONS = ("to-server", "to-client")
_LONGEST_NAME = 1_000
#: Of a query; the guard rejects a connection with more.
_PARAMETERS = 256


class NotABatch(ValueError):
    """The body of a request is something else; the message says what is wrong."""


class Judge:
    """Validates what pages ask about.

    Args:
        limit: how many items each client has.
    """

    def __init__(self, limit: RateLimit | None = None) -> None:
        self._limit = limit or RateLimit(RATE)

    def judge(self, edition: Edition, request: Request) -> dict[str, Any]:
        """Validate a batch; return the response.

        Args:
            edition: the document in force.
            request: has the batch.

        Raises:
            NotABatch: the body is something else.
        """
        items = enumerate(_items(request.body))
        asked = [_Asked(item, number, request.headers) for number, item in items]
        granted = self._limit.take(network_of(request.client), len(asked))
        verdicts = [each.verdict(edition) for each in asked[:granted]]
        too_many = {"verdict": "not-checked", "reason": f"more than {RATE} a second"}
        return {"verdicts": verdicts + [too_many] * (len(asked) - granted)}


def _items(body: bytes) -> list[Any]:
    try:
        data = json.loads(body, parse_constant=_no_constant, object_pairs_hook=_unique)
    except _Twice:
        # So is a packet, with that name, whichever of the values is meant.
        raise NotABatch("a name is twice in one object of the body") from None
    except (RecursionError, ValueError):
        raise NotABatch("the body is not JSON") from None
    items = data.get("items") if isinstance(data, dict) else None
    if not isinstance(items, list) or len(items) > MOST_ITEMS:
        raise NotABatch(f'the body must be {{"items": [...]}} with at most {MOST_ITEMS} items')
    return items


class _Twice(Exception):
    """A name is twice in one object."""


def _unique(pairs: list[tuple[str, Any]]) -> dict[str, Any]:
    made = dict(pairs)
    if len(made) != len(pairs):
        raise _Twice
    return made


def _no_constant(text: str) -> NoReturn:
    raise ValueError(f"{text} is not JSON")


class _Asked:
    """One item of a batch."""

    def __init__(self, item: Any, number: int, headers: Mapping[str, str]) -> None:
        if not isinstance(item, dict):
            raise NotABatch(f"items[{number}] must be an object")
        self._item: dict[str, Any] = item
        self._where = f"items[{number}]"
        self._headers = headers
        self._namespace = self._name("namespace")
        self._to_client = self._direction() == "to-client"
        self._connects = "auth" in item
        self._event = "connect" if self._connects else self._name("event")
        self._args: Any = self._values("args") if "args" in item else None
        self._ack: Any = self._values("ack") if "ack" in item else None
        if not self._connects and self._args is None and self._ack is None:
            raise NotABatch(f"{self._where} must have args, ack or auth")
        asked = item.get("ack_asked")
        if asked is not None and not isinstance(asked, bool):
            raise NotABatch(f"{self._where}.ack_asked must be true or false")
        query = item.get("query", "")
        if not isinstance(query, str) or query.count("&") >= _PARAMETERS:
            raise NotABatch(
                f"{self._where}.query must be a string of at most {_PARAMETERS} parameters"
            )
        self._auth: Any = self._with_bytes("auth", item["auth"])[0] if self._connects else None

    def _name(self, key: str) -> str:
        name = self._item.get(key)
        if not isinstance(name, str) or len(name) > _LONGEST_NAME:
            raise NotABatch(f"{self._where}.{key} must be a string")
        return name

    def _direction(self) -> str:
        direction = self._item.get("direction", _DIRECTIONS[0])
        if direction not in _DIRECTIONS:
            raise NotABatch(f"{self._where}.direction must be {' or '.join(_DIRECTIONS)}")
        return str(direction)

    def _values(self, key: str) -> tuple[list[Any], bool]:
        values = self._item[key]
        if not isinstance(values, list):
            raise NotABatch(f"{self._where}.{key} must be an array")
        return self._with_bytes(key, values)

    def _with_bytes(self, key: str, value: Any) -> tuple[Any, bool]:
        try:
            return with_bytes(value)
        except ValueError as error:
            raise NotABatch(f"{self._where}.{key}: {error}") from None

    # -- asking ------------------------------------------------------------------------------------

    def verdict(self, edition: Edition) -> dict[str, Any]:
        """What the guard says, for people."""
        guard = edition.guard
        checkpoint, verdict = self._judged(guard)
        if not edition.active:
            return {"verdict": "off", "message": None}
        violation = verdict.violation
        if violation is not None and not verdict.declared:
            violation = violation.without_places()
        message = verdict.message.id if verdict.message is not None else None
        if violation is None:
            mode = guard.mode_of(checkpoint, self._namespace, self._event, verdict.message)
            return {"verdict": "off" if mode is Mode.OFF else "accepted", "message": message}
        return {
            "verdict": "rejected" if violation.rejected else "reported",
            "message": message or violation.message_id,
            "code": str(violation.code),
            "reason": violation.reason,
            "truncated": violation.truncated,
            "suggestions": list(violation.suggestions),
            "problems": [
                problem_of(edition, problem, number)
                for number, problem in enumerate(violation.problems)
            ],
        }

    def _judged(self, guard: Guard) -> tuple[Checkpoint, Verdict]:
        if self._connects:
            request = self._handshake if "query" in self._item else None
            return Checkpoint.CONNECT, guard.connect(self._namespace, self._auth, request)
        if self._ack is None:
            return self._judged_event(guard)
        judge = guard.receive_ack if self._to_client else guard.send_ack
        message = None
        if self._args is not None:
            message = self._judged_event(guard)[1].message
        values, binary = self._ack
        checkpoint = Checkpoint.RECEIVE_ACK if self._to_client else Checkpoint.SEND_ACK
        return checkpoint, judge(self._namespace, self._event, values, message, binary=binary)

    def _handshake(self) -> HandshakeRequest:
        query = parse_qs(self._item["query"], keep_blank_values=True)
        headers = {header_key(name): [text] for name, text in self._headers.items()}
        return HandshakeRequest("GET", query, headers)

    def _judged_event(self, guard: Guard) -> tuple[Checkpoint, Verdict]:
        judge: Callable[..., Verdict]
        if self._to_client:
            checkpoint, judge = Checkpoint.SEND_EVENT, guard.send_event
            rule = guard.rule_of_sent(self._namespace, self._event)
        else:
            checkpoint, judge = Checkpoint.RECEIVE_EVENT, guard.receive_event
            rule = guard.rule_of_received(self._namespace, self._event)
        args, binary = self._args
        verdict = judge(self._namespace, self._event, args, binary=binary)
        asked = self._item.get("ack_asked")
        if rule is not None and rule.ack_options and asked is not None and self._ack is None:
            verdict = judge_asking(rule, self._namespace, verdict, asked=asked)
        return checkpoint, verdict
