"""The application as a server loads it: `uvicorn points_api.asgi:app`."""

from points_api.app import create_server
from points_api.settings import load

app = create_server(load())
