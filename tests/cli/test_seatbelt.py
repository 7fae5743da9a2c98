"""``matcalc derive`` prints what was read back: a formula that does not hold is never shown."""

from __future__ import annotations

from typing import Any

import pytest

from matcalc.jacobians import written as written_derivative
from matcalc.notation import WrittenFormula
from matcalc.notation.printers.text import text as as_it_should_be


def doubled(written: WrittenFormula) -> str:
    """A printer that writes every derivative twice as large, but for einsums."""
    shown = as_it_should_be(written)
    return shown if "einsum" in shown else f"2 * ({shown})"


def test_the_command_shows_the_einsum_of_a_formula_that_does_not_hold(
    monkeypatch: pytest.MonkeyPatch, matcalc: Any
) -> None:
    monkeypatch.setattr(written_derivative, "text", doubled)
    arguments = ["derive", "x.T @ A @ x", "--wrt", "x", "--vars", "x[n] A[n,n]"]
    done = matcalc(*arguments, "--layout", "denominator", "--format", "text")
    assert done.code == 1
    assert done.out.strip() == 'einsum("j,ji->i", x, A + A.T)'
    assert "does not hold" in done.err
    assert "report" in done.err
    page = matcalc(*arguments)
    assert page.code == 1
    assert "(A + Aᵀ) x" not in page.out.partition("NumPy")[0].replace("xᵀ A x", "")
    machine = matcalc(*arguments, "--json")
    assert machine.code == 1
    for layout in machine.json["derivatives"][0]["layouts"].values():
        assert layout["verified"] is False
        assert layout["unverified"] == "its numbers are others"
        assert layout["text"] == layout["unicode"] == layout["latex"] == layout["einsum"]


def test_the_command_shows_nothing_where_no_form_holds(
    monkeypatch: pytest.MonkeyPatch, matcalc: Any
) -> None:
    monkeypatch.setattr(written_derivative, "text", lambda _: "2 * x")
    done = matcalc("derive", "x.T @ A @ x", "--wrt", "x", "--vars", "x[n] A[n,n]")
    assert done.code == 1
    assert not done.out
    assert "no formula for ∂f/∂x holds" in done.err


def test_json_says_that_a_formula_was_verified(matcalc: Any) -> None:
    done = matcalc("derive", "g(x)", "--wrt", "x", "--vars", "x[n]", "--json")
    layouts = done.json["derivatives"][0]["layouts"]
    assert [one["verified"] for one in layouts.values()] == [True, True]
