"""A catalogue of a million editions and three million copies, made up and loaded in minutes.

    make bench-million          build it beside the demo (about eight minutes), measure, stop

Nothing of it is real: titles, names and numbers come from a seeded generator, with the shape of real
catalogues (Zipf's law for words, authors, publishers and copies).
"""
