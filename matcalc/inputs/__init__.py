"""Lines as people type them, in any notation, read into the language of matcalc."""
