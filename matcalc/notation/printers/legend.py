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


#: What each sign means, and the phrases that are written with it.
_SIGNS: dict[str, Test] = {
    "⊙ multiplies entry by entry": lambda one: one.op == "times" and _arrays(one) > 1,
    "x⊙² is a power entry by entry": _is_entrywise_power,
    "⊘ divides entry by entry": lambda one: one.op == "over" and one.args[1].kind != "scalar",
    "σ(z) is 1 / (1 + exp(−z))": lambda one: one.is_call("sigmoid"),
    "step(z) is 1 where z > 0, else 0": lambda one: one.is_call("step"),
    "δ[i,j] is 1 where i = j, else 0": lambda one: one.op == "entry" and one.args[0].is_call("eye"),
    "1ₙ is a column of ones": lambda one: one.is_call("ones"),
}


def meanings(formulas: Iterable[WrittenFormula], *, in_text: bool = False) -> list[str]:
    """The meaning of each special sign in formulas as Unicode or, some of them, text shows them.

    >>> from matcalc.notation import phrases, tree
    >>> x, y = tree.name("x", ("n",)), tree.name("y", ("n",))
    >>> meanings([WrittenFormula((), phrases.times([x, y]))])
    ['⊙ multiplies entry by entry']
    """
    roots = [root for one in formulas for root in as_in_books(one).roots]
    pieces = [piece for root in roots for piece in operands_first(root)]
    signs = _SIGNS.items()  # the input language writes one of them too
    known = [(said, test) for said, test in signs if said.startswith("step") or not in_text]
    return [said for said, test in known if any(map(test, pieces))]
