# ruff: noqa: S311 - random for tests, not for secrets

"""Every rule inside every rule, differentiated: what is written means what the graph means.

Numbers against central differences of functions of the rules, and the written forms (text,
einsum, Unicode) against these numbers, in both layouts. ``MATCALC_LAW_CASES=5000`` draws so many.
"""

import os
from random import Random
from typing import Any

import numpy as np
import pytest
from derivative_checks import close
from random_chains import in_layout
from rule_pairs import Nested, pair_of, random_pair, triple
from unicode_reader import read_unicode

import matcalc as mc
from matcalc.notation.names import unicode_name

CASES = int(os.environ.get("MATCALC_LAW_CASES", "60"))
LARGEST = 900  # entries of a derivative
UNREAD = (*'↦Σ["ₓ×', "lower(", "_(")  # index notation and composite sizes: not of this reader
LAYOUTS = ("numerator", "denominator")


def varied(found: Nested, random: Random) -> Nested:
    """A formula as it is, or a number made of it; with variables of its own, or one for two."""
    turn = random.randrange(3) if found.shape else 0
    number = (found, found.summed(), found.weighted())[turn] if found.shape else found
    return number.tied() if random.randrange(3) == 0 else number


def drawn(random: Random, *, deep: bool) -> Nested | None:
    found = triple(random) if deep else random_pair(random).nested()
    return None if found is None else varied(found, random)


def check_written(found: Nested, wrt: str, *, seed: int = 0) -> bool:
    """Hold a derivative and what is written of it against numbers; false where these are unsure."""
    point = next(found.points(seed), None)
    if point is None:
        return False
    if np.prod(found.array_shape(found.shape), dtype=int) * point[wrt].size > LARGEST:
        return False
    expected = found.derivative(wrt, point)
    if expected is None:
        return False
    rank = expected.ndim - point[wrt].ndim
    for layout in LAYOUTS:
        d = mc.derive(found.text, wrt=wrt, variables=found.declarations, layout=layout)
        value = d.evaluate(**found.sizes, **point)
        close(value, in_layout(expected, rank, layout), 2e-5)
        check_forms(d, value, found, point)
    return True


def check_forms(d: Any, value: Any, found: Nested, point: dict[str, Any]) -> None:
    """What is written of a derivative against its numbers."""
    for form in (d.text, d.einsum):
        close(mc.evaluate(form, **found.sizes, **point), value, 1e-7, floor=1e-6)
    if not any(sign in d.unicode for sign in UNREAD):
        named = {unicode_name(name): array for name, array in point.items()}
        shown = read_unicode(d.unicode, point | named, found.sizes)
        assert shown.size == value.size, d.unicode
        close(shown.reshape(value.shape), value, 1e-7, floor=1e-6)
    assert mc.read_back(d).holds is not False


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


def test_the_check_notices_a_wrong_formula(monkeypatch: pytest.MonkeyPatch) -> None:
    found = pair_of("matmul", 1, "tanh").nested()
    assert found is not None
    right = mc.Jacobian.unicode
    monkeypatch.setattr(mc.Jacobian, "unicode", property(lambda d: f"2 · ({right.__get__(d)})"))
    with pytest.raises(AssertionError):
        check_written(found.summed(), "A1")
