"""Functions of other libraries that have no spelling here: why, and what there is instead.

One line for each reason. A formula that calls one is refused with it, a traced function too, and
the catalogue shows it.
"""

from __future__ import annotations

_LINES = """
    norm2: the norm of all entries is norm(x), the largest singular value norm(A, 2)
    reshape view: axes are regrouped by rearrange, with a pattern of names
    swapaxes moveaxis permute rollaxis: axes change places by rearrange("i j k -> i k j", X), of \
    a matrix by X.T
    expand_dims unsqueeze: a new axis is written x[:, None] or x[None, :]
    broadcast_to expand expand_as: what is repeated is a product with ones: ones(m) @ x.T has x \
    in every row
    sweep: write X - ones(m) @ b.T for sweep(X, 2, b) with X[m,n] and b[n], X - b @ ones(n).T \
    for sweep(X, 1, b) with b[m]
    split array_split hsplit vsplit chunk unbind: a function has one result; each part is a \
    slice, x[0:3]
    delete insert: parts are slices, put together by concatenate((x[0:1], x[2:n]))
    dstack: arrays are put together by stack((X, Y), axis=2)
    where masked_fill: it is read of a comparison, where(x > 0, a, b); of a mask M: M * a + (1 - \
    M) * b
    select choose piecewise: choices are where in where: where(x > 1, a, where(x > 0, b, c))
    masked_select compress extract: how many entries there are depends on values; where(x > 0, \
    x, 0) keeps the shape
    index_select take_along_axis: constant places are taken by take(X, (0, 2), axis=0)
    gather: constant places are taken by take(x, (0, 2)) and by one_hot((0, 2), n)
    embedding: rows by number are taken by take(W, (0, 2), axis=0)
    scatter_add index_add at: what is added at places is one_hot((0, 2), n).T @ x
    full: write 2 * ones(n)
    arange linspace logspace meshgrid: a grid of constants is a variable of its own: declare it, \
    t[n]
    detach stop_gradient: what is held constant is a variable of its own: declare it, and give \
    its value
    fill_diagonal: write X - diag(diag(X)) + diag(x)
    hankel circulant: constant diagonals are toeplitz(c, r); hankel(c, r) is one with its rows \
    in reverse
    nonzero argwhere argmax argmin: it is a place, which depends on values; max and min are the \
    entry itself
    argsort argpartition searchsorted digitize: it is an order, which depends on values; sort is \
    the entries themselves
    partition: sort has all entries in order, topk the largest ones
    percentile quantile: between two entries it is a matter of convention; median and sort are \
    there
    unique bincount histogram: how many there are of each depends on values, in steps
    any all count_nonzero isnan isinf isfinite isclose allclose: it is true or false, or a \
    count, with no derivative
    floor ceil round rint trunc fix floor_divide: it is constant between its steps, and its \
    derivative is zero there
    mod fmod remainder frac modf unwrap: between its jumps it is x and a constant: leave it out
    nan_to_num: a formula has no missing values; where(x > 0, f, 0) leaves entries out
    copysign: write abs(x) * sign(y)
    real imag conj conjugate angle: arithmetic is real: real(x) and conj(x) are x itself
    fft ifft rfft irfft fft2 fftn dct: arithmetic is real; a real transform is a constant \
    matrix: declare it, F @ x
    roots: roots may be complex, and their order depends on values
    random rand randn normal dropout gumbel_softmax bernoulli: it is random: what is drawn is a \
    variable, as M in x * M / (1 - p)
    maximum.accumulate accumulate cummax cummin: which entry is the largest so far depends on \
    values; logcumsumexp is its smooth kin
    gradient: differences inside are (x[2:] - x[:-2]) / 2
    trapz: it is called trapezoid(y, dx=1); of points x it is sum(diff(x) * (y[1:] + y[:-1])) / \
    2
    interp: write it as a product with a matrix of weights, which depends on the places
    gamma: its sign changes below 0; of a positive x it is exp(lgamma(x))
    beta: of positive numbers it is exp(betaln(x, y))
    multigammaln mvlgamma: write lgamma(x) + lgamma(x - 1/2) + … + log(pi()) * p * (p - 1) / 4
    factorial comb binom: of a positive x, x! is exp(lgamma(x + 1))
    gammainc gammaincc betainc: its derivative by the parameters is no known function; that by x \
    is elementary: declare it, f(·)
    zeta lambertw expi exp1 expn sici shichi dawsn fresnel hyp1f1 hyp2f1 hyp0f1 ellipk ellipe \
    ellipkinc airy struve legendre hermite chebyt: no rule is known for it; declared as f(·), it \
    stays a function with the derivative f'
    i0 i1 i0e i1e j0 j1 y0 y1 k0 k1 jv yv iv ive kv kve: Bessel functions have no rule; declared \
    as f(·), it stays a function with the derivative f'
    boxcox: write (x**p - 1) / p
    kl_div: SciPy and PyTorch mean two things: sum(rel_entr(p, q)), or mean(y * (log(y) - x))
    svd: a function has one result: singular values are svdvals(A)
    eigh: a function has one result: eigenvalues of a symmetric matrix are eigvalsh(A)
    eig eigvals: eigenvalues may be complex; those of a symmetric matrix are eigvalsh(A)
    qr: a function has one result; R, up to signs, is cholesky(A.T @ A).T
    lu lu_factor ldl: a function has one result, and two are meant; solve(A, b) and logdet(A) \
    use it inside
    schur hessenberg: a function has one result, and two are meant; eigenvalues of a symmetric \
    matrix are eigvalsh(A)
    polar: a function has one result; the positive factor is sqrtm(A.T @ A)
    slogdet: a function has one result: logdet(A) is the logarithm of the absolute determinant
    lstsq: the solution is pinv(A) @ b
    tensorsolve tensorinv: axes are put together by rearrange; then it is solve(A, b), inv(A)
    cho_solve cholesky_solve cho_factor: with a factor L it is solve(L @ L.T, b)
    lu_solve: it is solve(A, b)
    null_space orth: its columns are not unique; the projector on the null space is eye(n) - \
    pinv(A) @ A
    matrix_rank: it is a count, with no derivative
    signm funm fractional_matrix_power: expm, logm, sqrtm, sinm and cosm have rules; A to the \
    power p is expm(p * logm(A))
    solve_sylvester: vec(X) of A @ X + X @ B = C is solve(kron(eye(m), A) + kron(B.T, eye(n)), \
    vec(C))
    solve_continuous_lyapunov solve_lyapunov: vec(X) of A @ X + X @ A.T = Q is \
    solve(kron(eye(n), A) + kron(A, eye(n)), vec(Q))
    solve_discrete_lyapunov: vec(X) of A @ X @ A.T - X + Q = 0 is solve(eye(n**2) - kron(A, A), \
    vec(Q))
    solve_continuous_are solve_discrete_are: it is defined by an equation; differentiate that
    pdist: cdist(X, X) has each distance twice
    correlate: convolve(x, flip(y)) has all shifts
    nll_loss multi_margin_loss multilabel_margin_loss: classes by number are rows of one_hot: \
    -mean(sum(one_hot((0, 2), n) * X, axis=1))
    ctc_loss: it is a sum over all alignments, by a recursion; no rule is known for it
    hinge_embedding_loss: of targets 1 and -1 it is mean((1 + y) / 2 * x + (1 - y) / 2 * relu(1 \
    - x))
    triplet_margin_loss: write relu(norm(a - p) - norm(a - n) + 1)
    cosine_embedding_loss: write 1 - cosine_similarity(x, y) for a pair that is alike, else \
    relu(cosine_similarity(x, y))
    pairwise_distance: write norm(x - y), of rows row_norms(X - Y)
    bilinear: write einsum("i,kij,j->k", x, W, y)
    conv_transpose1d conv_transpose2d conv3d fold unfold interpolate upsample pixel_shuffle: \
    conv1d, conv2d and their poolings have rules, and rearrange
    adaptive_avg_pool1d adaptive_avg_pool2d adaptive_max_pool2d: a mean over whole axes is \
    mean(X, axis=2), windows are avg_pool2d(X, 2)
    max_pool avg_pool: of a batch X[batch,channels,h,w] it is max_pool2d(X, 2) or avg_pool2d(X, \
    2), of X[batch,channels,n] max_pool1d(X, 2) or avg_pool1d(X, 2)
    triangular_solve: it is solve_triangular(A, b), with lower=0 of an upper triangle
    instance_norm: it is group_norm with as many groups as channels
    multi_head_attention_forward multiheadattention: write attention(Q @ A, K @ B, V @ C) for \
    each head
"""


def _read() -> dict[str, str]:
    found: dict[str, str] = {}
    for line in _LINES.strip().splitlines():
        names, _, why = " ".join(line.split()).partition(": ")
        found |= dict.fromkeys(names.split(), why)
    return found


#: What is said of each: why it is not there, or what is written instead.
MISSING = _read()
