"""Organisations, accounts, API keys and the audit trail."""

from __future__ import annotations

from typing import Any

from fastapi import APIRouter, Response

from packtrail.api.requests import App, Caller
from packtrail.api.schemas import (
    ActorOut,
    AgreementIn,
    AuditEntryOut,
    KeyIn,
    KeyOut,
    NewKeyOut,
    OrganisationOut,
    UserIn,
    UserOut,
)
from packtrail.services.accounts import accounts, audit, organisations

router = APIRouter(prefix="/api/v1", tags=["Accounts"])
PAGE_AUDIT_MAX = 500


@router.get("/me", summary="Who is calling", response_model=ActorOut)
def who_am_i(actor: Caller) -> Any:
    """Return who the key or session belongs to, and what it may do."""
    return actor


@router.get("/organisations", summary="Organisations", response_model=list[OrganisationOut])
def list_organisations(app: App, actor: Caller) -> Any:
    """Return the caller's organisation and those it has agreements with."""
    return organisations.organisations(app, actor)


@router.post("/agreements", status_code=204, summary="Let a partner record")
def allow_recording(body: AgreementIn, app: App, actor: Caller) -> Response:
    """Let a partner record events for the caller's organisation."""
    organisations.allow_recording(app, actor, body.partner)
    return Response(status_code=204)


@router.get("/users", summary="Accounts", response_model=list[UserOut])
def list_users(app: App, actor: Caller) -> Any:
    """Return the accounts of the caller's organisation."""
    return accounts.users(app, actor)


@router.post("/users", status_code=201, summary="Open an account", response_model=UserOut)
def create_user(body: UserIn, app: App, actor: Caller) -> Any:
    """Open an account in the caller's organisation."""
    return accounts.create_user(
        app,
        actor,
        body.name,
        role=body.role,
        display_name=body.display_name,
        password=body.password,
    )


@router.get("/keys", summary="API keys", response_model=list[KeyOut])
def list_keys(app: App, actor: Caller) -> Any:
    """Return the API keys of the caller's organisation, without their secrets."""
    return accounts.api_keys(app, actor)


@router.post("/keys", status_code=201, summary="Make an API key", response_model=NewKeyOut)
def create_key(body: KeyIn, app: App, actor: Caller, response: Response) -> Any:
    """Make an API key; its secret is in this answer and nowhere else."""
    response.headers["Cache-Control"] = "no-store"
    return accounts.create_api_key(app, actor, body.name, scopes=body.scopes, days=body.days)


@router.delete("/keys/{key_id}", status_code=204, summary="Revoke an API key")
def revoke_key(key_id: str, app: App, actor: Caller) -> Response:
    """End an API key at once."""
    accounts.revoke_api_key(app, actor, key_id)
    return Response(status_code=204)


@router.get("/audit", summary="Audit trail", response_model=list[AuditEntryOut])
def audit_trail(app: App, actor: Caller, limit: int = 100, before: int | None = None) -> Any:
    """Return who did what, newest first."""
    return audit.entries(app, actor, limit=max(1, min(limit, PAGE_AUDIT_MAX)), before=before)
