"""Code first: handlers and their type hints as a document, and instances for handlers."""

from asyncapi_guard.handlers.agent import agent_schema
from asyncapi_guard.handlers.document import About, build_document
from asyncapi_guard.handlers.hints import ConstructionError, plain
from asyncapi_guard.handlers.registry import CATCH_ALL, Receiver, Registry, Sender

__all__ = [
    "CATCH_ALL",
    "About",
    "ConstructionError",
    "Receiver",
    "Registry",
    "Sender",
    "agent_schema",
    "build_document",
    "plain",
]
