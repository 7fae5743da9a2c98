"""Which notation a line is in: what its signs say."""

from __future__ import annotations

import re
from collections.abc import Sequence
from itertools import pairwise

from matcalc.errors import MatcalcError, NotationError
from matcalc.inputs.nested import outside
from matcalc.inputs.scanning import LineToken, scan
from matcalc.inputs.words import is_function

#: The names by which a notation is forced, and how an answer calls it.
NOTATIONS = {
    "numpy": "NumPy",
    "math": "mathematics",
    "matlab": "MATLAB",
    "latex": "LaTeX",
    "r": "R",
    "sympy": "SymPy",
    "mathematica": "Mathematica",
}
FORCED = ("numpy", "math", "matlab", "latex")
_OWN = ("@", "**", ".T", "einsum(")  # signs that say that a line is one of the language
_DOTTED = frozenset([".*", "./", ".^", ".'", ".+", ".-", ".\\", "\\"])
_SYMPY = """Trace Inverse Transpose Determinant Identity HadamardProduct KroneckerProduct MatMul
MatAdd MatPow ZeroMatrix"""
#: Functions as SymPy writes them.
SYMPY = frozenset(_SYMPY.split())
#: Functions as R writes them.
_FROM_R = (
    """rowSums colSums rowMeans colMeans crossprod tcrossprod plogis pnorm pmax pmin drop rep"""
)
_R = frozenset(_FROM_R.split())


def find_notation(name: str) -> str:
    """A notation by its name.

    Raises:
        NotationError: There is none of that name.
    """
    if name not in FORCED:
        raise NotationError(f"no notation {name[:40]!r}: there are {', '.join(FORCED)}")
    return name


def notation_of(tokens: Sequence[LineToken], *, latex: bool) -> str:
    """The notation that the tokens of a line say.

    >>> from matcalc.inputs.scanning import scan
    >>> [notation_of(scan(one, []), latex=False) for one in ("A*x", "x.^2", "Aᵀx", "x^T*y")]
    ['matlab', 'matlab', 'math', 'math']
    """
    texts = {token.text for token in tokens if token.kind == "sign"}
    python = bool({"@", "**", ".T"} & texts) or any(map(_is_python, tokens))
    python = python or _has_keywords(tokens)
    named = any(token.form == "prime" for token in tokens)  # tanh_prime(z)
    called = {one.text for one, two in pairwise(tokens) if two.text == "("}
    sympy = bool(called & SYMPY) or ".I" in {one.form for one in tokens}
    beside = _has_neighbours(tokens) and "*" not in texts
    matlab = bool(texts & _DOTTED) or (_has_transposes(tokens) and not beside)
    matlab = matlab or (has_sizes_apart(tokens) and not python)
    matlab = matlab or ("^" in texts and any(map(_is_quoted, tokens)))
    matlab = matlab or any(one.text == "transpose" and not one.form for one in tokens)
    compares = bool(texts & {"<=", ">=", "≠"}) or (">" in texts) != ("<" in texts)
    compares = compares or _equals(tokens)
    signs = {
        "latex": latex,
        "mathematica": not any(token.form == "unicode" for token in tokens)
        and any(
            one.kind in ("name", "word")
            and one.text[:1].isupper()
            and two.text == "["
            and len(one.text) > 1
            and not two.spaced
            for one, two in pairwise(tokens)
        ),
        "r": bool(texts & {"%*%", "%o%", "%x%"})
        or any(one.text in _R for one in tokens)
        or {"norm", "F"} <= {one.text.strip("'\"") for one in tokens if one.form != "method"}
        or _has_t_of_name(tokens),
        "math": any(token.form == "unicode" for token in tokens),
        "matlab": matlab,
        "sympy": sympy and "@" not in texts,
        "numpy": python or named or (compares and "*" in texts),
    }
    found = next((name for name, said in signs.items() if said), "")
    plain = beside or texts & {"^", "|", "||", "<", "_", "."} or any(map(_is_of_letters, tokens))
    plain = plain or any(is_function(one, ()) for one in _bare(tokens))
    return found or ("math" if plain else "matlab")


def has_sizes_apart(tokens: Sequence[LineToken]) -> bool:
    """Whether ones or zeros have two sizes apart by a comma, ``ones(n,1)``: NumPy's have brackets.

    >>> from matcalc.inputs.scanning import scan
    >>> has_sizes_apart(scan("A*ones(n,1)", [])), has_sizes_apart(scan("ones((n, 1))", []))
    (True, False)
    """
    behind = [*tokens[1:], tokens[-1], tokens[-1], tokens[-1]]
    return any(
        token.text in ("ones", "zeros")
        and not token.form
        and [one.text for one in (behind[k], *behind[k + 2 : k + 3])] == ["(", ","]
        for k, token in enumerate(tokens)
    )


def _is_quoted(token: LineToken) -> bool:
    """Whether it is a text in the quotes of MATLAB."""
    return token.kind == "text" and token.text[:1] == "'"


def has_marks_of_matlab(tokens: Sequence[LineToken]) -> bool:
    """Whether a line has signs of MATLAB's, ``.*`` or ``A'``, and of no other notation."""
    texts = {token.text for token in tokens if token.kind == "sign"}
    marked = bool(texts & _DOTTED) or _has_transposes(tokens)
    return marked and notation_of(tokens, latex=False) == "matlab"


def notation_beside(line: str, other: str) -> str | None:
    """The notation of a line with ``*`` alone, which another line has marks of: MATLAB's or none.

    >>> notation_beside("trace(A*X*B)", "A'*B'"), notation_beside("trace(A*X*B)", "A.T @ B.T")
    ('matlab', None)
    """
    try:
        tokens = scan(other, ())
    except MatcalcError:
        return None
    return "matlab" if is_starred(line) and has_marks_of_matlab(tokens) else None


def is_starred(line: str) -> bool:
    """Whether nothing but ``*`` says which products are meant."""
    return "*" in line and not says_products(line)


def says_products(text: str) -> bool:
    """Whether signs stand in a text that say which products are meant: ``@``.

    >>> says_products("z = W @ x; a = z * z"), says_products("z = W*x")
    (True, False)
    """
    return any(sign in text for sign in _OWN)


def _equals(tokens: Sequence[LineToken]) -> bool:
    """Whether two parts are compared by ``==`` in brackets: elsewhere it stands in an equation."""
    apart = sum(one.text == "==" for _, one in outside(tokens))
    return sum(one.text == "==" for one in tokens) > apart


def _has_t_of_name(tokens: Sequence[LineToken]) -> bool:
    """Whether R's transpose of a name stands there: ``t(X)``."""
    texts = [token.text for token in tokens]
    return any(
        (one, opened, close) == ("t", "(", ")") and name[:1].isupper()
        for one, opened, name, close in zip(texts, texts[1:], texts[2:], texts[3:], strict=False)
    )


def _has_neighbours(tokens: Sequence[LineToken]) -> bool:
    """Whether factors stand side by side."""
    return any(
        (one.kind in ("number", "name", "close") or one.text == "'")
        and two.kind in ("name", "open")
        for one, two in pairwise(tokens)
    )


def _bare(tokens: Sequence[LineToken]) -> set[str]:
    """Names before a name or a number: functions stand so, ``log p``, in mathematics alone."""
    behind = ("name", "number", "word")
    return {one.text for one, two in pairwise(tokens) if two.kind in behind and not one.form}


def _has_transposes(tokens: Sequence[LineToken]) -> bool:
    """Whether a prime stands that no parenthesis follows."""
    return any(
        one.kind == "sign" and one.text == "'" and two.text != "(" for one, two in pairwise(tokens)
    )


def _is_of_letters(token: LineToken) -> bool:
    """Whether a name is a sum and its letters, ``sum_i``, which says of no ``*`` what it is."""
    return token.kind == "name" and bool(re.match(r"([Ss]um|prod|Σ|Π)_[A-Za-z]", token.text))


def _has_keywords(tokens: Sequence[LineToken]) -> bool:
    """Whether a call has an argument by its name, ``min=0``."""
    return any(
        token.text == "=" and tokens[j - 2].text in ("(", ",")
        for k, (called, opened) in enumerate(pairwise(tokens))
        if opened.text == "(" and called.kind in ("name", "word", "method")
        for j, token in outside(tokens, k + 2)
    )


def _is_python(token: LineToken) -> bool:
    if token.kind == "name" and token.text == "None":
        return True
    named = token.kind == "word" and token.form and token.form[0] not in "\\u"
    return token.kind == "method" or bool(named)
