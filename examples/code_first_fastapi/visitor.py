"""A code-first client of rooms.py: type hints are the contract of what it hears and sends.

    pip install 'asyncapi-guard[pydantic]' aiohttp
    python visitor.py http://127.0.0.1:8000 Ada hello

    asyncapi-guard check visitor:sio asyncapi.yml

compares it with the document of the server.
"""

from __future__ import annotations

import asyncio
import sys

from rooms import PASSWORD, Credentials, Line, Mood, Room, Said

from asyncapi_guard import AckValidationError, AsyncAPIAsyncClient, EmitValidationError

sio = AsyncAPIAsyncClient(typed=True, title="Visitor", version="1.0.0", reconnection=False)
sio.doc_emit("connect", Credentials)
sio.doc_emit("join", Room, "Enters a room.", ack_model=int)
sio.doc_emit("say", Line, "Says something in a room.")

heard: asyncio.Queue[Said]


@sio.event
async def said(line: Said) -> None:
    """Hear what somebody says."""
    await heard.put(line)


@sio.event
def mood() -> Mood:
    """Say how the visitor is."""
    return Mood(mood="curious", score=8)


async def visit(url: str, name: str, *texts: str) -> None:
    """Enter a room, and say something; a text that the contract doesn't allow never leaves."""
    global heard  # noqa: PLW0603  # of the running event loop
    heard = asyncio.Queue()
    await sio.connect(url, auth=Credentials(name=name, password=PASSWORD))
    try:
        people = await sio.call("join", "red", response_model=int)
        print(f"{people} in the room")
        for text in texts:
            await sio.emit("say", {"room": "red", "text": text})
            line = await heard.get()
            print(f"{line.name}: {line.text}")
    except (AckValidationError, EmitValidationError) as error:
        print(error.violation.code)
    finally:
        await sio.disconnect()


if __name__ == "__main__":
    asyncio.run(visit(*sys.argv[1:]))
