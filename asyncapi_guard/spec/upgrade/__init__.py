"""From AsyncAPI 2.0 to 2.6 to 3.1, and to the Socket.IO profile: data in, data and notes out.

What changes its place or its form:

    channels/KEY                     channels/ID with `address: KEY`
    .../publish, .../subscribe       operations/ID with `action: receive`, `send`
    .../publish/message              channels/ID/messages/NAME, and a reference in the operation
    message: {oneOf: [...]}          a list of references
    payload with schemaFormat        payload: {schemaFormat, schema}
    parameters/NAME/schema           enum, default, examples, description
    servers/NAME/url                 host, pathname
    security: [{NAME: [SCOPE]}]      [{$ref: '#/components/securitySchemes/NAME'}]
    flows/KIND/scopes                flows/KIND/availableScopes
    tags, externalDocs               info/tags, info/externalDocs

Everything else is copied, and every `$ref` into what moved is rewritten. Nothing is lost in
silence: a note says what could not be carried, and where it stands in the old document.

What comes out of that, and a document that was 3.x before, is written as the profile wants it
(`profile`).
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from asyncapi_guard.errors import UnsupportedVersion
from asyncapi_guard.spec.references import Node, is_reference
from asyncapi_guard.spec.upgrade.channels import Channels
from asyncapi_guard.spec.upgrade.components import convert_components
from asyncapi_guard.spec.upgrade.conversion import OMIT, Conversion, is_extension
from asyncapi_guard.spec.upgrade.objects import convert_items, convert_object
from asyncapi_guard.spec.upgrade.profile import fit_profile
from asyncapi_guard.spec.upgrade.servers import convert_servers
from asyncapi_guard.spec.versions import CODE, built_as, check_version, says_2_is_3, version_of
from asyncapi_guard.spec.wording import shown

if TYPE_CHECKING:
    from collections.abc import Callable

    from asyncapi_guard.errors import Finding
    from asyncapi_guard.spec.pointers import Path
    from asyncapi_guard.spec.source import Source

__all__ = ["TARGET", "Upgraded", "upgrade"]

#: The version that is written.
TARGET = "3.1.0"
_VERSION = re.compile(r"2\.[0-6](?:\.\d+)?")
_INFO_FIELDS = ("tags", "externalDocs")


@dataclass(frozen=True, slots=True)
class Upgraded:
    """A document that was converted.

    Attributes:
        data: the 3.x document.
        notes: what could not be carried and what was decided, in the order of the old document.
        was_3: whether the document was AsyncAPI 3 before.
    """

    data: dict[str, Any]
    notes: tuple[Finding, ...]
    was_3: bool = False


def upgrade(source: Source) -> Upgraded:
    """Convert an AsyncAPI 2.0 to 2.6 document, and write 3.x as the Socket.IO profile wants it.

    Raises:
        SpecError: the document is of another version, or no AsyncAPI document.
    """
    root = Node(source, (), source.data)
    if _check_version(root):
        return _from_3(source)
    return _from_2(source)


def _from_3(source: Source) -> Upgraded:
    def origin(place: Path, message: str, *, key: bool) -> Finding:
        return source.finding(place, message, "upgrade", key=key)

    data, notes = fit_profile(source.data, origin)
    return Upgraded(data, tuple(sorted(dict.fromkeys(notes))), was_3=True)


def _from_2(source: Source) -> Upgraded:
    conversion = Conversion(source)
    if built_as(source.data) == 2 and not str(source.data["asyncapi"]).startswith("2."):
        message = "'publish' and 'subscribe' are AsyncAPI 2: the document is read as 2.6"
        conversion.note(conversion.root.child("asyncapi"), message)
    data = _Document(conversion).convert()
    conversion.finish()
    if conversion.added_schemas:
        data.setdefault("components", {}).setdefault("schemas", {}).update(conversion.added_schemas)
    data, notes = fit_profile(data, conversion.note_new)
    return Upgraded(data, tuple(sorted(dict.fromkeys([*conversion.notes, *notes]))))


class _Document:
    """The root of a document."""

    def __init__(self, conversion: Conversion) -> None:
        self._conversion = conversion
        self._channels = Channels(conversion)
        # In this order: channels decide which components they take over.
        self._sections: dict[str, Callable[[Node], Any]] = {
            "asyncapi": lambda _: TARGET,
            "info": self._info,
            "channels": self._channels.convert,
            "servers": lambda node: convert_servers(conversion, node, ("servers",)),
            "components": lambda node: convert_components(conversion, node, self._channels),
            "id": conversion.keep,
            "defaultContentType": conversion.keep,
            **dict.fromkeys(_INFO_FIELDS, self._without_info),
        }

    def convert(self) -> dict[str, Any]:
        fields = dict(self._conversion.root.items())
        values = {key: do(fields[key]) for key, do in self._sections.items() if key in fields}
        data: dict[str, Any] = {}
        for key, node in fields.items():
            value = values[key] if key in values else self._other(key, node)
            if value is not OMIT:
                data[key] = value
            if key == "channels" and self._channels.operations:
                data["operations"] = self._channels.operations
        return data

    def _other(self, key: str, node: Node) -> Any:
        if is_extension(key):
            return self._conversion.keep(node)
        self._conversion.note(node, f"3.x has no {key!r} here; left out", key=True)
        return OMIT

    def _without_info(self, node: Node) -> Any:
        info = self._conversion.root.value.get("info")
        if not isinstance(info, dict) or is_reference(info):
            key = str(node.path[-1])
            message = f"{key} of the document belongs to 'info' in 3.x, which is missing; left out"
            self._conversion.note(node, message, key=True)
        return OMIT

    def _info(self, node: Node) -> Any:
        conversion = self._conversion
        info = convert_object(conversion, node, ("info",), "Info")
        if not isinstance(info, dict) or is_reference(info):
            return info
        tags, docs = (conversion.root.get(key) for key in _INFO_FIELDS)
        if tags is not None:
            place = ("info", "tags")
            conversion.move(tags.path, place)
            items = convert_items(
                conversion, tags, place, lambda r, n, p: convert_object(r, n, p, "Tag")
            )
            _set(info, "tags", items)
        if docs is not None:
            place = ("info", "externalDocs")
            conversion.move(docs.path, place)
            _set(info, "externalDocs", convert_object(conversion, docs, place, "ExternalDocs"))
        return info


def _set(data: dict[str, Any], key: str, value: Any) -> None:
    if value is not OMIT:
        data[key] = value


# -- versions --------------------------------------------------------------------------------------


def _check_version(root: Node) -> bool:
    """Whether a document is AsyncAPI 3; otherwise it can be converted.

    Raises:
        SpecError: it is neither.
    """
    version = version_of(root, "2.6.0")
    said = says_2_is_3(root)
    if said is not None:
        raise UnsupportedVersion(version.finding(said, CODE))
    if version.value.startswith("3."):
        check_version(root)
        return built_as(root.value) != 2
    if not _VERSION.fullmatch(version.value):
        raise UnsupportedVersion(version.finding(_refusal(version.value), CODE))
    return False


def _refusal(version: str) -> str:
    hint = "; release candidates of 2.0.0 differ from it" if version.startswith("2.0.0-") else ""
    return f"AsyncAPI {shown(version)} cannot be upgraded; 2.0 to 2.6 can{hint}"
