"""Held against numbers: arrays, formulas, rules and what is printed, by central differences."""
