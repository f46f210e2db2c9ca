"""From a slip to paper: bytes, the ways to a printer, and the worker that owes the papers."""
