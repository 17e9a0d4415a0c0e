"""mofu as `pip install mofu` gives it: without any extra, a word becomes a ranked, exported dataset all the same."""

import subprocess
import sys
import tomllib
from importlib.metadata import packages_distributions
from pathlib import Path

from packaging.requirements import Requirement

PYPROJECT = tomllib.loads((Path(__file__).parents[2] / "pyproject.toml").read_text("utf-8"))["project"]

BUILD = """
import sys

class Refusing:
    def find_spec(self, name, path=None, target=None):
        if name.partition(".")[0] in sys.argv[2:]:
            raise ModuleNotFoundError(f"No module named {name!r}", name=name)

sys.meta_path.insert(0, Refusing())

import mofu.webui
from mofu.cli import main
from mofu.errors import MissingPackageError
from mofu.library import Library

if __name__ == "__main__":
    few = {"background": {"size": 24}, "demo": {"hits": 24}}
    with Library.open(sys.argv[1], **few) as library:
        dataset = library.build("もふもふ", source="demo", n=24)
        print(len(dataset), dataset.export(f"{sys.argv[1]}.zip").images)
        try:
            library.learn_style("もふもふ")
        except MissingPackageError as error:
            print(error)
"""


def modules_of_extras():
    """Top-level modules that only extras bring."""
    own = {Requirement(each).name.lower() for each in PYPROJECT["dependencies"]}
    extras = {Requirement(each).name.lower() for some in PYPROJECT["optional-dependencies"].values() for each in some}
    wanted = extras - own - {"mofu"}
    return sorted(
        module
        for module, names in packages_distributions().items()
        if {name.lower().replace("_", "-") for name in names} & wanted
    )


def test_a_word_is_built_and_exported_without_any_extra(tmp_path):
    refused = modules_of_extras()
    assert {"cryptography", "dask", "distributed", "torch"} <= set(refused)
    program = tmp_path / "build.py"
    program.write_text(BUILD, "utf-8")
    command = [sys.executable, program, tmp_path / "library", *refused]
    done = subprocess.run(command, capture_output=True, text=True, timeout=600, check=False)
    assert done.returncode == 0, done.stderr
    counts, told = done.stdout.splitlines()
    stored, exported = map(int, counts.split())
    assert exported == stored > 10
    assert "mofu[torch]" in told
