"""A chain as a picture: the shapes of its factors and of the result, in each layout."""

from __future__ import annotations

from collections.abc import Sequence
from itertools import pairwise
from textwrap import wrap
from typing import NamedTuple

from matcalc.dimensions import Dimension, Shape, times
from matcalc.layout import ArrayForm, Axes, axis_names
from matcalc.notation import WrittenChain, written_chain
from matcalc.notation.names import unicode_name
from matcalc.pictures.drawing import Drawing, paragraph, stacked
from matcalc.pictures.shapes import FACTORS, Block, Join, product_drawing, size_text
from matcalc.variables import Variable, ratio

_LINE = 88  # characters
BOTH = ("numerator", "denominator")


def chain_svg(path: Sequence[Variable], layouts: Sequence[str] = BOTH) -> str:
    """A chain as an SVG picture: in each layout the product, its shapes to scale, the result.

    Args:
        path: The variables, the outermost first.
        layouts: Which ones: ``numerator``, ``denominator``, or ``mixed`` for scalars and vectors.

    Raises:
        LayoutError: No such layout, or a chain of matrices in mixed.

    >>> path = [Variable("L", ()), Variable("z", (3,)), Variable("x", (2,))]
    >>> chain_svg(path, ["denominator"]).count('class="mc-factor"')
    2
    """
    shown = tuple(v._replace(name=shown_name(v.name)) for v in path)
    chains = [written_chain(path, layout) for layout in layouts]
    parts: list[Drawing] = []
    words: list[str] = []
    for chain in chains:
        drawing, said = _layout(chain)
        parts.append(drawing)
        words.append(f"{chain.rule}: {said}")
    title = f"Chain rule for {ratio(shown[0], shown[-1])}"
    through = ", ".join(v.name for v in shown[1:-1][:FACTORS])
    drawing = stacked(parts, 44)
    return drawing.document(f"{title} through {through}" if through else title, " ".join(words))


def shapes_svg(chain: WrittenChain) -> str:
    """A chain in one layout: the shapes of the product alone."""
    drawing, words = _product(chain)
    return drawing.document(f"Shapes in {chain.convention.title}", words)


def shown_name(name: str) -> str:
    """A name as books write it; that of a first derivative stays."""
    return name if "/" in name else unicode_name(name)


def _layout(chain: WrittenChain) -> tuple[Drawing, str]:
    drawing, words = _product(chain)
    formula = " · ".join(_title(chain, factor) for factor in chain.factors)
    if len(chain.factors) > 1:
        formula += f" = {_title(chain, chain.result)}"
    heading = paragraph([chain.rule], "strong")
    lines = wrap(formula, _LINE) if len(chain.factors) <= FACTORS else []
    texts = [heading, *([paragraph(lines)] if lines else [])]
    return stacked([stacked(texts, 8), drawing], 18), words


def _product(chain: WrittenChain) -> tuple[Drawing, str]:
    sides = [_sides(chain, factor) for factor in chain.factors]
    blocks = [
        _block(chain, factor, side) for factor, side in zip(chain.factors, sides, strict=True)
    ]
    result = _block(chain, chain.result, _sides(chain, chain.result))
    joins = [
        _join(chain, variable, left, right)
        for variable, (left, right) in zip(_between(chain), pairwise(sides), strict=True)
    ]
    return product_drawing(blocks, joins, result)


class _Sides(NamedTuple):
    """The axes of a factor that are drawn down, across, and as a stack."""

    rows: Axes
    columns: Axes
    depth: Axes = ()


def _sides(chain: WrittenChain, factor: ArrayForm) -> _Sides:
    matrix = factor.matrix_form
    if matrix is not None:
        return _Sides(*(reversed(matrix) if chain.is_transposed(factor) else matrix))
    axes = [axis for group in factor.form for axis in group]
    first = factor.wrt if chain.convention.name == "denominator" else factor.of
    across = 1 if first.rank <= 1 else len(axes) - 1
    depth = [axis for k, axis in enumerate(axes) if k not in (0, across)]
    return _Sides((axes[0],), (axes[across],), tuple(depth))


def _between(chain: WrittenChain) -> Sequence[Variable]:
    inner = chain.path[1:-1]
    return inner if chain.is_outside_in else inner[::-1]


def _block(chain: WrittenChain, factor: ArrayForm, sides: _Sides) -> Block:
    matrix = factor.matrix_shape
    if matrix is not None and chain.is_transposed(factor):
        matrix = matrix[::-1]
    return Block(
        _title(chain, factor),
        _size(factor, sides.rows),
        _size(factor, sides.columns),
        tuple(factor.sizes[axis] for axis in sides.depth),
        times(factor.shape if matrix is None else matrix),
    )


def _size(factor: ArrayForm, axes: Axes) -> Dimension:
    shape: Shape = tuple(factor.sizes[axis] for axis in axes)
    return shape[0] if shape else 1


def _title(chain: WrittenChain, factor: ArrayForm) -> str:
    above, below = (v._replace(name=shown_name(v.name)) for v in (factor.of, factor.wrt))
    title = ratio(above, below)
    return f"({title})ᵀ" if chain.is_transposed(factor) and factor is not chain.result else title


def _join(chain: WrittenChain, variable: Variable, left: _Sides, right: _Sides) -> Join:
    axes = axis_names(chain.path)[variable.name]
    if left.columns == right.rows == axes:
        return Join(True, size_text(variable.shape[0]) if variable.rank else "1")
    sign = f"Σ {shown_name(variable.name)}" if variable.rank else "⊗"
    return Join(True, sign, square=False)
