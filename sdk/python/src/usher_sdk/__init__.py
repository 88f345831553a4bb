"""Usher's local module for Python."""
