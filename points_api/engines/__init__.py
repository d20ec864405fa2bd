"""The engines that score a whole snapshot: one kernel, and whoever hands it the parts.

The names are those of `points rescore --engine`. An engine's module is loaded when it is asked for,
since Spark is an extra that most cities do without.
"""

from importlib import import_module
from typing import Final, Literal

from points_api.engines.results import Engine, EngineUnavailable
from points_api.settings import Settings

EngineName = Literal["array", "spark"]
__all__ = ["Engine", "EngineName", "EngineUnavailable", "engine_named"]
_EXTRA: Final = frozenset({"pyspark", "py4j", "pyarrow", "pandas"})


def engine_named(name: EngineName, settings: Settings) -> Engine:
    """The engine, ready to run. Raises `EngineUnavailable` where its packages are missing."""
    if name == "array":
        array: Engine = import_module("points_api.engines.embedded").Embedded()
        return array
    try:
        module = import_module("points_api.engines.spark")
    except ModuleNotFoundError as error:
        if (error.name or "").partition(".")[0] not in _EXTRA:
            raise
        raise EngineUnavailable(
            f"没有安装 {error.name}：请运行 pip install 'huangshi-credit-points[spark]' "
            "(Spark is not installed: run it)"
        ) from None
    spark: Engine = module.Spark(settings.spark_master, settings.spark_folder)
    return spark
