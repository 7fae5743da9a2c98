"""What a claim is about: a derivative, the names that the claim may use, and what each means."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from functools import cached_property
from typing import Any

from matcalc.arrays import Array, arranged
from matcalc.checking.stand_ins import with_stand_ins
from matcalc.claims.targets import with_targets
from matcalc.claims.tree import Assigned, Tree, trees, unplaced
from matcalc.derivation import derive
from matcalc.diagnosis.side_by_side import kinks_of
from matcalc.dimensions import substitute
from matcalc.errors import NotationError
from matcalc.expression import Declarations, Declared, Formula, parse_declarations, read_formula
from matcalc.expression.formula import Functions, Mapped
from matcalc.expression.functions import acts_entrywise
from matcalc.expression.parser import parse
from matcalc.graph import Apply, Node, substituted, symbol, topological
from matcalc.layout import OTHER, ArrayForm, written
from matcalc.operations import is_elementwise
from matcalc.variables import Variable


@dataclass
class Question:
    """A derivative that a claim is held against.

    Attributes:
        truth: Its entries, axes of what is differentiated and then of what it is by.
        of: What is differentiated.
        wrt: What it is by.
        layout: The layout in which the claim is to be.
        formula: What both are formulas of: the variables.
        declared: What is known of them.
        meanings: What the names mean that the claim may use beside the variables.
        derived: The derivative as matcalc writes it.
        parts: Formulas that may stand in a repair: the expression, the lines of the forward pass.
        spelled: What names mean, written out, names of each other in it.
        assumptions: What was not typed.
        names_declared: The names that were declared.
        rows: The names that are rows: gradients in numerator layout.
        reached: What was found at points of it, by the sizes: the same for each claim.
    """

    truth: Node
    of: Variable
    wrt: Variable
    layout: str
    formula: Formula
    declared: Mapping[str, Declared]
    meanings: dict[str, Node]
    derived: str
    parts: tuple[str, ...]
    spelled: Mapping[str, Tree] = field(default_factory=dict[str, Tree])
    assumptions: list[str] = field(default_factory=list)
    names_declared: frozenset[str] = frozenset()
    rows: frozenset[str] = frozenset()
    reached: dict[Any, Any] = field(init=False, repr=False, default_factory=dict[Any, Any])

    @property
    def form(self) -> ArrayForm:
        """How the layout writes the derivative."""
        return written(self.of, self.wrt, self.layout)

    def in_other_layout(self) -> Question:
        """The same derivative in the other layout."""
        return replace(self, layout=OTHER[self.layout])

    @property
    def variables(self) -> dict[str, Variable]:
        """The variables and the names that the claim may use, with their shapes."""
        named = {name: Variable(name, node.shape) for name, node in self.meanings.items()}
        return {**named, **self.formula.variables}

    @cached_property
    def lines(self) -> tuple[Assigned, ...]:
        """The parts as trees, line by line."""
        return tuple(line for text in self.parts for line in trees(text))

    @cached_property
    def derived_tree(self) -> Tree:
        """The derivative as it is written, in the names of the question."""
        return unplaced(trees(self.derived)[-1].tree)

    @cached_property
    def kinks(self) -> tuple[Node, ...]:
        """What changes its sign at the kinks of the derivative."""
        return tuple(kinks_of([self.numeric_truth]))

    @cached_property
    def numeric_truth(self) -> Node:
        """The truth as it is computed: what stands in for functions of a name alone."""
        return with_stand_ins(self.truth)

    @cached_property
    def numeric_meanings(self) -> dict[str, Node]:
        """The meanings as they are computed."""
        return {name: with_stand_ins(node) for name, node in self.meanings.items()}

    @cached_property
    def numeric_formula(self) -> Node | None:
        """The formula as it is computed, where its operations may lose digits: inverses do."""
        steps = (node for node in topological(self.formula.node) if isinstance(node, Apply))
        smooth = all(one.operation == "function" or is_elementwise(one.operation) for one in steps)
        return None if smooth else with_stand_ins(self.formula.node)

    @cached_property
    def functions(self) -> tuple[str, ...]:
        """The functions entry by entry that what is differentiated is made of."""
        found: dict[str, None] = {}
        for part in (*self.parts, self.derived):
            for each in (step for line in parse(part) for step in line.steps):
                whole = self.formula.functions.get(each.value)
                single = each.kind == "call" and each.takes == 1 and not whole
                if single and acts_entrywise(each.value):
                    found[each.value] = None
        return tuple(found)[:4]

    def at(self, sizes: Mapping[str, int]) -> Functions:
        """The functions that were declared, their shapes at some sizes."""
        return {
            name: shapes and Mapped(*(substitute(shape, sizes) for shape in shapes))
            for name, shapes in self.formula.functions.items()
        }

    def read(self, claim: str) -> Formula:
        """The claim, its names those of this question.

        Raises:
            NotationError: It cannot be read.
            ShapeError: It does not fit.
        """
        return read_formula(claim, self.variables, names=self.formula.names)

    def meant(self, node: Node) -> Node:
        """What a node means in variables alone."""
        return substituted(
            node, {symbol(name, meaning.shape): meaning for name, meaning in self.meanings.items()}
        )

    def right(self, entries: Array, sizes: Mapping[str, int]) -> Array:
        """The entries of the truth as the layout orders them."""
        return arranged(entries, self.form.at(sizes))


def of_expression(
    expression: str,
    wrt: str,
    variables: Declarations | None,
    layout: str,
    notation: str | None = None,
    order: int = 1,
    *,
    claim: str = "",
) -> Question:
    """The question of a claim that is the derivative of an expression, or the second one.

    What the claim sums is not taken to sum to 1.

    Raises:
        MatcalcError: The expression cannot be read or differentiated.
    """
    asked: Any = {"wrt": wrt, "layout": layout, "order": order}
    found = derive(expression, variables=variables, notation=notation, **asked)
    formula = found.formula
    if formula is None:  # pragma: no cover - a derivative of text has one
        raise NotationError("this is no derivative of a formula")
    assumptions = formula.assumptions
    given = variables if variables is not None else tuple(formula.variables.values())
    targets, said = with_targets(formula.text, given, claim)
    if said:
        found, given = derive(formula.text, variables=targets, **asked), targets or ()
        formula = found.formula or formula
    return Question(
        found.node,
        found.of,
        found.wrt,
        layout,
        formula,
        parse_declarations(given),
        {name: node for name, node in formula.named.items() if name not in formula.variables},
        found.text,
        (formula.text,),
        {line.name: line.tree for line in trees(found.text) if line.name}
        | {line.name: line.tree for line in trees(formula.text) if line.name},
        [*said, *assumptions],
    )
