"""Kinds of entries, and single numbers that behave as arrays without axes."""

from __future__ import annotations

_ORDER = "bifcUO"
_NAMES = {"b": "bool", "i": "int64", "f": "float64", "c": "complex128", "U": "str", "O": "object"}
_SIZES = {"b": 1, "i": 8, "f": 8, "c": 16, "U": 4, "O": 8}


class generic:
    """What all single numbers have."""

    shape = ()
    ndim = 0
    size = 1
    kind = "O"

    def __class_getitem__(cls, item):
        del item
        return cls

    def item(self):
        return self._plain(self)

    def tolist(self):
        return self.item()

    @property
    def dtype(self):
        return dtype(self.kind)

    @property
    def T(self):
        return self

    def copy(self):
        return self

    def __repr__(self):
        return f"np.{_NAMES[self.kind]}({self.item()!r})"

    def __str__(self):
        return str(self.item())

    def __format__(self, spec):
        return format(self.item(), spec)


class number(generic):
    """A number that is no truth value."""


class floating(number):
    """A real number."""


class integer(number):
    """A whole number."""


class float64(floating, float):
    """A real number: what is no number is ``nan``, what is too large ``inf``; nothing is raised."""

    kind = "f"
    _plain = float
    __hash__ = float.__hash__

    def __round__(self, digits=None):
        return round(float(self), digits) if digits is not None else round(float(self))


class float32(float64):
    """The name of the shorter type; numbers have the digits of the longer one."""


class float16(float64):
    """The name of the shortest type; numbers have the digits of the longest one."""


class int64(integer, int):
    """A whole number."""

    kind = "i"
    _plain = int
    __hash__ = int.__hash__


class bool_(generic, int):
    """A truth value."""

    kind = "b"
    _plain = bool
    __hash__ = int.__hash__

    def __new__(cls, value=False):
        return super().__new__(cls, bool(value))

    def __bool__(self):
        return int(self) != 0

    def __invert__(self):
        return bool_(not int(self))


class dtype:
    """The kind of the entries of an array."""

    byteorder = "="

    def __init__(self, given):
        self.kind = given.kind if isinstance(given, dtype) else _kind(given)
        self.name = _NAMES[self.kind]
        self.itemsize = _SIZES[self.kind]
        self.type = {"b": bool_, "i": int64, "f": float64}.get(self.kind, object)
        self.char = {"f": "d", "i": "l", "b": "?"}.get(self.kind, self.kind)
        self.str = f"<{self.kind}{self.itemsize}"

    def __eq__(self, other):
        try:
            return self.kind == (other if isinstance(other, dtype) else dtype(other)).kind
        except TypeError:
            return False

    def __hash__(self):
        return hash(self.kind)

    def __repr__(self):
        return f"dtype({self.name!r})"

    def __str__(self):
        return self.name

    def __class_getitem__(cls, item):
        return cls


_KINDS = {float: "f", bool: "b", int: "i", complex: "c", str: "U", object: "O", None: "f"}
_BY_NAME = {"d": "f", "l": "i", "?": "b", "float": "f", "float32": "f", "int": "i", "bool_": "b"}


def _kind(given):
    if isinstance(given, str):
        found = given if given in _NAMES else _BY_NAME.get(given)
        found = found or next((kind for kind, name in _NAMES.items() if name == given), None)
    elif isinstance(given, type) and issubclass(given, generic):
        found = {"floating": "f", "number": "f", "integer": "i"}.get(given.__name__, given.kind)
    else:
        found = _KINDS.get(given) if isinstance(given, type) or given is None else None
    if found is None:
        raise TypeError(f"Cannot interpret {given!r} as a data type")
    return found


def kind_of(value):
    """The kind of a number of Python's."""
    return _KINDS.get(type(value)) or next(
        (kind for one, kind in _KINDS.items() if one and isinstance(value, one)), "O"
    )


def wider(*kinds):
    """The kind that holds all of these."""
    first = kinds[0]
    return first if all(kind == first for kind in kinds) else max(kinds, key=_ORDER.index)


class finfo:
    """What is known of real numbers of double precision."""

    eps = float64(2.0**-52)
    tiny = smallest_normal = float64(2.0**-1022)
    max = float64(1.7976931348623157e308)
    min = float64(-1.7976931348623157e308)
    resolution = 1e-15

    def __init__(self, given=float):
        dtype(given)
