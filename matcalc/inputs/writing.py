"""Writing: the tree of a line in the language, each product as the kinds of its factors decide."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from functools import partial
from itertools import pairwise
from operator import attrgetter
from typing import Any

from matcalc.dimensions import Dimension, difference, parse
from matcalc.errors import MatcalcError
from matcalc.expression.brackets import LISTS
from matcalc.inputs import axes, kinds
from matcalc.inputs.calls import rewritten
from matcalc.inputs.kinds import NUMBER, Kind
from matcalc.inputs.lengths import bars, inner, norm
from matcalc.inputs.lists import is_row, listed, refuse_spaced
from matcalc.inputs.names import Names
from matcalc.inputs.pieces import ATOM, POWER, PRODUCT, SIGN, SUM, Piece, Written, commas, joined
from matcalc.inputs.speller import Speller
from matcalc.inputs.sums import mapped, sign_of, total
from matcalc.inputs.tree import Node
from matcalc.inputs.words import KEYWORDS
from matcalc.operations import RULES

_OPS = """number name sum chain product negative transpose inverse pinv power call norm index
identity filled text entry group keyword"""
_OF_OTHERS = {"bars": bars, "inner": inner, "listed": listed, "mapped": mapped, "total": total}
_STARRED = frozenset(["numpy", "r", "mathematica"])  # where * is entry by entry
#: Of functions that have several results, by their place.
RESULTS = {rule.facts.result_of: rule.name for rule in RULES.values() if all(rule.facts.result_of)}
RESULTS[("logabsdet", "1")] = "logdet"  # Julia's, counted from 1
_ENTRY = ("⊙", ".*")
_OVER = ("/", "./", "⊘", "frac")


class Writer(Speller):
    """The spelling of one line."""

    def __init__(self, line: str, names: Names, notation: str) -> None:
        super().__init__(line, names, notation)
        self.divisor = ""  # the size that what is written is divided by
        self.clashes = False  # whether a * stands where nothing but a matrix product fits
        self.claimed = False  # whether the line is held against what is true
        self.kept: dict[int, Written] = {}  # of parts that are asked for again
        self.rows: Dimension | None = None  # of the matrices to which a product is added
        self.repeats = False  # whether a vector counts for every row of a matrix
        self.before_product = False  # whether a product of matrices follows in the same chain
        self.spellers: dict[str, Callable[[Node], Written]] = {
            **{op: getattr(self, op) for op in _OPS.split()},
            **{op: partial(spell, self) for op, spell in _OF_OTHERS.items()},
            "written": attrgetter("value"),
        }

    def write(self, node: Node) -> Written:
        """A part of the line, in the language.

        Raises:
            NotationError: It may mean several things, or there is no spelling for it.
        """
        kept = self.kept.pop(id(node), None)
        return kept or self.spellers[node.op](node).reaching(node.start, node.stop)

    # -- names and numbers

    def number(self, node: Node) -> Written:
        """A number; a fraction binds like a quotient."""
        text: str = node.value.rstrip(".") if node.value[-1:] == "." else node.value
        return self.atom(node, text, NUMBER, PRODUCT if "/" in text else ATOM)

    def name(self, node: Node) -> Written:
        """A name."""
        return self.atom(node, node.value, self.names.kind(node.value))

    def identity(self, node: Node) -> Written:
        """An identity, with its size where that is said."""
        sizes: tuple[str, ...] = node.value
        if not sizes:
            return self.atom(node, "I", kinds.MATRIX)
        return self.atom(node, f"eye({sizes[0]})", Kind(2, (sizes[0], sizes[0])))

    def filled(self, node: Node) -> Written:
        """Ones or zeros, with their size where that is said."""
        digit, sizes = node.value
        name = "ones" if digit == "1" else "zeros"
        if not sizes:
            return self.atom(node, digit, Kind(-1))
        shape = f"({', '.join(sizes)})" if len(sizes) > 1 else sizes[0]
        return self.atom(node, f"{name}({shape})", Kind(len(sizes), tuple(sizes)))

    def sized(self, node: Node, found: Written, size: object) -> Written:
        """Ones or zeros without a size, beside what says which it is."""
        if size is None:
            raise self.fail(node, "of which size these are is not said: write ones(n), or 1_n")
        name = "ones" if found.text == "1" else "zeros"
        return self.atom(node, f"{name}({size})", Kind(1, (str(size),)))

    def text(self, node: Node) -> Written:
        """Text, in the quotes of the language."""
        return self.atom(node, f'"{node.value[1:-1]}"', kinds.UNKNOWN)

    def entry(self, node: Node) -> Written:
        """``A[i, k]``, as it is; of a function with several results, the one that is meant."""
        call, *places = node.args
        if call.op == "call" and len(places) == 1:
            typed = self.line[call.start : call.stop].partition("(")[0].rpartition(".")[2]
            one = RESULTS.get((typed, str(places[0].value)))
            if one and node.value == "#" and len(call.args) == 1:
                return self.call(call._replace(value=(one, 0, ""), stop=node.stop))
        base, *numbers = map(self.write, node.args)
        return self.taken(base, node.value, numbers)

    def taken(self, base: Written, pattern: str, numbers: Sequence[Written]) -> Written:
        """A part of an array, counted from 0."""
        parts: list[Any] = [base.within(ATOM), "["]
        found, texts = iter(numbers), [one.text for one in numbers]
        items = pattern.split(",")
        for k, item in enumerate(items):
            parts.append(", " if k else "")
            if item == "None":
                parts.append(item)
                continue
            for j, piece in enumerate(item.split("#")):
                parts += [next(found), piece] if j else [piece]
        given = [item for item in items if item != "None"]
        rank = None if base.kind.rank is None else base.kind.rank - given.count("#")
        if rank is None:
            return joined([*parts, "]"], ATOM, kinds.UNKNOWN)
        sizes = []
        for item, size in zip(given, base.kind.sizes, strict=False):
            ends = [texts.pop(0) for _ in range(item.count("#"))]
            sizes += [_taken_size(item, ends, size)] if item != "#" else []
        sizes += base.kind.sizes[len(given) :]
        for k, item in enumerate(one for one in items if one != "#"):
            sizes[k:k] = [1] if item == "None" else []
        rank += items.count("None")
        known = tuple(sizes) if len(sizes) == rank else (None,) * rank
        return joined([*parts, "]"], ATOM, Kind(rank, known, row=base.kind.row and rank == 1))

    def keyword(self, node: Node) -> Written:
        """``axis=0``, by its name here."""
        inside = self.write(node.args[0])
        return joined([f"{KEYWORDS.get(node.value, node.value)}=", inside], ATOM, kinds.UNKNOWN)

    def group(self, node: Node) -> Written:
        """What stood in brackets: they are written where the language needs them."""
        if node.value == "~":
            raise self.fail(node, "~ is read before a comparison alone, ~(x > 0)")
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

    def sum(self, node: Node) -> Written:
        """Terms; ones without a size count for every entry."""
        terms = [
            one._replace(kind=NUMBER) if one.kind.rank == -1 else one for one in self.terms(node)
        ]
        wide = next((one for one in terms if "[:, None]" in one.text), None)
        if wide and wide.kind.columns == 1 and self.notation == "numpy":
            terms = [self.for_every_row(wide, one) for one in terms]
        parts: list[Written | str | tuple[Piece, ...]] = []
        kind = terms[0].kind
        for k, (sign, term) in enumerate(zip(node.value, terms, strict=True)):
            parts += [sign_of(sign, first=not k), term.within(PRODUCT if k or sign < 0 else SUM)]
            kind = kinds.entrywise(kind, term.kind)
        products = [one for one in terms if one.kind.is_number and " @ " in one.text]
        others = [one for one in terms if not one.kind.is_number]
        if products and self.names.open and all(one.text.isidentifier() for one in others):
            kind = NUMBER  # what is added to one, wᵀx + b, is one
        return joined(parts, SUM, kind)

    def terms(self, node: Node) -> list[Written]:
        """The terms of a sum; ones before a row, ``𝟏 bᵀ``, last: the others say how many."""
        later = [one.op in ("product", "chain") and _are_ones(one.args[0]) for one in node.args]
        found = {k: self.write(one) for k, one in enumerate(node.args) if not later[k]}
        before = self.rows
        self.rows = next((one.kind.rows for one in found.values() if one.kind.is_matrix), before)
        found |= {k: self.write(one) for k, one in enumerate(node.args) if later[k]}
        self.rows = before
        return [found[k] for k in range(len(later))]

    def negative(self, node: Node) -> Written:
        """Minus a part."""
        inside = self.write(node.args[0])
        binds = SIGN if inside.binds >= SIGN else SUM
        return joined(["-", inside.within(PRODUCT)], binds, inside.kind)

    def transpose(self, node: Node) -> Written:
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

    def inverse(self, node: Node) -> Written:
        """An inverse; of a number a quotient."""
        inside = self.write(node.args[0])
        if inside.kind.is_number:
            return joined(["1 / ", inside.within(POWER)], PRODUCT, NUMBER)
        return joined(["inv(", inside, ")"], ATOM, inside.kind)

    def pinv(self, node: Node) -> Written:
        """A pseudo-inverse."""
        inside = self.write(node.args[0])
        return joined(["pinv(", inside, ")"], ATOM, inside.kind.transposed)

    def power(self, node: Node) -> Written:
        """A power: of a matrix a product with itself, unless it is one entry by entry.

        One behind the name of a function that acts entry by entry, ``f^``, is of entries too.
        """
        base, exponent = map(self.write, node.args)
        if node.args[0].value == "weight" and exponent.text == "2":  # ‖x‖²_Q
            return Written(base.pieces[1:-1], PRODUCT, NUMBER)
        if node.value == "^" and base.kind.is_matrix and self.notation not in _STARRED:
            return self.matrix_power(node, base, exponent)
        kind = kinds.entrywise(base.kind, exponent.kind)
        found = joined([base.within(ATOM), "**", exponent.within(SIGN)], POWER, kind)
        if node.value in ("^", "f^") and base.kind.rank == 1:
            self.assume(f"{self.shown(node)} is taken entry by entry: {found.text}")
        return found

    def matrix_power(self, node: Node, base: Written, exponent: Written) -> Written:
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

    def product(self, node: Node) -> Written:
        """Factors side by side: a matrix product, or one with a number."""
        return self.side_by_side(node, list(node.args))

    def refuse_columns(self, node: Node, one: Written, two: Written) -> None:
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

    def refuse_places(self, one: Node, two: Node, base: Written) -> None:
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
        self, node: Node, args: Sequence[Node], before: Written | None = None
    ) -> Written:
        """Factors from the left; a row that stands behind a matrix begins a number of its own."""
        args = self.with_squares(args)
        factors = self.summed(self.all_sized(args, before))
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

    def with_squares(self, args: Sequence[Node]) -> Sequence[Node]:
        """Factors, with ``11ᵀ`` that is divided by a size as the matrix of ones of that size."""
        sizes = [self.divisor, *(self.size_below(one) for one in args)]
        size = next(filter(None, sizes), "")
        for k, (one, two) in enumerate(pairwise(args)):
            turned = two.op == "transpose" and _is_one(two.args[0])
            if _is_one(one) and turned:
                ones = Node("filled", (), ("1", ()), one.start, one.stop)
                square = ones._replace(value=("1", (size, size)), stop=two.stop)
                return [*args[:k], *([square] if size else [ones, two]), *args[k + 2 :]]
        return args

    def size_below(self, node: Node) -> str:
        """The size that a part is divided by, ``1/n``; nothing where it is by something else."""
        if node.op != "chain" or node.value[-1][0] not in _OVER:
            return ""
        below = node.args[-1].args[0] if node.args[-1].op == "group" else node.args[-1]
        counts = self.names.open and below.value in ("m", "n", "N")
        is_size = below.op == "name" and (below.value in self.names.sizes or counts)
        return str(below.value) if is_size else ""

    def all_sized(self, args: Sequence[Node], before: Written | None) -> list[Written]:
        """Factors, with ones of no size as long as what they stand beside."""
        factors = [self.write(one) for one in args]
        for k, factor in enumerate(factors):
            left = factors[k - 1] if k else before
            behind = k and (factors[k - 1].kind.is_row or factors[k - 1].kind.is_matrix)
            ones = factor.text == "1" and behind  # wᵀ1, A1: nobody writes that times a number
            if factor.kind.rank != -1 and not ones:
                continue
            right = factors[k + 1] if k + 1 < len(factors) else None
            beside = right if factor.kind.row else left
            if factor.text == "1" and beside and beside.kind.sizes == (None,):
                factors[k] = factor._replace(kind=Kind(-1, (), row=factor.kind.row))
                continue  # a sum, of nobody knows how many
            if factor.kind.row:
                sized = self.sized(args[k], factor, right.kind.rows if right else None)
                factors[k] = joined([sized, ".T"], ATOM, sized.kind.transposed)
            else:
                alone = self.rows if right is not None and right.kind.is_row else None
                size = left.kind.columns if left else alone
                factors[k] = self.sized(args[k], factor, size)
        return factors

    def summed(self, factors: list[Written]) -> list[Written]:
        """Factors, with a vector beside ones of no known size as its sum, ``1ᵀv`` and ``wᵀ1``."""
        found: list[Written] = []
        for factor in factors:
            last = found[-1] if found else None
            if last and factor.kind.rank == -1 and last.kind.is_row:
                vector = last._replace(pieces=last.pieces[:-1]) if last.text[-2:] == ".T" else last
            elif last and last.kind.rank == -1 and last.kind.row and factor.kind.is_column:
                vector = factor
            else:
                found.append(factor)
                continue
            found[-1] = joined(["sum(", vector, ")"], ATOM, NUMBER)
        return found

    def chain(self, node: Node) -> Written:
        """Products with signs between them, from the left."""
        if self.holds_ones(node):
            return self.side_by_side(node, node.args)
        first, *rest = node.args
        before, self.divisor = self.divisor, self.size_below(node)
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

    def holds_ones(self, node: Node) -> bool:
        """Whether ones of no size are a factor of a product of matrices, ``𝟏ᵀ · x``, ``A·𝟏``."""
        signs = {sign for sign, _ in node.value}
        if not signs <= {"*", "·", "@", "%*%"} or ("*" in signs and self.notation in _STARRED):
            return False
        if not any(map(_are_ones, node.args)):
            return False
        written = [self.write(one) for one in node.args]
        self.kept |= {id(one): text for one, text in zip(node.args, written, strict=True)}
        found = [one.kind for one in written]
        return any(
            two.rank == -1 and (two.row or one.is_row or one.is_matrix or three.is_row)
            for one, two, three in zip([NUMBER, *found], found, [*found[1:], NUMBER], strict=False)
        )

    def combined(self, node: Node, one: Written, sign: str, arg: Node, *, wide: bool) -> Written:
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
        self, node: Node, one: Written, sign: str, arg: Node, *, wide: bool
    ) -> Written | None:
        """``a ⊙ b cᵀ`` as ``(a ⊙ b) cᵀ``, where the other reading does not fit; or nothing."""
        first, *others = arg.args
        tight, head = self.write(arg), self.write(first)
        if sign == "/" and one.text.isdigit() and head.text.isdigit() and not arg.value[0]:
            self.refuse_close(node, one, head, others[0])
        if sign in _OVER:
            if not self.is_fraction(one, head, tight, arg, wide=wide):
                return None
        elif sign in _ENTRY or (sign == "*" and self.notation not in {"matlab", *_STARRED}):
            fits = kinds.alike(one.kind, tight.kind) or kinds.can_multiply(one.kind, tight.kind)
            if fits and (sign == "*" or kinds.alike(one.kind, tight.kind)):
                return None
        else:
            return None
        left = self.joined_by(node, one, sign, head)
        found = self.side_by_side(node, others, left)
        if sign in _OVER and one.kind.is_number and tight.kind.is_number and head.binds >= ATOM:
            plain = one.text.isdigit() and head.text.isdigit()
            if not plain:
                self.assume(f"{self.shown(node)} is read as {found.text}")
        return found

    def joined_by(self, node: Node, one: Written, sign: str, two: Written) -> Written:
        """Two parts with a sign between them, in the language."""
        scaled = one.kind.is_column and two.kind.is_matrix and self.before_product  # s * W @ d
        if self.notation == "numpy" and sign in ("/", "*"):
            self.clashes = self.clashes or (sign == "*" and kinds.clash(one.kind, two.kind))
        if self.notation == "numpy" and sign in ("/", "*") and not scaled:
            one, two = self.for_every_row(two, one), self.for_every_row(one, two)
        if sign in _OVER:
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

    def star(self, node: Node, one: Written, two: Written) -> Written:
        """``*``: a matrix product, or one entry by entry, as the notation and the kinds say.

        Raises:
            NotationError: Both fit.
        """
        entry = kinds.entrywise(one.kind, two.kind)
        product = kinds.product(one.kind, two.kind)
        if one.kind.is_number or two.kind.is_number or self.notation in _STARRED:
            return self.signed(one, " * ", two, entry)
        if self.notation in ("matlab", "sympy"):
            return self.signed(one, " @ ", two, product)
        multiplied = kinds.can_multiply(one.kind, two.kind)
        combined = kinds.can_combine(one.kind, two.kind)
        if multiplied and combined and one.kind.rank is not None and two.kind.rank is not None:
            written = self.signed(one, " @ ", two, product).text
            raise self.fail(
                node,
                f"{self.shown(node)} may be the matrix product, {written}, or entry by entry, "
                f"{self.signed(one, ' * ', two, entry).text}: write one of them",
            )
        sign, kind = (" @ ", product) if multiplied else (" * ", entry)
        return self.signed(one, sign, two, kind)

    def cross(self, one: Written, two: Written) -> Written:
        """``×``: of two columns the vector product."""
        if one.kind.is_column and two.kind.is_column:
            return joined(["cross(", one, ", ", two, ")"], ATOM, one.kind)
        return self.times(one, two)

    # -- what has brackets of its own

    def norm(self, node: Node) -> Written:
        """``‖x‖``, ``‖x‖₁``, ``‖X‖_F``."""
        return norm(self, node)

    def argument(self, node: Node, name: str) -> Written:
        """An argument of a function; several numbers or arrays, of what takes them, as a tuple."""
        if node.value == "~" and name in ("where", "masked_fill"):
            return self.write(node.args[0])
        if node.op != "listed" or name not in LISTS or (node.value != "(" and len(node.value) > 1):
            return self.write(node)
        parts = commas(map(self.write, node.args))
        return joined(["(", *parts, ",)" if len(node.args) == 1 else ")"], ATOM, kinds.UNKNOWN)

    def call(self, node: Node) -> Written:
        """A function."""
        name, primes, form = node.value
        args = [self.argument(one, name) for one in node.args]
        args = [one._replace(kind=NUMBER) if one.kind.rank == -1 else one for one in args]
        found = rewritten(self, node, name, args, form) if not primes else None
        if found is not None:
            return found
        positional = [a for n, a in zip(node.args, args, strict=True) if n.op != "keyword"]
        named = [str(one.value) for one in node.args if one.op == "keyword"]
        keywords = [KEYWORDS.get(one) or one for one in named]
        kind = kinds.called(name, [one.kind for one in positional], keywords)
        shapes = self.names.functions.get(name)
        if shapes is not None:
            operand = positional[0].kind.sizes if positional else ()
            kind = kinds.kind_of((*shapes.result, *operand * primes))
        return self.applied(node, name + "'" * primes, args, kind)

    def index(self, node: Node) -> Written:
        """``x_1``: an entry, counted from 1."""
        script, base = node.value[0], self.write(node.args[0])
        if not script.isdigit() or len(script) > 4 or int(script) < 1:
            raise self.fail(node, f"{self.shown(node)}: {script} is the letter of no sum here")
        places = list(script) if base.kind.is_matrix and len(script) > 1 else [script]
        if len(places) > 2 or "0" in places:
            raise self.fail(node, f"{self.shown(node)}: an entry of a matrix is A[0, 11], from 0")
        at = ", ".join(str(int(one) - 1) for one in places)
        row = base.kind.is_matrix and len(places) == 1
        kind = Kind(1, base.kind.sizes[1:]) if row else NUMBER
        found = joined([base.within(ATOM), f"[{at}]"], ATOM, kind)
        what = "row" if row else "entry"
        self.assume(f"{self.shown(node)} is the {what} {found.text}, counted from 0")
        return self.atom(node, found.text, kind)


def _are_ones(node: Node) -> bool:
    """Whether a part is a vector of ones without a size, perhaps transposed."""
    if node.op in ("transpose", "group"):
        return _are_ones(node.args[0])
    if node.op == "filled":
        return not node.value[1]
    return (node.op == "number" and node.value == "1") or (
        node.op == "call" and node.value[0] == "vector"
    )


def _is_one(node: Node) -> bool:
    """Whether a part is a 1 of which no size is said."""
    return (node.op, node.value) in (("number", "1"), ("filled", ("1", ())))


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


def _taken_size(item: str, ends: Sequence[str], size: Dimension | None) -> Dimension | None:
    """How many entries ``n:2*n`` takes of an axis; ``None`` where its ends do not say so."""
    start, colon, stop = item.partition(":")
    if not colon or {start, stop} - {"", "#"}:
        return None
    try:
        found = [0 if end == "0" else parse(end.replace(" ", "")) for end in ends]
    except MatcalcError:  # it is counted from the end
        return None
    last = found[-1] if stop else size
    return difference(last, found[0]) if start and last is not None else last
