"""Products of sizes, as people write them: ``2x1 · 2x3``, ``d[2] @ W[2,3]``, ``(2,1) (1,3)``."""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from typing import NamedTuple

from matcalc import dimensions
from matcalc.claims.tree import Tree, turned
from matcalc.dimensions import Dimension
from matcalc.errors import MatcalcError, NotationError, Place, TooLargeError
from matcalc.scripts import superscript

PIECES = 8
_LENGTH = 2000

_SIZE = rf"(?:[0-9]+|{dimensions.NAME})"
_X = r"\s*(?:×|\\times)\s*"
_PIECE = re.compile(
    rf"(?P<label>{dimensions.NAME}['′{superscript('0123456789')}]*)?\s*(?:\[(?P<bracket>[^\[\]]*)\]"
    rf"|\((?P<round>\s*{_SIZE}\s*(?:,\s*{_SIZE}?\s*)?)\))(?P<turned>(?:\.T|ᵀ|\^T|\^\\top)*)"
    rf"|(?P<rows>{_SIZE}){_X}(?P<columns>{_SIZE})(?P<turned2>(?:\.T|ᵀ)*)"
    rf"|(?P<r>[0-9]+|[A-Za-z])x(?P<c>[0-9]+|[A-Za-z][0-9]*)(?P<turned3>(?:\.T|ᵀ)*)(?!\w)"
)
_SIGN = re.compile(r"\s*(?P<sign>·|⋅|•|×|@|\*|⊙|∘|\.\*|x(?=\s)|\\cdot|\\times|\\odot|)\s*")
_ENTRYWISE_SIGNS = ("⊙", "∘", ".*", r"\odot")

Matrix = tuple[Dimension, Dimension]


class GivenPiece(NamedTuple):
    """A piece as it was given.

    Attributes:
        label: What it is called; a letter where it has no name.
        shape: Its rows and columns as it stands, transposed or not.
        turned: Whether it stands transposed.
        place: Where it stands.
        named: Whether the label is its own.
    """

    label: str
    shape: Matrix
    turned: bool
    place: Place
    named: bool

    @property
    def tree(self) -> Tree:
        """It in the input language, as it stands."""
        name = Tree("name", self.label)
        return turned(name) if self.turned else name


class SizeProduct(NamedTuple):
    """A product of sizes, read.

    Attributes:
        pieces: The pieces from left to right.
        signs: What stands between them: ``@``, or ``*`` where it works entry by entry.
        name: The left side of an equation, without its shape.
        wanted: The shape of the left side, if it states one.
    """

    pieces: tuple[GivenPiece, ...]
    signs: tuple[str, ...]
    name: str
    wanted: Matrix | None


def read_sizes(text: str) -> SizeProduct:
    """Read a product of sizes: ``"2x1 · 2x3"``, ``"dW[3,2] = d[3] @ x[2].T"``.

    Raises:
        NotationError: It is no such product.

    >>> sizes = read_sizes("2x1 · 2×3")
    >>> [one.shape for one in sizes.pieces], sizes.signs
    ([(2, 1), (2, 3)], ('@',))
    """
    if len(text) > _LENGTH:
        raise NotationError(f"a product is at most {_LENGTH} characters long, not {len(text)}")
    left, equals, _ = text.partition("=")
    start, name, wanted = 0, "", None
    if equals:
        start = len(left) + 1
        (head, *more), _ = _pieces(text, 0, len(left))
        if more:
            raise _unread(text, 0)
        name, wanted = (head.label if head.named else "", head.shape)
    pieces, signs = _pieces(text, start, len(text))
    if len(pieces) > PIECES:
        raise TooLargeError(f"{len(pieces)} pieces: at most {PIECES} are put in order")
    return SizeProduct(tuple(_called(pieces)), tuple(signs), name, wanted)


def is_sizes(text: str) -> bool:
    """Whether a text is a product of sizes, and no formula.

    >>> is_sizes("2x1 · 2x3"), is_sizes("W.T @ x"), is_sizes("d[3] @ x[2].T"), is_sizes("det(X)")
    (True, False, True, False)
    """
    try:
        read_sizes(text)
    except NotationError:
        return False
    except MatcalcError:
        return True
    return True


def read_shape(text: str) -> Matrix:
    """A wanted shape: ``3x2``, ``3×2``, ``(3, 2)``, ``m,n``; one size is a column.

    Raises:
        NotationError: It cannot be read.

    >>> read_shape("3x2"), read_shape("m,n"), read_shape("n")
    ((3, 2), ('m', 'n'), ('n', 1))
    """
    body = text.strip()
    inside = body[1:-1] if body[:1] + body[-1:] in ("()", "[]") else body
    parts = [one.strip() for one in re.split(r"[×,]|(?<=[0-9])x|x(?=[0-9])", inside) if one.strip()]
    if not parts or len(parts) > 2:
        raise NotationError(
            f"a shape is written 3x2, or 'm,n', not {body[:60]!r}", [Place(text, 0, len(text))]
        )
    rows, *columns = map(dimensions.parse, parts)
    return rows, columns[0] if columns else 1


def _pieces(text: str, start: int, stop: int) -> tuple[list[GivenPiece], list[str]]:
    """The pieces of a part of a text, and the signs between them."""
    pieces: list[GivenPiece] = []
    signs: list[str] = []
    at = start + len(text[start:stop]) - len(text[start:stop].lstrip())
    end = start + len(text[start:stop].rstrip())
    while True:
        found = _PIECE.match(text, at, end)
        if found is None:
            raise _unread(text, at)
        pieces.append(_given(found, text))
        at = found.end()
        if at >= end:
            return pieces, signs
        sign = _SIGN.match(text, at, end)
        if sign is None or sign.end() == at or sign.end() >= end:
            raise _unread(text, at)
        between = sign["sign"]
        starred = between == "*" and pieces[-1].named
        signs.append("*" if starred or between in _ENTRYWISE_SIGNS else "@")
        at = sign.end()


def _unread(text: str, at: int) -> NotationError:
    return NotationError(
        "sizes alone are a product of pieces: 2x1 · 2x3, or d[2] @ W[2,3]; a formula is checked "
        "with --of and --wrt, or with --because",
        [Place(text, min(at, max(len(text) - 1, 0)), min(at, max(len(text) - 1, 0)) + 1)],
    )


def _given(found: re.Match[str], text: str) -> GivenPiece:
    place = Place(text, found.start(), found.end())
    inside = found["bracket"] if found["bracket"] is not None else found["round"]
    if inside is not None:
        parts = [one.strip() for one in inside.split(",") if one.strip()]
    else:
        parts = [found["rows"] or found["r"], found["columns"] or found["c"]]
    if len(parts) > 2:
        raise NotationError("a piece has rows and columns", [place])
    if found["label"] and found["round"] is not None and not all(map(str.isdigit, parts)):
        raise NotationError(
            f"{found[0]} is a function of something; sizes are in brackets", [place]
        )
    sizes = [dimensions.parse(one, place) for one in parts] or [1]
    rows, columns = sizes[0], sizes[1] if len(sizes) > 1 else 1
    turns = found["turned"] or found["turned2"] or found["turned3"] or ""
    odd = len(re.findall(r"T|ᵀ|top", turns)) % 2 == 1
    shape = (columns, rows) if odd else (rows, columns)
    return GivenPiece(found["label"] or "", shape, odd, place, bool(found["label"]))


def _called(pieces: Sequence[GivenPiece]) -> Iterator[GivenPiece]:
    """Letters for what has no name."""
    used = {one.label for one in pieces}
    free = iter([one for one in "ABCDEFGHIJKLMNOP" if one not in used])
    for one in pieces:
        yield one if one.named else one._replace(label=next(free))
