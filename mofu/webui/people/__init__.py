"""`/login`, `/settings` and what belongs to them: who comes in, what they chose, and what administrators see."""

from mofu.webui.people import entrance, members, own
from mofu.webui.people.group import blueprint

__all__ = ["blueprint", "entrance", "members", "own"]
