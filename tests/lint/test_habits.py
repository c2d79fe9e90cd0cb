"""What people write who come from AsyncAPI 2 or OpenAPI: each mistake is one finding with advice."""

# ruff: noqa: E501  # the cases are tables, one to a line
from __future__ import annotations

import pytest

from asyncapi_guard.lint import lint

GOOD = """\
asyncapi: 3.1.0
info: {title: Garden, version: 1.2.0}
servers:
  main:
    host: garden.example.com
    protocol: wss
    security:
      - $ref: '#/components/securitySchemes/token'
channels:
  beds:
    address: /beds/{bed}
    parameters:
      bed: {description: Which bed.}
    messages:
      waterBed:
        name: water_bed
        payload: {$ref: '#/components/schemas/Water'}
        x-ack: {type: boolean}
      grown:
        $ref: '#/components/messages/grown'
operations:
  onWater:
    action: receive
    channel:
      $ref: '#/channels/beds'
    messages:
      - $ref: '#/channels/beds/messages/waterBed'
  sendGrown:
    action: send
    channel: {$ref: '#/channels/beds'}
    messages: [{$ref: '#/channels/beds/messages/grown'}]
components:
  messages:
    grown:
      payload: {type: string, maxLength: 20}
  schemas:
    Water:
      type: object
      required: [liters]
      properties:
        liters: {type: integer}
  securitySchemes:
    token: {type: http, scheme: bearer}
"""


def written(*replaced):
    """The document with texts replaced by others; each stands in it once."""
    text = GOOD
    for old, new in replaced:
        assert text.count(old) == 1, old
        text = text.replace(old, new)
    return text


def test_the_document_without_mistakes(folder):
    """Nothing is found in it, so that whatever is found is about the mistake."""
    assert lint(folder.write("asyncapi.yml", GOOD)) == ()


CHANNEL = """\
  beds:
    address: /beds/{bed}
    parameters:
      bed: {description: Which bed.}
    messages:
      waterBed:
        name: water_bed
        payload: {$ref: '#/components/schemas/Water'}
        x-ack: {type: boolean}
      grown:
        $ref: '#/components/messages/grown'
"""
OPERATIONS = GOOD[GOOD.index("operations:\n") : GOOD.index("components:\n")]
WATER = """\
        name: water_bed
        payload: {$ref: '#/components/schemas/Water'}
        x-ack: {type: boolean}
"""
GROWN = "      payload: {type: string, maxLength: 20}"
ON_WATER = """\
    messages:
      - $ref: '#/channels/beds/messages/waterBed'
"""
IN_CHANNEL = """\
      grown:
        $ref: '#/components/messages/grown'
"""
SCHEMAS = GOOD[GOOD.index("  schemas:\n") : GOOD.index("  securitySchemes:\n")]


#: What is replaced by what, a text of the line of the finding, its code, and what it advises.
HABITS = {
    # AsyncAPI 2
    "publish and subscribe": ([(CHANNEL, "  /beds:\n    publish:\n      message: {name: water, payload: {type: string}}\n    subscribe:\n      message: {name: grown, payload: {type: string}}\n"), (OPERATIONS, ""), (SCHEMAS, ""), ("  messages:\n    grown:\n" + GROWN + "\n", "")], "    publish:", "unknown-field", "asyncapi-guard upgrade"),
    "subscribe beside messages": ([("    messages:\n      waterBed:", "    subscribe: {operationId: x}\n    messages:\n      waterBed:")], "    subscribe:", "unknown-field", "this is AsyncAPI 2"),
    "message of an operation": ([(ON_WATER, "    message: {$ref: '#/channels/beds/messages/waterBed'}\n")], "    message:", "unknown-field", "write 'messages', a list of references"),
    "operationId": ([("  onWater:\n", "  onWater:\n    operationId: onWater\n")], "operationId", "unknown-field", "the key under 'operations' is the operation's id"),
    "the url of a server": ([("    host: garden.example.com\n    protocol: wss", "    url: wss://garden.example.com:8443/io\n    protocol: wss")], "url:", "unknown-field", "write host: 'garden.example.com:8443', protocol: wss, pathname: /io"),
    "the url of a server alone": ([("    host: garden.example.com\n    protocol: wss", "    url: https://garden.example.com")], "url:", "unknown-field", "write host: 'garden.example.com', protocol: https"),
    "the url of a server without a scheme": ([("    host: garden.example.com\n    protocol: wss", "    url: garden.example.com\n    protocol: wss")], "url:", "unknown-field", "write host: 'garden.example.com'"),
    "security by name": ([("      - $ref: '#/components/securitySchemes/token'", "      - token: []")], "token: []", "missing-field", "$ref: '#/components/securitySchemes/token'"),
    "security as names": ([("      - $ref: '#/components/securitySchemes/token'", "      - token")], "- token", "wrong-type", "write {$ref: '#/components/securitySchemes/token'}"),
    "security as a map": ([("    security:\n      - $ref: '#/components/securitySchemes/token'", "    security: {token: []}")], "security:", "wrong-type", "write a list: security: [{$ref: '#/components/securitySchemes/token'}]"),
    "tags as texts": ([("info: {title: Garden, version: 1.2.0}", "info: {title: Garden, version: 1.2.0, tags: [plants, beds]}")], "tags:", "wrong-type", "write {name: plants}"),
    "tags as a text": ([("info: {title: Garden, version: 1.2.0}", "info: {title: Garden, version: 1.2.0, tags: plants}")], "tags:", "wrong-type", "write a list: tags: [{name: plants}]"),
    "tags at the root": ([("servers:\n", "tags: [{name: plants}]\nservers:\n")], "tags:", "unknown-field", "move it to 'info'"),
    "external docs as a text": ([("  onWater:\n", "  onWater:\n    externalDocs: https://example.com/water\n")], "externalDocs:", "wrong-type", "write externalDocs: {url: https://example.com/water}"),
    "the schema of a parameter": ([("bed: {description: Which bed.}", "bed: {description: Which bed., schema: {type: string}}")], "bed: {d", "unknown-field", "can have 'enum', 'default'"),
    "the schema and more of a parameter": ([("bed: {description: Which bed.}", "bed: {in: path, required: true, schema: {type: string}}")], "bed: {in", "unknown-field", "can have 'enum', 'default'"),
    "schemaFormat on a message": ([("        name: water_bed\n", "        name: water_bed\n        schemaFormat: application/schema+json;version=draft-07\n")], "schemaFormat", "unknown-field", "write payload: {schemaFormat: ..., schema: ...}"),
    # OpenAPI
    "content with a media type": ([(GROWN, "      content:\n        application/json:\n          schema: {type: string}")], "content:", "unknown-field", "write 'payload'"),
    "definitions at the root": ([(SCHEMAS, ""), ("components:\n", "definitions:\n  Water: {type: object}\ncomponents:\n"), ("'#/components/schemas/Water'", "'#/definitions/Water'")], "definitions:", "unknown-field", "components: schemas:"),
    "schemas at the root": ([(SCHEMAS, ""), ("components:\n", "schemas:\n  Water: {type: object}\ncomponents:\n"), ("'#/components/schemas/Water'", "'#/schemas/Water'")], "schemas:", "unknown-field", "components: schemas:"),
    "paths": ([("servers:\n", "paths: {/beds: {get: {}}}\nservers:\n")], "paths:", "unknown-field", "write 'channels'"),
    "a version of OpenAPI beside ours": ([("info: {", "openapi: 3.1.0\ninfo: {")], "openapi:", "unknown-field", "remove it"),
    "title at the root": ([("info: {", "title: Garden\ninfo: {")], "title: Garden", "unknown-field", "move it to 'info'"),
    "responses of an operation": ([(ON_WATER, ON_WATER + "    responses: {'200': {description: OK}}\n")], "responses:", "unknown-field", "'x-ack' on the message"),
    "the example of a message": ([("        name: water_bed\n", "        name: water_bed\n        example: {liters: 1}\n")], "example:", "unknown-field", "write examples: [{payload: ...}]"),
    "the id of a message": ([("        name: water_bed\n", "        name: water_bed\n        messageId: waterBed\n")], "messageId", "unknown-field", "the key of a message is its id"),
    "schemas at the root, referred to rightly": ([(SCHEMAS, ""), ("components:\n", "schemas:\n  Water: {type: object}\ncomponents:\n")], "schemas:", "unknown-field", "components: schemas:"),
    "messages at the root, referred to rightly": ([("  messages:\n    grown:\n" + GROWN + "\n", ""), ("components:\n", "messages:\n  grown: {payload: {type: string}}\ncomponents:\n")], "messages:", "unknown-field", "move its entries to 'components'"),
    "components with a typo": ([("components:\n", "component:\n")], "component:", "unknown-field", "did you mean 'components'?"),
    "channels with a typo": ([("channels:\n", "channel:\n")], "channel:", "unknown-field", "did you mean 'channels'?"),
    "schemas with a typo": ([("  schemas:\n", "  schema:\n")], "  schema:", "unknown-field", "write 'schemas'"),
    "a reply as a reference to a message": ([(ON_WATER, ON_WATER + "    reply: {$ref: '#/channels/beds/messages/grown'}\n")], "reply:", "wrong-kind", "'x-ack' on the message"),
    "a reply as a name": ([(ON_WATER, ON_WATER + "    reply: grown\n")], "reply: grown", "wrong-type", "'x-ack' on the message"),
    "several messages by oneOf": ([(ON_WATER, "    messages:\n      oneOf:\n        - $ref: '#/channels/beds/messages/waterBed'\n")], "    messages:", "wrong-type", "write the list itself"),
    "both actions": ([("    action: receive", "    action: [receive, send]")], "action: [", "wrong-type", "write an operation for each"),
    "data as an example": ([("        name: water_bed\n", "        name: water_bed\n        examples: [{liters: 1}]\n")], "examples:", "missing-field", "put the data under 'payload'"),
    "a parameter with a colon": ([("/beds/{bed}", "/beds/:bed")], "bed: {description", "address-parameters", "write '/beds/{bed}'"),
    "a binding's version as a number": ([("    address: /beds/{bed}\n", "    address: /beds/{bed}\n    bindings: {ws: {bindingVersion: 0.1}}\n")], "bindings:", "wrong-type", "put it in quotes"),
    "ref for $ref": ([("    channel:\n      $ref: '#/channels/beds'\n", "    channel:\n      ref: '#/channels/beds'\n")], "      ref:", "unknown-field", "write $ref: '#/channels/beds'"),
    "ref for $ref in a payload": ([("payload: {$ref:", "payload: {ref:")], "{ref:", "unknown-field", "write $ref: '#/components/schemas/Water'"),
    # indentation
    "a message whose fields are beside it": ([("      waterBed:\n" + WATER, "      waterBed:\n      name: water_bed\n      payload: {$ref: '#/components/schemas/Water'}\n")], "      waterBed:", "wrong-type", "'waterBed' has no value; indent 'name', 'payload' further, under it"),
    "an operation whose fields are beside it": ([("  sendGrown:\n    action: send\n    channel: {$ref: '#/channels/beds'}\n    messages: [{$ref: '#/channels/beds/messages/grown'}]", "  sendGrown:\n  action: send\n  channel: {$ref: '#/channels/beds'}")], "  sendGrown:", "wrong-type", "'sendGrown' has no value; indent 'action', 'channel' further"),
    "a server whose fields are beside it": ([("  main:\n    host: garden.example.com\n    protocol: wss\n", "  main:\n  host: garden.example.com\n  protocol: wss\n"), ("    security:\n      - $ref: '#/components/securitySchemes/token'\n", "")], "  main:", "wrong-type", "indent 'host', 'protocol' further"),
    "operations among channels": ([(OPERATIONS, "".join(f"  {line}\n" for line in OPERATIONS.splitlines()))], "  operations:", "unknown-field", "a section of the whole document; indent it less"),
    "components among operations": ([(GOOD[GOOD.index("components:\n") :], "".join(f"  {line}\n" for line in GOOD[GOOD.index("components:\n") :].splitlines()))], "  components:", "unknown-field", "a section of the whole document; indent it less"),
    "servers in info": ([("info: {title: Garden, version: 1.2.0}\nservers:\n  main:\n    host: garden.example.com\n    protocol: wss\n    security:\n      - $ref: '#/components/securitySchemes/token'\n", "info:\n  title: Garden\n  version: 1.2.0\n  servers:\n    main: {host: garden.example.com, protocol: wss}\n"), ("  securitySchemes:\n    token: {type: http, scheme: bearer}\n", "")], "  servers:", "unknown-field", "a section of the whole document; indent it less"),
    # what is missing
    "no action": ([("  onWater:\n    action: receive\n", "  onWater:\n")], "  onWater:", "missing-field", "write action: receive for events that clients emit"),
    "no channel": ([("    channel: {$ref: '#/channels/beds'}\n    messages: [{$ref: '#/channels/beds/messages/grown'}]", "    title: Grown")], "  sendGrown:", "missing-field", "write channel: {$ref: '#/channels/...'}"),
    "no protocol": ([("    protocol: wss\n", "")], "  main:", "missing-field", "write protocol: wss"),
    "no version": ([(", version: 1.2.0", "")], "info:", "missing-field", "such as version: 1.0.0"),
    # lists and maps
    "parameters as a list": ([("      bed: {description: Which bed.}", "      - name: bed\n        description: Which bed.")], "- name: bed", "wrong-type", "write a map, each entry below its name: parameters: {bed: {}}"),
    "messages of a channel as a list": ([("      waterBed:\n" + WATER + IN_CHANNEL, "      - $ref: '#/components/messages/grown'\n"), (OPERATIONS, ""), (SCHEMAS, "")], "      - $ref", "wrong-type", "messages: {grown: {$ref: '#/components/messages/grown'}}"),
    "messages of a channel as a list, used": ([("      waterBed:\n" + WATER + IN_CHANNEL, "      - $ref: '#/components/messages/grown'\n"), (OPERATIONS, "operations:\n  all: {action: send, channel: {$ref: '#/channels/beds'}}\n"), (SCHEMAS, "")], "      - $ref", "wrong-type", "messages: {grown: {$ref: '#/components/messages/grown'}}"),
    "operations as a list": ([(OPERATIONS, "operations:\n  - action: receive\n    channel: {$ref: '#/channels/beds'}\n")], "- action", "wrong-type", "write a map, each entry below its name"),
    "servers as a list": ([("  main:\n    host: garden.example.com\n    protocol: wss\n    security:\n      - $ref: '#/components/securitySchemes/token'", "  - host: garden.example.com\n    protocol: wss"), ("  securitySchemes:\n    token: {type: http, scheme: bearer}\n", "")], "- host", "wrong-type", "write a map, each entry below its name: servers: {name: {...}}"),
    "channels as a list": ([("channels:\n" + CHANNEL, "channels:\n  - address: /beds\n"), (OPERATIONS, ""), ("  messages:\n    grown:\n" + GROWN + "\n", ""), (SCHEMAS, "")], "- address", "wrong-type", "write a map, each entry below its name"),
    "messages of an operation as a map": ([(ON_WATER, "    messages:\n      water: {$ref: '#/channels/beds/messages/waterBed'}\n")], "messages:", "wrong-type", "write a list: messages: ["),
    "messages of an operation as a reference": ([(ON_WATER, "    messages: {$ref: '#/channels/beds/messages/waterBed'}\n")], "messages:", "wrong-type", "write a list: messages: [{$ref: '#/channels/beds/messages/waterBed'}]"),
    "messages of an operation as a name": ([(ON_WATER, "    messages: waterBed\n")], "messages: waterBed", "wrong-type", "write a list: messages: [{$ref: '#/channels/beds/messages/waterBed'}]"),
    "messages of an operation as names": ([(ON_WATER, "    messages: [waterBed, grown]\n")], "messages: [waterBed", "reference-required", "write {$ref: '#/channels/beds/messages/waterBed'}"),
    "messages of an operation written in place": ([(ON_WATER, "    messages:\n      - name: water\n        payload: {type: string}\n")], "- name: water", "reference-required", "write the message under the channel's 'messages', and refer to it"),
    "a channel written in place": ([("    channel:\n      $ref: '#/channels/beds'\n" + ON_WATER, "    channel:\n      address: /beds\n")], "    channel:", "reference-required", "write the channel under 'channels', and refer to it"),
    "a channel by its name": ([("    channel:\n      $ref: '#/channels/beds'", "    channel: beds")], "channel: beds", "reference-required", "write channel: {$ref: '#/channels/beds'}"),
    "a channel by its address": ([("    channel:\n      $ref: '#/channels/beds'", "    channel: /beds/{bed}")], "channel: /beds", "reference-required", "write channel: {$ref: '#/channels/beds'}"),
    "a channel by a reference that is a text": ([("    channel:\n      $ref: '#/channels/beds'", "    channel: '#/channels/beds'")], "channel: '#", "reference-required", "write channel: {$ref: '#/channels/beds'}"),
    # fields
    "schema keywords on a message": ([(GROWN, "      type: object\n      required: [kind]\n      properties: {kind: {type: string}}")], "type: object", "unknown-field", "put the schema in the payload"),
    "schema keywords beside a payload": ([(GROWN, "      type: object\n      properties: {}\n" + GROWN)], "type: object", "unknown-field", "put the schema in the payload"),
    "schema for payload": ([(GROWN, "      schema: {type: string}")], "schema:", "unknown-field", "write 'payload'"),
    "data for payload": ([(GROWN, "      data: {type: string}")], "data:", "unknown-field", "write 'payload'"),
    "a payload with a typo": ([(GROWN, "      paylod: {type: string}")], "paylod", "unknown-field", "did you mean 'payload'?"),
    "event for name": ([("        name: water_bed", "        event: water_bed")], "event:", "unknown-field", "write 'name'"),
    "title for name": ([("        name: water_bed", "        title: water_bed")], "title:", "title-as-event", "write 'name' if it is 'water_bed'"),
    "ack for x-ack": ([("        x-ack: {", "        ack: {")], "ack:", "unknown-field", "write 'x-ack'"),
    "a reply with a payload": ([(ON_WATER, ON_WATER + "    reply:\n      payload: {type: boolean}\n")], "      payload: {type: boolean}", "unknown-field", "'x-ack' on the message"),
    "a reply with a message": ([(ON_WATER, ON_WATER + "    reply:\n      message: {payload: {type: boolean}}\n")], "message: {payload", "unknown-field", "'x-ack' on the message"),
    "a reply that is a schema": ([(ON_WATER, ON_WATER + "    reply:\n      type: object\n      properties: {}\n")], "type: object\n", "unknown-field", "'x-ack' on the message"),
    "a payload on an operation": ([(ON_WATER, ON_WATER + "    payload: {type: boolean}\n")], "payload: {type: boolean}", "unknown-field", "put the payload in a message"),
    "a path for an address": ([("    address: /beds/{bed}\n    parameters:\n      bed: {description: Which bed.}\n", "    path: /beds\n")], "path:", "unknown-field", "write 'address'"),
    "a namespace with a parameter": ([("    address: /beds/{bed}", "    namespace: /beds/{bed}")], "namespace:", "unknown-field", "write 'address'"),
    "namespace for address": ([("    address: /beds/{bed}\n    parameters:\n      bed: {description: Which bed.}\n", "    namespace: /beds\n")], "namespace:", "unknown-field", "write 'address'"),
    "a binding of a protocol on a channel": ([("    address: /beds/{bed}\n", "    address: /beds/{bed}\n    ws: {method: GET}\n")], "ws:", "unknown-field", "move it to 'bindings'"),
    "a binding without a protocol": ([("    address: /beds/{bed}\n", "    address: /beds/{bed}\n    bindings: {method: GET, query: {type: object}}\n")], "bindings:", "unknown-field", "write ws: {...} around it"),
    "a binding of websockets": ([("    address: /beds/{bed}\n", "    address: /beds/{bed}\n    bindings: {websockets: {method: GET}}\n")], "bindings:", "unknown-field", "write 'ws'"),
    "the handshake's binding on an operation": ([("  onWater:\n", "  onWater:\n    bindings: {ws: {method: GET, query: {type: object, properties: {}}}}\n")], "bindings:", "unknown-field", "an empty Binding Object; 'ws' has fields only in the bindings of channels"),
    "a binding's number in quotes": ([("  onWater:\n", "  onWater:\n    bindings: {mqtt: {qos: '1'}}\n")], "qos:", "wrong-type", "remove the quotes"),
    "a binding's number that is none of its": ([("  onWater:\n", "  onWater:\n    bindings: {mqtt: {qos: 3}}\n")], "qos:", "bad-value", "expected one of 0, 1, 2; got 3"),
    "a port of a server": ([("    host: garden.example.com\n", "    host: garden.example.com\n    port: 8443\n")], "port:", "unknown-field", "to the host"),
    "a host with a scheme": ([("host: garden.example.com", "host: wss://garden.example.com")], "host:", "server-host", "write host: 'garden.example.com', protocol: wss"),
    "a host with a path": ([("host: garden.example.com", "host: garden.example.com/io")], "host:", "server-host", "write host: 'garden.example.com', pathname: /io"),
    # actions
    "subscribe as an action": ([("    action: receive", "    action: subscribe")], "action: subscribe", "bad-value", "write send (subscribe in AsyncAPI 2)"),
    "publish as an action": ([("    action: receive", "    action: publish")], "action: publish", "bad-value", "write receive (publish in AsyncAPI 2)"),
    "emit as an action": ([("    action: send", "    action: emit")], "action: emit", "bad-value", "write send"),
    "on as an action": ([("    action: receive", "    action: on")], "action: on", "bad-value", "write receive"),
    # references
    "a bare name": ([("'#/components/schemas/Water'", "Water")], "$ref: Water", "unresolvable-reference", "did you mean '#/components/schemas/Water'?"),
    "a bare name that is not there": ([("'#/components/schemas/Water'", "Wine")], "$ref: Wine", "unresolvable-reference", "with '#/'"),
    "a pointer without #": ([("'#/components/schemas/Water'", "/components/schemas/Water")], "$ref: /comp", "unresolvable-reference", "did you mean '#/components/schemas/Water'?"),
    "a pointer without #/": ([("'#/components/schemas/Water'", "components/schemas/Water")], "$ref: comp", "unresolvable-reference", "did you mean '#/components/schemas/Water'?"),
    "a pointer without its slash": ([("'#/components/schemas/Water'", "'#components/schemas/Water'")], "$ref: '#comp", "unresolvable-reference", "did you mean '#/components/schemas/Water'?"),
    "a pointer with dots": ([("'#/components/schemas/Water'", "'#components.schemas.Water'")], "$ref: '#comp", "unresolvable-reference", "did you mean '#/components/schemas/Water'?"),
    "# and a name": ([("'#/components/schemas/Water'", "'#Water'")], "$ref: '#Wa", "unresolvable-reference", "did you mean '#/components/schemas/Water'?"),
    "#/ and a name": ([("'#/components/schemas/Water'", "'#/Water'")], "$ref: '#/Wa", "unresolvable-reference", "did you mean '#/components/schemas/Water'?"),
    "the section of Swagger": ([("'#/components/schemas/Water'", "'#/definitions/Water'")], "$ref: '#/def", "unresolvable-reference", "did you mean '#/components/schemas/Water'?"),
    "a message without components": ([("'#/components/messages/grown'", "'#/messages/grown'")], "$ref: '#/mess", "unresolvable-reference", "did you mean '#/components/messages/grown'?"),
    "a Windows path": ([("'#/components/schemas/Water'", "'C:\\garden\\water.yml'")], "C:", "unresolvable-reference", "is a Windows path; write it with '/', relative to this file: './water.yml'"),
    "a relative path of Windows": ([("'#/components/schemas/Water'", "'.\\schemas\\water.yml#/Water'")], "schemas\\w", "unresolvable-reference", "'./schemas/water.yml#/Water'"),
    "a message that is not in the channel": ([("- $ref: '#/channels/beds/messages/waterBed'", "- $ref: '#/channels/beds/messages/water'")], "- $ref: '#/channels/beds/messages/water'", "unresolvable-reference", "did you mean 'waterBed'?"),
    "a channel that is not there": ([("      $ref: '#/channels/beds'\n", "      $ref: '#/channels/garden'\n")], "$ref: '#/channels/garden'", "unresolvable-reference", "unresolved reference"),
    "a payload that refers to a message": ([("'#/components/schemas/Water'", "'#/components/messages/grown'")], "$ref: '#/components/messages/grown'}", "wrong-kind", "or to the message's payload: '#/components/messages/grown/payload'"),
    "a message that refers to a schema": ([("        $ref: '#/components/messages/grown'", "        $ref: '#/components/schemas/Water'")], "        $ref: '#/components/schemas/Water'", "wrong-kind", "write payload: {$ref: '#/components/schemas/Water'}"),
    "a channel that refers to a message": ([("      $ref: '#/channels/beds'\n", "      $ref: '#/channels/beds/messages/waterBed'\n")], "      $ref: '#/channels/beds/messages/waterBed'", "wrong-kind", "refer to the channel: '#/channels/beds'"),
    "a message in a reply": ([("      - $ref: '#/channels/beds/messages/waterBed'\n", "      - $ref: '#/channels/beds/messages/waterBed'\n    reply: {messages: [{payload: {type: string}}]}\n")], "reply:", "reference-required", "write the message under the channel's 'messages'"),
    "one message, with a reply of it": ([("    messages:\n      - $ref: '#/channels/beds/messages/waterBed'\n", "    message: {$ref: '#/channels/beds/messages/waterBed'}\n    reply: {channel: {$ref: '#/channels/beds'}, messages: [{$ref: '#/channels/beds/messages/waterBed'}]}\n")], "    message:", "unknown-field", "write 'messages'"),
    "a message that refers to a channel": ([("[{$ref: '#/channels/beds/messages/grown'}]", "[{$ref: '#/channels/beds'}]")], "[{$ref: '#/channels/beds'}]", "wrong-kind", "'#/channels/beds/messages/...'"),
    "properties as a reference": ([("      properties:\n        liters: {type: integer}", "      properties: {$ref: '#/components/messages/grown'}")], "properties: {$ref", "invalid-schema", "'properties' is a map of schemas, in which '$ref' is a name"),
    # schemas within
    "a schema in a payload": ([(GROWN, "      payload:\n        schema: {type: string}")], "        schema:", "missing-field", "needs 'schemaFormat'; write the schema itself"),
    "a reference as schema in a payload": ([("payload: {$ref: '#/components/schemas/Water'}", "payload: {schema: {$ref: '#/components/schemas/Water'}}")], "schema: {$ref", "missing-field", "needs 'schemaFormat'"),
}  # fmt: skip


@pytest.mark.parametrize(("replaced", "at", "code", "advice"), HABITS.values(), ids=list(HABITS))
def test_habits(folder, replaced, at, code, advice):
    """One finding at the line of the mistake says what to write; what follows of it is silent."""
    text = written(*replaced)
    (finding,) = lint(folder.write("asyncapi.yml", text))
    assert finding.code == code
    assert at in text.split("\n")[finding.line - 1] + "\n", finding
    assert advice in finding.message
