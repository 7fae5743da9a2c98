"""Layouts and conventions: how the axes of a derivative are ordered when it is written down.

Numerator layout has the axes of the numerator in order, then the axes of the denominator
reversed; denominator layout is the full transpose of that. These two are tags that a Jacobian
carries and that compose. The other conventions are ways to read in and write out.

Source: Wikipedia, Matrix calculus, section Layout conventions, for every cell up to rank 2; the
rule above rank 2 is the only one that keeps each layout the full transpose of the other.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from functools import lru_cache
from keyword import iskeyword
from typing import Literal, NamedTuple, TypeVar

from matcalc import dimensions
from matcalc.dimensions import Shape
from matcalc.errors import LayoutError
from matcalc.variables import Variable, word


class Layout:
    """The tag of a Jacobian: one of the two subclasses, never an instance.

    >>> [one.name for one in Layout.__subclasses__()]
    ['numerator', 'denominator']
    """

    name: str = ""


class Numerator(Layout):
    """Axes of y, then axes of x reversed. Chains multiply from the outside in.

    >>> import matcalc as mc
    >>> mc.derive("A @ x", wrt="x", variables="A[m,n] x[n]", layout="numerator").text
    'A'
    """

    name = "numerator"


class Denominator(Layout):
    """Axes of x, then axes of y reversed. Chains append factors to the left.

    >>> import matcalc as mc
    >>> mc.derive("A @ x", wrt="x", variables="A[m,n] x[n]", layout="denominator").text
    'A.T'
    """

    name = "denominator"


Tag = TypeVar("Tag", bound=Layout)
Order = Literal["F", "C"]

LAYOUTS: dict[str, type[Layout]] = {"numerator": Numerator, "denominator": Denominator}
OTHER = {"numerator": "denominator", "denominator": "numerator"}  # the transpose of each


def find_layout(name: str) -> type[Layout]:
    """The tag that a name means.

    Raises:
        LayoutError: No such layout.

    >>> find_layout("denominator").__name__
    'Denominator'
    """
    if name in LAYOUTS:
        return LAYOUTS[name]
    known = CONVENTIONS.keys() | {"vec"}
    hint = f"; {name} is a convention, which does not compose" if name in known else ""
    raise LayoutError(f"no layout {name!r}: there are numerator and denominator{hint}")


Axes = tuple[str, ...]
Form = tuple[Axes, ...]  # the axes of a written array, each made of one or several axes of y and x


def _numerator(y: Axes, x: Axes) -> Form:
    return _apart(y + x[::-1])


def _denominator(y: Axes, x: Axes) -> Form:
    return _apart(x + y[::-1])


def _in_order(y: Axes, x: Axes) -> Form:
    return _apart(y + x)


def _columns_stacked(y: Axes, x: Axes) -> Form:
    return y[::-1], x[::-1]


def _rows_stacked(y: Axes, x: Axes) -> Form:
    return y, x


def _apart(axes: Axes) -> Form:
    return tuple((axis,) for axis in axes)


class Convention(NamedTuple):
    """One way to write a derivative down.

    Attributes:
        name: What it is called on the command line and in Python.
        title: What people call it.
        form: From the axes of y and of x to the axes of the written array.
        column: For rank 1, whether a vector above the line, and one below it, is a column;
            ``None`` where a vector stays one-dimensional.
    """

    name: str
    title: str
    form: Callable[[Axes, Axes], Form]
    column: tuple[bool, bool] | None


CONVENTIONS: dict[str, Convention] = {
    convention.name: convention
    for convention in (
        Convention("numerator", "numerator layout", _numerator, (True, False)),
        Convention("denominator", "denominator layout", _denominator, (False, True)),
        Convention("mixed", "mixed", _in_order, (True, True)),
        Convention("jax", "JAX, PyTorch", _in_order, None),
        Convention("vec-F", "vec, column-major", _columns_stacked, None),
        Convention("vec-C", "vec, row-major", _rows_stacked, None),
    )
}


def find_convention(name: str, order: str | None = None) -> Convention:
    """The convention of a name; ``vec`` needs its order named, ``"F"`` or ``"C"``.

    Raises:
        LayoutError: No such convention, or vec without its order.

    >>> find_convention("vec", "F").title
    'vec, column-major'
    """
    if name == "vec":
        if order not in ("F", "C"):
            raise LayoutError(
                "vec stacks columns (order F, Magnus & Neudecker) or rows (order C, NumPy): "
                "name the order"
            )
        name = f"vec-{order}"
    elif order is not None:
        raise LayoutError(f"an order belongs to vec alone, not to {name}")
    if name not in CONVENTIONS:
        known = ", ".join(CONVENTIONS)
        raise LayoutError(f"no layout or convention {name!r}; there are {known}")
    return CONVENTIONS[name]


def axis_names(variables: Iterable[Variable]) -> dict[str, Axes]:
    """A name for each axis of each variable: ``x`` for a vector, ``W_1 W_2`` for a matrix.

    >>> axis_names([Variable("x", (2,)), Variable("W", (3, 2))])
    {'x': ('x',), 'W': ('W_1', 'W_2')}
    """
    listed = tuple(variables)
    for joint in ("_", "__", "_axis_"):
        named = {variable.name: _axis_names(variable, joint) for variable in listed}
        flat = [axis for axes in named.values() for axis in axes]
        if len(set(flat)) == len(flat):
            return named
    return {v.name: tuple(f"v{n}_{k}" for k in range(v.rank)) for n, v in enumerate(listed)}


def _axis_names(variable: Variable, joint: str) -> Axes:
    name = word(variable.name.replace("∂", "d"))
    plain = bool(name) and not iskeyword(name) and name != "axis"  # what einops accepts
    if variable.rank == 1 and plain:
        return (name,)
    return tuple(f"{name or 'v'}{joint}{k + 1}" for k in range(variable.rank))


class ArrayForm(NamedTuple):
    """A derivative as one convention writes it.

    Attributes:
        of: The variable above the line.
        wrt: The variable below the line.
        convention: How it is written.
        form: The axes of the array, each made of named axes of ``of`` and ``wrt``.
        stored: The named axes of ``of`` and then of ``wrt``.
        sizes: The size of each named axis.
    """

    of: Variable
    wrt: Variable
    convention: Convention
    form: Form
    stored: Axes
    sizes: dict[str, dimensions.Dimension]

    @property
    def shape(self) -> Shape:
        """The shape of the array."""
        return tuple(dimensions.product(map(self.sizes.__getitem__, axes)) for axes in self.form)

    @property
    def matrix_form(self) -> tuple[Axes, Axes] | None:
        """Rows and columns, where books write a matrix: up to rank 2; else ``None``."""
        if len(self.form) == 2:
            return self.form[0], self.form[1]
        if len(self.form) > 2 or self.convention.column is None:
            return None
        if not self.form:
            return (), ()
        vector, above = self.form[0], self.of.rank == 1
        is_column = self.convention.column[0 if above else 1]
        return (vector, ()) if is_column else ((), vector)

    @property
    def matrix_shape(self) -> tuple[dimensions.Dimension, dimensions.Dimension] | None:
        """Rows × columns, where books write a matrix: a column is n×1; above rank 2 ``None``."""
        form = self.matrix_form
        if form is None:
            return None
        rows, columns = (dimensions.product(map(self.sizes.__getitem__, axes)) for axes in form)
        return rows, columns

    @property
    def pattern(self) -> str:
        """The axes as one side of an einops pattern: ``"x (W_2 W_1)"``."""
        return pattern(self.form)

    @property
    def title(self) -> str:
        """The shape as the convention's readers know it: ``3×1``, ``3×2×2``, ``(3,)``."""
        if self.convention.name == "jax":
            return f"({', '.join(map(str, self.shape))}{',' * (len(self.shape) == 1)})"
        matrix = self.matrix_shape
        if not self.form and matrix is not None:
            return "1"
        return dimensions.times(self.shape if matrix is None else matrix)

    def at(self, sizes: Mapping[str, int]) -> ArrayForm:
        """The same where named dimensions have sizes."""
        above, below = (
            one._replace(shape=tuple(dimensions.evaluate(size, sizes) for size in one.shape))
            for one in (self.of, self.wrt)
        )
        return written(above, below, self.convention)


def pattern(form: Form) -> str:
    """A form as one side of an einops pattern; an axis of nothing is ``1``.

    >>> pattern((("z",), ("W_2", "W_1"), ()))
    'z (W_2 W_1) 1'
    """
    return " ".join(
        group[0] if len(group) == 1 else f"({' '.join(group)})" if group else "1" for group in form
    )


def written(
    of: Variable,
    wrt: Variable,
    convention: str | Convention,
    axes: Mapping[str, Axes] | None = None,
) -> ArrayForm:
    """The derivative of ``of`` with respect to ``wrt``, as one convention writes it.

    Args:
        of: The variable above the line.
        wrt: The variable below the line.
        convention: How to write it.
        axes: A name for each axis of each variable; by default those of :func:`axis_names`.

    Raises:
        LayoutError: No such convention.

    >>> z, W = Variable("z", (3,)), Variable("W", (3, 2))
    >>> written(z, W, "denominator").shape, written(z, W, "numerator").pattern
    ((3, 2, 3), 'z W_2 W_1')
    """
    if axes is None and isinstance(convention, str):
        return _named_axes(of, wrt, convention)
    chosen = find_convention(convention) if isinstance(convention, str) else convention
    axes = axes or axis_names([of, wrt])
    y, x = axes[of.name], axes[wrt.name]
    sizes = dict(zip(y + x, of.shape + wrt.shape, strict=True))
    return ArrayForm(of, wrt, chosen, chosen.form(y, x), y + x, sizes)


@lru_cache(maxsize=1024)  # a derivative asks for it at each evaluation
def _named_axes(of: Variable, wrt: Variable, convention: str) -> ArrayForm:
    return written(of, wrt, find_convention(convention))


class LayoutRow(NamedTuple):
    """One row of the table of layouts: a kind of numerator, a kind of denominator, the shapes."""

    of: Shape
    wrt: Shape
    numerator: str
    denominator: str
    mixed: str
    jax: str
    vec: str


#: What each layout and convention makes of every pair of a scalar, a vector and a matrix.
TABLE: tuple[LayoutRow, ...] = (
    LayoutRow((), (), "1", "1", "1", "()", "1×1"),
    LayoutRow((), ("n",), "1×n", "n×1", "n×1", "(n,)", "1×n"),
    LayoutRow((), ("p", "q"), "q×p", "p×q", "p×q", "(p, q)", "1×p·q"),
    LayoutRow(("m",), (), "m×1", "1×m", "m×1", "(m,)", "m×1"),
    LayoutRow(("m",), ("n",), "m×n", "n×m", "m×n", "(m, n)", "m×n"),
    LayoutRow(("m",), ("p", "q"), "m×q×p", "p×q×m", "m×p×q", "(m, p, q)", "m×p·q"),
    LayoutRow(("m", "n"), (), "m×n", "n×m", "m×n", "(m, n)", "m·n×1"),
    LayoutRow(("m", "n"), ("p",), "m×n×p", "p×n×m", "m×n×p", "(m, n, p)", "m·n×p"),
    LayoutRow(("m", "n"), ("p", "q"), "m×n×q×p", "p×q×n×m", "m×n×p×q", "(m, n, p, q)", "m·n×p·q"),
)
