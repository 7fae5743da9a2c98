"""A formula that was read."""

from __future__ import annotations

from collections.abc import Mapping
from typing import NamedTuple

from matcalc import dimensions
from matcalc.dimensions import Dimension, Shape
from matcalc.graph import Node
from matcalc.variables import Variable


class Mapped(NamedTuple):
    """The shapes of a function of whole arrays: ``f(x[n])[m]``."""

    operand: Shape
    result: Shape


#: The functions that were declared; those entry by entry have no shapes.
Functions = Mapping[str, Mapped | None]
NO_FUNCTIONS: Functions = {}


class KnownNames(NamedTuple):
    """Names that are known in a formula beside its variables.

    Attributes:
        sizes: Dimensions, of variables that it may lack.
        functions: Functions that were declared.
    """

    sizes: frozenset[str] = frozenset()
    functions: Functions = NO_FUNCTIONS


class Formula(NamedTuple):
    """A formula, read.

    Attributes:
        node: What it means.
        symbols: The node of each variable, in the order in which the formula mentions them.
        named: The nodes of intermediate results that have names.
        columns: Whether vectors were read as columns; else as one-dimensional arrays.
        notes: What a reader should know: what the formula forces, and what was assumed.
        variables: The variables, with the sizes that the formula forces.
        forced: What the formula forces dimensions to be, by their names.
        name: The name of the result, if it was given one.
        assumptions: Those of the notes that say what was not typed and changes the answer.
        text: What was read, with those assumptions written in it that can be.
        dimensions: The dimensions that no variable has: k of ``eye(k)``.
        functions: The functions that were declared, with the sizes that the formula forces.
        properties: What is known of the values of variables, by which a derivative was simplified.
    """

    node: Node
    symbols: dict[str, Node]
    named: dict[str, Node]
    columns: bool
    notes: tuple[str, ...]
    variables: dict[str, Variable]
    forced: dict[str, Dimension]
    name: str = ""
    assumptions: tuple[str, ...] = ()
    text: str = ""
    dimensions: tuple[str, ...] = ()
    functions: Functions = NO_FUNCTIONS
    properties: tuple[tuple[str, frozenset[str]], ...] = ()

    @property
    def names(self) -> KnownNames:
        """The names that another formula about the same things knows."""
        sizes = (size for one in self.variables.values() for size in one.shape)
        given = frozenset[str]().union(*map(dimensions.names, sizes))
        return KnownNames(given | self.forced.keys() | frozenset(self.dimensions), self.functions)

    def assuming(self, said: tuple[str, ...]) -> Formula:
        """The same where something was assumed before it was read."""
        return self._replace(notes=said + self.notes, assumptions=said + self.assumptions)
