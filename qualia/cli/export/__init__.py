"""Results as tables that other programs open: spreadsheets, pages, columns of numbers."""
