"""Functions that PyTorch and JAX run another way than NumPy, as source.

``xp`` stands for either where they agree. No number may be looked at: JAX traces.
"""

from __future__ import annotations

_BOTH = '''
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

def windows(x, axis, start, first, second, by=1):
    """Along an axis and a last one, i and j, x[(start + a i + b j) / by], or zero."""
    count, a = first
    width, b = second
    line = x.swapaxes(axis, -1)
    places = start + a * xp.arange(count)[:, None] + b * xp.arange(width)
    there = (places % by == 0) & (places >= 0) & (places < by * line.shape[-1])
    zero = xp.zeros_like(line[..., :1])
    index = xp.where(there, places // by, line.shape[-1])
    return xp.concatenate([line, zero], -1)[..., index].swapaxes(axis, -2)

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
'''

_TORCH = '''
def vech(x):
    """The entries on and below the diagonal of the last two axes, column by column."""
    n = x.shape[-1]
    rows, columns = torch.triu_indices(n, n, device=x.device)
    return x[..., columns, rows]

def expm(x):
    """The exponential of a matrix."""
    return torch.linalg.matrix_exp(x)
'''

_JAX = '''
def log_normal_cdf(x):
    """The logarithm of the distribution function of the standard normal; no underflow."""
    low = jnp.minimum(x, 0.0)
    scaled = jax.scipy.special.erfcx(-math.sqrt(0.5) * low)
    right = jnp.log1p(-jax.scipy.special.ndtr(-jnp.maximum(x, 0.0)))
    return jnp.where(x > 0, right, jnp.log(0.5 * scaled) - 0.5 * low**2)

def expm(x):
    """The exponential of a matrix."""
    return jax.scipy.linalg.expm(x)
'''

_OWN = {"np": "", "torch": _TORCH, "jnp": _JAX}


def functions_of(module: str) -> str:
    """The functions for a library, by the name of its module in source."""
    return (_BOTH.replace("xp.", f"{module}.") if _OWN[module] else "") + _OWN[module]
