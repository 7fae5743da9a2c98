"""Names that may be those of numbers, c, k, t, θ, where the line shows that they are vectors."""

import pytest

import matcalc as mc
from matcalc.inputs.vectors import INNER
from matcalc.variables import Variable

FORMS = [
    *(f"{name}({{0}}, x)" for name in INNER),
    *(f"{name}(x, {{0}})" for name in INNER),
    *("np.dot({0}, x)", "torch.dot(x, {0})", "{0}.dot(x)", "x.dot({0})"),
    *("⟨{0}, x⟩", "<x, {0}>", r"\langle {0}, x \rangle", "2 <{0}, x> - <{0}, x>"),
]


@pytest.mark.parametrize("form", FORMS)
def test_what_stands_in_an_inner_product_with_a_vector_is_one(form: str) -> None:
    for name in ("c", "k", "t", "mu", "theta"):
        J = mc.derive(form.format(name), wrt="x", layout="denominator")
        assert J.text == name, form


def test_terms_of_an_inner_product_are_vectors_too() -> None:
    for form in ("dot(t - c, x)", "dot(c, x) + dot(x, Q, x) / 2", "⟨c, x⟩ + ⟨x, k⟩"):
        J = mc.derive(form, wrt="x", layout="denominator")
        assert (J.of.shape, J.wrt.shape) == ((), ("n",)), form


def test_what_is_declared_a_number_is_one_there_too() -> None:
    shapes = (Variable("c", ()), Variable("x", ("n",)))
    J = mc.derive("np.dot(c, x)", wrt="x", variables=shapes, layout="denominator")
    assert J.of.shape == ("n",)


def test_beside_a_matrix_a_number_scales_it() -> None:
    J = mc.derive("sum(np.dot(mu, X))", wrt="X", layout="denominator")
    assert J.text == "mu * ones((m, n))"
