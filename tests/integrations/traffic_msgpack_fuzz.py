"""Mutated frames of MessagePack against each adapter: `fuzz("asyncio+msgpack", seed)`."""

from __future__ import annotations

import math
from typing import Any

import msgpack
from socketio.msgpack_packet import MsgPackPacket
from test_strict_msgpack import UNDEFINED, pack
from traffic_fuzz import (
    AsyncClientFuzz,
    AsyncServerFuzz,
    AsyncSimpleClientFuzz,
    ClientFuzz,
    ServerFuzz,
    SimpleClientFuzz,
)
from traffic_msgpack import packed
from traffic_mutations import EVENTS, KEYS, Mutations

GOOD: dict[str, list[Any]] = {
    "move": [{"x": 1}],
    "pair": [1, "a"],
    "begin": [],
    "number": [1.5],
    "word": ["w"],
    "anything": [{"a": [1]}],
    "bag": [{}],
    "tree": [{"child": {}}],
    "upload": [{"name": "n", "data": b"x"}],
}
ATOMS = [
    *(1, -1, 0, 1.5, 2**64 - 1, -(2**63), math.nan, math.inf, "x", "", None, True, b"x", b""),
    *(UNDEFINED, msgpack.ExtType(5, b"a"), msgpack.Timestamp(1), msgpack.Timestamp(2**60), {}, []),
]
NAMES = [*KEYS, 1, None, b"x", 1.5]
ODD = [*ATOMS, "*", "/", "/locked", "/nope", "/a?b", [1], {"a": 1}, 2.0, 5, 6, 9]
PROFESSED = ("type", "data", "nsp", "id", "options", "more")


class PackedMutations(Mutations):
    """Draws frames, good and bad."""

    def value(self, depth: int = 0) -> Any:
        chance, choice = self.random.random(), self.random.choice
        if chance < 0.4 or depth > 3:
            return choice(ATOMS)
        items = [self.value(depth + 1) for _ in range(self.random.randrange(4))]
        if chance < 0.6:
            return items
        names = KEYS if self.random.random() < 0.8 else NAMES
        return {choice(names): item for item in items}

    def fields(self) -> dict[str, Any]:
        """Of an event that keeps the contract."""
        event = self.random.choice([*GOOD])
        made = {"type": 2, "data": [event, *GOOD[event]], "nsp": "/", "id": 10_000 + self.drawn}
        if self.random.random() < 0.3:
            made["options"] = {"compress": True}
        return made

    def frame(self) -> Any:
        self.drawn += 1
        chance, choice, made = self.random.random(), self.random.choice, self.fields()
        if chance < 0.45:
            return pack(made)
        if chance < 0.65:
            args = [self.value() for _ in range(self.random.randrange(3))]
            return pack({**made, "data": [choice(EVENTS), *args]})
        if chance < 0.72:
            data = choice([[], [{"answer": "a"}], self.value(), [self.value()]])
            return packed(type=3, data=data, id=choice([..., 0, 1, 2, 3, 99]))
        if chance < 0.8:
            return self.with_odd_field(made)
        if chance < 0.85:
            return choice([b"", b"\xc1", "2[]", "", b"x" * 50, pack([made]), pack(made) * 2])
        return self.mutated(pack(made))

    def with_odd_field(self, made: dict[str, Any]) -> bytes:
        """A field is missing, or odd, or there twice."""
        name, chance = self.random.choice(PROFESSED), self.random.random()
        pairs = [pair for pair in made.items() if pair[0] != name or chance < 0.4]
        if chance < 0.8:
            pairs.insert(self.random.randrange(len(pairs) + 1), (name, self.random.choice(ODD)))
        return bytes([0x80 + len(pairs)]) + b"".join(pack(part) for pair in pairs for part in pair)

    def mutated(self, frame: bytes) -> bytes:
        """Some bytes are others, or more, or fewer."""
        made = bytearray(frame)
        for _ in range(self.random.randrange(1, 4)):
            at = self.random.randrange(len(made))
            made[at : at + self.random.randrange(2)] = self.random.randbytes(
                self.random.randrange(2)
            )
        return bytes(made)


class _Packed:
    """In MessagePack."""

    def __init__(self, adapter: str, seed: int, *, guarded: bool = True) -> None:
        super().__init__(adapter, seed, guarded=guarded)  # type: ignore[call-arg]  # it is mixed in
        self.adapter = f"{adapter}+msgpack"
        self.mutations = PackedMutations(seed)

    def sent(self: Any, data: Any) -> None:
        """A frame leaves."""
        made = msgpack.unpackb(data, strict_map_key=False, ext_hook=msgpack.ExtType)
        if made["type"] == 2:
            event, *args = made["data"]
            self.leak(*self.canary.delivered([(made["nsp"], event, args)]))
        elif made["type"] == 3:
            self.acknowledged(made["nsp"], made["data"])

    def feed(self, frame: Any) -> Any:
        feed: Any = super().feed  # type: ignore[misc]  # as above
        return feed(CONNECTS.get(frame, frame))


#: What lets a client in, in place of the texts of JSON.
CONNECTS: Any = {
    "0": packed(type=0, data=None),
    '0{"sid":"s1"}': packed(type=0, data={"sid": "s1"}),
}


class _Server(_Packed):
    def make(self) -> Any:
        io = super().make()  # type: ignore[misc]  # as above
        io.packet_class = MsgPackPacket
        return io


class _Client(_Packed):
    def kind(self, *args: Any, **options: Any) -> Any:
        return super().kind(*args, serializer="msgpack", **options)  # type: ignore[misc]  # as above

    def told(self: Any, event: str, type: str) -> Any:
        def handle(*_: Any) -> None:
            current, made = self.current, None
            if isinstance(current, bytes) and current:
                made = msgpack.unpackb(current, strict_map_key=False)["type"]
            if str(made) != type and current[:1] != type:
                self.leak(f"the handler of {event} ran")

        return handle


class PackedServer(_Server, ServerFuzz):
    """A server on threads or on greenlets."""


class PackedAsyncServer(_Server, AsyncServerFuzz):
    """A server on asyncio."""


class PackedClient(_Client, ClientFuzz):
    """A client on threads."""


class PackedAsyncClient(_Client, AsyncClientFuzz):
    """A client on asyncio."""


class PackedSimpleClient(_Client, SimpleClientFuzz):
    """A simple client on threads."""


class PackedAsyncSimpleClient(_Client, AsyncSimpleClientFuzz):
    """A simple client on asyncio."""


KINDS: dict[str, Any] = {
    "asyncio": PackedAsyncServer,
    "Client": PackedClient,
    "AsyncClient": PackedAsyncClient,
    "SimpleClient": PackedSimpleClient,
    "AsyncSimpleClient": PackedAsyncSimpleClient,
}


def fuzz_packed(adapter: str, seed: int, *, guarded: bool = True) -> Any:
    """An adapter that speaks MessagePack, and waits for frames."""
    return KINDS.get(adapter, PackedServer)(adapter, seed, guarded=guarded)
