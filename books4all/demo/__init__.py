"""The demo catalogue: real books, invented shops, and a year of invented orders."""
