"""Claims: somebody's own formula, held against the derivative; what is wrong and what mends it."""
