"""Arrays that source makes on the way are written over at their last use, and no others."""

import inspect
import re
from collections import Counter
from typing import Any

import numpy as np
import pytest
from derivative_checks import run_source

import matcalc as mc
from matcalc.code.overwriting import Overwriting
from matcalc.code.terms import Term, Terms, operands_first

SHAPES = {"X": (3, 5), "D": (3, 5), "Y": (3, 5), "g": (5,), "b": (5,), "W": (5, 2), "E": (3, 2)}
OVER = [
    "sum(D * layer_norm(X, g, b))",
    "sum(D * layer_norm(layer_norm(X, g, b), g, b))",
    "sum(D * layer_norm(X, g, b) * layer_norm(X, b, g))",
    "sum(E * (layer_norm(X, g, b) @ W)**2)",
    "sum(E * tanh(layer_norm(softmax(X, axis=1), g, b) @ W)) / sum(X**2)",
    "norm(layer_norm(X, g, b) - Y)**2 + sum(log(1 + exp(layer_norm(X, g, b))))",
]


def arrays(seed: int, dtype: Any = np.float64) -> dict[str, Any]:
    rng = np.random.default_rng(seed)
    found = {name: rng.normal(size=shape) * 3 for name, shape in SHAPES.items()}
    return {name: array.astype(dtype) for name, array in found.items()}


def derived(expression: str, layout: str = "denominator", **more: Any) -> Any:
    shapes = {name: shape for name, shape in SHAPES.items() if name in expression}
    variables = " ".join(f"{name}[{','.join(map(str, shape))}]" for name, shape in shapes.items())
    return mc.derive(expression, wrt="X", variables=variables, layout=layout, **more)


def used(made: Any, given: dict[str, Any]) -> dict[str, Any]:
    """The arrays that a derivative needs."""
    wanted = inspect.signature(made.compile()).parameters
    return {name: given[name] for name in wanted}


@pytest.mark.parametrize("layout", ["numerator", "denominator"])
@pytest.mark.parametrize("expression", OVER)
def test_what_is_written_over_changes_no_result_and_no_argument(
    expression: str, layout: str
) -> None:
    made = derived(expression, layout)
    given = used(made, arrays(1))
    kept = {name: array.copy() for name, array in given.items()}
    for found in (run_source(made.numpy, given), made.compile()(**given)):
        np.testing.assert_allclose(found, made.evaluate(**given), rtol=1e-9, atol=1e-12)
    for name, array in given.items():
        np.testing.assert_array_equal(array, kept[name])


def test_something_is_written_over() -> None:
    found = [re.findall(r"^    (\w+) ([*/+-])= ", derived(one).numpy, re.M) for one in OVER]
    assert sum(map(bool, found)) >= len(OVER) // 2


@pytest.mark.parametrize("expression", OVER)
def test_of_floats_of_one_type_no_source_makes_more_arrays(expression: str) -> None:
    """Compiled source knows the types: each statement in place is one array less."""
    made = derived(expression)
    in_place = [len(re.findall(r"^    \w+ [*/+-]= ", text, re.M)) for text in
                (made.numpy, made.compile().source)]  # fmt: skip
    assert in_place[1] >= in_place[0]


def test_a_layer_norm_is_computed_in_two_arrays() -> None:
    source = derived(OVER[0]).compile().source
    assert source.splitlines()[-7:] == [
        "    t4 = D * g",
        "    t1 *= t3[:, None]",
        '    t1 *= (np.einsum("ij,ij->i", t4, t1) / 5)[:, None]',
        "    t4 -= t1",
        "    t4 -= ((D @ g) / 5)[:, None]",
        "    t4 *= t3[:, None]",
        "    return t4",
    ]


def test_libraries_that_keep_arrays_for_gradients_write_over_none() -> None:
    made = derived(OVER[0])
    assert "/=" not in made.torch
    assert "/=" not in made.jax


@pytest.mark.parametrize("expression", OVER)
def test_the_type_of_the_result_is_that_of_all_arguments_together(expression: str) -> None:
    made = derived(expression)
    for narrow in used(made, SHAPES):
        given = used(made, arrays(2))
        given[narrow] = given[narrow].astype(np.float32)
        exact = {name: array.astype(np.float64) for name, array in given.items()}
        for found in (run_source(made.numpy, given), made.compile()(**given)):
            assert found.dtype == np.float64
            np.testing.assert_allclose(found, run_source(made.numpy, exact), rtol=1e-5, atol=1e-5)
    narrow_all = {name: array.astype(np.float32) for name, array in used(made, arrays(2)).items()}
    assert made.compile()(**narrow_all).dtype == np.float32


@pytest.mark.parametrize("expression", OVER)
def test_whole_numbers_are_no_place_for_fractions(expression: str) -> None:
    made = derived(expression)
    given = used(made, arrays(3, np.int64))
    floats = {name: array.astype(float) for name, array in given.items()}
    found, exact = run_source(made.numpy, given), run_source(made.numpy, floats)
    np.testing.assert_allclose(found, exact, rtol=1e-9, atol=1e-12)


def operand_of_last(*roots: Term, kept: tuple[Term, ...] = (), named: tuple[Term, ...]) -> Any:
    """The operand that the last root may be written over, where some terms have names."""
    order = operands_first(roots)
    overwriting = Overwriting(Counter(below for term in order for below in term.args))
    for term in order[:-1]:
        overwriting.spelled(term, has_name=term in named)
    return overwriting.operand(order[-1], {*kept, *roots})


def test_an_array_is_kept_where_anything_still_reads_it() -> None:
    terms = Terms()
    X, Y = terms.name("X", (3, 5)), terms.name("Y", (3, 5))
    two = terms.over(terms.plus([X, Y]), terms.number(2))
    product = terms.times([two, Y])
    assert operand_of_last(product, named=(two,)) is two
    assert operand_of_last(product, named=()) is None, "it is no array of its own"
    assert operand_of_last(product, named=(two,), kept=(two,)) is None, "it is returned"
    turned = terms.transpose(two)
    other = terms.plus([turned, terms.name("Z", (5, 3))])
    both = terms.make("outer", [other, product], (5, 3, 3, 5))
    order = operands_first([other, product])
    overwriting = Overwriting(Counter(k for one in [*order, both] for k in one.args))
    for term in order[:-1]:
        overwriting.spelled(term, has_name=term is two)
    assert overwriting.operand(product, ()) is None, "a text that is not written yet reads it"
    seen = Overwriting(Counter(k for one in [*order, both] for k in one.args))
    for term in order[:-1]:
        seen.spelled(term, has_name=term in (two, turned))
    assert seen.operand(product, ()) is None, "a name stands for a view of it"


def test_an_array_is_kept_where_it_could_not_hold_the_result() -> None:
    terms = Terms()
    X, Y = terms.name("X", (3, 5)), terms.name("Y", (3, 5))
    column = terms.name("v", (3,))
    half = terms.over(X, terms.number(2))
    assert operand_of_last(terms.times([half, Y]), named=(half,)) is None, "Y may be wider"
    whole = terms.plus([X, Y])
    assert operand_of_last(terms.times([whole, Y]), named=(whole,)) is None, "of whole numbers"
    row = terms.over(terms.plus([column, column]), terms.number(2))
    scaled = terms.make("scale_rows", [row, X], X.shape)
    assert operand_of_last(scaled, named=(row,)) is None, "it is smaller"


def test_a_term_that_others_share_is_looked_at_once() -> None:
    """Each step uses the one before twice: walked anew each time this would never end."""

    def ladder(X: Any, Y: Any) -> Any:
        for _ in range(60):
            X = X * Y + X @ Y
        return X.sum()

    made = mc.derive(mc.trace(ladder, "X[2,2] Y[2,2]"), wrt="X", layout="denominator")
    given = {"X": np.full((2, 2), 0.5), "Y": np.full((2, 2), 0.3)}
    np.testing.assert_allclose(run_source(made.numpy, given), made.evaluate(**given), rtol=1e-9)
