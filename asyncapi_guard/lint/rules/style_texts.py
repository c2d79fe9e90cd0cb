"""Rules of style about texts for people: descriptions, summaries, examples, who to ask."""

from __future__ import annotations

from typing import TYPE_CHECKING

from asyncapi_guard.errors import Severity
from asyncapi_guard.lint.rule import group
from asyncapi_guard.spec.wording import shown

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Mapping

    from asyncapi_guard.lint.context import Context
    from asyncapi_guard.spec.references import Node

__all__ = ["CHECKS", "RULES"]

_style = group("Style", Severity.WARNING, optional=True)

RULES = (
    _style(
        "info-description",
        "`info` should have a description.",
        "Readers of the documentation see it first. Describe the purpose of the server.",
        "info: {title: Chat, version: 1.0.0}",
        "info: {title: Chat, version: 1.0.0, description: Rooms in which people talk.}",
    ),
    _style(
        "info-contact",
        "`info` should have a contact with a name, and a URL or an email address.",
        "Client developers whose events are rejected need to know whom to ask.",
        "info: {title: Chat, version: 1.0.0, contact: {name: Chat team}}",
        """
        info:
          title: Chat
          version: 1.0.0
          contact: {name: Chat team, email: chat@example.com}
        """,
    ),
    _style(
        "info-license",
        "`info` should have a license with a URL.",
        "Without a license, others don't know whether they are allowed to use the document.",
        "info: {title: Chat, version: 1.0.0, license: {name: MIT}}",
        """
        info:
          title: Chat
          version: 1.0.0
          license: {name: MIT, url: 'https://opensource.org/license/mit'}
        """,
    ),
    _style(
        "operation-description",
        "Each operation should have a description or a summary.",
        """
        The key only names the operation. A text describes what happens, when, and under which
        conditions. The text can also be in a trait.
        """,
        """
        channels: {chat: {address: /}}
        operations: {say: {action: receive, channel: {$ref: '#/channels/chat'}}}
        """,
        """
        channels: {chat: {address: /}}
        operations:
          say:
            action: receive
            channel: {$ref: '#/channels/chat'}
            summary: Say something to everybody in a room
        """,
    ),
    _style(
        "message-description",
        "Each message should have a description or a summary.",
        "A schema describes the values, but not their meaning. The text can also be in a trait.",
        "channels: {chat: {address: /, messages: {say: {payload: {type: string}}}}}",
        """
        channels:
          chat:
            address: /
            messages:
              say: {summary: A line of the chat, payload: {type: string}}
        """,
    ),
    _style(
        "parameter-description",
        "Each parameter should have a description.",
        "Client developers must fill in a value, and only the description explains which.",
        "channels: {table: {address: '/tables/{id}', parameters: {id: {}}}}",
        """
        channels:
          table:
            address: /tables/{id}
            parameters: {id: {description: The number on the table.}}
        """,
    ),
    _style(
        "message-examples",
        "Each message with a payload should have an example.",
        """
        Readers copy examples, and the console and the mock send them. The rule accepts an example
        of the message, and `examples`, `const`, or `enum` in the schema of its payload. A payload
        of the type `null` doesn't need an example.
        """,
        "channels: {chat: {address: /, messages: {say: {payload: {type: string}}}}}",
        """
        channels:
          chat:
            address: /
            messages:
              say: {payload: {type: string}, examples: [{payload: Hello}]}
        """,
    ),
    _style(
        "summary-form",
        "A summary should be one line, without a period at the end.",
        "Tools show it in lists and headings. Put longer texts in the `description`.",
        """
        channels: {chat: {address: /}}
        operations:
          say: {action: receive, channel: {$ref: '#/channels/chat'}, summary: Say something.}
        """,
        """
        channels: {chat: {address: /}}
        operations:
          say: {action: receive, channel: {$ref: '#/channels/chat'}, summary: Say something}
        """,
    ),
)

_WITH_SUMMARIES = (
    "Server",
    "Channel",
    "Operation",
    "OperationTrait",
    "Message",
    "MessageTrait",
    "MessageExample",
)


def _check_texts(context: Context) -> None:
    _check_info(context)
    if "operation-description" in context.optional:
        for node in _without(context, "Operation", "description", "summary"):
            text = (
                "this operation has no description and no summary; describe what happens, and when"
            )
            context.report("operation-description", node, text, key=True)
    if "message-description" in context.optional:
        for node in _without(context, "Message", "description", "summary"):
            text = "this message has no description and no summary; describe what it means"
            context.report("message-description", node, text, key=True)
    if "parameter-description" in context.optional:
        for node in _without(context, "Parameter", "description"):
            text = "this parameter has no description; describe its values"
            context.report("parameter-description", node, text, key=True)
    if "message-examples" in context.optional:
        _check_examples(context)
    if "summary-form" in context.optional:
        _check_summaries(context)


def _without(context: Context, name: str, *fields: str) -> Iterator[Node]:
    """The objects of a kind of which none of some fields says anything, traits merged."""
    for node in context.all(name):
        if not _says_any(context.merged(node), fields):
            yield node


def _says_any(there: Mapping[str, Node], fields: Iterable[str]) -> bool:
    return any(_says(there.get(field)) for field in fields)


def _says(node: Node | None) -> bool:
    """Whether a field is there, and is no text of blanks."""
    if node is None or node.value is None:
        return False
    return not isinstance(node.value, str) or bool(node.value.strip())


# -- info ------------------------------------------------------------------------------------------


def _check_info(context: Context) -> None:
    info = context.field(context.main, "info", dict)
    if info is None:
        return  # which was reported
    if "info-description" in context.optional and not _says(info.get("description")):
        text = "'info' has no description; describe the purpose of the server"
        context.report("info-description", info, text, key=True)
    if "info-contact" in context.optional:
        _check_contact(context, info)
    if "info-license" in context.optional:
        license = context.field(info, "license", dict)
        if license is None:
            text = "'info' has no license; add one with a name and a url"
            context.report("info-license", info, text, key=True)
        elif not _says(license.get("url")):
            text = "the license has no url; add one, so that readers find its text"
            context.report("info-license", license, text, key=True)


def _check_contact(context: Context, info: Node) -> None:
    contact = context.field(info, "contact", dict)
    if contact is None:
        text = "'info' has no contact; add one with a name, and a url or an email"
        context.report("info-contact", info, text, key=True)
        return
    there = dict(contact.items())
    missing = [] if _says(there.get("name")) else ["no name"]
    missing += [] if _says_any(there, ("url", "email")) else ["neither url nor email"]
    if missing:
        text = f"the contact has {' and '.join(missing)}"
        context.report("info-contact", contact, text, key=True)


# -- messages --------------------------------------------------------------------------------------


def _check_examples(context: Context) -> None:
    for message in context.all("Message"):
        fields = context.merged(message)
        if "payload" not in fields or fields.get("examples") is not None:
            continue
        schema = context.schema_behind(fields["payload"])
        if schema is None or not isinstance(schema.node.value, dict):
            continue  # of another format
        if schema.node.value.get("type") == "null" or _shows_values(schema.node.value):
            continue
        text = "this message has no examples; add one, which readers can copy and mocks can send"
        context.report("message-examples", message, text, key=True)


def _shows_values(schema: Mapping[str, object]) -> bool:
    return any(keyword in schema for keyword in ("examples", "const", "enum"))


def _check_summaries(context: Context) -> None:
    for name in _WITH_SUMMARIES:
        for node in context.all(name):
            summary = node.get("summary")
            if summary is None or not isinstance(summary.value, str):
                continue
            text = summary.value.strip()
            if "\n" in text:
                message = "a summary is one line; move the rest to 'description'"
                context.report("summary-form", summary, message)
            elif text.endswith(".") and not text.endswith(".."):
                message = f"the summary {shown(text)} ends with a period; remove it"
                context.report("summary-form", summary, message)


CHECKS = (_check_texts,)
