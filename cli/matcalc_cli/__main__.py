"""``python -m matcalc_cli`` is the command ``matcalc``."""

from matcalc_cli.start import main

main()
