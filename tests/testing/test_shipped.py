"""The plugins that ship keep to the contract any plugin is held to; pictures are few and small, to be quick."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import Any, ClassVar

import pytest

from qualia.document import Document
from qualia.testing import PluginContract, sample

pytestmark = pytest.mark.whole


class Pictures(PluginContract):
    search_s = 0.2

    def documents(self) -> Iterable[Document]:
        """Return one document: each is drawn some ten times."""
        return (sample(),)


class TestTeamsCleaner(PluginContract):
    plugin = "teams_cleaner"


class TestWordFrequency(PluginContract):
    plugin = "word_frequency"


class TestSentimentAnalyzer(PluginContract):
    plugin = "sentiment_analyzer"


class TestWordCloud(Pictures):
    plugin = "wordcloud_viz"
    params: ClassVar[Mapping[str, Any]] = {"width": 320, "height": 240}


class TestFrequencyChart(Pictures):
    plugin = "frequency_chart"
    params: ClassVar[Mapping[str, Any]] = {"format": "html"}


class TestSentimentPicture(Pictures):
    plugin = "sentiment_viz"


class TestMeetingReport(Pictures):
    plugin = "meeting_report"
