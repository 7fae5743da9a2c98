"""Index notation and the forms of books mean what the formula means: both are evaluated."""

from collections.abc import Mapping, Sequence
from typing import Any

import numpy as np
import pytest
from numpy.typing import NDArray
from written_formulas import Derivative, oracle_derivatives, rule_derivatives

from matcalc.expression import read_formula
from matcalc.notation import WrittenFormula, phrases, text, tree
from matcalc.notation.indices import in_index_notation
from matcalc.notation.parameters import Parameter, Subscripts
from matcalc.notation.printers.book_forms import in_book_form
from matcalc.notation.tree import Phrase
from matcalc.plan import evaluate
from matcalc.variables import Variable

Array = NDArray[np.floating[Any]]


class Reader:
    """The value of a formula that holds index notation, by NumPy and by the text of its calls."""

    def __init__(self, arrays: Mapping[str, Any], sizes: Mapping[str, int]) -> None:
        self.arrays = {name: np.asarray(array) for name, array in arrays.items()}
        self.arrays |= {name: np.array(float(size)) for name, size in sizes.items()}
        self.sizes = dict(sizes)

    def formula(self, formula: WrittenFormula) -> Array:
        for name, phrase in formula.lets:
            self.arrays[name] = self.whole(rewritten(phrase))
        return self.whole(rewritten(formula.phrase))

    def whole(self, phrase: Phrase) -> Array:
        """The value of a phrase in which no index is left open."""
        if phrase.op == "name":
            return self.arrays[phrase.value]
        if phrase.op == "total":
            return self.scalar(phrase, ())
        if phrase.op == "function":
            entries = self.scalar(phrase.args[0], phrase.value)
            return np.broadcast_to(entries, self.shape(phrase))
        return self.called(phrase, [self.whole(arg) for arg in phrase.args])

    def shape(self, phrase: Phrase) -> tuple[int, ...]:
        zeros = read_formula(f"zeros(({', '.join(map(str, phrase.shape))}))", {}).node
        return evaluate(zeros, {}, self.sizes).shape

    def called(self, phrase: Phrase, values: Sequence[Array]) -> Array:
        """The value of one operation, which is read from its text."""
        names = [f"v{k}" for k in range(len(values))]
        args = [_named(name, arg) for name, arg in zip(names, phrase.args, strict=True)]
        shown = text(WrittenFormula((), phrase._replace(args=tuple(args))))
        variables = {
            name: Variable(name, arg.shape) for name, arg in zip(names, phrase.args, strict=True)
        }
        node = read_formula(shown, variables).node
        return evaluate(node, dict(zip(names, values, strict=True)), self.sizes)

    def scalar(self, phrase: Phrase, letters: Sequence[str]) -> Array:
        """The value of a scalar for all indices at once: an axis for each letter."""
        if phrase.op == "entry":
            return self.entry(phrase, letters)
        if phrase.op == "total":
            inner = self.scalar(phrase.args[0], (*letters, *phrase.value))
            return inner.sum(axis=tuple(range(len(letters), inner.ndim)))
        if not _is_open(phrase):
            return self.whole(phrase).reshape((1,) * len(letters))
        values = np.broadcast_arrays(*(self.scalar(arg, letters) for arg in phrase.args))
        flat = [value.ravel() for value in values]
        columns = [tree.name("x", one.shape) for one in flat]
        column = phrase._replace(args=tuple(columns), kind="column", shape=flat[0].shape)
        return self.called(column, flat).reshape(values[0].shape)

    def entry(self, phrase: Phrase, letters: Sequence[str]) -> Array:
        axes = [list(letters).index(letter) for letter in phrase.value]
        taken = np.einsum(self.whole(phrase.args[0]), axes, sorted(set(axes)))
        sizes = iter(taken.shape)
        return taken.reshape([next(sizes) if k in axes else 1 for k in range(len(letters))])


def rewritten(phrase: Phrase) -> Phrase:
    return in_book_form(in_index_notation(phrase))


def _named(name: str, arg: Phrase) -> Phrase:
    named = tree.name(name, arg.shape)
    return phrases.transpose(named) if arg.kind == "row" else named


def _is_open(phrase: Phrase) -> bool:
    """Whether there are indices in the scalars that a scalar is made of."""
    scalars = [arg for arg in phrase.args if arg.kind == "scalar"]
    return phrase.op in ("entry", "total") or any(map(_is_open, scalars))


@pytest.mark.parametrize("derivatives", [rule_derivatives, oracle_derivatives])
def test_index_notation_and_the_forms_of_books_mean_the_same(derivatives: Any) -> None:
    one: Derivative
    for one in derivatives():
        found = Reader(one.arrays, one.sizes).formula(one.formula)
        expected = evaluate(one.node, one.arrays, one.sizes)
        np.testing.assert_allclose(found, expected, rtol=1e-8, atol=1e-10, err_msg=one.source)


def test_the_reader_notices_swapped_indices() -> None:
    A = tree.name("A", (2, 3))
    arrays = {"A": np.arange(6.0).reshape(2, 3)}
    right = tree.einsum(Subscripts(("ij",), "ji"), [A], (3, 2))
    np.testing.assert_array_equal(
        Reader(arrays, {}).formula(WrittenFormula((), right)), arrays["A"].T
    )
    square = {"A": np.arange(4.0).reshape(2, 2)}
    wrong = tree.einsum(Subscripts(("ij",), "ij"), [tree.name("A", (2, 2))], (2, 2))
    assert not np.array_equal(Reader(square, {}).formula(WrittenFormula((), wrong)), square["A"].T)


def test_a_sum_over_a_letter_that_no_entry_has_keeps_its_range() -> None:
    x, n = tree.name("x", (2,)), tree.ones(3)
    einsum = tree.einsum(Subscripts(("i", "j"), "i"), [x, n], (2,))
    outer = phrases.matmul([x, phrases.transpose(n)])
    spread = tree.call("exp", [outer], (2, 3))
    rows = tree.call("sum", [spread], (2,), [Parameter("axis", 1)])
    total = phrases.plus([einsum, rows])
    arrays = {"x": np.array([0.5, -1.0])}
    found = Reader(arrays, {}).formula(WrittenFormula((), total))
    np.testing.assert_allclose(found, 3 * arrays["x"] + 3 * np.exp(arrays["x"]))
