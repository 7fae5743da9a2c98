from fractions import Fraction
from random import Random

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from random_chains import meaning

from matcalc import ShapeError
from matcalc.graph import Node, Scale, add, einsum, is_zero, scaled, split, symbol, topological
from matcalc.plan import evaluate

A = symbol("A", (3, 3))
B = symbol("B", (3, 3))
u = symbol("u", (3,))
RNG = np.random.default_rng(0)
ARRAYS = {"A": RNG.normal(size=(3, 3)), "B": RNG.normal(size=(3, 3)), "u": RNG.normal(size=3)}


def _times(node: Node, value: int) -> Node:
    return scaled(node, Scale(Fraction(value)))


def test_like_terms_are_collected() -> None:
    assert add([A, A, A]) is _times(A, 3)
    assert add([A, B, A]) is add([_times(A, 2), B])
    assert add([_times(A, 2), _times(A, -1)]) is A


def test_terms_that_cancel_leave_structural_zero() -> None:
    assert is_zero(add([A, _times(A, -1)]))
    assert add([A, B, _times(B, -1)]) is A


def test_sums_of_diagonals_stay_diagonal() -> None:
    diagonal, identity = einsum("i -> i i", u), einsum("-> i i", sizes={"i": 3})
    total = add([diagonal, identity])
    assert len(set(getattr(total, "output", (0, 1)))) == 1
    np.testing.assert_allclose(evaluate(total, ARRAYS), np.diag(ARRAYS["u"] + 1))


# Every way to label two axes of one size with a delta, a broadcast, a vector or a matrix.
TERMS = {
    "identity": ([], [0, 0]),
    "ones": ([], [0, 1]),
    "diagonal": ([(0,)], [0, 0]),
    "rows": ([(0,)], [0, 1]),
    "columns": ([(1,)], [0, 1]),
    "outer": ([(0,), (1,)], [0, 1]),
    "matrix": ([(0, 1)], [0, 1]),
    "transpose": ([(1, 0)], [0, 1]),
    "trace": ([(0, 0)], [1, 1]),
}


def _term(name: str, number: int) -> tuple[Node, np.ndarray]:
    below, output = TERMS[name]
    sizes = (3,) * (1 + max([*output, *(k for labels in below for k in labels)]))
    rng = np.random.default_rng(number)
    arrays = [rng.normal(size=(3,) * len(labels)) for labels in below]
    names = [f"t{number}_{k}" for k in range(len(below))]
    BOUND.update(zip(names, arrays, strict=True))
    left = ", ".join(" ".join(f"l{k}" for k in labels) for labels in below)
    right = " ".join(f"l{k}" for k in output)
    nodes = [symbol(n, a.shape) for n, a in zip(names, arrays, strict=True)]
    node = einsum(f"{left} -> {right}", *nodes, sizes={f"l{k}": 3 for k in output})
    return node, meaning(below, arrays, output, sizes)


BOUND: dict[str, np.ndarray] = {}


@pytest.mark.parametrize("one", TERMS)
@pytest.mark.parametrize("two", TERMS)
def test_a_sum_of_two_structures_is_the_sum_of_their_arrays(one: str, two: str) -> None:
    (a, dense_a), (b, dense_b) = _term(one, 1), _term(two, 2)
    np.testing.assert_allclose(evaluate(add([a, b]), BOUND), dense_a + dense_b, rtol=1e-12)


@given(st.lists(st.sampled_from(sorted(TERMS)), min_size=3, max_size=5), st.randoms())
def test_a_sum_of_many_structures_is_the_sum_of_their_arrays(
    names: list[str], random: Random
) -> None:
    terms = [_term(name, number) for number, name in enumerate(names)]
    node = add([node for node, _ in terms])
    random.shuffle(terms)
    assert add([node for node, _ in terms]) is node
    expected = sum(dense for _, dense in terms)
    np.testing.assert_allclose(evaluate(node, BOUND), expected, rtol=1e-12, atol=1e-12)


def test_a_coefficient_splits_off() -> None:
    assert split(_times(A, 3)) == (Scale(Fraction(3)), A)
    assert split(A) == (Scale(Fraction(1)), A)


def test_sums_need_one_shape() -> None:
    with pytest.raises(ShapeError, match=r"terms of one shape, not of 2: \[\(3, 3\), \(3,\)\]"):
        add([A, u])
    with pytest.raises(ShapeError, match="not of 0"):
        add([])


def test_a_long_sum_of_sums_stays_linear() -> None:
    node: Node = symbol("s0", (2,))
    for k in range(1, 400):
        node = add([node, symbol(f"s{k}", (2,))])
    assert sum(len(one.operands) for one in topological(node)) < 4 * 400
