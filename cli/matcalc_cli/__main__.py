"""``python -m matcalc_cli`` is the command ``matcalc``."""

from matcalc_cli.app import main

main()
