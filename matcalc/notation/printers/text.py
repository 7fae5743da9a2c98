"""Formulas in the input language: what is printed can be read again, and means the same."""

from __future__ import annotations

from collections.abc import Sequence
from fractions import Fraction

from matcalc.notation.formulas import WrittenFormula
from matcalc.notation.means import with_means
from matcalc.notation.parameters import Parameter, named, spelled
from matcalc.notation.printers.spelling import (
    ATOM,
    POWER,
    PRODUCT,
    SUM,
    Spelled,
    SpelledPhrase,
    Speller,
    arguments,
    book_shape,
    decimal,
    formulas,
    in_brackets,
    in_rows,
    parenthesised,
    place_binds,
    placed,
    signed_sum,
    within,
)
from matcalc.notation.tree import Phrase


def text(written: WrittenFormula) -> str:
    """A formula as text; names for what recurs come first."""
    return "; ".join(text_formulas(written))


def text_formulas(written: WrittenFormula) -> list[str]:
    """A name for each part that recurs and its meaning, then the formula."""
    return formulas(with_means(written), _SPELLERS.__getitem__)


def _exact(value: Fraction) -> str:
    """A number: 0.5, 3, and (1 / 3) where no short decimal is exact."""
    return decimal(value) or f"({value.numerator} / {value.denominator})"


def _call(phrase: Phrase, args: Sequence[SpelledPhrase]) -> Spelled:
    if phrase.value == "power_of":
        return "**".join(within(arg, ATOM) for arg in args), POWER
    if phrase.value == "slice":
        ends = ":".join(str(phrase.parameter(key)) for key in ("start", "stop"))
        return f"{within(args[0], ATOM)}[{ends}]", ATOM
    return f"{phrase.value}({arguments(phrase, args, _option)})", ATOM


def _option(parameter: Parameter) -> str:
    return named(parameter.name, spelled(parameter.value))


def _einsum(phrase: Phrase, args: Sequence[SpelledPhrase]) -> Spelled:
    listed = "".join(f", {one.text}" for one in args)
    return f'einsum("{phrase.value}"{listed})', ATOM


def _times(_: Phrase, args: Sequence[SpelledPhrase]) -> Spelled:
    """Factors of ``*``: the last may be a matrix product if all before it are scalars."""
    *before, last = args
    parts = [within(piece, POWER) for piece in before]
    scalars = all(one.phrase.kind == "scalar" for one in before)
    ops: tuple[str, ...] = ("matmul", "over")
    if last.phrase.kind == "scalar":  # 2 * x / s, but 2 * (x.T @ y)
        ops = ("over",) if last.args and last.args[0].phrase.op != "matmul" else ()
    bare = scalars and last.phrase.op in ops
    parts.append(last.text if bare else within(last, POWER))
    return " * ".join(parts), PRODUCT


def _part(phrase: Phrase, args: Sequence[SpelledPhrase]) -> Spelled:
    places = (":" if one is None else str(one) for one in phrase.value)
    return f"{within(args[0], ATOM)}[{', '.join(places)}]", ATOM


def _place(phrase: Phrase, args: Sequence[SpelledPhrase]) -> Spelled:
    shape = "x".join(map(str, book_shape(phrase)))
    return placed(within(args[0], phrase.value), shape), place_binds(phrase)


_SPELLERS: dict[str, Speller] = {
    "name": lambda phrase, _: (str(phrase.value), ATOM),
    "number": lambda phrase, _: (_exact(phrase.value), ATOM),
    "call": _call,
    "mapped": lambda phrase, args: (
        f"{phrase.value[0]}{chr(39) * phrase.value[1]}({args[0].text})",
        ATOM,
    ),
    "einsum": _einsum,
    "transpose": lambda _, args: (f"{within(args[0], ATOM)}.T", ATOM),
    "power": lambda phrase, args: (f"{within(args[0], ATOM)}**{_exact(phrase.value)}", POWER),
    "negative": lambda _, args: (f"-{within(args[0], PRODUCT)}", SUM),
    "plus": lambda _, args: (signed_sum(args, "-", parenthesised), SUM),
    "over": lambda _, args: (f"{within(args[0], PRODUCT)} / {within(args[1], POWER)}", PRODUCT),
    "matmul": lambda _, args: (" @ ".join(within(arg, POWER) for arg in args), PRODUCT),
    "times": _times,
    "listed": lambda phrase, args: (in_brackets(in_rows(phrase, [k.text for k in args])), ATOM),
    "part": _part,
    "place": _place,
}
