"""The names in generated source: no two things ever have one."""

from __future__ import annotations

import keyword
from collections.abc import Iterable

from matcalc.code.dialects import Dialect

_BUILTIN = frozenset({"float", "__debug__"})  # what source uses of Python itself


class SourceNames:
    """What each thing is called in a generated function, and what is free.

    Variables, dimensions and named parts come first: each is called as the user calls it, with
    underscores where Python or the library has taken its name. Functions and temporaries are
    given names that nothing has.

    >>> from matcalc.code.dialects import NUMPY
    >>> names = SourceNames(["x", "lambda", "sigmoid", "np_", "np", "t1"], NUMPY)
    >>> names.word("lambda"), names.word("np"), names.function("sigmoid"), names.fresh()
    ('lambda_', 'np__', 'sigmoid_', 't2')
    """

    def __init__(self, given: Iterable[str], dialect: Dialect) -> None:
        self._reserved = _BUILTIN | dialect.reserved
        listed = list(dict.fromkeys(given))
        self._words = {name: name for name in listed if not self._is_reserved(name)}
        self._functions: dict[str, str] = {}
        self._taken = {*self._words, *self._reserved}
        self._count = 1
        for name in listed:
            if name not in self._words:
                self._words[name] = self._free(f"{name}_")

    def _is_reserved(self, name: str) -> bool:
        return keyword.iskeyword(name) or name in self._reserved

    def _free(self, wanted: str) -> str:
        while wanted in self._taken or self._is_reserved(wanted):
            wanted += "_"
        self._taken.add(wanted)
        return wanted

    @property
    def changed(self) -> dict[str, str]:
        """The names that are not called as they are, and what they are called."""
        return {name: word for name, word in self._words.items() if name != word}

    def word(self, name: str) -> str:
        """What a variable, a dimension or a named part is called."""
        return self._words[name]

    def function(self, name: str) -> str:
        """What a function is called; one that the caller gives is named ``"dg of the caller"``."""
        if name not in self._functions:
            self._functions[name] = self._free(name.partition(" ")[0])
        return self._functions[name]

    def fresh(self, wanted: str = "") -> str:
        """A name for a temporary: the wanted one, if nothing has it."""
        while not wanted or wanted in self._taken:
            wanted = f"t{self._count}"
            self._count += 1
        self._taken.add(wanted)
        return wanted
