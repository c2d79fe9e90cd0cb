"""Where a rule is explained on the web, and links to it on terminals that show some."""

from __future__ import annotations

import os
from typing import IO, TYPE_CHECKING, Any

from asyncapi_guard.lint.rules import RULES
from asyncapi_guard.project_urls import page

if TYPE_CHECKING:
    from collections.abc import Mapping

__all__ = ["PAGE", "linked", "rule_url", "shows_links"]

#: The page of the rules; the code of a rule is its anchor there, and codes do not change.
PAGE = page("docs/reference/rules.md")

#: What terminals with links say of themselves, in variables and in `TERM`.
_PROGRAMS = ("ghostty", "hyper", "iterm.app", "rio", "tabby", "vscode", "warpterminal", "wezterm")
_VARIABLES = ("DOMTERM", "KITTY_WINDOW_ID", "KONSOLE_VERSION", "WEZTERM_PANE", "WT_SESSION")
_TERMS = ("alacritty", "contour", "foot", "kitty", "ghostty", "wezterm")
#: VTE has links since 0.50; before, it showed them as text.
_VTE = 5000


def rule_url(code: str) -> str | None:
    """The URL of a rule; `None` for what is none."""
    return f"{PAGE}#{code}" if code in RULES else None


def linked(text: str, code: str) -> str:
    """A text as a link to a rule (OSC 8), which terminals show without the URL."""
    url = rule_url(code)
    return f"\x1b]8;;{url}\x1b\\{text}\x1b]8;;\x1b\\" if url else text


def shows_links(stream: IO[Any] | None) -> bool:
    """Whether a stream is a terminal that shows links; there is none where output is closed.

    `NO_COLOR` and `TERM=dumb` mean none. `FORCE_HYPERLINK` says what is not known of a terminal: 0
    for no, something else for yes.
    """
    env = os.environ
    if env.get("NO_COLOR") or env.get("TERM") == "dumb":
        return False
    if stream is None or not stream.isatty():
        return False
    forced = env.get("FORCE_HYPERLINK")
    return forced != "0" if forced else _has_links(env)


def _has_links(env: Mapping[str, str]) -> bool:
    version = env.get("VTE_VERSION", "")
    if version.isdecimal() and int(version) >= _VTE:
        return True
    term = env.get("TERM", "")
    return (
        env.get("TERM_PROGRAM", "").lower() in _PROGRAMS
        or any(name in env for name in _VARIABLES)
        or any(name in term for name in _TERMS)
    )
