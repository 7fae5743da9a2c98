"""Names of derivatives in code: ``sigmoid_prime(z)`` is ``sigmoid'(z)``."""

import pytest

import matcalc as mc
from matcalc.claims.checking import check_formula

SPELLINGS = ("{0}_prime", "{0}Prime", "{0}_derivative", "{0}Derivative", "{0}_deriv", "{0}_grad")
SPELLINGS += ("{0}Gradient", "{0}_gradient", "d_{0}")


@pytest.mark.parametrize("spelled", SPELLINGS)
@pytest.mark.parametrize("line", ["da * {0}(z)", "{0}(z) .* da", "da ⊙ {0}(z)"])
def test_the_name_of_a_slope_is_read_as_one(spelled: str, line: str) -> None:
    claim = "dz = " + line.format(spelled.format("tanh"))
    right = check_formula(claim, because="a = tanh(z)")
    assert right, claim
    assert any("the derivative of tanh" in said for said in (*right.notes, *right.assumptions))
    assert not check_formula(claim, because="a = sigmoid(z)")


@pytest.mark.parametrize("name", ["g_prime", "gprime", "gPrime"])
def test_a_free_function_has_a_slope_of_that_name(name: str) -> None:
    assert check_formula(f"dz = W.T @ dy * {name}(z)", because="y = W @ g(z)")


def test_what_is_declared_has_its_own_meaning() -> None:
    claim, forward = "dz = da * sigmoid_prime(z)", "a = sigmoid(z)"
    assert not check_formula(claim, because=forward, variables="z[n] sigmoid_prime(·)")
    with pytest.raises(mc.MatcalcError):
        check_formula("dz = relu_grad(da, z)", because="a = relu(z)")
