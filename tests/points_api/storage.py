"""All that the open database holds, as text: for tests that look for what must not be there."""

from tortoise import Tortoise


async def everything_stored() -> list[str]:
    """Every row of every table, as it prints; bytes show as Python shows them."""
    models = Tortoise.apps["models"].values()
    return [repr(row) for model in models for row in await model.all().values()]
