"""The first part of an explanation: what is given, what is done with it, and each step alone."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from matcalc.errors import listed
from matcalc.explanation.computation import ForwardPass, is_diagonal
from matcalc.explanation.equations import Showing, names_in_unicode, shape_title
from matcalc.explanation.model import Chain, Equation, Item, Section, Table
from matcalc.layout import OTHER
from matcalc.notation import written_chain
from matcalc.notation.names import unicode_name
from matcalc.operations import RULES
from matcalc.variables import Variable

_MATRIX = 2  # axes
_ONE_FACTOR = 2  # names on a path of one factor
MOST_PATHS = 4  # of a sum of chains that is written out
_LINEAR = "it is linear: what it does to X, it does to dX"
_ORDER = {
    "numerator": "Numerator layout multiplies from the outside in: the result first.",
    "denominator": "Denominator layout puts each new factor to the left: read it from the right.",
}


def variables(c: ForwardPass) -> Section:
    """Every variable with its shape."""
    wanted = f"∂{unicode_name(c.of.name)}/∂{unicode_name(c.wrt.name)} is wanted"
    rows = [
        (unicode_name(one.name), shape_title(one), wanted * (one == c.wrt))
        for one in c.formula.variables.values()
    ]
    return Section("The variables and their shapes", (Table(tuple(rows)), *c.formula.notes))


def forward(c: ForwardPass, show: Showing) -> Section:
    """The operations in order."""
    return Section("Forward: one operation at a time", tuple(map(show.value, c.definitions)))


def local_derivatives(c: ForwardPass, show: Showing) -> Section:
    """The derivative of each operation, its inputs taken as variables."""
    items: list[Item] = [
        "Each operation is differentiated alone: what goes into it is a variable of its own."
    ]
    for of, wrt in c.edges:
        found = show.local(of, wrt)
        items.append(found._replace(note=_note(c, found)))
    if show.signs:
        items.append(f"Here {'; '.join(show.signs)}.")
    rows = [("rule", "formula", "source"), *_rules(c)]
    if len(rows) > 1:
        items += ["The rules:", Table(tuple(rows), head=True)]
    return Section("The local derivative of each operation", tuple(items))


def _note(c: ForwardPass, found: Equation) -> str:
    """The rules that give a local derivative, and what is special about it."""
    used = next((one.rules for one in c.operations if one.name == found.of), ())
    parts = [f"by {', '.join(used)}"] if used else []
    if is_diagonal(c.simple_local(found.of, found.wrt)):
        parts.append("a diagonal matrix: entry i depends on entry i alone")
    if len(found.shape) > 2:
        parts.append(f"{len(found.shape)} axes, so no matrix")
    return "; ".join(parts)


def _rules(c: ForwardPass) -> Iterator[tuple[str, str, str]]:
    used = {
        rule: None
        for name, one in zip(c.definitions, c.operations, strict=True)
        if name in c.above
        for rule in one.rules
    }
    for name in used:
        if name in RULES:
            source = RULES[name].source
            yield name, RULES[name].formula, _LINEAR if source == "linear" else source


def chain(c: ForwardPass, show: Showing) -> Section:
    """The chain rule, in both layouts."""
    number, paths = c.paths(MOST_PATHS)
    items: list[Item] = []
    if not paths:
        items += [
            f"{number:,} paths lead from {unicode_name(c.of.name)} to {unicode_name(c.wrt.name)}, "
            "too many to write a chain for each. The sweep from the outside in goes over every "
            "operation once; each line uses those before it:",
            *(show.total(name) for name in c.above if name != c.of.name),
        ]
        return Section("The chain rule", tuple(items))
    if number > 1:
        items.append(f"{number} paths lead there: the derivative is the sum of {number} chains.")
    longest = max(map(len, paths))
    if longest == _ONE_FACTOR:
        items += ["There is one operation, so the chain has one factor:"]
        items += [*_chains(show, paths, c.layout), "In the other layout it is transposed:"]
        items += _chains(show, paths, OTHER[c.layout])
        return Section("The chain rule", tuple(items))
    items += [_ORDER[c.layout], *_chains(show, paths, c.layout)]
    other = OTHER[c.layout]
    if any(one.rank for path in paths for one in path):
        items.append(
            f"In {other} layout every factor is transposed, and a transpose turns a product "
            "round, (AB)ᵀ = BᵀAᵀ, so the same chain reads in the opposite order:"
        )
    else:
        items.append(
            f"In {other} layout the same chain reads in the opposite order; every factor is a "
            "number, so here the order does not matter:"
        )
    items += _chains(show, paths, other)
    high = _more_than_matrices(show, paths)
    if high:
        items.append(high)
    return Section("The chain rule", tuple(items))


def _chains(show: Showing, paths: Sequence[tuple[Variable, ...]], layout: str) -> Iterator[Chain]:
    """The chains along some paths, which add up."""
    for number, path in enumerate(paths, 1):
        sign = "+" if number > 1 else ""
        yield _chain(show, path, layout)._replace(sign=sign, ends=number == len(paths))


def _chain(show: Showing, path: tuple[Variable, ...], layout: str) -> Chain:
    written = written_chain(path, layout)
    factors = [show.local(one.of.name, one.wrt.name, layout) for one in written.factors]
    return Chain(written, written_chain(names_in_unicode(path), layout), tuple(factors))


def _more_than_matrices(show: Showing, paths: list[tuple[Variable, ...]]) -> str:
    """A sentence about factors that are no matrices."""
    factors = {
        show.ratio(one.of.name, one.wrt.name).unicode: one
        for path in paths
        for one in written_chain(path, "numerator").factors
        if len(one.shape) > _MATRIX
    }
    if not factors:
        return ""
    many = listed(f"{name} has {len(one.shape)} axes" for name, one in factors.items())
    over = [*dict.fromkeys(unicode_name(one.of.name) for one in factors.values())]
    return (
        f"{many}, so there the product is no matrix "
        f"product: it sums over the axes of {' and '.join(over)}. What comes out of it is simpler."
    )
