"""What operators run around Qualia. This version ships the name only; the folder may be deleted."""
