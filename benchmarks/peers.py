"""What JAX, compiled, and PyTorch's autograd take for a row of the table, where they are there.

A formula is written once, with the operations that both libraries call by the same name.
"""

from collections.abc import Callable, Mapping
from importlib import import_module
from importlib.util import find_spec
from typing import Any, NamedTuple

ONE_THREAD = "--xla_cpu_multi_thread_eigen=false intra_op_parallelism_threads=1"


class Peer(NamedTuple):
    """What the libraries are asked for.

    Attributes:
        formula: Of a library, ``jax.numpy`` or ``torch``, and the arrays of ``wrt``.
        wrt: The arrays that it is differentiated by.
        what: ``gradients``, with the value; ``jacobian`` or ``hessian``.
    """

    formula: Callable[..., Any]
    wrt: tuple[Any, ...]
    what: str = "gradients"


def runs_of(peer: Peer | None) -> Mapping[str, Callable[[], Any]]:
    """A function for each library that is there."""
    if peer is None:
        return {}
    makers = {"jax": _jax, "torch": _torch}
    return {name: make(peer) for name, make in makers.items() if find_spec(name)}


def _jax(peer: Peer) -> Callable[[], Any]:
    jax, jnp = import_module("jax"), import_module("jax.numpy")
    jax.config.update("jax_enable_x64", True)
    formula = lambda *wrt: peer.formula(jnp, jnp.asarray, *wrt)  # noqa: E731
    every = tuple(range(len(peer.wrt)))
    made = {
        "gradients": lambda: jax.value_and_grad(formula, argnums=every),
        "jacobian": lambda: jax.jacrev(formula),
        "hessian": lambda: jax.hessian(formula),
    }
    compiled = jax.jit(made[peer.what]())
    arrays = [jnp.asarray(one) for one in peer.wrt]
    return lambda: jax.block_until_ready(compiled(*arrays))


def _torch(peer: Peer) -> Callable[[], Any]:
    torch = import_module("torch")
    torch.set_num_threads(1)
    formula = lambda *wrt: peer.formula(torch, torch.as_tensor, *wrt)  # noqa: E731
    arrays = [torch.as_tensor(one) for one in peer.wrt]
    if peer.what != "gradients":
        way = {"jacobian": torch.func.jacrev, "hessian": torch.func.hessian}[peer.what]
        whole = way(formula)
        return lambda: whole(*arrays)
    tracked = [one.clone().requires_grad_() for one in arrays]

    def run() -> Any:
        value = formula(*tracked)
        return value, torch.autograd.grad(value, tracked)

    return run
