"""The line of a forward pass that a line of its backward pass may come from, read off its names."""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import NamedTuple

from matcalc.claims.fitting import Fit
from matcalc.variables import Variable

_NAME = r"[^\W\d]\w*"
_LINE = re.compile(
    rf"(?P<left>{_NAME}) = \(?(?P<one>{_NAME})(?P<one_T>\.T)? @ (?P<two>{_NAME})(?P<two_T>\.T)?\)?"
    rf"(?: \* (?P<scale>{_NAME}))?"
)
_FUNCTION = "g"
_DERIVATIVE = re.compile(r"(?:dL_d|d)(\w+)")


class Forward(NamedTuple):
    """A line of a forward pass.

    Attributes:
        of: What it computes.
        product: How.
        wrt: What the equation differentiates by.
        variables: The shapes of all in it.
        activated: The same behind a function of each entry, where the names leave that open: from
            z1 to z2, two of a kind, there may be one.
    """

    of: str
    product: str
    wrt: str
    variables: tuple[Variable, ...]
    activated: str = ""


class _Factor(NamedTuple):
    name: str
    is_transposed: bool

    @property
    def text(self) -> str:
        return f"{self.name}.T" if self.is_transposed else self.name

    @property
    def transpose(self) -> _Factor:
        return self._replace(is_transposed=not self.is_transposed)


def guessed_forward(found: Fit) -> Forward | None:
    """For ``dx = W.T @ dy`` the line ``y = W @ x``; of several solutions the plainest line.

    ``None`` where names do not say what is a derivative by what.
    """
    lines = [one for text in found.solutions for one in _lines(text, found)]
    return min(lines, key=lambda one: one.product.count(".T"), default=None)


def _lines(solution: str, found: Fit) -> Iterator[Forward]:
    parts = _LINE.fullmatch(solution)
    left = _DERIVATIVE.fullmatch(parts["left"]) if parts else None
    if parts is None or left is None:
        return
    by = found.variables[parts["left"]]._replace(name=left[1])
    one, two = (_Factor(parts[key], bool(parts[f"{key}_T"])) for key in ("one", "two"))
    scale = parts["scale"]
    made = _product(one, two, f"({scale} * {by.name})" if scale else by.name)
    through = _product(one, two, f"{_FUNCTION}({by.name})")
    if made is None or through is None or not by.shape:
        return
    others = [name for name in (made.by, scale) if name]
    if len({made.of, by.name, *others}) == 2 + len(others):
        known = [found.variables[name] for name in others]
        is_open = (
            _stem(made.of) == _stem(by.name) and not scale and _FUNCTION not in found.variables
        )
        activated = through.text if is_open else ""
        yield Forward(made.of, made.text, by.name, (*known, by), activated)


def _stem(name: str) -> str:
    """A name without its number: ``z`` of ``z2``."""
    return name.rstrip("0123456789_")


class _Product(NamedTuple):
    """What is computed, what multiplies x in it, and the product as text."""

    of: str
    by: str
    text: str


def _product(one: _Factor, two: _Factor, x: str) -> _Product | None:
    """The product that ``dx = one @ two`` is from, where one of the two is a derivative."""
    behind = _DERIVATIVE.fullmatch(two.name)
    if behind and two.is_transposed:  # dx.T = dy @ one.T
        return _Product(behind[1], one.name, f"{x}.T @ {one.text}")
    if behind:
        return _Product(behind[1], one.name, f"{one.transpose.text} @ {x}")
    before = _DERIVATIVE.fullmatch(one.name)
    if before and one.is_transposed:  # dx.T = two.T @ dy
        return _Product(before[1], two.name, f"{two.text} @ {x}.T")
    if before:
        return _Product(before[1], two.name, f"{x} @ {two.transpose.text}")
    return None
