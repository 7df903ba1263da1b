"""The command line. ``--version`` answers before anything is imported; every command is loaded only when called."""

from __future__ import annotations

import sys

__all__ = ["main"]


def main() -> None:
    """The ``cemaudit`` command."""
    if sys.argv[1:] == ["--version"]:
        from cemaudit import __version__

        sys.stdout.write(f"cemaudit {__version__}\n")
        return
    from cemaudit.cli.app import run

    raise SystemExit(run(sys.argv[1:]))
