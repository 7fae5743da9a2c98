"""The lines of a forward pass as they were typed, one after the other in the language."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping, Sequence
from contextlib import suppress

from matcalc.claims.gradient_names import gradient_of
from matcalc.claims.tree import Assigned, Tree, names
from matcalc.dimensions import Shape
from matcalc.errors import MatcalcError
from matcalc.expression import Declarations, parse_declarations
from matcalc.expression.declarations import declared_functions
from matcalc.inputs.equations import equations_apart
from matcalc.inputs.line import Line
from matcalc.inputs.reading import read_foreign, read_line, says_products
from matcalc.variables import Variable, parse_mention

_GIVEN = re.compile(r"(?:^|[;\n])\s*([^\W\d]\w*)(?:\[([\w\s,]*)\])?\s*=(?!=)")


def given(because: str) -> dict[str, Shape | None]:
    """The names that lines of a forward pass give, with the shapes that these state."""
    found: dict[str, Shape | None] = {}
    for name, inside in _GIVEN.findall(because):
        stated = parse_mention(f"{name}[{inside}]").shape if inside else None
        found.setdefault(name, stated)
    return found


def read_lines(text: str, variables: Declarations | None, notation: str | None) -> Iterator[Line]:
    """The lines of a forward pass in the language, whatever they are typed in."""
    known = {name: each.variable for name, each in parse_declarations(variables or ()).items()}
    functions = declared_functions(variables or ())
    for line in filter(str.strip, equations_apart(text)):
        read = read_line(line.strip(), known, notation, functions, claimed=not says_products(text))
        yield read
        left = read.text.partition("=")[0].strip()
        shape = _shape(read, known)
        if known and left.isidentifier() and shape is not None:
            known[left] = Variable(left, shape)


def _shape(line: Line, known: Mapping[str, Variable]) -> Shape | None:
    """How many axes the name of a line has below it: ``a_k`` is an entry of ``a = softmax(z)``."""
    kind = line.kind
    if kind is None:
        with suppress(MatcalcError):
            kind = read_foreign(line.text, known).kind
    if kind is None or kind.rank is None or kind.rank < 0 or kind.row:
        return None
    return tuple("_" if size is None else size for size in kind.sizes) or ("_",) * kind.rank


def backward(lines: Sequence[Assigned]) -> dict[str, Tree]:
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
