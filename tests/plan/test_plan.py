"""Plans: made once, in the cheapest order, with known costs and sizes.

``MATCALC_LAW_CASES=1000`` takes so many random networks in place of 40; all 1,000 held.
"""

import os
import string
from collections.abc import Sequence
from concurrent.futures import ThreadPoolExecutor
from itertools import permutations
from math import prod
from typing import Any

import numpy as np
import pytest
from work import calls

import matcalc as mc
from matcalc.derivative import derivatives
from matcalc.graph import Factor, Node, apply, contract, einsum, symbol
from matcalc.jacobians.linear_map import order_of
from matcalc.plan import evaluate
from matcalc.plan.order import Order, Ordering, cheapest
from matcalc.plan.planning import compared_plan_of, plan_of
from matcalc.plan.running import Program

CASES = int(os.environ.get("MATCALC_LAW_CASES", "40"))
_LAYERS = "sum((W2 @ tanh(W1 @ x + b1) + b2 - y)**2)"


def _layers() -> tuple[mc.Jacobian[mc.Denominator], dict[str, np.ndarray]]:
    found = mc.derive(
        _LAYERS,
        wrt="W1",
        variables="W1[p,n] W2[k,p] x[n] b1[p] b2[k] y[k]",
        layout="denominator",
    )
    rng = np.random.default_rng(0)
    shapes = {"W1": (3, 5), "W2": (2, 3), "x": (5,), "b1": (3,), "b2": (2,), "y": (2,)}
    return found, {name: rng.normal(size=shape) for name, shape in shapes.items()}


def test_a_second_evaluation_plans_nothing() -> None:
    gradient, arrays = _layers()
    first = calls(lambda: gradient.evaluate(**arrays))
    second = calls(lambda: gradient.evaluate(**arrays))
    assert second < 150 < first
    direction = np.ones((3, 5))
    gradient.jvp(direction, **arrays)
    assert calls(lambda: gradient.jvp(direction, **arrays)) < 200
    before = calls(lambda: gradient.at(**arrays))
    assert calls(lambda: gradient.at(**arrays)) < 0.5 * before


def test_other_shapes_make_another_plan() -> None:
    x = symbol("x", ("n",))
    total = einsum("i, i ->", x, x)
    assert evaluate(total, {"x": np.ones(3)}) == 3
    assert evaluate(total, {"x": np.ones(5)}) == 5


def test_threads_that_run_one_plan_get_their_own_answers() -> None:
    gradient, arrays = _layers()
    compiled = gradient.compile()
    points = [{**arrays, "x": arrays["x"] * k} for k in range(20)]
    alone = [gradient.evaluate(**point) for point in points]
    with ThreadPoolExecutor(4) as pool:
        for run in (lambda point: gradient.evaluate(**point), lambda point: compiled(**point)):
            for found, expected in zip(pool.map(run, points), alone, strict=True):
                np.testing.assert_allclose(found, expected, rtol=1e-12)


def test_a_plan_says_what_it_costs_and_what_is_largest() -> None:
    u, v, w = (symbol(name, (50,)) for name in "uvw")
    plan = plan_of([einsum("i, j, j -> i", u, v, w)], {})
    assert plan.multiplications == 100
    assert plan.largest is not None
    assert prod(plan.largest.shape) == 50
    assert repr(plan) == f"<plan of {len(plan.steps)} steps, 100 multiplications>"


def test_the_size_guard_speaks_before_anything_is_computed() -> None:
    asked: list[np.ndarray] = []

    def seen(array: np.ndarray) -> np.ndarray:
        asked.append(array)
        return array

    x = symbol("x", ("n",))
    outer = einsum("i, j -> i j", x, x)
    with pytest.raises(mc.TooLargeError, match=r"100×100 takes 8e\+04 bytes"):
        evaluate(
            outer, {"x": np.ones(100)}, max_bytes=1000, rounding=lambda a: asked.append(a) or a
        )
    assert not asked


def test_what_two_results_share_is_one_step() -> None:
    a, x = symbol("A", (3, 3)), symbol("x", (3,))
    product = einsum("i j, j -> i", a, x)
    plan = plan_of([product, einsum("i, i ->", product, product)], {})
    assert [step.op for step in plan.steps].count("contract") == 2


@pytest.mark.parametrize(
    "loss",
    [
        "sum((z - Y)**2)",
        "-sum(Y * log(softmax(z, axis=1))) / B",
        "sum(logsumexp(z, axis=1)) - sum(Y * z)",
        "sum(log(1 + exp(-Y * z)))",
    ],
)
def test_all_gradients_of_a_network_share_one_backward_pass(loss: str) -> None:
    sizes, weights = {"B": 16, "n": 6, "h": 9, "k": 8}, ["W1", "b1", "W2", "b2"]
    variables = "X[B,n] W1[n,h] b1[h] W2[h,k] b2[k] Y[B,k]"
    network = f"a = tanh(X @ W1 + b1); z = a @ W2 + b2; {loss}"
    counted = set()
    for wrt in permutations(weights):
        found = mc.value_and_grad(
            network, wrt=list(wrt), variables=variables, layout="denominator"
        ).plan(**sizes)
        counted.add(found.multiplications)
        products = [step for step in found.steps if step.op == "contract"]
        full = [step for step in products if step.value.rows and step.value.columns]
        assert len(full) == 5  # two forward, one back, two gradients
    assert len(counted) == 1


def _residual(layers: int) -> mc.Jacobian[Any]:
    """The outputs of a network with residuals by its inputs."""
    steps = [f"h{k + 1} = h{k} + tanh(A{k} @ h{k})" for k in range(layers)]
    matrices = " ".join(f"A{k}[n,n]" for k in range(layers))
    return mc.derive(
        "; ".join(["h0 = E @ u", *steps, f"C @ h{layers}"]),
        wrt="u",
        variables=f"u[p] E[n,p] C[q,n] {matrices}",
        layout="numerator",
    )


@pytest.mark.parametrize(("inputs", "outputs", "best"), [(2, 90, "forward"), (79, 60, "reverse")])
def test_a_sum_over_paths_is_accumulated_from_the_end_that_is_cheaper(
    inputs: int, outputs: int, best: str
) -> None:
    n, layers = 80, 3
    found = _residual(layers)
    plan = found.plan(n=n, p=inputs, q=outputs)
    counts = dict(plan.accumulations)
    assert plan.multiplications == counts[best] == min(counts.values())
    assert str(plan).splitlines()[-1].startswith(f"accumulated {best}: ")
    width = min(inputs, outputs)
    by_hand = layers * n * n * (width + 1) + outputs * n * inputs + n * inputs
    assert plan.multiplications < 1.3 * by_hand
    rng = np.random.default_rng(4)
    given = {f"A{k}": rng.normal(size=(n, n)) / 9 for k in range(layers)}
    given |= {"u": rng.normal(size=inputs), "E": rng.normal(size=(n, inputs))}
    given["C"] = rng.normal(size=(outputs, n))
    np.testing.assert_allclose(found.evaluate(**given), found.compile()(**given), atol=1e-10)


def test_the_order_of_books_is_planned_when_it_is_asked_for() -> None:
    found, _ = _layers()
    nodes, sizes = [found.node], {"p": 3, "n": 5, "k": 2}
    plan_of(nodes, sizes)  # what becomes of a node is kept
    alone = calls(lambda: plan_of(nodes, sizes))
    compared = compared_plan_of(nodes, sizes)
    assert calls(lambda: compared_plan_of(nodes, sizes)) < 1.1 * alone
    assert calls(lambda: compared.textbook) > 0.5 * alone
    assert calls(lambda: compared.textbook) < 10
    assert compared.textbook is not None


def _plan_of_all_gradients(depth: int) -> int:
    """The work of planning the gradients of a network by each of its weights."""
    node: Node = symbol("x", (3,))
    weights = [symbol(f"W{k}", (3, 3)) for k in range(depth)]
    for weight in weights:
        node = apply("tanh", [einsum("i j, j -> i", weight, node)], (3,))
    gradients = derivatives(einsum("i ->", node), weights)
    return calls(lambda: plan_of(gradients, {}))


def test_planning_all_gradients_is_linear_in_the_depth() -> None:
    assert _plan_of_all_gradients(40) < 2.5 * _plan_of_all_gradients(20)


def _by_loops(arrays: list[np.ndarray], labels: list[str], output: str) -> np.ndarray:
    """A product of labelled arrays, entry by entry."""
    pairs = zip("".join(labels), (n for a in arrays for n in a.shape), strict=True)
    sizes = dict(pairs)
    result = np.zeros([sizes[k] for k in output])
    for index in np.ndindex(*sizes.values()):
        at = dict(zip(sizes, index, strict=True))
        entry = prod(a[tuple(at[k] for k in one)] for one, a in zip(labels, arrays, strict=True))
        result[tuple(at[k] for k in output)] += entry
    return result


def test_random_networks_agree_with_loops() -> None:
    rng = np.random.default_rng(1)
    for _ in range(CASES):
        count = int(rng.integers(1, 5))
        letters = string.ascii_lowercase[: int(rng.integers(1, 5))]
        sizes = {letter: int(rng.integers(1, 4)) for letter in letters}
        labels = ["".join(rng.choice(list(letters), rng.integers(0, 4))) for _ in range(count)]
        used = sorted(set("".join(labels)))
        output = "".join(rng.permutation(used)[: rng.integers(0, len(used) + 1)])
        arrays = [rng.normal(size=[sizes[k] for k in one]) for one in labels]
        factors = [
            Factor(symbol(f"a{k}", array.shape), tuple(one))
            for k, (one, array) in enumerate(zip(labels, arrays, strict=True))
        ]
        extra = rng.choice(list(output or "")) if output and rng.random() < 0.3 else ""
        node: Node = contract(factors, [*output, *extra])
        found = evaluate(node, {f"a{k}": array for k, array in enumerate(arrays)})
        expected = _by_loops(arrays, labels, output)
        if extra:
            diagonal = np.einsum("".join([*output, *extra]) + "->" + output, found)
            np.testing.assert_allclose(diagonal, expected, rtol=1e-10, atol=1e-10)
            np.testing.assert_allclose(found.sum(), expected.sum(), rtol=1e-10, atol=1e-10)
        else:
            np.testing.assert_allclose(found, expected, rtol=1e-10, atol=1e-10)


def _in_a_random_order(rng: np.random.Generator) -> Ordering:
    """Which two are multiplied next, by chance."""

    def order(labels: Sequence[Sequence[Any]], *_: Any) -> Order:
        left = range(len(labels), 1, -1)
        return tuple((int(a), int(b)) for a, b in (sorted(rng.permutation(k)[:2]) for k in left))

    return order


@pytest.mark.parametrize("wrt", ["A", "v"])
def test_plans_in_fifty_random_orders_agree(wrt: str) -> None:
    rng = np.random.default_rng(3)
    variables = "A[m,n] B[n,n] C[n,m] v[m] w[m]"
    sizes = {"m": 3, "n": 4}
    d = mc.derive(
        "sum(sigmoid(A @ B @ C @ diag(v) @ A @ C @ w) * v)**2",
        wrt=wrt,
        variables=variables,
        layout="numerator",
    )
    shapes = {"A": (3, 4), "B": (4, 4), "C": (4, 3), "v": (3,), "w": (3,)}
    given = {name: rng.normal(size=shape) for name, shape in shapes.items()}
    order = order_of(d._written)
    expected, costs = d.evaluate(**given), set()
    for _ in range(50):
        plan = plan_of([d.node], sizes, [order], _in_a_random_order(rng))
        costs.add(plan.multiplications)
        (found,) = Program(plan).run([given[k] for k in plan.variables], np.dtype(float))
        np.testing.assert_allclose(found, expected, rtol=1e-12, atol=1e-12)
    assert len(costs) > 10


def _cost(
    labels: list[str], output: str, sizes: dict[str, int], order: list[tuple[int, int]]
) -> int:
    waiting, total = list(labels), 0
    for one, two in order:
        both = set(waiting[one]) | set(waiting[two])
        waiting = [k for at, k in enumerate(waiting) if at not in (one, two)]
        total += prod(sizes[k] for k in both)
        waiting.append("".join(sorted(both & set("".join([*waiting, output])))))
    return total


def test_no_order_is_cheaper_than_the_one_that_is_found() -> None:
    rng = np.random.default_rng(2)
    for _ in range(max(CASES // 4, 5)):
        labels = ["".join(rng.choice(list("abcde"), 2, replace=False)) for _ in range(4)]
        used = sorted(set("".join(labels)))
        sizes = {k: int(rng.integers(1, 9)) for k in used}
        output = used[0]
        found = _cost(labels, output, sizes, list(cheapest(labels, output, sizes)))
        pairs = [(a, b) for a in range(4) for b in range(4) if a != b]
        every = (
            _cost(labels, output, sizes, [one, two, (0, 1)])
            for one in pairs
            for two in permutations(range(3), 2)
        )
        assert found == min(every)


@pytest.mark.parametrize("count", [7, 30])
def test_a_long_chain_is_multiplied_from_its_vector(count: int) -> None:
    labels = [(k, k + 1) for k in range(count)]
    sizes = dict.fromkeys(range(count + 1), 10)
    order = cheapest([*labels, (count,)], (0,), sizes)
    plan = plan_of(
        [
            contract(
                [Factor(symbol(f"M{k}", (10, 10)), one) for k, one in enumerate(labels)]
                + [Factor(symbol("v", (10,)), (count,))],
                (0,),
            )
        ],
        {},
    )
    assert len(order) == count
    assert plan.multiplications == 100 * count


@pytest.mark.parametrize("power", [1, 2, 3])
def test_a_product_that_is_there_is_summed_over_no_label_of_another_factor(power: int) -> None:
    rng = np.random.default_rng(3)
    given = {"x": rng.normal(size=2), "y": rng.normal(size=2), "c": rng.normal()}
    text = f"(c / (2 + c**2) * x).T @ ((x.T @ x)**{power} * y)"
    two = mc.derive(text, wrt=["x", "c"], variables="x[2] y[2] c", layout="numerator")
    value, _ = mc.together(*two, value=True).evaluate(**given)
    np.testing.assert_allclose(value, mc.evaluate(text, **given), rtol=1e-12)
