"""The lessons show exercises of the page, as docs/generate_lesson_exercises.py writes them."""

from collections import Counter

import exercise_subjects
import generate_lesson_exercises as generator


def test_the_exercises_of_the_lessons_are_up_to_date() -> None:
    written = generator.lessons()
    assert len(written) == 12  # the last lesson has ten of its own
    for path, text in written.items():
        committed = path.read_text(encoding="utf-8")
        assert committed == text, "run python docs/generate_lesson_exercises.py"


def test_an_exercise_belongs_to_the_lesson_that_tells_its_mistake() -> None:
    exercises = generator.committed()
    for one in exercises:
        about = one.forward or one.of
        assert one.lesson == exercise_subjects.lesson(one.layout, about, one.line, one.cause)
    assert min(Counter(one.lesson for one in exercises).values()) >= 2
