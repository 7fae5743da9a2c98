"""Arrays from and to ``.npy`` files and pipes; the one module of the commands that loads NumPy."""

from __future__ import annotations

import io
import re
import sys
from math import prod
from pathlib import Path
from typing import IO, Any

import numpy as np
from numpy.lib import format as npy
from numpy.typing import NDArray

import matcalc
from matcalc.errors import LayoutError
from matcalc.layout import ArrayForm, written
from matcalc_cli import files
from matcalc_cli.failures import UsageError

_CHUNK = 1 << 20  # bytes that are read at a time


def converted(derivative: str, array: NDArray[Any], source: ArrayForm, target: ArrayForm) -> Any:
    """The array of a derivative in another convention; a matrix form stays a matrix form.

    Raises:
        MatcalcError: The array is not one of finite real numbers, or has not the shape of
            ``source``.
    """
    try:
        jacobian = matcalc.jacobian(
            derivative, array, layout="numerator", convention=source.convention.name
        )
    except LayoutError as error:
        message = re.sub(r'Pass convention="([\w-]+)"', r"Pass --from \1", error.message)
        raise LayoutError(message, error.places) from None
    result = jacobian.as_convention(target.convention.name)
    before = written(jacobian.of, jacobian.wrt, source.convention)
    after = written(jacobian.of, jacobian.wrt, target.convention).matrix_shape
    if array.shape == before.shape or after is None:
        return result
    return result.reshape([int(size) for size in after])


def number_or_array(text: str) -> Any:
    """A number, or the array of a ``.npy`` file.

    Raises:
        UsageError: It is neither.
    """
    try:
        return float(text)
    except ValueError:
        return read(text)


def read(name: str) -> NDArray[Any]:
    """The array of a ``.npy`` file, or of stdin for ``-``; nothing in it is ever run.

    Raises:
        UsageError: It cannot be read, is no ``.npy``, is cut short, or needs pickle.
    """
    try:
        if name == "-":
            return _read(sys.stdin.buffer)
        with Path(name).open("rb") as stream:
            return _read(stream)
    except OSError as error:
        raise UsageError(f"cannot read {name}: {error.strerror or error}") from None
    except ValueError as error:
        shown = "stdin" if name == "-" else name
        raise UsageError(f"cannot read {shown} as .npy: {error}") from None


def _read(stream: IO[bytes]) -> NDArray[Any]:
    shape, is_fortran, dtype = _header(stream)
    if dtype.hasobject:
        raise ValueError("it holds Python objects, which need pickle, and pickle can run code")
    if any(size < 0 for size in shape):
        raise ValueError(f"its header has the shape {shape}")
    wanted = prod(shape) * dtype.itemsize
    content = bytearray()
    while len(content) < wanted and (chunk := stream.read(min(_CHUNK, wanted - len(content)))):
        content += chunk
    if len(content) < wanted:
        raise ValueError(f"it is cut short: {len(content)} bytes of numbers, not {wanted}")
    return np.frombuffer(content, dtype).reshape(shape, order="F" if is_fortran else "C")


def _header(stream: IO[bytes]) -> tuple[tuple[int, ...], bool, np.dtype[Any]]:
    version = npy.read_magic(stream)
    if version not in ((1, 0), (2, 0)):
        raise ValueError(f"version {version[0]}.{version[1]} of the format")
    read = npy.read_array_header_1_0 if version == (1, 0) else npy.read_array_header_2_0
    try:
        return read(stream)
    except Exception as error:  # noqa: BLE001 - NumPy lets errors of Python's parser through
        raise ValueError(f"its header cannot be read: {error}") from None


def save(name: str, array: NDArray[Any]) -> None:
    """Write a ``.npy`` file, all of it or nothing; to stdout for ``-``.

    Raises:
        UsageError: It cannot be written.
    """
    buffer = io.BytesIO()
    npy.write_array(buffer, np.ascontiguousarray(array), allow_pickle=False)
    files.save(name, buffer.getvalue())
