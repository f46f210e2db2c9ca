"""The host's own package of that name."""

WHOSE = "the host's"
