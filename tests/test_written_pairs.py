# ruff: noqa: S311 - random for tests, not for secrets

"""Every rule inside every rule, differentiated: what is written means what the graph means.

Numbers against central differences of functions of the rules, and the written forms (text,
einsum, Unicode, LaTeX) against these numbers, in both layouts. ``MATCALC_LAW_CASES=5000`` draws
so many; ``run_pair_laws.py`` runs all.
"""

import os
from random import Random

import numpy as np
import pytest
from derivative_checks import close
from latex_reader import read_latex
from pair_laws import LAYOUTS, WRITTEN, faults, measured_case, varied
from rule_pairs import Nested, pair_of, random_pair, triple

import matcalc as mc
from matcalc import dimensions

CASES = int(os.environ.get("MATCALC_LAW_CASES", "40"))


def drawn(random: Random, *, deep: bool) -> Nested | None:
    found = triple(random) if deep else random_pair(random).nested()
    return None if found is None else varied(found, random)


def check_written(found: Nested, wrt: str, *, seed: int = 0) -> bool:
    """Hold a derivative and what is written of it against numbers; false where these are unsure."""
    for layout in LAYOUTS:
        case = measured_case(found, wrt, layout, seed)
        if case is None:
            return False
        failed = faults(case, ("node", *WRITTEN))
        assert not failed, (found.text, found.declarations, wrt, layout, failed)
    return True


@pytest.mark.parametrize("deep", [False, True])
def test_derivatives_of_rules_inside_rules_are_right_as_they_are_written(deep: bool) -> None:
    random = Random(int(deep))
    checked = 0
    for seed in range(CASES):
        found = drawn(random, deep=deep)
        if found is not None:
            checked += check_written(found, random.choice(list(found.variables)), seed=seed)
    assert checked > CASES * 0.7


@pytest.mark.parametrize("outer", ["cross", "skew"])
@pytest.mark.parametrize("inner", ["cross", "rotation_axis_angle", "matmul", "tanh"])
def test_cross_products_inside_one_another(outer: str, inner: str) -> None:
    place = 0
    try:
        found = pair_of(outer, place, inner).nested()
    except StopIteration:
        return  # a matrix is no vector
    assert found is not None
    for one in (found, found.weighted(), found.tied()):
        assert check_written(one, next(iter(one.variables)))


@pytest.mark.parametrize(
    ("form", "wrong"), [("unicode", "2 · ({})"), ("latex", r"2 \left({}\right)")]
)
def test_the_check_notices_a_wrong_formula(
    monkeypatch: pytest.MonkeyPatch, form: str, wrong: str
) -> None:
    found = pair_of("matmul", 1, "tanh").nested()
    assert found is not None
    right = getattr(mc.Jacobian, form)
    monkeypatch.setattr(mc.Jacobian, form, property(lambda d: wrong.format(right.__get__(d))))
    with pytest.raises(AssertionError):
        check_written(found.summed(), "A1")


@pytest.mark.parametrize(
    ("formula", "variables", "wrt"),
    [
        ("sum(rotation_axis_angle(A @ x))", "A[3,n] x[n]", "A"),  # a column times a row of entries
        ("lower(prod(X, axis=-1), n=2)", "X[3,n]", "X"),  # δ alone says how far a letter runs
        ("sum(lower(A / b, n=2))", "A[n,3] b", "b"),  # nothing says it
        ('einsum("ij,j->i", A, vec(X))', "X[m,k] A[n,k*m]", "A"),
    ],
)
def test_a_function_of_indices_as_a_part_says_all(formula: str, variables: str, wrt: str) -> None:
    for layout in LAYOUTS:
        d = mc.derive(formula, wrt=wrt, variables=variables, layout=layout)
        sizes = {"n": 2, "m": 5, "k": 4}
        point = {
            one.name: np.random.default_rng(1).uniform(
                0.5, 1.5, [dimensions.evaluate(size, sizes) for size in one.shape]
            )
            for one in map(mc.parse_variable, variables.split())
        }
        value = d.evaluate(**point, **sizes)
        close(read_latex(d.latex, point, sizes, value.shape).reshape(value.shape), value, 1e-9)
