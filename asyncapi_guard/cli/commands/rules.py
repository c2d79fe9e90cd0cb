"""`asyncapi-guard rules`: what the codes of findings mean.

`docs/reference/rules.md` is what `asyncapi-guard rules --format markdown` prints.
"""

from __future__ import annotations

import json
import sys
import textwrap
from itertools import groupby
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from asyncapi_guard.cli.command_errors import run_or_say_why
from asyncapi_guard.cli.reporters import wants_color
from asyncapi_guard.cli.rule_links import linked, shows_links
from asyncapi_guard.cli.rule_markdown import markdown_of, repair_of
from asyncapi_guard.lint.repairs import REPAIRS
from asyncapi_guard.lint.rules import RULES, Rule
from asyncapi_guard.lint.settings import nearest_code

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

__all__ = ["command"]

_WIDTH = 88
_OFF = 'Off by default: turn it on with extend-select = ["style"], or --extend-select style.'
_OFF_ON_THE_PAGE = (
    "These are off by default. `extend-select` with the group `style`, or with a code, turns them\n"
    "on; see [Enforce a style](../how-to/style.md)."
)
_HEADER = """\
<!-- Made by: `asyncapi-guard rules --format markdown > docs/reference/rules.md` -->

# Rules

Every finding of `asyncapi-guard validate` and `asyncapi-guard check` has a rule code. To print a
rule in the terminal, run `asyncapi-guard rules CODE`.

A finding is an error if the document breaks a MUST or REQUIRED of the AsyncAPI specification, or
if the guard can't start with it. It is a warning if the document breaks a recommendation, or is
probably a mistake in the [Socket.IO profile](profile.md). When
[code and document](#code-and-document) differ, the finding is an error if it breaks clients that
follow the document, or if the guard rejects the event. A document is for Socket.IO unless all its
servers use another protocol, or it has no server and no address that starts with `/`.

The examples are parts of documents. In the group *Code and document*, they are Python code and the
part of the document that `check` compares it with.
"""


@click.command("rules", epilog="Example: asyncapi-guard rules missing-field")
@click.argument("code", required=False)
@click.option(
    "--format",
    type=click.Choice(["text", "json", "markdown"]),
    default="text",
    show_default=True,
    help="Output format.",
)
@click.option(
    "--config",
    type=click.Path(exists=True, dir_okay=False),
    help="Read your own rules from this configuration.  [default: the nearest one]",
)
def command(code: str | None, format: str, config: str | None) -> None:
    """List all rules, or explain the rule CODE.

    The list includes your own rules, from [tool.asyncapi-guard.rules].
    """
    sys.exit(run_or_say_why(lambda: _run(code, format, config)))


def _run(code: str | None, format: str, config: str | None) -> int:
    rules = [*RULES.values(), *_own(config)] if code is None else [_rule(code, config)]
    if format == "json":
        text = json.dumps({"rules": [_as_dict(rule) for rule in rules]}, indent=2)
    elif format == "markdown":
        text = _page(rules) if code is None else markdown_of(rules[0])
    else:
        links = shows_links(sys.stdout)
        text = _list(rules, links=links) if code is None else _explained(rules[0], links=links)
    click.echo(text, color=wants_color(sys.stdout))
    return 0


def _own(config: str | None) -> list[Rule]:
    """The rules of the project itself."""
    from asyncapi_guard.cli.configuration import Configurations

    configuration = Configurations(config).of_folder(Path.cwd())
    return [rule.text for rule in configuration.settings.rules]


def _rule(code: str, config: str | None) -> Rule:
    if code in RULES:
        return RULES[code]
    own = {rule.code: rule for rule in _own(config)}
    if code in own:
        return own[code]
    raise click.UsageError(f"Unknown rule code {code!r}{nearest_code(code, own)}")


def _groups(rules: Sequence[Rule]) -> Iterator[tuple[str, list[Rule]]]:
    """The rules by group, in the order of the registry."""
    for group, members in groupby(rules, key=_group):
        yield group, list(members)


def _group(rule: Rule) -> str:
    return rule.group


def _as_dict(rule: Rule) -> dict[str, Any]:
    return {
        "code": rule.code,
        "severity": rule.severity.value,
        "optional": rule.optional,
        "group": _group(rule),
        "title": rule.title,
        "why": rule.why,
        "fix": REPAIRS.get(rule.code, ""),
        "bad": rule.bad,
        "good": rule.good,
        "spec": rule.spec,
    }


# -- text ------------------------------------------------------------------------------------------


def _list(rules: Sequence[Rule], *, links: bool) -> str:
    width = max(len(rule.code) for rule in rules)
    blocks = []
    for group, members in _groups(rules):
        head = [click.style(group, bold=True)] if group else []
        head += [_OFF] if members[0].optional else []
        blocks.append("\n".join([*head, *(_line(rule, width, links=links) for rule in members)]))
    return "\n\n".join(blocks)


def _line(rule: Rule, width: int, *, links: bool) -> str:
    blanks = " " * (width - len(rule.code))
    return f"{_severity(rule, 7)}  {_code(rule, links=links)}{blanks}  {rule.title}"


def _code(rule: Rule, *, links: bool) -> str:
    return click.style(linked(rule.code, rule.code) if links else rule.code, bold=True)


def _severity(rule: Rule, width: int = 0) -> str:
    name = rule.severity.value
    return click.style(name.ljust(width), fg="red" if name == "error" else "yellow")


def _explained(rule: Rule, *, links: bool) -> str:
    parts = [
        f"{_code(rule, links=links)} ({_severity(rule)})",
        _wrapped(rule.title),
        *([_wrapped(rule.why)] if rule.why else ()),
        *([_wrapped(_OFF)] if rule.optional else ()),
        *([_wrapped(repair_of(rule))] if rule.code in REPAIRS else ()),
        *([f"{click.style('Bad:', fg='red')}\n{_indented(rule.bad)}"] if rule.bad else ()),
        *([f"{click.style('Good:', fg='green')}\n{_indented(rule.good)}"] if rule.good else ()),
    ]
    if rule.about_code:
        parts.append(f"Document:\n{_indented(rule.spec)}")
    return "\n\n".join(parts)


def _wrapped(text: str) -> str:
    return textwrap.fill(text, _WIDTH, break_long_words=False, break_on_hyphens=False)


def _indented(text: str) -> str:
    return textwrap.indent(text.rstrip(), "    ")


# -- markdown --------------------------------------------------------------------------------------


def _page(rules: Sequence[Rule]) -> str:
    """All rules, under a table of them; a heading is a code, and so is its anchor."""
    parts = [_HEADER, _table(rules)]
    for group, members in _groups(rules):
        parts += [f"## {group}\n"] * bool(group)
        parts += [f"{_OFF_ON_THE_PAGE}\n"] * members[0].optional
        parts += [f"### `{rule.code}`\n\n{markdown_of(rule)}\n" for rule in members]
    return "\n".join(parts).rstrip()


def _table(rules: Sequence[Rule]) -> str:
    rows = [f"| [`{r.code}`](#{r.code}) | {_level(r)} | {_cell(r.title)} |" for r in rules]
    return "\n".join(["| code | severity | rule |", "|---|---|---|", *rows, ""])


def _level(rule: Rule) -> str:
    return f"{rule.severity.value} (off)" if rule.optional else rule.severity.value


def _cell(text: str) -> str:
    return text.replace("|", "\\|")
