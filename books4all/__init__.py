"""Books4All: a book marketplace that bookshops can run for themselves."""

__version__ = "0.1.0"
