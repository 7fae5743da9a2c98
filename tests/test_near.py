import pytest

from matcalc.near import SYNONYMS, near
from matcalc.operations import RULES

MEANT = [
    ("Determinant", "det"),
    ("Identity", "eye"),
    ("Tr", "trace"),
    ("Sp", "trace"),
    ("swish", "silu"),
    ("Ln", "log"),
    ("inverse", "inv"),
    ("Softmax", "softmax"),
    ("sofmax", "softmax"),
    ("sigmiod", "sigmoid"),
    ("logsotfmax", "log_softmax"),
    ("tahn", "tanh"),
    ("nrom", "norm"),
    ("sin", "sin"),
]
UNLIKE = """
cond eigvals eigh floor ceil round mode mse_loss qr lu svd Re Im rank sinc
cot sec gamma where unique exo foo loss f2 quantile conj"""


@pytest.mark.parametrize(("name", "meant"), MEANT)
def test_a_synonym_or_a_slip_is_near_what_was_meant(name: str, meant: str) -> None:
    assert near(name, RULES)[:1] == [meant]


@pytest.mark.parametrize("name", UNLIKE.split())
def test_another_function_is_near_none(name: str) -> None:
    assert near(name, RULES) == []


def test_synonyms_are_other_names_of_functions_that_there_are() -> None:
    assert set(SYNONYMS.values()) <= RULES.keys()
    assert not SYNONYMS.keys() & RULES.keys()


def test_a_long_name_costs_nothing() -> None:
    assert near("softmax" * 10_000, RULES) == []
