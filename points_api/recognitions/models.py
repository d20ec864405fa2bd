"""Tables of recognition: what home has said and has to take back, what a host was told."""

from datetime import datetime
from uuid import UUID

from tortoise import fields
from tortoise.indexes import Index
from tortoise.migrations.constraints import CheckConstraint, UniqueConstraint
from tortoise.models import Model

from points_api.db.schema import IndexWhere
from points_api.ids import new_id


class Recognition(Model):
    """Home: one answer to a host, with the signed request and the signed answer as evidence.

    `mark` is the digest of the one-time code: written once, so used once. `cause` is for the
    resident alone. Like a verification it points to nothing by a foreign key. Of a batch, request
    and response are those of the item alone, and what was signed stands with the batch.
    """

    id = fields.UUIDField(primary_key=True, default=new_id)
    mark: bytes | None = fields.BinaryField(null=True)
    host = fields.CharField(max_length=6)
    scenario = fields.CharField(max_length=64)
    purpose = fields.CharField(max_length=64)
    mapping = fields.CharField(max_length=64)
    nonce = fields.CharField(max_length=200)
    resident_id: UUID | None = fields.UUIDField(null=True)
    person_id: UUID | None = fields.UUIDField(null=True)
    consent_id: UUID | None = fields.UUIDField(null=True)
    subject = fields.CharField(max_length=43, null=True)
    band = fields.CharField(max_length=64, null=True)
    with_score = fields.BooleanField()
    cause = fields.CharField(max_length=16)
    request = fields.BinaryField()
    response = fields.BinaryField()
    edition = fields.CharField(max_length=64)  # digest of the directory
    batch_id: UUID | None = fields.UUIDField(null=True)
    created_at = fields.DatetimeField()
    recalled_at = fields.DatetimeField(null=True)

    class Meta:
        table = "recognition"
        indexes = (
            Index(fields=("resident_id", "host"), name="recognition_resident"),
            Index(fields=("person_id", "host"), name="recognition_person"),
            IndexWhere(
                fields=("batch_id",), name="recognition_of_batch", where="batch_id IS NOT NULL"
            ),
        )
        constraints = (
            CheckConstraint(
                "cause IN ('recognized', 'below', 'paused', 'not_joined', 'no_consent',"
                " 'signed_out', 'unknown', 'used')",
                "recognition_cause",
            ),
            CheckConstraint(
                "(cause = 'recognized') = (subject IS NOT NULL)", "recognition_subject"
            ),
            UniqueConstraint(("mark",), "recognition_mark_once"),
            UniqueConstraint(("host", "nonce"), "recognition_nonce_once"),
        )


class RecognitionBatch(Model):
    """Home: many questions of a host in one signed message, kept as evidence of its answers.

    `batch` is the host's number; the same again is answered by what was answered. All is answered
    from `done_at` on. Where all were refused there is nothing to prove, and it goes after a day.
    """

    id = fields.UUIDField(primary_key=True, default=new_id)
    host = fields.CharField(max_length=6)
    batch = fields.CharField(max_length=200)
    size = fields.IntField()
    later = fields.BooleanField()
    digest = fields.CharField(max_length=64)  # of the body
    request = fields.BinaryField()
    edition = fields.CharField(max_length=64)
    created_at = fields.DatetimeField()
    done_at: datetime | None = fields.DatetimeField(null=True)

    class Meta:
        table = "recognition_batch"
        indexes = (Index(fields=("created_at",), name="recognition_batch_age"),)
        constraints = (
            CheckConstraint("size > 0", "recognition_batch_size"),
            UniqueConstraint(("host", "batch"), "recognition_batch_once"),
        )


class RecognitionResult(Model):
    """Home: what was answered to one question of a batch, byte for byte; kept for an hour."""

    id = fields.UUIDField(primary_key=True, default=new_id)
    batch_id = fields.UUIDField()
    place = fields.IntField()
    result = fields.TextField()

    class Meta:
        table = "recognition_result"
        constraints = (UniqueConstraint(("batch_id", "place"), "recognition_result_once"),)


class Recall(Model):
    """Home: a host that has to be told that what was said of a resident holds no more.

    It is chased until it is confirmed; the receipt is kept as it came.
    """

    id = fields.UUIDField(primary_key=True, default=new_id)
    resident_id = fields.UUIDField()
    host = fields.CharField(max_length=6)
    subject = fields.CharField(max_length=43)
    why = fields.CharField(max_length=16)
    created_at = fields.DatetimeField()
    due_at = fields.DatetimeField()
    attempts = fields.IntField(default=0)
    last_reason = fields.CharField(max_length=64, null=True)
    confirmed_at = fields.DatetimeField(null=True)
    receipt: bytes | None = fields.BinaryField(null=True)

    class Meta:
        table = "recall"
        indexes = (
            Index(fields=("resident_id",), name="recall_resident"),
            IndexWhere(fields=("due_at",), name="recall_open", where="confirmed_at IS NULL"),
        )
        constraints = (
            CheckConstraint("why IN ('withdrawn', 'changed')", "recall_why"),
            CheckConstraint("(confirmed_at IS NULL) = (receipt IS NULL)", "recall_receipt"),
        )


class VisitorNotice(Model):
    """Host: that home has taken back what it said of a visitor until `until` (seconds, its clock).

    Kept for minutes, for the visits that are written only after it came.
    """

    id = fields.UUIDField(primary_key=True, default=new_id)
    city = fields.CharField(max_length=6)
    subject = fields.CharField(max_length=43)
    why = fields.CharField(max_length=16)
    until = fields.BigIntField()
    received_at = fields.DatetimeField()

    class Meta:
        table = "visitor_notice"
        indexes = (
            Index(fields=("subject", "city"), name="visitor_notice_subject"),
            Index(fields=("received_at",), name="visitor_notice_age"),
        )
        constraints = (CheckConstraint("why IN ('withdrawn', 'changed')", "visitor_notice_why"),)


class VisitUse(Model):
    """Home: what a host has told of a resident's use of a scenario there."""

    id = fields.UUIDField(primary_key=True, default=new_id)
    resident_id = fields.UUIDField()
    recognition_id = fields.UUIDField()
    host = fields.CharField(max_length=6)
    scenario = fields.CharField(max_length=64)
    use = fields.CharField(max_length=200)
    move = fields.CharField(max_length=16)
    day = fields.DateField()
    told_at = fields.DatetimeField()

    class Meta:
        table = "visit_use"
        indexes = (Index(fields=("resident_id", "id"), name="visit_use_resident"),)
        constraints = (
            CheckConstraint("move IN ('confirm', 'reverse')", "visit_use_move"),
            UniqueConstraint(("host", "use", "move"), "visit_use_once"),
        )


class Visit(Model):
    """Host: a visitor's verification, with what home has said and what was made of it.

    `band` and `score` are home's, `mapped_band` and `mapped_score` ours; `beside` is the table that
    ran beside the one that decided, and `beside_band` ours by that. `ended_at` is when home has
    told that its statement holds no more.
    """

    id = fields.UUIDField(primary_key=True, default=new_id)
    verification_id = fields.UUIDField()
    home = fields.CharField(max_length=6)
    host = fields.CharField(max_length=6)
    subject = fields.CharField(max_length=43, null=True)
    scenario_id = fields.CharField(max_length=64)
    agreement = fields.CharField(max_length=64)
    mapping = fields.CharField(max_length=120)
    nonce = fields.CharField(max_length=200)
    band = fields.CharField(max_length=64, null=True)
    score = fields.CharField(max_length=16, null=True)
    mapped_band = fields.CharField(max_length=64, null=True)
    mapped_score: int | None = fields.IntField(null=True)
    error: int | None = fields.IntField(null=True)
    beside = fields.CharField(max_length=120, null=True)
    beside_band = fields.CharField(max_length=64, null=True)
    request = fields.BinaryField()
    response = fields.BinaryField()
    edition = fields.CharField(max_length=64)
    created_at = fields.DatetimeField()
    ended_at = fields.DatetimeField(null=True)
    ended_why = fields.CharField(max_length=16, null=True)

    class Meta:
        table = "visit"
        indexes = (Index(fields=("home", "subject"), name="visit_subject"),)
        constraints = (
            CheckConstraint("(ended_at IS NULL) = (ended_why IS NULL)", "visit_ended"),
            UniqueConstraint(("verification_id",), "visit_verification_once"),
        )
