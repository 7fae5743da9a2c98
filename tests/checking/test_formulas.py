"""Formulas beside differences: when enough points were tried."""

from __future__ import annotations

from typing import Any

import pytest

import matcalc as mc
from matcalc.checking import formulas as derivative_check


def test_more_points_are_tried_only_for_entries_not_told(monkeypatch: pytest.MonkeyPatch) -> None:
    """[a]× [b]× − [b]× [a]× is [a × b]×, so that what is left of the formula is its rounding."""
    formula = "skew(a) @ skew(b) - skew(b) @ skew(a) - skew(cross(a, b))"
    J = mc.derive(formula, wrt="a", variables="a[3] b[3]", layout="denominator")
    compared = derivative_check._compared
    tried: list[Any] = []

    def counted(*given: Any, **named: Any) -> Any:
        tried.append(given)
        return compared(*given, **named)

    monkeypatch.setattr(derivative_check, "_compared", counted)
    check = derivative_check.check_derivative(J, points=20)
    assert check.verdict == "right"
    assert len(tried) < 40, "not three times as many as are wanted"
