"""A claim of names of the forward pass: a Jacobian on the way, and what is not declared."""

import pytest

import matcalc as mc


@pytest.mark.parametrize(
    ("claim", "because", "layout", "verdict"),
    [
        ("∂z/∂x = W^T", "z = W x + b", "denominator", "right"),
        ("∂z/∂x = W", "z = W x + b", "denominator", "wrong_layout"),
        ("∂z/∂x = W", "z = W x + b", "numerator", "right"),
        ("∂z/∂x = W^T", "z = W x + b; L = sum(tanh(z))", "denominator", "right"),
        ("∂a/∂z = diag(1 - a^2)", "z = W x + b; a = tanh(z); L = sum(a)", "denominator", "right"),
        (
            r"\frac{\partial p}{\partial z} = diag(p) - p p^T",
            "p = softmax(z)",
            "numerator",
            "right",
        ),
        ("∂q/∂x = (A + A^T) x", "q = x^T A x; L = log(q)", "denominator", "right"),
        ("∂L/∂x = (A + A^T) x / q", "q = x^T A x; L = log(q)", "denominator", "right"),
        ("∂E/∂x = (A + A^T) x dq", "q = x^T A x", "denominator", "right"),
    ],
)
def test_a_fraction_of_two_names_on_the_way_is_their_jacobian(
    claim: str, because: str, layout: str | None, verdict: str
) -> None:
    assert mc.check_formula(claim, because=because, layout=layout).verdict == verdict


def test_what_is_not_declared_may_be_a_target() -> None:
    because = "p = softmax(z); L = -sum(y * log(p))"
    found = mc.check_formula("dz = p - y", because=because)
    assert found.verdict == "right"
    assert any("its entries sum to 1" in one for one in found.assumptions)
    assert mc.check_formula("dz = y - p", because=because).verdict == "wrong_value"
