"""What signs mean that not every book has."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from fractions import Fraction

from matcalc.notation.formulas import WrittenFormula
from matcalc.notation.printers.mathematics import as_in_books, has_power_behind_name
from matcalc.notation.tree import Phrase, operands_first

Test = Callable[[Phrase], bool]  # whether a phrase is written with a sign


def _arrays(phrase: Phrase) -> int:
    return sum(arg.kind != "scalar" for arg in phrase.args)


def _is_entrywise_power(phrase: Phrase) -> bool:
    if phrase.is_call("sqrt"):
        return phrase.kind in ("matrix", "tensor")
    if phrase.op == "power" and has_power_behind_name(phrase.args[0]):
        exponent: Fraction = phrase.value
        return exponent.denominator != 1 and phrase.kind != "scalar"
    return (phrase.op == "power" or phrase.is_call("power_of")) and phrase.kind != "scalar"


def _multiplies(phrase: Phrase) -> bool:
    return phrase.op == "times" and _arrays(phrase) > 1


def _divides(phrase: Phrase) -> bool:
    return phrase.op == "over" and phrase.args[1].kind != "scalar"


def _is_delta(phrase: Phrase) -> bool:
    return phrase.op == "entry" and phrase.args[0].is_call("eye")


def _is_step(phrase: Phrase) -> bool:
    return phrase.is_call("step")


def _is_sigmoid(phrase: Phrase) -> bool:
    return phrase.is_call("sigmoid")


def _is_ones(phrase: Phrase) -> bool:
    return phrase.is_call("ones")


_SIGNS: dict[str, Test] = {
    "⊙ multiplies entry by entry": _multiplies,
    "x⊙² is a power entry by entry": _is_entrywise_power,
    "⊘ divides entry by entry": _divides,
    "σ(z) is 1 / (1 + exp(−z))": _is_sigmoid,
    "step(z) is 1 where z > 0, else 0": _is_step,
    "δ[i,j] is 1 where i = j, else 0": _is_delta,
    "1ₙ is a column of ones": _is_ones,
}
_IN_TEXT: tuple[Test, ...] = (_is_step,)  # those that the input language writes too


def meanings(formulas: Iterable[WrittenFormula], *, in_text: bool = False) -> list[str]:
    """The meaning of each special sign in formulas as Unicode or, some of them, text shows them.

    >>> from matcalc.notation import phrases, tree
    >>> x, y = tree.name("x", ("n",)), tree.name("y", ("n",))
    >>> meanings([WrittenFormula((), phrases.times([x, y]))])
    ['⊙ multiplies entry by entry']
    """
    roots = [root for one in formulas for root in as_in_books(one).roots]
    pieces = [piece for root in roots for piece in operands_first(root)]
    signs = {said: test for said, test in _SIGNS.items() if test in _IN_TEXT or not in_text}
    return [said for said, test in signs.items() if any(map(test, pieces))]
