"""The question of a line of a backward pass: a gradient, and what the names of the line mean."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field

from matcalc.claims.forward import Forward
from matcalc.claims.gradient_names import delta_in, gradient_of, is_layer
from matcalc.claims.question import Question
from matcalc.claims.tidying import tidied
from matcalc.claims.tree import Tree, names, replaced, trees, turned, unplaced
from matcalc.derivative import derivatives, pulled
from matcalc.errors import NotationError
from matcalc.expression import Formula, read_formula
from matcalc.expression.conventions import COUNTED
from matcalc.expression.formula import KnownNames
from matcalc.expression.habits import COUNTS
from matcalc.graph import Apply, Node, Symbol, substituted, symbol
from matcalc.layout import written
from matcalc.notation import text, write_derivative
from matcalc.operations import algebra, is_elementwise
from matcalc.operations.indexing import indexed
from matcalc.simplify import simplified
from matcalc.variables import Variable


def of_forward(
    forward: Forward, by: str, used: set[str], entry: tuple[int, ...] = (), of: str = ""
) -> Question:
    """The derivative by one of the names of a forward pass, or an entry of it.

    Args:
        forward: The forward pass.
        by: The name.
        used: The names that stand in the claim.
        entry: The place of the entry, as the layout has it.
        of: The name of what is differentiated; of what comes after, if there is none.

    Raises:
        NotationError: A name is unknown.
        ShapeError: There is no such entry.
    """
    if by not in forward.known:
        listed = ", ".join(forward.known)
        raise NotationError(f"{by[:60]} is not in the forward pass; there are {listed}")
    for name in reversed(forward.definitions):
        if name in used:
            used = used | names(forward.definitions[name])
    meant = _Meant(forward, by, used)
    asked = () if of else (by,)
    sweep = _Sweep(forward)
    gradients = sweep.gradients([*asked, *meant.gradients.values()])
    foreign = {
        name: sweep.laid(one, gradients[one])
        for name, one in meant.gradients.items()
        if name not in forward.formula.variables
    }
    rows = {name for name in foreign if forward.lies(meant.gradients[name])} | sweep.seed_row
    foreign |= meant.slopes
    formula = meant.with_aside(forward.formula)
    meanings = foreign | {n: v for n, v in forward.known.items() if n not in formula.variables}
    meanings |= {name: forward.known[one] for name, one in meant.rows.items()}
    _define(forward, formula, meanings, used)
    shown = _names_shown(forward, meant.gradients, gradients, by)
    whole, wrt, truth = sweep.jacobian(of, by) if of else sweep.asked(by, gradients[by], entry)
    return Question(
        truth,
        whole,
        wrt,
        forward.layout,
        formula,
        {name: each for name, each in forward.declared.items() if name in formula.variables},
        meanings,
        str(sweep.written(truth, whole, wrt, forward.layout, shown)),
        (forward.text,),
        {**sweep.spelled(foreign, shown), **forward.definitions},
        [*forward.said, *meant.said, *formula.assumptions],
        frozenset(forward.declared),
        frozenset(rows),
    )


def _names_shown(
    forward: Forward, found: Mapping[str, str], gradients: Mapping[str, Node], by: str
) -> dict[Node, str]:
    """The names of intermediate results, and of gradients by others than what is asked for."""
    shown = {node: name for name, node in forward.known.items() if not isinstance(node, Symbol)}
    return shown | {
        gradients[of]: name
        for name, of in found.items()
        if of != by and not isinstance(gradients[of], Symbol)
    }


def _define(forward: Forward, formula: Formula, meanings: dict[str, Node], used: set[str]) -> None:
    """Give the names that the forward pass gives to gradients and slopes their meaning."""
    for name, tree in forward.definitions.items():
        if name in used:
            shapes = {each: Variable(each, node.shape) for each, node in meanings.items()}
            read = read_formula(str(tree), {**shapes, **formula.variables})
            symbols: dict[Node, Node] = {
                symbol(each, node.shape): node for each, node in meanings.items()
            }
            meanings[name] = substituted(read.node, symbols)


@dataclass
class _Meant:
    """What the names of a claim mean that the forward pass does not give.

    Attributes:
        forward: The forward pass.
        by: What the claim is the gradient by.
        used: The names of the claim.
        gradients: Those that are gradients, and what they are by.
        rows: Capitals that only their look explains: X, where sums say that x is a matrix of rows.
        slopes: Names that only their look explains: the slope of an activation of their shape.
        said: What was taken so.
    """

    forward: Forward
    by: str
    used: set[str]
    gradients: dict[str, str] = field(default_factory=dict[str, str])
    rows: dict[str, str] = field(default_factory=dict[str, str])
    slopes: dict[str, Node] = field(default_factory=dict[str, Node])
    said: list[str] = field(default_factory=list[str])

    def __post_init__(self) -> None:
        known, declared = self.forward.known, self.forward.declared
        for name in sorted(self.used - known.keys() - self.forward.definitions.keys()):
            by = self.forward.gradient_by(name)
            if not by and delta_in(name) and name not in declared:
                by = self._next_layer()  # of a delta without a number
            if by:
                self.gradients[name] = by
            if by and not gradient_of(name, known):
                self.said.append(f"{name} is taken as the gradient by {by}: d{by}")
        matrices = {one for one, rank in self.forward.ranks.items() if rank == 2 and one in known}
        for name in self._unknown:
            if {name.lower()} & (matrices - {name}):
                self.rows[name] = x = name.lower()
                self.said.append(f"{name} is taken as {x}, whose rows are {x}_i")
        for name in self._unknown:
            self._take_as_slope(name)

    @property
    def _unknown(self) -> list[str]:
        """The names that nothing explains so far."""
        explained = self.gradients.keys() | self.rows.keys() | self.slopes.keys()
        others = self.forward.known.keys() | self.forward.definitions.keys() | explained
        return sorted(self.used - others - self.forward.formula.names.sizes)

    def _next_layer(self) -> str:
        """The first z that is made of what the claim is by, also by way of others."""
        made = {self.by}
        for line in trees(self.forward.text):
            if made & names(line.tree):
                if is_layer(line.name):
                    return line.name
                made.add(line.name)
        return ""

    def _take_as_slope(self, name: str) -> None:
        known, declared = self.forward.known, self.forward.declared
        shape = declared[name].variable.shape if name in declared else None
        ways = [
            (line, node)
            for line, node in known.items()
            if isinstance(node, Apply)
            and len(node.arguments) == 1
            and (is_elementwise(node.operation) or node.operation == "function")
            and shape in (None, node.shape)
        ]
        if len(ways) != 1:
            return
        line, node = ways[0]
        inside = next((each for each, it in known.items() if it is node.arguments[0]), "…")
        called = node.parameters[0] if node.operation == "function" else node.operation
        self.slopes[name] = pulled(node, 0, algebra.constant(1, node.shape))
        self.said.append(f"{name} is taken as {called}′({inside}), the slope in {line}")

    def with_aside(self, formula: Formula) -> Formula:
        """A formula that knows what a claim has beside it: what is declared, and counts, 1/m."""
        unknown, declared = set(self._unknown), self.forward.declared
        more = {name: declared[name].variable for name in unknown & declared.keys()}
        for name in sorted(unknown & COUNTS - more.keys()):
            more[name] = Variable(name, ())
            self.said.append(f"{name} is not declared: {COUNTED}")
        symbols = {name: symbol(name, one.shape) for name, one in more.items()}
        return formula._replace(
            symbols=formula.symbols | symbols, variables=formula.variables | more
        )


class _Sweep:
    """The derivatives of a forward pass, as its layout lays them and writes them."""

    def __init__(self, forward: Forward) -> None:
        self.forward = forward
        self.known = forward.known
        self.named: dict[Node, Node] = {
            symbol(name, self.known[name].shape): self.known[name] for name in forward.names
        }
        self.is_number = not forward.formula.node.shape
        self.seed_row = set() if self.is_number else {forward.seed}

    def gradients(self, wanted: Iterable[str]) -> dict[str, Node]:
        """The gradients by some names, all from one sweep."""
        each = list(dict.fromkeys(wanted))
        nodes = [substituted(node, self.named) for node in self._by(each)]
        if not self.is_number:
            nodes = [
                node if self.forward.lies(name) else algebra.summed(node, (0,))
                for name, node in zip(each, nodes, strict=True)
            ]
        return dict(zip(each, self._short(nodes), strict=True))

    def asked(
        self, by: str, gradient: Node, entry: tuple[int, ...]
    ) -> tuple[Variable, Variable, Node]:
        """What is differentiated, by what, and the truth: of an entry that alone.

        Raises:
            ShapeError: There is no such entry.
        """
        of = self._of(by)
        if not entry:
            return of, Variable(by, self.known[by].shape), gradient
        lies = self.forward.lies(by)
        place = (*(0 for _ in of.shape), *entry[-1:]) if lies else entry
        turned_round = self.forward.layout == "numerator" and not of.shape
        one = Variable(f"{by}[{','.join(map(str, entry))}]", ())
        return Variable("L", ()), one, indexed(gradient, place[::-1] if turned_round else place)

    def jacobian(self, of: str, by: str) -> tuple[Variable, Variable, Node]:
        """One name of the forward pass by another, and the derivative."""
        (node,) = self._short([substituted(one, self.named) for one in self._by([by], of)])
        whole, wrt = (Variable(name, self.known[name].shape) for name in (of, by))
        return whole, wrt, node

    def laid(self, by: str, gradient: Node) -> Node:
        """A gradient as the layout lays it: in numerator layout that by a column is 1×n."""
        if self.forward.layout == "denominator" or self._of(by).shape:
            return gradient
        if self.forward.lies(by):
            return algebra.outer(algebra.constant(1, (1,)), gradient)
        return algebra.transpose(gradient)

    def _of(self, by: str) -> Variable:
        """What is differentiated: a number, of one entry where the gradient by a name is a row."""
        return Variable("L", () if self.is_number or not self.forward.lies(by) else (1,))

    def _by(self, wanted: Sequence[str], of: str = "") -> list[Node]:
        """The derivatives of the whole, or of one name, by some names.

        By an intermediate result it has that as a symbol of its own: in the graph of the whole a
        sum or a product takes in the terms and factors of what stands in it.
        """
        own = self.forward.names if self.forward.seed else self.forward.names[:-1]
        plain = [name for name in wanted if name not in own]
        node = self.known[of] if of else self.forward.formula.node
        bars = derivatives(node, [self.known[name] for name in plain])
        found = dict(zip(plain, bars, strict=True))
        return [found[name] if name in found else self._beside(name, of) for name in wanted]

    def _beside(self, name: str, of: str) -> Node:
        """The derivative by an intermediate result."""
        forward = self.forward
        names = KnownNames(functions=forward.functions)
        read = read_formula(forward.whole, forward.formula.variables, opaque=[name], names=names)
        node = read.named.get(of, read.node)
        (found,) = derivatives(node, [symbol(name, self.known[name].shape)])
        return found

    def _short(self, nodes: Sequence[Node]) -> list[Node]:
        """Nodes in their short form, by what is declared."""
        properties = {name: each.properties for name, each in self.forward.declared.items()}
        became = simplified(nodes, properties)
        return [became[node] for node in nodes]

    def spelled(self, foreign: Mapping[str, Node], shown: Mapping[Node, str]) -> dict[str, Tree]:
        """What the names of the forward pass, and those that it does not have, are written as."""
        spelled = {line.name: line.tree for line in trees(self.forward.text)}
        for name, node in foreign.items():
            others = {key: one for key, one in shown.items() if one != name}
            wrt = Variable(name, node.shape)
            spelled[name] = self.written(node, Variable("L", ()), wrt, "denominator", others)
        return spelled

    def written(
        self, node: Node, of: Variable, wrt: Variable, layout: str, named: Mapping[Node, str]
    ) -> Tree:
        """A gradient as it is written; other lines of it are those of the forward pass."""
        form = written(of, wrt, layout)
        shown = text(write_derivative(node, form, tuple(self.forward.formula.symbols), named))
        tree = trees(shown)[-1].tree
        for name in self.seed_row:  # the column that a row is: its transpose
            row = Tree("name", name)
            column = trees(f"sum({name}, axis=0)")[-1].tree
            tree = tidied(replaced(unplaced(tree), column, turned(row)))
        return tree
