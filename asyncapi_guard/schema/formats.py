"""Formats: which are known, and how those that no engine asserts are said in other keywords.

Draft 07's `uuid` and OpenAPI's `int32`, `int64`, `float`, `double`, `byte` and `binary` are names
that JSON Schema engines pass over. A format callback costs more than all the rest of a small
schema, so they become patterns and bounds when a schema is compiled; only `binary` needs a keyword
of its own, because bytes are no JSON.
"""

from __future__ import annotations

from typing import Any

__all__ = ["BINARY", "KNOWN", "asserted", "is_binary"]

#: The keyword that takes the place of `type: string, format: binary`. Its value holds the limits
#: (`minLength`, `maxLength`, in bytes).
BINARY = "x-guard-binary"

_UUID = "^[0-9a-fA-F]{8}-(?:[0-9a-fA-F]{4}-){3}[0-9a-fA-F]{12}$"
_BASE64 = "^(?:[A-Za-z0-9+/]{4})*(?:[A-Za-z0-9+/]{2}==|[A-Za-z0-9+/]{3}=)?$"
_TIME = "T(?:[0-9]+H(?:[0-9]+M(?:[0-9]+S)?)?|[0-9]+M(?:[0-9]+S)?|[0-9]+S)"
_DATE = "(?:[0-9]+Y(?:[0-9]+M(?:[0-9]+D)?)?|[0-9]+M(?:[0-9]+D)?|[0-9]+D)"
_DURATION = f"^P(?:[0-9]+W|{_DATE}(?:{_TIME})?|{_TIME})$"  # RFC 3339, appendix A
_FLOAT_MAX = 3.4028234663852886e38

_REWRITTEN: dict[str, dict[str, Any]] = {
    "uuid": {"pattern": _UUID},
    "byte": {"pattern": _BASE64},
    # jsonschema-rs takes `P1` for one.
    "duration": {"pattern": _DURATION},
    "int32": {"minimum": -(2**31), "maximum": 2**31 - 1},
    "int64": {"minimum": -(2**63), "maximum": 2**63 - 1},
    "float": {"minimum": -_FLOAT_MAX, "maximum": _FLOAT_MAX},
}

#: Formats that an engine asserts itself.
ENGINE = frozenset(
    (
        "date",
        "date-time",
        "email",
        "hostname",
        "idn-email",
        "idn-hostname",
        "ipv4",
        "ipv6",
        "iri",
        "iri-reference",
        "json-pointer",
        "regex",
        "relative-json-pointer",
        "time",
        "uri",
        "uri-reference",
        "uri-template",
    )
)

#: Every format that is asserted, or says nothing on purpose.
KNOWN = ENGINE | frozenset(_REWRITTEN) | {"binary", "double", "password"}


def asserted(schema_format: Any) -> dict[str, Any] | None:
    """The keywords that say the same as a format, where an engine would pass over it."""
    return _REWRITTEN.get(schema_format) if isinstance(schema_format, str) else None


def is_binary(schema: Any) -> bool:
    """Whether a schema takes bytes: `format: binary` on a type that includes strings."""
    if not isinstance(schema, dict) or schema.get("format") != "binary":
        return False
    types = schema.get("type")
    return types == "string" or (isinstance(types, list) and "string" in types)
