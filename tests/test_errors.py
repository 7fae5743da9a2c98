import pickle
import re

import pytest

import matcalc as mc
from matcalc import errors
from matcalc.errors import Place, Suggestion

TREE = [
    kind
    for kind in vars(errors).values()
    if isinstance(kind, type) and issubclass(kind, mc.MatcalcError)
]


@pytest.mark.parametrize("kind", TREE, ids=lambda kind: kind.__name__)
def test_every_exception_stands_in_the_drawn_tree(kind: type) -> None:
    assert kind.__name__ in re.findall(r"\w+", errors.__doc__ or "")


@pytest.mark.parametrize("kind", [k for k in TREE if k is not mc.MatcalcError], ids=str)
def test_every_exception_refines_a_built_in_one(kind: type) -> None:
    built_in = [base for base in kind.__mro__ if base.__module__ == "builtins"]
    assert built_in[0] not in (Exception, BaseException)


def test_an_error_shows_its_places_under_its_message() -> None:
    error = mc.NotationError("wrong", [Place("z[0]", 2, 3)])
    assert str(error) == "wrong\n  z[0]\n    ^"


def test_an_error_survives_pickling_with_its_places() -> None:
    error = mc.ChainError("a gap", [Place("L / z", 0, 1)])
    copied = pickle.loads(pickle.dumps(error))  # noqa: S301
    assert type(copied) is mc.ChainError
    assert (copied.message, copied.places) == (error.message, error.places)


def test_an_error_keeps_its_suggestions_as_data_when_it_is_moved_or_pickled() -> None:
    text = "tanh(W*x)"
    offered = Suggestion("write", "W @ x", Place(text, 5, 8))
    error = mc.ShapeError("W*x does not fit", [Place(text, 5, 6)], [("m", "n")], [offered])
    assert error.message == "W*x does not fit; write W @ x"
    copied = pickle.loads(pickle.dumps(error))  # noqa: S301
    assert (copied.message, copied.suggestions, copied.clashes) == (
        error.message,
        (offered,),
        (("m", "n"),),
    )
    moved = error.moved(lambda one: Place(f"a; {one.text}", one.start + 3, one.stop + 3))
    assert moved.suggestions[0].mended == "a; tanh(W @ x)"
    assert moved.changed(message="no").message == "no; write W @ x"


def test_long_text_is_cut_around_the_place() -> None:
    text = "a" * 500 + "!" + "b" * 500
    shown, carets = Place(text, 500, 501).pointed_at().splitlines()
    assert len(shown) < 80
    assert shown[carets.index("^")] == "!"


def test_a_caret_stands_even_under_nothing() -> None:
    assert Place("", 0, 0).pointed_at().endswith("^")


def test_places_near_each_other_share_their_excerpt() -> None:
    near = mc.ShapeError("no", [Place("A @\nB", 0, 1), Place("A @\nB", 4, 5)], [("m", 3)])
    assert str(near) == "no\n  A @ B\n  ^   ^"
    assert pickle.loads(pickle.dumps(near)).clashes == (("m", 3),)  # noqa: S301
    text = "x" + " " * 100 + "y"
    assert len(errors.excerpts([Place(text, 0, 1), Place(text, 101, 102)])) == 2


def test_no_error_shows_the_address_of_an_object() -> None:
    error = mc.NotationError(f"it is {object()!r}, at 0x10 of its text")
    assert error.message == "it is <object object>, at 0x10 of its text"
    assert str(error) == error.message
    with pytest.raises(mc.MatcalcError) as refused:
        mc.jacobian("L / x[3]", object(), layout="numerator")
    assert " at 0x" not in str(refused.value)
