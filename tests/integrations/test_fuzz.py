"""Mutated frames against each adapter: nothing that breaks the contract gets anywhere.

`tests/running/levels.py` says for how long, and `SEED` draws other frames. `nox -s explore` draws
new ones for as long as you like; `fuzz_frames.py` is its program.
"""

from __future__ import annotations

import asyncio
import json
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest
from levels import LEVEL, SEED
from traffic_fuzz import ADAPTERS, Fuzz, Outcome, fuzz, handling
from traffic_mutations import Mutations
from traffic_processes import is_missing
from traffic_ways import ON_GREENLETS

PROGRAM = Path(__file__).with_name("fuzz_frames.py")
#: How many there are at the least, however slow a machine is.
FEW = 200
HERE = [adapter for adapter in ADAPTERS if adapter not in ON_GREENLETS]

pytestmark = [
    # What handlers raise is what they are told to raise, and their acks are what they may be.
    pytest.mark.filterwarnings("ignore::RuntimeWarning"),
    pytest.mark.filterwarnings("ignore::pytest.PytestUnhandledThreadExceptionWarning"),
]


@pytest.fixture(autouse=True)
def _quiet(caplog: pytest.LogCaptureFixture) -> None:
    caplog.set_level("CRITICAL")


@pytest.mark.parametrize("adapter", HERE)
def test_no_mutated_frame_gets_past_the_guard(adapter: str, record_property: Any) -> None:
    """A fifth of them at the least keep the contract, and reach their handlers."""
    see(fuzz(adapter, SEED).run(seconds=LEVEL.fuzzing, frames=FEW), record_property)


def see(outcome: Outcome, record_property: Any) -> None:
    record_property("figures", str(outcome))
    assert outcome.leaks == []
    assert outcome.accepted >= outcome.frames / 5
    assert outcome.frames >= FEW


@pytest.mark.greenlets
@pytest.mark.parametrize("adapter", ON_GREENLETS)
def test_no_mutated_frame_gets_past_the_guard_on_greenlets(
    adapter: str, skip_or_fail: Any, record_property: Any
) -> None:
    """In a process of their own, whose standard library they change."""
    if reason := is_missing(adapter):
        skip_or_fail(reason)
    see(in_a_process(adapter), record_property)


def in_a_process(adapter: str) -> Outcome:
    """What came of an adapter in a process of its own."""
    options = ["--seed", str(SEED), "--seconds", str(LEVEL.fuzzing)]
    done = subprocess.run(
        [sys.executable, str(PROGRAM), adapter, *options],
        capture_output=True,
        text=True,
        check=False,
    )
    assert done.stdout, done.stderr[-2000:]
    return Outcome(**json.loads(done.stdout))


@pytest.mark.parametrize("adapter", HERE)
def test_they_get_past_where_there_is_no_guard(adapter: str) -> None:
    """Else nothing could be found."""
    assert len(fuzz(adapter, SEED, guarded=False).run(frames=200).leaks) >= 20


def test_a_seed_draws_the_same_frames() -> None:
    """So a finding is found again."""
    first, second = Mutations(7), Mutations(7)
    frames = [first.frame() for _ in range(300)]
    assert frames == [second.frame() for _ in range(300)]
    assert len({*frames}) > 200


@pytest.mark.parametrize("adapter", [adapter for adapter in HERE if adapter != "threading"])
def test_what_is_found_is_found_again(adapter: str) -> None:
    """By the seed, and the number of the frame; threads come as late as they like."""
    first, again = (fuzz(adapter, 7, guarded=False).run(frames=150).leaks for _ in range(2))
    assert [leak.partition(":")[0] for leak in first] == [leak.partition(":")[0] for leak in again]


@pytest.mark.slow
def test_new_seeds_are_drawn_until_the_time_is_over() -> None:
    """The program says which they were, and what came of them."""
    options = ["threading", "Client", "--minutes", "0.03", "--seconds", "1"]
    done = subprocess.run(
        [sys.executable, str(PROGRAM), *options], capture_output=True, text=True, check=False
    )
    assert done.returncode == 0, done.stdout + done.stderr[-2000:]
    assert [line.partition(",")[0] for line in done.stdout.splitlines()][:2] == options[:2]
    assert all(line.endswith(" 0 leaks") for line in done.stdout.splitlines())


def test_acks_of_two_events_with_one_id_are_told_apart() -> None:
    """Frames that came after one another: the id of the first was mutated into the second's.

    Both wait for their handlers when the first is answered. Its answer, which its own contract
    allows, is no answer to the second, whose contract forbids it: that one gets an error.
    """
    made = fuzz("asyncio", 1)
    sent: list[str] = []
    asyncio.run(_two_events(made, sent))
    bag, move = sent
    assert bag == '315339[{"ok":1}]'
    assert '"response_validation_error"' in move
    assert made.leaks == []
    # Told apart by their id alone, the first would be a leak.
    assert made.canary.acknowledged([("/", "move", [{"ok": 1}])]) != []


async def _two_events(made: Fuzz, sent: list[str]) -> None:
    watched = made.io.eio.send_packet

    async def sent_packet(eio_sid: str, packet: Any) -> None:
        sent.append(getattr(packet, "data", packet))
        await watched(eio_sid, packet)

    async def returns_a_number(event: str) -> Any:
        handling.set(event)
        await asyncio.sleep(0)
        return {"ok": 1}

    made.io.eio.send = made.io.eio.send_packet = sent_packet
    for event in ("bag", "move"):
        made.io.on(event, lambda sid, data, event=event: returns_a_number(event))
    await made.fresh()
    sent.clear()
    for frame in ('215339["bag",{}]', '215339["move",{"x":1}]'):
        await made.feed(frame)
    await made.pause()
