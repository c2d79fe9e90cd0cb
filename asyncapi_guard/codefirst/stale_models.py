"""Generated modules whose document has changed.

A generated module has the digest of its document (`SOURCE.digest`). Where the document's digest is
another one, its types are those of an older document: what they reject and what they send is not
what the document says.
"""

from __future__ import annotations

import os
import sys
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any

from asyncapi_guard.codefirst.generated_models import is_generated_module
from asyncapi_guard.errors import SpecError
from asyncapi_guard.spec.compiler import compile_contract
from asyncapi_guard.spec.digest import digest_of
from asyncapi_guard.spec.loader import open_documents

if TYPE_CHECKING:
    from collections.abc import Iterable
    from types import ModuleType

__all__ = ["StaleModels", "stale_models"]

_COMMAND = "#     "


@dataclass(frozen=True, slots=True)
class StaleModels:
    """A generated module, or package, that is out of date.

    Attributes:
        module: its name.
        file: where it is.
        document: the document that it was generated from.
        command: what generates it again, in the folder of the module; empty when it does not say.
    """

    module: str
    file: Path
    document: Path
    command: str

    def __str__(self) -> str:
        again = f"; in the directory of the module, run `{self.command}`" if self.command else ""
        return (
            f"{self.module} was generated from a different version of {self.document.name}, so its "
            f"types don't match the document; generate it again{again}"
        )


def stale_models(modules: Iterable[ModuleType]) -> list[StaleModels]:
    """The generated modules among these whose document has changed; of a package, the package.

    A module without a digest, one whose document is not there and one whose document has errors
    are passed over: others tell these. So are models of an application: `models --check` has to
    import that.
    """
    wholes = dict.fromkeys(_whole(each) for each in modules if is_generated_module(each))
    digests: dict[Path, str] = {}
    found = [_stale(each, digests) for each in wholes]
    return [each for each in found if each is not None]


def _whole(module: ModuleType) -> ModuleType:
    """A generated module, or the generated package that it belongs to."""
    around = sys.modules.get(module.__name__.rpartition(".")[0])
    return around if around is not None and is_generated_module(around) else module


def _stale(module: Any, digests: dict[Path, str]) -> StaleModels | None:
    known = getattr(module.SOURCE, "digest", "")
    if not known or not module.__file__ or not module.SOURCE.file:
        return None
    file = Path(module.__file__).resolve()
    document = Path(os.path.normpath(file.parent / module.SOURCE.file))
    if document not in digests:
        digests[document] = _digest(document)
    if digests[document] in ("", known):
        return None
    return StaleModels(module.__name__, file, document, _command(file))


def _digest(document: Path) -> str:
    """The digest of a document as it is now; empty when it cannot be read."""
    try:
        documents = open_documents(document)
        compile_contract(documents, "auto")
    except (SpecError, OSError):
        return ""
    return digest_of(documents)


def _command(file: Path) -> str:
    """What the head of a generated module says that makes it."""
    try:
        with file.open(encoding="utf-8") as text:
            head = [next(text, "") for _ in range(4)]
    except (OSError, UnicodeDecodeError):
        return ""
    lines = (line.removeprefix(_COMMAND).strip() for line in head if line.startswith(_COMMAND))
    return next(lines, "")
