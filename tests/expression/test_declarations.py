import pytest

import matcalc as mc
from matcalc.errors import NotationError, ShapeError
from matcalc.expression import PROPERTIES, parse_declarations
from matcalc.expression.declarations import declared_functions
from matcalc.variables import Variable


def test_variables_stand_apart_by_white_space_outside_brackets() -> None:
    found = parse_declarations("x[2] W2[3,2]\nS[n,n]:symmetric,spd\tlam:positive A[m, n]")
    assert [str(one.variable) for one in found.values()] == [
        "x[2]",
        "W2[3,2]",
        "S[n,n]",
        "lam",
        "A[m,n]",
    ]
    assert found["S"].properties == {"symmetric", "spd"}
    assert found["lam"].properties == {"positive"}
    place = found["A"].place
    assert place.text[place.start : place.stop] == "A[m, n]"


def test_a_definite_matrix_is_symmetric() -> None:
    assert parse_declarations("S[n,n]:spd")["S"].properties == {"symmetric", "spd"}


@pytest.mark.parametrize(
    "given",
    [
        "x[2] A[m,3]",
        "x[2], A[m, 3]",
        "x[2];A[m,3];",
        ["x[2]", "A[m,3]"],
        [Variable("x", (2,)), "A[m,3]"],
        {"x": (2,), "A": ["m", 3]},
    ],
)
def test_variables_are_given_as_text_or_as_objects(given: object) -> None:
    found = parse_declarations(given)  # type: ignore[arg-type]
    assert [one.variable for one in found.values()] == [
        Variable("x", (2,)),
        Variable("A", ("m", 3)),
    ]


@pytest.mark.parametrize(
    ("text", "message", "carets"),
    [
        ("x[2,]", "no comma follows the last size", "   ^"),
        ("x(n) A(n,n)", "a shape stands in square brackets, A[n,n]", "     ^^^^^^"),
        ("S[n,n]:symetric", "'symetric' is no property; near: symmetric", "       ^^^^^^^^"),
        ("S[n,n]: spd", "a property is missing here", "       ^"),
        ("W [2,3]", "a shape follows its name without a space", "  ^^^^^"),
        ("x[2", "this [ is never closed", " ^"),
        ("x]2", "this ] is never opened", " ^"),
        ("# a", "'#' does not begin with a name", "^"),
        ("n[2] x[n]", "n is both a variable and a dimension", "^^^^ ^^^^"),
        ("S[m,n]:spd", "S is m×n", "^^^^^^^^^^"),
        ("p:simplex", "p is a scalar", "^^^^^^^^^"),
        ("P[n]:projector", "P is (n,)", "^^^^^^^^^^^^^^"),
        ("x[2] x[3]", "x has two shapes", "^^^^ ^^^^"),
        ("x[2] x", "x has two shapes", "^^^^ ^"),
    ],
)
def test_what_cannot_be_declared_is_pointed_at(text: str, message: str, carets: str) -> None:
    with pytest.raises((NotationError, ShapeError)) as caught:
        parse_declarations(text)
    assert message in caught.value.message
    assert str(caught.value).split("\n")[1:] == [f"  {text}", f"  {carets}"]


def test_a_comma_behind_a_property_is_one_more_property_or_stands_apart() -> None:
    found = parse_declarations("x,y, S[n,n]:symmetric,spd, lam:positive; g(·), f(z[n])[m]")
    assert [str(one.variable) for one in found.values()] == ["x", "y", "S[n,n]", "lam"]
    assert found["S"].properties == {"symmetric", "spd"}
    assert list(declared_functions("g(·), f(z[n])[m]")) == ["g", "f"]


@pytest.mark.parametrize("name", PROPERTIES)
def test_a_property_that_does_not_fit_the_shape_is_refused(name: str) -> None:
    if name in {"positive", "binary"}:
        assert parse_declarations(f"X[m,n]:{name}")["X"].properties == {name}
    elif name in {"simplex", "onehot"}:
        assert name in parse_declarations(f"Y[B,m]:{name}")["Y"].properties
        with pytest.raises(ShapeError, match=PROPERTIES[name]):
            parse_declarations(f"y:{name}")
    else:
        shape = "2,3" if name == "orthogonal" else "m,n"
        with pytest.raises(ShapeError, match=PROPERTIES[name]):
            parse_declarations(f"X[{shape}]:{name}")


@pytest.mark.parametrize(
    "given",
    [
        " ".join(f"x{k}" for k in range(2001)),
        "x " * 60_000,
        {"x": "mn"},
        {"x": (0,)},
        {"x": (2.5,)},
        {"x": 3},
        {"x[2]": (2,)},
        {3: (2,)},
        [3],
        None,
        {"x": (10**5000,)},
    ],
    ids=lambda given: repr(type(given)),
)
def test_what_is_no_declaration_is_refused(given: object) -> None:
    with pytest.raises(NotationError):
        parse_declarations(given)  # type: ignore[arg-type]


@pytest.mark.parametrize("variables", ["n x[n]", "x[n] n", "x[n] n:positive"])
def test_a_name_that_stands_alone_and_is_a_size_is_that_size_and_said(variables: str) -> None:
    mean = mc.derive("sum(x) / n", wrt="x", variables=variables, layout="denominator")
    assert list(parse_declarations(variables)) == ["x"]
    assert mean.text == "ones(n) / n"
    assert "n is taken as the size of x[n], not as a number of its own" in mean.assumptions


def test_a_result_that_has_the_name_of_a_size_is_told_of_what() -> None:
    with pytest.raises(NotationError, match=r"the name S is that of a size, of K\[S,d\], already"):
        mc.derive("S = Q @ K.T; sum(S)", wrt="Q", variables="Q[T,d] K[S,d]", layout="numerator")
