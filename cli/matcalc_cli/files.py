"""Files that commands write: all of a file or nothing."""

from __future__ import annotations

import os
import stat
import sys
from errno import EACCES
from pathlib import Path
from typing import Annotated

from matcalc_cli.arguments import option
from matcalc_cli.failures import UsageError

_WRITABLE = stat.S_IWUSR | stat.S_IWGRP | stat.S_IWOTH
_STDOUT = frozenset({"/dev/stdout", "/dev/fd/1", "/proc/self/fd/1"})


def output_name(name: str | None) -> str | None:
    """The name of a file to write; ``-`` for every name of stdout."""
    return "-" if name in _STDOUT else name


Svg = Annotated[
    str | None,
    option("--svg", "FILE", "Write a picture; - is stdout, alone.", callback=output_name),
]


def save(name: str, content: bytes) -> None:
    """Write a file, all of it or nothing; to stdout for ``-``.

    Raises:
        UsageError: It cannot be written.
    """
    if output_name(name) == "-":
        sys.stdout.buffer.write(content)
        sys.stdout.buffer.flush()
        return
    try:
        if Path(name).exists() and not Path(name).is_file():
            Path(name).write_bytes(content)  # a pipe or a device has no other place
        else:
            _replace(Path(os.path.realpath(name)), content)
    except OSError as error:
        raise UsageError(f"cannot write {name}: {error.strerror or error}") from None


def _replace(path: Path, content: bytes) -> None:
    """Write beside the file and then take its place and mode, so that it is never half-written.

    Raises:
        OSError: It cannot be written, or may not be.
    """
    mode = stat.S_IMODE(path.stat().st_mode) if path.exists() else None
    if mode is not None and not (mode & _WRITABLE and os.access(path, os.W_OK)):
        raise PermissionError(EACCES, "it is read-only")
    beside = path.with_name(f".{path.name}.{os.getpid()}")
    kept = os.O_WRONLY | os.O_CREAT | os.O_EXCL
    file = os.open(beside, kept, 0o666 if mode is None else mode)
    try:
        with os.fdopen(file, "wb") as stream:
            stream.write(content)
        if mode is not None:
            beside.chmod(mode)
        beside.replace(path)
    except BaseException:
        beside.unlink(missing_ok=True)
        raise
