"""Whom sinks trust at the other end of an encrypted connection."""

from __future__ import annotations

import ssl
from pathlib import Path

from qualia_ops.alerts.errors import SinkFailed


def trusting(ca_file: Path | None) -> ssl.SSLContext:
    """Return what verifies certificates and the names in them.

    Args:
        ca_file: certificates to trust besides the system's; None for none.

    Raises:
        SinkFailed: the file cannot be read, or holds none.
    """
    context = ssl.create_default_context()
    if ca_file is not None:
        try:
            context.load_verify_locations(ca_file)
        except OSError as error:
            raise SinkFailed(f"the certificates in {ca_file} cannot be read") from error
    return context
