"""Signing in with password and code, being signed in, signing out.

Whatever is wrong, the answer is the same and takes as long: an unknown login is tried against a
password and a secret that nobody has. Hashing stands between two transactions: the first counts
the attempt, the second takes the code, once and for all processes, and opens the session.
"""

from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Final, Literal
from uuid import UUID

from points_api.audit import service as audit
from points_api.auth.identity import Identity
from points_api.auth.officers import ROLES, CallingOfficer, Role
from points_api.auth.problems import SessionEnded
from points_api.auth.service import KEPT_AFTER_END
from points_api.db.transaction import transactional
from points_api.officers import attempts, passwords, totp
from points_api.officers.accounts import ACTIVE, TOTP, end_sessions
from points_api.officers.models import Officer, OfficerSession
from points_api.officers.problems import SignInRefused

SESSION_LIVES: Final = timedelta(minutes=30)
Why = Literal["unknown", "suspended", "demo", "password", "code", "code_used"]


@dataclass(frozen=True, slots=True)
class SignedIn:
    """What an officer gets. `expires_in` is in seconds."""

    access_token: str
    expires_in: int
    roles: frozenset[Role]
    division: str | None


@dataclass(frozen=True, slots=True)
class Me:
    """An officer's own account, and the session they ask with."""

    officer_id: UUID
    login: str
    roles: frozenset[Role]
    division: str | None
    signed_in_at: datetime
    expires_at: datetime


async def sign_in(
    identity: Identity, login: str, password: str, code: str, now: datetime
) -> SignedIn:
    """Open a session for who has password and code; the code is then used up."""
    mark = attempts.mark_of(identity.keyring, login)
    failures = await attempts.count(mark, now)
    known = await Officer.filter(login=login).first()
    is_right = await passwords.matches(password, known.password_hash if known else passwords.DECOY)
    secret = identity.keyring.decrypt(known.totp, TOTP) if known else totp.DECOY
    proof = _proof(identity, known, is_right, totp.step_of(secret, code, now))
    opened = None if isinstance(proof, str) else await _open(*proof, mark, now)
    if opened is None:
        await _note(known, proof if isinstance(proof, str) else "code_used", failures)
        raise SignInRefused
    return _token(identity, opened, now)


async def officer_of(sid: UUID, now: datetime) -> CallingOfficer | None:
    """Return the officer of a session that still holds; asked on each call of theirs."""
    session = await _live(sid, now)
    if session is None:
        return None
    officer = session.officer
    return CallingOfficer(officer.id, session.id, roles_held(officer), officer.division)


async def me(sid: UUID, now: datetime) -> Me:
    """Return an officer's own account."""
    session = await _live(sid, now)
    if session is None:
        raise SessionEnded
    officer = session.officer
    return Me(
        officer_id=officer.id,
        login=officer.login,
        roles=roles_held(officer),
        division=officer.division,
        signed_in_at=session.created_at,
        expires_at=session.expires_at,
    )


@transactional
async def sign_out(caller: CallingOfficer, now: datetime) -> None:
    """End this session, for every process at once."""
    await end_sessions(OfficerSession.filter(id=caller.sid), "signed_out", now)
    await audit.append(caller.actor, "officer.sign_out", f"session:{caller.sid}", {})


@transactional
async def purge(now: datetime) -> int:
    """Delete sessions that no log rule asks for any more, and forgotten failures. Nightly."""
    await attempts.purge(now)
    return await OfficerSession.filter(expires_at__lt=now - KEPT_AFTER_END).delete()


def roles_held(officer: Officer) -> frozenset[Role]:
    """Return the roles of an account; one that this version does not know gives nothing."""
    return frozenset(role for role in ROLES if role in officer.roles)


def _proof(
    identity: Identity, known: Officer | None, is_right: bool, step: int | None
) -> tuple[Officer, int] | Why:
    """Return whose right password and code these are, or why they prove nothing."""
    if known is None:
        return "unknown"
    if known.demo and identity.in_production:
        return "demo"
    if not is_right:
        return "password"
    if step is None:
        return "code"
    return (known, step) if known.status == ACTIVE else "suspended"


@transactional
async def _open(known: Officer, step: int, mark: str, now: datetime) -> OfficerSession | None:
    """Open a session; None if the code, or a later one, was taken before.

    None as well if the account was suspended or reset since its password was looked at.
    """
    taken = await Officer.filter(
        id=known.id, status=ACTIVE, password_hash=known.password_hash, last_step__lt=step
    ).update(last_step=step, last_sign_in_at=now)
    if not taken:
        return None
    # Read again: the row is ours now, so roles cannot change under the session.
    officer = await Officer.get(id=known.id)
    session = await OfficerSession.create(
        officer=officer, created_at=now, expires_at=now + SESSION_LIVES
    )
    await attempts.forget(mark)
    await audit.append(f"officer:{officer.id}", "officer.sign_in", f"session:{session.id}", {})
    return session


@transactional
async def _note(known: Officer | None, why: Why, failures: int) -> None:
    """Write the failure down, without what was typed."""
    subject = f"officer:{known.id if known else 'unknown'}"
    details = {"why": why, "failures": failures}
    await audit.append("anyone", "officer.sign_in_refused", subject, details)


async def _live(sid: UUID, now: datetime) -> OfficerSession | None:
    live = OfficerSession.filter(
        id=sid, revoked_at=None, expires_at__gt=now, officer__status=ACTIVE
    )
    return await live.select_related("officer").first()


def _token(identity: Identity, session: OfficerSession, now: datetime) -> SignedIn:
    officer, lives = session.officer, int(SESSION_LIVES.total_seconds())
    roles = roles_held(officer)
    token = identity.tokens.issue("officer", str(officer.id), str(session.id), now, lives, roles)
    return SignedIn(token, lives, roles, officer.division)
