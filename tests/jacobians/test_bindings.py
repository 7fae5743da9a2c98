"""What is bound once: a second call runs what the first found, and looks at all that matters."""

import copy
from threading import Thread

import numpy as np
import pytest

import matcalc as mc
from matcalc.errors import ArrayError, ShapeError
from matcalc.plan.running import Bindings

GIVEN = {"A": np.arange(6.0).reshape(2, 3), "x": np.arange(3.0), "b": np.ones(2)}


def _derived() -> mc.Jacobian:
    return mc.derive("tanh(A @ x - b)", wrt="x", variables="A[m,n] x[n] b[m]", layout="denominator")


def test_second_calls_agree_with_first_ones() -> None:
    J, v, u = _derived(), np.arange(3.0) + 1, np.ones(2)
    for scale in (1.0, 2.0, 3.0):
        given = GIVEN | {"x": GIVEN["x"] * scale}
        dense = _derived().evaluate(**given)
        for _ in range(2):
            np.testing.assert_allclose(J.evaluate(**given), dense)
            np.testing.assert_allclose(J.jvp(v, **given), dense.T @ v)
            np.testing.assert_allclose(J.vjp(u, **given), dense @ u)
            np.testing.assert_allclose(J.gauss_newton(v, **given), dense @ (dense.T @ v))


def test_shapes_and_types_are_looked_at_each_time() -> None:
    J = _derived()
    J.evaluate(**GIVEN)
    with pytest.raises(ShapeError):
        J.evaluate(**GIVEN | {"b": np.ones(3)})
    with pytest.raises(ArrayError):
        J.evaluate(**GIVEN, c=np.ones(2))
    with pytest.raises(ArrayError):
        J.evaluate(**GIVEN | {"x": GIVEN["x"] * 1j})
    single = {name: array.astype(np.float32) for name, array in GIVEN.items()}
    assert J.evaluate(**single).dtype == np.float32
    assert J.evaluate(**GIVEN).dtype == np.float64
    assert J.evaluate(**{k: array.tolist() for k, array in GIVEN.items()}).shape == (3, 2)


def test_directions_that_are_not_finite_are_refused_each_time() -> None:
    J = _derived()
    J.jvp(np.ones(3), **GIVEN)
    with pytest.raises(ArrayError, match="finite"):
        J.jvp(np.array([1.0, np.nan, 0.0]), **GIVEN)
    with pytest.raises(ShapeError):
        J.jvp(np.ones(2), **GIVEN)


def test_whole_numbers_of_variables_stay_numbers() -> None:
    J = mc.derive("sum(a**3 * x)", wrt="a", variables="a x[n]", layout="denominator")
    for _ in range(2):
        assert J.evaluate(a=2, x=np.ones(2)).dtype == np.float64
        assert J.evaluate(a=2, x=np.ones(2)) == 24


def test_sizes_are_part_of_what_is_asked() -> None:
    J = mc.derive("sum(x) / n", wrt="x", variables="x[n]", layout="denominator")
    assert [J.evaluate(n=n).shape for n in (2, 3, 2)] == [(2,), (3,), (2,)]


def test_results_are_nobodys() -> None:
    J = mc.derive("A @ x", wrt="x", variables="A[m,n] x[n]", layout="numerator")
    given = {"A": GIVEN["A"].copy(), "x": GIVEN["x"]}
    one, two = J.evaluate(**given), J.evaluate(**given)
    assert not np.shares_memory(one, given["A"])
    assert not np.shares_memory(one, two)


def test_it_is_not_stored_with_a_derivative() -> None:
    J = _derived()
    J.evaluate(**GIVEN)
    same = copy.deepcopy(J)
    np.testing.assert_allclose(same.evaluate(**GIVEN), J.evaluate(**GIVEN))
    assert isinstance(copy.copy(Bindings()), Bindings)


def test_threads_share_what_is_bound() -> None:
    J = _derived()
    points = [GIVEN | {"x": np.full(3, k / 7)} for k in range(8)]
    wanted = [_derived().evaluate(**point) for point in points]
    wrong: list[int] = []

    def work(k: int) -> None:
        found = [J.evaluate(**points[k]) for _ in range(200)]
        wrong.extend(k for one in found if not np.array_equal(one, wanted[k]))

    threads = [Thread(target=work, args=(k,)) for k in range(8)]
    for one in threads:
        one.start()
    for one in threads:
        one.join()
    assert not wrong
