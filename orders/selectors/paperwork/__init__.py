"""Documents of account: what goes on them, how they are printed, and whose they are."""
