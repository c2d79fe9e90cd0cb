"""Puts a mutant in force in this process; Python imports this module by itself at its start.

No file of the project changes: what the import system reads of one module is replaced. The tests'
sub-processes have the same environment, and so the same mutant.
"""

from __future__ import annotations

import importlib.abc
import importlib.machinery
import json
import os
import sys
from pathlib import Path


class _Mutated(importlib.machinery.SourceFileLoader):
    """Loads a module from another text than its file's."""

    def __init__(self, name: str, path: str, source: str) -> None:
        super().__init__(name, path)
        self._source = source

    def get_code(self, fullname: str):
        return compile(self._source, self.path, "exec", dont_inherit=True)


class _Finder(importlib.abc.MetaPathFinder):
    def __init__(self, module: str, source: str) -> None:
        self._module = module
        self._source = source

    def find_spec(self, fullname, path=None, target=None):
        if fullname != self._module:
            return None
        spec = importlib.machinery.PathFinder.find_spec(fullname, path, target)
        if spec is not None and spec.origin is not None:
            spec.loader = _Mutated(fullname, spec.origin, self._source)
        return spec


def put_in_force() -> None:
    """Replace what the environment says, if it says so."""
    if "MUTANTS_TRY" in os.environ:
        asked = json.loads(Path(os.environ["MUTANTS_TRY"]).read_text(encoding="utf-8"))
        sys.meta_path.insert(0, _Finder(asked["module"], asked["source"]))


put_in_force()
