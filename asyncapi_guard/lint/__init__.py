"""Findings and rules about documents: the grammar, what must fit what, schemas, the profile."""

from asyncapi_guard.lint.linter import lint
from asyncapi_guard.lint.rules import RULES, Rule
from asyncapi_guard.lint.settings import Settings

__all__ = ["RULES", "Rule", "Settings", "lint"]
