"""Distributions of SciPy, written with functions that take what is traced."""

from __future__ import annotations

import sys
from collections.abc import Callable, Mapping
from importlib import import_module
from inspect import signature
from math import log, pi
from types import MappingProxyType
from typing import Any

import numpy as np

from matcalc.errors import NotDifferentiableError
from matcalc.symbolic.expressions import holds_formulas

_HALF_LOG = log(2 * pi) / 2


class Distribution:
    """A distribution of SciPy, whose methods take formulas where they are known.

    Args:
        title: Where SciPy has it.
        methods: Its methods for formulas, by name.
        parameters: Its parameters, by name, where they are fixed.
    """

    def __init__(
        self,
        title: str,
        methods: Mapping[str, Callable[..., Any]],
        parameters: Mapping[str, Any] = MappingProxyType({}),
    ) -> None:
        self._title = title
        self._methods = methods
        self._parameters = parameters

    def __call__(self, *args: Any, **named: Any) -> Distribution:
        """The same with parameters that are fixed: ``norm(0, 2)``."""
        names = list(signature(self._methods["logpdf"]).parameters)[1:]
        fixed = {**dict(zip(names, args, strict=False)), **named}
        return Distribution(self._title, self._methods, fixed)

    def __getattr__(self, name: str) -> Any:
        method = self._methods.get(name)
        if method is None:
            return getattr(real(self._title), name)

        def called(*args: Any, **named: Any) -> Any:
            given = {**self._parameters, **named}
            known = holds_formulas(*args, *given.values())
            return (method if known else getattr(real(self._title), name))(*args, **given)

        return called


def real(title: str) -> Any:
    """What SciPy has under a title."""
    module, _, name = title.rpartition(".")
    return getattr(sys.modules.get(module) or import_module(module), name)


def _standard(x: Any, loc: Any, scale: Any) -> Any:
    return (x - loc) / scale


def _log_density(x: Any, loc: Any = 0, scale: Any = 1) -> Any:
    return -(_standard(x, loc, scale) ** 2) / 2 - np.log(scale) - _HALF_LOG


def _of_ufunc(title: str, sign: int) -> Callable[..., Any]:
    def method(x: Any, loc: Any = 0, scale: Any = 1) -> Any:
        return real(title)(sign * _standard(x, loc, scale))

    return method


NORMAL: Mapping[str, Callable[..., Any]] = {
    "pdf": lambda x, loc=0, scale=1: np.exp(_log_density(x, loc, scale)),
    "logpdf": _log_density,
    "cdf": _of_ufunc("scipy.special.ndtr", 1),
    "sf": _of_ufunc("scipy.special.ndtr", -1),
    "logcdf": _of_ufunc("scipy.special.log_ndtr", 1),
    "logsf": _of_ufunc("scipy.special.log_ndtr", -1),
    "ppf": lambda q, loc=0, scale=1: loc + scale * real("scipy.special.ndtri")(q),
}


def _log_density_of_several(x: Any, mean: Any = 0.0, cov: Any = 1.0) -> Any:
    if np.ndim(x) != 1 or np.ndim(cov) != 2:
        raise NotDifferentiableError(
            "scipy.stats.multivariate_normal is traced of one point, a vector, and a matrix cov="
        )
    apart = x - mean
    squared = apart @ np.linalg.solve(cov, apart)
    return -(squared + np.linalg.slogdet(cov)[1]) / 2 - np.shape(cov)[0] * _HALF_LOG


MULTIVARIATE_NORMAL: Mapping[str, Callable[..., Any]] = {
    "pdf": lambda x, mean=0.0, cov=1.0: np.exp(_log_density_of_several(x, mean, cov)),
    "logpdf": _log_density_of_several,
}
