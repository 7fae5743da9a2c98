"""The families of mistakes, each explained once: for a page, and for ``--explain``."""

from __future__ import annotations

from typing import NamedTuple

from matcalc.claims.answer import FAMILIES, FAMILY
from matcalc.errors import UnknownRuleError
from matcalc.near import near


class Lesson(NamedTuple):
    """A lesson of the documentation: its file, and its title."""

    file: str
    title: str

    @property
    def label(self) -> str:
        """What it is called: ``lesson 2: why is it Wᵀ and not W?``."""
        number = self.file[:2]
        return f"lesson {int(number)}: {self.title}" if number.isdigit() else self.title


class Family(NamedTuple):
    """A family of mistakes.

    Attributes:
        name: One of :data:`~matcalc.claims.answer.FAMILIES`.
        looks: What it looks like.
        why: Why it happens.
        see: How to see it.
        mend: How to mend it.
        example: What to give ``matcalc check`` for an example.
        lessons: Where to read on.
    """

    name: str
    looks: str
    why: str
    see: str
    mend: str
    example: tuple[str, ...]
    lessons: tuple[Lesson, ...]

    @property
    def title(self) -> str:
        """The name as a heading."""
        return self.name[0].upper() + self.name[1:]

    @property
    def anchor(self) -> str:
        """Where its section is on the page."""
        return self.name.replace(" ", "-")

    @property
    def causes(self) -> tuple[str, ...]:
        """The fine names of its mistakes."""
        return FAMILIES[self.name]


#: What each mistake is, in a sentence.
CAUSES: dict[str, str] = {
    "transpose": "a factor stands as it is where its transpose belongs, or the other way round",
    "order": "the factors stand in the wrong order; A B is not B A",
    "layout": "a part, or the whole, is written in the other layout",
    "vec-order": "entries are stacked by rows where columns are meant, or the factors of a "
    "Kronecker product are swapped",
    "index-convention": "the weights are stored the other way round, inputs by outputs, than the "
    "formula takes them",
    "broadcast": "NumPy stretches a number or a vector here; on paper the two do not fit",
    "kind-of-product": "a matrix product stands where entries are multiplied one by one, or the "
    "other way round",
    "diagonal": "a diagonal matrix is missing, or one is there that does not belong",
    "trace-not-removed": "the trace still stands there: what is under it is the derivative",
    "missing-sum": "a sum over entries, over samples or over paths is missing, or one too many",
    "chain-rule": "a factor of the chain rule is missing or off: the derivative of what is inside",
    "duplicated-factor": "a factor of the chain is there twice",
    "wrong-point": "a derivative is taken at the wrong point: f′(a) where f′(z) belongs",
    "ones-for-derivative": "ones stand where the derivative of a function belongs",
    "missing-term": "a term of the derivative is missing",
    "extra-term": "a term is there that the derivative has not",
    "wrong-expansion": "a product or a square is expanded as for numbers, or a rule is used "
    "where it does not hold",
    "factor": "a constant factor is off",
    "sign": "the sign is wrong",
    "norm-not-squared": "the norm is taken for its square, or the other way round",
    "symmetric-part": "A counts twice, as it is and transposed, which is 2 A for a symmetric A "
    "alone",
    "symmetric-variable": "the entries of a symmetric matrix do not move one by one",
    "scalar-rule": "a rule of numbers is used for a matrix",
    "inverse": "an inverse is missing, is one too many, or stands on the wrong side",
    "not-invertible": "the inverse of a matrix that has none",
    "wrong-variable": "another variable belongs there",
    "gradient-for-jacobian": "a vector of numbers stands where a matrix of all slopes is due",
}

_WHAT_A_LAYOUT_IS = Lesson("01-what-a-layout-is.md", "what a layout is")
_WHY_W = Lesson("02-why-w-transposed.md", "why is it Wᵀ and not W?")
_DIMENSIONS = Lesson("03-dimensions-that-do-not-work-out.md", "the dimensions do not work out")
_CHAIN = Lesson("04-the-chain-rule-in-both-layouts.md", "in which order do I multiply?")
_DIAGONAL = Lesson("05-elementwise-jacobians-are-diagonal.md", "why ⊙ and not a matrix product?")
_BATCHES = Lesson("07-batches.md", "is it dZ Xᵀ or Xᵀ dZ?")
_GRADIENT = Lesson("08-gradient-and-jacobian.md", "gradient and Jacobian")
_SYMMETRIC = Lesson("10-symmetric-variables.md", "symmetric variables")
_CHECKING = Lesson("12-checking-a-backward-pass.md", "is my backward pass right?")

_FAMILIES = (
    Family(
        "does not fit",
        "Two sizes meet that are not equal, as in 2×1 · 2×3. Or all sizes fit, and what comes out "
        "lies on its side: n×m where m×n is due.",
        "Two books write the same derivative as two matrices, one the transpose of the other, and "
        "multiply in opposite orders. Each is right by itself; a factor from the one in the order "
        "of the other does not fit. Where sizes are equal by chance, nothing warns.",
        "Write rows and columns under every factor. In a product the columns of the left one must "
        "meet as many rows of the right one. Let all sizes differ, so that no wrong transpose "
        "hides.",
        "Take one layout for all. With gradients as columns (denominator layout) each new factor "
        "goes to the left, and z = W x gives Wᵀ. Turning a product round transposes every factor: "
        "(A B)ᵀ = Bᵀ Aᵀ.",
        ("dz1 = W2 @ dz2", "--because", "z2 = W2 @ z1", "--vars", "W2[3,2] z1[2]"),
        (_WHY_W, _DIMENSIONS, _WHAT_A_LAYOUT_IS),
    ),
    Family(
        "kind of product",
        "@ stands where entries are multiplied one by one, or * where rows meet columns. Often the "
        "sizes say so: 3×1 · 3×1 has no matrix product.",
        "A function that works entry by entry, such as relu or tanh, has a diagonal Jacobian. "
        "A diagonal matrix times a column multiplies entry by entry, diag(s) v = s ⊙ v, so the "
        "matrix disappears and ⊙ is what is left of it.",
        "Ask for each factor: does entry i depend on entry i alone? Then it is ⊙ with a vector. "
        "Does it depend on all entries? Then it is a matrix product.",
        "Write s ⊙ v for the backward pass of a function entry by entry, and diag(s) A where a "
        "matrix follows. A sum over entries or samples is a product with ones; a trace is gone in "
        "its gradient.",
        (
            "dz1 = (W2.T @ dz2) @ step(z1)",
            "--because",
            "z2 = W2 @ relu(z1)",
            "--vars",
            "W2[3,2] z1[2]",
        ),
        (_DIAGONAL, _BATCHES),
    ),
    Family(
        "chain rule",
        "The sizes fit and the numbers are wrong: a factor such as relu′(z) is missing, is there "
        "twice, or is taken at another point.",
        "The chain has one factor for each step of the forward pass. Factors that work entry by "
        "entry change no size, so nobody misses them.",
        "Write the forward pass, one operation a line, and tick each line off in the formula. "
        "Each variable between the ends stands once above and once below a line.",
        "Put in the factor of the step that is missing, at the point where the forward pass has "
        "it: tanh(z) gives 1 − tanh(z)², with z and not with a.",
        ("dz1 = W2.T @ dz2", "--because", "z2 = W2 @ tanh(z1)", "--vars", "W2[3,2] z1[2]"),
        (_CHAIN, _DIAGONAL, _CHECKING),
    ),
    Family(
        "terms",
        "Part of the formula is right: a term is missing, or one is there that does not belong.",
        "A variable that stands in two places gives a term for each. Products are expanded as for "
        "numbers, (A + B)² as A² + 2 A B + B², where matrices do not commute.",
        "Count where the variable stands in the expression: that is how many terms the product "
        "rule makes. Then hold each term against one of them.",
        "Differentiate by one place at a time, all others held fixed, and add.",
        (
            "(A + A.T) @ x",
            "--of",
            "x.T @ A @ x + b.T @ x",
            "--wrt",
            "x",
            "--vars",
            "x[n] A[n,n] b[n]",
        ),
        (_CHECKING,),
    ),
    Family(
        "factor",
        "All entries are off by the same number: 2, ½, −1, or 1/n of a mean.",
        "The 2 of a square is forgotten, or cancelled against a ½ that is not there. The sign of "
        "an inner derivative is lost: y − p or p − y. A norm is no square: its gradient is x/‖x‖.",
        "Divide the two at one place: the same number everywhere is a factor. At size 1 the "
        "formula must be that of school: try x², −x, |x|.",
        "Put the factor in, and look where it comes from, so that it is put in once.",
        (
            "A.T @ (A @ x - b)",
            "--of",
            "norm(A @ x - b)**2",
            "--wrt",
            "x",
            "--vars",
            "A[m,n] x[n] b[m]",
        ),
        (
            Lesson(
                "../how-to/from-a-loss-to-its-gradient.md", "how to: from a loss to its gradient"
            ),
        ),
    ),
    Family(
        "symmetry",
        "2 A x stands where (A + Aᵀ) x belongs; or the derivative by a symmetric matrix counts "
        "what lies off the diagonal once where it counts twice.",
        "Books often say once, pages before, that A is symmetric. In a quadratic form x stands on "
        "both sides, and each gives a term: A x and Aᵀ x.",
        "Try an A that is not symmetric, [0 1; 0 0]. If the formula holds for symmetric ones only, "
        "it is this.",
        "Write A + Aᵀ. Or say that A is symmetric, if it is by the meaning of the problem and "
        "not to save the formula.",
        ("2 * A @ x", "--of", "x.T @ A @ x", "--wrt", "x", "--vars", "x[n] A[n,n]"),
        (_SYMMETRIC,),
    ),
    Family(
        "inverse",
        "1/X stands where X⁻ᵀ belongs, or −1/X² where −X⁻¹ … X⁻¹ does; an inverse is missing, is "
        "one too many, or is that of a matrix that has none.",
        "For numbers 1/x is x⁻¹ and the order does not count. For matrices the change sits between "
        "two inverses, d(X⁻¹) = −X⁻¹ (dX) X⁻¹, and A/B says nothing.",
        "Look for a division by a matrix, and for a square of one. A matrix that is not square "
        "has no inverse.",
        "Write d(X⁻¹) = −X⁻¹ (dX) X⁻¹ first, and then bring dX to the end.",
        ("X.T", "--of", "log(det(X))", "--wrt", "X", "--vars", "X[n,n]"),
        (Lesson("../identities.md", "reference: identities"),),
    ),
    Family(
        "the wrong thing",
        "Another variable stands where one belongs, or a vector where a whole matrix of slopes "
        "is due.",
        "In G Wᵀ and Xᵀ G it is easy to keep the letter that should go: the derivative by X has "
        "what multiplies X, and not X. And n outputs by n inputs are n² slopes, not n.",
        "Compare the shape with that of the variable. Of a matrix product X W, the gradient by X "
        "holds W and that by W holds X.",
        "Keep everything but the variable itself. A Jacobian of m outputs by n inputs is m×n.",
        ("G @ X.T", "--of", "tr(G.T @ (X @ W))", "--wrt", "X", "--vars", "G[n,m] X[n,d] W[d,m]"),
        (Lesson("06-weights-and-the-outer-product.md", "where does dz xᵀ come from?"), _GRADIENT),
    ),
)
BY_NAME: dict[str, Family] = {one.name: one for one in _FAMILIES}


def find_family(name: str) -> Family:
    """The family of a name: its own, with or without spaces, or that of one of its mistakes.

    Raises:
        UnknownRuleError: There is none; near names are said.

    >>> find_family("does-not-fit").name, find_family("transpose").name
    ('does not fit', 'does not fit')
    """
    word = " ".join(name.lower().replace("_", " ").replace("-", " ").split())
    if word in BY_NAME:
        return BY_NAME[word]
    fine = word.replace(" ", "-")
    if fine in FAMILY:
        return BY_NAME[FAMILY[fine]]
    known = [*BY_NAME, *CAUSES]
    close = near(word, known) or near(fine, known)
    hint = f"; near: {', '.join(close)}" if close else ""
    raise UnknownRuleError(
        f"no mistake is called {name[:60]!r}{hint}; the families are {', '.join(BY_NAME)}"
    )
