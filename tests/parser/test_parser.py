"""The official parser has nothing to say about the documents of the examples."""

from __future__ import annotations

import json
import shutil
import subprocess
import sys
from pathlib import Path

import pytest
from levels import LEVEL

HERE = Path(__file__).parent
EXAMPLES = HERE.parents[1] / "examples"


def need(condition: object, reason: str) -> None:
    """Skip, or fail where everything must run."""
    if not condition:
        (pytest.fail if LEVEL.everything else pytest.skip)(reason)


def diagnostics(*files: Path) -> list[dict[str, object]]:
    need(shutil.which("node"), "node is not installed")
    installed = (HERE / "node_modules" / "@asyncapi" / "parser").is_dir()
    need(installed, "@asyncapi/parser is not installed: run npm install in tests/parser")
    done = subprocess.run(
        ["node", "parse.mjs", *files],
        cwd=HERE,
        capture_output=True,
        encoding="utf-8",
        timeout=600,
        check=True,
    )
    return [json.loads(line) for line in done.stdout.splitlines()]


@pytest.mark.slow
def test_documents_of_examples_are_clean(tmp_path: Path) -> None:
    """No error, no warning, no hint: in committed files, and in what an example writes."""
    script = EXAMPLES / "agentic_doc" / "agentic.py"
    subprocess.run([sys.executable, script, tmp_path], check=True)
    files = [*EXAMPLES.glob("*/asyncapi.yml"), tmp_path / "asyncapi.yml"]
    assert len(files) >= 4
    assert diagnostics(*files) == []


def test_the_parser_finds_what_is_wrong(tmp_path: Path) -> None:
    """It has been asked: of a document without a version it says so."""
    (tmp_path / "bad.yml").write_text("asyncapi: 3.1.0\ninfo: {title: Bad}\n")
    found = diagnostics(tmp_path / "bad.yml")
    assert any(one["severity"] == 0 and "version" in str(one["message"]) for one in found)
