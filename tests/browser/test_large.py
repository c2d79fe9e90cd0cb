"""The console's Read page of a thousand events in a real browser."""

from __future__ import annotations

import http.server
import re
import sys
import threading
import time
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING

import pytest
from browsing import need_browser, run_in_browser

from asyncapi_guard.console.pages import Pages
from asyncapi_guard.console.static_files import static_files
from asyncapi_guard.spec.loader import load

if TYPE_CHECKING:
    from collections.abc import Callable

BENCHMARKS = str(Path(__file__).parents[2] / "benchmarks")


@pytest.mark.slow
def test_a_large_document_in_a_browser(
    tmp_path: Path, record_property: Callable[[str, object], None], monkeypatch: pytest.MonkeyPatch
) -> None:
    """Few elements, few layouts, and a filter that changes only what is to change."""
    need_browser()
    # For this import alone: tests and benchmarks have modules of the same names.
    monkeypatch.setattr(sys, "path", [*sys.path, BENCHMARKS])
    from console import QuietHandler, document  # type: ignore[import-not-found]  # a benchmark

    for name in ("console", "tables"):
        del sys.modules[name]

    begun = time.process_time()
    html = Pages(load(document(1_000))).read()
    told = f"html: {1_000 * (time.process_time() - begun):.0f} ms, with the loading of the document"
    (tmp_path / "index.html").write_text(html, encoding="utf-8")
    (tmp_path / "static").mkdir()
    for name, file in static_files().items():
        (tmp_path / "static" / name).write_bytes(file.body)
    handler = partial(QuietHandler, directory=str(tmp_path))
    with http.server.ThreadingHTTPServer(("127.0.0.1", 0), handler) as server:
        threading.Thread(target=server.serve_forever, daemon=True).start()
        url = f"http://127.0.0.1:{server.server_port}/"
        said = run_in_browser("large.test.mjs", {"URL": url})
        server.shutdown()
    assert "# fail 0" in said
    figures = re.findall("(?m)^# .*figures (.*)$", said)
    record_property("figures", "\n".join([told, *figures]))
