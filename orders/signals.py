"""Signals that the apps above may receive."""
