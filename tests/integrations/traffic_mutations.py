"""Frames of Socket.IO, most of them changed in some way; the same seed draws the same ones."""

from __future__ import annotations

import random
from typing import Any

EVENTS = [
    *("move", "pair", "begin", "upload", "number", "word", "anything", "bag", "tree"),
    *("moved", "question", "connect", "disconnect", "connect_error", "*", "nope", "", "say"),
    *("__disconnect_final", "Move", "move\\u0000"),
]
#: Arguments that keep the contract.
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
DATA: list[Any] = [{"x": 1}, {"x": 9}, (1, "a"), None, "text", b"x", object()]
KEYS = ["x", "note", "child", "name", "data", "ok", "answer", "_placeholder", "num"]


class Mutations:
    """Draws frames, one after the other.

    Attributes:
        random: what draws them.
        drawn: how many there were.
    """

    def __init__(self, seed: int) -> None:
        self.random = random.Random(seed)
        self.drawn = 0

    def frame(self) -> str | bytes:
        """The next one: four of ten keep the contract."""
        self.drawn += 1
        chance = self.random.random()
        id = 10_000 + self.drawn
        if chance < 0.4:
            return self._good(id)
        if chance < 0.7:
            return self._event(id)
        if chance < 0.8:
            return self._ack()
        if chance < 0.85:
            return self._upload()
        if chance < 0.88:
            return self.random.choice([b"abc", b"", b"x" * 50])
        if chance < 0.92:
            return self._connect()
        return self._with_another_character(self._good(id))

    def _good(self, id: int) -> str:
        event = self.random.choice([*GOOD])
        return f'2{id}["{event}"{"," if GOOD[event] else ""}{GOOD[event]}]'

    def _event(self, id: int) -> str:
        choice = self.random.choice
        args = "".join(f",{self._value()}" for _ in range(self.random.randrange(3)))
        head = choice([str(id), str(id), "", "/x,", "/locked,"])
        return f'2{head}["{choice(EVENTS)}"{args}]'

    def _ack(self) -> str:
        choice = self.random.choice
        return f"3{choice(['', '0', '1', '2', '99'])}{choice(['[]', '{}', self._value()])}"

    def _upload(self) -> str:
        choice = self.random.choice
        place = choice(['{"_placeholder":true,"num":0}', self._value()])
        head = f"5{choice('0129')}-{choice(['', '7'])}"
        return f'{head}["upload",{{"name":"n","data":{place}}}]'

    def _connect(self) -> str:
        choice = self.random.choice
        namespace = choice(["/locked", "/locked", "/rooms/red", "/rooms/green", "/nope"])
        token = f'{{"token":{self._value()}}}'
        auth = choice(['{"token":"abcd"}', token, self._value(), ""])
        return choice([f"0{namespace},{auth}", f"0{namespace},{auth}", f"1{namespace},"])

    def _with_another_character(self, frame: str) -> str:
        at = self.random.randrange(len(frame))
        return frame[:at] + chr(self.random.randrange(32, 127)) + frame[at + 1 :]

    def _value(self, depth: int = 0) -> str:
        chance, choice = self.random.random(), self.random.choice
        if chance < 0.4 or depth > 3:
            return choice(ATOMS)
        items = [self._value(depth + 1) for _ in range(self.random.randrange(4))]
        if chance < 0.6:
            return f"[{','.join(items)}]"
        return "{" + ",".join(f'"{choice(KEYS)}":{item}' for item in items) + "}"

    def emit(self) -> tuple[str, Any]:
        """An event and its data, good or bad, for the application to send."""
        event = self.random.choice(["moved", "spread", "ended", "question", "plain", "nope"])
        return event, self.random.choice(DATA)
