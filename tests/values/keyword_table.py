"""Schemas with every keyword, and the keywords of which there is a valid case and another one."""

from __future__ import annotations

from typing import Any, NamedTuple


class Row(NamedTuple):
    """A schema.

    Attributes:
        schema: it.
        keywords: those that have a valid case, and one that is not.
        draft: its dialect.
        components: what it refers to.
    """

    schema: Any
    keywords: str
    draft: str = "asyncapi"
    components: Any = None


SCHEMAS: dict[str, Row] = {
    "relative id": Row(
        {
            "$id": "http://example.com/root.json",
            "type": "object",
            "required": ["a", "b"],
            "properties": {"a": {"$ref": "item.json"}, "b": {"$ref": "item.json#/$defs/text"}},
            "$defs": {
                "item": {
                    "$id": "item.json",
                    "type": "integer",
                    "minimum": 5,
                    "$defs": {"text": {"type": "string", "maxLength": 2}},
                }
            },
        },
        "maxLength minimum required type",
        draft="2020-12",
    ),
    "anchor in a resource": Row(
        {
            "$id": "http://example.com/root.json",
            "type": "object",
            "required": ["a"],
            "properties": {"a": {"$ref": "#size"}},
            "$defs": {"n": {"$anchor": "size", "type": "integer", "maximum": 3}},
        },
        "maximum required type",
        draft="2020-12",
    ),
    "string": Row({"type": "string"}, "type"),
    "int": Row({"type": "integer"}, "type"),
    "number": Row({"type": "number"}, "type"),
    "bool": Row({"type": "boolean"}, "type"),
    "nullable": Row({"type": ["string", "null"]}, "type"),
    "list": Row({"type": "array"}, "type"),
    "object": Row({"type": "object"}, "type"),
    "anything": Row({}, ""),
    "multi types": Row(
        {"type": ["integer", "string", "object"], "minimum": 5, "minLength": 3, "required": ["a"]},
        "minLength minimum required type",
    ),
    "min": Row({"type": "integer", "minimum": 3}, "minimum type"),
    "max": Row({"type": "integer", "maximum": -3}, "maximum type"),
    "range": Row({"type": "integer", "minimum": 7, "maximum": 9}, "maximum minimum type"),
    "xmin": Row({"type": "number", "exclusiveMinimum": 3}, "exclusiveMinimum type"),
    "xmax": Row({"type": "number", "exclusiveMaximum": 3}, "exclusiveMaximum type"),
    "xmin4": Row(
        {
            "type": "integer",
            "minimum": 3,
            "exclusiveMinimum": True,
            "maximum": 5,
            "exclusiveMaximum": True,
        },
        "maximum minimum type",
        draft="draft-04",
    ),
    "narrow": Row(
        {"type": "number", "exclusiveMinimum": 0, "maximum": 1}, "exclusiveMinimum maximum type"
    ),
    "unit": Row(
        {"type": "number", "exclusiveMinimum": 0, "exclusiveMaximum": 1},
        "exclusiveMaximum exclusiveMinimum type",
    ),
    "multipleOf": Row({"type": "integer", "multipleOf": 7}, "multipleOf type"),
    "cents": Row({"type": "number", "multipleOf": 0.01}, "multipleOf type"),
    "tenths": Row(
        {"type": "number", "multipleOf": 0.1, "minimum": 0.25, "maximum": 0.55},
        "maximum minimum multipleOf type",
    ),
    "two steps": Row(
        {"allOf": [{"multipleOf": 6}, {"multipleOf": 4}], "type": "integer", "minimum": 1},
        "minimum multipleOf type",
    ),
    "minLength": Row({"type": "string", "minLength": 3}, "minLength type"),
    "maxLength": Row({"type": "string", "maxLength": 2}, "maxLength type"),
    "empty text": Row({"type": "string", "maxLength": 0}, "maxLength type"),
    "long": Row({"type": "string", "minLength": 3000}, "minLength type"),
    "pattern ^a+$": Row({"type": "string", "pattern": "^a+$"}, "pattern type"),
    "pattern ^[a-z]{3}-\\d{2}$": Row(
        {"type": "string", "pattern": "^[a-z]{3}-\\d{2}$"}, "pattern type"
    ),
    "pattern ^(foo|bar)baz?$": Row(
        {"type": "string", "pattern": "^(foo|bar)baz?$"}, "pattern type"
    ),
    "pattern \\d+": Row({"type": "string", "pattern": "\\d+"}, "pattern type"),
    "pattern ^\\w+@\\w+\\.com$": Row(
        {"type": "string", "pattern": "^\\w+@\\w+\\.com$"}, "pattern type"
    ),
    "pattern ^(?=.*[A-Z])(?=.*\\d)[A-Za-z\\d]{8,}$": Row(
        {"type": "string", "pattern": "^(?=.*[A-Z])(?=.*\\d)[A-Za-z\\d]{8,}$"}, "pattern type"
    ),
    "pattern ^\\p{L}+$": Row({"type": "string", "pattern": "^\\p{L}+$"}, "pattern type"),
    "pattern ^[^\\s]+$": Row({"type": "string", "pattern": "^[^\\s]+$"}, "pattern type"),
    "pattern ^#[0-9a-fA-F]{6}$": Row(
        {"type": "string", "pattern": "^#[0-9a-fA-F]{6}$"}, "pattern type"
    ),
    "pattern ^(?:[01]\\d|2[0-3]):[0-5]\\d$": Row(
        {"type": "string", "pattern": "^(?:[01]\\d|2[0-3]):[0-5]\\d$"}, "pattern type"
    ),
    "pattern ^(a)(b)?\\1$": Row({"type": "string", "pattern": "^(a)(b)?\\1$"}, "pattern type"),
    "pattern ^\\S+$": Row({"type": "string", "pattern": "^\\S+$"}, "pattern type"),
    "pattern ^[A-Z][a-z]*(?: [A-Z][a-z]*)*$": Row(
        {"type": "string", "pattern": "^[A-Z][a-z]*(?: [A-Z][a-z]*)*$"}, "pattern type"
    ),
    "pattern ^.{2,4}$": Row({"type": "string", "pattern": "^.{2,4}$"}, "pattern type"),
    "pattern ^((25[0-5]|2[0-4]\\d|1?\\d?\\d)(\\.(?!$)|$)){4}$": Row(
        {"type": "string", "pattern": "^((25[0-5]|2[0-4]\\d|1?\\d?\\d)(\\.(?!$)|$)){4}$"},
        "pattern type",
    ),
    "pattern ^(?!foo).*$": Row({"type": "string", "pattern": "^(?!foo).*$"}, "pattern type"),
    "pattern ^$": Row({"type": "string", "pattern": "^$"}, "pattern type"),
    "pattern ^/": Row({"type": "string", "pattern": "^/"}, "pattern type"),
    "pattern [.]json$": Row({"type": "string", "pattern": "[.]json$"}, "pattern type"),
    "pattern+len": Row(
        {"type": "string", "pattern": "^[a-z]+$", "minLength": 20, "maxLength": 21},
        "maxLength minLength pattern type",
    ),
    "pattern+len2": Row(
        {"type": "string", "pattern": "^[a-z]+-[0-9]*$", "maxLength": 3, "minLength": 3},
        "maxLength minLength pattern type",
    ),
    "unanchored+len": Row(
        {"type": "string", "pattern": "foo", "minLength": 10}, "minLength pattern type"
    ),
    "2 patterns": Row(
        {"allOf": [{"pattern": "^a"}, {"pattern": "z$"}], "type": "string"}, "pattern type"
    ),
    "format date": Row({"type": "string", "format": "date"}, "format type"),
    "format date-time": Row({"type": "string", "format": "date-time"}, "format type"),
    "format time": Row({"type": "string", "format": "time"}, "format type"),
    "format duration": Row({"type": "string", "format": "duration"}, "format type"),
    "format email": Row({"type": "string", "format": "email"}, "format type"),
    "format hostname": Row({"type": "string", "format": "hostname"}, "format type"),
    "format idn-email": Row({"type": "string", "format": "idn-email"}, "format type"),
    "format idn-hostname": Row({"type": "string", "format": "idn-hostname"}, "format type"),
    "format ipv4": Row({"type": "string", "format": "ipv4"}, "format type"),
    "format ipv6": Row({"type": "string", "format": "ipv6"}, "format type"),
    "format uri": Row({"type": "string", "format": "uri"}, "format type"),
    "format uri-reference": Row({"type": "string", "format": "uri-reference"}, "format type"),
    "format iri": Row({"type": "string", "format": "iri"}, "format type"),
    "format iri-reference": Row({"type": "string", "format": "iri-reference"}, "format type"),
    "format uri-template": Row({"type": "string", "format": "uri-template"}, "format type"),
    "format json-pointer": Row({"type": "string", "format": "json-pointer"}, "format type"),
    "format relative-json-pointer": Row(
        {"type": "string", "format": "relative-json-pointer"}, "format type"
    ),
    "format regex": Row({"type": "string", "format": "regex"}, "format type"),
    "format uuid": Row({"type": "string", "format": "uuid"}, "format type"),
    "format byte": Row({"type": "string", "format": "byte"}, "format type"),
    "format password": Row({"type": "string", "format": "password"}, "type"),
    "format int32x": Row({"type": "string", "format": "int32x"}, "type"),
    "int32": Row({"type": "integer", "format": "int32"}, "format type"),
    "int64": Row({"type": "integer", "format": "int64"}, "format type"),
    "float": Row({"type": "number", "format": "float"}, "format type"),
    "email+max": Row(
        {"type": "string", "format": "email", "maxLength": 14}, "format maxLength type"
    ),
    "binary": Row(
        {"type": "string", "format": "binary", "minLength": 2, "maxLength": 5},
        "maxLength minLength type",
    ),
    "binary in object": Row(
        {
            "type": "object",
            "required": ["b"],
            "properties": {"b": {"type": "string", "format": "binary"}},
        },
        "required type",
    ),
    "enum": Row({"enum": ["a", 1, None, {"a": [1]}]}, "enum"),
    "enum typed": Row({"type": "integer", "enum": [1, "2", 3]}, "enum type"),
    "const": Row({"const": {"a": 1}}, "const"),
    "enum min": Row({"enum": [1, 5, 9], "minimum": 4}, "enum minimum"),
    "required": Row(
        {
            "type": "object",
            "properties": {"a": {"type": "integer"}, "b": {"type": "string"}},
            "required": ["a"],
        },
        "required type",
    ),
    "required unnamed": Row({"type": "object", "required": ["zz"]}, "required type"),
    "closed": Row(
        {"type": "object", "properties": {"a": {"type": "integer"}}, "additionalProperties": False},
        "additionalProperties type",
    ),
    "map": Row({"type": "object", "additionalProperties": {"type": "integer"}}, "type"),
    "map min": Row(
        {
            "type": "object",
            "additionalProperties": {"type": "integer"},
            "minProperties": 3,
            "maxProperties": 4,
        },
        "maxProperties minProperties type",
    ),
    "minProps": Row({"type": "object", "minProperties": 2}, "minProperties type"),
    "maxProps": Row(
        {
            "type": "object",
            "properties": {
                "a": {"type": "integer"},
                "b": {"type": "integer"},
                "c": {"type": "integer"},
            },
            "maxProperties": 1,
        },
        "maxProperties type",
    ),
    "closed minProps": Row(
        {
            "type": "object",
            "properties": {
                "a": {"type": "integer"},
                "b": {"type": "integer"},
                "c": {"type": "integer"},
            },
            "additionalProperties": False,
            "minProperties": 2,
        },
        "additionalProperties minProperties properties type",
    ),
    "patternProperties": Row(
        {
            "type": "object",
            "patternProperties": {"^x-": {"type": "integer"}},
            "additionalProperties": False,
            "minProperties": 1,
        },
        "additionalProperties minProperties type",
    ),
    "pp+p": Row(
        {
            "type": "object",
            "properties": {"x-a": {"minimum": 5}},
            "patternProperties": {"^x-": {"type": "integer"}},
            "required": ["x-a"],
        },
        "minimum required type",
    ),
    "propertyNames": Row(
        {"type": "object", "propertyNames": {"pattern": "^[a-c]{2}$"}, "minProperties": 2},
        "minProperties propertyNames type",
    ),
    "propertyNames enum": Row(
        {
            "type": "object",
            "propertyNames": {"enum": ["a", "b"]},
            "minProperties": 2,
            "additionalProperties": {"type": "boolean"},
        },
        "additionalProperties minProperties propertyNames type",
    ),
    "items": Row({"type": "array", "items": {"type": "integer"}}, "type"),
    "minItems": Row(
        {"type": "array", "items": {"type": "integer"}, "minItems": 3}, "items minItems type"
    ),
    "maxItems": Row(
        {"type": "array", "items": {"type": "integer"}, "maxItems": 1}, "items maxItems type"
    ),
    "500 items": Row(
        {"type": "array", "items": {"type": "integer"}, "minItems": 500}, "items minItems type"
    ),
    "unique": Row(
        {
            "type": "array",
            "items": {"type": "integer", "minimum": 1, "maximum": 3},
            "uniqueItems": True,
            "minItems": 3,
        },
        "items maximum minItems minimum type uniqueItems",
    ),
    "unique bools": Row(
        {"type": "array", "items": {"type": "boolean"}, "uniqueItems": True}, "type uniqueItems"
    ),
    "unique enum": Row(
        {"type": "array", "items": {"enum": ["a", "b", "c"]}, "uniqueItems": True, "minItems": 3},
        "enum items minItems type uniqueItems",
    ),
    "unique many": Row(
        {"type": "array", "items": {"type": "integer"}, "uniqueItems": True, "minItems": 70},
        "items minItems type uniqueItems",
    ),
    "unique objects": Row(
        {
            "type": "array",
            "items": {
                "type": "object",
                "properties": {"a": {"type": "boolean"}},
                "required": ["a"],
                "additionalProperties": False,
            },
            "uniqueItems": True,
            "minItems": 2,
        },
        "additionalProperties items minItems required type uniqueItems",
    ),
    "tuple": Row(
        {
            "type": "array",
            "items": [{"type": "integer"}, {"type": "string"}],
            "minItems": 2,
            "additionalItems": False,
        },
        "additionalItems minItems type",
    ),
    "tuple open": Row(
        {
            "type": "object",
            "properties": {
                "t": {
                    "type": "array",
                    "items": [{"type": "integer"}],
                    "additionalItems": {"type": "null"},
                    "minItems": 3,
                }
            },
            "required": ["t"],
        },
        "additionalItems minItems required type",
    ),
    "prefixItems": Row(
        {
            "type": "object",
            "required": ["t"],
            "properties": {
                "t": {
                    "type": "array",
                    "prefixItems": [{"type": "integer"}, {"type": "string"}],
                    "items": False,
                    "minItems": 1,
                }
            },
        },
        "items minItems required type",
        draft="2020-12",
    ),
    "contains": Row(
        {"type": "array", "contains": {"type": "string", "minLength": 2}}, "contains type"
    ),
    "contains items": Row(
        {
            "type": "array",
            "items": {"type": "integer"},
            "contains": {"minimum": 100},
            "maxItems": 3,
        },
        "contains items maxItems type",
    ),
    "minContains": Row(
        {
            "type": "array",
            "items": {"type": "integer"},
            "contains": {"const": 7},
            "minContains": 2,
            "maxContains": 3,
        },
        "contains items maxContains minContains type",
        draft="2020-12",
    ),
    "contains prefix": Row(
        {"type": "array", "prefixItems": [{"type": "string"}], "contains": {"type": "integer"}},
        "contains type",
        draft="2020-12",
    ),
    "allOf": Row(
        {
            "allOf": [
                {"type": "object", "properties": {"a": {"type": "integer"}}},
                {"required": ["a"]},
                {"minProperties": 2},
            ]
        },
        "minProperties required type",
    ),
    "anyOf": Row({"anyOf": [{"type": "string"}, {"type": "integer"}]}, "anyOf type"),
    "oneOf": Row(
        {"oneOf": [{"type": "string"}, {"type": "integer"}, {"type": "number"}]}, "oneOf type"
    ),
    "oneOf overlap": Row(
        {"oneOf": [{"type": "integer", "minimum": 0}, {"type": "integer", "maximum": 10}]},
        "maximum minimum oneOf type",
    ),
    "oneOf open": Row(
        {
            "oneOf": [
                {"type": "object", "properties": {"key": {"type": "string"}}},
                {"type": "object", "properties": {"key2": {"type": "string"}}},
            ]
        },
        "oneOf type",
    ),
    "oneOf required": Row(
        {
            "type": "object",
            "properties": {"a": {"type": "integer"}, "b": {"type": "integer"}},
            "oneOf": [{"required": ["a"]}, {"required": ["b"]}],
        },
        "oneOf required type",
    ),
    "discriminated": Row(
        {
            "oneOf": [
                {
                    "type": "object",
                    "properties": {"kind": {"const": "a"}, "x": {"type": "integer"}},
                    "required": ["kind", "x"],
                },
                {
                    "type": "object",
                    "properties": {"kind": {"const": "b"}, "y": {"type": "string"}},
                    "required": ["kind", "y"],
                },
            ]
        },
        "const oneOf required type",
    ),
    "not type": Row({"not": {"type": "string"}}, "not"),
    "not required": Row(
        {"type": "object", "properties": {"a": {"type": "integer"}}, "not": {"required": ["a"]}},
        "not type",
    ),
    "not enum": Row({"type": "string", "not": {"enum": ["", "a"]}}, "not type"),
    "not pattern": Row({"type": "string", "not": {"pattern": "^a"}}, "not type"),
    "not const obj": Row(
        {
            "type": "object",
            "properties": {"a": {"type": "boolean"}},
            "required": ["a"],
            "not": {"properties": {"a": {"const": True}}},
        },
        "not required type",
    ),
    "not anyOf": Row(
        {"type": "object", "not": {"anyOf": [{"required": ["a"]}, {"required": ["b"]}]}}, "not type"
    ),
    "not not": Row({"not": {"not": {"type": "integer"}}}, "not"),
    "not allOf": Row({"not": {"allOf": [{"type": "integer"}, {"minimum": 5}]}}, "not"),
    "if then": Row(
        {
            "type": "object",
            "properties": {
                "kind": {"enum": ["a", "b"]},
                "x": {"type": "integer"},
                "y": {"type": "string"},
            },
            "required": ["kind"],
            "if": {"properties": {"kind": {"const": "a"}}},
            "then": {"required": ["x"]},
            "else": {"required": ["y"]},
        },
        "const enum if required type",
    ),
    "if int": Row(
        {
            "type": ["integer", "string"],
            "if": {"type": "integer"},
            "then": {"minimum": 100},
            "else": {"minLength": 3},
        },
        "minLength minimum type",
    ),
    "dependencies list": Row(
        {
            "type": "object",
            "properties": {"a": {"type": "integer"}, "b": {"type": "integer"}},
            "dependencies": {"a": ["b"]},
        },
        "dependencies type",
    ),
    "dependencies schema": Row(
        {
            "type": "object",
            "properties": {"a": {"type": "integer"}},
            "dependencies": {"a": {"required": ["c"], "properties": {"c": {"type": "string"}}}},
        },
        "dependencies required type",
    ),
    "dependentRequired": Row(
        {
            "type": "object",
            "properties": {"a": {"type": "integer"}, "b": {"type": "integer"}},
            "dependentRequired": {"a": ["b"]},
        },
        "dependentRequired type",
        draft="2020-12",
    ),
    "dependentSchemas": Row(
        {
            "type": "object",
            "properties": {"a": {"type": "integer"}},
            "dependentSchemas": {"a": {"minProperties": 2}},
        },
        "dependentSchemas minProperties type",
        draft="2020-12",
    ),
    "unevaluatedProperties": Row(
        {
            "allOf": [{"type": "object", "properties": {"a": {"type": "integer"}}}],
            "properties": {"b": {"type": "string"}},
            "unevaluatedProperties": False,
        },
        "type unevaluatedProperties",
        draft="2020-12",
    ),
    "unevaluatedItems": Row(
        {
            "type": "array",
            "allOf": [{"prefixItems": [{"type": "integer"}]}],
            "unevaluatedItems": False,
        },
        "type unevaluatedItems",
        draft="2020-12",
    ),
    "tree": Row(
        {"$ref": "#/components/schemas/Tree"},
        "additionalProperties required type",
        components={
            "Tree": {
                "type": "object",
                "required": ["name"],
                "properties": {
                    "name": {"type": "string"},
                    "below": {"type": "array", "items": {"$ref": "#/components/schemas/Tree"}},
                },
                "additionalProperties": False,
            }
        },
    ),
    "linked list": Row(
        {
            "type": "object",
            "required": ["l"],
            "properties": {"l": {"$ref": "#/components/schemas/L"}},
        },
        "oneOf required type",
        components={
            "L": {
                "oneOf": [
                    {"type": "null"},
                    {
                        "type": "object",
                        "required": ["head", "tail"],
                        "properties": {
                            "head": {"type": "integer"},
                            "tail": {"$ref": "#/components/schemas/L"},
                        },
                    },
                ]
            }
        },
    ),
    "expr": Row(
        {"$ref": "#/components/schemas/E"},
        "anyOf enum required type",
        components={
            "E": {
                "anyOf": [
                    {
                        "type": "object",
                        "required": ["op", "l", "r"],
                        "properties": {
                            "op": {"enum": ["+", "-"]},
                            "l": {"$ref": "#/components/schemas/E"},
                            "r": {"$ref": "#/components/schemas/E"},
                        },
                    },
                    {"type": "integer"},
                ]
            }
        },
    ),
    "anchor": Row(
        {"$ref": "#p", "$defs": {"p": {"$anchor": "p", "type": "integer", "minimum": 4}}},
        "minimum type",
        draft="2020-12",
    ),
    "own id": Row(
        {
            "$id": "http://example.com/a.json",
            "type": "object",
            "required": ["p"],
            "properties": {"p": {"$ref": "#/definitions/p"}},
            "definitions": {"p": {"type": "integer", "minimum": 4}},
        },
        "minimum required type",
        draft="draft-07",
    ),
    "dynamic": Row(
        {
            "$id": "http://example.com/t",
            "$dynamicAnchor": "node",
            "type": "object",
            "required": ["v"],
            "properties": {
                "v": {"type": "integer"},
                "c": {"type": "array", "items": {"$dynamicRef": "#node"}},
            },
        },
        "required type",
        draft="2020-12",
    ),
    "nullable30": Row({"type": "string", "nullable": True}, "type", draft="openapi-3.0"),
    "deep": Row(
        {
            "type": "object",
            "properties": {
                "a": {
                    "type": "object",
                    "properties": {
                        "b": {
                            "type": "object",
                            "properties": {
                                "c": {
                                    "type": "array",
                                    "items": {
                                        "type": "object",
                                        "properties": {"d": {"type": "integer", "maximum": 9}},
                                        "required": ["d"],
                                    },
                                    "minItems": 1,
                                }
                            },
                            "required": ["c"],
                        }
                    },
                    "required": ["b"],
                }
            },
        },
        "items maximum minItems required type",
    ),
    "false prop": Row(
        {"type": "object", "properties": {"a": False, "b": {"type": "integer"}}, "required": ["b"]},
        "properties required type",
        draft="draft-07",
    ),
    "conflict optional": Row(
        {
            "allOf": [
                {
                    "type": "object",
                    "properties": {"a": {"type": "integer"}},
                    "additionalProperties": False,
                },
                {"type": "object", "properties": {"b": {"type": "string"}}},
            ]
        },
        "additionalProperties type",
    ),
    "readme user": Row(
        {
            "type": "object",
            "required": ["id", "email"],
            "properties": {
                "id": {"type": "string", "format": "uuid"},
                "email": {"type": "string", "format": "email"},
                "age": {"type": "integer", "minimum": 0, "maximum": 150},
                "tags": {
                    "type": "array",
                    "items": {"type": "string", "minLength": 1},
                    "maxItems": 5,
                    "uniqueItems": True,
                },
            },
            "additionalProperties": False,
        },
        "additionalProperties format maxItems maximum minLength minimum required type uniqueItems",
    ),
}
