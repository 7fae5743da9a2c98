"""Functions entry by entry: arrays of other shapes are broadcast, and nothing is raised.

Each has a quick function of Python's, and a careful one for where that raises: what is undefined
is ``nan``, what is too large ``inf``.
"""

from __future__ import annotations

import math
import operator
from itertools import accumulate, repeat

from numpy.arrays import (
    asarray,
    broadcast_shapes,
    broadcast_to,
    listed,
    ndarray,
    reshape,
    scalar,
)
from numpy.scalars import bool_, float64, generic, int64, wider

inf, nan = math.inf, math.nan


class ufunc:
    """A function of one or two numbers, on arrays.

    Args:
        name: Its name.
        quick: The function of Python's numbers.
        careful: The same, for numbers where the quick one raises.
        nin: How many numbers it takes.
        gives: The kind of its entries: ``f`` real, ``b`` a truth value, nothing as they come.
        identity: What it makes of no numbers.
    """

    nout = 1

    def __init__(self, name, quick, careful=None, nin=1, gives="f", identity=None, real=None):
        self.__name__ = name
        self.quick = quick
        self.careful = careful or quick
        self.real = real or quick
        self.nin = nin
        self.nargs = nin + 1
        self.gives = gives
        self.identity = identity

    def __repr__(self):
        return f"<ufunc {self.__name__!r}>"

    def __call__(self, *given, out=None, where=True, dtype=None, casting=None):
        del casting
        for one in given[: self.nin]:
            other = getattr(type(one), "__array_ufunc__", None)
            if other is not None:
                return one.__array_ufunc__(self, "__call__", *given)
        if len(given) > self.nin:
            out = given[self.nin]
        result = self._one(given[0]) if self.nin == 1 else self._two(*given[:2])
        if dtype is not None:
            result = asarray(result, dtype)
        if out is None and where is True:
            return result
        out = out[0] if isinstance(out, tuple) else out
        if getattr(where, "shape", ()):
            out[where] = broadcast_to(result, out.shape)[where]
        elif where:
            out[...] = result
        return out

    def _one(self, given):
        if type(given) is float or isinstance(given, float64):
            found = self._mapped(self.real, [float(given)])[0]
            return scalar(found, self.gives or "f")
        one = asarray(given)
        kind = self._kind(one.kind)
        entries = self._mapped(self.real if kind == "f" else self.quick, listed(one))
        return made(entries, one.shape, kind)

    def _two(self, first, second):
        if type(first) in _FLOATS and type(second) in _FLOATS:
            found = self._mapped(self.real, [float(first)], [float(second)])[0]
            return scalar(found, self.gives or "f")
        one, two = asarray(first), asarray(second)
        kind = self._kind(one.kind, two.kind)
        shape = one.shape
        if shape == two.shape:
            entries = listed(one), listed(two)
        elif not two.shape:
            entries = listed(one), repeat(listed(two)[0], one.size)
        elif not shape:
            shape = two.shape
            entries = repeat(listed(one)[0], two.size), listed(two)
        else:
            shape = broadcast_shapes(shape, two.shape)
            entries = listed(broadcast_to(one, shape)), listed(broadcast_to(two, shape))
        found = self._mapped(self.real if kind == "f" else self.quick, *map(list, entries))
        if one.kind != two.kind and kind == "f" and self.gives != "f":
            found = list(map(float, found))
        return made(found, shape, kind)

    def _kind(self, *kinds):
        kind = wider(*kinds)
        return kind if kind in "OU" and self.gives != "b" else self.gives or kind

    def _mapped(self, function, *entries):
        try:
            return list(map(function, *entries))
        except (ArithmeticError, ValueError):
            return list(map(self.careful, *entries))

    def reduce(self, given, axis=0, dtype=None, out=None, keepdims=False, initial=None, where=True):
        from numpy.reductions import along

        del dtype, out, where
        start = self.identity if initial is None else initial

        def folded(entries):
            numbers = iter(entries)
            total = next(numbers) if start is None else start
            for number in numbers:
                total = self._mapped(self.real, [total], [number])[0]
            return total

        return along(given, folded, axis, keepdims=keepdims, kind=self.gives)

    def accumulate(self, given, axis=0):
        from numpy.reductions import rows_along

        def together(a, b):
            return self._mapped(self.real, [a], [b])[0]

        return rows_along(given, lambda row: list(accumulate(row, together)), axis)

    def outer(self, first, second):
        one, two = asarray(first), asarray(second)
        return self(reshape(one, (*one.shape, *[1] * two.ndim)), two)


_FLOATS = (float, float64)


def made(entries, shape, kind):
    """An array, or the one number."""
    if not shape:
        return scalar(entries[0], kind)
    return ndarray(entries, shape, kind)


def _divided(a, b):
    if b:
        return a / b
    if not a or a != a:
        return nan
    return math.copysign(inf, a) * math.copysign(1.0, b)


def _powered(a, b):
    try:
        return math.pow(a, b)
    except ValueError:
        if a:
            return nan
        odd = b == int(b) and int(b) % 2
        return math.copysign(inf, a) if odd else inf
    except OverflowError:
        odd = b == int(b) and int(b) % 2
        return -inf if a < 0 and odd else inf


def _undefined(function, where=None):
    """The function, and what it is where it has no value."""

    def careful(x):
        try:
            return function(x)
        except OverflowError:
            return inf
        except (ValueError, ZeroDivisionError):
            return nan if where is None else where(x)

    return careful


def _log(x):
    return -inf if x == 0 else nan


def _sinh(x):
    try:
        return math.sinh(x)
    except OverflowError:
        return math.copysign(inf, x)


def _larger(a, b):
    return a if a >= b or a != a else b


def _smaller(a, b):
    return a if a <= b or a != a else b


def _larger_number(a, b):
    return a if a >= b or b != b else b


def _smaller_number(a, b):
    return a if a <= b or b != b else b


def _logaddexp(a, b):
    top, low = (a, b) if a >= b else (b, a)
    if top != top or low != low:
        return nan
    return top if top in (inf, -inf) else top + math.log1p(math.exp(low - top))


def _sign(x):
    return x if x != x else type(x)((x > 0) - (x < 0))


def _whole_power(a, b):
    if b < 0:
        raise TypeError("Integers to negative integer powers are not allowed.")
    return a**b


def _remainder(a, b):
    return nan if b == 0 else a % b


def _floored(a, b):
    return _divided(a, b) if b == 0 else a // b


def _heaviside(x, middle):
    return x if x != x else 1.0 if x > 0 else middle if x == 0 else 0.0


def _is_finite(x):
    return isinstance(x, int) or math.isfinite(x)


def _rounded(function):
    def rounded(x):
        return float(function(x)) if math.isfinite(x) else x

    return rounded


def _spacing(x):
    return math.copysign(math.ulp(x), x) if math.isfinite(x) else nan


def _cbrt(x):
    return math.copysign(abs(x) ** (1 / 3), x) if x else x


def _two(name, quick, careful=None, gives="", **more):
    return ufunc(name, quick, careful, nin=2, gives=gives, **more)


add = _two("add", operator.add, identity=0)
subtract = _two("subtract", operator.sub)
multiply = _two("multiply", operator.mul, identity=1)
divide = true_divide = _two("divide", operator.truediv, _divided, gives="f")
floor_divide = _two("floor_divide", operator.floordiv, _floored)
remainder = mod = _two("remainder", operator.mod, _remainder)
power = float_power = _two("power", _whole_power, _powered, real=math.pow)
maximum = _two("maximum", _larger)
minimum = _two("minimum", _smaller)
fmax = _two("fmax", _larger_number)
fmin = _two("fmin", _smaller_number)
hypot = _two("hypot", math.hypot, gives="f")
arctan2 = _two("arctan2", math.atan2, gives="f")
copysign = _two("copysign", math.copysign, gives="f")
logaddexp = _two("logaddexp", _logaddexp, gives="f", identity=-inf)
heaviside = _two("heaviside", _heaviside, gives="f")
equal = _two("equal", operator.eq, gives="b")
not_equal = _two("not_equal", operator.ne, gives="b")
less = _two("less", operator.lt, gives="b")
less_equal = _two("less_equal", operator.le, gives="b")
greater = _two("greater", operator.gt, gives="b")
greater_equal = _two("greater_equal", operator.ge, gives="b")
logical_and = _two("logical_and", lambda a, b: bool(a and b), gives="b", identity=True)
logical_or = _two("logical_or", lambda a, b: bool(a or b), gives="b", identity=False)
logical_xor = _two("logical_xor", lambda a, b: bool(a) != bool(b), gives="b")
bitwise_and = _two("bitwise_and", operator.and_)
bitwise_or = _two("bitwise_or", operator.or_)
logical_not = ufunc("logical_not", operator.not_, gives="b")
invert = ufunc("invert", lambda x: not x, gives="b")
negative = ufunc("negative", operator.neg, gives="")
positive = ufunc("positive", operator.pos, gives="")
absolute = abs = ufunc("absolute", abs, gives="")
fabs = ufunc("fabs", math.fabs)
sign = ufunc("sign", _sign, gives="")
square = ufunc("square", lambda x: x * x, gives="")
conjugate = conj = ufunc("conjugate", lambda x: x, gives="")
reciprocal = ufunc("reciprocal", lambda x: 1.0 / x, lambda x: _divided(1.0, x))
sqrt = ufunc("sqrt", math.sqrt, _undefined(math.sqrt))
cbrt = ufunc("cbrt", _cbrt)
exp = ufunc("exp", math.exp, _undefined(math.exp))
exp2 = ufunc("exp2", lambda x: 2.0**x, _undefined(lambda x: 2.0**x))
expm1 = ufunc("expm1", math.expm1, _undefined(math.expm1))
log = ufunc("log", math.log, _undefined(math.log, _log))
log2 = ufunc("log2", math.log2, _undefined(math.log2, _log))
log10 = ufunc("log10", math.log10, _undefined(math.log10, _log))
log1p = ufunc("log1p", math.log1p, _undefined(math.log1p, lambda x: _log(x + 1)))
sin = ufunc("sin", math.sin, _undefined(math.sin))
cos = ufunc("cos", math.cos, _undefined(math.cos))
tan = ufunc("tan", math.tan, _undefined(math.tan))
arcsin = ufunc("arcsin", math.asin, _undefined(math.asin))
arccos = ufunc("arccos", math.acos, _undefined(math.acos))
arctan = ufunc("arctan", math.atan)
sinh = ufunc("sinh", math.sinh, _sinh)
cosh = ufunc("cosh", math.cosh, _undefined(math.cosh))
tanh = ufunc("tanh", math.tanh)
arcsinh = ufunc("arcsinh", math.asinh)
arccosh = ufunc("arccosh", math.acosh, _undefined(math.acosh))
arctanh = ufunc(
    "arctanh",
    math.atanh,
    _undefined(math.atanh, lambda x: math.copysign(inf, x) if x * x == 1 else nan),
)
isfinite = ufunc("isfinite", _is_finite, gives="b")
isnan = ufunc("isnan", lambda x: x != x, gives="b")
isinf = ufunc("isinf", lambda x: x in (inf, -inf), gives="b")
signbit = ufunc("signbit", lambda x: math.copysign(1.0, x) < 0, gives="b")
floor = ufunc("floor", _rounded(math.floor))
ceil = ufunc("ceil", _rounded(math.ceil))
trunc = ufunc("trunc", _rounded(math.trunc))
rint = ufunc("rint", _rounded(round))
spacing = ufunc("spacing", _spacing)
deg2rad = radians = ufunc("deg2rad", math.radians)
rad2deg = degrees = ufunc("rad2deg", math.degrees)
asin, acos, atan, atan2, pow = arcsin, arccos, arctan, arctan2, power
asinh, acosh, atanh = arcsinh, arccosh, arctanh


def _matmul(first, second):
    from numpy.products import matmul as multiplied

    return multiplied(first, second)


class _Matmul(ufunc):
    """The product of matrices, which NumPy counts among these functions."""

    def _two(self, first, second):
        return _matmul(first, second)


matmul = _Matmul("matmul", operator.matmul, nin=2)

_SIGNS = {
    "add": add,
    "sub": subtract,
    "mul": multiply,
    "truediv": divide,
    "floordiv": floor_divide,
    "mod": remainder,
    "pow": power,
    "matmul": matmul,
    "and": logical_and,
    "or": logical_or,
    "xor": logical_xor,
}
_COMPARED = {
    "eq": equal,
    "ne": not_equal,
    "lt": less,
    "le": less_equal,
    "gt": greater,
    "ge": greater_equal,
}
_ALONE = {"neg": negative, "pos": positive, "abs": absolute, "invert": invert}


def give_operators(cls):
    """Give a class the signs of arithmetic and of comparison."""
    for name, function in _SIGNS.items():
        setattr(cls, f"__{name}__", _left(function))
        setattr(cls, f"__r{name}__", _right(function))
        if cls is ndarray:
            setattr(cls, f"__i{name}__", _in_place(function))
    for name, function in _COMPARED.items():
        setattr(cls, f"__{name}__", _left(function))
    for name, function in _ALONE.items():
        setattr(cls, f"__{name}__", _alone(function))
    return cls


def _asks_other(other):
    return getattr(type(other), "__array_ufunc__", False) is None


def _left(function):
    return lambda one, two: NotImplemented if _asks_other(two) else function(one, two)


def _right(function):
    return lambda one, two: NotImplemented if _asks_other(two) else function(two, one)


def _alone(function):
    def applied(one):
        return function(one)

    return applied


def _in_place(function):
    def changed(one, two):
        one[...] = function(one, two)
        return one

    return changed


give_operators(ndarray)
for _cls in (float64, int64, bool_):
    give_operators(_cls)
float64.__hash__ = float.__hash__
int64.__hash__ = bool_.__hash__ = int.__hash__


def _from_array(name):
    def method(self, *given, **named):
        return getattr(asarray(self), name)(*given, **named)

    return method


def give_methods(names):
    """Give single numbers the methods that arrays have."""
    for name in names:
        if not hasattr(generic, name):
            setattr(generic, name, _from_array(name))
    generic.__getitem__ = lambda self, index: asarray(self)[index]


__all__ = [name for name, value in globals().items() if isinstance(value, ufunc)]
