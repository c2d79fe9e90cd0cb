"""A chat that knows its clients: people by a login session or a token, machines by an API key.

    pip install 'asyncapi-guard[jwt,pydantic]' fastapi itsdangerous uvicorn websockets
    export SECRET_KEY=$(openssl rand -hex 32) TOKEN_KEY=$(openssl rand -hex 32)
    export API_KEY=$(openssl rand -hex 32) ANN_PASSWORD='correct horse'
    python fastapi_chat.py

A browser logs in by `POST /login`, and connects with the cookie: `io()`. Another client of ann's
gets a token by `POST /token`, and connects with `io(url, {auth: {token}})`. The machine sends its
key as the header `X-API-Key`. Handlers ask for the `Identity` by its type.

    asyncapi-guard export fastapi_chat:sio -o asyncapi.yml

writes the document, which tells clients about all that.
"""

from __future__ import annotations

import os
import secrets
import time
from typing import Annotated

import jwt
import socketio
import uvicorn
from fastapi import FastAPI, HTTPException, Request
from pydantic import BaseModel, Field
from starlette.middleware.sessions import SessionMiddleware
from werkzeug.security import check_password_hash, generate_password_hash

from asyncapi_guard import AsyncAPIAsyncServer, Identity, security

SECRET_KEY, TOKEN_KEY = os.environ["SECRET_KEY"], os.environ["TOKEN_KEY"]
PASSWORDS = {"ann": generate_password_hash(os.environ["ANN_PASSWORD"])}
NOBODY = generate_password_hash(secrets.token_hex())

sio = AsyncAPIAsyncServer(
    async_mode="asgi",
    typed=True,
    title="Chat of known people",
    version="1.0.0",
    server_url="ws://localhost:8000",
    security={
        "session": {"type": "httpApiKey", "in": "cookie", "name": "session"},
        "token": {"type": "http", "scheme": "bearer", "bearerFormat": "JWT"},
        "machine": {"type": "httpApiKey", "in": "header", "name": "X-API-Key"},
    },
    verifiers={
        "session": security.starlette_session(secret_key=SECRET_KEY),
        "token": security.jwt(key=TOKEN_KEY, algorithms=["HS256"], audience="chat"),
        "machine": security.api_keys({"thermometer": os.environ["API_KEY"]}),
    },
)

Text = Annotated[str, Field(min_length=1, max_length=500)]


class Said(BaseModel):
    """A line, and who said it."""

    name: str
    text: Text


sio.doc_emit("said", Said, "Somebody says something.")


@sio.event
async def whoami(identity: Identity) -> str:
    """Who the server thinks that you are."""
    return identity.subject


@sio.event
async def say(identity: Identity, text: Text) -> None:
    """Tell everybody."""
    await sio.emit("said", Said(name=identity.subject, text=text))


# -- the website -----------------------------------------------------------------------------------

api = FastAPI()
api.add_middleware(SessionMiddleware, secret_key=SECRET_KEY, same_site="lax")


class Login(BaseModel):
    """What somebody who logs in says."""

    name: str
    password: str


def name_of(login: Login) -> str:
    """Who it is; an unknown user takes as long as a wrong password."""
    if not check_password_hash(PASSWORDS.get(login.name, NOBODY), login.password):
        raise HTTPException(401)
    return login.name


@api.post("/login", status_code=204)
def log_in(login: Login, request: Request) -> None:
    """Begin a session."""
    request.session["user_id"] = name_of(login)


@api.post("/logout", status_code=204)
def log_out(request: Request) -> None:
    """End it."""
    request.session.clear()


@api.post("/token")
def token(login: Login) -> dict[str, str]:
    """Make a token for ten minutes."""
    claims = {"sub": name_of(login), "aud": "chat", "exp": int(time.time()) + 600}
    return {"token": jwt.encode(claims, TOKEN_KEY, "HS256")}


app = socketio.ASGIApp(sio, other_asgi_app=api)

if __name__ == "__main__":
    # A poll whose client is gone would hold the server for 45 s.
    uvicorn.run(app, port=int(os.environ.get("PORT", "8000")), timeout_graceful_shutdown=1)
