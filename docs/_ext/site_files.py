"""A role for files that are published beside the pages: ``{site-file}`text <handbook.pdf>```.

On the web site the link is relative, so that it works on any server; in a document of its own,
such as the PDF, it leads to the web site's address (``html_baseurl``).
"""

from __future__ import annotations

from typing import Any

from docutils import nodes
from sphinx.application import Sphinx
from sphinx.util.docutils import ReferenceRole
from sphinx.util.osutil import relative_uri


class SiteFile(ReferenceRole):
    def run(self) -> tuple[list[nodes.Node], list[nodes.system_message]]:
        link = nodes.reference("", self.title, refuri=self.target, site_file=True)
        self.set_source_info(link)
        return [link], []


def resolve(app: Sphinx, doctree: nodes.document, docname: str) -> None:
    for link in doctree.findall(nodes.reference):
        if "site_file" not in link:
            continue
        if app.builder.format == "html":
            link["refuri"] = relative_uri(app.builder.get_target_uri(docname), link["refuri"])
            link["internal"] = True
        else:
            link["refuri"] = app.config.html_baseurl.rstrip("/") + "/" + link["refuri"]


def setup(app: Sphinx) -> dict[str, Any]:
    app.add_role("site-file", SiteFile())
    app.connect("doctree-resolved", resolve)
    return {"version": "1", "parallel_read_safe": True, "parallel_write_safe": True}
