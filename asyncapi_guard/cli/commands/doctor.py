"""`asyncapi-guard doctor`: what is guarded, what is not, and what weakens it?

The application is imported, not run. Redis is asked how many processes listen to the channel of the
message queue. Reports go to stdout, and what the application prints goes to stderr.
"""

from __future__ import annotations

import json
import sys
from typing import IO, TYPE_CHECKING, Any

import click

from asyncapi_guard.cli.application_import import (
    application,
    is_target,
    need_application,
    run_and_leave,
    take_stdout,
)
from asyncapi_guard.cli.command_errors import CannotRun
from asyncapi_guard.cli.reporters import wants_color

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from asyncapi_guard.doctor.checks import Check
    from asyncapi_guard.drift.applications import Loaded

__all__ = ["command", "lines_of"]

_EXAMPLES = """\
\b
Example: asyncapi-guard doctor package.module:socketio
         asyncapi-guard doctor package.module:app redis://localhost:6379/0 --listeners 4
         asyncapi-guard doctor redis://localhost:6379/0 --channel flask-socketio
         asyncapi-guard doctor worker:manager --format json
         flask --app package asyncapi doctor
"""
_CHANNEL = "socketio"
_COLORS = {"ok": "green", "warning": "yellow", "error": "red"}


@click.command("doctor", epilog=_EXAMPLES)
@click.argument("targets", metavar="[MODULE:ATTRIBUTE | REDIS_URL]...", nargs=-1)
@click.option(
    "--channel",
    help="Channel of the message queue.  [default: the application's, or socketio]",
)
@click.option(
    "--listeners",
    type=click.IntRange(min=1),
    help="Expect this many processes to listen to the channel.  [default: one or more]",
)
@click.option(
    "--watch",
    type=click.FloatRange(min=0, min_open=True),
    metavar="SECONDS",
    help=(
        "Listen to published messages for this long, and validate them with the "
        "application's guard."
    ),
)
@click.option("--strict", is_flag=True, help="Exit with 1 also for warnings.")
@click.option(
    "--format",
    type=click.Choice(("full", "json")),
    default="full",
    show_default=True,
    help="Output format.",
)
@click.option("-q", "--quiet", is_flag=True, help="Print problems only.")
def command(
    targets: tuple[str, ...],
    channel: str | None,
    listeners: int | None,
    watch: float | None,
    **shown: Any,
) -> None:
    """Report what is guarded, what is not, and which options weaken the guard.

    MODULE:ATTRIBUTE is imported, but not run. It names a server, a client, a SocketIO, a Flask or
    ASGI application, a call without arguments that returns one of them, or a manager that only
    publishes. The command also searches its modules for others. `flask asyncapi doctor` uses
    Flask's current application.

    REDIS_URL is the message queue of your servers. The command asks Redis how many processes
    listen.

    Exits with 0 if there are no errors (warnings are allowed), with 1 if there are errors, and
    with 2 if the command can't run.
    """
    from asyncapi_guard.doctor.listeners import is_queue_url

    urls = [each for each in targets if is_queue_url(each)]
    names = [each for each in targets if each not in urls]
    if len(names) > 1:
        raise click.UsageError("name one application, and any number of URLs of Redis")
    if names and not is_target(names[0]):
        raise click.UsageError(
            "the target is neither MODULE:ATTRIBUTE nor the URL of a Redis, such as redis://host/0"
        )
    if (channel is not None or listeners is not None) and not urls:
        raise click.UsageError("--channel and --listeners are about a Redis: name its URL")
    if watch is not None and not (names and urls):
        raise click.UsageError("--watch needs an application, and the URL of its Redis")
    if urls and not names:  # nothing is imported, so nobody else prints
        checks = list(_listeners(urls, channel or _CHANNEL, listeners))
        click.get_current_context().exit(_report(checks, sys.stdout, **shown))
    need_application(names[0] if names else None)
    stdout = take_stdout()

    def run() -> int:
        checks = list(_checks(names, urls, channel, listeners, watch))
        return _report(checks, stdout, **shown)

    run_and_leave(run, stdout)


def _checks(
    names: Sequence[str],
    urls: Sequence[str],
    channel: str | None,
    listeners: int | None,
    watch: float | None,
) -> Iterator[Check]:
    from asyncapi_guard.doctor.examining import channel_of, examine
    from asyncapi_guard.doctor.publishers import is_alone

    loaded = application(names[0] if names else None, is_alone)
    yield from examine(loaded.server, loaded.modules, loaded.name)
    own = channel_of(loaded.server)
    yield from _listeners(urls, channel or own or _CHANNEL, listeners)
    if watch is not None:
        yield from _watched(loaded, urls, channel or own or _CHANNEL, watch)
    if own is not None and not urls:
        click.echo(
            f"note: nothing was asked who listens to {own!r}; to count listeners, add the URL of "
            "its Redis",
            err=True,
        )


def _listeners(urls: Sequence[str], channel: str, expected: int | None) -> Iterator[Check]:
    from asyncapi_guard.doctor.listeners import QueueError, listener_check

    for url in urls:
        try:
            yield listener_check(url, channel, expected)
        except QueueError as error:
            raise CannotRun(str(error)) from error


def _watched(loaded: Loaded, urls: Sequence[str], channel: str, seconds: float) -> Iterator[Check]:
    from asyncapi_guard.doctor.channel import channel_checks, heard_in
    from asyncapi_guard.doctor.guards import guarding_of
    from asyncapi_guard.doctor.listeners import QueueError
    from asyncapi_guard.doctor.publishers import inner

    guarding = guarding_of(inner(loaded.server))
    if guarding is None:
        raise CannotRun(f"--watch needs a contract, and no guard is on {loaded.name}")
    for url in urls:
        try:
            yield from channel_checks(guarding, heard_in(url, channel, seconds), url, channel)
        except QueueError as error:
            raise CannotRun(str(error)) from error


def _report(
    checks: Sequence[Check], stdout: IO[str], *, format: str, quiet: bool, strict: bool
) -> int:
    """Print what was found, and say how it is: 0 or 1."""
    _print(checks, stdout, format=format, quiet=quiet)
    bad = ("error", "warning") if strict else ("error",)
    return int(any(each.status in bad for each in checks))


def _print(checks: Sequence[Check], stdout: IO[str], *, format: str, quiet: bool) -> None:
    counts = {each: sum(check.status == each for check in checks) for each in _COLORS}
    if format == "json":
        found: dict[str, Any] = {"checks": [each.as_dict() for each in checks], **counts}
        click.echo(json.dumps(found, indent=2), file=stdout)
        return
    color = wants_color(stdout)
    for each in checks:
        if quiet and each.status == "ok":
            continue
        for line in lines_of(each, colored=True):
            click.echo(line, stdout, color=color)
    if not quiet:
        ok, warnings, errors = counts.values()
        warned, failed = "warning" + "s" * (warnings != 1), "error" + "s" * (errors != 1)
        click.echo(f"{ok} ok, {warnings} {warned}, {errors} {failed}", stdout, color=color)


def lines_of(check: Check, *, colored: bool = False) -> Iterator[str]:
    """What is printed of a check, for people.

    Args:
        check: it.
        colored: with the codes of a terminal's colours.
    """
    status = f"{check.status!s:7}"
    if colored:
        status = click.style(status, fg=_COLORS[check.status])
    yield f"{status}  {check.subject}: {check.text} [{check.code}]"
    if check.remedy:
        yield f"         {check.remedy}"
