"""Signing up: the type hints of a handler are its contract, and the document is generated.

    pip install 'asyncapi-guard[pydantic]'
    python sign_up.py
    asyncapi-guard export sign_up:socketio -o asyncapi.yml

A client that emits `user_sign_up` with `{"email": "ann", "password": "..."}` never reaches the
handler: what `on_error_default` returns for it is the ack.
"""

from __future__ import annotations

import os
from typing import Any

from flask import Flask
from pydantic import BaseModel, ConfigDict, EmailStr, Field

from asyncapi_guard import AsyncAPISocketIO, RequestValidationError

app = Flask(__name__)
socketio = AsyncAPISocketIO(
    app,
    validate=True,
    generate_docs=True,
    version="1.0.0",
    title="Sign-up",
    description="Where people become users.",
    server_url="http://localhost:5000",
    server_name="local",
    async_mode="threading",
)


class SignUp(BaseModel):
    """What somebody has to say to become a user."""

    model_config = ConfigDict(extra="forbid")

    email: EmailStr = Field(description="Where to reach them.", examples=["ann@example.com"])
    password: str = Field(min_length=8, examples=["correct horse"])


class Answer(BaseModel):
    """How it went."""

    success: bool
    error: str = ""


@socketio.on("user_sign_up", get_from_typehint=True)
def user_sign_up(request: SignUp) -> Answer:
    """Sign up a user."""
    socketio.emit("user_signed_up", {"email": request.email})
    return Answer(success=True)


class SignedUp(BaseModel):
    """Somebody is a user now."""

    email: EmailStr


socketio.doc_emit("user_signed_up", SignedUp, "Tells everybody about a new user.")


@socketio.on_error_default
def on_error(error: Exception) -> dict[str, Any]:
    """The ack of an event whose handler failed, or whom the contract rejected."""
    if isinstance(error, RequestValidationError):
        problems = (f"{one['path']} {one['message']}" for one in error.errors())
        return {"success": False, "error": "; ".join(problems)}
    return {"success": False, "error": "That went wrong here, not at your place."}


if __name__ == "__main__":
    port = int(os.environ.get("PORT", "5000"))
    # Werkzeug's server is for development, which this is.
    socketio.run(app, port=port, allow_unsafe_werkzeug=True)
