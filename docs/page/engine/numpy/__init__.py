"""A stand-in for NumPy in the browser, where no registry holds it: small arrays in pure Python.

What matcalc computes there is small, sizes 2 to 7. This package holds what it uses of NumPy, with
NumPy's names, shapes and rules of broadcasting; numbers are double precision. What is not here is
refused by name when it is called. ``tests/page/test_stand_in.py`` holds every function against
NumPy's own.
"""

from __future__ import annotations

from contextlib import ContextDecorator
from math import e, inf, nan, pi

from numpy import lib, linalg, ma, polynomial, random
from numpy.arrays import (
    array,
    asarray,
    broadcast_shapes,
    broadcast_to,
    ndarray,
    reshape,
    transpose,
)
from numpy.indexing import nonzero
from numpy.joining import *  # noqa: F403
from numpy.products import (
    cross,
    diagonal,
    dot,
    einsum,
    inner,
    kron,
    outer,
    tensordot,
    trace,
    vdot,
)
from numpy.reductions import *  # noqa: F403
from numpy.scalars import (
    bool_,
    dtype,
    finfo,
    float16,
    float32,
    float64,
    floating,
    generic,
    int64,
    integer,
    number,
)
from numpy.ufuncs import *  # noqa: F403
from numpy.ufuncs import give_methods, ufunc

__version__ = "2.0.0"
newaxis = None
asanyarray = ascontiguousarray = asarray
permute_dims, matrix_transpose = transpose, lambda a: asarray(a).mT
linalg.matrix_transpose, linalg.tensordot, linalg.outer = matrix_transpose, tensordot, outer
linalg.trace, linalg.diagonal, linalg.cross = trace, diagonal, cross
int_, double, intp = int64, float64, int64
concat = concatenate  # noqa: F405

give_methods(
    [
        "reshape",
        "transpose",
        "sum",
        "prod",
        "max",
        "min",
        "mean",
        "all",
        "any",
        "astype",
        "take",
        "ravel",
        "flatten",
        "squeeze",
        "dot",
        "clip",
        "round",
        "tobytes",
        "var",
        "std",
        "copy",
    ]
)


class errstate(ContextDecorator):
    """Nothing is warned of here; there is nothing to silence."""

    def __init__(self, **kinds):
        self.kinds = kinds

    def __enter__(self):
        return self

    def __exit__(self, *error):
        return None


def shape(a):
    return asarray(a).shape


def ndim(a):
    return asarray(a).ndim


def size(a):
    return asarray(a).size


def imag(a):
    return asarray(a) * 0


def real(a):
    return asarray(a)


class _Missing(ufunc):
    """A function that is not here; its name can be asked about."""

    def __init__(self, name):
        super().__init__(name, None)

    def __call__(self, *given, **named):
        raise NotImplementedError(f"numpy.{self.__name__} is not in the stand-in for NumPy")


_missing = {}


def __getattr__(name):
    if name.startswith("__"):
        raise AttributeError(name)
    return _missing.setdefault(name, _Missing(name))
