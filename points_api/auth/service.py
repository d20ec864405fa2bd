"""Signing in, staying signed in, signing out.

Calls to WeChat and to Redis stand outside of the transactions, so these functions are made of a
part that talks and a part that commits.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Literal
from uuid import UUID

from points_api.audit import service as audit
from points_api.auth import refresh as refresh_tokens
from points_api.auth.identity import Identity
from points_api.auth.models import Session
from points_api.auth.problems import RefreshTokenRefused, RefreshTokenReused, SessionEnded
from points_api.auth.wechat import OpenId
from points_api.db import outbox
from points_api.db.transaction import transactional

SESSION_LIVES = timedelta(days=30)  # then wx.login again, which asks nothing of the person
RETRY = timedelta(seconds=30)  # a lost answer may be asked for again this long
KEPT_AFTER_END = timedelta(days=180)  # 网络安全法：网络日志留存不少于六个月

Why = Literal["signed_out", "signed_out_everywhere", "refresh_token_reused"]


@dataclass(frozen=True, slots=True)
class Tokens:
    """What a client gets. Times are in seconds from now."""

    access_token: str
    expires_in: int
    refresh_token: str
    refresh_expires_in: int


@dataclass(frozen=True, slots=True)
class _Opened:
    sid: UUID
    resident_id: UUID
    generation: int
    expires_at: datetime


async def sign_in(identity: Identity, code: str, now: datetime) -> Tokens:
    """Exchange a code from `wx.login` for tokens of a new session."""
    openid = await identity.wechat.openid_of(code)
    return _tokens(identity, await _open(identity, openid, now), now)


async def refresh(identity: Identity, token: str, now: datetime) -> Tokens:
    """Exchange a refresh token for new tokens.

    The token before the current one is good for `RETRY` after the exchange and gives the very same
    answer; used later, it is somebody else's copy or the owner's, which nobody can tell, so the
    session ends.
    """
    presented = refresh_tokens.read(identity.keyring, token)
    if presented is None:
        raise RefreshTokenRefused
    session = await _rotate(presented.sid, presented.generation, now)
    if session is None:
        await _end(identity, [presented.sid], None, "refresh_token_reused", now)
        raise RefreshTokenReused
    return _tokens(identity, session, now)


async def sign_out(
    identity: Identity, resident_id: UUID, sid: UUID, everywhere: bool, now: datetime
) -> None:
    """End this session, or all of the resident's, for every process at once."""
    if everywhere:
        sids = [one.id for one in await Session.filter(resident_id=resident_id, revoked_at=None)]
        await _end(identity, sids, resident_id, "signed_out_everywhere", now)
    else:
        await _end(identity, [sid], resident_id, "signed_out", now)


@transactional
async def purge(now: datetime) -> int:
    """Delete sessions whose end lies so far back that no log rule asks for them. Nightly."""
    return await Session.filter(expires_at__lt=now - KEPT_AFTER_END).delete()


@transactional
async def _open(identity: Identity, openid: OpenId, now: datetime) -> _Opened:
    resident_id = await identity.account_of(openid, now)
    session = await Session.create(
        resident_id=resident_id, created_at=now, rotated_at=now, expires_at=now + SESSION_LIVES
    )
    await audit.append(f"resident:{resident_id}", "session.open", f"session:{session.id}", {})
    return _opened(session)


@transactional
async def _rotate(sid: UUID, generation: int, now: datetime) -> _Opened | None:
    """Move the session to its next token; None if an old token came again too late."""
    session = await Session.filter(id=sid).select_for_update().first()
    if session is None:
        raise RefreshTokenRefused
    if session.revoked_at is not None or session.expires_at <= now:
        raise SessionEnded
    if generation == session.generation:
        session.generation += 1
        session.rotated_at = now
        await session.save(update_fields=["generation", "rotated_at"])
        return _opened(session)
    if generation > session.generation:
        raise RefreshTokenRefused  # the database was set back to an earlier day
    is_retry = generation == session.generation - 1 and now - session.rotated_at <= RETRY
    return _opened(session) if is_retry else None


async def _end(
    identity: Identity, sids: Sequence[UUID], resident_id: UUID | None, why: Why, now: datetime
) -> None:
    await identity.sessions.ending(sids)
    ended = await _revoke(sids, resident_id, why, now)
    await identity.sessions.ended(ended)


@transactional
async def _revoke(
    sids: Sequence[UUID], resident_id: UUID | None, why: Why, now: datetime
) -> list[UUID]:
    """End the sessions in the database. Everywhere means also those opened a moment ago."""
    wanted = Session.filter(revoked_at=None)
    if why == "signed_out_everywhere":
        wanted = wanted.filter(resident_id=resident_id)
    else:
        wanted = wanted.filter(id__in=list(sids))
    found = await wanted.select_for_update().order_by("id")
    ended = [session.id for session in found]
    if found:
        await Session.filter(id__in=ended).update(revoked_at=now, reason=why)
        owner = f"resident:{found[0].resident_id}"
        names = [str(sid) for sid in ended]
        await audit.append(owner, "session.end", owner, {"reason": why, "sessions": names})
        await outbox.append("session.ended", owner, {"sessions": names})
    return ended


def _opened(session: Session) -> _Opened:
    return _Opened(session.id, session.resident_id, session.generation, session.expires_at)


def _tokens(identity: Identity, session: _Opened, now: datetime) -> Tokens:
    access = identity.tokens.issue("resident", str(session.resident_id), str(session.sid), now)
    return Tokens(
        access_token=access,
        expires_in=identity.tokens.ttl_seconds,
        refresh_token=refresh_tokens.token(identity.keyring, session.sid, session.generation),
        refresh_expires_in=int((session.expires_at - now).total_seconds()),
    )
