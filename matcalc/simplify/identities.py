"""The identities that formulas are rewritten by, as lines of the input language.

A line is ``left -> right``: where the left side stands, the right side is put, which is equal
wherever the left is defined. Behind ``|`` stands what must be known of a variable; that it is
tall or wide, the left side says by being defined. A number stands for an array of any shape,
entry by entry; a vector for an array along one axis of it, or along all. Of a product or a sum
the left side may be a part.
"""

from __future__ import annotations

from typing import NamedTuple


class IdentitySection(NamedTuple):
    """Lines about one subject.

    Attributes:
        title: The subject.
        variables: The variables of the lines, as they are declared.
        lines: The lines.
    """

    title: str
    variables: str
    lines: tuple[str, ...]


SOFTMAX = IdentitySection(
    "Softmax, its logarithm, and sums along an axis",
    "x[n] c",
    (
        "exp(x) / sum(exp(x)) -> softmax(x)",
        "exp(x - logsumexp(x)) -> softmax(x)",
        "exp(log_softmax(x)) -> softmax(x)",
        "softmax(x + c) -> softmax(x)",
        "log_softmax(x + c) -> log_softmax(x)",
        "logsumexp(x + c) -> logsumexp(x) + c",
        "softmax(log_softmax(x)) -> softmax(x)",
        "log_softmax(log_softmax(x)) -> log_softmax(x)",
        "logsumexp(log_softmax(x)) -> 0",
        "log(sum(exp(x))) -> logsumexp(x)",
        "log(softmax(x)) -> log_softmax(x)",
        "sum(softmax(x)) -> 1",
        "sum(x) -> 1 | x simplex",
        "sum(x - mean(x)) -> 0",
    ),
)

SECTIONS = (
    IdentitySection(
        "Exponentials and logarithms",
        "u v",
        (
            "exp(log(u)) -> u",
            "log(exp(u)) -> u",
            "log(u**v) -> v * log(u)",
            "log(1 + exp(u)) -> softplus(u)",
            "log(sigmoid(u)) -> u - softplus(u)",
            "log(1 - sigmoid(u)) -> -softplus(u)",
            "log(Phi(u)) -> log_ndtr(u)",
            "log(1 - Phi(u)) -> log_ndtr(-u)",
            "exp(log1p(u)) -> 1 + u",
            "log1p(expm1(u)) -> u",
            "expm1(log1p(u)) -> u",
            "exp(u) * exp(-u) -> 1",
            "1 / (1 + exp(u)) -> sigmoid(-u)",
            "exp(u) * sigmoid(-u) -> sigmoid(u)",
            "exp(u) / (exp(u) + exp(v)) -> sigmoid(u - v)",
            "sigmoid(u) + sigmoid(-u) -> 1",
            "sigmoid(logit(u)) -> u",
            "logit(sigmoid(u)) -> u",
            "exp(softplus(u)) -> 1 + exp(u)",
            "softplus(u) - softplus(-u) -> u",
            "exp(log_ndtr(u)) -> Phi(u)",
            "Phi(u) + Phi(-u) -> 1",
        ),
    ),
    IdentitySection(
        "Absolute values, signs and steps",
        "u v",
        (
            "sqrt(u**2) -> abs(u)",
            "abs(u)**2 -> u**2",
            "abs(u) -> u | u positive",
            "abs(abs(u)) -> abs(u)",
            "abs(-u) -> abs(u)",
            "sign(u) / abs(u) -> 1 / u",
            "abs(u) * sign(u) -> u",
            "u * sign(u) -> abs(u)",
            "sign(u) -> 1 | u positive",
            "sign(sign(u)) -> sign(u)",
            "sign(u)**3 -> sign(u)",
            "step(u) * relu(u) -> relu(u)",
            "step(u)**2 -> step(u)",
            "u * step(u) -> relu(u)",
            "step(step(u)) -> step(u)",
            "step(relu(u)) -> step(u)",
            "relu(relu(u)) -> relu(u)",
            "relu(u) -> u | u positive",
            "step(u) -> 1 | u positive",
            "relu(u) - relu(-u) -> u",
            "relu(u) + relu(-u) -> abs(u)",
            "step(u) - step(-u) -> sign(u)",
            "maximum(u, 0) -> relu(u)",
            "maximum(0, u) -> relu(u)",
            "minimum(u, 0) -> -relu(-u)",
            "minimum(0, u) -> -relu(-u)",
            "maximum(u, u) -> u",
            "minimum(u, u) -> u",
            "maximum(u, v) + minimum(u, v) -> u + v",
            "maximum(u, v) * minimum(u, v) -> u * v",
        ),
    ),
    IdentitySection(
        "Trigonometric and hyperbolic functions",
        "u v",
        (
            "sin(u) / cos(u) -> tan(u)",
            "cos(u) * tan(u) -> sin(u)",
            "cos(u)**2 + sin(u)**2 -> 1",
            "1 - sin(u)**2 -> cos(u)**2",
            "1 - cos(u)**2 -> sin(u)**2",
            "sin(arcsin(u)) -> u",
            "cos(arccos(u)) -> u",
            "tan(arctan(u)) -> u",
            "sinh(-u) -> -sinh(u)",
            "cosh(-u) -> cosh(u)",
            "tanh(-u) -> -tanh(u)",
            "sinh(u) / cosh(u) -> tanh(u)",
            "cosh(u) * tanh(u) -> sinh(u)",
            "cosh(u)**2 - sinh(u)**2 -> 1",
            "1 + sinh(u)**2 -> cosh(u)**2",
            "cosh(u)**2 - 1 -> sinh(u)**2",
            "exp(u) + exp(-u) -> 2 * cosh(u)",
            "exp(u) - exp(-u) -> 2 * sinh(u)",
            "cosh(u) + sinh(u) -> exp(u)",
            "cosh(u) - sinh(u) -> exp(-u)",
        ),
    ),
    IdentitySection(
        "Quotients",
        "u v",
        (
            "(1 + u / sqrt(v)) / (u + sqrt(v)) -> 1 / sqrt(v)",
            "1 / (u + v) - u / (u + v)**2 -> v / (u + v)**2",
        ),
    ),
    SOFTMAX,
    IdentitySection(
        "Masks, one-hot vectors and projectors",
        "u y[n] P[n,n]",
        (
            "u**2 -> u | u binary",
            "abs(u) -> u | u binary",
            "sign(u) -> u | u binary",
            "step(u) -> u | u binary",
            "relu(u) -> u | u binary",
            "y @ y.T -> diag(y) | y onehot",
            "P @ P -> P | P projector",
            "pinv(P) -> P | P projector",
            "sum(P**2) -> tr(P) | P projector",
        ),
    ),
    IdentitySection(
        "Pseudo-inverses and orthogonal matrices",
        "X[m,n] Q[m,n] O[n,n] A[n,n] x[n] B[n,p] C[p,n]",
        (
            "inv(X.T @ X) @ X.T -> pinv(X) | X tall",
            "X.T @ inv(X @ X.T) -> pinv(X) | X wide",
            "pinv(pinv(X)) -> X",
            "pinv(X.T) -> pinv(X).T",
            "X @ pinv(X) @ X -> X",
            "pinv(X) @ X @ pinv(X) -> pinv(X)",
            "logdet(pinv(X) @ pinv(X).T) -> -logdet(X.T @ X) | X tall",
            "logdet(pinv(X).T @ pinv(X)) -> -logdet(X @ X.T) | X wide",
            "Q.T @ Q -> eye(n) | Q orthogonal",
            "O @ O.T -> eye(n) | O orthogonal",
            "sum((Q @ x)**2) -> sum(x**2) | Q orthogonal",
            "sum((O.T @ x)**2) -> sum(x**2) | O orthogonal",
            "sum((Q @ B)**2) -> sum(B**2) | Q orthogonal",
            "sum((O.T @ B)**2) -> sum(B**2) | O orthogonal",
            "sum((X @ O)**2) -> sum(X**2) | O orthogonal",
            "sum((C @ Q.T)**2) -> sum(C**2) | Q orthogonal",
            "sum(Q**2, axis=0) -> ones(n) | Q orthogonal",
            "sum(O**2, axis=1) -> ones(n) | O orthogonal",
            "inv(O) -> O.T | O orthogonal",
            "pinv(Q) -> Q.T | Q orthogonal",
            "inv(O @ A @ O.T) -> O @ inv(A) @ O.T | O orthogonal",
            "det(O @ A @ O.T) -> det(A) | O orthogonal",
            "logdet(O @ A @ O.T) -> logdet(A) | O orthogonal",
        ),
    ),
    IdentitySection(
        "Inverses, determinants and exponentials of matrices",
        "A[n,n] B[n,n] C[p,p]",
        (
            "inv(inv(A)) -> A",
            "inv(A) @ A -> eye(n)",
            "A @ inv(A) -> eye(n)",
            "inv(A.T) -> inv(A).T",
            "adj(A) / det(A) -> inv(A)",
            "adj(A) @ A -> det(A) * eye(n)",
            "A @ adj(A) -> det(A) * eye(n)",
            "det(A.T) -> det(A)",
            "det(inv(A)) -> 1 / det(A)",
            "det(A @ B) -> det(A) * det(B)",
            "det(expm(A)) -> exp(tr(A))",
            "log(abs(det(A))) -> logdet(A)",
            "logdet(A.T) -> logdet(A)",
            "logdet(inv(A)) -> -logdet(A)",
            "logdet(A @ B) -> logdet(A) + logdet(B)",
            "logdet(kron(A, C)) -> p * logdet(A) + n * logdet(C)",
            "logdet(expm(A)) -> tr(A)",
            "inv(kron(A, C)) -> kron(inv(A), inv(C))",
            "inv(expm(A)) -> expm(-A)",
            "expm(A) @ expm(-A) -> eye(n)",
            "sum(expm(A.T) * B) -> tr(expm(A) @ B)",
        ),
    ),
)

COMPUTING = IdentitySection(
    "For computing: what overflows later, and loses fewer digits",
    "u v A[n,n]",
    (
        "1 - exp(u) -> -expm1(u)",
        "1 - cos(u) -> 2 * sin(u / 2)**2",
        "u - softplus(u) -> -softplus(-u)",
        "cosh(u) / sinh(u) -> 1 / tanh(u)",
        "sign(det(A)) -> det_sign(A)",
        "log(2 * cosh(u)) -> u + softplus(-2 * u)",
        "log(cosh(u)) -> u + softplus(-2 * u) - log(2)",
        "log(v * cosh(u)) -> u + softplus(-2 * u) + log(v / 2)",
        "log(abs(sinh(u))) -> abs(u) + log(-expm1(-2 * abs(u))) - log(2)",
        "log(sinh(u)) -> abs(u) + log(-expm1(-2 * abs(u))) - log(2) + log(sign(u))",
        "log(1 + u) -> log1p(u)",
    ),
)
"""Lines that no printed formula is rewritten by: numbers and code are."""
