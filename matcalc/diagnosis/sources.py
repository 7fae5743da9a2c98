"""Which convention a book or a library uses, what in it shows that, and where to look.

A formula is copied safely only if one knows how its source writes derivatives down.
The names of conventions are those of the layout table: the two layouts ``numerator`` and
``denominator``, and the conventions ``mixed``, ``jax`` and ``vec``. An entry names the convention
that fits its source best; where the source departs from it, ``evidence`` says so.
Below, y is a vector of m, x one of n, Y is m×n and X p×q, unless an entry says otherwise.
Entries of kind ``library`` were run, at the version that ``source`` gives.
"""

from typing import Literal, NamedTuple


class Usage(NamedTuple):
    """How one book or library writes derivatives down.

    Attributes:
        name: The book, notes or function, as people call it.
        kind: Something to read, or something to run.
        convention: ``numerator``, ``denominator``, ``mixed``, ``jax`` or ``vec``.
        evidence: What in the source shows it, and where the source departs from it.
        source: Work, edition or version, and section, equation or function.
        url: Where to find it.
    """

    name: str
    kind: Literal["textbook", "library"]
    convention: str
    evidence: str
    source: str
    url: str


USAGES: tuple[Usage, ...] = (
    Usage(
        name="Wikipedia, Matrix calculus",
        kind="textbook",
        convention="numerator",
        evidence="definitions assume numerator layout; identities are given in both layouts",
        source="sections Derivatives with vectors, Derivatives with matrices, Layout conventions",
        url="https://en.wikipedia.org/wiki/Matrix_calculus",
    ),
    Usage(
        name="Minka, Old and New Matrix Algebra",
        kind="textbook",
        convention="numerator",
        evidence="laid out by the shape of Y and by Xᵀ: dy/dx of a scalar is a row, dy/dX is q×p",
        source="Old and New Matrix Algebra Useful for Statistics (2000), section 1",
        url="https://tminka.github.io/papers/matrix/minka-matrix.pdf",
    ),
    Usage(
        name="Magnus and Neudecker",
        kind="textbook",
        convention="vec",
        evidence="DF(X) = ∂ vec F / ∂ (vec X)ᵀ is mn×pq, columns stacked; Df(x) of a vector is m×n",
        source="Matrix Differential Calculus, 3rd edition (Wiley, 2019), chapter 9",
        url="https://www.oreilly.com/library/view/matrix-differential-calculus/9781119541202/c09.xhtml",
    ),
    Usage(
        name="The Matrix Cookbook",
        kind="textbook",
        convention="mixed",
        evidence="∂(aᵀx)/∂x = a, ∂(aᵀXb)/∂X = abᵀ has the shape of X, but [∂x/∂y]ij = ∂xi/∂yj",
        source="Petersen and Pedersen, The Matrix Cookbook (2012), section 2, eq. 69 and 70",
        url="https://www.math.uwaterloo.ca/~hwolkowi/matrixcookbook.pdf",
    ),
    Usage(
        name="Parr and Howard",
        kind="textbook",
        convention="numerator",
        evidence="says numerator layout: the gradient is a row and ∂y/∂x is m×n; vectors only",
        source="The Matrix Calculus You Need For Deep Learning (2018), sections 3 and 4",
        url="https://arxiv.org/abs/1802.01528",
    ),
    Usage(
        name="Mathematics for Machine Learning",
        kind="textbook",
        convention="numerator",
        evidence="says numerator layout: gradient 1×n, Jacobian m×n; but ∂(aᵀXb)/∂X = abᵀ, like X",
        source="Deisenroth, Faisal, Ong (Cambridge, 2020), chapter 5, eq. 5.40, 5.58 and 5.106",
        url="https://mml-book.github.io/book/mml-book.pdf",
    ),
    Usage(
        name="Stanford CS224n gradient notes",
        kind="textbook",
        convention="mixed",
        evidence="Jacobians m×n in the chain; a gradient is given the shape of its parameter",
        source="Clark, Computing Neural Network Gradients (2019), sections 2 to 4",
        url="https://web.stanford.edu/class/cs224n/readings/gradient-notes.pdf",
    ),
    Usage(
        name="MIT 18.S096 Matrix Calculus",
        kind="textbook",
        convention="mixed",
        evidence="a gradient has the shape of its input, f'(x) is its transpose; Jacobians m×n",
        source="Edelman and Johnson, course page of January 2024, lectures 1 and 2",
        url="https://github.com/mitmath/matrixcalc",
    ),
    Usage(
        name="Goodfellow, Bengio and Courville",
        kind="textbook",
        convention="mixed",
        evidence="the gradient of z by x is (∂y/∂x)ᵀ times that by y: columns, with Jacobians m×n",
        source="Deep Learning (MIT Press, 2016), sections 4.3.1 and 6.5.2",
        url="https://www.deeplearningbook.org/",
    ),
    Usage(
        name="Bishop, PRML",
        kind="textbook",
        convention="mixed",
        evidence="∂(aᵀx)/∂x = a, ∂ Tr(AB)/∂A = Bᵀ has the shape of A, but (∂a/∂b)ij = ∂ai/∂bj",
        source="Pattern Recognition and Machine Learning (2006), appendix C, eq. C.18, C.19, C.24",
        url="https://www.microsoft.com/en-us/research/people/cmbishop/prml-book/",
    ),
    Usage(
        name="Boyd and Vandenberghe",
        kind="textbook",
        convention="mixed",
        evidence="Df(x) is m×n; the gradient of a scalar f is a column, the transpose of Df(x)",
        source="Convex Optimization (Cambridge, 2004), appendix A.4.1",
        url="https://web.stanford.edu/~boyd/cvxbook/",
    ),
    Usage(
        name="JAX",
        kind="library",
        convention="jax",
        evidence="the shape is y.shape + x.shape, no axis reversed; grad has the shape of x",
        source="JAX 0.10.2, jax.jacfwd, jax.jacrev, jax.grad",
        url="https://docs.jax.dev/en/latest/notebooks/autodiff_cookbook.html",
    ),
    Usage(
        name="PyTorch",
        kind="library",
        convention="jax",
        evidence="the shape is y.shape + x.shape, no axis reversed; a gradient has the shape of x",
        source="PyTorch 2.13.0, torch.autograd.functional.jacobian, torch.func.jacrev and grad",
        url="https://docs.pytorch.org/docs/stable/generated/torch.autograd.functional.jacobian.html",
    ),
    Usage(
        name="SymPy diff",
        kind="library",
        convention="denominator",
        evidence="(A*x).diff(x) is Aᵀ; but Y is not reversed: Y.diff(t) m×n, Y.diff(X) p×q×m×n",
        source="SymPy 1.14.0, diff of matrix expressions (MatrixSymbol)",
        url="https://docs.sympy.org/latest/modules/matrices/expressions.html",
    ),
    Usage(
        name="SymPy Matrix.jacobian",
        kind="library",
        convention="numerator",
        evidence="(A*x).jacobian(x) is A, m×n, and a scalar gives a row 1×n; a matrix is refused",
        source="SymPy 1.14.0, Matrix.jacobian",
        url="https://docs.sympy.org/latest/modules/matrices/matrices.html",
    ),
    Usage(
        name="CasADi jacobian",
        kind="library",
        convention="vec",
        evidence="always y.numel() × x.numel(), both flattened by columns; a scalar gives a row",
        source="CasADi 3.8.2 and 3.6.7, jacobian",
        url="https://web.casadi.org/docs/",
    ),
    Usage(
        name="CasADi gradient",
        kind="library",
        convention="mixed",
        evidence="the shape of x, n×1 or p×q, of scalars only: here mixed and denominator agree",
        source="CasADi 3.8.2 and 3.6.7, gradient",
        url="https://web.casadi.org/docs/",
    ),
)
