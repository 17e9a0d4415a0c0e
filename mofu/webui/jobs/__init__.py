"""`/jobs`: what was asked for, what runs, how it ended; and one job with its log, to be cancelled or resumed."""

from mofu.webui.jobs.views import blueprint

__all__ = ["blueprint"]
