"""Which names a line shows to be vectors, though a number may have such a name: c, k, t, θ."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from itertools import pairwise

from matcalc.inputs.names import Names
from matcalc.inputs.nested import behind_transpose, opening, outside
from matcalc.inputs.scanning import LineToken
from matcalc.notation.names import greek_letter, greek_word

INNER = ("dot", "vdot", "inner", "dotproduct", "innerproduct")


def transposed(tokens: Sequence[LineToken]) -> Iterator[str]:
    """The names that stand transposed, ``c'``, ``c_1^T``, ``(μ₁ - μ₂)ᵀ``, without what is below."""
    for k in range(1, len(tokens)):
        digit = tokens[k - 1].kind == "number" and tokens[k - 2].text != "_"  # 11ᵀ
        if digit or not behind_transpose(tokens, k):
            continue
        ends = next((at for at in range(k, 0, -1) if tokens[at - 1].kind in ("name", "close")), 0)
        start = opening(tokens, ends - 1) if tokens[ends - 1].kind == "close" else ends - 1
        scripted = start > 1 and tokens[start - 1].text == "_"
        yield from _terms_of(tokens[max(0, start - 2 * scripted) : ends])


def paired(tokens: Sequence[LineToken], names: Names) -> Iterator[str]:
    """The names in an inner product, ``dot(c, x)``, ``⟨θ, x⟩``, ``x.dot(c)``, of no matrix."""
    for k, (token, after) in enumerate(pairwise(tokens)):
        called = token.text in INNER and after.text == "("
        parts = _parts(tokens, k + 1) if called else _parts(tokens, k) if token.text == "<" else []
        parts = [tokens[k - 1 : k], *parts] if token.kind == "method" else parts
        ends = [_terms_of(part) for part in (parts[0], parts[-1])] if len(parts) > 1 else []
        for terms, others in zip(ends, reversed(ends), strict=True):
            if not any(names.kind(other).is_matrix for other in others):
                yield from terms


def _parts(tokens: Sequence[LineToken], opened: int) -> list[Sequence[LineToken]]:
    """What stands between the commas of a bracket, or of ``⟨x, y⟩``; nothing where it is open."""
    signs = (",", "|") if tokens[opened].text == "<" else (",",)
    found: list[Sequence[LineToken]] = []
    start = opened + 1
    for k, token in outside(tokens, start):
        ends = token.kind == "close" or token.text == ">"
        if ends or token.text in signs:
            found.append(tokens[start:k])
            start = k + 1
        if ends:
            return found
    return []


def _terms_of(tokens: Sequence[LineToken]) -> list[str]:
    """The names that are added in a part; none where it has other signs than theirs."""
    found: list[str] = []
    ends = False  # whether a term has ended
    depth = 0
    for token in tokens:
        depth += (token.kind == "open") - (token.kind == "close")
        below = found and (token.text in "_{}" or token.kind == "number" or depth > 1)
        if token.text in ("+", "-"):
            ends = False
        elif token.kind == "name" and not ends:
            found.append(token.text)
            ends = True
        elif not below and token.text not in "(){}[]":
            return []
    return found


def behind_matrices(tokens: Sequence[LineToken], names: Names) -> Iterator[str]:
    """Greek letters, and c, behind a matrix, ``X θ``: a number stands before it, ``λ X``.

    So are those behind a transpose, ``xᵀθ``, and k and t there. In MATLAB's notation they stand
    behind ``X*``.
    """
    turned = {behind_transpose(tokens, k) for k in range(len(tokens))}
    for k, token in enumerate(tokens[1:], 1):
        after = k - (tokens[k - 1].text == "*" and names.notation == "matlab")
        before, is_transpose = tokens[after - 1], after in turned
        is_matrix = (
            before.kind == "name" and before.text != "I" and names.kind(before.text).is_matrix
        )
        letter = greek_letter(greek_word(token.text) or token.text) or token.text == "c"
        letter = letter or (token.text in ("k", "t") and is_transpose)  # Φᵀt; e^{At}
        if letter and token.kind == "name" and (is_matrix or is_transpose):
            yield token.text
