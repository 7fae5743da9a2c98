"""How calls of other languages are written here, as candidates made of what was typed.

``hstack(x, y)`` is ``concatenate(x, y)`` of vectors and ``concatenate(X, Y, axis=1)`` of matrices:
all that a call may have meant is listed, and who offers it tries which of these fits.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator, Sequence
from typing import NamedTuple

from matcalc.expression.misfits import is_atom, transposed
from matcalc.expression.values import Value

#: ``x0`` is the first operand, ``a0`` the same as an operand of a sign, ``t0`` its transpose.
_CALLS: dict[str, tuple[str, ...]] = {
    "dot": ("{t0} @ {a1}", "{a0} @ {a1}"),
    "vdot": ("{t0} @ {a1}",),
    "inner": ("{t0} @ {a1}",),
    "innerproduct": ("{t0} @ {a1}",),
    "multiply": ("{a0} * {a1}",),
    "mul": ("{a0} * {a1}", "{a0} @ {a1}"),
    "times": ("{a0} * {a1}", "{a0} @ {a1}"),
    "divide": ("{a0} / {a1}",),
    "div": ("{a0} / {a1}",),
    "plus": ("{a0} + {a1}",),
    "minus": ("{a0} - {a1}",),
    "sub": ("{a0} - {a1}",),
    "sqr": ("{a0}**2",),
    "sumsq": ("sum({a0}**2)",),
    "norm2": ("norm({x0})",),
    "mse": ("mean(({a0} - {a1})**2)",),
    "hstack": ("concatenate({all}, axis=1)", "concatenate({all})"),
    "vstack": ("concatenate({all}, axis=0)", "stack({all})"),
    "cat": ("concatenate({all}, axis=0)",),
    "column_stack": ("stack({all}, axis=1)", "concatenate({all}, axis=1)"),
    "flatten": ('rearrange("i j -> (i j)", {x0})',),
    "ravel": ('rearrange("i j -> (i j)", {x0})',),
    "view": (),
    "kron": ("kron(kron({x0}, {x1}), {x2})", "kron(kron(kron({x0}, {x1}), {x2}), {x3})"),
    "matmul": ("{a0} @ {a1} @ {a2}", "{a0} @ {a1} @ {a2} @ {a3}"),
    "max": ("maximum({x0}, {x1})",),
    "min": ("minimum({x0}, {x1})",),
}
_PURPOSES = {"norm2": "for the Frobenius norm"}  # of a matrix


class Argument(NamedTuple):
    """What a call takes: as it was typed, its value, and its keyword."""

    text: str
    value: object
    keyword: str = ""

    @property
    def atom(self) -> str:
        """As an operand of a sign."""
        return self.text if is_atom(self.text) else f"({self.text})"

    @property
    def transposed(self) -> str:
        """Transposed: a transpose that was typed goes."""
        return transposed(self.text)

    @property
    def shape(self) -> tuple[object, ...]:
        """Its sizes; none where it is text or a tuple."""
        return self.value.node.shape if isinstance(self.value, Value) else ()


def spellings(name: str, arguments: Sequence[Argument]) -> Iterator[tuple[str, str]]:
    """What a call may have meant, and what for where that differs from what it says.

    Args:
        name: The function.
        arguments: What it takes, those with keywords last.

    >>> x, y = Argument("x", None), Argument("y - 1", None)
    >>> [text for text, _ in spellings("dot", [x, y])]
    ['x.T @ (y - 1)', 'x @ (y - 1)']
    """
    plain = [one for one in arguments if not one.keyword]
    if len(plain) == 1 and type(plain[0].value) is tuple:
        inside = plain[0].text[1:-1].rstrip(", ")
        plain = [Argument(text, None) for text in _apart(inside)]
    for template in _CALLS.get(name.lower(), ()):
        text = _filled(template, plain)
        if text and not len(arguments) - len(plain) > 1:
            matrix = any(len(one.shape) == 2 for one in plain)
            yield text, _PURPOSES.get(name.lower(), "") if matrix else ""
    for special in _SPECIAL:
        for text in special(name, arguments):
            yield text, ""


def _filled(template: str, plain: Sequence[Argument]) -> str:
    """A template with the operands in it, if it takes as many."""
    wanted = {int(k) for k in re.findall(r"\{[axt](\d)\}", template)}
    if "{all}" not in template and wanted != set(range(len(plain))):
        return ""
    fields = {"all": ", ".join(one.text for one in plain)}
    for k, one in enumerate(plain):
        fields |= {f"x{k}": one.text, f"a{k}": one.atom, f"t{k}": one.transposed}
    return template.format(**fields)


def _apart(text: str) -> list[str]:
    """Text at commas outside parentheses."""
    parts, depth = [""], 0
    for character in text:
        depth += (character == "(") - (character == ")")
        if character == "," and not depth:
            parts.append("")
        else:
            parts[-1] += character
    return [part.strip() for part in parts]


def _call(name: str, arguments: Sequence[Argument]) -> str:
    said = [f"{one.keyword}={one.text}" if one.keyword else one.text for one in arguments]
    return f"{name}({', '.join(said)})"


def _renamed_keywords(name: str, arguments: Sequence[Argument]) -> Iterator[str]:
    """``dim=`` is ``axis=``; ``keepdims`` is a product with ones."""
    if any(one.keyword in _AXES for one in arguments):
        yield _call(name, [_axis(one) for one in arguments if one.keyword not in _KEPT])
    if not any(one.keyword in _KEPT for one in arguments):
        return
    rest = [_axis(one) for one in arguments if one.keyword not in _KEPT]
    axis = next((one.text for one in rest if one.keyword == "axis"), "")
    axis = axis or (rest[1].text if len(rest) > 1 else "")
    shape = rest[0].shape if rest else ()
    reduced = _call(name, rest)
    if len(shape) == 2 and axis in ("1", "-1"):
        yield f"{reduced} @ ones({shape[1]}).T"
    if len(shape) == 2 and axis == "0":
        yield f"ones({shape[0]}) @ {reduced}.T"
    yield reduced


_AXES, _KEPT = ("dim", "dims", "axes"), ("keepdims", "keepdim")


def _axis(one: Argument) -> Argument:
    return one._replace(keyword="axis") if one.keyword in _AXES else one


def _norms(name: str, arguments: Sequence[Argument]) -> Iterator[str]:
    """``norm(x, 1)``, ``norm(A, "fro")`` and ``norm(A, axis=1)`` of NumPy."""
    if name != "norm" or len(arguments) < 2:
        return
    first, *rest = arguments
    kinds = {one.keyword: one.text.strip("\"'") for one in rest}
    order = kinds.get("ord", kinds.get("p", kinds.get("", "2")))
    axis = kinds.get("axis", kinds.get("dim"))
    if axis is not None and order in ("1", "2"):
        inside = f"abs({first.text})" if order == "1" else f"{first.atom}**2"
        total = f"sum({inside}, axis={axis})"
        yield total if order == "1" else f"sqrt({total})"
    elif order == "1" and len(first.shape) == 1:
        yield f"norm1({first.text})"
    elif order.lower() in ("fro", "f", "l2") or (order == "2" and len(first.shape) == 1):
        yield f"norm({first.text})"
    elif order.lower() in ("inf", "np.inf") and len(first.shape) == 1:
        yield f"max(abs({first.text}))"


def _einsums(name: str, arguments: Sequence[Argument]) -> Iterator[str]:
    """An einsum without an arrow, and one with an ellipsis."""
    if name != "einsum" or not arguments or not isinstance(arguments[0].value, str):
        return
    pattern = arguments[0].value.replace(" ", "")
    letters = [one for one in "bcdefgh" if one not in pattern]
    if "..." in pattern and letters:
        pattern = pattern.replace("...", letters[0])
    if "->" not in pattern:
        once = sorted(one for one in set(pattern) if one.isalpha() and pattern.count(one) == 1)
        pattern = f"{pattern}->{''.join(once)}"
    yield _call("einsum", [Argument(f'"{pattern}"', None), *arguments[1:]])


def _joined(name: str, arguments: Sequence[Argument]) -> Iterator[str]:
    """Numbers and rows among what is put one after the other."""
    if name not in ("concatenate", "concat", "hstack", "vstack", "cat"):
        return
    changed = [_as_array(one) for one in arguments]
    if changed != list(arguments):
        yield _call("concatenate", changed)


def _as_array(one: Argument) -> Argument:
    if one.keyword or not isinstance(one.value, Value):
        return one
    if not one.value.node.shape:
        return one._replace(text=f"{one.atom} * ones(1)")
    if one.value.row:
        return one._replace(text=f"stack({one.transposed}, axis=0)")
    return one


def _regrouped(name: str, arguments: Sequence[Argument]) -> Iterator[str]:
    """``reshape(X, (6,))`` by the names of its axes, row after row as NumPy does."""
    if name not in ("reshape", "view") or len(arguments) < 2:
        return
    first, *rest = arguments
    sizes = _apart(rest[0].text.strip("() ").rstrip(",")) if len(rest) == 1 else []
    sizes = sizes or [one.text for one in rest]
    rank, names = len(first.shape), "ijkl"
    if len(sizes) == 1 and 1 < rank <= len(names):
        axes = " ".join(names[:rank])
        yield f'rearrange("{axes} -> ({axes})", {first.text})'
    if len(sizes) == 2 and rank == 1:
        given = [f"{k}={one}" for k, one in zip(names, sizes, strict=False) if one != "-1"]
        yield f'rearrange("(i j) -> i j", {first.text}, {", ".join(given)})'


_SPECIAL: tuple[Callable[[str, Sequence[Argument]], Iterator[str]], ...] = (
    _renamed_keywords,
    _norms,
    _einsums,
    _joined,
    _regrouped,
)
