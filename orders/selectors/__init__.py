"""Reads shaped for pages and endpoints; HTML and API share them."""
