"""There are no masked arrays here; the name is there to be asked about."""


class MaskedArray:
    """Nothing is one."""
