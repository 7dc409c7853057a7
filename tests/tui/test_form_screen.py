"""The form of params on the screen: changed by keys, checked with every one of them."""

from __future__ import annotations

from attrs import evolve

from qualia._form import Form
from qualia_tui.dialogs.form import Launch
from qualia_tui.model.given import Given
from qualia_tui.model.plan import Subject
from tests.tui.pipelines_data import host, inspected
from tests.tui.seeing import Seen, ran, shown
from tests.tui.test_picker import Asked

SUBJECT = Subject(kind="plugin", name="word_frequency", asked="word_frequency", told="How often each word occurs.")
FIXED = {"plugin": "word_frequency", "path": "/srv/interviews/files/ana.vtt"}
FILE = Given(kind="file", path="/srv/interviews/files/ana.vtt")


async def opened(seen: Seen) -> Asked:
    """Show the form of a plugin that has a file already."""
    asked = Asked(seen, Launch(SUBJECT, given=FILE))
    await seen.until("List the N most frequent words.")
    return asked


def test_a_number_is_checked_while_it_is_typed() -> None:
    """What is wrong stands below with every key, enter takes nothing wrong, and escape leaves what there was."""

    async def work() -> None:
        async with shown(host()) as seen:
            asked = await opened(seen)
            await seen.press("enter", "x")
            await seen.until("must be a whole number, not '100x'")
            await seen.press("backspace", "0", "0")
            await seen.until("must be at most 1000, not 10000")
            await seen.press("enter")
            await seen.until("must be at most 1000")
            await seen.press("escape")
            await seen.until("enter changes it")
            assert "* top" not in seen.text()
            await seen.press("enter", "backspace", "enter")
            await seen.until("* top")
            await seen.press("r")
            assert [order.request() for order in asked.given] == [{**FIXED, "params": {"top": 10}}]

    ran(work)


def test_truths_and_few_choices_change_with_enter() -> None:
    """Each enter takes the next value; what is back at its default is not sent."""

    async def work() -> None:
        async with shown(host()) as seen:
            asked = await opened(seen)
            await seen.press("j", "j", "enter")
            await seen.until("lemma")
            await seen.press("enter", "j", "enter")
            await seen.until("* stop_words           no")
            await seen.press("r")
            assert [order.request() for order in asked.given] == [{**FIXED, "params": {"stop_words": False}}]

    ran(work)


def test_many_choices_are_listed() -> None:
    """They are chosen from, narrowed by typing."""

    async def work() -> None:
        async with shown(host()) as seen:
            asked = await opened(seen)
            await seen.press("j", "enter")
            await seen.until("type to narrow it down")
            await seen.press(*"pt", "enter")
            await seen.until("* language             pt")
            await seen.press("r")
            assert [order.request() for order in asked.given] == [{**FIXED, "params": {"language": "pt"}}]

    ran(work)


def test_defaults_come_back() -> None:
    """One param with u, all of them with U."""

    async def work() -> None:
        async with shown(host()) as seen:
            await opened(seen)
            await seen.press("enter", "0", "enter", "j", "j", "j", "enter")
            await seen.until(lambda text: "* top" in text and "* stop_words" in text)
            await seen.press("u")
            await seen.until(lambda text: "* top" in text and "* stop_words" not in text)
            await seen.press("enter", "U")
            await seen.until(lambda text: "* top" not in text and "* stop_words" not in text)

    ran(work)


def test_a_plugin_that_cannot_be_loaded_says_why() -> None:
    """Its trouble stands below, and no params are shown."""

    async def work() -> None:
        answer = {**inspected("word_frequency"), "params": None, "trouble": "it needs spacy"}
        async with shown(host(plugins__inspect=answer)) as seen:
            Asked(seen, Launch(SUBJECT))
            await seen.until("it needs spacy")
            await seen.until("it takes no params")

    ran(work)


def test_help_tells_the_keys_of_the_form() -> None:
    """Question mark lists them, over the form."""

    async def work() -> None:
        async with shown(host()) as seen:
            await opened(seen)
            await seen.press("question_mark")
            await seen.until("form.default")

    ran(work)


def test_params_of_a_step_are_changed_before_a_pipeline_runs() -> None:
    """What the file says is the default there, only what differs from it is sent, and a star tells where that is."""
    pipeline = Subject(kind="pipeline", name="words", asked="/srv/words.toml", steps=(("count", "word_frequency"),))

    async def work() -> None:
        async with shown(host()) as seen:
            asked = Asked(seen, Launch(pipeline, given=FILE))
            await seen.until("enter changes the params of a step")
            await seen.press("enter")
            await seen.until("the engine added this step")
            await seen.press("down", "enter")
            await seen.until("Params of count")
            await seen.until("30 ")
            await seen.press("enter", "0", "enter")
            await seen.until("* top")
            await seen.press("escape")
            await seen.until("* count")
            await seen.press("r")
            expected = {"pipeline": "/srv/words.toml", "path": FILE.path, "params": {"count": {"top": 300}}}
            assert [order.request() for order in asked.given] == [expected]

    ran(work)


def test_the_form_begins_with_what_was_typed_last() -> None:
    """As far as the plugin still takes it."""
    form = Form(plugin="word_frequency", texts={"top": "20", "gone": "1", "unit": "letter"})

    async def work() -> None:
        async with shown(host()) as seen:
            asked = Asked(seen, Launch(SUBJECT, given=FILE, forms={"word_frequency": form}))
            await seen.until("* top")
            await seen.press("r")
            assert [order.request() for order in asked.given] == [{**FIXED, "params": {"top": 20}}]

    ran(work)


def test_all_of_what_it_does_is_told_where_there_is_room() -> None:
    """A long summary is folded; on a low screen its line is cut for the sake of the form."""
    told = "How positive or negative a text is, as a whole, by sentence, by speaker and over time, in two languages."
    subject = evolve(SUBJECT, told=told)

    async def work() -> None:
        for size, is_whole in (((80, 24), True), ((60, 16), False)):
            async with shown(host(), size=size) as seen:
                await seen.press("3")
                Asked(seen, Launch(subject))
                await seen.until("Run word_frequency")
                await seen.until("top")
                if is_whole:
                    await seen.until("two languages.")
                else:
                    assert "two languages." not in seen.text()

    ran(work)


def test_a_plugin_and_its_params_are_told_in_the_language_spoken() -> None:
    """In the table of what can be run, above the form, and below it for each param."""

    async def work() -> None:
        async with shown(host(), size=(120, 40), language="pt-BR") as seen:
            await seen.press("3")
            await seen.until("Quantas vezes cada palavr")
            assert "How often" not in seen.text()
            await seen.press("slash", *"quantas vezes", "enter", "enter")
            await seen.until("Lista as N palavras mais frequentes.")
            assert "Quantas vezes cada palavra aparece." in seen.text()
            await seen.press("j", "j")
            await seen.until("O que é contado.")
            await seen.press("G")
            await seen.until("Least share that counts.")

    ran(work)
