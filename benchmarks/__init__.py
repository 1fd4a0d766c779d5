"""Measurements against a running stack."""
