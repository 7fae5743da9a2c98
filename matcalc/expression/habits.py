"""What a name stands for by the habits of the field, where nobody declared it."""

from __future__ import annotations

from matcalc import dimensions

_LETTERS = """alpha beta gamma delta epsilon eps zeta eta theta iota kappa lambda lam lmbda mu nu
xi pi rho sigma tau upsilon phi chi psi omega"""
#: Greek letters by their names.
GREEK = frozenset(_LETTERS.split())
#: Numbers of things, where no shape names them.
COUNTS = frozenset("mnN")
_NUMBERS = frozenset("ckt")
_HYPERPARAMETERS = frozenset(["s", "scale", "rate", "lr", "temperature", "temp", "weight_decay"])


def rank_of(name: str) -> int:
    """The axes of what has a name: a capital is a matrix, a Greek letter a number.

    >>> [rank_of(name) for name in ("A", "x_1", "λ2", "c1", "n", "n1")]
    [2, 1, 0, 0, 0, 1]
    """
    stem = stem_of(name)
    greek = stem in GREEK or (stem[:1] in dimensions.GREEK and stem[:1].islower())
    if greek or stem in _NUMBERS or name in COUNTS:
        return 0
    return 2 if stem[:1].isupper() else 1


def stem_of(name: str) -> str:
    """A name without the number behind it."""
    return name.rstrip("0123456789_")


def is_greek(name: str) -> bool:
    """Whether a name is taken as a number because its letter is Greek."""
    return rank_of(name) == 0 and stem_of(name) not in _NUMBERS | COUNTS


def may_be_number(name: str) -> bool:
    """Whether a name is that of a number, or of what a training is told."""
    return rank_of(name) == 0 or stem_of(name) in COUNTS | _HYPERPARAMETERS
