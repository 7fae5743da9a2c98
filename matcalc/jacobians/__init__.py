"""Derivatives that know their variables, their layout and their structure, and products of them."""
