"""Brackets: entries, slices, blocks; what is printed of them is a table that can be read again."""

from typing import Any

import numpy as np
import pytest

import matcalc as mc
from matcalc.checking.reading_back import read_back

POINT: dict[str, Any] = {
    "x": np.array([0.3, -1.2, 0.7]),
    "y": np.array([1.5, 0.2]),
    "A": np.arange(9.0).reshape(3, 3) / 5 - 1,
    "b": np.array([0.5, -0.4, 1.1]),
    "c": 0.8,
    "t": 0.4,
}
VARIABLES = "x[n] y[m] A[n,n] b[n] c t"
# a formula, what it is by NumPy, and the variable that it is differentiated by
FORMULAS = [
    ("x[0]**2 + x[1] * x[2]", lambda p: p["x"][0] ** 2 + p["x"][1] * p["x"][2], "x[3]", "x"),
    ("x[-1] * x[0]", lambda p: p["x"][-1] * p["x"][0], "x[3]", "x"),
    ("x[1:] - x[:-1]", lambda p: p["x"][1:] - p["x"][:-1], "x[n]", "x"),
    ("x[::2]**2", lambda p: p["x"][::2] ** 2, "x[3]", "x"),
    ("x[::-1] * b", lambda p: p["x"][::-1] * p["b"], "x[n] b[n]", "x"),
    ("A[0, :] @ x", lambda p: p["A"][0] @ p["x"], "A[m,n] x[n]", "A"),
    ("A[:, 1].T @ x", lambda p: p["A"][:, 1] @ p["x"], "A[m,n] x[m]", "A"),
    ("A[0, 1]**2", lambda p: p["A"][0, 1] ** 2, "A[m,n]", "A"),
    ("A[1:3, :] @ x", lambda p: p["A"][1:3] @ p["x"], "A[3,n] x[n]", "x"),
    ("sum(A[::2, 1]**2)", lambda p: (p["A"][::2, 1] ** 2).sum(), "A[3,n]", "A"),
    ("tr(A[[0, 2]] @ A[:, :2])", lambda p: np.trace(p["A"][[0, 2]] @ p["A"][:, :2]), "A[3,3]", "A"),
    ("[x; y]**2", lambda p: np.concatenate([p["x"], p["y"]]) ** 2, "x[n] y[m]", "x"),
    ("[c; x]", lambda p: np.concatenate([[p["c"]], p["x"]]), "x[n] c", "c"),
    ("[x, b] @ [c; t]", lambda p: p["x"] * p["c"] + p["b"] * p["t"], "x[n] b[n] c t", "x"),
    (
        "inv([A, x; b.T, c])[:3, :3]",
        lambda p: np.linalg.inv(np.block([[p["A"], p["x"][:, None]], [p["b"], p["c"]]]))[:3, :3],
        "A[3,3] x[3] b[3] c",
        "A",
    ),
    (
        "logdet([A, x; b.T, c])",
        lambda p: np.linalg.slogdet(np.block([[p["A"], p["x"][:, None]], [p["b"], p["c"]]]))[1],
        "A[n,n] x[n] b[n] c",
        "A",
    ),
    (
        "squared_norm([A; A.T] @ x - [b; x])",
        lambda p: float(
            np.sum((p["A"] @ p["x"] - p["b"]) ** 2) + np.sum((p["A"].T @ p["x"] - p["x"]) ** 2)
        ),
        "A[n,n] x[n] b[n]",
        "x",
    ),
    (
        "[c * t, t**2; sin(c), 0]",
        lambda p: np.array([[p["c"] * p["t"], p["t"] ** 2], [np.sin(p["c"]), 0]]),
        "c t",
        "t",
    ),
    (
        "[[c, t], [t, c]] @ y",
        lambda p: np.array([[p["c"], p["t"]], [p["t"], p["c"]]]) @ p["y"],
        "c t y[2]",
        "t",
    ),
    (
        "[A, b; b.T, c]",
        lambda p: np.block([[p["A"], p["b"][:, None]], [p["b"][None], p["c"]]]),
        "A[n,n] b[n] c",
        "c",
    ),
    (
        "det([A, b; b.T, c])",
        lambda p: np.linalg.det(np.block([[p["A"], p["b"][:, None]], [p["b"][None], p["c"]]])),
        "A[n,n] b[n] c",
        "c",
    ),
    (
        "[x[0] * x[1]; sin(x[2]); c]",
        lambda p: np.array([p["x"][0] * p["x"][1], np.sin(p["x"][2]), p["c"]]),
        "x[3] c",
        "x",
    ),
]


def slope(function: Any, wrt: str) -> Any:
    """Central differences; axes of the value, then of the variable."""
    at, h = np.asarray(POINT[wrt], float), 1e-6
    columns = []
    for place in np.ndindex(at.shape):
        step = np.zeros(at.shape)
        step[place] = h
        up, down = (np.asarray(function({**POINT, wrt: at + s * step})) for s in (1, -1))
        columns.append((up - down) / (2 * h))
    return np.reshape(np.stack(columns, axis=-1), (*columns[0].shape, *at.shape))


@pytest.mark.parametrize(("formula", "function", "variables", "wrt"), FORMULAS)
def test_brackets_mean_what_they_mean_in_numpy(
    formula: str, function: Any, variables: str, wrt: str
) -> None:
    names = [word.partition("[")[0] for word in variables.split()]
    point = {name: POINT[name] for name in names}
    np.testing.assert_allclose(mc.evaluate(formula, **point), function(POINT), rtol=1e-12)
    J = mc.derive(formula, wrt=wrt, variables=variables, layout="numerator")
    stored = slope(function, wrt)
    rank = np.ndim(POINT[wrt])
    axes = [*range(stored.ndim - rank), *range(stored.ndim - rank, stored.ndim)[::-1]]
    expected = stored.transpose(axes)
    np.testing.assert_allclose(J.evaluate(**point), expected, rtol=1e-6, atol=1e-8)
    sizes = {"n": 3, "m": 3 if "A[m" in variables else 2}
    shown = mc.evaluate(J.text, **point, **sizes)
    np.testing.assert_allclose(shown.reshape(expected.shape), expected, rtol=1e-6, atol=1e-8)
    scope: dict[str, Any] = {}
    exec(J.numpy, scope)  # noqa: S102 - our own source
    code = [value for name, value in scope.items() if "_d" in name][-1]
    used = code.__code__.co_varnames[: code.__code__.co_argcount]
    found = code(*({**point, **sizes}[name] for name in used))
    np.testing.assert_allclose(np.reshape(found, expected.shape), expected, rtol=1e-6, atol=1e-8)
    for form in ("unicode", "latex"):
        back = read_back(J, form, variables)
        assert back.holds is not False, f"{getattr(J, form)}: {back.reason}"


def test_a_table_of_numbers_has_no_windows() -> None:
    J = mc.derive("[x**2 * y; sin(x)]", wrt="x", variables="x y", layout="numerator")
    assert J.text == "[[2 * x * y], [cos(x)]]"
    assert J.to("denominator").text == "[2 * x * y, cos(x)]"
    assert J.to("denominator").latex == r"\begin{bmatrix} 2 x y & \cos(x) \end{bmatrix}"


def test_a_part_of_a_stack_is_what_was_stacked() -> None:
    J = mc.derive("½‖[x; y]‖²", wrt="x", variables="x[n] y[m]", layout="denominator")
    assert J.text == "x"


@pytest.mark.parametrize(
    ("formula", "said"),
    [
        ("x[i]", "i is the letter of no sum here"),
        ("x[5]", "there is no entry 5"),
        ("x[c]", "an index is a whole number or a dimension"),
        ("x[2:1]", "nothing is left"),
        ("[x; A]", "rows differ in width"),
        ("[A B; A A]", "B is not declared"),
        ("A[0, 0, 0]", "3 indices of an array of 2 axes"),
    ],
)
def test_what_has_no_meaning_is_refused(formula: str, said: str) -> None:
    with pytest.raises(mc.MatcalcError, match=said.replace("[", r"\[")):
        mc.derive(formula, wrt="x", variables="x[3] A[3,2] c", layout="numerator")


@pytest.mark.parametrize("shape", ["3", "n"])
def test_a_slice_of_step_0_is_refused(shape: str) -> None:
    with pytest.raises(mc.ShapeError, match="step 0"):
        mc.derive("sum(x[::0])", wrt="x", variables=f"x[{shape}]", layout="numerator")
