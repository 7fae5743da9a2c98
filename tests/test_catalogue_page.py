"""docs/reference/catalogue.md is what docs/generate_catalogue.py writes; each line holds."""

import pytest

import generate_catalogue as generator
import matcalc as mc
from matcalc.expression.missing import MISSING
from matcalc.inputs.catalogue import answer, called, operations
from matcalc.operations import RULES

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


#: What people ask for by these names: each is there, or refused with a reason.
_ASKED = """cholesky triangular_solve solve_triangular eigh eigvalsh svdvals sqrtm logm sinm cosm
slogdet matrix_power lgamma digamma polygamma beta erfc erfinv erfcx log_ndtr xlogy entr log2
log10 exp2 rsqrt asinh acosh atanh sinc softsign mish hardswish selu logsigmoid glu var std cov
corrcoef cumsum cumprod logcumsumexp logaddexp diff roll flip pad tile repeat where clamp take
gather one_hot embedding scatter_add sort topk median tril triu diag block_diag toeplitz vander
polyval convolve conv1d conv2d max_pool avg_pool max_pool1d max_pool2d avg_pool2d group_norm
batch_norm attention scaled_dot_product_attention inv solve det logdet matmul cdist
cosine_similarity cross_entropy nuclear_norm spectral_norm binary_cross_entropy mse_loss l1_loss
nll_loss kl_div huber_loss"""


@pytest.mark.parametrize("name", _ASKED.split())
def test_what_is_asked_for_is_there_or_says_why_not(name: str) -> None:
    assert name in RULES or any(written or said for written, said in map(answer, called(name)))
