"""Validates documents as they change, and publishes what is found.

A change is validated after a short pause, so that a burst of keystrokes costs one run. One thread
validates; handlers answer meanwhile. A run of a text that has changed since is not published: the
next run follows at once.
"""

from __future__ import annotations

import asyncio
import gc
import logging
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, field
from pathlib import Path
from typing import TYPE_CHECKING

from asyncapi_guard.errors import Finding, UnreadableDocument
from asyncapi_guard.lint.linter import Examined, examine_opened, unreadable
from asyncapi_guard.lsp.findings import add_related, diagnostic_of
from asyncapi_guard.lsp.open_files import Document, identity
from asyncapi_guard.lsp.parts import references_in
from asyncapi_guard.lsp.surroundings import UnusableConfiguration
from asyncapi_guard.lsp.texts import Text
from asyncapi_guard.spec.references import Documents, is_file, named_by, path_of

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable

    from lsprotocol import types

    from asyncapi_guard.lsp.open_files import OpenFiles
    from asyncapi_guard.lsp.surroundings import Surroundings
    from asyncapi_guard.spec.source import Source

__all__ = ["Checks", "Found", "Run", "validated", "validated_as_part"]

#: Seconds between a change and its validation, in which the next change can come.
PAUSE = 0.02
#: Seconds without a validation after which garbage is collected.
_IDLE = 2.0
#: Seconds after which it is collected all the same.
_LONGEST_WAIT = 60.0
_log = logging.getLogger(__name__)


@dataclass(frozen=True, slots=True)
class Found:
    """A finding, and its diagnostic."""

    finding: Finding
    diagnostic: types.Diagnostic


@dataclass(frozen=True, slots=True)
class Run:
    """What a validation found.

    Attributes:
        examined: what the linter saw; `None` when it could not run.
        found: by the URI of the file, what is to be published.
        files: the identities of the files that it read, or looked for.
        findings: all findings, in the order of `validate`.
    """

    examined: Examined | None = None
    found: dict[str, list[Found]] = field(default_factory=dict)
    files: frozenset[str] = frozenset()
    findings: tuple[Finding, ...] = ()


def validated(document: Document, text: Text, files: OpenFiles, surroundings: Surroundings) -> Run:
    """Validate a document that is open.

    Args:
        document: the document.
        text: its text.
        files: all files, as they are now.
        surroundings: says how to validate.
    """
    name, uri = document.name, document.path.as_uri()
    try:
        options = surroundings.options(document.path)
    except UnusableConfiguration as error:
        message = f"nothing is validated: {error}"
        finding = Finding(name, 0, 0, "", message, "unusable-configuration")
        return _run(None, (finding,), document, text, files, surroundings)
    try:
        main = document.read(name, uri, text)
    except UnreadableDocument as error:
        findings = unreadable(error, options.settings)
        return _run(None, findings, document, text, files, surroundings)
    root = Path(options.root) if options.root is not None else document.path.parent
    documents = Documents(main, root=root, allow_http=options.allow_http, read=files.read)
    examined = examine_opened(documents, options.settings, document.memory)
    return _run(examined, examined.findings, document, text, files, surroundings)


def validated_as_part(
    document: Document,
    owners: Iterable[Path],
    files: OpenFiles,
    surroundings: Surroundings,
) -> Run:
    """Validate documents that nobody has open, for what is found in a file that is.

    Args:
        document: the file.
        owners: the documents that refer to it.
        files: all files, as they are now.
        surroundings: says how to validate.
    """
    found: list[Found] = []
    read: frozenset[str] = frozenset()
    for path in owners:
        try:
            text = path.read_text("utf-8-sig", "replace")
        except OSError:
            continue
        owner = Document(path.as_uri(), path, 0, text)
        run = validated(owner, owner.text, files, surroundings)
        found += run.found.get(document.uri, ())
        read |= run.files
    return Run(found={document.uri: found} if found else {}, files=read)


def _run(
    examined: Examined | None,
    findings: tuple[Finding, ...],
    document: Document,
    text: Text,
    files: OpenFiles,
    surroundings: Surroundings,
) -> Run:
    documents = examined.documents if examined is not None else None
    sources = {each.name: each for each in documents.sources()} if documents is not None else {}
    texts: dict[str, Text] = {document.name: text}
    found: dict[str, list[Found]] = {}
    for finding in findings:
        source = sources.get(finding.file)
        uri = _uri(finding.file, source, document, files)
        if finding.file not in texts:
            texts[finding.file] = _text(uri, finding.file, source, files)
        diagnostic = diagnostic_of(finding, texts[finding.file], source, uri, surroundings.rule_url)
        if source is not None and documents is not None and source is not documents.main:
            _tell_of_reference(diagnostic, documents, source, document, text)
        found.setdefault(uri, []).append(Found(finding, diagnostic))
    read = frozenset(map(identity, documents.files())) if documents is not None else frozenset()
    return Run(examined, found, read, findings)


def _tell_of_reference(
    diagnostic: types.Diagnostic,
    documents: Documents,
    source: Source,
    document: Document,
    text: Text,
) -> None:
    """Add where a document refers to the file of a finding."""
    for reference in references_in(documents.main):
        if named_by(reference)[0] == source.uri:
            position = reference.source.position((*reference.path, "$ref"))
            add_related(diagnostic, document.uri, text, position, "referred to from here")
            return


def _uri(name: str, source: Source | None, document: Document, files: OpenFiles) -> str:
    if name == document.name:
        return document.uri
    if source is None:  # a file that could not be read
        return files.uri_of(Path.cwd() / name)
    return files.uri_of(path_of(source.uri)) if is_file(source.uri) else source.uri


def _text(uri: str, name: str, source: Source | None, files: OpenFiles) -> Text:
    opened = files.document(uri)
    if opened is not None:
        return opened.text
    if source is not None:
        return Text(source.text or "")
    try:
        return Text((Path.cwd() / name).read_text("utf-8", "replace"))
    except OSError:
        return Text("")


class Checks:
    """Which documents are validated, when, and what was found.

    Args:
        files: all files.
        surroundings: says how to validate.
        publish: sends what was found in a file to the editor.
        owners: the documents that nobody has open and that refer to a file.
    """

    def __init__(
        self,
        files: OpenFiles,
        surroundings: Surroundings,
        publish: Callable[[str, int | None, list[types.Diagnostic]], None],
        owners: Callable[[Document], Iterable[Path]] = lambda _document: (),
    ) -> None:
        self._owners = owners
        self._files = files
        self._surroundings = surroundings
        self._publish = publish
        self._runs: dict[str, Run] = {}
        self._due: dict[str, asyncio.TimerHandle] = {}
        #: How often anything changed, and at which of these counts a file or the configuration did.
        self._changes = 0
        self._changed: dict[str, int] = {}
        self._configured = 0
        self._running: set[str] = set()
        self._again: set[str] = set()
        self._tasks: set[asyncio.Task[None]] = set()
        self._collection: asyncio.TimerHandle | None = None
        self._waits_since = 0.0
        self._thread = ThreadPoolExecutor(1, thread_name_prefix="asyncapi-guard-lsp")

    # -- what was found ----------------------------------------------------------------------------

    def found(self, uri: str) -> list[Found]:
        """What was published last about a file, each finding once, in the order of lines."""
        several: dict[Finding, Found] = {}
        for run in self._runs.values():
            for each in run.found.get(uri, ()):
                several.setdefault(each.finding, each)
        return list(several.values())

    def examined(self, uri: str) -> Examined | None:
        """What the linter saw of an open document, when it was validated last."""
        run = self._runs.get(uri)
        return run.examined if run is not None else None

    # -- when --------------------------------------------------------------------------------------

    def opened(self, document: Document) -> None:
        """Validate a document that was opened, and those that refer to it."""
        self._note(document.path)
        self._schedule(document.uri, 0)
        self._schedule_others(document, 0)

    def changed(self, document: Document) -> None:
        """Validate a document that was changed, and those that refer to it."""
        self._note(document.path)
        self._schedule(document.uri, PAUSE)
        self._schedule_others(document, PAUSE)

    def closed(self, document: Document) -> None:
        """Publish nothing more of a document, and validate those that refer to it."""
        self._note(document.path)
        timer = self._due.pop(document.uri, None)
        if timer is not None:
            timer.cancel()
        self._put(document.uri, Run())
        self._runs.pop(document.uri, None)
        self._publish(document.uri, None, [])
        self._schedule_others(document, 0)

    def files_changed(self, paths: Iterable[Path]) -> None:
        """Validate the documents that read some files, or looked for them."""
        names = set()
        configured = False
        for path in paths:
            self._files.forget(path)
            self._note(path)
            names.add(identity(path))
            configured |= self._surroundings.is_configuration(path)
        if configured:
            self._configured = self._changes
            self._surroundings.forget()
        for uri, run in list(self._runs.items()):
            if configured or not names.isdisjoint(run.files):
                self._schedule(uri, PAUSE)

    def stop(self) -> None:
        """Validate nothing more."""
        for timer in self._due.values():
            timer.cancel()
        self._due.clear()
        if self._collection is not None:
            self._collection.cancel()
        self._thread.shutdown(wait=False, cancel_futures=True)

    def _note(self, path: Path) -> None:
        self._changes += 1
        self._changed[identity(path)] = self._changes

    def _is_late(self, run: Run, began: int) -> bool:
        """Whether files of a run, which began at a count of changes, have changed since."""
        return self._configured > began or any(
            self._changed.get(name, 0) > began for name in run.files
        )

    def _schedule_others(self, document: Document, pause: float) -> None:
        name = identity(document.path)
        for uri, run in list(self._runs.items()):
            if uri != document.uri and name in run.files:
                self._schedule(uri, pause)

    def _schedule(self, uri: str, pause: float) -> None:
        timer = self._due.pop(uri, None)
        if timer is not None:
            timer.cancel()
        self._due[uri] = asyncio.get_running_loop().call_later(pause, self._start, uri)

    def _start(self, uri: str) -> None:
        self._due.pop(uri, None)
        if uri in self._running:
            self._again.add(uri)
            return
        self._running.add(uri)
        task = asyncio.get_running_loop().create_task(self._validate(uri))
        self._tasks.add(task)
        task.add_done_callback(self._tasks.discard)

    async def _validate(self, uri: str) -> None:
        document = self._files.document(uri)
        try:
            if document is None:
                return
            text, version, began = document.text, document.version, self._changes
            run = await asyncio.get_running_loop().run_in_executor(
                self._thread, self._validated, document, text
            )
            if document.text is text and self._files.document(uri) is document:
                self._put(uri, run, version)
                if self._is_late(run, began):
                    self._schedule(uri, 0)
        except Exception:  # noqa: BLE001  # a fault of ours must not end the server
            _log.exception("%s could not be validated", uri)
        finally:
            self._running.discard(uri)
            self._collect_later()
            if uri in self._again:
                self._again.discard(uri)
                self._start(uri)

    def _collect_later(self) -> None:
        """Collect garbage when nothing else is to do: it takes as long as a validation."""
        loop = asyncio.get_running_loop()
        waiting = self._collection
        if waiting is not None and not waiting.cancelled() and waiting.when() > loop.time():
            if loop.time() - self._waits_since > _LONGEST_WAIT:
                return  # somebody types without a pause
            waiting.cancel()
        else:
            self._waits_since = loop.time()
        self._collection = loop.call_later(_IDLE, gc.collect)

    def _validated(self, document: Document, text: Text) -> Run:
        if not self._surroundings.is_document(text.value):
            owners = self._owners(document)
            return validated_as_part(document, owners, self._files, self._surroundings)
        return validated(document, text, self._files, self._surroundings)

    def _put(self, uri: str, run: Run, version: int | None = None) -> None:
        """Keep what was found, and publish what differs."""
        before = self._runs.get(uri)
        self._runs[uri] = run
        touched = {uri, *run.found, *(before.found if before is not None else ())}
        for each in touched:
            diagnostics = [found.diagnostic for found in self.found(each)]
            self._publish(each, version if each == uri else None, diagnostics)
