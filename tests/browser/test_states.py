"""Each state of each part of the console exists on the real pages, and says what it should."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from pathlib import Path

import pytest
from browsing import need_browser, results_in_browser, running, wait_for
from ports import free_port

HERE = Path(__file__).parent
SERVERS = ("chat", "report", "quiet", "bare")
HARBOR = HERE.parent / "console" / "harbor.yml"

#: The states, by the names of their tests in states.test.mjs, and what people see in each.
STATES = {
    # A filter that finds nothing
    "filter-finds-nothing-in-read": "what was looked for, among how many, and a way to clear it",
    "filter-finds-nothing-in-try": "the same for the names of events",
    "filter-finds-nothing-among-packets": "that no packets match, and a way to clear the filter",
    "filter-finds-nothing-in-live": "the same for the rows of the table",
    # Nothing is there, and nothing is known yet
    "no-events-in-read": "that the document has none, and why",
    "no-events-in-try": "that there is nothing to connect to, and no empty composer",
    "no-events-in-live": "that the document has none",
    "no-traffic": "that there is none yet, and what brings some",
    "no-violations-and-no-clients": "two sentences in the place of two lists",
    "numbers-that-have-not-come-yet": "dashes: no zero, and no sentence that nobody knows",
    # Connections
    "not-connected": "the form that the contract asks for; emitting leads to it",
    "connecting": "a chip, without a color of a verdict",
    "connection-lost": "when it tries again; the log and the composer stay",
    "connection-refused-by-the-contract": "the packet, its reason and its line; a filled form",
    "connection-refused-by-the-verifier": "the packet and its reason; a filled form",
    "disconnected": "the form with what was typed, which has the focus; the log stays",
    "namespace-that-the-server-does-not-have": "the packet, refused, with what the server says",
    "namespace-that-the-document-does-not-have": "which step of a sequence needs it",
    "link-to-an-event-that-is-gone": "the page as it is without a link",
    "no-server-at-that-address": "where nobody answers",
    # The judge
    "judge-at-work": "the last verdict for 150 ms, then that it is checking",
    "judge-does-not-answer": "that it is not checked, and why; sending stays possible",
    "nobody-judges-a-site-of-files": "that it is not checked, and why",
    "more-traffic-than-the-judge-answers": "that a packet is not checked, and why",
    "would-be-rejected": "how many problems; emitting leads to the first, or is done anyway",
    "text-that-is-no-json": "the line and the column; the form keeps its values, dimmed",
    "event-of-another-name": "that it is not declared, and what was meant",
    # Acknowledgements
    "ack-that-does-not-come": "how long was waited, in the color of no verdict",
    "ack-that-is-rejected": "the ack in red below an event in green",
    # The log
    "log-that-is-paused": "how many packets wait, all of which are kept",
    "bytes-and-several-arguments": "name, size and first bytes; numbered arguments, one list",
    "bytes-that-are-not-loaded": "which file is missing, at its field and among the problems",
    # The guard and the document
    "guard-that-only-reports": "amber in the bar, also on phones, and in each verdict",
    "event-that-is-only-reported": "a chip at the event",
    "guard-that-is-off": "amber in the bar, also on phones",
    "no-guard-at-all": "no chip that says it is on",
    "document-with-faults": "what is wrong and where; after a correction, the page",
    "long-names-and-huge-texts": "20 lines and a way to all; nothing scrolls sideways",
    "what-no-operation-uses": "a section of its own, with links and without a direction",
    "without-scripts": "all of the document; on other pages why they are empty",
    # The numbers
    "server-that-does-not-answer": "of when the numbers are, until it answers again",
    "numbers-that-nobody-may-see": "that somebody has to sign in again",
    "numbers-that-are-paused": "of when the numbers are",
    # And in none of them
    "no-page-has-complained": "no error of a script, and none of the policy",
}


def long_document() -> dict[str, object]:
    """Names without a place to break, a text of 8 MB, and a message of no operation."""
    name = "a_name_without_an_end" * 20
    payload = {"type": "object", "properties": {name: {"type": "string", "enum": [name]}}}
    return {
        "asyncapi": "3.1.0",
        "info": {"title": name, "version": "1.0.0", "description": f"{'word ' * 400}\n\n" * 4000},
        "channels": {
            "main": {
                "address": f"/{name}",
                "messages": {
                    name: {"summary": name, "payload": {"$ref": f"#/components/schemas/{name}"}},
                    "Farewell": {"summary": "Nobody says farewell."},
                },
            }
        },
        "operations": {
            "all": {
                "action": "receive",
                "channel": {"$ref": "#/channels/main"},
                "messages": [{"$ref": f"#/channels/main/messages/{name}"}],
            }
        },
        "components": {"schemas": {name: payload}},
    }


@pytest.fixture(scope="module")
def told(tmp_path_factory: pytest.TempPathFactory) -> dict[str, str]:
    """What failed in each state; empty for nothing."""
    need_browser()
    folder = tmp_path_factory.mktemp("states")
    turns, long = folder / "turns.yml", folder / "long.json"
    turns.write_text(HARBOR.read_text("utf-8"), "utf-8")
    long.write_text(json.dumps(long_document()), "utf-8")
    for document, name in ((HARBOR, "site"), (long, "long")):
        command = [sys.executable, "-m", "asyncapi_guard", "docs", document, "-o", folder / name]
        subprocess.run(command, check=True, timeout=300)
    ports = {
        name: str(free_port()) for name in ("chat", "report", "quiet", "bare", "docs", "turns")
    }
    servers = str(HERE / "console_servers.py")
    docs = ["-m", "asyncapi_guard", "docs"]
    connect = ["--connect", f"http://127.0.0.1:{ports['bare']}"]
    commands = {
        **{
            name: [servers, name, "flask", ports[name]]
            for name in ("chat", "report", "quiet", "bare")
        },
        "docs": [*docs, str(HARBOR), "--port", ports["docs"], *connect],
        "turns": [*docs, str(turns), "--port", ports["turns"]],
    }
    with running(folder, commands):
        urls = {name: f"http://127.0.0.1:{port}/asyncapi/" for name, port in ports.items()}
        urls |= {name: f"http://127.0.0.1:{ports[name]}/" for name in ("docs", "turns")}
        for url in urls.values():
            wait_for(url)
        values = {name.upper(): url for name, url in urls.items()}
        values |= {"ELSEWHERE": urls["docs"], "FILE": str(turns)}
        values |= {"SITE": str(folder / "site"), "LONG": str(folder / "long")}
        return results_in_browser("states.test.mjs", {**os.environ, **values})


@pytest.mark.slow
@pytest.mark.parametrize("state", STATES)
def test_state(told: dict[str, str], state: str) -> None:
    """People see what the table says."""
    if told[state]:
        pytest.fail(f"{STATES[state]}\n{told[state]}", pytrace=False)


@pytest.mark.slow
def test_each_state_is_in_the_table(told: dict[str, str]) -> None:
    """And the table has no other."""
    assert [*told] == [*STATES]
