"""Unification: the names of dimensions that a formula forces to be equal.

A name is bound to what it must equal, never for the sake of 1 and never to a size that holds it.
Two names in the declaration of one variable stay different: ``W[m,n]`` says that W need not be
square.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping

from matcalc import dimensions
from matcalc.dimensions import Dimension, Shape
from matcalc.variables import Variable

Clash = tuple[Dimension, Dimension]

_NO_SHAPES: Mapping[str, Shape] = {}


class Sizes:
    """Declared variables, their shapes as far as names have been bound.

    Attributes:
        variables: The variables by name, with what was bound put into their shapes.
        names: All names of dimensions that were declared.
        held: Shapes that are no variables', by name: of what functions take and return.
        free: Whether two names in one declaration may become equal.
    """

    def __init__(
        self,
        variables: Mapping[str, Variable],
        known: Mapping[str, int],
        others: Iterable[str] = (),
        held: Mapping[str, Shape] = _NO_SHAPES,
        *,
        free: bool = False,
    ) -> None:
        self.variables: dict[str, Variable] = {}
        self.holders: dict[str, list[str]] = {}  # of a name of a dimension: the variables
        self.names = dict.fromkeys([*known, *others])
        self.free = free
        self.others = frozenset(others)
        self.bound: dict[str, Dimension] = dict(known)
        for variable in variables.values():
            shape = dimensions.substitute(variable.shape, known)
            self.variables[variable.name] = Variable(variable.name, shape)
            self._hold(variable.name, variable.shape)
        self.given = frozenset(known)
        self.of_variables = frozenset(self.holders)
        self.held = {name: dimensions.substitute(shape, known) for name, shape in held.items()}
        for name, shape in held.items():
            self._hold(name, shape)
        self.rank = {name: k for k, name in enumerate(self.holders)}

    def _hold(self, holder: str, shape: Shape) -> None:
        for size in shape:
            for name in sorted(dimensions.names(size)):
                holders = self.holders.setdefault(name, [])
                if holder not in holders:
                    holders.append(holder)
                self.names[name] = None

    def of(self, name: str) -> Dimension:
        """What a name stands for, by all that has been bound."""
        size: Dimension = name
        while dimensions.names(size) & self.bound.keys():
            (size,) = dimensions.substitute((size,), self.bound)
        return size

    def of_none(self, names: Iterable[str]) -> list[str]:
        """The names, and those that were given, that no variable has and nothing forces."""
        found = dict.fromkeys([*self.others, *names])
        return [name for name in found if name not in self.of_variables and self.of(name) == name]

    @property
    def forced(self) -> dict[str, Dimension]:
        """What each name was forced to be."""
        return {name: self.of(name) for name in self.bound if name not in self.given}

    def bind(self, clashes: Iterable[Clash]) -> frozenset[str]:
        """Make two sizes equal by binding a name.

        Returns:
            The variables that changed and the name that was bound; none if nothing can be.
        """
        for one, two in clashes:
            for name, value in self._solutions(one, two):
                if not self._separates(name, value):
                    changed = self._put(name, value)
                    if changed:
                        return changed
        return frozenset()

    def _solutions(self, one: Dimension, two: Dimension) -> list[tuple[str, Dimension]]:
        """What could be bound; a name that was declared late before an earlier one."""
        if 1 in (one, two):  # n - 1 against 1: a vector beside a vector, no vector of two entries
            return []
        latest = len(self.rank)
        found = dimensions.solutions(one, two)
        return sorted(found, key=lambda pair: -self.rank.get(pair[0], latest))

    def _separates(self, name: str, value: Dimension) -> bool:
        """Whether the declaration of one variable says that two names differ."""
        return bool(self.separating(name, value))

    def separating(self, one: Dimension, two: Dimension) -> list[str]:
        """The variables in whose declaration two different names stand."""
        if self.free:
            return []
        if not (isinstance(one, str) and isinstance(two, str)):
            return []
        with_two = set(self.holders.get(two, ()))
        return [name for name in self.holders.get(one, ()) if name in with_two]

    def _put(self, name: str, value: Dimension) -> frozenset[str]:
        changed = self.holders.get(name, [])
        shapes = {one: dimensions.substitute(self._shape(one), {name: value}) for one in changed}
        if any(isinstance(size, int) and size < 1 for shape in shapes.values() for size in shape):
            return frozenset()
        for one, shape in shapes.items():
            if one in self.variables:
                self.variables[one] = Variable(one, shape)
            else:
                self.held[one] = shape
        for other in dimensions.names(value):
            kept = dict.fromkeys([*self.holders.get(other, ()), *changed])
            self.holders[other] = list(kept)
        equal = [other for other, size in self.bound.items() if name in dimensions.names(size)]
        self.bound[name] = value
        return frozenset([name, *equal, *changed])

    def _shape(self, holder: str) -> Shape:
        known = self.variables.get(holder)
        return known.shape if known else self.held[holder]


def sizes_of(variables: Iterable[Variable]) -> dict[str, None]:
    """Names of dimensions, first declared first."""
    found: dict[str, None] = {}
    for variable in variables:
        for size in variable.shape:
            found.update(dict.fromkeys(sorted(dimensions.names(size))))
    return found
