"""What is answered to a claim: verdict, cause, place and repair, each as data."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import TYPE_CHECKING, Literal

from matcalc.notation.shown import Shown

if TYPE_CHECKING:  # it loads NumPy, which sizes and names do without
    from matcalc.checking.verdict import Verdict

Sure = Literal["", "only", "one_of", "rewrite"]

Kind = Literal["formula", "sizes", "chain"]

#: Eight families for people, with the fine names of each.
FAMILIES: dict[str, tuple[str, ...]] = {
    "does not fit": ("transpose", "order", "layout", "vec-order", "index-convention", "broadcast"),
    "kind of product": ("kind-of-product", "diagonal", "trace-not-removed", "missing-sum"),
    "chain rule": (
        "chain-rule",
        "duplicated-factor",
        "wrong-point",
        "ones-for-derivative",
    ),
    "terms": ("missing-term", "extra-term", "wrong-expansion"),
    "factor": ("factor", "sign", "norm-not-squared"),
    "symmetry": ("symmetric-part", "symmetric-variable"),
    "inverse": ("scalar-rule", "inverse", "not-invertible"),
    "the wrong thing": ("wrong-variable", "gradient-for-jacobian"),
}
FAMILY: dict[str, str] = {name: family for family, names in FAMILIES.items() for name in names}


@dataclass(frozen=True, slots=True)
class Cause:
    """A mistake that would have made the claim of the truth.

    Attributes:
        name: The fine name: ``transpose``.
        start: Where the place begins in the claim as it was typed.
        end: Where it ends.
        says: What is wrong there, in a sentence with the names of the case.
    """

    name: str
    start: int
    end: int
    says: str

    @property
    def family(self) -> str:
        """The family, one of eight; nothing of a place whose cause is not told."""
        return FAMILY.get(self.name, "")


@dataclass(frozen=True, slots=True)
class ClaimPiece:
    """A part of the claim as it was typed.

    Attributes:
        text: What stands there.
        start: Where it begins in the claim.
        end: Where it ends.
        shape: Its shape as rows and columns: ``2×1``; ``?`` where it does not fit inside.
    """

    text: str
    start: int
    end: int
    shape: str


@dataclass(frozen=True, slots=True)
class Misfit:
    """Two parts that do not fit together.

    Attributes:
        start: Where the left one begins.
        end: Where the right one ends.
        sign: The operation.
        left: The shape of the left one.
        right: The shape of the right one.
        says: Both, in words: ``1 ≠ 2``.
    """

    start: int
    end: int
    sign: str
    left: str
    right: str
    says: str


@dataclass(frozen=True, slots=True)
class ClaimTerm:
    """One term of the claim.

    Attributes:
        text: The term with its sign.
        start: Where it begins.
        end: Where it ends.
        right: Whether the derivative has it too.
        says: How it is off, where it is; nothing where it is right.
    """

    text: str
    start: int
    end: int
    right: bool
    says: str = ""


@dataclass(frozen=True, slots=True)
class RepairProduct:
    """One product of a repair, with the shapes that meet in it.

    Attributes:
        text: The product in the input language: ``W3.T @ d3``.
        shapes: The shapes of what is multiplied and of the result: ``3×2 · 2×1 = 3×1``.
        says: What it is, where that is known: ``∂L/∂a2``.
    """

    text: str
    shapes: str
    says: str = ""


@dataclass(frozen=True, slots=True)
class Counterexample:
    """The smallest numbers at which the claim and the derivative differ.

    Attributes:
        arrays: The variables, as nested lists.
        claimed: What the claim gives.
        true: What the derivative is.
    """

    arrays: Mapping[str, object]
    claimed: object
    true: object


@dataclass(frozen=True, slots=True, repr=False)
class Checked(Shown):
    """What is answered to a claim; true if the claim is right.

    Attributes:
        claim: The claim as it was typed.
        name: The left side of an equation; nothing of a formula.
        read: The claim in the input language, without shapes and left side.
        verdict: One of :data:`~matcalc.checking.verdict.VERDICTS`.
        reason: Why, in words.
        layout: The layout in which it was judged.
        truth: The derivative, as matcalc writes it.
        causes: The mistakes that may have been made, the likeliest first.
        repair: The claim with few edits, equal to the derivative; nothing where it is right.
        sure: ``only`` where no other repair is as near, ``one_of`` where others are, ``rewrite``
            where this is a different formula and the repair is the derivative itself.
        repairs: The repair and others as near, the likeliest first.
        right_when: Conditions under which the claim would be right.
        pieces: The factors of the claim from left to right, each with its shape.
        misfits: Every place that does not fit.
        terms: The terms of a sum, which are right and which are off.
        missing: Terms of the derivative that no term of the claim stands for.
        why: Why, in two or three sentences made of the case.
        counterexample: The smallest numbers at which both differ.
        points: At how many points both were compared.
        kinks: Whether these lie on both sides of every kink.
        assumptions: What was not typed and changes the answer.
        notes: How the claim was read.
        kind: What was checked: a formula, whose causes are guesses, the likeliest first; or sizes
            alone or a chain of fractions, where every cause is one.
        shape: The shape of the derivative in that layout, rows and columns: ``3×2``.
        claimed_shape: That of the claim; ``?`` where it does not fit inside.
        products: The products of the repair, the innermost first, each with its shapes.
    """

    claim: str
    name: str
    read: str
    verdict: Verdict
    reason: str
    layout: str
    truth: str
    causes: tuple[Cause, ...] = ()
    repair: str | None = None
    sure: Sure = ""
    repairs: tuple[str, ...] = ()
    right_when: tuple[str, ...] = ()
    pieces: tuple[ClaimPiece, ...] = ()
    misfits: tuple[Misfit, ...] = ()
    terms: tuple[ClaimTerm, ...] = ()
    missing: tuple[str, ...] = ()
    why: tuple[str, ...] = ()
    counterexample: Counterexample | None = None
    points: int = 0
    kinks: bool = False
    assumptions: tuple[str, ...] = ()
    notes: tuple[str, ...] = ()
    kind: Kind = "formula"
    shape: str = ""
    claimed_shape: str = ""
    products: tuple[RepairProduct, ...] = ()

    def __bool__(self) -> bool:
        return self.verdict == "right"

    def _line(self) -> str:
        """The verdict, why, and the repair."""
        cause = f", {self.causes[0].name}" if self.causes and self.causes[0].name else ""
        said = f"{self.verdict}{cause}: {self.claim}"
        return f"{said}; repaired: {self.repair}" if self.repair else said

    @property
    def answer_note(self) -> str:
        """A stable note for reports, free of numbers and names: ``wrong_value/terms/…``."""
        if not self.causes or not self.causes[0].name:
            return self.verdict
        first = self.causes[0]
        return f"{self.verdict}/{first.family.replace(' ', '-')}/{first.name}"
