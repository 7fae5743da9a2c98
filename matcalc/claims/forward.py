"""The forward pass of a claim: its names, and the gradient of what comes after by each."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from contextlib import suppress

from matcalc.claims.forward_lines import backward, given, read_lines
from matcalc.claims.forward_shapes import declared_shapes, undeclared
from matcalc.claims.gradient_names import delta_in, gradient_of, is_layer, layers, variable_of
from matcalc.claims.question import Question
from matcalc.claims.targets import with_targets
from matcalc.claims.tidying import tidied
from matcalc.claims.tree import Tree, names, replaced, trees, turned, unplaced
from matcalc.derivative import derivatives, pulled
from matcalc.dimensions import Shape
from matcalc.errors import MatcalcError, NotationError, Place, ShapeError
from matcalc.expression import (
    Declarations,
    Formula,
    parse_declarations,
    read_formula,
    sizes_declared,
)
from matcalc.expression.conventions import COUNTED
from matcalc.expression.declarations import declared_functions
from matcalc.expression.equation import stated_in
from matcalc.expression.formula import Names
from matcalc.expression.habits import COUNTS
from matcalc.graph import Apply, Node, Symbol, substituted, symbol
from matcalc.inputs.tree import Left
from matcalc.layout import written
from matcalc.notation import text, write_derivative
from matcalc.operations import algebra, is_elementwise
from matcalc.operations.indexing import indexed
from matcalc.simplify import simplified
from matcalc.variables import Mention, Variable, resolve


def known_shapes(because: str, variables: Declarations | None) -> dict[str, Shape]:
    """The shapes of what is declared, and those in its sizes that follow of it, gradients too."""
    shapes = declared_shapes(variables)
    sizes = {size for shape in shapes.values() for size in shape}
    with suppress(MatcalcError):
        for name, each in Forward(because, variables, {}).names_of_claims.items():
            if all(isinstance(size, int) or size in sizes for size in each.shape):
                shapes.setdefault(name, each.shape)
    return shapes


class Forward:
    """A forward pass, and the gradient of what comes after by each of its names.

    Args:
        because: Its lines.
        variables: What is declared.
        stated: What the claim says of shapes.
        layout: How the claim writes gradients: as columns, or as rows.
        notation: That of its lines, where they do not say it.
        claim: The claim: who keeps an axis in it means biases of two axes, and its names are no
            sizes.

    Raises:
        NotationError: It cannot be read.
        ShapeError: It does not fit.
    """

    def __init__(
        self,
        because: str,
        variables: Declarations | None,
        stated: Mapping[str, Mention],
        layout: str = "denominator",
        notation: str | None = None,
        claim: str = "",
    ) -> None:
        self.layout = layout
        self.claim = claim
        self.taken: tuple[str, ...] = ()  # what was given no shape, with that in which it fits
        inside = stated_in(because, {**given(because), **declared_shapes(variables)})
        read = list(read_lines(inside.text, variables, notation))
        whole = "; ".join(" ".join(line.text.split()) for line in read)
        self.ranks = {name: rank for line in read for name, rank in line.ranks.items()}
        lines = trees(whole)
        if not lines[-1].name:
            place = Place(because, 0, max(1, len(because)))
            raise NotationError("a line of the forward pass has a name: z2 = W2 @ x", [place])
        variables, said = with_targets(whole, variables)
        self.said = [*said, *sizes_declared(variables or ()).values()]
        self.declared = parse_declarations(variables or ())
        self.functions = declared_functions(variables or ())
        self.definitions = backward(lines)  # d3 = dz3: what the claim calls a gradient
        kept = [line for line in lines if line.name not in self.definitions]
        self.text = "; ".join(f"{line.name} = {line.tree}" for line in kept)
        self.names = [line.name for line in kept]
        self.read(self._shapes(inside.mentions, stated))

    def _shapes(
        self, inside: tuple[Mention, ...], stated: Mapping[str, Mention]
    ) -> dict[str, Variable]:
        """The variables of the forward pass."""
        mentions = [
            Mention(name, each.variable.shape, each.place) for name, each in self.declared.items()
        ]
        mentions += [*inside, *stated.values()]
        used = set[str]().union(*(names(line.tree) for line in trees(self.text)))
        shapes = {each.name: each.shape for each in mentions if each.shape is not None}
        for name in list(shapes):  # dW2[3,2] says what W2 is
            by = gradient_of(name, used | set(self.names))
            if by and by in used and by not in shapes and by not in self.names:
                mentions.append(Mention(by, _untagged(shapes[name], self.layout), Place("", 0, 0)))
        kept = [each for each in mentions if each.name in used and each.name not in self.names]
        return resolve(kept).variables

    def read(self, shapes: dict[str, Variable]) -> None:
        """Read it, and the number that a gradient makes of its last line."""
        names = Names(functions=self.functions)
        plain = self._plain(shapes, names)
        last = self.names[-1]
        self.seed, self.whole = "", self.text
        self.formula = plain
        if plain.node.shape:
            self.seed = f"d{last}"
            seed, number = _number(self.seed, last, plain.node.shape, self.layout)
            self.whole = f"{self.text}; {number}"
            shapes = {**plain.variables, self.seed: seed}
            self.formula = read_formula(self.whole, shapes, names=names)
        self.known = {**self.formula.named, **self.formula.symbols}
        if not self.seed:
            self.known[last] = self.formula.node

    def _plain(self, shapes: dict[str, Variable], names: Names) -> Formula:
        """It, with the names declared that have one shape in which all fits: a bias.

        Where nothing is declared and several shapes fit, names say what they are.

        Raises:
            NotationError: A name is unknown, and may have several shapes.
        """
        try:
            return read_formula(self.text, shapes, names=names)
        except NotationError as error:
            more, said = undeclared(self.text, shapes, self.ranks, self.claim, error)
            self.said += said
            stated = {name: one.variable for name, one in more.items()}
            self.taken = tuple(map(str, stated.values()))
            targets, of_targets = with_targets(self.text, " ".join(self.taken))
            known = parse_declarations(targets or ())
            self.declared |= {name: one for name, one in known.items() if one.properties}
            self.said += of_targets
            return read_formula(self.text, shapes | stated, names=names)

    def question(
        self, by: str, used: set[str], entry: tuple[int, ...] = (), of: str = ""
    ) -> Question:
        """The derivative by one of its names, or an entry of it.

        Args:
            by: The name.
            used: The names that stand in the claim.
            entry: The place of the entry, as the layout has it.
            of: The name of what is differentiated; of what comes after, if there is none.

        Raises:
            NotationError: A name is unknown.
            ShapeError: There is no such entry.
        """
        if by not in self.known:
            listed = ", ".join(self.known)
            raise NotationError(f"{by[:60]} is not in the forward pass; there are {listed}")
        for name in reversed(self.definitions):
            if name in used:
                used = used | names(self.definitions[name])
        found, assumptions = self._gradients(used - self.definitions.keys(), by)
        asked = () if of else (by,)
        gradients = self._derived(list(dict.fromkeys([*asked, *found.values()])))
        meanings = {
            name: self._laid(of, gradients[of])
            for name, of in found.items()
            if name not in self.formula.variables
        }
        rows = {name for name in meanings if self._lies(found[name])} | self._seed_row
        unknown = used - self.known.keys() - found.keys() - self.definitions.keys()
        rows_of = self._of_rows(unknown)
        unknown -= self.formula.names.sizes | rows_of.keys()
        assumptions += [
            f"{name} is taken as {x}, whose rows are {x}_i" for name, x in rows_of.items()
        ]
        for name, (node, said) in self._slopes(unknown).items():
            meanings[name] = node
            assumptions.append(said)
        self._read_aside(unknown - meanings.keys())
        foreign = dict(meanings)  # what the forward pass does not name
        meanings |= {n: v for n, v in self.known.items() if n not in self.formula.variables}
        meanings |= {name: self.known[one] for name, one in rows_of.items()}
        self._define(meanings, used)
        shown = self._names_shown(found, gradients, by)
        whole, wrt, truth = self._jacobian(of, by) if of else self._asked(by, gradients[by], entry)
        return Question(
            truth,
            whole,
            wrt,
            self.layout,
            self.formula,
            {name: each for name, each in self.declared.items() if name in self.formula.variables},
            meanings,
            str(self._written(truth, whole, wrt, self.layout, shown)),
            (self.text,),
            {**self._spelled(foreign, shown), **self.definitions},
            [*self.said, *assumptions, *self.formula.assumptions],
            frozenset(self.declared),
            frozenset(rows),
        )

    def _read_aside(self, unknown: set[str]) -> None:
        """Know what a claim has beside the forward pass: what is declared, and counts, 1/m."""
        more = {name: self.declared[name].variable for name in unknown & self.declared.keys()}
        for name in sorted(unknown & COUNTS - more.keys()):
            more[name] = Variable(name, ())
            self.said.append(f"{name} is not declared: {COUNTED}")
        symbols = {name: symbol(name, one.shape) for name, one in more.items()}
        self.formula = self.formula._replace(
            symbols=self.formula.symbols | symbols, variables=self.formula.variables | more
        )

    def _names_shown(
        self, found: Mapping[str, str], gradients: Mapping[str, Node], by: str
    ) -> dict[Node, str]:
        """The names of intermediate results, and of gradients by others than what is asked for."""
        shown = {node: name for name, node in self.known.items() if not isinstance(node, Symbol)}
        return shown | {
            gradients[of]: name
            for name, of in found.items()
            if of != by and not isinstance(gradients[of], Symbol)
        }

    def _spelled(self, foreign: Mapping[str, Node], shown: Mapping[Node, str]) -> dict[str, Tree]:
        """What the names of the forward pass, and those that it does not have, are written as."""
        spelled = {line.name: line.tree for line in trees(self.text)}
        for name, node in foreign.items():
            others = {key: one for key, one in shown.items() if one != name}
            spelled[name] = self._written(
                node, Variable("L", ()), Variable(name, node.shape), "denominator", others
            )
        return spelled

    def _asked(
        self, by: str, gradient: Node, entry: tuple[int, ...]
    ) -> tuple[Variable, Variable, Node]:
        """What is differentiated, by what, and the truth: of an entry that alone.

        Raises:
            ShapeError: There is no such entry.
        """
        of = self._of(by)
        if not entry:
            return of, Variable(by, self.known[by].shape), gradient
        place = (*(0 for _ in of.shape), *entry[-1:]) if self._lies(by) else entry
        turned_round = self.layout == "numerator" and not of.shape
        one = Variable(f"{by}[{','.join(map(str, entry))}]", ())
        return Variable("L", ()), one, indexed(gradient, place[::-1] if turned_round else place)

    def _jacobian(self, of: str, by: str) -> tuple[Variable, Variable, Node]:
        """One name of the forward pass by another, and the derivative."""
        (node,) = self._short([substituted(one, self._meant) for one in self._by([by], of)])
        whole, wrt = (Variable(name, self.known[name].shape) for name in (of, by))
        return whole, wrt, node

    def _short(self, nodes: Sequence[Node]) -> list[Node]:
        """Nodes in their short form, by what is declared."""
        properties = {name: each.properties for name, each in self.declared.items()}
        became = simplified(nodes, properties)
        return [became[node] for node in nodes]

    @property
    def _seed_row(self) -> set[str]:
        """The gradient that arrives, where it is a row."""
        return {self.seed} if self.formula.node.shape else set()

    def _of(self, by: str) -> Variable:
        """What is differentiated: a number, of one entry where the gradient by a name is a row."""
        return Variable("L", (1,) if self.formula.node.shape and self._lies(by) else ())

    def _lies(self, by: str) -> bool:
        """Whether the gradient by a name is a row."""
        return self.layout == "numerator" and len(self.known[by].shape) == 1

    def _laid(self, by: str, gradient: Node) -> Node:
        """A gradient as the layout lays it: in numerator layout that by a column is 1×n."""
        if self.layout == "denominator" or self._of(by).shape:
            return gradient
        if self._lies(by):
            return algebra.outer(algebra.constant(1, (1,)), gradient)
        return algebra.transpose(gradient)

    def _by(self, wanted: Sequence[str], of: str = "") -> list[Node]:
        """The derivatives of the whole, or of one name, by some names.

        By an intermediate result it has that as a symbol of its own: in the graph of the whole a
        sum or a product takes in the terms and factors of what stands in it.
        """
        held = [name for name in wanted if name in self.names[: len(self.names) - (not self.seed)]]
        plain = [name for name in wanted if name not in held]
        node = self.known[of] if of else self.formula.node
        bars = derivatives(node, [self.known[name] for name in plain])
        found = dict(zip(plain, bars, strict=True))
        found |= {name: self._beside(name, of) for name in held}
        return [found[name] for name in wanted]

    def _beside(self, name: str, of: str) -> Node:
        """The derivative by an intermediate result."""
        names = Names(functions=self.functions)
        read = read_formula(self.whole, self.formula.variables, opaque=[name], names=names)
        node = read.named.get(of, read.node)
        (found,) = derivatives(node, [symbol(name, self.known[name].shape)])
        return found

    @property
    def _meant(self) -> dict[Node, Node]:
        """The intermediate results as symbols of their own, each with what it is."""
        return {symbol(name, self.known[name].shape): self.known[name] for name in self.names}

    def _derived(self, wanted: Sequence[str]) -> dict[str, Node]:
        """The gradients by some names, all from one sweep."""
        nodes = [substituted(node, self._meant) for node in self._by(wanted)]
        if self.formula.node.shape:
            nodes = [
                node if self._lies(name) else algebra.summed(node, (0,))
                for name, node in zip(wanted, nodes, strict=True)
            ]
        return dict(zip(wanted, self._short(nodes), strict=True))

    def _written(
        self, node: Node, of: Variable, wrt: Variable, layout: str, named: Mapping[Node, str]
    ) -> Tree:
        """A gradient as it is written; other lines of it are those of the forward pass."""
        form = written(of, wrt, layout)
        shown = text(write_derivative(node, form, tuple(self.formula.symbols), named))
        tree = trees(shown)[-1].tree
        for name in self._seed_row:  # the column that a row is: its transpose
            row = Tree("name", name)
            column = trees(f"sum({name}, axis=0)")[-1].tree
            tree = tidied(replaced(unplaced(tree), column, turned(row)))
        return tree

    def of_fraction(self, left: Left | None) -> str:
        """What a left side differentiates, ∂z/∂x, where that is a name on the way."""
        if left is None or not left.wrt or left.of not in self.names:
            return ""
        is_loss = left.of == self.names[-1] and not self.seed
        return "" if is_loss else left.of

    def of_shape_of(self, claimed: str, name: str) -> str:
        """The one variable that has the shape of what is claimed of ``grad``; said."""
        with suppress(MatcalcError):
            shape = read_formula(claimed, self.names_of_claims).node.shape
            fits = [
                one
                for one, node in self.known.items()
                if node.shape == shape and isinstance(node, Symbol) and one != self.seed
            ]
            if len(fits) == 1:
                said = "the one variable of the shape of what is claimed"
                self.said.append(f"{name} is taken as the gradient by {fits[0]}, {said}")
                return fits[0]
        return ""

    @property
    def gradients(self) -> list[str]:
        """The names of gradients that an equation may give."""
        return [f"d{name}" for name in self.known if name != self.seed]

    @property
    def names_of_claims(self) -> dict[str, Variable]:
        """The names that a claim may use, with their shapes."""
        found = {name: Variable(name, node.shape) for name, node in self.known.items()}
        for name, each in list(found.items()):
            found.setdefault(f"d{name}", Variable(f"d{name}", _tagged(each.shape, self.layout)))
        for delta, z in layers(self.known).items():
            found[delta] = found[f"d{z}"]._replace(name=delta)
            found.setdefault("delta", found[delta]._replace(name="delta"))  # by one of them
        declared = {name: each.variable for name, each in self.declared.items()}
        return {**declared, **found, **dict.fromkeys(self.definitions, Variable("d", ()))}

    def _define(self, meanings: dict[str, Node], used: set[str]) -> None:
        """Give the names that the forward pass gives to gradients and slopes their meaning."""
        for name, tree in self.definitions.items():
            if name in used:
                shapes = {each: Variable(each, node.shape) for each, node in meanings.items()}
                read = read_formula(str(tree), {**shapes, **self.formula.variables})
                symbols: dict[Node, Node] = {
                    symbol(each, node.shape): node for each, node in meanings.items()
                }
                meanings[name] = substituted(read.node, symbols)

    def _gradients(self, used: set[str], wrt: str) -> tuple[dict[str, str], list[str]]:
        """The names of a claim that are gradients, and what they are by.

        A delta without a number is by the first z that comes of what the claim is by.
        """
        found: dict[str, str] = {}
        assumptions: list[str] = []
        for name in sorted(used - self.known.keys()):
            by = self.gradient_by(name)
            if not by and delta_in(name) and name not in self.declared:
                by = self._next_layer(wrt)
            if by:
                found[name] = by
            if by and not gradient_of(name, self.known):
                assumptions.append(f"{name} is taken as the gradient by {by}: d{by}")
        return found, assumptions

    def _next_layer(self, name: str) -> str:
        """The first z that is made of a name, also by way of others."""
        made = {name}
        for line in trees(self.text):
            if made & names(line.tree):
                if is_layer(line.name):
                    return line.name
                made.add(line.name)
        return ""

    def gradient_by(self, name: str) -> str:
        """What a name is the gradient by: z2 of ``dz2``, and of ``delta2`` and ``δ_2``."""
        return gradient_of(name, self.known) or layers(self.known).get(delta_in(name), "")

    def _of_rows(self, unknown: set[str]) -> dict[str, str]:
        """Capitals that only their look explains: X, where sums say that x is a matrix of rows."""
        rows = {one for one, rank in self.ranks.items() if rank == 2 and one in self.known}
        return {name: name.lower() for name in unknown if {name.lower()} & (rows - {name})}

    def _slopes(self, unknown: set[str]) -> dict[str, tuple[Node, str]]:
        """Names that only their look explains: the slope of an activation of their shape."""
        found: dict[str, tuple[Node, str]] = {}
        for name in sorted(unknown):
            shape = self.declared[name].variable.shape if name in self.declared else None
            ways = [
                (pulled(node, 0, algebra.constant(1, node.shape)), line, node)
                for line, node in self.known.items()
                if isinstance(node, Apply)
                and len(node.arguments) == 1
                and (is_elementwise(node.operation) or node.operation == "function")
                and shape in (None, node.shape)
            ]
            if len(ways) == 1:
                slope, line, node = ways[0]
                inside = next(
                    (each for each, it in self.known.items() if it is node.arguments[0]), "…"
                )
                called = node.parameters[0] if node.operation == "function" else node.operation
                found[name] = slope, f"{name} is taken as {called}′({inside}), the slope in {line}"
        return found


def read_forward(
    because: str,
    variables: Declarations | None,
    stated: Mapping[str, Mention],
    layout: str | None = None,
    notation: str | None = None,
    claim: str = "",
) -> Forward:
    """A forward pass, in the layout that is asked for, or in which what is stated of shapes fits.

    Gradients are columns, in denominator layout; where a claim writes one as a row, or where they
    fit in numerator layout alone, they are in that. What is declared as a row, ``z[1,n]``, has a
    gradient of that shape in denominator layout. What fits as NumPy reads it alone, ``X * g`` of
    a matrix and a vector of its columns, is read so.

    Raises:
        NotationError: It cannot be read.
        ShapeError: It does not fit.
    """
    layouts = [layout] if layout is not None else _layouts(variables, stated)
    ways = [(one, notation) for one in layouts]
    ways += [(layouts[0], "numpy")] if notation is None else []
    (first, _), *others = ways
    try:
        return Forward(because, variables, stated, first, notation, claim)
    except ShapeError as error:
        for one, written_in in others:
            with suppress(MatcalcError):
                return Forward(because, variables, stated, one, written_in, claim)
        raise error from None


def _layouts(variables: Declarations | None, stated: Mapping[str, Mention]) -> list[str]:
    """The layouts that gradients may be in: in that of rows alone where all rows are gradients."""
    declared = {**declared_shapes(variables), **{name: one.shape for name, one in stated.items()}}
    rows = [name for name, shape in declared.items() if (shape or ())[:1] == (1,)]
    if rows and all(variable_of(name) for name in rows):
        return ["numerator"]
    return ["denominator", "numerator"]


def _tagged(shape: Shape, layout: str) -> Shape:
    """The shape of a gradient in a layout: a vector lies in numerator layout, 1×n."""
    if layout == "denominator" or not shape:
        return shape
    return (1, *shape) if len(shape) == 1 else shape[::-1]


def _untagged(shape: Shape, layout: str) -> Shape:
    """The shape of what a gradient is by, of its own."""
    if layout == "denominator":
        return shape
    return shape[1:] if shape[:1] == (1,) else shape[::-1]


def _number(seed: str, last: str, shape: Shape, layout: str) -> tuple[Variable, str]:
    """The gradient that arrives at the last line, and the number whose gradients are meant."""
    if layout == "denominator" or len(shape) > 2:
        return Variable(seed, shape), f"sum({seed} * {last})"
    product = f"{seed} @ {last}"  # of a row and a column: one entry
    return Variable(seed, _tagged(shape, layout)), product if len(shape) == 1 else f"tr({product})"
