"""A thousand layers: nothing is recursive in the depth, and all ways to the numbers agree."""

from typing import Any

import numpy as np
import pytest
from work import calls

import matcalc as mc

DEPTH = 1000


@pytest.fixture(scope="module")
def network() -> tuple[str, str]:
    layers = [f"a{k} = tanh(W{k} @ {f'a{k - 1}' if k > 1 else 'x'})" for k in range(1, DEPTH + 1)]
    shapes = [f"W{k}[n{k},n{k - 1}]" for k in range(1, DEPTH + 1)]
    return "; ".join([*layers, f"sum(a{DEPTH})"]), " ".join([*shapes, "x[n0]"])


@pytest.fixture(scope="module")
def arrays() -> dict[str, Any]:
    rng = np.random.default_rng(0)
    turns = {f"W{k}": np.linalg.qr(rng.normal(size=(3, 3)))[0] for k in range(1, DEPTH + 1)}
    return turns | {"x": 0.01 * rng.normal(size=3)}


def by_hand(arrays: dict[str, Any]) -> Any:
    """Backpropagation in a loop: the gradient with respect to the first weights."""
    values = [arrays["x"]]
    for k in range(1, DEPTH + 1):
        values.append(np.tanh(arrays[f"W{k}"] @ values[-1]))
    bar = np.ones(3)
    for k in range(DEPTH, 0, -1):
        bar = bar * (1 - values[k] ** 2)
        if k > 1:
            bar = arrays[f"W{k}"].T @ bar
    return np.outer(bar, arrays["x"])


@pytest.mark.parametrize("layout", ["numerator", "denominator"])
def test_a_gradient_through_a_thousand_layers(
    network: tuple[str, str], arrays: dict[str, Any], layout: str
) -> None:
    formula, variables = network
    gradient = mc.derive(formula, wrt="W1", variables=variables, layout=layout)
    expected = by_hand(arrays) if layout == "denominator" else by_hand(arrays).T
    np.testing.assert_allclose(gradient.evaluate(**arrays), expected, rtol=1e-9)
    np.testing.assert_allclose(gradient.compile()(**arrays), expected, rtol=1e-9)
    assert len(gradient.text) < 100_000
    assert gradient.einsum
    assert gradient.latex
    assert gradient.unicode


def test_what_is_printed_of_many_layers_is_read_again(arrays: dict[str, Any]) -> None:
    layers = [f"a{k} = tanh(W{k} @ {f'a{k - 1}' if k > 1 else 'x'})" for k in range(1, 501)]
    shapes = [f"W{k}[n{k},n{k - 1}]" for k in range(1, 501)]
    gradient = mc.derive(
        "; ".join([*layers, "sum(a500)"]),
        wrt="W1",
        variables=" ".join([*shapes, "x[n0]"]),
        layout="numerator",
    )
    given = {name: arrays[name] for name in ["x", *(f"W{k}" for k in range(1, 501))]}
    expected = gradient.evaluate(**given)
    np.testing.assert_allclose(mc.evaluate(gradient.text, **given), expected, rtol=1e-9)
    np.testing.assert_allclose(mc.evaluate(gradient.einsum, **given), expected, rtol=1e-9)


def test_all_gradients_of_a_thousand_layers_come_from_one_sweep(network: tuple[str, str]) -> None:
    formula, variables = network
    weights = [f"W{k}" for k in range(1, DEPTH + 1)]
    found = mc.derive(formula, wrt=weights, variables=variables, layout="denominator")
    assert [one.wrt.name for one in found] == weights


def test_code_for_a_product_of_many_matrices_is_found_quickly() -> None:
    names = [f"A{k}" for k in range(300)]
    product = mc.derive(
        " @ ".join([*names, "x"]),
        wrt="x",
        variables=" ".join(f"{name}[n,n]" for name in names) + " x[n]",
        layout="numerator",
    )
    rng = np.random.default_rng(0)
    arrays = {name: np.linalg.qr(rng.normal(size=(3, 3)))[0] for name in names}
    expected = np.linalg.multi_dot(list(arrays.values()))
    np.testing.assert_allclose(product.compile()(**arrays), expected, rtol=1e-9)


def test_all_gradients_take_work_that_is_linear_in_the_depth() -> None:
    def work(depth: int) -> list[int]:
        layers = [f"a{k} = tanh(W{k} @ {f'a{k - 1}' if k else 'x'})" for k in range(depth)]
        weights = [f"W{k}" for k in range(depth)]
        shapes = " ".join(["x[n]", *(f"{name}[n,n]" for name in weights)])
        formula = "; ".join([*layers, f"sum(a{depth - 1})"])
        kept: list[Any] = []

        def found() -> None:
            kept.append(
                mc.value_and_grad(formula, wrt=weights, variables=shapes, layout="denominator")
            )

        derived = calls(found)
        return [derived, calls(lambda: kept[0].plan(n=3))]

    for few, many in zip(work(15), work(30), strict=True):
        assert many < 2.5 * few


def test_a_filter_over_time_takes_work_that_is_linear_in_its_steps() -> None:
    def work(steps: int) -> int:
        def likelihood(A: Any, C: Any, p: Any, x: Any, y: Any) -> Any:
            total: Any = 0.0
            for t in range(steps):
                x, p = A @ x, A @ p @ A.T
                e, gain = y[t] - C @ x, p @ C.T @ np.linalg.inv(C @ p @ C.T)
                total = total + e @ e
                x, p = x + gain @ e, p - gain @ C @ p
            return total

        shapes = f"A[n,n] C[m,n] p[n,n] x[n] y[{steps},m]"
        traced = mc.trace(likelihood, shapes)
        return calls(lambda: mc.derive(traced, wrt="A", layout="denominator"))

    assert work(4) < 2.5 * work(2)
