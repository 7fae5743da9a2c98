"""Hold a derivative against everything that it must agree with: numbers, layouts, text, code."""

from __future__ import annotations

import inspect
from collections.abc import Callable
from typing import Any

import numpy as np
from numpy.typing import NDArray
from random_chains import in_layout

import matcalc as mc

Array = NDArray[np.float64]

LAYOUTS = ("numerator", "denominator")
STEP = 1e-4
_STEPS = (STEP, STEP / 7)


def differences(function: Callable[[Array], Any], x: Array, step: float = STEP) -> Array:
    """Central differences of fourth order: the axes of the result, then those of ``x``."""
    return _differences(function, x, step)[0]


def _differences(function: Callable[[Array], Any], x: Array, step: float) -> tuple[Array, Array]:
    """Central differences, and by how much the slopes on both sides of the point differ."""
    x = np.asarray(x)
    middle = np.asarray(function(x))
    found, bends = (np.empty((*middle.shape, *x.shape)) for _ in range(2))
    for index in np.ndindex(x.shape):
        values = []
        for k in (1, -1, 2, -2):
            moved = x.copy()
            moved[index] += k * step
            values.append(np.asarray(function(moved)))
        near, far = values[0] - values[1], values[2] - values[3]
        found[(..., *index)] = (8 * near - far) / (12 * step)
        bends[(..., *index)] = np.abs(values[0] + values[1] - 2 * middle) / step
    return found, bends


def measured(function: Callable[[Array], Any], x: Array) -> Array | None:
    """The derivative by numbers; nothing where two steps give two answers: a kink is near."""
    with np.errstate(all="ignore"):
        value = np.abs(function(x)).max(initial=0.0)
        (one, bend), (two, smaller) = (_differences(function, x, step) for step in _STEPS)
    if not (np.isfinite(one).all() and np.isfinite(two).all()):
        return None
    size = np.abs(one).max(initial=0.0)
    if value > 1e8 or size > 1e8:
        return None
    if ((smaller > 1e-3 * (1 + size)) & (smaller > bend / 2)).any():  # a kink at the point itself
        return None
    agree = np.abs(one - two).max(initial=0.0) <= 1e-7 * size + 1e-9 * value + 1e-10
    return one if agree else None


def close(found: Any, expected: Array, tolerance: float, floor: float = 1.0) -> None:
    """Two arrays of one shape agree, relative to the largest entry or to the floor."""
    assert np.shape(found) == expected.shape
    size = max(float(np.abs(expected).max(initial=0.0)), floor)
    np.testing.assert_allclose(found, expected, rtol=0, atol=tolerance * size)


def run_source(source: str, arrays: dict[str, Any]) -> Any:
    """What generated code computes, in a namespace of its own, its arguments not changed."""
    space: dict[str, Any] = {}
    exec(compile(source, "<generated>", "exec"), space)  # noqa: S102 - it is what we test
    function = [one for one in space.values() if inspect.isfunction(one)][-1]
    words = {name.rstrip("_"): name for name in inspect.signature(function).parameters}
    given = {words[name]: np.copy(arrays[name]) for name in words if np.ndim(arrays[name])}
    kept = {name: array.copy() for name, array in given.items()}
    sizes = {words[name]: arrays[name] for name in words if not np.ndim(arrays[name])}
    result = function(**given, **sizes)
    for name, array in given.items():
        np.testing.assert_array_equal(array, kept[name])
        assert not np.shares_memory(result, array), "the result is an argument"
    return result


def check(
    expression: str,
    variables: str,
    wrt: str,
    arrays: dict[str, Any],
    expected: Array,
    tolerance: float = 1e-6,
) -> None:
    """Hold a derivative in both layouts against numbers.

    Args:
        expression: What is differentiated.
        variables: The declarations.
        wrt: A variable, or a named part.
        arrays: The variables, and sizes by name; a named part too if it is ``wrt``.
        expected: The derivative: axes of the result, then those of ``wrt``.
        tolerance: Relative to the largest entry.
    """
    rank = expected.ndim - np.ndim(arrays[wrt])
    if f"{wrt} =" in expression:
        arrays = {name: array for name, array in arrays.items() if name != wrt}
    found = {}
    for layout in LAYOUTS:
        d = mc.derive(expression, wrt=wrt, variables=variables, layout=layout)
        value = found[layout] = d.evaluate(**arrays)
        assert len(d.shape) == expected.ndim
        close(value, in_layout(expected, rank, layout), tolerance)
        close(mc.evaluate(d.text, **arrays), value, 1e-9)
        close(mc.evaluate(d.einsum, **arrays), value, 1e-9)
        close(run_source(d.numpy, arrays), value, 1e-9)
    np.testing.assert_array_equal(found["denominator"], found["numerator"].T)


def _is_steady(d: mc.Jacobian, sizes: dict[str, int], point: dict[str, Array]) -> bool:
    """Whether the last digits of a point decide nothing: a determinant's second derivative has
    inverses, whose domain a product of two vectors is outside of.
    """
    try:
        one, two = (
            d.evaluate(**sizes, **{name: array * scale for name, array in point.items()})
            for scale in (1.0, 1.0 + 1e-12)
        )
    except mc.NotDifferentiableError:
        return False
    return bool(np.allclose(one, two, rtol=1e-6, atol=1e-6))


def check_second(
    expression: str,
    variables: str,
    wrt: tuple[str, str],
    sizes: dict[str, int],
    point: dict[str, Array],
) -> bool:
    """Hold a second derivative against differences of the first; false where these are unsure.

    In numerator layout each variable's axes are reversed, in the order of differentiation;
    denominator layout is the transpose of that.
    """
    first, second = wrt
    gradient = mc.derive(expression, wrt=first, variables=variables, layout="numerator")
    expected = measured(
        lambda x: gradient.evaluate(**sizes, **(point | {second: x})), point[second]
    )
    if expected is None:
        return False
    rank = expected.ndim - point[second].ndim
    if not _is_steady(
        mc.derive(expression, wrt=wrt, variables=variables, layout="numerator", order=2),
        sizes,
        point,
    ):
        return False
    found = {}
    for layout in LAYOUTS:
        d = mc.derive(expression, wrt=wrt, variables=variables, layout=layout, order=2)
        value = found[layout] = d.evaluate(**sizes, **point)
        close(value, in_layout(expected, rank, layout), 1e-5)
        close(mc.evaluate(d.text, **sizes, **point), value, 1e-9)
        close(mc.evaluate(d.einsum, **sizes, **point), value, 1e-9)
        close(run_source(d.numpy, sizes | point), value, 1e-9)
    np.testing.assert_array_equal(found["denominator"], found["numerator"].T)
    return True
