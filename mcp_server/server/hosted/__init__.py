"""Serves over HTTP: who may call, with whose keys, and within what limits."""
