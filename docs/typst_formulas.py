"""Turns the LaTeX that matcalc writes into the mathematics of Typst, which sets docs/sheet.typ."""

import re

_TOKEN = re.compile(r"\\([A-Za-z]+|.)|([0-9]+)|([^\s])")
_SAME = ("det", "log", "partial", "sigma", "times", "top")
_SYMBOLS = {name: name for name in _SAME} | {
    "!": "",
    "lVert": "norm(",
    "lvert": "abs(",
    "odot": "dot.o",
    "otimes": "times.o",
    "rVert": ")",
    "rvert": ")",
}
_CHARACTERS = {sign: sign for sign in "+-=<>',"} | {sign: f"\\{sign}" for sign in "()[]"}
_FENCES = frozenset(("\\left", "\\right"))  # what follows grows with what is inside
_WORDS = {"mathbf": 'bold("{}")', "operatorname": 'op("{}")'}


def typst(latex: str) -> str:
    r"""A formula in LaTeX as Typst writes it.

    Raises:
        ValueError: It holds something that no formula on the sheet has held so far.

    >>> print(typst(r"2 A^\top \left(A x - b\right)"))
    2 A^(top) ( A x - b )
    >>> print(typst(r"\frac{x}{\lVert x \rVert} \odot \operatorname{softmax}(z)"))
    frac(x, norm( x )) dot.o op("softmax") \( z \)
    """
    tokens = [match[0] for match in _TOKEN.finditer(latex)]
    tokens.reverse()
    shown = _until(tokens, "")
    return re.sub(r" (?=[\^_])", "", shown)


def _until(tokens: list[str], end: str) -> str:
    """What stands before a closing brace, or before the end."""
    found = []
    while tokens and (token := tokens.pop()) != end:
        found.append(_one(token, tokens))
    return " ".join(filter(None, found))


def _one(token: str, tokens: list[str]) -> str:
    """A token with what it takes."""
    name = token.removeprefix("\\")
    if token in ("^", "_"):
        return f"{token}({_argument(tokens)})"
    if token in _FENCES:
        return _fence(tokens.pop())
    if token == "{":
        return _until(tokens, "}")
    if token.startswith("\\"):
        return _command(name, tokens)
    if token.isalnum():
        return token
    if token in _CHARACTERS:
        return _CHARACTERS[token]
    raise ValueError(f"{token!r} is new: say in docs/typst_formulas.py how Typst writes it")


def _fence(token: str) -> str:
    return _SYMBOLS[token.removeprefix("\\")] if token.startswith("\\") else token


def _command(name: str, tokens: list[str]) -> str:
    if name in _SYMBOLS:
        return _SYMBOLS[name]
    if name in _WORDS:
        return _WORDS[name].format(_argument(tokens).replace(" ", ""))
    if name == "frac":
        return f"frac({_argument(tokens)}, {_argument(tokens)})"
    if name == "underbrace":
        above = _argument(tokens)
        tokens.pop()  # the _ of what stands below
        return f"underbrace({above}, {_argument(tokens)})"
    raise ValueError(f"\\{name} is new: say in docs/typst_formulas.py how Typst writes it")


def _argument(tokens: list[str]) -> str:
    return _one(tokens.pop(), tokens)
