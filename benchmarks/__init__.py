"""What Qualia costs, measured against plain Python on the same machine in the same minute."""
