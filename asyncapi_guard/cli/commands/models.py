"""`asyncapi-guard models`: Python types of a document's payloads and acks, and what fits them."""

from __future__ import annotations

import keyword
import os
import sys
from contextlib import redirect_stdout
from dataclasses import dataclass
from pathlib import Path
from typing import IO, TYPE_CHECKING, Any

import click

from asyncapi_guard.cli.application_import import names_application, run_and_leave, take_stdout
from asyncapi_guard.cli.code_documents import documents_of_server
from asyncapi_guard.cli.command_errors import DocumentFaults
from asyncapi_guard.cli.configuration import Configurations
from asyncapi_guard.cli.generated_files import (
    Output,
    configured,
    depends_on,
    inputs_of,
    opened,
    relative,
    run_generator,
    settle,
    spec_faults_shown,
)
from asyncapi_guard.cli.shared_options import or_standard_output, reference_options
from asyncapi_guard.codegen.names import snake
from asyncapi_guard.codegen.python.options import OPTIONALS, PYDANTICS, PYTHONS, STYLES, Options

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from asyncapi_guard.cli.configuration_keys import ModelsKeys
    from asyncapi_guard.cli.file_watcher import Watched
    from asyncapi_guard.cli.generated_files import Entry
    from asyncapi_guard.codegen.python.bundle import Loss
    from asyncapi_guard.codegen.python.models import Destination, Generated
    from asyncapi_guard.spec.references import Documents

__all__ = ["command"]

_EXAMPLES = """\
\b
Example: asyncapi-guard models asyncapi.yml -o models.py
         asyncapi-guard models asyncapi.yml --package models --python 3.12
         asyncapi-guard models asyncapi.yml -o models.py --enums --frozen
         asyncapi-guard models asyncapi.yml -o models.py --check
         asyncapi-guard models package.module:app -o models.py
         asyncapi-guard models          (all that is configured in pyproject.toml)
"""


class OptionFault(Exception):
    """What is wrong with an option, whoever gave it.

    Attributes:
        option: its name, as the command line and the configuration have it.
    """

    def __init__(self, option: str, fault: str) -> None:
        super().__init__(fault)
        self.option = option


@dataclass(frozen=True, slots=True)
class Job:
    """One document, and where its models go.

    Attributes:
        spec: the document's file, or the application whose document it is.
        output: the module's file; `None` for standard output.
        package: the package's folder, in place of a file.
        options: what the models are to be like.
        root: the folder that references may not leave.
        allow_http: hosts that references may lead to.
        report: say what types cannot.
    """

    spec: str
    output: str | None
    package: str | None
    options: Options
    root: str | None = None
    allow_http: tuple[str, ...] = ()
    report: bool = False


def _pydantic(_context: click.Context, _option: click.Parameter, given: str | None) -> str | None:
    if given is None or given in PYDANTICS:
        return given
    reason = ""
    if given.partition(".")[0] == "1":
        reason = ": datamodel-code-generator writes for Pydantic 2 only"
    raise click.BadParameter(f"{given!r} is none of {', '.join(PYDANTICS)}{reason}")


@click.command("models", epilog=_EXAMPLES)
@click.argument("file", required=False, type=click.Path(path_type=str))
@click.option(
    "-o",
    "--output",
    type=click.Path(dir_okay=False, path_type=str),
    callback=or_standard_output,
    help="Write one module to this file.  [default: standard output]",
)
@click.option(
    "--package",
    metavar="DIR",
    type=click.Path(file_okay=False, path_type=str),
    help="Write a package: a common module, and a module for each namespace.",
)
@click.option(
    "--style", type=click.Choice(STYLES), help="Set the kind of models.  [default: pydantic]"
)
@click.option(
    "--optional",
    type=click.Choice(OPTIONALS),
    help="Represent absent properties as None, or as Pydantic's MISSING.  [default: plain]",
)
@click.option(
    "--python",
    type=click.Choice(PYTHONS),
    help="Support this Python version and later.  [default: 3.10]",
)
@click.option(
    "--pydantic",
    metavar=f"[{'|'.join(PYDANTICS)}]",
    callback=_pydantic,
    help="Support this Pydantic version and later.  [default: 2; 2.14 for MISSING]",
)
@click.option("--base-class", metavar="MODULE.CLASS", help="Derive all models from this class.")
@click.option(
    "--enums",
    is_flag=True,
    help="Generate classes of Python's enum for lists of strings or integers.",
)
@click.option("--frozen", is_flag=True, help="Generate immutable models.")
@click.option(
    "--check",
    is_flag=True,
    help="Write nothing, and exit with 1 and a diff if the file is out of date.",
)
@click.option("--watch", is_flag=True, help="Generate again when a file changes.")
@click.option("--report", is_flag=True, help="List the constraints that the types can't express.")
@click.option("--force", is_flag=True, help="Overwrite files that were not generated.")
@reference_options
def command(  # click passes options so
    check: bool,  # noqa: FBT001  # click passes flags so
    watch: bool,  # noqa: FBT001  # as above
    force: bool,  # noqa: FBT001  # as above
    **given: Any,
) -> None:
    """Generate Python models of payloads and acks from an AsyncAPI document or an application.

    Besides the models, the command generates an index of events, EVENTS, a protocol of handlers
    for each namespace, and a function emit_... for each event that the server sends. Without FILE,
    it uses [tool.asyncapi-guard.models] in pyproject.toml. FILE can be MODULE:ATTRIBUTE, as for
    export: the models are generated from the document that export would write. The module is
    imported, but not run.

    Exits with 0 if the models were written, or if the models of --check are up to date. Exits
    with 1 if those models are out of date, and with 2 if the command can't run or the document has
    errors.
    """
    _check_usage(given, check=check)
    if names_application(given["file"]):
        if watch:
            raise click.UsageError("--watch is for files: an application is imported once")
        stdout = take_stdout()
        run_and_leave(lambda: _of_application(given, stdout, check=check, force=force), stdout)

    def run(watched: Watched | None) -> int:
        configurations = Configurations()
        try:
            jobs = _jobs(given, configurations)
            return _run(jobs, configurations, watched, check=check, force=force)
        finally:
            if watched is not None:
                watched.files |= configurations.looked_at

    sys.exit(run_generator(run, watch=watch))


def _check_usage(given: Mapping[str, Any], *, check: bool) -> None:
    if given["output"] and given["package"]:
        raise click.UsageError("-o and --package exclude one another")
    if given["file"] is None:
        usual = ("file", "report")
        extra = [key for key, value in given.items() if value and key not in usual]
        if extra:
            raise click.UsageError(f"--{extra[0].replace('_', '-')} needs FILE")
    elif check and not (given["output"] or given["package"]):
        raise click.UsageError("--check needs -o or --package, what to check")


# -- what is to be made ----------------------------------------------------------------------------


def _jobs(given: Mapping[str, Any], configurations: Configurations) -> list[Job]:
    if given["file"] is None:
        from asyncapi_guard.cli.configuration_keys import ModelsKeys

        entries = configured("models", ModelsKeys, configurations)
        return [_configured_job(entry, report=given["report"]) for entry in entries]
    try:
        _check_target(given["output"], given["package"])
        options = _options(given)
    except OptionFault as error:
        raise click.UsageError(f"--{error.option}: {error}") from error
    return [
        Job(
            given["file"],
            given["output"],
            given["package"],
            options,
            given["root"],
            given["allow_http"],
            report=given["report"],
        )
    ]


def _configured_job(entry: Entry[ModelsKeys], *, report: bool) -> Job:
    from msgspec.structs import asdict

    keys = entry.keys
    if (keys.output is None) == (keys.package is None):
        raise entry.table.fault("output", "give either `output` or `package`")
    try:
        _check_target(keys.output, keys.package)
        options = _options(asdict(keys))
    except OptionFault as error:
        raise entry.table.fault(error.option, str(error)) from error
    return Job(
        entry.spec,
        entry.path(keys.output),
        entry.path(keys.package),
        options,
        entry.path(keys.root),
        keys.allow_http,
        report=report or keys.report,
    )


def _check_target(output: str | None, package: str | None) -> None:
    """Refuse names that no `import` statement can have.

    Raises:
        OptionFault: the module or the package has such a name.
    """
    given = package or output
    if given is None or _is_special(given):
        return
    option, file = ("package", "{}") if package else ("output", "{}.py")
    last = Path(os.path.normpath(Path(given).absolute())).name
    name = last if package else last.removesuffix(".py")
    if file.format(name) != last or not name.isidentifier() or keyword.iskeyword(name):
        told = f"{last!r} is not a name of a Python {'package' if package else 'module'}"
        better = file.format(_importable(name))
        raise OptionFault(option, f"{told}, so your code can't import it; {better!r} is one")


def _importable(name: str) -> str:
    """A name that an `import` statement can have, near to one that it cannot."""
    plain = snake(name) or "models"
    plain = f"{plain}_" if keyword.iskeyword(plain) else plain
    return plain if plain.isidentifier() else f"models_{plain}"


def _is_special(path: str) -> bool:
    """Whether it is a device or a pipe, which the writing itself refuses."""
    there = Path(path)
    return there.exists() and not there.is_file() and not there.is_dir()


def _options(values: Mapping[str, Any]) -> Options:
    """The options for models.

    Raises:
        OptionFault: they do not go together, or one cannot be used.
    """
    names = ("style", "optional", "python", "pydantic", "base_class", "enums", "frozen")
    given = {name: values[name] for name in names if values.get(name)}
    missing = given.get("optional") == "missing"
    pydantic = given.get("style", "pydantic") == "pydantic"
    for name in ("optional", "pydantic", "base_class"):
        if name in given and not pydantic:
            raise OptionFault(name.replace("_", "-"), "is for the style pydantic")
    if "frozen" in given and given.get("style") == "typeddict":
        raise OptionFault("frozen", "is not for the style typeddict, whose values are plain dicts")
    if missing and given.setdefault("pydantic", "2.14") not in ("2.12", "2.14"):
        raise OptionFault("optional", "missing needs pydantic 2.12 or later")
    if "base_class" in given:
        _check_base_class(given["base_class"])
    return Options(**given)


def _check_base_class(name: str) -> None:
    from asyncapi_guard.codegen.python.reserved_names import may_be_base_class

    parts = name.split(".")
    if not all(part.isidentifier() and not keyword.iskeyword(part) for part in parts):
        raise OptionFault("base-class", f"{name!r} is not a valid class name")
    if len(parts) == 1:
        raise OptionFault("base-class", f"{name!r} names no module, as in package.module.Class")
    if not may_be_base_class(parts[-1]):
        told = f"generated code means something else by {parts[-1]!r}"
        raise OptionFault("base-class", f"{told}; derive a class of another name from it")


# -- making it -------------------------------------------------------------------------------------


def _run(
    jobs: Sequence[Job],
    configurations: Configurations,
    watched: Watched | None,
    *,
    check: bool,
    force: bool,
) -> int:
    made = [_made(job, configurations, watched) for job in jobs]
    outputs = []
    for job, (documents, generated) in zip(jobs, made, strict=True):
        output = _output(job, documents, generated)
        if output is not None:
            outputs.append(output)
            if watched is not None:
                watched.written |= output.files.keys()
    return _settle(outputs, check=check, force=force)


def _settle(outputs: Sequence[Output], *, check: bool, force: bool) -> int:
    from asyncapi_guard.codegen.python.models import HEADER

    return settle(outputs, HEADER, check=check, force=force) if outputs else 0


def _of_application(given: Mapping[str, Any], stdout: IO[str], *, check: bool, force: bool) -> int:
    """Write the models of an application's events; its own output is not ours."""
    (job,) = _jobs(given, Configurations())
    with spec_faults_shown("cannot generate models from {file}"):
        documents, file = documents_of_server(job.spec)
        generated = _generated(documents, job, _destination_of_application(job, file))
    with redirect_stdout(stdout):
        output = _output(job, documents, generated)
        return _settle([] if output is None else [output], check=check, force=force)


def _destination_of_application(job: Job, file: str | None) -> Destination:
    """Where the models of an application go, and what makes them, from wherever it is imported."""
    from asyncapi_guard.codegen.python.models import Destination

    target = job.package or job.output or "models.py"
    folder = Path(target).absolute().parent
    document = relative(Path(file).absolute(), folder) if file is not None else ""
    return Destination(job.spec, target, package=job.package is not None, document=document)


def _made(
    job: Job, configurations: Configurations, watched: Watched | None
) -> tuple[Documents, Generated]:
    from asyncapi_guard.codegen.python.models import Destination

    target = job.package or job.output
    folder = Path(target).absolute().parent if target is not None else Path.cwd()
    name = Path(target).absolute().name if target is not None else "models.py"
    spec = relative(Path(job.spec).absolute(), folder)
    with spec_faults_shown("cannot generate models from {file}"):
        if watched is not None:
            watched.files.add(Path(job.spec))
        documents: Documents = opened(job.spec, job.root, job.allow_http, configurations)
        if watched is not None:
            depends_on(watched, documents, job.root)
        destination = Destination(spec, name, package=job.package is not None)
        return documents, _generated(documents, job, destination)


def _generated(documents: Documents, job: Job, destination: Destination) -> Generated:
    from asyncapi_guard.codegen.python.datamodel_generator import GenerationError
    from asyncapi_guard.codegen.python.models import generate_models

    try:
        return generate_models(documents, job.options, destination)
    except GenerationError as error:
        raise DocumentFaults(f"cannot generate models from {job.spec}: {error}") from error


def _output(job: Job, documents: Documents, generated: Generated) -> Output | None:
    """What is to be written; what is for standard output is printed, and so is the report."""
    output = _files(job, generated, inputs_of(documents))
    if output is None:
        click.echo(generated.files[""], nl=False)
    if job.report:
        _report(documents, generated.losses, err=output is None)
    return output


def _files(job: Job, generated: Generated, inputs: tuple[Path, ...]) -> Output | None:
    if job.package is not None:
        folder = Path(job.package).absolute()
        files = {folder / name: text for name, text in generated.files.items()}
        return Output(files, folder, inputs)
    if job.output is not None:
        return Output({Path(job.output).absolute(): generated.files[""]}, inputs=inputs)
    return None


def _report(documents: Documents, losses: Sequence[Loss], *, err: bool) -> None:
    """Say what types cannot: every place with its line, then what it means."""
    from asyncapi_guard.codegen.pointers import Pointers

    pointers = Pointers(documents)
    found = sorted(pointers.finding(loss.place, f"{loss.keyword}: {loss.text}") for loss in losses)
    for finding in found:
        click.echo(str(finding), err=err)
    click.echo(_conclusion(len(found)), err=err)


def _conclusion(count: int) -> str:
    if not count:
        return "The types express everything that the document requires of values."
    things, it = ("constraint", "it") if count == 1 else ("constraints", "them")
    return f"Types can't express {count} {things}; the guard still enforces {it}."
