"""docs/openapi.json, made by `make texts` from what the routes declare: the document of the private listener, which has all."""

from __future__ import annotations

import json

from carbonseal.service.app import document_of
from carbonseal.service.listeners import Listener


def page() -> str:
    return json.dumps(json.loads(document_of(Listener.PRIVATE)), indent=1, ensure_ascii=False) + "\n"


if __name__ == "__main__":
    print(page(), end="")
