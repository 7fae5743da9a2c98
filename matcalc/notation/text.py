"""Formulas in the input language: what is printed can be read again, and means the same."""

from __future__ import annotations

from collections.abc import Callable
from fractions import Fraction

from matcalc.graph import Node, transposed
from matcalc.layout import Written as WrittenForm
from matcalc.notation.formulas import Written, write
from matcalc.notation.phrases import Phrase

_SUM, _PRODUCT, _SIGN, _POWER, _ATOM = range(1, 6)


def text(written: Written) -> str:
    """A formula as text; names for what recurs come first."""
    lets = "".join(f"{name} = {_text(phrase)[0]}; " for name, phrase in written.lets)
    return lets + _text(written.phrase)[0]


def derivative_text(node: Node, form: WrittenForm) -> str:
    """The formula of a derivative as a layout writes it.

    Args:
        node: Its entries, axes of ``of`` and then of ``wrt``.
        form: How it is written: a layout's form, no axes put together.

    Raises:
        UnboundError: The derivative holds arrays, which have no names.
    """
    axes = [form.stored.index(axis) for group in form.form for axis in group]
    lies = form.matrix_form is not None and len(axes) == 1 and not form.matrix_form[0]
    return text(write(transposed(node, axes), row=lies))


def _text(root: Phrase) -> tuple[str, int]:
    """The text of a phrase and how tightly it binds; iterative."""
    done: dict[int, tuple[str, int]] = {}
    waiting = [root]
    while waiting:
        phrase = waiting[-1]
        missing = [arg for arg in phrase.args if id(arg) not in done]
        if missing:
            waiting += missing
            continue
        waiting.pop()
        done[id(phrase)] = _spell(phrase, [done[id(arg)] for arg in phrase.args])
    return done[id(root)]


def _spell(phrase: Phrase, args: list[tuple[str, int]]) -> tuple[str, int]:
    """A phrase of pieces that are spelled already."""
    spell, binds = _SPELLINGS[phrase.op]
    return spell(phrase, args), binds


def _call(phrase: Phrase, args: list[tuple[str, int]]) -> str:
    return f"{phrase.value}({_arguments(phrase, args)})"


def _transpose(_: Phrase, args: list[tuple[str, int]]) -> str:
    return f"{_within(args[0], _ATOM)}.T"


def _power(phrase: Phrase, args: list[tuple[str, int]]) -> str:
    return f"{_within(args[0], _ATOM)}**{_decimal(phrase.value)}"


def _negative(_: Phrase, args: list[tuple[str, int]]) -> str:
    return f"-{_within(args[0], _PRODUCT)}"


def _over(_: Phrase, args: list[tuple[str, int]]) -> str:
    return f"{_within(args[0], _PRODUCT)} / {_within(args[1], _POWER)}"


def _matmul(_: Phrase, args: list[tuple[str, int]]) -> str:
    return " @ ".join(_within(arg, _POWER) for arg in args)


def _within(piece: tuple[str, int], least: int) -> str:
    """A piece, in parentheses if it binds less tightly than it must."""
    return piece[0] if piece[1] >= least else f"({piece[0]})"


def _times(phrase: Phrase, args: list[tuple[str, int]]) -> str:
    """Factors of ``*``: the last may be a matrix product if all before it are scalars."""
    *before, last = zip(phrase.args, args, strict=True)
    parts = [_within(piece, _POWER) for _, piece in before]
    scalars = all(one.kind == "scalar" for one, _ in before)
    bare = scalars and last[0].op in ("matmul", "over") and last[0].kind != "scalar"
    parts.append(last[1][0] if bare else _within(last[1], _POWER))
    return " * ".join(parts)


def _plus(phrase: Phrase, args: list[tuple[str, int]]) -> str:
    result = ""
    for term, (spelled, tight) in zip(phrase.args, args, strict=True):
        if term.op == "negative":
            result += f" - {spelled[1:]}" if result else spelled
        else:
            shown = _within((spelled, tight), _SUM)
            result += f" + {shown}" if result else shown
    return result


def _arguments(phrase: Phrase, args: list[tuple[str, int]]) -> str:
    words = [piece for piece, _ in args]
    texts = [one for one in phrase.extra if one.startswith('"')]
    return ", ".join([*texts, *words, *(one for one in phrase.extra if one not in texts)])


def _decimal(value: Fraction) -> str:
    """A number as people write it: 0.5, 3, and 1 / 3 where no short decimal is exact."""
    if value.denominator == 1:
        return str(value.numerator)
    decimal = repr(float(value))
    if Fraction(decimal) == value and (len(decimal) < 8 or value.denominator > 1000):
        return decimal
    return f"({value.numerator} / {value.denominator})"


def _name(phrase: Phrase, _: list[tuple[str, int]]) -> str:
    return str(phrase.value)


def _number(phrase: Phrase, _: list[tuple[str, int]]) -> str:
    return _decimal(phrase.value)


_SPELLINGS: dict[str, tuple[Callable[[Phrase, list[tuple[str, int]]], str], int]] = {
    "name": (_name, _ATOM),
    "number": (_number, _ATOM),
    "call": (_call, _ATOM),
    "transpose": (_transpose, _ATOM),
    "power": (_power, _POWER),
    "negative": (_negative, _SUM),
    "plus": (_plus, _SUM),
    "over": (_over, _PRODUCT),
    "matmul": (_matmul, _PRODUCT),
    "times": (_times, _PRODUCT),
}
