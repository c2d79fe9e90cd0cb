"""Rules about schemas."""

from asyncapi_guard.errors import Severity
from asyncapi_guard.lint.rule import group

__all__ = ["RULES"]

_error = group("Schemas", Severity.ERROR)
_warning = group("Schemas", Severity.WARNING)

RULES = (
    _error(
        "invalid-schema",
        "A schema is valid under the metaschema of its dialect.",
        """
        Each keyword takes certain values: `type` one of seven names, `minLength` a number that is
        not negative, `required` a list of names. Without `schemaFormat` the dialect is AsyncAPI's,
        which is JSON Schema draft-07.
        """,
        "components: {schemas: {Name: {type: strng}}}",
        "components: {schemas: {Name: {type: string}}}",
    ),
    _error(
        "ack-schema",
        "`x-ack` is a schema.",
        """
        What stands in `x-ack` judges the arguments of acknowledgements: a schema, a reference to
        one, a Multi Format Schema Object, or `{args: schema}`.
        """,
        """
        channels:
          chat: {messages: {say: {payload: {type: string}, x-ack: 'yes'}}}
        """,
        """
        channels:
          chat: {messages: {say: {payload: {type: string}, x-ack: {type: boolean}}}}
        """,
    ),
    _error(
        "endless-schema",
        "A schema does not lead back to itself before it has read anything.",
        """
        A schema may contain itself: in `properties`, in `items`. If it leads back to itself through
        `$ref`, `allOf`, `anyOf` and the like alone, nothing is ever judged: JSON Schema leaves that
        undefined, and validators accept everything or never end.
        """,
        """
        components:
          schemas:
            Animal: {oneOf: [{$ref: '#/components/schemas/Cat'}]}
            Cat: {allOf: [{$ref: '#/components/schemas/Animal'}]}
        """,
        """
        components:
          schemas:
            Animal: {oneOf: [{$ref: '#/components/schemas/Cat'}]}
            Cat: {properties: {kitten: {$ref: '#/components/schemas/Cat'}}}
        """,
    ),
    _warning(
        "bad-pattern",
        "A pattern is a regular expression of ECMA-262.",
        """
        Patterns are JavaScript's (in its Unicode mode), whatever language reads the document:
        `(?<name>...)`, not Python's `(?P<name>...)`; `[\\w\\-_]`, not `[\\w-_]`. JSON Schema only
        recommends it, so it is a warning; but a guard that cannot read a pattern refuses to load
        the document.
        """,
        "components: {schemas: {Code: {type: string, pattern: '^[A-Z'}}}",
        "components: {schemas: {Code: {type: string, pattern: '^[A-Z]+$'}}}",
    ),
    _warning(
        "pattern-backtracking",
        "A pattern needs no backtracking.",
        """
        Look-around (`(?=...)`, `(?!...)`) and back-references (`\\1`) force a validator to try many
        ways, and crafted input makes that slow. Here such patterns run with a low limit, beyond
        which a value is refused. Other keywords often say the same: `allOf` with several patterns,
        `minLength`, `not`.
        """,
        "components: {schemas: {Word: {type: string, pattern: '^(?=.*[0-9])[a-z0-9]+$'}}}",
        """
        components:
          schemas:
            Word: {type: string, allOf: [{pattern: '[0-9]'}, {pattern: '^[a-z0-9]+$'}]}
        """,
    ),
    _error(
        "schema-format",
        "A schema is written in the format that `schemaFormat` names.",
        """
        Formats that are JSON (AsyncAPI, JSON Schema, OpenAPI, Avro) are written as data, others
        (Protobuf, XSD) as text.
        """,
        """
        components:
          schemas:
            Name: {schemaFormat: 'application/vnd.apache.avro;version=1.9.0', schema: '{"type": 1}'}
        """,
        """
        components:
          schemas:
            Name:
              schemaFormat: application/vnd.apache.avro;version=1.9.0
              schema: {type: string}
        """,
    ),
    _error(
        "reference-format",
        "A schema refers to schemas of its own format.",
        """
        What a `$ref` inside of a schema leads to is read as the schema is. If it says that it is of
        another format, one of the two is wrong.
        """,
        """
        components:
          schemas:
            Id: {schemaFormat: application/schema+json;version=2020-12, schema: {type: string}}
            User: {type: object, properties: {id: {$ref: '#/components/schemas/Id'}}}
        """,
        """
        components:
          schemas:
            Id: {type: string}
            User: {type: object, properties: {id: {$ref: '#/components/schemas/Id'}}}
        """,
    ),
    _warning(
        "unjudged-format",
        "A schema is of a format that the guard can judge by.",
        """
        AsyncAPI allows any `schemaFormat`. The guard judges by AsyncAPI's own, JSON Schema and
        OpenAPI; it refuses to load a document with Avro, Protobuf or RAML, rather than let such
        messages through unseen.
        """,
        """
        components:
          schemas:
            Name:
              schemaFormat: application/vnd.apache.avro;version=1.9.0
              schema: {type: string}
        """,
        """
        components:
          schemas:
            Name: {schemaFormat: 'application/schema+json;version=draft-07', schema: {type: string}}
        """,
    ),
    _warning(
        "multi-format-field",
        "A Multi Format Schema Object has `schemaFormat`, `schema` and extensions alone.",
        "What else stands beside `schemaFormat` belongs inside of `schema`; here nobody reads it.",
        """
        components:
          schemas:
            Name:
              schemaFormat: application/schema+json;version=draft-07
              schema: {type: string}
              maxLength: 9
        """,
        """
        components:
          schemas:
            Name:
              schemaFormat: application/schema+json;version=draft-07
              schema: {type: string, maxLength: 9}
        """,
    ),
    _error(
        "discriminator",
        "A discriminator names a property that the schema defines and requires.",
        """
        The specification: it MUST be defined at this schema, and it MUST be in the list of required
        properties. Without it nobody can tell which schema was meant. Many documents break this: to
        begin with, demote the code to a warning in the configuration.
        """,
        """
        components:
          schemas:
            Pet: {type: object, discriminator: kind, properties: {kind: {type: string}}}
        """,
        """
        components:
          schemas:
            Pet:
              type: object
              discriminator: kind
              properties: {kind: {type: string}}
              required: [kind]
        """,
    ),
    _error(
        "default-type",
        "A default is of the schema's type.",
        "The specification demands it, unlike JSON Schema itself.",
        "components: {schemas: {Size: {type: integer, default: large}}}",
        "components: {schemas: {Size: {type: integer, default: 9}}}",
    ),
    _warning(
        "default-value",
        "A default is valid under its schema.",
        "A default that the schema refuses cannot be what happens when nothing is sent.",
        "components: {schemas: {Size: {type: integer, maximum: 9, default: 10}}}",
        "components: {schemas: {Size: {type: integer, maximum: 9, default: 9}}}",
    ),
    _warning(
        "schema-example",
        "The `examples` of a schema are valid under it.",
        "As for messages (`example-payload`); for schemas JSON Schema only recommends it.",
        "components: {schemas: {Size: {type: integer, examples: [large]}}}",
        "components: {schemas: {Size: {type: integer, examples: [9]}}}",
    ),
    _warning(
        "unknown-keyword",
        "A schema has keywords that its dialect knows.",
        """
        Validators pass over keywords that they do not know: `minLenght: 3` limits nothing. Your own
        begin with `x-`.
        """,
        "components: {schemas: {Name: {type: string, minLenght: 3}}}",
        "components: {schemas: {Name: {type: string, minLength: 3}}}",
    ),
    _warning(
        "unknown-format",
        "`format` is one that is checked.",
        "Validators pass over formats that they do not know: `format: emial` accepts anything.",
        "components: {schemas: {Contact: {type: string, format: emial}}}",
        "components: {schemas: {Contact: {type: string, format: email}}}",
    ),
    _warning(
        "required-undefined",
        "What is `required` is among the `properties`.",
        """
        A required name without a property is most often a typo: the property that was meant is
        optional then, and the misspelt one is demanded from everybody.
        """,
        """
        components:
          schemas: {Say: {type: object, required: [txet], properties: {text: {type: string}}}}
        """,
        """
        components:
          schemas: {Say: {type: object, required: [text], properties: {text: {type: string}}}}
        """,
    ),
    _warning(
        "ambiguous-union",
        "Alternatives that contain the union have a tag.",
        """
        When several alternatives of a `oneOf` or `anyOf` lead back to it, each level of a value
        multiplies the ways in which it can fail: nobody can say briefly what is wrong, and other
        validators take very long to. Give each alternative a required property with a `const`.
        """,
        """
        components:
          schemas:
            Node:
              oneOf:
                - {type: object, properties: {left: {$ref: '#/components/schemas/Node'}}}
                - {type: object, properties: {right: {$ref: '#/components/schemas/Node'}}}
        """,
        """
        components:
          schemas:
            Node:
              oneOf:
                - type: object
                  required: [kind]
                  properties: {kind: {const: l}, left: {$ref: '#/components/schemas/Node'}}
                - type: object
                  required: [kind]
                  properties: {kind: {const: r}, right: {$ref: '#/components/schemas/Node'}}
        """,
    ),
)
