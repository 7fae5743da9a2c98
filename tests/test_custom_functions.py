"""Formulas as functions of PyTorch and JAX, differentiated by these, twice."""

from typing import Any

import numpy as np
import pytest

import matcalc as mc
from matcalc.errors import NotationError

_FORMULA, _VARIABLES = "softmax(W @ x) * y / norm(x)", "W[m,n] x[n] y[m]"
_LEFT = np.random.default_rng(0)
_POINT = [_LEFT.normal(size=shape) for shape in ((3, 2), (2,), (3,))]


def test_pytorch_checks_the_gradient_and_that_of_the_gradient() -> None:
    torch = pytest.importorskip("torch")
    function = mc.to_torch_function(_FORMULA, variables=_VARIABLES)
    assert issubclass(function, torch.autograd.Function)
    tensors = [torch.tensor(one, requires_grad=True) for one in _POINT]
    assert torch.autograd.gradcheck(function.apply, tensors)
    assert torch.autograd.gradgradcheck(function.apply, tensors)


def test_jax_differentiates_it_inside_jit_and_over_a_batch() -> None:
    jax = pytest.importorskip("jax")
    jax.config.update("jax_enable_x64", True)
    function = mc.to_jax_function(_FORMULA, variables=_VARIABLES)
    W, x, y = map(jax.numpy.asarray, _POINT)

    def plain(W: Any, x: Any, y: Any) -> Any:
        return jax.nn.softmax(W @ x) * y / jax.numpy.linalg.norm(x)

    found, expected = (jax.jit(jax.jacrev(one, (0, 1, 2)))(W, x, y) for one in (function, plain))
    for one, other in zip(found, expected, strict=True):
        np.testing.assert_allclose(one, other, rtol=1e-10, atol=1e-12)
    several = jax.numpy.stack([x, 2 * x])
    batch = jax.vmap(function, (None, 0, None))(W, several, y)
    np.testing.assert_allclose(batch[1], plain(W, 2 * x, y), rtol=1e-12)


def test_a_formula_from_python_and_a_wrong_number_of_arrays() -> None:
    torch = pytest.importorskip("torch")
    A, x = mc.symbols("A[m,n] x[n]")
    function = mc.to_torch_function(A @ x)
    given = torch.ones(2, 3, requires_grad=True)
    function.apply(given, torch.ones(3)).sum().backward()
    np.testing.assert_array_equal(given.grad, np.ones((2, 3)))
    function.apply(given, np.ones(3)).sum().backward()
    np.testing.assert_array_equal(given.grad, 2 * np.ones((2, 3)))
    with pytest.raises(NotationError, match="it takes A, x; found 1 arrays"):
        function.apply(given)
    with pytest.raises(NotationError, match="without variables"):
        mc.to_torch_function("1 + 2", variables="")
