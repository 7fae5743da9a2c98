"""What is known of an operation beside its derivative: a field for each, which most leave out."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from typing import Any, NamedTuple

from matcalc.dimensions import Dimension
from matcalc.graph import Apply, Node

Arguments = tuple[tuple[Any, ...], Mapping[str, Any]]


class OfSizes(NamedTuple):
    """How formulas make a constant of sizes.

    Attributes:
        build: From the sizes to the node.
        usage: How it is written: ``eye(n)``.
        arguments: What a node of it is written with, by place and by name.
    """

    build: Callable[..., Node]
    usage: str
    arguments: Callable[[Apply], Arguments] | None = None


class Picking(NamedTuple):
    """What is known of a matrix of ones in some places, a window of a vector.

    Attributes:
        edges: Where the windows begin that it puts parts in, and how long these are.
        columns: Some of its columns, from one to another; nothing where that depends on sizes.
    """

    edges: Callable[[Apply], set[tuple[Dimension, Dimension]]]
    columns: Callable[[Apply, Dimension, Dimension], Node | None]


@dataclass(frozen=True, slots=True, kw_only=True)
class Facts:
    """How an operation is called, written and computed, and what its values are like.

    Attributes:
        aliases: Other names that formulas may call it by: ``ln``.
        elsewhere: What other languages call it, which is read as its name: ``sgn``, R's ``plogis``.
        words: What it is called in full, or by others, where a name is not known: ``determinant``.
        number_first: Whether people write its parameter in front: ``polygamma(1, x)``.
        of_sizes: How formulas make it of sizes, if it is a constant: ``eye(n)``.
        picking: What is known of it if it picks entries of a vector.
        required: The parameters without which it has no meaning.
        keywords: What others call its parameters, and their names: ``negative_slope``, ``slope``.
        sized: Whether its parameter is a size.
        many: Whether it takes any number of operands.
        lists: Whether it takes arrays or numbers as a list: ``stack([x, y])``, ``ones((2, 3))``.
        order: Of which order it is as a norm, as NumPy and PyTorch call that: ``nuc``.
        of_rows: Whether it takes a row as it takes a column.
        positive: Whether every entry of it is above zero.
        within_one: Whether no entry of it is larger than 1, or smaller than -1.
        kinked: Whether it has a kink or a jump.
        linear: Whether it is linear, so that numbers and signs pass through it.
        odd: Whether the sign of what it takes passes through it; that of what is linear does.
        length: Whether it is the root of a sum of squares.
        mirrored: Whether 1 less it is what it is of the negative: ``1 - sigmoid(x)``.
        of_vectors: Of the sign ε_ijk, what it makes of a vector, and of two: ``skew``, ``cross``.
        spectral: What books call it, or the entry of it at a place: ``λ_max``, -1.
        log_of: The function that it is the logarithm of, where that is none here: ``gamma``.
        below: The sign below a bracket that means it: ``(x)_+``.
        of_square: What computes it of a square.
        of_each_row: Whether of a matrix it is, with no axis, of each row.
        of_symmetric: Whether of a matrix its symmetric part alone is taken.
        of_stacks: Whether it takes stacks of matrices, though its signature promises none.
        directed: Whether its last operand has an axis more for directions, where there are several.
        along: What it is along an axis, where it takes none itself.
        chunked: Whether libraries that hold arrays in chunks have it, as NumPy calls it.
        result_of: The function of NumPy with several results of which it is one, and its place.
        fused: Two functions that it is, the inner one first: ``svdvals``, ``sum``.
        approximations: The rules that libraries call an approximation of it, by their names.
        of_two: What it is of two operands, entry by entry: ``max`` is ``maximum``.
        convention: What is said of it, where others mean another thing by its name.
        behind_targets: Of a loss of targets, what stands behind these: ``logits``.
        keeps_symmetry: Whether it makes symmetric matrices of symmetric ones: of a transpose it is
            the transpose.
        symmetric: Whether every matrix that it makes is symmetric.
        of_matrices: What its namesake among the functions of a matrix is called, and its name.
        power_behind_name: Whether a power stands behind the name: ``tanh²(x)``.
        unicode: Its sign in Unicode, where that is not its name.
        latex: Its sign in LaTeX.
        in_math: Whether Python's own ``math`` has it, by its name.
        slope: How books write its slope, of its operand ``x`` and its value ``y``: ``1 - y**2``.
        sign: The sign that it is written with: ``@``.
        of_whole: Whether it is of a matrix as a whole, so that a number in it may be one times I.
        in_torch: How the function of its name in PyTorch differs, with what to write for it.
        scipy: Who computes it where NumPy does not, in SciPy: ``special.erf``.
        code: Templates, or names of helpers, by the module of a library, where it is not computed
            as in NumPy; behind ``of all`` those over all entries of a matrix.
        building_block: Whether formulas have it from derivatives alone.
        slides: Whether it is windows that slide: their stride, dilation and padding are its
            parameters.
        entries: The numbers of a constant of a size, as nested lists: code writes them out.
    """

    aliases: tuple[str, ...] = ()
    elsewhere: tuple[str, ...] = ()
    words: tuple[str, ...] = ()
    number_first: bool = False
    of_sizes: OfSizes | None = None
    picking: Picking | None = None
    required: tuple[str, ...] = ()
    keywords: Mapping[str, str] = field(default_factory=dict[str, str])
    sized: bool = False
    many: bool = False
    lists: bool = False
    order: str = ""
    of_rows: bool = False
    positive: bool = False
    within_one: bool = False
    kinked: bool = False
    linear: bool = False
    odd: bool = False
    length: bool = False
    mirrored: bool = False
    of_vectors: tuple[str, str] = ("", "")
    spectral: Mapping[str, int | None] = field(default_factory=dict[str, "int | None"])
    log_of: str = ""
    below: str = ""
    of_square: str = ""
    of_each_row: bool = False
    of_symmetric: bool = False
    of_stacks: bool = False
    directed: bool = False
    along: str = ""
    chunked: bool = False
    result_of: tuple[str, str] = ("", "")
    fused: tuple[str, str] = ("", "")
    approximations: Mapping[str, str] = field(default_factory=dict[str, str])
    of_two: str = ""
    convention: str = ""
    behind_targets: str = ""
    keeps_symmetry: bool = False
    symmetric: bool = False
    of_matrices: tuple[str, str] = ("", "")
    power_behind_name: bool = False
    unicode: str = ""
    latex: str = ""
    in_math: bool = False
    slope: str = ""
    sign: str = ""
    of_whole: bool = False
    in_torch: str = ""
    scipy: str = ""
    code: Mapping[str, str] = field(default_factory=dict)
    building_block: bool = False
    slides: bool = False
    entries: Callable[[int], Any] | None = None


NONE = Facts()


def of_special(name: str, torch: str = "torch.special") -> dict[str, str]:
    """The code of a function that NumPy lacks, and ``scipy.special`` and its kin have.

    >>> of_special("erfcx")["torch"]
    'torch.special.erfcx({0})'
    """
    kin = {"torch": torch, "jnp": "jax.scipy.special"}
    return {key: f"{module}.{name}({{0}})" for key, module in kin.items()}
