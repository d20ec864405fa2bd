"""An uploaded file as a file on disk, for as long as it is being taken in."""

import asyncio
import os
import tempfile
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from pathlib import Path

from fastapi import UploadFile

_PIECE = 1024 * 1024


@asynccontextmanager
async def received(upload: UploadFile) -> AsyncIterator[Path]:
    """Write the upload to a private file piece by piece; it is gone when the block ends."""
    handle, name = await asyncio.to_thread(tempfile.mkstemp, prefix="points-delivery-")
    path = Path(name)
    try:
        with os.fdopen(handle, "wb") as file:
            while piece := await upload.read(_PIECE):
                await asyncio.to_thread(file.write, piece)
        yield path
    finally:
        await asyncio.to_thread(path.unlink, missing_ok=True)
