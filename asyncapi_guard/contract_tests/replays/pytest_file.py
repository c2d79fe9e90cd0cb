"""A failure as a pytest test, which fails as long as the server breaks the contract."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING

from asyncapi_guard.contract_tests.failures import Group
from asyncapi_guard.contract_tests.replays import program
from asyncapi_guard.contract_tests.replays.literals import PYTHON, accessed, written
from asyncapi_guard.contract_tests.steps import Action, Source

if TYPE_CHECKING:
    from collections.abc import Iterator

    from asyncapi_guard.contract_tests.failures import Failure
    from asyncapi_guard.contract_tests.settings import Settings
    from asyncapi_guard.contract_tests.steps import Step

__all__ = ["pytest_file"]


def pytest_file(failure: Failure, settings: Settings, document: str, name: str) -> str:
    """The text of the file.

    Args:
        failure: what it shows.
        settings: of the run that found it.
        document: the file of the document, as seen from the folder of the test.
        name: of the test, without `test_`.
    """
    url = json.dumps(program.shown_url(settings.url))
    return "\n".join(
        [
            *_docstring(failure),
            "",
            *(["import json"] if program.has_credentials(failure) else []),
            "import os",
            "from pathlib import Path",
            "",
            "from asyncapi_guard import testing",
            "",
            f'URL = os.environ.get("ASYNCAPI_TEST_URL", {url})',
            f"DOCUMENT = Path(__file__).parent / {json.dumps(document)}",
            *_credentials(failure),
            "",
            "",
            f"def test_{name}():",
            *(f"    {line}" for line in _body(failure)),
            "",
        ]
    )


def _docstring(failure: Failure) -> Iterator[str]:
    first, *rest = program.about(failure)
    yield f'"""{first}'
    yield ""
    yield from rest
    yield ""
    yield "Written by `asyncapi-guard test`. Set ASYNCAPI_TEST_URL to test another server."
    if program.has_credentials(failure):
        names = " and ".join(program.CREDENTIALS.values())
        yield f"Credentials are taken from {names}, as JSON."
    yield '"""'


def _credentials(failure: Failure) -> Iterator[str]:
    if program.has_credentials(failure):
        for name, variable in program.CREDENTIALS.items():
            empty = "null" if name == "auth" else "{}"
            yield f'{name.upper()} = json.loads(os.environ.get("{variable}", "{empty}"))'


def _body(failure: Failure) -> Iterator[str]:
    more = ", auth=AUTH, headers=HEADERS, query=QUERY" if program.has_credentials(failure) else ""
    more += f", seed={failure.seed}" if failure.seed else ""
    yield f"replay = testing.Replay(DOCUMENT, URL{more})"
    kept = {taken.step for step in failure.steps for taken in step.taken}
    known: set[int] = set()
    for index, step in enumerate(failure.steps):
        if step.note and step.action is not Action.CONNECT:
            yield f"# {program.in_one_line(step.note)}"
        if step.action is not Action.WAIT and step.client not in known:
            known.add(step.client)
            yield f"client_{step.client} = replay.client({step.client})"
        kept_as = f"step_{index + 1} = " if index in kept else ""
        yield f"{kept_as}{_call(step)}"
    transport = "transport=True" if failure.check.group is Group.TRANSPORT else ""
    yield f"replay.check({transport})"


def _call(step: Step) -> str:
    client, namespace = f"client_{step.client}", json.dumps(step.namespace)
    if step.action is Action.WAIT:
        return f"replay.wait({step.seconds:g})"
    if step.action is Action.DISCONNECT:
        return f"{client}.disconnect({namespace if step.namespace else ''})"
    if step.action is Action.SEND:
        parts = ", ".join(written(each, PYTHON) for each in (step.text, *step.attachments))
        return f"{client}.send({parts}{_of(step)}{_seconds(step)})"
    if step.action is Action.CONNECT:
        auth = f", {written(step.args[0], PYTHON)}" if step.args else ""
        shown = ", credentials=True" if step.credentials else ""
        note = f", note={json.dumps(step.note)}" if step.note else ""
        return f"{client}.connect({namespace}{auth}{shown}{_request(step)}{note})"
    return _event(step, client)


def _request(step: Step) -> str:
    headers, query = program.request_of(step)
    named = (("headers", headers), ("query", query))
    return "".join(f", {name}={written(each, PYTHON)}" for name, each in named if each)


def _event(step: Step, client: str) -> str:
    given = {
        each.into: _given(each.step, each.source, each.event, each.pointer) for each in step.taken
    }
    args = [written(each, PYTHON, given, f"/{index}") for index, each in enumerate(step.args)]
    method = "call" if step.ack else "emit"
    given_args = ", ".join([json.dumps(step.event), *args])
    return f"{client}.{method}({given_args}{_of(step)}{_seconds(step)})"


def _seconds(step: Step) -> str:
    return f", timeout={step.seconds:g}" if step.seconds else ""


def _of(step: Step) -> str:
    return "" if step.namespace == "/" else f", namespace={json.dumps(step.namespace)}"


def _given(step: int, source: Source, event: str, pointer: str) -> str:
    name = f"step_{step + 1}"
    held = f"{name}.ack" if source is Source.ACK else f"{name}.event({json.dumps(event)})"
    return accessed(held, pointer)
