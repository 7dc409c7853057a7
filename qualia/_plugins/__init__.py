"""How plugins get in: found without importing, ordered, loaded from bytes."""
