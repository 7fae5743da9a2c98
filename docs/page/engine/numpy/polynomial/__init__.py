"""Polynomials that are used to integrate."""

from numpy.polynomial import legendre

__all__ = ["legendre"]
