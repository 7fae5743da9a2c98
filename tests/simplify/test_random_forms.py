"""Random formulas: the simplified derivative has the value of the one that was not simplified."""

from __future__ import annotations

import os
from random import Random
from typing import Any

import numpy as np
import pytest

import matcalc as mc
from matcalc.derivative import derivatives
from matcalc.expression import parse_declarations, read_formula
from matcalc.plan import evaluate

DECLARATIONS = (
    "A[n,n] B[n,n] S[n,n]:symmetric P[n,n]:spd D[n,n]:diagonal Q[n,n]:orthogonal X[n,n] "
    "x[n] y[n] p[n]:simplex t U[n,k]:orthogonal"
)
NAMES = ("A", "B", "S", "P", "D", "Q", "X", "x", "y", "p", "t")
SIZE = 3
EXAMPLES = int(os.environ.get("MATCALC_RANDOM_FORMS", "150"))

MATRICES = (
    "({M} + {M})", "({M} @ {M})", "{M}.T", "({v} @ {v}.T)", "({M} * {M})", "diag({v})",
    "inv(P + 3 * eye(n))", "inv(P + S @ S + X.T @ X + 2 * eye(n))", "({s} * {M})", "({M} - {M})",
    "tanh({M})", "expm(S / 9)", "S", "X", "(Q @ {M} @ Q.T)", "(Q.T @ {M})", "(U @ (U.T @ {M}))",
    "inv(Q @ (P + X @ X.T) @ Q.T)", "(U @ U.T)",
)  # fmt: skip
VECTORS = (
    "({v} + {v})", "({M} @ {v})", "({v} * {v})", "softmax({v})", "sigmoid({v})", "diag({M})",
    "({s} * {v})", "(exp({v}) / (1 + exp({v})))", "(exp(x) / sum(exp(x)))", "({v} / (1 + {v}**2))",
    "relu({v})", "({v} - {s})",
)  # fmt: skip
SCALARS = (
    "({s} + {s})", "({s} * {s})", "tr({M})", "({v}.T @ {v})", "({v}.T @ {M} @ {v})",
    "logdet(P + {M} @ {M}.T + 5 * eye(n))", "({s} / (1 + {v}.T @ {v} + t**2))",
    "logdet(Q @ (P + X @ X.T) @ Q.T)", "sum(Q**2)", "tr(U.T @ {M} @ U)",
    "log(1 + exp(x.T @ y))", "norm({v})", "sum({v})", "(p.T @ log(softmax({v})))", "sum(p)",
)  # fmt: skip
PARTS = {"M": (MATRICES, NAMES[:7]), "v": (VECTORS, NAMES[7:10]), "s": (SCALARS, ("t", "x.T @ y"))}


def formula(random: Random, kind: str, depth: int) -> str:
    forms, leaves = PARTS[kind]
    if depth == 0:
        return random.choice(leaves)
    text = random.choice(forms)
    for part in PARTS:
        while f"{{{part}}}" in text:
            text = text.replace(f"{{{part}}}", formula(random, part, depth - 1), 1)
    return text


def point(seed: int) -> dict[str, Any]:
    """Numbers for all variables that have the declared properties."""
    rng = np.random.default_rng(seed)
    square = rng.normal(size=(5, SIZE, SIZE)) * 0.4
    shares = rng.random(SIZE) + 0.1
    return {
        "Q": np.linalg.qr(square[0] + square[1])[0],
        "U": np.linalg.qr(square[2])[0][:, :2],
        "A": square[0],
        "B": square[1],
        "X": square[2],
        "S": square[3] + square[3].T,
        "P": square[4] @ square[4].T + 0.3 * np.eye(SIZE),
        "D": np.diag(rng.normal(size=SIZE)),
        "x": 0.6 * rng.normal(size=SIZE),
        "y": 0.6 * rng.normal(size=SIZE),
        "p": shares / shares.sum(),
        "t": np.asarray(0.5 * rng.normal()),
    }


def unsimplified(expression: str, wrt: list[str], numbers: dict[str, Any]) -> Any:
    """The derivative straight from the sweep, in numerator layout."""
    variables = {name: one.variable for name, one in parse_declarations(DECLARATIONS).items()}
    read = read_formula(expression, variables)
    node = read.node
    order = list(range(len(node.shape)))
    for name in wrt:
        (node,) = derivatives(node, [read.symbols[name]])
        axes = range(len(order), len(node.shape))
        order += reversed(axes)
    return evaluate(node, numbers, {"n": SIZE}).transpose(order)


@pytest.mark.parametrize("seed", range(EXAMPLES))
def test_simplifying_changes_no_value(seed: int) -> None:
    random = Random(seed)  # noqa: S311 - the same formulas each time
    expression = formula(random, random.choice("ssvM"), random.randrange(1, 4))
    used = [name for name in NAMES if name in expression]
    wrt = random.choices(used or ["x"], k=random.choice((1, 1, 2)))
    numbers = point(seed)
    found = mc.derive(
        expression,
        wrt=wrt[0] if len(wrt) == 1 else wrt,
        variables=DECLARATIONS,
        layout="numerator",
        order=len(wrt),
    )
    value = found.evaluate(n=SIZE, **numbers)
    expected = unsimplified(expression, wrt, numbers)
    finite = np.abs(expected[np.isfinite(expected)])
    scale = 1e-8 * max(1.0, finite.max(initial=0.0))
    np.testing.assert_allclose(value, expected, rtol=1e-7, atol=scale)
    printed = mc.evaluate(found.text, n=SIZE, **numbers)
    np.testing.assert_allclose(printed, expected, rtol=1e-7, atol=scale)
