"""Notebooks of the analyst, each titled as a question. Start here: README.md."""
