"""NumPy source: one function of straight-line code, each common part once."""

from __future__ import annotations

import keyword
import re
from collections import Counter
from collections.abc import Callable, Iterator, Mapping, Sequence
from textwrap import indent
from typing import Any

from matcalc import dimensions
from matcalc.code.calls import spell_call
from matcalc.code.lowering import lowered
from matcalc.code.spelling import ATOM, POWER, PRODUCT, SUM, Spelled, number, within
from matcalc.code.terms import Term, Terms, is_view, operands_first, with_shared_inverses
from matcalc.dimensions import Dimension, Shape
from matcalc.notation import Written

_LONG = 68  # characters: a longer part gets a name of its own
_NAME = re.compile(dimensions.NAME)
_FILLS = ("filled", "padded")  # what is written into an array of zeros


def numpy_source(written: Written, variables: Mapping[str, Shape], name: str, summary: str) -> str:
    """A function that computes a formula, as source.

    Args:
        written: The formula.
        variables: The shapes of all variables, in the order of the arguments.
        name: The name of the function.
        summary: The first line of its docstring.
    """
    terms = Terms()
    root, named = lowered(written, terms)
    return _Source(with_shared_inverses(root, terms), named, variables).function(name, summary)


class _Source:
    """The statements of one function."""

    def __init__(
        self, root: Term, named: Mapping[Term, str], variables: Mapping[str, Shape]
    ) -> None:
        self.root = root
        self.named = named
        self.variables = variables
        self.order = operands_first(root)
        self.uses = Counter(below for term in self.order for below in term.args)
        self.taken = {*variables, *named.values(), "np", "math"}
        self.taken.update(n for shape in variables.values() for k in shape for n in _names(k))
        self.count = 1
        self.spelled: dict[Term, Spelled] = {}
        self.statements: list[str] = []
        self.imports: dict[str, None] = {}
        self.helpers: dict[str, None] = {}
        self.functions: dict[str, None] = {}  # what the caller must give
        self.leaves: dict[str, None] = {}
        self.sizes: dict[str, None] = {}

    def function(self, name: str, summary: str) -> str:
        for term in self.order:
            self.spelled[term] = self.hoisted(term)
        result = self.spelled[self.root].text
        if self.root.rank and is_view(self.root):
            result = f"{within(self.spelled[self.root], ATOM)}.copy()"  # never the caller's array
        where = dict(self.where_sizes_are())
        parameters = self.parameters(where)
        sizes = [f"{_word(size)} = {place}" for size, place in where.items() if place]
        body = [self.docstring(summary, parameters), *sizes, *self.statements, f"return {result}"]
        header = f"def {name}({', '.join(map(_word, parameters))}):"
        lines = ["import numpy as np", *self.imports]
        function = "\n".join([header, *(indent(line, "    ") for line in body)])
        return "\n\n\n".join(["\n".join(sorted(lines)), *self.helpers, function]) + "\n"

    def parameters(self, where: Mapping[str, str]) -> list[str]:
        """The arguments: variables in the order of the user, sizes, functions."""
        used = {*self.leaves, *(place.partition(".")[0] for place in where.values())}
        named = [variable for variable in self.variables if variable in used]
        others = [leaf for leaf in self.leaves if leaf not in self.variables]
        sizes = [size for size, place in where.items() if not place]
        return list(dict.fromkeys([*named, *others, *sizes, *self.functions]))

    def where_sizes_are(self) -> Iterator[tuple[str, str]]:
        """Each named size, and the axis that has it; of those that no axis has, nothing."""
        by_use = sorted(self.variables, key=lambda name: name not in self.leaves)
        for size in self.sizes:
            places = (
                f"{_word(name)}.shape[{axis}]"
                for name in by_use
                for axis, known in enumerate(self.variables[name])
                if known == size
            )
            yield size, next(places, "")

    def docstring(self, summary: str, parameters: Sequence[str]) -> str:
        lines = [f'"""{summary}', "", "Args:"]
        for name in parameters:
            if name in self.variables:
                shape = self.variables[name]
                lines.append(f"    {_word(name)}: {_shape_title(shape)}.")
            elif name in self.functions:
                lines.append(f"    {name}: a function that works entry by entry.")
            else:
                lines.append(f"    {_word(name)}: a dimension, a whole number.")
        if not parameters:
            lines = lines[:1]
        lines += ["", "Returns:", f"    {_shape_title(self.root.shape).capitalize()}.", '"""']
        return "\n".join(lines)

    def hoisted(self, term: Term) -> Spelled:
        """A term as source; under a name of its own where it recurs, or is long."""
        filled = self.filled(term)
        if filled is not None:
            return filled
        piece = _SPELLINGS[term.op](self, term)
        own = self.named.get(term)
        trivial = not term.args or (term.op == "negative" and not term.args[0].args)
        if term.op == "transpose":  # of a name it costs nothing
            trivial = self.spelled[term.args[0]].text.isidentifier()
        recurs = self.uses[term] > 1 and not trivial
        if own is None and not recurs and (term is self.root or len(piece.text) <= _LONG):
            return piece
        name = own or self.fresh()
        self.statements.append(f"{_word(name)} = {piece.text}")
        return Spelled(_word(name))

    def fresh(self) -> str:
        """A name that nothing has."""
        while f"t{self.count}" in self.taken:
            self.count += 1
        self.taken.add(f"t{self.count}")
        return f"t{self.count}"

    def filled(self, term: Term) -> Spelled | None:
        """A term that is written into zeros, or a sum with such terms; else nothing."""
        parts = term.args if term.op == "plus" else (term,)
        fills = [part for part in parts if part.op in _FILLS]
        if not fills or (term.op in _FILLS and self._is_only_added(term)):
            return Spelled("") if fills else None
        name = _word(self.named.get(term) or self.fresh())
        dense = [part for part in parts if part.op not in _FILLS]
        if any(part.rank for part in dense):
            value = self.sum_text(dense)
            if len(dense) == 1 and (is_view(dense[0]) or value.isidentifier()):
                value = f"{within(self.spelled[dense[0]], ATOM)}.copy()"
            self.statements.append(f"{name} = {value}")
        elif dense:
            shape = self.shape_text(term.shape)
            self.statements.append(f"{name} = np.full({shape}, {self.sum_text(dense)})")
        else:
            self.statements.append(f"{name} = np.zeros({self.shape_text(term.shape)})")
        sign = "=" if term.op in _FILLS else "+="
        for part in fills:
            self.statements.append(f"{self.place(part, name)} {sign} {self.content(part)}")
        return Spelled(name)

    def _is_only_added(self, term: Term) -> bool:
        """Whether sums alone use a term: then they write it into their own array."""
        above = [other for other in self.order if term in other.args]
        return bool(above) and all(other.op == "plus" for other in above)

    def place(self, part: Term, array: str) -> str:
        """The entries of an array that a part fills."""
        if part.op == "padded":
            axis, start, stop = part.value
            return f"{array}[{', '.join([':'] * axis + [self.slice_text(start, stop)])}]"
        whole, _ = part.value
        distinct = "".join(dict.fromkeys(whole))
        if distinct == whole:
            return f"{array}[...]"
        return f'np.einsum("{whole}->{distinct}", {array})[...]'

    def content(self, part: Term) -> str:
        """What fills those entries, with an axis of length 1 where it is repeated."""
        piece = self.spelled[part.args[0]]
        if part.op == "padded":
            return piece.text
        whole, core = part.value
        axes = [":" if letter in core else "None" for letter in dict.fromkeys(whole)]
        while axes and axes[0] == "None":
            axes.pop(0)
        return f"{within(piece, ATOM)}[{', '.join(axes)}]" if "None" in axes else piece.text

    def slice_text(self, start: Dimension, stop: Dimension) -> str:
        return f"{self.size(start) if start else ''}:{self.size(stop)}"

    def size(self, size: Dimension) -> str:
        """A dimension as source."""
        self.sizes.update(dict.fromkeys(_names(size)))
        return _NAME.sub(lambda match: _word(match[0]), str(size))

    def shape_text(self, shape: Shape) -> str:
        sizes = [self.size(size) for size in shape]
        return sizes[0] if len(sizes) == 1 else f"({', '.join(sizes)})"

    def leaf(self, term: Term) -> Spelled:
        if term.value in self.variables or term.shape:
            self.leaves[term.value] = None
        else:
            self.size(term.value)
        return Spelled(_word(term.value))

    def number(self, term: Term) -> Spelled:
        return Spelled(f"{float(term.value)!r}") if term is self.root else number(term.value)

    def args(self, term: Term) -> list[Spelled]:
        return [self.spelled[below] for below in term.args]

    def called(self, function: str) -> Callable[[Term], Spelled]:
        return lambda term: Spelled(f"{function}({', '.join(a.text for a in self.args(term))})")

    def transpose(self, term: Term) -> Spelled:
        return Spelled(f"{within(self.args(term)[0], ATOM)}.T")

    def negative(self, term: Term) -> Spelled:
        (inner,) = self.args(term)
        if term.args[0].op in ("times", "over"):  # minus its first factor
            return Spelled(f"-{inner.text}", PRODUCT)
        return Spelled(f"-{within(inner, POWER)}", PRODUCT)

    def power(self, term: Term) -> Spelled:
        exponent = within(number(term.value), ATOM)
        return Spelled(f"{within(self.args(term)[0], ATOM)}**{exponent}", POWER)

    def times(self, term: Term) -> Spelled:
        *first, last = self.args(term)
        texts = [within(piece, POWER) for piece in first]
        texts.append(last.text if term.args[-1].op == "over" else within(last, POWER))
        return Spelled(" * ".join(texts), PRODUCT)

    def over(self, term: Term) -> Spelled:
        above, below = self.args(term)
        first = above.text if term.args[0].op == "times" else within(above, POWER)
        return Spelled(f"{first} / {within(below, POWER)}", PRODUCT)

    def matmul(self, term: Term) -> Spelled:
        left, right = self.args(term)
        first = left.text if term.args[0].op == "matmul" else within(left, POWER)
        return Spelled(f"{first} @ {within(right, POWER)}", PRODUCT)

    def scale_rows(self, term: Term) -> Spelled:
        vector, matrix = self.args(term)
        return Spelled(f"{within(vector, ATOM)}[:, None] * {within(matrix, POWER)}", PRODUCT)

    def scale_columns(self, term: Term) -> Spelled:
        matrix, vector = self.args(term)
        return Spelled(f"{within(matrix, POWER)} * {within(vector, POWER)}", PRODUCT)

    def plus(self, term: Term) -> Spelled:
        return Spelled(self.sum_text(term.args), SUM)

    def sum_text(self, parts: Sequence[Term]) -> str:
        text = ""
        for part in parts:
            piece = self.spelled[part]
            minus = piece.text.startswith("-") and part.op in ("negative", "number")
            if text and minus:
                text += f" - {piece.text[1:]}"
            else:
                text += f" + {piece.text}" if text else piece.text
        return text

    def sum(self, term: Term) -> Spelled:
        axis = "" if term.value is None else f", axis={term.value}"
        return Spelled(f"np.sum({self.args(term)[0].text}{axis})")

    def part(self, term: Term) -> Spelled:
        axis, start, stop = term.value
        index = ", ".join([":"] * axis + [self.slice_text(start, stop)])
        return Spelled(f"{within(self.args(term)[0], ATOM)}[{index}]")

    def einsum(self, term: Term) -> Spelled:
        inputs, _, output = term.value.partition("->")
        if sorted(inputs) == sorted(output):
            axes = ", ".join(str(inputs.index(letter)) for letter in output)
            return Spelled(f"{within(self.args(term)[0], ATOM)}.transpose({axes})")
        contracts = "," in inputs and bool(set(inputs) - {*output, ","})
        words = [f'"{term.value}"', *(piece.text for piece in self.args(term))]
        return Spelled(f"np.einsum({', '.join(words)}{', optimize=True' * contracts})")

    def column(self, term: Term) -> Spelled:
        return Spelled(f"{within(self.args(term)[0], ATOM)}[:, None]")

    def ravel(self, term: Term) -> Spelled:
        order = "" if term.value == "C" else 'order="F"'
        return Spelled(f"{within(self.args(term)[0], ATOM)}.ravel({order})")

    def reshape(self, term: Term) -> Spelled:
        shape = self.shape_text(term.shape)
        return Spelled(f"{within(self.args(term)[0], ATOM)}.reshape({shape.strip('()')})")

    def eye(self, term: Term) -> Spelled:
        return Spelled(f"np.eye({self.size(term.shape[0])})")

    def constant(self, term: Term) -> Spelled:
        return Spelled(f"np.{term.op}({self.shape_text(term.shape)})")

    def triangle(self, term: Term) -> Spelled:
        rows, columns = (self.size(size) for size in term.shape)
        return Spelled(f"np.tri({rows}, {columns}, {term.value})")

    def window(self, term: Term) -> Spelled:
        rows, columns = (self.size(size) for size in term.shape)
        return Spelled(f"np.eye({rows}, {columns}, {self.size(term.value[0])})")

    def call(self, term: Term) -> Spelled:
        name, extra = term.value
        for text in extra:
            self.sizes.update(dict.fromkeys(self.dimensions_in(text.partition("=")[2])))
        call = spell_call(name, extra, self.args(term), term.shape)
        self.imports.update(dict.fromkeys(call.imports))
        self.helpers.update(dict.fromkeys(call.helpers))
        if call.argument:
            self.functions[call.argument] = None
        return call.text

    def dimensions_in(self, text: str) -> list[str]:
        known = {n for shape in self.variables.values() for size in shape for n in _names(size)}
        return [name for name in _NAME.findall(text) if name in known]


def _names(size: Dimension) -> list[str]:
    return sorted(dimensions.names(size))


def _word(name: str) -> str:
    """A name that Python does not reserve."""
    return f"{name}_" if keyword.iskeyword(name) or name in ("np", "math") else name


def _shape_title(shape: Shape) -> str:
    if not shape:
        return "a number"
    return f"shape ({', '.join(map(str, shape))}{',' * (len(shape) == 1)})"


def _function(name: str) -> Callable[[_Source, Term], Spelled]:
    return lambda source, term: source.called(name)(term)


_SPELLINGS: dict[str, Callable[[Any, Term], Spelled]] = {
    "name": _Source.leaf,
    "number": _Source.number,
    "transpose": _Source.transpose,
    "negative": _Source.negative,
    "power": _Source.power,
    "times": _Source.times,
    "over": _Source.over,
    "matmul": _Source.matmul,
    "scale_rows": _Source.scale_rows,
    "scale_columns": _Source.scale_columns,
    "plus": _Source.plus,
    "sum": _Source.sum,
    "part": _Source.part,
    "einsum": _Source.einsum,
    "column": _Source.column,
    "ravel": _Source.ravel,
    "reshape": _Source.reshape,
    "eye": _Source.eye,
    "ones": _Source.constant,
    "zeros": _Source.constant,
    "triangle": _Source.triangle,
    "window": _Source.window,
    "call": _Source.call,
    "outer": _function("np.outer"),
    "solve": _function("np.linalg.solve"),
    "trace": _function("np.trace"),
    "diag": _function("np.diag"),
    "diagonal": _function("np.diag"),
    "kron": _function("np.kron"),
}
