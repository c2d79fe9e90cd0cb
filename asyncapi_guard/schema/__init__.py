"""JSON Schema: dialects and formats as data, two engines behind one protocol, and explanations."""

from asyncapi_guard.schema.bundle import Bundle
from asyncapi_guard.schema.compiled import CompiledSchema
from asyncapi_guard.schema.dialects import Dialect, UnknownFormatError, dialect_of
from asyncapi_guard.schema.engine import Engine, EngineName
from asyncapi_guard.schema.engine_choice import get_engine

__all__ = [
    "Bundle",
    "CompiledSchema",
    "Dialect",
    "Engine",
    "EngineName",
    "UnknownFormatError",
    "dialect_of",
    "get_engine",
]
