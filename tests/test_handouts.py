"""Handouts and slides are made of the lessons alone, by docs/generate_handouts.py."""

import pytest

import generate_handouts as generator


def test_every_lesson_can_be_set_and_its_solutions_are_apart() -> None:
    lessons = generator.lessons()
    assert [one["number"] for one in lessons] == list(range(1, 14))
    for one in lessons:
        kinds = {block["kind"] for block in one["blocks"]}
        assert {"heading", "paragraph", "solution"} <= kinds


def test_the_slides_of_the_first_six_lessons_fill_one_hour() -> None:
    slides = {one["number"]: len(one["slides"]) for one in generator.lessons() if one["slides"]}
    assert set(slides) == {1, 2, 3, 4, 5, 6}
    assert 25 <= sum(slides.values()) <= 40  # one and a half to two minutes for each


def test_the_slides_fit_their_pages() -> None:
    pytest.importorskip("typst", reason="it sets the pages")
    assert generator.pdf("slides").startswith(b"%PDF")
