"""Sends mutated frames: `fuzz_frames.py ADAPTER --seed 7 --seconds 60`, or `--minutes 30` of seeds.

One adapter gets frames in this process, and what came of it is written as JSON. Without `--seed`
each adapter in turn gets those of new seeds, in a process of its own, until the minutes are over:
what is found is written with the command that finds it again, and the exit code is 1.
"""

from __future__ import annotations

import argparse
import random
import subprocess
import sys
import time
from pathlib import Path
from typing import Any

#: What one seed gets before the next one does.
SECONDS = 20.0
#: What there is at the least, however slow a machine is.
FEW = 200


def main() -> None:
    """Do one of the two."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("adapters", nargs="*", metavar="ADAPTER")
    parser.add_argument("--seed", type=int)
    parser.add_argument("--seconds", type=float, default=SECONDS)
    parser.add_argument("--frames", type=int, default=0, help="so many, whatever time it takes")
    parser.add_argument("--minutes", type=float, default=5)
    asked = parser.parse_args()
    if asked.seed is None:
        sys.exit(explore(asked.adapters, asked.minutes, asked.seconds))
    (adapter,) = asked.adapters
    run(adapter, asked)


def run(adapter: str, asked: Any) -> None:
    """Feed one adapter, and write what came of it; its greenlets need another standard library."""
    mode = adapter.partition("+")[0]
    if mode == "gevent":
        from gevent import monkey

        monkey.patch_all()
    elif mode == "eventlet":
        import eventlet

        eventlet.monkey_patch()
    import dataclasses
    import json
    import logging
    import warnings

    from traffic_fuzz import fuzz

    logging.disable(logging.CRITICAL)
    warnings.simplefilter("ignore")
    seconds = 0 if asked.frames else asked.seconds
    outcome = fuzz(adapter, asked.seed).run(seconds=seconds, frames=asked.frames or FEW)
    print(json.dumps(dataclasses.asdict(outcome)), file=sys.__stdout__, flush=True)
    sys.exit(bool(outcome.leaks))


def explore(adapters: list[str], minutes: float, seconds: float) -> int:
    """Feed each adapter frames of new seeds until the time is over: whether something was found."""
    from traffic_fuzz import CLIENTS, SERVERS
    from traffic_processes import is_missing

    here = [*(each for each in SERVERS if is_missing(each) is None), *CLIENTS]
    there = adapters or [*here, *(f"{each}+msgpack" for each in here)]
    end, found, seeds = time.monotonic() + 60 * minutes, 0, random.SystemRandom()
    while time.monotonic() < end:
        for adapter in there:
            seed = seeds.randrange(1, 2**31)
            found += explore_one(adapter, seed, min(seconds, max(end - time.monotonic(), 1)))
    return int(found > 0)


def say(line: str) -> None:
    """Write it now: a run may take hours."""
    sys.stdout.write(line + "\n")
    sys.stdout.flush()


def explore_one(adapter: str, seed: int, seconds: float) -> bool:
    """Feed an adapter the frames of a seed: whether something was found."""
    import json

    from traffic_fuzz import Outcome

    command = [sys.executable, str(Path(__file__)), adapter, "--seed", str(seed)]
    done = subprocess.run(
        [*command, "--seconds", str(seconds)], capture_output=True, text=True, check=False
    )
    try:
        outcome = Outcome(**json.loads(done.stdout))
    except ValueError:
        say(f"{adapter}, seed {seed}: it ended with {done.returncode}\n{done.stderr[-2000:]}")
        return True
    say(str(outcome))
    for leak in outcome.leaks[:5]:
        say(f"    {leak}")
    if outcome.leaks:
        again = f"python tests/integrations/{Path(__file__).name} {adapter} --seed {seed}"
        say(f"    again: {again} --frames {outcome.frames}")
    return bool(outcome.leaks)


if __name__ == "__main__":
    main()
