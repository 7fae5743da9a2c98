"""Source: one function of straight-line code, each common part once."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Callable, Iterator, Mapping, Sequence
from fractions import Fraction
from math import prod
from textwrap import indent
from typing import Any, NamedTuple

from matcalc.code.arithmetic import ARITHMETIC, plus
from matcalc.code.calls import Argument, call_of_caller, filled, is_of_numbers, spell_call
from matcalc.code.dialects import NUMPY, Dialect
from matcalc.code.helpers import helper_sources
from matcalc.code.lowering import lowered
from matcalc.code.overwriting import Overwriting, statement
from matcalc.code.places import content, diagonal
from matcalc.code.sharing import with_shared_parts
from matcalc.code.signature import SourceSignature, shape_title
from matcalc.code.spelling import ATOM, Spelled, number, within
from matcalc.code.terms import (
    Term,
    is_positive,
    is_view,
    operands_first,
    viewed,
    views,
)
from matcalc.code.windows import WindowTerms
from matcalc.dimensions import Dimension, Shape
from matcalc.errors import MissingLibraryError
from matcalc.notation import WrittenFormula
from matcalc.operations import facts_of, known_rule
from matcalc.plan.computation import Returned

_CHARACTERS = 68  # a longer part gets a name of its own
_FILLS = ("filled", "padded")  # what is written into an array of zeros
_SQUARE = 2  # the highest power that code takes of whole numbers as they are
_WHOLE = ("power", "plus", "negative", "times", "transpose", "matmul", "sum")
_OF_NUMBERS = ("number", "times", "over", "plus", "negative", "power")
_NO_WORDS: Mapping[str, str] = {}
_WRITTEN = 27  # numbers of a constant that code has in a line: the signs of three axes
_WIDTH = 96  # characters of a line that returns several results


class Output(NamedTuple):
    """A result of a function.

    Attributes:
        written: Its formula.
        name: What it is called in the function, where several are returned.
        title: What it is, for the docstring.
    """

    written: WrittenFormula
    name: str = ""
    title: str = ""


class Source(NamedTuple):
    """Generated source.

    Attributes:
        text: The source.
        words: What variables and dimensions are called in it, where not by their names.
        outs: The results that are written into arrays which it takes after its arguments.
        made: The shapes of the arrays that it makes.
    """

    text: str
    words: Mapping[str, str] = _NO_WORDS
    outs: tuple[int, ...] = ()
    made: tuple[Shape, ...] = ()

    def function(self, name: str) -> Callable[..., Any]:
        """The function of a name in it.

        Raises:
            MissingLibraryError: It imports a library that is not installed.
        """
        space: dict[str, Any] = {"__name__": "matcalc_generated"}
        try:
            exec(compile(self.text, "<generated>", "exec"), space)  # noqa: S102 - our own source
        except ImportError as error:
            raise MissingLibraryError(
                f"this function needs {error.name}: pip install 'matcalc-layout[scipy]'"
            ) from None
        function: Callable[..., Any] = space[name]
        return function


def source_of(
    outputs: Sequence[Output],
    variables: Mapping[str, Shape],
    name: str,
    summary: str,
    dialect: Dialect = NUMPY,
    returned: Returned = 0,
) -> Source:
    """A function that computes a formula or several together, as source.

    Args:
        outputs: What it computes: formulas that were written together.
        variables: The shapes of all variables, in the order of the arguments.
        name: The name of the function.
        summary: The beginning of its docstring: a line, and what else it says before its arguments.
        dialect: The library that it calls.
        returned: How outputs are returned: the number of one, or a tuple of such.

    Raises:
        UnknownRuleError: The library has no code for an operation.
    """
    terms = WindowTerms(halves=dialect.halves, rows_last=dialect.one_type)
    roots, named = lowered([one.written for one in outputs], terms)
    shared = with_shared_parts([*roots, *named], terms)
    roots, named = (
        shared[: len(roots)],
        dict(zip(shared[len(roots) :], named.values(), strict=True)),
    )
    source = _Statements(roots, named, variables, dialect, [one.name for one in outputs])
    text = source.function(name, summary, [one.title for one in outputs], returned)
    outs = tuple(roots.index(root) for root in source.outs)
    return Source(text, source.signature.names.changed, outs, source.made())


class _Statements:
    """The statements of one function."""

    def __init__(
        self,
        roots: Sequence[Term],
        named: Mapping[Term, str],
        variables: Mapping[str, Shape],
        dialect: Dialect,
        called: Sequence[str] = ("",),
    ) -> None:
        self.roots = roots
        self.called = dict(zip(reversed(roots), reversed(called), strict=True))
        self.dialect = dialect
        self.order = operands_first(roots)
        self.uses = Counter(below for term in self.order for below in term.args)
        self.signature = SourceSignature(variables, self.order, named.values(), dialect)
        self.names = self.signature.names
        self.named = {term: self.names.word(name) for term, name in named.items()}
        self.kept = {*self.named, *self.called}  # what is not written over
        self.numbers: set[Term] = set()  # of Python: made of numbers and dimensions alone
        self.spelled: dict[Term, Spelled] = {}
        self.overwriting = Overwriting(self.uses, one_type=dialect.one_type)
        self.statements: list[str] = []
        self.outs: dict[Term, str] = {}  # the arrays that results are written into
        self.imports: dict[str, None] = {}
        self.helpers: dict[str, None] = {}
        self.ranges: dict[str, str] = {}  # the names of 0, 1, 2 …

    def function(
        self, name: str, summary: str, titles: Sequence[str] = ("",), returned: Returned = 0
    ) -> str:
        for term in self.order:
            if self._is_number(term):
                self.numbers.add(term)
            piece = self.spelled[term] = self.hoisted(term)
            if self.dialect.overwrites:
                has_name = bool(term.args) and piece.text.isidentifier()
                self.overwriting.spelled(term, has_name=has_name)
        results = self.results()
        shapes = [root.shape for root in self.roots]
        docstring = self.signature.docstring(summary, list(zip(titles, shapes, strict=True)))
        sizes = self.signature.statements()
        body = [docstring, *self.floats(), *sizes, *self.statements, _return(returned, results)]
        lines = sorted([self.dialect.imports, *self.imports])
        header = self.signature.header(name, list(self.outs.values()))
        function = "\n".join([header, *(indent(line, "    ") for line in body)])
        return "\n\n\n".join(["\n".join(lines), *self.helpers, function]) + "\n"

    def made(self) -> tuple[Shape, ...]:
        """The shapes of the arrays that are made: of no views, and of nothing written in place."""
        arrays = (one for one in self.order if viewed(one) is one and one.op != "name")
        return tuple(dict.fromkeys(one.shape for one in arrays if self.spelled[one].text))

    def results(self) -> list[str]:
        """What is returned: arrays of its own or that it is given for them, and none twice."""
        owned: set[Term] = set()
        texts: list[str] = []
        for root in self.roots:
            result = self.spelled[root]
            if root in self.numbers and "constant" in self.dialect.operations:
                result = self.operation("constant", root, [result])
            elif root.rank and (
                root in owned
                or (root not in self.outs and (is_view(root) or viewed(root) in owned))
            ):
                result = self.operation("copy", root, [result])
            owned |= {root, viewed(root)}
            texts.append(result.text)
        return texts

    def floats(self) -> list[str]:
        """The lines that make whole numbers floats, where powers of them would overflow."""
        if "whole" not in self.dialect.operations:
            return []
        high = [base for one in self.order for base in _high_powers(one)]
        leaves = {leaf.value for one in high for leaf in _whole_leaves(one)}
        words = [self.signature.word(name) for name in self.signature.leaves if name in leaves]
        template = self.dialect.operations["whole"]
        return [f"{word} = {filled(template, [Spelled(word)], str)}" for word in words]

    def _is_number(self, term: Term) -> bool:
        if term.op == "name":
            return term.value not in self.signature.leaves
        if term.op == "call":
            return self._is_call_of_numbers(term)
        return term.op in _OF_NUMBERS and self.numbers.issuperset(term.args)

    def _is_call_of_numbers(self, term: Term) -> bool:
        name = term.value[0]
        if not (term.args or term.rank) or is_of_numbers(name, self.arguments(term)):
            return True
        known = known_rule(name) is not None and bool(term.args) and not term.rank
        return known and "float" in self.dialect.operations and self.numbers.issuperset(term.args)

    def arguments(self, term: Term) -> list[Argument]:
        """The operands of a call, spelled already."""
        return [
            Argument(self.spelled[below], below.rank, below in self.numbers, is_positive(below))
            for below in term.args
        ]

    def hoisted(self, term: Term) -> Spelled:
        """A term as source; under a name of its own where it recurs, or is long."""
        filled = self.filled(term)
        if filled is not None:
            return filled
        piece = self.piece(term)
        if self.is_out(term):
            return self.put(term, piece)
        own = self.named.get(term)
        made = term.op == "call" and term.rank  # of sizes alone, but made at each call
        trivial = not (term.args or made) or (term.op == "negative" and not term.args[0].args)
        if term.op == "transpose":  # of a name it costs nothing
            trivial = self.spelled[term.args[0]].text.isidentifier()
        recurs = self.uses[term] > 1 and not trivial
        if term in self.called and not own and self.called[term] and not trivial:
            own = self.names.fresh(self.called[term])
        is_short = term in self.called or len(piece.text) <= _CHARACTERS
        is_statement = recurs or not is_short or term in self.called or self.dialect.one_type
        array = self.written_over(term) if is_statement and not own else None
        if array is not None:
            if not self.spelled[array].text.isidentifier():
                self.spelled[array] = self.assigned(self.names.fresh(), self.spelled[array].text)
            self.statements.append(statement(term, array, self.spelled))
            return self.spelled[array]
        if not own and not recurs and is_short:
            return piece
        return self.assigned(own or self.names.fresh(), piece.text)

    def is_out(self, term: Term) -> bool:
        """Whether a term is written into an array that the function is given for it."""
        return bool(self.dialect.results and term in self.called and term.rank)

    def put(self, term: Term, piece: Spelled) -> Spelled:
        """A result in the array that is given for it."""
        if term.op not in self.dialect.results:
            return self.put_in("any", term, [piece])
        if not term.args:
            return self.put_in(term.op, term, [])
        *first, last = self.args(term)
        if len(first) > 1:
            first = [ARITHMETIC["times"](term.args[:-1], first, None)]
        return self.put_in(term.op, term, [*first, last])

    def begun(self, term: Term, dense: Sequence[Term]) -> Spelled:
        """The array that is given for a result, before others are written into it."""
        if not dense:
            return self.put_in("zeros", term, [])
        return self.put_in("any", term, [plus(dense, [self.spelled[part] for part in dense])])

    def put_in(self, op: str, term: Term, arguments: Sequence[Spelled]) -> Spelled:
        """The statement that writes something into the array that is given for a result."""
        name = self.named.get(term) or self.names.fresh(self.called[term] or "out")
        self.outs[term] = name
        self.statements.append(
            filled(self.dialect.results[op], arguments, {"out": name}.__getitem__)
        )
        return Spelled(name)

    def written_over(self, term: Term) -> Term | None:
        """The array that a term is written over, where the library and what is there allow it."""
        return self.overwriting.operand(term, self.kept) if self.dialect.overwrites else None

    def piece(self, term: Term) -> Spelled:
        """A term as source, its operands spelled already."""
        if term.op in ARITHMETIC:
            return ARITHMETIC[term.op](term.args, self.args(term), term.value)
        return _SPELLINGS.get(term.op, _Statements.applied)(self, term)

    def assigned(self, name: str, value: str) -> Spelled:
        """A statement that gives a value a name."""
        self.statements.append(f"{name} = {value}")
        return Spelled(name)

    def filled(self, term: Term) -> Spelled | None:
        """A term that is written into zeros, or a sum with such terms; else nothing."""
        parts = term.args if term.op == "plus" else (term,)
        fills = [part for part in parts if _is_written(part, term)]
        if not fills or (term.op in _FILLS and self._is_only_added(term)):
            return Spelled("") if fills else None
        dense = [part for part in parts if part not in fills]
        if self.is_out(term):
            array = self.begun(term, dense)
        else:
            name = self.named.get(term) or self.names.fresh(self.called.get(term, ""))
            array = self.assigned(name, self.beneath(term, dense, fills).text)
        for part in fills:
            self.statements.append(self.write(part, array.text, "set" if part is term else "add"))
        return array

    def _is_only_added(self, term: Term) -> bool:
        """Whether sums alone use a term: then they write it into their own array."""
        above = [other for other in self.order if term in other.args]
        if term in self.called and above:
            return False
        return bool(above) and all(o.op == "plus" and _is_written(term, o) for o in above)

    def beneath(self, term: Term, dense: Sequence[Term], fills: Sequence[Term]) -> Spelled:
        """The new array that others are written into: a sum, else zeros."""
        if not dense:
            return self.operation("zeros like" if self._is_copied(fills) else "zeros", term)
        pieces = [self.spelled[part] for part in dense]
        value = plus(dense, pieces) if len(dense) > 1 else pieces[0]
        if not any(part.rank for part in dense):
            return self.operation("full", term, [value])
        return self.operation("copy", term, [value]) if self._is_held(dense) else value

    def _is_copied(self, fills: Sequence[Term]) -> bool:
        """Whether zeros are filled with the argument alone that they have the type of."""
        within = viewed(fills[0].args[0])
        used = [name for name in self.signature.variables if name in self.signature.leaves]
        return (
            len(fills) == 1 and [within.value] == used and "zeros like" in self.dialect.operations
        )

    def _is_held(self, parts: Sequence[Term]) -> bool:
        """Whether a sum of these is an array that something else needs as it is."""
        *_, base = seen = list(views(parts[0]))
        has_name = any(self.spelled[one].text.isidentifier() for one in seen)
        is_kept = base.op == "diagonal" or base.op in self.dialect.kept
        return len(parts) == 1 and (has_name or is_kept)

    def write(self, part: Term, array: str, way: str) -> str:
        """The statement that sets the entries of an array that a part fills, or adds to them."""
        piece = self.spelled[part.args[0]]
        index = "[...]"
        if part.op == "padded":
            axis, start, stop = part.value
            place = self.place(start) if stop is None else self.signature.slice(start, stop)
            index = f"[{', '.join([':'] * axis + [place])}]"
        else:
            whole, core = part.value
            order = "".join(dict.fromkeys(whole))
            if whole == order:
                way = f"{way} all"
            elif "indices" in self.dialect.operations:
                index, order = diagonal(whole, self.indices(whole, part))
            else:
                array = f'np.einsum("{whole}->{order}", {array})'
            piece = content(self.dialect, piece, core, order)
        is_less = piece.text.startswith("-") and part.args[0].op in ("negative", "times")
        if is_less and way == "add" and "less" in self.dialect.writes:
            way, piece = "less", Spelled(piece.text[1:])
        return self.dialect.writes[way].format(array=array, index=index, content=piece.text)

    def indices(self, whole: str, term: Term) -> dict[str, str]:
        """The names of 0, 1, 2 … for each letter that stands twice, so that they broadcast."""
        names = {}
        repeated = [letter for letter in dict.fromkeys(whole) if whole.count(letter) > 1]
        for behind, letter in zip(range(len(repeated))[::-1], repeated, strict=True):
            along = Term("indices", (), None, (term.shape[whole.index(letter)],))
            text = self.operation("indices", along).text
            text += f"[:{', None' * behind}]" if behind else ""
            if text not in self.ranges:
                self.ranges[text] = self.assigned(self.names.fresh(letter), text).text
            names[letter] = self.ranges[text]
        return names

    def leaf(self, term: Term) -> Spelled:
        if term.value not in self.signature.leaves:
            self.signature.size(term.value)
        return Spelled(self.signature.word(term.value))

    def number(self, term: Term) -> Spelled:
        return Spelled(f"{float(term.value)!r}") if term in self.called else number(term.value)

    def args(self, term: Term) -> list[Spelled]:
        return [self.spelled[below] for below in term.args]

    def operation(self, op: str, term: Term, arguments: Sequence[Spelled] = ()) -> Spelled:
        """A template of the library, filled."""
        return Spelled(filled(self.dialect.operation(op), arguments, self.words(term)))

    def words(self, term: Term) -> Callable[[str], str]:
        """What the words of a template stand for."""
        return lambda key: _WORDS[key](self, term)

    def applied(self, term: Term) -> Spelled:
        """An operation that the library has."""
        return self.operation(term.op, term, self.args(term))

    def sum(self, term: Term) -> Spelled:
        op = "sum" if term.value is None else "sum along"
        return self.operation(op, term, self.args(term))

    def part(self, term: Term) -> Spelled:
        axis, start, stop = term.value
        index = ", ".join([":"] * axis + [self.signature.slice(start, stop)])
        return Spelled(f"{within(self.args(term)[0], ATOM)}[{index}]")

    def entry(self, term: Term) -> Spelled:
        index = ", ".join(":" if one is None else self.place(one) for one in term.value)
        return Spelled(f"{within(self.args(term)[0], ATOM)}[{index}]")

    def windows(self, term: Term) -> Spelled:
        """An axis seen along two."""
        axis, start, (count, one), (width, two), by = term.value
        called = self.names.function("windows")
        sources = helper_sources("windows", self.dialect, called)
        self.helpers.update(dict.fromkeys(sources))
        ends = [f"({self.signature.size(size)}, {k})" for size, k in ((count, one), (width, two))]
        given = [self.args(term)[0].text, f"{axis}", f"{start}", *ends, *([f"{by}"] * (by > 1))]
        return Spelled(f"{called}({', '.join(given)})")

    def place(self, place: Dimension) -> str:
        """A place along an axis."""
        return self.signature.size(place) if place else "0"

    def listed(self, term: Term) -> list[str]:
        """The entries of a table; numbers of Python as the library stacks them."""
        tensors = "{entries}" in self.dialect.operation("table")
        return [
            self.operation("constant", term, [self.spelled[one]]).text
            if tensors and one in self.numbers
            else self.spelled[one].text
            for one in term.args
        ]

    def einsum(self, term: Term) -> Spelled:
        inputs, _, output = term.value.partition("->")
        if sorted(inputs) == sorted(output):
            return self.operation("permute", term, self.args(term))
        letters = {frozenset(one) for one in inputs.split(",")}
        contracts = len(letters) > 1 and bool(set(inputs) - {*output, ","})
        return self.operation("contraction" if contracts else "einsum", term)

    def ravel(self, term: Term) -> Spelled:
        op = "ravel" if term.value == "C" else "ravel columns"
        return self.operation(op, term, self.args(term))

    def call(self, term: Term) -> Spelled:
        name, parameters = term.value
        if _is_written_out(term):
            return self.operation("literal", term)
        given = [(one.name, self.signature.parameter(one.value)) for one in parameters]
        arguments = self.arguments(term)
        call = spell_call(
            self.dialect, name, given, arguments, self.words(term), self.names.function
        )
        self.imports.update(dict.fromkeys(call.imports))
        self.helpers.update(dict.fromkeys(call.helpers))
        if call.argument:
            self.signature.functions[call.argument] = "that works entry by entry"
        if term in self.numbers and term.args and not is_of_numbers(name, arguments):
            return self.operation("float", term, [call.text])
        return call.text

    def mapped(self, term: Term) -> Spelled:
        name, order = term.value
        call = call_of_caller(name, order, self.args(term), self.names.function)
        taken, given = (shape_title(one.shape) for one in (term.args[0], term))
        self.signature.functions[call.argument] = f"of {taken} that returns {given}"
        return call.text

    def like(self, text: str, term: Term) -> str:
        """Something about an argument whose type a new array has, if there is one."""
        name = self.signature.like(term.shape)
        if not name:
            return ""
        is_number = not self.signature.variables[name]
        template = self.dialect.floats if is_number and self.dialect.floats else text
        return template.format(self.signature.word(name))


def _return(returned: Returned, results: Sequence[str]) -> str:
    """The last statement; each result on a line of its own where one line would be long."""
    whole = _tuple_of(returned, results)
    line = f"return {whole[1:-1] if isinstance(returned, tuple) and returned[1:] else whole}"
    if len(line) <= _WIDTH or not isinstance(returned, tuple):
        return line
    return "\n".join(["return (", *_lines(returned, results), ")"])


def _tuple_of(returned: Returned, results: Sequence[str]) -> str:
    if isinstance(returned, int):
        return results[returned]
    inner = [_tuple_of(one, results) for one in returned]
    return f"({', '.join(inner)}{',' * (len(inner) == 1)})"


def _lines(returned: tuple[Returned, ...], results: Sequence[str]) -> Iterator[str]:
    for one in returned:
        if isinstance(one, int):
            yield f"    {results[one]},"
        else:
            yield from ("    (", *(f"    {line}" for line in _lines(one, results)), "    ),")


def _high_powers(term: Term) -> list[Term]:
    """What a term takes powers of above the square: in ``x * x**2`` and ``(x**2)**2`` too."""
    powers: dict[Term, Fraction] = {}
    for part in term.args if term.op == "times" else (term,):
        degree = Fraction(1)
        while part.op == "power":
            degree *= Fraction(part.value)
            part = part.args[0]  # noqa: PLW2901 - down to what is not a power
        powers[part] = powers.get(part, Fraction(0)) + degree
    return [base for base, degree in powers.items() if abs(degree) > _SQUARE]


def _whole_leaves(term: Term) -> list[Term]:
    """The variables of which a term is made by what keeps whole numbers whole."""
    found, waiting = [], [term]
    while waiting:
        one = waiting.pop()
        found += [one] if one.op == "name" else []
        waiting += one.args if one.op in _WHOLE else ()
    return found


def _is_written_out(term: Term) -> bool:
    """Whether code has the numbers of a constant, and calls nothing for them."""
    sizes = [size for size in term.shape if isinstance(size, int)]
    is_small = len(sizes) == term.rank and prod(sizes) <= _WRITTEN
    return is_small and facts_of(term.value[0]).entries is not None


def _literal(source: _Statements, term: Term) -> str:
    entries = facts_of(term.value[0]).entries
    whole = str(entries and entries(len(term.shape)))
    if term.rank > 2:  # a line for each matrix
        whole = (
            whole.replace("[[[", "[\n    [[").replace("]], ", "]],\n    ").replace("]]]", "]],\n]")
        )
    return whole if source.like("like", term) else re.sub(r"\d", r"\g<0>.0", whole)


def _is_written(part: Term, whole: Term) -> bool:
    """Whether a part of a sum is written into the array of the sum: it is no row of all rows."""
    return part.op in _FILLS and part.rank == whole.rank


def _operands(source: _Statements, term: Term) -> str:
    return ", ".join([f'"{term.value}"', *(piece.text for piece in source.args(term))])


def _table(source: _Statements, term: Term) -> str:
    entries = iter(source.listed(term))
    rows = [[next(entries) for _ in range(count)] for count in term.value]
    if term.rank == 1:
        return f"[{', '.join(one for row in rows for one in row)}]"
    return f"[{', '.join('[' + ', '.join(row) + ']' for row in rows)}]"


def _permutation(_: _Statements, term: Term) -> str:
    inputs, _, output = term.value.partition("->")
    return ", ".join(str(inputs.index(letter)) for letter in output)


_SPELLINGS: dict[str, Callable[[Any, Term], Spelled]] = {
    "name": _Statements.leaf,
    "number": _Statements.number,
    "sum": _Statements.sum,
    "part": _Statements.part,
    "entry": _Statements.entry,
    "einsum": _Statements.einsum,
    "ravel": _Statements.ravel,
    "call": _Statements.call,
    "windows": _Statements.windows,
    "mapped": _Statements.mapped,
}

#: What the words of templates stand for.
_WORDS: dict[str, Callable[[_Statements, Term], str]] = {
    "rows": lambda source, term: source.signature.size(term.shape[0]),
    "columns": lambda source, term: source.signature.size(term.shape[-1]),
    "shape": lambda source, term: source.signature.shape(term.shape),
    "sizes": lambda source, term: source.signature.listed(term.shape),
    "start": lambda source, term: source.signature.size(term.value[0]),
    "slice": lambda source, term: source.signature.slice(*term.value),
    "value": lambda _, term: str(term.value),
    "operands": _operands,
    "table": _table,
    "entries": lambda source, term: f"[{', '.join(source.listed(term))}]",
    "order": _permutation,
    "like": lambda source, term: source.like(source.dialect.like, term),
    "floats": lambda source, term: source.like(source.dialect.floats, term),
    "device": lambda source, term: source.like(", device={0}.device", term),
    "literal": _literal,
    "dtype": lambda source, term: source.like("{0}.dtype", term) or "float",
}
