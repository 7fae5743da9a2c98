"""What NumPy keeps in its library."""

from numpy.lib import mixins

__all__ = ["mixins"]
