"""From a graph to numbers: what to distribute, in which order to contract, what to write out.

NumPy is loaded when :func:`evaluate` is first used: plans need none.
"""

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from matcalc.plan.running import evaluate

__all__ = ["evaluate"]


if not TYPE_CHECKING:

    def __getattr__(name: str) -> object:
        if name != "evaluate":
            raise AttributeError(f"module 'matcalc.plan' has no attribute {name!r}")
        from matcalc.plan.running import evaluate  # noqa: PLC0415 - NumPy

        globals()[name] = evaluate
        return evaluate
