"""Where the process begins: it loads the commands, and may be interrupted while it does."""

from __future__ import annotations

import sys


def main() -> None:
    """The entry point: run the arguments of the process."""
    try:
        from matcalc_cli.app import main as run  # noqa: PLC0415 - it takes a while

        run()
    except KeyboardInterrupt:
        sys.exit(130)
