"""From a graph to numbers: what to distribute, in which order to contract, what to write out."""

from matcalc.plan.evaluate import evaluate

__all__ = ["evaluate"]
