"""Leads links from docs/ to files outside it to the repository; MkDocs hook of mkdocs.yml."""

import posixpath
import re

LINK = re.compile(r"(\]\()(\.\./[^)#\s]*)")


def on_page_markdown(markdown, page, config, **_):
    folder = posixpath.join("docs", posixpath.dirname(page.file.src_uri))

    def absolute(match):
        target = posixpath.normpath(posixpath.join(folder, match[2]))
        if target.startswith("docs/"):
            return match[0]
        return f"{match[1]}{config.repo_url.rstrip('/')}/blob/main/{target}"

    return LINK.sub(absolute, markdown)
