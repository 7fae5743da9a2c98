"""How calls of other languages are written here, as candidates made of what was typed.

All that a call may have meant is listed, and who offers it tries which of these fits. What needs no
more than another name or a sign, ``hstack(x, y)``, is read as what it means before it comes here.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from functools import reduce
from typing import NamedTuple

from matcalc.expression.misfits import is_atom, transposed
from matcalc.expression.values import Value


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
    def shape(self) -> tuple[object, ...]:
        """Its sizes; none where it is text or a tuple."""
        return self.value.node.shape if isinstance(self.value, Value) else ()


def spellings(name: str, arguments: Sequence[Argument]) -> Iterator[str]:
    """What a call may have meant.

    Args:
        name: The function.
        arguments: What it takes, those with keywords last.

    >>> x, y = Argument("x", None), Argument("y - 1", None)
    >>> [*spellings("matmul", [x, x, y])]
    ['x @ x @ (y - 1)']
    """
    for special in _SPECIAL:
        yield from special(name, arguments)


def _folded(name: str, arguments: Sequence[Argument]) -> Iterator[str]:
    """``kron`` and ``matmul`` of three and more."""
    texts = [one.text for one in arguments]
    if name == "kron" and len(texts) > 2:
        yield reduce(lambda one, two: f"kron({one}, {two})", texts)
    if name == "matmul" and len(texts) > 2:
        yield " @ ".join(one.atom for one in arguments)


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


def _joined(name: str, arguments: Sequence[Argument]) -> Iterator[str]:
    """Rows among what is put one after the other."""
    changed = [_as_array(one) for one in arguments]
    if name == "concatenate" and changed != list(arguments):
        said = [f"{one.keyword}={one.text}" if one.keyword else one.text for one in changed]
        yield f"concatenate({', '.join(said)})"


def _as_array(one: Argument) -> Argument:
    if isinstance(one.value, Value) and one.value.row:
        return one._replace(text=f"stack({transposed(one.text)}, axis=0)")
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
    _folded,
    _joined,
    _regrouped,
)
