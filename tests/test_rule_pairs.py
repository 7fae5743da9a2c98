# ruff: noqa: S311 - random for tests, not for secrets

"""Rules inside rules: values, by the formulas that are read and by the functions of the rules.

``MATCALC_LAW_CASES=5000`` draws so many.
"""

import os
from dataclasses import replace
from itertools import islice
from random import Random

import pytest
from derivative_checks import close
from rule_pairs import Nested, pair_of, random_pair, sample, triple

import matcalc as mc

CASES = int(os.environ.get("MATCALC_LAW_CASES", "100"))


def check_value(found: Nested) -> None:
    """The formula has the value of the functions of its rules."""
    for point in islice(found.points(), 1):
        close(mc.evaluate(found.text, **point, **found.sizes), found.value(point), 1e-9)


def test_a_rule_inside_a_rule_has_the_value_of_both() -> None:
    for found in sample(0, CASES):
        check_value(found)


def test_few_pairs_have_no_point() -> None:
    random = Random(1)
    assert sum(random_pair(random).nested() is None for _ in range(200)) <= 5


def test_triples_are_drawn_and_have_their_value() -> None:
    random = Random(2)
    for _ in range(20):
        check_value(triple(random))


def test_the_check_notices_another_value() -> None:
    found = pair_of("cross", 0, "tanh").nested()
    assert found is not None
    with pytest.raises(AssertionError):
        check_value(replace(found, text=found.text.replace("tanh", "sin")))
