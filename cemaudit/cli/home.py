"""Where cemaudit keeps a person's own things: drafts, evidence, keys."""

from __future__ import annotations

import os
from pathlib import Path

import click

__all__ = ["HOME", "home"]

HOME = "CEMAUDIT_HOME"


def home() -> Path:
    """The folder named by ``CEMAUDIT_HOME``, else the usual one of the system."""
    return Path(os.environ.get(HOME) or click.get_app_dir("cemaudit")).expanduser()
