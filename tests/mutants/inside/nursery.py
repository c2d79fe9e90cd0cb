"""Starts runs of pytest quickly: what all of them import is imported once, and each is a fork.

Reads what to run from lines of standard input; writes the number of the process, and then how it
ended.
"""

from __future__ import annotations

import importlib
import json
import os
import sys
import tempfile
import traceback

import pytest
import sitecustomize

#: What the tests and the package import; never the package itself, of which each run has its own.
COMMON = (
    "flask_socketio",
    "hypothesis",
    "jsonschema",
    "jsonschema_rs",
    "msgspec",
    "orjson",
    "pydantic",
    "redis",
    "requests",
    "simple_websocket",
    "socketio.admin",
    "unittest.mock",
    "websocket",
    "werkzeug.serving",
    "yaml",
)


def main() -> None:
    for name in COMMON:
        try:
            importlib.import_module(name)
        except ImportError:
            continue  # the tests say what they miss
    for line in sys.stdin:
        process = os.fork()
        if process == 0:
            _run(json.loads(line))
        sys.stdout.write(f"{process}\n")
        sys.stdout.flush()
        _, status = os.waitpid(process, 0)
        sys.stdout.write(f"{status}\n")
        sys.stdout.flush()


def _run(asked: dict) -> None:
    code = 70
    try:
        os.setsid()
        output = os.open(asked["output"], os.O_WRONLY | os.O_CREAT)
        for number, file in enumerate((os.open(os.devnull, os.O_RDONLY), output, output)):
            os.dup2(file, number)
        os.environ.clear()
        os.environ.update(asked["env"])
        tempfile.tempdir = None
        sitecustomize.put_in_force()
        code = pytest.main(asked["arguments"])
        sys.stdout.flush()
        sys.stderr.flush()
    except BaseException:
        traceback.print_exc()
    finally:
        os._exit(code)


if __name__ == "__main__":
    main()
