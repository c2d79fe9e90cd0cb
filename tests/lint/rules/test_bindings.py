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


@cases(
    ("message", "kafka: {key: {type: string, enum: [a]}}", []), ("message", "kafka: {key: {type: object, properties: {id: {type: string}}}}", []),
    ("message", "kafka: {key: true}", []), ("message", "kafka: {key: {$ref: '#/x-map'}}", []), ("message", "kafka: {key: {$ref: '#/info'}}", []),
    # Avro: a name, a union, a record, an array of its own types
    ("message", "kafka: {key: long}", []), ("message", "kafka: {key: ['null', string]}", []), ("message", "kafka: {key: {type: record, name: K, fields: []}}", []),
    ("message", "kafka: {key: {type: array, items: long}}", []), ("message", "kafka: {key: {type: string, logicalType: uuid}}", []), ("message", "kafka: {key: {type: {type: enum, symbols: [A]}}}", []),
    # neither
    ("message", "kafka: {key: {type: strin}}", ["invalid-schema /kafka/key/type"]), ("message", "kafka: {key: {type: object, minProperties: few}}", ["invalid-schema /kafka/key/minProperties"]),
    ("message", "kafka: {key: {type: [string, whole]}}", ["invalid-schema /kafka/key/type"]), ("message", "kafka: {key: {minLength: -1}}", ["invalid-schema /kafka/key/minLength"]),
    ("message", "kafka: {key: 1}", ["wrong-type /kafka/key"]), ("message", "kafka: {key: null}", ["wrong-type /kafka/key"]),
    ("message", "kafka: {key: {$ref: '#/x-no'}}", ["unresolvable-reference /kafka/key/$ref"]), ("message", "kafka: {key: {$ref: no.yml}}", ["unresolvable-reference /kafka/key/$ref"]),
)  # fmt: skip
def test_the_key_of_kafka(folder, kind, binding, expected):
    """It is a schema of AsyncAPI or of Avro, or a reference to anything, which leads somewhere."""
    assert found(folder, kind, binding) == expected


@pytest.mark.parametrize(
    ("kind", "protocol", "field", "plain", "wrong"),
    [
        ("server", "mqtt", "sessionExpiryInterval", "0", "-1"), ("server", "mqtt5", "sessionExpiryInterval", "60", "-1"),
        ("server", "mqtt", "maximumPacketSize", "4294967295", "0"), ("operation", "mqtt", "messageExpiryInterval", "1", "4294967296"),
        ("operation", "solace", "timeToLive", "5000", ""), ("operation", "solace", "priority", "255", "256"),
        ("message", "mqtt", "responseTopic", "a/b", ""), ("message", "mqtt", "correlationData", "", ""),
    ],
)  # fmt: skip
def test_a_value_or_its_schema(folder, kind, protocol, field, plain, wrong):
    """A number or a text, or a schema of it, in place or behind a reference."""
    pointer = f"/{protocol}/{field}"
    for value in (plain, "{type: integer}", "{$ref: '#/x-map'}"):
        assert not value or found(folder, kind, f"{protocol}: {{{field}: {value}}}") == [], value
    assert found(folder, kind, f"{protocol}: {{{field}: {{type: whole}}}}") == [
        f"invalid-schema {pointer}/type"
    ]
    assert found(folder, kind, f"{protocol}: {{{field}: {{$ref: '#/info'}}}}") == [
        f"wrong-kind {pointer}"
    ]
    if wrong:
        assert found(folder, kind, f"{protocol}: {{{field}: {wrong}}}") == [f"bad-value {pointer}"]
    if plain:
        assert found(folder, kind, f"{protocol}: {{{field}: [1]}}") == [f"wrong-type {pointer}"]


OBJECT_SCHEMAS = [
    ("message", "anypointmq", "headers"), ("message", "jms", "headers"),
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


# -- every protocol: fields, values, versions, levels ----------------------------------------------

DESTINATION = "destinations: [{destinationType: queue, queue: {%s}}]"
STATEMENT = "statements: [{effect: Allow, principal: a, action: b%s}]"
QUEUE = "name: jobs, fifoQueue: true"
CONSUMER = "protocol: sqs, endpoint: {name: jobs}, rawMessageDelivery: true"


@cases(
    # what is right, in the newest version and in older ones
    ("channel", "kafka: {topicConfiguration: {cleanup.policy: [compact, delete], retention.ms: -1, segment.bytes: 9}}", []),
    ("channel", "kafka: {topicConfiguration: {confluent.key.schema.validation: true}, bindingVersion: latest}", []),
    ("message", "kafka: {key: {type: string}, bindingVersion: 0.1.0}", []), ("operation", "kafka: {groupId: {enum: [a]}, bindingVersion: 0.2.0}", []),
    ("channel", "googlepubsub: {topic: a, schemaSettings: {encoding: json, name: s}, bindingVersion: 0.1.0}", []),
    ("message", "googlepubsub: {schema: {name: s, type: avro}, bindingVersion: 0.1.0}", []),
    ("server", "solace: {msvVpn: a, bindingVersion: 0.2.0}", []), ("operation", f"solace: {{{DESTINATION % 'name: q, accessType: exclusive'}, bindingVersion: 0.1.0}}", []),
    ("operation", f"solace: {{{DESTINATION % 'maxMsgSpoolSize: a, maxMsgSpoolUsage: b, maxTtl: c'}}}", []),
    ("channel", "sns: {}", []), ("operation", "sns: {}", []), ("operation", "sqs: {}", []), ("operation", "sns: {deliveryPolicy: {numRetries: 3}}", []),
    ("channel", f"sns: {{name: a, policy: {{{STATEMENT % ', resource: [x], condition: [{a: {b: c}}]'}}}, bindingVersion: 1.0.0}}", []),
    ("channel", f"sqs: {{queue: {{{QUEUE}, policy: {{Statements: []}}}}, deadLetterQueue: {{{QUEUE}}}}}", []),
    ("channel", "ibmmq: {}", []), ("channel", "ibmmq: {topic: {string: a, objectName: b}, maxMsgLength: 104857600}", []),
    ("message", "ibmmq: {headers: MQRFH2}", []), ("message", "ibmmq: {type: binary, headers: MQRFH2, expiry: 0}", []),
    ("channel", "anypointmq: {destinationType: exchange, bindingVersion: 0.0.1}", []), ("channel", "anypointmq: {bindingVersion: 0.1.0}", []),
    ("server", "ros2: {domainId: 0}", []), ("message", "ros2: {}", []), ("channel", "redis: {}", []),
    # what is missing
    ("channel", "sqs: {queue: {name: jobs}}", ["missing-field /sqs/queue"]), ("channel", "sqs: {}", ["missing-field /sqs"]),
    ("operation", "sqs: {queues: [{name: jobs}]}", ["missing-field /sqs/queues/0"]), ("operation", "sqs: {bindingVersion: 0.3.0}", ["missing-field /sqs"]),
    ("channel", "sns: {tags: {}}", ["missing-field /sns"]), ("channel", "sns: {name: a, policy: {}}", ["missing-field /sns/policy"]),
    ("channel", "pulsar: {persistence: persistent}", ["missing-field /pulsar"]), ("server", "jms: {clientID: a}", ["missing-field /jms"]),
    ("channel", "ibmmq: {destinationType: queue}", ["missing-field /ibmmq"]), ("channel", "ibmmq: {queue: {}}", ["missing-field /ibmmq/queue"]),
    ("channel", "googlepubsub: {labels: {}}", ["missing-field /googlepubsub"]), ("channel", "googlepubsub: {schemaSettings: {name: s}}", ["missing-field /googlepubsub/schemaSettings"]),
    ("operation", "ros2: {role: publisher}", ["missing-field /ros2"]), ("operation", "sns: {consumers: []}", ["bad-value /sns/consumers"]),
    ("operation", "sns: {consumers: [{protocol: sqs, endpoint: {}}]}", ["missing-field /sns/consumers/0"]),
    # what has another value, or type
    ("channel", "kafka: {topicConfiguration: {cleanup.policy: [remove]}}", ["bad-value /kafka/topicConfiguration/cleanup.policy/0"]),
    ("channel", "kafka: {topicConfiguration: {cleanup.policy: delete}}", ["wrong-type /kafka/topicConfiguration/cleanup.policy"]),
    ("channel", "kafka: {topicConfiguration: {retention.ms: -2, retention.bytes: week, max.message.bytes: -1}}", ["bad-value /kafka/topicConfiguration/max.message.bytes", "bad-value /kafka/topicConfiguration/retention.ms", "wrong-type /kafka/topicConfiguration/retention.bytes"]),
    ("message", "kafka: {schemaIdLocation: body}", ["bad-value /kafka/schemaIdLocation"]),
    ("channel", "jms: {destinationType: topic}", ["bad-value /jms/destinationType"]), ("server", "jms: {jmsConnectionFactory: a, properties: [{name: a, value: [1]}]}", ["wrong-type /jms/properties/0/value"]),
    ("channel", "pulsar: {namespace: a, persistence: durable}", ["bad-value /pulsar/persistence"]), ("channel", "pulsar: {namespace: a, persistence: persistent, geo-replication: [1], retention: {time: -1}}", ["bad-value /pulsar/retention/time", "wrong-type /pulsar/geo-replication/0"]),
    ("channel", "anypointmq: {destinationType: topic}", ["bad-value /anypointmq/destinationType"]), ("server", "ibmmq: {heartBeatInterval: 1000000}", ["bad-value /ibmmq/heartBeatInterval"]),
    ("message", "ibmmq: {type: text}", ["bad-value /ibmmq/type"]), ("server", "ros2: {domainId: 232}", ["bad-value /ros2/domainId"]),
    ("operation", "ros2: {role: listener, node: a, qosPolicies: {history: all, lifespan: -2}}", ["bad-value /ros2/qosPolicies/history", "bad-value /ros2/qosPolicies/lifespan", "bad-value /ros2/role"]),
    ("operation", f"solace: {{{DESTINATION % 'accessType: shared'}, dmqEligible: 1}}", ["bad-value /solace/destinations/0/queue/accessType", "wrong-type /solace/dmqEligible"]),
    ("channel", f"sqs: {{queue: {{{QUEUE}, deliveryDelay: 901, messageRetentionPeriod: 59}}}}", ["bad-value /sqs/queue/deliveryDelay", "bad-value /sqs/queue/messageRetentionPeriod"]),
    ("channel", f"sns: {{name: a, ordering: {{type: fifo}}, policy: {{{STATEMENT % ', effect2: x'}}}}}", ["bad-value /sns/ordering/type", "unknown-field /sns/policy/statements/0/effect2"]),
    ("operation", f"sns: {{consumers: [{{{CONSUMER}, filterPolicyScope: Body}}]}}", ["bad-value /sns/consumers/0/filterPolicyScope"]),
    ("channel", "sns: {name: a, policy: {statements: [{effect: Allow, principal: {Account: a}, action: b}]}}", ["missing-field /sns/policy/statements/0/principal"]),
    # fields of other versions
    ("channel", "kafka: {topicConfiguration: {}, bindingVersion: 0.3.0}", ["unknown-field /kafka/topicConfiguration"]),
    ("channel", "kafka: {topicConfiguration: {confluent.key.schema.validation: true, segment.bytes: 1}, bindingVersion: 0.4.0}", ["unknown-field /kafka/topicConfiguration/confluent.key.schema.validation", "unknown-field /kafka/topicConfiguration/segment.bytes"]),
    ("server", "kafka: {schemaRegistryUrl: a, bindingVersion: 0.1.0}", ["unknown-field /kafka/schemaRegistryUrl"]),
    ("operation", "solace: {timeToLive: 1, bindingVersion: 0.3.0}", ["unknown-field /solace/timeToLive"]), ("server", "solace: {msvVpn: a}", ["unknown-field /solace/msvVpn"]),
    ("operation", f"solace: {{{DESTINATION % 'maxTtl: a'}, bindingVersion: 0.2.0}}", ["unknown-field /solace/destinations/0/queue/maxTtl"]),
    ("channel", f"sns: {{name: a, policy: {{{STATEMENT % ', resource: x'}}}, bindingVersion: 0.1.0}}", ["unknown-field /sns/policy/statements/0/resource"]),
    ("channel", f"sqs: {{queue: {{{QUEUE}, policy: {{{STATEMENT % ', condition: {}'}}}}}, bindingVersion: 0.2.0}}", ["unknown-field /sqs/queue/policy/statements/0/condition"]),
    ("channel", "googlepubsub: {topic: a, schemaSettings: {encoding: json, name: s}}", ["unknown-field /googlepubsub/topic"]),
    ("operation", "amqp: {replyTo: a}", ["unknown-field /amqp/replyTo"]), ("operation", "amqp: {replyTo: a, bindingVersion: 0.2.0}", []),
    ("message", "mqtt: {payloadFormatIndicator: 1, bindingVersion: 0.1.0}", ["unknown-field /mqtt/payloadFormatIndicator"]),
    # levels at which a protocol has nothing
    ("server", "sns: {name: a}", ["unknown-field /sns/name"]), ("message", "sqs: {queues: []}", ["unknown-field /sqs/queues"]), ("operation", "pulsar: {ttl: 1}", ["unknown-field /pulsar/ttl"]),
    ("channel", "solace: {msgVpn: a}", ["unknown-field /solace/msgVpn"]), ("operation", "jms: {destination: a}", ["unknown-field /jms/destination"]), ("channel", "ros2: {node: a}", ["unknown-field /ros2/node"]),
    ("server", "anypointmq: {destination: a}", ["unknown-field /anypointmq/destination"]), ("operation", "ibmmq: {queue: {}}", ["unknown-field /ibmmq/queue"]), ("server", "googlepubsub: {labels: {}}", ["unknown-field /googlepubsub/labels"]),
    ("channel", "mqtt: {qos: 1}", ["unknown-field /mqtt/qos"]), ("server", "amqp: {queue: {}}", ["unknown-field /amqp/queue"]), ("message", "nats: {queue: a}", ["unknown-field /nats/queue"]), ("server", "redis: {db: 0}", ["unknown-field /redis/db"]),
)  # fmt: skip
def test_every_protocol(folder, kind, binding, expected):
    """Each binding has the fields of its page, of its version, at its level, and nothing else."""
    assert sorted(found(folder, kind, binding)) == expected


PROTOCOL_VERSIONS = [
    ("channel", "kafka: {<>}", "0.1.0, 0.2.0, 0.3.0, 0.4.0, 0.5.0"), ("channel", "sns: {name: a, <>}", "0.1.0, 0.2.0, 1.0.0"),
    ("channel", f"sqs: {{queue: {{{QUEUE}}}, <>}}", "0.1.0, 0.2.0, 0.3.0"), ("server", "pulsar: {<>}", "0.1.0"), ("message", "ibmmq: {<>}", "0.1.0"),
    ("server", "solace: {<>}", "0.1.0, 0.2.0, 0.3.0, 0.4.0"), ("message", "anypointmq: {<>}", "0.0.1, 0.1.0"), ("channel", "jms: {<>}", "0.0.1"),
    ("server", "ros2: {<>}", "0.1.0"), ("message", "googlepubsub: {<>}", "0.1.0, 0.2.0"), ("operation", "amqp: {<>}", "0.1.0, 0.2.0, 0.3.0"),
    ("server", "mqtt: {<>}", "0.1.0, 0.2.0"), ("operation", "nats: {<>}", "0.1.0"), ("channel", "ws: {<>}", "0.1.0"),
]  # fmt: skip


@pytest.mark.parametrize(("kind", "binding", "versions"), PROTOCOL_VERSIONS)
def test_versions_of_bindings(folder, kind, binding, versions):
    """Each known version counts, and so does `latest`; of another one the finding names those."""
    protocol = binding.split(":")[0]
    for version in (*versions.split(", "), "latest"):
        assert found(folder, kind, binding.replace("<>", f"bindingVersion: '{version}'")) == []
    form, _ = FORMS[kind]
    wrong = form.format(binding.replace("<>", "bindingVersion: 7.0.0"))
    (finding,) = (each for each in folder.findings(wrong) if each.severity == "error")
    assert finding.code == "bad-value"
    assert finding.pointer.endswith(f"/{protocol}/bindingVersion")
    assert f"one of {versions}, latest" in finding.message
    assert finding.message.endswith(f"; if it is missing, {versions.split(', ')[-1]} applies")


@pytest.mark.parametrize(
    ("kind", "binding", "advice"),
    [
        ("channel", "kafka: {topicConfiguration: {}, bindingVersion: 0.3.0}", "new in version 0.4.0; write bindingVersion: 0.4.0"),
        ("server", "solace: {msvVpn: a}", "was removed after version 0.2.0; remove it"),
        ("operation", "kafka: {topic: a}", "belongs in the bindings of a channel"), ("channel", "nats: {queue: a}", "belongs in the bindings of an operation"),
        ("channel", "mqtt: {keepAlive: 1}", "belongs in the bindings of a server"), ("server", "googlepubsub: {orderingKey: a}", "belongs in the bindings of a message"),
        ("channel", "pulsar: {namespace: a, persistance: b, persistence: persistent}", "did you mean 'persistence'?"),
    ],
)  # fmt: skip
def test_what_to_do_about_an_unknown_field(folder, kind, binding, advice):
    """A field of another version, or of another level, says so."""
    form, _ = FORMS[kind]
    (finding,) = (f for f in folder.findings(form.format(binding)) if f.code == "unknown-field")
    assert advice in finding.message


@pytest.mark.parametrize("kind", sorted(FORMS))
def test_ros2_begins_with_3_1(folder, kind):
    """AsyncAPI 3.0 has no bindings of ROS 2."""
    form, base = FORMS[kind]
    binding = "ros2: {role: publisher, node: a}" if kind == "operation" else "ros2: {}"
    for version, expected in (
        ("3.1.0", []),
        ("3.1.7", []),
        ("3.0.0", [f"{base}/ros2"]),
        ("3.0.1", [f"{base}/ros2"]),
    ):
        findings = folder.findings(f"asyncapi: {version}\n{form.format(binding)}")
        unknown = [each for each in findings if each.code == "unknown-field"]
        assert [each.pointer for each in unknown] == expected
        assert all("write asyncapi: 3.1.0" in each.message for each in unknown)


def test_a_reference_to_a_queue_of_sqs(folder):
    """An operation may name the queue of a channel."""
    text = f"channels: {{c: {{bindings: {{sqs: {{queue: {{{QUEUE}}}}}}}}}}}\noperations: {{o: {{action: send, channel: {{$ref: '#/channels/c'}}, bindings: {{sqs: {{queues: [{{$ref: '#/channels/c/bindings/sqs/<>'}}]}}}}}}}}"
    assert (
        folder.found(text.replace("<>", "queue"), "wrong-kind", "missing-field", "wrong-type") == []
    )
    assert folder.found(text.replace("<>", "dead"), "unresolvable-reference") != []


# -- fields that go together -----------------------------------------------------------------------

OPERATION = "channels: {c: {}}\noperations: {o: {action: <>, channel: {$ref: '#/channels/c'}, bindings: {%s}}}"
KAFKA_MESSAGE = "channels: {c: {messages: {m: {bindings: {kafka: {schemaIdLocation: header}}}}}}"
SERVERS = "servers: {a: {host: h, protocol: kafka}, b: {host: h, protocol: kafka, bindings: {kafka: {%s}}}}"


@pytest.mark.parametrize(
    ("text", "pointer", "advice"),
    [
        (SERVERS % "schemaRegistryVendor: confluent", "/servers/b/bindings/kafka/schemaRegistryVendor", "the URL"),
        (SERVERS % "schemaRegistryVendor: confluent, schemaRegistryUrl: a", None, ""),
        (f"{SERVERS % ''}\n{KAFKA_MESSAGE}", "/channels/c/messages/m/bindings/kafka/schemaIdLocation", "no server has one; add"),
        (f"{SERVERS % 'schemaRegistryUrl: a'}\n{KAFKA_MESSAGE}", None, ""), (KAFKA_MESSAGE, None, ""),
        ("channels: {c: {bindings: {ibmmq: {queue: {objectName: a}, topic: {}}}}}", "/channels/c/bindings/ibmmq/topic", "remove one of them"),
        ("channels: {c: {bindings: {ibmmq: {destinationType: topic, queue: {objectName: a}}}}}", "/channels/c/bindings/ibmmq/queue", "write destinationType: queue"),
        ("channels: {c: {bindings: {ibmmq: {destinationType: queue, queue: {objectName: a}}}}}", None, ""), ("channels: {c: {bindings: {ibmmq: {queue: {objectName: a}}}}}", None, ""),
        ("components: {messages: {m: {bindings: {ibmmq: {type: jms, headers: a}}}}}", "/components/messages/m/bindings/ibmmq/headers", "type 'jms' has no IBM MQ headers"),
        ("components: {messages: {m: {bindings: {ibmmq: {type: string, headers: a}}}}}", "/components/messages/m/bindings/ibmmq/headers", "write type: binary"),
        ("components: {messages: {m: {bindings: {ibmmq: {type: binary, headers: a}}}}}", None, ""),
        ("servers: {s: {host: h, protocol: ibmmq, bindings: {ibmmq: {cipherSpec: a}}}}", "/servers/s/bindings/ibmmq/cipherSpec", "ibmmq-secure"),
        ("servers: {s: {host: h, protocol: ibmmq-secure, bindings: {ibmmq: {cipherSpec: a}}}}", None, ""),
        (f"channels: {{c: {{bindings: {{sqs: {{queue: {{{QUEUE}, fifoThroughputLimit: perMessageGroupId}}}}}}}}}}", "/channels/c/bindings/sqs/queue/fifoThroughputLimit", "write deduplicationScope: messageGroup"),
        (f"channels: {{c: {{bindings: {{sqs: {{queue: {{{QUEUE}, fifoThroughputLimit: perMessageGroupId, deduplicationScope: messageGroup}}}}}}}}}}", None, ""),
        ((OPERATION % "sns: {topic: {name: a}}").replace("<>", "receive"), "/operations/o/bindings/sns", "missing required field 'consumers'"),
        ((OPERATION % "sns: {topic: {name: a}}").replace("<>", "send"), None, ""), ((OPERATION % "sns: {}").replace("<>", "receive"), None, ""),
    ],
)  # fmt: skip
def test_fields_that_go_together(folder, text, pointer, advice):
    """A field that asks for another one, or excludes it, is one error at the field."""
    errors = [each for each in folder.findings(text) if each.severity == "error"]
    assert [each.pointer for each in errors] == ([pointer] if pointer else [])
    assert all(advice in each.message for each in errors)


SOLACE = "solace: {destinations: [{%s}]}"


@pytest.mark.parametrize(
    ("binding", "action", "field", "advice"),
    [
        ("ros2: {role: publisher, node: a}", "receive", "ros2/role", "write action: send, or one of subscriber, action_server, service_server"),
        ("ros2: {role: service_server, node: a}", "send", "ros2/role", "write action: receive, or one of publisher, action_client, service_client"),
        ("ros2: {role: publisher, node: a}", "send", None, ""), ("ros2: {role: subscriber, node: a}", "receive", None, ""),
        (SOLACE % "destinationType: topic, queue: {name: a}", "receive", "solace/destinations/0/queue", "remove it, or write destinationType: queue"),
        (SOLACE % "destinationType: queue, topic: {topicSubscriptions: [a]}", "receive", "solace/destinations/0/topic", "write destinationType: topic"),
        (SOLACE % "destinationType: queue, queue: {name: a}", "receive", None, ""), (SOLACE % "queue: {name: a}", "receive", None, ""),
        (SOLACE % "destinationType: topic, topic: {topicSubscriptions: [a]}", "send", None, ""),
    ],
)  # fmt: skip
def test_fields_that_do_not_fit_each_other(folder, binding, action, field, advice):
    """The bindings' own pages have examples of such, so it is a warning: one of the two is wrong."""
    found = folder.findings((OPERATION % binding).replace("<>", action))
    several = [(each.code, each.severity, each.pointer) for each in found]
    pointer = f"/operations/o/bindings/{field}"
    assert several == ([("binding-mismatch", "warning", pointer)] if field else [])
    assert all(advice in each.message for each in found)
