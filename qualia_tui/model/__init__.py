"""What the console knows of a host, and how events change it: pure, without widgets and without input or output."""
