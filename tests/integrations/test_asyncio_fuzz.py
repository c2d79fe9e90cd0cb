"""Mutated frames against a guarded asyncio server: nothing that breaks the contract gets anywhere.

The frames go into the server where engine.io hands them over; the canary looks at what reaches
handlers, callbacks and clients. It is seeded, and short: `FUZZ_SECONDS` makes it longer.
"""

from __future__ import annotations

import asyncio
import contextlib
import os
import random
import time
from contextvars import ContextVar
from typing import Any

import pytest
import socketio
from traffic_asyncio import new_async_application
from traffic_canary import Canary

from asyncapi_guard import ContractViolation

SECONDS = float(os.environ.get("FUZZ_SECONDS", "3"))
EVENTS = [
    *("move", "pair", "begin", "upload", "number", "word", "anything", "bag", "tree"),
    *("moved", "question", "connect", "disconnect", "connect_error", "*", "nope", "", "say"),
]
GOOD = {
    "move": '{"x":1}',
    "pair": '1,"a"',
    "begin": "",
    "number": "1.5",
    "word": '"w"',
    "anything": '{"a":[1]}',
    "bag": "{}",
    "tree": '{"child":{}}',
}
ATOMS = [
    *("1", "-1", "0", "1.5", "1e400", "NaN", "Infinity", '"x"', '"\\ud800"', "null", "true"),
    *("{}", "[]", '""', "1" * 120, '"a\\u0000"', '{"_placeholder":true,"num":0}'),
]
KEYS = ["x", "note", "child", "name", "data", "ok", "answer", "_placeholder", "num"]
RETURNS: list[Any] = [
    *(None, {"ok": True}, {"ok": 1}, 1, (1, "a"), [1], "text", b"x", float("nan"), object()),
]

#: The event whose handler ran in this task. What answers an event runs in the task of its handler.
_handling: ContextVar[str | None] = ContextVar("handling", default=None)


class Fuzz:
    """A server that is fed frames, and all that came of them.

    Which event an ack is of is told by the task that sends it, and not by its id: frames whose ids
    were mutated have those of other frames, which wait for their handlers at the same time.

    Attributes:
        accepted: how many handlers ran.
        leaks: what the canary says.
    """

    def __init__(self, contract: Any, seed: int) -> None:
        self.random = random.Random(seed)
        self.made = new_async_application(contract, handlers=False)
        self.io = self.made.server
        self.canary = Canary(contract)
        self.frames = self.accepted = 0
        self.leaks: list[str] = []
        self.io.eio.send = self._sent
        self.io.eio.send_packet = self._sent
        for event in GOOD:
            self.io.on(event, self._handler(event))
        self.io.on("upload", self._handler("upload"))
        self.io.on("*", self._caught)
        self.io.on("connect", self._entered)

    # -- what is seen ------------------------------------------------------------------------------

    def _handler(self, event: str) -> Any:
        async def handler(sid: str, *args: Any) -> Any:
            self.accepted += 1
            _handling.set(event)
            self.leaks += self.canary.handled([("/", event, args)])
            return await self._end()

        return handler

    async def _end(self) -> Any:
        chance = self.random.random()
        if chance < 0.05:
            raise RuntimeError("hunter2")
        if chance < 0.1:
            future = asyncio.get_running_loop().create_future()
            future.cancel()
            await future
        if chance < 0.2:
            await asyncio.sleep(0)
        return self.random.choice(RETURNS)

    async def _caught(self, event: str, sid: str, *args: Any) -> None:
        self.leaks.append(f"the catch-all ran for {event!r}")

    async def _entered(self, sid: str, environ: Any, auth: Any) -> None:
        if environ != {"mark": 1}:
            self.leaks.append("a forged environment")

    async def _sent(self, eio_sid: str, data: Any) -> None:
        data = getattr(data, "data", data)
        if not isinstance(data, str):
            return
        packet = socketio.packet.Packet(encoded_packet=data)
        if packet.packet_type == socketio.packet.EVENT:
            event, *args = packet.data
            self.leaks += self.canary.delivered([(packet.namespace or "/", event, args)])
        elif packet.packet_type == socketio.packet.ACK:
            self._acknowledged(_handling.get(), packet.data)

    def _acknowledged(self, event: str | None, values: list[Any]) -> None:
        """An ack left: of a handler that ran, or of an event that reached none."""
        # What reached no handler is answered with an error, which is what no contract is about.
        self.leaks += self.canary.acknowledged([("/", event or "(no handler ran)", values)])

    # -- what is sent ------------------------------------------------------------------------------

    def value(self, depth: int = 0) -> str:
        chance, choice = self.random.random(), self.random.choice
        if chance < 0.4 or depth > 3:
            return choice(ATOMS)
        items = [self.value(depth + 1) for _ in range(self.random.randrange(4))]
        if chance < 0.6:
            return f"[{','.join(items)}]"
        return "{" + ",".join(f'"{choice(KEYS)}":{item}' for item in items) + "}"

    def frame(self) -> Any:
        choice, chance = self.random.choice, self.random.random()
        id = 10_000 + self.frames
        event = choice([*GOOD])
        good = f'2{id}["{event}"{"," if GOOD[event] else ""}{GOOD[event]}]'
        if chance < 0.4:
            return good
        if chance < 0.7:
            args = "".join(f",{self.value()}" for _ in range(self.random.randrange(3)))
            event = choice(EVENTS)
            return f'2{choice([str(id), str(id), "", "/x,", "/locked,"])}["{event}"{args}]'
        if chance < 0.8:
            return f"3{choice(['', '0', '1', '2', '99'])}{choice(['[]', '{}', self.value()])}"
        if chance < 0.85:
            place = choice(['{"_placeholder":true,"num":0}', self.value()])
            return f'5{choice("0129")}-{choice(["", "7"])}["upload",{{"name":"n","data":{place}}}]'
        if chance < 0.9:
            return choice([b"abc", b"", b"x" * 50])
        at = self.random.randrange(len(good))
        return good[:at] + chr(self.random.randrange(32, 127)) + good[at + 1 :]

    # -- the run -----------------------------------------------------------------------------------

    async def fresh(self, client: str) -> str:
        """A client that enters; the one before leaves."""
        await self.io._handle_eio_disconnect("c" + client, "transport close")
        await self.io._handle_eio_connect("c" + client, {"mark": 1})
        await self.io._handle_eio_message("c" + client, "0")
        return str(self.io.manager.sid_from_eio_sid("c" + client, "/"))

    async def run(self, seconds: float) -> None:
        # What handlers raise is what they are told to raise.
        asyncio.get_running_loop().set_exception_handler(lambda *_: None)
        end, sid = time.monotonic() + seconds, ""
        while time.monotonic() < end:
            if self.frames % 500 == 0:
                await asyncio.sleep(0.001)
                sid = await self.fresh("")
            self.frames += 1
            try:
                await self.io._handle_eio_message("c", self.frame())
            except Exception as error:
                self.leaks.append(f"an exception reached engine.io: {error!r:.80}")
            if self.frames % 7 == 0:
                await self.emit(sid)
            if self.frames % 20 == 0:
                await asyncio.sleep(0)
        await asyncio.sleep(0.1)

    async def emit(self, sid: str) -> None:
        """The application sends something, good or bad."""
        event = self.random.choice(["moved", "spread", "ended", "question", "plain", "nope"])
        data = self.random.choice([{"x": 1}, {"x": 9}, (1, "a"), None, "text", b"x", object()])
        callback = self._called if event == "question" else None
        with contextlib.suppress(ContractViolation):
            await self.io.emit(event, data, to=sid, callback=callback)

    def _called(self, *values: Any) -> None:
        self.leaks += self.canary.called([("/", "question", values)])


@pytest.mark.filterwarnings("ignore::RuntimeWarning")
@pytest.mark.parametrize("seed", [1, 2])
def test_no_mutated_frame_gets_past_the_guard(seed: int, contract: Any, caplog: Any) -> None:
    """A fifth of them at the least keep the contract, and reach their handlers."""
    caplog.set_level("CRITICAL")
    fuzz = Fuzz(contract(), seed)
    asyncio.run(fuzz.run(SECONDS))
    assert fuzz.leaks == []
    assert fuzz.accepted >= fuzz.frames / 5
    assert fuzz.frames >= 100


def test_acks_of_two_events_with_one_id_are_told_apart(contract: Any, caplog: Any) -> None:
    """Frames that came after one another: the id of the first was mutated into the second's.

    Both wait for their handlers when the first is answered. Its answer, which its own contract
    allows, is no answer to the second, whose contract forbids it: that one gets an error.
    """
    caplog.set_level("CRITICAL")
    fuzz = Fuzz(contract(), 1)
    sent: list[str] = []
    watched = fuzz.io.eio.send_packet

    async def sent_packet(eio_sid: str, packet: Any) -> None:
        sent.append(getattr(packet, "data", packet))
        await watched(eio_sid, packet)

    async def returns_a_number(event: str) -> Any:
        _handling.set(event)
        await asyncio.sleep(0)
        return {"ok": 1}

    async def run() -> None:
        fuzz.io.eio.send = fuzz.io.eio.send_packet = sent_packet
        for event in ("bag", "move"):
            fuzz.io.on(event, lambda sid, data, event=event: returns_a_number(event))
        await fuzz.fresh("")
        sent.clear()
        for frame in ('215339["bag",{}]', '215339["move",{"x":1}]'):
            await fuzz.io._handle_eio_message("c", frame)
        await asyncio.sleep(0.1)

    asyncio.run(run())
    bag, move = sent
    assert bag == '315339[{"ok":1}]'
    assert '"response_validation_error"' in move
    assert fuzz.leaks == []
    # Told apart by their id alone, the first would be a leak.
    assert fuzz.canary.acknowledged([("/", "move", [{"ok": 1}])]) != []
