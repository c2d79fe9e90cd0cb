"""The moving picture of the README, recorded from the real terminal and the real demo.

    python docs/moving_picture.py           records it, in docs/pictures/moving.svg
    python docs/moving_picture.py --check   exits with 1 where something else is printed by now

The text is what programs print when this script runs them: `asyncapi-guard validate` in a
terminal, and a client that sends one bad event to `asyncapi-guard demo`. The pictures are those
that the tests of the demo and the console take in a browser. An SVG that a page shows as an image
may neither run scripts nor fetch anything, so styles move it, and the pictures are in it. The
script needs the dependency group `docs`, and no Windows.
"""

from __future__ import annotations

import base64
import io
import json
import os
import pty
import re
import socket
import subprocess
import sys
import tempfile
from contextlib import suppress
from html import escape
from pathlib import Path
from typing import NamedTuple

import socketio
from PIL import Image

ROOT = Path(__file__).parents[1]
PICTURES = ROOT / "docs" / "pictures"
TARGET = PICTURES / "moving.svg"
GUARD = [sys.executable, "-m", "asyncapi_guard"]
WIDTH, HEIGHT = 860, 484
LINE = 21
COLUMNS = 94
#: Seconds between two lines, and before the next scene.
PACE, REST = 0.18, 4.2
#: What the codes of a terminal look like here.
STYLES = {"1": "b", "31": "r", "32": "g", "33": "y", "34": "c"}
_CODE = re.compile(r"\x1b\[([\d;]*)m")
#: What changes what programs print: colors, the output of pipelines, the language.
_CHANGES = (
    "NO_COLOR",
    "FORCE_COLOR",
    "CLICOLOR",
    "CI",
    "GITHUB_ACTIONS",
    "COLUMNS",
    "LC_ALL",
    "LANG",
)
ENVIRONMENT = {
    **{name: value for name, value in os.environ.items() if name not in _CHANGES},
    "TERM": "xterm-256color",
}
#: What differs from one run to the next.
_SESSION = re.compile(r"sid=\S+")


class Scene(NamedTuple):
    """A part of the picture.

    Attributes:
        title: what stands in the frame of its window.
        lines: what a terminal prints, with its codes for colors.
        picture: the file of a picture instead.
        seconds: how long it is shown.
    """

    title: str
    lines: list[str]
    picture: str
    seconds: float


def validated() -> list[str]:
    """What `validate` prints of a document with a mistake in it."""
    text = (ROOT / "specs" / "tictactoe.yml").read_text(encoding="utf-8")
    with tempfile.TemporaryDirectory() as folder:
        Path(folder, "asyncapi.yml").write_text(
            text.replace("maximum: 2", "maximun: 2"), encoding="utf-8"
        )
        printed = in_a_terminal([*GUARD, "validate", "asyncapi.yml"], folder)
    return ["$ asyncapi-guard validate asyncapi.yml", "", *printed.splitlines()]


def in_a_terminal(command: list[str], folder: str) -> str:
    """What a command prints where it has a terminal, with the codes for colors."""
    ours, its = pty.openpty()
    with subprocess.Popen(command, cwd=folder, env=ENVIRONMENT, stdout=its, stderr=its):  # noqa: S603  # our own commands
        os.close(its)
        printed = b""
        with suppress(OSError):  # so a terminal ends on Linux
            while part := os.read(ours, 4096):
                printed += part
    os.close(ours)
    return printed.decode()


def rejected() -> list[str]:
    """What a client of the demo hears of a bad move, and what the server logs."""
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port = probe.getsockname()[1]
    command = [*GUARD, "demo", "--port", str(port)]
    with subprocess.Popen(  # noqa: S603  # our own command
        command,
        cwd=ROOT,
        env=ENVIRONMENT,
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        text=True,
    ) as demo:
        assert demo.stdout is not None
        try:
            client = socketio.Client(handle_sigint=False)
            client.connect(f"http://127.0.0.1:{port}", wait_timeout=60, retry=True)
            move = {"game_id": 1, "x": 9, "y": 0}
            ack = client.call("make_move", move, timeout=60)
            client.disconnect()
            line = next(each for each in demo.stdout if "rejected event" in each)
        finally:
            demo.terminate()
            demo.communicate()
    # The demo shows the folder that it was started in.
    line = _SESSION.sub("sid=Zb6Wq9", line.strip()).replace(f"{ROOT}/", "")
    return [
        f'>>> client.call("make_move", {json.dumps(move)})',
        *json.dumps(ack, indent=2).splitlines(),
        "",
        "# and in the server's log",
        line,
    ]


def wrapped(line: str) -> list[str]:
    """A long line on several, broken between words; colors go on in the next one."""
    lines, codes, length = [""], "", 0
    for word in re.split(r"( |\x1b\[[\d;]*m)", line):
        if _CODE.fullmatch(word):
            codes = "" if word == "\x1b[0m" else codes + word
        elif length + len(word) > COLUMNS:
            lines.append(codes)
            length = len(word)
        else:
            length += len(word)
        lines[-1] += word
    return lines


def scenes() -> list[Scene]:
    """All parts, in their order."""
    terminals = (("the document", validated()), ("an event that breaks it", rejected()))
    shown = (
        (title, [part for line in lines for part in wrapped(line)]) for title, lines in terminals
    )
    return [
        *(Scene(title, lines, "", len(lines) * PACE + REST) for title, lines in shown),
        Scene("asyncapi-guard demo", [], "10-demo-server-fault-1280-dark.png", REST),
        Scene("the console", [], "05-try-768-dark.png", REST),
    ]


def drawn(found: list[Scene]) -> str:
    """The picture of scenes, as SVG."""
    whole = sum(scene.seconds for scene in found)
    styles, parts, begin = [], [], 0.0
    for number, scene in enumerate(found):
        end = begin + scene.seconds
        shown = [(f"s{number}", begin)]
        if scene.picture:
            body = _picture(scene.picture)
        else:
            shown += [(f"s{number}l{i}", begin + i * PACE) for i in range(len(scene.lines))]
            body = "".join(
                f'<text class="s{number}l{i}" x="24" y="{72 + i * LINE}" xml:space="preserve">'
                f"{_spans(line)}</text>"
                for i, line in enumerate(scene.lines)
            )
        styles += [_moves(name, at / whole * 100, end / whole * 100, whole) for name, at in shown]
        parts.append(
            f'<g class="s{number}"><text class="t" x="{WIDTH // 2}" y="25">{escape(scene.title)}'
            f"</text>{body}</g>"
        )
        begin = end
    return _FRAME.format(
        width=WIDTH,
        height=HEIGHT,
        title=_TITLE,
        styles="\n".join([_STYLE, *styles, _STILL]),
        parts="\n".join(parts),
    )


def _moves(name: str, begin: float, end: float, whole: float) -> str:
    """A part is there from one percentage of the time to another."""
    before = f"0%,{begin - 0.01:.2f}%{{opacity:0}}" if begin else ""
    after = f"{end:.2f}%,100%{{opacity:0}}" if end < 100 else ""
    there = f"{begin:.2f}%,{end - 0.01:.2f}%{{opacity:1}}"
    frames = f"@keyframes {name}{{{before}{there}{after}}}"
    return f"{frames}.{name}{{animation:{name} {whole:.2f}s step-end infinite}}"


def _spans(line: str) -> str:
    """A line of a terminal, with its colors."""
    styles: set[str] = set()
    made, at = [], 0
    for code in [*_CODE.finditer(line), None]:
        text = line[at : code.start() if code else len(line)]
        if text:
            names = f' class="{" ".join(sorted(styles))}"' if styles else ""
            made.append(f"<tspan{names}>{escape(text, quote=False)}</tspan>")
        if code:
            at = code.end()
            numbers = code[1].split(";")
            if "0" in numbers or not code[1]:
                styles.clear()
            styles.update(STYLES[number] for number in numbers if number in STYLES)
    return "".join(made)


def _picture(name: str) -> str:
    """A picture of a page, from its top, as wide as the frame."""
    with Image.open(PICTURES / name) as page:
        top = page.convert("RGB").crop((0, 0, page.width, page.width * (HEIGHT - 38) // WIDTH))
        small = top.resize((WIDTH, HEIGHT - 38), Image.Resampling.LANCZOS)
        small = small.quantize(160, dither=Image.Dither.NONE)
    data = io.BytesIO()
    small.save(data, "PNG", optimize=True)
    encoded = base64.b64encode(data.getvalue()).decode()
    where = f'x="0" y="38" width="{WIDTH}" height="{HEIGHT - 38}"'
    return f'<image {where} href="data:image/png;base64,{encoded}"/>'


_TITLE = (
    "validate finds a mistake in a document; a client that breaks the contract gets an error, and "
    "the server a line in its log; the demo and the console show the line that was broken"
)
_STYLE = """
text{font:14px/1 ui-monospace,SFMono-Regular,Menlo,Consolas,"DejaVu Sans Mono",monospace}
text{fill:#d7dae0}
.t{font:13px system-ui,sans-serif;fill:#9aa1ad;text-anchor:middle}
.b{font-weight:700}.r{fill:#ff8f8f}.g{fill:#7ad6a0}.y{fill:#f2c66d}.c{fill:#9fb4ff}
"""
_STILL = "@media (prefers-reduced-motion:reduce){*{animation:none!important}.s0,.s2,.s3{opacity:0}}"
_FRAME = """<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 {width} {height}" role="img" \
aria-labelledby="what">
<title id="what">{title}</title><style>{styles}</style>
<clipPath id="f"><rect width="{width}" height="{height}" rx="10"/></clipPath>
<g clip-path="url(#f)">
<rect width="{width}" height="{height}" fill="#14171f"/>
<rect width="{width}" height="38" fill="#1e222c"/><g fill="#565d6b">\
<circle cx="22" cy="19" r="5.5"/><circle cx="40" cy="19" r="5.5"/>\
<circle cx="58" cy="19" r="5.5"/></g>
{parts}</g></svg>
"""


def main() -> int:
    """Record the picture, or say that it is out of date."""
    made = drawn(scenes())
    if "--check" not in sys.argv[1:]:
        TARGET.write_text(made, encoding="utf-8")
        print(f"Wrote {TARGET.relative_to(ROOT)} ({len(made) // 1000} kB)")
        return 0
    # How a picture is packed depends on the library's version; what is printed does not.
    old, new = (re.sub(r'href="[^"]*"', "", text) for text in (TARGET.read_text("utf-8"), made))
    if old == new:
        return 0
    print(
        "docs/pictures/moving.svg differs from what the programs print. To record it again, run "
        "python docs/moving_picture.py.",
        file=sys.stderr,
    )
    return 1


if __name__ == "__main__":
    sys.exit(main())
