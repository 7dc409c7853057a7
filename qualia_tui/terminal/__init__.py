"""What stands between the console and its terminal: only what differs is sent, and never more than is taken."""
