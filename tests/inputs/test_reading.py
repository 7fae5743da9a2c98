"""Lines in every notation are read as what they mean, or refused; never by another exception."""

import random

import pytest
from work import calls

import matcalc as mc
from matcalc.errors import MatcalcError, Place
from matcalc.expression import parse_declarations
from matcalc.inputs.reading import read_line
from matcalc.variables import Variable

DECLARED = "A[m,n] B[n,k] S[n,n] x[n] y[m] b[m] w[n] c lam z1[p] W2[m,p] a1[p] W1[p,n] a2[m] Y[m,k]"

#: What is typed, and what that is in the language.
LINES = {
    r"\frac{1}{2}\|Ax-b\|_2^2": "1 / 2 * norm(A @ x - b)**2",
    r"\frac{\partial L}{\partial W^{(2)}} = (a^{(2)} - y) \odot a^{(2)} a^{(1)T}": (
        "dW2 = (a2 - y) * a2 @ a1.T"
    ),
    "frac {partial L}{partial W^{(2)}} = (a^{(2)} – y) odot a^{(2)} a^{(1)T}": (
        "dW2 = (a2 - y) * a2 @ a1.T"
    ),
    r"dz^{[1]} = W^{[2]T} dz^{[2]} * g^{[1]'}(z^{[1]})": "dz1 = W2.T @ dz2 * g'(z1)",
    r"\mathrm{tr}(B^\top S B)": "tr(B.T @ S @ B)",
    r"\log\det S": "log(det(S))",
    r"\mathbf{x}^{\mathsf{T}} \mathbf{S} \mathbf{x}": "x.T @ S @ x",
    r"\left( Ax - b \right)^{\top} (Ax - b)": "(A @ x - b).T @ (A @ x - b)",
    r"\sum_{i} (b_i - a_{2,i})^2": None,
    r"\sum_i b_i \log y_i": "sum(b * log(y))",
    "dW₂ = (a₂ − y) a₁ᵀ": "dW2 = (a2 - y) @ a1.T",
    "∂L/∂W₂ = (a₂ − y) a₁ᵀ": "dW2 = (a2 - y) @ a1.T",
    "dL_dW2 = (a2 - y) a1'": "dW2 = (a2 - y) @ a1.T",
    "½‖A x − b‖² + λ‖x‖₁": "1/2 * norm(A @ x - b)**2 + lam * norm1(x)",
    "S⁻¹ x": "inv(S) @ x",
    "S⁻ᵀ x": "inv(S).T @ x",
    "x'*S*x": "x.T @ S @ x",
    "A'*(A*x - b)": "A.T @ (A @ x - b)",
    "y.*(A*x) ./ b.^2": "y * (A @ x) / b**2",
    "A' %*% (A %*% x - b)": "A.T @ (A @ x - b)",
    "S\\x": "solve(S, x)",
    "2Ax": "2 * A @ x",
    "x^T S x": "x.T @ S @ x",
    "(Ax-b)^T(Ax-b)": "(A @ x - b).T @ (A @ x - b)",
    "Wx": None,
    "x.T.dot(S).dot(x)": "x.T @ S @ x",
    "np.linalg.norm(A @ x - b) ** 2": "norm(A @ x - b)**2",
    "np.einsum('ij,j', A, x)": 'einsum("ij,j->i", A, x)',
    "torch.softmax(x, dim=-1)": "softmax(x)",
    "A @ x - b": "A @ x - b",
}


def declared(text: str = DECLARED) -> dict[str, Variable]:
    return {name: one.variable for name, one in parse_declarations(text).items()}


@pytest.mark.parametrize("line", [one for one, text in LINES.items() if text])
def test_a_line_is_read_as_what_it_means(line: str) -> None:
    assert read_line(line, declared()).text == LINES[line]


def test_a_line_of_the_language_is_left_as_it_is() -> None:
    for line in ("A @ x - b", "sum(x**2)", "z = A @ x; sum(z * z)", "x.T @ S @ x"):
        found = read_line(line, declared())
        assert (found.text, found.notation, found.said) == (line, "matcalc", ())


def test_what_was_assumed_is_said_once() -> None:
    found = read_line("A*x + A*x", declared())
    assert found.notation == "matlab"
    assert found.said == ("read as MATLAB: A @ x + A @ x",)


def test_two_readings_that_both_fit_are_shown_and_none_is_chosen() -> None:
    with pytest.raises(MatcalcError, match=r"S @ S.*S \* S"):
        read_line("x^T (S*S) x", declared())


@pytest.mark.parametrize("line", ["A*x + b", r"\frac{1}{2} x^T S x", "xᵀ S x", "x'*S*x"])
def test_each_place_of_the_text_is_a_place_of_the_line(line: str) -> None:
    found = read_line(line, declared())
    for name in "ASxb":
        for k, letter in enumerate(found.text):
            if letter == name:
                place = found.typed(Place(found.text, k, k + 1))
                assert place.text == line
                assert name in line[place.start : place.stop]


def test_a_derivative_on_the_left_says_of_what_and_by_what() -> None:
    for line, of in {
        r"\frac{\partial L}{\partial W_2} = a_2 a_1^T": "L",
        "∂L/∂W₂ = a₂ a₁ᵀ": "L",
        "dL/dW2 = a2 a1'": "L",
        "dL_dW2 = a2 a1'": "L",
        "∇_W2 L = a2 a1'": "L",
        "dW2 = a2 a1'": "",
        "∂(xᵀ W₂ a₁)/∂W₂ = x a₁ᵀ": "x.T @ W2 @ a1",
    }.items():
        left = read_line(line, declared()).left
        assert left is not None
        assert (left.name, left.of, left.wrt) == ("dW2", of, "W2")


PIECES = [
    *("A", "x", "S", "λ", "W^{(2)}", "W₂", "z1", "dW", "Ax", "2", "0.5", "½"),
    *("1ₙ", "I", "σ(", "e^"),
    *("(", ")", "[", "]", "{", "}", "|", "||", "‖", "<", ">", "⟨", ",", ";", "=", ":", "&"),
    *("+", "-", "−", "*", "/", "@", "·", "×", "⊙", "⊗", "^", "_", "**", ".*", "./", ".^", "'", "′"),
    *("ᵀ", "⁻¹", "²", "₁", "ᵢ", "Σᵢ", "∂", "∇", "√", ".T", ".sum(", "np.exp(", "%*%"),
    *("\\", '"', " "),
    *(r"\frac", r"\sum_i", r"\sum_{i=1}^n", r"\left(", r"\right)", r"\|", r"\mathbf", r"\hat"),
    *(r"\log", r"\operatorname{tr}", r"\begin{bmatrix}", r"\end{bmatrix}", r"\partial", r"^\top"),
    *("tr(", "log ", "sum(", "norm(", "dot(", "einsum(", "'ij,jk'", "axis=1", "frac {", "partial "),
    *(
        "⊤",
        "x_i",
        "A_ij",
        "sum_j ",
        "e^{x_i}",
        "left(",
        "right)",
        "|x||x|",
        "d/dx ",
        "∂/∂x ",
        "∇_x ",
    ),
    *(
        ".shape[0]",
        "len(x)",
        "rowSums(",
        "%x%",
        "reduction='sum'",
        "F.mse_loss(",
        ")[1]",
        "slogdet(",
    ),
    *("!", "~(", "¬", "{}", "∇²", "T'", "x.^-", "e", "\u0301", "\u202e", "\x00", "ﬁ", "١", "１"),
    *(r"\mathit{th} = ", "[0:n]", "I_(", "9" * 60, "1e999", "10^{10^", "'''", "<b>", "\x1b[31m"),
    *(r"\mathit{", r"\psi(", r",\quad ", r"\max(0, ", "Φ(", "I₂", "max₁", "1ᵀ", "(i,j) ↦ ", "|x||"),
]


@pytest.mark.parametrize("seed", range(10))
def test_random_lines_are_read_or_refused(seed: int) -> None:
    chosen = random.Random(seed)  # noqa: S311 - nothing secret
    names = declared()
    for _ in range(400):
        line = "".join(chosen.choices(PIECES, k=chosen.randint(1, 12)))
        for known in (names, {}):
            try:
                read_line(line, known)
            except MatcalcError as error:
                assert str(error)  # noqa: PT017


LONG = [
    "(" * 10_000,
    "x^" * 5_000,
    "x_{" * 3_000,
    "|x" * 4_000,
    "‖" * 9_000,
    r"\frac{" * 3_000,
    r"\left(" * 3_000,
    "<x," * 3_000,
    "log " * 4_000,
    "Σᵢ" * 4_000,
    "AxAxAx" * 3_000,
    "A" * 19_000,
    "x'" * 9_000,
    "- " * 9_000 + "x",
    "x + " * 4_000 + "x",
    "A x" * 2_000,
    "1ₙ" * 2_000,
    "⁻¹" * 5_000,
    "np." * 5_000,
    "a/" * 3_000 + "b c",
    r"\text{" + "a" * 15_000,
    "⊙ x" * 2_000,
    "left(" * 3_000,
    "left(" * 1_000 + "right)" * 1_000,
    "|x|" + "|x|" * 1_500,
    "x_i " * 1_500,
    "x_i/" * 1_500 + "x_j",
    "A_ij x_j + " * 600 + "x_i",
    "h = x,\\quad " * 900 + "\\frac{x}{2}",
    r"\mathit{x\_y}" * 900,
    "x.shape[0] * " * 900 + "x",
    r"\psi(" * 2_000,
    *(
        f"{sign}" * 2_000 + "x"
        for sign in ("!", "~", "{}", "√", "∇", "∇²", "x**", "x.^-", r"\frac ")
    ),
]


@pytest.mark.parametrize("line", LONG, ids=lambda line: ascii(line[:12]))
def test_long_lines_are_read_or_refused_at_once(line: str) -> None:
    def read() -> None:
        try:
            read_line(line, declared())
        except MatcalcError as error:
            assert len(str(error)) < 2000  # noqa: PT017

    assert calls(read) < 200 * len(line)


@pytest.mark.parametrize(
    ("typed", "read"),
    [
        ("x(end)", "x[-1]"),
        ("x(1:end-1)", "x[:-1]"),
        ("x(3:2:end)", "x[2::2]"),
        ("A(2,:) * x(1:3)", "A[1, :].T @ x[:3]"),
        ("A(end-1, 1)", "A[-2, 0]"),
    ],
)
def test_places_in_parentheses_are_counted_from_one(typed: str, read: str) -> None:
    found = mc.derive(typed, wrt="x", variables="x[5] A[3,3]", layout="numerator")
    assert found.formula is not None
    assert found.formula.text == read


@pytest.mark.parametrize(
    "line", [r"\frac{e^{z_i}}{\sum_j e^{z_j}}", "sum_i z_i^2 - z_i", "z_k/Σⱼ zⱼ"]
)
def test_an_entry_that_no_sum_reaches_is_no_other_vector(line: str) -> None:
    with pytest.raises(mc.NotationError, match=r"no sum over [ik] reaches it: put brackets"):
        read_line(line, {})
