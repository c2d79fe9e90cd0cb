"""Modules as one classic script, for pages that are opened from the disk."""

from __future__ import annotations

import shutil
import subprocess

import pytest
from levels import LEVEL

from asyncapi_guard.console.classic_scripts import classic_scripts


def test_each_module_runs_once_after_what_it_imports(tmp_path):
    """Names are private, and exports reach who imports them under other names."""
    if not shutil.which("node"):
        (pytest.fail if LEVEL.everything else pytest.skip)("node is not installed")
    modules = {
        "a.js": 'import { put, list as all } from "./b.js";\nimport "./c.js";\n'
        'const own = "a";\nput(own);\nconsole.log(all.join(" "));\n',
        "b.js": "export const list = [];\nexport function put(text) {\n  list.push(text);\n}\n"
        'const own = "b";\nput(own);\n',
        "c.js": 'import { put } from "./b.js";\nimport {\n  list,\n} from "./b.js";\n'
        'const own = "c";\nput(own + list.length);\n',
    }
    file = tmp_path / "script.cjs"
    file.write_text(classic_scripts(["c.js", "a.js"], modules.__getitem__).text)
    done = subprocess.run(["node", file], capture_output=True, text=True, timeout=300, check=True)
    assert done.stdout == "b c1 a\n"


def test_what_is_imported_later_is_a_script_of_its_own():
    """It has what the page does not have yet, once, however many modules ask for it."""
    modules = {
        "a.js": 'import "./b.js";\nimport("./c.js");\nimport("./d.js");\n',
        "b.js": "export const b = 1;\n",
        "c.js": 'import { b } from "./b.js";\nimport { e } from "./e.js";\nimport("./d.js");\n',
        "d.js": "export const d = 1;\n",
        "e.js": "export const e = 1;\n",
    }
    scripts = classic_scripts(["a.js"], modules.__getitem__)
    assert sorted(scripts.later) == ["c.bundle.js", "d.bundle.js"]
    assert '$later("c.js", "c.bundle.js")' in scripts.text
    assert '$modules["e.js"] ??=' in scripts.later["c.bundle.js"]
    assert '$modules["b.js"] ??=' not in scripts.later["c.bundle.js"]


@pytest.mark.parametrize(
    "text",
    [
        'import * as all from "./b.js";',
        'import one from "./b.js";',
        'import { x } from "elsewhere";',
        "export default 1;",
        "export let x = 1;",
        "const x = 1;\nexport { x };",
        'const made = import("elsewhere");',
        "const made = import(name);",
    ],
)
def test_other_forms_of_imports_and_exports_are_refused(text):
    """A script that lacks something would fail in the browser only."""
    with pytest.raises(ValueError, match="not understood"):
        classic_scripts(["a.js"], {"a.js": text, "b.js": ""}.__getitem__)
