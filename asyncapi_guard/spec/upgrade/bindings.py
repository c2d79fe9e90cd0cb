"""Bindings: 2.x tools took anything, 3.x tools know their versions and fields.

AsyncAPI 3.1 comes with a schema for each version of a binding that it knows. What an older version
had and those have not is left out; what is no protocol with a binding becomes an extension.
"""

from __future__ import annotations

from dataclasses import dataclass
from functools import lru_cache
from typing import TYPE_CHECKING, Any

from asyncapi_guard.spec.references import is_reference
from asyncapi_guard.spec.upgrade.conversion import OMIT, is_extension
from asyncapi_guard.spec.upgrade.names import identifier
from asyncapi_guard.spec.wording import kind_of, shown

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping

    from asyncapi_guard.spec.references import Node
    from asyncapi_guard.spec.upgrade.conversion import Conversion

__all__ = ["convert_bindings"]

_PROTOCOLS = frozenset(
    (
        *("amqp", "amqp1", "anypointmq", "googlepubsub", "http", "ibmmq", "jms", "kafka", "mqtt"),
        *("nats", "pulsar", "redis", "ros2", "sns", "solace", "sqs", "stomp", "ws"),
    )
)
# Listed by AsyncAPI, but without a schema: its tools refuse them, and there is nothing to check.
_UNSPECIFIED = frozenset(("mercure", "mqtt5"))
# Where the binding stands, protocol, known versions, fields with what they must be.
_TABLE = """
server    ibmmq 0.1.0              groupId:string ccdtQueueManagerName:string cipherSpec:string
                                   multiEndpointServer:boolean heartBeatInterval:number
server    jms 0.0.1                clientID:string jmsConnectionFactory:string properties:list
server    kafka 0.3.0,0.4.0,0.5.0  schemaRegistryUrl:string schemaRegistryVendor:string
server    mqtt 0.2.0               cleanSession:boolean clientId:string keepAlive:number
                                   lastWill:LastWill maximumPacketSize:any sessionExpiryInterval:any
server    pulsar 0.1.0             tenant:string
server    solace 0.2.0,0.3.0,0.4.0 clientName:string msgVpn:string msvVpn:string
channel   amqp 0.3.0               is:queue|routingKey exchange:Exchange queue:Queue
channel   anypointmq 0.0.1         destination:string destinationType:string
channel   googlepubsub 0.2.0       labels:mapping messageRetentionDuration:string
                                   messageStoragePolicy:mapping schemaSettings:mapping
channel   ibmmq 0.1.0              destinationType:topic|queue maxMsgLength:number queue:mapping
                                   topic:mapping
channel   jms 0.0.1                destination:string destinationType:string
channel   kafka 0.3.0,0.4.0,0.5.0  partitions:number replicas:number topic:string
                                   topicConfiguration:mapping
channel   pulsar 0.1.0             compaction:number deduplication:boolean geo-replication:list
                                   namespace:string persistence:string retention:mapping ttl:number
channel   sns 0.1.0                name:string ordering:mapping policy:mapping tags:mapping
channel   sqs 0.2.0                deadLetterQueue:mapping queue:mapping
channel   ws 0.1.0                 headers:schema method:GET|POST query:schema
operation amqp 0.3.0               ack:boolean bcc:list cc:list deliveryMode:1|2
                                   expiration:natural mandatory:boolean priority:number
                                   timestamp:boolean userId:string
operation http 0.2.0,0.3.0         method:GET|POST|PUT|PATCH|DELETE|HEAD|OPTIONS|CONNECT|TRACE
                                   query:schema
operation kafka 0.3.0,0.4.0,0.5.0  clientId:schema groupId:schema
operation mqtt 0.2.0               messageExpiryInterval:any qos:number retain:boolean
operation nats 0.1.0               queue:string
operation sns 0.1.0                consumers:list deliveryPolicy:mapping topic:mapping
operation solace 0.2.0,0.3.0,0.4.0 destinations:list dmqEligible:boolean priority:any timeToLive:any
operation sqs 0.2.0                queues:list
message   amqp 0.3.0               contentEncoding:string messageType:string
message   anypointmq 0.0.1         headers:schema
message   googlepubsub 0.2.0       attributes:mapping orderingKey:string schema:mapping
message   http 0.2.0,0.3.0         headers:schema statusCode:number
message   ibmmq 0.1.0              description:string expiry:number headers:string
                                   type:string|jms|binary
message   jms 0.0.1                headers:schema
message   kafka 0.3.0,0.4.0,0.5.0  key:any schemaIdLocation:string schemaIdPayloadEncoding:string
                                   schemaLookupStrategy:string
message   mqtt 0.2.0               contentType:string correlationData:schema
                                   payloadFormatIndicator:number responseTopic:any
"""
# Fields of mappings in bindings.
_NESTED = {
    "Exchange": "name:name type:topic|direct|fanout|default|headers durable:boolean"
    " autoDelete:boolean vhost:string",
    "Queue": "name:name durable:boolean exclusive:boolean autoDelete:boolean vhost:string",
    "LastWill": "topic:string qos:number message:string retain:boolean",
}
_TYPES: dict[str, tuple[type, ...]] = {
    "any": (object,),
    "boolean": (bool,),
    "list": (list,),
    "mapping": (dict,),
    "name": (str,),
    "natural": (int,),
    "number": (int, float),
    "schema": (dict, bool),
    "string": (str,),
}
_NUMBERS = frozenset(("natural", "number"))
_WORDS = {"name": "a string of at most 255 characters", "natural": "a number, 0 or more"}


@dataclass(frozen=True, slots=True)
class _Known:
    """What 3.1 knows of a binding.

    Attributes:
        versions: the versions that have a schema, oldest first.
        fields: what each field must be.
    """

    versions: tuple[str, ...]
    fields: Mapping[str, str]


@lru_cache(maxsize=1)
def _table() -> Mapping[tuple[str, str], _Known]:
    table = {}
    for row in _TABLE.replace("\n   ", " ").strip().splitlines():
        where, protocol, versions, *fields = row.split()
        table[where, protocol] = _Known(tuple(versions.split(",")), _typed(fields))
    return table


def _typed(fields: Iterable[str]) -> Mapping[str, str]:
    pairs = (field.partition(":") for field in fields)
    return {name: type_ for name, _, type_ in pairs}


def convert_bindings(conversion: Conversion, node: Node, where: str) -> Any:
    """The bindings of a `server`, `channel`, `operation` or `message`, or a reference to them."""
    if is_reference(node.value):
        return conversion.reference(node)
    if not isinstance(node.value, dict):
        conversion.note(node, f"bindings must be a mapping, not {kind_of(node.value)}; left out")
        return OMIT
    result = {}
    for protocol, binding in node.items():
        name = _name(conversion, binding, where, protocol)
        result[name] = _binding(conversion, binding, where, protocol)
    return result


def _name(conversion: Conversion, node: Node, where: str, protocol: str) -> str:
    """The protocol, or an extension when AsyncAPI has no such binding."""
    if protocol in _UNSPECIFIED or is_extension(protocol) or (where, protocol) in _table():
        return protocol
    if protocol in _PROTOCOLS and not _says_something(node.value):
        return protocol
    name = "x-" + identifier(protocol, "binding")
    message = f"AsyncAPI has no {shown(protocol)} binding for a {where}; it is renamed to {name!r}"
    conversion.note(node, message, key=True)
    return name


def _says_something(binding: Any) -> bool:
    if not isinstance(binding, dict):
        return True
    return any(key != "bindingVersion" and not is_extension(key) for key in binding)


def _binding(conversion: Conversion, node: Node, where: str, protocol: str) -> Any:
    binding = conversion.keep(node)
    known = _table().get((where, protocol))
    if known is None or not isinstance(binding, dict) or "$ref" in binding:
        return binding
    for key in list(binding):
        child = node.child(key)
        value = _field(conversion, child, key, protocol, known)
        if value is OMIT:
            del binding[key]
        elif value is not child.value:
            binding[key] = value
    if (where, protocol) == ("channel", "amqp"):
        _settle_amqp(conversion, node, binding)
    return binding


def _field(conversion: Conversion, node: Node, key: str, protocol: str, known: _Known) -> Any:
    value = node.value
    if key == "bindingVersion":
        return _version(conversion, node, known.versions)
    if is_extension(key):
        return value
    if key not in known.fields:
        conversion.note(node, f"the {protocol} binding has no {key!r} in 3.x; left out", key=True)
        return OMIT
    wanted = known.fields[key]
    if protocol == "kafka" and wanted == "schema" and isinstance(value, str):
        conversion.note(node, f"{key} is a schema: one that takes this value is written")
        return {"type": "string", "enum": [value]}
    return _fitting(conversion, node, wanted, f"{key} of the {protocol} binding")


def _fitting(conversion: Conversion, node: Node, wanted: str, what: str) -> Any:
    """The value, without what is not of its type."""
    if wanted not in _NESTED:
        if _fits(node.value, wanted):
            return node.value
        conversion.note(node, f"{what} must be {_in_words(wanted)}; left out")
        return OMIT
    if not isinstance(node.value, dict):
        conversion.note(node, f"{what} must be a mapping; left out")
        return OMIT
    fields = _typed(_NESTED[wanted].split())
    values = {
        key: _fitting(conversion, child, fields.get(key, "any"), f"{key} in {what}")
        for key, child in node.items()
    }
    return {key: value for key, value in values.items() if value is not OMIT}


def _fits(value: Any, wanted: str) -> bool:
    if "|" in wanted:
        options = [int(each) if each.isdigit() else each for each in wanted.split("|")]
        return not isinstance(value, bool) and value in options
    if isinstance(value, bool) and wanted in _NUMBERS:
        return False
    if wanted == "name" and isinstance(value, str) and len(value) > 255:
        return False
    if wanted == "natural" and isinstance(value, int) and value < 0:
        return False
    return isinstance(value, _TYPES[wanted])


def _in_words(wanted: str) -> str:
    if "|" in wanted:
        return "one of " + wanted.replace("|", ", ")
    return _WORDS.get(wanted, f"a {wanted}")


def _version(conversion: Conversion, node: Node, versions: tuple[str, ...]) -> Any:
    if node.value in (*versions, "latest"):
        return node.value
    known = ", ".join(versions)
    message = f"3.x knows version {known} of the binding; {versions[0]} is written"
    conversion.note(node, message)
    return versions[0]


def _settle_amqp(conversion: Conversion, node: Node, binding: dict[str, Any]) -> None:
    """Either an exchange or a queue: 0.3.0 wants the one that `is` says, and not the other."""
    is_queue = binding.get("is") == "queue"
    wanted, other = ("queue", "exchange") if is_queue else ("exchange", "queue")
    if other in binding:
        conversion.note(
            node.child(other), f"an amqp channel with {wanted!r} has no {other!r}; left out"
        )
        del binding[other]
    if wanted not in binding and binding:
        conversion.note(node, f"an amqp channel must have {wanted!r}; an empty one is written")
        binding[wanted] = {}
