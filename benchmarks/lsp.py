"""How long an editor waits for `asyncapi-guard lsp`: documents of 1,000 messages.

    python benchmarks/lsp.py [--quick] [--json] [--rounds N]

A real client talks to the real process over its standard streams. A keystroke changes one letter
somewhere in the document, so that a finding comes or goes. *Findings* is the time from the change
to their publication for that version, with the server's pause for the next keystroke. The others
are answers about the text as it was typed just before. *CPU* is what the server's process used
meanwhile: a machine with nothing else to do takes that long, and the pause. Only Linux tells it.

The two shapes are those of `validate.py`: `two operations` list all messages between them; in `one
each` every message has an operation and an ack, and schemas refer to shared ones in chains.

Exits with 1 when a goal is missed.
"""

from __future__ import annotations

import argparse
import asyncio
import json
import random
import re
import sys
import tempfile
import time
from pathlib import Path
from statistics import median, quantiles
from typing import Any

from documents import many_messages, namespace_of_messages
from lsprotocol import types
from pygls.lsp.client import LanguageClient
from tables import environment, progress, table

from asyncapi_guard.lsp.checking import PAUSE

SHAPES = {"two operations": namespace_of_messages, "one each": many_messages}
MESSAGES = 1_000
#: Seconds at the 95th percentile: of CPU and the pause where CPU is known, else on the clock.
GOAL = 0.3
KEYSTROKE = "findings, a keystroke"
CPU = "findings, a keystroke: CPU"
_WRONG, _RIGHT = "type: strinG", "type: string"


class Client:
    """A client with one document open."""

    def __init__(self, root: Path) -> None:
        self.uri = (root / "asyncapi.yml").as_uri()
        self.root = root
        self.text = ""
        self.version = 1
        self.client = LanguageClient("benchmark", "1")
        self.published: dict[int, tuple[float, int]] = {}
        self.news = asyncio.Event()
        self.cpu: list[float] = []

        @self.client.feature(types.TEXT_DOCUMENT_PUBLISH_DIAGNOSTICS)
        def published(params: types.PublishDiagnosticsParams) -> None:
            self.published[params.version or 0] = (time.perf_counter(), len(params.diagnostics))
            self.news.set()

    async def start(self, text: str) -> float:
        """Open a document; seconds until its findings are there."""
        await self.client.start_io(sys.executable, "-m", "asyncapi_guard", "lsp")
        await self.client.initialize_async(
            types.InitializeParams(types.ClientCapabilities(), root_uri=self.root.as_uri())
        )
        self.client.initialized(types.InitializedParams())
        self.text = text
        began = time.perf_counter()
        self.client.text_document_did_open(
            types.DidOpenTextDocumentParams(types.TextDocumentItem(self.uri, "yaml", 1, text))
        )
        return (await self._findings())[0] - began

    async def _findings(self) -> tuple[float, int]:
        while self.version not in self.published:
            self.news.clear()
            await asyncio.wait_for(self.news.wait(), 120)
        return self.published[self.version]

    def position(self, offset: int) -> types.Position:
        before = self.text[:offset]
        return types.Position(before.count("\n"), offset - before.rfind("\n") - 1)

    async def type(self, offset: int, old: str, new: str, expected: int) -> float:
        """Replace a part of the text; seconds until its findings are there."""
        place = types.Range(self.position(offset), self.position(offset + len(old)))
        self.text = self.text[:offset] + new + self.text[offset + len(old) :]
        self.version += 1
        used = self._used()
        began = time.perf_counter()
        self.client.text_document_did_change(
            types.DidChangeTextDocumentParams(
                types.VersionedTextDocumentIdentifier(version=self.version, uri=self.uri),
                [types.TextDocumentContentChangePartial(place, new)],
            )
        )
        ended, found = await self._findings()
        if used:
            self.cpu.append(self._used() - used)
        if found != expected:
            raise SystemExit(f"{found} findings, and not {expected}: the figures mean nothing")
        return ended - began

    def _used(self) -> float:
        """CPU seconds of the server so far, all threads; 0 where nobody tells."""
        tasks = Path(f"/proc/{self.client._server.pid}/task")  # nothing else has it
        return sum(int(each.read_text().split()[0]) for each in tasks.glob("*/schedstat")) / 1e9

    async def ask(self, request: Any) -> float:
        began = time.perf_counter()
        answer = await request
        if not answer:
            raise SystemExit("a request had no answer: the figures mean nothing")
        return time.perf_counter() - began

    async def stop(self) -> None:
        await self.client.shutdown_async(None)
        self.client.exit(None)
        await self.client.stop()


async def measured(shape: str, rounds: int) -> dict[str, list[float]]:
    """The times of one document, by what was asked."""
    draw = random.Random(5)  # the same places in each run
    times: dict[str, list[float]] = {}
    with tempfile.TemporaryDirectory() as folder:
        client = Client(Path(folder))
        times["findings, opened"] = [await client.start(SHAPES[shape](MESSAGES))]
        document = types.TextDocumentIdentifier(client.uri)
        ask = client.client
        # Beside an enum a wrong type is two findings.
        texts = [m.start() for m in re.finditer(f"{_RIGHT}(?!, enum)", client.text)]
        references = [match.start() + 8 for match in re.finditer(r"\$ref: '#", client.text)]
        for number in range(rounds):
            progress(f"{shape}: {number + 1} of {rounds}")
            place = draw.choice(texts)
            for old, new, expected in ((_RIGHT, _WRONG, 1), (_WRONG, _RIGHT, 0)):
                seconds = await client.type(place, old, new, expected)
                times.setdefault(KEYSTROKE, []).append(seconds)
            at = client.position(draw.choice(references))
            for name, request in (
                ("hover", ask.text_document_hover_async(types.HoverParams(document, at))),
                (
                    "definition",
                    ask.text_document_definition_async(types.DefinitionParams(document, at)),
                ),
                (
                    "symbols",
                    ask.text_document_document_symbol_async(types.DocumentSymbolParams(document)),
                ),
            ):
                times.setdefault(name, []).append(await client.ask(request))
        await client.stop()
        if client.cpu:
            times[CPU] = client.cpu
    return times


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__.partition("\n")[0])
    parser.add_argument("--quick", action="store_true", help="a first look")
    parser.add_argument("--json", action="store_true", help="print data")
    parser.add_argument("--rounds", type=int, metavar="N", help="keystrokes, twice as many")
    given = parser.parse_args()
    rounds = given.rounds or (5 if given.quick else 40)
    rows = []
    for shape in SHAPES:
        for name, times in asyncio.run(measured(shape, rounds)).items():
            high = quantiles(times, n=20)[-1] if len(times) > 1 else times[0]
            rows.append({"shape": shape, "what": name, "p50": median(times), "p95": high})
    judged = CPU if any(row["what"] == CPU for row in rows) else KEYSTROKE
    goal = GOAL - PAUSE if judged == CPU else GOAL
    missed = [row for row in rows if row["what"] == judged and row["p95"] > goal]
    if given.json:
        print(json.dumps({"environment": environment("pygls"), "rows": rows}, indent=2))
        return bool(missed)
    shown = [
        (r["shape"], r["what"], f"{r['p50'] * 1000:.0f} ms", f"{r['p95'] * 1000:.0f} ms")
        for r in rows
    ]
    print(table(("document", "time", "p50", "p95"), shown))
    kind = "of CPU, besides the pause" if judged == CPU else "on the clock"
    print(f"\ngoal: findings within {goal * 1000:.0f} ms of a keystroke at p95 ({kind})")
    for row in missed:
        print(f"missed: {row['shape']}, {row['p95'] * 1000:.0f} ms")
    return bool(missed)


if __name__ == "__main__":
    sys.exit(main())
