"""What `asyncapi-guard models` costs, beside datamodel-code-generator alone on the same schemas.

    python benchmarks/models.py [--quick] [--json] [--runs N]

Documents with so many schemas, each a payload; whole processes, cold: the interpreter's start and
all imports count. `alone` is the library on the JSON Schema that we would give to it, with the
options that we would give: it reads no AsyncAPI document, follows no references to files, checks
nothing, and writes the models without events, handlers and helpers.

`dense` is a document of 1,000 messages, whose types refer to four others each and whose acks are
lists of them, so that every type leads to every other. It is made to show that time grows with the
document, and not with the ways through it: as models, and as TypeScript types.

Runs alternate, so that a slow moment of the machine hits all; figures are medians of wall time.

Exits with 1 when a goal is missed.
"""

from __future__ import annotations

import argparse
import json
import statistics
import subprocess
import sys
import tempfile
import time
from pathlib import Path
from typing import Any

from tables import environment, progress, table

SIZES = (10, 100, 500)
#: Wall seconds for documents of so many schemas, written and checked.
GOALS = {100: 1.2}
#: Messages of the dense document, and wall seconds for what is made of it.
DENSE = 1_000
DENSE_GOALS = {"models": 6.0, "types": 2.0}

_ALONE = """\
import json, sys
from pathlib import Path
from asyncapi_guard.codegen.python.datamodel_generator import generate_types
from asyncapi_guard.codegen.python.options import Options
schemas = json.loads(Path(sys.argv[1]).read_text())
imports, parts = generate_types(schemas, Options(), {})
Path(sys.argv[2]).write_text("\\n".join(part.text for part in parts))
"""


def schema(number: int, count: int) -> dict[str, object]:
    """An object with a bit of everything, which refers to another."""
    return {
        "type": "object",
        "description": f"The thing of number {number}.",
        "properties": {
            "id": {"type": "integer", "minimum": 1},
            "name": {"type": "string", "minLength": 1, "maxLength": 40},
            "kind": {"enum": ["small", "large"]},
            "createdAt": {"type": "string", "format": "date-time"},
            "tags": {"type": "array", "items": {"type": "string"}},
            "next": {"$ref": f"#/components/schemas/Thing{(number + 1) % count}"},
        },
        "required": ["id", "name"],
        "additionalProperties": False,
    }


def document(count: int) -> dict[str, object]:
    """A document whose messages have a schema each."""
    names = [f"Thing{number}" for number in range(count)]
    messages = {
        f"thing{number}": {"payload": {"$ref": f"#/components/schemas/{name}"}}
        for number, name in enumerate(names)
    }
    return {
        "asyncapi": "3.1.0",
        "info": {"title": "Things", "version": "1"},
        "channels": {"root": {"address": "/", "messages": messages}},
        "operations": {"tell": {"action": "send", "channel": {"$ref": "#/channels/root"}}},
        "components": {
            "schemas": {name: schema(number, count) for number, name in enumerate(names)}
        },
    }


def dense_document(count: int) -> dict[str, object]:
    """A document in which every type leads to every other, and every ack to one of them."""
    found: dict[str, Any] = document(count)
    for number, thing in enumerate(found["components"]["schemas"].values()):
        for step in (3, 7, 11):
            other = f"#/components/schemas/Thing{(number * step + 1) % count}"
            thing["properties"][f"other{step}"] = {"$ref": other}
    for number, message in enumerate(found["channels"]["root"]["messages"].values()):
        other = f"#/components/schemas/Thing{(number + 5) % count}"
        message["x-ack"] = {"type": "array", "items": {"$ref": other}}
    return found


def bundle(spec: Path) -> str:
    """What the library gets for a document."""
    from asyncapi_guard.codegen.catalogue import read_catalogue
    from asyncapi_guard.codegen.python.bundle import build_bundle
    from asyncapi_guard.codegen.python.datamodel_generator import is_usable_pattern
    from asyncapi_guard.spec.loader import open_documents

    catalogue = read_catalogue(open_documents(spec))
    return json.dumps(dict(build_bundle(catalogue, is_usable_pattern, frozenset()).schemas))


def seconds(command: list[str]) -> float:
    """The wall time of a process that must succeed."""
    began = time.perf_counter()
    subprocess.run(command, check=True, capture_output=True)
    return time.perf_counter() - began


def guard() -> list[str]:
    """The command, as it is installed here."""
    script = Path(sys.executable).with_name("asyncapi-guard")
    return [str(script)] if script.exists() else [sys.executable, "-m", "asyncapi_guard"]


def measure_dense(runs: int, folder: Path) -> dict[str, float]:
    """Medians of `models` and `types`, of the dense document."""
    spec = folder / "dense.json"
    spec.write_text(json.dumps(dense_document(DENSE)), encoding="utf-8")
    outputs = {"models": folder / "dense.py", "types": folder / "dense.d.ts"}
    found: dict[str, list[float]] = {name: [] for name in outputs}
    for turn in range(runs):
        for name, output in outputs.items():
            progress(f"{DENSE:,} messages, {turn + 1} of {runs}: {name}")
            output.unlink(missing_ok=True)
            found[name].append(seconds([*guard(), name, str(spec), "-o", str(output)]))
    progress("")
    return {name: statistics.median(times) for name, times in found.items()}


def measure(count: int, runs: int, folder: Path) -> dict[str, float]:
    """Medians of `alone`, `written` and `checked`."""
    spec, schemas = folder / f"{count}.json", folder / f"{count}-schemas.json"
    spec.write_text(json.dumps(document(count)), encoding="utf-8")
    schemas.write_text(bundle(spec), encoding="utf-8")
    output, other = folder / "models.py", folder / "alone.py"
    write = [*guard(), "models", str(spec), "-o", str(output)]
    commands = {
        "alone": [sys.executable, "-c", _ALONE, str(schemas), str(other)],
        "written": write,
        "checked": [*write, "--check"],
    }
    found: dict[str, list[float]] = {name: [] for name in commands}
    for turn in range(runs):
        for name, command in commands.items():
            progress(f"{count} schemas, {turn + 1} of {runs}: {name}")
            if name == "written":
                output.unlink(missing_ok=True)
            found[name].append(seconds(command))
    progress("")
    return {name: statistics.median(times) for name, times in found.items()}


def main() -> int:
    """Measure, print, and say whether the goals are met."""
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawTextHelpFormatter
    )
    parser.add_argument("--quick", action="store_true", help="fewer runs, 100 schemas only")
    parser.add_argument("--json", action="store_true", help="print data")
    parser.add_argument("--runs", type=int, default=7)
    options = parser.parse_args()
    sizes, runs = ((100,), 3) if options.quick else (SIZES, options.runs)
    with tempfile.TemporaryDirectory() as folder:
        found = {size: measure(size, runs, Path(folder)) for size in sizes}
        dense = measure_dense(min(runs, 3), Path(folder))
    if options.json:
        print(json.dumps({"environment": environment(), "seconds": found, "dense": dense}))
    else:
        print(shown(found))
        print(shown_dense(dense))
    slow = [
        size
        for size, goal in GOALS.items()
        if max(found[size]["written"], found[size]["checked"]) > goal
    ]
    slow_dense = [name for name, goal in DENSE_GOALS.items() if dense[name] > goal]
    return int(bool(slow or slow_dense))


def shown(found: dict[int, dict[str, float]]) -> str:
    """The figures as a table."""
    rows = []
    for size, each in found.items():
        alone = each["alone"]
        goal = f"{GOALS[size]:.1f} s" if size in GOALS else ""
        rows.append(
            [
                f"{size} schemas",
                f"{alone:.2f} s",
                f"{each['written']:.2f} s",
                f"{each['written'] / alone:.2f}",
                f"{each['checked']:.2f} s",
                f"{each['checked'] / alone:.2f}",
                goal,
            ]
        )
    head = ["cold", "alone", "written", "÷ alone", "--check", "÷ alone", "goal"]
    return table(head, rows)


def shown_dense(found: dict[str, float]) -> str:
    """The figures of the dense document as a table."""
    rows = [[name, f"{found[name]:.2f} s", f"{goal:.1f} s"] for name, goal in DENSE_GOALS.items()]
    return table([f"dense, {DENSE:,} messages", "written", "goal"], rows)


if __name__ == "__main__":
    sys.exit(main())
