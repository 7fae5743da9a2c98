"""Operations that only computing needs: no formula holds them, and none is differentiated."""

from __future__ import annotations

from collections.abc import Callable

from matcalc.graph import Node, apply
from matcalc.operations.facts import NONE, Facts
from matcalc.operations.registry import COMPUTED, Rule


def _computed(
    name: str, signature: str, source: str, function: str, facts: Facts = NONE, **parameters: int
) -> Callable[..., Node]:
    def build(*operands: Node, **given: int) -> Node:
        values = {**parameters, **given}
        shape = list(operands[0].shape)
        for axis in values.values():
            del shape[axis]
        return apply(name, operands, tuple(shape), tuple(values.values()))

    COMPUTED[name] = Rule(
        name, (signature,), "none", source, "everywhere", build, function, None, parameters, facts
    )
    return build


_HIGHAM = "Higham, Accuracy and Stability of Numerical Algorithms (2nd edition, 2002)"
ratio = _computed(
    "ratio",
    "x[...] y[...] -> z[...]",
    "x / y, whose powers stay apart",
    "{0} / {1}",
    facts=Facts(sign="/"),
)
norm_along = _computed(
    "norm_along",
    "X[...] -> y[...]",
    f"{_HIGHAM}, chapter 27",
    "norm_along",
    axis=0,
    facts=Facts(length=True),
)
log1p_square = _computed(
    "log1p_square",
    "x[...] -> y[...]",
    f"{_HIGHAM}, chapter 1",
    "log1p_square",
)
