"""How the document that a guard was given becomes what judges, whenever it is read."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, replace
from pathlib import Path
from typing import TYPE_CHECKING, Any, TypeAlias

from asyncapi_guard.contract import Contract, Perspective
from asyncapi_guard.errors import InstallationError
from asyncapi_guard.guard import Guard
from asyncapi_guard.integrations.verifiers import on_server, with_names
from asyncapi_guard.spec.compiler import compile_contract
from asyncapi_guard.spec.loader import open_documents

if TYPE_CHECKING:
    import os
    from collections.abc import Callable, Collection

    from asyncapi_guard.guard import Policy
    from asyncapi_guard.schema import EngineName
    from asyncapi_guard.spec.references import Documents

__all__ = ["GivenDocument", "Loaded", "Loader", "Loading", "Spec"]

Spec: TypeAlias = "str | os.PathLike[str] | Mapping[str, Any] | Contract"


@dataclass(frozen=True, slots=True)
class Loaded:
    """What a document became.

    Attributes:
        guard: judges by it, as servers see it.
        documents: its files; `None` where a `Contract` was given.
    """

    guard: Guard
    documents: Documents | None


@dataclass(frozen=True, slots=True)
class Loader:
    """What documents are read with, for one guard: its options.

    Attributes:
        engine: what validates.
        allow_http: as for `load`.
        root: as for `load`.
        perspective: the side that the document describes, where somebody says so.
        server: the key of the document's server that this one is.
        policy: what is done about violations.
        verifiers: who says who clients are, by the names of security schemes.
        verifiers_option: what they are passed as.
    """

    engine: EngineName
    allow_http: Collection[str] | bool
    root: str | os.PathLike[str] | None
    perspective: Perspective | None
    server: str | None
    policy: Policy | None
    verifiers: Mapping[str, Callable[..., Any]]
    verifiers_option: str

    def __post_init__(self) -> None:
        if self.root is not None:  # the working directory may be another one when it is read again
            object.__setattr__(self, "root", Path(self.root).absolute())

    def guard_by(self, contract: Contract) -> Guard:
        """Return what judges by a contract.

        Raises:
            ValueError: the options do not fit it.
        """
        if self.perspective is not None:
            contract = replace(contract, perspective=self.perspective)
        if self.server is not None:
            contract = on_server(contract, self.server, self.policy)
        with_names(self.verifiers, contract, self.verifiers_option)
        return Guard(contract.seen_by(Perspective.SERVER), self.policy)


class Loading:
    """One attempt to read a document.

    Args:
        loader: what it is read with.
        spec: the document.

    Attributes:
        documents: its files, as soon as the main one was read.
    """

    def __init__(self, loader: Loader, spec: Spec) -> None:
        self._loader = loader
        self._spec = spec
        self.documents: Documents | None = None

    def run(self) -> Loaded:
        """Read the document.

        Raises:
            SpecError: the document cannot be used.
            ValueError: the options do not fit it.
        """
        loader, spec = self._loader, self._spec
        if isinstance(spec, Contract):
            return Loaded(loader.guard_by(spec), None)
        self.documents = open_documents(spec, allow_http=loader.allow_http, root=loader.root)
        contract = compile_contract(self.documents, loader.engine)
        return Loaded(loader.guard_by(contract), self.documents)

    def files(self) -> tuple[Path, ...]:
        """Return the files that were read, and those that a reference names in vain."""
        if self.documents is not None:
            return self.documents.files()
        is_path = not isinstance(self._spec, (Contract, Mapping))
        return (Path(self._spec).absolute(),) if is_path else ()  # type: ignore[arg-type]  # as `is_path` says


class GivenDocument:
    """The document that a guard was given, for as long as it may be read again.

    Args:
        spec: as it was given.
    """

    def __init__(self, spec: Spec) -> None:
        self.spec: Spec = spec
        path = None if isinstance(spec, (Contract, Mapping)) else Path(spec)
        #: The working directory may be another one by then.
        self._absolute = None if path is None else path.absolute()

    @property
    def is_file(self) -> bool:
        """Whether it is the path of a file."""
        return self._absolute is not None

    def again(self) -> Spec:
        """Return what to read again.

        Raises:
            InstallationError: a `Contract` says the same for ever.
        """
        if isinstance(self.spec, Contract):
            raise InstallationError(
                "the guard was created with a Contract, which can't be read again; pass a new "
                "one, as in guard.reload(load('asyncapi.yml'))"
            )
        if self._absolute is None or isinstance(self.spec, Mapping):
            return self.spec
        try:
            here = Path(self.spec).absolute()
        except OSError:  # the working directory is gone
            here = None
        return self.spec if here == self._absolute else self._absolute
