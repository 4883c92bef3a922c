"""The examples in the docstrings of the pure layer hold."""

import doctest
import importlib
import pkgutil

import pytest

import tools


@pytest.mark.parametrize(
    "name", [module.name for module in pkgutil.iter_modules(tools.__path__)]
)
def test_examples_hold(name):
    module = importlib.import_module(f"tools.{name}")
    assert doctest.testmod(module).failed == 0
