"""The objects and fields of AsyncAPI 3.0 and 3.1, as the specification's own tables say them.

A table for each object: its fields, what each may be, `!` where it is required. The types:

    string, boolean, number, integer    plain values; natural: from 0, positive: from 1
    any                                 whatever it is; `open` may be a reference
    short                               a string of at most 255 characters
    url, uri, email, media-type         strings of a form; `url` is absolute
    expression                          a runtime expression: `$message.payload#/user/id`
    -1..  0..900  string(48)            an integer from -1, from 0 to 900; a string of 48 characters
    scalar                              a string, a number, a boolean or null
    "send" | "receive"                  one of these strings, or of these integers: 0 | 1
    T | U                               either; no two of them are both mappings, or both lists
    T | null                            or null
    [T]                                 a list;  [T]=  without equal items;  [T]+  with an item
    {T}                                 a map of any names;  {key T}  of names as `KEYS` has them
    Name                                an object, written here
    Name&                               an object, or a reference to one
    &Name                               a reference, never the object itself

`Name value` (two words) has the fields of a `Name` that is told by the value of one of them.

`x-` fields are allowed in every object but those of `CLOSED`; `x-ack` and `x-guard` are ours
(`docs/reference/profile.md`). Where the specification's prose and its JSON Schema differ, the
prose is followed.

The bindings of protocols are in `binding_tables`. Source: AsyncAPI 3.1.0, "Schema".
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import TYPE_CHECKING

from asyncapi_guard.lint import binding_tables

if TYPE_CHECKING:
    from collections.abc import Mapping

__all__ = ["CLOSED", "KEYS", "LATEST", "OBJECTS", "ONE_OF", "VARIANTS", "VERSIONS", "Field", "Type"]

_TABLES = """
AsyncAPI
  asyncapi!            string
  id                   uri
  info!                Info
  servers              {server Server&}
  defaultContentType   media-type
  channels             {Channel&}
  operations           {Operation&}
  components           Components

Info
  title!               string
  version!             string
  description          string
  termsOfService       url
  contact              Contact
  license              License
  tags                 [Tag&]=
  externalDocs         ExternalDocs&

Contact
  name                 string
  url                  url
  email                email

License
  name!                string
  url                  url

Server
  host!                string
  protocol!            string
  protocolVersion      string
  pathname             string
  description          string
  title                string
  summary              string
  variables            {ServerVariable&}
  security             [SecurityScheme&]
  tags                 [Tag&]=
  externalDocs         ExternalDocs&
  bindings             ServerBindings&

ServerVariable
  enum                 [string]=
  default              string
  description          string
  examples             [string]

Channel
  address              string | null
  messages             {Message&}
  title                string
  summary              string
  description          string
  servers              [&Server]=
  parameters           {parameter Parameter&}
  tags                 [Tag&]=
  externalDocs         ExternalDocs&
  bindings             ChannelBindings&

Operation
  action!              "send" | "receive"
  channel!             &Channel
  title                string
  summary              string
  description          string
  security             [SecurityScheme&]
  tags                 [Tag&]=
  externalDocs         ExternalDocs&
  bindings             OperationBindings&
  traits               [OperationTrait&]
  messages             [&Message]
  reply                Reply&
  x-guard              Guard&

OperationTrait
  title                string
  summary              string
  description          string
  security             [SecurityScheme&]
  tags                 [Tag&]=
  externalDocs         ExternalDocs&
  bindings             OperationBindings&
  x-guard              Guard&

Reply
  address              ReplyAddress&
  channel              &Channel
  messages             [&Message]

ReplyAddress
  description          string
  location!            expression

Parameter
  enum                 [string]
  default              string
  description          string
  examples             [string]
  location             expression

Message
  headers              Schema&
  payload              Schema&
  correlationId        CorrelationId&
  contentType          media-type
  name                 string
  title                string
  summary              string
  description          string
  deprecated           boolean
  tags                 [Tag&]=
  externalDocs         ExternalDocs&
  bindings             MessageBindings&
  examples             [MessageExample]
  traits               [MessageTrait&]
  x-ack                Ack&
  x-guard              MessageGuard&

MessageTrait
  headers              Schema&
  correlationId        CorrelationId&
  contentType          media-type
  name                 string
  title                string
  summary              string
  description          string
  deprecated           boolean
  tags                 [Tag&]=
  externalDocs         ExternalDocs&
  bindings             MessageBindings&
  examples             [MessageExample]
  x-ack                Ack&
  x-guard              MessageGuard&

MessageExample
  headers              {any}
  payload              any
  name                 string
  summary              string

Tag
  name!                string
  description          string
  externalDocs         ExternalDocs&

ExternalDocs
  description          string
  url!                 url

CorrelationId
  description          string
  location!            expression

Components
  schemas              {component Schema&}
  servers              {component Server&}
  channels             {component Channel&}
  operations           {component Operation&}
  messages             {component Message&}
  securitySchemes      {component SecurityScheme&}
  serverVariables      {component ServerVariable&}
  parameters           {component Parameter&}
  correlationIds       {component CorrelationId&}
  replies              {component Reply&}
  replyAddresses       {component ReplyAddress&}
  externalDocs         {component ExternalDocs&}
  tags                 {component Tag&}
  operationTraits      {component OperationTrait&}
  messageTraits        {component MessageTrait&}
  serverBindings       {component ServerBindings&}
  channelBindings      {component ChannelBindings&}
  operationBindings    {component OperationBindings&}
  messageBindings      {component MessageBindings&}

SecurityScheme
  type!                "userPassword" | "apiKey" | "X509" | "symmetricEncryption"
                       | "asymmetricEncryption" | "httpApiKey" | "http" | "oauth2"
                       | "openIdConnect" | "plain" | "scramSha256" | "scramSha512" | "gssapi"
  description          string

SecurityScheme apiKey
  in!                  "user" | "password"

SecurityScheme httpApiKey
  name!                string
  in!                  "query" | "header" | "cookie"

SecurityScheme http
  scheme!              string
  bearerFormat         string

SecurityScheme oauth2
  flows!               OAuthFlows
  scopes               [string]

SecurityScheme openIdConnect
  openIdConnectUrl!    url
  scopes               [string]

OAuthFlows
  implicit             OAuthFlow implicit
  password             OAuthFlow password
  clientCredentials    OAuthFlow clientCredentials
  authorizationCode    OAuthFlow authorizationCode

OAuthFlow
  refreshUrl           url
  availableScopes!     {string}

OAuthFlow implicit
  authorizationUrl!    url

OAuthFlow password
  tokenUrl!            url

OAuthFlow clientCredentials
  tokenUrl!            url

OAuthFlow authorizationCode
  authorizationUrl!    url
  tokenUrl!            url

Guard
  mode!                "enforce" | "report" | "off"

MessageGuard
  mode                 "enforce" | "report" | "off"
  reauthenticate       boolean
  expired              boolean
"""

#: What names a map may have, where the specification says.
KEYS: Mapping[str, re.Pattern[str]] = {
    "server": re.compile(r"[A-Za-z0-9_\-]+"),
    "parameter": re.compile(r"[A-Za-z0-9_\-]+"),
    "component": re.compile(r"[a-zA-Z0-9.\-_]+"),
}

#: Objects that must have one of some fields.
ONE_OF: Mapping[str, tuple[str, ...]] = {
    "MessageExample": ("headers", "payload"),
    **binding_tables.ONE_OF,
}

#: Objects that are told by the value of a field, and what it is when it is absent.
VARIANTS: Mapping[str, tuple[str, str]] = {
    "SecurityScheme": ("type", ""),
    **binding_tables.VARIANTS,
}

#: Objects that may not be extended with `x-` fields.
CLOSED = frozenset(("EmptyBinding",))


#: What a binding may say in place of its newest version.
LATEST = "latest"


@dataclass(frozen=True, slots=True)
class Type:
    """What a value may be.

    Attributes:
        kind: `plain`, `choice`, `list`, `map`, `object` or `union`.
        name: of a plain type, or of an object.
        item: of a list or map.
        choices: the strings or integers of a choice.
        keys: which names a map may have, a key of `KEYS`.
        nullable: it may be null.
        unique: no two items of a list may be equal.
        filled: a list has an item at least.
        reference: whether a reference `may` or `must` stand in its place, or is `no` value for it.
        several: the types of a union, of which no two are written alike.
    """

    kind: str
    name: str = ""
    item: Type | None = None
    choices: tuple[str | int, ...] = ()
    keys: str | None = None
    nullable: bool = False
    unique: bool = False
    filled: bool = False
    reference: str = "no"
    several: tuple[Type, ...] = ()


@dataclass(frozen=True, slots=True)
class Field:
    """A field of an object.

    Attributes:
        name: its key.
        type: what it may be.
        required: whether the object must have it.
        since: the first version of the binding that has it; of AsyncAPI, if that comes first.
        until: the last version of the binding that has it.
    """

    name: str
    type: Type
    required: bool = False
    since: str = ""
    until: str = ""


_PLAIN = frozenset(
    """
    any boolean email expression integer media-type natural number open positive scalar short string
    uri url
    """.split()  # noqa: SIM905  # read as a list
)
_SIZED = re.compile(r"-?\d+\.\.\d*|string\(\d+\)")
#: What is between two types of a union, where no bracket is open.
_OR = re.compile(r" \| (?![^\[]*\])")
_SINCE = re.compile(r" +(since|until) (.+)")


def _parse(text: str) -> Type:
    text = text.strip()
    if text[0] == '"':
        return Type("choice", choices=tuple(part.strip(' "') for part in text.split("|")))
    if text[0].isdecimal() and ".." not in text:
        return Type("choice", choices=tuple(int(part) for part in text.split("|")))
    several = [part for part in _OR.split(text) if part != "null"]
    if len(several) > 1:
        return Type("union", several=tuple(map(_parse, several)))
    return _parse_list_or_map(text) if text[0] in "[{" else _parse_name(text)


def _parse_list_or_map(text: str) -> Type:
    if text[0] == "[":
        end = text[-1]
        item = _parse(text.rstrip("=+")[1:-1])
        return Type("list", item=item, unique=end == "=", filled=end == "+")
    first, _, rest = text[1:-1].partition(" ")
    keys = first if rest and first in KEYS else None
    return Type("map", item=_parse(rest if keys else text[1:-1]), keys=keys)


def _parse_name(text: str) -> Type:
    name = text.removesuffix("| null").strip()
    if name in _PLAIN or _SIZED.fullmatch(name):
        return Type("plain", name, nullable=name != text)
    if name[0] == "&":
        return Type("object", name[1:], reference="must")
    return Type("object", name.rstrip("&"), reference="may" if name[-1] == "&" else "no")


def _field(line: str) -> Field:
    name, text = line.split(None, 1)
    marks = dict(_SINCE.findall(text))
    type = _parse(_SINCE.sub("", text))
    return Field(name.removesuffix("!"), type, name.endswith("!"), **marks)


def _read(text: str) -> tuple[dict[str, dict[str, Field]], dict[str, tuple[str, ...]]]:
    """The objects, and the versions of those that have some."""
    objects: dict[str, dict[str, Field]] = {}
    versions: dict[str, tuple[str, ...]] = {}
    current: dict[str, Field] = {}
    # A line that begins with `|` goes on with the one before.
    for line in filter(str.strip, re.sub(r"\n +\|", " |", text).splitlines()):
        if line.startswith(" "):
            field = _field(line)
            current[field.name] = field
            continue
        name, colon, known = line.partition(": ")
        current = objects[name] = {}
        if colon:
            versions[name] = tuple(known.split(", "))
            choice = Type("choice", choices=(*versions[name], LATEST))
            current["bindingVersion"] = Field("bindingVersion", choice)
    return objects, versions


def _with_every_protocol(objects: dict[str, dict[str, Field]]) -> dict[str, dict[str, Field]]:
    """What a protocol has no fields for is an empty object, in each of the bindings objects."""
    empty = Type("object", "EmptyBinding")
    for name in ("ServerBindings", "ChannelBindings", "OperationBindings", "MessageBindings"):
        for protocol in binding_tables.PROTOCOLS:
            objects[name].setdefault(protocol, Field(protocol, empty))
    return objects


_OBJECTS, _VERSIONS = _read(_TABLES + binding_tables.TABLES)

#: The fields of the objects, by name.
OBJECTS: Mapping[str, Mapping[str, Field]] = _with_every_protocol(_OBJECTS)

#: The versions of the bindings, oldest first.
VERSIONS: Mapping[str, tuple[str, ...]] = _VERSIONS
