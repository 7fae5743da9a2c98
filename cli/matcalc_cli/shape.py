"""``matcalc shape``: the shape of a derivative in every layout and convention."""

from __future__ import annotations

from collections.abc import Sequence

from matcalc.layout import CONVENTIONS, ArrayForm, pattern, written
from matcalc_cli.arguments import AskedDerivative, Derivative, Json, read_derivative
from matcalc_cli.output import assumption, heading, table, write, write_json


def shape(derivative: Derivative, as_json: Json = False) -> None:
    """The shape of a derivative in every layout and convention."""
    asked = read_derivative(derivative)
    forms = [written(asked.of, asked.wrt, convention) for convention in CONVENTIONS.values()]
    if as_json:
        write_json(_document(asked, forms))
    else:
        rows = [(form.convention.title, form.title, _axes(form)) for form in forms]
        write([heading(asked.title), *assumption(asked.assumed), "", *table(rows)])


def _axes(form: ArrayForm) -> str:
    """The axes under the shape that is shown: a column has an axis of one."""
    if not form.form:
        return ""
    return pattern(form.matrix_form) if form.matrix_form else form.pattern


def _document(asked: AskedDerivative, forms: Sequence[ArrayForm]) -> dict[str, object]:
    named = {form.convention.name.partition("-")[0]: form for form in forms}  # vec has one shape
    return {
        "of": asked.of.name,
        "wrt": asked.wrt.name,
        "assumed": asked.assumed,
        "shapes": {name: form.shape for name, form in named.items()},
        "matrix_shapes": {name: form.matrix_shape for name, form in named.items()},
        "axes": {form.convention.name: form.pattern for form in forms},
    }
