"""With names for roots and for quotients by numbers, formulas are written by these names."""

import numpy as np
import pytest

import matcalc as mc
from matcalc.checking.reading_back import read_back

NAMED = [
    (
        "s = std(x); u = (x - mean(x)) / s; sum(d * u)",
        "x[n] d[n]",
        "s = std(x); u = (x - mean(x)) / s; (d - (d.T @ u) * u / n - mean(d)) / s",
    ),
    (
        "s = sqrt(var(x) + eps); u = (x - mean(x)) / s; d.T @ (g * u)",
        "x[n] d[n] g[n] eps",
        "s = sqrt(var(x) + eps); u = (x - mean(x)) / s; "
        "(d * g - mean(d * g * u) * u - g.T @ d / n) / s",
    ),
    ("r = norm(x); u = x / r; u", "x[n]", "r = norm(x); u = x / r; (eye(n) - u @ u.T) / r"),
    (
        "a = norm(x); b = norm(y); x.T @ y / (a * b)",
        "x[n] y[n]",
        "a = norm(x); b = norm(y); (y - (x.T @ y) * x / a**2) / (a * b)",
    ),
    (
        "r = x.T @ A @ x / (x.T @ x); r**2",
        "x[n] A[n,n]:symmetric",
        "r = x.T @ A @ x / (x.T @ x); 4 * r * (A @ x - r * x) / (x.T @ x)",
    ),
    ("s = sqrt(v); v * x + x**2 / s", "x v", "s = sqrt(v); v + 2 * x / s"),  # v has a name
    ("s = sqrt(v * x); x / s**3", "x v", None),
    ("u = x / sum(x); u * sum(u**2)", "x[n]", None),
    ("z = W @ x; z.T @ z / 2", "W[m,n] x[n]", "z = W @ x; W.T @ z"),
    (
        "z = W @ x; s = sqrt(1 + z.T @ z); z / s",
        "W[m,n] x[n]",
        "z = W @ x; s = sqrt(z.T @ z + 1); (W - z @ z.T @ W / s**2).T / s",
    ),
    (
        "z = V @ x; y = W @ z; y.T @ y / 2",
        "V[m,n] W[k,m] x[n]",
        "z = V @ x; y = W @ z; V.T @ W.T @ y",
    ),
    ("u = x.T @ A @ x; u**2", "x[n] A[n,n]:symmetric", "u = x.T @ A @ x; 4 * u * A @ x"),
    ("z = A @ x; y = A.T @ x; (z.T @ z) * (x.T @ y)", "x[n] A[n,n]", None),
    ("G = A @ A; x.T @ G @ A @ G @ x + tr(G) * sum(x)", "x[n] A[n,n]", None),
    ("P = x @ x.T; v.T @ P @ P @ v", "x[n] v[n]", None),
    ("q = x / y; sum(q**2) / 2 + sum(q * y)", "x[n] y[n]", None),
    ("u = x / t; w = u / t; sum(u * w**3) / t", "x[n] t", None),
    ("q = x.T @ x; r = sqrt(2 * q); u = x / r; q * u", "x[n]", None),
]


@pytest.mark.parametrize(("expression", "variables", "printed"), NAMED)
def test_what_had_a_name_as_a_part_of_a_product_is_written_by_it(
    expression: str, variables: str, printed: str | None
) -> None:
    derivative = mc.derive(expression, wrt="x", variables=variables, layout="denominator")
    assert printed is None or derivative.text == printed
    for one in (derivative, derivative.to("numerator")):
        for form in ("text", "unicode", "latex"):
            found = read_back(one, form, variables)
            assert found.holds, f"{getattr(one, form)}: {found.reason}"


def test_a_batch_norm_is_written_by_the_names_of_its_mean_and_of_what_is_normalised() -> None:
    expression = (
        "m = mean(X, axis=0); s = sqrt(mean((X - m)**2, axis=0) + eps); "
        "N = (X - m) / s; sum(D * (N @ diag(g) + b))"
    )
    variables = "X[B,n] D[B,n] g[n] b[n] eps"
    derivative = mc.derive(expression, wrt="X", variables=variables, layout="denominator")
    assert derivative.text == (
        "m = mean(X, axis=0); s = sqrt(eps + mean((X - ones(B) @ m.T)**2, axis=0)); "
        "N = (X - ones(B) @ m.T) @ diag(1 / s); "
        "(D - ones(B) @ mean(D, axis=0).T - N @ diag(sum(D * N, axis=0)) / B) @ diag(g / s)"
    )
    for one in (derivative, derivative.to("numerator")):
        for form in ("text", "unicode", "latex"):
            found = read_back(one, form, variables)
            assert found.holds, f"{getattr(one, form)}: {found.reason}"


def test_numbers_are_those_of_the_formula_without_names() -> None:
    named = "s = sqrt(var(x) + 1); u = (x - mean(x)) / s; d.T @ u"
    whole = "d.T @ ((x - mean(x)) / sqrt(var(x) + 1))"
    arrays = {"x": [1.0, 3.0, 4.0], "d": [0.5, -1.0, 2.0]}
    one, two = (
        mc.derive(line, wrt="x", variables="x[n] d[n]", layout="numerator")
        for line in (named, whole)
    )
    assert one.evaluate(**arrays) == pytest.approx(two.evaluate(**arrays))
    space: dict[str, object] = {}
    exec(one.numpy, space)  # noqa: S102 - what was emitted
    emitted = space["df_dx"](**{name: np.array(one) for name, one in arrays.items()})  # type: ignore[operator]
    assert emitted == pytest.approx(two.evaluate(**arrays))
