"""Examples and five short tutorials, which run what they show on a meeting made up for it."""

from __future__ import annotations

from pathlib import Path

from attrs import frozen

from qualia._files import write_whole
from qualia.cli.menu.asking import Choice
from qualia.cli.menu.files import ask_place, free_name
from qualia.cli.menu.session import Branch, Session
from qualia.cli.menu.spelling import output_words
from qualia.cli.words import _, spoken
from qualia.errors import UnwritableOutput


@frozen
class Screen:
    """One screen of a tutorial: something to read, and perhaps a command that is run when Enter is pressed."""

    text: str
    command: tuple[str, ...] = ()


@frozen
class Lesson:
    """One tutorial."""

    key: str
    title: str
    screens: tuple[Screen, ...]


def learn(session: Session) -> None:
    """Ask for the demo or a tutorial, until somebody goes back."""
    demo = (Choice("demo", _("the demo"), _("two meetings analysed, and a report to look at")), run_demo)
    titles = {lesson.key: lesson.title for lesson in lessons("")}
    listed = [(Choice(key, _("tutorial: {title}", title=title)), _taught(key)) for key, title in titles.items()]
    session.choose_branch(_("Examples and tutorials"), [demo, *listed])


def run_demo(session: Session) -> None:
    """Ask for a folder and run the demo."""
    folder = ask_place(session, _("Folder for the demo"), free_name("qualia-demo", ""))
    session.run(["demo", *output_words(folder)])


def lessons(folder: str) -> tuple[Lesson, ...]:
    """Return the five tutorials, their commands working in a folder."""
    return (_analysis(folder), _cleaning(folder), _drawing(folder), _pipelines(folder), _whole(folder))


def teach(session: Session, key: str) -> None:
    """Ask for a folder to practise in, and walk through a tutorial's screens.

    Raises:
        Back: somebody left it.
        UnwritableOutput: the folder cannot be written.
    """
    session.asker.tell(_("A tutorial practises on a made-up meeting, in a folder of its own that you may delete."))
    folder = ask_place(session, _("Folder to practise in"), "qualia-tutorial")
    prepare(Path(folder))
    lesson = next(each for each in lessons(folder) if each.key == key)
    count = len(lesson.screens)
    for number, screen in enumerate(lesson.screens, 1):
        session.asker.tell(f"[{number}/{count}] {lesson.title}\n\n{screen.text}")
        if screen.command:
            session.asker.pause(_("Enter runs it; Ctrl-D leaves the tutorial"))
            session.run(screen.command)
        elif number < count:
            session.asker.pause(_("Enter goes on; Ctrl-D leaves the tutorial"))
    session.asker.pause(_("That was all. Enter leads back."))


def prepare(folder: Path) -> None:
    """Put the made-up meeting and a small pipeline into a folder, which is made if need be.

    Raises:
        UnwritableOutput: it cannot be written.
    """
    from qualia.cli.demo import MATERIAL

    try:
        folder.mkdir(exist_ok=True)
        for name, source in (("meeting.vtt", _meeting()), ("two-steps.toml", "")):
            if not (folder / name).exists():
                data = (MATERIAL / source).read_bytes() if source else _TWO_STEPS.encode()
                write_whole(folder / name, data)
    except OSError as error:
        raise UnwritableOutput(str(folder), (error.strerror or str(error)).lower()) from error


_TWO_STEPS = """\
name = "two-steps"

[[steps]]
plugin = "teams_cleaner"

[[steps]]
plugin = "word_frequency"
params = { top = 10 }
"""


def _meeting() -> str:
    return "reuniao.vtt" if spoken() == "pt-BR" else "meeting.vtt"


def _taught(key: str) -> Branch:
    return lambda session: teach(session, key)


def _at(folder: str, name: str) -> str:
    return str(Path(folder, name))


def _analysis(folder: str) -> Lesson:
    meeting = _at(folder, "meeting.vtt")
    screens = (
        Screen(
            _(
                "An analyzer reads a text and gives numbers. word_frequency counts words: which occur how often, and"
                " who says them. Words that every text has, such as 'the', are left out."
            ),
            ("analyze", meeting, "-p", "word_frequency"),
        ),
        Screen(
            _(
                "Every plugin has params. Each has a default, and -P changes one. Here only the ten most frequent words"
                " stay."
            ),
            ("analyze", meeting, "-p", "word_frequency", "-P", "top=10"),
        ),
        Screen(
            _("inspect shows the params a plugin takes, with their defaults and bounds."), ("inspect", "word_frequency")
        ),
        Screen(
            _(
                "-o writes the result into a file, with a record of how it came about: plugin, version, params and a"
                " fingerprint of the text. Such a file can be drawn and exported."
            ),
            ("analyze", meeting, "-p", "word_frequency", "-o", _at(folder, "words.json")),
        ),
    )
    return Lesson("analysis", _("basic analysis"), screens)


def _cleaning(folder: str) -> Lesson:
    meeting = _at(folder, "meeting.vtt")
    screens = (
        Screen(
            _(
                "A transcript from Teams or Zoom is full of time stamps, and a sentence is cut into many pieces. A"
                " document plugin reads it and gives clean text, with who said what and when kept aside."
            ),
            ("process", meeting, "-p", "teams_cleaner"),
        ),
        Screen(
            _("The clean text can be kept: .txt holds the text alone, .json speakers and times too."),
            ("process", meeting, "-p", "teams_cleaner", "-o", _at(folder, "clean.json")),
        ),
        Screen(
            _(
                "What was cleaned can be analysed. (Analyzers clean a transcript themselves when they are given one, so"
                " you need this only to look at the text or to choose params.)"
            ),
            ("analyze", _at(folder, "clean.json"), "-p", "sentiment_analyzer"),
        ),
    )
    return Lesson("cleaning", _("cleaning transcripts"), screens)


def _drawing(folder: str) -> Lesson:
    meeting = _at(folder, "meeting.vtt")
    screens = (
        Screen(
            _(
                "A visualizer draws what an analyzer found. Given a document, it has the words counted first. The end"
                " of the file's name says which kind of picture it will be."
            ),
            ("visualize", meeting, "-p", "frequency_chart", "-o", _at(folder, "words.svg")),
        ),
        Screen(
            _("The same numbers can be drawn in other ways: a param says how."),
            ("visualize", meeting, "-p", "frequency_chart", "-P", "chart=pie", "-o", _at(folder, "pie.svg")),
        ),
        Screen(
            _("And by other visualizers: here as a cloud of words."),
            ("visualize", meeting, "-p", "wordcloud_viz", "-o", _at(folder, "cloud.png")),
        ),
        Screen(_("Open the pictures in {folder} with any program that shows pictures.", folder=folder)),
    )
    return Lesson("drawing", _("visualisation"), screens)


def _pipelines(folder: str) -> Lesson:
    meeting, pipeline = _at(folder, "meeting.vtt"), _at(folder, "two-steps.toml")
    screens = (
        Screen(
            _(
                "A pipeline is a small file with steps, so that an analysis can be repeated exactly, on one document or"
                " on a hundred. This one is {pipeline}:\n\n{text}",
                pipeline=pipeline,
                text=_indented(_TWO_STEPS),
            ),
        ),
        Screen(
            _("Run on a document, it shows what each step gave."),
            ("pipeline", meeting, "-c", pipeline),
        ),
        Screen(
            _(
                "With -o every result is written into a folder, with a summary that tells how each came about. --force"
                " lets it replace the files of the time before."
            ),
            ("pipeline", meeting, "-c", pipeline, "-o", _at(folder, "results"), "--force"),
        ),
        Screen(_("Under Pipelines the menu writes such a file with you, step by step.")),
    )
    return Lesson("pipelines", _("pipelines"), screens)


def _whole(folder: str) -> Lesson:
    meeting, clean = _at(folder, "meeting.vtt"), _at(folder, "clean.json")
    words, mood = _at(folder, "words.json"), _at(folder, "mood.json")
    screens = (
        Screen(
            _("From a transcript to a picture, as one would do it for a study. First the transcript is cleaned."),
            ("process", meeting, "-p", "teams_cleaner", "-o", clean),
        ),
        Screen(
            _("Then words are counted,"),
            ("analyze", clean, "-p", "word_frequency", "-P", "top=50", "-o", words),
        ),
        Screen(
            _("and moods judged, sentence by sentence."),
            ("analyze", clean, "-p", "sentiment_analyzer", "-o", mood),
        ),
        Screen(
            _("Both results can be drawn,"),
            ("visualize", words, "-p", "wordcloud_viz", "-o", _at(folder, "cloud.svg")),
        ),
        Screen(
            _("each by the visualizers that take it."),
            ("visualize", mood, "-p", "sentiment_viz", "-o", _at(folder, "mood.html")),
        ),
        Screen(_("All of it lies in {folder}. A pipeline does the same in one go: see that tutorial.", folder=folder)),
    )
    return Lesson("whole", _("the whole flow"), screens)


def _indented(text: str) -> str:
    return "\n".join(f"    {line}" if line else "" for line in text.splitlines())
