"""Rules about bindings."""

from __future__ import annotations

from typing import TYPE_CHECKING

from asyncapi_guard.errors import Severity
from asyncapi_guard.lint.keyword_habits import lost_properties
from asyncapi_guard.lint.rule import group
from asyncapi_guard.spec.references import is_reference
from asyncapi_guard.spec.wording import kind_of

if TYPE_CHECKING:
    from asyncapi_guard.lint.context import Context
    from asyncapi_guard.spec.references import Node

__all__ = ["CHECKS", "RULES"]

_error = group("Semantics", Severity.ERROR)
_warning = group("Semantics", Severity.WARNING)

RULES = (
    _error(
        "binding-schema",
        "The query and headers of a binding must be object schemas with properties.",
        """
        The WebSocket and HTTP bindings require a schema with `type: object` whose `properties` are
        the parameters.
        """,
        "channels: {chat: {address: /chat, bindings: {ws: {query: {type: string}}}}}",
        """
        channels:
          chat:
            address: /chat
            bindings:
              ws: {query: {type: object, properties: {token: {type: string}}}}
        """,
    ),
    _error(
        "binding-fields",
        "The fields of a binding must fit together.",
        """
        Some fields require or exclude other fields. For example, an IBM MQ channel is a queue or a
        topic, and a schema registry's vendor needs the registry's URL.
        """,
        """
        servers:
          main:
            host: example.com
            protocol: kafka
            bindings: {kafka: {schemaRegistryVendor: confluent}}
        """,
        """
        servers:
          main:
            host: example.com
            protocol: kafka
            bindings:
              kafka:
                schemaRegistryUrl: https://registry.example.com
                schemaRegistryVendor: confluent
        """,
    ),
    _warning(
        "binding-mismatch",
        "A binding should agree with the object it belongs to.",
        """
        A ROS 2 node that publishes belongs to an operation that sends. A Solace destination of type
        `topic` has no `queue`, because that field applies only to queues. The specifications of
        these bindings say so without forbidding it. Correct either the binding or the object.
        """,
        """
        channels: {pose: {address: /pose}}
        operations:
          pose:
            action: receive
            channel: {$ref: '#/channels/pose'}
            bindings: {ros2: {role: publisher, node: /turtlesim}}
        """,
        """
        channels: {pose: {address: /pose}}
        operations:
          pose:
            action: send
            channel: {$ref: '#/channels/pose'}
            bindings: {ros2: {role: publisher, node: /turtlesim}}
        """,
    ),
)


def _check_object_schemas(context: Context) -> None:
    for schema in context.all("ObjectSchema"):
        _object_schema(context, schema)


def _object_schema(context: Context, schema: Node) -> None:
    """The schema of a binding: `type: object` with `properties`, as the binding says."""
    found = context.schema_behind(schema)
    if found is None or not isinstance(found.node.value, (dict, bool)):
        return  # reported as no schema
    keywords = found.node.value if isinstance(found.node.value, dict) else {}
    if keywords.get("type") != "object" or "properties" not in keywords:
        message = "this schema must have type: object and properties"
        names = lost_properties(keywords)
        if names:
            key = schema.path[-1]
            message += f"; write {key}: {{type: object, properties: {{{names[0]}: ...}}}}"
            context.report.explain("binding-schema", schema, message, key=True)
        else:
            context.report("binding-schema", schema, message, key=True)


# -- the key of a Kafka message --------------------------------------------------------------------

_AVRO_TYPES = frozenset(
    """
    array boolean bytes double enum error fixed float int long map null record string
    """.split()  # noqa: SIM905  # read as a list
)


def _check_keys(context: Context) -> None:
    for message in context.all("KafkaMessageBinding"):
        key = message.get("key")
        if key is not None and not is_reference(key.value):
            _key(context, key)


def _key(context: Context, key: Node) -> None:
    """A schema, of AsyncAPI or of Avro; what could be either is taken as it is."""
    if kind_of(key.value) in ("null", "a number"):
        text = f"expected an AsyncAPI schema or an Avro schema, got {kind_of(key.value)}"
        context.report("wrong-type", key, text)
    elif isinstance(key.value, dict) and not _is_avro(key.value.get("type")):
        context.objects.also_check(key, "Schema")


def _is_avro(type: object) -> bool:
    """Whether Avro has a type: a name, a schema, or a union with one of its own."""
    if isinstance(type, list):
        return any(isinstance(each, dict) for each in type)
    return isinstance(type, dict) or (isinstance(type, str) and type in _AVRO_TYPES)


# -- fields that ask for others, or exclude them ---------------------------------------------------

_REGISTRY = ("schemaIdLocation", "schemaIdPayloadEncoding", "schemaLookupStrategy")
#: The roles of ROS 2, by what an operation does.
_ROLES = {
    "send": ("publisher", "action_client", "service_client"),
    "receive": ("subscriber", "action_server", "service_server"),
}


def _check_fields_of_bindings(context: Context) -> None:
    for binding in context.all("KafkaServerBinding"):
        _vendor(context, binding)
    _schema_ids(context)
    for binding in context.all("IbmMqChannelBinding"):
        _queue_or_topic(context, binding)
    for binding in context.all("IbmMqMessageBinding"):
        _headers_of_ibm_mq(context, binding)
    for queue in context.all("SqsQueue"):
        _throughput(context, queue)
    for destination in context.all("SolaceDestination"):
        _destination(context, destination)
    for server in context.all("Server"):
        _cipher(context, server)
    for operation in context.all("Operation"):
        _role(context, operation)
        _consumers(context, operation)


def _exclude(context: Context, binding: Node, field: str, message: str) -> None:
    """Report a field that may not be there."""
    found = binding.get(field)
    if found is not None:
        context.report("binding-fields", found, message, key=True)


def _vendor(context: Context, server: Node) -> None:
    if "schemaRegistryUrl" not in server.value:
        text = "'schemaRegistryVendor' has no effect without 'schemaRegistryUrl'"
        _exclude(context, server, "schemaRegistryVendor", f"{text}; add the URL")


def _schema_ids(context: Context) -> None:
    """Fields about a schema registry that no server has; without servers nobody knows."""
    if not context.all("Server"):
        return
    if any("schemaRegistryUrl" in server.value for server in context.all("KafkaServerBinding")):
        return
    for message in context.all("KafkaMessageBinding"):
        for field in _REGISTRY:
            text = f"{field!r} needs a schema registry, but no server has one"
            hint = "add bindings.kafka.schemaRegistryUrl to a server"
            _exclude(context, message, field, f"{text}; {hint}")


def _queue_or_topic(context: Context, channel: Node) -> None:
    if "queue" not in channel.value:
        return
    if "topic" in channel.value:
        text = "an IBM MQ channel is either a queue or a topic; remove one of them"
        _exclude(context, channel, "topic", text)
    elif channel.value.get("destinationType") == "topic":
        text = "this channel is a topic, which has no 'queue'"
        _exclude(context, channel, "queue", f"{text}; remove it, or write destinationType: queue")


def _headers_of_ibm_mq(context: Context, message: Node) -> None:
    if message.value.get("type") in ("string", "jms"):
        text = f"a message of type {message.value['type']!r} has no IBM MQ headers"
        _exclude(context, message, "headers", f"{text}; remove them, or write type: binary")


def _throughput(context: Context, queue: Node) -> None:
    limit = queue.value.get("fifoThroughputLimit")
    if limit == "perMessageGroupId" and queue.value.get("deduplicationScope") != "messageGroup":
        text = "a limit for each message group needs deduplication by group"
        hint = "; write deduplicationScope: messageGroup"
        _exclude(context, queue, "fifoThroughputLimit", text + hint)


def _cipher(context: Context, server: Node) -> None:
    binding = context.field(context.field(server, "bindings", dict), "ibmmq", dict)
    if binding is not None and server.value.get("protocol") == "ibmmq":
        text = "protocol 'ibmmq' is not encrypted, so 'cipherSpec' has no effect; write protocol:"
        _exclude(context, binding, "cipherSpec", f"{text} ibmmq-secure")


def _role(context: Context, operation: Node) -> None:
    role = context.field(_of_operation(context, operation, "ros2"), "role", str)
    action = operation.value.get("action")
    roles = _ROLES.get(action) if isinstance(action, str) else None
    if role is None or roles is None or not any(role.value in each for each in _ROLES.values()):
        return
    if role.value not in roles:
        other = "receive" if action == "send" else "send"
        text = f"an operation that {action}s can't have the role {role.value!r}"
        hint = f"write action: {other}, or one of {', '.join(roles)}"
        context.report("binding-mismatch", role, f"{text}; {hint}")


def _destination(context: Context, destination: Node) -> None:
    """A destination is a queue or a topic, and says so."""
    type = destination.value.get("destinationType")
    other = {"queue": "topic", "topic": "queue"}.get(type) if isinstance(type, str) else None
    found = destination.get(other) if other is not None else None
    if found is not None:
        text = f"this destination is a {type}, so {other!r} doesn't apply; remove it, or write"
        context.report("binding-mismatch", found, f"{text} destinationType: {other}", key=True)


def _consumers(context: Context, operation: Node) -> None:
    """Who receives says by whom; an empty binding takes the defaults."""
    binding = _of_operation(context, operation, "sns")
    if binding is None or not binding.value or "consumers" in binding.value:
        return
    if operation.value.get("action") == "receive":
        text = "missing required field 'consumers' of an SNS Operation Binding Object"
        context.report("missing-field", binding, text, key=True)


def _of_operation(context: Context, operation: Node, protocol: str) -> Node | None:
    return context.field(context.field(operation, "bindings", dict), protocol, dict)


CHECKS = (_check_object_schemas, _check_keys, _check_fields_of_bindings)
