"""What people of the commune wrote in Markdown, as the HTML that travels to other nodes."""

from __future__ import annotations

import nh3
from markdown_it import MarkdownIt

_PARSER = MarkdownIt("commonmark", {"html": False, "breaks": True}).disable("image")


def html_of(markdown: str) -> str:
    """Markdown as harmless HTML (the domain cannot use the toolkit's, which needs a reader)."""
    return nh3.clean(_PARSER.render(markdown), link_rel="nofollow noopener noreferrer ugc")
