"""How books write the slope of a function, of its value ``a`` or of what stands in it."""

from __future__ import annotations

from collections.abc import Callable

from matcalc.claims.tree import Tree, called, negative, number, op
from matcalc.expression.functions import acts_entrywise

_ONE, _TWO = number("1"), number("2")

#: The slope, of the call and of what stands in it.
_SLOPES: dict[str, Callable[[Tree, Tree], Tree]] = {
    "tanh": lambda a, _: op("-", _ONE, op("**", a, _TWO)),
    "sigmoid": lambda a, _: op("*", a, op("-", _ONE, a)),
    "relu": lambda _, z: called("step", z),
    "softplus": lambda _, z: called("sigmoid", z),
    "sin": lambda _, z: called("cos", z),
    "cos": lambda _, z: negative(called("sin", z)),
    "sinh": lambda _, z: called("cosh", z),
    "cosh": lambda _, z: called("sinh", z),
    "log": lambda _, z: op("/", _ONE, z),
    "sqrt": lambda a, _: op("/", _ONE, op("*", _TWO, a)),
    "abs": lambda _, z: called("sign", z),
    "exp": lambda a, _: a,
}


def slope(call: Tree) -> Tree:
    """The slope of a function entry by entry, as it is written.

    >>> from matcalc.claims.tree import trees
    >>> [str(slope(trees(text)[-1].tree)) for text in ("tanh(z)", "g(z)")]
    ['1 - tanh(z)**2', "g'(z)"]
    """
    if call.value in _SLOPES and not call.primes:
        return _SLOPES[call.value](call, call.args[0])
    return call._replace(primes=call.primes + 1)


def is_entrywise(tree: Tree) -> bool:
    """Whether it is a function entry by entry of one argument."""
    return tree.kind == "call" and len(tree.args) == 1 and acts_entrywise(tree.value)
