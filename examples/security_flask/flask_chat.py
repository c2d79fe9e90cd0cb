"""A chat that knows its clients: people by a login session or a token, machines by an API key.

    pip install 'asyncapi-guard[jwt]' flask-login
    export SECRET_KEY=$(openssl rand -hex 32) TOKEN_KEY=$(openssl rand -hex 32)
    export API_KEY=$(openssl rand -hex 32) ANN_PASSWORD='correct horse'
    python flask_chat.py

A browser logs in by the form, and connects with the cookie: `io()`. Another client of ann's gets a
token by `POST /token`, and connects with `io(url, {auth: {token}})`. The machine connects with
`io(url, {auth: {key}})`; nobody else can announce.
"""

from __future__ import annotations

import os
import secrets
import time
from pathlib import Path
from typing import Any

import jwt
from flask import Flask, abort, g, redirect, request
from flask_login import LoginManager, UserMixin, current_user, login_user, logout_user
from flask_socketio import SocketIO, emit
from werkzeug.security import check_password_hash, generate_password_hash

from asyncapi_guard import AsyncAPIGuard, security

TOKEN_KEY = os.environ["TOKEN_KEY"]
PASSWORDS = {"ann": generate_password_hash(os.environ["ANN_PASSWORD"])}
NOBODY = generate_password_hash(secrets.token_hex())

app = Flask(__name__)
app.config.update(SECRET_KEY=os.environ["SECRET_KEY"], SESSION_COOKIE_SAMESITE="Lax")
logins = LoginManager(app)
socketio = SocketIO(app, async_mode="threading")
guard = AsyncAPIGuard(
    Path(__file__).with_name("asyncapi.yml"),
    security={
        "session": security.flask_login(),
        "token": security.jwt(key=TOKEN_KEY, algorithms=["HS256"], audience="chat"),
        "machine": security.api_keys({"thermometer": os.environ["API_KEY"]}),
    },
)
guard.init_app(app, socketio)


@socketio.on("whoami")
def whoami() -> str:
    return str(g.identity.subject)


@socketio.on("say")
def say(text: str) -> None:
    emit("said", {"name": g.identity.subject, "text": text}, broadcast=True)


@socketio.on("announce")
def announce(text: str) -> None:
    emit("announced", text, broadcast=True)


# -- the website -----------------------------------------------------------------------------------


class User(UserMixin):  # type: ignore[misc]  # Flask-Login carries no types
    """Somebody who can log in."""

    def __init__(self, name: str) -> None:
        self.id = name


@logins.user_loader
def find(name: str) -> User | None:
    return User(name) if name in PASSWORDS else None


def user_of_form() -> User:
    """The user whose name and password a form has; an unknown one takes as long as a wrong one."""
    name, password = request.form["name"], request.form["password"]
    if not check_password_hash(PASSWORDS.get(name, NOBODY), password):
        abort(401)
    return User(name)


@app.get("/")
def home() -> str:
    if current_user.is_authenticated:
        return '<form action="/logout" method="post"><button>Log out</button></form>'
    return (
        '<form action="/login" method="post"><input name="name">'
        '<input name="password" type="password"><button>Log in</button></form>'
    )


@app.post("/login")
def login() -> Any:
    login_user(user_of_form())
    return redirect("/")


@app.post("/logout")
def logout() -> Any:
    logout_user()
    return redirect("/")


@app.post("/token")
def token() -> dict[str, str]:
    claims = {"sub": user_of_form().id, "aud": "chat", "exp": int(time.time()) + 600}
    return {"token": jwt.encode(claims, TOKEN_KEY, "HS256")}


if __name__ == "__main__":
    port = int(os.environ.get("PORT", "5000"))
    socketio.run(app, port=port, allow_unsafe_werkzeug=True)  # for development
