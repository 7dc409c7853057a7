"""A second engine for backups: a repository of restic, which keeps each piece of data once, here or far away."""
