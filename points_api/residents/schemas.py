"""What goes over the wire when a resident joins, looks at their enrollment, or leaves."""

from datetime import datetime
from typing import Annotated, Literal
from uuid import UUID

from pydantic import AfterValidator, BaseModel, ConfigDict, Field

from points_api.consents.schemas import ErasureOut
from points_api.identifiers import id_number
from points_api.language import Text
from points_api.residents import names
from points_api.residents.service import Application, View
from points_api.validation import FieldError


class Wire(BaseModel):
    model_config = ConfigDict(strict=True, extra="forbid")


def _name(text: str) -> str:
    if not names.is_name(names.normalize(text)):
        raise FieldError("name.form", _NAME)
    return text.strip()


_NAME = Text(
    "姓名应与身份证上的一致，2 至 50 个字，不带数字和符号",
    "The name as on the identity card: 2 to 50 letters, no digits or signs",
)
Name = Annotated[str, Field(max_length=100), AfterValidator(_name)]
IdNumber = Annotated[str, Field(max_length=40), AfterValidator(id_number.parse)]
Phone = Annotated[str, Field(pattern=r"^1[3-9][0-9]{9}$", examples=["13800000000"])]


class JoinIn(Wire):
    """Who joins, and what they agree to. `consents` has a yes or no for each purpose."""

    model_config = ConfigDict(
        strict=True,
        extra="forbid",
        json_schema_extra={
            "examples": [
                {
                    "name": "张三",
                    "id_number": "420200199001019994",
                    "notice_version": "huangshi-2026.1",
                    "consents": {"scoring": True, "contact": False},
                }
            ]
        },
    )

    name: Name
    id_number: IdNumber
    phone: Phone | None = None
    verify_result: Annotated[
        str | None,
        Field(
            max_length=4096, description="wx.startFacialRecognitionVerify 的结果 · what it answered"
        ),
    ] = None
    notice_version: Annotated[str, Field(max_length=40)]
    consents: Annotated[dict[str, bool], Field(max_length=20)]

    def to_application(self) -> Application:
        return Application(
            name=self.name,
            id_number=self.id_number,
            phone=self.phone,
            proof=self.verify_result,
            notice_version=self.notice_version,
            choices=self.consents,
        )


class PhoneIn(Wire):
    """Giving a number is agreeing to `contact` of this notice."""

    phone: Phone
    notice_version: Annotated[str, Field(max_length=40, examples=["huangshi-2026.1"])]


class EnrollmentOut(Wire):
    """Where the resident stands. `consent_needed`: nothing is processed until they agree anew.

    With `paused_at` merchants and partners learn nothing; the score goes on.
    """

    model_config = ConfigDict(
        strict=True,
        extra="forbid",
        json_schema_extra={
            "examples": [
                {
                    "state": "joined",
                    "reason": None,
                    "current_notice": "huangshi-2026.1",
                    "enrollment_id": "019e9a60-1c00-7000-8000-000000000001",
                    "joined_at": "2026-06-01T04:00:00Z",
                    "name": "张*",
                    "id_number": "420***********9994",
                    "phone": None,
                    "notice_version": "huangshi-2026.1",
                    "consent_expires_at": "2028-06-01T04:00:00Z",
                    "paused_at": None,
                }
            ]
        },
    )

    state: Literal["not_joined", "joined", "consent_needed"]
    reason: Literal["notice_changed", "expired", "withdrawn"] | None
    current_notice: str
    enrollment_id: UUID | None
    joined_at: datetime | None
    name: str | None
    id_number: str | None
    phone: str | None
    notice_version: str | None
    consent_expires_at: datetime | None
    paused_at: datetime | None

    @classmethod
    def of(cls, view: View) -> "EnrollmentOut":
        return cls(
            state=view.state,
            reason=view.reason,
            current_notice=view.current_notice,
            enrollment_id=view.enrollment_id,
            joined_at=view.joined_at,
            name=view.name,
            id_number=view.id_number,
            phone=view.phone,
            notice_version=view.notice_version,
            consent_expires_at=view.consent_expires_at,
            paused_at=view.paused_at,
        )


class LeftOut(ErasureOut):
    """What leaving deleted, and what stays by which law and until when."""

    left_at: Annotated[datetime, Field(examples=["2026-06-01T04:00:00Z"])]
