"""The JSON API as a whole: its OpenAPI document, made from the models the parts use, and a page for people.

The operations themselves stand in each part's `api.py`.
"""

from node.core.module import Module

MODULE = Module(
    name="api",
    title="API",
    summary="Le document OpenAPI de l’API JSON, et sa page.",
    core=True,
    api="views:routes",
)
