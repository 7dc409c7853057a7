"""Questions and answers over the screen. Escape leaves each of them, with nothing done."""
