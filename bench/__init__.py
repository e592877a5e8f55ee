"""How quick the handbook's builds are, beside the same text built in other ways: `make bench`."""
