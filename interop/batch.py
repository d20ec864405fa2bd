"""Many questions in one message, each answered by itself.

    host ── Batch, in a signed request ──▶ home
    home ── Results: for each question, in its place, a statement or a refusal by name ──▶ host

A question that does not hold is refused in its place and leaves the others alone, so items are not
looked at as one. The number of the batch is the host's: the same batch again is the same answers.
With `answer = "later"` home says only that it has the batch; the results are fetched in pages, from
a cursor on, as far as they are there.
"""

from typing import Annotated, Any, Final, Literal

from pydantic import Field, StringConstraints, WithJsonSchema

from interop.canonical import canonical, parse
from interop.refusals import Malformed
from interop.shape import Closed, Code, Opaque, shaped
from interop.statement import Asked, Held, Token

MOST: Final = 100
Item = Annotated[Any, WithJsonSchema(Asked.model_json_schema())]
"""A question as it came: whether it is one, is looked at by itself."""
Cursor = Annotated[str, StringConstraints(pattern=r"^\d{1,3}$")]


class Batch(Closed):
    """The questions, each as `statement.Asked`, with a code, a scenario and a nonce of its own."""

    batch: Opaque
    answer: Literal["now", "later"] = "now"
    items: Annotated[list[Item], Field(min_length=1, max_length=MOST)]

    def body(self) -> bytes:
        """Return the bytes to send: canonical JSON."""
        return canonical(self.model_dump())


class Result(Closed):
    """What became of a question: a signed statement, or why it was refused.

    `tables` are those that home holds, where it does not hold the one that was named.
    """

    statement: Token | None = None
    refused: Code | None = None
    tables: list[Held] = Field(default=[])


class Results(Closed):
    """The answers from a place on. `open` are not answered yet; `next` goes on, null at the end."""

    batch: Opaque
    items: list[Result]
    open: Annotated[int, Field(ge=0)]
    next: Cursor | None

    def body(self) -> bytes:
        """Return the bytes to send: canonical JSON."""
        return canonical(self.model_dump())


class Accepted(Closed):
    """That home has the batch and will answer it."""

    batch: Opaque
    size: Annotated[int, Field(ge=1, le=MOST)]

    def body(self) -> bytes:
        """Return the bytes to send: canonical JSON."""
        return canonical(self.model_dump())


def read_batch(body: bytes) -> Batch:
    """Return the batch, its items as they came. Raises `Malformed`."""
    return shaped(Batch, parse(body))


def asking(batch: str, questions: list[Asked], answer: Literal["now", "later"] = "now") -> Batch:
    """Return the batch that asks these questions."""
    return Batch(batch=batch, answer=answer, items=[one.model_dump() for one in questions])


def read_results(body: bytes, batch: str, size: int, start: int = 0) -> Results:
    """Return the answers to a batch of `size` from a place on, at the host. Raises `Malformed`.

    They go on just where they end, until there are as many as questions, so whoever follows `next`
    gets every answer and comes to an end. Whether a statement holds, `statement.verify_either`
    says.
    """
    results = shaped(Results, parse(body))
    following = start + len(results.items)
    if (
        results.batch != batch
        or following > size
        or results.open > size - following
        or results.next != (str(following) if following < size else None)
        or any((one.statement is None) == (one.refused is None) for one in results.items)
    ):
        raise Malformed("items")
    return results
