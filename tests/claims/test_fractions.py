"""Chains of fractions: whatever is done to a right chain is named, and undone."""

from __future__ import annotations

import os
import random
from itertools import pairwise

import pytest

import matcalc as mc
from matcalc.claims.fraction_text import is_chain, read_chain

CASES = int(os.environ.get("MATCALC_LAW_CASES", "30"))
PATH = ["L", "a3", "z3", "a2", "z2", "a1", "z1", "W1"]
SEED = "∂L/∂a3 ∂a3/∂z3 ∂z3/∂a2 ∂a2/∂z2 ∂a2/∂z2 ∂z2/∂W2"


def _factors(rng: random.Random) -> list[str]:
    path = PATH[: rng.randint(5, len(PATH))]
    return [f"∂{of}/∂{wrt}" for of, wrt in pairwise(path)]


def _changed(rng: random.Random, right: list[str]) -> tuple[list[str], str, str]:
    """A chain with one mistake, its cause, and the factor that is said."""
    chain = list(right)
    k = rng.randrange(1, len(chain) - 1)
    what = rng.choice(["doubled", "missing", "moved", "flipped", "for another"])
    if what == "doubled":
        return [*chain[:k], chain[k], *chain[k:]], "duplicated-factor", chain[k]
    if what == "missing":
        return chain[:k] + chain[k + 1 :], "chain-rule", chain[k]
    if what == "moved":
        one = chain.pop(k)
        chain.insert(0 if k > 1 else len(chain), one)
        return chain, "order", one
    if what == "flipped":
        of, _, wrt = chain[k].partition("/")
        chain[k] = f"{wrt}/{of}"
        return chain, "chain-rule", chain[k]
    chain[k] = chain[k - 1]
    return chain, "duplicated-factor", chain[k - 1]


@pytest.mark.parametrize("seed", range(CASES))
def test_what_was_done_to_a_right_chain_is_named_and_undone(seed: int) -> None:
    rng = random.Random(seed)  # noqa: S311
    right = _factors(rng)
    turned = rng.random() < 0.3
    wrong, cause, factor = _changed(rng, right)
    layout = "denominator" if turned else "numerator"
    written = wrong[::-1] if turned else wrong
    left = f"∂L/{right[-1].partition('/')[2]}"
    found = mc.check_chain(f"{left} = {' '.join(written)}", layout=layout)
    assert not found, written
    assert cause in [one.name for one in found.causes], (written, found.causes)
    assert any(factor in one.says for one in found.causes), (written, found.causes)
    repaired = " · ".join(right[::-1] if turned else right)
    assert found.repair == f"{left} = {repaired}"


@pytest.mark.parametrize("seed", range(CASES // 3))
def test_a_right_chain_is_right_in_the_order_of_its_layout(seed: int) -> None:
    right = _factors(random.Random(seed))  # noqa: S311
    for layout, chain in (("numerator", right), ("denominator", right[::-1])):
        assert mc.check_chain(" · ".join(chain)).layout == layout
        assert mc.check_chain(" · ".join(chain), layout=layout)
        other = "denominator" if layout == "numerator" else "numerator"
        turned = mc.check_chain(" · ".join(chain), layout=other)
        assert turned.verdict == "wrong_layout"
        assert {one.name for one in turned.causes} == {"order", "layout"}


def test_the_doubled_factor_is_marked_where_it_stands() -> None:
    found = mc.check_chain(SEED)
    assert found.verdict == "wrong_value"
    (cause,) = found.causes
    assert (cause.name, SEED[cause.start : cause.end]) == ("duplicated-factor", "∂a2/∂z2")
    assert cause.start == SEED.rindex("∂a2/∂z2")
    assert found.repair == "∂L/∂a3 · ∂a3/∂z3 · ∂z3/∂a2 · ∂a2/∂z2 · ∂z2/∂W2"
    assert [one.says for one in found.misfits] == ["z2 ≠ a2"]


@pytest.mark.parametrize(
    "text",
    [
        "dL/da3 * da3/dz3 * dz3/da2",
        "dL/da3 @ da3/dz3 @ dz3/da2",
        "(dL/da3)(da3/dz3)(dz3/da2)",
        "∂L/∂a³ · ∂a³/∂z³ · ∂z³/∂a²",
        "∂L/∂a[3] ∂a[3]/∂z[3] ∂z[3]/∂a[2]",
        "∂L/∂a_3 ∂a_3/∂z_3 ∂z_3/∂a_2",
        r"\frac{\partial L}{\partial a^{[3]}} \frac{\partial a^{[3]}}{\partial z^{[3]}}"
        r" \cdot \frac{\partial z^{[3]}}{\partial a^{[2]}}",
        r"$\frac{dL}{da^{(3)}} \frac{da^{(3)}}{dz^{(3)}} \frac{dz^{(3)}}{da^{(2)}}$",
    ],
)
def test_the_ways_in_which_people_write_a_chain(text: str) -> None:
    assert is_chain(text)
    found = mc.check_chain(text)
    assert found.verdict == "right"
    assert found.truth == "∂L/∂a3 · ∂a3/∂z3 · ∂z3/∂a2"


def test_two_paths_are_added() -> None:
    found = mc.check_chain("∂L/∂a ∂a/∂z ∂L/∂b ∂b/∂z")
    assert found.causes[0].name == "missing-sum"
    assert found.repair == "∂L/∂a · ∂a/∂z + ∂L/∂b · ∂b/∂z"


def test_shapes_stand_under_the_factors_where_they_are_known() -> None:
    found = mc.check_chain("∂z/∂W ∂L/∂z", layout="denominator", variables="z[3] W[3,2]")
    assert [one.shape for one in found.pieces] == ["3×2×3", "3×1"]
    assert found.shape == "3×2"


def test_a_cycle_is_refused() -> None:
    with pytest.raises(mc.ChainError, match="a → b → a"):
        mc.check_chain("∂a/∂b ∂b/∂a")


@pytest.mark.parametrize("text", ["", "A @ x", "∂L/∂a +", "dz / 2", "2x1 · 2x3", "d/d", "∂" * 900])
def test_what_is_no_chain_is_refused(text: str) -> None:
    assert not is_chain(text)
    with pytest.raises(mc.NotationError):
        read_chain(text)


def test_many_factors_are_read_and_more_refused() -> None:
    chain = [f"∂a{k}/∂a{k + 1}" for k in range(41)]
    assert mc.check_chain(" ".join(chain[:40]))
    with pytest.raises(mc.TooLargeError):
        mc.check_chain(" ".join(chain))
