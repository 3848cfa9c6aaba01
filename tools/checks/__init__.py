"""Checks of the repository's own files that no ready tool makes. Standard library only, no network, no bench."""
