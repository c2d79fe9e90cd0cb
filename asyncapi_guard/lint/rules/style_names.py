"""Rules of style about names: each kind of name is written in one case."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

from asyncapi_guard.errors import Severity
from asyncapi_guard.lint.cases import fits, in_case
from asyncapi_guard.lint.forms import PLACEHOLDER
from asyncapi_guard.lint.rule import group
from asyncapi_guard.spec.wording import shown

if TYPE_CHECKING:
    from collections.abc import Sequence

    from asyncapi_guard.lint.context import Context
    from asyncapi_guard.spec.references import Node

__all__ = ["CHECKS", "RULES"]

_style = group("Style", Severity.WARNING, optional=True)

RULES = (
    _style(
        "event-case",
        "The names of events should have one case.",
        """
        Client developers type the name, and mixed cases cause typos. To change the case, set
        `events` in `[tool.asyncapi-guard.style]`; the default is `snake_case`. The rule checks each
        part between `:`, `.`, and `/`. A renamed event breaks its clients, so add the new event
        before you remove the old one.
        """,
        "channels: {chat: {address: /, messages: {roomJoined: {payload: {type: string}}}}}",
        "channels: {chat: {address: /, messages: {room_joined: {payload: {type: string}}}}}",
    ),
    _style(
        "namespace-case",
        "Namespaces, and other addresses of channels, should have one case.",
        """
        To change the case, set `namespaces` in `[tool.asyncapi-guard.style]`; the default is
        `kebab-case`. The rule checks each part between `/`, `:`, and `.`, without `{parameters}`.
        """,
        "channels: {chat: {address: /teamChat}}",
        "channels: {chat: {address: /team-chat}}",
    ),
    _style(
        "channel-case",
        "The keys of channels should have one case.",
        """
        Generated code and documentation take their names from these keys. To change the case, set
        `channels` in `[tool.asyncapi-guard.style]`; the default is `camelCase`.
        """,
        "channels: {team_chat: {address: /chat}}",
        "channels: {teamChat: {address: /chat}}",
    ),
    _style(
        "operation-case",
        "The keys of operations should have one case.",
        """
        In AsyncAPI 3, the key is the identifier of the operation, and tools name functions after
        it. To change the case, set `operations` in `[tool.asyncapi-guard.style]`; the default is
        `camelCase`.
        """,
        """
        channels: {chat: {address: /}}
        operations: {join_room: {action: receive, channel: {$ref: '#/channels/chat'}}}
        """,
        """
        channels: {chat: {address: /}}
        operations: {joinRoom: {action: receive, channel: {$ref: '#/channels/chat'}}}
        """,
    ),
    _style(
        "schema-case",
        "The names of schemas in `components` should have one case.",
        """
        Generated code names classes and types after them. To change the case, set `schemas` in
        `[tool.asyncapi-guard.style]`; the default is `PascalCase`.
        """,
        "components: {schemas: {chat_line: {type: string}}}",
        "components: {schemas: {ChatLine: {type: string}}}",
    ),
    _style(
        "property-case",
        "The names of properties should have one case.",
        """
        To change the case, set `properties` in `[tool.asyncapi-guard.style]`; the default is
        `camelCase`. A name can have one leading `_`, `$`, or `@`. The rule ignores headers, because
        HTTP defines their names.
        """,
        "components: {schemas: {Line: {type: object, properties: {sent_at: {type: string}}}}}",
        "components: {schemas: {Line: {type: object, properties: {sentAt: {type: string}}}}}",
    ),
    _style(
        "parameter-case",
        "The names of parameters should have one case.",
        """
        To change the case, set `parameters` in `[tool.asyncapi-guard.style]`; the default is
        `camelCase`.
        """,
        "channels: {table: {address: '/tables/{table_id}', parameters: {table_id: {}}}}",
        "channels: {table: {address: '/tables/{tableId}', parameters: {tableId: {}}}}",
    ),
)

_SEPARATORS = re.compile(r"[:./]")
_ANY_SEPARATOR = re.compile(r"([:./])")


def _check_keys(context: Context) -> None:
    """Keys of maps, which are names as a whole."""
    style = context.style
    if "channel-case" in context.optional:
        for _, entry, _ in context.entries(context.main, "channels"):
            _misnamed(context, "channel-case", entry, "channel", style.channels)
    if "operation-case" in context.optional:
        for _, entry, _ in context.entries(context.main, "operations"):
            _misnamed(context, "operation-case", entry, "operation", style.operations)
    if "parameter-case" in context.optional:
        for channel in context.all("Channel"):
            for _, entry in context.items(channel, "parameters"):
                _misnamed(context, "parameter-case", entry, "parameter", style.parameters)
    if "schema-case" in context.optional:
        components = context.field(context.main, "components", dict)
        for _, entry in context.items(components, "schemas"):
            _misnamed(context, "schema-case", entry, "schema", style.schemas)


def _misnamed(
    context: Context, code: str, entry: Node, kind: str, cases: Sequence[str], lead: str = ""
) -> None:
    """Report a key that is not in one of some cases."""
    name = str(entry.path[-1])
    bare = name[1:] if lead and name[:1] in lead else name
    if isinstance(entry.path[-1], str) and cases and not fits(bare, cases):
        text = f"{kind} {shown(name)} is not in {_or(cases)}{_hint([bare], cases, name)}"
        context.report(code, entry, text, key=True)


def _or(cases: Sequence[str]) -> str:
    return " or ".join(cases)


def _hint(parts: Sequence[str], cases: Sequence[str], name: str) -> str:
    """How a name would be written in the first of the cases, its separators kept."""
    case = cases[0]
    written = name
    for part in parts:
        if not fits(part, cases):
            near = in_case(part, case)
            if near is None:
                return ""
            written = written.replace(part, near, 1)
    return f"; write {shown(written)}" if written != name else ""


def _check_events(context: Context) -> None:
    if "event-case" not in context.optional:
        return
    seen = set()
    for _, _, channel in context.entries(context.main, "channels"):
        for key, entry, message in context.entries(channel, "messages"):
            named = context.merged(message).get("name")
            has_name = named is not None and isinstance(named.value, str)
            place, name = (named, named.value) if named and has_name else (entry, str(key))
            if place.place in seen:
                continue
            seen.add(place.place)
            _in_parts(context, "event-case", place, ("event", name), context.style.events)


def _check_namespaces(context: Context) -> None:
    for channel in context.all("Channel") if "namespace-case" in context.optional else ():
        address = channel.get("address")
        if address is not None and isinstance(address.value, str):
            named = ("address", address.value)
            _in_parts(context, "namespace-case", address, named, context.style.namespaces)


def _in_parts(
    context: Context, code: str, place: Node, named: tuple[str, str], cases: Sequence[str]
) -> None:
    """Report a name of which a part between separators is not in one of some cases."""
    kind, name = named
    parts = [part for part in _SEPARATORS.split(PLACEHOLDER.sub("", name)) if part]
    if cases and not all(fits(part, cases) for part in parts):
        has_placeholders = PLACEHOLDER.search(name) is not None
        hint = "" if has_placeholders else _hint_in_parts(name, cases)
        text = f"{kind} {shown(name)} is not in {_or(cases)}{hint}"
        context.report(code, place, text, key=place.value != name)


def _hint_in_parts(name: str, cases: Sequence[str]) -> str:
    """Return the hint of `_hint`, part by part."""
    written = []
    for part in _ANY_SEPARATOR.split(name):
        is_fine = not part or _SEPARATORS.fullmatch(part) is not None or fits(part, cases)
        near = part if is_fine else in_case(part, cases[0])
        if near is None:
            return ""
        written.append(near)
    return f"; write {shown(''.join(written))}"


#: What begins names that databases and serializers give a meaning.
_LEADS = "_$@"


def _check_properties(context: Context) -> None:
    cases = context.style.properties
    for schema in context.judged_schemas if "property-case" in context.optional else ():
        properties = schema.node.get("properties")
        if properties is None or not isinstance(properties.value, dict):
            continue
        if "headers" in schema.node.path:
            continue
        for entry in properties.values():
            _misnamed(context, "property-case", entry, "property", cases, _LEADS)


CHECKS = (_check_events, _check_namespaces, _check_keys, _check_properties)
