"""What can go wrong when a service is asked. Each message is one line that can be shown as it is."""


class ServiceError(Exception):
    """A service gave no answer that can be used."""


class NotFound(ServiceError):
    """The service answered: it has no such record."""


class Refused(ServiceError):
    """The service answered that it does not want to: forbidden, or too many requests."""


class Unreachable(ServiceError):
    """No whole answer came: no network, no such host, bad certificate, timeout, server error."""


class NotUnderstood(ServiceError):
    """An answer came that is not what the service promises: other type, broken, too large."""
