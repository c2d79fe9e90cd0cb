"""A front end of another origin in a real browser, against a mock, and the mock's own page."""

from __future__ import annotations

import functools
import http.server
import shutil
import threading
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING

import pytest
from browsing import need, need_browser, run_in_browser
from test_mock_docs import DOCUMENT, SCENARIO

from asyncapi_guard import testing

if TYPE_CHECKING:
    from collections.abc import Iterator

ROOT = Path(__file__).parents[2]
CLIENT = ROOT / "tests" / "js" / "node_modules" / "socket.io-client" / "dist" / "socket.io.min.js"

PAGE = """<!doctype html>
<html lang="en"><head><meta charset="utf-8"><title>Games</title>
<link rel="icon" href="data:,"></head>
<body><main><h1>Games</h1>
<p id="state">connecting</p>
<label>Name <input id="name"></label>
<button id="create">Create</button> <button id="wrong">Create a wrong one</button>
<p id="answer"></p><ul id="games"></ul></main>
<script src="socket.io.min.js"></script>
<script>
const socket = io("%s");
const put = (id, text) => { document.getElementById(id).textContent = text; };
socket.on("connect", () => put("state", "connected"));
socket.on("game_created", ({ game_id }) => {
  const item = document.createElement("li");
  item.textContent = game_id;
  document.getElementById("games").append(item);
});
const create = async (data) => {
  const answer = await socket.emitWithAck("create_game", data);
  put("answer", answer.error?.code ?? answer.error ?? `${answer.name} plays in ${answer.game_id}`);
};
document.getElementById("create").onclick = () =>
  create({ name: document.getElementById("name").value });
document.getElementById("wrong").onclick = () => create({ colour: "sea-green" });
</script></body></html>
"""


class Quiet(http.server.SimpleHTTPRequestHandler):
    """Serves files without a line for each."""

    def log_message(self, *_: object) -> None:
        pass


@contextmanager
def front_end(folder: Path, mock: str) -> Iterator[str]:
    """The page, on a port of its own: its URL."""
    (folder / "index.html").write_text(PAGE % mock)
    shutil.copy(CLIENT, folder)
    handler = functools.partial(Quiet, directory=str(folder))
    with http.server.ThreadingHTTPServer(("127.0.0.1", 0), handler) as server:
        thread = threading.Thread(target=server.serve_forever, args=(0.02,))
        thread.start()
        try:
            yield f"http://localhost:{server.server_port}/"
        finally:
            server.shutdown()
            thread.join()


@pytest.mark.slow
def test_a_front_end_works_against_a_mock(tmp_path: Path) -> None:
    """It is answered, hears events, and its mistake is on the mock's page, without the value."""
    need_browser()
    need(CLIENT.is_file(), "run npm install in tests/js")
    document, scenario = tmp_path / "asyncapi.yml", tmp_path / "scenario.yml"
    document.write_text(DOCUMENT)
    scenario.write_text(SCENARIO)
    folder = tmp_path / "page"
    folder.mkdir()
    with testing.mock(document, scenario=scenario, cors=["loopback"]) as mock:
        with front_end(folder, mock.url) as page:
            told = run_in_browser("mock.test.mjs", {"PAGE": page, "MOCK": mock.url})
        assert mock.violation().event == "create_game"
    assert "# pass 4\n" in told
    assert "# skipped 0" in told
