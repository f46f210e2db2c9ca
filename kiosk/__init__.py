"""The paper: everything a citizen touches and takes away."""
