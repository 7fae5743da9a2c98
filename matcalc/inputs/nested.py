"""Tokens in brackets: where one is closed, what stands outside of them, where a transpose ends."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from matcalc.inputs.scanning import LineToken

_TURNED = ("T", "top", "⊤")


def closing(tokens: Sequence[LineToken], k: int) -> int:
    """Where the bracket that opens at a token is closed; the token itself where none opens.

    >>> from matcalc.inputs.scanning import scan
    >>> closing(scan("f((x))", []), 1), closing(scan("x_i", ["x_i"]), 0)
    (5, 0)
    """
    depth = 0
    for at in range(k, len(tokens)):
        depth += (tokens[at].kind == "open") - (tokens[at].kind == "close")
        if depth <= 0:
            return at
    return len(tokens) - 1


def past_brackets(tokens: Sequence[LineToken], k: int) -> int:
    """The token behind a bracket that opens at a token, or behind that token; at most the end."""
    return min(closing(tokens, k) + 1, len(tokens) - 1)


def opening(tokens: Sequence[LineToken], k: int) -> int:
    """Where the bracket opens that is closed at a token, or within which it stands; else -1."""
    depth = 0
    for at in range(k - 1, -1, -1):
        depth += (tokens[at].kind == "close") - (tokens[at].kind == "open")
        if depth < 0:
            return at
    return -1


def outside(tokens: Sequence[LineToken], k: int = 0) -> Iterator[tuple[int, LineToken]]:
    """The tokens from one on that are in no bracket, up to what closes one around them.

    Of each bracket the sign that opens it, and at the end the sign that closes one.

    >>> from matcalc.inputs.scanning import scan
    >>> [token.text for _, token in outside(scan("f(x, y) + z)", []))]
    ['f', '(', '+', 'z', ')']
    """
    many = len(tokens)
    while k < many:
        yield k, tokens[k]
        if tokens[k].kind == "close":
            return
        k = (closing(tokens, k) if tokens[k].kind == "open" else k) + 1


def sign_outside(tokens: Sequence[LineToken], *texts: str, start: int = 0) -> int:
    """Where the first of some signs stands outside of brackets; below 0 where none does."""
    found = (k for k, one in outside(tokens, start) if one.kind == "sign" and one.text in texts)
    return next(found, -1)


def in_brackets(tokens: Sequence[LineToken], k: int) -> Sequence[LineToken]:
    """What the bracket holds that opens at a token; the token alone where none opens."""
    return tokens[k + 1 : closing(tokens, k)] if tokens[k].kind == "open" else tokens[k : k + 1]


def behind_transpose(tokens: Sequence[LineToken], k: int) -> int:
    """The token behind a transpose that starts at one, ``'``, ``^T``, ``.T``; 0 where none does."""
    if tokens[k].text in ("'", ".T", ".'") or (tokens[k].text == "T" and tokens[k].kind == "sign"):
        return k + 1
    if tokens[k].text != "^" or k + 1 >= len(tokens):
        return 0
    above = [one.text for one in in_brackets(tokens, k + 1)]
    return past_brackets(tokens, k + 1) if len(above) == 1 and above[0] in _TURNED else 0
