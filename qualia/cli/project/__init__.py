"""A project's own files: pipelines, settings and params, written, checked and shown."""
