"""Two communes with live terms, as cross-honouring's own tests have them."""

from tests.node.honour.conftest import communes, strangers

__all__ = ["communes", "strangers"]
