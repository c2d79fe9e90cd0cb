"""Keeps a fault of Python 3.11 out of tests that have nothing to do with it.

There, `ast.parse` counts its depth for the whole process. When the garbage collector runs in the
middle of it, and what it collects has Python code of its own, another tree may be made at that
time, in this thread or in another: then `ast.parse` raises "AST constructor recursion depth
mismatch" (https://github.com/python/cpython/issues/106905). Each traceback that is formatted
makes such trees, in the threads of servers that log an exception as in pytest itself, which ends
with it.
"""

from __future__ import annotations

import ast
import gc
import sys
from typing import Any

#: Whether this interpreter has the fault.
CONCERNED = sys.version_info[:2] == (3, 11)


def collect_no_garbage_while_parsing() -> None:
    """Have `ast.parse` finish before the garbage collector runs."""
    parse = ast.parse

    def parse_in_one_go(*args: Any, **kwargs: Any) -> Any:
        enabled = gc.isenabled()
        gc.disable()
        try:
            return parse(*args, **kwargs)
        finally:
            if enabled:
                gc.enable()

    ast.parse = parse_in_one_go
