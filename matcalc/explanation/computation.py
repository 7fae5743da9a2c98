"""What is explained: a formula as operations on variables, each differentiated alone."""

from __future__ import annotations

from collections.abc import Callable, Collection, Iterator, Mapping, Sequence
from functools import cached_property, wraps
from typing import Concatenate, ParamSpec

from matcalc.derivative import derivatives
from matcalc.dimensions import names as dimension_names
from matcalc.errors import NotationError
from matcalc.explanation.splitting import NamedStep, operations, renamed
from matcalc.expression import Formula, KnownNames, read_formula
from matcalc.graph import (
    Factor,
    Node,
    Product,
    Sum,
    add,
    contract,
    is_zero,
    symbol,
    symbol_names,
)
from matcalc.layout import ArrayForm, written
from matcalc.notation import WrittenFormula, write, write_derivative
from matcalc.notation.letters import INDICES
from matcalc.notation.tree import Derivative, Phrase, derivative, with_leaves
from matcalc.simplify import simplified
from matcalc.variables import Variable

_Names = ParamSpec("_Names")


def _kept(
    method: Callable[Concatenate[ForwardPass, _Names], Node],
) -> Callable[Concatenate[ForwardPass, _Names], Node]:
    """A method that does its work once for the same names."""

    @wraps(method)
    def found(self: ForwardPass, /, *names: _Names.args, **more: _Names.kwargs) -> Node:
        key = (method.__name__, names)
        if key not in self.known:
            self.known[key] = method(self, *names, **more)
        return self.known[key]

    return found


class ForwardPass:
    """A formula, operation by operation.

    Attributes:
        formula: The formula as it was read, its intermediate results as symbols.
        operations: What is done, in order; the last gives the result.
        of: What is differentiated.
        wrt: What it is differentiated with respect to.
        layout: The layout of all formulas.
        variables: Everything that has a name, with its shape.
        definitions: What each intermediate result is, and the result.
    """

    def __init__(
        self,
        formula: str,
        wrt: str,
        variables: Mapping[str, Variable],
        properties: Mapping[str, frozenset[str]],
        layout: str,
        names: KnownNames,
    ) -> None:
        self.layout = layout
        self.properties = properties
        self.known: dict[object, Node] = {}
        self.values: dict[Node, WrittenFormula] = {}
        self.operations, self.formula = _read(formula, wrt, variables, names)
        *before, last = self.operations
        self.definitions: dict[str, Node] = {
            one.name: self.formula.named[one.name] for one in before
        } | {last.name: self.formula.node}
        self.variables = dict(self.formula.variables) | {
            name: Variable(name, node.shape) for name, node in self.definitions.items()
        }
        if wrt not in self.variables:
            known = ", ".join(self.variables)
            raise NotationError(f"wrt is {wrt[:60]!r}, which is not a variable; there are {known}")
        if wrt == last.name:
            raise NotationError(f"{wrt} is what is differentiated; it cannot be wrt too")
        self.of, self.wrt = self.variables[last.name], self.variables[wrt]

    @cached_property
    def program(self) -> str:
        """All operations as one formula, in the input language."""
        return "; ".join(f"{one.name} = {one.text}" for one in self.operations)

    def symbol(self, name: str) -> Node:
        """A variable or an intermediate result as a leaf."""
        return symbol(name, self.variables[name].shape)

    @cached_property
    def below(self) -> dict[str, list[str]]:
        """For each result that depends on ``wrt``, what it is made of that does too."""
        found: dict[str, list[str]] = {self.wrt.name: []}
        for name in self.definitions:
            if name == self.wrt.name:
                continue
            inside = sorted(self.leaves[name] & found.keys(), key=self.place.__getitem__)
            inside = [leaf for leaf in inside if not is_zero(self.local(name, leaf))]
            if inside:
                found[name] = inside
        return found

    @cached_property
    def users(self) -> dict[str, list[str]]:
        """For each name what it is used in on the way from ``wrt``, the last first."""
        found: dict[str, list[str]] = {name: [] for name in self.below}
        for name in reversed([*self.below]):
            for operand in self.below[name]:
                found[operand].append(name)
        return found

    @cached_property
    def place(self) -> dict[str, int]:
        """Where each name comes first: ``wrt``, then the operations in order."""
        names = dict.fromkeys([self.wrt.name, *self.definitions])
        return {name: place for place, name in enumerate(names)}

    @cached_property
    def above(self) -> dict[str, list[str]]:
        """What each result on the way is used in, on the way to ``of``; ``of`` first."""
        reached = {self.of.name}
        found: dict[str, list[str]] = {}
        for name in reversed([*self.below]):
            found[name] = [user for user in self.users[name] if user in found]
            if not found[name] and name not in reached:
                del found[name]
        return found

    @property
    def depends(self) -> bool:
        """Whether the result depends on the variable."""
        return self.of.name in self.below and self.wrt.name in self.above

    @_kept
    def local(self, name: str, operand: str) -> Node:
        """The local derivative of one operation, as it comes, axes of the result first."""
        return derivatives(self.definitions[name], [self.symbol(operand)])[0]

    @_kept
    def simple_local(self, name: str, operand: str) -> Node:
        """The local derivative of one operation, in the form that is shown."""
        return self.simple(self.local(name, operand))

    def paths(self, most: int) -> tuple[int, list[tuple[Variable, ...]]]:
        """How many paths lead from ``of`` to ``wrt``, and the first few of them."""
        number = {self.of.name: 1}
        for name, users in self.above.items():
            number.setdefault(name, sum(number[user] for user in users))
        found: list[tuple[Variable, ...]] = []
        waiting: list[tuple[str, ...]] = [(self.wrt.name,)]
        while waiting and number[self.wrt.name] <= most:
            path = waiting.pop()
            users = self.above[path[0]]
            waiting += [(user, *path) for user in reversed(users)]
            if path[0] == self.of.name:
                found.append(tuple(self.variables[name] for name in path))
        return number[self.wrt.name], found

    @cached_property
    def edges(self) -> list[tuple[str, str]]:
        """Each result with each of its operands that is on the way, the outermost first."""
        return [
            (name, operand)
            for name in self.above
            for operand in reversed(self.below[name])
            if operand in self.above
        ]

    def form(self, of: str, wrt: str) -> ArrayForm:
        """How the layout writes a derivative."""
        return written(self.variables[of], self.variables[wrt], self.layout)

    def bar(self, name: str) -> Node:
        """The derivative of the result with respect to an intermediate one, as a leaf."""
        shape = self.of.shape + self.variables[name].shape
        return symbol(self.bar_name(name), shape)

    def bar_name(self, name: str) -> str:
        """What the leaf is called in the input language: ``dL_dz3``."""
        return self.bars[name]

    @cached_property
    def bars(self) -> dict[str, str]:
        """A name for the derivative with respect to each result, which nothing else has."""
        taken = {*self.variables, *_sizes(self.variables.values())}
        joint = "_"
        while any(f"d{self.of.name}{joint}d{name}" in taken for name in self.variables):
            joint += "_"
        return {name: f"d{self.of.name}{joint}d{name}" for name in self.variables}

    @_kept
    def pulled(self, user: str, operand: str) -> Node:
        """What arrives at a result, pulled back to one of its operands: ``Wᵀ ∂L/∂z``."""
        if user == self.of.name:
            return self.simple_local(user, operand)
        front = [("front", k) for k in range(self.of.rank)]
        axes = tuple(("axis", k) for k in range(self.variables[user].rank))
        above = self.symbol(user)
        root = contract([Factor(self.bar(user), (*front, *axes)), Factor(above, axes)], front)
        definitions = {above: self.definitions[user]}
        return self.simple(derivatives(root, [self.symbol(operand)], definitions)[0])

    @_kept
    def total(self, name: str) -> Node:
        """What arrives at a result from all that it is used in: one step of the sweep."""
        return self.simple(add([self.pulled(user, name) for user in self.above[name]]))

    def simple(self, node: Node) -> Node:
        """A node in the form that is shown."""
        named = [self.definitions[name] for name in self.near(node)]
        return simplified([node], self.properties, named)[node]

    def write(self, node: Node, form: ArrayForm | None = None) -> WrittenFormula:
        """A formula of the variables and of the intermediate results.

        Args:
            node: What to write.
            form: How a layout writes it, if it is a derivative; what it shares with intermediate
                results has their names.
        """
        if form is None:
            if node not in self.values:
                self.values[node] = write(node, self.in_order(symbol_names(node)))
            return self.values[node]
        named = self.named_in(node)
        names = self.in_order({*symbol_names(node), *named.values()})
        return self.without_lets(write_derivative(node, form, names, named))

    def write_named(self, node: Node) -> WrittenFormula:
        """A formula, its axes as they are, in which intermediate results have their names."""
        named = self.named_in(node)
        names = self.in_order({*symbol_names(node), *named.values()})
        return self.without_lets(write(node, names, named))

    def named_in(self, node: Node) -> dict[Node, str]:
        """The names of the intermediate results that a formula may hold."""
        near = [name for name in self.near(node) if name != self.of.name]
        return {self.definitions[name]: name for name in near if self.definitions[name].operands}

    def without_lets(self, found: WrittenFormula) -> WrittenFormula:
        """A formula without the meanings of intermediate results, which all lines know."""
        lets = tuple(let for let in found.lets if let[0] not in self.definitions)
        return found._replace(lets=lets)

    @cached_property
    def position(self) -> dict[str, int]:
        """Every name with its place in the order in which formulas mention them."""
        return {name: k for k, name in enumerate([*self.variables, *self.bars.values()])}

    def in_order(self, names: set[str]) -> list[str]:
        """Names in the order in which formulas mention them, all that a piece may not have too."""
        return sorted(
            {*self.like_new, *names & self.position.keys()}, key=self.position.__getitem__
        )

    @cached_property
    def like_new(self) -> list[str]:
        """The names that look like those of new pieces, ``t1``: no piece is to be called so."""
        return [name for name in self.position if name.startswith("t")]

    @cached_property
    def letters(self) -> list[str]:
        """Letters for indices: what nothing is called."""
        taken = {*self.variables, *(str(k) for v in self.variables.values() for k in v.shape)}
        return [letter for letter in INDICES if letter not in taken]

    def near(self, node: Node) -> list[str]:
        """The intermediate results that may lie within a node, in order."""
        leaves = symbol_names(node)
        found = {one for leaf in ("", *leaves) for one in self.by_leaf.get(leaf, ())}
        inside = [name for name in found if leaves.issuperset(self.leaves[name])]
        return sorted(inside, key=self.place.__getitem__)

    @cached_property
    def by_leaf(self) -> dict[str, list[str]]:
        """The intermediate results, under one of the names that each is made of."""
        found: dict[str, list[str]] = {}
        for name, leaves in self.leaves.items():
            found.setdefault(min(leaves, default=""), []).append(name)
        return found

    @cached_property
    def leaves(self) -> dict[str, set[str]]:
        """The names that each intermediate result is made of."""
        return {name: symbol_names(node) for name, node in self.definitions.items()}

    @cached_property
    def meanings(self) -> dict[str, WrittenFormula]:
        """What every name that is no variable stands for, earlier ones first."""
        found = {
            name: self.write(node)
            for name, node in self.definitions.items()
            if name != self.of.name
        }
        for name in self.above:
            if name != self.of.name:
                found[self.bars[name]] = self.write(self.total(name))
        return found

    def uses(self, formula: WrittenFormula) -> tuple[tuple[str, WrittenFormula], ...]:
        """The names in a formula that are no variables, and what they stand for, in order."""
        used = formula.names & self.meanings.keys()
        needed = used.union(*(self.needed[name] for name in used))
        return tuple((name, self.meanings[name]) for name in self.meanings if name in needed)

    @cached_property
    def needed(self) -> dict[str, set[str]]:
        """For each name that is no variable all names that its meaning is made of."""
        found: dict[str, set[str]] = {}
        for name, meaning in self.meanings.items():
            used = meaning.names & found.keys()
            found[name] = used.union(*(found[one] for one in used))
        return found

    def with_derivatives(self, formula: WrittenFormula) -> WrittenFormula:
        """A formula with derivatives in it as such, where the input language has names."""

        def leaf(phrase: Phrase) -> Phrase:
            value = self.derivative_of_name.get(phrase.value) if phrase.op == "name" else None
            return derivative(value, phrase.shape) if value else phrase

        lets = tuple((name, with_leaves(phrase, leaf)) for name, phrase in formula.lets)
        return WrittenFormula(lets, with_leaves(formula.phrase, leaf))

    @cached_property
    def derivative_of_name(self) -> dict[str, Derivative]:
        """What is shown for ``dL_dz3``, whose axes are those of the result, then of ``z3``."""
        stored = "numerator" if self.of.rank else "denominator"
        return {
            bar: Derivative(
                self.of,
                self.variables[name],
                stored != self.layout and bool(self.of.rank or self.variables[name].rank),
            )
            for name, bar in self.bars.items()
        }


def _read(
    formula: str, wrt: str, variables: Mapping[str, Variable], names: KnownNames
) -> tuple[list[NamedStep], Formula]:
    """The operations of a formula, and their nodes; matrices get names in capitals."""
    first = read_formula(formula, variables, opaque=[wrt], names=names)
    taken = [*variables, *_sizes(first.variables.values()), *first.named, *first.functions]
    result = _result_name(first, taken)
    shaped = [name for name, one in first.variables.items() if one.shape]
    shaped += [name for name, node in first.named.items() if node.shape]
    found = operations(first.text, wrt, result, [*taken, result], shaped)
    read = _of_operations(found, variables, first)
    capitals = {
        one.name: one.name.upper()
        for one in found
        if one.name not in first.named
        and one.name != result
        and len(read.named[one.name].shape) > 1
    }
    if not capitals:
        return found, read
    found = renamed(found, capitals)
    return found, _of_operations(found, variables, first)


def _of_operations(
    found: Sequence[NamedStep], variables: Mapping[str, Variable], given: Formula
) -> Formula:
    """The operations as one formula, with the notes of the formula that was given."""
    program = "; ".join(f"{one.name} = {one.text}" for one in found)
    read = read_formula(program, variables, opaque=[one.name for one in found], names=given.names)
    return read._replace(notes=given.notes, assumptions=given.assumptions)


def is_diagonal(node: Node) -> bool:
    """Whether a matrix is diagonal by its structure."""
    if isinstance(node, Sum):
        return all(is_diagonal(term) for term in node.terms)
    if not isinstance(node, Product) or len(node.output) != 2:
        return False
    return bool(node.output[0] == node.output[1])


def _result_name(formula: Formula, taken: Collection[str]) -> str:
    """A name for what is differentiated: its own, or one that nothing else has."""
    if formula.name:
        return formula.name
    given = "F" if len(formula.node.shape) > 1 else "f"
    while given in taken:
        given += "_"
    return given


def _sizes(variables: Collection[Variable]) -> Iterator[str]:
    for variable in variables:
        for size in variable.shape:
            yield from dimension_names(size)
