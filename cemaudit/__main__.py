"""``python -m cemaudit``."""

from cemaudit.cli import main

main()
