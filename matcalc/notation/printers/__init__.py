"""Printers: the tree of a formula as plain text, Unicode and LaTeX."""
