"""A snapshot whose files lie where all nodes of a cluster find them: a shared folder or a store.

Arrow's own file systems are asked, because a cluster's Python has Arrow anyway: `hdfs://…`, `s3://…`,
`gs://…`, `abfs://…` and plain paths, with the credentials that the node gives them.
"""

from dataclasses import dataclass

from pyarrow import fs

from points_api.snapshot.layout import Snapshot


@dataclass(frozen=True, slots=True)
class StoredSnapshot(Snapshot):
    """`address`: the folder of the files, as a path or an address of Arrow's."""

    address: str

    def read(self, name: str) -> bytes:
        """The content of a file, from wherever it lies."""
        # The address may end in options, as `s3://…?endpoint_override=…`: the name comes after.
        system, folder = fs.FileSystem.from_uri(self.address)
        with system.open_input_stream(f"{folder.rstrip('/')}/{name}", compression=None) as stream:
            content: bytes = stream.read()
        return content
