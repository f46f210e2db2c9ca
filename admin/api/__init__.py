"""The JSON addresses under /api/v1 that belong to the record."""
