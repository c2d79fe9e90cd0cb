"""Schemas as a document has them, for the tests of values."""

from __future__ import annotations

from typing import Any

from asyncapi_guard import load

#: By what `schemaFormat` calls them.
DRAFTS = {
    "asyncapi": None,
    "draft-04": "application/schema+json;version=draft-04",
    "draft-06": "application/schema+json;version=draft-06",
    "draft-07": "application/schema+json;version=draft-07",
    "2019-09": "application/schema+json;version=2019-09",
    "2020-12": "application/schema+json;version=2020-12",
    "openapi-3.0": "application/vnd.oai.openapi;version=3.0.3",
}


def message(components: Any = None, **fields: Any) -> Any:
    """A message that clients send."""
    document = {
        "asyncapi": "3.1.0",
        "info": {"title": "Values", "version": "1"},
        "channels": {"c": {"address": "/", "messages": {"m": fields}}},
        "operations": {"o": {"action": "receive", "channel": {"$ref": "#/channels/c"}}},
        "components": {"schemas": components or {}},
    }
    return load(document).channels["c"].messages["m"]


def compiled(schema: Any, draft: str = "asyncapi", components: Any = None) -> Any:
    """A schema of a payload; a dialect of its own is named."""
    format = DRAFTS[draft]
    payload = schema if format is None else {"schemaFormat": format, "schema": schema}
    return message(components, payload=payload).payload
