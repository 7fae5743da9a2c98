"""How many words two lines differ in."""

from __future__ import annotations

from collections.abc import Sequence


def distance(one: Sequence[str], two: Sequence[str]) -> int:
    """How many words are put in, left out or replaced.

    A column of the table of edits is two numbers, a bit for each word of the first line: where
    the next entry is one more, and where it is one less.

    Source: H. Hyyrö, A bit-vector algorithm for computing Levenshtein and Damerau edit distances,
    Nordic Journal of Computing 10 (2003), figure 6.

    >>> distance(["A", "@", "x"], ["A", ".", "T", "@", "x"])
    2
    >>> distance("kitten", "sitting"), distance("", "abc"), distance("abc", "")
    (3, 3, 3)
    """
    if not one:
        return len(two)
    places: dict[str, int] = {}
    for k, word in enumerate(one):
        places[word] = places.get(word, 0) | 1 << k
    full, last = (1 << len(one)) - 1, 1 << (len(one) - 1)
    more, less, found = full, 0, len(one)
    for word in two:
        equal = places.get(word, 0)
        diagonal = ((((equal & more) + more) ^ more) | equal | less) & full
        up, down = (less | ~(diagonal | more)) & full, diagonal & more
        found += bool(up & last) - bool(down & last)
        up, down = up << 1 | 1, down << 1
        more, less = (down | ~(diagonal | up)) & full, up & diagonal & full
    return found
