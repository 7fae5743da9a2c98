"""Attention as people write it, masks, −∞ and stacks of heads; each beside NumPy's numbers."""

from typing import Any

import numpy as np
import pytest
from derivative_checks import measured

import matcalc as mc
from matcalc.expression import parse_declarations

B, H, T, D = 2, 3, 4, 5
STACKED = f"Q[{B},{H},{T},{D}] K[{B},{H},{T},{D}] V[{B},{H},{T},{D}]"
FLAT = f"Q[{T},{D}] K[{T},{D}] V[{T},{D}] M[{T},{T}]"
SCORES = f"Q @ K.mT / sqrt({D})"
CAUSAL = np.tril(np.ones((T, T)))


def _softmax(scores: Any) -> Any:
    shares = np.exp(scores - scores.max(-1, keepdims=True))
    return shares / shares.sum(-1, keepdims=True)


def _attended(Q: Any, K: Any, V: Any, mask: Any) -> Any:
    scores = Q @ np.swapaxes(K, -1, -2) / np.sqrt(D)
    return np.sum(_softmax(np.where(mask == 1, scores, -np.inf)) @ V * np.cos(V))


@pytest.mark.filterwarnings("ignore:divide by zero")
@pytest.mark.parametrize(
    ("typed", "variables"),
    [
        (f"softmax({SCORES}, dim=-1) @ V", STACKED),
        (f"softmax({SCORES} + log(M), dim=-1) @ V", f"{STACKED} M[{T},{T}]"),
        (f"softmax({SCORES} + log(M), dim=-1) @ V", f"{STACKED} M[{B},1,{T},{T}]"),
        (
            f"softmax((Q @ K.transpose(-2, -1) / sqrt({D})).masked_fill(~mask, -inf), dim=-1) @ V",
            f"{STACKED} mask[{T},{T}]",
        ),
        (f"softmax(({SCORES}).masked_fill(M == 0, float('-inf')), dim=-1) @ V", FLAT),
        (f"softmax(where(M > 0, {SCORES}, -np.inf), axis=1) @ V", FLAT),
        (f"softmax(where(M == 0, -inf, {SCORES}), axis=1) @ V", FLAT),
        (f"softmax(where(M, {SCORES}, -1e9)) @ V", FLAT),
        (f"softmax(where(tril(ones({T}, {T})), {SCORES}, -inf)) @ V", FLAT),
    ],
)
def test_attention_is_that_of_numpy(typed: str, variables: str) -> None:
    shapes = {name: one.variable.shape for name, one in parse_declarations(variables).items()}
    rng = np.random.default_rng(2)
    arrays = {name: rng.normal(size=shapes[name]) for name in "QKV"}
    masks = {
        name: np.broadcast_to(CAUSAL, shapes[name]).copy() for name in shapes.keys() - arrays.keys()
    }
    mask = CAUSAL if masks else np.ones((T, T))
    d = mc.derive(f"sum(({typed}) * cos(V))", wrt="Q", variables=variables, layout="denominator")
    expected = measured(lambda Q: _attended(Q, arrays["K"], arrays["V"], mask), arrays["Q"])
    needed = {name: array for name, array in (arrays | masks).items() if name in d.text}
    for found in (d.evaluate(**(arrays | masks)), mc.evaluate(d.text, **needed)):
        np.testing.assert_allclose(found, expected, rtol=1e-6, atol=1e-9)


@pytest.mark.parametrize(
    ("typed", "variables", "said"),
    [
        ("softmax(Q @ K.T) @ V", "Q[m,d] K[n,d] V[n,k]", "of each row, axis=1"),
        ("softmax(where(M, x, -inf))", "x[n] M[n]", "taken as a mask"),
        ("X + C", "X[B,m,n] C[m,n]", "the last axes are beside each other"),
    ],
)
def test_what_is_assumed_is_said(typed: str, variables: str, said: str) -> None:
    d = mc.derive(typed, wrt=variables[0], variables=variables, layout="numerator")
    assert any(said in note for note in d.assumptions)


@pytest.mark.parametrize(
    ("typed", "meant"),
    [
        ("torch.var(x)", "var(x, ddof=1)"),
        ("F.cross_entropy(X, Y)", "-mean(sum(Y * log_softmax(X, axis=1), axis=1))"),
        ("torch.norm(X, 2)", "norm(X)"),
        ("torch.linalg.norm(X, 2)", "spectral_norm(X)"),
        ("np.linalg.norm(x, 3)", "sum(abs(x)**3)**(1/3)"),
        ("np.linalg.norm(X, 1)", "max(sum(abs(X), axis=0))"),
        ("X.flatten()", 'rearrange("i j -> (i j)", X)'),
        ("np.transpose(Z, (2, 0, 1))", 'rearrange("i j k -> k i j", Z)'),
        ("Z.mT", 'rearrange("i j k -> i k j", Z)'),
        ("squeeze(u)", "u[:, 0]"),
    ],
)
def test_a_library_means_what_it_means(typed: str, meant: str) -> None:
    variables = "x[4] X[3,4] Y[3,4] Z[2,3,4] u[5,1]"
    name = next(one for one in "xXZu" if f"({one}" in typed or typed.startswith(f"{one}."))
    found = [
        mc.derive(text, wrt=name, variables=variables, layout="numerator")
        for text in (typed, meant)
    ]
    assert found[0].text == found[1].text


@pytest.mark.parametrize(
    "typed",
    [
        "F.batch_norm(X, x, x)",
        "torch.max(X, 0)",
        "torch.median(y)",
        "scipy.special.softmax(X)",
        "F.layer_norm(x, 4)",
    ],
)
def test_what_a_library_means_by_other_arguments_is_refused(typed: str) -> None:
    with pytest.raises(mc.NotationError, match=r"written|write|takes|lower|together"):
        mc.derive(typed, wrt="x", variables="x[4] X[3,4] y[6]", layout="numerator")
