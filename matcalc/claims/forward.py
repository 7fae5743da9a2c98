"""The forward pass of a claim, read: its lines, its names, and the shapes in which it fits."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping, Sequence
from contextlib import suppress

from matcalc.claims.gradient_names import delta_in, gradient_of, layers, variable_of
from matcalc.claims.targets import with_targets
from matcalc.claims.tree import Assigned, Tree, names, trees
from matcalc.dimensions import Shape
from matcalc.errors import MatcalcError, NotationError, Place, ShapeError
from matcalc.expression import (
    Declarations,
    Declared,
    Formula,
    by_convention,
    parse,
    parse_declarations,
    read_formula,
    sizes_declared,
)
from matcalc.expression.biases import biases
from matcalc.expression.declarations import declared_functions
from matcalc.expression.equation import stated_in
from matcalc.expression.formula import KnownNames
from matcalc.graph import Symbol
from matcalc.inputs.equations import equations_apart
from matcalc.inputs.line import Line
from matcalc.inputs.notations import says_products
from matcalc.inputs.reading import read_foreign, read_line
from matcalc.inputs.tree import Left
from matcalc.variables import Mention, Variable, parse_mention, resolve

_GIVEN = re.compile(r"(?:^|[;\n])\s*([^\W\d]\w*)(?:\[([\w\s,]*)\])?\s*=(?!=)")
_FITS = "the shape in which the forward pass fits"


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
        inside = stated_in(because, {**_given(because), **declared_shapes(variables)})
        read = list(_read_lines(inside.text, variables, notation))
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
                mentions.append(Mention(by, _untagged(shapes[name], self.layout), Place("", 0, 0)))
        kept = [each for each in mentions if each.name in used and each.name not in self.names]
        return resolve(kept).variables

    def read(self, shapes: dict[str, Variable]) -> None:
        """Read it, and the number that a gradient makes of its last line."""
        names = KnownNames(functions=self.functions)
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

    def _plain(self, shapes: dict[str, Variable], names: KnownNames) -> Formula:
        """It, with the names declared that have one shape in which all fits: a bias.

        Where nothing is declared and several shapes fit, names say what they are.

        Raises:
            NotationError: A name is unknown, and may have several shapes.
        """
        try:
            return read_formula(self.text, shapes, names=names)
        except NotationError as error:
            more, said = _undeclared(self.text, shapes, self.ranks, self.claim, error)
            self.said += said
            stated = {name: one.variable for name, one in more.items()}
            self.taken = tuple(map(str, stated.values()))
            targets, of_targets = with_targets(self.text, " ".join(self.taken))
            known = parse_declarations(targets or ())
            self.declared |= {name: one for name, one in known.items() if one.properties}
            self.said += of_targets
            return read_formula(self.text, shapes | stated, names=names)

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

    def lies(self, by: str) -> bool:
        """Whether the gradient by a name is a row."""
        return self.layout == "numerator" and len(self.known[by].shape) == 1

    def gradient_by(self, name: str) -> str:
        """What a name is the gradient by: z2 of ``dz2``, and of ``delta2`` and ``δ_2``."""
        return gradient_of(name, self.known) or layers(self.known).get(delta_in(name), "")


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


# ------------------------------------------------------------------------------- its lines


def _given(because: str) -> dict[str, Shape | None]:
    """The names that lines of a forward pass give, with the shapes that these state."""
    found: dict[str, Shape | None] = {}
    for name, inside in _GIVEN.findall(because):
        stated = parse_mention(f"{name}[{inside}]").shape if inside else None
        found.setdefault(name, stated)
    return found


def _read_lines(text: str, variables: Declarations | None, notation: str | None) -> Iterator[Line]:
    """The lines of a forward pass in the language, whatever they are typed in."""
    known = {name: each.variable for name, each in parse_declarations(variables or ()).items()}
    functions = declared_functions(variables or ())
    for line in filter(str.strip, equations_apart(text)):
        read = read_line(line.strip(), known, notation, functions, claimed=not says_products(text))
        yield read
        left = read.text.partition("=")[0].strip()
        shape = _shape_of(read, known)
        if known and left.isidentifier() and shape is not None:
            known[left] = Variable(left, shape)


def _shape_of(line: Line, known: Mapping[str, Variable]) -> Shape | None:
    """How many axes the name of a line has below it: ``a_k`` is an entry of ``a = softmax(z)``."""
    kind = line.kind
    if kind is None:
        with suppress(MatcalcError):
            kind = read_foreign(line.text, known).kind
    if kind is None or kind.rank is None or kind.rank < 0 or kind.row:
        return None
    return tuple("_" if size is None else size for size in kind.sizes) or ("_",) * kind.rank


def _backward(lines: Sequence[Assigned]) -> dict[str, Tree]:
    """The lines that give names to gradients and slopes: ``d3 = dz3``, and what is after them.

    A line that nothing comes of, behind one that names a gradient, belongs to the claim too.
    """
    named = {line.name for line in lines}
    found: dict[str, Tree] = {}
    for line in lines:
        used = names(line.tree)
        is_gradient = any(gradient_of(name, named) and name not in named for name in used)
        if is_gradient or used & found.keys() or (found and _is_last(line, lines)):
            found[line.name] = line.tree
    return found


def _is_last(line: Assigned, lines: Sequence[Assigned]) -> bool:
    """Whether no line uses what this one names."""
    return not any(line.name in names(other.tree) for other in lines)


# ------------------------------------------------------------------------------- its shapes


def declared_shapes(variables: Declarations | None) -> dict[str, Shape]:
    """The shapes of what is declared."""
    declared = parse_declarations(variables or ())
    return {name: each.variable.shape for name, each in declared.items()}


def _undeclared(
    text: str,
    shapes: Mapping[str, Variable],
    ranks: Mapping[str, int],
    claim: str,
    error: NotationError,
) -> tuple[dict[str, Declared], list[str]]:
    """The variables that nobody declared, and what is said of them.

    Args:
        text: The lines.
        shapes: What is declared.
        ranks: The axes of names, where sums over letters say them.
        claim: The claim, whose names are no sizes.
        error: Why it cannot be read without.

    Raises:
        NotationError: They may have several shapes, or none fits.
    """
    ways = [one.text for one in error.suggestions if one.kind == "declare"]
    if len(ways) == 1 and (shapes or not ranks):
        more = parse_declarations(_kept(_lettered(ways[0], claim), text, claim))
        return more, [f"{one.variable}: {_FITS}" for one in more.values()]
    if shapes:
        raise error
    try:
        convention = by_convention(text, said=ranks)
    except ShapeError:
        raise error from None
    more = parse_declarations(_lettered(" ".join(map(str, convention.variables)), claim))
    return more, [_lettered(one, claim) for one in convention.assumptions]


def _lettered(text: str, claim: str) -> str:
    """Shapes that nobody declared, their sizes called otherwise than a name of the claim."""
    letters = set(re.findall(r"(?<=[\[,])[a-z](?=[\],])", text))
    claimed = set(re.findall(r"(?<![^\W_])[a-z](?![^\W_])", claim))
    free = (one for one in "mnpqrskl" if one not in letters | claimed)
    for letter in sorted(letters & claimed):
        text = re.sub(rf"(?<=[\[,]){letter}(?=[\],])", next(free, letter), text)
    return text


def _kept(declared: str, text: str, claim: str) -> str:
    """Declarations, their biases of two axes where the claim keeps one: ``keepdims=True``."""
    if not re.search(r"keep_?dims?\s*=\s*(True|1)", claim):
        return declared
    for name, bias in biases(parse(text)).items():
        axes = r"\1,1" if bias.units_are_rows else r"1,\1"
        declared = re.sub(rf"(?<!\S){name}\[(\w+)\]", f"{name}[{axes}]", declared)
    return declared
