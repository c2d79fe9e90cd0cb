"""The JSON Schemas of Pydantic 2's hints."""

from __future__ import annotations

import copy
import json
import re
from typing import TYPE_CHECKING, Any

from pydantic.errors import PydanticUserError
from pydantic.json_schema import GenerateJsonSchema, JsonRef
from pydantic_core import PydanticSerializationError

from asyncapi_guard.codefirst.asyncapi_schemas import legal
from asyncapi_guard.codefirst.hints.hint import MARK, Definition
from asyncapi_guard.codefirst.hints.text_patterns import (
    DATE,
    DECIMAL,
    DURATION,
    OFFSET,
    TIME,
)

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

    from pydantic_core import core_schema

__all__ = ["Definitions", "HintSchemas", "has_binary"]

_BOUNDS = {"ge": "minimum", "gt": "exclusiveMinimum", "le": "maximum", "lt": "exclusiveMaximum"}

#: Types of Pydantic's own schemas that are about a class.
_CLASSES = frozenset(("model", "dataclass", "typed-dict", "enum"))
#: Those of parts that the document calls by a key.
_FIELDS = frozenset(("model-field", "dataclass-field", "typed-dict-field", "computed-field"))
#: Defaults that are JSON as they are.
_PLAIN = frozenset((type(None), bool, int, str))


class HintSchemas(GenerateJsonSchema):
    """JSON Schema as Pydantic writes it, but for what its own output would break."""

    #: A default that is not JSON has no place in a document; its field has one all the same.
    ignored_warning_kinds: Any = frozenset(("skipped-choice", "non-serializable-default"))

    def generate_inner(self, schema: Any) -> dict[str, Any]:
        """As Pydantic's, but a class has a title where its author wrote one."""
        written = super().generate_inner(schema)
        if schema["type"] in _CLASSES and isinstance(cls := schema.get("cls"), type):
            self._drop_automatic_title(written, cls)
        return written

    def _drop_automatic_title(self, written: dict[str, Any], cls: type) -> None:
        ref = written.get("$ref")
        named = self.get_schema_from_definitions(JsonRef(ref)) if ref is not None else written
        if named is not None and named.get("title") == cls.__name__ and not _has_own_title(cls):
            del named["title"]

    def field_title_should_be_set(self, schema: Any) -> bool:
        """Whether a part is called by its title: a position, which has no other name."""
        return schema["type"] not in _FIELDS and super().field_title_should_be_set(schema)

    def get_title_from_name(self, name: str) -> str:
        """As its author wrote it."""
        return name

    def encode_default(self, dft: Any) -> Any:
        """A default as JSON; of a set, in the same order in each process."""
        if type(dft) in _PLAIN:
            return dft
        try:
            encoded = super().encode_default(dft)
        except (TypeError, ValueError) as error:
            # Some versions of Pydantic fail where others leave it out.
            raise PydanticSerializationError(str(error)) from error
        if isinstance(dft, (set, frozenset)) and isinstance(encoded, list):
            # Its own order is another one in each process.
            return sorted(encoded, key=lambda item: json.dumps(item, sort_keys=True))
        return encoded

    def dict_schema(self, schema: core_schema.DictSchema) -> dict[str, Any]:
        """A dictionary, of which every key must match its pattern."""
        written = super().dict_schema(schema)
        if "patternProperties" not in written:
            return written
        # A pattern of keys: what does not match would be a property of anything.
        ((pattern, values),) = written.pop("patternProperties").items()
        written["propertyNames"] = {**written.get("propertyNames", {}), "pattern": pattern}
        return {**written, "additionalProperties": values or True}

    def datetime_schema(self, schema: core_schema.DatetimeSchema) -> dict[str, Any]:
        """A point in time, with an offset only where one is wanted."""
        if self._sends_numbers(super().datetime_schema(schema)):
            return {"type": "number"}
        if schema.get("tz_constraint") == "aware":
            return {"type": "string", "format": "date-time"}
        return {"type": "string", "pattern": f"^{DATE}[Tt ]{TIME}{OFFSET}?$"}

    def time_schema(self, schema: core_schema.TimeSchema) -> dict[str, Any]:
        """A time of day, with an offset only where one is wanted."""
        if self._sends_numbers(super().time_schema(schema)):
            return {"type": "number"}
        if schema.get("tz_constraint") == "aware":
            return {"type": "string", "format": "time"}
        return {"type": "string", "pattern": f"^{TIME}{OFFSET}?$"}

    def json_schema(self, schema: core_schema.JsonSchema) -> dict[str, Any]:
        """JSON in a text, which is a text when it comes."""
        if self.mode == "serialization":
            return super().json_schema(schema)
        return {"type": "string", "contentMediaType": "application/json"}

    def timedelta_schema(self, schema: core_schema.TimedeltaSchema) -> dict[str, Any]:
        """A duration, as Pydantic reads one."""
        if self._sends_numbers(super().timedelta_schema(schema)):
            return {"type": "number"}
        return {"type": "string", "pattern": DURATION}

    def _sends_numbers(self, written: dict[str, Any]) -> bool:
        """Whether the configuration of a model makes numbers of its times."""
        return self.mode == "serialization" and written.get("type") == "number"

    def decimal_schema(self, schema: core_schema.DecimalSchema) -> dict[str, Any]:
        """A number, or one in a text, as which it leaves."""
        text = {"type": "string", "pattern": DECIMAL}
        if self.mode == "serialization":
            return text
        number: dict[str, Any] = {"type": "number"}
        for name, keyword in _BOUNDS.items():
            if name in schema:
                number[keyword] = float(schema[name])  # type: ignore[literal-required]  # a bound
        return {"anyOf": [number, text]}


def _has_own_title(cls: type) -> bool:
    """Whether the author of a class says what its title is."""
    config = getattr(cls, "model_config", None) or getattr(cls, "__pydantic_config__", None) or {}
    extra = config.get("json_schema_extra")
    if isinstance(extra, dict) and "title" in extra:
        return True
    return bool(config.get("title") or config.get("model_title_generator"))


#: Keywords that leave it open what a value is.
_OPEN = frozenset(
    ("title", "description", "default", "examples", "deprecated", "readOnly", "writeOnly")
)


def has_binary(schema: Any) -> bool:
    """Whether bytes may stand somewhere: where they are asked for, and where anything may."""
    if isinstance(schema, list):
        return any(map(has_binary, schema))
    if not isinstance(schema, dict):
        return False
    if schema.get("format") == "binary" or schema.get("additionalProperties") is True:
        return True
    for keyword, value in schema.items():
        if keyword in ("properties", "$defs", "patternProperties"):
            if any(_is_open(item) or has_binary(item) for item in value.values()):
                return True
        elif keyword in ("items", "additionalProperties", "prefixItems", "anyOf", "oneOf", "allOf"):
            items = value if isinstance(value, list) else [value]
            if any(_is_open(item) or has_binary(item) for item in items):
                return True
    return False


def _is_open(schema: Any) -> bool:
    return isinstance(schema, dict) and schema.keys() <= _OPEN


# -- definitions -----------------------------------------------------------------------------------

_BRACKETS = re.compile(r"([\][,])")


class _AsTheyAre:
    """What Pydantic would rename definitions with."""

    def remap_json_schema(self, schema: Any) -> Any:
        return schema


class Definitions(HintSchemas):
    """Definitions under keys of ours, neither renamed, compared nor sorted."""

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        #: What was found, by its key.
        self.known: dict[str, Definition] = {}
        self._keys: dict[Any, str] = {}

    def get_defs_ref(self, core_mode_ref: Any) -> Any:
        """The key of a definition, and keep what it is of."""
        if core_mode_ref not in self._keys:
            key = self._keys[core_mode_ref] = f"{MARK}{len(self._keys)}"
            type, direction = core_mode_ref
            self.known[key] = Definition(key, type, direction, legal(_short(type)))
        return self._keys[core_mode_ref]

    def _build_definitions_remapping(self) -> Any:
        return _AsTheyAre()

    def model_field_schema(self, schema: core_schema.ModelField) -> dict[str, Any]:
        """A field of a model, which is found by a name."""
        self._check_name(schema)
        return super().model_field_schema(schema)

    def dataclass_field_schema(self, schema: core_schema.DataclassField) -> dict[str, Any]:
        """A field of a dataclass, which is found by a name."""
        self._check_name(schema)
        return super().dataclass_field_schema(schema)

    def _check_name(self, schema: Mapping[str, Any]) -> None:
        """Reject a field that is received by something else than its names: nobody would judge it.

        Raises:
            PydanticUserError: it is found by a path.
        """
        alias = schema.get("validation_alias")
        if self.mode != "validation" or not isinstance(alias, list):
            return
        if not all(isinstance(path, list) and len(path) == 1 for path in alias):
            raise PydanticUserError(
                f"an AliasPath ({json.dumps(alias)}) isn't a property name; give the field an "
                "alias that is one",
                code=None,
            )

    def _named_required_fields_schema(self, named_required_fields: Any) -> dict[str, Any]:
        """Where a field is received by several names, each of them is a property."""
        found = super()._named_required_fields_schema(named_required_fields)
        if self.mode == "validation":
            properties = found["properties"]
            for name, _, field in named_required_fields:
                known = properties.get(self._get_alias_name(field, name))
                for path in _paths(field.get("validation_alias")):
                    if known is not None:
                        properties.setdefault(path, copy.deepcopy(known))
        return found

    def sort(self, value: Any, parent_key: str | None = None) -> Any:  # noqa: ARG002  # Pydantic's signature
        """The same: its author's order is the document's."""
        return value


def _paths(alias: Any) -> Iterator[str]:
    """The names in a list of ways to find a field."""
    for path in alias if isinstance(alias, list) else ():
        if isinstance(path, list) and len(path) == 1 and isinstance(path[0], str):
            yield path[0]


def _short(type: str) -> str:
    """The name of a type: `Page[Item]` for `shop.models.Page:94[shop.models.Item:95]`."""
    parts = (part.rsplit(":", 1)[0].rpartition(".")[2] for part in _BRACKETS.split(type))
    return "".join(parts)
