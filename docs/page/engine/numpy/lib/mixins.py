"""Signs of arithmetic for a class that answers to functions entry by entry."""

from numpy.ufuncs import give_operators


@give_operators
class NDArrayOperatorsMixin:
    """The signs call the functions, which ask the class."""

    __slots__ = ()
