"""``python -m motcua.admin``: the same commands without the console script."""

from motcua.admin.cli import main

main()
