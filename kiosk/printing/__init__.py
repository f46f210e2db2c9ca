"""From a slip to paper: bytes, transports, worker."""
