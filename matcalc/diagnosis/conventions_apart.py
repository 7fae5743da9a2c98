"""What would tell layouts and conventions apart that agree on one derivative."""

from __future__ import annotations

from collections.abc import Sequence

from matcalc.dimensions import pretty
from matcalc.errors import listed
from matcalc.layout import TABLE, ArrayForm, Convention, LayoutRow, written
from matcalc.variables import Variable

# Gradients and Jacobians, by vectors and by matrices.
_COMMON = [
    next(cell for cell in TABLE if (len(cell.of), len(cell.wrt)) == ranks)
    for ranks in ((0, 1), (1, 1), (0, 2))
]
_SHORT = {"jax": "JAX/PyTorch", "vec-F": "vec by columns", "vec-C": "vec by rows"}


def what_tells_apart(
    of: Variable, wrt: Variable, agreeing: Sequence[Convention], *, by_value: bool
) -> tuple[str, ...]:
    """Sentences: which of them are always alike for such variables, and why the others are here.

    Args:
        of: The variable above the line.
        wrt: The variable below.
        agreeing: The layouts and conventions that agree.
        by_value: Whether numbers were compared.
    """
    if len(agreeing) < 2:
        return ()
    groups = _alike(of.rank, wrt.rank, agreeing)
    hints: list[str] = []
    if len(groups) > 1:
        hints.append(_between([group[0] for group in groups], by_value=by_value))
    hints += [_within(group, of, wrt) for group in groups if len(group) > 1]
    return tuple(hint for hint in hints if hint)


def _alike(above: int, below: int, agreeing: Sequence[Convention]) -> list[list[Convention]]:
    """Conventions in groups that hold every derivative of such ranks in the same order."""
    groups: dict[tuple[str, ...], list[Convention]] = {}
    for convention in agreeing:
        axes = tuple(axis for group in _form(above, below, convention).form for axis in group)
        groups.setdefault(axes, []).append(convention)
    return list(groups.values())


def _form(above: int, below: int, convention: Convention) -> ArrayForm:
    sizes = tuple(f"size{k}" for k in range(above + below))
    return written(Variable("y", sizes[:above]), Variable("x", sizes[above:]), convention)


def _between(groups: Sequence[Convention], *, by_value: bool) -> str:
    names = _listed(groups)
    if by_value:
        return (
            f"{names} differ in general. This derivative reads the same in each, as a symmetric "
            "one does; another would tell them apart."
        )
    return (
        f"{names} have the same shape here, and order the numbers differently. Sizes that all "
        "differ may tell them apart; a formula with its expression does, or an array with its "
        "expression and point."
    )


def _telling(group: Sequence[Convention], of: Variable, wrt: Variable) -> LayoutRow | None:
    """Of the kinds that most sources have, the one that a group writes in the most ways.

    The kind that is there is none of them: that one the group orders alike.
    """
    kinds = [cell for cell in _COMMON if (len(cell.of), len(cell.wrt)) != (of.rank, wrt.rank)]
    best = max(kinds, key=lambda cell: len(_shapes(group, cell)))
    return best if len(_shapes(group, best)) > 1 else None


def _shapes(group: Sequence[Convention], cell: LayoutRow) -> dict[str, list[Convention]]:
    """What each makes of a kind of derivative: the shape as its readers know it."""
    of, wrt = Variable("y", cell.of), Variable("x", cell.wrt)
    found: dict[str, list[Convention]] = {}
    for convention in group:
        found.setdefault(written(of, wrt, convention).title, []).append(convention)
    return found


def _within(group: Sequence[Convention], of: Variable, wrt: Variable) -> str:
    """What of the same source would tell conventions apart that order a kind alike."""
    if len({one.form for one in group}) == 1:
        return _one_order(group)
    cell = _telling(group, of, wrt)
    if cell is None:
        return ""
    shapes = "; ".join(f"{shape} in {_listed(who)}" for shape, who in _shapes(group, cell).items())
    return (
        f"{_listed(group)} order every derivative of {_kind(of.rank)} by {_kind(wrt.rank)} alike. "
        f"Look in the same source for a derivative of {_sized(cell.of)} by {_sized(cell.wrt)}: "
        f"it is {shapes}."
    )


def _one_order(group: Sequence[Convention]) -> str:
    """Where conventions differ that order all derivatives alike: in what a vector is."""
    flat = [one for one in group if one.column is None]
    others = [one for one in group if one.column is not None]
    return (
        f"{_listed(group)} order all derivatives alike; a gradient is n×1 in {_listed(others)}, "
        f"and stays (n,) in {_listed(flat)}."
    )


def _kind(rank: int) -> str:
    return ("a scalar", "a vector", "a matrix")[rank] if rank < 3 else f"an array of {rank} axes"


def _sized(shape: tuple[int | str, ...]) -> str:
    sizes = "×".join(map(pretty, shape))
    return f"{_kind(len(shape))} {sizes}".rstrip()


def _listed(conventions: Sequence[Convention]) -> str:
    return listed(_SHORT.get(one.name, one.title) for one in conventions)
