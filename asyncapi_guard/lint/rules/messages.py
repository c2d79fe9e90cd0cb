"""Rules about messages: their headers and their examples."""

from __future__ import annotations

from typing import TYPE_CHECKING

from asyncapi_guard.errors import Severity
from asyncapi_guard.lint.rule import group
from asyncapi_guard.lint.values import check_value
from asyncapi_guard.spec.wording import shown

if TYPE_CHECKING:
    from collections.abc import Mapping

    from asyncapi_guard.lint.context import Context
    from asyncapi_guard.spec.references import Node

__all__ = ["CHECKS", "RULES"]

_error = group("Semantics", Severity.ERROR)

RULES = (
    _error(
        "headers-type",
        "The schema of headers must describe a map.",
        "Headers are names with values, so their schema must have `type: object`.",
        "components: {messages: {say: {headers: {type: string}}}}",
        "components: {messages: {say: {headers: {type: object}}}}",
    ),
    _error(
        "example-payload",
        "The payload of an example must be valid.",
        """
        People copy examples. An example that the schema rejects teaches them to send events that
        the server rejects. The specification requires valid examples, but many documents have
        invalid ones. To start gradually, set this rule to a warning in the configuration.
        """,
        """
        channels:
          chat:
            messages:
              say: {payload: {type: string}, examples: [{payload: 42}]}
        """,
        """
        channels:
          chat:
            messages:
              say: {payload: {type: string}, examples: [{payload: Hello}]}
        """,
    ),
    _error(
        "example-headers",
        "The headers of an example must be valid.",
        """
        People copy examples, so the headers of an example must be valid under the message's
        `headers`. See `example-payload`.
        """,
        """
        components:
          messages:
            say:
              headers: {type: object, required: [id]}
              examples: [{headers: {ident: 1}}]
        """,
        """
        components:
          messages:
            say:
              headers: {type: object, required: [id]}
              examples: [{headers: {id: 1}}]
        """,
    ),
)


def _check_messages(context: Context) -> None:
    if context.schemas.endless:
        return  # no value may be judged
    for message in context.all("Message"):
        fields = context.merged(message)
        _headers(context, fields)
        _examples(context, fields)
    for trait in context.all("MessageTrait"):
        _headers(context, dict(trait.items()))


def _headers(context: Context, fields: Mapping[str, Node]) -> None:
    schema = context.schema_behind(fields.get("headers"))
    if schema is None or not isinstance(schema.node.value, dict):
        return
    headers = schema.node
    type = headers.value.get("type")
    if isinstance(type, (str, list)) and "object" not in (type if type != "object" else [type]):
        message = f"headers are a map; expected type 'object', got {shown(type)}"
        context.report("headers-type", headers.child("type"), message)


def _examples(context: Context, fields: Mapping[str, Node]) -> None:
    """Each example must be valid under the payload and the headers, traits merged."""
    examples = fields.get("examples")
    if examples is None or not isinstance(examples.value, list):
        return
    for example in examples.values():
        for part in ("payload", "headers"):
            value = example.get(part)
            if value is not None and part in fields:
                check_value(context, f"example-{part}", value, fields[part])


CHECKS = (_check_messages,)
