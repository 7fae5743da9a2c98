"""docs/pictures is what docs/generate_pictures.py writes, and documents show all of it."""

from importlib.util import module_from_spec, spec_from_file_location
from pathlib import Path
from types import ModuleType

import pytest

DOCS = Path(__file__).parent.parent / "docs"


@pytest.fixture(scope="module")
def generator() -> ModuleType:
    spec = spec_from_file_location("generate_pictures", DOCS / "generate_pictures.py")
    assert spec is not None
    assert spec.loader is not None
    module = module_from_spec(spec)
    spec.loader.exec_module(module)
    return module


def test_the_pictures_are_up_to_date(generator: ModuleType) -> None:
    committed = {path.name: path.read_text(encoding="utf-8") for path in generator.FOLDER.iterdir()}
    assert committed == generator.pictures(), "run python docs/generate_pictures.py"


def test_every_picture_is_shown_with_a_text_for_who_does_not_see_it(generator: ModuleType) -> None:
    pages = "".join(path.read_text(encoding="utf-8") for path in DOCS.rglob("*.md"))
    for name in generator.pictures():
        before, shown, _ = pages.partition(f"](../pictures/{name})")
        assert shown, name
        assert len(before.rpartition("![")[2]) > 20
