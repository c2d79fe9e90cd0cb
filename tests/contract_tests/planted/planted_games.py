"""Board games on python-socketio, with threads: `games.yml` is its document."""

from __future__ import annotations

import secrets
import time
from collections import Counter
from dataclasses import dataclass, field
from threading import RLock
from typing import TYPE_CHECKING, Any

import socketio
from planted_bugs import HERE, Bug, Planted, listening, run
from planted_payloads import Payloads
from socketio.packet import ACK
from werkzeug.serving import WSGIRequestHandler, make_server

if TYPE_CHECKING:
    from collections.abc import Callable

BUGS = {
    "no_answer_for_unknown": Bug("stateless", "join_game of an unknown game raises: no ack"),
    "empty_answer_for_unknown": Bug("stateless", "leave_game of an unknown game acks nothing"),
    "limit_0_is_missing": Bug("stateless", "list_games takes a limit of 0 for missing"),
    "empty_text_is_missing": Bug("stateless", "say takes an empty text for missing, and raises"),
    "unicode_name": Bug("stateless", "create_game raises for names beyond Latin-1"),
    "no_tags": Bug("stateless", "create_game raises for an empty list of tags"),
    "search_is_read": Bug("stateless", "list_games reads the optional search"),
    "big_id_as_text": Bug("stateless", "join_game names a big unknown game_id as text"),
    "undeclared_field": Bug("stateless", "list_games answers with a field too many"),
    "size_is_not_judged": Bug("stateless", "create_game accepts every size"),
    "long_name_is_refused": Bug("stateless", "create_game has words of its own for long names"),
    "null_comment": Bug("stateless", "rate_game strips a comment that is null"),
    "third_saying": Bug("stateful", "the third say in a game is answered with a text"),
    "list_grows": Bug("stateful", "list_games answers with all games"),
    "after_leaving": Bug("stateful", "say raises for a player who left"),
    "best_rating": Bug("stateful", "an average of 5 is a text"),
    "second_player": Bug("clients", "the second player gets a mark in lower case"),
    "others_hear_less": Bug("clients", "what the second player says is told without a mark"),
    "token_is_told": Bug("clients", "player_joined tells everybody the new player's token"),
    "late": Bug("timing", "rate_game without stars is answered after x-ack's timeout"),
    "hang": Bug("timing", "create_game of the greatest size is never answered"),
    "two_acks": Bug("timing", "leave_game is acknowledged twice"),
    "lost_seat": Bug("timing", "resume answers null for the token of who was disconnected"),
}
VERSIONS = ("slows_down",)
#: How many games there are room for; the oldest goes first.
MOST = 500


@dataclass
class Game:
    """A game, and who plays it."""

    game_id: int
    name: str
    size: int
    players: dict[str, str] = field(default_factory=dict)  # token → sid
    moves: list[tuple[int, int]] = field(default_factory=list)
    stars: list[int] = field(default_factory=list)
    said: int = 0

    def token_of(self, sid: str) -> str | None:
        """The token of a player."""
        return next((token for token, each in self.players.items() if each == sid), None)

    def mark_of(self, token: str) -> str:
        """The mark of a player."""
        return "XO"[list(self.players).index(token)]

    def board(self) -> list[list[str]]:
        """The rows."""
        rows = [[""] * self.size for _ in range(self.size)]
        for turn, (x, y) in enumerate(self.moves):
            rows[y][x] = "XO"[turn % 2]
        return rows


class Refused(Exception):
    """The answer to an event, in the declared form."""

    def __init__(self, error: str, **more: Any) -> None:
        self.answer = {"error": error, **more}


class Games:
    """The handlers."""

    def __init__(self, sio: Any, planted: Planted) -> None:
        self.sio, self.planted = sio, planted
        self.games: dict[int, Game] = {}
        self.left: set[str] = set()
        self.lost: set[str] = set()
        self.calls: Counter[str] = Counter()
        self.number = 0

    def find(self, data: dict[str, Any]) -> Game:
        if (game := self.games.get(int(data["game_id"]))) is None:
            raise Refused("unknown_game")
        return game

    def seat(self, sid: str, data: dict[str, Any]) -> tuple[Game, str]:
        """The game, and the token of who plays in it."""
        game = self.find(data)
        if (token := game.token_of(sid)) is None:
            raise Refused("not_playing")
        return game, token

    def sit(self, sid: str, game: Game) -> str:
        token = secrets.token_hex(8)
        game.players[token] = sid
        self.sio.enter_room(sid, str(game.game_id))
        return token

    def create_game(self, sid: str, data: dict[str, Any]) -> Any:
        if self.planted("unicode_name"):
            data["name"].encode("latin-1")
        if self.planted("long_name_is_refused") and len(data["name"]) > 32:
            return {"error": "The name is too long."}
        if self.planted("hang") and data["size"] == 5:
            time.sleep(3600)
        self.number += 1
        game = Game(self.number, data["name"], int(data["size"]))
        self.games[self.number] = game
        if len(self.games) > MOST:
            del self.games[next(iter(self.games))]
        answer: dict[str, Any] = {"game_id": game.game_id, "name": game.name, "size": game.size}
        token = self.sit(sid, game)
        if "tags" in data and (data["tags"] or self.planted("no_tags")):
            answer["longest_tag"] = max(data["tags"], key=len)
        self.sio.emit("game_created", {"game_id": game.game_id, "name": game.name})
        return {**answer, "mark": "X", "token": token}

    def join_game(self, sid: str, data: dict[str, Any]) -> Any:
        if self.planted("no_answer_for_unknown"):
            self.games[int(data["game_id"])]
        number = int(data["game_id"])
        if number not in self.games and self.planted("big_id_as_text") and number >= 2**31:
            raise Refused("unknown_game", game_id=str(number))
        game = self.find(data)
        if (token := game.token_of(sid)) is None:
            if len(game.players) == 2:
                raise Refused("full", game_id=game.game_id)
            token = self.sit(sid, game)
            told = {"game_id": game.game_id, "mark": game.mark_of(token)}
            if self.planted("token_is_told"):
                told["token"] = token
            self.sio.emit("player_joined", told, to=str(game.game_id))
        mark = game.mark_of(token)
        if self.planted("second_player"):
            mark = mark.replace("O", "o")
        return {"game_id": game.game_id, "mark": mark, "board": game.board(), "token": token}

    def make_move(self, sid: str, data: dict[str, Any]) -> Any:
        game, token = self.seat(sid, data)
        x, y, mark = int(data["x"]), int(data["y"]), game.mark_of(token)
        if mark != "XO"[len(game.moves) % 2]:
            raise Refused("not_your_turn")
        if max(x, y) >= game.size:
            raise Refused("outside")
        if (x, y) in game.moves:
            raise Refused("taken")
        game.moves.append((x, y))
        told = {"game_id": game.game_id, "x": x, "y": y, "mark": mark}
        self.sio.emit("move_made", told, to=str(game.game_id))
        return {"moves": len(game.moves)}

    def list_games(self, _sid: str, data: dict[str, Any]) -> Any:
        if self.planted("limit_0_is_missing") and not data["limit"]:
            return {"error": "limit is required"}
        search = data["search"] if self.planted("search_is_read") else data.get("search", "")
        found = [game for game in reversed(self.games.values()) if search in game.name]
        games = [
            {"game_id": game.game_id, "name": game.name, "players": len(game.players)}
            for game in found[: None if self.planted("list_grows") else int(data["limit"])]
        ]
        answer: dict[str, Any] = {"games": games}
        if self.planted("undeclared_field"):
            answer["seconds"] = 0.1
        return answer

    def say(self, sid: str, data: dict[str, Any]) -> Any:
        if self.planted("empty_text_is_missing") and not data["text"]:
            raise KeyError("text")
        if self.planted("after_leaving") and sid in self.left:
            raise KeyError(sid)
        game, token = self.seat(sid, data)
        game.said += 1
        told = {"game_id": game.game_id, "mark": game.mark_of(token), "text": data["text"]}
        if self.planted("others_hear_less") and told["mark"] == "O":
            del told["mark"]
        self.sio.emit("said", told, to=str(game.game_id))
        if self.planted("third_saying") and game.said >= 3:
            return {"said": str(game.said)}
        return {"said": game.said}

    def rate_game(self, _sid: str, data: dict[str, Any]) -> Any:
        if self.planted("null_comment") and "comment" in data:
            data["comment"].strip()
        if self.planted("late") and not data["stars"]:
            time.sleep(4)
        game = self.find(data)
        game.stars.append(int(data["stars"]))
        average = sum(game.stars) / len(game.stars)
        if self.planted("best_rating") and average == 5:
            return {"average": "5"}
        return {"average": average}

    def leave_game(self, sid: str, data: dict[str, Any]) -> Any:
        if self.planted("empty_answer_for_unknown") and data["game_id"] not in self.games:
            return None
        game, token = self.seat(sid, data)
        game.players[token] = ""  # the seat stays theirs
        self.left.add(sid)
        self.sio.leave_room(sid, str(game.game_id))
        return {"left": True}

    def resume(self, sid: str, data: dict[str, Any]) -> Any:
        token = data["token"]
        game = next((each for each in self.games.values() if token in each.players), None)
        if game is None:
            raise Refused("unknown_token")
        if self.planted("lost_seat") and token in self.lost:
            return None
        game.players[token] = sid
        self.sio.enter_room(sid, str(game.game_id))
        return {"game_id": game.game_id, "mark": game.mark_of(token)}

    def disconnect(self, sid: str) -> None:
        for game in self.games.values():
            if (token := game.token_of(sid)) is not None:
                game.players[token] = ""
                self.lost.add(token)


EVENTS = (
    *("create_game", "join_game", "make_move", "list_games"),
    *("say", "rate_game", "leave_game", "resume"),
)


def create(bug: str) -> Any:
    """The server, with its handlers."""
    planted = Planted(BUGS, VERSIONS, bug)
    sio = _Twice() if planted("two_acks") else socketio.Server(async_mode="threading")
    games, payloads, lock = Games(sio, planted), Payloads(HERE / "games.yml"), RLock()

    def handler(event: str) -> Callable[..., Any]:
        unjudged = event == "create_game" and planted("size_is_not_judged")

        def handle(sid: str, *args: Any) -> Any:
            judged = tuple({**each, "size": 2} if _has_size(each) else each for each in args)
            if payloads.are_wrong("games", event, judged if unjudged else args):
                return {"error": "bad_request"}
            try:
                if planted("late") or planted("hang"):  # they keep nobody else waiting
                    return getattr(games, event)(sid, *args)
                with lock:
                    games.calls[sid] += 1
                    if planted("slows_down") and games.calls[sid] % 5 == 0:
                        raise Refused("slow_down")
                    return getattr(games, event)(sid, *args)
            except Refused as refused:
                return refused.answer

        return handle

    for event in EVENTS:
        sio.on(event, handler(event))

    @sio.event
    def disconnect(sid: str, _reason: str) -> None:
        with lock:
            games.disconnect(sid)

    return sio


def _has_size(value: Any) -> bool:
    """Whether there is a size that is a number."""
    return isinstance(value, dict) and type(value.get("size")) is int


class _Twice(socketio.Server):  # type: ignore[misc]  # python-socketio carries no types
    """Acknowledges what leaves a game twice."""

    def __init__(self) -> None:
        super().__init__(async_mode="threading")

    def _send_packet(self, eio_sid: str, pkt: Any) -> None:
        super()._send_packet(eio_sid, pkt)
        if pkt.packet_type == ACK and pkt.data == [{"left": True}]:
            super()._send_packet(eio_sid, pkt)


class _Quiet(WSGIRequestHandler):
    def log_request(self, code: int | str = "-", size: int | str = "-") -> None:
        """Say nothing."""


def serve(bug: str, port: int) -> None:
    """Serve until the process is ended."""
    application = socketio.WSGIApp(create(bug))
    server = make_server("127.0.0.1", port, application, threaded=True, request_handler=_Quiet)
    listening(server.server_port)
    server.serve_forever()


if __name__ == "__main__":
    run(serve)
