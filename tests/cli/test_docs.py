"""`asyncapi-guard docs`: the console of a file, served and as files."""

from __future__ import annotations

import re
import socket
import subprocess
import sys
import urllib.request
from pathlib import Path

import pytest
from click.testing import CliRunner
from ports import free_port

from asyncapi_guard.cli import cli

ROOT = Path(__file__).parents[2]
HARBOR = ROOT / "tests" / "console" / "harbor.yml"


def run(*arguments):
    return CliRunner().invoke(cli, ["docs", *map(str, arguments)])


def test_a_site_is_a_folder_of_files_that_need_no_server(tmp_path):
    """All that its pages load is there, by relative names, and no module is among it."""
    done = run(HARBOR, "-o", tmp_path / "site", "--title", "The port")
    assert done.exit_code == 0, done.output
    for page in ("index.html", "try.html"):
        html = (tmp_path / "site" / page).read_text()
        assert "<title>" in html
        assert "The port" in html
        assert 'type="module"' not in html
        assert "Live" not in re.findall(r'<nav class="tabs".*?</nav>', html, re.DOTALL)[0]
        loaded = re.findall(r'<(?:script|link|img)[^>]* (?:src|href)="([^"]+)"', html)
        for name in (*loaded, "asyncapi.yml", "asyncapi.json"):
            assert (tmp_path / "site" / name).is_file(), name
    assert (tmp_path / "site" / "asyncapi.yml").read_bytes() == HARBOR.read_bytes()
    size = sum(file.stat().st_size for file in (tmp_path / "site" / "static").iterdir())
    assert size < 300_000


def test_the_console_is_served_until_it_is_stopped():
    """The command says where; the page, its files and the document are there."""
    port = free_port()
    command = [sys.executable, "-m", "asyncapi_guard", "docs", str(HARBOR), "--port", str(port)]
    with subprocess.Popen(command, stdout=subprocess.PIPE, text=True, cwd=ROOT) as server:
        try:
            line = server.stdout.readline()
            assert f"http://127.0.0.1:{port}/" in line
            for path in ("", "try", "static/style.css", "asyncapi.yml"):
                with urllib.request.urlopen(
                    f"http://127.0.0.1:{port}/{path}", timeout=300
                ) as found:
                    assert found.status == 200
                    assert "default-src 'self'" in found.headers["Content-Security-Policy"]
        finally:
            server.terminate()
            server.wait(300)


def test_a_file_with_errors_is_not_shown(tmp_path):
    """The errors are, and the exit code is 2."""
    file = tmp_path / "broken.yml"
    file.write_text("asyncapi: 3.1.0\ninfo: {title: Broken}\n")
    done = run(file, "-o", tmp_path / "site")
    assert done.exit_code == 2
    assert "version" in done.output
    assert not (tmp_path / "site").exists()


@pytest.mark.parametrize("url", ["localhost:5000", "javascript:alert(1)", "http://a b/", "ftp://x"])
def test_a_server_to_connect_to_has_a_url(tmp_path, url):
    """What is none could not be allowed by the page's policy."""
    done = run(HARBOR, "-o", tmp_path / "site", "--connect", url)
    assert done.exit_code == 2
    assert "--connect takes the URL of a server" in done.output


def test_a_port_that_is_taken_is_said():
    """In one line, with what to do."""
    with socket.socket() as taken:
        taken.bind(("127.0.0.1", 0))
        taken.listen()
        done = run(HARBOR, "--port", taken.getsockname()[1])
    assert done.exit_code == 2
    assert "choose another --port" in done.output


def test_the_side_that_a_file_describes_is_an_option(tmp_path):
    """A client's own document says `send` for what clients send."""
    for side, text in (("server", "Client to server"), ("client", "Server to client")):
        assert run(HARBOR, "-o", tmp_path / side, "--perspective", side).exit_code == 0
        html = (tmp_path / side / "index.html").read_text()
        article = html[html.index('id="chat-join_room"') :]
        assert text in article[:900]
