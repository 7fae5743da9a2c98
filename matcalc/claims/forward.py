"""The forward pass of a claim: its names, and the gradient of what comes after by each."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping, Sequence

from matcalc.claims.question import Question
from matcalc.claims.targets import with_targets
from matcalc.claims.tree import Assigned, Tree, names, trees
from matcalc.derivative import derivatives, pulled
from matcalc.diagnosis.gradient_names import gradient_of
from matcalc.dimensions import Shape
from matcalc.errors import NotationError, Place
from matcalc.expression import Declarations, parse_declarations, read_formula
from matcalc.expression.declarations import declared_functions
from matcalc.expression.equation import stated_in
from matcalc.expression.formula import Names
from matcalc.graph import Apply, Node, Symbol, substituted, symbol
from matcalc.inputs.reading import read_line
from matcalc.layout import written
from matcalc.notation import text, write_derivative
from matcalc.operations import algebra, is_elementwise
from matcalc.simplify import simplified
from matcalc.variables import Mention, Variable, resolve

_LAYER = re.compile(r"(?:d|delta|δ|Δ)_?(?P<number>[0-9]+)")


def declared_shapes(variables: Declarations | None) -> dict[str, Shape]:
    """The shapes of what is declared."""
    declared = parse_declarations(variables or ())
    return {name: each.variable.shape for name, each in declared.items()}


class Forward:
    """A forward pass, and the gradient of what comes after by each of its names.

    Args:
        because: Its lines.
        variables: What is declared.
        stated: What the claim says of shapes.
        notation: That of its lines, where they do not say it.
    """

    def __init__(
        self,
        because: str,
        variables: Declarations | None,
        stated: Mapping[str, Mention],
        notation: str | None = None,
    ) -> None:
        inside = stated_in(because, declared_shapes(variables))
        whole = "; ".join(_lines(inside.text, variables, notation))
        lines = trees(whole)
        if not lines[-1].name:
            place = Place(because, 0, max(1, len(because)))
            raise NotationError("a line of the forward pass has a name: z2 = W2 @ x", [place])
        variables, self.said = with_targets(whole, variables)
        self.declared = parse_declarations(variables or ())
        self.functions = declared_functions(variables or ())
        self.definitions = _backward(lines)  # d3 = dz3: what the claim calls a gradient
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
                mentions.append(Mention(by, shapes[name], Place("", 0, 0)))
        kept = [each for each in mentions if each.name in used and each.name not in self.names]
        return resolve(kept).variables

    def read(self, shapes: dict[str, Variable]) -> None:
        """Read it, and the number that a gradient makes of its last line."""
        names = Names(functions=self.functions)
        plain = read_formula(self.text, shapes, names=names)
        last = self.names[-1]
        self.seed = ""
        whole = self.text
        if plain.node.shape:
            self.seed = f"d{last}"
            shapes = {**plain.variables, self.seed: Variable(self.seed, plain.node.shape)}
            whole = f"{self.text}; sum({self.seed} * {last})"
        self.formula = read_formula(whole, shapes, names=names) if self.seed else plain
        self.known = {**self.formula.named, **self.formula.symbols}
        if not self.seed:
            self.known[last] = self.formula.node

    def question(self, by: str, layout: str, used: set[str]) -> Question:
        """The derivative by one of its names.

        Args:
            by: The name.
            layout: How gradients are written.
            used: The names that stand in the claim.

        Raises:
            NotationError: A name is unknown.
        """
        if by not in self.known:
            listed = ", ".join(self.known)
            raise NotationError(f"{by[:60]} is not in the forward pass; there are {listed}")
        for name in reversed(self.definitions):
            if name in used:
                used = used | names(self.definitions[name])
        found, assumptions = self._gradients(used - self.definitions.keys())
        gradients = self._derived(list(dict.fromkeys([by, *found.values()])))
        meanings = {
            name: _laid(gradients[of], layout)
            for name, of in found.items()
            if name not in self.formula.variables
        }
        unknown = used - self.known.keys() - found.keys() - self.definitions.keys()
        for name, (node, said) in self._slopes(unknown - self.formula.names.sizes).items():
            meanings[name] = node
            assumptions.append(said)
        foreign = dict(meanings)  # what the forward pass does not name
        meanings |= {n: v for n, v in self.known.items() if n not in self.formula.variables}
        self._define(meanings, used)
        shown = {node: name for name, node in self.known.items() if not isinstance(node, Symbol)}
        shown |= {
            gradients[of]: name
            for name, of in found.items()
            if of != by and not isinstance(gradients[of], Symbol)
        }
        spelled = {line.name: line.tree for line in trees(self.text)}
        for name, node in foreign.items():
            others = {key: one for key, one in shown.items() if one != name}
            spelled[name] = self._written(node, name, "denominator", others)
        return Question(
            gradients[by],
            Variable("L", ()),
            Variable(by, self.known[by].shape),
            layout,
            self.formula,
            {name: each for name, each in self.declared.items() if name in self.formula.variables},
            meanings,
            str(self._written(gradients[by], by, layout, shown)),
            (self.text,),
            {**spelled, **self.definitions},
            [*self.said, *assumptions, *self.formula.assumptions],
            frozenset(self.declared),
        )

    def _derived(self, wanted: Sequence[str]) -> dict[str, Node]:
        """The gradients by some names, all from one sweep."""
        nodes = derivatives(self.formula.node, [self.known[name] for name in wanted])
        properties = {name: each.properties for name, each in self.declared.items()}
        became = simplified(nodes, properties)
        return {name: became[node] for name, node in zip(wanted, nodes, strict=True)}

    def _written(self, node: Node, by: str, layout: str, named: Mapping[Node, str]) -> Tree:
        """A gradient as it is written; other lines of it are those of the forward pass."""
        form = written(Variable("L", ()), Variable(by, node.shape), layout)
        return trees(text(write_derivative(node, form, tuple(self.formula.symbols), named)))[
            -1
        ].tree

    @property
    def names_of_claims(self) -> dict[str, Variable]:
        """The names that a claim may use, with their shapes."""
        found = {name: Variable(name, node.shape) for name, node in self.known.items()}
        found |= {f"d{name}": Variable(f"d{name}", each.shape) for name, each in found.items()}
        layers = [name for name in self.known if re.fullmatch(r"[zZ][0-9]+", name)]
        found |= {f"delta{z[1:]}": Variable(f"delta{z[1:]}", found[z].shape) for z in layers}
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

    def _gradients(self, used: set[str]) -> tuple[dict[str, str], list[str]]:
        """The names of a claim that are gradients, and what they are by."""
        found: dict[str, str] = {}
        assumptions: list[str] = []
        for name in sorted(used - self.known.keys()):
            by = self.gradient_by(name)
            if by:
                found[name] = by
            if by and not gradient_of(name, set(self.known)):
                assumptions.append(f"{name} is taken as the gradient by {by}: d{by}")
        return found, assumptions

    def gradient_by(self, name: str) -> str:
        """What a name is the gradient by: z2 of ``dz2``, and of ``delta2`` and ``δ_2``."""
        match = _LAYER.fullmatch(name)
        layers = [f"{z}{match['number']}" for z in "zZ"] if match else []
        of_layer = next((one for one in layers if one in self.known), "")
        return gradient_of(name, set(self.known)) or of_layer

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


def _lines(text: str, variables: Declarations | None, notation: str | None) -> Iterator[str]:
    """The lines of a forward pass in the language, whatever they are typed in."""
    known = {name: each.variable for name, each in parse_declarations(variables or ()).items()}
    for line in filter(str.strip, re.split(r"[;\n]", text)):
        read = read_line(line.strip(), known, notation, declared_functions(variables or ()))
        yield " ".join(read.text.split())
        left = read.text.partition("=")[0].strip()
        if known and left.isidentifier() and left not in line:  # z² is z2 in the lines below
            known[left] = Variable(left, ("_", "_") if left[0].isupper() else ("_",))


def _backward(lines: Sequence[Assigned]) -> dict[str, Tree]:
    """The lines that give names to gradients and slopes: ``d3 = dz3``, and what is after them.

    A line that nothing comes of, behind one that names a gradient, belongs to the claim too.
    """
    given = {line.name for line in lines}
    found: dict[str, Tree] = {}
    for line in lines:
        used = names(line.tree)
        is_gradient = any(gradient_of(name, given) and name not in given for name in used)
        if is_gradient or used & found.keys() or (found and _is_last(line, lines)):
            found[line.name] = line.tree
    return found


def _is_last(line: Assigned, lines: Sequence[Assigned]) -> bool:
    """Whether no line uses what this one names."""
    return not any(line.name in names(other.tree) for other in lines)


def _laid(gradient: Node, layout: str) -> Node:
    """A gradient as a layout lays it: in numerator layout a column becomes 1×n."""
    if layout == "denominator":
        return gradient
    if len(gradient.shape) == 1:
        return algebra.outer(algebra.constant(1, (1,)), gradient)
    return algebra.transpose(gradient)
