"""What of a line is secret, by the security schemes of a document.

Other packages write whole packets, request lines and headers into their logs. What clients show is
in places that the document names: the auth of a connect, headers, parameters of the query. So it is
found there, whatever it is, and a word stands in its place. Nothing that anybody shows is kept for
that, and no client can choose which other words disappear.

Each pattern is linear in the text, which may be as long as a packet: starts are rare, by what may
stand before them, or what follows is bounded.
"""

from __future__ import annotations

import json
import re
from contextlib import suppress
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any
from urllib.parse import quote, quote_plus, unquote_plus

from asyncapi_guard.contract import header_key
from asyncapi_guard.guard.credentials import PLAIN_HEADERS, PLAIN_PARAMETERS

if TYPE_CHECKING:
    from collections.abc import Iterable

    from asyncapi_guard.contract import Contract, SecurityScheme

__all__ = ["REDACTED", "Secrets", "all_schemes", "forms_of", "secrets_in"]

#: Stands for what is secret.
REDACTED = "***"

#: The fields of auth values that schemes read.
_FIELDS = ("token", "username", "password", "key")
#: Headers that have credentials whatever a document says.
_HEADERS = ("authorization", "cookie", "proxy-authorization", "set-cookie")

#: The packet that enters a namespace, with or without engine.io's type before it. What a server
#: answers, which is a session id, is none.
_CONNECT = re.compile(
    r"(?<![\w.:/=&?-])(4?0\d*(?:/[^,\s]{0,255},|/[^,]{0,255},(?=\d*\s*[{\[\"])|(?=\{)))"
    r"""(?!\{"sid":"[\w-]*"\}['"]?(?: \[\d+ bytes\])?\Z)(?=.).*""",
    re.DOTALL,
)
_PAIR = re.compile(r"""(?<![^?&\s"'(\[{,;])([^?&\s"'=(\[{,;]{1,255})=([^&\s]*)""")
_IN_URL = re.compile(r"""(?<=[?&])([^?&\s"'=]{1,255})=([^&\s]*)""")
#: Bytes, as dumps of frames show them: in hexadecimal numbers, and as Python writes MessagePack.
_HEX = re.compile(r"(?:[0-9a-f]{2} ){7}[0-9a-f .]*")
_MSGPACK = re.compile(r"\\xa4(?:type|data).*", re.DOTALL)
#: JSON Web Tokens, wherever they are.
_JWT = re.compile(r"(?<![\w-])eyJ[\w-]{4,}\.[\w-]{4,}(?:\.[\w-]*){0,3}")
_CLOSING = "\"')]},;"
#: What may stand between the parts of an event, as it is or as Python writes it.
_BLANK = r"(?:\s|\\+[nrt]){0,64}"
#: In how many letters one of a name may be written: as two escapes, of which Python writes each
#: backslash twice.
_LETTERS = 14
#: How often a name may be written as a text.
_TIMES = 3
#: A text that is not longer than this is not looked for as it is: it might be any word.
_SHORT = 4


def all_schemes(contract: Contract, *, declared: bool) -> tuple[SecurityScheme, ...]:
    """The security schemes that count for somebody.

    Args:
        contract: what has them.
        declared: those of the components, too, which nothing refers to.
    """
    sections = (contract.servers.values(), contract.operations.values())
    used = (scheme for section in sections for part in section for scheme in part.security)
    others = contract.security_schemes.values() if declared else ()
    return tuple(dict.fromkeys((*used, *others)))


def secrets_in(contract: Contract, *, declared: bool) -> Secrets:
    """Where the credentials of a contract's clients are.

    Args:
        contract: what says so.
        declared: as for `all_schemes`.
    """
    messages = (m for channel in contract.channels.values() for m in channel.messages.values())
    received = (m for operation in contract.operations.values() for m in operation.messages)
    events = {each.event for each in (*messages, *received) if each.reauthenticate}
    return Secrets.of(all_schemes(contract, declared=declared), events)


@dataclass(frozen=True)
class Secrets:
    """Where credentials are.

    Attributes:
        headers: the names of headers, in lower case.
        parameters: of the query.
        events: whose arguments have credentials.
        everywhere: nothing says where they are: in any header, and in any parameter.
    """

    headers: frozenset[str] = frozenset(_HEADERS)
    parameters: frozenset[str] = frozenset()
    events: frozenset[str] = frozenset()
    everywhere: bool = False

    @classmethod
    def of(cls, schemes: Iterable[SecurityScheme], events: Iterable[str] = ()) -> Secrets:
        """Find out where the credentials of schemes are."""
        headers: set[str] = set(_HEADERS)
        parameters: set[str] = set()
        everywhere = False
        for scheme in schemes:
            if scheme.place == "header":
                headers.add(header_key(scheme.parameter))
            elif scheme.place == "query":
                parameters.add(scheme.parameter)
            elif scheme.scheme not in ("bearer", "basic") and scheme.type not in _PLACED:
                everywhere = True
        return cls(frozenset(headers), frozenset(parameters), frozenset(events), everywhere)

    def __post_init__(self) -> None:
        names = "|".join(re.escape(each).replace(r"\-", "[-_]") for each in sorted(self.headers))
        fields = "|".join((*_FIELDS, names))
        lines = rf"[<> \t]{{0,8}}(?:{names})"
        if self.everywhere:
            plain = "|".join(map(re.escape, PLAIN_HEADERS))
            lines += rf"|(?:[<>] |(?<=\n))(?!(?:{plain})[ \t]*:)[\w-]{{1,255}}"
        patterns = {
            "_line": re.compile(rf"(?im)^((?:{lines})[ \t]*:)[ \t]*\S.*$"),
            "_field": re.compile(_field(fields, ":"), re.IGNORECASE | re.DOTALL),
            "_entry": re.compile(_field(names, ","), re.IGNORECASE | re.DOTALL),
            "_call": re.compile(_call(max(map(len, self.events), default=0)), re.DOTALL),
        }
        for name, pattern in patterns.items():
            object.__setattr__(self, name, pattern)

    def redact(self, text: str) -> str:
        """Put a word in the place of what is secret in a text."""
        patterns: Any = self
        text = _CONNECT.sub(rf"\1{REDACTED}", text)
        if self.events:
            text = self._redact_event(text)
        text = _HEX.sub(REDACTED, text)
        if "eyJ" in text:
            text = _JWT.sub(REDACTED, text)
        text = _MSGPACK.sub(REDACTED, text)
        if ":" in text:
            text = patterns._line.sub(rf"\1 {REDACTED}", text)
            text = patterns._field.sub(_in_field, text)
        if "," in text:
            text = patterns._entry.sub(_in_field, text)
        return self._redact_pairs(text)

    def redact_line(self, text: str) -> str:
        """The same, of a line that was made of several texts which are clean.

        What stands in one of them, which a client may have chosen, says nothing of the next one.
        """
        patterns: Any = self
        header = patterns._line.match(text)
        if header is not None:
            text = f"{header[1]} {REDACTED}{text[header.end() :]}"
        return self._redact_pairs(text)

    def _redact_pairs(self, text: str) -> str:
        if self.parameters and "=" in text:
            text = _PAIR.sub(self._pair, text)
        if self.everywhere and "=" in text:
            text = _IN_URL.sub(self._any_pair, text)
        return text

    def is_header(self, name: object) -> bool:
        """Whether a header of this name has a credential."""
        return isinstance(name, str) and header_key(name) in self.headers

    def _redact_event(self, text: str) -> str:
        patterns: Any = self
        for found in patterns._call.finditer(text):
            names = _readings(found["name"])
            if names is None or not self.events.isdisjoint(names):
                return f"{text[: found.end()]}{REDACTED}"
        return text

    def _pair(self, found: re.Match[str]) -> str:
        return _without(found) if unquote_plus(found[1]) in self.parameters else found[0]

    def _any_pair(self, found: re.Match[str]) -> str:
        return found[0] if unquote_plus(found[1]) in PLAIN_PARAMETERS else _without(found)


#: Types whose credentials are in places that are known, besides the schemes of `http`.
_PLACED = frozenset(("oauth2", "openIdConnect", "userPassword", "apiKey", "httpApiKey"))


def _without(found: re.Match[str]) -> str:
    value = found[2]
    closing = value[len(value.rstrip(_CLOSING)) :]
    return f"{found[1]}={REDACTED}{closing}" if value.rstrip(_CLOSING) else found[0]


def _field(names: str, between: str) -> str:
    """A field of an object with its value, in JSON or in Python, within another text or not."""
    name = rf"""(?<!\\)(?P<escapes>\\*)(?P<n>["'])(?:{names})(?P=escapes)(?P=n)"""
    # To its end; where that is in doubt, because of escapes within escapes, all that follows.
    end = r"""(?=(?P=escapes)(?P=q))"""
    inner = r"""(?:[^\\"']|\\(?![\\"'])|(?!(?P=q))["'])*"""
    text = rf"""b?(?P=escapes)(?P<q>["'])(?:{inner}{end}|.*)"""
    value = rf"""(?:{text}|[{{\[].*|[^\s,}}\]"'\\]+)"""
    return rf"""(?P<head>{name}\s{{0,8}}{between}\s{{0,8}}){value}"""


def _call(longest: int) -> str:
    """What is before the arguments of an event whose name is not longer than this when read."""
    name = rf"(?P<name>.{{0,{longest * _LETTERS}}}?)"
    return rf"""\[{_BLANK}(?P<escapes>\\*)"{name}(?P=escapes)"{_BLANK},"""


def _readings(name: str) -> set[str] | None:
    """What a name may be, however often somebody has written it as a text; `None` for anything."""
    found = set()
    for _ in range(_TIMES):
        with suppress(ValueError):
            found.add(json.loads(f'"{name}"', strict=False))
        name = name.replace("\\\\", "\\")
    return None if name.endswith("\\") else found or None


def _in_field(found: re.Match[str]) -> str:
    opening = found["escapes"] + found["q"] if found["q"] is not None else ""
    return f"{found['head']}{opening}{REDACTED}"


def forms_of(texts: Iterable[str]) -> tuple[str, ...]:
    """The forms in which texts may be quoted, the longest first.

    Args:
        texts: that somebody showed; those that might be any word are left out.
    """
    forms = {
        form
        for text in texts
        if len(text) > _SHORT
        for form in (
            text,
            quote(text, safe=""),
            quote_plus(text),
            json.dumps(text)[1:-1],
            json.dumps(text, ensure_ascii=False)[1:-1],
            repr(text)[1:-1],
        )
    }
    return tuple(sorted(forms, key=len, reverse=True))
