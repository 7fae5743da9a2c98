"""Formulas as functions that PyTorch and JAX differentiate by matcalc's derivatives."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from importlib import import_module
from typing import Any

from matcalc.code import Computation, Computed
from matcalc.derivative import derivatives
from matcalc.errors import MissingLibraryError, NotationError
from matcalc.expression import Declarations, Formula
from matcalc.graph import Factor, Node, contract, symbol
from matcalc.inputs.entrance import entered
from matcalc.symbolic import Symbolic

_BAR = "(what comes back)"  # no variable can have this name


def to_torch_function(
    expression: str | Symbolic,
    *,
    variables: Declarations | None = None,
    notation: str | None = None,
) -> Any:
    """A formula as a ``torch.autograd.Function``, whose backward pass is matcalc's.

    Its ``apply`` takes a tensor for each variable of the formula, in the order in which they were
    declared. The backward pass is one reverse sweep, made now; it is itself made of operations
    that PyTorch differentiates, so that second derivatives are right too.

    Args:
        expression: The formula, as :func:`derive` takes it.
        variables: The shapes, as :func:`derive` takes them.
        notation: How the expression is written, as :func:`derive` takes it.

    Raises:
        NotationError: The expression cannot be read, or has no variable.
        NotDifferentiableError: An operation has no derivative.
        MissingLibraryError: PyTorch is not installed.
    """
    torch = _library("torch", "PyTorch")
    names, value, pull = _sweep(expression, variables, notation)

    def forward(ctx: Any, *arrays: Any) -> Any:
        tensors = [torch.as_tensor(array) for array in arrays]  # a number too: no other is saved
        ctx.save_for_backward(*tensors)
        return value(**_named(names, tensors))

    def backward(ctx: Any, bar: Any) -> Any:
        found = pull(**_named(names, ctx.saved_tensors), **{_BAR: bar})
        return tuple(
            one if needed else None for one, needed in zip(found, ctx.needs_input_grad, strict=True)
        )

    members = {
        "__doc__": f"A formula of {', '.join(names)}, differentiated by matcalc.",
        "forward": staticmethod(forward),
        "backward": staticmethod(backward),
    }
    return type("Formula", (torch.autograd.Function,), members)


def to_jax_function(
    expression: str | Symbolic,
    *,
    variables: Declarations | None = None,
    notation: str | None = None,
) -> Any:
    """A formula as a ``jax.custom_vjp`` function, whose backward pass is matcalc's.

    It takes an array for each variable of the formula, in the order in which they were declared,
    also inside ``jax.jit`` and under ``jax.vmap``.

    Args:
        expression: The formula, as :func:`derive` takes it.
        variables: The shapes, as :func:`derive` takes them.
        notation: How the expression is written, as :func:`derive` takes it.

    Raises:
        NotationError: The expression cannot be read, or has no variable.
        NotDifferentiableError: An operation has no derivative.
        MissingLibraryError: JAX is not installed.
    """
    jax = _library("jax", "JAX")
    names, value, pull = _sweep(expression, variables, notation)

    def forward(*arrays: Any) -> tuple[Any, tuple[Any, ...]]:
        return value(**_named(names, arrays)), arrays

    def backward(arrays: tuple[Any, ...], bar: Any) -> Any:
        return pull(**_named(names, arrays), **{_BAR: bar})

    function = jax.custom_vjp(lambda *arrays: value(**_named(names, arrays)))
    function.defvjp(forward, backward)
    return function


def _library(name: str, title: str) -> Any:
    try:
        return import_module(name)
    except ImportError:
        raise MissingLibraryError(f"this needs {title}: pip install {name}") from None


def _named(names: Sequence[str], arrays: Sequence[Any]) -> Mapping[str, Any]:
    """Arrays by the names of their variables.

    Raises:
        NotationError: There are more or fewer.
    """
    if len(names) != len(arrays):
        raise NotationError(f"it takes {', '.join(names)}; found {len(arrays)} arrays")
    return dict(zip(names, arrays, strict=True))


def _sweep(
    expression: str | Symbolic, variables: Declarations | None, notation: str | None
) -> tuple[tuple[str, ...], Computed, Computed]:
    """The variables of a formula, what computes it, and what pulls back through it."""
    formula = _read(expression, variables, notation)
    symbols: dict[str, Node] = {name: formula.symbols[name] for name in formula.variables}
    if not symbols:
        raise NotationError("a formula without variables has nothing to differentiate")
    axes = tuple(range(len(formula.node.shape)))
    bar = symbol(_BAR, formula.node.shape)
    total = contract([Factor(formula.node, axes), Factor(bar, axes)], ())
    pulled = derivatives(total, list(symbols.values()))
    places = tuple(range(len(pulled)))
    value = Computation((formula.node,), (None,), 0, symbols)
    pull = Computation(tuple(pulled), (None,) * len(pulled), places, symbols | {_BAR: bar})
    return tuple(symbols), Computed(value), Computed(pull)


def _read(
    expression: str | Symbolic, variables: Declarations | None, notation: str | None
) -> Formula:
    if isinstance(expression, Symbolic):
        return expression.formula()
    return entered(expression, variables, notation).formula()
