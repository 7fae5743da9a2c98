"""Writing: the tree of a line in the language, each product as the kinds of its factors decide."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from functools import partial
from operator import attrgetter

from matcalc.errors import Place
from matcalc.expression.parser import LISTS
from matcalc.inputs import axes, kinds
from matcalc.inputs.calls import rewritten
from matcalc.inputs.kinds import NUMBER, Kind
from matcalc.inputs.lengths import bars, inner, norm
from matcalc.inputs.lists import beside, is_row, listed, refuse_spaced
from matcalc.inputs.names import Names
from matcalc.inputs.ones import (
    all_sized,
    are_ones,
    filled,
    holds_ones,
    size_below,
    summed,
    with_squares,
)
from matcalc.inputs.pieces import ATOM, POWER, PRODUCT, SIGN, SUM, Written, added, commas, joined
from matcalc.inputs.places import entry, index
from matcalc.inputs.reader import RefusedError
from matcalc.inputs.speller import STARRED, Speller
from matcalc.inputs.sums import mapped, total
from matcalc.inputs.tree import OVER, LineNode
from matcalc.inputs.words import KEYWORDS
from matcalc.operations import RULES, facts_of

_OPS = """number name sum chain product negative transpose inverse pinv power call identity
text group keyword"""
_OF_OTHERS = {
    "bars": bars,
    "entry": entry,
    "filled": filled,
    "index": index,
    "inner": inner,
    "listed": listed,
    "mapped": mapped,
    "norm": norm,
    "total": total,
}
_ENTRY = ("⊙", ".*")


class LineWriter(Speller):
    """The spelling of one line."""

    def __init__(self, line: str, names: Names, notation: str) -> None:
        super().__init__(line, names, notation)
        self.clashes = False  # whether a * stands where nothing but a matrix product fits
        self.marked = True  # whether signs say the notation, which else is taken for its *
        self.claimed = False  # whether the line is held against what is true
        self.misfits = False  # whether two parts cannot be combined entry by entry in NumPy
        self.repeats = False  # whether a vector counts for every row of a matrix
        self.before_product = False  # whether a product of matrices follows in the same chain
        self.spellers: dict[str, Callable[[LineNode], Written]] = {
            **{op: getattr(self, op) for op in _OPS.split()},
            **{op: partial(spell, self) for op, spell in _OF_OTHERS.items()},
            "written": attrgetter("value"),
        }

    def write(self, node: LineNode) -> Written:
        """A part of the line, in the language.

        Raises:
            NotationError: It may mean several things, or there is no spelling for it.
        """
        kept = self.kept.pop(id(node), None)
        return kept or self.spellers[node.op](node).reaching(node.start, node.stop)

    # -- names and numbers

    def number(self, node: LineNode) -> Written:
        """A number; a fraction binds like a quotient."""
        text: str = node.value.rstrip(".") if node.value[-1:] == "." else node.value
        return self.atom(node, text, NUMBER, PRODUCT if "/" in text else ATOM)

    def name(self, node: LineNode) -> Written:
        """A name."""
        return self.atom(node, node.value, self.names.kind(node.value))

    def identity(self, node: LineNode) -> Written:
        """An identity, with its size where that is said."""
        sizes: tuple[str, ...] = node.value
        if not sizes:
            return self.atom(node, "I", kinds.MATRIX)
        return self.atom(node, f"eye({sizes[0]})", Kind(2, (sizes[0], sizes[0])))

    def text(self, node: LineNode) -> Written:
        """Text, in the quotes of the language."""
        return self.atom(node, f'"{node.value[1:-1]}"', kinds.UNKNOWN)

    def keyword(self, node: LineNode) -> Written:
        """``axis=0``, by its name here."""
        inside = self.argument(node.args[0], "", parameter=True)
        return joined([f"{KEYWORDS.get(node.value, node.value)}=", inside], ATOM, kinds.UNKNOWN)

    def group(self, node: LineNode) -> Written:
        """What stood in brackets: they are written where the language needs them."""
        if node.value == "~":
            raise self.fail(node, "~ is read before a comparison alone, ~(x > 0)")
        if node.value == "[" and ";" in self.line and len(beside(self, node.args[0])) > 1:
            return self.write(node._replace(op="listed", value=(1,)))
        if node.value == "[" and is_row(self, node.args[0]):
            refuse_spaced(self, node.args[0])
        inside = self.write(node.args[0])
        first, last = inside.pieces[0], inside.pieces[-1]
        if len(inside.pieces) == 1:
            return inside._replace(pieces=(first._replace(start=node.start, stop=node.stop),))
        pieces = (
            first._replace(start=node.start),
            *inside.pieces[1:-1],
            last._replace(stop=node.stop),
        )
        return inside._replace(pieces=pieces)

    # -- signs

    def sum(self, node: LineNode) -> Written:
        """Terms; ones without a size count for every entry."""
        terms = [
            one._replace(kind=NUMBER) if one.kind.rank == -1 else one for one in self.terms(node)
        ]
        whole = {one.kind.rows for one in terms if one.kind.rows and one.kind.is_matrix}
        if self.names.open and len(whole) == 1:  # I - 11ᵀ/n
            eye = self.identity(node._replace(value=(*map(str, whole),)))
            terms = [eye if one.text == "I" else one for one in terms]
        wide = next((one for one in terms if "[:, None]" in one.text), None)
        if wide and wide.kind.columns == 1 and self.notation == "numpy":
            terms = [self.for_every_row(wide, one) for one in terms]
        kind = terms[0].kind
        for term in terms[1:]:
            self.misfits |= not kinds.broadcast(kind, term.kind)
            kind = kinds.entrywise(kind, term.kind)
        products = [one for one in terms if one.kind.is_number and " @ " in one.text]
        others = [one for one in terms if not one.kind.is_number]
        if products and self.names.open and all(one.text.isidentifier() for one in others):
            kind = NUMBER  # what is added to one, wᵀx + b, is one
        return added(node.value, terms, kind)

    def terms(self, node: LineNode) -> list[Written]:
        """The terms of a sum; ones before a row, ``𝟏 bᵀ``, last: the others say how many."""
        later = [one.op in ("product", "chain") and are_ones(one.args[0]) for one in node.args]
        found = {k: self.write(one) for k, one in enumerate(node.args) if not later[k]}
        before = self.rows
        self.rows = next((one.kind.rows for one in found.values() if one.kind.is_matrix), before)
        found |= {k: self.write(one) for k, one in enumerate(node.args) if later[k]}
        self.rows = before
        return [found[k] for k in range(len(later))]

    def negative(self, node: LineNode) -> Written:
        """Minus a part."""
        inside = self.write(node.args[0])
        binds = SIGN if inside.binds >= SIGN else SUM
        return joined(["-", inside.within(PRODUCT)], binds, inside.kind)

    def transpose(self, node: LineNode) -> Written:
        """A transpose; of ``(1, 1, 1)`` the column that is meant by it."""
        (arg,) = node.args
        inside = self.write(arg)
        if arg.op == "listed" and arg.value == "(":
            return inside
        if inside.kind.rank == -1:
            return inside._replace(kind=Kind(-1, (), row=True))
        stack = axes.last_two(self, node, inside) if node.value == ".mT" else None
        if stack is not None:
            return stack
        return joined([inside.within(ATOM), ".T"], ATOM, inside.kind.transposed)

    def inverse(self, node: LineNode) -> Written:
        """An inverse; of a number a quotient."""
        inside = self.write(node.args[0])
        if inside.kind.is_number:
            return joined(["1 / ", inside.within(POWER)], PRODUCT, NUMBER)
        return joined(["inv(", inside, ")"], ATOM, inside.kind)

    def pinv(self, node: LineNode) -> Written:
        """A pseudo-inverse."""
        inside = self.write(node.args[0])
        return joined(["pinv(", inside, ")"], ATOM, inside.kind.transposed)

    def power(self, node: LineNode) -> Written:
        """A power: of a matrix a product with itself, unless it is one entry by entry.

        One behind the name of a function that acts entry by entry, ``f^``, is of entries too.
        """
        base, exponent = map(self.write, node.args)
        if node.args[0].value == "weight" and exponent.text == "2":  # ‖x‖²_Q
            return Written(base.pieces[1:-1], PRODUCT, NUMBER)
        sign = "^" if self.notation == "sympy" else node.value
        if sign == "^" and base.kind.is_matrix and self.notation not in STARRED:
            return self.matrix_power(node, base, exponent)
        kind = kinds.entrywise(base.kind, exponent.kind)
        found = joined([base.within(ATOM), "**", exponent.within(SIGN)], POWER, kind)
        if node.value in ("^", "f^") and base.kind.rank == 1:
            self.assume(f"{self.shown(node)} is taken entry by entry: {found.text}")
        return found

    def matrix_power(self, node: LineNode, base: Written, exponent: Written) -> Written:
        """A whole power of a matrix."""
        text = exponent.text.strip("()").replace(" ", "")
        rows, columns = base.kind.rows, base.kind.columns
        if None not in (rows, columns) and rows != columns:
            self.assume(f"{self.shown(node)} is taken entry by entry: the matrix is not square")
            return joined([base.within(ATOM), "**", exponent.within(SIGN)], POWER, base.kind)
        digits = text.removeprefix("-")
        if digits in ("1/2", "0.5"):
            root = joined(["sqrtm(", base, ")"], ATOM, base.kind)
            return root if digits == text else joined(["inv(", root, ")"], ATOM, base.kind)
        if not digits.isdigit():
            raise self.fail(
                node,
                f"of a matrix there are whole powers alone; entry by entry it is {base.text}**…, "
                f"and of any number k the power is expm(k * logm({base.text}))",
            )
        inside: Written = base
        if text[0] == "-":
            inside = joined(["inv(", base, ")"], ATOM, base.kind)
        if int(digits[:4]) == 1:
            return inside
        if digits == "2":
            return joined([inside.within(POWER), " @ ", inside.within(POWER)], PRODUCT, base.kind)
        return joined(["matrix_power(", inside, f", {digits})"], ATOM, base.kind)

    # -- products

    def product(self, node: LineNode) -> Written:
        """Factors side by side: a matrix product, or one with a number."""
        return self.side_by_side(node, list(node.args))

    def refuse_columns(self, node: LineNode, one: Written, two: Written) -> None:
        """Refuse two columns side by side, of which no product is said; in a claim they do not fit.

        Raises:
            NotationError: They are two columns.
        """
        if one.kind.is_column and two.kind.is_column and not self.claimed:
            entry = self.signed(one, " * ", two, one.kind).text
            inner = self.dot(one, two).text
            raise self.fail(
                node,
                f"of two columns side by side, {one.text} and {two.text}, the product may be entry "
                f"by entry, {entry}, or the inner product, {inner}: write one of them",
            )

    def refuse_places(self, one: LineNode, two: LineNode, base: Written) -> None:
        """Refuse ``(A*x)(2)``: places of what is no name, or a product with a number.

        Raises:
            NotationError: It is one.
        """
        if two.op != "group" or one.stop != two.start or base.kind.is_number:
            return
        (inside,) = two.args
        if two.value == "[" and inside.op == "name" and base.kind.is_column:
            name = inside.value
            raise self.fail(
                two,
                f"{self.shown(two)} behind a vector is the place of an entry, a number, x[0]; any "
                f"one is {name}.T @ x, where {name}[n]:onehot is declared",
            )
        if two.value != "(":
            return
        if inside.op == "number" or (inside.op == "chain" and inside.value[0][0] == ":"):
            raise self.fail(
                two,
                f"{self.shown(two)} may be a place, counted from 0 in brackets, x[0], or a factor: "
                "write a product with its sign",
            )

    def side_by_side(
        self, node: LineNode, args: Sequence[LineNode], before: Written | None = None
    ) -> Written:
        """Factors from the left; a row that stands behind a matrix begins a number of its own."""
        args = with_squares(self, args)
        factors = summed(all_sized(self, args, before))
        found = before
        k = 0
        while k < len(factors):
            factor = factors[k]
            k += 1
            if found is None:
                found = factor
                continue
            if factor.kind.is_row and (found.kind.is_matrix or found.kind.is_row):
                inner, count = _number_from(factors[k - 1 :])
                if inner is not None:
                    found, k = self.times(found, inner), k + count - 1
                    continue
            if k > 1:
                self.refuse_places(args[k - 2], args[k - 1], factors[k - 2])
            self.refuse_columns(node, found, factor)
            found = self.times(found, factor)
        assert found is not None  # noqa: S101 - a product has factors
        return found

    def chain(self, node: LineNode) -> Written:
        """Products with signs between them, from the left."""
        if holds_ones(self, node):
            return self.side_by_side(node, node.args)
        first, *rest = node.args
        before, self.divisor = self.divisor, size_below(self, node)
        found = self.write(first)
        self.divisor = before
        if found.kind.rank == -1:
            found = found._replace(kind=NUMBER)
        around = self.before_product
        for k, ((sign, wide), arg) in enumerate(zip(node.value, rest, strict=True), 1):
            self.before_product = any(one == "@" for one, _ in node.value[k:])
            found = self.combined(node, found, sign, arg, wide=wide)
        self.before_product = around
        return found

    def combined(
        self, node: LineNode, one: Written, sign: str, arg: LineNode, *, wide: bool
    ) -> Written:
        """What was found so far, a sign, and what stands behind it."""
        if arg.op == "product":
            loose = self.loose(node, one, sign, arg, wide=wide)
            if loose is not None:
                return loose
        two = self.write(arg)
        if two.kind.rank == -1:
            two = two._replace(kind=NUMBER)
        return self.joined_by(node, one, sign, two)

    def loose(
        self, node: LineNode, one: Written, sign: str, arg: LineNode, *, wide: bool
    ) -> Written | None:
        """``a ⊙ b cᵀ`` as ``(a ⊙ b) cᵀ``, where the other reading does not fit; or nothing."""
        first, *others = arg.args
        tight, head = self.write(arg), self.write(first)
        if sign == "/" and one.text.isdigit() and head.text.isdigit() and not arg.value[0]:
            self.refuse_close(node, one, head, others[0])
        if sign in OVER:
            if not self.is_fraction(one, head, tight, arg, wide=wide):
                return None
        elif sign in _ENTRY or (sign == "*" and self.notation not in {"matlab", *STARRED}):
            fits = kinds.alike(one.kind, tight.kind) or kinds.can_multiply(one.kind, tight.kind)
            if fits and (sign == "*" or kinds.alike(one.kind, tight.kind)):
                return None
        else:
            return None
        left = self.joined_by(node, one, sign, head)
        found = self.side_by_side(node, others, left)
        if sign in OVER and one.kind.is_number and tight.kind.is_number and head.binds >= ATOM:
            plain = one.text.isdigit() and head.text.isdigit()
            if not plain:
                self.assume(f"{self.shown(node)} is read as {found.text}")
        return found

    def joined_by(self, node: LineNode, one: Written, sign: str, two: Written) -> Written:
        """Two parts with a sign between them, in the language."""
        scaled = one.kind.is_column and two.kind.is_matrix and self.before_product  # s * W @ d
        if self.notation == "numpy" and sign in ("/", "*"):
            self.clashes |= sign == "*" and kinds.clash(one.kind, two.kind)
            row = one.kind.is_row and two.kind.is_matrix  # nobody transposes one that counts so
            sure = ".T" not in self.line or 1 in (one.kind.rank, two.kind.rank)
            self.misfits |= row or (sure and not kinds.broadcast(one.kind, two.kind))
        if self.notation == "numpy" and sign in ("/", "*") and not scaled:
            one, two = self.for_every_row(two, one), self.for_every_row(one, two)
        if sign in OVER:
            return self.over(one, two, sign)
        if sign in _ENTRY:
            return self.signed(one, " * ", two, kinds.entrywise(one.kind, two.kind))
        if sign == "*":
            return self.star(node, one, two)
        plain = {"·": self.dot, "×": self.cross} | dict.fromkeys((".", "@", "%*%"), self.matmul)
        if sign in plain:
            return plain[sign](one, two)
        return self.called_by(sign, one, two)

    def for_every_row(self, whole: Written, part: Written) -> Written:
        """A vector that counts for every row of a matrix beside it, as NumPy has it."""
        if not whole.kind.is_matrix or not part.kind.is_column:
            return part
        widened = whole.kind.columns == 1 and "[:, None]" in whole.text
        if part.binds == ATOM and part.text.endswith(", axis=0)"):
            kept = part.pieces[-1]._replace(text=", keepdims=True)")
            return Written((*part.pieces[:-1], kept), ATOM, kinds.MATRIX)
        (size,) = part.kind.sizes
        if not widened and (size is None or size != whole.kind.columns):
            return part
        self.repeats = True
        return joined([part.within(ATOM), "[None, :]"], ATOM, Kind(2, (1, size)))

    def matmul(self, one: Written, two: Written) -> Written:
        """``@``; of an array with one axis and a matrix an array with one axis."""
        flat = (one.kind.is_column and two.kind.is_matrix) or self.names.flat
        kind = (kinds.flat if flat else kinds.product)(one.kind, two.kind)
        return self.signed(one, " @ ", two, kind)

    def called_by(self, sign: str, one: Written, two: Written) -> Written:
        """Two parts with a sign between them that is a function here."""
        if sign in ("⊗", "%x%"):
            kind = kinds.called("kron", [one.kind, two.kind], [])
            return joined(["kron(", one, ", ", two, ")"], ATOM, kind)
        if sign == "%o%":
            right = joined([two.within(ATOM), ".T"], ATOM, two.kind.transposed)
            return self.signed(one, " @ ", right, kinds.MATRIX)
        if sign == ":":
            return joined(["sum(", one.within(PRODUCT), " * ", two.within(SIGN), ")"], ATOM, NUMBER)
        return joined(["solve(", one, ", ", two, ")"], ATOM, two.kind)

    def over(self, one: Written, two: Written, sign: str) -> Written:
        """A quotient; by a matrix in MATLAB a product with the inverse."""
        if sign == "/" and two.kind.is_matrix and self.notation == "matlab":
            inverse = joined(["inv(", two, ")"], ATOM, two.kind)
            return self.times(one, inverse)
        return self.signed(one, " / ", two, kinds.entrywise(one.kind, two.kind))

    def star(self, node: LineNode, one: Written, two: Written) -> Written:
        """``*``: a matrix product, or one entry by entry, as the notation and the kinds say.

        Raises:
            NotationError: Both fit.
        """
        entry = kinds.entrywise(one.kind, two.kind)
        product = kinds.product(one.kind, two.kind)
        if one.kind.is_number or two.kind.is_number or self.notation in STARRED:
            return self.signed(one, " * ", two, entry)
        multiplied = kinds.can_multiply(one.kind, two.kind)
        combined = kinds.can_combine(one.kind, two.kind)
        if self.notation in ("matlab", "sympy") and (multiplied or self.marked or not combined):
            return self.signed(one, " @ ", two, product)
        if multiplied and combined and one.kind.rank is not None and two.kind.rank is not None:
            written = self.signed(one, " @ ", two, product).text
            raise RefusedError(
                f"{self.shown(node)} may be the matrix product, {written}, or entry by entry, "
                f"{self.signed(one, ' * ', two, entry).text}: write one of them",
                [Place(self.line, node.start, node.stop)],
            )
        sign, kind = (" @ ", product) if multiplied else (" * ", entry)
        return self.signed(one, sign, two, kind)

    def cross(self, one: Written, two: Written) -> Written:
        """``×``: of two columns the vector product."""
        if one.kind.is_column and two.kind.is_column:
            return joined(["cross(", one, ", ", two, ")"], ATOM, one.kind)
        return self.times(one, two)

    # -- what has brackets of its own

    def argument(self, node: LineNode, name: str, *, parameter: bool = False) -> Written:
        """An argument of a function; several numbers or arrays, of what takes them, as a tuple."""
        lists = parameter or name in LISTS
        if node.value == "~" and name in ("where", "masked_fill"):
            return self.write(node.args[0])
        if node.op != "listed" or not lists or (node.value != "(" and len(node.value) > 1):
            return self.write(node)
        parts = commas(self.argument(one, "", parameter=parameter) for one in node.args)
        return joined(["(", *parts, ",)" if len(node.args) == 1 else ")"], ATOM, kinds.UNKNOWN)

    def call(self, node: LineNode) -> Written:
        """A function."""
        name, primes, form = node.value
        node = node.renamed(facts_of(name).keywords)
        behind = len(RULES[name].operands) if name in RULES else len(node.args)
        args = [self.argument(one, name, parameter=k >= behind) for k, one in enumerate(node.args)]
        args = [one._replace(kind=NUMBER) if one.kind.rank == -1 else one for one in args]
        found = rewritten(self, node, name, args, form) if not primes else None
        if found is not None:
            return found
        positional = [a for n, a in zip(node.args, args, strict=True) if n.op != "keyword"]
        named = [str(one.value) for one in node.args if one.op == "keyword"]
        keywords = [KEYWORDS.get(one) or one for one in named]
        if name in ("ones", "zeros"):
            listed = node.args[:1] if [one.op for one in node.args] == ["listed"] else [node]
            kind = kinds.filled([self.write(size).text for one in listed for size in one.args])
        else:
            kind = kinds.called(name, [one.kind for one in positional], keywords)
        shapes = self.names.functions.get(name)
        if shapes is not None:
            operand = positional[0].kind.sizes if positional else ()
            kind = kinds.kind_of((*shapes.result, *operand * primes))
        return self.applied(node, name + "'" * primes, args, kind)


def _number_from(factors: Sequence[Written]) -> tuple[Written | None, int]:
    """The number that factors make up to the first column; nothing if they make none."""
    found = factors[0]
    for k, factor in enumerate(factors[1:], 2):
        sign = " * " if factor.kind.is_number else " @ "
        kind = kinds.product(found.kind, factor.kind)
        found = joined([found.within(PRODUCT), sign, factor.within(SIGN)], PRODUCT, kind)
        if kind.is_number:
            return found, k
        if not kind.is_row:
            return None, 0
    return None, 0
