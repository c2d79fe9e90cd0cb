"""The console's Try page in a real browser: a chat and a game, on Flask and on FastAPI."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from contextlib import ExitStack
from pathlib import Path

import pytest
from browsing import need_browser, run_in_browser, wait_for
from ports import free_port
from test_hostile_documents import poisoned_harbor

HERE = Path(__file__).parent
HARBOR = HERE.parent / "console" / "harbor.yml"
GAME = HERE.parents[1] / "specs" / "tictactoe.yml"


def exported(name: str, folder: Path, document: Path) -> str:
    """Run a test that the page has exported: what pytest says of it."""
    tokens = {"ADA_TOKEN": "ada-s-token", "BEN_TOKEN": "ben-s-token"}
    done = subprocess.run(
        [sys.executable, "-m", "pytest", "-p", "no:cacheprovider", "-q", folder / name],
        env={**os.environ, "ASYNCAPI": str(document), **tokens},
        cwd=folder,
        capture_output=True,
        text=True,
        timeout=300,
        check=False,
    )
    return done.stdout + done.stderr


@pytest.mark.slow
@pytest.mark.parametrize("framework", ["flask", "fastapi"])
def test_the_try_page_in_a_browser(framework: str, tmp_path: Path) -> None:
    """Tokens, forms, verdicts, a planted bug, bytes, sequences, a game, keys, axe-core, pictures.

    `PICTURES=docs/pictures` writes the pictures that the docs show.
    """
    need_browser()
    hostile = tmp_path / "hostile.json"
    hostile.write_text(json.dumps(poisoned_harbor()))
    docs = [sys.executable, "-m", "asyncapi_guard", "docs"]
    for document, folder in ((HARBOR, "site"), (hostile, "hostile")):
        subprocess.run([*docs, document, "-o", tmp_path / folder], check=True, timeout=300)
    pictures = Path(os.environ.get("PICTURES", tmp_path)).resolve()
    values = {
        "SITE": str(tmp_path / "site"),
        "HOSTILE": str(tmp_path / "hostile"),
        "PICTURES": str(pictures),
        "EXPORTS": str(tmp_path),
    }
    with ExitStack() as stack:
        for what in ("chat", "game"):
            port = free_port()
            log = stack.enter_context((tmp_path / f"{what}.log").open("wb"))
            command = [sys.executable, str(HERE / "console_servers.py"), what, framework, str(port)]
            server = stack.enter_context(subprocess.Popen(command, stdout=log, stderr=log))
            stack.callback(server.terminate)
            values[what.upper()] = f"http://127.0.0.1:{port}/asyncapi/"
        for what in ("CHAT", "GAME"):
            wait_for(values[what])
        told = run_in_browser("try.test.mjs", values)
        played = exported("test_a_game.py", tmp_path, GAME)
        met = exported("test_two_people_meet.py", tmp_path, HARBOR)
    assert "# fail 0" in told
    assert "1 passed" in played
    # The chat's planted bug breaks the contract, so the exported test finds it.
    assert "ContractBroken" in met
    assert {file.name[:2] for file in pictures.glob("*-try-*.png")} == {"04", "05", "06"}
