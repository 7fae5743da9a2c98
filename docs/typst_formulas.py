"""Turns the LaTeX that matcalc and the lessons write into the mathematics of Typst."""

import re

_TOKEN = re.compile(r"\\text\{[^{}]*\}|\\[A-Za-z]+|\\.|[0-9]+(?:\.[0-9]+)?|[^\s]")
_SAME = (
    *("Delta", "delta", "det", "exp", "log", "nabla", "partial", "quad", "sigma", "sum", "tanh"),
    *("times", "top"),
)
_SYMBOLS = {name: name for name in _SAME} | {
    "!": "",
    ",": "thin",
    ";": "med",
    "\\": "\\",
    "Bigl": "",
    "Bigr": "",
    "bigl": "",
    "bigr": "",
    "cdot": "dot.op",
    "lVert": "norm(",
    "lvert": "abs(",
    "neq": "eq.not",
    "odot": "dot.o",
    "otimes": "times.o",
    "qquad": "quad quad",
    "rVert": ")",
    "rvert": ")",
    "textstyle": "",
}
_CHARACTERS = {sign: sign for sign in "+-−=<>'?:&"} | {sign: f"\\{sign}" for sign in "()[],/"}
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
    return re.sub(r" (?=[\^_'])", "", shown)


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
    if token.replace(".", "").isalnum():
        return token
    if token in _CHARACTERS:
        return _CHARACTERS[token]
    raise ValueError(f"{token!r} is new: say in docs/typst_formulas.py how Typst writes it")


def _fence(token: str) -> str:
    return _SYMBOLS[token.removeprefix("\\")] if token.startswith("\\") else token


def _command(name: str, tokens: list[str]) -> str:
    if name in _SYMBOLS:
        return _SYMBOLS[name]
    if name.startswith("text{"):
        return f'"{name[5:-1]}"'
    if name in _WORDS:
        return _WORDS[name].format(_argument(tokens).replace(" ", ""))
    if name in ("frac", "tfrac"):
        return f"frac({_argument(tokens)}, {_argument(tokens)})"
    if name == "underbrace":
        above = _argument(tokens)
        tokens.pop()  # the _ of what stands below
        return f"underbrace({above}, {_argument(tokens)})"
    if name == "begin":
        return _environment(_argument(tokens).replace(" ", ""), tokens)
    raise ValueError(f"\\{name} is new: say in docs/typst_formulas.py how Typst writes it")


def _environment(kind: str, tokens: list[str]) -> str:
    """Lines that are aligned, as they stand; a matrix by its rows."""
    inside = _until(tokens, "\\end")
    _argument(tokens)  # which environment ends
    if kind == "aligned":
        return " \\ ".join(map(_apart, inside.split(" \\ ")))
    if kind == "bmatrix":
        return f'mat(delim: "[", {inside.replace("&", ",").replace(chr(92), ";")})'
    raise ValueError(f"{kind} is new: say in docs/typst_formulas.py how Typst writes it")


def _apart(line: str) -> str:
    """A line in which every second column, the beginning of another equation, keeps a distance."""
    columns = line.split("&")
    return "".join(
        column if not k else f"quad & {column}" if k % 2 == 0 else f"& {column}"
        for k, column in enumerate(columns)
    )


def _argument(tokens: list[str]) -> str:
    return _one(tokens.pop(), tokens)
