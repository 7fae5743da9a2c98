"""Local derivatives from what people have: an array in a layout, a diagonal, an outer product."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any, Literal, TypedDict, Unpack, overload

import einops
from numpy.typing import ArrayLike

from matcalc import dimensions
from matcalc.arrays import Array, any_array, bind, frozen, library_of
from matcalc.errors import LayoutError, NotationError, ShapeError
from matcalc.graph import Factor, Group, Node, contract, einsum, symbol
from matcalc.graph.products import parse_pattern
from matcalc.jacobians.jacobian import Jacobian
from matcalc.layout import (
    CONVENTIONS,
    ArrayForm,
    Denominator,
    Numerator,
    Order,
    find_convention,
    find_layout,
    written,
)
from matcalc.variables import Variable, parse_derivative, ratio


class _AxisArrangement(TypedDict, total=False):
    convention: str | None
    order: Order | None


@overload
def jacobian(
    derivative: str,
    array: ArrayLike | None = None,
    *,
    layout: Literal["numerator"],
    **written: Unpack[_AxisArrangement],
) -> Jacobian[Numerator]: ...
@overload
def jacobian(
    derivative: str,
    array: ArrayLike | None = None,
    *,
    layout: Literal["denominator"],
    **written: Unpack[_AxisArrangement],
) -> Jacobian[Denominator]: ...
@overload
def jacobian(
    derivative: str,
    array: ArrayLike | None = None,
    *,
    layout: str,
    **written: Unpack[_AxisArrangement],
) -> Jacobian[Any]: ...
def jacobian(
    derivative: str,
    array: ArrayLike | None = None,
    *,
    layout: str,
    convention: str | None = None,
    order: Order | None = None,
) -> Jacobian[Any]:
    """A derivative from its array, which is copied; without an array, as a symbol.

    Args:
        derivative: What it is the derivative of, with shapes: ``"z[3] / a[2]"``. Named
            dimensions take their sizes from the array.
        array: The entries, in ``layout``, of its shape or its matrix shape (a column as n×1).
        layout: The tag of the result, ``"numerator"`` or ``"denominator"``.
        convention: How the array is written, where that is not ``layout``: ``"jax"``, ``"vec"``.
        order: For ``"vec"``: ``"F"`` (stacked columns) or ``"C"`` (stacked rows).

    Raises:
        NotationError: The derivative cannot be read.
        LayoutError: There is no such layout, or the array has not the shape it asks for.
        ArrayError: The array is not one of finite real numbers.

    >>> jacobian("z[3] / a[2]", [[1, 2], [3, 4], [5, 6]], layout="numerator")
    <∂z[3]/∂a[2], numerator layout, 3×2>
    """
    of, wrt = parse_derivative(derivative)
    tag = find_layout(layout)
    chosen = find_convention(convention or layout, order)
    if array is None:
        node = symbol(ratio(of, wrt), of.shape + wrt.shape)
        return Jacobian(node, (of, wrt), tag)
    form = written(of, wrt, chosen)
    entries = any_array(array, derivative.strip())
    sizes = _fitted(form, tuple(entries.shape), "convention" if convention else "layout")
    of, wrt = _sized(of, sizes), _sized(wrt, sizes)
    form = written(of, wrt, chosen)
    lengths = {axis: dimensions.evaluate(size, {}) for axis, size in form.sizes.items()}
    full = entries.reshape([int(size) for size in form.shape])
    if library_of(full) != "numpy":  # its axes are put in order by the plan
        axes = tuple(Group(axes) if len(axes) != 1 else axes[0] for axes in form.form)
        turned = contract([Factor(frozen(full), axes)], form.stored, lengths)
        return Jacobian(turned, (of, wrt), tag)
    stored: Array = (
        einops.rearrange(full, f"{form.pattern} -> {' '.join(form.stored)}", **lengths)
        if form.stored
        else full.reshape(())
    )
    return Jacobian(frozen(stored), (of, wrt), tag)


def _sized(variable: Variable, sizes: dict[str, int]) -> Variable:
    return Variable(variable.name, dimensions.substitute(variable.shape, sizes))


def _fitted(form: ArrayForm, actual: tuple[int, ...], asked: str) -> dict[str, int]:
    """The sizes of named dimensions, if an array has the shape that a convention asks for.

    Args:
        form: How the array should be written.
        actual: Its shape.
        asked: The argument that says how it is written, ``layout`` or ``convention``.
    """
    sizes = _fit(form, actual)
    if sizes is not None:
        return sizes
    wanted = dimensions.times(form.shape if form.matrix_shape is None else form.matrix_shape)
    raise LayoutError(
        f"∂{form.of}/∂{form.wrt} is {wanted} in {form.convention.title}, but the array has shape "
        f"{actual}.{_what_fits(form, actual, asked)}"
    )


def _what_fits(form: ArrayForm, actual: tuple[int, ...], asked: str) -> str:
    """What the array could be instead: in another convention, or a gradient of a scalar."""
    for other in CONVENTIONS.values():
        if _fit(written(form.of, form.wrt, other), actual) is not None:
            also = asked == "convention" or other.name in ("numerator", "denominator")
            return f" This is the shape of {other.title}." + (
                f' Pass {asked}="{other.name}".' if also else ""
            )
    gradient = written(Variable("L", ()), form.wrt, form.convention)
    if form.of.rank and _fit(gradient, actual) is not None:
        return f" This is the shape of the derivative of a scalar: ∂L/∂{form.wrt}."
    return ""


def _fit(form: ArrayForm, actual: tuple[int, ...]) -> dict[str, int] | None:
    for shape in (form.shape, form.matrix_shape):
        sizes: dict[str, int] = {}
        try:
            if shape is not None:
                bind(shape, actual, sizes, "", "")
                return sizes
        except ShapeError:
            continue
    return None


@overload
def diagonal(
    derivative: str, entries: ArrayLike, *, layout: Literal["numerator"] = "numerator"
) -> Jacobian[Numerator]: ...
@overload
def diagonal(
    derivative: str, entries: ArrayLike, *, layout: Literal["denominator"]
) -> Jacobian[Denominator]: ...
@overload
def diagonal(derivative: str, entries: ArrayLike, *, layout: str) -> Jacobian[Any]: ...
def diagonal(derivative: str, entries: ArrayLike, *, layout: str = "numerator") -> Jacobian[Any]:
    """The derivative of an elementwise function: each entry depends on its own entry alone.

    Args:
        derivative: Two variables of one shape: ``"a[3] / z[3]"``.
        entries: The derivative of each entry, of that shape. No zeros are stored.
        layout: The tag of the result; a diagonal of vectors reads the same in both.

    Raises:
        ShapeError: The two variables or the entries differ in shape.

    >>> diagonal("a[2] / z[2]", [0.5, 2.0]).array
    array([[0.5, 0. ],
           [0. , 2. ]])
    """
    of, wrt = _same_shape(derivative)
    array = any_array(entries, derivative.strip())
    sizes: dict[str, int] = {}
    what = f"the diagonal of {derivative.strip()}"
    bind(of.shape, tuple(array.shape), sizes, what, str(tuple(array.shape)))
    axes = tuple(range(array.ndim))
    node = contract([Factor(frozen(array), axes)], axes + axes)
    return Jacobian(node, (_sized(of, sizes), _sized(wrt, sizes)), find_layout(layout))


@overload
def identity(
    derivative: str, *, layout: Literal["numerator"] = "numerator"
) -> Jacobian[Numerator]: ...
@overload
def identity(derivative: str, *, layout: Literal["denominator"]) -> Jacobian[Denominator]: ...
@overload
def identity(derivative: str, *, layout: str) -> Jacobian[Any]: ...
def identity(derivative: str, *, layout: str = "numerator") -> Jacobian[Any]:
    """The derivative of a copy, or of a sum with respect to one of its terms. Stores nothing.

    Args:
        derivative: Two variables of one shape: ``"z[3] / b[3]"``.
        layout: The tag of the result.

    Raises:
        ShapeError: The two variables differ in shape.

    >>> identity("z[2] / b[2]").jvp([3.0, 4.0])
    array([3., 4.])
    """
    of, wrt = _same_shape(derivative)
    axes = tuple(range(of.rank))
    node = contract([], axes + axes, dict(zip(axes, of.shape, strict=True)))
    return Jacobian(node, (of, wrt), find_layout(layout))


def _same_shape(derivative: str) -> tuple[Variable, Variable]:
    of, wrt = parse_derivative(derivative)
    if of.shape != wrt.shape:
        raise ShapeError(f"a diagonal needs two variables of one shape, not {of} and {wrt}")
    return of, wrt


@overload
def product(
    derivative: str, pattern: str, *arrays: ArrayLike, layout: Literal["numerator"] = "numerator"
) -> Jacobian[Numerator]: ...
@overload
def product(
    derivative: str, pattern: str, *arrays: ArrayLike, layout: Literal["denominator"]
) -> Jacobian[Denominator]: ...
@overload
def product(derivative: str, pattern: str, *arrays: ArrayLike, layout: str) -> Jacobian[Any]: ...
def product(
    derivative: str, pattern: str, *arrays: ArrayLike, layout: str = "numerator"
) -> Jacobian[Any]:
    """A derivative that is a product of arrays and Kronecker deltas, kept as such.

    Args:
        derivative: The two variables: ``"z[3] / W[3,2]"``.
        pattern: The axes of each array, then those of ``of``, a comma, those of ``wrt``; a label
            on both sides of the comma is a delta. ∂(W x)/∂W is ``"j -> i, i j"``.
        arrays: The arrays of the pattern.
        layout: The tag of the result.

    Raises:
        NotationError: The pattern cannot be read, or does not fit the variables.
        ShapeError: Sizes disagree.

    >>> dz_dW = product("z[3] / W[3,2]", "j -> i, i j", [5.0, 7.0])
    >>> dz_dW.vjp([1.0, 2.0, 3.0])
    array([[ 5.,  7.],
           [10., 14.],
           [15., 21.]])
    """
    of, wrt = parse_derivative(derivative)
    above, comma, below = pattern.partition("->")[2].partition(",")
    labels = above.split() + below.split()
    if not comma or (len(above.split()), len(below.split())) != (of.rank, wrt.rank):
        raise NotationError(
            f"the right of {pattern!r} needs a label for each axis of {of} ({of.rank}), a comma, "
            f"and one for each axis of {wrt} ({wrt.rank}): like 'j -> i, i j'"
        )
    operands = [frozen(any_array(array, f"array {k + 1}")) for k, array in enumerate(arrays)]
    stated = {
        label: size
        for label, size in zip(labels, of.shape + wrt.shape, strict=True)
        if isinstance(size, int)
    }
    _check_labels(pattern, operands, stated)
    node = einsum(pattern, *operands, sizes=stated)
    found = [dimensions.evaluate(size, {}) for size in node.shape]
    sizes: dict[str, int] = {}
    bind(of.shape + wrt.shape, found, sizes, derivative.strip(), dimensions.times(node.shape))
    return Jacobian(node, (_sized(of, sizes), _sized(wrt, sizes)), find_layout(layout))


def _check_labels(pattern: str, operands: Sequence[Node], stated: dict[Any, int]) -> None:
    """Hold the sizes of arrays against those of the variables, label by label.

    Raises:
        ShapeError: They disagree.
    """
    for k, (labels, operand) in enumerate(zip(parse_pattern(pattern)[0], operands, strict=False)):
        for label, size in zip(labels, operand.shape, strict=False):
            if stated.get(label, size) != size:
                raise ShapeError(
                    f"in {pattern!r} the label {label} is an axis of {stated[label]}, but array "
                    f"{k + 1} has {size} there"
                )
