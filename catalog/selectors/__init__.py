"""Reads shaped for a page or an endpoint. Nothing here writes."""
