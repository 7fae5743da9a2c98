"""What the code of every library has in common."""

import ast

import numpy as np
import pytest
from generated_sources import function_in

import matcalc as mc
from matcalc.code.dialects import JAX, NUMPY, TORCH, Dialect
from matcalc.code.origin import origin
from matcalc.code.source import _Source
from matcalc.code.terms import Terms

DIALECTS = [NUMPY, TORCH, JAX]
_MODULES = {"NumPy": "numpy", "PyTorch": "torch", "JAX": "jax.numpy"}


@pytest.mark.parametrize("dialect", DIALECTS, ids=lambda one: one.library)
def test_nothing_is_written_into_an_array_that_is_used_again(dialect: Dialect) -> None:
    library = pytest.importorskip(_MODULES[dialect.library])
    terms = Terms()
    X, b = terms.name("X", (3, 3)), terms.name("b", (1, 3))
    grown = terms.make("call", [X], (3, 3), ("exp", ()))
    moved = terms.plus([terms.transpose(grown), terms.padded(b, 0, 3, 1, 2)])
    root = terms.matmul(grown, moved)
    source = _Source([root], {}, {"X": (3, 3), "b": (1, 3)}, dialect).function("f", "…")
    x, row = np.linspace(0.0, 1.0, 9).reshape(3, 3), np.ones((1, 3))
    expected = np.exp(x).T.copy()
    expected[1:2] += row
    found = function_in(source)(library.asarray(x), library.asarray(row))
    np.testing.assert_allclose(found, np.exp(x) @ expected, rtol=1e-5)


@pytest.mark.parametrize("form", ["numpy", "torch", "jax"])
def test_the_diagonal_of_an_outer_product_is_a_product(form: str) -> None:
    jacobian = mc.derive(
        "(2 + diag(sum(A, axis=0) @ x.T)**2)**1.5",
        wrt="A",
        variables="A[n,m] x[m]",
        layout="denominator",
    )
    assert "t1 * x" in getattr(jacobian, form)
    assert "axis=1" not in getattr(jacobian, form)
    assert "dim=1" not in getattr(jacobian, form)


def test_no_sign_of_a_formula_ends_the_docstring_that_it_stands_in() -> None:
    hostile = ['a"""\nimport os', "b\\", "'''\\\"\"\"", "x" * 900]
    hostile.append("\\U" * 290)  # wherever a line is broken, no escape is cut
    lines = origin([*hostile, "", hostile[0]])
    docstring = ast.literal_eval('"""' + "\n".join(["", *lines, ""]) + '"""')
    assert "import os" in docstring
    assert docstring.count("Formula: ") == len(hostile)
    assert "x" * 601 not in docstring
