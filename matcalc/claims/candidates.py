"""Candidates for the unknowns of an equation, and which of them fit together by dimensions."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass

from matcalc.claims.arranging import Arrangement, arrangements_of_sets
from matcalc.claims.sizes_text import Matrix
from matcalc.claims.tree import Tree
from matcalc.dimensions import Shape
from matcalc.errors import TooLargeError
from matcalc.expression.equation import ReadEquation
from matcalc.expression.unknowns import Solution
from matcalc.variables import Variable

_TRIES = 5000  # candidates that are put in, over all unknowns


@dataclass(frozen=True, slots=True)
class Candidate:
    """A variable, as it is or transposed, for an unknown; or a product of several, each once.

    Attributes:
        text: What would be written.
        shape: Rows and columns, a column n×1; of a number nothing.
        reason: Why it does not fit; nothing where it does.
        cost: Of a product, how far it is from the order in which the pieces were given.
    """

    text: str
    shape: Shape
    reason: str = ""
    cost: float = 0.0

    @property
    def fits(self) -> bool:
        """Whether it fits."""
        return not self.reason


def transposed_or_not(variable: Variable) -> Iterator[Candidate]:
    """What a variable may be put in as."""
    shape = variable.shape
    if not shape:
        yield Candidate(variable.name, ())
    elif len(shape) > 2:
        yield Candidate(variable.name, shape, f"{len(shape)} axes: no matrix")
    else:
        rows, columns = (*shape, 1)[:2]
        yield Candidate(variable.name, (rows, columns))
        yield Candidate(f"{variable.name}.T", (columns, rows))


_Offered = Callable[[int, bool], Iterator[tuple[Candidate, int]]]  # of the pieces that are left


def together(
    unknowns: Sequence[str], known: Sequence[Solution], offered: _Offered, left: int = 0
) -> Iterator[tuple[Candidate, ...]]:
    """What fits together, a candidate for each unknown, tried one unknown after the other.

    Args:
        unknowns: The unknowns that have none yet.
        known: The answers that are left.
        offered: The candidates for the next, of the pieces that are left and whether it is the
            last, each with the pieces that are left then.
        left: The pieces, by their bits.
    """
    if not unknowns:
        yield ()
        return
    first, *others = unknowns
    for candidate, rest in offered(left, not others):
        after = _after(first, candidate, known)
        for more in together(others, after, offered, rest) if after else ():
            yield (candidate, *more)


def each_for_any(tried: Sequence[Candidate]) -> _Offered:
    """Every candidate for every unknown."""
    fitting = [one for one in tried if one.fits]
    budget = iter(range(_TRIES))

    def offered(_left: int, _last: bool) -> Iterator[tuple[Candidate, int]]:
        for one in fitting:
            if next(budget, None) is None:
                raise TooLargeError(
                    f"over {_TRIES:,} ways to put {len(fitting)} candidates in; name fewer of "
                    "them, or look for one unknown at a time"
                )
            yield one, 0

    return offered


def each_once(equation: ReadEquation, tried: Sequence[Candidate]) -> tuple[_Offered, int]:
    """Each candidate in one unknown: products of sets of them, the last of all that are left."""
    own = [one for one in tried if one.fits and not one.text.endswith(".T")]
    table = arrangements_of_sets(
        [Arrangement(matrix_of(one.shape), 0.0, Tree("name", one.text)) for one in own], values=True
    )

    def candidate(way: Arrangement) -> Candidate:
        bare = len(equation.right) == 1 or way.tree.kind != "operator"
        text = str(way.tree) if bare else f"({way.tree})"
        return Candidate(text, () if way.shape == (1, 1) else way.shape, cost=way.cost)

    def offered(left: int, last: bool) -> Iterator[tuple[Candidate, int]]:
        for taken in (left,) if last else range(1, left + 1):
            for alike in table[taken].values() if taken & left == taken else ():
                for way in alike:
                    yield candidate(way), left ^ taken

    return offered, len(table) - 1


def _after(unknown: str, candidate: Candidate, found: Sequence[Solution]) -> tuple[Solution, ...]:
    """The answers in which an unknown is a candidate."""
    beside = (one for one in found if not is_number_beside(candidate, unknown, one))
    puts = (one.with_shape(unknown, matrix_of(candidate.shape)) for one in beside)
    return tuple(filter(None, puts))


def matrix_of(shape: Shape) -> Matrix:
    """Rows and columns of a candidate; a number is 1×1."""
    rows, columns = shape or (1, 1)
    return rows, columns


def is_number_beside(candidate: Candidate, unknown: str, answer: Solution) -> bool:
    """Whether a number would stand beside ``@``."""
    return not candidate.shape and unknown in answer.factors
