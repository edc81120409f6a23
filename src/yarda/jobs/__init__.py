"""The job engine: PgQueuer on the same Postgres, named nowhere outside this folder.

The engine carries ids; rows carry the truth. A job may run twice (after a kill, an outage or a
freeze), so its handler must be safe to run twice; claim numbers make it so. No job is lost: the
engine forgets one only after the handler answered `Done`, and only while this process still holds it.
"""

from yarda.jobs.probe import QueueProbe, probe_queue
from yarda.jobs.queue import (
    DESIGN_AREA,
    SEND_MAIL,
    QueueDepth,
    areas_with_live_jobs,
    depth,
    enqueue_area,
    enqueue_mail,
    install,
    mails_with_live_jobs,
    prune,
    requeue_area,
    requeue_mail,
)
from yarda.jobs.run import Handle, Handlers, run_jobs

__all__ = [
    "DESIGN_AREA",
    "SEND_MAIL",
    "Handle",
    "Handlers",
    "QueueDepth",
    "QueueProbe",
    "areas_with_live_jobs",
    "depth",
    "enqueue_area",
    "enqueue_mail",
    "install",
    "mails_with_live_jobs",
    "probe_queue",
    "prune",
    "requeue_area",
    "requeue_mail",
    "run_jobs",
]
