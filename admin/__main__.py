"""``python -m motcua.admin``: the same commands without the console script."""

from motcua.admin.cli import main

if __name__ == "__main__":  # a child process imports this file too
    main()
