# ruff: noqa: S311 - random for tests, not for secrets

"""Rules inside rules with a structure, a declared property, a let, and to the second order.

``MATCALC_LAW_CASES=5000`` draws so many pairs.
"""

import os
from collections.abc import Iterator
from random import Random

from pair_laws import LAYOUTS, WRITTEN, Case, faults, varied
from pair_settings import let_cases, property_cases, second_cases, structure_cases
from rule_pairs import random_pair

CASES = int(os.environ.get("MATCALC_LAW_CASES", "4"))
FORMS = ("node", *WRITTEN, "numpy", "compiled")


def cases(random: Random, seed: int) -> Iterator[Case]:
    """All settings of one random pair."""
    pair = random_pair(random)
    found = pair.nested()
    if found is None:
        return
    layout = random.choice(LAYOUTS)
    number = found.weighted() if found.shape else found
    shown = varied(found, random)
    yield from structure_cases(shown, random, layout, seed)
    yield from property_cases(shown, random, layout, seed)
    yield from let_cases(pair, found.summed() if found.shape else found, layout, seed)
    yield from second_cases(number, random, seed)


def test_settings_of_pairs_hold_in_every_form() -> None:
    random = Random(21)
    wrt = []
    for seed in range(CASES):
        for case in cases(random, seed):
            failed = faults(case, FORMS)
            assert not failed, (case.found.text, case.found.declarations, case.wrt, failed)
            wrt.append(case.wrt)
    assert len(wrt) > CASES
    assert "middle" in wrt
