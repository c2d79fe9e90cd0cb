"""A page of another origin cannot use the cookies of its visitors, in a real browser."""

from __future__ import annotations

import os
import shutil
import subprocess
from pathlib import Path
from typing import Any

import pytest
import requests
import socketio as pysocketio
from conftest import PATIENCE
from security_stage import GOOD, Stage, document

BROWSER = Path(__file__).parents[1] / "browser"
CHROMIUM = next(
    filter(None, map(shutil.which, ("chromium", "chromium-browser", "google-chrome"))), None
)

ways = pytest.mark.parametrize("way", ["threads", "asyncio"])


@ways
@pytest.mark.parametrize("page", ["another", "listed", "its own"])
@pytest.mark.slow
def test_a_page_of_another_origin_does_not_enter(
    way: str, page: str, net: Any, skip_or_fail: Any
) -> None:
    """Over both transports; one that `cors_allowed_origins` lists does, and the server's own."""
    if shutil.which("node") is None or CHROMIUM is None:
        skip_or_fail("node or Chromium is not installed")
    if not (BROWSER / "node_modules" / "playwright-core").is_dir():
        skip_or_fail("nobody ran npm install in tests/browser")
    other = net.serve(pysocketio.WSGIApp(pysocketio.Server(async_mode="threading")))
    io = {"cors_allowed_origins": [other]} if page == "listed" else {}
    at = Stage(way, net, document(["cookie"]), io=io)
    done = subprocess.run(
        ["node", "--test", "--test-reporter=tap", "origins.test.mjs"],
        cwd=BROWSER,
        env={
            **os.environ,
            "CHROMIUM": str(CHROMIUM),
            "COOKIE": GOOD,
            "ENTERS": "false" if page == "another" else "true",
            "PAGE": at.url if page == "its own" else other,
            "TARGET": at.url,
        },
        capture_output=True,
        text=True,
        timeout=600,
        check=False,
    )
    assert done.returncode == 0, done.stdout + done.stderr
    assert "# pass 4" in done.stdout
    assert "/cookie" in at.ran or page == "another"


@ways
@pytest.mark.parametrize("shown", ["&j=0", "sec-fetch-site"])
def test_a_request_that_any_page_can_make_has_no_cookie(way: str, shown: str, net: Any) -> None:
    """Whoever learns the session id cannot go on with it."""
    at = Stage(way, net, document(["cookie"]))
    url = f"{at.url}/socket.io/?EIO=4&transport=polling"
    headers = {"cookie": f"sid={GOOD}"}
    more = shown if shown.startswith("&") else ""
    if not more:
        headers[shown] = "cross-site"
    opened = requests.get(f"{url}{more}", headers=headers, timeout=PATIENCE).text
    sid = opened.partition("sid")[2].strip('\\":').partition('"')[0].strip("\\")
    requests.post(f"{url}&sid={sid}", data="40/cookie,", timeout=PATIENCE)
    answer = requests.get(f"{url}&sid={sid}", timeout=PATIENCE).text
    assert answer.startswith("44/cookie,")
    assert "unauthorized" in answer
    assert at.ran == []
