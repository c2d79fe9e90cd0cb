"""The objects and fields of AsyncAPI 3.0 and 3.1, as the specification's own tables say them.

A table for each object: its fields, what each may be, `!` where it is required. The types:

    string, boolean, number, integer    plain values; natural: from 0, positive: from 1
    any                                 whatever it is; `open` may be a reference
    short                               a string of at most 255 characters
    url, uri, email, media-type         strings of a form; `url` is absolute
    expression                          a runtime expression: `$message.payload#/user/id`
    "send" | "receive"                  one of these strings, or of these integers: 0 | 1
    T | null                            or null
    [T]                                 a list;  [T]=  a list without equal items
    {T}                                 a map of any names;  {key T}  of names as `KEYS` has them
    Name                                an object, written here
    Name&                               an object, or a reference to one
    &Name                               a reference, never the object itself

`Name value` (two words) has the fields of a `Name` that is told by the value of one of them.

`x-` fields are allowed in every object but those of `CLOSED`; `x-ack` and `x-guard` are ours
(`docs/profile.md`). Where the specification's prose and its JSON Schema differ, the prose is
followed.

Sources: AsyncAPI 3.1.0, "Schema"; bindings: the protocols' own pages. Of WebSockets 0.1.0 and HTTP
0.3.0 every field; of Kafka, AMQP, MQTT, NATS and Google Cloud Pub/Sub the fields of any of their
versions; of other protocols the names alone.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Mapping

__all__ = ["CLOSED", "KEYS", "OBJECTS", "ONE_OF", "VARIANTS", "Field", "Type"]

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
  x-guard              Guard&

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
  x-guard              Guard&

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

ServerBindings
  ws                   EmptyBinding
  http                 EmptyBinding
  kafka                KafkaServerBinding
  amqp                 OtherBinding
  mqtt                 MqttServerBinding
  nats                 OtherBinding

ChannelBindings
  ws                   WebSocketsChannelBinding
  http                 EmptyBinding
  kafka                KafkaChannelBinding
  amqp                 AmqpChannelBinding
  mqtt                 OtherBinding
  nats                 OtherBinding
  googlepubsub         GooglePubSubChannelBinding

OperationBindings
  ws                   EmptyBinding
  http                 HttpOperationBinding
  kafka                KafkaOperationBinding
  amqp                 AmqpOperationBinding
  mqtt                 MqttOperationBinding
  nats                 NatsOperationBinding

MessageBindings
  ws                   EmptyBinding
  http                 HttpMessageBinding
  kafka                KafkaMessageBinding
  amqp                 AmqpMessageBinding
  mqtt                 MqttMessageBinding
  nats                 OtherBinding

EmptyBinding

WebSocketsChannelBinding
  method               "GET" | "POST"
  query                ObjectSchema&
  headers              ObjectSchema&
  bindingVersion       "0.1.0" | "latest"

HttpOperationBinding
  method               "GET" | "POST" | "PUT" | "PATCH" | "DELETE" | "HEAD" | "OPTIONS" | "CONNECT"
                       | "TRACE"
  query                ObjectSchema&
  bindingVersion       "0.1.0" | "0.2.0" | "0.3.0" | "latest"

HttpOperationBinding 0.1.0
  type!                "request" | "response"

HttpMessageBinding
  headers              ObjectSchema&
  bindingVersion       "0.1.0" | "0.2.0" | "0.3.0" | "latest"

HttpMessageBinding 0.3.0
  statusCode           number

HttpMessageBinding latest
  statusCode           number

KafkaServerBinding
  schemaRegistryUrl    string
  schemaRegistryVendor string
  bindingVersion       string

KafkaChannelBinding
  topic                string
  partitions           positive
  replicas             positive
  topicConfiguration   {any}
  bindingVersion       string

KafkaOperationBinding
  groupId              Schema&
  clientId             Schema&
  bindingVersion       string

KafkaMessageBinding
  key                  open
  schemaIdLocation     string
  schemaIdPayloadEncoding string
  schemaLookupStrategy string
  bindingVersion       string

AmqpChannelBinding
  is                   "queue" | "routingKey"
  name                 string
  exchange             AmqpExchange
  queue                AmqpQueue
  channel              &Channel
  bindingVersion       string

AmqpChannelBinding queue
  queue!               AmqpQueue

AmqpChannelBinding routingKey
  exchange!            AmqpExchange

AmqpExchange
  name                 short
  type                 "topic" | "direct" | "fanout" | "default" | "headers"
  durable              boolean
  autoDelete           boolean
  vhost                string

AmqpQueue
  name                 short
  durable              boolean
  exclusive            boolean
  autoDelete           boolean
  vhost                string

AmqpOperationBinding
  expiration           natural
  userId               string
  cc                   [string]
  priority             integer
  deliveryMode         1 | 2
  mandatory            boolean
  bcc                  [string]
  replyTo              string
  timestamp            boolean
  ack                  boolean
  bindingVersion       string

AmqpMessageBinding
  contentEncoding      string
  messageType          string
  bindingVersion       string

MqttServerBinding
  clientId             string
  cleanSession         boolean
  lastWill             MqttLastWill
  keepAlive            integer
  sessionExpiryInterval open
  maximumPacketSize    open
  bindingVersion       string

MqttLastWill
  topic                string
  qos                  0 | 1 | 2
  message              string
  retain               boolean

MqttOperationBinding
  qos                  0 | 1 | 2
  retain               boolean
  messageExpiryInterval open
  bindingVersion       string

MqttMessageBinding
  payloadFormatIndicator 0 | 1
  correlationData      open
  contentType          string
  responseTopic        open
  bindingVersion       string

NatsOperationBinding
  queue                short
  bindingVersion       string

GooglePubSubChannelBinding
  labels               {any}
  messageRetentionDuration string
  messageStoragePolicy {any}
  schemaSettings!      {any}
  topic                string
  bindingVersion       string

Guard
  mode!                "enforce" | "report" | "off"
"""

#: What names a map may have, where the specification says.
KEYS: Mapping[str, re.Pattern[str]] = {
    "server": re.compile(r"[A-Za-z0-9_\-]+"),
    "parameter": re.compile(r"[A-Za-z0-9_\-]+"),
    "component": re.compile(r"[a-zA-Z0-9.\-_]+"),
}

#: Objects that must have one of some fields.
ONE_OF: Mapping[str, tuple[str, ...]] = {"MessageExample": ("headers", "payload")}

#: Objects that are told by the value of a field, and what it is when it is absent.
VARIANTS: Mapping[str, tuple[str, str]] = {
    "SecurityScheme": ("type", ""),
    "AmqpChannelBinding": ("is", ""),
    "HttpOperationBinding": ("bindingVersion", "latest"),
    "HttpMessageBinding": ("bindingVersion", "latest"),
}

#: Objects that may not be extended with `x-` fields.
CLOSED = frozenset(("EmptyBinding",))

#: Protocols that have a field in every bindings object.
PROTOCOLS = frozenset(
    """
    amqp amqp1 anypointmq googlepubsub http ibmmq jms kafka mercure mqtt mqtt5 nats pulsar redis
    ros2 sns solace sqs stomp ws
    """.split()  # noqa: SIM905  # read as a list
)


@dataclass(frozen=True, slots=True)
class Type:
    """What a value may be.

    Attributes:
        kind: `plain`, `choice`, `list`, `map` or `object`.
        name: of a plain type, or of an object.
        item: of a list or map.
        choices: the strings or integers of a choice.
        keys: which names a map may have, a key of `KEYS`.
        nullable: it may be null.
        unique: no two items of a list may be equal.
        reference: whether a reference `may` or `must` stand in its place, or is `no` value for it.
    """

    kind: str
    name: str = ""
    item: Type | None = None
    choices: tuple[str | int, ...] = ()
    keys: str | None = None
    nullable: bool = False
    unique: bool = False
    reference: str = "no"


@dataclass(frozen=True, slots=True)
class Field:
    """A field of an object."""

    name: str
    type: Type
    required: bool = False


_PLAIN = frozenset(
    """
    any boolean email expression integer media-type natural number open positive short string uri
    url
    """.split()  # noqa: SIM905  # read as a list
)


def _parse(text: str) -> Type:
    text = text.strip()
    if text[0] == "[":
        return Type("list", item=_parse(text.rstrip("=")[1:-1]), unique=text.endswith("="))
    if text[0] == "{":
        first, _, rest = text[1:-1].partition(" ")
        keys = first if rest and first in KEYS else None
        return Type("map", item=_parse(rest if keys else text[1:-1]), keys=keys)
    if text[0] == '"':
        return Type("choice", choices=tuple(part.strip(' "') for part in text.split("|")))
    if text[0].isdecimal():
        return Type("choice", choices=tuple(int(part) for part in text.split("|")))
    return _parse_name(text)


def _parse_name(text: str) -> Type:
    name = text.removesuffix("| null").strip()
    if name in _PLAIN:
        return Type("plain", name, nullable=name != text)
    if name[0] == "&":
        return Type("object", name[1:], reference="must")
    return Type("object", name.rstrip("&"), reference="may" if name[-1] == "&" else "no")


def _read() -> dict[str, dict[str, Field]]:
    objects: dict[str, dict[str, Field]] = {}
    current: dict[str, Field] = {}
    # A line that begins with `|` goes on with the one before.
    for line in re.sub(r"\n +\|", " |", _TABLES).splitlines():
        if not line.strip():
            continue
        if not line.startswith(" "):
            current = objects[line.strip()] = {}
            continue
        name, text = line.split(None, 1)
        required = name.endswith("!")
        name = name.removesuffix("!")
        current[name] = Field(name, _parse(text), required)
    objects["OtherBinding"] = {}
    for bindings in ("Server", "Channel", "Operation", "Message"):
        fields = objects[f"{bindings}Bindings"]
        for protocol in PROTOCOLS:
            fields.setdefault(protocol, Field(protocol, Type("object", "OtherBinding")))
    return objects


OBJECTS: Mapping[str, Mapping[str, Field]] = _read()
