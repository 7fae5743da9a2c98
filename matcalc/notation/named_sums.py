"""Names for parts of sums: with ``z = W x + b``, ``W x + b - y`` is ``z - y`` again.

A sum holds its terms side by side, those of sums within it too, so that like terms meet. What had
a name is put together again before a formula is written.
"""

from __future__ import annotations

from collections.abc import Container, Iterable, Mapping, Sequence
from fractions import Fraction
from typing import NamedTuple

from matcalc.graph import (
    Node,
    Scale,
    Sum,
    as_symmetric,
    consed_sum,
    rebuilt,
    scaled,
    topological,
)

_MINUS = Scale(Fraction(-1))
_PARTS = 16  # terms of a named sum that is looked for


def with_named_sums(
    roots: Sequence[Node], named: Mapping[Node, str]
) -> tuple[list[Node], dict[Node, str]]:
    """A graph in which sums hold the named sums that they contain, and the names there.

    Args:
        roots: What is written.
        named: The nodes that have names.
    """
    sums = [node for node in named if isinstance(node, Sum) and len(node.terms) <= _PARTS]
    if not sums:
        return list(roots), dict(named)
    holders = _holders(sums)
    done: dict[Node, Node] = {}
    for node in topological(*named, *roots):
        terms = _together(node, holders, done, named) if isinstance(node, Sum) else {}
        if terms:
            parts = [_signed(done[term], sign) for term, sign in terms.items()]
            again = consed_sum(parts) if parts[1:] else parts[0]
            done[node] = as_symmetric(again) if node.symmetric else again
        else:
            done[node] = rebuilt(node, done)
    return [done[root] for root in roots], {done[node]: name for node, name in named.items()}


class _Holder(NamedTuple):
    """A named sum, its terms, and whether they have the other sign there."""

    node: Sum
    terms: frozenset[Node]
    is_negative: bool


def _holders(sums: Iterable[Sum]) -> dict[Node, list[_Holder]]:
    """Where to look for each named sum: at one of its terms; the longest first."""
    found: dict[Node, list[_Holder]] = {}
    for one in sorted(sums, key=lambda node: -len(node.terms)):
        for sign in (False, True):
            terms = [_signed(term, sign) for term in one.terms]
            found.setdefault(terms[0], []).append(_Holder(one, frozenset(terms), sign))
    return found


def _together(
    node: Sum,
    holders: Mapping[Node, Sequence[_Holder]],
    written: Container[Node],
    named: Container[Node],
) -> dict[Node, bool]:
    """The terms of a sum, named sums among them, each with its sign; none where it stays.

    A name stands for what was named before it, and not for another name alone.
    """
    rest = set(node.terms)
    found: dict[Node, bool] = {}
    for term in node.terms:
        for holder in holders.get(term, ()):
            whole = node in named and len(holder.terms) == len(node.terms)
            if holder.node in written and holder.terms <= rest and not whole:
                rest -= holder.terms
                found[holder.node] = holder.is_negative
    return found and {**dict.fromkeys((t for t in node.terms if t in rest), False), **found}


def _signed(node: Node, is_negative: bool) -> Node:
    return scaled(node, _MINUS) if is_negative else node
