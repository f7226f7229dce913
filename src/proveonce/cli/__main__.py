"""`python -m proveonce.cli`."""

from proveonce.cli.main import main

main()
