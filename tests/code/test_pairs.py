# ruff: noqa: S311 - random for tests, not for secrets

"""Rules inside rules: every form that computes agrees with every other, and with differences.

``MATCALC_LAW_CASES=5000`` draws so many; each third of the sample runs in PyTorch too, and a few
in JAX, which compiles each operation at each shape.
"""

import os
from collections.abc import Callable
from random import Random
from typing import Any

import pytest
from pair_code import check
from rule_pairs import Nested, sample, triple

CASES = int(os.environ.get("MATCALC_LAW_CASES", "80"))


def holds(found: list[Nested], libraries: dict[str, Any], seed: int) -> int:
    """How many of the formulas were held against differences."""
    return sum(check(one, Random(f"{seed} {k}"), libraries) for k, one in enumerate(found))


def test_the_forms_of_a_pair_of_rules_agree() -> None:
    found = list(sample(11, CASES))
    assert holds(found, {}, 1) > 0.8 * len(found)


def test_the_forms_of_three_rules_agree() -> None:
    random = Random(12)
    found = [triple(random) for _ in range(CASES // 5)]
    assert holds(found, {}, 2) > 0.5 * len(found)


def test_the_code_of_pytorch_agrees_for_pairs() -> None:
    torch = pytest.importorskip("torch", reason="PyTorch is not installed; CI has it")
    holds(list(sample(13, CASES // 3)), {"torch": torch}, 3)


def test_the_code_of_jax_agrees_for_pairs() -> None:
    jax = pytest.importorskip("jax", reason="JAX is not installed; CI has it")
    jax.config.update("jax_enable_x64", True)
    holds(list(sample(14, CASES // 50)), {"jax": jax}, 4)


def test_the_check_notices_a_wrong_number(monkeypatch: pytest.MonkeyPatch) -> None:
    import pair_code  # noqa: PLC0415 - to change it

    right: Callable[..., Any] = pair_code.run
    monkeypatch.setattr(pair_code, "run", lambda *given: right(*given) * 1.001 + 1e-3)
    with pytest.raises(AssertionError):
        holds(list(sample(15, 3)), {}, 5)
