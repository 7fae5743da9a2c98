"""What source may write over: arrays that it made itself, at their last use.

A product of large arrays then takes no new memory. Nothing of the caller's is written over, nothing
that something else still reads, and no array whose type could hold less than the result's.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Container, Mapping, Sequence

from matcalc.code.arithmetic import ARITHMETIC
from matcalc.code.spelling import ATOM, Spelled, within
from matcalc.code.terms import Term, viewed
from matcalc.dimensions import Shape
from matcalc.operations import facts_of, is_elementwise, known_rule

_ENTRYWISE = ("times", "plus", "negative", "power", "scale_rows", "scale_columns")
_NEW = (*_ENTRYWISE, "over", "matmul", "outer")  # what is an array of its own
_KEEP_TYPE = (*_ENTRYWISE, "matmul", "outer", "transpose", "sum", "expanded")
_MATRIX = 2  # fewer axes are not worth a statement
_PAIR = 2  # of a longer sum NumPy writes over what stands between


class Overwriting:
    """Knows which arrays may be written over while source is written from operands upwards.

    Attributes:
        left: How many uses of each term are not spelled yet.
    """

    def __init__(self, uses: Mapping[Term, int], *, one_type: bool = False) -> None:
        """Where nothing is spelled yet; and whether all variables are floats of one type."""
        self.left = Counter(uses)
        self._given = ("mapped",) if one_type else ("mapped", "name")  # what may be of any type
        self._floats = ("name",) if one_type else ()
        self._names = one_type  # whether an array gets a name to be written over
        self._inlined: dict[Term, frozenset[Term]] = {}  # the arrays that their text reads
        self._held: set[Term] = set()  # arrays that others are views of
        self._leaves: dict[Term, int] = {}  # a bit for each of these that a term is made of
        self._bits: dict[Term, int] = {}
        self._of_floats: set[Term] = set()  # for sure, when variables may be whole numbers

    def spelled(self, term: Term, *, has_name: bool) -> None:
        """A term is written, as a statement or within others."""
        self.left.subtract(term.args)
        leaves = 0
        if term.op in self._given:
            leaves = self._bits.setdefault(term, 1 << len(self._bits))
        for one in term.args:
            leaves |= self._leaves[one]
        self._leaves[term] = leaves
        if (
            _makes_floats(term)
            or (term.op in self._floats and term.rank)
            or (term.op in _KEEP_TYPE and not self._of_floats.isdisjoint(term.args))
        ):
            self._of_floats.add(term)
        if not has_name:
            read = [self._inlined.get(one, frozenset((one,))) for one in term.args]
            self._inlined[term] = frozenset[Term]().union(*read)
        elif viewed(term) is not term:
            self._held.add(viewed(term))

    def operand(self, term: Term, kept: Container[Term]) -> Term | None:
        """The operand that a term may be written over, if there is one.

        Args:
            term: What is computed next.
            kept: What is returned, or has a name of the user's.
        """
        if term.rank < _MATRIX or term.op not in _STATEMENTS:
            return None
        fitting = [one for one in _candidates(term) if one not in kept and self._fits(one, term)]
        for one in fitting:
            if self._is_last(one, term, kept) or (self._names and self._is_spread(one, term)):
                return one
        return None

    def _is_spread(self, array: Term, term: Term) -> bool:
        """Whether an array without a name meets one that is broadcast: NumPy would make a third."""
        others = [one for one in term.args if one is not array]
        return array in self._inlined and any(k.rank and k.shape != array.shape for k in others)

    def _is_last(self, array: Term, term: Term, kept: Container[Term]) -> bool:
        """Whether nothing reads an array once a term is computed."""
        if array in self._inlined or array in self._held or self.left[array] != 1:
            return False
        reading = [one for one, read in self._inlined.items() if array in read]
        return all(one not in kept and self.left[one] == term.args.count(one) for one in reading)

    def _fits(self, array: Term, term: Term) -> bool:
        """Whether an array has the shape of a result, and a type that holds it."""
        others = [one for one in term.args if one is not array]
        known = self._leaves[array]
        return (
            _is_new(array)
            and array.shape == term.shape
            and (term.op == "scale_rows" or all(_broadcasts(k.shape, array.shape) for k in others))
            and all(self._leaves[one] | known == known for one in others)
            and array in self._of_floats
        )


def statement(term: Term, array: Term, pieces: Mapping[Term, Spelled]) -> str:
    """The statement that writes a term over one of its operands."""
    others = [one for one in term.args if one is not array]
    sign, text = _STATEMENTS[term.op](others, [pieces[one] for one in others])
    return f"{pieces[array].text} {sign}= {text}"


def _times(others: Sequence[Term], pieces: Sequence[Spelled]) -> tuple[str, str]:
    return "*", ARITHMETIC["times"](others, pieces, None).text


def _over(_: Sequence[Term], pieces: Sequence[Spelled]) -> tuple[str, str]:
    return "/", pieces[0].text


def _plus(others: Sequence[Term], pieces: Sequence[Spelled]) -> tuple[str, str]:
    text = pieces[0].text
    if text.startswith("-") and others[0].op in ("negative", "number"):
        return "-", text[1:]
    return "+", text


def _scale_rows(_: Sequence[Term], pieces: Sequence[Spelled]) -> tuple[str, str]:
    return "*", f"{within(pieces[0], ATOM)}[:, None]"


_STATEMENTS: Mapping[str, Callable[..., tuple[str, str]]] = {
    "times": _times,
    "over": _over,
    "plus": _plus,
    "scale_rows": _scale_rows,
    "scale_columns": _times,
}


def _candidates(term: Term) -> Sequence[Term]:
    """The operands that a term has a statement over."""
    if term.op == "over":
        return term.args[:1]
    if term.op == "plus" and len(term.args) != _PAIR:
        return ()
    return [one for one in term.args if term.args.count(one) == 1 and one.op != "negative"]


def _is_new(array: Term) -> bool:
    if array.op != "call":
        return array.op in _NEW
    name = array.value[0]
    return known_rule(name) is not None and is_elementwise(name)


def _makes_floats(term: Term) -> bool:
    """Whether a term is of floats whatever it is made of."""
    return term.op == "over" or (term.op == "call" and facts_of(term.value[0]).in_math)


def _broadcasts(shape: Shape, whole: Shape) -> bool:
    if len(shape) > len(whole):
        return False
    behind = whole[len(whole) - len(shape) :]
    return all(one in (size, 1) for one, size in zip(shape, behind, strict=True))
