import pytest

from matcalc.diagnosis.sources import USAGES, Usage

CONVENTIONS = {"numerator", "denominator", "mixed", "jax", "vec"}


@pytest.mark.parametrize("usage", USAGES, ids=lambda usage: usage.name)
def test_every_entry_says_what_shows_it_and_where_to_look(usage: Usage) -> None:
    assert usage.convention in CONVENTIONS
    assert usage.kind in ("textbook", "library")
    assert usage.url.startswith("https://")
    assert usage.evidence.strip() == usage.evidence != ""
    assert usage.source.strip() == usage.source != ""


@pytest.mark.parametrize(
    "name",
    [
        "Wikipedia",
        "Minka",
        "Magnus and Neudecker",
        "Matrix Cookbook",
        "Parr and Howard",
        "Mathematics for Machine Learning",
        "CS224n",
        "18.S096",
        "JAX",
        "PyTorch",
        "SymPy",
        "CasADi",
    ],
)
def test_the_books_and_libraries_that_people_ask_about_are_there(name: str) -> None:
    assert any(name.lower() in usage.name.lower() for usage in USAGES)


def test_no_entry_is_there_twice() -> None:
    names = [usage.name for usage in USAGES]
    assert len(set(names)) == len(names)
