"""How a planted server sees that an event is not what its document says."""

from __future__ import annotations

import math
from typing import TYPE_CHECKING, Any

import jsonschema
import yaml

if TYPE_CHECKING:
    from pathlib import Path

_STRINGS_AND_BYTES = jsonschema.Draft7Validator.TYPE_CHECKER.redefine(
    "string", lambda _, value: isinstance(value, (str, bytes))
)
_Validator = jsonschema.validators.extend(
    jsonschema.Draft7Validator, type_checker=_STRINGS_AND_BYTES
)
_FORMATS = jsonschema.FormatChecker(formats=())
_FORMATS.checks("binary")(lambda value: isinstance(value, bytes))


class Payloads:
    """The payloads of a document.

    Args:
        document: its file.
        binary: names of the properties that are bytes; nothing else may be.
    """

    def __init__(self, document: Path, binary: tuple[str, ...] = ()) -> None:
        self._document = yaml.safe_load(document.read_text(encoding="utf-8"))
        self._binary = binary

    def are_wrong(self, channel: str, message: str, args: tuple[Any, ...]) -> bool:
        """Whether the arguments of an event, or the auth value, are not what is written."""
        pointer = f"#/channels/{channel}/messages/{message}/payload"
        payload = self._document["channels"][channel]["messages"][message]["payload"]
        if payload == {"type": "null"}:
            return bool(args)
        several = isinstance(payload.get("items"), list)
        if not several and len(args) != 1:
            return True
        value = list(args) if several else args[0]
        if not self._is_json(value, ""):
            return True
        schema = {**self._document, "allOf": [{"$ref": pointer}]}
        return not _Validator(schema, format_checker=_FORMATS).is_valid(value)

    def _is_json(self, value: Any, name: str) -> bool:
        """Whether it is JSON with Unicode, and bytes only where they may be."""
        if isinstance(value, dict):
            return all(
                self._is_json(key, "") and self._is_json(each, key) for key, each in value.items()
            )
        if isinstance(value, list):
            return all(self._is_json(each, "") for each in value)
        if isinstance(value, str):
            return not any("\ud800" <= each <= "\udfff" for each in value)
        if isinstance(value, bytes):
            return name in self._binary
        return not isinstance(value, float) or math.isfinite(value)
