"""From a network to matrix notation: labels are eliminated until a book's product is left.

A label is a vertex; a matrix is an edge between two, a vector a weight at one. A summed label
with one edge is a matrix-vector product, one with two a matrix product, one with none an inner
product or a sum; with more there is no matrix notation.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping, Sequence
from fractions import Fraction
from typing import Any

from matcalc.dimensions import Dimension
from matcalc.notation import phrases, tree
from matcalc.notation.parameters import Parameter
from matcalc.notation.tree import Phrase
from matcalc.operations import facts_of

Power = tuple[Phrase, Fraction]
_ONE = tree.numeral(1)


class NoMatrixNotation(Exception):  # noqa: N818 - not an error: index notation comes next
    """There is no matrix notation for this network."""


class Network:
    """A product while it is turned into matrix notation.

    Attributes:
        weights: For each label the vectors on it, with exponents.
        edges: Matrices between two labels: rows, columns, matrix.
        scalars: The scalars, with exponents.
        crosses: The labels of cross products: i, j and k of the sign ε_ijk.
        of_vectors: What that makes of a vector, and of two.
    """

    def __init__(self, sizes: Mapping[Any, Dimension]) -> None:
        self.sizes = sizes
        self.weights: dict[Any, list[Power]] = {}
        self.edges: list[tuple[Any, Any, Phrase]] = []
        self.scalars: list[Power] = []
        self.crosses: list[tuple[Any, ...]] = []
        self.of_vectors = ("", "")

    def take(self, phrase: Phrase, labels: Sequence[Any], exponent: Fraction) -> None:
        """Add a factor.

        Raises:
            NoMatrixNotation: It has more than two axes.
        """
        of_vectors = facts_of(phrase.value).of_vectors if phrase.op == "call" else ("", "")
        if all(of_vectors) and len(set(labels)) == 3:
            self.crosses.append(tuple(labels))
            self.of_vectors = of_vectors
            return
        if len(labels) > 2:
            raise NoMatrixNotation
        if not labels:
            self.scalars.append((phrase, exponent))
        elif len(labels) == 1:
            self.weights.setdefault(labels[0], []).append((phrase, exponent))
        elif labels[0] == labels[1] and exponent != 1:  # diag(X)**2, not diag(X**2)
            column = tree.call("diag", [phrase], phrase.shape[:1])
            self.weights.setdefault(labels[0], []).append((column, exponent))
        else:
            self.edges.append((labels[0], labels[1], entrywise([(phrase, exponent)])))

    def solve(self, output: Sequence[Any]) -> Phrase:
        """The formula of the network.

        Raises:
            NoMatrixNotation: There is none.
        """
        if len(output) > 2:
            raise NoMatrixNotation
        summed = (set(self.degrees()) | set(self.weights)) - set(output)
        while True:
            self.close_loops(summed)
            self.join_parallel(summed)
            self.close_totals(summed)
            if self.close_cross(summed, vectors=2):
                continue
            degree = self.degrees()
            label = self.next_label(summed, degree)
            if (label is None or degree[label] > 1) and self.close_cross(summed, vectors=1):
                continue
            if label is None:
                break
            summed.discard(label)
            self.eliminate(label, degree[label])
        return scaled(self.assembled(output), merged(self.scalars))

    def degrees(self) -> Counter[Any]:
        """At how many matrices and cross products each label stands."""
        ends = (label for edge in self.edges for label in set(edge[:2]))
        return Counter([*ends, *(label for cross in self.crosses for label in cross)])

    def next_label(self, summed: set[Any], degree: Mapping[Any, int]) -> Any:
        """The label to sum over next: with the fewest matrices, none of a cross product."""
        held = {label for cross in self.crosses for label in cross}
        return min(summed - held, key=lambda k: (degree[k], str(k)), default=None)

    def close_cross(self, summed: set[Any], *, vectors: int) -> bool:
        """Write one ε_ijk as the cross product of two vectors, or as the matrix of one.

        A label that two of them share is none of a vector: cross(a, cross(b, c)) is written from
        the inside out.
        """
        degree = self.degrees()
        for labels in self.crosses:
            ready = [label in summed and degree[label] == 1 for label in labels]
            first = next((k for k in range(3) if ready[k] and (vectors == 1 or ready[k - 2])), None)
            if first is None:
                continue
            self.crosses.remove(labels)
            one, two, three = labels[first:] + labels[:first]
            column = self.summed_weight(one, summed)
            of_one, of_two = self.of_vectors
            if ready[first - 2]:
                product = [column, self.summed_weight(two, summed)]
                cross = tree.call(of_two, product, column.shape)
                self.weights.setdefault(three, []).append((cross, Fraction(1)))
            else:
                self.edges.append((three, two, tree.call(of_one, [column], column.shape * 2)))
            return True
        return False

    def summed_weight(self, label: Any, summed: set[Any]) -> Phrase:
        """The vector on a label that is summed over by what takes it."""
        summed.discard(label)
        weights = self.weights.pop(label, [])
        return entrywise(weights) if weights else tree.ones(self.sizes[label])

    def close_totals(self, summed: set[Any]) -> None:
        """A matrix alone between two summed labels is the sum of its entries."""
        degree = self.degrees()
        for edge in list(self.edges):
            one, two, matrix = edge
            alone = degree[one] == degree[two] == 1
            if alone and {one, two} <= summed and not {one, two} & self.weights.keys():
                self.edges.remove(edge)
                summed -= {one, two}
                self.scalars.append((tree.call("sum", [matrix], ()), Fraction(1)))

    def eliminate(self, label: Any, degree: int) -> None:
        """Sum over a label."""
        weights = self.weights.pop(label, [])
        touching = [edge for edge in self.edges if label in edge[:2]]
        self.edges = [edge for edge in self.edges if label not in edge[:2]]
        if degree == 0:
            if weights:
                self.scalars.append((total(weights), Fraction(1)))
        elif degree == 1:
            other, matrix = _from_other(touching[0], label)
            column = _times_weights(matrix, weights) if weights else _row_sums(matrix)
            self.weights.setdefault(other, []).append((column, Fraction(1)))
        elif degree == 2:
            one, two = touching
            if one[1] != label and two[1] == label:
                one, two = two, one
            rows, left = _from_other(one, label)
            columns, right = _from_other(two, label)
            place, others = without_unit(weights)
            if place is not None:
                self.scalars += others
                product = phrases.matmul(
                    [phrases.line(left, place), phrases.transpose(phrases.line(right, place))]
                )
                self.edges.append((rows, columns, product))
                return
            middle = [diagonal(weights)] if weights else []
            product = phrases.matmul([left, *middle, phrases.transpose(right)])
            self.edges.append((rows, columns, product))
        else:
            raise NoMatrixNotation

    def close_loops(self, summed: set[Any]) -> None:
        """A matrix from a label to itself is its diagonal, or its trace."""
        loops = [edge for edge in self.edges if edge[0] == edge[1]]
        self.edges = [edge for edge in self.edges if edge[0] != edge[1]]
        for label, _, matrix in loops:
            alone = label in summed and label not in self.weights
            if alone and not self.degrees()[label] and len(loops) == 1:
                summed.discard(label)
                self.scalars.append((tree.call("tr", [matrix], ()), Fraction(1)))
            else:
                column = tree.call("diag", [matrix], matrix.shape[:1])
                self.weights.setdefault(label, []).append((column, Fraction(1)))

    def join_parallel(self, summed: set[Any]) -> None:
        """Matrices between the same labels are multiplied entry by entry, or make a trace."""
        pairs: dict[frozenset[Any], list[tuple[Any, Any, Phrase]]] = {}
        for edge in self.edges:
            pairs.setdefault(frozenset(edge[:2]), []).append(edge)
        degree = self.degrees()
        self.edges = []
        for edges in pairs.values():
            rows, columns, first = edges[0]
            if degree[rows] == degree[columns] == 2 and self._is_trace(edges, summed):
                product = phrases.matmul([first, edges[1][2]])
                self.scalars.append((tree.call("tr", [product], ()), Fraction(1)))
                summed -= {rows, columns}
                continue
            turned = [m if r == rows else phrases.transpose(m) for r, _, m in edges]
            self.edges.append((rows, columns, phrases.times(turned) if turned[1:] else first))

    def _is_trace(self, edges: Sequence[tuple[Any, Any, Phrase]], summed: set[Any]) -> bool:
        if len(edges) != 2 or edges[0][0] == edges[1][0]:
            return False
        ends = set(edges[0][:2])
        return ends <= summed and not ends & self.weights.keys()

    def assembled(self, output: Sequence[Any]) -> Phrase:
        """What is left: a number, a column, or a matrix with weights at its sides.

        Raises:
            NoMatrixNotation: More is left than can be written so.
        """
        sides = {label: self.weights.pop(label, []) for label in dict.fromkeys(output)}
        edges, self.edges = self.edges, []
        if self.weights or self.crosses or len(edges) > (len(sides) > 1):
            raise NoMatrixNotation
        if edges:
            return self.between(sides, edges[0])
        columns = {
            label: entrywise(side) if side else tree.ones(self.sizes[label])
            for label, side in sides.items()
        }
        if not output:
            return tree.numeral(1)
        if len(output) == 1:
            return columns[output[0]]
        rows, _ = output
        if len(sides) == 1:
            return diagonal(sides[rows]) if sides[rows] else tree.eye(self.sizes[rows])
        if not any(sides.values()):
            return tree.ones(*(self.sizes[label] for label in output))
        left, right = columns.values()
        return phrases.matmul([left, phrases.transpose(right)])

    def between(
        self, sides: Mapping[Any, Sequence[Power]], edge: tuple[Any, Any, Phrase]
    ) -> Phrase:
        """A matrix with diagonal matrices of the weights at its sides."""
        start, _, matrix = edge
        middle = matrix if start == next(iter(sides)) else phrases.transpose(matrix)
        left, right = ([diagonal(side)] if side else [] for side in sides.values())
        return phrases.matmul([*left, middle, *right])


def _from_other(edge: tuple[Any, Any, Phrase], label: Any) -> tuple[Any, Phrase]:
    """The label at the other end, and the matrix whose columns are ``label``."""
    rows, columns, matrix = edge
    return (rows, matrix) if columns == label else (columns, phrases.transpose(matrix))


def _row_sums(matrix: Phrase) -> Phrase:
    if matrix.op == "transpose":
        return tree.call("sum", matrix.args, matrix.shape[:1], [Parameter("axis", 0)])
    return tree.call("sum", [matrix], matrix.shape[:1], [Parameter("axis", 1)])


def merged(powers: Sequence[Power]) -> list[Power]:
    """Equal pieces as one with their exponents added."""
    found: dict[Phrase, Fraction] = {}
    for piece, exponent in powers:
        found[piece] = found.get(piece, Fraction(0)) + exponent
    return [(piece, exponent) for piece, exponent in found.items() if exponent]


def without_unit(weights: Sequence[Power]) -> tuple[Dimension | None, list[Power]]:
    """The place of a column that is 1 there alone, and the entries of the others at it."""
    found = next(
        (p for one, k in weights if k == 1 and (p := phrases.unit_place(one)) is not None), None
    )
    if found is None:
        return None, []
    rest = [(base, power) for base, power in weights if phrases.unit_place(base) != found]
    return found, [(phrases.entry(base, found), power) for base, power in rest]


def _times_weights(matrix: Phrase, weights: Sequence[Power]) -> Phrase:
    """A matrix times a column; times a column of the identity it is a column of the matrix."""
    place, others = without_unit(weights)
    if place is None:
        return phrases.matmul([matrix, entrywise(weights)])
    return scaled(phrases.line(matrix, place), merged(others))


def diagonal(weights: Sequence[Power]) -> Phrase:
    """A diagonal matrix."""
    column = entrywise(weights)
    return tree.call("diag", [column], column.shape * 2)


def total(weights: Sequence[Power]) -> Phrase:
    """The sum of products entry by entry: an inner product if there are two."""
    place, others = without_unit(weights)
    if place is not None:
        return entrywise(others) if others else tree.numeral(1)
    if len(weights) == 1 and weights[0][1] == 2 and weights[0][0].kind == "column":
        weights = [(weights[0][0], Fraction(1))] * 2
    if len(weights) == 2 and (product := _summed_product(weights)):
        return tree.call("sum", [product], ())
    if len(weights) == 2 and all(power > 0 for _, power in weights):
        left, right = (entrywise([weight]) for weight in weights)
        ways = [
            phrases.matmul([phrases.transpose(one), two])
            for one, two in ((left, right), (right, left))
        ]
        return min(ways, key=lambda way: phrases.transposes([way]))
    return tree.call("sum", [entrywise(weights)], ())


def _summed_product(weights: Sequence[Power]) -> Phrase | None:
    """A matrix times a column, where one weight holds the sums of the columns of the matrix."""
    for (sums, one), (column, power) in (weights, weights[::-1]):
        axis = sums.parameter("axis") if sums.is_call("sum") else None
        if axis is not None and one == 1 and power > 0 and column.parameter("axis") is None:
            matrix = sums.args[0] if axis == 0 else phrases.transpose(sums.args[0])
            return phrases.matmul([matrix, entrywise([(column, power)])])
    return None


def entrywise(powers: Sequence[Power]) -> Phrase:
    """Powers multiplied entry by entry, negative ones below the line."""
    above = [phrases.power(base, power) for base, power in powers if power > 0]
    below = [phrases.power(base, -power) for base, power in powers if power < 0]
    numerator = phrases.times(above) if above else tree.numeral(1)
    return phrases.over(numerator, phrases.times(below)) if below else numerator


def scaled(phrase: Phrase, scalars: Sequence[Power]) -> Phrase:
    """A phrase with scalars before it, and some below the line."""
    above = [phrases.power(base, power) for base, power in scalars if power > 0]
    below = [phrases.power(base, -power) for base, power in scalars if power < 0]
    if above and phrase.op == "over" and phrase.args[0] == _ONE:  # 2 / x, not 2 * (1 / x)
        numerator = phrases.over(phrases.times(above), phrase.args[1])
    else:
        numerator = phrases.times([*above, phrase]) if above else phrase
    return phrases.over(numerator, phrases.times(below)) if below else numerator
