"""A chain written out: its factors in the order of a layout, the shape under each, one einsum."""

from __future__ import annotations

from collections.abc import Sequence
from itertools import pairwise
from typing import NamedTuple

from matcalc import dimensions
from matcalc.dimensions import Shape
from matcalc.errors import LayoutError
from matcalc.layout import ArrayForm, Convention, axis_names, find_convention, written
from matcalc.notation.letters import EINSUM
from matcalc.notation.names import latex_derivative, latex_shape
from matcalc.notation.pages import html
from matcalc.notation.parts import AlignedShapes, AnswerPart, Cell
from matcalc.variables import Variable, ratio


class WrittenChain(NamedTuple):
    """A chain as one layout writes it.

    Attributes:
        path: The variables, the outermost first.
        convention: The layout; or ``mixed``, for scalars and vectors.
        factors: In the order of the product.
        result: What the product is.
    """

    path: tuple[Variable, ...]
    convention: Convention
    factors: tuple[ArrayForm, ...]
    result: ArrayForm

    def __repr__(self) -> str:
        """The product in its order, with the shape under each factor."""
        return "\n".join(self.lines())

    def _repr_html_(self) -> str:
        factors, signs = self.columns()[::2], self.columns()[1::2]
        before = ["", *(sign for sign, _ in signs)]
        cells = tuple(Cell(sign, *one) for sign, one in zip(before, factors, strict=True))
        return html([AnswerPart(self.convention.title, (AlignedShapes(cells),))])

    @property
    def is_outside_in(self) -> bool:
        """Whether the outermost factor stands first: in mixed, where the result is no gradient."""
        return _is_outside_in(self.convention, self.result)

    @property
    def rule(self) -> str:
        """The order of the factors, in words."""
        if self.convention.name == "mixed" and self.is_outside_in:
            return "mixed: from the outside in, as in numerator layout"
        return _RULES[self.convention.name]

    def is_transposed(self, factor: ArrayForm) -> bool:
        """Whether the product needs the transpose of a factor.

        In mixed a gradient is a column, the transpose of what it is in numerator layout, and all
        else is as there. So where the result is a gradient, all but gradients are transposed;
        where it is not, gradients are.
        """
        if self.convention.name != "mixed" or not (factor.of.rank or factor.wrt.rank):
            return False
        return _is_gradient(factor) != _is_gradient(self.result)

    @property
    def order(self) -> tuple[str, ...]:
        """The factors as ``z/x``, in the order of the product."""
        return tuple(f"{factor.of.name}/{factor.wrt.name}" for factor in self.factors)

    @property
    def matrix_shapes(self) -> tuple[Shape | None, ...]:
        """The shape of each factor as it stands in the product; ``None`` above rank 2."""
        return tuple(
            shape[::-1] if shape and self.is_transposed(factor) else shape
            for factor, shape in ((factor, factor.matrix_shape) for factor in self.factors)
        )

    @property
    def arrays(self) -> tuple[str, ...]:
        """A name for the array of each factor, no two alike: ``dz_dx``."""
        for joint in ("_", "__by__"):
            found = tuple(f"d{f.of.name}{joint}d{f.wrt.name}" for f in self.factors)
            if len(set(found)) == len(found):
                return found
        return tuple(f"J{k + 1}" for k in range(len(self.factors)))

    @property
    def einsum(self) -> str | None:
        """The whole product as one subscript string; ``None`` where letters run out, over 52."""
        axes = axis_names(self.path)
        named = [axis for variable in self.path for axis in axes[variable.name]]
        if len(named) > len(EINSUM):
            return None
        letter = dict(zip(named, EINSUM, strict=False))
        terms = [
            "".join(letter[axis] for group in one.form for axis in group)
            for one in (*self.factors, self.result)
        ]
        return f"{','.join(terms[:-1])}->{terms[-1]}"

    @property
    def einops(self) -> str:
        """The whole product as one einops pattern, its axes named after the variables."""
        return f"{', '.join(f.pattern for f in self.factors)} -> {self.result.pattern}"

    def columns(self) -> list[tuple[str, str]]:
        """Each factor with the shape to write under it, and the result after an ``=``."""
        cells: list[tuple[str, str]] = []
        for factor, shape in zip(self.factors, self.matrix_shapes, strict=True):
            title = (
                f"({ratio(factor.of, factor.wrt)})ᵀ"
                if self.is_transposed(factor)
                else ratio(factor.of, factor.wrt)
            )
            cells += [("·" if cells else "", ""), (title, _under(factor, shape))]
        if len(self.factors) > 1:
            result = self.result
            cells += [
                ("=", ""),
                (ratio(result.of, result.wrt), _under(result, result.matrix_shape)),
            ]
        return cells[1:]

    def lines(self, width: int = 80) -> list[str]:
        """The product in its order, a shape under each factor, at most ``width`` wide."""
        return column_lines(self.columns(), width)

    def latex(self) -> str:
        """The product with a brace and the shape under each factor."""
        factors = self.latex_factors()
        result = ["=", self.latex_result()] if len(factors) > 1 else []
        return " ".join([*factors, *result])

    def latex_factors(self) -> list[str]:
        """Each factor over its shape."""
        return [
            _braced(factor, shape, self.is_transposed(factor))
            for factor, shape in zip(self.factors, self.matrix_shapes, strict=True)
        ]

    def latex_result(self) -> str:
        """The result over its shape."""
        return _braced(self.result, self.result.matrix_shape, False)


_RULES = {
    "numerator": "numerator layout: from the outside in",
    "denominator": "denominator layout: factors append to the left",
    "mixed": "mixed: a gradient, with transposed Jacobians to its left",
}


def _is_gradient(factor: ArrayForm) -> bool:
    return not factor.of.rank and factor.wrt.rank > 0


def _is_outside_in(convention: Convention, result: ArrayForm) -> bool:
    mixed = convention.name == "mixed" and not _is_gradient(result)
    return mixed or convention.name == "numerator"


def column_lines(columns: Sequence[tuple[str, str]], width: int) -> list[str]:
    """Pairs of texts, one under the other, as lines that are at most ``width`` wide."""
    rows: list[tuple[str, str]] = []
    top = bottom = ""
    for above, below in columns:
        cell = max(len(above), len(below))
        if top and len(top) + 1 + cell > width:
            rows.append((top, bottom))
            top = bottom = ""
        gap = " " if top else ""
        top += gap + above.center(cell)
        bottom += gap + below.center(cell)
    rows.append((top, bottom))
    return [line.rstrip() for row in rows for line in row]


def _under(factor: ArrayForm, shape: Shape | None) -> str:
    return dimensions.times(factor.shape if shape is None else shape)


def _braced(factor: ArrayForm, shape: Shape | None, transposed: bool) -> str:
    derivative = latex_derivative(factor.of, factor.wrt)
    if transposed:
        derivative = rf"\left({derivative}\right)^{{\top}}"
    under = latex_shape(factor.shape if shape is None else shape)
    return rf"\underbrace{{{derivative}}}_{{{under}}}"


def written_chain(path: Sequence[Variable], layout: str) -> WrittenChain:
    r"""A chain along a path, as a layout writes it.

    Args:
        path: The variables, the outermost first: two or more, of different names.
        layout: ``numerator``, ``denominator``, or ``mixed`` for scalars and vectors.

    Raises:
        LayoutError: No such layout, or a chain of matrices in mixed.

    >>> path = [Variable("L", ()), Variable("z", (3,)), Variable("x", (2,))]
    >>> chain = written_chain(path, "denominator")
    >>> print(*chain.lines(), sep="\n")
    ∂z/∂x · ∂L/∂z = ∂L/∂x
     2×3     3×1     2×1
    >>> chain.einsum, chain.einops
    ('ji,i->j', 'x z, z -> x')
    """
    convention = find_convention(layout)
    if convention.name not in ("numerator", "denominator", "mixed"):
        raise LayoutError(f"{convention.title} is a convention, which does not compose")
    axes = axis_names(path)
    if convention.name == "mixed" and len(path) > 2:
        _refuse_matrices(path)
    steps = [written(a, b, convention, axes) for a, b in pairwise(path)]
    result = written(path[0], path[-1], convention, axes)
    ordered = steps if _is_outside_in(convention, result) else steps[::-1]
    return WrittenChain(tuple(path), convention, tuple(ordered), result)


def _refuse_matrices(path: Sequence[Variable]) -> None:
    """Refuse to compose in mixed where products are not those of matrices.

    Raises:
        LayoutError: There is something of two axes or more.
    """
    matrix = next((variable for variable in path if variable.rank > 1), None)
    if matrix is None:
        return
    raise LayoutError(
        f"mixed does not compose with {matrix} in the chain: its products are of gradients and m×n "
        "Jacobians, some of them transposed, and so of scalars and vectors alone; "
        "use numerator or denominator, which order the axes of matrices too"
    )
