"""Replaces the document of an `AsyncAPIGuard` while traffic continues.

The document is read and compiled in parallel with the traffic, and takes effect in one step.
Traffic after that step is validated against it. Earlier events keep the guard that validated them,
because calls and emits carry their guard.
"""

from __future__ import annotations

import logging
import threading
from contextlib import ExitStack
from dataclasses import replace
from typing import TYPE_CHECKING, Any

from asyncapi_guard.contract import Contract, Mode
from asyncapi_guard.errors import InstallationError
from asyncapi_guard.integrations.configuration import NO_DOCUMENT
from asyncapi_guard.integrations.deciding.renewals import RenewalDecisions
from asyncapi_guard.integrations.guard_options import check_document
from asyncapi_guard.integrations.loading import GivenDocument, Loading
from asyncapi_guard.integrations.preparing import prepare_as_used
from asyncapi_guard.integrations.recording.log import write
from asyncapi_guard.integrations.targets import redact_logs
from asyncapi_guard.integrations.verifiers import check_security
from asyncapi_guard.integrations.watching.watcher import Attempt, Watcher
from asyncapi_guard.spec.references import is_file, path_of
from asyncapi_guard.violations import printable

if TYPE_CHECKING:
    from collections.abc import Iterable

    from asyncapi_guard.guard import Guard
    from asyncapi_guard.integrations.deciding.decisions import Guarding
    from asyncapi_guard.integrations.handlers.check import HandlerCheck
    from asyncapi_guard.integrations.loading import Loaded, Loader, Spec
    from asyncapi_guard.integrations.recording.recorder import Recorder
    from asyncapi_guard.integrations.serving import Serving
    from asyncapi_guard.integrations.targets import Adapter
    from asyncapi_guard.integrations.watching.files import Contents
    from asyncapi_guard.spec.references import Documents

__all__ = ["NO_TEXT", "Reloading", "check_watch"]

NO_TEXT = (
    "docs= shows the text of the document, which a Contract does not have; pass its path, or the "
    "document as data"
)
#: Namespaces that are named when a document no longer declares them.
_MOST = 10


def check_watch(watch: Any, spec: Spec | None) -> bool:
    """Check the option `watch`, and return it.

    Raises:
        InstallationError: a document without files.
        TypeError: a value other than `True` or `False`.
    """
    if watch is not None and not isinstance(watch, bool):
        raise TypeError(f"watch must be True or False, not a {type(watch).__name__}")
    if watch and spec is not None and not GivenDocument(spec).is_file:
        kind = "a Contract" if isinstance(spec, Contract) else "data"
        raise InstallationError(
            f"watch=True watches files, but the document was passed as {kind}; pass its path"
        )
    return bool(watch)


class Reloading:
    """The part of an `AsyncAPIGuard` that reloads documents.

    Args:
        watch: whether to reload the document when its files change.
    """

    in_force: Guard
    recorder: Recorder
    handler_check: HandlerCheck
    _loader: Loader
    _read: Documents | None
    _serving: Serving | None
    #: Whether it keeps what the contract was made of, for others than a console.
    _shows: bool = False

    def __init__(self, *, watch: bool) -> None:
        self._given_document: GivenDocument | None = None
        #: Held while a document is read and comes in force.
        self._reloading = threading.RLock()
        self._watcher: Watcher | None = Watcher(self) if watch else None

    # -- what the guard does in its own ways -------------------------------------------------------

    def _guards(self) -> Iterable[Reloading]:
        """The guards of applications, where each has a document of its own."""
        raise NotImplementedError

    def _adapters(self) -> list[Adapter]:
        """What was put on servers that are still there."""
        raise NotImplementedError

    @property
    def _guarding(self) -> Guarding:
        """This guard, as its decisions know it."""
        raise NotImplementedError

    def _own_servers(self) -> list[Any]:
        """What was put on servers by this guard itself."""
        return [
            each
            for each in self._adapters()
            if isinstance(getattr(each, "decide", None), RenewalDecisions)
        ]

    # -- reloading ---------------------------------------------------------------------------------

    def reload(self, spec: Spec | None = None) -> bool:
        """Reload the document, or load a new one, and put it in force.

        You can call this method from any thread. It returns when the new document is in force.
        Events that are being handled continue, and their acks are validated against the document
        that accepted the event. On asyncio, use `await asyncio.to_thread(guard.reload)`.

        Args:
            spec: a new document: a path, data, or a `Contract`. Later reloads use it. Defaults to
                the current document.

        Returns:
            Whether the document has changed.

        Raises:
            InstallationError: no document to read, or a new document that requires a missing
                verifier.
            SpecError: an invalid document; `.findings` lists all errors.
            TypeError: a `spec` that isn't a document.
            ValueError: an option, such as the policy, that doesn't fit the new document.

        If this method raises, the previous document stays in force.
        """
        check_document(spec)
        with ExitStack() as stack:
            guards = self._with_documents(spec)
            for each in guards:
                stack.enter_context(each._reloading)
            # All of them are read before the first one comes in force.
            loaded = [(each, each._load(spec)) for each in guards]
            changed = [each._take(new, spec) for each, new in loaded]
        return any(changed)

    def _with_documents(self, spec: Spec | None) -> list[Reloading]:
        """The guards to reload, always in the same order."""
        if self._given_document is not None:
            return [self]
        guards = sorted(self._guards(), key=id)
        if not guards:
            raise InstallationError(NO_DOCUMENT)
        if spec is not None:
            raise InstallationError(
                "the guard reads the documents of its applications from their configurations; to "
                "reload one of them, call app.extensions['asyncapi_guard'].reload()"
            )
        return guards

    def _load(self, spec: Spec | None) -> Loaded | None:
        """Read a document; `None` if it is as it was."""
        assert self._given_document is not None
        attempt = Loading(self._loader, self._given_document.again() if spec is None else spec)
        return self._loaded_by(attempt, other=spec is not None)

    def _loaded_by(self, attempt: Loading, *, other: bool) -> Loaded | None:
        loaded, before = attempt.run(), self.in_force.contract
        new = loaded.guard.contract
        if self._serving is not None and loaded.documents is None:
            raise InstallationError(NO_TEXT)
        if not other and _is_as_it_was(before, new):
            return None
        for adapter in self._own_servers():
            check_security(self._guarding, adapter.target, loaded.guard)
        prepare_as_used(new, before)
        if len(self._own_servers()) < len(self._adapters()):
            _ = loaded.guard.mirrored  # made now, and not with the next event of a client
        return loaded

    def _take(self, loaded: Loaded | None, spec: Spec | None) -> bool:
        """Put a document in force; return whether it is another one."""
        if spec is not None:
            self._given_document = GivenDocument(spec)
        if loaded is None:
            return False
        before = self.in_force
        self._swap(loaded)
        contract = loaded.guard.contract
        names = ", ".join(file.name for file in contract.sources) or contract.title
        write(logging.INFO, "the document is in force as it is now: %s", names)
        self._look_at_servers(before)
        return True

    def _swap(self, loaded: Loaded) -> None:
        """The step."""
        if self._serving is not None or self._shows:
            self._read = loaded.documents
        self._put_in_force(loaded.guard)

    def _judge_by(self, guard: Guard) -> None:
        """Judge by a guard that somebody has made; its policy stays when a document is reloaded."""
        self._loader = replace(self._loader, policy=guard.policy)
        self._put_in_force(guard)

    def _put_in_force(self, guard: Guard) -> None:
        """Judge by another guard from now on; keep nothing of the one before."""
        adapters = self._adapters()
        for adapter in adapters:
            # First: a credential may come with the next packet.
            redact_logs(self._guarding, adapter, guard)
        self.in_force = guard
        self.recorder.follow(guard.contract)
        for each in (*adapters, self._serving):
            if each is not None:
                each.forget()

    def _look_at_servers(self, before: Guard) -> None:
        """Say what does not fit any more: handlers, and clients in namespaces that are gone."""
        for adapter in self._own_servers():
            self.handler_check.run_again(adapter.target, adapter.decide.guard)
            self._say_who_is_left(adapter.target.manager, before)

    def _say_who_is_left(self, manager: Any, before: Guard) -> None:
        guard, rooms = self.in_force, getattr(manager, "rooms", {})
        does = {Mode.ENFORCE: "rejected", Mode.REPORT: "reported"}
        done = does.get(guard.policy.undeclared_namespaces or guard.policy.mode)
        gone = [
            each
            for each in list(rooms)
            if before.plan_of(each) and not guard.plan_of(each) and rooms.get(each, {}).get(None)
        ]
        for namespace in gone[:_MOST] if done is not None else ():
            count = len(rooms.get(namespace, {}).get(None, ()))
            write(
                logging.WARNING,
                "the document no longer declares %s, to which clients are connected (%d): their "
                "events, and what is sent to them, are %s",
                printable(namespace),
                count,
                done,
            )

    # -- watching ----------------------------------------------------------------------------------

    def _begin_watching(self) -> None:
        """A server is guarded: have the document read again when its files change."""
        if self._watcher is None or self._given_document is None or self._watcher.active:
            return
        far = [f.name for f in self.in_force.contract.sources if not is_file(f.uri)]
        if far:
            write(
                logging.WARNING,
                "watch=True watches only files, so these take effect only after guard.reload(): %s",
                ", ".join(far),
            )
        self._watcher.start()

    def _end_watching(self) -> None:
        if self._watcher is not None:
            self._watcher.stop()

    def _contents_in_force(self) -> Contents:
        """Return the files of the document in force, and digests of what was in them."""
        sources = self.in_force.contract.sources
        return {path_of(each.uri): each.digest for each in sources if is_file(each.uri)}

    def _read_again(self) -> Attempt:
        """Read the document, and put it in force if it can be used; raise nothing."""
        assert self._given_document is not None
        with self._reloading:
            attempt = None
            try:
                attempt = Loading(self._loader, self._given_document.again())
                self._take(self._loaded_by(attempt, other=False), None)
            except Exception as error:  # noqa: BLE001  # whatever it is, the next save may be better
                return Attempt(() if attempt is None else attempt.files(), error)
            return Attempt(attempt.files(), None)

    def _after_fork(self) -> None:
        """Take new locks: another thread of the parent may have held them."""
        self._reloading = threading.RLock()


def _is_as_it_was(before: Contract, new: Contract) -> bool:
    """Whether two contracts were read from the same text."""
    known = all(file.digest for file in new.sources)
    return known and bool(new.sources) and before.sources == new.sources
