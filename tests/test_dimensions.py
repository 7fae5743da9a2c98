import pytest
from hypothesis import given
from hypothesis import strategies as st

from matcalc import NotationError, ShapeError, UnboundError, dimensions

NAMES = ("m", "n", "p")


@st.composite
def polynomials(draw: st.DrawFn) -> str:
    """A sum of products with positive coefficients, as somebody may write it."""
    terms = []
    for _ in range(draw(st.integers(1, 4))):
        parts = [str(draw(st.integers(1, 9)))]
        parts += draw(st.lists(st.sampled_from([*NAMES, "n**2", "m**3"]), max_size=3))
        terms.append(draw(st.sampled_from(["*", " * "])).join(draw(st.permutations(parts))))
    return draw(st.sampled_from(["+", " + "])).join(terms)


sizes = st.fixed_dictionaries({name: st.sampled_from([2, 3, 5, 7]) for name in NAMES})


@given(polynomials(), sizes)
def test_a_dimension_means_what_python_means(text: str, known: dict[str, int]) -> None:
    assert dimensions.evaluate(dimensions.parse(text), known) == eval(text, {}, dict(known))  # noqa: S307


@given(polynomials())
def test_canonical_text_reads_as_itself(text: str) -> None:
    once = dimensions.parse(text)
    assert dimensions.parse(str(once)) == once


@given(polynomials(), polynomials())
def test_products_and_sums_do_not_depend_on_order(one: str, two: str) -> None:
    a, b = dimensions.parse(one), dimensions.parse(two)
    assert dimensions.product([a, b]) == dimensions.product([b, a])
    assert dimensions.total([a, b]) == dimensions.total([b, a])


@given(polynomials(), sizes)
def test_substituting_every_name_evaluates(text: str, known: dict[str, int]) -> None:
    dimension = dimensions.parse(text)
    assert dimensions.substitute((dimension,), known) == (dimensions.evaluate(dimension, known),)


def test_substituting_some_names_leaves_the_others() -> None:
    assert dimensions.substitute(("m*n", "n", 2), {"m": 3}) == ("3*n", "n", 2)


@pytest.mark.parametrize(
    ("text", "canonical"),
    [
        ("h*4", "4*h"),
        ("n*m", "m*n"),
        ("1+n", "n+1"),
        ("n+n", "2*n"),
        ("n-m+m", "n"),
        ("10**6", 10**6),
    ],
)
def test_equal_dimensions_are_equal_strings(text: str, canonical: str | int) -> None:
    assert dimensions.parse(text) == canonical


@pytest.mark.parametrize(
    ("text", "message"),
    [
        ("0", "at least 1, not 0"),
        ("-3", "at least 1, not -3"),
        ("n-n", "at least 1, not 0"),
        ("2-5", "at least 1, not -3"),
        ("1.5", "a dimension is a number or a name"),
        ("n+", "a dimension is a number or a name"),
        ("*n", "a dimension is a number or a name"),
        ("2**n", "a dimension is a number or a name"),
        ("2**2**2", "a dimension is a number or a name"),
        ("n m", "a dimension is a number or a name"),
        ("", "a dimension is a number or a name"),
        ("٣", "a dimension is a number or a name"),
        ("2/n", "a dimension is a number or a name"),
        ("n/", "a dimension is a number or a name"),
        ("n/0", "no dimension is divided by zero"),
        ("1/2", "a dimension is a whole number, not 1/2"),
        ("n/9**999", "over 100 digits"),
        ("9" * 101, "over 100 digits"),
        ("10**99", "over 100 digits"),
        ("9**9**9**9", "a dimension is a number or a name"),
    ],
)
def test_what_is_no_dimension_is_refused(text: str, message: str) -> None:
    with pytest.raises(NotationError, match=message):
        dimensions.parse(text)


def test_a_dimension_of_too_many_terms_is_refused() -> None:
    with pytest.raises(NotationError, match="over 64 terms"):
        dimensions.parse("+".join(f"a{k}" for k in range(65)))


def test_a_literal_may_be_absurdly_large() -> None:
    assert dimensions.parse("10**30") == 10**30
    assert dimensions.product([10**30, 10**30]) == 10**60


def test_coefficients_may_be_fractions() -> None:
    free = dimensions.parse("n*n/2 + n/2")
    assert free == "n**2/2+n/2"
    assert dimensions.substitute((free,), {"n": 4}) == (10,)
    assert dimensions.substitute((free,), {"n": "2*p"}) == ("2*p**2+p",)
    assert dimensions.total([free, free]) == "n**2+n"
    assert dimensions.product([free, 2]) == "n**2+n"
    assert dimensions.quotient("n**2/2", "n") == "n/2"
    assert dimensions.solutions("h", free) == [("h", free)]


def test_what_makes_a_fraction_of_a_size_is_refused() -> None:
    with pytest.raises(ShapeError, match="n/2 is no whole number at n = 3"):
        dimensions.evaluate("n/2", {"n": 3})
    with pytest.raises(ShapeError, match="n is not 2 times another dimension"):
        dimensions.quotient("n", 2)
    assert dimensions.solutions("2*m", "n") == [("n", "2*m")]


def test_a_name_without_a_size_is_named() -> None:
    with pytest.raises(UnboundError, match="the dimension n has no size here"):
        dimensions.evaluate("m*n", {"m": 2})


@pytest.mark.parametrize(
    ("shape", "text"),
    [
        ((), "()"),
        ((3,), "(3,)"),
        ((3, "n"), "3×n"),
        (("4*h", "m+1"), "4·h×(m+1)"),
        (("n**2",), "(n²,)"),
    ],
)
def test_shapes_read_as_in_books(shape: tuple, text: str) -> None:
    assert dimensions.times(shape) == text


@pytest.mark.parametrize(
    ("whole", "part", "found"),
    [
        ("3*k+3", "3", "k+1"),
        ("3*k+3", "k+1", 3),
        ("k*n+n**2", "k+n", "n"),
        ("k**2-1", "k+1", "k-1"),
        ("m*n+m+n+1", "n+1", "m+1"),
        ("n**3-m**3", "n-m", dimensions.parse("m**2+m*n+n**2")),
        ("n**2/2+n/2", "n+1", "n/2"),
        ("2*n**2+2*n", "4", dimensions.parse("n**2/2+n/2")),  # whole at every n
        ("2*n**2", "4", None),
        ("3*k+2", "3", None),
        ("k*n+1", "n", None),
        ("n", "n+1", None),
    ],
)
def test_a_sum_is_divided_by_what_it_is_a_multiple_of(
    whole: str, part: str, found: dimensions.Dimension | None
) -> None:
    one, two = dimensions.parse(whole), dimensions.parse(part)
    if found is None:
        with pytest.raises(ShapeError, match="is not"):
            dimensions.quotient(one, two)
    else:
        assert dimensions.quotient(one, two) == found
        assert dimensions.product([found, two]) == one
