"""What signs mean that not every book has."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from typing import NamedTuple

from matcalc.notation.formulas import Written
from matcalc.notation.printers.mathematics import TRIGONOMETRIC, as_in_books
from matcalc.notation.tree import Phrase, operands_first


class _Sign(NamedTuple):
    """What a sign means, and how a phrase is found that is written with it."""

    meaning: str
    stands: Callable[[Phrase], bool]
    in_text: bool = False  # whether the input language has it too


def _arrays(phrase: Phrase) -> int:
    return sum(arg.kind != "scalar" for arg in phrase.args)


def _is_entrywise_power(phrase: Phrase) -> bool:
    if phrase.is_call("sqrt"):
        return phrase.kind in ("matrix", "tensor")
    if phrase.op == "power" and phrase.args[0].is_call(*TRIGONOMETRIC):
        return phrase.value.denominator != 1 and phrase.kind != "scalar"
    return (phrase.op == "power" or phrase.is_call("power_of")) and phrase.kind != "scalar"


_SIGNS = (
    _Sign("⊙ multiplies entry by entry", lambda one: one.op == "times" and _arrays(one) > 1),
    _Sign("x⊙² is a power entry by entry", _is_entrywise_power),
    _Sign(
        "⊘ divides entry by entry", lambda one: one.op == "over" and one.args[1].kind != "scalar"
    ),
    _Sign("σ(z) is 1 / (1 + exp(−z))", lambda one: one.is_call("sigmoid")),
    _Sign("step(z) is 1 where z > 0, else 0", lambda one: one.is_call("step"), in_text=True),
    _Sign(
        "δ[i,j] is 1 where i = j, else 0",
        lambda one: one.op == "entry" and one.args[0].is_call("eye"),
    ),
    _Sign("1ₙ is a column of ones", lambda one: one.is_call("ones")),
)


def meanings(formulas: Iterable[Written], *, in_text: bool = False) -> list[str]:
    """The meaning of each special sign in formulas as Unicode or, some of them, text shows them.

    >>> from matcalc.notation import phrases, tree
    >>> x, y = tree.name("x", ("n",)), tree.name("y", ("n",))
    >>> meanings([Written((), phrases.times([x, y]))])
    ['⊙ multiplies entry by entry']
    """
    roots = [root for one in formulas for root in as_in_books(one).roots]
    pieces = [piece for root in roots for piece in operands_first(root)]
    signs = [one for one in _SIGNS if one.in_text or not in_text]
    return [one.meaning for one in signs if any(map(one.stands, pieces))]
