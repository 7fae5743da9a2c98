"""What may have gone wrong at one place of a line: every edit undoes a mistake that people make."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from itertools import permutations
from typing import NamedTuple

from matcalc.claims.point import Worth
from matcalc.claims.stacked import Stack
from matcalc.claims.tidying import factors
from matcalc.claims.tree import (
    Tree,
    called,
    negative,
    number,
    op,
    replaced,
    same,
    turned,
    walk,
)


class Edit(NamedTuple):
    """Something else for a part of a line.

    Attributes:
        tree: What stands there instead.
        causes: The mistakes that it undoes, the likeliest first.
        price: How much of an edit it is.
    """

    tree: Tree
    causes: tuple[str, ...]
    price: float = 1.0


#: How books write the slope of a function, of its value ``a`` or of what stands in it.
def slopes(call: Tree) -> Iterator[Tree]:
    """The slopes of a function entry by entry, as they are written."""
    (inside,) = call.args
    one = number("1")
    match call.value:
        case "tanh":
            yield op("-", one, op("**", call, number("2")))
        case "sigmoid":
            yield op("*", call, op("-", one, call))
        case "relu":
            yield called("step", inside)
        case "softplus":
            yield called("sigmoid", inside)
        case "sin":
            yield called("cos", inside)
        case "cos":
            yield negative(called("sin", inside))
        case "sinh":
            yield called("cosh", inside)
        case "cosh":
            yield called("sinh", inside)
        case "log":
            yield op("/", one, inside)
        case "sqrt":
            yield op("/", one, op("*", number("2"), call))
        case "abs":
            yield called("sign", inside)
        case "exp":
            yield call
        case _:
            yield call._replace(primes=call.primes + 1)


ENTRYWISE = frozenset(
    ["exp", "log", "sqrt", "sin", "cos", "tan", "sinh", "cosh", "tanh", "abs", "sigmoid"]
    + ["relu", "softplus", "sign", "step", "silu", "gelu", "elu", "softsign"]
)


def is_entrywise(tree: Tree) -> bool:
    """Whether it is a function entry by entry of one argument."""
    return tree.kind == "call" and len(tree.args) == 1 and tree.value in ENTRYWISE


class Edits:
    """The edits of the parts of one line.

    Args:
        worth: What parts of it are worth; shapes decide which edits are looked at.
        line: The line.
    """

    def __init__(self, worth: Worth, line: Tree) -> None:
        self.worth = worth
        self.line = line
        self.parents: dict[int, tuple[Tree, int]] = {}
        for each in walk(line):
            for k, arg in enumerate(each.args):
                self.parents[id(arg)] = each, k

    def of(self, tree: Tree) -> Iterator[Edit]:
        """What may stand in place of a part."""
        if tree.kind in ("text", "tuple"):
            return
        value = self.worth.of(tree)
        if self._is_size(tree):
            return
        yield from self.transposes(tree, value)
        yield from self.factors(tree, value)
        yield from self.wraps(tree, value)
        if tree.kind == "operator":
            yield from self.operations(tree)
        elif tree.kind == "call":
            yield from self.calls(tree, value)
        elif tree.kind == "negative":
            yield Edit(tree.args[0], ("sign",))
        yield from self.points(tree)

    def kind(self, tree: Tree) -> str:
        """The kind of a part: s, c, r, m, t, or nothing where it does not fit."""
        value = self.worth.of(tree)
        return value.kind if value is not None else ""

    def _is_size(self, tree: Tree) -> bool:
        """Whether it says a size: n of ``eye(n)``."""
        parent = self.parents.get(id(tree))
        while parent is not None and parent[0].kind in ("tuple", "number"):
            parent = self.parents.get(id(parent[0]))
        return parent is not None and parent[0].calls("eye", "ones", "zeros")

    def is_whole(self, tree: Tree) -> bool:
        """Whether it is the whole line."""
        return tree is self.line

    def transposes(self, tree: Tree, value: Stack | None) -> Iterator[Edit]:
        if (value is not None and value.kind == "s") or tree.kind == "number":
            return
        if tree.kind == "transpose":
            yield Edit(tree.args[0], ("transpose", "layout"))
            if tree.args[0].operator("@"):
                one, two = tree.args[0].args
                yield Edit(op("@", turned(one), turned(two)), ("order", "transpose"), 1.5)
        else:
            causes = ("layout", "transpose") if self.is_whole(tree) else ("transpose", "layout")
            yield Edit(turned(tree), causes, 1.0 if tree.kind == "name" else 1.3)

    def factors(self, tree: Tree, value: Stack | None) -> Iterator[Edit]:
        """Numbers in front, and signs."""
        if tree.kind == "number":
            yield from _numbers(tree, self.worth.at.sizes)
            return
        if self._is_exponent(tree):
            return
        if tree.kind != "negative":
            yield Edit(negative(tree), ("sign",))

    def _is_exponent(self, tree: Tree) -> bool:
        parent, k = self.parents.get(id(tree), (None, 0))
        return parent is not None and parent.operator("**") and k == 1

    def wraps(self, tree: Tree, value: Stack | None) -> Iterator[Edit]:
        """Functions around it that were left out."""
        kind = value.kind if value is not None else ""
        if kind in ("c", "r"):
            inside = tree if kind == "c" else turned(tree)
            yield Edit(called("diag", inside), ("diagonal", "kind-of-product"))
        if kind in ("c", "r", "m"):
            for name in ("sum", "mean"):
                yield Edit(called(name, tree), ("missing-sum",), 1.2)
        if kind == "m":
            for axis in "01":
                summed = Tree("call", "sum", (tree, number(axis)), 0, ("axis",))
                yield Edit(summed, ("missing-sum",), 1.2)
                yield Edit(turned(summed), ("missing-sum",), 1.6)
            if value is not None and value.shape[0] == value.shape[1]:
                yield Edit(called("inv", tree), ("inverse",))
                yield Edit(called("diag", tree), ("diagonal", "missing-sum"), 1.2)
                yield Edit(called("diag", called("diag", tree)), ("symmetric-variable",), 1.6)
                yield from _symmetric(tree)
                yield Edit(called("tr", tree), ("missing-sum", "kind-of-product"), 1.6)
        if kind == "s" and not tree.kind == "number":
            yield Edit(op("**", tree, number("2")), ("norm-not-squared", "factor"))
            yield Edit(called("sqrt", tree), ("norm-not-squared", "factor"), 1.4)
        if kind in ("c", "r", "m") and tree.kind != "number":
            yield Edit(op("**", tree, number("2")), ("factor", "wrong-point"), 1.4)

    def operations(self, tree: Tree) -> Iterator[Edit]:
        sign, (one, two) = tree.value, tree.args
        if sign in "+-":
            yield from self.sums(tree)
        elif sign == "@":
            yield from self.products(tree)
        elif sign in "*/":
            yield from self.entrywise(tree)
        elif sign == "**":
            yield from self.powers(tree)

    def sums(self, tree: Tree) -> Iterator[Edit]:
        sign, (one, two) = tree.value, tree.args
        yield Edit(op("-" if sign == "+" else "+", one, two), ("sign",))
        second = two if sign == "+" else negative(two)
        yield Edit(one, ("extra-term",))
        yield Edit(second, ("extra-term",))
        if sign == "-":
            yield Edit(op("-", two, one), ("sign", "order"))
        yield from _collected(tree)
        yield from _free_entries(tree)
        if one.calls("inv") and two.calls("inv"):
            inside = op(sign, one.args[0], two.args[0])
            yield Edit(called("inv", inside), ("wrong-expansion", "inverse"))
        if same(turned(one), two) or same(one, turned(two)):  # A + A.T
            for each in (one, two):
                yield Edit(each, ("symmetric-part", "extra-term"))
                yield Edit(op("*", number("2"), each), ("symmetric-part", "extra-term"), 1.2)

    def products(self, tree: Tree) -> Iterator[Edit]:
        one, two = tree.args
        swap = ("order", "layout", "transpose")
        yield Edit(op("@", two, one), swap)
        yield Edit(op("@", turned(two), one), swap, 1.4)
        yield Edit(op("@", two, turned(one)), swap, 1.4)
        yield Edit(op("@", turned(two), turned(one)), ("layout", "order", "transpose"), 1.3)
        both = op("@", turned(one), turned(two))
        yield Edit(both, ("kind-of-product", "transpose"), 1.2)
        yield Edit(op("*", one, two), ("kind-of-product", "diagonal"))
        for left, right in ((one, two), (two, one)):
            if self.kind(left) in "cr" and self.kind(left):
                yield Edit(op("*", left, right), ("kind-of-product",), 1.2)
        yield from self.dropped(tree)
        yield from self.inverses(tree)
        yield from _between(tree)
        yield from _rotated(tree)

    def inverses(self, tree: Tree) -> Iterator[Edit]:
        """Inverses of products, taken factor by factor."""
        one, two = tree.args
        if one.calls("inv") and two.calls("inv"):
            a, b = one.args[0], two.args[0]
            for inside in (op("@", a, b), op("@", b, a)):
                causes = ("wrong-expansion", "not-invertible", "inverse")
                if not self._is_square(a):
                    causes = ("not-invertible", "wrong-expansion", "inverse")
                yield Edit(called("inv", inside), causes)

    def _is_square(self, tree: Tree) -> bool:
        value = self.worth.of(tree)
        return value is None or (value.kind == "m" and value.shape[0] == value.shape[1])

    def dropped(self, tree: Tree) -> Iterator[Edit]:
        """One factor left out: it may stand there twice."""
        one, two = tree.args
        others = [each for each in self._row(tree)]
        for kept, gone in ((one, two), (two, one)):
            again = sum(self._alike(gone, each) for each in others) > 1
            causes = ("duplicated-factor", "chain-rule") if again else ("chain-rule", "factor")
            if self.kind(gone) == "s":
                causes = ("factor", "duplicated-factor") if not again else causes
            yield Edit(kept, causes, 1.0 if again else 1.3)

    def _alike(self, one: Tree, two: Tree) -> bool:
        plain = [each.args[0] if each.calls("diag") else each for each in (one, two)]
        plain = [each.args[0] if each.kind == "transpose" else each for each in plain]
        return same(plain[0], plain[1])

    def _row(self, tree: Tree) -> list[Tree]:
        """The factors of the product that it belongs to."""
        top = tree
        while True:
            parent, _ = self.parents.get(id(top), (None, 0))
            if parent is None or not parent.operator("@", "*", "/"):
                break
            top = parent
        found: list[Tree] = []
        waiting = [top]
        while waiting:
            each = waiting.pop()
            if each.operator("@", "*", "/"):
                waiting += each.args
            else:
                found.append(each)
        return found

    def entrywise(self, tree: Tree) -> Iterator[Edit]:
        sign, (one, two) = tree.value, tree.args
        kinds = self.kind(one), self.kind(two)
        if "s" not in kinds:
            yield Edit(op("@", one, two), ("kind-of-product",))
            yield Edit(op("@", two, one), ("kind-of-product", "order"), 1.3)
            yield Edit(op("@", one, turned(two)), ("kind-of-product", "transpose"), 1.3)
            yield Edit(op("@", turned(one), two), ("kind-of-product", "transpose"), 1.3)
            for left, right in ((one, two), (two, one)):
                if self.kind(left) in ("c", "r") and sign == "*":
                    column = left if self.kind(left) == "c" else turned(left)
                    diagonal = called("diag", column)
                    causes = ("diagonal", "kind-of-product")
                    if self.kind(right) == "m":
                        yield Edit(op("@", diagonal, right), causes, 1.1)
                        yield Edit(op("@", right, diagonal), causes, 1.2)
        if sign == "*":
            yield Edit(op("/", one, two), ("factor", "inverse"), 1.1)
            yield from self.dropped(tree)
            yield from _expanded(tree)
            if one.kind == "number":
                yield from self.halves(one, two)
        else:
            yield Edit(op("*", one, two), ("factor", "inverse"), 1.1)
            is_length = any(part.calls("norm", "sqrt") for part in factors(two))
            causes = ("norm-not-squared", "factor") if is_length else ("factor", "norm-not-squared")
            yield Edit(one, causes)
            if self.kind(two) == "s":
                yield Edit(op("/", one, op("**", two, number("2"))), ("norm-not-squared", "factor"))
                yield Edit(op("/", one, called("sqrt", two)), ("norm-not-squared", "factor"), 1.2)
            if self.kind(two) == "m":
                yield Edit(op("@", one, called("inv", two)), ("scalar-rule", "inverse"))
                yield Edit(op("@", called("inv", two), one), ("scalar-rule", "inverse"))
            if one.kind == "number" and float(one.value) == 1 and self.kind(two) == "m":
                yield Edit(called("inv", two), ("scalar-rule", "inverse"), 0.9)

    def halves(self, factor: Tree, product: Tree) -> Iterator[Edit]:
        """``2 * A @ x`` for ``(A + A.T) @ x``: twice a matrix for its sum with its transpose."""
        value = float(factor.value)
        if value % 2:
            return
        seen: list[Tree] = []
        for part in walk(product):
            matrix = self.worth.of(part)
            if matrix is None or matrix.kind != "m" or matrix.shape[0] != matrix.shape[1]:
                continue
            if any(same(part, each) for each in seen):
                continue
            seen.append(part)
            both = op("+", part, turned(part))
            new = replaced(product, part, both)
            if value != 2:
                new = op("*", number(f"{value / 2:g}"), new)
            yield Edit(new, ("symmetric-part",), 1.1)
            if product.operator("@"):
                other = replaced(product, part, turned(part))
                yield Edit(op("+", product, other), ("symmetric-part", "missing-term"), 1.2)

    def powers(self, tree: Tree) -> Iterator[Edit]:
        base, exponent = tree.args
        kind = self.kind(base)
        yield Edit(base, ("norm-not-squared", "factor") if kind == "s" else ("factor",))
        if kind == "m":
            whole = exponent.kind == "number" and exponent.value
            if whole == "2":
                yield Edit(op("@", base, base), ("scalar-rule", "kind-of-product"), 0.9)
                yield Edit(op("@", base, turned(base)), ("scalar-rule", "kind-of-product"), 1.2)
                yield Edit(op("@", turned(base), base), ("scalar-rule", "kind-of-product"), 1.2)
            yield Edit(
                called("matrix_power", base, exponent), ("scalar-rule", "kind-of-product"), 0.9
            )
            if exponent.kind == "negative":
                inverse = called("inv", base)
                yield Edit(inverse, ("scalar-rule", "inverse"), 0.9)
                yield Edit(op("@", inverse, inverse), ("scalar-rule", "inverse"), 1.1)
            yield Edit(called("inv", base), ("scalar-rule", "inverse"), 1.2)
        for step in ("+", "-"):
            yield Edit(
                op("**", base, op(step, exponent, number("1"))), ("factor", "scalar-rule"), 1.2
            )
        yield Edit(op("**", base, negative(exponent)), ("inverse", "factor"), 1.2)

    def calls(self, tree: Tree, value: Stack | None) -> Iterator[Edit]:
        inside = tree.args[0] if tree.args else None
        if inside is None:
            return
        name = tree.value
        if name in ("tr", "trace"):
            yield Edit(inside, ("trace-not-removed",), 0.9)
            yield Edit(turned(inside), ("trace-not-removed",), 1.1)
        elif name in ("sum", "mean"):
            causes = ("missing-sum", "trace-not-removed")
            yield Edit(inside, causes)
            other = "mean" if name == "sum" else "sum"
            yield Edit(tree._replace(value=other), ("factor", "missing-sum"))
            yield from _axes(tree)
        elif name == "diag":
            yield Edit(inside, ("diagonal", "kind-of-product"))
        elif name in ("inv", "pinv"):
            yield Edit(inside, ("inverse",))
            yield Edit(called("pinv" if name == "inv" else "inv", inside), ("not-invertible",))
            yield from _inverse_of(tree)
        elif name in ("norm", "norm1"):
            yield Edit(op("**", tree, number("2")), ("norm-not-squared",), 0.9)
        elif name == "outer" and len(tree.args) == 2:
            yield Edit(called("outer", tree.args[1], inside), ("layout", "order"))
            yield Edit(op("@", turned(inside), tree.args[1]), ("kind-of-product",))
        elif name == "einsum":
            yield from _letters(tree)
        elif name == "kron" and len(tree.args) == 2:
            yield Edit(called("kron", tree.args[1], inside), ("vec-order", "order"))
        elif name == "matrix_power":
            for step in "+-":
                yield Edit(
                    called(name, inside, op(step, tree.args[1], number("1"))),
                    ("scalar-rule", "factor"),
                )
        if is_entrywise(tree) or tree.primes:
            yield Edit(inside, ("wrong-point", "chain-rule"))
            for slope in slopes(tree):
                yield Edit(slope, ("chain-rule", "scalar-rule"))
            if tree.primes:
                yield Edit(tree._replace(primes=tree.primes - 1), ("chain-rule",))

    def points(self, tree: Tree) -> Iterator[Edit]:
        """The same function of another argument wherever it stands: 1 - z**2 for 1 - a**2."""
        if tree.kind not in ("operator", "call"):
            return
        seen: list[Tree] = []
        for part in walk(tree):
            if part is tree or part.kind in ("number", "text", "tuple"):
                continue
            if any(same(part, each) for each in seen) or len(seen) > 6:
                continue
            seen.append(part)
            count = sum(same(part, each) for each in walk(tree))
            if count > 1:
                if is_entrywise(part):
                    yield Edit(replaced(tree, part, part.args[0]), ("wrong-point",), 1.1)
                if self.kind(part) in ("c", "m", "r", "s"):
                    for name in self._functions():
                        new = replaced(tree, part, called(name, part))
                        yield Edit(new, ("wrong-point", "chain-rule"), 1.1)

    def _functions(self) -> list[str]:
        """The functions entry by entry that the question knows."""
        return list(self.worth.at.functions)


def _numbers(tree: Tree, sizes: Iterable[str]) -> Iterator[Edit]:
    """Other numbers than one that is written."""
    value = float(tree.value)
    for size in sizes:
        yield Edit(op("/", tree, Tree("name", size)), ("factor",), 1.1)
        yield Edit(op("*", tree, Tree("name", size)), ("factor",), 1.2)
    others = {"1", "2", "3", "4", "0.5"} - {tree.value}
    for each in sorted(others):
        yield Edit(number(each), ("factor",), 1.1)
    if value not in (1, 2):
        yield Edit(number(f"{value / 2:g}"), ("factor",), 1.1)
        yield Edit(number(f"{value * 2:g}"), ("factor",), 1.1)
    yield Edit(negative(tree), ("sign",), 1.1)


def _symmetric(tree: Tree) -> Iterator[Edit]:
    """A matrix for its sum with its transpose, and what free entries of a symmetric one add."""
    both = op("+", tree, turned(tree))
    yield Edit(both, ("symmetric-part", "missing-term"))
    yield Edit(op("/", both, number("2")), ("symmetric-part",), 1.3)
    diagonal = called("diag", called("diag", tree))
    yield Edit(op("-", both, diagonal), ("symmetric-variable",), 1.3)


def row_of(tree: Tree) -> list[Tree]:
    """The factors of a matrix product from left to right; of anything else it alone."""
    if not tree.operator("@"):
        return [tree]
    return [*row_of(tree.args[0]), *row_of(tree.args[1])]


def chained(factors: Sequence[Tree]) -> Tree:
    """A matrix product of some factors."""
    found = factors[0]
    for each in factors[1:]:
        found = op("@", found, each)
    return found


def _collected(tree: Tree) -> Iterator[Edit]:
    """Sums whose parentheses were lost: ``a @ b + c`` for ``a @ (b + c)``."""
    sign, (one, two) = tree.value, tree.args
    causes = ("wrong-expansion", "missing-term")
    left, right = row_of(one), row_of(two)
    if len(left) > 1 or len(right) > 1:
        for i in range(
            len(left)
        ):  # the sum begins before the i-th factor, and ends behind the j-th
            for j in range(1, len(right) + 1):
                inner = op(sign, chained(left[i:]), chained(right[:j]))
                if i or j < len(right):
                    yield Edit(chained([*left[:i], inner, *right[j:]]), causes, 1.1)
        for i in range(len(left)):
            for j in range(i + 1, len(left)):
                inner = op(sign, chained(left[i:j]), two)
                yield Edit(chained([*left[:i], inner, *left[j:]]), causes, 1.1)
    if one.operator("*"):
        a, b = one.args
        yield Edit(op("*", a, op(sign, b, two)), causes, 1.1)
    if two.operator("*", "/"):
        a, b = two.args
        yield Edit(op(two.value, op(sign, one, a), b), causes, 1.1)
    if one.kind == "negative":
        inside = op("-" if sign == "+" else "+", one.args[0], two)
        yield Edit(negative(inside), ("sign", *causes), 1.1)


def _free_entries(tree: Tree) -> Iterator[Edit]:
    """``G + G.T - diag(diag(G))``, the derivative by the free entries of a symmetric matrix."""
    if tree.value != "-" or not (tree.args[1].calls("diag") and tree.args[1].args[0].calls("diag")):
        return
    inside = tree.args[1].args[0].args[0]
    yield Edit(inside, ("symmetric-variable",), 0.9)
    yield Edit(turned(inside), ("symmetric-variable",), 1.1)


def _expanded(tree: Tree) -> Iterator[Edit]:
    """``(a + b) * c`` for ``a + b * c``: parentheses that do not belong there."""
    sign, (one, two) = tree.value, tree.args
    if one.operator("+", "-"):
        a, b = one.args
        yield Edit(op(one.value, a, op(sign, b, two)), ("wrong-expansion",), 1.2)
    if two.operator("+", "-"):
        a, b = two.args
        yield Edit(op(two.value, op(sign, one, a), b), ("wrong-expansion",), 1.2)


def _between(tree: Tree) -> Iterator[Edit]:
    """A square for what stands on both sides of another factor: ``X**2 @ C`` for ``X @ C @ X``."""
    for square, other in (tree.args, tree.args[::-1]):
        if (square.operator("**") and square.args[1].value == "2") or (
            square.operator("@") and same(*square.args)
        ):
            base = square.args[0]
        else:
            continue
        for left in (base, turned(base)):
            for right in (base, turned(base)):
                whole = op("@", op("@", left, other), right)
                yield Edit(whole, ("scalar-rule", "order"), 1.0)


def _rotated(tree: Tree) -> Iterator[Edit]:
    """The factors of a row of three or more in another order."""
    factors: list[Tree] = []
    each = tree
    while each.operator("@"):
        factors.append(each.args[1])
        each = each.args[0]
    factors = [each, *reversed(factors)]
    if not 3 <= len(factors) <= 6:
        return
    count = len(factors)
    orders: list[tuple[int, ...]] = []
    if count <= 4:
        orders = [order for order in permutations(range(count)) if order != tuple(range(count))]
    else:
        orders = [tuple(range(1, count)) + (0,), (count - 1,) + tuple(range(count - 1))]
        for k in range(count):
            for j in range(k + 1, count):
                order = list(range(count))
                order[k], order[j] = order[j], order[k]
                orders.append(tuple(order))
        orders.append(tuple(reversed(range(count))))
    for order in orders:
        chain = factors[order[0]]
        for k in order[1:]:
            chain = op("@", chain, factors[k])
        yield Edit(chain, ("order", "layout"), 1.1)
    reverse = [turned(each) for each in reversed(factors)]
    chain = reverse[0]
    for each in reverse[1:]:
        chain = op("@", chain, each)
    yield Edit(chain, ("layout", "transpose", "order"), 1.3)


def _axes(tree: Tree) -> Iterator[Edit]:
    """The sum over the other axis, or over all."""
    if tree.keywords != ("axis",) or len(tree.args) != 2:
        return
    inside, axis = tree.args
    for each in "01":
        if axis.value != each:
            yield Edit(tree._replace(args=(inside, number(each))), ("missing-sum",))
    yield Edit(tree._replace(args=(inside,), keywords=()), ("missing-sum",), 1.2)


def _inverse_of(tree: Tree) -> Iterator[Edit]:
    """The inverse of a product or of a sum, in another order or factor by factor."""
    (inside,) = tree.args
    if inside.operator("@"):
        a, b = inside.args
        yield Edit(called("inv", op("@", b, a)), ("order", "inverse"))
        if a.kind == "transpose" or b.kind == "transpose":
            yield Edit(called("inv", op("@", turned(a), turned(b))), ("transpose", "order"), 1.1)


def _letters(tree: Tree) -> Iterator[Edit]:
    """Letters of an einsum that changed places."""
    text = tree.args[0].value
    if text.count("->") != 1 or "." in text:
        return
    inside, out = text.replace(" ", "").split("->")
    parts = inside.split(",")

    def written(new: Sequence[str], result: str, causes: tuple[str, ...], price: float) -> Edit:
        first = tree.args[0]._replace(value=f"{','.join(new)}->{result}")
        return Edit(tree._replace(args=(first, *tree.args[1:])), causes, price)

    if 2 <= len(out) <= 4:
        for order in permutations(out):
            if "".join(order) != out:
                causes = ("transpose", "layout", "index-convention")
                yield written(parts, "".join(order), causes, 1.0)
    for k, part in enumerate(parts):
        if 2 <= len(part) <= 3:
            for order in permutations(part):
                if "".join(order) != part:
                    new = [*parts[:k], "".join(order), *parts[k + 1 :]]
                    yield written(new, out, ("transpose", "index-convention"), 1.0)
    letters = sorted(set(inside))
    for one in letters:
        if one in out:
            continue
        for two in letters:
            if two != one and two in out:  # summed over the wrong letter
                yield written(parts, out.replace(two, one), ("index-convention",), 1.3)
