"""The statements of a line, in the order in which they are computed: ``L = yᵀ log p, p = σ(z)``."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from matcalc.inputs.nested import outside, sign_outside
from matcalc.inputs.scanning import LineToken

_QUADS = ("\\quad", "\\qqua")
_MOST = 50  # that are put in order


def statements_of(line: str, tokens: Sequence[LineToken]) -> list[list[LineToken]]:
    r"""The tokens of each statement, each with one of kind ``end``; what is used stands first.

    ``,\quad`` ends one as ``;`` does, and so does a comma with an equation behind it.

    >>> from matcalc.inputs.scanning import scan
    >>> line = "L = a.T @ p; p = exp(z)"
    >>> [one[0].text for one in statements_of(line, scan(line, []))]
    ['p', 'L']
    """
    apart = {k for k, token in outside(tokens) if token.kind == "sign" and token.text in ";,"}
    marks: list[LineToken | None] = [None]
    parts: list[list[LineToken]] = [[]]
    for k, token in enumerate(tokens):
        if k in apart:
            marks.append(token)
            parts.append([])
        elif token.kind != "end":
            parts[-1].append(token)
    found: list[list[LineToken]] = []
    for mark, part in zip(marks, parts, strict=True):
        ends = mark is None or mark.text == ";" or line[mark.stop :].lstrip()[:5] in _QUADS
        if ends or (mark and _equals(found[-1]) and _equals(part)):
            found.append(part)
        else:
            found[-1] += [mark, *part] if mark else part
    return _in_order(
        [[*one, LineToken("end", "", one[-1].stop, one[-1].stop)] for one in found if one]
    )


def _equals(tokens: Sequence[LineToken]) -> int:
    """Where an ``=`` stands outside of brackets; 0 where none does."""
    return max(0, sign_outside(tokens, "=", ":="))


def _in_order(statements: list[list[LineToken]]) -> list[list[LineToken]]:
    """Statements, each behind those that give what it uses; as they stand if that is circular."""
    given = ["".join(list(_names(one[: _equals(one)]))[:1]) for one in statements]
    uses = [set(_names(one[_equals(one) :])) for one in statements]
    if len(set(given)) < len(given) or len(given) > _MOST:
        return statements
    waiting = list(range(len(statements)))
    found: list[list[LineToken]] = []
    while waiting:
        others = {k: {given[j] for j in waiting if j != k} for k in waiting}
        first = next((k for k in waiting if uses[k].isdisjoint(others[k])), None)
        if first is None:
            return statements
        waiting.remove(first)
        found.append(statements[first])
    return found


def _names(tokens: Sequence[LineToken]) -> Iterator[str]:
    """The names in a statement, with the number that stands below, without letters there."""
    for k, token in enumerate(tokens):
        if token.kind in ("name", "word"):
            below = [one for one in tokens[k + 1 : k + 4] if one.text != "{"][:2]
            numbered = len(below) == 2 and below[0].text == "_" and below[1].kind == "number"
            stem, _, index = token.text.partition("_")
            number = below[1].text if numbered else index if index.isdigit() else ""
            yield stem + number
