"""What NumPy keeps in its library."""

from numpy.lib import mixins, stride_tricks

__all__ = ["mixins", "stride_tricks"]
