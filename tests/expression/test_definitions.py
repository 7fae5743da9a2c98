"""Functions that are defined by others: value, derivatives and code, each beside NumPy or SciPy."""

import inspect
import re
from collections.abc import Callable
from typing import Any

import numpy as np
import pytest
from derivative_checks import measured
from generated_sources import function_in
from random_chains import in_layout

import matcalc as mc
from matcalc.checking.registration import POINTS
from matcalc.expression.definitions import Definition, definitions
from matcalc.operations import RULES

special = pytest.importorskip("scipy.special")


def _softplus(x: Any) -> Any:
    return np.logaddexp(0.0, x)


def _expit(x: Any) -> Any:
    return special.expit(x)


def _elu(x: Any, alpha: float) -> Any:
    return np.where(x > 0, x, alpha * np.expm1(np.minimum(x, 0.0)))


def _cosine(x: Any, y: Any) -> Any:
    return np.sum(x * y, -1) / np.linalg.norm(x, axis=-1) / np.linalg.norm(y, axis=-1)


def _huber(x: Any, y: Any) -> Any:
    return np.mean(special.huber(1.0, x - y))


def _attention(q: Any, k: Any, v: Any) -> Any:
    return special.softmax(q @ k.T / np.sqrt(q.shape[1]), axis=1) @ v


def _entropy(p: Any, t: Any) -> Any:
    return np.mean(special.rel_entr(t, p) + special.rel_entr(1 - t, 1 - p) + _entropies(t))


def _entropies(t: Any) -> Any:
    return special.entr(t) + special.entr(1 - t)


#: What each is, in NumPy's words, and where its operands lie.
MEANT: dict[str, tuple[Callable[..., Any], str]] = {
    "log2": (np.log2, "positive"),
    "log10": (np.log10, "positive"),
    "exp2": (np.exp2, "real"),
    "exp10": (special.exp10, "real"),
    "rsqrt": (lambda x: 1 / np.sqrt(x), "positive"),
    "reciprocal": (np.reciprocal, "nonzero"),
    "square": (np.square, "real"),
    "sec": (lambda x: 1 / np.cos(x), "unit"),
    "csc": (lambda x: 1 / np.sin(x), "unit"),
    "cot": (lambda x: 1 / np.tan(x), "unit"),
    "sech": (lambda x: 1 / np.cosh(x), "real"),
    "csch": (lambda x: 1 / np.sinh(x), "nonzero"),
    "coth": (lambda x: 1 / np.tanh(x), "nonzero"),
    "sinc": (np.sinc, "real"),
    "deg2rad": (np.deg2rad, "real"),
    "rad2deg": (np.rad2deg, "real"),
    "radians": (np.radians, "real"),
    "degrees": (np.degrees, "real"),
    "heaviside": (lambda x, h=0.0: np.heaviside(x, h), "nonzero"),
    "fmax": (np.fmax, "real"),
    "fmin": (np.fmin, "real"),
    "float_power": (np.float_power, "positive"),
    "threshold": (lambda x, t, v: np.where(x > t, x, v), "real"),
    "ptp": (np.ptp, "real"),
    "average": (lambda x, weights=None: np.average(x, weights=weights), "positive"),
    "nansum": (np.nansum, "real"),
    "nanmean": (np.nanmean, "real"),
    "append": (np.append, "real"),
    "ediff1d": (np.ediff1d, "real"),
    "fliplr": (np.fliplr, "real"),
    "flipud": (np.flipud, "real"),
    "rot90": (np.rot90, "real"),
    "diagflat": (np.diagflat, "real"),
    "diag_embed": (np.diag, "real"),
    "cond": (np.linalg.cond, "invertible"),
    "addmm": (lambda c, a, b: c + a @ b, "real"),
    "addmv": (lambda y, a, x: y + a @ x, "real"),
    "baddbmm": (lambda c, a, b: c + a @ b, "real"),
    "addcmul": (lambda x, y, z: x + y * z, "real"),
    "addcdiv": (lambda x, y, z: x + y / z, "nonzero"),
    "linear": (lambda x, w, b=0.0: x @ w.T + b, "real"),
    "scaled_dot_product_attention": (_attention, "real"),
    "margin_ranking_loss": (lambda x, y, t: np.mean(np.maximum(-t * (x - y), 0)), "real"),
    "xlogy": (special.xlogy, "positive"),
    "xlog1py": (special.xlog1py, "positive"),
    "entr": (special.entr, "positive"),
    "rel_entr": (special.rel_entr, "positive"),
    "logaddexp": (np.logaddexp, "real"),
    "logaddexp2": (np.logaddexp2, "real"),
    "logcosh": (lambda x: np.log(np.cosh(x)), "real"),
    "betaln": (special.betaln, "positive"),
    "softsign": (lambda x: x / (1 + np.abs(x)), "nonzero"),
    "mish": (lambda x: x * np.tanh(_softplus(x)), "real"),
    "hardswish": (lambda x: x * np.clip(x + 3, 0, 6) / 6, "real"),
    "hardsigmoid": (lambda x: np.clip(x + 3, 0, 6) / 6, "real"),
    "relu6": (lambda x: np.clip(x, 0, 6), "nonzero"),
    "selu": (lambda x: 1.0507009873554805 * _elu(x, 1.6732632423543772), "nonzero"),
    "celu": (lambda x: _elu(x, 1.0), "nonzero"),
    "logsigmoid": (special.log_expit, "real"),
    "log_sigmoid": (special.log_expit, "real"),
    "log_expit": (special.log_expit, "real"),
    "tanhshrink": (lambda x: x - np.tanh(x), "real"),
    "softshrink": (lambda x: np.sign(x) * np.maximum(np.abs(x) - 0.5, 0), "real"),
    "hardshrink": (lambda x: np.where(np.abs(x) > 0.5, x, 0), "real"),
    "squareplus": (lambda x: (x + np.sqrt(x**2 + 4)) / 2, "real"),
    "quick_gelu": (lambda x: x * _expit(1.702 * x), "real"),
    "prelu": (lambda x, a: np.where(x > 0, x, a * x), "nonzero"),
    "softmin": (lambda x: special.softmax(-x), "real"),
    "normalize": (lambda x: x / np.linalg.norm(x, axis=-1, keepdims=True), "real"),
    "lerp": (lambda x, y, w: x * (1 - w) + y * w, "real"),
    "row_norms": (lambda x: np.linalg.norm(x, axis=1), "real"),
    "cosine_similarity": (_cosine, "real"),
    "mse_loss": (lambda x, y: np.mean((x - y) ** 2), "real"),
    "l1_loss": (lambda x, y: np.mean(np.abs(x - y)), "real"),
    "smooth_l1_loss": (_huber, "real"),
    "huber_loss": (_huber, "real"),
    "binary_cross_entropy": (_entropy, "unit"),
    "binary_cross_entropy_with_logits": (lambda z, t: _entropy(_expit(z), t), "unit"),
    "soft_margin_loss": (lambda z, y: np.mean(np.log1p(np.exp(-y * z))), "real"),
    "poisson_nll_loss": (lambda x, t: np.mean(np.exp(x) - t * x), "real"),
    "gaussian_nll_loss": (lambda x, t, v: np.mean(np.log(v) + (x - t) ** 2 / v) / 2, "positive"),
}
SIZES = {"m": 3, "n": 4, "k": 5, "p": 2, "d": 6, "v": 7}
DECLARED = re.compile(r"[(,] *\w+(?:\[([\w,]*)\])?(?==|, |\))")
EVERY = [one for several in definitions().values() for one in several]


def _called(one: Definition) -> tuple[str, dict[str, Any], Callable[..., Any], list[str]]:
    """A call with a variable for each operand, their arrays, and what it is worth."""
    name = one.text.partition("(")[0]
    function, domain = MEANT[name]
    along = any(k.name == "axis" and k.default is None for k in one.parameters)
    count = sum(k.default is None for k in one.parameters) - along
    rng = np.random.default_rng(3)
    letters = "abcd"[:count]
    shapes = [
        tuple(SIZES[k] for k in (sizes or "n").split(","))
        for sizes in DECLARED.findall(one.signature)[:count]
    ]
    arrays = {
        key: np.asarray(POINTS[domain](shape, rng))
        for key, shape in zip(letters, shapes, strict=True)
    }
    declared = [f"{key}[{','.join(map(str, array.shape))}]" for key, array in arrays.items()]
    keywords = ["axis=1"] if along else []
    return f"{name}({', '.join([*letters, *keywords])})", arrays, function, declared


@pytest.mark.parametrize("one", EVERY, ids=lambda one: one.signature)
def test_a_definition_is_what_its_name_says(one: Definition) -> None:
    text, arrays, function, _ = _called(one)
    np.testing.assert_allclose(
        mc.evaluate(text, **arrays), function(*arrays.values()), rtol=1e-13, atol=1e-15
    )


@pytest.mark.parametrize("one", EVERY, ids=lambda one: one.signature)
def test_its_derivative_is_that_of_the_numbers_in_every_form(one: Definition) -> None:
    text, arrays, function, declared = _called(one)
    for wrt, layout in zip(arrays, ("numerator", "denominator", "numerator"), strict=False):
        d = mc.derive(f"sum({text})", wrt=wrt, variables=" ".join(declared), layout=layout)
        expected = measured(
            lambda x, wrt=wrt: np.sum(function(*(arrays | {wrt: x}).values())), arrays[wrt]
        )
        assert expected is not None
        expected = in_layout(expected, 0, layout)
        for found in (d.evaluate(**arrays), _run(d.numpy, arrays), mc.evaluate(d.text, **arrays)):
            np.testing.assert_allclose(
                np.reshape(found, expected.shape), expected, rtol=1e-6, atol=1e-8
            )


def _run(source: str, arrays: dict[str, Any]) -> Any:
    function = function_in(source)
    return function(**{name: arrays[name] for name in inspect.signature(function).parameters})


def test_every_definition_is_tested_and_none_has_the_name_of_a_rule() -> None:
    assert set(MEANT) == set(definitions())
    assert not definitions().keys() & RULES.keys()


@pytest.mark.parametrize(
    ("name", "other"), [("asinh", "arcsinh"), ("gammaln", "lgamma"), ("expit", "sigmoid")]
)
def test_a_second_name_means_the_same(name: str, other: str) -> None:
    assert (
        mc.derive(f"{name}(x)", wrt="x", variables="x", layout="numerator").text
        == mc.derive(f"{other}(x)", wrt="x", variables="x", layout="numerator").text
    )


def test_the_derivative_of_a_definition_has_primes() -> None:
    found = mc.evaluate("mish'(x)", x=np.array([0.3, -1.0]))
    x = np.array([0.3, -1.0])
    expected = np.tanh(_softplus(x)) + x * (1 - np.tanh(_softplus(x)) ** 2) * _expit(x)
    np.testing.assert_allclose(found, expected, rtol=1e-14)


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("mish(x, x)", r"mish is written mish\(x\)"),
        ("huber_loss(x)", r"huber_loss\(input, target, delta=1\)"),
        ("huber_loss(x, x, gamma=2)", r"huber_loss\(input, target, delta=1\)"),
        ("cosine_similarity(x, A)", r"cosine_similarity\(x\[n\], y\[n\]\)"),
        ("lerp(A, A, x)", "does not fit"),
        ("normalize(A)", r"normalize\(X\[m,n\], axis\)"),  # rows, columns or the whole
        ("normalize(A')", r"normalize\(X\[m,n\], axis\)"),
    ],
)
def test_a_wrong_call_says_how_it_is_written(text: str, said: str) -> None:
    with pytest.raises(mc.MatcalcError, match=said):
        mc.derive(text, wrt="x", variables="x[3] A[3,4]", layout="numerator")
