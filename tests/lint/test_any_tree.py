"""Whatever stands in a document, the linter says something about it, or nothing: it never fails."""

from __future__ import annotations

import copy
from pathlib import Path

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from asyncapi_guard.errors import Finding
from asyncapi_guard.lint import RULES, Settings, lint
from asyncapi_guard.lint.context import Context
from asyncapi_guard.lint.findings import Findings
from asyncapi_guard.lint.grammar import OBJECTS, VARIANTS
from asyncapi_guard.lint.grammar_walk import GrammarWalk
from asyncapi_guard.spec.limits import DEFAULT_LIMITS
from asyncapi_guard.spec.loader import open_documents
from asyncapi_guard.spec.pointers import format_pointer
from asyncapi_guard.spec.references import Node
from asyncapi_guard.spec.source import read_source

TICTACTOE = Path(__file__).parents[2] / "specs" / "tictactoe.yml"

#: A document with every object of the grammar, and every kind of schema.
RICH = """
asyncapi: 3.1.0
id: urn:example:chat
defaultContentType: application/json
info:
  title: Chat
  version: '1'
  termsOfService: https://example.com/terms
  contact: {name: A, url: 'https://example.com', email: a@example.com}
  license: {name: MIT, url: 'https://example.com/mit'}
  tags: [{name: chat, externalDocs: {url: 'https://example.com/docs'}}]
  externalDocs: {$ref: '#/components/externalDocs/docs'}
servers:
  main:
    host: '{stage}.example.com:{port}'
    pathname: /{stage}
    protocol: wss
    variables:
      stage: {enum: [test, live], default: live, examples: [test]}
      port: {$ref: '#/components/serverVariables/port'}
    security:
      - {type: userPassword}
      - {type: apiKey, in: user}
      - {type: httpApiKey, in: query, name: key}
      - {type: http, scheme: bearer, bearerFormat: JWT}
      - {type: openIdConnect, openIdConnectUrl: 'https://example.com/oidc', scopes: [a]}
      - {$ref: '#/components/securitySchemes/login'}
    bindings:
      ws: {}
      kafka: {schemaRegistryUrl: 'https://example.com', bindingVersion: 0.5.0}
      mqtt: {clientId: a, cleanSession: true, lastWill: {topic: a}, keepAlive: 60}
      mqtt5: {sessionExpiryInterval: 60}
      solace: {msgVpn: a, clientName: b}
      pulsar: {tenant: a}
      ibmmq: {groupId: a, heartBeatInterval: 300}
      jms: {jmsConnectionFactory: a.B, properties: [{name: a, value: null}], clientID: a}
      ros2: {rmwImplementation: rmw_zenoh_cpp, domainId: 1}
channels:
  chat:
    address: /rooms/{room}
    servers: [{$ref: '#/servers/main'}]
    parameters: {room: {enum: [a, b], default: a, location: $message.payload#/room}}
    messages:
      say: {$ref: '#/components/messages/say'}
      connect: {payload: {type: object, properties: {token: {type: string}}}}
      shout/loud: {payload: {items: [{type: string}, {type: integer}], minItems: 1}}
    bindings:
      ws:
        method: GET
        query: {type: object, properties: {v: {type: string}}}
        headers: {$ref: '#/components/schemas/Headers'}
      http: {}
      kafka:
        {topic: a, partitions: 1, replicas: 1, topicConfiguration: {cleanup.policy: [delete]}}
      amqp: {is: queue, queue: {name: a}}
      googlepubsub:
        messageStoragePolicy: {allowedPersistenceRegions: [a]}
        schemaSettings: {encoding: json, name: a}
      anypointmq: {destination: a, destinationType: exchange}
      ibmmq: {destinationType: queue, queue: {objectName: a}}
      jms: {destinationType: fifo-queue}
      pulsar: {namespace: a, persistence: persistent, retention: {time: 1}}
      sns:
        name: a
        ordering: {type: FIFO}
        policy: {statements: [{effect: Allow, principal: {AWS: [a]}, action: [b], condition: {}}]}
      sqs:
        queue:
          name: a
          fifoQueue: true
          redrivePolicy: {deadLetterQueue: {arn: a}}
          policy: {statements: [{effect: Deny, principal: a, action: b}]}
  route:
    address: null
    bindings: {amqp: {is: routingKey, exchange: {name: a}}, ibmmq: {topic: {string: a}}}
  alias: {$ref: '#/components/channels/other'}
operations:
  say:
    action: receive
    channel: {$ref: '#/channels/chat'}
    messages: [{$ref: '#/channels/chat/messages/say'}]
    traits: [{$ref: '#/components/operationTraits/tagged'}, {summary: Say, x-guard: {mode: off}}]
    security: [{$ref: '#/components/securitySchemes/login'}]
    x-guard: {mode: report}
    bindings:
      http: {bindingVersion: 0.1.0, type: request, query: {type: object, properties: {a: {}}}}
      kafka: {groupId: {type: string}, clientId: {$ref: '#/components/schemas/Name'}}
      amqp: {expiration: 1, cc: [a], priority: 1, ack: true}
      mqtt: {qos: 1, retain: false}
      nats: {queue: a}
      ros2: {role: subscriber, node: /a, qosPolicies: {reliability: reliable}}
      sns:
        topic: {name: a}
        consumers:
          - protocol: sqs
            endpoint: {name: a}
            rawMessageDelivery: true
            redrivePolicy: {deadLetterQueue: {name: b}}
            deliveryPolicy: {numRetries: 1}
      solace:
        destinations:
          - {destinationType: queue, queue: {name: a}}
          - {destinationType: topic, topic: {topicSubscriptions: [a]}}
        priority: {type: integer}
      sqs: {queues: [{name: a, fifoQueue: false}]}
    reply:
      address: {location: $message.header#/replyTo}
      channel: {$ref: '#/channels/route'}
  all: {action: send, channel: {$ref: '#/channels/alias'}, reply: {$ref: '#/components/replies/r'}}
components:
  messages:
    say:
      name: say
      headers: {type: object, properties: {id: {type: string}}}
      payload: {$ref: '#/components/schemas/Node'}
      contentType: application/json
      correlationId: {location: $message.header#/id}
      x-ack: {args: {type: boolean}}
      x-guard: {mode: enforce}
      traits: [{$ref: '#/components/messageTraits/t'}, {x-ack: {type: string}}]
      examples: [{name: a, payload: {kind: leaf}, headers: {id: a}}]
      bindings:
        http: {headers: {type: object, properties: {a: {}}}, statusCode: 200}
        kafka: {key: {type: string}, schemaIdLocation: header}
        amqp: {contentEncoding: gzip, messageType: a}
        mqtt: {payloadFormatIndicator: 1, responseTopic: a}
        anypointmq: {headers: {type: object, properties: {a: {}}}}
        googlepubsub: {attributes: {a: b}, schema: {name: a}}
        ibmmq: {type: binary, headers: MQRFH2}
        jms: {headers: {$ref: '#/components/schemas/Headers'}}
  messageTraits: {t: {headers: {type: object}, examples: [{headers: {id: b}}]}}
  operationTraits: {tagged: {tags: [{$ref: '#/components/tags/t'}]}}
  replies: {r: {channel: {$ref: '#/channels/chat'}, messages: []}}
  replyAddresses: {a: {location: $message.payload}}
  correlationIds: {c: {location: $message.payload#/id}}
  externalDocs: {docs: {url: 'https://example.com/docs'}}
  tags: {t: {name: t}}
  parameters: {p: {description: P}}
  servers: {s: {host: example.com, protocol: ws}}
  serverVariables: {port: {default: '5000'}}
  channels: {other: {messages: {hear: {payload: {type: 'null'}}}}}
  operations: {o: {action: send, channel: {$ref: '#/components/channels/other'}}}
  serverBindings: {b: {ws: {}}}
  channelBindings: {b: {ws: {}}}
  operationBindings: {b: {ws: {}}}
  messageBindings: {b: {ws: {}}}
  securitySchemes:
    login:
      type: oauth2
      scopes: [read]
      flows:
        implicit: {authorizationUrl: 'https://example.com/a', availableScopes: {read: Read}}
        password: {tokenUrl: 'https://example.com/t', availableScopes: {}}
        clientCredentials: {tokenUrl: 'https://example.com/t', availableScopes: {}}
        authorizationCode:
          authorizationUrl: https://example.com/a
          tokenUrl: https://example.com/t
          availableScopes: {}
  schemas:
    Name: {type: string, minLength: 1, pattern: '^(?=a)', format: email, default: a@b.c}
    Headers: {type: object, properties: {a: {type: string}}, patternProperties: {'^x': {}}}
    Node:
      discriminator: kind
      type: object
      required: [kind]
      properties: {kind: {type: string}, left: {$ref: '#/components/schemas/Node'}}
      oneOf:
        - {properties: {kind: {const: leaf}}, required: [kind]}
        - {properties: {next: {$ref: '#/components/schemas/Node'}}, required: [next]}
        - {properties: {last: {$ref: '#/components/schemas/Node'}}, required: [last]}
      dependencies: {a: [b], c: {required: [d]}}
      examples: [{kind: leaf}]
    Avro:
      schemaFormat: application/vnd.apache.avro;version=1.9.0
      schema: {type: record, name: R, fields: [{name: a, type: [string, 'null']}]}
    Old: {schemaFormat: application/schema+json;version=draft-04, schema: {id: 'a:b', items: [{}]}}
    New:
      schemaFormat: application/schema+json;version=2020-12
      schema:
        $id: https://example.com/new
        $defs: {a: {$anchor: a, type: string}}
        prefixItems: [{$ref: '#a'}, {$ref: '#/$defs/a', minLength: 1}]
    Mid:
      schemaFormat: application/schema+json;version=2019-09
      schema: {$ref: '#/components/schemas/Name', maxLength: 9}
    Open:
      schemaFormat: application/vnd.oai.openapi;version=3.0.0
      schema: {type: string, nullable: true, default: null}
    Proto: {schemaFormat: application/vnd.google.protobuf;version=3, schema: 'message M {}'}
"""


def read(text):
    return read_source("a.yml", "file:///a.yml", text.encode(), DEFAULT_LIMITS).data


DOCUMENTS = {"tictactoe": read(TICTACTOE.read_text(encoding="utf-8")), "rich": read(RICH)}


def places(value, path=()):
    """The paths to every value of a document but itself."""
    if isinstance(value, (dict, list)):
        for key, inner in value.items() if isinstance(value, dict) else enumerate(value):
            yield (*path, key)
            yield from places(inner, (*path, key))


PLACES = {name: list(places(document)) for name, document in DOCUMENTS.items()}
each_place = st.sampled_from([(name, path) for name, paths in PLACES.items() for path in paths])

#: Names that mean something, so that what is made up is not passed over.
KEYS = sorted(
    {field for fields in OBJECTS.values() for field in fields}
    | {key for paths in PLACES.values() for path in paths for key in path if isinstance(key, str)}
    | {"$id", "$anchor", "$dynamicRef", "allOf", "anyOf", "not", "if", "enum", "const", "items"}
)
references = each_place.map(lambda at: {"$ref": "#" + format_pointer(at[1])})
numbers = st.one_of(st.integers(-9, 9), st.floats(allow_nan=False, width=16))
scalars = st.one_of(st.none(), st.booleans(), numbers, st.text(max_size=5))
keys = st.one_of(st.sampled_from(KEYS), st.text(max_size=5))
trees = st.recursive(
    st.one_of(scalars, st.sampled_from(KEYS), references),
    lambda inner: st.one_of(st.lists(inner, max_size=4), st.dictionaries(keys, inner, max_size=5)),
    max_leaves=12,
)

bounded = settings(
    max_examples=100,
    deadline=None,
    suppress_health_check=[HealthCheck.too_slow, HealthCheck.data_too_large],
)


def holder(document, path):
    """What holds the value at a path."""
    for part in path[:-1]:
        document = document[part]
    return document


def check(document):
    """Lint a document, and look at what is found."""
    findings = lint(document)
    for finding in findings:
        assert isinstance(finding, Finding)
        assert finding.severity is RULES[finding.code].severity
        assert finding.message
        assert len(finding.message) < 2000
    assert list(findings) == sorted(findings)
    assert len(set(findings)) == len(findings)
    # With the rules of style there is more, and nothing else.
    assert set(findings) <= set(lint(document, settings=Settings(extend_select=("style",))))


def test_the_documents_are_valid_and_whole():
    """Neither has errors, and the rich one has every object of the grammar."""
    for name, document in DOCUMENTS.items():
        errors = [finding for finding in lint(document) if finding.severity == "error"]
        # It has what AsyncAPI allows, and a guard cannot do.
        assert [each for each in errors if RULES[each.code].elsewhere is None] == [], name
    documents = open_documents(DOCUMENTS["rich"])
    findings = Findings(RULES, Settings().keeps)
    objects = GrammarWalk(documents, findings)
    objects.check(Node(documents.main, (), documents.main.data))
    context = Context(documents, objects, None, findings)
    told_by_a_field = {name for name in OBJECTS if name.partition(" ")[0] in VARIANTS} - {*VARIANTS}
    wanted = set(OBJECTS) - told_by_a_field
    assert {name for name in wanted if not context.all(name)} == {"OAuthFlow"}


@bounded
@given(each_place, trees)
def test_any_tree_in_place_of_any_value(at, tree):
    """Any data may stand anywhere."""
    name, path = at
    document = copy.deepcopy(DOCUMENTS[name])
    holder(document, path)[path[-1]] = tree
    check(document)


@bounded
@given(each_place, keys, trees)
def test_any_field_in_any_object(at, key, tree):
    """Any field may stand beside others."""
    name, path = at
    document = copy.deepcopy(DOCUMENTS[name])
    value = holder(document, path)
    if isinstance(value, dict):
        value[key] = tree
    else:
        value.append(tree)
    check(document)


@bounded
@given(st.lists(each_place, min_size=1, max_size=5))
def test_any_fields_left_out(several):
    """What is required may be missing, in several places at once."""
    document = copy.deepcopy(DOCUMENTS[several[0][0]])
    for name, path in several:
        try:
            if name == several[0][0]:
                del holder(document, path)[path[-1]]
        except (KeyError, IndexError, TypeError):
            continue  # gone with another
    check(document)


@bounded
@given(each_place, keys)
def test_any_field_renamed(at, key):
    """A field may be called anything."""
    name, path = at
    document = copy.deepcopy(DOCUMENTS[name])
    value = holder(document, path)
    if isinstance(value, dict):
        value[key] = value.pop(path[-1])
    check(document)


@bounded
@given(st.lists(st.tuples(each_place, each_place), min_size=1, max_size=4))
def test_any_references(pairs):
    """A reference may lead from anywhere to anywhere, in circles too."""
    name = pairs[0][0][0]
    document = copy.deepcopy(DOCUMENTS[name])
    for (mine, path), (_, goal) in pairs:
        try:
            if mine == name:
                holder(document, path)[path[-1]] = {"$ref": "#" + format_pointer(goal)}
        except (KeyError, IndexError, TypeError):
            continue  # it was below another
    check(document)


@bounded
@given(each_place, each_place)
def test_any_part_in_place_of_another(at, other):
    """Two parts of a document may be exchanged."""
    name, path = at
    document = copy.deepcopy(DOCUMENTS[name])
    inner = DOCUMENTS[other[0]]
    for part in other[1]:
        inner = inner[part]
    holder(document, path)[path[-1]] = copy.deepcopy(inner)
    check(document)


@pytest.mark.parametrize(
    "document",
    [{}, {"asyncapi": None}, {"asyncapi": "3.1.0"}, {"asyncapi": "3.1.0", "info": []}, {"": {}}],
)
def test_hardly_any_document(document):
    """Nearly nothing is a document with findings."""
    assert lint(document)
    check(document)
