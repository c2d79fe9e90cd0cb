"""The planted servers themselves: enough bugs, of each kind, and each of them is somewhere."""

from __future__ import annotations

import re
from collections import Counter

import pytest
from planted_bugs import HERE, KINDS, SERVERS, bugs_of


@pytest.mark.parametrize("server", SERVERS)
def test_each_bug_is_in_the_code(server):
    """By its name, and there is no name that is no bug."""
    text = (HERE / f"planted_{server}.py").read_text(encoding="utf-8")
    bugs, versions = bugs_of(server)
    assert set(re.findall(r'planted\("(\w+)"\)', text)) == {*bugs, *versions}


def test_there_are_bugs_of_each_kind():
    """Most of them need one event, and some need more."""
    kinds = Counter(bug.kind for server in SERVERS for bug in bugs_of(server)[0].values())
    assert kinds.keys() == set(KINDS)
    assert kinds.total() >= 36
    assert kinds["stateless"] / kinds.total() < 0.65
