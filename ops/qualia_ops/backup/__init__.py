"""Backups of a project: one archive each, read again before it counts, brought back in one step."""
