"""What the operator or time has to put right."""

from typing import ClassVar

from yarda.errors.base import YardaError


class ServiceUnavailableError(YardaError):
    """Something Yarda stands on is away for now; the same request may succeed later."""

    code: ClassVar[str] = "unavailable"
    retry_after: ClassVar[int] = 5


class DatabaseUnavailable(ServiceUnavailableError):
    """The database does not answer."""

    code = "database_unavailable"


class StorageUnavailable(ServiceUnavailableError):
    """The object store does not answer, or gave back something else than it took."""

    code = "storage_unavailable"


class DumpFailed(ServiceUnavailableError):
    """A program of Postgres did not do its part."""

    code = "dump_failed"


class YardNotDrawn(ServiceUnavailableError):
    """The painter failed on the picture of a whole yard; asking again may help."""

    code = "painter_failed"


class MailUnavailable(ServiceUnavailableError):
    """The mail server is busy or away."""

    code = "mail_unavailable"


class PaymentsUnavailable(ServiceUnavailableError):
    """The payment service is busy or away; `reason` reaches logs only."""

    code = "payments_unavailable"

    def __init__(self, reason: str) -> None:
        super().__init__("the payment service does not answer as it should; try again in a while")
        self.reason = reason


class IdentityUnavailable(ServiceUnavailableError):
    """Another issuer is busy or away."""

    code = "identity_unavailable"


class ImageryUnavailable(ServiceUnavailableError):
    """A map or street picture service is busy or away."""

    code = "imagery_unavailable"


class ImageryMisconfigured(ServiceUnavailableError):
    """A map service does not take our key or our request; only the operator can put it right."""

    code = "imagery_misconfigured"
    retry_after = 600


class DiskFull(ServiceUnavailableError):
    """The disk that holds pictures has less than its reserve left."""

    code = "disk_full"
    retry_after = 60


class SetupError(YardaError):
    """The program cannot start as it is set up; the message says what to change."""


class SettingInvalid(SetupError):
    """A setting has a value that is not allowed."""


class DatabaseDirectoryIncompatible(SetupError):
    """The data directory was made by another major version of Postgres."""


class DatabaseOutdated(SetupError):
    """The database needs `yarda migrate` first."""


class DatabaseNewer(SetupError):
    """The database was migrated by a newer Yarda."""


class BackupUnusable(SetupError):
    """The folder holds no whole backup, or cannot take one."""


class RestoreRefused(SetupError):
    """A backup goes into an empty place only, and into no older Postgres."""


class PortInUse(SetupError):
    """Another program listens on the port."""


class MailRefused(YardaError):
    """The mail server will never take this message."""
