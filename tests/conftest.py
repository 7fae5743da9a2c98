"""What every test shares: the same examples in every run, and no clock in the verdict."""

from hypothesis import settings

settings.register_profile("matcalc", deadline=None, derandomize=True, max_examples=60)
settings.load_profile("matcalc")
