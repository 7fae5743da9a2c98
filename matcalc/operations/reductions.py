"""Norms, extremes, products of entries, softmax and its kin."""

from __future__ import annotations

from collections.abc import Callable
from functools import partial
from typing import Any

from matcalc import dimensions
from matcalc.dimensions import Shape
from matcalc.errors import NotDifferentiableError, ShapeError
from matcalc.graph import Apply, Factor, Group, Node, apply, contract, zero
from matcalc.operations import algebra
from matcalc.operations.algebra import entrywise, minus, sqrt, summed
from matcalc.operations.elementwise import of
from matcalc.operations.facts import Facts
from matcalc.operations.registry import Pull, composite, primitive

_COOKBOOK = "Petersen & Pedersen, The Matrix Cookbook (2012)"


@composite(
    "norm",
    "X[m,n] -> y",
    "x[n] -> y",
    formula="d‖X‖ = sum(X ⊙ dX) / ‖X‖: the 2-norm of a vector, the Frobenius norm of a matrix",
    source=f"{_COOKBOOK}, eq. 129",
    domain="X ≠ 0; at 0 there is no derivative, and the answer is nan",
    function="norm",
    facts=Facts(
        words=("frobenius", "fro", "l2", "length", "magnitude"),
        of_rows=True,
        length=True,
        along="norm_along",
        order="fro",
        fused=("svdvals", "norm"),
        code={"torch": "norm", "jnp": "norm"},
    ),
)
def norm(x: Node) -> Node:
    """The square root of the sum of squares."""
    return sqrt(algebra.squared_norm(x))


@composite(
    "squared_norm",
    "X[m,n] -> y",
    "x[n] -> y",
    formula="d‖X‖² = 2 sum(X ⊙ dX)",
    source=f"{_COOKBOOK}, eq. 131 and 132",
    function="np.sum({0} ** 2)",
    facts=Facts(of_rows=True),
)
def squared_norm(x: Node) -> Node:
    """The sum of squares."""
    return algebra.squared_norm(x)


@composite(
    "norm1",
    "X[m,n]:nonzero -> y",
    formula="d‖X‖₁ = sum(sign(X) ⊙ dX)",
    source="Boyd & Vandenberghe, Convex Optimization (2004), section 9.1",
    domain="no entry 0; there the slope is taken as 0",
    function="np.sum(np.abs({0}))",
    facts=Facts(words=("l1",), of_rows=True, kinked=True),
)
def norm1(x: Node) -> Node:
    """The sum of absolute values."""
    return summed(of("abs", x))


def _checked_axis(x: Node, axis: int | None) -> int | None:
    """An axis counted from the front; ``None`` means all."""
    return None if axis is None else algebra.axis_from_front(axis, len(x.shape))


def reducing(name: str, x: Node, axis: int | None = None) -> Apply:
    """An operation over one axis, or over all."""
    axis = _checked_axis(x, axis)
    left = () if axis is None else x.shape[:axis] + x.shape[axis + 1 :]
    return apply(name, (x,), left, (axis,))


def spread_back(y: Apply, bar: Node, *factors: Node) -> Node:
    """What is pulled back, repeated over the reduced axes, times factors of the operand."""
    x = y.arguments[0]
    front = tuple(("front", k) for k in range(len(bar.shape) - len(y.shape)))
    axes = algebra.axes_of(x)
    axis = y.parameters[0]
    kept = tuple(k for k in axes if axis is not None and k != axis)
    return contract(
        [Factor(bar, (*front, *kept)), *(Factor(factor, axes) for factor in factors)],
        (*front, *axes),
        dict(zip(axes, x.shape, strict=True)),
    )


def _reduction(name: str, *, points: str, **more: Any) -> Callable[[Pull], Pull]:
    """Register an operation over one axis, or over all; the decorated function is its pull."""
    over = {"axis": None}
    build = partial(reducing, name)
    return primitive(name, f"X[m,n]:{points} -> y", parameters=over, build=build, **more)


def _extreme(name: str, better: str, facts: Facts) -> None:
    @_reduction(
        name,
        formula=f"d {name}(X) = mean of dX over the {better} entries",
        source="Griewank & Walther, Evaluating Derivatives (2nd edition, 2008), section 14.1",
        domain="a single extreme entry; at ties they share equally",
        function=f"np.{name}({{0}}, axis={{axis!r}})",
        points="distinct",
        facts=facts,
    )
    def pull(y: Apply, operand: int, bar: Node) -> Node:
        share = apply(f"{name}_share", y.arguments, y.arguments[operand].shape, y.parameters)
        return spread_back(y, bar, share)

    @primitive(
        f"{name}_share",
        "X[...]:distinct -> S[...]",
        formula="dS = 0",
        source="piecewise constant: one over their number at the extreme entries, else 0",
        domain="a single extreme entry",
        function=f"{name}_share",
        parameters={"axis": None},
        facts=Facts(building_block=True),
    )
    def pull_share(s: Apply, operand: int, bar: Node) -> Node:
        return zero(_front(bar, s) + s.arguments[operand].shape)

    del pull, pull_share


_extreme(
    "max",
    "largest",
    facts=Facts(
        of_rows=True,
        kinked=True,
        chunked=True,
        elsewhere=("amax", "reduce_max"),
        of_two="maximum",
        code={"torch": "torch.amax({0}{over})", "jnp": "jnp.max({0}{over})"},
    ),
)
_extreme(
    "min",
    "smallest",
    facts=Facts(
        of_rows=True,
        kinked=True,
        chunked=True,
        elsewhere=("amin",),
        of_two="minimum",
        code={"torch": "torch.amin({0}{over})", "jnp": "jnp.min({0}{over})"},
    ),
)


def _front(bar: Node, y: Node) -> Shape:
    """The axes of what is pulled back, before those of the node."""
    return bar.shape[: len(bar.shape) - len(y.shape)]


@_reduction(
    "prod",
    formula="d prod(X) = sum(products of the others ⊙ dX)",
    source="NIST Digital Library of Mathematical Functions, eq. 1.4.10",
    domain="everywhere, zeros included; a derivative of order 3 is not known",
    function="np.prod({0}, axis={axis!r})",
    points="real",
    facts=Facts(
        words=("product",),
        chunked=True,
        of_rows=True,
        code={"torch": "torch.prod({0}{over})", "jnp": "jnp.prod({0}{over})"},
    ),
)
def pull_prod(y: Apply, operand: int, bar: Node) -> Node:
    """Pull back through a product of entries: by the products of all others."""
    x = y.arguments[operand]
    if y.parameters[0] is not None:
        others = apply("products_of_others", (x,), x.shape, y.parameters)
        return spread_back(y, bar, others)
    flat_x = _raveled(x)
    others = apply("products_of_others", (flat_x,), flat_x.shape, (0,))
    return spread_back(y, bar, _unraveled(others, x))


def _raveled(x: Node) -> Node:
    axes = algebra.axes_of(x)
    return contract([Factor(x, axes)], [Group(axes)]) if len(axes) != 1 else x


def _unraveled(node: Node, like: Node) -> Node:
    axes = algebra.axes_of(like)
    return contract([Factor(node, (Group(axes),))], axes, dict(zip(axes, like.shape, strict=True)))


@primitive(
    "products_of_others",
    "X[...] -> Y[...]",
    formula="dY_i = sum over j ≠ i of (product of all entries but i and j) dX_j",
    source="the derivative of a product of entries",
    function="products_of_others",
    parameters={"axis": 0},
    facts=Facts(building_block=True),
)
def pull_products_of_others(y: Apply, operand: int, bar: Node) -> Node:
    """Pull back through products of all entries but one: by those of all but two."""
    x, axis = y.arguments[operand], y.parameters[0]
    pairs = other_pairs(x, axis)
    front = tuple(("front", k) for k in range(len(bar.shape) - len(x.shape)))
    axes = algebra.axes_of(x)
    turned = tuple("other" if k == axis else k for k in axes)
    return contract(
        [Factor(bar, (*front, *axes)), Factor(pairs, (*axes, "other"))], (*front, *turned)
    )


def other_pairs(x: Node, axis: int = 0) -> Node:
    """For each two entries along an axis the product of all others; 0 where the two are one."""
    return apply("products_of_other_pairs", (x,), (*x.shape, x.shape[axis]), (axis,))


@primitive(
    "products_of_other_pairs",
    "x[n] -> Y[n,n]",
    formula="not known",
    source="the second derivative of a product of entries",
    domain="its value everywhere; its derivative is not known",
    build=other_pairs,
    function="products_of_other_pairs",
    parameters={"axis": 0},
    facts=Facts(building_block=True),
)
def pull_products_of_other_pairs(y: Apply, operand: int, bar: Node) -> Node:
    """There is no rule of order three.

    Raises:
        NotDifferentiableError: Always.
    """
    raise NotDifferentiableError(
        f"the third derivative of a product of entries is not known "
        f"({y.operation}, operand {operand}, of {dimensions.times(bar.shape)})"
    )


logsumexp = partial(reducing, "logsumexp")


@_reduction(
    "logsumexp",
    formula="d log(sum(exp(X))) = sum(softmax(X) ⊙ dX)",
    source="Boyd & Vandenberghe, Convex Optimization (2004), section 3.1.5",
    domain="everywhere",
    function="logsumexp",
    points="real",
    facts=Facts(
        elsewhere=("lse",),
        words=("log_sum_exp",),
        of_rows=True,
        code={
            "torch": "torch.logsumexp({0}, dim={axes})",
            "jnp": "jax.scipy.special.logsumexp({0}{over})",
        },
    ),
)
def pull_logsumexp(y: Apply, operand: int, bar: Node) -> Node:
    """Pull back through a logarithm of a sum of exponentials: by the softmax."""
    x = y.arguments[operand]
    return spread_back(y, bar, apply("softmax", (x,), x.shape, y.parameters))


def _like(name: str, x: Node, axis: int | str | None) -> Apply:
    if axis is None and len(x.shape) > 1:
        raise ShapeError(
            f"{name} of {dimensions.times(x.shape)} needs its axis: axis=1 for each row of a matrix"
        )
    if isinstance(axis, str) and axis != "all":
        raise ShapeError(f'an axis is a number, or "all": not {axis!r}')
    checked = None if axis is None or isinstance(axis, str) else _checked_axis(x, axis)
    return apply(name, (x,), x.shape, (None if len(x.shape) == 1 else checked,))


def softmax(x: Node, axis: int | str | None = None) -> Node:
    """The softmax of a vector, along an axis, or over all entries (axis "all")."""
    return _like("softmax", x, axis)


def log_softmax(x: Node, axis: int | str | None = None) -> Node:
    """The logarithm of the softmax."""
    return _like("log_softmax", x, axis)


def _pull_softmax(p: Apply, _: int, bar: Node) -> Node:
    """``p ⊙ (bar - sum(bar ⊙ p))``, the sum along the axis."""
    return minus(entrywise(bar, p), _weighted(p, bar, p, entrywise(bar, p)))


def _pull_log_softmax(y: Apply, operand: int, bar: Node) -> Node:
    """``bar - p sum(bar)``, the sum along the axis."""
    p = apply("softmax", y.arguments, y.arguments[operand].shape, y.parameters)
    return minus(bar, _weighted(y, bar, p, bar))


def _weighted(y: Apply, bar: Node, p: Node, summand: Node) -> Node:
    """P times the sum of the summand along the axis of the operation."""
    front = len(bar.shape) - len(p.shape)
    axes = tuple(range(len(bar.shape)))
    axis = y.parameters[0]
    gone = axes[front:] if axis is None else (front + axis,)
    total = summed(summand, gone)
    kept = tuple(k for k in axes if k not in gone)
    return contract([Factor(total, kept), Factor(p, axes[front:])], axes)


for _name, _build, _pull, _formula, _source, _facts in (
    (
        "softmax",
        softmax,
        _pull_softmax,
        "dp = p ⊙ (dx - sum(p ⊙ dx)): the Jacobian diag(p) - p pᵀ",
        "Bishop, Pattern Recognition and Machine Learning (2006), eq. 4.106",
        Facts(
            of_each_row=True,
            positive=True,
            within_one=True,
            code={
                "torch": "torch.softmax({0}, dim={axes})",
                "torch of all": "torch.softmax({0}.ravel(), dim=0).reshape({shape})",
                "jnp": "jax.nn.softmax({0}{over})",
                "jnp of all": "jax.nn.softmax({0}, axis=None)",
            },
        ),
    ),
    (
        "log_softmax",
        log_softmax,
        _pull_log_softmax,
        "dy = dx - sum(p ⊙ dx): the Jacobian I - 1 pᵀ",
        "Bishop, Pattern Recognition and Machine Learning (2006), eq. 4.106, over p",
        Facts(
            of_each_row=True,
            words=("logsoftmax",),
            code={
                "torch": "torch.log_softmax({0}, dim={axes})",
                "torch of all": "torch.log_softmax({0}.ravel(), dim=0).reshape({shape})",
                "jnp": "jax.nn.log_softmax({0}{over})",
                "jnp of all": "jax.nn.log_softmax({0}, axis=None)",
            },
        ),
    ),
):
    primitive(
        _name,
        "x[n] -> y[n]",
        "X[m,n] -> Y[m,n]",
        formula=_formula,
        source=_source,
        build=_build,
        function=_name,
        parameters={"axis": -1},
        facts=_facts,
    )(_pull)
