"""A library's server that writes its documents to disk: one for people, one for agents.

    python agentic.py OUT   writes asyncapi.yml and agent_schema.json into the folder OUT
    python agentic.py       serves

The agent schema is a flat list of events, each with its JSON Schemas written out: what a program
that has never seen this server needs to know to find an event, make its arguments and read its ack.
"""

from __future__ import annotations

import os
import sys
from pathlib import Path
from typing import Annotated, Literal

from flask import Flask
from pydantic import BaseModel, Field

from asyncapi_guard import AsyncAPISocketIO

app = Flask(__name__)
socketio = AsyncAPISocketIO(
    app,
    typed=True,
    title="Library",
    version="1.0.0",
    description="Find books, and borrow them.",
    server_url="http://localhost:5000",
    server_name="local",
    async_mode="threading",
)


class Book(BaseModel):
    """One book on a shelf."""

    id: int = Field(ge=1)
    title: str
    author: str


class Loan(BaseModel):
    """Who has which book."""

    book: Book
    reader: str


class Rejection(BaseModel):
    """Why a book cannot be borrowed."""

    reason: Literal["unknown book", "lent already"]


BOOKS = [
    Book(id=1, title="The Left Hand of Darkness", author="Ursula K. Le Guin"),
    Book(id=2, title="Solaris", author="Stanisław Lem"),
]
LOANS: dict[int, Loan] = {}


@socketio.on("find_books")
def find_books(words: Annotated[str, Field(min_length=1, examples=["solaris"])]) -> list[Book]:
    """Books that have these words in their title or their author's name."""
    return [book for book in BOOKS if words.lower() in f"{book.title} {book.author}".lower()]


@socketio.on("borrow_book")
def borrow_book(book_id: Annotated[int, Field(ge=1)], reader: str) -> Loan | Rejection:
    """Borrow a book that nobody else has; takes the number of the book, and who wants it."""
    book = next((book for book in BOOKS if book.id == book_id), None)
    if book is None:
        return Rejection(reason="unknown book")
    if book_id in LOANS:
        return Rejection(reason="lent already")
    loan = LOANS[book_id] = Loan(book=book, reader=reader)
    socketio.emit("book_lent", loan)
    return loan


socketio.doc_emit("book_lent", Loan, "Tells everybody that a book has gone.")


def write_documents(folder: Path) -> None:
    """Write the AsyncAPI document and the agent schema."""
    folder.mkdir(parents=True, exist_ok=True)
    (folder / "asyncapi.yml").write_text(socketio.asyncapi_doc.get_yaml(), encoding="utf-8")
    (folder / "agent_schema.json").write_text(socketio.get_agent_schema_json(), encoding="utf-8")


if __name__ == "__main__":
    if len(sys.argv) > 1:
        write_documents(Path(sys.argv[1]))
    else:
        port = int(os.environ.get("PORT", "5000"))
        # Werkzeug's server is for development, which this is.
        socketio.run(app, port=port, allow_unsafe_werkzeug=True)
