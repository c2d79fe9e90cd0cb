"""`python -m asyncapi_guard`, and the `asyncapi-guard` script."""

from __future__ import annotations

from asyncapi_guard.cli import cli


def main() -> None:
    """Run the command line; exits 0 (clean), 1 (findings) or 2 (could not run)."""
    cli(prog_name="asyncapi-guard")


if __name__ == "__main__":
    main()
