import pytest
from hypothesis import given
from hypothesis import strategies as st

import matcalc as mc
from matcalc.variables import Variable, parse_mention, parse_ratio, resolve

names = st.from_regex(r"[A-Za-z_][A-Za-z0-9_]{0,5}", fullmatch=True)
variables = st.builds(Variable, names, st.lists(st.integers(1, 10**9), max_size=5).map(tuple))


@given(variables)
def test_a_variable_reads_back_as_it_prints(variable: Variable) -> None:
    assert mc.parse_variable(str(variable)) == variable


@given(variables, variables)
def test_a_derivative_reads_back_as_it_prints(of: Variable, wrt: Variable) -> None:
    if of.name != wrt.name:
        assert mc.parse_derivative(f"∂{of} / ∂{wrt}") == (of, wrt)


@pytest.mark.parametrize(
    ("text", "shape"),
    [
        ("W[3,2]", (3, 2)),
        ("W=3,2", (3, 2)),
        (" W [ 3 , 2 ] ", (3, 2)),
        ("W[m,n]", ("m", "n")),
        ("W[2*n, n+1]", ("2*n", "n+1")),
        ("W", ()),
        ("W[]", ()),
        ("W[10**30]", (10**30,)),
        ("W[1,1,1,1,1]", (1, 1, 1, 1, 1)),
    ],
)
def test_a_variable_is_a_name_and_a_shape(text: str, shape: tuple) -> None:
    assert mc.parse_variable(text) == Variable("W", shape)


def test_greek_names_are_names() -> None:
    assert mc.parse_variable("σ[3]") == Variable("σ", (3,))
    assert mc.parse_variable("δ2[η]") == Variable("δ2", ("η",))


def test_a_variable_knows_its_rank_and_size() -> None:
    W = Variable("W", (3, "n"))
    assert (W.rank, W.size, str(W)) == (2, "3*n", "W[3,n]")
    assert (Variable("L", ()).rank, Variable("L", ()).size) == (0, 1)


@pytest.mark.parametrize(
    ("text", "message", "caret"),
    [
        ("", "a variable is missing here", ""),
        ("3[2]", "does not begin with a name", "3[2]"),
        ("W[3,,2]", "a size is missing between commas", ""),
        ("W[3,2", "write a variable as W[3,2] or W=3,2, or W alone", "[3,2"),
        ("W 3", "write a variable as W[3,2]", "3"),
        ("W[3,0]", "a dimension is at least 1, not 0", "0"),
        ("W[3, -2]", "a dimension is at least 1, not -2", " -2"),
        ("W[3,1.5]", "a dimension is a number or a name", "1.5"),
        ("W[3]x", "write a variable as W[3,2]", "[3]x"),
    ],
)
def test_malformed_variables_are_pointed_at(text: str, message: str, caret: str) -> None:
    with pytest.raises(mc.NotationError) as caught:
        mc.parse_variable(text)
    assert message in caught.value.message
    (place,) = caught.value.places
    assert text[place.start : place.stop].strip() == caret.strip()


@pytest.mark.parametrize(
    ("text", "message"),
    [
        ("W[" + ",".join("2" * 17) + "]", "at most 16 axes, not 17"),
        ("a" * 2001, "at most 2000 characters long, not 2001"),
        ("W[" + "9" * 200 + "]", "over 100 digits"),
        ("W[" * 500, "write a variable as W"),
    ],
)
def test_absurd_variables_are_refused(text: str, message: str) -> None:
    with pytest.raises(mc.NotationError, match=message):
        mc.parse_variable(text)


@given(st.text(max_size=60))
def test_any_text_reads_as_a_derivative_or_raises_on_purpose(text: str) -> None:
    try:
        of, wrt = mc.parse_derivative(text)
    except mc.MatcalcError as error:
        assert str(error).isprintable() or "\n" in str(error)  # noqa: PT017
    else:
        assert of.name != wrt.name


def test_invisible_characters_are_shown_as_such() -> None:
    with pytest.raises(mc.NotationError) as caught:
        mc.parse_variable("\x1b[31mred")
    assert "\x1b" not in str(caught.value)


@pytest.mark.parametrize("text", ["z[3] x[2]", "z", "z/x/y", ""])
def test_a_derivative_has_one_slash(text: str) -> None:
    with pytest.raises(mc.NotationError, match="two variables with one / between them"):
        mc.parse_derivative(text)


def test_a_part_of_a_derivative_may_be_missing() -> None:
    with pytest.raises(mc.NotationError, match="a variable is missing here"):
        mc.parse_derivative("z[3] /")


def test_a_derivative_by_itself_is_refused() -> None:
    with pytest.raises(mc.ChainError, match="∂z/∂z is the identity") as caught:
        mc.parse_derivative("z[3] / z[3]")
    assert [place.start for place in caught.value.places] == [0, 7]


def test_carets_count_from_the_start_of_what_was_written() -> None:
    with pytest.raises(mc.NotationError) as caught:
        mc.parse_derivative("∂z[3] / ∂x[0]")
    assert str(caught.value).splitlines()[1:] == ["  ∂z[3] / ∂x[0]", "             ^"]


def test_one_name_with_two_shapes_is_reported_at_both_places() -> None:
    with pytest.raises(
        mc.ShapeError, match="x has two shapes: its size is n in one place and 3"
    ) as e:
        resolve([*parse_ratio("z[3] / x[n]"), *parse_ratio("x[3] / t")])
    assert [place.text[place.start : place.stop] for place in e.value.places] == ["x[n]", "x[3]"]


@pytest.mark.parametrize(
    ("one", "two", "message"),
    [
        ("W[3,2]", "W[3,5]", "axis 2 is 2 in one place and 5 in another"),
        ("W[3,2]", "W[3]", "2 axes in one place and 1 in another"),
    ],
)
def test_a_clash_of_shapes_says_where_they_differ(one: str, two: str, message: str) -> None:
    with pytest.raises(mc.ShapeError, match=message):
        resolve([parse_mention(one), parse_mention(two)])


def test_a_shape_stated_once_holds_everywhere() -> None:
    resolved = resolve(map(parse_mention, ["z", "x", "z[3]"]))
    assert resolved.variables == {"z": Variable("z", (3,)), "x": Variable("x", ())}
    assert resolved.taken_as_scalar == ("x",)


def test_a_name_is_a_variable_or_a_dimension_but_not_both() -> None:
    with pytest.raises(mc.NotationError, match="n is both a variable and a dimension"):
        mc.parse_derivative("z[n] / n[3]")


def test_sizes_that_may_be_meant_as_layers_are_named() -> None:
    with pytest.raises(mc.ShapeError, match="in brackets are sizes, layers are named z1 and z2"):
        mc.derive("sum(z)", wrt="z", variables="z[1] z[2]", layout="numerator")
