"""Everything behind the Makefile. Standard library only: it runs before any install."""
