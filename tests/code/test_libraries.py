"""Plans on arrays of PyTorch, JAX and Dask: the numbers of NumPy's, in the library's own kind."""

import os
from collections.abc import Callable
from typing import Any

import numpy as np
import pytest
from operations.cases import CASES, NO_FIRST_ORDER, Case, close, name_of

import matcalc as mc
from matcalc.arrays import library_of
from matcalc.code import Computation, Computed, Source
from matcalc.errors import ArrayError, UnknownRuleError

#: Every so many cases are tried; all of them with MATCALC_ALL_RECORDS.
STEP = 1 if os.environ.get("MATCALC_ALL_RECORDS") else 60


def _torch(array: Any) -> Any:
    return pytest.importorskip("torch").tensor(array, requires_grad=True)


def _jax(array: Any) -> Any:
    jax = pytest.importorskip("jax")
    jax.config.update("jax_enable_x64", True)
    return jax.numpy.asarray(array)


def _dask(array: Any) -> Any:
    pytest.importorskip("dask.array")
    from dask.array import from_array  # noqa: PLC0415 - where it is installed

    return from_array(array, chunks=2)


LIBRARIES: tuple[Callable[[Any], Any], ...] = (_torch, _jax, _dask)
libraries = pytest.mark.parametrize("library", LIBRARIES, ids=["torch", "jax", "dask"])


def _numbers(array: Any) -> Any:
    return np.asarray(array.detach() if hasattr(array, "detach") else array)


def _check(case: Case, library: Callable[[Any], Any]) -> None:
    wanted = [case.result]
    if case.rule.name not in NO_FIRST_ORDER:
        wanted += case.first.values()
    computation = Computation(
        tuple(wanted), (None,) * len(wanted), tuple(range(len(wanted))), case.symbols
    )
    run, point = Computed(computation), case.point(1)
    given = {name: library(array) for name, array in point.items()}
    for found, expected in zip(run(**given), run(**point), strict=True):
        assert library_of(found) == library_of(given[case.operands[0]])
        close(_numbers(found), expected, rtol=1e-8, atol=1e-10)


@libraries
@pytest.mark.parametrize("case", CASES[::STEP], ids=name_of)
def test_every_rule_has_numpys_numbers_in_each_library(
    case: Case, library: Callable[[Any], Any]
) -> None:
    said = "has no code yet"
    try:
        _check(case, library)
    except UnknownRuleError as error:
        said = str(error)
    assert said.endswith("code yet")  # no other refusal


@libraries
def test_a_name_alone_has_no_numbers_in_any_library(library: Callable[[Any], Any]) -> None:
    J = mc.derive("g(W @ x)", wrt="x", variables="W[m,n] x[n]", layout="numerator")
    given = {"W": library(np.ones((2, 3))), "x": library(np.ones(3))}
    with pytest.raises(mc.UnboundError):
        np.asarray(J.evaluate(**given))


@pytest.mark.parametrize("library", LIBRARIES[:2], ids=["torch", "jax"])
def test_a_function_is_taken_where_the_refusal_says(library: Callable[[Any], Any]) -> None:
    d = mc.derive("sum(g(x))", wrt="x", variables="x[n]", layout="denominator")
    x = library(np.arange(3.0))
    with pytest.raises(ArrayError, match=r"sources \.torch and \.jax take it"):
        d.compile()(x=x, dg=np.sin)
    assert np.array_equal(d.compile()(x=np.arange(3.0), dg=lambda v: 2 * v), [0.0, 2.0, 4.0])
    source = d.torch if library is _torch else d.jax
    found = Source(source).function("df_dx")(x, lambda v: 2 * v)
    np.testing.assert_allclose(_numbers(found), [0.0, 2.0, 4.0])


_LOSS = "sum(log(1 + exp(-y * (X @ w))))"


def _hessian() -> tuple[mc.Jacobian[Any], dict[str, Any]]:
    rng = np.random.default_rng(0)
    found = mc.derive(_LOSS, wrt="w", variables="X[m,n] w[n] y[m]", layout="denominator", order=2)
    return found, {"X": rng.normal(size=(6, 3)), "w": rng.normal(size=3), "y": np.ones(6)}


@libraries
def test_a_limit_holds_in_each_library_and_of_batches_but_not_of_chunks(
    library: Callable[[Any], Any],
) -> None:
    hessian, arrays = _hessian()
    compiled = hessian.compile(max_bytes=100)
    given = {name: library(array) for name, array in arrays.items()}
    if library is _dask:
        assert compiled(**given).shape == (3, 3)
    else:
        with pytest.raises(mc.TooLargeError, match="over the limit of 100"):
            compiled(**given)
    batched = compiled.batched("w")
    for _ in range(2):  # what is known of these shapes knows the limit too
        with pytest.raises(mc.TooLargeError, match="over the limit of 100"):
            batched(**arrays | {"w": np.ones((4, 3))})


def test_dask_takes_more_than_a_memory() -> None:
    ones = pytest.importorskip("dask.array").ones
    hessian, _ = _hessian()
    X, y = ones((10**8, 20), chunks=(10**6, 20)), ones(10**8, chunks=10**6)
    assert hessian.evaluate(X=X, y=y, w=ones(20)).shape == (20, 20)  # lazily: 16 GB


@libraries
def test_numbers_products_functions_and_batches_stay_in_the_library(
    library: Callable[[Any], Any],
) -> None:
    H, point = _hessian()
    given = {**point, "w": library(point["w"])}  # one such array is enough
    v = np.array([1.0, 2.0, 3.0])
    batch = {**point, "w": library(np.stack([point["w"], -point["w"]]))}
    dense = H.evaluate(**point)
    for found, expected in (
        (H.evaluate(**given), dense),
        (H.compile()(**given), dense),
        (H.jvp(v, **given), dense @ v),
        (H.vjp(library(v), **point), dense @ v),
        (H.at(**given).array, dense),
        (H.batched("w")(**batch)[0], dense),
        (mc.evaluate(_LOSS, **given), mc.evaluate(_LOSS, **point)),
    ):
        assert library_of(found) == library_of(given["w"])
        close(_numbers(found), expected, rtol=1e-12)


@libraries
def test_chains_of_arrays_of_a_library(library: Callable[[Any], Any]) -> None:
    x = library(np.array([1.0, 2.0]))
    W = np.arange(6.0).reshape(3, 2)
    dL_dz = mc.jacobian("L / z[3]", library(np.array([1.0, -1.0, 2.0])), layout="denominator")
    dz_da = mc.jacobian("z[3] / a[2]", W, layout="numerator")
    da_dx = mc.diagonal("a[2] / x[2]", 2 * x)
    found = mc.chain(da_dx, dL_dz, dz_da, layout="denominator")
    expected = np.array([2.0, 4.0]) * (W.T @ [1.0, -1.0, 2.0])
    assert library_of(found.array) == library_of(x)
    close(_numbers(found.array), expected)
    assert found.allclose(expected)


def test_what_jax_traces_is_derived_inside_jit() -> None:
    jax = pytest.importorskip("jax")
    H, point = _hessian()
    compiled = H.compile()

    @jax.jit
    def step(w: Any) -> Any:
        factor = mc.chain(
            mc.diagonal("a[3] / w[3]", w * w), mc.identity("z[3] / a[3]"), layout="numerator"
        )
        return compiled(**{**point, "w": w}) @ factor.vjp(w), H.at(**{**point, "w": w}).jvp(w)

    w = jax.numpy.asarray(point["w"])
    for _ in range(2):  # nothing of the first trace is kept
        found, product = step(w)
    dense = H.evaluate(**point)
    close(np.asarray(found), dense @ point["w"] ** 3)
    close(np.asarray(product), dense @ point["w"])
    again = jax.jit(lambda w: H.evaluate(**{**point, "w": w}) * 2)  # another trace of the same plan
    close(np.asarray(again(w)), 2 * dense)


def test_results_are_differentiated_by_the_library() -> None:
    torch = pytest.importorskip("torch")
    J = mc.derive("sum(tanh(x)**2)", wrt="x", variables="x[n]", layout="denominator")
    H = mc.derive("sum(tanh(x)**2)", wrt="x", variables="x[n]", layout="denominator", order=2)
    x = torch.tensor([0.3, -1.0], dtype=torch.float64, requires_grad=True)
    v = torch.tensor([1.0, 2.0], dtype=torch.float64)
    (found,) = torch.autograd.grad(J.evaluate(x=x), x, v)
    close(found.numpy(), H.jvp([1.0, 2.0], x=[0.3, -1.0]))


def test_an_argument_is_not_given_back_as_a_result() -> None:
    torch = pytest.importorskip("torch")
    J = mc.derive("A @ x", wrt="x", variables="A[m,n] x[n]", layout="numerator")
    A = torch.ones(2, 3)
    found = J.evaluate(A=A)
    found[0] = 7.0
    assert found.dtype == torch.float32
    assert float(A.sum()) == 6.0


def test_two_libraries_do_not_meet() -> None:
    torch, jax = pytest.importorskip("torch"), pytest.importorskip("jax")
    J = mc.derive("A @ x * b", wrt="x", variables="A[m,n] x[n] b[m]", layout="numerator")
    with pytest.raises(ArrayError, match="arrays of torch and jax together"):
        J.evaluate(A=torch.ones(2, 3), b=jax.numpy.ones(2))
    with pytest.raises(ArrayError, match="A is complex"):
        J.evaluate(A=torch.ones(2, 3) * 1j, b=np.ones(2))


def test_functions_of_numpy_take_a_tensor_that_requires_a_gradient() -> None:
    torch = pytest.importorskip("torch")
    A = torch.eye(2, dtype=torch.float64, requires_grad=True)
    J = mc.jacobian("z[2] / x[2]", np.eye(2), layout="numerator")
    assert J.allclose(A)
