"""Where a formula comes in: from what was typed to the language, with its variables."""

from __future__ import annotations

import math
import re
from collections.abc import Collection, Generator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass

from matcalc.errors import MatcalcError, NotationError, ShapeError
from matcalc.expression import (
    Declarations,
    Declared,
    Formula,
    KnownNames,
    NameConvention,
    by_convention,
    declared_functions,
    looks_like,
    parse_declarations,
    read_formula,
    scalars,
    sizes_declared,
)
from matcalc.inputs.line import Line
from matcalc.inputs.prose import members
from matcalc.inputs.reading import may_be_products, read_line
from matcalc.inputs.tree import Left
from matcalc.variables import Variable

_STARTS = re.compile(r"\s*(?:\\(?:[dt]?frac|partial|nabla)(?![A-Za-z])|[∂∇d]|grad)")

#: What a name in a derivative is, said behind it: ``∇_x f where f = …``.
GIVEN = re.compile(
    r",?\s+(?:\\text\s*\{\s*)?(?:where|with)\b[\s}]*"
    r"(?P<name>[^\W\d]\w*)(?:\s*\(\w+\))?\s*:?=(?P<formula>[^=]+)\Z"
)
_SECOND = re.compile(
    r"\s*(?:\\[dt]?frac\s*\{\s*)?(?:\\partial|\\nabla|[∂∇]|d(?=[^=]*[/{]\s*d))\s*"
    r"(?:\^\s*\{?\s*2|²)"
)
_DIFFERENTIAL = re.compile(
    r"\s*(?:\\mathrm\s*\{\s*d\s*\}|d)\s*(?:\((?P<of>.+)\)|[fFLJ])\s*=[^=].*?"
    r"(?:\\mathrm\s*\{\s*d\s*\}\s*|(?<![^\W_])d)(?P<by>[^\W\d_])(?![^\W\d_])"
)


@dataclass(frozen=True, slots=True)
class Entered:
    """A formula that was typed, in the language.

    Attributes:
        line: What was typed, and its text in the language.
        declarations: The variables, as they were declared or are taken.
        declared: The same, read.
        names: The functions that were declared.
        said: What was assumed.
    """

    line: Line
    declarations: Declarations
    declared: Mapping[str, Declared]
    names: KnownNames
    said: tuple[str, ...]

    @property
    def text(self) -> str:
        """The formula in the language."""
        return self.line.text

    @property
    def shapes(self) -> dict[str, Variable]:
        """The variables."""
        return {name: one.variable for name, one in self.declared.items()}

    def formula(self) -> Formula:
        """What was typed, read.

        Raises:
            MatcalcError: It cannot be read; what is wrong is shown in what was typed.
        """
        with self.reported():
            return read_formula(self.text, self.shapes, names=self.names)

    @contextmanager
    def reported(self) -> Generator[None]:
        """What is wrong with the text is shown in what was typed."""
        try:
            yield
        except MatcalcError as error:
            if self.line.places is None:
                raise
            raise self.line.error(error) from None


def _joined(given: Declarations, more: str) -> Declarations:
    """Declarations, and those that stand behind a formula."""
    if not more or isinstance(given, Mapping):
        return given
    return [*([given] if isinstance(given, str) else given), more]


def entered(
    formula: object,
    variables: Declarations | None = None,
    notation: str | None = None,
    *,
    by_names: bool = True,
) -> Entered:
    """Read what was typed, in whatever notation, and its declarations.

    Args:
        formula: What was typed.
        variables: Its variables; nothing where its names are to say what they are.
        notation: The notation, where the signs of the formula are not to say it.
        by_names: Whether names say what they are where nothing is declared.

    Raises:
        NotationError: The formula or a declaration cannot be read; or it is no text.
        ShapeError: Nothing is declared, and what the names say does not fit.

    >>> entered("½‖Ax − b‖²", "A[m,n] x[n] b[m]").text
    '1/2 * norm(A @ x - b)**2'
    """
    if not isinstance(formula, str):
        raise _no_text(formula)
    given: Declarations = variables if variables is not None else ()
    behind = ""
    if by_names and not isinstance(given, Mapping):
        formula, behind = members(formula)
    told = {name: one.variable for name, one in parse_declarations(behind).items()}
    alone = not given and all(map(looks_like, told.values()))
    given = given if alone else _joined(given, behind)
    declared = parse_declarations(given)
    functions = declared_functions(given)
    shapes = {name: one.variable for name, one in declared.items()}
    names = KnownNames(functions=functions)
    if declared or not by_names:
        line = read_line(formula, shapes, notation, functions, claimed=False)
        said = (*line.said, *sizes_declared(given).values())
        return Entered(line, given, declared, names, said)
    line, convention = _by_names(formula, notation, names, told)
    taken = parse_declarations(convention.variables)
    said = (*line.said, *convention.assumptions)
    return Entered(line, convention.variables, taken, names, said)


def _by_names(
    formula: str, notation: str | None, names: KnownNames, told: Mapping[str, Variable]
) -> tuple[Line, NameConvention]:
    """A line of which nothing is declared, and what its names say.

    Where that does not fit, or a vector counts for every row of a matrix, letters that may be
    numbers are tried as such: a of ``Σᵢ (yᵢ - a xᵢ)²``.

    Raises:
        MatcalcError: It cannot be read, whatever they are.
    """

    def read(
        numbers: Collection[str] = (), notation: str | None = notation
    ) -> tuple[Line, NameConvention] | MatcalcError:
        try:
            line = read_line(formula, {}, notation, names.functions, claimed=False, numbers=numbers)
            with Entered(line, (), {}, names, line.said).reported():
                return line, by_convention(line.text, told, line.ranks, numbers)
        except MatcalcError as error:
            return error

    def doubts(one: tuple[Line, NameConvention] | MatcalcError) -> float:
        return math.inf if isinstance(one, MatcalcError) else one[1].beside

    found = read()
    if doubts(found):
        others = map(read, _scalars(formula, notation))
        found = next((one for one in others if doubts(one) < doubts(found)), found)
    if isinstance(found, ShapeError) and notation is None and may_be_products(formula):
        starred = read(notation="matlab")
        if not isinstance(starred, MatcalcError) and _is_as_declared(formula, *starred, names):
            return starred
    if isinstance(found, MatcalcError):
        raise found
    return found


def _is_as_declared(
    formula: str, line: Line, convention: NameConvention, names: KnownNames
) -> bool:
    """Whether a formula is read as this line where what is assumed is declared."""
    shapes = {one.name: one for one in convention.variables}
    try:
        return line.text == read_line(formula, shapes, None, names.functions, claimed=False).text
    except MatcalcError:
        return False


def _scalars(formula: str, notation: str | None) -> list[tuple[str, ...]]:
    """The letters of a line that may be numbers; none where it cannot be read."""
    try:
        return [*scalars(read_line(formula, {}, notation, claimed=False).text)]
    except MatcalcError:
        return []


def _no_text(formula: object) -> NotationError:
    """What is said of a formula that is no text."""
    if callable(formula):
        return NotationError(
            "a formula is text; what a Python function computes is recorded first: "
            "matcalc.derive(matcalc.trace(function, 'x[n]'), wrt='x', layout=…)"
        )
    return NotationError(
        f"a formula is text, 'x.T @ A @ x', or made of matcalc.symbols; found "
        f"{type(formula).__name__}"
    )


def operator_of(
    line: str, variables: Declarations | None = None, notation: str | None = None
) -> Left | None:
    r"""What a line differentiates that is the derivative of a formula; nothing for other lines.

    Args:
        line: What was typed.
        variables: What is declared.
        notation: The notation, where the signs of the line are not to say it.

    >>> line = r"\frac{\partial}{\partial x} x^T A x"
    >>> found = operator_of(line)
    >>> found.wrt, line[slice(*found.inside)].strip()
    ('x', 'x^T A x')
    >>> operator_of("dW"), operator_of("x^T A x")
    (None, None)
    >>> operator_of("∇_x f where f = xᵀAx").of
    'x.T @ A @ x'
    """
    if not _STARTS.match(line):
        return None
    declared = parse_declarations(variables if variables is not None else ())
    shapes = {name: one.variable for name, one in declared.items()}
    given = GIVEN.search(line)
    front = line[: given.start()] if given else line
    try:
        left = read_line(f"{front} = 0", shapes, notation).left
        if given and left is not None and left.of == given["name"]:  # ∇_x f where f = xᵀAx
            of = read_line(given["formula"], shapes, notation).text
            left = left._replace(of=of, inside=given.span("formula"))
    except MatcalcError:
        return None
    if left is None or not left.wrt or not left.of or left.of.isidentifier():
        return None
    return left


def unasked(line: str) -> str:
    """What works, of a line that asks for a second derivative or for differentials; else nothing.

    >>> unasked("d(X^{-1}) = -X^{-1} dX X^{-1}")[-54:]
    "--of 'inv(X)' --wrt X; matcalc derive 'inv(X)' --wrt X"
    >>> unasked("dW = dz xᵀ")
    ''
    """
    if _SECOND.match(line):
        return (
            "a second derivative has a formula, what it is by and its order: "
            "'x.T @ A @ x' --wrt x --order 2, of check --of 'x.T @ A @ x'"
        )
    found = _DIFFERENTIAL.match(line)
    if found is None:
        return ""
    try:
        of = read_line(found["of"] or "", {}).text
    except MatcalcError:
        of = found["of"] or "…"
    asked = f"{of!r} --wrt {found['by']}"
    return (
        f"these are differentials, and a claim is a derivative, G of df = tr(Gᵀ dX): "
        f"--of {asked}; matcalc derive {asked}"
    )
