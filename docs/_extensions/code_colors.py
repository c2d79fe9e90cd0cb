"""The colors of code: the console's, each with a contrast of 4.5 or more on its ground."""

from __future__ import annotations

from typing import ClassVar

from pygments.style import Style
from pygments.token import (
    Comment,
    Error,
    Generic,
    Keyword,
    Literal,
    Name,
    Number,
    Operator,
    Punctuation,
    String,
    Token,
)

__all__ = ["Dark", "Light"]


def _styles(ink: str, muted: str, key: str, text: str, number: str, word: str, **verdicts: str):  # noqa: ANN202  # Pygments' own type has no name
    return {
        Token: ink,
        Comment: muted,
        Keyword: word,
        Keyword.Constant: number,
        Operator: muted,
        Operator.Word: word,
        Punctuation: muted,
        Name: ink,
        Name.Tag: key,
        Name.Attribute: key,
        Name.Decorator: word,
        Name.Class: f"bold {ink}",
        Name.Function: f"bold {ink}",
        Name.Builtin: ink,
        Name.Namespace: key,
        Name.Variable: key,
        String: text,
        String.Doc: muted,
        Number: number,
        Literal: number,
        Error: verdicts["bad"],
        Generic.Prompt: muted,
        Generic.Output: muted,
        Generic.Heading: f"bold {ink}",
        Generic.Subheading: f"bold {muted}",
        Generic.Inserted: verdicts["ok"],
        Generic.Deleted: verdicts["bad"],
        Generic.Error: verdicts["bad"],
        Generic.Emph: "italic",
        Generic.Strong: "bold",
    }


class Light(Style):
    """On white."""

    name = "asyncapi-guard-light"
    background_color = "#ffffff"
    highlight_color = "#edf0fd"
    styles: ClassVar = _styles(
        ink="#171b24", muted="#545d6d", key="#28324a", text="#4a5a2a", number="#8a3f7d",
        word="#3349c4", ok="#12693a", bad="#ad1f2e",
    )  # fmt: skip


class Dark(Style):
    """On the console's dark surface."""

    name = "asyncapi-guard-dark"
    background_color = "#161920"
    highlight_color = "#222946"
    styles: ClassVar = _styles(
        ink="#e8ebf1", muted="#a4adbc", key="#d5dbea", text="#c4d39b", number="#e3a9da",
        word="#a9b8ff", ok="#79d9a0", bad="#ff9da2",
    )  # fmt: skip
