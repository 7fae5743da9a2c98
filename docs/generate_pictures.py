"""Writes docs/pictures/: the pictures that the documents show.

Run it with ``python docs/generate_pictures.py`` after the way pictures are drawn was changed.
"""

from collections.abc import Sequence
from pathlib import Path

import matcalc as mc
from matcalc.dimensions import parse
from matcalc.pictures import chain_svg, product_svg
from matcalc.pictures.drawing import Drawing, Element, Rectangle, Stroke, Text
from matcalc.pictures.shapes import Block, matrix_join, product_drawing

FOLDER = Path(__file__).parent / "pictures"
_NETWORK = "z2 = W2 @ x + b2; a2 = relu(z2); z3 = W3 @ a2 + b3; a3 = sigmoid(z3); "
_LOSS = "L = sum((a3 - y)**2) / 2"


def pictures() -> dict[str, str]:
    """Each file as it should be."""
    network = mc.derive(
        _NETWORK + _LOSS,
        wrt="W2",
        variables="x[2] W2[3,2] b2[3] W3[2,3] b3[2] y[2]",
        layout="denominator",
    )
    four_pieces = product_svg(
        ["δ₃", "W₃", "relu′(z₂)", "xᵀ"],
        [(2, 1), (2, 3), (3, 1), (1, 2)],
    )
    return {
        "why-w-transposed.svg": _chain("L z2[n2] a1[n1]"),
        "four-pieces.svg": four_pieces,
        "five-factors.svg": _chain("L a3[2] z3[2] a2[3] z2[3] W2[3,2]"),
        "network.svg": network.svg("graph"),
        "two-tables.svg": _two_tables(),
        "order-of-the-chain.svg": _chain("L y[2] z[3] x[5]"),
        "who-depends-on-whom.svg": _who_depends_on_whom(),
        "one-table-for-each-z.svg": _one_table_for_each_z(),
        "batches.svg": _batches(),
        "gradient-and-jacobian.svg": _gradient_and_jacobian(),
        "kronecker.svg": _kronecker(),
        "three-questions.svg": _three_questions(),
        "paper-and-notes.svg": _paper_and_notes(),
        "central-differences.svg": _central_differences(),
    }


def _chain(path: str) -> str:
    return chain_svg([mc.parse_variable(text) for text in path.split()])


_DIGITS = "₀₁₂₃"
_THREE, _TWO = (1, 2, 3), (1, 2)


def _two_tables() -> str:
    """Lesson 1: the six numbers ∂zᵢ/∂xⱼ in both layouts, those of z₂ marked."""

    def cell(i: int, j: int) -> tuple[str, str]:
        return f"∂z{_DIGITS[i]}/∂x{_DIGITS[j]}", "result" if i == 2 else "factor"

    z, x = [f"z{_DIGITS[i]}" for i in _THREE], [f"x{_DIGITS[j]}" for j in _TWO]
    left = _table([[cell(i, j) for j in _TWO] for i in _THREE], 30, 60, 84, 36, z, x)
    right = _table([[cell(i, j) for i in _THREE] for j in _TWO], 330, 60, 84, 36, x, z)
    titles = [
        Text(0, 0, "numerator layout, 3×2", "strong"),
        Text(300, 0, "denominator layout, 2×3", "strong"),
    ]
    return Drawing((*left, *right, *titles)).document(
        "The six numbers of ∂z/∂x in both layouts",
        "Numerator layout has a row for each entry of z and a column for each entry of x; "
        "denominator layout has a row for each entry of x. The numbers of z₂ are a row in the one "
        "and a column in the other.",
    )


def _who_depends_on_whom() -> str:
    """Lesson 5: which entry depends on which, entry by entry and in a softmax."""
    s = [
        [(f"s{_DIGITS[i]}", "factor") if i == j else ("0", "joint") for j in _THREE] for i in _THREE
    ]
    p = [[(_softmax_entry(i, j), "factor") for j in _THREE] for i in _THREE]
    z = [f"z{_DIGITS[j]}" for j in _THREE]
    elements: list[Element] = [
        Text(0, 0, "a = σ(z), entry by entry", "strong"),
        *_wires("a", 0, [(k, k) for k in _THREE]),
        *_table(s, 30, 220, 84, 36, [f"a{_DIGITS[i]}" for i in _THREE], z),
        Text(370, 0, "p = softmax(z)", "strong"),
        *_wires("p", 370, [(j, i) for j in _THREE for i in _THREE]),
        *_table(p, 400, 220, 84, 36, [f"p{_DIGITS[i]}" for i in _THREE], z),
    ]
    return Drawing(tuple(elements)).document(
        "Which entry depends on which",
        "Entry by entry: a line from each entry of z to the same entry of a; the table of "
        "derivatives has s₁, s₂, s₃ on its diagonal and zeros elsewhere. Softmax: lines from each "
        "entry of z to each of p; the table has no zeros.",
    )


def _softmax_entry(i: int, j: int) -> str:
    one, other = (f"p{_DIGITS[k]}" for k in sorted((i, j)))
    return f"{one}(1 − {one})" if i == j else f"−{one} {other}"


def _wires(name: str, left: float, pairs: Sequence[tuple[int, int]]) -> list[Element]:
    """Lines from entries of z to entries of another variable."""
    found: list[Element] = []
    for j, i in pairs:
        y, there = 45.0 * j, 45.0 * i
        found.append(Stroke(((left + 76, y), (left + 226, there)), "arrow"))
    for k in _THREE:
        for text, x in ((f"z{_DIGITS[k]}", left + 40), (f"{name}{_DIGITS[k]}", left + 226)):
            found.append(Rectangle(x, 45.0 * k - 14, 36, 28, "variable", 14))
            found.append(Text(x + 18, 45.0 * k, text, "inside", "middle"))
    return found


def _one_table_for_each_z() -> str:
    """Lesson 6: ∂z/∂W as one table for each entry of z, and their sum with weights."""
    elements: list[Element] = []
    for i in _THREE:
        x = 210.0 * (i - 1)
        title = f"∂z{_DIGITS[i]}/∂W"
        rows = [
            [(f"x{_DIGITS[k]}", "factor") if i == j else ("0", "joint") for k in _TWO]
            for j in _THREE
        ]
        sign = "" if i == 1 else "+  "
        elements += [
            Text(x + 56, 86, f"{sign}dz{_DIGITS[i]} ·", anchor="end"),
            Text(x + 110, 14, title, anchor="middle"),
            *_table(rows, x + 66, 32, 44, 36),
        ]
    dz_x = [[(f"dz{_DIGITS[j]} x{_DIGITS[k]}", "result") for k in _TWO] for j in _THREE]
    elements += [
        Text(646, 86, "=", anchor="end"),
        Text(732, 14, "∂L/∂W", anchor="middle"),
        *_table(dz_x, 660, 32, 72, 36),
    ]
    return Drawing(tuple(elements)).document(
        "The derivative of each entry of z by W, and their sum",
        "Three tables of the shape of W. That of zᵢ has x₁ and x₂ in row i and zeros elsewhere. "
        "Times dz₁, dz₂ and dz₃ they add up to a table whose entry at j, k is dzⱼ xₖ.",
    )


def _batches() -> str:
    """Lesson 7: the gradient of the weights, samples as columns and samples as rows."""
    return _side_by_side(
        "The gradient of the weights over a batch of five",
        ("samples are columns", "dZ[3,5] Xᵀ[5,2]", "dW"),
        ("samples are rows", "Xᵀ[2,5] dZ[5,3]", "dW"),
    )


def _gradient_and_jacobian() -> str:
    """Lesson 8: a column and an m×n Jacobian, as they stand and with a transpose."""
    return _side_by_side(
        "A gradient and a Jacobian",
        ("as they stand", "J[3,2] ∇ₕL[3,1]", ""),
        ("J transposed", "Jᵀ[2,3] ∇ₕL[3,1]", "∇ₓL"),
    )


def _kronecker() -> str:
    """Lesson 9: the blocks of Bᵀ ⊗ A, for an A of 5×2 and a B of 3×4."""
    digits, four = "₀₁₂₃₄", (1, 2, 3, 4)
    cells = [[(f"B{digits[k]}{digits[j]} A", "factor") for k in _THREE] for j in four]
    f, x = [f"F: column {j}" for j in four], [f"X: column {k}" for k in _THREE]
    elements: list[Element] = [
        *_table(cells, 0, 0, 100, 48, f, x),
        Text(316, 84, "each block is 5×2,"),
        Text(316, 108, "the whole 20×6"),
    ]
    return Drawing(tuple(elements)).document(
        "The blocks of Bᵀ ⊗ A",
        "A row of blocks for each column of F = A X B, a column of blocks for each column of X. "
        "The block at j, l is the entry of B in row l and column j, times A.",
    )


_QUESTIONS = (
    ("1. each entry alone", ("0", "h", "0", "0"), ("1", "3", "2", "4")),
    ("2. the free numbers", ("0", "h", "h", "0"), ("1", "5", "5", "4")),
    ("3. the direction", ("0", "h/2", "h/2", "0"), ("1", "2.5", "2.5", "4")),
)


def _three_questions() -> str:
    """Lesson 10: for each question, the step that S takes, and the matrix of the answers."""
    elements: list[Element] = [
        Text(-12, 72, "a step of S", anchor="end"),
        Text(-12, 184, "the answers", anchor="end"),
    ]
    for k, (title, step, answers) in enumerate(_QUESTIONS):
        x = 190.0 * k
        moved = [(text, "factor" if text != "0" else "joint") for text in step]
        found = [
            (text, "result" if which[0] != "0" else "joint")
            for text, which in zip(answers, moved, strict=True)
        ]
        elements += [
            Text(x, 14, title, "strong"),
            *_table([moved[:2], moved[2:]], x, 36, 64, 36),
            *_table([found[:2], found[2:]], x, 148, 64, 36),
        ]
    return Drawing(tuple(elements)).document(
        "Three questions about a symmetric matrix",
        "Question 1 moves the entry at 1, 2 alone; its answers are 1, 3, 2, 4. Question 2 moves "
        "the entries at 1, 2 and 2, 1 together; it has 5 at both. Question 3 shares the step "
        "between the two; it has 2.5 at both.",
    )


def _paper_and_notes() -> str:
    """Lesson 11: the gradient of logistic regression as a row and as a column."""
    return _side_by_side(
        "One gradient, as a row and as a column",
        ("the paper: a row", "(p − y)ᵀ[1,5] X[5,2]", "∂L/∂w"),
        ("your notes: a column", "Xᵀ[2,5] (p − y)[5,1]", "∂L/∂w"),
    )


def _central_differences() -> str:
    """Lesson 12: L = ½ (3 w − 1)² with its slope at 2, and with chords across a step of 1."""

    def point(w: float, loss: float) -> tuple[float, float]:
        return 200 * (w - 0.7), -9 * loss

    def height(w: float) -> float:
        return (3 * w - 1) ** 2 / 2

    left, middle, right = ((w, height(w)) for w in (1.0, 2.0, 3.0))
    curve = [point(w / 20, height(w / 20)) for w in range(15, 64)]
    tangent = [point(w, middle[1] + 15 * (w - 2)) for w in (1.2, 3.0)]
    ends = {"w − h": left, "w": middle, "w + h": right}
    floor = point(0.75, 0)
    elements: list[Element] = [
        Stroke((floor, point(3.3, 0)), "arrow"),
        *(Stroke((point(w, 0), point(w, loss)), "guide") for w, loss in ends.values()),
        *(Text(point(w, 0)[0], 18, name, anchor="middle") for name, (w, _) in ends.items()),
        Stroke(tuple(curve), "variable"),
        Stroke(tuple(tangent), "joint"),
        Stroke((point(*left), point(*right)), "path"),
        Stroke((point(*middle), point(*right)), "side"),
        *(Rectangle(*_around(point(*one)), "variable", 4) for one in ends.values()),
        Text(540, -270, "one side: 19.5", "mismatch"),
        Text(540, -235, "both sides: 15", "strong"),
        Text(540, -200, "the slope at w: 15, dashed"),
    ]
    return Drawing(tuple(elements)).document(
        "A slope, measured on both sides and on one",
        "The curve of the loss over the weight w, with its tangent at w. The chord from w − h to "
        "w + h is parallel to the tangent; that from w to w + h is steeper.",
    )


def _around(point: tuple[float, float]) -> tuple[float, float, float, float]:
    """A square of 8 about a point."""
    x, y = point
    return x - 4, y - 4, 8, 8


def _side_by_side(title: str, *products: tuple[str, str, str]) -> str:
    """Products of two matrices, each with a heading, its factors, and a name for its result."""
    elements: list[Element] = []
    words: list[str] = []
    left = 0.0
    for heading, factors, result in products:
        blocks = []
        for factor in factors.split("] "):
            label, _, shape = factor.rstrip("]").partition("[")
            rows, _, columns = shape.partition(",")
            blocks.append(Block(label, parse(rows), parse(columns)))
        first, second = blocks
        joins = [matrix_join(first.columns, second.rows)]
        drawing, said = product_drawing(blocks, joins, Block(result, first.rows, second.columns))
        x, y, right, _ = drawing.box
        elements += [Text(left, 0, heading, "strong"), *drawing.moved(left - x, 30 - y).elements]
        words.append(f"{heading}: {said}")
        left += right - x + 50
    return Drawing(tuple(elements)).document(title, " ".join(words))


def _table(
    rows: Sequence[Sequence[tuple[str, str]]],
    x: float,
    y: float,
    width: float,
    height: float,
    row_names: Sequence[str] = (),
    column_names: Sequence[str] = (),
) -> list[Element]:
    """Cells with a text and a look each; names stand on the left and above."""
    found: list[Element] = []
    for i, row in enumerate(rows):
        for j, (text, look) in enumerate(row):
            left, top = x + j * width, y + i * height
            found.append(Rectangle(left, top, width, height, look))
            found.append(Text(left + width / 2, top + height / 2, text, "inside", "middle"))
    for i, name in enumerate(row_names):
        found.append(Text(x - 8, y + (i + 0.5) * height, name, anchor="end"))
    for j, name in enumerate(column_names):
        found.append(Text(x + (j + 0.5) * width, y - 14, name, anchor="middle"))
    return found


if __name__ == "__main__":
    FOLDER.mkdir(exist_ok=True)
    for name, svg in pictures().items():
        (FOLDER / name).write_text(svg, encoding="utf-8")
