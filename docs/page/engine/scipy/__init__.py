"""A stand-in for SciPy in the browser: the exponential of a matrix, which NumPy lacks."""
