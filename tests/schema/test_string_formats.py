"""The string formats of the reference engine."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from asyncapi_guard.schema.string_formats import CHECKS

VALID = {
    "date": ["2024-02-29", "0001-01-01"],
    "time": ["00:00:00Z", "23:59:60z", "15:59:60-08:00", "12:00:00.123+01:30"],
    "date-time": ["2024-01-01T00:00:00Z", "1998-12-31t23:59:60Z"],
    "hostname": ["a", "a-b.c", "1.2", "x" * 63],
    "email": ["a@b", "a.b+c@d.e", '"a b"@c.d', "a@[127.0.0.1]", "a@[IPv6:::1]"],
    "ipv4": ["0.0.0.0", "255.255.255.255"],
    "ipv6": ["::", "::ffff:1.2.3.4", "1:2:3:4:5:6:7:8"],
    "uri": ["http://a", "urn:a:b", "http://[::1]:80/", "a:", "http://u:p@h:1/?q#f", "mailto:a@b"],
    "uri-reference": ["", "#a", "/a?b", "//h/p", "http://a/%20"],
    "iri": ["http://ä/ü?ö#é"],
    "iri-reference": ["ä", "//ä"],
    "uri-template": ["", "/{a}", "{?a,b*}", "{+p:3}/x", "%20"],
    "json-pointer": ["", "/", "/a~0~1", "/0"],
    "relative-json-pointer": ["0", "1#", "10/a"],
    "regex": ["", "^a$", "(a|b)*"],
    "idn-email": ["ü@ö"],
    "idn-hostname": ["bücher.example", "例。テスト", "a", "l·l", "xn--ihqwcrb4cv8a8dqg056pqjye"],
}
NOT_VALID = {
    "date": ["2023-02-29", "2024-1-1", "20240101", "2024-W01-1", "२०२४-०१-०१", "2024-13-01"],
    "time": ["24:00:00Z", "00:60:00Z", "00:00:61Z", "12:00:60Z", "00:00:00", "00:00:00+24:00",
             "00:00:00+00:60", "0:00:00Z"],
    "date-time": ["2024-01-01 00:00:00Z", "2024-01-01", "2024-02-30T00:00:00Z", "T"],
    "hostname": ["", "-a", "a-", "a..b", "a_b", "x" * 64, ".".join(["x" * 60] * 5), "ü", "a b"],
    "email": ["a", "@b", "a@", "a b@c", ".a@b", "a..b@c", '"a@b', "a@[1]", "a@-b"],
    "ipv4": ["1.2.3", "01.2.3.4", "1.2.3.256", "", "१.1.1.1"],
    "ipv6": [":", "1::2::3", "fe80::1%eth0", "12345::", "1.2.3.4"],
    "uri": ["", "a", "/a", "1a:b", "http://a b", "http://[::1", "http://a]", "http://a:b/", "a:%zz",
            "http://h/[x]", "a:##", "http://[1]/", "http://[::1]x/", "http://ä"],
    "uri-reference": ["\\", "%", "a b", "##", "[", "//[::1]x"],
    "iri": ["ä", "http:// "],
    "iri-reference": ["\\ä", "<"],
    "uri-template": ["{", "}", "{a", "{a b}", "<", "%2"],
    "json-pointer": ["a", "/~", "/~2", "#/a"],
    "relative-json-pointer": ["", "-1", "01", "/a", "1a", "0##", "१"],
    "regex": ["(", "[", "*a", "\\"],
    "idn-email": ["@", "a@", "@a", "a"],
    "idn-hostname": ["", "a b", ".", "a..b", "-ü", "ü-", "ab--ü", "\u0300a", "ü/", "ü" * 64, "a_ü",
                     "\ud800ü", "x" * 64, "ü。"],
}  # fmt: skip


@pytest.mark.parametrize(("name", "text"), [(n, t) for n, texts in VALID.items() for t in texts])
def test_what_a_format_takes(name, text):
    """Each format takes what its RFC says."""
    assert CHECKS[name](text)


@pytest.mark.parametrize(("name", "text"), [(n, t) for n, ts in NOT_VALID.items() for t in ts])
def test_what_a_format_refuses(name, text):
    """Each format refuses what its RFC does not say."""
    assert not CHECKS[name](text)


def test_every_format_is_shown():
    """There is an example and a counterexample of every format."""
    assert CHECKS.keys() == VALID.keys() == NOT_VALID.keys()


@pytest.mark.parametrize("name", sorted(CHECKS))
@given(st.text(st.characters() | st.sampled_from("/:@.-[]{}%~#\ud800"), max_size=40))
def test_no_format_raises(name, text):
    """Any string is one or not one."""
    assert CHECKS[name](text) in (True, False)


@pytest.mark.slow
@pytest.mark.parametrize("name", sorted(CHECKS))
@pytest.mark.parametrize("piece", ["a", "a.", "-", "{a", "%41", "1:", "/~0", "(a*)*", '"\\a', "0"])
def test_long_strings_do_not_backtrack(name, piece):
    """A hundred thousand characters, ending in what does not fit, are judged all the same."""
    assert CHECKS[name](piece * (100_000 // len(piece)) + "\n\\") in (True, False)


def test_a_regex_that_python_warns_of_is_a_regex():
    """What Python may read differently one day is a regex today, even where warnings are errors."""
    assert CHECKS["regex"]("[[a]")
