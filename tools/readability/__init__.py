"""How hard the handbook is to read: `make readability` prints a grade for each page."""
