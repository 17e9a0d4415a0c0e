"""What the library holds, what its jobs do, how requests are answered → figures for Prometheus."""

from mofu.webui.metrics.views import blueprint

__all__ = ["blueprint"]
