"""Files of git revisions: `main:asyncapi.yml` names one, as for `git show`."""

from __future__ import annotations

import io
import subprocess
import tarfile
import tempfile
from contextlib import contextmanager
from pathlib import Path, PurePosixPath
from typing import TYPE_CHECKING

from asyncapi_guard.cli.command_errors import CannotRun

if TYPE_CHECKING:
    from collections.abc import Iterator

__all__ = ["checked_out"]

#: A drive of Windows has one letter.
_SHORTEST = 2


@contextmanager
def checked_out(name: str) -> Iterator[Path]:
    """Give the path of a file: itself if there is one of that name, else as in a revision.

    Files of a revision stand beside those that they refer to, as long as the context lasts.

    Raises:
        CannotRun: there is neither.
    """
    if Path(name).exists():
        yield Path(name)
        return
    revision, colon, inside = name.partition(":")
    # A name such as C:\api.yml is none of git's.
    if not colon or not inside or len(revision) < _SHORTEST:
        raise CannotRun(f"there is no file {name!r}, and it names no git revision (REV:PATH)")
    top = Path(_git("rev-parse", "--show-toplevel").decode().strip())
    wanted = _inside(inside, top)
    commit = _git("rev-parse", "--verify", "--quiet", f"{revision}^{{commit}}", what=revision)
    archived = _git("-C", str(top), "archive", "--format=tar", commit.decode().strip())
    with tempfile.TemporaryDirectory(prefix="guard-") as folder:
        _unpack(archived, Path(folder))
        path = Path(folder) / wanted
        if not path.is_file():
            raise CannotRun(f"there is no file {wanted} in the revision {revision!r}")
        yield path


def _inside(path: str, top: Path) -> str:
    """A path as git has it: `./` is where the command runs, else it is from the top."""
    if not path.startswith(("./", "../")):
        return path
    here = (Path.cwd() / path).resolve()
    try:
        return here.relative_to(top.resolve()).as_posix()
    except ValueError:
        raise CannotRun(f"{path} is outside the repository {top}") from None


def _git(*arguments: str, what: str = "") -> bytes:
    try:
        ran = subprocess.run(["git", *arguments], capture_output=True, check=False)  # noqa: S603, S607  # git, as people have it
    except FileNotFoundError:
        raise CannotRun("REV:PATH needs git, which is not installed") from None
    if ran.returncode:
        said = ran.stderr.decode(errors="replace").strip()
        fault = f"there is no revision {what!r} here" if what else said
        raise CannotRun(fault + (f": {said}" if what and said else ""))
    return ran.stdout


def _unpack(archived: bytes, folder: Path) -> None:
    """Write files of text formats; nothing leaves the folder."""
    with tarfile.open(fileobj=io.BytesIO(archived)) as archive:
        for member in archive:
            path = PurePosixPath(member.name)
            if not member.isfile() or path.is_absolute() or ".." in path.parts:
                continue
            source = archive.extractfile(member)
            if source is not None:
                target = folder / path
                target.parent.mkdir(parents=True, exist_ok=True)
                target.write_bytes(source.read())
