"""The steps, by date. Each must let the previous release of the code keep working."""
