"""Comparisons that anybody can run: one command, a table out, a floor in the same run."""
