"""From a graph to a formula: matrix notation where there is one, else index notation."""

from __future__ import annotations

import itertools
from collections import Counter
from collections.abc import Callable, Iterable, Mapping, Sequence
from fractions import Fraction
from typing import Any, NamedTuple

from matcalc import dimensions
from matcalc.dimensions import Dimension, Shape
from matcalc.errors import UnboundError
from matcalc.graph import (
    ONE,
    Apply,
    Data,
    Factor,
    Node,
    Product,
    Scale,
    Sum,
    Symbol,
    flat,
    multiplied_out,
    multiplied_within,
    topological,
)
from matcalc.notation import phrases, tree
from matcalc.notation.applications import application
from matcalc.notation.division import divided
from matcalc.notation.letters import letter_of
from matcalc.notation.named_products import with_named_products
from matcalc.notation.named_sums import with_named_sums
from matcalc.notation.network import NoMatrixNotation, scaled
from matcalc.notation.parameters import Subscripts
from matcalc.notation.regrouping import (
    WrittenFactor,
    as_part,
    in_matrix_notation,
    merged_axes,
    split_axes,
)
from matcalc.notation.tree import Phrase
from matcalc.steps import MOST, counted

_DECIMALS = 1000  # a coefficient of a larger denominator is written as a decimal
_NAMED = 2000  # a piece of more parts than that has a name of its own, if it is not the whole
_FEW = 40  # a recurring piece of more parts has one where the whole would be too long otherwise
_LEGIBLE = 800  # of a formula of more parts what recurs has names too
_REPEATS = 16  # parts for each node: a formula that is longer says the same again and again
LINE = 40
"""Names, numbers and operations of a formula that is read at a glance."""
WRITTEN_OUT = 36  # factors and labels: longer products are not multiplied out to be written


class WrittenFormula(NamedTuple):
    """A formula: names for what recurs, then what is meant.

    Attributes:
        lets: The names, each with its meaning.
        phrase: What is meant.
        in_books: The same with names for quotients that recur, where that is shorter: for reading.
    """

    lets: tuple[tuple[str, Phrase], ...]
    phrase: Phrase
    in_books: WrittenFormula | None = None

    @property
    def roots(self) -> tuple[Phrase, ...]:
        """All that is written: what names mean, then the formula."""
        return (*(phrase for _, phrase in self.lets), self.phrase)

    @property
    def size(self) -> int:
        """Names, numbers and operations of all that is written."""
        return sum(root.size for root in self.roots)

    def changed(self, change: Callable[[Phrase], Phrase]) -> WrittenFormula:
        """All that is written in another form."""
        lets = tuple((name, change(phrase)) for name, phrase in self.lets)
        return WrittenFormula(lets, change(self.phrase))

    @property
    def names(self) -> set[str]:
        """Every name in it, of sizes that are numbers in it too."""
        return self._values("name")

    @property
    def functions(self) -> set[str]:
        """Every function that is called in it, by its name without primes."""
        calls = {name.rstrip("'") for name in self._values("call")}
        return calls | {name for name, _ in self._values("mapped")}

    def _values(self, op: str) -> set[Any]:
        pieces = (piece for root in self.roots for piece in tree.operands_first(root))
        return {piece.value for piece in pieces if piece.op == op}


@counted(MOST, "the formula of this derivative")
def write(
    root: Node,
    names: Sequence[str] = (),
    named: Mapping[Node, str] | None = None,
    *,
    row: bool = False,
    indices: bool = False,
) -> WrittenFormula:
    """The formula of a node, a vector as a column.

    Args:
        root: What to write.
        names: The names of variables in the order in which terms should mention them.
        named: Names for nodes that have one already.
        row: Whether a vector is written as a row.
        indices: Whether the last products are written in index notation.

    Raises:
        TooLargeError: It takes too many steps.
    """
    (written,) = write_together([root], names, named, indices=indices)
    return lying(written) if row else written


def write_together(
    asked: Sequence[Node],
    names: Sequence[str] = (),
    named: Mapping[Node, str] | None = None,
    *,
    indices: bool = False,
) -> list[WrittenFormula]:
    """The formulas of several nodes with the same names for what recurs in any of them.

    Args as those of :func:`write`; vectors are columns.
    """
    roots, known = with_named_sums(*with_named_products(asked, named or {}))
    written = _Writer(roots, names, known, _NAMED, indices=indices).written()
    if max(one.phrase.size for one in written.values()) > _LEGIBLE:
        written = _Writer(roots, names, known, _FEW, indices=indices).written()
    return [written[root] for root in roots[-len(asked) :]]


def lying(written: WrittenFormula) -> WrittenFormula:
    """A formula with its vector as a row."""
    return written._replace(phrase=phrases.row_of(written.phrase))


def names_within(nodes: Iterable[Node], given: Iterable[str]) -> set[str]:
    """Names that stand in nodes, those of sizes too, and those that are given."""
    taken = set(given)
    for node in nodes:
        taken.update(k for size in node.shape for k in dimensions.names(size))
        if isinstance(node, Symbol):
            taken.add(node.name)
    return taken


class _Writer:
    """Pieces for every node under some roots, operands first."""

    def __init__(
        self,
        roots: Sequence[Node],
        names: Sequence[str],
        named: Mapping[Node, str],
        named_above: int,
        *,
        indices: bool,
    ) -> None:
        self.roots = dict.fromkeys(roots)
        self.named_above = named_above
        outside = (root.operands if isinstance(root, Sum) else (root,) for root in roots)
        self.in_indices = set(itertools.chain.from_iterable(outside) if indices else ())
        self.position = {name: k for k, name in enumerate(names)}
        self.named = named
        self.nodes = topological(*roots)
        self.uses = Counter(operand for node in self.nodes for operand in node.operands)
        kept = {*named, *roots}
        once = {node for node, count in self.uses.items() if count == 1 and node not in kept}
        self.inlined = multiplied_within(self.nodes, once, WRITTEN_OUT)
        self.pieces: dict[Node, Phrase] = {}
        self.orders: dict[int, tuple[Phrase, tuple[int, ...]]] = {}  # phrases, so that ids stay
        self.lets: list[tuple[str, Phrase]] = []
        self.taken = names_within(self.nodes, [*names, *named.values()])

    def written(self) -> dict[Node, WrittenFormula]:
        if self.repeats():
            self.named_above = min(self.named_above, _FEW)
        for node in self.nodes:
            if node in self.inlined:
                continue
            piece = divided(self.piece(node), self.let)
            most = self.named_above if self.uses[node] > 1 else _NAMED
            if self.has_name(node):
                self.lets.append((self.named[node], piece))
                piece = tree.name(self.named[node], node.shape)
            elif piece.size > most and node not in self.roots:
                piece = self.let(piece)
            self.pieces[node] = piece._replace(symmetric=node.symmetric)
        return {root: WrittenFormula(tuple(self.lets), self.pieces[root]) for root in self.roots}

    def let(self, piece: Phrase) -> Phrase:
        """A name for a piece; a row is named as a column."""
        lies = piece.kind == "row"
        stands = phrases.transpose(piece) if lies else piece
        let = f"t{len(self.lets) + 1}"
        while let in self.taken:
            let = f"t{let}"
        self.lets.append((let, stands))
        name = tree.name(let, stands.shape)._replace(symmetric=piece.symmetric)
        return phrases.transpose(name) if lies else name

    def has_name(self, node: Node) -> bool:
        """Whether a node has a name already, under which it is written."""
        return node in self.named and bool(node.operands)

    def repeats(self) -> bool:
        """Whether the formula would be far longer than what it is about; roughly."""
        parts: dict[Node, int] = {}
        total = 0
        for node in self.nodes:
            signs = 1 if isinstance(node, Apply) else max(1, len(node.operands) - 1)
            parts[node] = signs + sum(parts[operand] for operand in node.operands)
            if node in self.named or (parts[node] > _NAMED and node not in self.roots):
                total += parts[node]
                parts[node] = 1
        written = total + sum(parts[root] for root in self.roots)
        return written > _NAMED + _REPEATS * len(self.nodes)

    def piece(self, node: Node) -> Phrase:
        if isinstance(node, Symbol):
            return tree.name(node.name, node.shape)
        if isinstance(node, Product):
            return self.product(node)
        if isinstance(node, Apply):
            return self.application(node)
        if isinstance(node, Data):
            if node in self.named:
                return tree.name(self.named[node], node.shape)
            raise UnboundError(
                'this derivative holds arrays, which have no names: give variables, "x[3]"'
            )
        return self.sum(node)

    def product(self, node: Product) -> Phrase:
        factors, sizes = multiplied_out(node, self.inlined)
        factors.sort(key=lambda factor: self.factor_order(self.pieces[factor.node]))
        if node.scale.number == 0:
            return _zeros(node)
        if node in self.in_indices and node.sizes:
            piece = self.index_notation(node.output, node.shape, factors, sizes)
        else:
            piece = self.in_notation(node.output, node.shape, factors, sizes)
        return _times_scale(piece, node.scale)

    def in_notation(
        self,
        output: Sequence[Any],
        shape: Shape,
        factors: Sequence[Factor],
        sizes: Sequence[Dimension],
    ) -> Phrase:
        """A product in matrix notation, or in index notation where there is none."""
        try:
            parts = [
                self.unit(f, factors, output, sizes) or as_part(self.pieces[f.node], f, sizes)
                for f in factors
            ]
            return in_matrix_notation(output, shape, parts, sizes)
        except NoMatrixNotation:
            return self.index_notation(output, shape, factors, sizes)

    def unit(
        self,
        factor: Factor,
        factors: Sequence[Factor],
        output: Sequence[Any],
        sizes: Sequence[Dimension],
    ) -> WrittenFactor | None:
        """A window of one entry that nothing else follows, as a column of the identity."""
        node = factor.node
        if not isinstance(node, Apply) or node.operation != "window" or node.shape[0] != 1:
            return None
        picked, whole = factor.labels
        labels = [label for other in factors for label in flat(other.labels)]
        if labels.count(picked) > 1 or picked in flat(output) or factor.exponent != 1:
            return None
        column = phrases.unit(node.shape[1], node.parameters[0])
        return as_part(column, factor._replace(labels=(whole,)), sizes)

    def index_notation(
        self,
        output: Sequence[Any],
        shape: Shape,
        factors: Sequence[Factor],
        sizes: Sequence[Dimension],
    ) -> Phrase:
        """An einsum; deltas are identity matrices, broadcasts ones, in index notation alone."""
        letter: dict[Any, str] = {}
        terms: list[str] = []
        arguments: list[Phrase] = []
        for label in (*flat(output), *range(len(sizes))):
            letter.setdefault(label, letter_of(len(letter)))
        for factor in factors:
            piece = phrases.power(self.pieces[factor.node], factor.exponent)
            if factor.exponent < 0:
                below = phrases.power(self.pieces[factor.node], -factor.exponent)
                piece = phrases.over(tree.numeral(1), below)
            arguments.append(split_axes(piece, factor.labels, letter, sizes))
            terms.append("".join(letter[label] for label in flat(factor.labels)))
        written: list[str] = []
        for label in flat(output):
            if letter[label] in written or letter[label] not in "".join(terms):
                fresh = letter[label]
                if letter[label] in written:
                    fresh = letter_of(len(letter))
                    letter[("again", len(letter))] = fresh
                    arguments.append(tree.eye(sizes[label]))
                    terms.append(letter[label] + fresh)
                elif flat(output).count(label) == 1:  # else an identity matrix has it
                    arguments.append(tree.ones(sizes[label]))
                    terms.append(fresh)
                written.append(fresh)
            else:
                written.append(letter[label])
        apart = tuple(sizes[label] for label in flat(output))
        subscripts = Subscripts(tuple(terms), "".join(written))
        piece = tree.einsum(subscripts, arguments, apart)
        return merged_axes(piece, output, shape, written)

    def application(self, node: Apply) -> Phrase:
        power = node.operation == "power_of"
        plain = [self.pieces[argument] for argument in node.arguments]
        return application(node, self.without_ones(node) if power else plain)

    def without_ones(self, node: Apply) -> list[Phrase]:
        """Base and exponent of a power; a scalar in every entry of one of them as a scalar."""
        pieces = [self.pieces[argument] for argument in node.arguments]
        spread = [k for k, one in enumerate(node.arguments) if _is_spread(one)]
        for k in spread if len(spread) == 1 else ():
            pieces[k] = self.scalar(node.arguments[k])
        return pieces

    def sum(self, node: Node) -> Phrase:
        flat_terms = [term for term in node.operands if not _is_spread(term)]
        terms = sorted((self.pieces[term] for term in flat_terms), key=self.term_order)
        # beside the identity matrix a number would be a multiple of it
        diagonal = len(node.shape) == 2 and any(map(_is_diagonal, flat_terms))
        for term in node.operands:  # a number is added to every entry: 1 - x
            if diagonal and _is_spread(term):
                terms = [*terms, self.pieces[term]]
            elif _is_spread(term) and isinstance(term, Product):
                terms = self.with_number(terms, term) if flat_terms else [*terms, self.pieces[term]]
        return _factored(terms)

    def with_number(self, terms: list[Phrase], term: Product) -> list[Phrase]:
        """A sum with a scalar that is spread: first, if it is positive."""
        piece = self.scalar(term)
        return [*terms, piece] if piece.op == "negative" else [piece, *terms]

    def scalar(self, spread: Node) -> Phrase:
        """The scalar in every entry of an array."""
        if not isinstance(spread, Product):
            return self.pieces[spread]
        factors, sizes = multiplied_out(spread, self.inlined)
        return _times_scale(self.in_notation((), (), factors, sizes), spread.scale)

    def order(self, phrase: Phrase) -> tuple[int, ...]:
        """Where the names of a phrase stand among the names that the user wrote."""
        waiting = [phrase]
        while waiting:
            one = waiting[-1]
            missing = [arg for arg in one.args if id(arg) not in self.orders]
            waiting += missing
            if not missing:
                waiting.pop()
                own = [self.position.get(one.value, len(self.position))] if one.op == "name" else []
                below = (place for arg in one.args for place in self.orders[id(arg)][1])
                self.orders[id(one)] = one, tuple(dict.fromkeys([*own, *below]))[:8]
        return self.orders[id(phrase)][1] or (len(self.position) + 1,)

    def factor_order(self, phrase: Phrase) -> tuple[Any, ...]:
        """Factors in the order of their names, of equal names the shorter first."""
        return self.order(phrase), phrase.size

    def term_order(self, phrase: Phrase) -> tuple[Any, ...]:
        """Terms likewise, negative ones last; of equal ones those with fewer transposes first."""
        body = phrases.unsigned(phrase)
        transposes = sum(one.op == "transpose" for one in (body, *body.args))
        return phrase.op == "negative", self.order(phrase), phrase.size, transposes


def _is_diagonal(node: Node) -> bool:
    """Whether a node is zero where two of its axes differ."""
    if not isinstance(node, Product):
        return False
    labels = flat(node.output)
    return len(set(labels)) < len(labels)


def _is_spread(node: Node) -> bool:
    """Whether a node is a scalar in every entry of an array."""
    return (
        isinstance(node, Product)
        and bool(node.output)
        and not (node.core or node.sums or len(set(flat(node.output))) < len(flat(node.output)))
    )


def _zeros(node: Node) -> Phrase:
    if not node.shape:
        return tree.numeral(0)
    return tree.zeros(*node.shape)


def _times_scale(piece: Phrase, scale: Scale) -> Phrase:
    """A piece with its coefficient: 2/n before it or below the line."""
    if scale == ONE:
        return piece
    number, powers = scale
    above: list[tuple[Phrase, Fraction]] = []
    below: list[tuple[Phrase, Fraction]] = []
    size = abs(number)
    if size.denominator > _DECIMALS:  # a decimal, as the user wrote it
        above.append((tree.numeral(size), Fraction(1)))
    else:
        if size.numerator != 1:
            above.append((tree.numeral(size.numerator), Fraction(1)))
        if size.denominator != 1:
            below.append((tree.numeral(size.denominator), Fraction(-1)))
    for name, power in powers:
        piece_of = phrases.size(name)
        (above if power > 0 else below).append((piece_of, Fraction(power)))
    unit = piece.op == "number" and piece.value == 1
    if unit and above:
        piece = scaled(phrases.times([phrases.power(b, p) for b, p in above]), below)
    else:
        piece = scaled(piece, [*above, *below])
    return phrases.negative(piece) if number < 0 else piece


def _factored(terms: Sequence[Phrase]) -> Phrase:
    """A sum with a first or last factor that all terms share outside: (A + Aᵀ) x."""
    for end in (-1, 0):
        shared = {_end(term, end) for term in terms}
        if len(shared) == 1 and None not in shared and len(terms) > 1:
            common = next(iter(shared))
            rest = _factored([_without(term, end) for term in terms])
            if common is not None and rest.kind == "matrix":
                order = [rest, common] if end else [common, rest]
                return phrases.matmul(order)
    return phrases.plus(terms)


def _end(term: Phrase, end: int) -> Phrase | None:
    """The first or last factor of a matrix product."""
    body = phrases.unsigned(term)
    if body.op != "matmul" or body.kind == "scalar":
        return None
    return body.args[end]


def _without(term: Phrase, end: int) -> Phrase:
    body = phrases.unsigned(term)
    rest = phrases.matmul(body.args[:-1] if end else body.args[1:])
    return phrases.negative(rest) if term.op == "negative" else rest
