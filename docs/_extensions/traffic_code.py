"""The languages of the docs' own blocks: lines of traffic, frames, and what each side sends."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, ClassVar

from pygments.lexer import RegexLexer
from pygments.token import Comment, Generic, Keyword, Name, Text

if TYPE_CHECKING:
    from sphinx.application import Sphinx

__all__ = ["Traffic", "setup"]


class Traffic(RegexLexer):
    """`receive / make_move [{"x": 1}] accepted`: what passes, and what the guard says of it."""

    name = "Traffic"
    aliases: ClassVar = ["traffic", "client", "frame", "server", "values"]
    tokens: ClassVar = {
        "root": [
            (r"#.*$", Comment),
            (r"^(connect|handshake|receive|send|ack|answered)\b", Keyword),
            (r"\baccepted$", Generic.Inserted),
            (r"\brejected$", Generic.Deleted),
            (r"(?<= )/\S*", Name.Namespace),
            (r"\w+|\s+|.", Text),
        ]
    }


def setup(app: Sphinx) -> dict[str, Any]:
    for alias in Traffic.aliases:
        app.add_lexer(alias, Traffic)
    return {"parallel_read_safe": True, "parallel_write_safe": True}
