"""Files that commands write: all of a file or nothing."""

from __future__ import annotations

import os
import sys
from pathlib import Path
from typing import Annotated

import typer

from matcalc_cli.failures import UsageError

Svg = Annotated[
    str | None,
    typer.Option(
        "--svg", metavar="FILE", help="Write a picture; - is stdout, alone.", show_default=False
    ),
]


def save(name: str, content: bytes) -> None:
    """Write a file, all of it or nothing; to stdout for ``-``.

    Raises:
        UsageError: It cannot be written.
    """
    if name == "-":
        sys.stdout.buffer.write(content)
        sys.stdout.buffer.flush()
        return
    try:
        _replace(Path(os.path.realpath(name)), content)
    except OSError as error:
        raise UsageError(f"cannot write {name}: {error.strerror or error}") from None


def _replace(path: Path, content: bytes) -> None:
    """Write beside the file and then take its place, so that it is never half-written."""
    if path.exists() and not path.is_file():
        path.write_bytes(content)  # a pipe or a device has no other place; a folder refuses
        return
    beside = path.with_name(f".{path.name}.{os.getpid()}")
    stream = beside.open("xb")
    try:
        with stream:
            stream.write(content)
        beside.replace(path)
    except BaseException:
        beside.unlink(missing_ok=True)
        raise
