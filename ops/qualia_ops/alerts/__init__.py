"""Somebody hears of it when a project is not well: rules, what they raised, and the ways to tell."""
