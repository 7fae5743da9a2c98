"""Letters for indices: those of an einsum, and those of formulas that people read."""

from __future__ import annotations

from matcalc.errors import NotDifferentiableError

EINSUM = "ijklmnopqrstuvwxyzabcdefghIJKLMNOPQRSTUVWXYZABCDEFGH"  # what np.einsum knows
INDICES = "ijklmnprstuvhaeqwbcdfgyz"  # those that have an index in Unicode come first


def letter_of(count: int) -> str:
    """The letter of an axis in an einsum.

    Raises:
        NotDifferentiableError: There are no more.
    """
    if count >= len(EINSUM):
        raise NotDifferentiableError("a formula of more than 52 indices cannot be written")
    return EINSUM[count]
