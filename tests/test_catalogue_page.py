"""docs/reference/catalogue.md is what docs/generate_catalogue.py writes; each line holds."""

import pytest

import generate_catalogue as generator
import matcalc as mc
from matcalc.expression.missing import MISSING
from matcalc.inputs.catalogue import answer, operations

THERE = 265  # of the operations, at least


def test_the_page_is_up_to_date() -> None:
    committed = generator.PAGE.read_text(encoding="utf-8")
    assert committed == generator.page(), "run python docs/generate_catalogue.py"


def test_what_is_there_reads_again_and_the_rest_says_why() -> None:
    there = 0
    for one in operations():
        written, said = answer(one)
        there += bool(written)
        if written:
            again = answer(one._replace(typed=written))
            assert again.written == written, one.typed
        else:
            assert len(said) > len(one.name), one.typed
            assert "no rule" not in said or "declared" in said or "recursion" in said, one.typed
    assert there >= THERE


@pytest.mark.parametrize("name", ["qr", "floor", "j0", "lstsq", "ctc_loss"])
def test_a_refusal_is_in_the_words_of_the_catalogue(name: str) -> None:
    (one,) = [one for one in operations() if one.name.rpartition(".")[2] == name]
    with pytest.raises(mc.MatcalcError) as refused:
        mc.derive(one.typed, wrt="x", variables=one.variables, layout="numerator")
    assert MISSING[name] in str(refused.value)
    assert MISSING[name] in answer(one).said
