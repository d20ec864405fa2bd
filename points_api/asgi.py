"""The application as a server loads it: `uvicorn points_api.asgi:app`."""

import gc

from points_api.app import create_server
from points_api.settings import load

# Requests under way are objects by the thousand, and no garbage. Looking through all of them for
# cycles after every 700 more took a tenth of the time of the process.
gc.set_threshold(50_000)

app = create_server(load())
