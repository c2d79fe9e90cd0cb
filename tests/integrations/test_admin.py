"""The admin UI's instrumentation, before the guard and after it, with the default policy."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from pathlib import Path

import pytest

HERE = Path(__file__).parent
#: It replaces methods of engine.io's classes for the whole process, so it has one of its own.
PROGRAM = """
import json, logging, sys
sys.path.insert(0, {here!r})
import conftest

way, when, mode = sys.argv[1:]
lines = []
class Lines(logging.Handler):
    def emit(self, record):
        lines.append(record.getMessage())
logging.getLogger("asyncapi_guard").addHandler(Lines())

net = conftest.Serving()
if way == "asyncio":
    from traffic_asyncio import AsyncEntrance
    made = AsyncEntrance()
else:
    made = conftest.Entrance(way, guarded=way == "AsyncAPISocketIO")
if way == "asyncio":
    url = made.serve(net)
instrument = lambda: made.server.instrument(
    auth={{"username": "a", "password": "b"}}, mode=mode, namespace="/ui", server_stats_interval=60)
if when == "before":
    instrument()
if way != "AsyncAPISocketIO":
    made.guard = conftest.AsyncAPIGuard(conftest.document(), on_violation=made.violations.append)
    if way in ("protect", "asyncio"):
        made.guard.protect(made.server)
    else:
        made.guard.init_app(made.app, made.io)
if when == "after":
    instrument()
made.on("word")(lambda word: (1, word))
if way != "asyncio":
    url = net.serve(made.wsgi)
client, admin = net.raw(url), net.raw(url)
def first(frame, *starts):  # of what the admin hears: in development there is much more
    while not frame.startswith(starts):
        frame = admin.receive()
    return next(start for start in starts if frame.startswith(start))
found = {{"client": client.enter()[:1]}}
found["rejected"] = first(admin.enter("/ui", '{{"username":"x"}}'), "0/ui,", "4/ui,")
found["admin"] = first(admin.enter("/ui", '{{"username":"a","password":"b"}}'), "0/ui,", "4/ui,")
found["config"] = first(admin.receive(), '2/ui,["config"')
client.send('27["word","a"]')
found["word"] = client.receive()
if mode == "development":
    first(admin.receive(), '2/ui,["event_received","/"')
client.send('28["word",1]')
found["bad"] = json.loads(client.receive()[2:])[0]["error"]["code"]
client.send('0/other,')
found["other"] = client.receive()
made.emit("plain", "hi")
found["plain"] = client.receive()
try:
    made.emit("nope", 1)
except Exception as error:
    found["nope"] = type(error).__name__
found["lines"] = [line for line in lines if "/ui" in line]
found["violations"] = [v.namespace for v in made.violations]
print(json.dumps(found))
sys.stdout.flush()
import os
os._exit(0)
"""


@pytest.mark.parametrize(
    "mode", ["development", pytest.param("production", marks=pytest.mark.slow)]
)
@pytest.mark.parametrize(
    ("way", "when"),
    [
        *(
            (way, when)
            for way in ("init_app", "protect", "asyncio")
            for when in ("before", "after")
        ),
        ("AsyncAPISocketIO", "after"),  # it guards its server as soon as there is one
    ],
)
def test_clients_and_admins_connect(way: str, when: str, mode: str) -> None:
    """The admin namespace is let through, and the log says so once; all else is validated.

    In development, the admin UI hears of each event.
    """
    done = subprocess.run(
        [sys.executable, "-c", PROGRAM.format(here=str(HERE)), way, when, mode],
        capture_output=True,
        text=True,
        timeout=120,
        env={**os.environ, "PYTHONPATH": os.pathsep.join(sys.path)},
        check=False,
    )
    assert done.returncode == 0, done.stderr
    found = json.loads(done.stdout)
    (line,) = found.pop("lines")
    assert line == "'/ui' is the namespace of the admin UI, so its traffic is not validated"
    assert "undeclared_namespace" in found.pop("other")
    assert found == {
        "client": "0",
        "admin": "0/ui,",
        "rejected": "4/ui,",
        "config": '2/ui,["config"',
        "word": '37[1,"a"]',
        "bad": "request_validation_error",
        "plain": '2["plain","hi"]',
        "nope": "EmitValidationError",
        "violations": ["/", "/other", "/"],
    }
