"""The command line of matcalc: each command parses its arguments, calls matcalc, and prints."""
