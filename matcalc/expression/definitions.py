"""Functions that are defined by others: each a line of the language, used as it is written.

A call of one stands for what its line says, so that its derivative, its code and its text are
those of the functions in it. Where several lines have one name, the first one holds that takes
operands of these ranks: ``x[n]`` a vector, ``X[m,n]`` a matrix, ``x`` anything.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping, Sequence
from fractions import Fraction
from functools import lru_cache
from typing import Any, NamedTuple

from matcalc.errors import MatcalcError, NotationError, ShapeError
from matcalc.expression.evaluation import evaluated
from matcalc.expression.parser import Assignment, PostfixStep, parse
from matcalc.expression.postfix import folded
from matcalc.expression.values import Value
from matcalc.graph import number
from matcalc.operations import RULES, facts_of, is_elementwise

_LINES = """
    log2(x) = log(x) / log(2)
    log10(x) = log(x) / log(10)
    exp2(x) = 2 ** x
    exp10(x) = 10 ** x
    rsqrt(x) = x ** (-1/2)
    reciprocal(x) = 1 / x
    square(x) = x ** 2
    sec(x) = 1 / cos(x)
    csc(x) = 1 / sin(x)
    cot(x) = 1 / tan(x)
    sech(x) = 1 / cosh(x)
    csch(x) = 1 / sinh(x)
    coth(x) = 1 / tanh(x)
    sinc(x) = stumpff((pi() * x) ** 2, k=1)
    deg2rad(x) = pi() / 180 * x
    rad2deg(x) = 180 / pi() * x
    radians(x) = pi() / 180 * x
    degrees(x) = 180 / pi() * x
    heaviside(x) = step(x)
    heaviside(x, h) = step(x) + h * (1 - sign(x) ** 2)
    fmax(x, y) = maximum(x, y)
    fmin(x, y) = minimum(x, y)
    float_power(x, p) = x ** p
    xlogy(x, y) = x * log(y)
    xlog1py(x, y) = x * log1p(y)
    entr(x) = -x * log(x)
    rel_entr(x, y) = x * (log(x) - log(y))
    logaddexp(x, y) = x + softplus(y - x)
    logaddexp2(x, y) = logaddexp(log(2) * x, log(2) * y) / log(2)
    logcosh(x) = x + softplus(-2 * x) - log(2)
    betaln(x, y) = lgamma(x) + lgamma(y) - lgamma(x + y)
    softsign(x) = x / (1 + abs(x))
    mish(x) = x * tanh(softplus(x))
    hardswish(x) = x * clip(x / 6 + 1/2, 0, 1)
    hardsigmoid(x) = clip(x / 6 + 1/2, 0, 1)
    relu6(x) = clip(x, 0, 6)
    selu(x) = 1.0507009873554805 * relu(x) + 1.7580993408473766 * expm1(x - relu(x))
    celu(x, alpha=1) = elu(x / alpha, alpha=1) * alpha
    logsigmoid(x) = -softplus(-x)
    log_sigmoid(x) = -softplus(-x)
    log_expit(x) = -softplus(-x)
    tanhshrink(x) = x - tanh(x)
    softshrink(x, lambd=1/2) = relu(x - lambd) - relu(-x - lambd)
    hardshrink(x, lambd=1/2) = x * (step(x - lambd) + step(-x - lambd))
    squareplus(x, b=4) = (x + sqrt(x ** 2 + b)) / 2
    quick_gelu(x) = x * sigmoid(1.702 * x)
    prelu(x, weight) = relu(x) - weight * relu(-x)
    threshold(x, threshold, value) = value + step(x - threshold) * (x - value)
    softmin(x) = softmax(-x)
    ptp(x) = max(x) - min(x)
    average(x) = mean(x)
    average(x[n], weights[n]) = inner(weights, x) / sum(weights)
    nansum(x) = sum(x)
    nanmean(x) = mean(x)
    append(x[m], y[n]) = concatenate(x, y)
    ediff1d(x[n]) = diff(x)
    fliplr(X[m,n]) = flip(X, axis=1)
    flipud(X[m,n]) = flip(X, axis=0)
    rot90(X[m,n]) = flip(X.T, axis=0)
    diagflat(x[n]) = diag(x)
    diag_embed(x[n]) = diag(x)
    cond(A[n,n]) = spectral_norm(A) * spectral_norm(inv(A))
    addmm(C[m,n], A[m,k], B[k,n]) = C + A @ B
    addmv(y[m], A[m,n], x[n]) = y + A @ x
    baddbmm(C[p,m,n], A[p,m,k], B[p,k,n]) = C + A @ B
    addcmul(x, y, z) = x + y * z
    addcdiv(x, y, z) = x + y / z
    linear(x[n], W[m,n]) = W @ x
    linear(x[n], W[m,n], b[m]) = W @ x + b
    linear(X[k,n], W[m,n]) = X @ W.T
    linear(X[k,n], W[m,n], b[m]) = X @ W.T + b
    scaled_dot_product_attention(Q[m,d], K[n,d], V[n,v]) = attention(Q, K, V)
    normalize(x[n], axis=0) = x / sqrt(sum(x ** 2, axis=axis))
    normalize(x[n], p=2, axis=0) = x / sum(abs(x) ** p, axis=axis) ** (1 / p)
    normalize(X[m,n], axis) = X / sqrt(sum(X ** 2, axis=axis, keepdims=True))
    normalize(X[m,n], axis, p=2) = X / sum(abs(X) ** p, axis=axis, keepdims=True) ** (1 / p)
    lerp(input, end, weight) = input + weight * (end - input)
    cosine_similarity(x[n], y[n]) = inner(x, y) / (norm(x) * norm(y))
    row_norms(X[m,n]) = sqrt(sum(X ** 2, axis=1))
    cosine_similarity(X[m,n], Y[m,n]) = sum(X * Y, axis=1) / (row_norms(X) * row_norms(Y))
    mse_loss(input, target) = mean((input - target) ** 2)
    l1_loss(input, target) = mean(abs(input - target))
    smooth_l1_loss(input, target, beta=1) = mean(huber_entries(input - target, delta=beta)) / beta
    huber_loss(input, target, delta=1) = mean(huber_entries(input - target, delta=delta))
    binary_cross_entropy(input, target) = -mean(target * log(input) + (1 - target) * log(1 - input))
    binary_cross_entropy_with_logits(input, target) = mean(softplus(input) - target * input)
    margin_ranking_loss(x, y, target, margin=0) = mean(relu(margin - target * (x - y)))
    soft_margin_loss(input, target) = mean(softplus(-target * input))
    poisson_nll_loss(input, target) = mean(exp(input) - target * input)
    gaussian_nll_loss(input, target, var) = mean(log(var) + (input - target) ** 2 / var) / 2
"""


class DefinedParameter(NamedTuple):
    """What a definition takes: a name, how many axes it has, and a number if it may be left out."""

    name: str
    rank: int | None
    default: Fraction | None


class Definition(NamedTuple):
    """A line of the table.

    Attributes:
        text: The line.
        parameters: What it takes.
        body: What it says, in steps.
    """

    text: str
    parameters: tuple[DefinedParameter, ...]
    body: tuple[Assignment, ...]

    @property
    def signature(self) -> str:
        """How it is called: ``cosine_similarity(x[n], y[n])``."""
        return self.text.partition(" = ")[0]


@lru_cache(maxsize=1)
def definitions() -> Mapping[str, tuple[Definition, ...]]:
    """All definitions, by name.

    >>> definitions()["mish"][0].text
    'mish(x) = x * tanh(softplus(x))'
    """
    found: dict[str, tuple[Definition, ...]] = {}
    for line in _LINES.strip().splitlines():
        name = line.partition("(")[0].strip()
        found[name] = (*found.get(name, ()), _read(line.strip()))
    return found


_HEAD = re.compile(r"\w+\((.*?)\) = (.*)")
_PARAMETER = re.compile(r"(\w+)(?:\[([\w,]*)\])?(?:=([\d/]+))?")


def _read(line: str) -> Definition:
    head = _HEAD.fullmatch(line)
    listed = _PARAMETER.findall(head[1]) if head else ()
    parameters = tuple(
        DefinedParameter(
            name, sizes.count(",") + 1 if sizes else None, Fraction(value) if value else None
        )
        for name, sizes, value in listed
    )
    return Definition(line, parameters, parse(head[2] if head else ""))


Call = Callable[[PostfixStep, list[Any]], Value]


def is_defined(name: str) -> bool:
    """Whether a function is defined by others."""
    return name in definitions()


def is_of_entries(name: str) -> bool:
    """Whether a function is defined of arrays entry by entry, whatever their axes are."""
    taken = [one.parameters[:2] for one in definitions().get(name, ())]
    return any(len(two) > 1 and not any(one.rank for one in two) for two in taken)


@lru_cache(maxsize=256)
def is_entrywise(name: str) -> bool:
    """Whether what is defined acts on each entry of one operand alone."""
    if name in RULES:
        return is_elementwise(name)
    several = definitions().get(name, ())
    calls = [
        step.value for one in several for k in one.body for step in k.steps if step.kind == "call"
    ]
    single = len(several) == 1 and sum(k.default is None for k in several[0].parameters) == 1
    return single and all(called == "pi" or is_entrywise(called) for called in calls)


def is_of_each_row(name: str) -> bool:
    """Whether a function is, of a matrix with no axis, of each row: what it is defined by is."""
    several = definitions().get(name, ())
    last = [one.body[-1].steps[-1] for one in several]
    return facts_of(name).of_each_row or any(
        step.kind == "call" and is_of_each_row(step.value) for step in last
    )


def defined(
    step: PostfixStep, values: Sequence[Any], named: Mapping[str, Any], call: Call
) -> Value:
    """The value of a call of what is defined.

    Args:
        step: The call.
        values: What it takes by place.
        named: What it takes by name.
        call: What a call of another function means.

    Raises:
        NotationError: It takes other arguments.
        ShapeError: The arguments do not fit it.
    """
    several = definitions()[step.value]
    for one in several:
        given = _given(one, values, named)
        if given is not None and _is_of_ranks(one, given):
            return _followed(one, given, call)
    usage = " or ".join(one.signature for one in several)
    if all(_given(one, values, named) is None for one in several):
        raise NotationError(f"{step.value} is written {usage}")
    found = ", ".join(value.title for value in values if isinstance(value, Value))
    raise ShapeError(f"{step.value} is written {usage}; found {found}")


def _given(
    one: Definition, values: Sequence[Any], named: Mapping[str, Any]
) -> dict[str, Value] | None:
    """A value for each parameter; ``None`` where the call does not fit."""
    names = [parameter.name for parameter in one.parameters]
    if len(values) > len(names) or not named.keys() <= set(names[len(values) :]):
        return None
    found: dict[str, Any] = {
        parameter.name: Value(number(parameter.default))
        for parameter in one.parameters
        if parameter.default is not None
    }
    found |= dict(zip(names, values, strict=False))
    found |= dict(named)
    fits = len(found) == len(names) and all(isinstance(value, Value) for value in found.values())
    return found if fits else None


def _is_of_ranks(one: Definition, given: Mapping[str, Value]) -> bool:
    return all(
        parameter.rank in (None, len(given[parameter.name].node.shape))
        for parameter in one.parameters
    )


def _followed(one: Definition, given: Mapping[str, Value], call: Call) -> Value:
    """What a definition says of its arguments: its steps, one after the other."""
    names = dict(given)

    def name(step: PostfixStep) -> Value:
        return names[step.value]

    try:
        for assignment in one.body:
            names[assignment.name] = folded(
                assignment.steps, lambda step, of: evaluated(step, of, name, call)
            )
    except MatcalcError as error:
        raise error.changed(message=f"{one.text.partition('(')[0]}: {error.stated}") from None
    return names[""]
