"""What everything that draws shares: colours, labels, a safe page, static and interactive charts.

Plugins and the report import from here. The module itself needs the standard library only; what draws with plotly or
matplotlib imports it when it is called, and the plugin that calls declares it.
"""

from qualia.draw.browser import browser_picture, chromium
from qualia.draw.colour import Theme, ThemeName, contrast, ink_on, luminance, mix, readable, theme
from qualia.draw.interactive import Shown, plotly_layout, plotly_page, plotly_text
from qualia.draw.labels import (
    Format,
    Language,
    LanguageChoice,
    PictureFormat,
    choose_language,
    clock,
    counted,
    media_type,
    number,
    percent,
    plain,
    shortened,
    shortened_inside,
)
from qualia.draw.notice import notice
from qualia.draw.page import Script, data_uri, escape, folded, image, json_text, page, prepared, table
from qualia.draw.static import (
    Still,
    draw,
    drawable,
    fitted,
    font_path,
    frame,
    headline,
    lacking,
    lacking_note,
    points,
    size_of,
    text_width,
    wrapped,
)
from qualia.draw.view import View, light_page, rendered

__all__ = [
    "Format",
    "Language",
    "LanguageChoice",
    "PictureFormat",
    "Script",
    "Shown",
    "Still",
    "Theme",
    "ThemeName",
    "View",
    "browser_picture",
    "choose_language",
    "chromium",
    "clock",
    "contrast",
    "counted",
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
    "lacking",
    "lacking_note",
    "light_page",
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
    "prepared",
    "readable",
    "rendered",
    "shortened",
    "shortened_inside",
    "size_of",
    "table",
    "text_width",
    "theme",
    "wrapped",
]
