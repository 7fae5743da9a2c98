"""Plans on lists of floats: the same numbers as NumPy gives, where there is no NumPy."""

import subprocess
import sys
from fractions import Fraction
from typing import Any

import numpy as np
import pytest

import matcalc as mc
from matcalc.graph import Factor, add, contract, symbol
from matcalc.graph.nodes import ONE
from matcalc.plan import evaluate
from matcalc.plan.lists import ListProgram
from matcalc.plan.planning import plan_of

RNG = np.random.default_rng(0)
_SIZES = {"m": 2, "n": 3, "p": 5}
_ARRAYS = {
    "A": RNG.normal(size=(2, 3)), "X": RNG.normal(size=(2, 3)), "B": RNG.normal(size=(3, 5)),
    "M": RNG.normal(size=(3, 3)) + 3 * np.eye(3), "x": RNG.uniform(0.2, 0.8, size=3),
    "y": RNG.uniform(0.2, 0.8, size=3), "b": RNG.normal(size=2), "s": np.array(0.7),
}  # fmt: skip
_SHAPES = "A[m,n] X[m,n] B[n,p] M[n,n] x[n] y[n] b[m] s"
_FORMULAS = {
    "A": ["sum((A @ x - b)**2)", "tr(A @ B @ B.T @ A.T)", "A @ B", "A * X", "sum(A)", "vec(A.T)"],
    "M": ["logdet(M)", "inv(M)", "x.T @ inv(M) @ y", "solve(M, x)", "M @ M"],
    "x": [
        "softmax(x)", "logsumexp(x)", "norm(x)", "sigmoid(A @ x)", "tanh(x) * y", "exp(x) / y",
        "log(1 + exp(x))", "sqrt(x)", "x**3", "max(x)", "x[0:2]", "concatenate(x, y)",
        "kron(x, y)", "diag(x) @ M", "sum(relu(M @ x - y))", "outer(x, y)", "cumsum(x)", "s * x",
    ],
}  # fmt: skip


def _agree(found: list[Any], expected: Any) -> None:
    np.testing.assert_allclose(np.array(found), expected, rtol=1e-9, atol=1e-10)


@pytest.mark.parametrize(
    ("wrt", "formula"), [(wrt, one) for wrt, listed in _FORMULAS.items() for one in listed]
)
def test_lists_and_numpy_agree_on_derivatives(wrt: str, formula: str) -> None:
    for order in (1, 2):
        made = mc.derive(formula, wrt=wrt, variables=_SHAPES, layout="numerator", order=order)
        given = {name: value for name, value in _ARRAYS.items() if name in formula}
        plan = made.plan(**_SIZES)
        lists = {name: value.tolist() for name, value in given.items()}
        try:
            (found,) = ListProgram(plan).run(lists)
        except mc.UnknownRuleError:
            assert formula == "cumsum(x)"  # said, never guessed
            continue
        _agree(found, made.evaluate(**given, **_SIZES))


def test_random_networks_agree() -> None:
    for seed in range(40):
        rng = np.random.default_rng(seed)
        sizes = {letter: int(rng.integers(1, 4)) for letter in "ijkl"}
        labels = ["".join(rng.choice(list("ijkl"), rng.integers(0, 4))) for _ in range(3)]
        used = sorted(set("".join(labels)))
        output = [*rng.permutation(used)[:2], *(used[:1] if rng.random() < 0.5 else [])]
        arrays = {f"a{k}": rng.normal(size=[sizes[c] for c in one]) for k, one in enumerate(labels)}
        powers = [Fraction(int(power)) for power in rng.integers(1, 3, 3)]
        factors = [
            Factor(symbol(name, array.shape), tuple(one), power)
            for (name, array), one, power in zip(arrays.items(), labels, powers, strict=True)
        ]
        node = contract(factors, output, scale=ONE._replace(number=Fraction(3, 2)))
        ones = contract([], output, {letter: sizes[letter] for letter in output})
        node = add([node, ones])
        plan = plan_of([node], {})
        (found,) = ListProgram(plan).run({name: a.tolist() for name, a in arrays.items()})
        _agree(found, evaluate(node, arrays))


def test_no_numpy_is_loaded() -> None:
    program = """
import sys
sys.modules["numpy"] = None
from matcalc.expression import read_formula
from matcalc.derivative import derivatives
from matcalc.plan.lists import ListProgram
from matcalc.plan.planning import plan_of
from matcalc.variables import parse_variable

variables = {v.name: v for v in map(parse_variable, ("W[3,2]", "x[2]", "y[3]"))}
formula = read_formula("sum((tanh(W @ x) - y)**2)", variables)
nodes = derivatives(formula.node, [formula.symbols["W"]])
arrays = {"W": [[1, 0], [0, 1], [1, 1]], "x": [0.5, -1], "y": [0, 0, 0]}
print(ListProgram(plan_of(nodes, {})).run(arrays))
"""
    done = subprocess.run(
        [sys.executable, "-c", program], capture_output=True, text=True, check=True
    )
    W, x = np.array([[1.0, 0], [0, 1], [1, 1]]), np.array([0.5, -1])
    t = np.tanh(W @ x)
    _agree(eval(done.stdout)[0], np.outer(2 * t * (1 - t**2), x))  # noqa: S307 - our own output


def test_roots_of_squares_out_of_range_are_norms_on_lists_too() -> None:
    made = mc.derive("norm(x)", wrt="x", variables="x[2]", layout="denominator")
    (found,) = ListProgram(made.plan()).run({"x": [3e200, 4e200]})
    _agree(found, [0.6, 0.8])


@pytest.mark.parametrize("given", [[1, 2, 3], [[1], [2]], 5, [1, [2]]])
def test_lists_of_another_shape_are_refused(given: Any) -> None:
    plan = plan_of([symbol("x", (2,))], {})
    with pytest.raises(mc.ShapeError, match=r"x needs an array of shape \(2,\)"):
        ListProgram(plan).run({"x": given})
