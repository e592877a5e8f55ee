"""A page with every part of the benchmark's results."""

extensions = ["myst_parser", "benchmark_results"]
myst_enable_extensions = ["colon_fence"]
html_theme = "basic"
