"""Functions of PyTorch, traced: the derivative is that of autograd; what cannot be says why."""

import math
from collections.abc import Callable
from typing import Any

import numpy as np
import pytest

import matcalc as mc

torch = pytest.importorskip("torch")
F = torch.nn.functional
LAYER = torch.nn.Linear(5, 3, dtype=torch.float64)


def _attention(Q: Any, K: Any, V: Any) -> Any:
    scores = Q @ K.transpose(-2, -1) / math.sqrt(Q.size(-1))
    mask = torch.tril(torch.ones(4, 4))
    return (torch.softmax(scores.masked_fill(mask == 0, float("-inf")), dim=-1) @ V).pow(2).sum()


def _classes(x: Any, W: Any, b: Any) -> Any:
    return F.cross_entropy(F.linear(x, W, b), torch.tensor([0, 2, 1, 0]))


def _parts(x: Any) -> Any:
    one, two = torch.split(x, 3, dim=0)
    return (one * two).sum() + x.max() + torch.clamp(x, min=0).sum()


ATTENDED = "Q[2,3,4,5] K[2,3,4,5] V[2,3,4,2]"
FUNCTIONS: list[tuple[Callable[..., Any], str]] = [
    (lambda W, x: F.relu(torch.matmul(W, x)).pow(2).mean(), "W[3,5] x[5]"),
    (_attention, "Q[4,5] K[4,5] V[4,2]"),
    (_attention, ATTENDED),
    (
        lambda Q, K, V: F.scaled_dot_product_attention(Q, K, V, is_causal=True).pow(2).sum(),
        ATTENDED,
    ),
    (_classes, "x[4,5] W[3,5] b[3]"),
    (lambda x: torch.var(x) + x.std(dim=0).sum() + torch.norm(x), "x[6]"),
    (lambda x: (LAYER(x) ** 2).sum(), "x[5]"),
    (lambda x, g: F.layer_norm(x, (5,), g).abs().sum(), "x[4,5] g[5]"),
    (lambda x: torch.cat([x, x.unsqueeze(0).sum(0)], dim=0).cumsum(dim=0).prod(), "x[4]"),
    (lambda x: (1 / (1 + torch.exp(-x)) - F.gelu(x)).sum() + torch.logsumexp(x, dim=0), "x[5]"),
    (lambda x, y: F.mse_loss(x, y) + F.smooth_l1_loss(x, y, reduction="sum"), "x[5] y[5]"),
    (lambda A: torch.linalg.det(A) + torch.linalg.inv(A).diagonal().sum(), "A[3,3]"),
    (_parts, "x[6]"),
    (
        lambda x: torch.einsum("i,j->ij", x, x).view(-1).sum() + x.reshape(2, 3).flatten().dot(x),
        "x[6]",
    ),
    (lambda x: x.where(x > 0, torch.zeros_like(x)).sum() + torch.where(x > 0, x, -x).sum(), "x[6]"),
    (lambda x: torch.tensor([1.0, 2.0, 3.0]).double() @ x + (2 * torch.ones(3) - x).prod(), "x[3]"),
    (
        lambda X: (
            X.transpose(0, 1).sum(dim=1, keepdim=True).mean() + X.permute(1, 0).amax(dim=0).sum()
        ),
        "X[3,4]",
    ),
]


@pytest.mark.filterwarnings("ignore:divide by zero")
@pytest.mark.parametrize(("function", "variables"), FUNCTIONS)
def test_the_derivative_is_that_of_autograd(function: Any, variables: str) -> None:
    traced = mc.trace(function, variables)
    rng = np.random.default_rng(1)
    arrays = {name: rng.normal(size=one.variable.shape) for name, one in traced.declared.items()}
    tensors = {name: torch.tensor(array, requires_grad=True) for name, array in arrays.items()}
    function(*tensors.values()).backward()
    for name, tensor in tensors.items():
        found = mc.derive(traced, wrt=name, layout="denominator").evaluate(**arrays)
        np.testing.assert_allclose(found, tensor.grad.numpy(), rtol=1e-9, atol=1e-11)


def test_sizes_with_names_stay() -> None:
    traced = mc.trace(
        lambda Q, K, V: torch.softmax(Q @ K.mT / math.sqrt(Q.shape[1]), dim=-1) @ V,
        "Q[m,d] K[n,d] V[n,k]",
    )
    assert traced.text == "softmax(Q @ K.T / sqrt(d), axis=1) @ V"


@pytest.mark.parametrize(
    ("function", "says"),
    [
        (lambda x: torch.fft.fft(x).sum(), "arithmetic is real"),
        (lambda x: torch.sort(x)[0].sum(), "values and places"),
        (lambda x: F.dropout(x).sum(), "it is random"),
        (lambda x: x.detach() @ x, "a variable of its own"),
        (lambda x: torch.max(x, dim=0)[0], "torch.amax"),
        (lambda x: F.grid_sample(x, x), "cannot be traced"),
        (lambda x: F.mse_loss(x, x, reduction="none"), "reduction='none'"),
    ],
)
def test_what_cannot_be_traced_is_refused_with_its_line(function: Any, says: str) -> None:
    with pytest.raises(mc.NotDifferentiableError, match=says):
        mc.trace(function, "x[6]")


def _named(x: Any) -> Any:
    doubled = x * 2
    return torch.argmax(doubled)


def test_a_refusal_names_the_line_of_the_function() -> None:
    with pytest.raises(mc.NotDifferentiableError, match=r"in line \d+: return torch.argmax"):
        mc.trace(_named, "x[6]")
