"""The signs of all notations, each with the one that the grammar knows it by."""

from __future__ import annotations

from typing import NamedTuple

#: The signs of the grammar, with the characters outside ASCII and the commands of LaTeX for each.
_WRITTEN = {
    "-": "− – — ‐ ‑",
    "*": "∗ ⁎ ﹡ ⋆ ast star",
    "×": "× times",
    "·": "· ⋅ ∙ • cdot bullet",
    "⊙": "⊙ ∘ ◦ ○ odot circ",
    "⊘": "⊘ oslash",
    "⊗": "⊗ otimes",
    "/": "÷ ∕ ⁄ div",
    "||": "‖ ∥ lVert rVert Vert",
    "|": "∣ lvert rvert vert mid",
    "<": "⟨ 〈 lt langle",
    ">": "⟩ 〉 gt rangle",
    "sqrt": "√ sqrt",
    "sum": "∑ sum",
    "prod": "∏ prod",
    "partial": "∂ partial",
    "nabla": "∇ nabla",
    "Δ": "∆",
    "'": "′ ’ ‘ ´ prime",
    "''": "″",
    "'''": "‴",
    ">=": "≥ geq ge",
    "≠": "≠ ne neq",
    "¬": "¬ neg lnot",
    "<=": "≤ leq le",
    "infty": "∞ infty",
    "maps": "↦ mapsto",
    "->": "→ to rightarrow",
    "in": "∈ in",
    "T": "⊤ ⟙ top intercal transp",
    "(": "₍",
    ")": "₎",
    ":": "colon",
    "=": "equiv coloneqq",
    "underset": "underset",
    "\\": "backslash",
    "frac": "frac dfrac tfrac cfrac",
    "+": "dagger",
    "...": "ldots cdots dots",
}
_SIGNS = {one: sign for sign, written in _WRITTEN.items() for one in written.split()}
CHARACTERS = {one: sign for one, sign in _SIGNS.items() if not one.isascii()}
FRACTIONS = {
    "½": (1, 2),
    "⅓": (1, 3),
    "⅔": (2, 3),
    "¼": (1, 4),
    "¾": (3, 4),
    "⅛": (1, 8),
}
ACCENTS = {"\u0302": "hat", "\u0303": "tilde", "\u0304": "bar", "\u0305": "bar", "\u0307": "dot"}


class Command(NamedTuple):
    """What a word behind a backslash is.

    Attributes:
        kind: ``name``, ``word`` (a function), ``sign``, ``space``, ``open``, ``close``, ``style``,
            ``accent``, ``text`` or a construct of the grammar: ``frac``, ``sqrt``, ``sum`` …
        text: The name, the sign.
    """

    kind: str
    text: str = ""


_GREEK = """alpha beta gamma delta epsilon zeta eta theta iota kappa lambda mu nu xi pi rho sigma
tau upsilon phi chi psi omega Gamma Delta Theta Lambda Xi Pi Sigma Phi Psi Omega"""
_FUNCTIONS = """exp log ln sin cos tan sinh cosh tanh arcsin arccos arctan det max min arg
argmin argmax inf sup tr Tr trace diag rank vec softmax sigmoid relu ReLU"""
_STYLES = """mathbf boldsymbol bm pmb mathit mathbb mathcal mathscr mathfrak vec overrightarrow
underline vect"""
_WORDS = """mathrm operatorname text textrm textit textbf mathsf mathop textsf rm texttt"""
_ACCENTS = {
    "hat": "hat",
    "widehat": "hat",
    "tilde": "tilde",
    "widetilde": "tilde",
    "bar": "bar",
    "overline": "bar",
    "dot": "dot",
}
_SPACES = """quad qquad displaystyle textstyle limits nolimits left right big Big bigg Bigg bigl
bigr Bigl Bigr biggl biggr Biggl Biggr middle nonumber thinspace enspace it bf cal sf"""

COMMANDS = {
    **{word: Command("name", word) for word in _GREEK.split()},
    "varepsilon": Command("name", "epsilon"),
    "varphi": Command("name", "phi"),
    "vartheta": Command("name", "theta"),
    "varrho": Command("name", "rho"),
    "varsigma": Command("name", "sigma"),
    "ell": Command("name", "l"),
    "bf1": Command("name", "1"),
    **{word: Command("word", word) for word in _FUNCTIONS.split()},
    **{word: Command("sign", sign) for word, sign in _SIGNS.items() if word.isascii()},
    **{word: Command("style", word) for word in _STYLES.split()},
    **{word: Command("text", word) for word in _WORDS.split()},
    **{word: Command("accent", accent) for word, accent in _ACCENTS.items()},
    **{word: Command("space") for word in _SPACES.split()},
    "begin": Command("begin"),
    "end": Command("end"),
    "lbrace": Command("open", "("),
    "rbrace": Command("close", ")"),
    "lbrack": Command("open", "["),
    "rbrack": Command("close", "]"),
    "underbrace": Command("underbrace"),
}
#: Words that a page which was copied without its backslashes has.
_LOST = """frac dfrac tfrac partial odot otimes oslash cdot mathrm mathbf mathbb mathcal mathsf
boldsymbol textbf operatorname lVert rVert lvert rvert langle rangle"""
DAMAGED = frozenset(_LOST.split())
DAMAGED_TOO = DAMAGED | frozenset(
    [*filter(str.isascii, _SIGNS), "left", "right", "bigl", "bigr", "text", "top", "circ", "quad"]
) - frozenset(["T", "star", "mid", "div", "dots", "gt", "lt", "le", "ge", "colon", "top"])

#: Libraries whose functions stand behind their names and a dot.
_MODULES = """np numpy jnp jax torch scipy math F nn tf sp sc special linalg onp autograd tensorflow
la mx mpmath cp cupy LinearAlgebra mc matcalc sympy stats"""
MODULES = frozenset(_MODULES.split())

#: How deep parts may lie within one another.
DEPTH = 60
ENDS = {"(": ")", "[": "]", "{": "}"}
