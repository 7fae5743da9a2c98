"""How books write the slope of a function, of its value ``a`` or of what stands in it."""

from __future__ import annotations

from functools import lru_cache

from matcalc.claims.tree import Tree, filled, trees, unplaced
from matcalc.expression.functions import acts_entrywise
from matcalc.operations import facts_of


def slope(call: Tree) -> Tree:
    """The slope of a function entry by entry, as it is written.

    >>> from matcalc.claims.tree import trees
    >>> [str(slope(trees(text)[-1].tree)) for text in ("tanh(z)", "g(z)")]
    ['1 - tanh(z)**2', "g'(z)"]
    """
    written = facts_of(call.value).slope
    if not written or call.primes:
        return call._replace(primes=call.primes + 1)
    return filled(_read(written), {"x": call.args[0], "y": call})


@lru_cache(maxsize=64)
def _read(written: str) -> Tree:
    return unplaced(trees(written)[-1].tree)


def is_entrywise(tree: Tree) -> bool:
    """Whether it is a function entry by entry of one argument."""
    return tree.kind == "call" and len(tree.args) == 1 and acts_entrywise(tree.value)
