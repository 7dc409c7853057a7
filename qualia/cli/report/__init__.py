"""The report of one or more meetings: one HTML page that holds everything it shows and asks no host for anything."""

from qualia.cli.report.meeting import Meeting, Picture
from qualia.cli.report.page import report_page

__all__ = ["Meeting", "Picture", "report_page"]
