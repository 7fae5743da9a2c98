"""Numbers and arrays of Python code as nodes: exact, and with structure where there is one."""

from __future__ import annotations

from fractions import Fraction
from math import isfinite
from numbers import Integral, Real
from typing import Any

import numpy as np

from matcalc.arrays import frozen, real_array
from matcalc.errors import ArrayError, ShapeError
from matcalc.expression.values import Value
from matcalc.graph import Node, number
from matcalc.operations import algebra
from matcalc.operations.parts import stack


def exact(value: Any) -> Fraction:
    """A real number as the fraction that it is written as: 0.1 is 1/10.

    Raises:
        ArrayError: It is not finite.

    >>> exact(0.1), exact(np.float64(2.5)), exact(True)
    (Fraction(1, 10), Fraction(5, 2), Fraction(1, 1))
    """
    if isinstance(value, Fraction):
        return value
    if isinstance(value, (Integral, np.bool_)):
        return Fraction(int(value))
    if not isfinite(value):
        raise ArrayError(f"{value} is not a finite number")
    return Fraction(repr(float(value)))


def node_of(value: Any) -> Node:
    """The node of a value, of a number, of an array, or of a list of them.

    Ones, zeros, identity matrices and whatever has the same number in every entry are structure;
    other arrays are leaves that hold their numbers.

    Raises:
        ArrayError: It holds something else than finite real numbers.
        ShapeError: An axis has size 0, or the values of a list differ in shape.

    >>> node_of(np.eye(2)) is algebra.eye(2), node_of([1, 1]) is algebra.constant(1, (2,))
    (True, True)
    """
    if isinstance(value, Value):
        return value.node
    if isinstance(value, (Real, np.bool_)):
        return number(exact(value))
    if isinstance(value, (list, tuple)) and _holds_values(value):
        return stack(*map(node_of, value))
    return _node_of_array(np.asarray(value) if isinstance(value, (list, tuple)) else value)


def _holds_values(listed: Any) -> bool:
    return any(
        isinstance(one, Value) or (isinstance(one, (list, tuple)) and _holds_values(one))
        for one in listed
    )


def _node_of_array(value: object) -> Node:
    array = real_array(value, "a constant")
    if 0 in array.shape:
        raise ShapeError(f"a constant of shape {array.shape}: no axis may have size 0")
    first = exact(array.flat[0])
    if (array == array.flat[0]).all():
        return algebra.constant(first, array.shape)
    if array.ndim == 2 and array.shape[0] == array.shape[1]:
        rows = array.shape[0]
        if np.array_equal(array, array[0, 0] * np.eye(rows)):
            return algebra.multiple(first, algebra.eye(rows))
    return frozen(array)
