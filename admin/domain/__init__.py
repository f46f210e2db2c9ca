"""The rules of the office: plain functions. Session and time come in; the caller commits."""
