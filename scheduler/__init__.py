"""The clock: when things happen, never what happens."""
