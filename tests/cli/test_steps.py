from __future__ import annotations

import json
from typing import Any

import pytest

import matcalc as mc

_SECOND = ("--wrt", "x", "--vars", "A[m,n] x[n]", "--steps", "--order", "2")
_LOSS = ("sum(relu(W @ x)**2)", "--wrt", "x", "--vars", "W[m,n] x[n]")


def test_steps_are_the_text_of_the_library(matcalc: Any) -> None:
    out = matcalc("derive", *_LOSS, "--steps", "--layout", "numerator").out
    steps = mc.explain(_LOSS[0], wrt="x", variables="W[m,n] x[n]", layout="numerator")
    assert out == steps.text


def test_without_a_layout_a_gradient_has_the_shape_of_its_variable(matcalc: Any) -> None:
    out = matcalc("derive", *_LOSS, "--steps").out
    assert out.startswith("∂f/∂x in denominator layout, step by step\n")


def test_several_variables_have_an_explanation_each(matcalc: Any) -> None:
    out = matcalc("derive", "sum(W @ x)", "--wrt", "W,x", "--vars", "W[m,n] x[n]", "--steps").out
    assert "∂f/∂W in denominator layout" in out
    assert "∂f/∂x in denominator layout" in out


def test_a_fault_that_is_printed_is_exit_code_1(
    matcalc: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    def differs(*_: Any, **__: Any) -> mc.Check:
        return mc.Check(False, 0.5, 1, (), "central differences", "wrong")

    assert matcalc("derive", *_LOSS, "--steps").code == 0
    monkeypatch.setattr("matcalc.explanation.outcome.check_derivative", differs)
    for more in ((), ("--json",), ("--format", "markdown"), ("--level", "short")):
        found = matcalc("derive", *_LOSS, "--steps", *more)
        assert "DOES NOT AGREE" in found.out
        assert found.code == 1


@pytest.mark.parametrize("form", ["markdown", "html"])
def test_pages_are_those_of_the_library(form: str, matcalc: Any) -> None:
    out = matcalc("derive", *_LOSS, "--steps", "--layout", "numerator", "--format", form).out
    steps = mc.explain(_LOSS[0], wrt="x", variables="W[m,n] x[n]", layout="numerator")
    assert out == getattr(steps, form)


def test_json_has_every_formula(matcalc: Any) -> None:
    out = matcalc("derive", *_LOSS, "--steps", "--level", "short", "--json").out
    (found,) = json.loads(out)["explanations"]
    assert found["level"] == "short"
    assert [one["title"] for one in found["sections"]][-1] == "The result"


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        (("--level", "short"), "--level belongs to --steps"),
        (("--format", "html"), "--format html belongs to --steps"),
        (("--steps", "--format", "numpy"), "--steps has no format numpy"),
        (("--steps", "--order", "2", "--wrt", "W"), "by one variable at a time"),
        (("--steps", "--check"), "--steps explains a derivative and checks it"),
    ],
)
def test_what_does_not_go_together_is_refused(
    arguments: tuple[str, ...], message: str, matcalc: Any
) -> None:
    done = matcalc("derive", *_LOSS, *arguments)
    assert done.code == 2
    assert message in done.err


def test_the_second_derivative_is_explained_by_the_gradient(matcalc: Any) -> None:
    out = matcalc("derive", "norm(A @ x)**2", *_SECOND).out
    assert out.startswith("∂²f/∂x² in denominator layout, step by step\n\n1. The gradient first\n")
    assert "g = ∂f/∂x = 2 Aᵀ A x" in out
    assert "∂g/∂x = 2 Aᵀ A" in out


def test_a_second_derivative_of_four_axes_is_refused(matcalc: Any) -> None:
    done = matcalc("derive", "tr(A.T @ A)", "--wrt", "A", *_SECOND[2:])
    assert done.code == 2
    assert "A is a matrix: the second derivative has 4 axes" in done.err


def test_an_error_points_into_the_formula(matcalc: Any) -> None:
    done = matcalc("derive", "W @ q", "--wrt", "W", "--vars", "W[m,n]", "--steps")
    assert done.code == 2
    assert "q is not declared" in done.err
    assert "^" in done.err
