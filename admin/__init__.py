"""The record: tables, rules and staff screens of the one-stop centre."""
