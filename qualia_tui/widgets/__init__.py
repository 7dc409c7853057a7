"""What sections are made of: widgets that paint line by line, and repaint a line only when it changed."""
