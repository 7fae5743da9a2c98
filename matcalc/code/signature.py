"""What a generated function takes: variables, the sizes that they have, functions."""

from __future__ import annotations

import keyword
import re
from collections.abc import Iterable, Iterator, Mapping

from matcalc import dimensions
from matcalc.code.dialects import Dialect
from matcalc.code.terms import Term
from matcalc.dimensions import Dimension, Shape

_NAME = re.compile(dimensions.NAME)


class Signature:
    """The arguments of a function, and where it finds its sizes.

    Attributes:
        variables: The shapes of all variables, in the order of the user.
        leaves: The variables whose entries are used.
        sizes: The dimensions that are used by name.
        functions: Functions that the caller must give.
    """

    def __init__(
        self, variables: Mapping[str, Shape], terms: Iterable[Term], dialect: Dialect
    ) -> None:
        self.variables = variables
        self.dialect = dialect
        self.leaves = dict.fromkeys(
            term.value
            for term in terms
            if term.op == "name" and (term.value in variables or term.shape)
        )
        self.dimensions = {
            name for shape in variables.values() for size in shape for name in names_in(size)
        }
        self.sizes: dict[str, None] = {}
        self.functions: dict[str, None] = {}

    def word(self, name: str) -> str:
        """A name that neither Python nor the library has taken."""
        return f"{name}_" if keyword.iskeyword(name) or name in self.dialect.reserved else name

    def size(self, size: Dimension) -> str:
        """A dimension as source."""
        self.sizes.update(dict.fromkeys(names_in(size)))
        above, below = dimensions.over_common_denominator(size)
        text = _NAME.sub(lambda match: self.word(match[0]), str(above))
        return text if below == 1 else f"({text}) // {below}"

    def shape(self, shape: Shape) -> str:
        """A shape as source."""
        sizes = [self.size(size) for size in shape]
        return sizes[0] if len(sizes) == 1 else f"({', '.join(sizes)})"

    def slice(self, start: Dimension, stop: Dimension) -> str:
        """A slice as source."""
        return f"{self.size(start) if start else ''}:{self.size(stop)}"

    def use_sizes_in(self, text: str) -> None:
        """Take the dimensions that a parameter of a call names."""
        self.sizes.update((name, None) for name in _NAME.findall(text) if name in self.dimensions)

    def like(self, shape: Shape) -> str:
        """The argument whose type a new array has: one that is used, at best one with axes."""
        used = [name for name in self.variables if name in self.leaves]
        sizes = {name for size in shape for name in names_in(size)}
        others = [name for name in self.variables if sizes & {*map(str, self.variables[name])}]
        found = sorted(used, key=lambda name: not self.variables[name]) or others
        return self.word(found[0]) if found else ""

    def header(self, name: str) -> str:
        """The first line of the function."""
        return f"def {name}({', '.join(map(self.word, self.parameters()))}):"

    def statements(self) -> list[str]:
        """The lines that read sizes from arguments."""
        return [f"{self.word(size)} = {place}" for size, place in self.places() if place]

    def parameters(self) -> list[str]:
        """The arguments: variables in the order of the user, sizes, functions."""
        where = dict(self.places())
        used = {*self.leaves, *(place.partition(".")[0] for place in where.values())}
        named = [variable for variable in self.variables if variable in used]
        others = [leaf for leaf in self.leaves if leaf not in self.variables]
        sizes = [size for size, place in where.items() if not place]
        return list(dict.fromkeys([*named, *others, *sizes, *self.functions]))

    def places(self) -> Iterator[tuple[str, str]]:
        """Each named size, and the axis that has it; of those that no axis has, nothing."""
        by_use = sorted(self.variables, key=lambda name: name not in self.leaves)
        for size in self.sizes:
            places = (
                f"{self.word(name)}.shape[{axis}]"
                for name in by_use
                for axis, known in enumerate(self.variables[name])
                if known == size
            )
            yield size, next(places, "")

    def docstring(self, summary: str, result: Shape) -> str:
        """What the function computes, its arguments, the shape of the result."""
        arguments = [f"    {line}." for line in map(self.described, self.parameters())]
        lines = [f'"""{summary}', *(["", "Args:", *arguments] if arguments else [])]
        lines += ["", "Returns:", f"    {_title(result)[0].upper()}{_title(result)[1:]}.", '"""']
        return "\n".join(lines)

    def described(self, name: str) -> str:
        """A line about an argument."""
        if name in self.variables:
            shape = self.variables[name]
            return f"{self.word(name)}: {_title(shape) if shape else self.dialect.number}"
        if name in self.functions:
            return f"{name}: a function that works entry by entry{self.dialect.static}"
        return f"{self.word(name)}: a dimension, a whole number{self.dialect.static}"


def _title(shape: Shape) -> str:
    """A shape, for people."""
    if not shape:
        return "a number"
    return f"shape ({', '.join(map(str, shape))}{',' * (len(shape) == 1)})"


def names_in(size: Dimension) -> list[str]:
    """The names in a dimension."""
    return sorted(dimensions.names(size))
