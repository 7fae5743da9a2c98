"""A derivative as a file that stands alone: value and derivative, sample data, a check."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from string import Template
from typing import Any

import numpy as np

import matcalc as mc
from matcalc.checking.random_points import random_points, small_sizes
from matcalc.code.origin import origin
from matcalc.errors import UnboundError
from matcalc.expression import Formula, parse_declarations
from matcalc.layout import written
from matcalc.plan import evaluate

_POINTS = 50  # of which one inside the domain is taken
_CHECK = Template('''

def called(function, point):
    """A function of those arrays that it takes."""
    names = function.__code__.co_varnames[: function.__code__.co_argcount]
    return function(**{name: point[name] for name in names})


def differences(function, point, wrt, step=1e-6):
    """Central differences: the axes of the value, then those of the variable."""
    x = point[wrt]
    columns = []
    for place in np.ndindex(x.shape):
        move = np.zeros(x.shape)
        move[place] = step
        above, below = (np.asarray(function({**point, wrt: x + s * move})) for s in (1, -1))
        columns.append((above - below) / (2 * step))
    return np.stack(columns, axis=-1).reshape((*columns[0].shape, *x.shape))


if __name__ == "__main__":
    derivative = np.asarray($derivative)
    found = differences(lambda point: $value, POINT, "$wrt")
    expected = np.transpose(found, $axes)
    error = np.max(np.abs(derivative - expected.reshape(derivative.shape)))
    print("derivative, in $layout layout:", derivative, sep="\\n")
    print(f"largest difference from central differences: {error:.1e}")
    assert error < 1e-5 * max(1.0, np.max(np.abs(derivative))), "they do not agree"
''')


def source_file(jacobian: Any, title: str, declared: Sequence[str]) -> str:
    """The text of a Python file that needs NumPy alone.

    Args:
        jacobian: A derivative of a formula, in its layout.
        title: The formula, as text.
        declared: The declarations of its variables.
    """
    head = [
        f'"""The derivative of {jacobian.of.name} by {jacobian.wrt.name}.',
        "",
        *origin([title]),
        "",
        f"derivative  {jacobian.text}",
        f"layout      {jacobian.layout}",
        f"variables   {' '.join(declared)}",
        '"""',
        "",
    ]
    try:
        return "\n".join([*head, _program(jacobian, declared)])
    except UnboundError as error:  # a function that is a name alone has no numbers
        return "\n".join([*head, f"# No sample data: {error.message}", "", jacobian.numpy])


def _program(jacobian: Any, declared: Sequence[str]) -> str:
    """The function, a point, and the check at that point.

    Raises:
        UnboundError: There are no numbers for it.
    """
    data = _data(_point(jacobian, declared))
    if jacobian.of.name.startswith("∂"):  # of second order: what it is of is the first
        first = mc.derive(
            jacobian.formula.text,
            wrt=jacobian.wrt.name,
            variables=tuple(declared),
            layout=jacobian.layout,
        ).numpy
        second = jacobian.numpy.removeprefix("import numpy as np\n")
        sources = [first, second]
        value = f"called({_name(first)}, point)"
        derivative = f"called({_name(second)}, POINT)"
    else:
        sources = [mc.together(jacobian, value=True).numpy]
        value = f"called({_name(sources[0])}, point)[0]"
        derivative = f"called({_name(sources[0])}, POINT)[1][0]"
    check = _CHECK.substitute(
        value=value,
        derivative=derivative,
        wrt=jacobian.wrt.name,
        axes=_axes(jacobian),
        layout=jacobian.layout,
    )
    return "\n".join([*sources, "", *data, check])


def _name(source: str) -> str:
    """The name of the last function of a source."""
    return source.rpartition("\ndef ")[2].partition("(")[0]


def _axes(jacobian: Any) -> tuple[int, ...]:
    """Where each axis of the layout is in stored order: of what is differentiated, then by what."""
    form = written(jacobian.of, jacobian.wrt, jacobian.layout)
    return tuple(form.stored.index(axis) for group in form.form for axis in group)


def _point(jacobian: Any, declared: Sequence[str]) -> dict[str, Any]:
    """Sizes, and arrays of the variables at which the formula and the derivative are finite.

    Raises:
        UnboundError: None was found, or a function is a name alone.
    """
    formula: Formula = jacobian.formula
    if formula.functions:
        raise UnboundError("a function in it is known by its name alone")
    known = parse_declarations(declared)
    sizes = small_sizes([formula.node, jacobian.node], formula.variables.values(), known)
    drawn = random_points(formula, known, sizes, np.random.default_rng(0), _POINTS)
    with np.errstate(all="ignore"):
        for arrays in drawn:
            found = [evaluate(one, arrays, sizes) for one in (formula.node, jacobian.node)]
            if all(np.all(np.isfinite(one)) for one in found):
                return {**sizes, **arrays}
    raise UnboundError("no point was found at which it is finite")


def _data(point: Mapping[str, Any]) -> Iterator[str]:
    yield "# sample data"
    yield "POINT = {"
    for name, array in point.items():
        yield f'    "{name}": np.array({np.asarray(array).tolist()}),'
    yield "}"
