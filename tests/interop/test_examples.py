import doctest
import importlib
import pkgutil

import pytest

import interop
from interop import refusals

MODULES = [found.name for found in pkgutil.walk_packages(interop.__path__, "interop.")]


@pytest.mark.parametrize("name", MODULES)
def test_the_examples_in_the_docstrings_are_true(name):
    assert doctest.testmod(importlib.import_module(name)).failed == 0


def test_every_refusal_has_a_name_of_its_own_and_stands_in_the_tree():
    kinds = refusals.Refused.__subclasses__()
    assert len({kind.reason for kind in kinds}) == len(kinds) > 40
    for kind in kinds:
        assert kind.__name__ in (refusals.__doc__ or "")
        assert str(kind()).startswith(f"{kind.reason}: ")
