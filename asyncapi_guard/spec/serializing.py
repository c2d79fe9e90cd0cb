"""Data as text: YAML that people edit, or JSON.

YAML is written so that readers of YAML 1.1 and of YAML 1.2 see the same: a string that either of
them takes for a number, a boolean, a date or null (`on`, `12:30`, `010`, `1e3`) stands in quotes.
The keys keep their order, lines are never folded, and nothing is written as an alias.
"""

from __future__ import annotations

import json
import re
from typing import Any

import yaml

__all__ = ["to_json", "to_yaml"]

# What some YAML takes for a number, a time or a date: too much, rather than too little. Version
# numbers (`1.0.0`) are none of these to any reader that is in use.
_LIKE_A_NUMBER = re.compile(r"[-+]?\.?[0-9](?!\d*\.\d+\.\d+$)[0-9a-fA-F_.,:eExXob+\-TtZz ]*")
_WORDS = frozenset(
    ("null", "true", "false", "yes", "no", "on", "off", "y", "n", "nan", "inf", "infinity")
)
#: What ends a line in YAML 1.1, and what may begin a text.
_BREAKS = re.compile("[\x85\u2028\u2029\ufeff]")
_WIDTH = 2**31 - 1
_STR = "tag:yaml.org,2002:str"

# PyYAML's emitter in C takes the Python one's place where it is built; they write the same.
_Base: Any = getattr(yaml, "CSafeDumper", yaml.SafeDumper)


class _Dumper(_Base):  # type: ignore[misc]  # whichever there is
    def ignore_aliases(self, data: Any) -> bool:  # noqa: ARG002  # PyYAML's signature
        return True


def _represent_str(dumper: Any, text: str) -> Any:
    style = None
    if _BREAKS.search(text):
        style = '"'  # the emitter in Python would write them as they are, and lose them
    elif "\n" in text:
        style = "|" if _is_block(text) else '"'
    elif text.lower() in _WORDS or _LIKE_A_NUMBER.fullmatch(text):
        style = "'"
    return dumper.represent_scalar(_STR, text, style=style)


def _is_block(text: str) -> bool:
    """Whether a text reads well as a literal block: nothing depends on blanks that nobody sees."""
    if text.startswith((" ", "\n")) or text.endswith("\n\n"):
        return False
    return all(line == line.rstrip() and "\t" not in line for line in text.split("\n"))


_Dumper.add_representer(str, _represent_str)


def to_json(data: Any) -> str:
    """The data as indented JSON."""
    return json.dumps(data, indent=2, ensure_ascii=False) + "\n"


def to_yaml(data: Any) -> str:
    """The data as block YAML."""
    text: str = yaml.dump(
        data,
        Dumper=_Dumper,
        default_flow_style=False,
        sort_keys=False,
        allow_unicode=True,
        width=_WIDTH,
    )
    return text
