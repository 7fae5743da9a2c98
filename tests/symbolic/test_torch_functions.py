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


SMALL = torch.tensor([0.5, 1.0, 2.0], dtype=torch.float64)
CLASSES = torch.tensor([0, 2, 1, 0])
SHARES = torch.softmax(torch.arange(12.0, dtype=torch.float64).reshape(4, 3) % 5, dim=1)
NORM = torch.linalg.vector_norm

#: Arguments that change what is meant: right, or refused.
CALLS: list[Callable[[Any], Any]] = [
    lambda X: torch.split(X, 3)[0].pow(2).sum(),
    lambda X: torch.split(X, 3)[1].pow(2).sum(),
    lambda X: torch.split(X, [1, 3])[1].pow(2).sum(),
    lambda X: X.split(2, dim=1)[1].pow(2).sum(),
    lambda X: X.split([1, 3])[1].pow(2).sum(),
    lambda X: torch.split(X, 2, dim=-1)[0].pow(2).sum(),
    lambda X: torch.chunk(X, 3)[-1].pow(2).sum(),
    lambda X: X.repeat(2, 3).cumsum(dim=0).pow(2).sum(),
    lambda X: F.cross_entropy(X, CLASSES),
    lambda X: F.cross_entropy(X, CLASSES, weight=SMALL),
    lambda X: F.cross_entropy(X, CLASSES, SMALL),
    lambda X: F.cross_entropy(X, CLASSES, ignore_index=2),
    lambda X: F.cross_entropy(X, CLASSES, ignore_index=0),
    lambda X: F.cross_entropy(X, CLASSES, label_smoothing=0.1),
    lambda X: F.cross_entropy(X, CLASSES, reduction="none").pow(2).sum(),
    lambda X: F.cross_entropy(X, torch.tensor([0, -100, 1, 0])),
    lambda X: F.cross_entropy(X, SHARES, reduction="sum"),
    lambda X: F.cross_entropy(X, SHARES),
    lambda X: F.cross_entropy(X[0], CLASSES[1]),
    lambda X: F.cross_entropy(X.reshape(2, 3, 2), torch.tensor([[0, 1], [2, 2]])),
    lambda X: F.cross_entropy(X.reshape(2, 3, 2), SHARES.reshape(2, 3, 2)),
    lambda X: F.nll_loss(F.log_softmax(X, 1), CLASSES, weight=SMALL),
    lambda X: F.nll_loss(F.log_softmax(X, 1), CLASSES),
    lambda X: F.scaled_dot_product_attention(X, X, X, scale=0.5).pow(2).sum(),
    lambda X: F.scaled_dot_product_attention(X, X, X, is_causal=True, scale=2.0).pow(2).sum(),
    lambda X: F.scaled_dot_product_attention(X, X, X, attn_mask=X @ X.mT > 0).pow(2).sum(),
    lambda X: NORM(X, 1),
    lambda X: NORM(X, 2),
    lambda X: NORM(X, float("inf")),
    lambda X: NORM(X, 3, dim=1, keepdim=True).sum(),
    lambda X: NORM(X, 2, (0, 1)),
    lambda X: torch.linalg.matrix_norm(X) + 0,
    lambda X: torch.linalg.matrix_norm(X, 1),
    lambda X: torch.linalg.matrix_norm(X.reshape(2, 2, 3)).sum(),
    lambda X: torch.linalg.norm(X, 1),
    lambda X: torch.norm(X, dim=1).sum(),
    lambda X: torch.norm(X, p=1, dim=(0, 1)),
    lambda X: X.norm(1) + X.norm(dim=0, keepdim=True).sum(),
    lambda X: torch.var(X, False),
    lambda X: torch.std(X, False),
    lambda X: torch.var(X, 0, False).sum() + X.std(1, True, True).pow(3).sum(),
    lambda X: torch.var(X, dim=(0, 1), correction=2),
    lambda X: F.mse_loss(X[:1] * 2, X, reduction="sum"),
    lambda X: F.l1_loss(X[:1] * 2, X, reduction="sum"),
    lambda X: F.huber_loss(X[:1] * 2, X, reduction="sum", delta=0.5),
    lambda X: F.smooth_l1_loss(X[:1] * 2, X, beta=0.5),
    lambda X: F.smooth_l1_loss(X, X * 2, beta=0.0),
    lambda X: F.mse_loss(X, X * 2, weight=X.exp()),
    lambda X: F.binary_cross_entropy_with_logits(X, SHARES, weight=SMALL),
    lambda X: F.binary_cross_entropy_with_logits(X, SHARES, pos_weight=SMALL),
    lambda X: F.poisson_nll_loss(X.exp(), SHARES, log_input=False),
    lambda X: F.poisson_nll_loss(X, SHARES, full=True),
    lambda X: F.gaussian_nll_loss(X[:3], X[1:], X[:3, 0].exp()),
    lambda X: F.gaussian_nll_loss(X[:3], X[1:], X[:3].exp(), reduction="sum"),
    lambda X: F.relu(X * 2, inplace=True).sum(),
    lambda X: torch.relu_(X * 2).sum(),
    lambda X: (X * 2).relu_().sum(),
    lambda X: X.std().square(),
    lambda X: X.flatten(0).var(),
    lambda X: X.std(correction=1).square(),
    lambda X: F.softmax(X, dim=-1).pow(2).sum(),
    lambda X: F.softmax(X, dim=0).pow(2).sum(),
    lambda X: F.softmax(X.reshape(2, 3, 2), dim=1).pow(2).sum(),
    lambda X: F.log_softmax(X, 1).pow(2).sum(),
    lambda X: torch.nn.Softmax(dim=1)(X).pow(2).sum(),
    lambda X: torch.softmax(X, 1, torch.float64).pow(2).sum(),
    lambda X: torch.logsumexp(X, 1, True).sum() + X.logsumexp(dim=(0, 1)),
    lambda X: F.leaky_relu(X, 0.2).sum(),
    lambda X: F.elu(X, 0.5).sum() + F.celu(X, alpha=0.5).sum(),
    lambda X: F.hardtanh(X, -0.5, 0.7).pow(2).sum(),
    lambda X: F.softplus(X, beta=2).sum() + F.softplus(X, 1, 20).sum(),
    lambda X: F.gelu(X, approximate="tanh").sum() + F.gelu(X).sum(),
    lambda X: F.normalize(X).pow(3).sum() + F.normalize(X, p=1, dim=0).pow(2).sum(),
    lambda X: F.cosine_similarity(X, X * X, dim=0).sum(),
    lambda X: F.logsigmoid(X).sum(),
    lambda X: torch.add(X, X * X, alpha=3).sum() - torch.sub(X, X * X, alpha=2).sum(),
    lambda X: X.sum(0, True).pow(2).mean((0, 1)) + X.prod(1, keepdim=True).sum(),
    lambda X: torch.sum(X, dim=()).pow(2),
    lambda X: torch.div(X, 0.3, rounding_mode="floor").mul(X).sum(),
    lambda X: X.to(torch.int64).mul(X).sum(),
    lambda X: torch.sum(X * 2, dtype=torch.int64).mul(X).sum(),
    lambda X: torch.addcmul(X, X, X, value=3).sum(),
    lambda X: torch.cdist(X, X[:2] * 2, p=1.0).sum(),
    lambda X: torch.clamp(X, max=0.5).pow(2).sum() + X.clamp(-0.2, max=0.3).sum(),
    lambda X: F.layer_norm(X, (3,), SMALL, eps=0.1).pow(2).sum(),
    lambda X: torch.linalg.solve(X[:3].mT @ X[:3] + 1, X[:3], left=False).sum(),
]
#: What is often called, and is to be traced.
TRACED = {"softmax", "leaky_relu", "gelu", "logsigmoid", "norm", "vector_norm", "chunk", "Softmax"}


@pytest.mark.filterwarnings("ignore:divide by zero", "ignore:Using a target size", "ignore:Convert")
@pytest.mark.parametrize("function", CALLS)
def test_an_argument_has_its_meaning_or_is_refused(function: Any) -> None:
    array = np.random.default_rng(3).normal(size=(4, 3))
    try:
        traced = mc.trace(function, "X[4,3]")
        value = traced.evaluate(X=array)
        found = mc.derive(traced, wrt="X", layout="denominator").evaluate(X=array)
    except mc.MatcalcError:
        assert not set(function.__code__.co_names) & TRACED
        return
    tensor = torch.tensor(array, requires_grad=True)
    expected = function(tensor)
    expected.backward()
    np.testing.assert_allclose(value, expected.item(), rtol=1e-6, atol=1e-12)
    np.testing.assert_allclose(found, tensor.grad.numpy(), rtol=1e-6, atol=1e-9)


def test_a_refusal_names_the_argument() -> None:
    with pytest.raises(mc.NotDifferentiableError, match="weight="):
        mc.trace(lambda X: F.cross_entropy(X, CLASSES, weight=SMALL), "X[4,3]")
    with pytest.raises(mc.NotDifferentiableError, match="pos_weight="):
        mc.trace(
            lambda X: F.binary_cross_entropy_with_logits(X, SHARES, pos_weight=SMALL), "X[4,3]"
        )
    with pytest.raises(mc.NotDifferentiableError, match="inplace=True"):
        mc.trace(lambda X: F.relu(X, inplace=True).sum(), "X[4,3]")
    with pytest.raises(mc.NotDifferentiableError, match=r"ddof=0.*torch\.std"):
        mc.trace(lambda X: X.std().square(), "X[4,3]")
