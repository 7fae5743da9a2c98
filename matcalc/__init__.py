"""Matrix derivatives with explicit layouts: compose, convert, query.

Names are loaded when they are first used, so that a question about shapes needs no NumPy.
"""

from importlib import import_module
from importlib.util import find_spec
from typing import TYPE_CHECKING

from matcalc.version import __version__

if TYPE_CHECKING:
    from matcalc.checking.agreement import Check
    from matcalc.checking.arrays import check_jacobian, check_vjp
    from matcalc.checking.differences import numerical_jacobian
    from matcalc.checking.reading_back import ReadBack, read_back
    from matcalc.checking.registration import register_rule, unregister_rule
    from matcalc.claims.checking import check_formula
    from matcalc.claims.fitting import fit
    from matcalc.claims.fractions import check_chain
    from matcalc.claims.sizes_alone import check_sizes
    from matcalc.custom_functions import to_jax_function, to_torch_function
    from matcalc.derivation import derive, evaluate
    from matcalc.diagnosis.identification import identify
    from matcalc.diagnosis.transposition import convert_formula
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
    from matcalc.explanation import Explanation, explain
    from matcalc.gradients import value_and_grad
    from matcalc.jacobians.chain import chain, total_derivative
    from matcalc.jacobians.factors import diagonal, identity, jacobian, product
    from matcalc.jacobians.jacobian import Jacobian
    from matcalc.jacobians.local import rules
    from matcalc.jacobians.together import Together, together
    from matcalc.layout import Denominator, Layout, Numerator, written
    from matcalc.notation import written_chain
    from matcalc.operations import Rule, find_rule
    from matcalc.symbolic import Symbolic, symbols, trace
    from matcalc.symbolic.public_functions import *  # noqa: F403 - every function of formulas: mc.exp, mc.sum
    from matcalc.variables import Variable, parse_derivative, parse_variable

__all__ = [
    "ArrayError",
    "ChainError",
    "Check",
    "Denominator",
    "Explanation",
    "Jacobian",
    "Layout",
    "LayoutError",
    "MatcalcError",
    "MissingLibraryError",
    "NotDifferentiableError",
    "NotationError",
    "Numerator",
    "ReadBack",
    "Rule",
    "ShapeError",
    "Symbolic",
    "Together",
    "TooLargeError",
    "UnboundError",
    "UnknownRuleError",
    "Variable",
    "__version__",
    "chain",
    "check_chain",
    "check_formula",
    "check_jacobian",
    "check_sizes",
    "check_vjp",
    "convert_formula",
    "derive",
    "diagonal",
    "evaluate",
    "explain",
    "find_rule",
    "fit",
    "identify",
    "identity",
    "jacobian",
    "numerical_jacobian",
    "parse_derivative",
    "parse_variable",
    "product",
    "read_back",
    "register_rule",
    "rules",
    "symbols",
    "to_jax_function",
    "to_torch_function",
    "together",
    "total_derivative",
    "trace",
    "unregister_rule",
    "value_and_grad",
    "written",
    "written_chain",
]

_HOME = {
    "checking.agreement": ("Check",),
    "checking.arrays": ("check_jacobian", "check_vjp"),
    "checking.differences": ("numerical_jacobian",),
    "checking.reading_back": ("ReadBack", "read_back"),
    "claims.checking": ("check_formula",),
    "claims.fractions": ("check_chain",),
    "claims.sizes_alone": ("check_sizes",),
    "checking.registration": ("register_rule", "unregister_rule"),
    "custom_functions": ("to_jax_function", "to_torch_function"),
    "derivation": ("derive", "evaluate"),
    "claims.fitting": ("fit",),
    "diagnosis.identification": ("identify",),
    "diagnosis.transposition": ("convert_formula",),
    "errors": tuple(name for name in __all__ if name.endswith("Error")),
    "gradients": ("value_and_grad",),
    "explanation": ("Explanation", "explain"),
    "jacobians.chain": ("chain", "total_derivative"),
    "jacobians.factors": ("diagonal", "identity", "jacobian", "product"),
    "jacobians.jacobian": ("Jacobian",),
    "jacobians.local": ("rules",),
    "jacobians.together": ("Together", "together"),
    "layout": ("Denominator", "Layout", "Numerator", "written"),
    "notation": ("written_chain",),
    "operations": ("Rule", "find_rule"),
    "symbolic": ("Symbolic", "symbols", "trace"),
    "variables": ("Variable", "parse_derivative", "parse_variable"),
}
_MODULE = {name: module for module, names in _HOME.items() for name in names}


if not TYPE_CHECKING:  # so that type checkers see misspelt names

    def __getattr__(name: str) -> object:
        if name in _MODULE:
            value = getattr(import_module(f"matcalc.{_MODULE[name]}"), name)
            globals()[name] = value
            return value
        if name.startswith("_") or not name.isidentifier():
            raise AttributeError(f"module 'matcalc' has no attribute {name!r}")
        if find_spec(f"matcalc.{name}"):  # from matcalc import graph
            return import_module(f"matcalc.{name}")
        return import_module("matcalc.symbolic.functions").named(name, __all__)


def __dir__() -> list[str]:
    return sorted([*__all__, *import_module("matcalc.symbolic.functions").function_names()])
