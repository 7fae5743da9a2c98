"""docs/sheet.md is what docs/generate_sheet.py writes, and what it says holds."""

import shlex
import subprocess
import sys

import numpy as np
import pytest

import generate_sheet
import matcalc as mc
from generate_sheet import SheetMistake, SheetRow, sheet
from matcalc.dimensions import Shape
from matcalc.expression import parse_declarations, read_formula

ROWS = [row for rows in sheet().parts.values() for row in rows]
LARGEST = 1e-6


def test_the_page_is_up_to_date() -> None:
    committed = generate_sheet.PAGE.read_text(encoding="utf-8")
    assert committed == generate_sheet.page(), "run python docs/generate_sheet.py"


@pytest.mark.parametrize("row", ROWS, ids=lambda row: f"{row.of} by {row.wrt}")
def test_every_derivative_agrees_with_central_differences(row: SheetRow) -> None:
    if "f(" not in row.of:  # any function, which has no numbers
        assert max(row.identity.errors()) < LARGEST


@pytest.mark.parametrize("mistake", sheet().mistakes, ids=lambda mistake: mistake.title)
def test_a_mistake_does_not_fit_and_its_correction_does(mistake: SheetMistake) -> None:
    right = mistake.right.identity
    variables = {name: one.variable for name, one in parse_declarations(right.variables).items()}
    wanted = variables[right.wrt].shape
    assert read_formula(mistake.corrected, variables).node.shape == wanted
    assert shape_of(mistake.wrong, variables) != wanted


def shape_of(formula: str, variables: dict[str, mc.Variable]) -> Shape | None:
    try:
        return read_formula(formula, variables).node.shape
    except mc.ShapeError:
        return None


def test_vec_of_a_product_of_three_is_the_kronecker_product_that_the_sheet_shows() -> None:
    rng = np.random.default_rng(0)
    A, X, B = (rng.normal(size=size) for size in ((2, 2), (2, 3), (3, 3)))
    shown = mc.evaluate("kron(B.T, A) @ x", A=A, B=B, x=mc.evaluate("vec(X)", X=X))
    np.testing.assert_allclose(shown, mc.evaluate("vec(A @ X @ B)", A=A, X=X, B=B))


@pytest.mark.parametrize("command", sheet().questions.values())
def test_every_command_is_answered(command: str) -> None:
    if command.startswith("mc."):
        assert isinstance(eval(command), mc.Jacobian)  # noqa: S307 - our own sheet
    else:
        arguments = [sys.executable, "-m", "matcalc_cli", *shlex.split(command)[1:]]
        subprocess.run(arguments, check=True, capture_output=True)


def test_the_sheet_to_print_is_one_page_and_the_same_each_time() -> None:
    pytest.importorskip("typst", reason="it sets the page")
    assert generate_sheet.pdf().startswith(b"%PDF")
    assert generate_sheet.pdf() == generate_sheet.pdf()


def test_a_sheet_of_two_pages_is_refused(monkeypatch: pytest.MonkeyPatch) -> None:
    pytest.importorskip("typst", reason="it sets the page")
    longer = sheet()._replace(questions={str(k): "matcalc layouts" for k in range(40)})
    monkeypatch.setattr(generate_sheet, "sheet", lambda: longer)
    with pytest.raises(RuntimeError, match="no longer fits one page"):
        generate_sheet.pdf()
