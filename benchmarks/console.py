"""What the console costs: its Read page for many events, and its others for a busy namespace.

    python benchmarks/console.py [--quick] [--json]

`html` is the CPU of making the page for the first time: the view of the document, its schemas,
generated examples, and the HTML. It is kept until the document changes. `load` is what the main
thread of the browser does until the page is loaded, and `filter` the most that one change of the
filter costs, with the layout that follows. Figures of the browser need node, Chromium, and `npm
install` in tests/browser; without them they are left out. All are milliseconds of CPU, medians of
the rounds.

Then a server sends 200 events a second for 15 s to a Try page, while a Live page counts them, and
somebody clicks. `CPU` is the share of the main thread; the longest task, the longest time between
two frames, and the longest from a click to what it paints are wall time, and mean something on a
quiet machine only.

Exits with 1 when a goal is missed.
"""

from __future__ import annotations

import argparse
import http.server
import json
import os
import shutil
import socket
import statistics
import subprocess
import sys
import tempfile
import threading
import time
import urllib.request
from contextlib import suppress
from functools import partial
from pathlib import Path
from typing import Any

from tables import environment, progress, table

from asyncapi_guard.console.pages import Pages
from asyncapi_guard.console.static_files import static_files
from asyncapi_guard.spec.loader import load

HERE = Path(__file__).parent
BROWSER = HERE.parent / "tests" / "browser"
SIZES = (100, 1_000)
#: For a document of 1,000 events, in milliseconds: 2 s for `html` and `load` together.
GOALS = {"html and load": 2_000, "filter": 100}
#: For 200 events a second, in milliseconds: what nobody feels.
CLICK = 100
SECONDS = 15
NAMESPACES = 10
ROUNDS = 3


def document(events: int) -> dict[str, Any]:
    """Events in ten namespaces, with fields, two kinds of acks, and a recursive schema."""
    channels = {f"n{n}": {"address": f"/n{n}", "messages": {}} for n in range(NAMESPACES)}
    operations: dict[str, Any] = {}
    for number in range(events):
        name, channel = f"event_{number}", f"n{number % NAMESPACES}"
        channels[channel]["messages"][name] = message(number)
        action = "receive" if number // NAMESPACES % 2 else "send"
        operation = operations.setdefault(
            f"{action}_{channel}",
            {"action": action, "channel": {"$ref": f"#/channels/{channel}"}, "messages": []},
        )
        operation["messages"].append({"$ref": f"#/channels/{channel}/messages/{name}"})
    member = {
        "type": "object",
        "required": ["id", "name"],
        "properties": {
            "id": {"type": "string", "pattern": "^u_"},
            "name": {"type": "string", "maxLength": 60},
            "leads": {"type": "array", "items": {"$ref": "#/components/schemas/Member"}},
        },
    }
    refusal = {"type": "object", "required": ["error"], "properties": {"error": {"type": "string"}}}
    return {
        "asyncapi": "3.1.0",
        "info": {"title": "Many events", "version": "1.0.0"},
        "channels": channels,
        "operations": operations,
        "components": {"schemas": {"Member": member, "Refusal": refusal}},
    }


def message(number: int) -> dict[str, Any]:
    """A message with a bit of everything."""
    return {
        "name": f"event_{number}",
        "summary": f"Do the thing of number {number}.",
        "description": "What happens then, in *some* words.",
        "tags": [{"name": f"group{number % 20}"}],
        "payload": {
            "type": "object",
            "required": ["id", "member"],
            "properties": {
                "id": {"type": "string", "format": "uuid"},
                "count": {"type": "integer", "minimum": 0, "maximum": number + 1},
                "member": {"$ref": "#/components/schemas/Member"},
                "note": {"type": ["string", "null"], "maxLength": 200, "description": "To read."},
            },
            "additionalProperties": False,
        },
        "x-ack": {
            "oneOf": [
                {"type": "object", "required": ["ok"], "properties": {"ok": {"type": "boolean"}}},
                {"$ref": "#/components/schemas/Refusal"},
            ]
        },
    }


def measure(events: int, rounds: int) -> dict[str, float]:
    """The figures of a document."""
    data = document(events)
    made = []
    for _ in range(rounds):
        contract = load(data)
        start = time.process_time()
        html = Pages(contract).read()
        made.append((time.process_time() - start) * 1_000)
    figures = {"MB": len(html) / 1e6, "html": statistics.median(made)}
    in_browser = [found for _ in range(rounds) if (found := browse(html))]
    for name in in_browser[0] if in_browser else ():
        figures[name] = statistics.median(each[name] for each in in_browser)
    return figures


def browser() -> str | None:
    """Chromium, if all is there that drives it."""
    chromium = shutil.which("chromium") or shutil.which("google-chrome")
    is_there = (BROWSER / "node_modules").is_dir()
    return chromium if is_there and shutil.which("node") else None


def busy(seconds: float) -> dict[str, dict[str, float]] | None:
    """What a busy namespace costs the pages; nothing without a browser."""
    chromium = browser()
    if chromium is None:
        return None
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port = probe.getsockname()[1]
    url = f"http://127.0.0.1:{port}/asyncapi/"
    with subprocess.Popen([sys.executable, BROWSER / "busy_server.py", str(port)]) as server:
        try:
            for _ in range(300):
                with suppress(OSError), urllib.request.urlopen(url, timeout=60):
                    break
                time.sleep(0.1)
            return asked_of_node("busy_page.mjs", url, chromium, SECONDS=str(seconds))
        finally:
            server.terminate()


def asked_of_node(program: str, url: str, chromium: str, **values: str) -> Any:
    """What a program for node prints as JSON."""
    done = subprocess.run(
        ["node", HERE / program],
        env={**os.environ, "URL": url, "CHROMIUM": chromium, **values},
        stdout=subprocess.PIPE,
        check=True,
    )
    return json.loads(done.stdout)


def browse(html: str) -> dict[str, float] | None:
    """What the page costs a browser; nothing where there is none."""
    chromium = browser()
    if chromium is None:
        return None
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        (folder / "index.html").write_text(html, encoding="utf-8")
        (folder / "static").mkdir()
        for file, static in static_files().items():
            (folder / "static" / file).write_bytes(static.body)
        handler = partial(QuietHandler, directory=name)
        with http.server.ThreadingHTTPServer(("127.0.0.1", 0), handler) as server:
            threading.Thread(target=server.serve_forever, daemon=True).start()
            url = f"http://127.0.0.1:{server.server_port}/"
            found: dict[str, float] = asked_of_node("console_page.mjs", url, chromium)
            server.shutdown()
    return found


class QuietHandler(http.server.SimpleHTTPRequestHandler):
    """Files of a folder, without a line for each request."""

    def log_message(self, *_: Any) -> None:
        pass


def missed(figures: dict[str, float]) -> list[str]:
    """The goals that the largest document misses."""
    whole = figures["html"] + figures.get("load", 0)
    found = {"html and load": whole, "filter": figures.get("filter", 0)}
    return [f"{name}: {found[name]:.0f} ms" for name in GOALS if found[name] > GOALS[name]]


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__.partition("\n")[0])
    parser.add_argument("--quick", action="store_true", help="measure each figure once")
    parser.add_argument("--json", action="store_true", help="print data")
    options = parser.parse_args()
    rounds = 1 if options.quick else ROUNDS
    results = {}
    for size in SIZES:
        progress(f"{size} events")
        results[size] = measure(size, rounds)
    progress("200 events a second")
    pages = busy(3 if options.quick else SECONDS) or {}
    if options.json:
        print(json.dumps({"sizes": results, "busy": pages}))
        return 0
    print("  ".join(f"{name} {value}" for name, value in environment().items()) + "\n")
    names = [*results[SIZES[-1]]]
    rows = [
        [f"{size:,}", *(f"{each[name]:,.1f}" for name in names)] for size, each in results.items()
    ]
    print(table(["events", *names], rows))
    rows = [
        [
            page,
            f"{each['share']:.0f} %",
            *(f"{each[name]:,.0f}" for name in ("task", "gap", "click")),
        ]
        for page, each in pages.items()
    ]
    print()
    print(table(["200 a second", "CPU", "longest task", "between frames", "click"], rows))
    late = missed(results[SIZES[-1]])
    late += [
        f"click on {page}: {each['click']:.0f} ms"
        for page, each in pages.items()
        if each["click"] > CLICK
    ]
    for each in late:
        print(f"missed: {each}")
    return 1 if late else 0


if __name__ == "__main__":
    sys.exit(main())
