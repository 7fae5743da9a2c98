"""Claims that say behind them what a name is; what is no claim of a derivative, with what works."""

import pytest

import matcalc as mc
from matcalc.errors import NotationError
from matcalc.inputs.entrance import operator_of, unasked


@pytest.mark.parametrize(
    ("claim", "verdict"),
    [
        ("∇_x f = (A + A^T) x where f = x^T A x", "right"),
        ("∇_x f = 2 A x, where f(x) = x^T A x", "wrong_value"),
        (
            r"\frac{\partial f}{\partial x} = 2 A^T (A x - b) \text{ where } f = \|A x - b\|^2",
            "right",
        ),
        ("∂f/∂x = 2 x with f = x^T x", "right"),
    ],
)
def test_what_is_differentiated_may_be_said_behind_the_claim(claim: str, verdict: str) -> None:
    assert mc.check_formula(claim).verdict == verdict


@pytest.mark.parametrize(
    "line", ["∇_x f where f = x^T A x", r"\frac{\partial f}{\partial x} \text{where } f = x^T A x"]
)
def test_what_is_differentiated_may_be_said_behind_its_derivative(line: str) -> None:
    found = operator_of(line)
    assert found is not None
    assert (found.of, found.wrt) == ("x.T @ A @ x", "x")
    assert line[slice(*found.inside)].strip() == "x^T A x"


def test_what_another_name_is_says_nothing_of_what_is_differentiated() -> None:
    assert operator_of("∇_x f where g = x^T A x") is None


@pytest.mark.parametrize(
    ("claim", "works"),
    [
        ("d(X^{-1}) = -X^{-1} dX X^{-1}", "--of 'inv(X)' --wrt X"),
        ("d(AX) = A dX", "--of 'A @ X' --wrt X"),
        ("df = tr(A^T dX)", "--wrt X"),
        (r"\mathrm{d}(X^{-1}) = -X^{-1} \mathrm{d}X X^{-1}", "--of 'inv(X)' --wrt X"),
        (r"\frac{\partial^2 f}{\partial x \partial x^T} = 2 A", "--wrt x --order 2"),
        ("∇²_x f = 2 A", "--wrt x --order 2"),
        ("d^2f/dx^2 = 2 A", "--wrt x --order 2"),
        ("∇_x f where f = x^T A x", "matcalc derive '∇_x f where f = x^T A x'"),
    ],
)
def test_what_is_no_claim_of_a_gradient_is_refused_with_what_works(claim: str, works: str) -> None:
    with pytest.raises(NotationError) as error:
        mc.check_formula(claim)
    assert works in str(error.value)


@pytest.mark.parametrize("line", ["dW = dz x^T", "d^2 + x^2", "df = 2 x", "dL = 2 (y - t)"])
def test_a_line_of_a_backward_pass_is_none_of_differentials(line: str) -> None:
    assert not unasked(line)


REPAIRED = [  # with an identity in the repair: its size is one that was assumed
    ("log(det(eye(n) + A @ A.T))", "A", "inv(eye(n) + A @ A.T) @ A"),
    ("tr(inv(eye(n) + A.T @ A))", "A", "-A @ inv(eye(n) + A.T @ A)"),
    ("x + K @ (z - H @ x)", "x", "eye(n)"),
    ("y - X @ inv(X.T @ X) @ X.T @ y", "y", "eye(p) - X @ (inv(X) @ inv(X.T) @ X.T)"),
    ("x / norm(x)", "x", "eye(n) / norm(x) - x @ x.T / norm(x) ** 2"),
]


@pytest.mark.parametrize(("of", "wrt", "claim"), REPAIRED)
def test_a_repair_can_be_typed_back_where_nothing_is_declared(
    of: str, wrt: str, claim: str
) -> None:
    repair = mc.check_formula(claim, of=of, wrt=wrt).repair
    assert repair is not None
    assert "eye(" in repair
    assert mc.check_formula(repair, of=of, wrt=wrt).verdict == "right"
