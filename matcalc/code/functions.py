"""Functions that PyTorch and JAX lack, as source; ``xp`` stands for either where they agree."""

from __future__ import annotations

_BOTH = '''
def products_of_others(x, axis=0):
    """For each entry the product of all others along the axis; no division."""
    moved = xp.moveaxis(x, axis, -1)
    turned = xp.flip(moved, (-1,))
    ones = xp.ones_like(moved[..., :1])
    before = xp.cumprod(xp.concatenate([ones, moved[..., :-1]], -1), -1)
    behind = xp.cumprod(xp.concatenate([ones, turned[..., :-1]], -1), -1)
    return xp.moveaxis(before * xp.flip(behind, (-1,)), -1, axis)

def products_of_other_pairs(x, axis=0):
    """For each two entries the product of all others along the axis; 0 where the two are one."""
    moved = xp.moveaxis(x, axis, -1)
    same = xp.diag(xp.ones_like(moved.reshape(-1, moved.shape[-1])[0])) > 0
    rest = xp.where(same, 1.0, moved[..., None, :])
    pairs = xp.where(same, 0.0, products_of_others(rest, -1))
    return xp.moveaxis(pairs, -2, axis)

def adjugate(x):
    """The adjugate, by singular values: right for singular matrices too."""
    u, s, vt = xp.linalg.svd(x)
    sign = xp.linalg.det(u) * xp.linalg.det(vt)
    left = vt.mT * products_of_others(s, -1)[..., None, :]
    return sign[..., None, None] * (left @ u.mT)

def norm(x):
    """The root of the sum of all squares; no overflow."""
    top = xp.max(xp.abs(x))
    scale = xp.where((top > 0) & (top < math.inf), top, xp.ones_like(top))
    return scale * xp.sqrt(xp.sum((x / scale)**2))

def norm_along(x, axis):
    """The roots of the sums of squares along an axis; no overflow."""
    top = xp.amax(xp.abs(x), axis=axis, keepdims=True)
    scale = xp.where((top > 0) & (top < math.inf), top, xp.ones_like(top))
    return scale.squeeze(axis) * xp.sqrt(xp.sum((x / scale)**2, axis))

def log1p_square(x):
    """log(1 + x²), entry by entry; no overflow."""
    size = xp.abs(x)
    large = xp.where(size > 1, size, xp.ones_like(size))
    return xp.log1p((xp.where(size > 1, 1.0, size) / large)**2) + 2 * xp.log(large)

def huber_entries(r, delta):
    """Huber's function: quadratic up to delta, then linear; no overflow."""
    inside = xp.clip(r, -delta, delta)
    return inside * (r - 0.5 * inside)

def levi_civita(shape, size, **like):
    """The sign of each permutation, else 0: the product of the signs of all differences."""
    k = xp.arange(size, **like)
    signs, result = xp.sign(k - k[:, None]), xp.ones(shape, **like)
    for pair in combinations(range(size), 2):
        result = result * signs.reshape([size if axis in pair else 1 for axis in range(size)])
    return result

def eigenvectors(a):
    """The eigenvectors of the symmetric part, the largest entry of each positive."""
    v = xp.linalg.eigh((a + a.mT) / 2)[1]
    row = xp.arange(v.shape[1])
    return v * xp.sign(v[xp.argmax(xp.abs(v), 0), row])

def polar_factor(a):
    """U Vᵀ of A = U S Vᵀ."""
    u, _, vt = xp.linalg.svd(a, full_matrices=False)
    return u @ vt

def top_singular(a):
    """u₁ v₁ᵀ of A = U S Vᵀ."""
    u, _, vt = xp.linalg.svd(a, full_matrices=False)
    return xp.outer(u[:, 0], vt[0])

def sqrtm(x):
    """The principal square root, by the product form of the iteration of Denman and Beavers."""
    eye = xp.eye(x.shape[-1], dtype=x.dtype)
    root, rest = x, x
    for _ in range(40):
        back = xp.linalg.inv(rest)
        root, rest = root @ (eye + back) / 2, (2 * eye + rest + back) / 4
    return root

_NODES = (
    (-0.9061798459386640, 0.2369268850561891), (-0.5384693101056831, 0.4786286704993665),
    (0.0, 0.5688888888888889), (0.5384693101056831, 0.4786286704993665),
    (0.9061798459386640, 0.2369268850561891),
)
_ROOTS = 7

def logm(x):
    """The principal logarithm: of a root near the identity, by the rule of Gauss and Legendre."""
    eye = xp.eye(x.shape[-1], dtype=x.dtype)
    for _ in range(_ROOTS):
        x = sqrtm(x)
    rest = x - eye
    parts = [w / 2 * xp.linalg.solve(eye + (1 + t) / 2 * rest, rest) for t, w in _NODES]
    return 2.0**_ROOTS * sum(parts)

def sinm(x):
    """The sine of a matrix."""
    return matrix_exp(1j * x).imag

def cosm(x):
    """The cosine of a matrix."""
    return matrix_exp(1j * x).real

def logm_frechet(x, e):
    """The Fréchet derivative of the logarithm at x in the direction e."""
    return frechet(logm, x, e)

def sqrtm_frechet(x, e):
    """The Fréchet derivative of the square root at x in the direction e."""
    return frechet(sqrtm, x, e)

def sinm_frechet(x, e):
    """The Fréchet derivative of the sine at x in the direction e."""
    return frechet(sinm, x, e)

def cosm_frechet(x, e):
    """The Fréchet derivative of the cosine at x in the direction e."""
    return frechet(cosm, x, e)

def expm_frechet(x, e):
    """The Fréchet derivative of the matrix exponential at x in the direction e."""
    return frechet(matrix_exp, x, e)

def exchange(shape, **like):
    """The identity with its columns in reverse."""
    return xp.flip(xp.eye(shape[0], **like), (0,))

def one_hot(shape, indices, **like):
    """A row for each index, with a one at its place."""
    return xp.eye(shape[1], **like)[xp.asarray(indices)]

def sliding(shape, stride=1, dilation=1, padding=0, **like):
    """Ones where the last index is stride times the first and dilation times the second."""
    first, second, last = (xp.arange(size) for size in shape)
    found = stride * first[:, None] + dilation * second - padding
    return xp.where(found[:, :, None] == last, xp.ones((), **like), xp.zeros((), **like))

def sorting(x):
    """The permutation matrix that sorts a vector."""
    return xp.diag(xp.ones_like(x))[xp.argsort(x)]

_SERIES = 14

def stumpff(q, k):
    """The sum of (-q)^n / (2n+k)!: by its series for small q, else by (hyperbolic) functions."""
    small = xp.abs(q) < 1.0
    near = xp.where(small, -q, 0.0)
    series = sum(near**n / float(math.factorial(2 * n + k)) for n in range(_SERIES))
    large = xp.where(small, 1.0, q)
    root = xp.sqrt(xp.abs(large))
    grown = xp.where(large > 0, 0.0, root)
    if k % 2 == 0:
        value = xp.where(large > 0, xp.cos(root), xp.cosh(grown))
    else:
        value = xp.where(large > 0, xp.sin(root), xp.sinh(grown)) / root
    for order in range(k % 2 + 2, k + 1, 2):  # c_(j+2) = (1/j! - c_j) / q
        value = (1.0 / math.factorial(order - 2) - value) / large
    return xp.where(small, series, value)
'''

_TORCH = '''
def vech(x):
    """The entries on and below the diagonal of the last two axes, column by column."""
    n = x.shape[-1]
    rows, columns = torch.triu_indices(n, n, device=x.device)
    return x[..., columns, rows]

def lower(v, n):
    """The lower triangular matrices with the entries of v, column by column."""
    rows, columns = torch.triu_indices(n, n, device=v.device)
    x = v.new_zeros((*v.shape[:-1], n, n))
    x[..., columns, rows] = v
    return x

def max_share(x, axis):
    """One over their number at the largest entries, else 0."""
    return share(x, torch.amax, axis)

def min_share(x, axis):
    """One over their number at the smallest entries, else 0."""
    return share(x, torch.amin, axis)

def share(x, extreme, axis):
    """One over their number at the extreme entries, else 0."""
    dim = tuple(range(x.ndim)) if axis is None else axis
    hit = (x == extreme(x, dim=dim, keepdim=True)).to(x.dtype)
    return hit / torch.sum(hit, dim=dim, keepdim=True)

def matrix_exp(x):
    """The exponential of a matrix."""
    return torch.linalg.matrix_exp(x)

def frechet(function, x, e):
    """The upper right block of a function of [[x, e], [0, x]]."""
    n = x.shape[-1]
    x = x.expand(e.shape)
    rows = torch.cat([x, e], -1), torch.cat([torch.zeros_like(e), x], -1)
    return function(torch.cat(rows, -2))[..., :n, n:]
'''

_JAX = '''
def log_normal_cdf(x):
    """The logarithm of the distribution function of the standard normal; no underflow."""
    low = jnp.minimum(x, 0.0)
    scaled = jax.scipy.special.erfcx(-math.sqrt(0.5) * low)
    right = jnp.log1p(-jax.scipy.special.ndtr(-jnp.maximum(x, 0.0)))
    return jnp.where(x > 0, right, jnp.log(0.5 * scaled) - 0.5 * low**2)

def vech(x):
    """The entries on and below the diagonal of the last two axes, column by column."""
    rows, columns = jnp.triu_indices(x.shape[-1])
    return x[..., columns, rows]

def lower(v, n):
    """The lower triangular matrices with the entries of v, column by column."""
    rows, columns = jnp.triu_indices(n)
    return jnp.zeros((*v.shape[:-1], n, n), v.dtype).at[..., columns, rows].set(v)

def max_share(x, axis):
    """One over their number at the largest entries, else 0."""
    return share(x, jnp.max, axis)

def min_share(x, axis):
    """One over their number at the smallest entries, else 0."""
    return share(x, jnp.min, axis)

def share(x, extreme, axis):
    """One over their number at the extreme entries, else 0."""
    hit = (x == extreme(x, axis=axis, keepdims=True)).astype(x.dtype)
    return hit / jnp.sum(hit, axis=axis, keepdims=True)

def matrix_exp(x):
    """The exponential of a matrix."""
    return jax.scipy.linalg.expm(x)

def frechet(function, x, e):
    """The upper right block of a function of [[x, e], [0, x]]."""
    n = x.shape[-1]
    x = jnp.broadcast_to(x, e.shape)
    rows = [[x, e], [jnp.zeros_like(e), x]]
    return function(jnp.block(rows))[..., :n, n:]
'''

_OWN = {"torch": _TORCH, "jnp": _JAX}


def functions_of(module: str) -> str:
    """The functions for a library, by the name of its module in source."""
    return _BOTH.replace("xp.", f"{module}.") + _OWN[module]
