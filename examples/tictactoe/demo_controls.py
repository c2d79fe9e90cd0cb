"""What only the demo has: a namespace in which its page asks what happened on the server, and why.

The page switches the guard in `/demo`, has the server make mistakes, and asks about the last event:

    state             -> {"guarded": bool, "file": str, "edited": what an edit of the file comes to}
    guard, bool       -> the same; every page hears of it as `guard`
    misbehave, fault  -> {"made": what the handler returned or emitted, "raised": name of a class}
    explain, question -> {"problems": [...], "log": str, "raised": str, "edited": as above}

No server of your own needs any of this.
"""

from __future__ import annotations

from collections import deque
from threading import Lock
from typing import TYPE_CHECKING, Any

from asyncapi_guard import (
    AsyncAPIGuard,
    Checkpoint,
    EmitValidationError,
    Guard,
    Mode,
    Policy,
    SpecError,
    load,
)
from asyncapi_guard.spec.loader import open_documents

# A script beside game.py in the repository, a module of a package in an installed wheel.
if __package__:
    from .page import contract_file
else:
    from page import contract_file

if TYPE_CHECKING:
    from asyncapi_guard import Violation

NAMESPACE = "/demo"
FILE = "specs/tictactoe.yml"
#: The contract is about the game, and does not know this namespace.
GUARDED = Policy(exclude=[NAMESPACE])
UNGUARDED = Policy(mode=Mode.OFF, exclude=[NAMESPACE])

#: What the server can do wrong: the event, and what it emits; `{}` has the number of the game.
BAD_EMITS: dict[str, tuple[str, dict[str, Any]]] = {
    "Bad emit": ("move_made", {"board": [["X", "", ""]], "turn": "O"}),
    "Undeclared emit": ("game_paused", {}),
    "Wrong winner": ("game_won", {"winner": "Z"}),
}
BAD_ACK = {"error": 5}
#: Where the contract lists what it has; what is in no list has no line of its own.
_EVENTS, _NAMESPACES = "/channels/game/messages", "/channels/game/address"


class Controls:
    """The guard's switch, and what is known of the last events of each player.

    Args:
        guard: the guard of the game.
    """

    def __init__(self, guard: AsyncAPIGuard) -> None:
        self._guard = guard
        #: The text that the guard has read; the file can be edited while it runs.
        self._read = self._first = open_documents(contract_file()).main
        self._strict = Guard(guard.contract, GUARDED)
        self._violations: deque[Violation] = deque(maxlen=500)
        self._raised: deque[tuple[str, str]] = deque(maxlen=500)
        self._spoiled: set[str] = set()
        self._lock = Lock()
        guard.on_violation = self._note

    def _note(self, violation: Violation) -> None:
        with self._lock:
            self._violations.append(violation)

    def state(self) -> dict[str, Any]:
        """Whether the server is guarded, and by which file."""
        guarded = self._guard.guard.policy is not UNGUARDED
        return {"guarded": guarded, "file": FILE, "edited": self.edited()}

    def edited(self) -> str:
        """What to say of a file that is not what it was when the server started; else nothing."""
        self._follow()
        file = contract_file()
        try:
            if file.read_text(encoding="utf-8") == self._read.text:
                if self._read.text == self._first.text:
                    return ""
                return f"{FILE} has changed since the server started. It is enforced as it is now."
            load(file)
        except (OSError, ValueError):
            return f"{FILE} cannot be read. The server enforces what it read before."
        except SpecError as error:
            first = error.findings[0]
            return (
                f"{FILE}:{first.line}:{first.column}: {first.message}. The server enforces what it "
                "read before, until you fix the file."
            )
        return f"{FILE} has just changed. In a moment the server enforces it."

    def _follow(self) -> None:
        """Show the lines of the file that is in force now: the guard watches it."""
        contract = self._guard.contract
        if contract is self._strict.contract:
            return
        try:
            read = open_documents(contract_file()).main
        except SpecError:
            return  # it has been edited once more
        if read.digest == contract.sources[0].digest:
            self._read, self._strict = read, Guard(contract, GUARDED)

    def switch(self, *, on: bool) -> dict[str, Any]:
        """Guard the server, or leave it to itself; for everybody who plays on it."""
        policy = GUARDED if on else UNGUARDED
        self._guard.guard = Guard(self._guard.contract, policy)
        return self.state()

    # -- mistakes of the server --------------------------------------------------------------------

    def spoil_ack(self, player: str) -> dict[str, Any]:
        """Have `make_move` return nonsense the next time that this player calls it."""
        with self._lock:
            self._spoiled.add(player)
        return {"made": BAD_ACK}

    def spoiled_ack(self, player: str) -> dict[str, Any] | None:
        """The nonsense, if this player is to get it now."""
        with self._lock:
            if player not in self._spoiled:
                return None
            self._spoiled.discard(player)
            return BAD_ACK

    def note_exception(self, player: str, error: Exception) -> None:
        """Remember what a handler raised while it handled an event of a player."""
        with self._lock:
            self._raised.append((player, type(error).__name__))

    # -- why ---------------------------------------------------------------------------------------

    def explain(self, player: str, question: dict[str, Any]) -> dict[str, Any]:
        """Say what the guard and the handler made of the last event of a player.

        Args:
            player: the session id in the game's namespace.
            question: `checkpoint`, `namespace`, `event` and `args` of the event. While the server
                is not guarded they are validated here, to show what nobody has noticed.
        """
        with self._lock:
            raised = next((name for who, name in reversed(self._raised) if who == player), None)
            self._raised = deque((each for each in self._raised if each[0] != player), maxlen=500)
            about = (each for each in reversed(self._violations) if _is(each, player, question))
            found = next(about, None)
            if found is not None:
                self._violations.remove(found)
        self._follow()
        log = None if found is None else f"WARNING asyncapi_guard: {found}"
        violation = found if self.state()["guarded"] else self._overlooked(question)
        problems = [] if violation is None else self._problems(violation)
        return {"problems": problems, "log": log, "raised": raised, "edited": self.edited()}

    def _overlooked(self, question: dict[str, Any]) -> Violation | None:
        """What a guard would have rejected."""
        namespace, event, args = (question[name] for name in ("namespace", "event", "args"))
        checkpoint = question["checkpoint"]
        if checkpoint == Checkpoint.CONNECT:
            return self._strict.connect(namespace, None).violation
        if checkpoint == Checkpoint.SEND_ACK:
            return self._strict.send_ack(namespace, event, args).violation
        if checkpoint == Checkpoint.SEND_EVENT:
            return self._strict.send_event(namespace, event, args).violation
        return self._strict.receive_event(namespace, event, args).violation

    def _problems(self, violation: Violation) -> list[dict[str, Any]]:
        """The problems of a violation, each with its line in the contract."""
        without = _NAMESPACES if violation.checkpoint is Checkpoint.CONNECT else _EVENTS
        if violation.message_id is not None:
            without += f"/{violation.message_id}"
        pointers = (problem.schema.partition("#")[2] or without for problem in violation.problems)
        return [
            {
                "path": problem.path,
                "message": problem.message,
                "line": self._read.position_of(pointer).line,
            }
            for problem, pointer in zip(violation.problems, pointers, strict=True)
        ]


def _is(violation: Violation, player: str, question: dict[str, Any]) -> bool:
    """Whether a violation is what a player asks about."""
    asked = (question["checkpoint"], question["namespace"], question["event"])
    return (violation.checkpoint, violation.namespace, violation.event) == asked and (
        violation.checkpoint is Checkpoint.CONNECT or violation.sid in (player, None)
    )


def add_controls(server: Any, guard: AsyncAPIGuard) -> None:
    """Serve the page's questions on a `socketio.Server`; before the guard is put on it."""
    controls = Controls(guard)
    move = server.handlers["/"]["make_move"]

    def make_move(sid: str, *args: Any) -> Any:
        spoiled = controls.spoiled_ack(sid)
        if spoiled is not None:
            return spoiled
        try:
            return move(sid, *args)
        except Exception as error:
            controls.note_exception(sid, error)
            raise

    def state(_sid: str) -> dict[str, Any]:
        return controls.state()

    def switch(_sid: str, on: bool) -> dict[str, Any]:  # noqa: FBT001  # the argument of an event
        told = controls.switch(on=on)
        server.emit("guard", told, namespace=NAMESPACE)
        return told

    def misbehave(sid: str, fault: str, game: int) -> dict[str, Any]:
        player = player_of(server, sid)
        if fault not in BAD_EMITS:
            return controls.spoil_ack(player)
        event, data = BAD_EMITS[fault]
        made = {"game_id": game, **data}
        try:
            server.emit(event, made, to=player)
        except EmitValidationError as error:
            return {"event": event, "made": made, "raised": type(error).__name__}
        return {"event": event, "made": made}

    def explain(sid: str, question: dict[str, Any]) -> dict[str, Any]:
        return controls.explain(player_of(server, sid), question)

    server.on("make_move", make_move)
    server.on("state", state, namespace=NAMESPACE)
    server.on("guard", switch, namespace=NAMESPACE)
    server.on("misbehave", misbehave, namespace=NAMESPACE)
    server.on("explain", explain, namespace=NAMESPACE)


def add_async_controls(server: Any, guard: AsyncAPIGuard) -> None:
    """Serve the page's questions on a `socketio.AsyncServer`; before the guard is put on it."""
    controls = Controls(guard)
    move = server.handlers["/"]["make_move"]

    async def make_move(sid: str, *args: Any) -> Any:
        spoiled = controls.spoiled_ack(sid)
        if spoiled is not None:
            return spoiled
        try:
            return await move(sid, *args)
        except Exception as error:
            controls.note_exception(sid, error)
            raise

    async def state(_sid: str) -> dict[str, Any]:
        return controls.state()

    async def switch(_sid: str, on: bool) -> dict[str, Any]:  # noqa: FBT001  # the argument of an event
        told = controls.switch(on=on)
        await server.emit("guard", told, namespace=NAMESPACE)
        return told

    async def misbehave(sid: str, fault: str, game: int) -> dict[str, Any]:
        player = player_of(server, sid)
        if fault not in BAD_EMITS:
            return controls.spoil_ack(player)
        event, data = BAD_EMITS[fault]
        made = {"game_id": game, **data}
        try:
            await server.emit(event, made, to=player)
        except EmitValidationError as error:
            return {"event": event, "made": made, "raised": type(error).__name__}
        return {"event": event, "made": made}

    async def explain(sid: str, question: dict[str, Any]) -> dict[str, Any]:
        return controls.explain(player_of(server, sid), question)

    server.on("make_move", make_move)
    server.on("state", state, namespace=NAMESPACE)
    server.on("guard", switch, namespace=NAMESPACE)
    server.on("misbehave", misbehave, namespace=NAMESPACE)
    server.on("explain", explain, namespace=NAMESPACE)


def player_of(server: Any, sid: str) -> str:
    """The session id that a page has in the game's namespace, by its session id in this one."""
    connection = server.manager.eio_sid_from_sid(sid, NAMESPACE)
    player: str | None = server.manager.sid_from_eio_sid(connection, "/")
    # Who has not entered the game has no other: emitted to nobody, rather than to everybody.
    return player or sid
