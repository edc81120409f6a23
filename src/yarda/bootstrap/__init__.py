"""Settings → adapters → Studio; the only folder that knows them all."""

from yarda.bootstrap.providers import make_paid
from yarda.bootstrap.running import Running
from yarda.bootstrap.start import start

__all__ = ["Running", "make_paid", "start"]
