"""The seatbelt: formulas are read back as they are printed, and wrong ones are noticed."""

from typing import Any

import pytest
from work import calls

import matcalc as mc
from matcalc.jacobians import written as written_derivative
from matcalc.notation import WrittenFormula, phrases
from matcalc.notation.printers.text import text as as_it_should_be

FORMULAS = [
    ("x.T @ A @ x", "x", "x[n] A[n,n]"),
    ("sum(g(A @ x)) + f(t)", "x", "x[n] A[m,n] t"),
    ("g(g(x))", "x", "x[n]"),
    ("logdet(S)", "S", "S[n,n]:spd"),
    ("sum(log(x) * sqrt(x))", "x", "x[n]"),
    ("cross(w, cross(w, p))", "w", "w[3] p[3]"),
    ("kron(A, B)", "A", "A[m,n] B[p,q]"),
    ("det(outer(x, y) + 3 * eye(n))", "x", "x[n] y[n]"),
    ("sum(arcsin(x))", "x", "x[n]"),
    ("z = W @ x; sum(tanh(z)**2)", "z", "W[m,n] x[n]"),
    ("sum(x) / n", "x", "x[n]"),
    ("sum(x + b)", "b", "x[n] b"),
    ("z = b * x; sum(z + b)", "z", "x[n] b"),
    ("sum(z + b) * n", "b", "z[n*m] x[n] y[m] b"),
    ("tr(A)", "A", "A[2*n,2*n]"),
]


@pytest.mark.parametrize(("formula", "wrt", "variables"), FORMULAS)
@pytest.mark.parametrize("layout", ["numerator", "denominator"])
def test_formulas_that_hold_are_seen_to_hold(
    formula: str, wrt: str, variables: str, layout: str
) -> None:
    J = mc.derive(formula, wrt=wrt, variables=variables, layout=layout)
    for form in ("text", "einsum"):
        assert mc.read_back(J, form, variables) == (True, "")


def wrong(written: WrittenFormula) -> str:
    """A printer that forgets the last operand of every product of matrices."""
    phrase = written.phrase
    if phrase.op == "matmul":
        return as_it_should_be(written._replace(phrase=phrases.matmul(phrase.args[:-1])))
    return as_it_should_be(written)


def doubled(written: WrittenFormula) -> str:
    """A printer that writes every derivative twice as large, but for einsums."""
    shown = as_it_should_be(written)
    return shown if "einsum" in shown else f"2 * ({shown})"


@pytest.mark.parametrize(
    ("printer", "reason"),
    [(wrong, "it is n×n, and not (n,)"), (doubled, "its numbers are others")],
)
def test_a_wrong_printer_is_noticed(
    monkeypatch: pytest.MonkeyPatch, printer: Any, reason: str
) -> None:
    J = mc.derive("x.T @ A @ x", wrt="x", variables="x[n] A[n,n]", layout="denominator")
    monkeypatch.setattr(written_derivative, "text", printer)
    found = mc.read_back(J)
    assert found == (False, reason)


def test_what_cannot_be_typed_is_noticed(monkeypatch: pytest.MonkeyPatch) -> None:
    J = mc.derive("x.T @ A @ x", wrt="x", variables="x[n] A[n,n]", layout="denominator")
    monkeypatch.setattr(written_derivative, "text", lambda _: "(A + A.T) @@ x")
    found = mc.read_back(J)
    assert found.holds is False
    assert found.reason.startswith("it cannot be read")


def test_what_cannot_be_evaluated_is_not_said_to_hold() -> None:
    J = mc.derive("sum(log(-exp(x) * a))", wrt="x", variables="x[n] a[n]", layout="denominator")
    never = mc.derive("sum(log(-exp(x)))", wrt="x", variables="x[n]", layout="denominator")
    assert mc.read_back(J).holds is not False
    assert mc.read_back(never).holds is not False
    large = mc.derive("norm(A @ x)", wrt="A", variables="A[300,300] x[300]", layout="numerator")
    found = mc.read_back(large)
    assert found.holds is None
    assert "numbers" in found.reason


def test_two_layers_are_read_back_quickly() -> None:
    J = mc.derive(
        "z2 = W2 @ x + b2; a2 = relu(z2); z3 = W3 @ a2 + b3; a3 = sigmoid(z3); sum((a3 - y)**2)",
        wrt="W2",
        variables="W2[k,n] x[n] b2[k] W3[m,k] b3[m] y[m]",
        layout="denominator",
    )
    held: list[bool] = []
    assert calls(lambda: held.append(mc.read_back(J).holds)) < 200_000
    assert held == [True]


def test_a_value_that_is_lost_in_rounding_is_no_mistake() -> None:
    J = mc.derive(
        "log(Phi(attention(Q, matrix_power(X, k=6), V)))",
        wrt="Q",
        variables="X[k,k] Q[n,k] V[k,m]",
        layout="numerator",
    )
    assert mc.read_back(J).holds is not False


@pytest.mark.parametrize("structure", ["symmetric", "diagonal", "vech", "symmetrised"])
def test_what_a_structure_says_is_known_when_it_is_read_back(structure: str) -> None:
    d = mc.derive(
        "sum(tanh(U @ h))",
        wrt="U",
        variables="U[n,n] h[n]",
        layout="denominator",
        structure=structure,
    )
    assert mc.read_back(d).holds


def test_what_is_declared_is_known_when_it_is_read_back() -> None:
    formula = "sum(matrix_power(expm(X), k=6))"
    d = mc.derive(formula, wrt="X", variables="X[n,n]:diagonal", layout="denominator")
    assert mc.read_back(d).holds
