"""Names that may have been meant: what else a thing is called first, then misspellings.

A name is near if it is another name of the same thing, or differs by one slip of the hand for
every five letters: a letter too many, too few, another one, or two that changed places; in a
short name by one that leaves its letters as they are: ``nrom``, ``bb``. Two different functions
are not near because their names look alike: ``cond`` is not ``cos``.
"""

from __future__ import annotations

from collections.abc import Iterable

_LETTERS = 5  # of a name, for each slip
_LONGEST = 60
_FAR = 4  # letters too many

#: What else functions are called: by other languages, in other countries, in full.
SYNONYMS: dict[str, str] = {}  # the rules of operations fill it

#: Functions that other libraries have: no misspelling of those here, however alike.
_ELSEWHERE = """
    arccot arccoth arcsec bessel cbrt ceil cholesky cond conj corr corrcoef cosm cot coth cov
    cummax cumprod cumsum csc csch count diff dist eig eigh eigvals eigvalsh erfc erfcx erfinv
    exp2 expect fft fix flip floor fmod frac gamma gammaln gather gcd grad hess ifft imag
    interp kurt lambda lambdas lcm ldl lgamma lu log10 log2 logm max_pool mad median mod mode norm2
    null nullspace orth percentile permute perm ppf qr quantile rand randn rank real relu6 rem
    repeat roll rot90 round schur sec sech sinc sind cosd tand sinm skewness sort sparse sqrtm
    squeeze svd svdvals tensordot tile top topk trapz trunc unique var std where zeta"""
_OTHERS = frozenset(_ELSEWHERE.split())


def is_of_others(name: str) -> bool:
    """Whether it is a function of other libraries, which may take whole arrays.

    >>> is_of_others("cholesky"), is_of_others("gate")
    (True, False)
    """
    return name.lower() in _OTHERS


def near(name: str, known: Iterable[str], count: int = 2) -> list[str]:
    """Names that may have been meant by one that is unknown; the likeliest first.

    >>> near("Determinant", ["det", "triangle"]), near("sofmax", ["max", "softmax"])
    (['det'], ['softmax'])
    >>> near("cond", ["cos", "prod", "ones"])
    []
    """
    names = list(dict.fromkeys(known))
    plain = name.lower()
    synonym = SYNONYMS.get(plain) or SYNONYMS.get(plain.replace("_", ""))
    same = [one for one in names if one == synonym]
    same += [one for one in names if one.lower() == plain and one not in same]
    if same or plain in _OTHERS or len(name) > _LONGEST:
        return same[:count]
    slips = {one: _slips(plain, one.lower()) for one in names if abs(len(name) - len(one)) < _FAR}
    few = [one for one, found in slips.items() if found <= _allowed(plain, one.lower())]
    return sorted(few, key=slips.__getitem__)[:count]


def _allowed(one: str, two: str) -> int:
    """How many slips there may be between two names."""
    return max(max(len(one), len(two)) // _LETTERS, set(one) == set(two))


def _slips(one: str, two: str) -> int:
    """How many letters were added, left out or replaced, or changed places with the next."""
    before: list[int] = []
    row = list(range(len(two) + 1))
    for i, a in enumerate(one, 1):
        earlier, before, row = before, row, [i]
        for j, b in enumerate(two, 1):
            best = min(before[j] + 1, row[j - 1] + 1, before[j - 1] + (a != b))
            if i > 1 and j > 1 and (a, b) == (two[j - 2], one[i - 2]):
                best = min(best, earlier[j - 2] + 1)
            row.append(best)
    return row[-1]
