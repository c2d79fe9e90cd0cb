"""Scripts and style sheets without comments and indentation: the same program, the same rules."""

from __future__ import annotations

import json
import re
import shutil
import subprocess
from pathlib import Path

import pytest
from levels import LEVEL

from asyncapi_guard.console import static_files
from asyncapi_guard.console.lean_text import lean_script, lean_text

STATIC = Path(static_files.__file__).with_name("static")
TYPES = Path(__file__).parents[1] / "types"
#: Each node of a program with its text, if it is a leaf; comments are in no node.
PARSED = """\
const ts = require("typescript-old");
function nodes(text) {
  const file = ts.createSourceFile("a.js", text, ts.ScriptTarget.Latest, false, ts.ScriptKind.JS);
  const found = [];
  const visit = (node) => {
    let inner = 0;
    ts.forEachChild(node, (each) => { inner += 1; visit(each); });
    const first = ts.skipTrivia(text, node.pos);
    const isLeaf = !inner && !ts.isBlock(node);  // an empty block can hold a comment
    found.push([node.kind, isLeaf ? text.slice(first, node.end) : inner]);
  };
  visit(file);
  return JSON.stringify([file.parseDiagnostics.length, found]);
}
const texts = JSON.parse(require("fs").readFileSync(0, "utf8"));
for (const [name, before, after] of texts) {
  if (nodes(before) !== nodes(after)) console.log(name);
}
"""


def test_comments_and_indentation_go_and_lines_stay():
    """A stack trace of a browser leads to the line of the file."""
    text = '/**\n * What for.\n */\nfunction f() {\n  // why\n  return "/* // */";\n}\n/* one */\n'
    assert lean_text(text) == '\n\n\nfunction f() {\n\nreturn "/* // */";\n}\n\n'


@pytest.mark.parametrize(
    "text",
    [
        "const text = `one\n  two`;",
        'const text = "one\\\n  two";',
        "f(); /* one\n two */",
        "/* one */ f();",
        "/* one\n two */ f();",
        "/* one",
    ],
)
def test_what_spans_lines_is_refused(text):
    """Spaces would be a part of it."""
    with pytest.raises(ValueError, match=r"line|end"):
        lean_text(text)


def test_scripts_are_the_same_programs():
    """TypeScript's parser finds the same nodes and the same literals in them."""
    if not (shutil.which("node") and (TYPES / "node_modules" / "typescript-old").is_dir()):
        reason = "needs node, and npm install in tests/types"
        (pytest.fail if LEVEL.everything else pytest.skip)(reason)
    texts = [(file.name, file.read_text("utf-8")) for file in sorted(STATIC.glob("*.js"))]
    assert len(texts) > 20
    sent = [(name, text, lean_script(text)) for name, text in texts]
    changed = [("changed", "f(`a b`);", "f(`a  b`);"), ("cut", "f(1, 2);", "f(1);")]
    done = subprocess.run(
        ["node", "-e", PARSED],
        cwd=TYPES,
        input=json.dumps([*sent, *changed]),
        stdout=subprocess.PIPE,
        text=True,
        timeout=300,
        check=True,
    )
    assert done.stdout == "changed\ncut\n"


@pytest.mark.parametrize("name", [file.name for file in sorted(STATIC.glob("*.css"))])
def test_style_sheets_have_the_same_rules(name):
    """Spaces around what ends or divides rules are none, and comments are no rules."""

    def rules(text):
        words = re.sub(r"/\*.*?\*/", " ", text, flags=re.DOTALL).split()
        plain = re.sub(r" ?([{};,]) ?", r"\1", " ".join(words))
        return re.sub(r"([{};])((?:--)?[a-z-]+): ", r"\1\2:", plain)

    text = (STATIC / name).read_text("utf-8")
    served = static_files.static_files()[name].body.decode()
    assert rules(served) == rules(text)
    assert "/*" not in served
