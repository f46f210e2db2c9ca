"""Another add-on of the host's."""
