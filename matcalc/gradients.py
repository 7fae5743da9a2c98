"""The value of a formula and its gradients, computed by one function."""

from __future__ import annotations

from dataclasses import replace

from matcalc.derivation import derive
from matcalc.errors import ShapeError
from matcalc.expression import Declarations
from matcalc.jacobians.together import Together, together
from matcalc.symbolic import Symbolic


def value_and_grad(
    expression: str | Symbolic,
    *,
    wrt: str | Symbolic | list[str] | list[Symbolic] | tuple[str | Symbolic, ...],
    variables: Declarations | None = None,
    layout: str,
    notation: str | None = None,
) -> Together:
    """The value of a formula that is a number and its gradients, with one forward pass.

    Args:
        expression: What is differentiated, as :func:`derive` takes it.
        wrt: The variables, in the order in which their gradients are returned.
        variables: The shapes, as :func:`derive` takes them.
        layout: ``"numerator"`` or ``"denominator"``: in this one a gradient has the shape of its
            variable.
        notation: How the expression is written, as :func:`derive` takes it.

    Returns:
        What computes them: its function returns ``value, (gradient, …)``, or as JAX does
        ``value, gradient`` where ``wrt`` is one variable and no list.

    Raises:
        ShapeError: The expression is no number; or its shapes do not fit.
        NotationError: The expression cannot be read, or a name is not known.
        NotDifferentiableError: An operation has no derivative.

    >>> import matcalc as mc
    >>> loss = mc.value_and_grad("x.T @ A @ x", wrt="x", variables="x[n] A[n,n]:symmetric",
    ...                          layout="denominator")
    >>> loss(x=[1.0, 2.0], A=[[1.0, 0.0], [0.0, 3.0]])
    (array(13.), array([ 2., 12.]))
    """
    single = isinstance(wrt, (str, Symbolic))
    listed = (wrt,) if isinstance(wrt, (str, Symbolic)) else tuple(wrt)
    found = derive(expression, wrt=listed, variables=variables, layout=layout, notation=notation)
    for one in found:
        if one.of.rank:
            raise ShapeError(
                f"{one.of} is no number, and only a number has gradients; "
                "matcalc.together(*matcalc.derive(…), value=True) takes any derivatives"
            )
    whole = together(*found, value=True)
    return replace(whole, returned=(0, 1)) if single else whole
