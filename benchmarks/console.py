"""What the console's Read page costs for documents of many events.

    python benchmarks/console.py [--quick] [--json]

`html` is the CPU of making the page for the first time: the view of the document, its schemas,
generated examples, and the HTML. It is kept until the document changes. `load` is what the main
thread of the browser does until the page is loaded, and `filter` the most that one change of the
filter costs, with the layout that follows. Figures of the browser need node, Chromium, and `npm
install` in tests/browser; without them they are left out. All are milliseconds of CPU, medians of
the rounds.

Exits with 1 when a goal is missed.
"""

from __future__ import annotations

import argparse
import http.server
import json
import os
import shutil
import statistics
import subprocess
import sys
import tempfile
import threading
import time
from functools import partial
from pathlib import Path
from typing import Any

from tables import environment, progress, table

from asyncapi_guard.console.pages import Pages
from asyncapi_guard.console.static_files import static_files
from asyncapi_guard.spec.loader import load

HERE = Path(__file__).parent
SIZES = (100, 1_000)
#: For a document of 1,000 events, in milliseconds: 2 s for `html` and `load` together.
GOALS = {"html and load": 2_000, "filter": 100}
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


def browse(html: str) -> dict[str, float] | None:
    """What the page costs a browser; nothing where there is none."""
    chromium = shutil.which("chromium") or shutil.which("google-chrome")
    is_there = (HERE.parent / "tests" / "browser" / "node_modules").is_dir()
    if not (chromium and is_there and shutil.which("node")):
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
            done = subprocess.run(
                ["node", HERE / "console_page.mjs"],
                env={**os.environ, "URL": url, "CHROMIUM": chromium},
                stdout=subprocess.PIPE,
                check=True,
            )
            server.shutdown()
    found: dict[str, float] = json.loads(done.stdout)
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
    if options.json:
        print(json.dumps(results))
        return 0
    print("  ".join(f"{name} {value}" for name, value in environment().items()) + "\n")
    names = [*results[SIZES[-1]]]
    rows = [
        [f"{size:,}", *(f"{each[name]:,.1f}" for name in names)] for size, each in results.items()
    ]
    print(table(["events", *names], rows))
    late = missed(results[SIZES[-1]])
    for each in late:
        print(f"missed: {each}")
    return 1 if late else 0


if __name__ == "__main__":
    sys.exit(main())
