"""Values at the boundaries of what schemas say: those that tell one schema from another."""

from asyncapi_guard.schema.boundary_values.arguments import Arguments, arguments_of
from asyncapi_guard.schema.boundary_values.search import Search

__all__ = ["Arguments", "Search", "arguments_of"]
