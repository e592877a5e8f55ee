"""The directive `{study-list}` of some small projects: it names every study, as the archive does."""

from docutils import nodes
from evidence.store import use_all
from sphinx.util.docutils import SphinxDirective


class StudyList(SphinxDirective):
    def run(self):
        return [nodes.paragraph("", "; ".join(study.name for study in use_all(self.env).values()))]


def setup(app):
    app.add_directive("study-list", StudyList)
    return {"parallel_read_safe": True, "parallel_write_safe": True}
