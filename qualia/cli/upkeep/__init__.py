"""The commands that look back and look after: what ran, what is kept, and whether everything is well."""
