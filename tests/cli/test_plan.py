"""``matcalc derive --plan``: how the numbers are computed."""

import json
from typing import Any

import pytest

_QUADRATIC = ("x.T @ A @ x", "--wrt", "x", "--vars", "x[n] A[n,n]")


def test_a_plan_has_steps_shapes_and_costs_at_the_sizes_that_are_given(matcalc: Any) -> None:
    done = matcalc("derive", *_QUADRATIC, "--plan", "--sizes", "n=7")
    assert not done.err
    title, *steps, total, books = done.out.splitlines()
    assert title == "∂f/∂x in denominator layout"
    assert steps[-1].split() == ["t3", "=", "t2.T", "@", "x", "(7,)", "49"]
    assert total == "49 multiplications; largest array 7×7; result (7,)"
    assert books == "from left to right, as books multiply: as many"


def test_sizes_that_are_not_given_are_said(matcalc: Any) -> None:
    done = matcalc("derive", *_QUADRATIC, "--plan", "--json")
    assert "n = 100" in done.err
    (plan,) = json.loads(done.out)["plans"]
    assert plan["multiplications"] == 100**2
    assert plan["results"] == [[100]]
    assert [step["name"] for step in plan["steps"]] == ["t1", "t2", "t3"]


def test_several_derivatives_share_their_steps(matcalc: Any) -> None:
    formula = ("sum((A @ x - b)**2)", "--vars", "A[m,n] x[n] b[m]", "--wrt", "A,x")
    out = matcalc("derive", *formula, "--plan", "--sizes", "m=4 n=3").out
    assert out.count("A @ x") == 1
    assert out.splitlines()[-2].endswith("result 4×3, (3,)")


def test_the_order_of_books_stands_beside_with_its_cost(matcalc: Any) -> None:
    asked = ("sum(cos(A @ B @ x))", "--vars", "A[n,n] B[n,n] x[n]", "--wrt", "x", "--plan")
    plan, books = matcalc("derive", *asked, "--sizes", "n=10").out.split("\n\n")
    assert "t1 = B @ x" in plan
    assert books.startswith("from left to right, as books multiply:\nt1 = B.T @ A.T")
    (document,) = json.loads(matcalc("derive", *asked, "--sizes", "n=10", "--json").out)["plans"]
    assert document["multiplications"] == 400
    assert document["from_left_to_right"]["multiplications"] == 1200


@pytest.mark.parametrize(
    ("more", "said"),
    [
        (("--plan", "--sizes", "k=3"), "no dimension 'k' to size here; there are n"),
        (("--plan", "--sizes", "n=0"), "not 'n=0'"),
        (("--sizes", "n=3"), "--sizes belongs to --plan"),
        (("--plan", "--steps"), "stands without --steps"),
    ],
)
def test_what_does_not_fit_is_refused(matcalc: Any, more: tuple[str, ...], said: str) -> None:
    done = matcalc("derive", *_QUADRATIC, *more)
    assert done.code == 2
    assert said in done.err
