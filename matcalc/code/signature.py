"""What a generated function takes: variables, the sizes that they have, functions."""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping, Sequence
from functools import cached_property

from matcalc import dimensions
from matcalc.code.dialects import Dialect
from matcalc.code.names import SourceNames
from matcalc.code.terms import Term
from matcalc.dimensions import Dimension, Shape
from matcalc.notation.parameters import Value, Word, spelled
from matcalc.sizes import is_linear, readings

_NAME = re.compile(dimensions.NAME)


class SourceSignature:
    """The arguments of a function, and where it finds its sizes.

    Attributes:
        variables: The shapes of all variables, in the order of the user.
        dialect: The library.
        names: What everything is called.
        leaves: The variables whose entries or types are used.
        sizes: The dimensions that are used by name.
        functions: Functions that the caller must give, as they are called: what is said of each.
    """

    def __init__(
        self,
        variables: Mapping[str, Shape],
        terms: Iterable[Term],
        parts: Iterable[str],
        dialect: Dialect,
    ) -> None:
        """Args as the attributes; ``parts`` are the names of intermediate results."""
        listed = list(terms)
        self.variables = variables
        self.dialect = dialect
        leaves = [term for term in listed if term.op == "name"]
        self.leaves = dict.fromkeys(
            term.value for term in leaves if term.value in variables or term.shape
        )
        shapes = [*variables.values(), *(term.shape for term in listed)]
        self.dimensions = {name for shape in shapes for size in shape for name in names_in(size)}
        self.dimensions |= {term.value for term in leaves} - self.leaves.keys()
        self.names = SourceNames(
            [*variables, *self.leaves, *sorted(self.dimensions), *parts], dialect
        )
        self.sizes: dict[str, None] = {}
        self.whole: dict[str, str] = {}  # axes that are read as they are, and of which variable
        self.functions: dict[str, str] = {}

    def word(self, name: str) -> str:
        """What a variable or a dimension is called."""
        return self.names.word(name)

    def size(self, size: Dimension) -> str:
        """A dimension as source."""
        if isinstance(size, str) and size in self.unsolved:
            variable, axis = self.unsolved[size]
            self.whole[size] = variable
            return f"{self.word(variable)}.shape[{axis}]"
        self.sizes.update(dict.fromkeys(names_in(size)))
        return self.spelled(size)

    def spelled(self, size: Dimension) -> str:
        """A dimension as source, by the words of its names."""
        above, below = dimensions.over_common_denominator(size)
        text = _NAME.sub(lambda match: self.word(match[0]), str(above))
        return text if below == 1 else f"({text}) // {below}"

    @cached_property
    def unsolved(self) -> dict[str, tuple[str, int]]:
        """Axes such as ``m*n`` whose names follow from no axes, and where these are."""
        axes = self.axes(self.variables)
        solved = {name for name, _ in readings([size for *_, size in axes], (), is_linear)}
        opened = [one for one in axes if not solved.issuperset(names_in(one[2]))]
        return {str(size): (name, axis) for name, axis, size in reversed(opened)}

    def axes(self, names: Iterable[str]) -> list[tuple[str, int, Dimension]]:
        """The axes of variables, and the sizes that were stated for them."""
        return [(k, axis, size) for k in names for axis, size in enumerate(self.variables[k])]

    def shape(self, shape: Shape) -> str:
        """A shape as source."""
        sizes = [self.size(size) for size in shape]
        return sizes[0] if len(sizes) == 1 else f"({', '.join(sizes)})"

    def listed(self, shape: Shape) -> str:
        """The sizes of a shape as source, apart by commas."""
        return ", ".join(self.size(size) for size in shape)

    def slice(self, start: Dimension, stop: Dimension) -> str:
        """A slice as source."""
        return f"{self.size(start) if start else ''}:{self.size(stop)}"

    def parameter(self, value: Value) -> str:
        """The value of a parameter as source: the dimensions that it names by their words."""
        if isinstance(value, Word) or not isinstance(value, (str, tuple)):
            return spelled(value)
        if isinstance(value, tuple):
            return spelled(tuple(map(self.parameter, value)))
        if "/" in value:  # a whole number, that Python's / would make a float
            return self.size(value)
        used = [name for name in _NAME.findall(value) if name in self.dimensions]
        self.sizes.update(dict.fromkeys(used))
        words = {name: self.word(name) for name in used}
        return _NAME.sub(lambda match: words.get(match[0], match[0]), value)

    def like(self, shape: Shape) -> str:
        """The argument whose type a new array has: one that is used, at best one with axes."""
        sizes = {name for size in shape for name in names_in(size)}

        def order(name: str) -> tuple[bool, bool, bool]:
            own = self.variables[name]
            return name not in self.leaves, not sizes & {*map(str, own)}, not own

        used = [name for name in self.variables if name in self.leaves]
        found = min(used, key=lambda name: not self.variables[name], default=None) or min(
            self.variables, key=order, default=None
        )
        if found is None:
            return ""
        self.leaves[found] = None
        return found

    def header(self, name: str, outs: Sequence[str] = ()) -> str:
        """The first line of the function; after its arguments the arrays that results go into."""
        return f"def {name}({', '.join([*map(self.called, self.parameters()), *outs])}):"

    def called(self, name: str) -> str:
        """What an argument is called."""
        return name if name in self.functions else self.word(name)

    def statements(self) -> list[str]:
        """The lines that read sizes from arguments."""
        return [f"{self.word(name)} = {text}" for name, (_, text) in self.read.items() if text]

    def parameters(self) -> list[str]:
        """The arguments: variables in the order of the user, sizes, functions."""
        used = {
            *self.leaves,
            *self.whole.values(),
            *(variable for variable, _ in self.read.values()),
        }
        named = [variable for variable in self.variables if variable in used]
        others = [leaf for leaf in self.leaves if leaf not in self.variables]
        sizes = [size for size, (_, text) in self.read.items() if not text]
        return list(dict.fromkeys([*named, *others, *sizes, *self.functions]))

    @property
    def read(self) -> dict[str, tuple[str, str]]:
        """Each size that is needed, after those that it needs: its variable, and how it is read.

        Both are empty for a size that no axis tells: it is an argument.
        """
        given: list[str] = []
        while True:
            found = self._read(given)
            missing = [name for name in self.sizes if name not in found]
            if not missing:
                return found
            given.append(missing[0])

    def _read(self, given: Iterable[str]) -> dict[str, tuple[str, str]]:
        used = [name for name in self.variables if name in self.leaves]
        found: dict[str, tuple[str, str]] = dict.fromkeys(given, ("", ""))
        needs: dict[str, set[str]] = {}
        for names in (used, self.variables):
            axes = self.axes(names)
            for name, place in readings([size for *_, size in axes], found, is_linear):
                variable, axis, size = axes[place]
                found[name] = (
                    variable,
                    self.solved(name, size, f"{self.word(variable)}.shape[{axis}]"),
                )
                needs[name] = {*names_in(size)} - {name}
        needed = set(self.sizes)
        for name in reversed(found):
            needed |= needs.get(name, set()) if name in needed else set()
        direct = [name for name in self.sizes if name in found and not needs.get(name)]
        return {name: found[name] for name in dict.fromkeys([*direct, *found]) if name in needed}

    def solved(self, name: str, size: Dimension, place: str) -> str:
        """A name as source, where the axis at a place has a size in which it stands."""
        factor, rest, below = dimensions.linear_in(size, name) or (1, 0, 1)
        text = place if below == 1 else f"{below} * {place}"
        if rest:
            less = self.spelled(dimensions.combination([(-1, rest)]))
            text += f" - {less[1:]}" if less.startswith("-") else f" + {less}"
        if factor == 1:
            return text
        whole = f"({text})" if rest else text
        by = self.spelled(factor)
        return f"{whole} // {by if by.isalnum() else f'({by})'}"

    def docstring(self, summary: str, results: Sequence[tuple[str, Shape]]) -> str:
        """What the function computes, its arguments, the shape of each result after its title."""
        arguments = [f"    {line}." for line in map(self.described, self.parameters())]
        lines = [f'"""{summary}', *(["", "Args:", *arguments] if arguments else [])]
        found = [
            f"{title}: {shape_title(shape)}" if title else shape_title(shape)
            for title, shape in results
        ]
        if len(found) == 1:
            found = [f"{found[0][0].upper()}{found[0][1:]}"]
        lines += ["", "Returns:", *(f"    {one}." for one in found), '"""']
        return "\n".join(lines)

    def described(self, name: str) -> str:
        """A line about an argument."""
        if name in self.functions:
            return f"{name}: a function {self.functions[name]}{self.dialect.static}"
        if name in self.variables:
            shape = self.variables[name]
            return f"{self.word(name)}: {shape_title(shape) if shape else self.dialect.number}"
        return f"{self.word(name)}: a dimension, a whole number{self.dialect.static}"


def shape_title(shape: Shape) -> str:
    """A shape, for people."""
    if not shape:
        return "a number"
    return f"shape ({', '.join(map(str, shape))}{',' * (len(shape) == 1)})"


def names_in(size: Dimension) -> list[str]:
    """The names in a dimension."""
    return sorted(dimensions.names(size))
