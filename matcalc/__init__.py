"""Matrix derivatives with explicit layouts: compose, convert, query.

Names are loaded when they are first used, so that a question about shapes needs no NumPy.
"""

from importlib import import_module
from typing import TYPE_CHECKING

from matcalc.version import __version__

if TYPE_CHECKING:
    from matcalc.check import Check, check_jacobian, check_vjp, numerical_jacobian
    from matcalc.composition import chain, total_derivative
    from matcalc.derivation import derive, evaluate
    from matcalc.errors import (
        ArrayError,
        ChainError,
        LayoutError,
        MatcalcError,
        MissingLibraryError,
        NotationError,
        NotDifferentiableError,
        ShapeError,
        TooLargeError,
        UnboundError,
        UnknownRuleError,
    )
    from matcalc.factors import diagonal, identity, jacobian, product
    from matcalc.jacobians import Jacobian
    from matcalc.layout import Denominator, Layout, Numerator, written
    from matcalc.local import rules
    from matcalc.notation import written_chain
    from matcalc.operations import Rule, find_rule
    from matcalc.registration import register_rule, unregister_rule
    from matcalc.variables import Variable, parse_derivative, parse_variable

__all__ = [
    "ArrayError",
    "ChainError",
    "Check",
    "Denominator",
    "Jacobian",
    "Layout",
    "LayoutError",
    "MatcalcError",
    "MissingLibraryError",
    "NotDifferentiableError",
    "NotationError",
    "Numerator",
    "Rule",
    "ShapeError",
    "TooLargeError",
    "UnboundError",
    "UnknownRuleError",
    "Variable",
    "__version__",
    "chain",
    "check_jacobian",
    "check_vjp",
    "derive",
    "diagonal",
    "evaluate",
    "find_rule",
    "identity",
    "jacobian",
    "numerical_jacobian",
    "parse_derivative",
    "parse_variable",
    "product",
    "register_rule",
    "rules",
    "total_derivative",
    "unregister_rule",
    "written",
    "written_chain",
]

_HOME = {
    "check": ("Check", "check_jacobian", "check_vjp", "numerical_jacobian"),
    "composition": ("chain", "total_derivative"),
    "derivation": ("derive", "evaluate"),
    "errors": tuple(name for name in __all__ if name.endswith("Error")),
    "factors": ("diagonal", "identity", "jacobian", "product"),
    "jacobians": ("Jacobian",),
    "layout": ("Denominator", "Layout", "Numerator", "written"),
    "local": ("rules",),
    "notation": ("written_chain",),
    "operations": ("Rule", "find_rule"),
    "registration": ("register_rule", "unregister_rule"),
    "variables": ("Variable", "parse_derivative", "parse_variable"),
}
_MODULE = {name: module for module, names in _HOME.items() for name in names}


def __getattr__(name: str) -> object:
    if name not in _MODULE:
        raise AttributeError(f"module 'matcalc' has no attribute {name!r}")
    value: object = getattr(import_module(f"matcalc.{_MODULE[name]}"), name)
    globals()[name] = value
    return value


def __dir__() -> list[str]:
    return sorted(__all__)
