"""Products with letters that are none of matrices: each part once, as stacks where they are."""

from __future__ import annotations

from collections.abc import Container, Sequence
from itertools import combinations
from typing import Any

from matcalc.code.terms import Term, Terms
from matcalc.dimensions import Shape

Lettered = tuple[str, Term]
"""An array, and a letter for each of its axes."""


class Products:
    """Makes products, and knows those of two arrays that it made."""

    def __init__(self, terms: Terms) -> None:
        self.terms = terms
        self._pairs: dict[Any, tuple[tuple[int, ...], Term]] = {}

    def product(self, factors: Sequence[Lettered], output: str) -> Term:
        """The product of arrays, summed over each letter that the output lacks."""
        factors = self.fewer(factors, output)
        if len(factors) == 2:
            both = self.made(factors[0], factors[1], output)
            factors = [both] if both is not None and both[0] == output else factors
        if len(factors) == 1 and factors[0][0] == output:
            return factors[0][1]
        if all(letters == output for letters, _ in factors):
            return self.terms.times([one for _, one in factors])
        ways = (self.stacks, self.broadcast, self.through_one, self.einsum)
        term = next(found for way in ways if (found := way(factors, output)) is not None)
        if len(factors) == 2:
            one, two = factors
            self._pairs[_key(one, two, output)] = _numbered(output, one, two), term
        return term

    def einsum(self, factors: Sequence[Lettered], output: str) -> Term:
        """The same as one einsum."""
        subscripts = f"{','.join(letters for letters, _ in factors)}->{output}"
        operands = [one for _, one in factors]
        return self.terms.make("einsum", operands, _shape(factors, output), subscripts)

    def fewer(self, factors: Sequence[Lettered], output: str) -> Sequence[Lettered]:
        """Of several factors two with the same letters as one, and two whose product is there."""
        for one, two in combinations(factors, 2) if len(factors) > 2 else ():
            others = [factor for factor in factors if factor is not one and factor is not two]
            needed = {*output, *(letter for letters, _ in others for letter in letters)}
            both = self.together(one, two, needed)
            if both is not None:
                return self.fewer([both, *others], output)
        return factors

    def together(self, one: Lettered, two: Lettered, needed: Container[str]) -> Lettered | None:
        """The product of two factors, if it is one entry by entry, or was made before."""
        if one[0] == two[0]:
            return one[0], self.terms.times([one[1], two[1]])
        return self.made(one, two, needed)

    def made(self, one: Lettered, two: Lettered, needed: Container[str]) -> Lettered | None:
        """The product of two factors in either order, if it was made before."""
        for first, second in ((one, two), (two, one)):
            known = self._pairs.get(_key(first, second, needed))
            if known is not None:
                letters = list(dict.fromkeys(first[0] + second[0]))
                return "".join(letters[number] for number in known[0]), known[1]
        return None

    def broadcast(self, factors: Sequence[Lettered], output: str) -> Term | None:
        """A product of an array and a vector that sums nothing, entry by entry; else none."""
        listed = [letters for letters, _ in factors]
        once = all(len(set(letters)) == len(letters) for letters in (*listed, output))
        if len(listed) != 2 or min(map(len, listed)) != 1 or not once:
            return None
        if set(output) != set("".join(listed)):
            return None
        parts = [self.terms.expanded(*self.in_order(one, output)) for one in factors]
        return self.terms.make("times", parts, _shape(factors, output))

    def through_one(self, factors: Sequence[Lettered], output: str) -> Term | None:
        """Factors that share the one letter summed, times a matrix by it and the last letter."""
        summed = {*"".join(letters for letters, _ in factors)} - {*output}
        *others, (letters, behind) = sorted(
            factors, key=lambda factor: (output[-1:] in factor[0], len(factor[0]))
        )
        if len(summed) != 1 or not (others and output) or len(letters) != 2:
            return None
        if {*letters} != {*summed, output[-1]} or any(
            output[-1] in k or len({*k}) < len(k) or summed - {*k} for k, _ in others
        ):
            return None
        rows = output[:-1] + letters.replace(output[-1], "")
        parts = [self.terms.expanded(*self.in_order(one, rows)) for one in others]
        product = parts[0]
        if len(parts) > 1:
            product = self.terms.make("times", parts, _shape(others, rows))
        behind = behind if letters[-1] == output[-1] else self.terms.transpose(behind)
        return self.terms.make("matmul", [product, behind], _shape(factors, output))

    def in_order(self, factor: Lettered, output: str) -> tuple[Term, str, str]:
        """An array with its axes in the order of the output; the output, and its letters there."""
        letters, one = factor
        order = "".join(letter for letter in output if letter in letters)
        if order == letters:
            return one, output, order
        turned = self.terms.transpose(one) if one.rank == 2 else self.einsum([factor], order)
        return turned, output, order

    def stacks(self, factors: Sequence[Lettered], output: str) -> Term | None:
        """A product of two stacks of matrices, if it is one whose first axes are the stack."""
        stack, ends = output[:-2], output[-2:]
        if not stack or len(factors) != 2 or any(k[: len(stack)] != stack for k, _ in factors):
            return None
        (one, left), (two, right) = sorted(factors, key=lambda factor: ends[0] not in factor[0])
        summed = set(one[len(stack) :]) - {ends[0]}
        if len(summed) != 1 or len(one) != len(output) or len({*stack, *ends, *summed}) <= len(one):
            return None
        (letter,) = summed
        if sorted(two) != sorted([*stack, letter, ends[1]]):
            return None
        left = left if one[-1] == letter else self.terms.swapped(left)
        right = right if two[-1] == ends[1] else self.terms.swapped(right)
        shape = (*left.shape[:-1], right.shape[-1])
        return self.terms.make("matmul", [left, right], shape)


def _shape(factors: Sequence[Lettered], output: str) -> Shape:
    """The sizes of some letters of factors."""
    sizes = {k: n for letters, one in factors for k, n in zip(letters, one.shape, strict=True)}
    return tuple(sizes[letter] for letter in output)


def _numbered(letters: str, one: Lettered, two: Lettered) -> tuple[int, ...]:
    """Letters by their places among those of two factors."""
    places = list(dict.fromkeys(one[0] + two[0]))
    return tuple(map(places.index, letters))


def _key(one: Lettered, two: Lettered, needed: Container[str]) -> Any:
    """What the product of two factors is, whatever its letters are called."""
    kept = [letter for letter in dict.fromkeys(one[0] + two[0]) if letter in needed]
    letters = one[0] + two[0] + "".join(kept)
    return one[1], two[1], len(one[0]), _numbered(letters, one, two)
