"""What everything that draws shares: colours, labels, a safe page, static and interactive charts.

Plugins and the report import from here. The module itself needs the standard library only; what draws with plotly or
matplotlib imports it when it is called, and the plugin that calls declares it.
"""

from qualia.draw.colour import Theme, ThemeName, contrast, ink_on, luminance, mix, readable, theme
from qualia.draw.interactive import plotly_layout, plotly_page, plotly_text
from qualia.draw.labels import (
    Format,
    Language,
    LanguageChoice,
    choose_language,
    clock,
    media_type,
    number,
    percent,
    plain,
    shortened,
)
from qualia.draw.notice import notice
from qualia.draw.page import data_uri, escape, folded, image, json_text, page, table
from qualia.draw.static import draw, drawable, fitted, font_path, frame, headline, points, size_of, text_width, wrapped

__all__ = [
    "Format",
    "Language",
    "LanguageChoice",
    "Theme",
    "ThemeName",
    "choose_language",
    "clock",
    "contrast",
    "data_uri",
    "draw",
    "drawable",
    "escape",
    "fitted",
    "folded",
    "font_path",
    "frame",
    "headline",
    "image",
    "ink_on",
    "json_text",
    "luminance",
    "media_type",
    "mix",
    "notice",
    "number",
    "page",
    "percent",
    "plain",
    "plotly_layout",
    "plotly_page",
    "plotly_text",
    "points",
    "readable",
    "shortened",
    "size_of",
    "table",
    "text_width",
    "theme",
    "wrapped",
]
