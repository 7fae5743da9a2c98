"""What would tell layouts and conventions apart that agree on one derivative."""

from __future__ import annotations

from collections.abc import Sequence

from matcalc.dimensions import pretty
from matcalc.layout import TABLE, Cell, Convention, Written, written
from matcalc.variables import Variable

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
    for group in groups:
        cell = _telling(group) if len(group) > 1 else None
        if cell is not None:
            hints.append(_within(group, of, wrt, cell))
    return tuple(hints)


def _alike(above: int, below: int, agreeing: Sequence[Convention]) -> list[list[Convention]]:
    """Conventions in groups that hold every derivative of such ranks in the same order."""
    groups: dict[tuple[str, ...], list[Convention]] = {}
    for convention in agreeing:
        axes = tuple(axis for group in _form(above, below, convention).form for axis in group)
        groups.setdefault(axes, []).append(convention)
    return list(groups.values())


def _form(above: int, below: int, convention: Convention) -> Written:
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
        f"{names} have the same shape here, and order the numbers differently. Sizes that are "
        "known and all differ may tell them apart; the array with its expression and point does."
    )


def _telling(group: Sequence[Convention]) -> Cell | None:
    """The first kind of derivative that a group writes in the most different ways."""
    best = max(TABLE, key=lambda cell: len(_shapes(group, cell)))
    return best if len(_shapes(group, best)) > 1 else None


def _shapes(group: Sequence[Convention], cell: Cell) -> dict[str, list[Convention]]:
    """What each makes of a kind of derivative: the shape as its readers know it."""
    of, wrt = Variable("y", cell.of), Variable("x", cell.wrt)
    found: dict[str, list[Convention]] = {}
    for convention in group:
        found.setdefault(written(of, wrt, convention).title, []).append(convention)
    return found


def _within(group: Sequence[Convention], of: Variable, wrt: Variable, cell: Cell) -> str:
    shapes = "; ".join(f"{shape} in {_listed(who)}" for shape, who in _shapes(group, cell).items())
    return (
        f"{_listed(group)} order every derivative of {_kind(of.rank)} by {_kind(wrt.rank)} alike. "
        f"A derivative of {_sized(cell.of)} by {_sized(cell.wrt)} tells them apart: {shapes}."
    )


def _kind(rank: int) -> str:
    return ("a scalar", "a vector", "a matrix")[rank] if rank < 3 else f"an array of {rank} axes"


def _sized(shape: tuple[int | str, ...]) -> str:
    sizes = "×".join(map(pretty, shape))
    return f"{_kind(len(shape))} {sizes}".rstrip()


def _listed(conventions: Sequence[Convention]) -> str:
    *others, last = (_SHORT.get(one.name, one.title) for one in conventions)
    return f"{', '.join(others)} and {last}" if others else last
