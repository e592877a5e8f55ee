"""Scores pages of the built web site with Lighthouse, as a telephone on a slow line sees them."""
