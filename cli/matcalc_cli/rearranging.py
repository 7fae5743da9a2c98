"""How to bring an array from one convention to another, as NumPy and as einops code."""

from __future__ import annotations

from collections.abc import Iterable
from itertools import product

from matcalc.dimensions import Dimension
from matcalc.layout import ArrayForm, Axes, Form


def numpy_code(source: ArrayForm, target: ArrayForm) -> str:
    """The shortest chain of reshapes and transposes; ``J`` where nothing is to be done.

    >>> from matcalc.layout import written
    >>> from matcalc.variables import parse_derivative
    >>> z, W = parse_derivative("z[3] / W[2,5]")
    >>> numpy_code(written(z, W, "denominator"), written(z, W, "jax"))
    'J.transpose(2, 0, 1)'
    """
    if source.form == target.form:
        return "J"
    orders = product(_orders(source), _orders(target))
    steps = min((_steps(source, target, *pair) for pair in orders), key=len)
    return "".join(["J", *steps])


def _orders(form: ArrayForm) -> str:
    """The memory orders to try for a reshape; of two that do as well, the first is taken."""
    if all(len(group) < 2 for group in form.form):
        return "C"
    return "FC" if form.convention.name == "vec-F" else "C"


def _apart(form: Form) -> bool:
    return all(len(group) == 1 for group in form)


def _opened(form: Form, order: str) -> Axes:
    """The single axes that a reshape of this order makes of a form, or makes it from."""
    return tuple(axis for group in form for axis in (group if order == "C" else group[::-1]))


def _steps(source: ArrayForm, target: ArrayForm, opening: str, closing: str) -> list[str]:
    start, end = _opened(source.form, opening), _opened(target.form, closing)
    steps: list[str] = []
    if not _apart(source.form) and (start != end or opening != closing or _apart(target.form)):
        steps.append(_reshape((source.sizes[axis] for axis in start), opening))
    if start != end:
        turned = ", ".join(str(start.index(axis)) for axis in end)
        steps.append(".T" if start == end[::-1] else f".transpose({turned})")
    if not _apart(target.form):
        steps.append(_reshape(target.shape, closing))
    return steps


def _reshape(shape: Iterable[Dimension], order: str) -> str:
    sizes = ", ".join(map(str, shape)) or "()"
    return f".reshape({sizes})" if order == "C" else f'.reshape({_tuple(sizes)}, order="F")'


def _tuple(sizes: str) -> str:
    return f"({sizes})" if "," in sizes or sizes == "()" else sizes


def einops_code(source: ArrayForm, target: ArrayForm) -> str:
    """One rearrangement, with the lengths that einops cannot infer; ``J`` where there is none.

    >>> from matcalc.layout import written
    >>> from matcalc.variables import parse_derivative
    >>> z, W = parse_derivative("z[3] / W[2,5]")
    >>> einops_code(written(z, W, "vec-C"), written(z, W, "jax"))
    'einops.rearrange(J, "z (W_1 W_2) -> z W_1 W_2", W_1=2)'
    """
    if source.form == target.form:
        return "J"
    lengths = [f", {axis}={source.sizes[axis]}" for group in source.form for axis in group[:-1]]
    arrow = f"{source.pattern} -> {target.pattern}".strip()
    return f'einops.rearrange(J, "{arrow}"{"".join(lengths)})'
