"""The functions of formulas by name, for type checkers: ``mc.sum(mc.exp(x))``.

Each is the rule of that name, so that :func:`matcalc.symbolic.functions.named` needs no list.
"""

# ruff: noqa: A001 - their names in formulas
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from matcalc.symbolic import functions as _functions

    _function = _functions.Function("")
    exchange = _functions.exchange
    eye = _functions.eye
    one_hot = _functions.one_hot
    ones = _functions.ones
    pi = _functions.pi
    zeros = _functions.zeros
    # Entry by entry.
    arcsinh = arccosh = arctanh = cbrt = exp = log = log1p = expm1 = abs = sign = step = _function
    sin = cos = tan = arcsin = arccos = arctan = sinh = cosh = tanh = erf = Phi = _function
    log_ndtr = inverse_mills = sigmoid = logit = relu = softplus = sqrt = leaky_relu = _function
    elu = gelu = gelu_tanh = silu = clip = hardtanh = maximum = minimum = hypot = _function
    atan2 = pow = _function
    # Special functions entry by entry.
    lgamma = digamma = polygamma = erfc = erfcx = erfinv = ndtri = _function
    # Parts of arrays.
    slice = concatenate = stack = tril = triu = _function
    # Arrays in another order or length.
    cumsum = cumprod = logcumsumexp = diff = roll = flip = pad = tile = repeat = take = _function
    sort = topk = median = _function
    # Moments of samples.
    var = std = cov = corrcoef = cdist = trapezoid = _function
    # Windows.
    conv1d = conv2d = avg_pool1d = avg_pool2d = max_pool1d = max_pool2d = convolve = _function
    toeplitz = vander = polyval = block_diag = tensordot = glu = group_norm = _function
    # Reductions.
    norm = squared_norm = norm1 = max = min = prod = logsumexp = softmax = log_softmax = _function
    # Losses and layers.
    cross_entropy = cross_entropy_logits = binary_cross_entropy_logits = _function
    half_squared_error = huber = hinge = layer_norm = batch_norm = rms_norm = _function
    attention = rnn = lstm_hidden = lstm_cell = gru = _function
    # Linear algebra.
    inv = pinv = det = adj = logdet = det_sign = solve = matrix_power = expm = _function
    # Spectra.
    cholesky = solve_triangular = eigvalsh = svdvals = nuclear_norm = spectral_norm = _function
    logm = sqrtm = sinm = cosm = _function
    # Products, sums and regroupings.
    matmul = einsum = sum = mean = add = subtract = bias = bias_columns = hadamard = _function
    quotient = power = transpose = diag = outer = inner = quadratic_form = kron = vec = _function
    vech = lower = rearrange = tr = _function
    # Rotations.
    cross = skew = rotation = rotation_axis_angle = rotation_quaternion = _function
