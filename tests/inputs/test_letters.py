"""Letters that stand close: before a transpose, behind a quotient of numbers."""

import pytest

import matcalc as mc
from matcalc.inputs.entrance import entered
from matcalc.inputs.reading import read_line
from matcalc.variables import Variable

CLOSE = {
    "xx^Ta": "x @ x.T @ a",
    "aa^Tx": "a @ a.T @ x",
    "xxᵀa": "x @ x.T @ a",
    "x^Taa^Tx": "x.T @ a * a.T @ x",
    "a^Txx^Tb": "a.T @ x * x.T @ b",
    "x^TAxx^Ty": "x.T @ A @ x * x.T @ y",
    "uu^T + vv^T": "u @ u.T + v @ v.T",
    "u^T u + v^T v + uv^T": "u.T @ u + v.T @ v + u @ v.T",
    "mu^T x": "mu.T @ x",
    "loss^T x": "loss.T @ x",
    "dx^T x": "dx.T @ x",
}


@pytest.mark.parametrize("typed", CLOSE)
def test_letters_that_stand_twice_before_a_transpose_are_names(typed: str) -> None:
    assert read_line(typed, {}).text == CLOSE[typed]


@pytest.mark.parametrize("typed", ["uv^Tx", "tr(A xy^T)", "x^Tab^Tx", "x^TAxy^Tz", "abᵀx"])
def test_letters_that_may_be_one_name_or_several_are_refused(typed: str) -> None:
    with pytest.raises(mc.MatcalcError, match="may be one name, or"):
        read_line(typed, {})


def test_declared_names_say_how_letters_split() -> None:
    variables = {name: Variable(name, ("n",)) for name in ("u", "v", "x", "yh")}
    assert read_line("uv^Tx", variables).text == "u @ v.T @ x"
    assert read_line("yh^Tx", variables).text == "yh.T @ x"


@pytest.mark.parametrize(
    ("typed", "must"),
    [
        ("1/2m Σ_i x_i²", "1/(2 * m) or m/2"),
        (r"1/2m \sum_i x_i^2", "1/(2 * m) or m/2"),
        ("1/2n‖x‖²", "1/(2 * n) or n/2"),
        ("3/4s^2 ‖x‖²", "3/(4 * s**2) or 3 * s**2/4"),
    ],
)
def test_a_letter_close_behind_a_quotient_may_be_above_or_below(typed: str, must: str) -> None:
    for variables in ({}, {"x": Variable("x", ("m",)), "s": Variable("s", ())}):
        if "s" in typed and not variables:
            continue
        with pytest.raises(mc.MatcalcError) as caught:
            read_line(typed, variables)
        assert must in str(caught.value)


def test_a_quotient_before_a_sum_is_its_factor() -> None:
    for typed in ("-1/m Σ_i x_i²", r"-1/m \sum_i x_i^2"):
        for variables in ({}, {"x": Variable("x", ("m",))}):
            assert read_line(typed, variables).text == "-1 / m * sum(x**2)"
    assert read_line("1/2 x^Tx", {}).text == "1 / 2 * x.T @ x"


@pytest.mark.parametrize(
    ("typed", "meant"),
    [
        ("(I − 11ᵀ/n) x", "(I - ones((n, n)) / n) @ x"),
        ("(I - 11^T/n) x", "(I - ones((n, n)) / n) @ x"),
        (r"(I - \frac{1}{n}\mathbf{1}\mathbf{1}^T) x", "(I - 1 / n * ones((n, n))) @ x"),
        ("xᵀ11ᵀx", "x.T @ ones(n) * ones(n).T @ x"),
        ("11 x", "11 * x"),
    ],
)
def test_two_ones_with_a_transpose_are_no_eleven(typed: str, meant: str) -> None:
    assert read_line(typed, {"x": Variable("x", ("n",))}).text == meant


@pytest.mark.parametrize("typed", ["11ᵀ x", "11^T x", r"\mathbf{1}\mathbf{1}^T x"])
def test_ones_of_no_known_size_are_refused(typed: str) -> None:
    with pytest.raises(mc.MatcalcError, match=r"ones\(n\)"):
        mc.derive(typed, wrt="x", layout="denominator")


@pytest.mark.parametrize(
    "line", ["A_{:,1}", "A_{1,:} y", r"A_{\cdot 1}", "A_{*,1}", "A_{i·} y", "A_{:,j}", "y_{1:3}",
             "Σ_j ‖A_{:,j}‖", r"\sum_j \|A_{\cdot j}\|^2", "Σ_j ‖A_{*j}‖"],
)  # fmt: skip
@pytest.mark.parametrize("declared", [True, False])
def test_a_column_a_row_or_a_range_below_a_letter_is_no_entry(line: str, declared: bool) -> None:
    with pytest.raises(mc.NotationError, match=r"a column A\[:, 0\]"):
        entered(line, "A[m,n] y[20]" if declared else None)


def test_what_stands_below_counts_rows_or_names_an_optimum() -> None:
    for row in ("A_{i,:}", "A_{i*}", r"A_{i\cdot}", "A_i"):
        typed = entered(f"Σ_i ‖{row}‖^2", "A[m,n]")
        assert typed.text == "sum(sum(A**2, axis=1))", row
    assert entered("x_{*} + y", "x[n] y[n] x_star[n]").text == "x_star + y"
    with pytest.raises(mc.NotationError, match="two columns side by side"):
        entered("A_1 x", "A[m,n] x[n]")


@pytest.mark.parametrize("line", ["Σ_{j=1}^i x_j", "y_i = Σ_{j=1}^{i-1} x_j", "Π_{i=j}^n x_i"])
@pytest.mark.parametrize("declared", [True, False])
def test_a_sum_up_to_another_letter_is_not_of_all_entries(line: str, declared: bool) -> None:
    with pytest.raises(mc.NotationError, match="none goes over"):
        entered(line, "x[n]" if declared else None)


@pytest.mark.parametrize(
    ("line", "read"),
    [
        ("y_j = 1/m x_j", "y = 1 / m * x"),
        ("y_j = a/b Σ_i h_i A_ij", 'y = a / b * einsum("ij->j", einsum("i,ij->ij", h, A))'),
        ("Σ_i 1/m x_i^2", "sum(1 / m * x**2)"),
        ("Σ_i x_i/m z_i", "sum(x / m * z)"),
        ("Σ_i x_i / m z_i", "sum(x / (m * z))"),
        ("Σ_i x_i/(m z_i)", "sum(x / (m * z))"),
    ],
)
def test_what_stands_behind_a_fraction_in_a_sum_is_as_without_a_sum(line: str, read: str) -> None:
    assert entered(line, "x[n] z[n] h[k] A[k,n] a b m").text == read


def test_a_letter_close_behind_a_fraction_in_a_sum_is_refused() -> None:
    with pytest.raises(mc.NotationError, match="write one of them"):
        entered("y_j = 1/2m Σ_i h_i A_ij", "h[k] A[k,n] m")
