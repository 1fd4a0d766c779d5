"""Pages of the catalogue. Each view: parse, one service or selector, render."""
