"""`make live`: the web site on the author's own machine, seconds behind the text editor.

`watching` says which files changed, `warm` keeps application and environment in memory and writes
the pages that an edit reaches, `said` keeps what Sphinx warned of, `serving` shows the pages and
tells browsers of news. `__main__` holds them together; the warm process is one of its own, because
it copies itself (see there), and because new settings and new code need a new one.
"""
