"""Servers with one bug each are tested, as users do it: what is there is found, and nothing else.

A few bugs in the default run, more in CI; all of them, with the whole default time, where
`REQUIRE_ALL` is `full`.
"""

from __future__ import annotations

import pytest
from levels import LEVEL, LEVELS
from planted_bugs import HERE, SERVERS, bugs_of, launched

from asyncapi_guard import load
from asyncapi_guard.contract_tests.engine import run
from asyncapi_guard.contract_tests.settings import Settings

FULL = LEVEL is LEVELS["full"]
ALL = [(server, bug) for server in SERVERS for bug in bugs_of(server)[0]]
RIGHT = [(server, version) for server in SERVERS for version in ("", *bugs_of(server)[1])]
#: Found within a second or two.
QUICK = [("games", "limit_0_is_missing"), ("orders", "oven_is_cleaned")]
#: One of each kind, which `.ci/run` has.
SOME = [
    *(("games", "third_saying"), ("orders", "kitchen_news_for_guests"), ("chat", "two_acks")),
    *(("chat", "others_hear_more"), ("boards", "thrown_out")),
]


def failures_of(server, version, **options):
    """What is found in a version of a server: the failures in words."""
    with launched(server, version) as url:
        settings = Settings(url, auth=SERVERS[server], **options)
        report = run(load(HERE / f"{server}.yml"), settings)
    return [f"{each.check} of {each.event}: {each.message}" for each in report.failures]


@pytest.mark.parametrize(("server", "bug"), QUICK)
def test_a_bug_is_found(server, bug):
    """Of those that show themselves at once."""
    assert failures_of(server, bug, max_failures=1)


@pytest.mark.slow
@pytest.mark.parametrize(("server", "bug"), SOME)
def test_bugs_of_each_kind_are_found(server, bug):
    """With the default settings, until something is found."""
    assert failures_of(server, bug, max_failures=1)


@pytest.mark.slow
@pytest.mark.parametrize(("server", "version"), RIGHT)
def test_nothing_is_found_in_right_servers(server, version):
    """Also where domain errors, limits of rates and slow answers look like faults."""
    assert failures_of(server, version, time=45 if FULL else 4) == []


if FULL:

    @pytest.mark.slow
    def test_nearly_all_bugs_are_found():
        """Nine of ten, each within the default time."""
        missed = [each for each in ALL if not failures_of(*each, max_failures=1)]
        assert len(missed) <= len(ALL) / 10, missed
