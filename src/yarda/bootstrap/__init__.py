"""Settings → adapters → Studio; the only folder that knows them all."""

from yarda.bootstrap.providers import make_paid
from yarda.bootstrap.running import Running
from yarda.bootstrap.start import open_empty, start

__all__ = ["Running", "make_paid", "open_empty", "start"]
