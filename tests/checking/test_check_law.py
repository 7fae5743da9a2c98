"""A law of checks: a right Jacobian never differs, one with a wrong entry never agrees.

Functions with known derivatives at easy and awkward points, scaled; that a check cannot tell is
allowed, but seldom. MATCALC_LAW_CASES is how many of the cases are tried (0: all of them).
"""

import os
from collections.abc import Callable, Iterator
from typing import Any, NamedTuple

import numpy as np
import pytest

import matcalc as mc

CASES = int(os.environ.get("MATCALC_LAW_CASES", "150"))
EASY = np.array([0.7, -1.3, 0.4])
POSITIVE = np.array([0.6, 2.3, 1.1])
M = np.array([[1.0, -2.0, 0.5], [0.3, 1.7, -0.4]])
S = np.array([[2.0, 0.3, -0.1], [0.3, 1.0, 0.2], [-0.1, 0.2, 3.0]])


class Known(NamedTuple):
    """A function of a vector, its Jacobian, and points."""

    f: Callable[[Any], Any]
    jacobian: Callable[[np.ndarray], np.ndarray]
    points: tuple[Any, ...]


def _entrywise(
    f: Callable[[Any], Any], slope: Callable[[np.ndarray], Any], *points: Any
) -> tuple[Known, Known]:
    """A function of every entry, and the sum of these."""
    return (
        Known(f, lambda x: np.diag(slope(x) * np.ones_like(x)), points),
        Known(lambda x: np.sum(f(x)), lambda x: slope(x) * np.ones_like(x), points),
    )


def _sigmoid(x: Any) -> Any:
    return 1 / (1 + np.exp(-x))


def _softmax(x: Any) -> Any:
    e = np.exp(x - np.max(x.real))
    return e / np.sum(e)


def _softmax_slope(x: np.ndarray) -> np.ndarray:
    p = _softmax(x)
    return np.diag(p) - np.outer(p, p)


def _hidden(x: np.ndarray) -> np.ndarray:
    return np.maximum(M @ x, 0.0)


FUNCTIONS: list[Known] = [
    *_entrywise(np.sin, np.cos, EASY, 1e6 * EASY, [1e-8, 0.0, 1e8]),
    *_entrywise(np.exp, np.exp, EASY, [-30.0, 20.0, 0.0], [1e-9, -1e-3, 5.0]),
    *_entrywise(np.log, lambda x: 1 / x, POSITIVE, [0.01, 2.0, 5.0], [1e-8, 1e-3, 1e6]),
    *_entrywise(np.sqrt, lambda x: 0.5 / np.sqrt(x), POSITIVE, [1e-6, 0.01, 1e8]),
    *_entrywise(lambda x: 1 / x, lambda x: -1 / x**2, EASY, [1e-4, -1e-6, 3.0]),
    *_entrywise(np.tanh, lambda x: 1 / np.cosh(x) ** 2, EASY, [3.0, -6.0, 1e-5]),
    *_entrywise(_sigmoid, lambda x: _sigmoid(x) * _sigmoid(-x), EASY, [5.0, -15.0, 0.0]),
    *_entrywise(np.abs, np.sign, EASY, [1e-4, -2.0, 1e-9]),
    *_entrywise(lambda x: np.maximum(x, 0), lambda x: (x > 0) * 1.0, EASY, [1e-7, -1e-7, 2.0]),
    *_entrywise(lambda x: x**2, lambda x: 2 * x, EASY, [0.0, 1e-6, 1e6]),
    *_entrywise(lambda x: x**3, lambda x: 3 * x**2, EASY, [0.0, -1e-3, 1e5]),
    *_entrywise(lambda x: x * np.abs(x), lambda x: 2 * np.abs(x), EASY, [0.0, 1e-5, -3.0]),
    *_entrywise(np.floor, lambda x: 0 * x, EASY, [0.5, 1e6 + 0.5, -2.25]),
    *_entrywise(lambda x: 0 * x + 5.0, lambda x: 0 * x, EASY, [0.0, 1e8, -1.0]),
    *_entrywise(lambda x: 0 * x, lambda x: 0 * x, EASY, [0.0, 1e8, -1.0]),
    *_entrywise(lambda x: np.sin(1e5 * x), lambda x: 1e5 * np.cos(1e5 * x), EASY),
    *_entrywise(lambda x: np.sin(1e7 * x), lambda x: 1e7 * np.cos(1e7 * x), EASY),
    *_entrywise(lambda x: np.sin(1e10 * x), lambda x: 1e10 * np.cos(1e10 * x), EASY),
    *_entrywise(
        lambda x: np.log(1 - _sigmoid(30 * x)),
        lambda x: -30 * _sigmoid(30 * x),
        [0.1, -0.2, 0.3],
        [0.8, 1.0, -1.0],
        [1.1, 0.2, -0.5],
    ),
    *_entrywise(
        lambda x: x + np.log(1 - _sigmoid(30 * x)),
        lambda x: 1 - 30 * _sigmoid(30 * x),
        [0.1, -0.2, 0.3],
        [0.8, 1.0, 1.1],
    ),
    *_entrywise(lambda x: (x + 1e9) ** 2, lambda x: 2 * (x + 1e9), EASY),
    *_entrywise(lambda x: 1e6 + 1e-6 * x, lambda _: 1e-6, EASY, [0.0, 1.0, 100.0]),
    *_entrywise(lambda x: 1e16 + x, lambda _: 1.0, EASY),
    *_entrywise(np.arctan, lambda x: 1 / (1 + x**2), EASY, [1e4, -1e-4, 100.0]),
    *_entrywise(np.cbrt, lambda x: np.abs(x) ** (-2 / 3) / 3, EASY, [1e-6, 8.0, -1e5]),
    Known(_softmax, _softmax_slope, (EASY, [0.0, 0.0, 0.0], [20.0, 0.0, -10.0])),
    Known(lambda x: np.sum(_softmax(x)), lambda x: 0 * x, (EASY,)),
    Known(lambda x: M @ x, lambda _: M, (EASY, 1e8 * EASY, [0.0, 0.0, 0.0])),
    Known(lambda x: x @ S @ x, lambda x: 2 * S @ x, (EASY, 1e-8 * EASY)),
    Known(np.linalg.norm, lambda x: x / np.linalg.norm(x), (EASY, 1e-8 * EASY, 1e8 * EASY)),
    Known(lambda x: 1e7 * x[0] + x[1], lambda _: np.array([1e7, 1.0, 0.0]), (EASY, POSITIVE)),
    Known(lambda x: 1e7 * x[0] - 1e-4 * x[1], lambda _: np.array([1e7, -1e-4, 0.0]), (EASY,)),
    Known(lambda x: 1e12 * x[0] + 1e-6 * x[1], lambda _: np.array([1e12, 1e-6, 0.0]), (EASY,)),
    Known(
        lambda x: np.linalg.det(np.outer(x, x) + S),
        lambda x: 2 * np.linalg.det(np.outer(x, x) + S) * np.linalg.solve(np.outer(x, x) + S, x),
        (EASY, 1e3 * EASY),
    ),
    Known(lambda x: np.linalg.det(np.outer(x, x)), lambda x: 0 * x, (EASY, 10 * EASY)),
    Known(
        lambda x: np.linalg.inv(S + np.diag(x))[0],
        lambda x: -np.linalg.inv(S + np.diag(x))[0] * np.linalg.inv(S + np.diag(x)).T,
        (POSITIVE, [-0.99, 1.0, 1.0]),
    ),
    Known(_hidden, lambda x: (M @ x > 0)[:, np.newaxis] * M, (EASY, POSITIVE, 1e-5 * EASY)),
    Known(
        lambda x: np.log(np.sum(np.exp(_hidden(x)))) - _hidden(x)[0],
        lambda x: (_softmax(_hidden(x)) - [1, 0]) * (M @ x > 0) @ M,
        (EASY, POSITIVE, 5 * EASY),
    ),
    Known(np.max, lambda x: (x == np.max(x)) * 1.0, (EASY, [1.0, 1.0 + 1e-6, 0.0])),
    Known(lambda x: x[0] * x[1] / x[2], lambda x: np.array(
        [x[1] / x[2], x[0] / x[2], -x[0] * x[1] / x[2] ** 2]), (EASY, [1e5, 1e-5, 1e-3])),
]  # fmt: skip


class Case(NamedTuple):
    """A function at a point, scaled: a f(x / b)."""

    f: Callable[[Any], Any]
    right: np.ndarray
    at: np.ndarray


def _cases() -> Iterator[Case]:
    for known in FUNCTIONS:
        for point in known.points:
            for a, b in ((1, 1), (1e-8, 1), (1e8, 1), (1, 1e-8), (1, 1e8), (1e8, 1e-8)):
                for is_real in (False, True):
                    yield _scaled(known, np.array(point, float), a, b, is_real)


def _scaled(known: Known, x: np.ndarray, a: float, b: float, is_real: bool) -> Case:
    at = b * x
    base = at / b

    def f(x: Any) -> Any:
        if is_real and np.iscomplexobj(x):
            raise TypeError("real numbers alone")
        return a * known.f(x / b)

    return Case(f, a / b * np.asarray(known.jacobian(base), float), at)


def _wrong(right: np.ndarray, rng: np.random.Generator) -> Iterator[np.ndarray]:
    """The same with one entry changed: its sign, its size, or swapped with another."""
    flat = right.ravel()
    nonzero = np.flatnonzero(flat)
    for change in (-1.0, 2.0, 1.001):
        if nonzero.size:
            changed = flat.copy()
            changed[rng.choice(nonzero)] *= change
            yield changed.reshape(right.shape)
    one, two = rng.choice(flat.size, 2, replace=False)
    if flat[one] != flat[two]:
        swapped = flat.copy()
        swapped[[one, two]] = flat[[two, one]]
        if not np.allclose(flat[one], flat[two], rtol=1e-5, atol=0):
            yield swapped.reshape(right.shape)


def test_a_right_jacobian_never_differs_and_a_wrong_one_never_agrees() -> None:
    rng = np.random.default_rng(0)
    cases = list(_cases())
    chosen = rng.permutation(len(cases))[: CASES or None]
    untold = missed = tried = 0
    faults: list[str] = []
    with np.errstate(all="ignore"):
        for k in chosen:
            f, right, at = cases[k]
            check = mc.check_jacobian(f, right, at=at, layout="jax")
            untold += not check
            if check.differs:
                faults.append(f"{k}: right, at {at}: {check}")
            for wrong in _wrong(right, rng):
                found = mc.check_jacobian(f, wrong, at=at, layout="jax")
                tried += 1
                missed += not found.differs
                if found:
                    faults.append(f"{k}: {wrong} for {right} at {at}: {found}")
    shares = f"cannot tell {untold} of {len(chosen)} right, {missed} of {tried} wrong ones"
    assert not faults, "\n".join([*faults[:20], shares])
    assert untold <= 0.3 * len(chosen), shares
    assert missed <= 0.3 * tried, shares


def test_at_a_kink_it_cannot_be_told() -> None:
    for slope in (-1.0, 0.0, 1.0):
        check = mc.check_jacobian(np.abs, np.diag([slope, 1.0]), at=[0.0, 2.0])
        assert check.verdict == "cannot_tell"
        [doubt] = check.doubts
        assert doubt.index == (0, 0)
        assert "kink" in doubt.why
    assert mc.check_jacobian(np.abs, np.diag([0.0, -1.0]), at=[0.0, 2.0]).differs


@pytest.mark.parametrize(
    ("f", "right", "at"),
    [
        (lambda x: np.sum(np.log(x)), [100.0, 0.5], [0.01, 2.0]),
        (lambda x: np.sum(np.sin(x)), [np.cos(1e6), np.cos(1.0)], [1e6, 1.0]),
        (lambda x: np.float32(np.sum(x**2)), [0.6, -1.4], [0.3, -0.7]),
        (lambda x: np.sum(1e4 + x**3), [0.27, 1.47], [0.3, -0.7]),
    ],
)
def test_digits_that_are_shown_are_certain(f: Any, right: list[float], at: list[float]) -> None:
    with np.errstate(all="ignore"):
        check = mc.check_jacobian(f, 3 * np.array(right), at=at)
    assert check.differs
    for line in str(check).splitlines()[1:]:
        index = int(line.split("[")[1].split("]")[0])
        shown = line.rsplit(" ", 1)[1]
        digits = len(shown.replace("-", "").replace(".", "").lstrip("0"))
        assert float(f"{right[index]:.{digits}g}") == pytest.approx(float(shown), rel=1e-12)
