"""The audit of citations: what Crossref, DataCite and PubMed say of every source in refs.bib.

`asking` collects what they say, `papers` puts it into one form, `comparing` holds it against the
entries, `findings` says what a maintainer should look at, `reporting` writes that down and
`proposing` makes a patch of it. Nothing here changes the bibliography.
"""
