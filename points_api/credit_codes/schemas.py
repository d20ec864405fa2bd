"""A code as the resident's phone shows it."""

from datetime import datetime
from typing import Annotated

from pydantic import BaseModel, ConfigDict, Field

from points_api.credit_codes.sealing import text_of
from points_api.credit_codes.service import Made
from points_api.language import Language, Text
from points_api.qr import svg_of

_TITLE = Text("信用码：{title}", "Credit code: {title}")


class Wire(BaseModel):
    model_config = ConfigDict(strict=True, extra="forbid")


class CodeIn(Wire):
    scenario_id: Annotated[
        str, Field(max_length=64, examples=["huangshi-library-books-to-the-door"])
    ]


class CodeOut(Wire):
    """Show `qr_svg`, or say `spoken` at a counter. Either is good once, until `expires_at`."""

    scenario_id: str
    code: Annotated[str, Field(examples=["0429EL9N…"])]
    spoken: Annotated[str | None, Field(examples=["048213"])]
    expires_at: datetime
    qr_svg: Annotated[str, Field(examples=["<svg …>"])]

    @classmethod
    def of(cls, made: Made, language: Language) -> "CodeOut":
        code, title = text_of(made.sealed), made.scenario.title
        named = _TITLE.say(language).format(title=title.en if language == "en" else title.zh)
        return cls(
            scenario_id=made.scenario.id,
            code=code,
            spoken=made.number,
            expires_at=made.expires_at,
            qr_svg=svg_of(code, named),
        )
