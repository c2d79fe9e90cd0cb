"""Findings while somebody types: what `validate` reports, where the text is."""

from __future__ import annotations

import json
import subprocess
import sys
from textwrap import dedent
from typing import TYPE_CHECKING, Any

from editors import Editor, run
from lsprotocol import types

if TYPE_CHECKING:
    from pathlib import Path

CHAT = dedent(
    """\
    asyncapi: 3.1.0
    info: {title: Chat 😀, version: '1'}
    channels:
      chat:
        address: /chat
        messages:
          say:
            payload: {type: string}
    operations:
      say:
        action: receive
        channel: {$ref: '#/channels/chat'}
    """
)


def validated(root: Path, *names: str) -> list[tuple[Any, ...]]:
    """What the command reports of files, as the editor sees it."""
    done = subprocess.run(
        [sys.executable, "-m", "asyncapi_guard", "validate", "--format", "json", *names],
        cwd=root,
        capture_output=True,
        text=True,
        check=False,
    )
    files = json.loads(done.stdout)["files"]
    return sorted(
        (each["code"], each["severity"], each["message"], each["line"])
        for file in files
        for each in file["findings"]
    )


def as_validated(diagnostics: list[types.Diagnostic]) -> list[tuple[Any, ...]]:
    return sorted(
        (each.code, each.severity.name.lower(), each.message, each.range.start.line + 1)
        for each in diagnostics
    )


def test_findings_come_go_and_are_cleared(tmp_path: Path) -> None:
    """With code, severity, range, and a link to the rule; none is left when a document closes."""

    async def test(editor: Editor) -> None:
        editor.open("a.yml", CHAT)
        assert await editor.diagnostics("a.yml") == []
        editor.replace("a.yml", "action: receive", "action: recieve")
        (finding,) = await editor.diagnostics("a.yml")
        assert (finding.code, finding.severity) == ("bad-value", types.DiagnosticSeverity.Error)
        assert finding.code_description.href.endswith("docs/reference/rules.md#bad-value")
        assert finding.range == types.Range(types.Position(10, 12), types.Position(10, 19))
        editor.replace("a.yml", "recieve", "receive")
        assert await editor.diagnostics("a.yml") == []
        editor.replace("a.yml", "action: receive", "action: get")
        assert len(await editor.diagnostics("a.yml")) == 1
        editor.close("a.yml")
        await editor.until(lambda: not editor.published[editor.uri("a.yml")].diagnostics)

    run(tmp_path, test)
