"""Coverage of the tic-tac-toe example by its own tests, against a count by hand."""

from __future__ import annotations

import json
from pathlib import Path

import pytest
from coverage_runs import SPEC, run

#: What there is to be seen, counted in the document by hand, and what the tests show of it.
#: createGame: the operation, its message, a rejection; an ack, which is one of two alternatives; of
#: the first game_id, player and its X, of the second error: 3 + 1 + 2 + 3 + 1.
#: joinGame: the operation, its message with game_id, a rejection; an ack of two alternatives;
#: game_id, player, board, turn; their 2, 3 and 2 marks; error: 4 + 3 + 4 + 7 + 1.
#: makeMove: the operation, its message with 3 fields, a rejection; an ack, error, no error: 6 + 3.
#: announceGame: the operation, its message with game_id: 3.
#: reportPlay: the operation; move_made with game_id, board, turn and 3 and 2 marks; game_won with
#: game_id, winner and 2 marks; game_drawn with game_id: 1 + 4 + 5 + 3 + 2 + 2.
BY_HAND = {
    "createGame": (7, 10),
    "joinGame": (12, 19),
    "makeMove": (9, 9),
    "announceGame": (3, 3),
    "reportPlay": (14, 17),
}
MISSING = {
    "createGame": [
        (114, "no invalid 'create_game' was rejected"),
        (288, "ack of 'create_game' was never alternative 2 (Refusal)"),
        (269, "ack of 'create_game' /error was never present"),
    ],
    "joinGame": [
        (123, "no invalid 'join_game' was rejected"),
        (197, "ack of 'join_game' /player was never \"X\""),
        (217, "ack of 'join_game' /board/*/* was never \"X\""),
        (217, "ack of 'join_game' /board/*/* was never \"O\""),
        (197, "ack of 'join_game' /turn was never \"O\""),
        (308, "ack of 'join_game' was never alternative 2 (Refusal)"),
        (269, "ack of 'join_game' /error was never present"),
    ],
    "makeMove": [],
    "announceGame": [],
    "reportPlay": [
        (197, "'game_won' /winner was never \"O\""),
        (180, "'game_drawn' was never sent"),
    ],
}


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    """A project with the tests."""
    tests = (Path(__file__).parent / "tictactoe_tests.py").read_text(encoding="utf-8")
    (tmp_path / "test_game.py").write_text(tests, encoding="utf-8")
    (tmp_path / "pytest.ini").write_text("[pytest]\n")
    return tmp_path


@pytest.mark.parametrize("workers", ["0", pytest.param("2", marks=pytest.mark.slow)])
def test_the_count_is_exact(workers: str, folder: Path) -> None:
    """In one process, and merged over workers of pytest-xdist."""
    options = (f"--asyncapi-coverage={SPEC}", "--asyncapi-coverage-report=json:c.json")
    done = run(folder, f"-n{workers}", *options)
    assert done.returncode == 0, done.stdout + done.stderr
    (report,) = json.loads((folder / "c.json").read_text())["documents"]
    found = {each["id"]: (each["seen"], each["total"]) for each in report["operations"]}
    assert found == BY_HAND
    assert (report["seen"], report["total"]) == (45, 58)
    missing = {
        each["id"]: [(one["line"], one["text"]) for one in each["missing"]]
        for each in report["operations"]
    }
    assert missing == MISSING
