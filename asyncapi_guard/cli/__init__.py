"""The command line: one module per command, imported when the command runs."""

from __future__ import annotations

import importlib
from typing import Any, cast

import click

from asyncapi_guard import __version__
from asyncapi_guard.cli.command_errors import run_or_say_why

__all__ = ["cli"]

#: The commands, with what `--help` says of each: knowing them costs no imports.
_COMMANDS = {
    "add": "Add an event to an AsyncAPI document.",
    "check": "Compare an application's code with its AsyncAPI document.",
    "coverage": "Report how much of an AsyncAPI document was used by traffic.",
    "demo": "Play tic-tac-toe on a guarded server.",
    "diff": "Find breaking changes between two AsyncAPI documents.",
    "doctor": "Report what is guarded, and what is not.",
    "docs": "Show an AsyncAPI document in the browser.",
    "export": "Write the AsyncAPI document of an application.",
    "init": "Write a first AsyncAPI document.",
    "learn": "Write the AsyncAPI document of recorded traffic.",
    "lsp": "Run the language server for editors.",
    "mock": "Serve a mock of an AsyncAPI document's server.",
    "models": "Generate Python models from an AsyncAPI document.",
    "report": "Summarize the violations that guards have logged.",
    "rules": "List all rules, or explain one rule.",
    "show": "Show the contract that the guard reads from a document.",
    "test": "Test whether a running server keeps its contract.",
    "types": "Generate TypeScript types from an AsyncAPI document.",
    "upgrade": "Convert AsyncAPI 2.x documents to 3.1.",
    "validate": "Validate AsyncAPI documents.",
}


class _LazyGroup(click.Group):
    """A group that imports a command when it is called."""

    def list_commands(self, ctx: click.Context) -> list[str]:  # noqa: ARG002  # click's signature
        return sorted(_COMMANDS)

    def get_command(self, ctx: click.Context, cmd_name: str) -> click.Command | None:  # noqa: ARG002  # as above
        if cmd_name not in _COMMANDS:
            return None
        module = importlib.import_module(f"asyncapi_guard.cli.commands.{cmd_name}")
        return cast("click.Command", module.command)

    def resolve_command(
        self, ctx: click.Context, args: list[str]
    ) -> tuple[str | None, click.Command | None, list[str]]:
        """Click would look for what was meant among commands that are imported."""
        name = args[0]
        if name not in _COMMANDS and not name.startswith("-") and not ctx.resilient_parsing:
            from difflib import get_close_matches

            near = get_close_matches(name, _COMMANDS, n=1)
            ctx.fail(f"No such command {name!r}.{f' Did you mean {near[0]!r}?' if near else ''}")
        return super().resolve_command(ctx, args)

    def invoke(self, ctx: click.Context) -> Any:
        """Run a command; what goes wrong in it that it does not know of exits with 2."""

        def run() -> int:
            super(_LazyGroup, self).invoke(ctx)
            return 0

        ctx.exit(run_or_say_why(run))

    def format_commands(self, ctx: click.Context, formatter: click.HelpFormatter) -> None:  # noqa: ARG002  # as above
        with formatter.section("Commands"):
            formatter.write_dl(sorted(_COMMANDS.items()))


@click.group(
    cls=_LazyGroup,
    context_settings={"help_option_names": ["-h", "--help"]},
    epilog="Example: asyncapi-guard validate asyncapi.yml",
)
@click.version_option(__version__, prog_name="asyncapi-guard")
def cli() -> None:
    """Validate Socket.IO servers against an AsyncAPI document.

    Exit codes: 0 no findings, 1 findings, 2 the command can't run.
    """
