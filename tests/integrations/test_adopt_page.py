"""docs/how-to/adopt.md: an application gets a document, reports, and enforces step by step."""

from __future__ import annotations

import sys
from collections import deque
from pathlib import Path
from typing import TYPE_CHECKING, Any

from click.testing import CliRunner
from tutorial import Change, Run, Save, matches, read

from asyncapi_guard.cli import cli

if TYPE_CHECKING:
    import pytest

PAGE = Path(__file__).parents[2] / "docs" / "how-to" / "adopt.md"


class Adopter:
    """Does what the page says, in its order."""

    def __init__(self, net: Any) -> None:
        self._net = net
        self._steps = deque(read(PAGE))
        self.program = ""

    def _next(self, kind: type[Any]) -> Any:
        step = self._steps.popleft()
        assert isinstance(step, kind), step
        return step

    def save(self) -> None:
        """Save the application."""
        step = self._next(Save)
        self.program = step.text
        Path(step.name).write_text(step.text, encoding="utf-8")

    def serve(self) -> tuple[str, Any]:
        """Serve the application with the page's next guard: its address, and the guard."""
        names: dict[str, Any] = {"__name__": "shop"}
        for text in (self.program, self._next(Save).text):
            exec(compile(text, "adopt.md", "exec", dont_inherit=True), names)
        return str(self._net.serve(names["app"])), names["app"].extensions["asyncapi_guard"]

    def change(self) -> None:
        """Change the document."""
        step = self._next(Change)
        file = Path(step.name)
        file.write_text(step.of(file.read_text(encoding="utf-8")), encoding="utf-8")

    def run(self) -> None:
        """Run a command, which prints what the page shows."""
        step = self._next(Run)
        arguments = step.command.removeprefix("asyncapi-guard ").replace("'", "").split()
        done = CliRunner().invoke(cli, arguments)
        sys.modules.pop("shop", None)
        assert done.exit_code == step.exit_code, done.output
        assert step.shown is None or matches(step.shown, done.output), done.output

    def is_done(self) -> bool:
        """Whether the page has no more steps."""
        return not self._steps


def order(client: Any, quantity: Any) -> Any:
    return client.ask("order", {"item": "tea", "quantity": quantity})


def cancel(client: Any, number: Any) -> Any:
    return client.ask("cancel", {"number": number})


def live(net: Any, url: str) -> Any:
    """What good clients do in a day."""
    client = net.client(url)
    for number in range(12):
        ((ack),) = order(client, number % 5 + 1)
        if number % 2:
            assert cancel(client, ack["number"]) == [True]
    return client


def is_rejected(acks: list[Any]) -> bool:
    return acks[0]["error"]["code"] == "request_validation_error"


def test_the_page(net: Any, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Each step does what it says."""
    monkeypatch.chdir(tmp_path)
    monkeypatch.setattr(sys, "path", [*sys.path])
    monkeypatch.delenv("GITHUB_ACTIONS", raising=False)  # another format there
    page = Adopter(net)
    page.save()

    url, guard = page.serve()
    live(net, url)
    guard.uninstall()
    page.run()  # learn
    page.change()
    page.run()  # validate
    page.run()  # check

    url, guard = page.serve()  # reporting
    client = live(net, url)
    assert [order(client, text) for text in ("2", "3")] == [[{"number": 13}], [{"number": 14}]]
    client.io.emit("basket", {})
    assert cancel(client, 0) == [False]
    guard.uninstall()
    page.run()

    url, guard = page.serve()  # enforcing some
    client = net.client(url)
    assert is_rejected(cancel(client, "7"))
    assert order(client, "2") == [{"number": 1}]
    guard.uninstall()

    page.change()
    page.run()  # since
    url, guard = page.serve()  # enforcing all
    client = net.client(url)
    assert order(client, "2") == [{"number": 1}]
    assert is_rejected(order(client, "0"))
    assert is_rejected(order(client, 0))
    client.io.emit("basket", {})
    assert cancel(client, 0) == [False]
    (basket,) = (each for each in guard.statistics() if each.event == "(undeclared)")
    assert (basket.rejected, basket.reported) == (0, 1)
    guard.uninstall()
    assert page.is_done()
