"""Operations that only computing needs: no formula holds them, and none is differentiated."""

from __future__ import annotations

from matcalc.graph import Node, apply
from matcalc.operations.facts import Facts
from matcalc.operations.registry import COMPUTED, Rule


def _computed(
    name: str, signature: str, source: str, function: str, facts: Facts, **parameters: int
) -> None:
    def build(*operands: Node) -> Node:
        return apply(name, operands, operands[0].shape, tuple(parameters.values()))

    COMPUTED[name] = Rule(
        name, (signature,), "none", source, "everywhere", build, function, None, parameters, facts
    )


_HIGHAM = "Higham, Accuracy and Stability of Numerical Algorithms (2nd edition, 2002)"
_computed(
    "ratio",
    "x[...] y[...] -> z[...]",
    "x / y, whose powers stay apart",
    "{0} / {1}",
    facts=Facts(code={"torch": "{0} / {1}", "jnp": "{0} / {1}"}),
)
_computed(
    "norm_along",
    "X[...] -> y[...]",
    f"{_HIGHAM}, chapter 27",
    "norm_along",
    axis=0,
    facts=Facts(code={"np": "norm_along", "torch": "norm_along", "jnp": "norm_along"}),
)
_computed(
    "log1p_square",
    "x[...] -> y[...]",
    f"{_HIGHAM}, chapter 1",
    "log1p_square",
    facts=Facts(code={"np": "log1p_square", "torch": "log1p_square", "jnp": "log1p_square"}),
)
