"""The numbers in the docstrings are those that come out."""

import doctest
import importlib

import pytest

MODULES = ("words", "divisions", "linking.frequencies", "linking.equipercentile")


@pytest.mark.parametrize("name", MODULES)
def test_the_examples_of_a_module_are_true(name):
    failed, run = doctest.testmod(importlib.import_module(f"interop.{name}"))
    assert failed == 0
    assert run > 0
