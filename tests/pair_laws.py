"""The law of pairs: one derivative of a rule inside a rule, in every form, against numbers.

A case is a formula, a variable and a layout; each form of its derivative is a check by itself,
so that a run over all pairs says which forms failed. ``run_pair_laws.py`` runs them all.
"""

from __future__ import annotations

import warnings
from collections.abc import Callable, Iterable, Mapping
from random import Random
from typing import Any, NamedTuple

import numpy as np
from derivative_checks import close
from latex_reader import UnreadError, read_latex
from numpy.typing import NDArray
from pair_code import check_libraries, check_products, run
from random_chains import in_layout
from rule_pairs import Nested
from unicode_reader import read_unicode

import matcalc as mc
from matcalc.code import NUMPY
from matcalc.notation.names import unicode_name

Array = NDArray[Any]

LAYOUTS = ("numerator", "denominator")
LARGEST = 900  # entries of a derivative
_OF_SIZES = ("exchange", "hot", "sliding")  # constants that are told their sizes
UNREAD = (
    *'↦Σ["ₓ×',
    "lower(",
    "_(",
    *_OF_SIZES,
)  # index notation and composite sizes: not of this reader


class Case(NamedTuple):
    """A derivative, and what is known of it from elsewhere.

    Attributes:
        found: The formula.
        wrt: The variable.
        layout: The layout.
        derivative: What matcalc derived.
        value: Its value at the point, by the graph.
        expected: The same by central differences.
        given: Arrays of the variables, and sizes.
    """

    found: Nested
    wrt: str
    layout: str
    derivative: mc.Jacobian[Any]
    value: Array
    expected: Array
    given: Mapping[str, Any]


def varied(found: Nested, random: Random) -> Nested:
    """A formula as it is, or a number made of it; with variables of its own, or one for two."""
    turn = random.randrange(3) if found.shape else 0
    number = (found, found.summed(), found.weighted())[turn] if found.shape else found
    return number.tied() if random.randrange(3) == 0 else number


def measured_case(found: Nested, wrt: str, layout: str, seed: int = 0) -> Case | None:
    """A derivative beside its numbers; nothing where these are unsure or too many."""
    point = next(found.points(seed), None)
    if point is None:
        return None
    if np.prod(found.array_shape(found.shape), dtype=int) * point[wrt].size > LARGEST:
        return None
    expected = found.derivative(wrt, point)
    if expected is None:
        return None
    d = mc.derive(found.text, wrt=wrt, variables=found.declarations, layout=layout)
    given = {**found.sizes, **point}
    rank = expected.ndim - point[wrt].ndim
    return Case(
        found, wrt, layout, d, d.evaluate(**given), in_layout(expected, rank, layout), given
    )


def node_holds(case: Case) -> None:
    """The graph has the value of central differences."""
    close(case.value, case.expected, 2e-5)


def text_holds(case: Case) -> None:
    """The text has the value of the graph."""
    close(mc.evaluate(case.derivative.text, **case.given), case.value, 1e-7, floor=1e-6)


def einsum_holds(case: Case) -> None:
    """The einsum form has the value of the graph."""
    close(mc.evaluate(case.derivative.einsum, **case.given), case.value, 1e-7, floor=1e-6)


def has_one_column(case: Case) -> bool:
    """Whether a variable has one column: as mathematics it looks as a vector does."""
    return any(1 in np.shape(one) for one in case.given.values())


def unicode_holds(case: Case) -> None:
    """What is written in Unicode has the value of the graph."""
    shown = case.derivative.unicode
    if any(sign in shown for sign in UNREAD) or has_one_column(case):
        return
    named = {unicode_name(name): array for name, array in case.given.items()}
    found = read_unicode(shown, dict(case.given) | named, case.found.sizes)
    assert found.size == case.value.size, shown
    close(found.reshape(case.value.shape), case.value, 1e-7, floor=1e-6)


def latex_holds(case: Case) -> None:
    """What is written in LaTeX has the value of the graph."""
    if has_one_column(case):
        return
    point = {name: one for name, one in case.given.items() if name not in case.found.sizes}
    shown = case.derivative.latex
    if any(name in shown for name in (*_OF_SIZES, "bmatrix", "[")):  # tables and slices
        return
    try:
        found = read_latex(shown, point, case.found.sizes, case.value.shape)
    except UnreadError:
        return
    assert found.size == case.value.size, shown
    close(found.reshape(case.value.shape), case.value, 1e-7, floor=1e-6)


def seatbelt_holds(case: Case) -> None:
    """The seatbelt finds nothing wrong."""
    verdict = mc.read_back(case.derivative)
    assert verdict.holds is not False, verdict.reason


def products_hold(case: Case) -> None:
    """Products with vectors are those of the array."""
    value = case.value if case.layout == "numerator" else case.value.T
    check_products(case.derivative, value, case.given, len(case.found.shape), case.wrt)


def numpy_holds(case: Case) -> None:
    """The code of NumPy has the value of the graph."""
    close(run(case.derivative, NUMPY, case.given), case.value, 1e-9)


def compiled_holds(case: Case) -> None:
    """What is compiled has the value of the graph."""
    close(case.derivative.compile().of(case.given), case.value, 1e-9)


def torch_holds(case: Case) -> None:
    """The code of PyTorch has the value of the graph."""
    import torch  # noqa: PLC0415 - few tests need it

    check_libraries(case.derivative, case.value, case.given, {"torch": torch})


def jax_holds(case: Case) -> None:
    """The code of JAX has the value of the graph."""
    import jax  # noqa: PLC0415 - few tests need it

    jax.config.update("jax_enable_x64", True)
    check_libraries(case.derivative, case.value, case.given, {"jax": jax})


FORMS: dict[str, Callable[[Case], None]] = {
    "node": node_holds,
    "text": text_holds,
    "einsum": einsum_holds,
    "unicode": unicode_holds,
    "latex": latex_holds,
    "seatbelt": seatbelt_holds,
    "products": products_hold,
    "numpy": numpy_holds,
    "compiled": compiled_holds,
    "torch": torch_holds,
    "jax": jax_holds,
}


#: The forms that people read.
WRITTEN = ("text", "einsum", "unicode", "latex", "seatbelt")


def faults(case: Case, forms: Iterable[str]) -> dict[str, str]:
    """The forms that fail, with the reason."""
    failed = {}
    for name in forms:
        try:
            with warnings.catch_warnings():
                warnings.simplefilter("ignore")
                FORMS[name](case)
        except Exception as error:  # noqa: BLE001 - any exception is a fault of the form
            failed[name] = f"{type(error).__name__}: {error}"
    return failed
