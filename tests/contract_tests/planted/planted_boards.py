"""Whiteboards on python-socketio, on asyncio: `boards.yml` is its document."""

from __future__ import annotations

import asyncio
import socket
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

import socketio
import uvicorn
from planted_bugs import HERE, Bug, Planted, listening, run
from planted_payloads import Payloads

if TYPE_CHECKING:
    from collections.abc import Callable

BUGS = {
    "width_0_is_missing": Bug("stateless", "draw takes a width of 0 for none, and tells null"),
    "label_is_told": Bug("stateless", "draw without a label is told with null as the label"),
    "text_has_one_point": Bug("stateless", "a text is told with its first point alone"),
    "greatest_x": Bug("stateless", "a point at the right edge is told as a text"),
    "other_code": Bug("stateless", "erase of an unknown shape is a problem with a new code"),
    "one_value": Bug("stateless", "count acknowledges one value"),
    "cursor_at_0": Bug("stateless", "a cursor at the left edge has no x"),
    "points_are_not_judged": Bug("stateless", "draw takes any number of points, and tells them"),
    "third_shape": Bug("stateful", "from the third shape on, draw tells no number"),
    "erased_twice": Bug("stateful", "erase of an erased shape answers with an undeclared event"),
    "count_after_clearing": Bug("stateful", "count acknowledges null after clear"),
    "second_guest": Bug("clients", "what a second guest draws is by nobody"),
    "other_board": Bug("clients", "what is drawn on red is told on blue as news"),
    "unasked": Bug("timing", "clear asks for no ack of confirm"),
    "thrown_out": Bug("timing", "erase of an unknown shape ends the connection"),
}
VERSIONS = ("silent",)
SPACES = ("/boards/red", "/boards/blue")
MOST = 200


@dataclass
class Board:
    """The board of a namespace."""

    space: str
    shapes: dict[int, dict[str, Any]] = field(default_factory=dict)
    erased: set[int] = field(default_factory=set)
    guests: dict[str, str] = field(default_factory=dict)
    number: int = 0
    cleared: bool = False


class Problem(Exception):
    """An event is not done; the argument is why."""


class Boards:
    """The handlers."""

    def __init__(self, sio: Any, planted: Planted) -> None:
        self.sio, self.planted = sio, planted
        self.guests = 0
        self.boards = {space: Board(space) for space in SPACES}

    async def tell(self, board: Board, event: str, *args: Any, **to: Any) -> None:
        await self.sio.emit(event, args, namespace=board.space, **to)

    async def draw(self, board: Board, sid: str, data: dict[str, Any]) -> None:
        if len(board.shapes) >= MOST:
            raise Problem("board_is_full")
        board.number += 1
        by = board.guests[sid]
        shape = {**data, "shape_id": board.number, "by": by}
        board.shapes[board.number] = shape
        await self.tell(board, "drawn", self.told(board, dict(shape)))
        if self.planted("other_board") and board.space == SPACES[0]:
            await self.tell(self.boards[SPACES[1]], "news", by)

    def told(self, board: Board, shape: dict[str, Any]) -> dict[str, Any]:
        """A shape, as others hear of it."""
        planted = self.planted
        if planted("width_0_is_missing") and "width" in shape:
            shape["width"] = shape["width"] or None
        if planted("label_is_told"):
            shape.setdefault("label", None)
        if planted("text_has_one_point") and shape["shape"] == "text":
            (shape["points"],) = shape["points"][:1]
        if planted("greatest_x"):
            shape["points"] = [{**p, "x": "edge"} if p["x"] == 1000 else p for p in shape["points"]]
        if planted("third_shape") and board.number >= 3:
            del shape["shape_id"]
        if planted("second_guest") and shape["by"] != f"guest-{self.first(board)}":
            shape["by"] = ""
        return shape

    def first(self, board: Board) -> int:
        """The number of the guest who has been there for the longest."""
        return min(int(name.partition("-")[2]) for name in board.guests.values())

    async def erase(self, board: Board, sid: str, data: dict[str, Any]) -> None:
        number = int(data["shape_id"])
        if self.planted("erased_twice") and number in board.erased:
            await self.tell(board, "already_erased", number, to=sid)
            return
        if number not in board.shapes:
            if self.planted("thrown_out"):
                await self.sio.disconnect(sid, namespace=board.space)
                return
            raise Problem("gone" if self.planted("other_code") else "unknown_shape")
        del board.shapes[number]
        board.erased.add(number)
        await self.tell(board, "erased", {"shape_id": number})

    async def cursor(self, board: Board, sid: str, x: float, y: float) -> None:
        told = {"x": x, "y": y, "by": board.guests[sid]}
        if self.planted("cursor_at_0"):
            told = {name: value for name, value in told.items() if value or name == "by"}
        await self.tell(board, "moved", told)

    async def clear(self, board: Board, sid: str) -> None:
        async def answered(*answer: Any) -> None:
            if answer == (True,):
                board.shapes.clear()
                board.cleared = True
                await self.tell(board, "cleared")

        callback = None if self.planted("unasked") else answered
        await self.tell(board, "confirm", len(board.shapes), to=sid, callback=callback)

    async def count(self, board: Board, _sid: str) -> Any:
        if self.planted("one_value"):
            return len(board.shapes)
        counted = (
            None if self.planted("count_after_clearing") and board.cleared else len(board.shapes)
        )
        return counted, list(board.guests.values())


EVENTS = ("draw", "erase", "cursor", "clear", "count")


def create(bug: str) -> Any:
    """The server, with its handlers."""
    planted = Planted(BUGS, VERSIONS, bug)
    sio = socketio.AsyncServer(async_mode="asgi")
    boards, payloads = Boards(sio, planted), Payloads(HERE / "boards.yml")
    for space in SPACES:
        for event in EVENTS:
            handle = handler(event, boards, boards.boards[space], payloads)
            sio.on(event, handle, namespace=space)
        add_doors(sio, boards, boards.boards[space])
    return sio


def handler(event: str, boards: Boards, board: Board, payloads: Payloads) -> Callable[..., Any]:
    """What handles an event: its arguments are judged first."""
    planted = boards.planted

    async def handle(sid: str, *args: Any) -> Any:
        judged = args
        if planted("points_are_not_judged") and event == "draw" and args:
            judged = ({**args[0], "points": [{"x": 1, "y": 1}]},) if _has_points(args[0]) else args
        try:
            if payloads.are_wrong("board", event, judged):
                raise Problem("malformed")
            return await getattr(boards, event)(board, sid, *args)
        except Problem as problem:
            if event == "count":
                raise ValueError(str(problem)) from None
            if not planted("silent"):
                told = {"code": str(problem), "event": event}
                await boards.tell(board, "problem", told, to=sid)

    return handle


def _has_points(value: Any) -> bool:
    """Whether there is a list of objects as points."""
    points = value.get("points") if isinstance(value, dict) else None
    return isinstance(points, list) and all(isinstance(p, dict) and "x" in p for p in points)


def add_doors(sio: Any, boards: Boards, board: Board) -> None:
    """How guests come and go."""

    @sio.on("connect", namespace=board.space)
    async def connect(sid: str, _environ: Any, _auth: Any = None) -> None:
        boards.guests += 1
        board.guests[sid] = f"guest-{boards.guests}"

    @sio.on("disconnect", namespace=board.space)
    async def disconnect(sid: str, _reason: str) -> None:
        board.guests.pop(sid, None)


def serve(bug: str, port: int) -> None:
    """Serve until the process is ended."""
    listener = socket.create_server(("127.0.0.1", port))
    config = uvicorn.Config(socketio.ASGIApp(create(bug)), log_level="critical", ws="websockets")
    listening(listener.getsockname()[1])
    asyncio.run(uvicorn.Server(config).serve([listener]))


if __name__ == "__main__":
    run(serve)
