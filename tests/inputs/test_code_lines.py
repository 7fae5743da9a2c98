"""Lines that people type as NumPy, PyTorch and MATLAB have them, by their values."""

from collections.abc import Callable
from typing import Any

import numpy as np
import pytest

import matcalc as mc
from matcalc.operations import RULES

RNG = np.random.default_rng(3)
POINT: dict[str, Any] = {
    "X": RNG.normal(size=(4, 3)),
    "Y": RNG.normal(size=(4, 3)),
    "A": RNG.normal(size=(3, 3)),
    "x": RNG.normal(size=3),
    "y": RNG.normal(size=3),
}
DECLARED = {"X": "X[m,n]", "Y": "Y[m,n]", "A": "A[n,n]", "x": "x[n]", "y": "y[n]"}


def _spread(ddof: int) -> Callable[[dict[str, Any]], Any]:
    return lambda p: p["X"].var(axis=1, ddof=ddof, keepdims=True)


LINES: list[tuple[str, Callable[[dict[str, Any]], Any]]] = [
    ("X.var(dim=-1, unbiased=False, keepdim=True)", _spread(0)),
    ("X.var(dim=1, unbiased=True, keepdim=True)", _spread(1)),
    ("X.var(dim=1, keepdim=True)", _spread(1)),
    ("torch.var(X, dim=1, correction=0, keepdim=True)", _spread(0)),
    ("torch.var(X, 1, keepdim=True)", _spread(1)),
    ("X.std(dim=0)", lambda p: p["X"].std(axis=0, ddof=1)),
    ("F.cosine_similarity(x, y, dim=0)", lambda p: _cosine(p["x"], p["y"])),
    ("F.cosine_similarity(X, Y, dim=-1)", lambda p: np.array(list(map(_cosine, p["X"], p["Y"])))),
    ("x.unsqueeze(1) - y.unsqueeze(0)", lambda p: p["x"][:, None] - p["y"]),
    ("np.expand_dims(x, axis=-1) * X.unsqueeze(0).sum()", lambda p: p["x"][:, None] * p["X"].sum()),
    ("sum((X.unsqueeze(1) - A.unsqueeze(0))**2)", lambda p: _distances(p["X"], p["A"]).sum()),
    ("diag(x)*A*diag(x)*ones(n,1)", lambda p: (np.diag(p["x"]) @ p["A"] @ p["x"])[:, None]),
    ("norm(X*A, 'fro')^2", lambda p: np.sum((p["X"] @ p["A"]) ** 2)),
    ("sum((x[:, None] - x)**2)", lambda p: np.sum((p["x"][:, None] - p["x"]) ** 2)),
    ("x[:, None] * y", lambda p: p["x"][:, None] * p["y"]),
    ("y - x[:, None]", lambda p: p["y"] - p["x"][:, None]),
    ("(x[:, None] - y) / (1 + y**2)", lambda p: (p["x"][:, None] - p["y"]) / (1 + p["y"] ** 2)),
    ("x.unsqueeze(1) - x", lambda p: p["x"][:, None] - p["x"]),
    ("X - X.mean(axis=1)[:, None] + y", lambda p: p["X"] - p["X"].mean(1)[:, None] + p["y"]),
    ("np.linalg.norm(X, 1, axis=1)", lambda p: np.abs(p["X"]).sum(1)),
    ("np.linalg.norm(X, ord=1, axis=0)", lambda p: np.abs(p["X"]).sum(0)),
    ("torch.norm(X, p=1, dim=1)", lambda p: np.abs(p["X"]).sum(1)),
    ("np.linalg.norm(X, np.inf, axis=1)", lambda p: np.abs(p["X"]).max(1)),
    ("np.linalg.norm(X, ord=2, axis=1)", lambda p: np.sqrt((p["X"] ** 2).sum(1))),
    ("np.linalg.norm(X, axis=0)", lambda p: np.sqrt((p["X"] ** 2).sum(0))),
    ("np.diff(x) @ np.diff(y)", lambda p: np.diff(p["x"]) @ np.diff(p["y"])),
    (
        "torch.nn.functional.normalize(X)",
        lambda p: p["X"] / np.linalg.norm(p["X"], axis=1, keepdims=True),
    ),
    ("F.normalize(X, dim=1)", lambda p: p["X"] / np.linalg.norm(p["X"], axis=1, keepdims=True)),
    ("F.normalize(X, p=1.0, dim=0)", lambda p: p["X"] / np.abs(p["X"]).sum(0)),
    ("F.normalize(X) @ F.normalize(x, dim=-1)", lambda p: _normal(p["X"]) @ _normal(p["x"])),
    ("np.trace(X @ A @ X.T) / n", lambda p: np.trace(p["X"] @ p["A"] @ p["X"].T) / 3),
]


def _normal(x: Any) -> Any:
    return x / np.linalg.norm(x, axis=-1, keepdims=True)


def _cosine(x: Any, y: Any) -> Any:
    return x @ y / np.linalg.norm(x) / np.linalg.norm(y)


def _distances(X: Any, A: Any) -> Any:
    return (X[:, None, :] - A[None, :, :]) ** 2


@pytest.mark.parametrize(("line", "function"), LINES)
def test_a_line_has_the_value_that_it_has_where_it_is_from(line: str, function: Any) -> None:
    used = {name for name in DECLARED if name in line}
    variables = " ".join([*(DECLARED[name] for name in sorted(used)), "n"])
    wrt = min(used)
    J = mc.derive(line, wrt=wrt, variables=variables, layout="numerator")
    at, h = POINT[wrt], 1e-6
    step = RNG.normal(size=at.shape)
    moved = [np.asarray(function({**POINT, wrt: at + s * h * step})) for s in (1, -1)]
    found = J.evaluate(**{name: POINT[name] for name in used})
    expected = (moved[0] - moved[1]) / (2 * h)
    np.testing.assert_allclose(np.tensordot(found, step.T, axes=step.ndim), expected, atol=1e-6)


@pytest.mark.parametrize("line", ["-log(softmax(z)[k])", "-log(softmax(z))[y]", "(W @ x)[y]"])
def test_an_entry_that_stays_open_is_refused_with_what_would_work(line: str) -> None:
    with pytest.raises(mc.NotationError, match=r"any one is (k|y)\.T @ x, where (k|y)\[n\]:onehot"):
        mc.derive(line, wrt="z", variables="z[c] W[c,n] x[n]", layout="denominator")
    letter = line[-2] if line[-1] == "]" else "k"
    mended = line.replace(f"[{letter}]", "").replace("softmax(z)", "z").replace("log(z)", "z")
    found = mc.derive(
        f"{letter}.T @ ({mended.lstrip('-')})" if "W" in line else f"-{letter}.T @ log(softmax(z))",
        wrt="x" if "W" in line else "z",
        variables=f"z[c] W[c,n] x[n] {letter}[c]:onehot",
        layout="denominator",
    )
    assert found.text in (f"W.T @ {letter}", f"softmax(z) - {letter}")


@pytest.mark.parametrize("sums", ["np.sum(x[:, None] - x, axis=1)", "sum(x[:, None] - x, axis=1)"])
def test_a_vector_beside_a_new_axis_is_a_row_in_a_claim_too(sums: str) -> None:
    about = {"because": "L = np.sum((x[:, None] - x)**2)", "variables": "x[n]"}
    assert mc.check_formula(f"dx = 4 * {sums}", **about).verdict == "right"
    assert mc.check_formula(f"dx = 2 * {sums}", **about).verdict == "wrong_value"


_REDUCTIONS = sorted(
    rule.name for rule in RULES.values() if rule.reduces and not rule.facts.building_block
)


@pytest.mark.parametrize("call", ["np.{}(x, axis={}, keepdims=True)", "{}(x, axis={})",
                                  "{}(x, axis={}, keepdims=True)", "np.{}(x, {})"])  # fmt: skip
@pytest.mark.parametrize("axis", [0, -1])
@pytest.mark.parametrize("name", _REDUCTIONS)
def test_a_vector_has_one_axis_and_keeps_none(name: str, axis: int, call: str) -> None:
    typed, plain = (
        mc.derive(f"x / {one}", wrt="x", variables="x[n]", layout="denominator")
        for one in (call.format(name, axis), f"{name}(x)")
    )
    at = np.array([0.3, 1.2, 0.7])
    np.testing.assert_allclose(typed.evaluate(x=at), plain.evaluate(x=at))


_ALONG = sorted(
    rule.name
    for rule in RULES.values()
    if (rule.reduces or [*rule.parameters] == ["axis"]) and not rule.facts.building_block
    if rule.name != "stack"  # which makes one
)


@pytest.mark.parametrize("call", ["{}(x, axis={})", "np.{}(x, axis={})", "np.{}(x, {})",
                                  "np.{}(x, axis={}, keepdims=True)"])  # fmt: skip
@pytest.mark.parametrize("axis", [1, 2, -2])
@pytest.mark.parametrize("name", _ALONG)
def test_a_vector_has_no_second_axis(name: str, axis: int, call: str) -> None:
    _refused_beside_a_vector(call.format(name, axis))


def test_a_vector_has_no_norms_of_rows() -> None:
    _refused_beside_a_vector("x.norm(dim=1, keepdim=True)")


def _refused_beside_a_vector(call: str) -> None:
    with pytest.raises(mc.MatcalcError):
        mc.derive(f"x / {call}", wrt="x", variables="x[n]", layout="denominator")
