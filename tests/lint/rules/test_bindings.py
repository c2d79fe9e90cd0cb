"""Bindings: fields that depend on versions, numbers with bounds, names with a longest length."""

# ruff: noqa: E501  # the cases are tables, one to a line
from __future__ import annotations

import pytest

from asyncapi_guard.lint import RULES

FORMS = {
    "server": ("servers: {{s: {{host: h, protocol: ws, bindings: {{{}}}}}}}", "/servers/s/bindings"),
    "channel": ("channels: {{c: {{bindings: {{{}}}}}}}", "/channels/c/bindings"),
    "operation": (
        "components: {{channels: {{c: {{}}}}, operations: {{o: {{action: send, channel: {{$ref: '#/components/channels/c'}}, bindings: {{{}}}}}}}}}",
        "/components/operations/o/bindings",
    ),
    "message": ("components: {{messages: {{m: {{bindings: {{{}}}}}}}}}", "/components/messages/m/bindings"),
}  # fmt: skip
MORE = "x-map: {type: object, properties: {}}\nx-number: 5\nx-true: true\n"
CODES = [code for code, rule in RULES.items() if rule.group in ("Structure", "Schemas")]
CODES = [*(code for code in CODES if code != "unused-component"), "binding-schema"]


def found(folder, kind, binding):
    """Code and pointer (below the bindings) of what is found in one binding."""
    form, base = FORMS[kind]
    pairs = folder.found(f"{form.format(binding)}\n{MORE}", *CODES)
    return [f"{code} {pointer.removeprefix(base)}" for code, pointer in pairs]


def cases(*rows):
    return pytest.mark.parametrize(("kind", "binding", "expected"), rows)


@cases(
    # operations: `type` is of 0.1.0 alone
    ("operation", "http: {type: request, method: GET, bindingVersion: '0.1.0'}", []),
    ("operation", "http: {type: response, bindingVersion: '0.1.0'}", []),
    ("operation", "http: {method: GET, bindingVersion: '0.1.0'}", ["missing-field /http"]),
    ("operation", "http: {type: Request, bindingVersion: '0.1.0'}", ["bad-value /http/type"]),
    ("operation", "http: {method: GET, bindingVersion: '0.2.0'}", []), ("operation", "http: {method: GET, bindingVersion: '0.3.0'}", []),
    ("operation", "http: {type: request, bindingVersion: '0.2.0'}", ["unknown-field /http/type"]),
    ("operation", "http: {type: request, bindingVersion: '0.3.0'}", ["unknown-field /http/type"]),
    ("operation", "http: {type: request, bindingVersion: latest}", ["unknown-field /http/type"]),
    ("operation", "http: {type: request}", ["unknown-field /http/type"]),
    ("operation", "http: {method: get}", ["bad-value /http/method"]), ("operation", "http: {bindingVersion: '0.4.0'}", ["bad-value /http/bindingVersion"]),
    ("operation", "http: {bindingVersion: 0.1}", ["wrong-type /http/bindingVersion"]), ("operation", "http: {bindingVersion: [0.1.0]}", ["wrong-type /http/bindingVersion"]),
    # messages: `statusCode` is of 0.3.0 and later
    ("message", "http: {statusCode: 200}", []), ("message", "http: {statusCode: 200, bindingVersion: '0.3.0'}", []),
    ("message", "http: {statusCode: 200, bindingVersion: latest}", []), ("message", "http: {headers: {$ref: '#/x-map'}, bindingVersion: '0.1.0'}", []),
    ("message", "http: {statusCode: 200, bindingVersion: '0.1.0'}", ["unknown-field /http/statusCode"]),
    ("message", "http: {statusCode: 200, bindingVersion: '0.2.0'}", ["unknown-field /http/statusCode"]),
    ("message", "http: {statusCode: '200'}", ["wrong-type /http/statusCode"]),
    # elsewhere it is empty
    ("server", "http: {}", []), ("server", "http: {x-a: 1}", ["unknown-field /http/x-a"]), ("channel", "http: {method: GET}", ["unknown-field /http/method"]),
)  # fmt: skip
def test_http(folder, kind, binding, expected):
    """Which fields an HTTP binding has depends on its version; without one it is the latest."""
    assert found(folder, kind, binding) == expected


@pytest.mark.parametrize(
    ("kind", "field", "good", "bad"),
    [
        ("channel", "kafka: {partitions: <>}", [1, 20], [0, -1]), ("channel", "kafka: {replicas: <>}", [1, 3], [0, -3]),
        ("operation", "mqtt: {qos: <>}", [0, 1, 2], [3, -1, 1.5]), ("server", "mqtt: {lastWill: {qos: <>}}", [0, 1, 2], [3, -1]),
        ("message", "mqtt: {payloadFormatIndicator: <>}", [0, 1], [2, -1]), ("operation", "amqp: {deliveryMode: <>}", [1, 2], [0, 3]),
        ("operation", "amqp: {expiration: <>}", [0, 100000], [-1]), ("operation", "amqp: {priority: <>}", [0, 9, -1], []),
        ("server", "mqtt: {keepAlive: <>}", [0, 60, -1], []),
    ],
)  # fmt: skip
def test_numbers(folder, kind, field, good, bad):
    """Numbers of partitions are positive, times are not negative, and modes are among a few."""
    pointer = "/" + field.split(": <>")[0].replace(": {", "/")
    assert [value for value in good if found(folder, kind, field.replace("<>", str(value)))] == []
    for value in bad:
        assert found(folder, kind, field.replace("<>", str(value))) == [f"bad-value {pointer}"]
    for value in ("true", "'1'", "null", "[1]", "{}"):
        assert found(folder, kind, field.replace("<>", value)) == [f"wrong-type {pointer}"], value


@pytest.mark.parametrize(
    "field",
    [
        "kafka: {partitions: 1.0}",
        "mqtt: {qos: 1.0}",
    ],
)  # fmt: skip
def test_whole_numbers(folder, field):
    """`1.0` is an integer, as in JSON Schema."""
    assert found(folder, "channel" if "kafka" in field else "operation", field) == []


@cases(
    ("channel", "amqp: {is: queue, queue: {}}", []), ("channel", "amqp: {is: routingKey, exchange: {}}", []), ("channel", "amqp: {}", []),
    ("channel", "amqp: {is: queue}", ["missing-field /amqp"]), ("channel", "amqp: {is: queue, exchange: {}}", ["missing-field /amqp"]),
    ("channel", "amqp: {is: routingKey}", ["missing-field /amqp"]), ("channel", "amqp: {is: routingKey, queue: {}}", ["missing-field /amqp"]),
    ("channel", "amqp: {is: topic}", ["bad-value /amqp/is"]), ("channel", "amqp: {is: 1}", ["wrong-type /amqp/is"]),
    ("channel", "amqp: {is: queue, queue: text}", ["wrong-type /amqp/queue"]), ("channel", "amqp: {is: queue, queue: {type: x}}", ["unknown-field /amqp/queue/type"]),
    ("channel", "amqp: {is: queue, queue: {exclusive: 1, durable: 'true', autoDelete: false}}", ["wrong-type /amqp/queue/durable", "wrong-type /amqp/queue/exclusive"]),
    ("channel", "amqp: {exchange: {type: topic, durable: true, vhost: /}}", []), ("channel", "amqp: {exchange: {type: Topic}}", ["bad-value /amqp/exchange/type"]),
    ("channel", "amqp: {exchange: {exclusive: true}}", ["unknown-field /amqp/exchange/exclusive"]),
    ("channel", "amqp: {queue: {$ref: '#/x-map'}}", ["reference-forbidden /amqp/queue"]),
    ("operation", "amqp: {cc: [a, 1], bcc: b}", ["wrong-type /amqp/bcc", "wrong-type /amqp/cc/1"]),
    ("operation", "amqp: {mandatory: 1, timestamp: true, ack: false}", ["wrong-type /amqp/mandatory"]),
    ("operation", "nats: {queue: 1}", ["wrong-type /nats/queue"]), ("operation", "nats: {subject: a}", ["unknown-field /nats/subject"]),
)  # fmt: skip
def test_queues(folder, kind, binding, expected):
    """A queue or an exchange is there where `is` says so, and has fields of its own."""
    assert sorted(found(folder, kind, binding)) == sorted(expected)


@pytest.mark.parametrize(
    ("kind", "field"),
    [("channel", "amqp: {queue: {name: <>}}"), ("channel", "amqp: {exchange: {name: <>}}"), ("operation", "nats: {queue: <>}")],
)  # fmt: skip
def test_long_names(folder, kind, field):
    """Names of queues and exchanges have 255 characters at most, of whatever alphabet."""
    pointer = "/" + field.split(": <>")[0].replace(": {", "/")
    for letter in ("q", "é", "日"):
        assert found(folder, kind, field.replace("<>", letter * 255)) == []
        assert found(folder, kind, field.replace("<>", letter * 256)) == [f"bad-value {pointer}"]


OPEN = [
    ("message", "kafka", "key"), ("server", "mqtt", "sessionExpiryInterval"), ("server", "mqtt", "maximumPacketSize"),
    ("operation", "mqtt", "messageExpiryInterval"), ("message", "mqtt", "correlationData"), ("message", "mqtt", "responseTopic"),
]  # fmt: skip


@pytest.mark.parametrize(("kind", "protocol", "field"), OPEN)
def test_open_fields(folder, kind, protocol, field):
    """They take any value, and a reference to anything, which leads somewhere."""
    pointer = f"/{protocol}/{field}"
    for value in ("1", "text", "[]", "null", "{a: 1}", "{$ref: 1}"):
        assert found(folder, kind, f"{protocol}: {{{field}: {value}}}") == [], value
    for ref in ("#/x-map", "#/x-number", "#/info", "#"):
        assert found(folder, kind, f"{protocol}: {{{field}: {{$ref: '{ref}'}}}}") == [], ref
    for ref in ("#/x-no", "no.yml", " #/x-map"):
        assert found(folder, kind, f"{protocol}: {{{field}: {{$ref: '{ref}'}}}}") == [
            f"unresolvable-reference {pointer}/$ref"
        ], ref


OBJECT_SCHEMAS = [
    ("channel", "ws", "query"), ("channel", "ws", "headers"), ("operation", "http", "query"), ("message", "http", "headers"),
]  # fmt: skip
NEWER = "schemaFormat: 'application/schema+json;version=2020-12'"


@pytest.mark.parametrize(("kind", "protocol", "field"), OBJECT_SCHEMAS)
@pytest.mark.parametrize(
    ("schema", "expected"),
    [
        ("{type: object, properties: {}}", ""), ("{$ref: '#/x-map'}", ""), (f"{{{NEWER}, schema: {{type: object, properties: {{}}}}}}", ""),
        ("true", "binding-schema"), ("false", "binding-schema"), ("{$ref: '#/x-true'}", "binding-schema =/x-true"), (f"{{{NEWER}, schema: true}}", "binding-schema"),
        (f"{{{NEWER}, schema: {{type: object}}}}", "binding-schema"), ("text", "invalid-schema"), ("[]", "invalid-schema"), ("null", "invalid-schema"),
        ("{schemaFormat: text/x, schema: true}", "unjudged-format /schemaFormat"), ("{$ref: '#/x-no'}", "unresolvable-reference /$ref"),
        ("{$ref: '#/info'}", "wrong-kind"),
    ],
)  # fmt: skip
def test_schemas_of_objects(folder, kind, protocol, field, schema, expected):
    """Where a binding wants the schema of an object, `true` is none, and what is no schema is one fault."""
    if expected:
        code, _, below = expected.partition(" ")
        at = below[1:] if below.startswith("=") else f"/{protocol}/{field}{below}"
        expected = [f"{code} {at}"]
    assert found(folder, kind, f"{protocol}: {{{field}: {schema}}}") == list(expected)


@pytest.mark.parametrize(("kind", "protocol", "name"), [("operation", "http", "HTTP"), ("operation", "mqtt", "MQTT")])  # fmt: skip
def test_the_names_of_protocols_have_their_articles(folder, kind, protocol, name):
    """An HTTP binding, an MQTT binding."""
    form, _ = FORMS[kind]
    findings = folder.findings(form.format(f"{protocol}: {{zz: 1}}"))
    (message,) = (f.message for f in findings if f.code == "unknown-field")
    assert message == f"unknown field 'zz' of an {name} Operation Binding Object"


@pytest.mark.parametrize(
    ("schema", "is_map"),
    [
        ("{type: object, properties: {a: {}}}", True), ("{type: object, properties: {}}", True), ("{$ref: '#/x-s'}", True),
        ("{type: object}", False), ("{properties: {a: {}}}", False), ("{type: string}", False), ("{}", False),
        ("{type: [object], properties: {}}", False), ("{$ref: '#/x-t'}", False),
    ],
)  # fmt: skip
def test_schemas_of_bindings(folder, schema, is_map):
    """They are of `type: object`, and have properties."""
    text = f"channels: {{c: {{bindings: {{ws: {{query: {schema}}}}}}}}}\nx-s: {{type: object, properties: {{}}}}\nx-t: {{}}"
    assert bool(folder.found(text, "binding-schema")) != is_map
