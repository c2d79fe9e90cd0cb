"""`lint`: everything that is wrong with a document, or probably not meant."""

from __future__ import annotations

from contextlib import suppress
from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from asyncapi_guard.errors import SpecError
from asyncapi_guard.lint.comments import apply_comments
from asyncapi_guard.lint.context import Context
from asyncapi_guard.lint.findings import Findings, TooManyError
from asyncapi_guard.lint.grammar_walk import GrammarWalk
from asyncapi_guard.lint.own.rule import is_about_schemas, texts_of
from asyncapi_guard.lint.rules import CHECKS, RULES
from asyncapi_guard.lint.settings import Settings, optional_codes
from asyncapi_guard.spec.limits import DEFAULT_LIMITS, Limits
from asyncapi_guard.spec.loader import open_documents
from asyncapi_guard.spec.protocols import is_for_socketio
from asyncapi_guard.spec.references import Node
from asyncapi_guard.spec.schemas import Schemas
from asyncapi_guard.spec.source import no_garbage_collection
from asyncapi_guard.spec.versions import check_version

if TYPE_CHECKING:
    import os
    from collections.abc import Collection, Iterable, Mapping
    from typing import Any

    from asyncapi_guard.errors import Finding
    from asyncapi_guard.lint.rule import Rule
    from asyncapi_guard.spec.memory import Memory
    from asyncapi_guard.spec.references import Documents
    from asyncapi_guard.spec.source import Source

__all__ = ["Examined", "examine", "examine_opened", "lint", "unreadable"]

_DEFAULT = Settings()


@dataclass(frozen=True, slots=True)
class Examined:
    """A document that was looked at.

    Attributes:
        findings: what is reported, in the order of the files.
        documents: its files; `None` when it could not be read.
        wanted: by file, pointer and code of a finding, what would be right there: names, or the
            kind of the value.
        applied: the project's own rules that were about anything there; `None` when that is not
            known, as of a document that was not looked at to its end.
    """

    findings: tuple[Finding, ...]
    documents: Documents | None = None
    wanted: Mapping[tuple[str, str, str], Collection[Any]] = field(default_factory=dict)
    applied: frozenset[str] | None = None


def lint(
    spec: str | os.PathLike[str] | Mapping[str, Any],
    *,
    raw: bytes | None = None,
    root: str | os.PathLike[str] | None = None,
    allow_http: Collection[str] = (),
    settings: Settings = _DEFAULT,
    limits: Limits = DEFAULT_LIMITS,
) -> tuple[Finding, ...]:
    """Everything that is wrong with a document, in the order of its files. Never raises for one.

    Args:
        spec: the path of a YAML or JSON file, or the document as data.
        raw: what is in the file, if it is not to be read.
        root: the folder that references may not leave; by default the spec's own.
        allow_http: hosts that references may lead to over http(s).
        settings: which rules count, and how much.
        limits: how large a document may be.
    """
    return examine(
        spec, raw=raw, root=root, allow_http=allow_http, settings=settings, limits=limits
    ).findings


def examine(
    spec: str | os.PathLike[str] | Mapping[str, Any],
    *,
    raw: bytes | None = None,
    root: str | os.PathLike[str] | None = None,
    allow_http: Collection[str] = (),
    settings: Settings = _DEFAULT,
    limits: Limits = DEFAULT_LIMITS,
    files: Iterable[Source] = (),
) -> Examined:
    """What `lint` finds, and what it was found in.

    Arguments as in `lint`, and `files`: those that are not to be read from the disk.
    """
    try:
        documents = open_documents(spec, raw=raw, root=root, allow_http=allow_http, limits=limits)
    except SpecError as error:
        return Examined(unreadable(error, settings))
    for source in files:
        documents.put(source)
    return examine_opened(documents, settings)


def unreadable(error: SpecError, settings: Settings = _DEFAULT) -> tuple[Finding, ...]:
    """What is reported of a document that could not be read."""
    findings = Findings(_rules(settings), settings.keeps)
    for finding in error.findings:
        findings.add(finding)
    return settings.apply(findings.sorted())


def examine_opened(
    documents: Documents, settings: Settings = _DEFAULT, memory: Memory | None = None
) -> Examined:
    """What `lint` finds in a document that was read.

    Args:
        documents: the document, which refers to others.
        settings: which rules count, and how much.
        memory: what runs over earlier texts of the document found out; this run adds to it.
    """
    findings = Findings(_rules(settings), settings.keeps)
    optional = frozenset(filter(settings.may_report, optional_codes()))
    applied: frozenset[str] | None = None
    if memory is not None:
        memory.begin(settings)
    with suppress(TooManyError), no_garbage_collection():
        applied = _check(documents, findings, settings, optional, memory)
    texts = {source.name: source.text or "" for source in documents.sources()}
    looked_for = _looked_for(settings, optional, all_own=applied is not None)
    commented = apply_comments(findings.sorted(), texts, looked_for=looked_for, own=settings.own)
    return Examined(settings.apply(commented), documents, findings.wanted, applied)


def _rules(settings: Settings) -> Mapping[str, Rule]:
    """All rules: those of this library, and those of the project."""
    return {**RULES, **texts_of(settings.rules)} if settings.rules else RULES


def _looked_for(settings: Settings, optional: frozenset[str], *, all_own: bool) -> frozenset[str]:
    """The codes of which it is known whether there is a finding."""
    always = (code for code, rule in RULES.items() if not (rule.optional or rule.about_code))
    return frozenset(always) | optional | (settings.own if all_own else frozenset())


def _check(
    documents: Documents,
    findings: Findings,
    settings: Settings,
    optional: frozenset[str],
    memory: Memory | None,
) -> frozenset[str] | None:
    """Look for everything; the project's own rules that were about anything."""
    try:
        check_version(Node(documents.main, (), documents.main.data))
    except SpecError as error:
        for finding in error.findings:
            findings.add(finding)
        return None
    findings.socketio = is_for_socketio(documents)
    objects = GrammarWalk(documents, findings, memory)
    objects.check(Node(documents.main, (), documents.main.data))
    schemas = Schemas(documents, "auto", findings.add, memory)
    context = Context(
        documents,
        objects,
        schemas,
        findings,
        settings.describes(documents.main.name),
        optional=optional,
        style=settings.style,
    )
    context.judges_every_schema |= any(map(is_about_schemas, settings.rules))
    for check in CHECKS:
        check(context)
    return _check_own(context, settings)


def _check_own(context: Context, settings: Settings) -> frozenset[str]:
    rules = [rule for rule in settings.rules if settings.may_report(rule.name)]
    if not rules:
        return frozenset()
    from asyncapi_guard.lint.own.checking import check_own_rules

    return check_own_rules(context, rules)
